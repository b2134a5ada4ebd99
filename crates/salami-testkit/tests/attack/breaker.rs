//! One way to break each rule of the verifier in a module that keeps to all of them.
//!
//! The entry function begins with instructions that do nothing (`generator::ROOM`), which are always
//! executed: what is wrong with instructions is put there.

use salami_ir::instruction::{Destination, Instruction};
use salami_ir::{
    Address, Capability, Class, ClassIndex, ClassRef, Constant, ConstantIndex, Field, FieldIndex,
    Function, FunctionIndex, FunctionKind, Handler, HandlerKind, InputField, LeafImport, LeafIndex,
    Module, Register, RegisterDeclaration, RegisterType, Schema, SchemaIndex, SourceEntry, Tag,
    TagSet, TypeIndex,
};
use salami_verify::Rule;

type Breaker = (Rule, fn(&mut Module));

/// The rules, each with what breaks it.
pub const BREAKERS: &[Breaker] = &[
    (Rule::V1, |module| module.semantics = 999),
    (Rule::V2, |module| {
        let own = ConstantIndex(module.constants.len() as u32);
        module.constants.push(Constant::Tuple(vec![own]));
    }),
    (Rule::V3, |module| {
        let tags = TagSet::of(&[Tag::Int, Tag::Unset]);
        module.types.push(RegisterType::tags(tags));
    }),
    (Rule::V4, |module| {
        let name = "os.system".to_owned();
        module.leaves.push(LeafImport { name });
    }),
    (Rule::V5, |module| {
        let own = ClassRef::Module(ClassIndex(module.classes.len() as u32));
        module.classes.push(Class {
            name: "Own".to_owned(),
            base: Some(own),
            ..Class::default()
        });
    }),
    (Rule::V5, |module| {
        let field = Field {
            name: "twice".to_owned(),
            shown: true,
            compared: true,
        };
        module.classes.push(Class {
            name: "Twice".to_owned(),
            fields: vec![field.clone(), field],
            ..Class::default()
        });
    }),
    (Rule::V6, |module| {
        let own = SchemaIndex(module.schemas.len() as u32);
        module.schemas.push(Schema::List(own));
    }),
    (Rule::V7, |module| {
        let name = "aaa.first".to_owned();
        let capability = Capability {
            name,
            parameters: None,
            result: None,
        };
        module.capabilities.push(capability);
    }),
    (Rule::V8, |module| module.entry = FunctionIndex(9_999)),
    (Rule::V9, |module| {
        let mut short = plain(module, vec![]);
        short.parameters = 50;
        module.functions.push(short);
    }),
    (Rule::V10, |module| {
        let handler = Handler {
            from: Address(3),
            to: Address(1),
            target: Address(0),
            register: Register(0),
            kind: HandlerKind::Cleanup,
        };
        entry(module).handlers.push(handler);
    }),
    (Rule::V11, |module| {
        let place = |address| SourceEntry {
            address: Address(address),
            line: 1,
            file: 0,
            span: salami_source::Span::new(0, 0),
        };
        entry(module).source_map = vec![place(2), place(1)];
    }),
    (Rule::V12, |module| {
        first(module, vec![copy(60_000, 0)]);
    }),
    (Rule::V13, |module| {
        let target = Address(9_000_000);
        first(module, vec![Instruction::Jump { target }]);
    }),
    (Rule::V14, |module| {
        let none = load(module, Constant::None, 0);
        entry(module).code.push(none);
    }),
    (Rule::V15, |module| {
        let fresh = register(module, RegisterType::ANY);
        first(module, vec![copy(fresh, fresh)]);
    }),
    (Rule::V16, |module| {
        let (cell, any) = (
            register(module, RegisterType::tag(Tag::Cell)),
            register(module, RegisterType::ANY),
        );
        let make = Instruction::MakeCell {
            result: Destination(Register(cell)),
        };
        first(module, vec![make, copy(cell, any)]);
    }),
    (Rule::V17, |module| {
        let number = register(module, RegisterType::tag(Tag::Int));
        let text = load(module, Constant::Str("text".to_owned()), number);
        first(module, vec![text]);
    }),
    (Rule::V18, |module| {
        let name = "str.upper".to_owned();
        let leaf = LeafIndex(module.leaves.len() as u32);
        module.leaves.push(LeafImport { name });
        let fresh = register(module, RegisterType::ANY);
        let call = Instruction::CallLeaf {
            leaf,
            arguments: vec![],
            result: Destination(Register(fresh)),
        };
        first(module, vec![call]);
    }),
    (Rule::V19, |module| {
        let function = capturing(module);
        let fresh = register(module, RegisterType::ANY);
        let call = Instruction::Call {
            function,
            arguments: vec![],
            result: Destination(Register(fresh)),
        };
        first(module, vec![call]);
    }),
    (Rule::V20, |module| {
        let function = capturing(module);
        let fresh = register(module, RegisterType::ANY);
        let make = Instruction::MakeFunction {
            function,
            cells: vec![],
            result: Destination(Register(fresh)),
        };
        first(module, vec![make]);
    }),
    (Rule::V21, |module| {
        let text = load(module, Constant::Str("text".to_owned()), 0);
        let mut wrong = plain(
            module,
            vec![text, Instruction::Return { value: Register(0) }],
        );
        wrong.result = type_index(module, RegisterType::tag(Tag::Int));
        module.functions.push(wrong);
    }),
    (Rule::V22, |module| {
        let fresh = register(module, RegisterType::ANY);
        let number = load(module, Constant::Int(1.into()), fresh);
        let get = Instruction::GetField {
            object: Register(fresh),
            class: ClassIndex(0),
            field: FieldIndex(0),
            result: Destination(Register(fresh)),
        };
        first(module, vec![number, get]);
    }),
    (Rule::V23, |module| {
        let fresh = register(module, RegisterType::ANY);
        let number = load(module, Constant::Int(1.into()), fresh);
        let append = Instruction::ListAppend {
            list: Register(fresh),
            value: Register(fresh),
        };
        first(module, vec![number, append]);
    }),
    (Rule::V24, |module| {
        let fresh = register(module, RegisterType::ANY);
        let number = load(module, Constant::Int(1.into()), fresh);
        let give = Instruction::Yield {
            value: Register(fresh),
            result: Destination(Register(fresh)),
        };
        first(module, vec![number, give]);
    }),
    (Rule::V25, |module| {
        let (text, none) = (
            register(module, RegisterType::ANY),
            register(module, RegisterType::ANY),
        );
        let code = vec![
            load(module, Constant::Str("text".to_owned()), text),
            load(module, Constant::None, none),
            Instruction::Add {
                left: Register(text),
                right: Register(none),
                result: Destination(Register(none)),
            },
        ];
        first(module, code);
    }),
    (Rule::V26, |module| {
        let fresh = register(module, RegisterType::ANY);
        let tested = type_index(module, RegisterType::tag(Tag::Cell));
        let number = load(module, Constant::Int(1.into()), fresh);
        let test = Instruction::IsType {
            value: Register(fresh),
            tested,
            result: Destination(Register(fresh)),
        };
        first(module, vec![number, test]);
    }),
    (Rule::V27, |module| {
        const MANY: u32 = 1_100;
        let mut code = vec![load(module, Constant::None, 0)];
        let test = Instruction::IfTrue {
            value: Register(0),
            target: Address(1),
        };
        code.extend((0..MANY).map(|_| test.clone()));
        code.push(Instruction::Return { value: Register(0) });
        let mut function = plain(module, code);
        let handler = Handler {
            from: Address(1),
            to: Address(MANY - 100),
            target: Address(MANY + 1),
            register: Register(0),
            kind: HandlerKind::Cleanup,
        };
        function.handlers = vec![handler; MANY as usize];
        module.functions.push(function);
    }),
    (Rule::V28, |module| {
        let fresh = register(module, RegisterType::ANY);
        let call = Instruction::CallService {
            service: "files.delete".to_owned(),
            arguments: vec![],
            result: Destination(Register(fresh)),
        };
        first(module, vec![call]);
    }),
    (Rule::V29, |module| {
        let field = InputField {
            name: "twice".to_owned(),
            tags: TagSet::of(&[Tag::Str]),
        };
        module.inputs.extend([field.clone(), field]);
    }),
];

