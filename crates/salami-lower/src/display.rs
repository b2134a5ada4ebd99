//! Displays: `[...]`, `(...)`, `{...}` and f-strings. Long ones are built in pieces, so that the
//! number of registers stays small.

use salami_check::typed::{Constant, Expr, ExprKind, Piece, Unary};
use salami_ir::instruction::Destination;
use salami_ir::{Instruction, Register, RegisterType, Tag};

use crate::LowerError;
use crate::function::{FunctionLowerer, Value};
use crate::values::registers;

/// How many values one instruction takes, at most.
const PIECE: usize = 64;

impl<'p> FunctionLowerer<'p, '_, '_> {
    fn all(&mut self, values: &'p [Expr]) -> Result<Vec<Register>, LowerError> {
        let mark = self.emit.depth();
        let all: Vec<&Expr> = values.iter().collect();
        let values = self.operands(&all, |_, _| Ok(None))?;
        self.emit.release(mark);
        Ok(registers(&values))
    }

    /// Makes the first piece of a long display in a temporary, then adds the other values.
    fn pieces(
        &mut self,
        expression: &'p Expr,
        values: &'p [Expr],
        holds: &RegisterType,
        make: impl FnOnce(Vec<Register>, Destination) -> Instruction,
        step: usize,
        add: impl Fn(Register, &[Register]) -> Option<Instruction>,
    ) -> Result<Register, LowerError> {
        let (first, others) = values.split_at_checked(PIECE).unwrap_or((values, &[]));
        let first = self.all(first)?;
        let whole = self.emit.temporary(holds)?;
        self.emit.at(expression.span);
        self.emit.emit(make(first, Destination(whole)));
        let taken = self.emit.depth();
        for values in others.chunks(step) {
            let values = self.all(values)?;
            self.emit.at(expression.span);
            if let Some(instruction) = add(whole, &values) {
                self.emit.emit(instruction);
            }
            self.emit.release(taken);
        }
        Ok(whole)
    }

    /// Gives what was built in pieces.
    fn built(
        &mut self,
        expression: &Expr,
        mark: usize,
        built: Value,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let value = self.deliver(built, into, &expression.values)?;
        if into.is_some() {
            self.emit.release(mark);
        }
        Ok(value)
    }

    pub(crate) fn list(
        &mut self,
        expression: &'p Expr,
        values: &'p [Expr],
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let holds = RegisterType::tag(Tag::List);
        if values.len() <= PIECE {
            let values = self.all(values)?;
            return self.give(expression, holds, into, |result| Instruction::MakeList {
                values,
                result,
            });
        }
        let mark = self.emit.depth();
        let register = match constants(values) {
            Some(constants) => self.constant_list(expression, constants)?,
            None => self.long_list(expression, values)?,
        };
        self.built(expression, mark, Value { register, holds }, into)
    }

    /// A long list of constants: made from a tuple, which is one constant.
    fn constant_list(
        &mut self,
        expression: &Expr,
        constants: Vec<Constant>,
    ) -> Result<Register, LowerError> {
        let list = self.emit.temporary(&RegisterType::tag(Tag::List))?;
        let taken = self.emit.depth();
        let tuple = self.emit.temporary(&RegisterType::tag(Tag::Tuple))?;
        self.emit.at(expression.span);
        self.emit.emit(Instruction::MakeList {
            values: Vec::new(),
            result: Destination(list),
        });
        self.load_constant(&Constant::Tuple(constants), tuple)?;
        self.emit.emit(Instruction::AddInPlace {
            left: list,
            right: tuple,
            result: Destination(list),
        });
        self.emit.release(taken);
        Ok(list)
    }

    fn long_list(
        &mut self,
        expression: &'p Expr,
        values: &'p [Expr],
    ) -> Result<Register, LowerError> {
        self.pieces(
            expression,
            values,
            &RegisterType::tag(Tag::List),
            |values, result| Instruction::MakeList { values, result },
            1,
            |list, values| {
                values
                    .first()
                    .map(|&value| Instruction::ListAppend { list, value })
            },
        )
    }

    pub(crate) fn tuple(
        &mut self,
        expression: &'p Expr,
        values: &'p [Expr],
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        if let Some(constants) = constants(values) {
            let constant = self.pool.constant(&Constant::Tuple(constants))?;
            let holds = RegisterType::tag(Tag::Tuple);
            return self.give(expression, holds, into, |result| {
                Instruction::LoadConstant { constant, result }
            });
        }
        let holds = RegisterType::tag(Tag::Tuple);
        if values.len() <= PIECE {
            let values = self.all(values)?;
            return self.give(expression, holds, into, |result| Instruction::MakeTuple {
                values,
                result,
            });
        }
        let mark = self.emit.depth();
        let whole = self.emit.temporary(&holds)?;
        let taken = self.emit.depth();
        for (position, piece) in values.chunks(PIECE).enumerate() {
            let piece = self.all(piece)?;
            self.emit.at(expression.span);
            if position == 0 {
                self.emit.emit(Instruction::MakeTuple {
                    values: piece,
                    result: Destination(whole),
                });
            } else {
                let right = self.emit.temporary(&holds)?;
                self.emit.emit(Instruction::MakeTuple {
                    values: piece,
                    result: Destination(right),
                });
                self.emit.emit(Instruction::Add {
                    left: whole,
                    right,
                    result: Destination(whole),
                });
            }
            self.emit.release(taken);
        }
        self.built(
            expression,
            mark,
            Value {
                register: whole,
                holds,
            },
            into,
        )
    }

