//! Typed trees made by hand, lowered and verified.

#![allow(dead_code, reason = "each test uses a part")]

use num_bigint::BigInt;
use salami_check::typed::*;
use salami_ir::{LeafSignature, RegisterType, text};
use salami_source::{FileId, Source, Span};

pub const SPAN: Span = Span::new(0, 1);

pub static LEAVES: &[LeafSignature] = &[LeafSignature {
    name: "print",
    arguments: 1,
    result: RegisterType::tag(salami_ir::Tag::None),
    requires: None,
}];

pub fn set(kinds: &[Kind]) -> ValueSet {
    ValueSet {
        kinds: kinds.iter().fold(0, |bits, &kind| bits | 1 << kind as u8),
        classes: None,
    }
}

pub fn class_set(class: u32) -> ValueSet {
    ValueSet {
        kinds: 1 << Kind::Object as u8,
        classes: Some(vec![ClassReference::Program(ClassId(class))]),
    }
}

pub fn expression(kind: ExprKind, values: ValueSet) -> Expr {
    Expr {
        kind: Box::new(kind),
        values,
        span: SPAN,
    }
}

pub fn any(kind: ExprKind) -> Expr {
    expression(kind, ValueSet::ANY)
}

pub fn int(value: i64) -> Expr {
    expression(
        ExprKind::Constant(Constant::Int(BigInt::from(value))),
        set(&[Kind::Int]),
    )
}

pub fn text_constant(value: &str) -> Expr {
    expression(
        ExprKind::Constant(Constant::Str(value.into())),
        set(&[Kind::Str]),
    )
}

pub fn truth(value: bool) -> Expr {
    expression(
        ExprKind::Constant(Constant::Bool(value)),
        set(&[Kind::Bool]),
    )
}

pub fn local(id: u32) -> Expr {
    any(ExprKind::Local(LocalId(id)))
}

pub fn int_local(id: u32) -> Expr {
    expression(ExprKind::Local(LocalId(id)), set(&[Kind::Int]))
}

pub fn call(function: u32, arguments: Vec<Expr>) -> Expr {
    any(ExprKind::Call(FunctionId(function), arguments))
}

pub fn print(value: Expr) -> Stmt {
    statement(StmtKind::Expr(expression(
        ExprKind::Leaf("print", vec![value]),
        set(&[Kind::None]),
    )))
}

pub fn statement(kind: StmtKind) -> Stmt {
    Stmt { kind, span: SPAN }
}

pub fn assign(id: u32, value: Expr) -> Stmt {
    statement(StmtKind::Assign(Place::Local(LocalId(id)), value))
}

pub fn register(name: &str, values: ValueSet) -> Local {
    Local {
        name: Some(name.into()),
        values,
        storage: Storage::Register,
        key: (1, 0),
    }
}

pub fn stored(name: &str, storage: Storage) -> Local {
    Local {
        name: Some(name.into()),
        values: ValueSet::ANY,
        storage,
        key: (1, 0),
    }
}

pub fn function(name: &str, parameters: u32, locals: Vec<Local>, body: Vec<Stmt>) -> Function {
    Function {
        name: name.into(),
        file: FileId(0),
        span: SPAN,
        parameters,
        captures: 0,
        locals,
        result: ValueSet::ANY,
        kind: salami_check::typed::FunctionKind::Plain,
        open: false,
        body,
    }
}

pub fn program(functions: Vec<Function>) -> Program {
    Program {
        functions,
        classes: Vec::new(),
        globals: Vec::new(),
        schemas: Vec::new(),
        body: FunctionId(0),
        main: None,
        capabilities: Vec::new(),
        shares_data: false,
    }
}

/// A program of this body alone.
pub fn body(locals: Vec<Local>, statements: Vec<Stmt>) -> Program {
    program(vec![function("<module>", 0, locals, statements)])
}

/// The assembly of the program; the verifier admits it.
pub fn assembly(program: &Program) -> String {
    assembly_but(program, &[])
}

/// The assembly of the program; the verifier admits it but for violations of these rules.
pub fn assembly_but(program: &Program, admitted: &[salami_verify::Rule]) -> String {
    let sources = [Source::new("test.py", "pass\n")];
    let module = match salami_lower::lower(program, &sources, "test.py", LEAVES) {
        Ok(module) => module,
        Err(error) => panic!("{error}"),
    };
    let printed = text::print(&module);
    if let Err(mut errors) = salami_verify::verify(module, LEAVES) {
        errors.retain(|error| !admitted.contains(&error.rule));
        assert!(errors.is_empty(), "{errors:#?}\n{printed}");
    }
    printed
}

/// The instructions of the first function, a line each, without addresses.
pub fn code(program: &Program) -> Vec<String> {
    let printed = assembly(program);
    let mut lines = Vec::new();
    let mut inside = false;
    for line in printed.lines() {
        if line.starts_with("FUNCTION") {
            inside = lines.is_empty();
        } else if inside
            && let Some((address, instruction)) = line.trim().split_once(": ")
            && address.parse::<u32>().is_ok()
        {
            let instruction = instruction.split(" ; ").next().unwrap_or(instruction);
            lines.push(instruction.to_owned());
        }
    }
    lines
}