fn entry(module: &mut Module) -> &mut Function {
    let entry = module.entry.index();
    &mut module.functions[entry]
}

/// Puts code where the entry function has room for it.
fn first(module: &mut Module, code: Vec<Instruction>) {
    for (place, instruction) in entry(module).code.iter_mut().zip(code) {
        *place = instruction;
    }
}

fn copy(value: u16, result: u16) -> Instruction {
    Instruction::Move {
        value: Register(value),
        result: Destination(Register(result)),
    }
}

fn load(module: &mut Module, constant: Constant, result: u16) -> Instruction {
    let index = ConstantIndex(module.constants.len() as u32);
    module.constants.push(constant);
    Instruction::LoadConstant {
        constant: index,
        result: Destination(Register(result)),
    }
}

fn type_index(module: &mut Module, wanted: RegisterType) -> TypeIndex {
    let found = module.types.iter().position(|known| *known == wanted);
    let index = found.unwrap_or_else(|| {
        module.types.push(wanted);
        module.types.len() - 1
    });
    TypeIndex(index as u32)
}

/// A new register of the entry function.
fn register(module: &mut Module, wanted: RegisterType) -> u16 {
    let bound = type_index(module, wanted);
    let registers = &mut entry(module).registers;
    registers.push(RegisterDeclaration {
        bound,
        ..RegisterDeclaration::default()
    });
    registers.len() as u16 - 1
}

/// A function of one register for any value, without parameters.
fn plain(module: &mut Module, mut code: Vec<Instruction>) -> Function {
    if code.is_empty() {
        code = vec![
            load(module, Constant::None, 0),
            Instruction::Return { value: Register(0) },
        ];
    }
    let any = type_index(module, RegisterType::ANY);
    Function {
        name: "broken".to_owned(),
        kind: FunctionKind::Plain,
        registers: vec![RegisterDeclaration {
            bound: any,
            ..RegisterDeclaration::default()
        }],
        result: any,
        code,
        ..Function::default()
    }
}

/// A function that captures a cell.
fn capturing(module: &mut Module) -> FunctionIndex {
    let mut function = plain(module, vec![]);
    let cell = type_index(module, RegisterType::tag(Tag::Cell));
    function.captures = 1;
    function.registers.insert(
        0,
        RegisterDeclaration {
            bound: cell,
            ..RegisterDeclaration::default()
        },
    );
    function.code = vec![
        load(module, Constant::None, 1),
        Instruction::Return { value: Register(1) },
    ];
    module.functions.push(function);
    FunctionIndex(module.functions.len() as u32 - 1)
}
