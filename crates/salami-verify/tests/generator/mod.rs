//! Verified modules made from entropy: any bytes give one.
//!
//! Instructions are drawn from the whole table with operands that exist; what the verifier then
//! refuses is replaced by a jump to the next instruction, until nothing is refused.

mod idiom;

use salami_ir::instruction::{
    Comparison, Destination, Expectation, INSTRUCTIONS, Instruction, OperandSource,
};
use salami_ir::{
    Address, BuiltinException, Capability, Class, ClassIndex, ClassRef, Constant, ConstantIndex,
    Field, FieldIndex, Function, FunctionIndex, FunctionKind, Global, GlobalIndex, Handler,
    HandlerKind, LeafImport, LeafIndex, LeafSignature, Module, Place, Register,
    RegisterDeclaration, RegisterType, SEMANTICS_VERSION, Schema, SchemaIndex, Tag, TagSet,
    TypeIndex,
};
use salami_verify::{Verified, verify};

/// Each function has this many registers for values, then one for a cell.
const VALUES: u16 = 12;
const ROUNDS: usize = 300;
/// Each function begins with this many instructions that do nothing.
pub const ROOM: u32 = 6;

struct Draw<'a> {
    bytes: core::slice::Iter<'a, u8>,
    module: Module,
    leaves: &'static [LeafSignature],
    function: usize,
    length: u32,
    /// How many registers the next list has, and whether they are cells.
    list: Option<(usize, bool)>,
    class: ClassIndex,
}

impl Draw<'_> {
    fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or_default()
    }

    fn below(&mut self, limit: usize) -> usize {
        let (high, low) = if limit > 256 {
            (self.byte(), self.byte())
        } else {
            (0, self.byte())
        };
        (usize::from(high) << 8 | usize::from(low)) % limit.max(1)
    }

    fn index(&mut self, limit: usize) -> u32 {
        self.below(limit) as u32
    }

    /// Values come after the parameters and captures, which no instruction here tells apart.
    fn first_value(&self) -> u16 {
        let function = &self.module.functions[self.function];
        function.parameters + function.captures
    }

    fn value(&mut self) -> Register {
        let first = usize::from(self.first_value());
        // Now and then any register: a parameter, a capture, the cell.
        match self.byte() {
            0..=239 => Register((first + self.below(usize::from(VALUES))) as u16),
            _ => Register(self.below(first + usize::from(VALUES) + 1) as u16),
        }
    }

    fn cell(&self) -> Register {
        Register(self.first_value() + VALUES)
    }

    fn instruction(&mut self) -> Instruction {
        self.list = None;
        let opcode = INSTRUCTIONS[self.below(INSTRUCTIONS.len())].opcode;
        match Instruction::read(opcode, self) {
            Some(Ok(instruction)) => instruction,
            _ => unreachable!("the opcode is in the table, and every operand can be drawn"),
        }
    }

    /// Values of many kinds, in the registers that instructions are drawn to use. Before them are
    /// jumps to what follows: room for what a test wants to be executed.
    fn beginning(&mut self) -> Vec<Instruction> {
        let first = self.first_value();
        let register = |offset: u16| Register(first + offset);
        let destination = |offset: u16| Destination(Register(first + offset));
        let room = (1..=ROOM).map(|next| Instruction::Jump {
            target: Address(next),
        });
        let mut code: Vec<_> = room.collect();
        code.extend((0..VALUES).map(|offset| {
            let constant = ConstantIndex(self.index(self.module.constants.len()));
            Instruction::LoadConstant {
                constant,
                result: destination(offset),
            }
        }));
        code.push(Instruction::MakeList {
            values: vec![register(4), register(5)],
            result: destination(0),
        });
        code.push(Instruction::MakeSet {
            values: vec![],
            result: destination(1),
        });
        code.push(Instruction::GetIterator {
            value: register(0),
            result: destination(2),
        });
        code.push(Instruction::NewObject {
            class: ClassIndex(self.index(3)),
            result: destination(3),
        });
        code.push(Instruction::MakeCell {
            result: Destination(self.cell()),
        });
        code.push(Instruction::StoreCell {
            cell: self.cell(),
            value: register(4),
        });
        code
    }

    fn code(&mut self) {
        let mut code = self.beginning();
        let body = self.below(60);
        // Room for the last idiom, a return, and a clean-up.
        let end = code.len() + body;
        self.length = (end + idiom::LONGEST + 2) as u32;
        while code.len() < end {
            if self.below(3) == 0 {
                let idiom = self.idiom(code.len() as u32);
                code.extend(idiom);
            } else {
                code.push(self.instruction());
            }
        }
        while code.len() + 2 < self.length as usize {
            code.push(Instruction::Jump {
                target: Address(code.len() as u32 + 1),
            });
        }
        code.push(Instruction::Return {
            value: self.value(),
        });
        let held = Register(self.first_value() + VALUES - 1);
        code.push(Instruction::Reraise { exception: held });
        let count = self.below(3);
        let mut handlers: Vec<Handler> = (0..count).map(|_| self.handler()).collect();
        if handlers.is_empty() {
            let target = Address(self.length - 1);
            handlers.push(Handler {
                from: Address(ROOM + u32::from(VALUES)),
                to: Address(end as u32),
                target,
                register: held,
                kind: HandlerKind::Cleanup,
            });
        }
        let function = &mut self.module.functions[self.function];
        function.code = code;
        function.handlers = handlers;
    }

    fn handler(&mut self) -> Handler {
        let length = self.length as usize;
        let from = Address(self.index(length));
        let to = Address(from.0 + self.index(length - from.index()) + 1);
        let classes = [
            BuiltinException::Exception,
            BuiltinException::TypeError,
            BuiltinException::KeyError,
        ];
        let kind = match self.below(4) {
            3 => HandlerKind::Cleanup,
            class => HandlerKind::Catch(vec![ClassRef::Builtin(classes[class])]),
        };
        Handler {
            from,
            to,
            target: Address(self.index(length)),
            register: self.value(),
            kind,
        }
    }

    fn header(&mut self, index: usize) -> Function {
        let entry = index == 0;
        let parameters = if entry { 0 } else { self.below(3) as u16 };
        let captures = if entry { 0 } else { self.below(2) as u16 };
        let bound = |bound: u32| RegisterDeclaration {
            bound: TypeIndex(bound),
            ..RegisterDeclaration::default()
        };
        let mut registers = vec![bound(0); usize::from(parameters)];
        registers.extend(vec![bound(1); usize::from(captures)]);
        registers.extend(vec![bound(0); usize::from(VALUES)]);
        registers.push(bound(1));
        let kinds = [
            FunctionKind::Plain,
            FunctionKind::Plain,
            FunctionKind::Generator,
            FunctionKind::Coroutine,
            FunctionKind::AsyncGenerator,
        ];
        let kind = if entry { 0 } else { self.below(kinds.len()) };
        Function {
            name: format!("f{index}"),
            kind: kinds[kind],
            parameters,
            captures,
            registers,
            ..Function::default()
        }
    }
}

