//! The rules of single instructions, V15 to V26: what each may read, and what it leaves.

use salami_ir::instruction::{Comparison, Destination, OperandView};
use salami_ir::text;
use salami_ir::{
    Address, BuiltinException, ClassRef, Constant, Function, FunctionIndex, FunctionKind,
    Instruction, Register, Tag, TagSet,
};

use crate::error::Rule;
use crate::lattice::Type;
use crate::machine::Machine;
use crate::operators;

/// `1 argument`, `2 arguments`.
fn counted(count: u16, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

impl<'m> Machine<'_, 'm> {
    fn is_impossible(&mut self, mnemonic: &str, operands: &[Type]) {
        let is_reached = operands.iter().all(|operand| !operand.tags.is_empty());
        if !is_reached || self.context.accepts_failing {
            return;
        }
        let shown: Vec<_> = operands
            .iter()
            .map(|operand| format!("`{}`", self.shown(*operand)))
            .collect();
        self.refuse(Rule::V25, || {
            format!("{mnemonic} of {} always fails", shown.join(" and "))
        });
    }

    /// A result of these tags, refused if there are none.
    fn operation(
        &mut self,
        instruction: &Instruction,
        operands: &[Type],
        tags: TagSet,
        result: Destination,
    ) {
        if tags.is_empty() {
            self.is_impossible(instruction.mnemonic(), operands);
        }
        self.define(result, Type::of(tags));
    }

    /// An operation that takes only what hand-written code is told is `expected`.
    fn attempt(
        &mut self,
        instruction: &Instruction,
        operand: (Register, Type),
        possible: bool,
        expected: &str,
    ) {
        let (register, held) = operand;
        if possible || held.tags.is_empty() {
            return;
        }
        if !self.context.module.listing.is_empty() {
            let message = format!("Type mismatch in {}", instruction.mnemonic());
            self.mismatch(message, register, expected.to_owned(), held.tags);
        }
        self.is_impossible(instruction.mnemonic(), &[held]);
    }

    fn arguments(&mut self, called: &'m Function, arguments: &[Register]) {
        if arguments.len() != usize::from(called.parameters) {
            let (given, wanted) = (arguments.len(), called.parameters);
            self.refuse(Rule::V18, || {
                format!(
                    "the function has {}, and gets {given}",
                    counted(wanted, "parameter")
                )
            });
        }
        for (argument, parameter) in arguments.iter().zip(&called.registers) {
            let held = self.value(*argument);
            let bound = self.context.declared(parameter.bound);
            if !self.context.lattice.is_subset(held, bound) {
                let (held, bound) = (self.shown(held), self.shown(bound));
                self.refuse_about(Rule::V18, *argument, || {
                    format!(
                        "the parameter is declared `{bound}`, and may get `{held}` of {argument}"
                    )
                });
            }
        }
    }

    fn called(&self, function: FunctionIndex) -> Option<&'m Function> {
        self.context.module.functions.get(function.index())
    }

    fn result_of(&self, called: &Function) -> Type {
        match called.kind.made() {
            None => self.context.declared(called.result),
            Some(made) => Type::tag(made),
        }
    }

    fn constant(&mut self, constant: &Constant) -> Type {
        Type::tag(match constant {
            Constant::None => Tag::None,
            Constant::Bool(_) => Tag::Bool,
            Constant::Int(_) => Tag::Int,
            Constant::Float(_) => Tag::Float,
            Constant::Str(_) => Tag::Str,
            Constant::Bytes(_) => Tag::Bytes,
            Constant::Tuple(_) => Tag::Tuple,
            Constant::Class(_) | Constant::Type(_) => Tag::Type,
            Constant::Ellipsis | Constant::Missing => Tag::Ellipsis,
        })
    }

    /// Executes an instruction on types.
    pub(crate) fn step(&mut self, address: Address, instruction: &'m Instruction) {
        self.begin(address);
        match instruction {
            Instruction::LoadConstant { constant, result } => {
                let module = self.context.module;
                let given = module
                    .constants
                    .get(constant.index())
                    .map_or(Type::ANY, |constant| self.constant(constant));
                self.define(*result, given);
            }
            Instruction::Move { value, result } => {
                let held = self.value(*value);
                self.define(*result, held);
            }
            Instruction::LoadGlobal { result, .. } => self.define(*result, Type::ANY),
            Instruction::StoreGlobal { value, .. } | Instruction::StoreOutput { value, .. } => {
                self.value(*value);
            }
            Instruction::DeleteGlobal { .. } | Instruction::Jump { .. } => {}
            Instruction::MakeCell { result } => self.define(*result, Type::CELL),
            Instruction::LoadCell { cell, result, .. } => {
                self.cell(*cell);
                self.define(*result, Type::ANY);
            }
            Instruction::StoreCell { cell, value } => {
                self.cell(*cell);
                self.value(*value);
            }
            Instruction::Unset { result } => self.set(result.0, Type::UNSET),
            Instruction::CheckSet { value, result, .. } => {
                let held = self.maybe_unset(*value);
                self.define(*result, held.set());
            }
            Instruction::IfUnset { value, .. } => {
                self.maybe_unset(*value);
            }
            Instruction::Expect {
                value,
                expected,
                result,
                ..
            } => {
                let held = self.value(*value);
                let expected = self.context.declared(*expected);
                let narrowed = self.context.lattice.meet(held, expected);
                self.define(*result, narrowed);
            }
            Instruction::IsType { value, result, .. }
            | Instruction::IsFunction { value, result, .. }
            | Instruction::Not { value, result }
            | Instruction::Truth { value, result } => {
                self.value(*value);
                self.define(*result, Type::tag(Tag::Bool));
            }
            Instruction::Compare {
                comparison,
                left,
                right,
                result,
            } => {
                self.values(&[*left, *right]);
                self.ordered(*comparison, *left, *right);
                self.define(*result, Type::tag(Tag::Bool));
            }
            Instruction::IfTrue { value, .. } | Instruction::IfFalse { value, .. } => {
                self.value(*value);
            }
            Instruction::Return { value } => self.returns(*value),
            Instruction::Raise { exception } => {
                self.value(*exception);
            }
            Instruction::RaiseFrom { exception, cause } => self.values(&[*exception, *cause]),
            Instruction::Reraise { exception } => {
                self.object(
                    *exception,
                    ClassRef::Builtin(BuiltinException::BaseException),
                    Rule::V23,
                    "an exception",
                );
            }
            Instruction::Call { .. }
            | Instruction::CallClosure { .. }
            | Instruction::CallValue { .. }
            | Instruction::CallLeaf { .. }
            | Instruction::CallService { .. }
            | Instruction::BeginCall { .. }
            | Instruction::EndCall { .. }
            | Instruction::MakeFunction { .. }
            | Instruction::Yield { .. }
            | Instruction::Delegate { .. }
            | Instruction::Send { .. }
            | Instruction::Throw { .. } => self.call(instruction),
            Instruction::NewObject { class, result } => {
                let instance = self.context.lattice.instance(ClassRef::Module(*class));
                self.define(*result, instance);
            }
            Instruction::GetField {
                object,
                class,
                result,
                ..
            } => {
                self.object(
                    *object,
                    ClassRef::Module(*class),
                    Rule::V22,
                    "an object of the class",
                );
                self.define(*result, Type::ANY);
            }
            Instruction::SetField {
                object,
                class,
                value,
                ..
            } => {
                self.object(
                    *object,
                    ClassRef::Module(*class),
                    Rule::V22,
                    "an object of the class",
                );
                self.value(*value);
            }
            Instruction::DeleteField { object, class, .. } => {
                self.object(
                    *object,
                    ClassRef::Module(*class),
                    Rule::V22,
                    "an object of the class",
                );
            }
            Instruction::LoadInput { name, result } => {
                let context = &self.context;
                let known = context.inputs.and_then(|inputs| inputs.get(name));
                match known {
                    Some(tags) => self.define(*result, Type::of(*tags)),
                    None if context.inputs_are_all => self.set(result.0, Type::UNSET),
                    None => self.define_maybe(*result, Type::ANY, true),
                }
            }
            Instruction::Decode { value, result, .. } => {
                self.value(*value);
                self.define(*result, Type::ANY);
            }
            _ => self.container_or_operator(instruction),
        }
    }

    /// In hand-written code `CMP "<"` of what has no order is refused, as arithmetic is. (Programs
    /// that were compiled may count on its TypeError.)
    fn ordered(&mut self, comparison: Comparison, left: Register, right: Register) {
        if self.context.module.listing.is_empty()
            || !matches!(
                comparison,
                Comparison::Less
                    | Comparison::LessOrEqual
                    | Comparison::Greater
                    | Comparison::GreaterOrEqual
            )
        {
            return;
        }
        const NUMBERS: TagSet = TagSet::of(&[Tag::Bool, Tag::Int, Tag::Float]);
        const OTHERS: [TagSet; 3] = [
            TagSet::of(&[Tag::Str]),
            TagSet::of(&[Tag::List]),
            TagSet::of(&[Tag::None, Tag::Dict, Tag::Response]),
        ];
        let held = [left, right].map(|register| self.held(register).set().tags);
        let group = |tags: TagSet| {
            let mut groups = core::iter::once(NUMBERS).chain(OTHERS);
            groups.find(|group| !tags.is_empty() && tags.is_subset(*group))
        };
        let [first, second] = held;
        match (group(first), group(second)) {
            (Some(left_group), Some(right_group))
                if left_group != right_group || left_group == OTHERS[2] =>
            {
                let expected = text::spoken(first);
                self.mismatch("Type mismatch in CMP".to_owned(), right, expected, second);
            }
            _ => {}
        }
    }

    fn returns(&mut self, value: Register) {
        let held = self.value(value);
        let declared = self.context.declared(self.function.result);
        if !self.context.lattice.is_subset(held, declared) {
            let (held, declared) = (self.shown(held), self.shown(declared));
            self.refuse_about(Rule::V21, value, || {
                format!("the result is declared `{declared}`, and {value} may be `{held}`")
            });
        }
    }

    fn call(&mut self, instruction: &'m Instruction) {
        match instruction {
            Instruction::Call {
                function,
                arguments,
                result,
            } => {
                let Some(called) = self.called(*function) else {
                    return;
                };
                if called.captures > 0 {
                    self.refuse(Rule::V19, || {
                        format!("{function} captures, so only a function value calls it")
                    });
                }
                self.arguments(called, arguments);
                self.define(*result, self.result_of(called));
            }
            Instruction::CallClosure {
                function,
                closure,
                arguments,
                result,
            } => {
                let Some(called) = self.called(*function) else {
                    return;
                };
                let held = self.value(*closure);
                if called.captures == 0 {
                    self.refuse(Rule::V19, || {
                        format!("{function} captures nothing, so `CALL` calls it")
                    });
                } else if !held.tags.is_subset(TagSet::of(&[Tag::Function])) {
                    let shown = self.shown(held);
                    self.refuse_about(Rule::V19, *closure, || {
                        format!("{closure} must be a function value, and may be `{shown}`")
                    });
                }
                self.arguments(called, arguments);
                self.define(*result, self.result_of(called));
            }
            Instruction::CallValue {
                callee,
                arguments,
                result,
            } => {
                self.value(*callee);
                self.values(arguments);
                self.define(*result, Type::ANY);
            }
            Instruction::BeginCall {
                arguments, result, ..
            } => {
                self.values(arguments);
                self.define(*result, Type::tag(Tag::Int));
            }
            Instruction::EndCall { call, result } => {
                self.value(*call);
                self.define(*result, Type::ANY);
            }
            Instruction::CallService {
                arguments, result, ..
            } => {
                self.values(arguments);
                self.define(*result, Type::ANY);
            }
            Instruction::CallLeaf {
                leaf,
                arguments,
                result,
            } => {
                self.values(arguments);
                let Some((wanted, given, requires)) =
                    self.context.leaves.get(leaf.index()).copied()
                else {
                    return;
                };
                if let Some(requires) = requires {
                    for argument in arguments.iter().take(usize::from(requires.arguments)) {
                        let held = self.held(*argument).set().tags;
                        if !held.is_empty() && held.intersection(requires.tags).is_empty() {
                            let expected = requires.expected.to_owned();
                            self.mismatch(requires.refusal.to_owned(), *argument, expected, held);
                        }
                    }
                }
                if arguments.len() != usize::from(wanted) {
                    let count = arguments.len();
                    self.refuse(Rule::V18, || {
                        format!(
                            "it takes {}, and gets {count}",
                            counted(wanted.into(), "argument")
                        )
                    });
                }
                self.define(*result, given);
            }
            Instruction::MakeFunction {
                function,
                cells,
                result,
            } => {
                let Some(made) = self.called(*function) else {
                    return;
                };
                for cell in cells {
                    self.cell(*cell);
                }
                if cells.len() != usize::from(made.captures) {
                    let (count, wanted) = (cells.len(), made.captures);
                    self.refuse(Rule::V20, || {
                        format!("{function} captures {wanted} cells, and gets {count}")
                    });
                }
                let parameters = made.registers.iter().take(usize::from(made.parameters));
                if parameters
                    .map(|register| self.context.declared(register.bound))
                    .any(|bound| bound != Type::ANY)
                {
                    self.refuse(Rule::V20, || {
                        format!("{function} has a parameter that is not `any`, so it is no value")
                    });
                }
                self.define(*result, Type::tag(Tag::Function));
            }
            Instruction::Yield { value, result } => {
                self.value(*value);
                if !matches!(
                    self.function.kind,
                    FunctionKind::Generator | FunctionKind::AsyncGenerator
                ) {
                    self.refuse(Rule::V24, || "only a generator function yields".to_owned());
                }
                self.define(*result, Type::ANY);
            }
            Instruction::Delegate { iterator, result } => {
                self.known(
                    *iterator,
                    TagSet::of(&[Tag::Iterator, Tag::Generator, Tag::Coroutine]),
                    "an iterator, generator or coroutine",
                );
                if self.function.kind == FunctionKind::Plain {
                    self.refuse(Rule::V24, || {
                        "only a generator or coroutine delegates".to_owned()
                    });
                }
                self.define(*result, Type::ANY);
            }
            Instruction::Send {
                generator,
                value,
                result,
                ..
            }
            | Instruction::Throw {
                generator,
                exception: value,
                result,
                ..
            } => {
                self.value(*value);
                self.resumed(*generator);
                self.define(*result, Type::ANY);
            }
            _ => {}
        }
    }

    /// What `SEND` and `THROW` resume.
    fn resumed(&mut self, generator: Register) {
        self.known(
            generator,
            TagSet::of(&[Tag::Generator, Tag::Coroutine, Tag::AsyncGenerator]),
            "a generator or coroutine",
        );
        let may_wait = self.value(generator).tags.contains(Tag::AsyncGenerator);
        if may_wait
            && !matches!(
                self.function.kind,
                FunctionKind::Coroutine | FunctionKind::AsyncGenerator
            )
        {
            self.refuse(Rule::V24, || {
                "only a coroutine resumes what may wait".to_owned()
            });
        }
    }

    fn container_or_operator(&mut self, instruction: &'m Instruction) {
        match instruction {
            Instruction::MakeList { values, result } => self.make(values, Tag::List, *result),
            Instruction::MakeTuple { values, result } => self.make(values, Tag::Tuple, *result),
            Instruction::MakeSet { values, result } => self.make(values, Tag::Set, *result),
            Instruction::MakeDict { items, result } => self.make(items, Tag::Dict, *result),
            Instruction::MakeSlice {
                start,
                stop,
                step,
                result,
            } => {
                self.make(&[*start, *stop, *step], Tag::Slice, *result);
            }
            Instruction::ListAppend { list, value } => {
                self.known(*list, TagSet::of(&[Tag::List]), "a list");
                self.value(*value);
            }
            Instruction::SetAdd { set, value } => {
                self.known(*set, TagSet::of(&[Tag::Set]), "a set");
                self.value(*value);
            }
            Instruction::Concat { values, result } => {
                for value in values {
                    self.known(*value, TagSet::of(&[Tag::Str]), "a str");
                }
                self.define(*result, Type::tag(Tag::Str));
            }
            Instruction::Next {
                iterator, result, ..
            } => {
                self.known(
                    *iterator,
                    TagSet::of(&[Tag::Iterator, Tag::Generator]),
                    "an iterator or generator",
                );
                self.define(*result, Type::ANY);
            }
            Instruction::GetItem {
                container,
                key,
                result,
            } => {
                let held = self.value(*container);
                let key = self.value(*key);
                let item = operators::item(held.tags);
                let (operand, possible) = ((*container, held), !item.is_empty());
                self.attempt(instruction, operand, possible, "array or object or string");
                self.operation(instruction, &[held, key], item, *result);
            }
            Instruction::SetItem {
                container,
                key,
                value,
            } => {
                let held = self.value(*container);
                self.values(&[*key, *value]);
                let possible = operators::is_storable(held.tags);
                self.attempt(instruction, (*container, held), possible, "array or object");
            }
            Instruction::DeleteItem { container, key } => {
                let held = self.value(*container);
                self.value(*key);
                let possible = operators::is_storable(held.tags);
                self.attempt(instruction, (*container, held), possible, "array or object");
            }
            Instruction::Length { value, result } => {
                let held = self.value(*value);
                let possible = operators::is_sized(held.tags);
                let expected = "string or array or object";
                self.attempt(instruction, (*value, held), possible, expected);
                self.define(*result, Type::tag(Tag::Int));
            }
            Instruction::GetIterator { value, result } => {
                let held = self.value(*value);
                let iterator = operators::iterator(held.tags);
                self.attempt(instruction, (*value, held), !iterator.is_empty(), "array");
                self.operation(instruction, &[held], iterator, *result);
            }
            Instruction::Unpack { value, results } => {
                let held = self.value(*value);
                let possible = operators::is_unpackable(held.tags);
                self.attempt(instruction, (*value, held), possible, "array");
                for result in results {
                    self.define(*result, Type::ANY);
                }
            }
            Instruction::UnpackStar {
                value,
                before,
                results,
            } => {
                let held = self.value(*value);
                let possible = operators::is_unpackable(held.tags);
                self.attempt(instruction, (*value, held), possible, "array");
                for (position, result) in results.iter().enumerate() {
                    let starred = position == usize::from(*before);
                    self.define(
                        *result,
                        if starred {
                            Type::tag(Tag::List)
                        } else {
                            Type::ANY
                        },
                    );
                }
            }
            _ => self.operator(instruction),
        }
    }

    fn make(&mut self, values: &[Register], tag: Tag, result: Destination) {
        self.values(values);
        self.define(result, Type::tag(tag));
    }

    fn operator(&mut self, instruction: &'m Instruction) {
        let mut operands = Vec::with_capacity(2);
        let mut registers = Vec::with_capacity(2);
        let mut destination = None;
        instruction.operands(|operand| match operand {
            OperandView::Use(register) => {
                registers.push(register);
                operands.push(self.value(register));
            }
            OperandView::Define(result) => destination = Some(result),
            _ => {}
        });
        let tags = match operands.as_slice() {
            [value] => operators::unary(instruction, value.tags),
            [left, right] => operators::binary(instruction, left.tags, right.tags),
            _ => None,
        };
        if let (Some(tags), Some(result)) = (tags, destination) {
            if let ([held], [register]) = (operands.as_slice(), registers.as_slice()) {
                self.attempt(instruction, (*register, *held), !tags.is_empty(), "number");
            }
            if let ([left, right], [_, register]) = (operands.as_slice(), registers.as_slice())
                && tags.is_empty()
                && !left.tags.is_empty()
                && !right.tags.is_empty()
            {
                // What hand-written code is told, in the words of JSON.
                let message = format!("Type mismatch in {}", instruction.mnemonic());
                if !self.context.module.listing.is_empty() {
                    self.mismatch(message, *register, text::spoken(left.tags), right.tags);
                }
            }
            self.operation(instruction, &operands, tags, result);
        } else {
            self.refuse(Rule::V12, || {
                format!("the verifier has no rule for {}", instruction.mnemonic())
            });
        }
    }
}
