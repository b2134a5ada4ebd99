//! The operands of an instruction, from its line.

use salami_source::{Diagnostic, Span};

use super::lexer::Token;
use super::line::Line;
use super::literal;
use super::parse::Tables;
use super::procedure::{Procedure, Written, written_address};
use super::slips;
use crate::index::{
    Address, ClassIndex, ConstantIndex, FieldIndex, FunctionIndex, GlobalIndex, LeafIndex,
    Register, SchemaIndex, TypeIndex,
};
use crate::instruction::{
    Comparison, Destination, Expectation, Instruction, OperandSource, OperandView,
};
use crate::module::{Class, Constant};
use crate::types::RegisterType;

pub(super) struct Operands<'o, 't, 'a> {
    pub procedure: &'o mut Procedure,
    pub tables: &'o mut Tables,
    pub classes: &'o [Class],
    pub line: &'o mut Line<'t, 'a>,
    /// Whether the instruction is `RETURN`, whose value may be left out.
    pub returns: bool,
    /// The class operand, which a field may be named in.
    pub class: Option<ClassIndex>,
    /// The addresses, in order: the instruction has zeros until all lines are known.
    pub addresses: Vec<(Written, Span)>,
}

type Result<T> = core::result::Result<T, Diagnostic>;

impl Operands<'_, '_, '_> {
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = Vec::new();
        self.line.mark("[")?;
        while !self.line.accept_mark("]") {
            if !items.is_empty() {
                self.line.accept_mark(",");
            }
            if matches!(self.line.peek(), None | Some(Token::Mark("->"))) {
                return self.line.missing("`]`");
            }
            items.push(item(self)?);
        }
        Ok(items)
    }
}

impl OperandSource for Operands<'_, '_, '_> {
    type Error = Diagnostic;

    fn register(&mut self) -> Result<Register> {
        let span = self.line.span();
        let constant = if self.line.at_constant() {
            self.line.constant(&self.tables.class_names)?
        } else if self.returns && self.line.peek().is_none() {
            Constant::None
        } else {
            return self.procedure.read(self.tables, self.line);
        };
        self.procedure.literal(self.tables, constant, span)
    }

    fn destination(&mut self) -> Result<Destination> {
        let span = self.line.span();
        if self.line.peek().is_none() {
            // Nobody wants the result.
            if self.procedure.plan.is_some() {
                return self.procedure.temporary(self.tables, span).map(Destination);
            }
            return self
                .procedure
                .imply(self.tables, RegisterType::ANY, None, span)
                .map(Destination);
        }
        self.line.mark("->")?;
        self.procedure
            .register(self.tables, self.line)
            .map(Destination)
    }

    fn registers(&mut self) -> Result<Vec<Register>> {
        self.list(Self::register)
    }

    fn destinations(&mut self) -> Result<Vec<Destination>> {
        self.line.mark("->")?;
        self.list(|operands| {
            operands
                .procedure
                .register(operands.tables, operands.line)
                .map(Destination)
        })
    }

    fn address(&mut self) -> Result<Address> {
        let names = self.procedure.plan.as_ref().map(|plan| &plan.lines);
        // `JUMP 5` is understood, too.
        if names.is_none() || !matches!(self.line.peek(), Some(Token::Number(_))) {
            self.line.mark("->")?;
        }
        self.addresses.push(written_address(self.line, names)?);
        Ok(Address(0))
    }

    fn constant(&mut self) -> Result<ConstantIndex> {
        self.tables.constant(self.line).map(ConstantIndex)
    }

    fn register_type(&mut self) -> Result<TypeIndex> {
        self.tables.register_type(self.line).map(TypeIndex)
    }

    fn function(&mut self) -> Result<FunctionIndex> {
        self.tables.function(self.line)
    }

    fn leaf(&mut self) -> Result<LeafIndex> {
        self.tables.leaf(self.line).map(LeafIndex)
    }

    fn class(&mut self) -> Result<ClassIndex> {
        let class = match self.line.accept_index("c") {
            Some(index) => ClassIndex(index),
            None => {
                let name = self.line.any_word("a class, such as `c0`")?;
                match self.tables.class_names.get(name) {
                    Some(index) => *index,
                    None => return self.line.refuse(format!("there is no class `{name}`")),
                }
            }
        };
        self.class = Some(class);
        Ok(class)
    }

    fn field(&mut self) -> Result<FieldIndex> {
        let Some(Token::Field(name)) = self.line.next() else {
            return self.line.refuse("expected a field, such as `.0`");
        };
        if let Ok(index) = name.parse() {
            return Ok(FieldIndex(index));
        }
        let class = self.class.and_then(|class| self.classes.get(class.index()));
        let position =
            class.and_then(|class| class.fields.iter().position(|field| field.name == *name));
        match position.and_then(|position| u16::try_from(position).ok()) {
            Some(index) => Ok(FieldIndex(index)),
            None => self
                .line
                .refuse(format!("this class has no field {}", literal::text(name))),
        }
    }

    fn global(&mut self) -> Result<GlobalIndex> {
        self.tables.global(self.line).map(GlobalIndex)
    }

    fn schema(&mut self) -> Result<SchemaIndex> {
        self.line.index("s", "schema").map(SchemaIndex)
    }

    fn comparison(&mut self) -> Result<Comparison> {
        let known = match self.line.peek() {
            Some(Token::Text(symbol)) => Comparison::ALL
                .iter()
                .find(|comparison| comparison.symbol() == symbol),
            _ => None,
        };
        match known {
            Some(comparison) => {
                self.line.skip();
                Ok(*comparison)
            }
            None => Err(slips::comparison(self.line)),
        }
    }

    fn expectation(&mut self) -> Result<Expectation> {
        Ok(
            match self
                .line
                .any_word("`guard`, `attribute`, `callable` or `error`")?
            {
                "guard" => Expectation::Guard,
                "callable" => Expectation::Callable,
                "attribute" => Expectation::Attribute(self.line.text()?),
                "error" => Expectation::Type(self.line.text()?),
                _ => {
                    return self.line.refuse(
                        "what a failure means is `guard`, `attribute`, `callable` or `error`",
                    );
                }
            },
        )
    }

    fn text(&mut self) -> Result<String> {
        self.line.text()
    }

    fn count(&mut self) -> Result<u16> {
        self.line.number()
    }
}