impl OperandSource for Draw<'_> {
    type Error = core::convert::Infallible;

    fn register(&mut self) -> Result<Register, Self::Error> {
        Ok(self.value())
    }
    fn destination(&mut self) -> Result<Destination, Self::Error> {
        self.register().map(Destination)
    }
    fn registers(&mut self) -> Result<Vec<Register>, Self::Error> {
        let (count, cells) = self.list.unwrap_or((2 * self.below(3), false));
        Ok((0..count)
            .map(|_| if cells { self.cell() } else { self.value() })
            .collect())
    }
    fn destinations(&mut self) -> Result<Vec<Destination>, Self::Error> {
        (0..=self.below(3)).map(|_| self.destination()).collect()
    }
    fn address(&mut self) -> Result<Address, Self::Error> {
        Ok(Address(self.index(self.length as usize)))
    }
    fn constant(&mut self) -> Result<ConstantIndex, Self::Error> {
        Ok(ConstantIndex(self.index(self.module.constants.len())))
    }
    fn register_type(&mut self) -> Result<TypeIndex, Self::Error> {
        Ok(TypeIndex(self.index(self.module.types.len())))
    }
    fn function(&mut self) -> Result<FunctionIndex, Self::Error> {
        let index = self.index(self.module.functions.len());
        let function = &self.module.functions[index as usize];
        let (parameters, captures) = (
            usize::from(function.parameters),
            usize::from(function.captures),
        );
        self.list = Some(if self.byte() & 1 == 0 {
            (parameters, false)
        } else {
            (captures, true)
        });
        Ok(FunctionIndex(index))
    }
    fn leaf(&mut self) -> Result<LeafIndex, Self::Error> {
        let index = self.index(self.module.leaves.len());
        let name = &self.module.leaves[index as usize].name;
        let signature = self.leaves.iter().find(|leaf| leaf.name == name);
        self.list = Some((
            signature.map_or(0, |leaf| usize::from(leaf.arguments)),
            false,
        ));
        Ok(LeafIndex(index))
    }
    fn class(&mut self) -> Result<ClassIndex, Self::Error> {
        self.class = ClassIndex(self.index(self.module.classes.len()));
        Ok(self.class)
    }
    fn field(&mut self) -> Result<FieldIndex, Self::Error> {
        let fields = self.module.classes[self.class.index()].fields.len();
        Ok(FieldIndex(self.below(fields) as u16))
    }
    fn global(&mut self) -> Result<GlobalIndex, Self::Error> {
        Ok(GlobalIndex(self.index(self.module.globals.len())))
    }
    fn schema(&mut self) -> Result<SchemaIndex, Self::Error> {
        Ok(SchemaIndex(self.index(self.module.schemas.len())))
    }
    fn comparison(&mut self) -> Result<Comparison, Self::Error> {
        Ok(Comparison::ALL[self.below(Comparison::ALL.len())])
    }
    fn expectation(&mut self) -> Result<Expectation, Self::Error> {
        // Never a guard, as nothing proved what is expected here.
        Ok(match self.below(3) {
            0 => Expectation::Attribute("name".to_owned()),
            1 => Expectation::Callable,
            _ => Expectation::Type("not {}".to_owned()),
        })
    }
    fn text(&mut self) -> Result<String, Self::Error> {
        Ok(["x", "name", "user.tell"][self.below(3)].to_owned())
    }
    fn count(&mut self) -> Result<u16, Self::Error> {
        Ok(self.below(3) as u16)
    }
}