    pub(crate) fn set(
        &mut self,
        expression: &'p Expr,
        values: &'p [Expr],
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let holds = RegisterType::tag(Tag::Set);
        if values.len() > 2
            && let Some(constants) = folded(values, 8)
        {
            return self.constant_set(expression, "_leaf.constant_set", constants, into);
        }
        if values.len() <= PIECE {
            let values = self.all(values)?;
            return self.give(expression, holds, into, |result| Instruction::MakeSet {
                values,
                result,
            });
        }
        let mark = self.emit.depth();
        let register = self.pieces(
            expression,
            values,
            &holds,
            |values, result| Instruction::MakeSet { values, result },
            1,
            |set, values| {
                values
                    .first()
                    .map(|&value| Instruction::SetAdd { set, value })
            },
        )?;
        self.built(expression, mark, Value { register, holds }, into)
    }

    /// What a loop goes over: CPython loops over a display of constants as over a frozenset.
    pub(crate) fn looped(&mut self, iterable: &'p Expr) -> Result<Value, LowerError> {
        if let ExprKind::Set(values) = &*iterable.kind
            && let Some(constants) = folded(values, 8)
        {
            return self.constant_set(iterable, "_leaf.constant_frozenset", constants, None);
        }
        self.expression(iterable, None)
    }

    /// A set of numbers that the compiler of CPython makes, which decides in which order they are.
    fn constant_set(
        &mut self,
        expression: &'p Expr,
        leaf: &'static str,
        constants: Vec<Constant>,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let mark = self.emit.depth();
        let tuple = self.emit.temporary(&RegisterType::tag(Tag::Tuple))?;
        self.emit.at(expression.span);
        self.load_constant(&Constant::Tuple(constants), tuple)?;
        self.emit.release(mark);
        let holds = self.pool.leaf_result(leaf);
        let leaf = self.pool.leaf(leaf)?;
        self.give(expression, holds, into, |result| Instruction::CallLeaf {
            leaf,
            arguments: vec![tuple],
            result,
        })
    }

    pub(crate) fn dict(
        &mut self,
        expression: &'p Expr,
        items: &'p [Expr],
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let holds = RegisterType::tag(Tag::Dict);
        if items.len() <= PIECE {
            let items = self.all(items)?;
            return self.give(expression, holds, into, |result| Instruction::MakeDict {
                items,
                result,
            });
        }
        let mark = self.emit.depth();
        let register = self.pieces(
            expression,
            items,
            &holds,
            |items, result| Instruction::MakeDict { items, result },
            2,
            |container, item| match *item {
                [key, value] => Some(Instruction::SetItem {
                    container,
                    key,
                    value,
                }),
                _ => None,
            },
        )?;
        self.built(expression, mark, Value { register, holds }, into)
    }

    pub(crate) fn f_string(
        &mut self,
        expression: &'p Expr,
        pieces: &'p [Piece],
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let holds = RegisterType::tag(Tag::Str);
        let mark = self.emit.depth();
        let mut whole = None;
        for (position, piece) in pieces.chunks(PIECE).enumerate() {
            let is_last = position + 1 == pieces.len().div_ceil(PIECE);
            let mut values: Vec<Register> = whole.into_iter().collect();
            for piece in piece {
                values.push(self.piece(expression, piece)?);
            }
            self.emit.release(mark);
            let into = if is_last { into } else { None };
            let value = self.give(expression, holds.clone(), into, |result| {
                Instruction::Concat { values, result }
            })?;
            if is_last {
                return Ok(value);
            }
            whole = Some(value.register);
        }
        self.emit.release(mark);
        let empty = self.pool.constant(&Constant::Str(String::new()))?;
        self.give(expression, holds, into, |result| {
            Instruction::LoadConstant {
                constant: empty,
                result,
            }
        })
    }

    fn piece(&mut self, expression: &Expr, piece: &'p Piece) -> Result<Register, LowerError> {
        let text = RegisterType::tag(Tag::Str);
        match piece {
            Piece::Text(literal) => {
                let register = self.emit.temporary(&text)?;
                self.emit.at(expression.span);
                self.load_constant(&Constant::Str(literal.clone()), register)?;
                Ok(register)
            }
            Piece::Value(value) => {
                let formatted = self.expression(value, None)?;
                let formatted = self.require(formatted, &text, Some(&value.values))?;
                Ok(self.kept(formatted)?.register)
            }
        }
    }
}

/// The values of expressions that are all constants, tuples of them too. Not so deep a nesting
/// as brackets allow, but as deep as people write.
fn constants(values: &[Expr]) -> Option<Vec<Constant>> {
    nested_constants(values, 8)
}

fn nested_constants(values: &[Expr], depth: u32) -> Option<Vec<Constant>> {
    let constant = |value: &Expr| match &*value.kind {
        ExprKind::Constant(Constant::Missing) => None,
        ExprKind::Constant(constant) => Some(constant.clone()),
        ExprKind::Tuple(values) if depth > 0 => {
            nested_constants(values, depth - 1).map(Constant::Tuple)
        }
        _ => None,
    };
    values.iter().map(constant).collect()
}

/// The values of expressions that are all numbers, or tuples of them, after CPython's folding of signs.
fn folded(values: &[Expr], depth: u32) -> Option<Vec<Constant>> {
    let constant = |value: &Expr| match &*value.kind {
        ExprKind::Constant(
            constant @ (Constant::Bool(_) | Constant::Int(_) | Constant::Float(_)),
        ) => Some(constant.clone()),
        ExprKind::Unary(Unary::Negate, value) => match &*value.kind {
            ExprKind::Constant(Constant::Int(number)) => Some(Constant::Int(-number)),
            ExprKind::Constant(Constant::Float(number)) => Some(Constant::Float(-number)),
            _ => None,
        },
        ExprKind::Tuple(values) if depth > 0 => folded(values, depth - 1).map(Constant::Tuple),
        _ => None,
    };
    values.iter().map(constant).collect()
}