/// The instruction with these addresses, in order, in place of its own.
pub(super) fn relocate(instruction: &Instruction, addresses: &[Address]) -> Option<Instruction> {
    let mut views = Vec::new();
    instruction.operands(|view| views.push(view));
    let mut relocation = Relocation {
        views: views.into_iter(),
        addresses: addresses.iter(),
    };
    Instruction::read(instruction.opcode(), &mut relocation)?.ok()
}

/// Gives an instruction's own operands back, but its addresses.
struct Relocation<'i> {
    views: std::vec::IntoIter<OperandView<'i>>,
    addresses: core::slice::Iter<'i, Address>,
}

/// The operands came in another order than they went; the instruction table rules it out.
struct Disorder;

macro_rules! give_back {
    ($($method:ident: $type:ty = $variant:ident($operand:ident) => $given:expr;)*) => {
        impl OperandSource for Relocation<'_> {
            type Error = Disorder;

            fn address(&mut self) -> core::result::Result<Address, Disorder> {
                self.views.next();
                self.addresses.next().copied().ok_or(Disorder)
            }
            $(fn $method(&mut self) -> core::result::Result<$type, Disorder> {
                match self.views.next() {
                    Some(OperandView::$variant($operand)) => Ok($given),
                    _ => Err(Disorder),
                }
            })*
        }
    };
}

give_back! {
    register: Register = Use(operand) => operand;
    destination: Destination = Define(operand) => operand;
    registers: Vec<Register> = Uses(operand) => operand.to_vec();
    destinations: Vec<Destination> = Defines(operand) => operand.to_vec();
    constant: ConstantIndex = Constant(operand) => operand;
    register_type: TypeIndex = Type(operand) => operand;
    function: FunctionIndex = Function(operand) => operand;
    leaf: LeafIndex = Leaf(operand) => operand;
    class: ClassIndex = Class(operand) => operand;
    field: FieldIndex = Field(operand) => operand;
    global: GlobalIndex = Global(operand) => operand;
    schema: SchemaIndex = Schema(operand) => operand;
    comparison: Comparison = Comparison(operand) => operand;
    expectation: Expectation = Expectation(operand) => operand.clone();
    text: String = Text(operand) => operand.to_owned();
    count: u16 = Count(operand) => operand;
}