fn class(name: &str, base: Option<ClassRef>, fields: &[&str]) -> Class {
    let field = |name: &&str| Field {
        name: (*name).to_owned(),
        shown: true,
        compared: true,
    };
    Class {
        name: name.to_owned(),
        base,
        fields: fields.iter().map(field).collect(),
        compares_equal: true,
        compares_order: true,
        shows_fields: true,
        stands_for: None,
        ..Class::default()
    }
}

fn constants() -> Vec<Constant> {
    vec![
        Constant::None,
        Constant::Int(0.into()),
        Constant::Int(3.into()),
        Constant::Int((-1).into()),
        Constant::Int(i64::MAX.into()),
        Constant::Bool(true),
        Constant::Float(1.5f64.to_bits()),
        Constant::Float(f64::INFINITY.to_bits()),
        Constant::Str(String::new()),
        Constant::Str("x".to_owned()),
        Constant::Str("Größe 🍝 {} %s".to_owned()),
        Constant::Bytes(vec![0, 255]),
        Constant::Tuple(vec![ConstantIndex(1), ConstantIndex(9)]),
        Constant::Class(ClassRef::Builtin(BuiltinException::ValueError)),
        Constant::Class(ClassRef::Module(ClassIndex(2))),
        Constant::Type(Tag::Int),
        Constant::Ellipsis,
    ]
}

fn types() -> Vec<RegisterType> {
    vec![
        RegisterType::ANY,
        RegisterType::tag(Tag::Cell),
        RegisterType::tag(Tag::Int),
        RegisterType::tag(Tag::Str),
        RegisterType::tag(Tag::List),
        RegisterType::tag(Tag::Dict),
        RegisterType::tag(Tag::Function),
        RegisterType::tags(TagSet::of(&[Tag::None, Tag::Float])),
        RegisterType::tags(TagSet::of(&[Tag::Iterator, Tag::Generator])),
        RegisterType::class(ClassRef::Module(ClassIndex(0))),
        RegisterType::class(ClassRef::Builtin(BuiltinException::BaseException)),
    ]
}

/// A verified module that uses some of the leaves.
pub fn verified_module(entropy: &[u8], leaves: &'static [LeafSignature]) -> Verified {
    let module = Module {
        semantics: SEMANTICS_VERSION,
        name: "generated".to_owned(),
        constants: constants(),
        types: types(),
        classes: vec![
            class("Point", None, &["x", "y"]),
            class(
                "Sub",
                Some(ClassRef::Module(ClassIndex(0))),
                &["x", "y", "z"],
            ),
            class(
                "Trouble",
                Some(ClassRef::Builtin(BuiltinException::ValueError)),
                &["code"],
            ),
        ],
        globals: vec![
            Global {
                name: "a".to_owned(),
            },
            Global {
                name: "b".to_owned(),
            },
        ],
        schemas: vec![
            Schema::Json,
            Schema::Int,
            Schema::List(SchemaIndex(1)),
            Schema::Union(vec![SchemaIndex(1), SchemaIndex(2)]),
        ],
        capabilities: vec![
            Capability {
                name: "mail.send".to_owned(),
                parameters: Some(vec!["to".to_owned()]),
                result: Some(SchemaIndex(1)),
            },
            Capability {
                name: "user.tell".to_owned(),
                parameters: None,
                result: None,
            },
        ],
        ..Module::default()
    };
    let mut draw = Draw {
        bytes: entropy.iter(),
        module,
        leaves,
        function: 0,
        length: 0,
        list: None,
        class: ClassIndex(0),
    };
    for _ in 0..8.min(leaves.len()) {
        let name = leaves[draw.below(leaves.len())].name.to_owned();
        draw.module.leaves.push(LeafImport { name });
    }
    let functions = 1 + draw.below(4);
    draw.module.functions = (0..functions).map(|index| draw.header(index)).collect();
    for function in 0..functions {
        draw.function = function;
        draw.code();
    }
    repaired(draw.module, leaves)
}

fn repaired(mut module: Module, leaves: &'static [LeafSignature]) -> Verified {
    for _ in 0..ROUNDS {
        let errors = match verify(module.clone(), leaves) {
            Ok(verified) => return verified,
            Err(errors) => errors,
        };
        for error in errors {
            match error.place {
                Place::Instruction(function, address) => {
                    let code = &mut module.functions[function.index()].code;
                    let next = if address.index() + 1 < code.len() {
                        address.0 + 1
                    } else {
                        0
                    };
                    code[address.index()] = Instruction::Jump {
                        target: Address(next),
                    };
                }
                Place::Handler(function, _) => module.functions[function.index()].handlers.clear(),
                place => panic!("generated modules are well in all else, not at {place}: {error}"),
            }
        }
    }
    panic!("each round takes what it refuses away, so it ends");
}
