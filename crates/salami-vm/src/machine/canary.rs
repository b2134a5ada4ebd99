//! Each limit proves itself once per host process: a small program that must run into it.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use salami_ir::instruction::Destination;
use salami_ir::{
    Address, BuiltinException, Constant, ConstantIndex, Function, FunctionIndex, Instruction,
    Module, Register, RegisterDeclaration, RegisterType, SEMANTICS_VERSION, Tag, TagSet, TypeIndex,
};

use super::{Limits, Machine, Outcome};
use crate::context::Fuel;
use crate::leaf::leaves;
use crate::prepare::Program;

/// A limit that did not hold, so that no program may run here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanaryError {
    /// Which limit.
    pub limit: &'static str,
}

impl core::fmt::Display for CanaryError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            formatter,
            "the self-test of the limit on {} failed",
            self.limit
        )
    }
}

/// Runs the self-test of every limit, the first time it is called; later calls give what it gave.
///
/// # Errors
/// The limit that did not hold.
pub fn check_limits() -> Result<(), CanaryError> {
    static CHECKED: OnceLock<Result<(), CanaryError>> = OnceLock::new();
    *CHECKED.get_or_init(|| {
        fuel()?;
        memory()?;
        depth()?;
        stack()?;
        counts()?;
        interrupt()?;
        size()
    })
}

/// A module of one function of no parameters, all of whose registers are `any`.
fn module(registers: usize, code: Vec<Instruction>) -> Module {
    let any = TypeIndex(0);
    let function = Function {
        name: "<module>".to_owned(),
        registers: vec![
            RegisterDeclaration {
                bound: any,
                ..RegisterDeclaration::default()
            };
            registers
        ],
        code,
        result: any,
        ..Function::default()
    };
    Module {
        semantics: SEMANTICS_VERSION,
        name: "canary".to_owned(),
        constants: vec![Constant::None],
        types: vec![
            RegisterType::ANY,
            RegisterType::tags(TagSet::of(&[Tag::List])),
        ],
        functions: vec![function],
        ..Module::default()
    }
}

fn run(
    limit: &'static str,
    module: Module,
    limits: Limits,
    fuel: u64,
) -> Result<Outcome, CanaryError> {
    let failed = CanaryError { limit };
    let verified = salami_verify::verify(module, leaves()).map_err(|_| failed)?;
    let program = Program::new(verified).map_err(|_| failed)?;
    let mut machine = Machine::unchecked(&Arc::new(program), limits, &[]).map_err(|_| failed)?;
    Ok(machine.run(fuel))
}

fn expect(limit: &'static str, held: bool) -> Result<(), CanaryError> {
    if held {
        Ok(())
    } else {
        Err(CanaryError { limit })
    }
}

fn none(result: u16) -> Instruction {
    Instruction::LoadConstant {
        constant: ConstantIndex(0),
        result: Destination(Register(result)),
    }
}

/// A loop without an end.
fn fuel() -> Result<(), CanaryError> {
    let outcome = run(
        "fuel",
        module(1, vec![Instruction::Jump { target: Address(0) }]),
        Limits::default(),
        5000,
    )?;
    expect("fuel", matches!(outcome, Outcome::OutOfFuel { .. }))
}

/// A list that grows for ever.
fn memory() -> Result<(), CanaryError> {
    let mut module = module(
        2,
        vec![
            none(0),
            Instruction::MakeList {
                values: Vec::new(),
                result: Destination(Register(1)),
            },
            Instruction::ListAppend {
                list: Register(1),
                value: Register(0),
            },
            Instruction::Jump { target: Address(2) },
        ],
    );
    if let Some(register) = module
        .functions
        .first_mut()
        .and_then(|function| function.registers.get_mut(1))
    {
        register.bound = TypeIndex(1);
    }
    let limits = Limits {
        memory: 16 << 10,
        ..Limits::default()
    };
    let outcome = run("memory", module, limits, 100_000)?;
    expect(
        "memory",
        matches!(outcome, Outcome::Failed(error) if error.code == "limit.memory"),
    )
}

fn endless_recursion(registers: usize) -> Module {
    let mut module = module(1, vec![none(0), Instruction::Return { value: Register(0) }]);
    let call = |function| Instruction::Call {
        function: FunctionIndex(function),
        arguments: Vec::new(),
        result: Destination(Register(0)),
    };
    if let Some(entry) = module.functions.first_mut() {
        entry.code = vec![call(1), Instruction::Return { value: Register(0) }];
        let mut deeper = entry.clone();
        deeper.registers = vec![RegisterDeclaration::default(); registers];
        deeper.name = "deeper".to_owned();
        module.functions.push(deeper);
    }
    module
}

/// A function that calls itself for ever.
fn depth() -> Result<(), CanaryError> {
    let limits = Limits {
        depth: 20,
        ..Limits::default()
    };
    let outcome = run("depth", endless_recursion(1), limits, 100_000)?;
    let name = BuiltinException::RecursionError.name();
    expect(
        "depth",
        matches!(outcome, Outcome::Raised(raised) if raised.class == name),
    )
}

/// The same with large frames, which must run into the limit of the stack first.
fn stack() -> Result<(), CanaryError> {
    let limits = Limits {
        stack: 64 << 10,
        depth: 1000,
        ..Limits::default()
    };
    let outcome = run("stack", endless_recursion(200), limits, 100_000)?;
    expect(
        "stack",
        matches!(outcome, Outcome::Failed(error) if error.code == "limit.stack"),
    )
}

/// The same where the depth ends the program; a loop without an end for the limits of instructions and of rounds.
fn counts() -> Result<(), CanaryError> {
    let few = Limits {
        depth: 20,
        is_depth_final: true,
        ..Limits::default()
    };
    trips("depth", "limit.depth", endless_recursion(1), few)?;
    let instructions = Limits {
        instructions: Some(50),
        ..Limits::default()
    };
    trips(
        "instructions",
        "limit.instructions",
        endless_loop(),
        instructions,
    )?;
    let iterations = Limits {
        iterations: Some(50),
        ..Limits::default()
    };
    trips("iterations", "limit.iterations", endless_loop(), iterations)
}

fn endless_loop() -> Module {
    module(1, vec![Instruction::Jump { target: Address(0) }])
}

fn trips(
    limit: &'static str,
    code: &'static str,
    module: Module,
    limits: Limits,
) -> Result<(), CanaryError> {
    let outcome = run(limit, module, limits, 10_000)?;
    expect(
        limit,
        matches!(outcome, Outcome::Failed(error) if error.code == code),
    )
}

/// Long work that the host asks to put off.
fn interrupt() -> Result<(), CanaryError> {
    let mut fuel = Fuel {
        remaining: i64::MAX / 4,
        interrupt: Some(Arc::new(AtomicBool::new(true))),
        ..Fuel::default()
    };
    let is_put_off = fuel.charge(1 << 20).is_err();
    fuel.interrupt = None;
    expect("time", is_put_off && fuel.charge(1 << 20).is_ok())
}

/// A module that is larger than a module may be.
fn size() -> Result<(), CanaryError> {
    let limits = salami_verify::Limits {
        bytes: 16,
        ..salami_verify::Limits::SVM
    };
    let verified = salami_verify::verify_within(endless_loop(), leaves(), &limits);
    expect("module", verified.is_err())
}
