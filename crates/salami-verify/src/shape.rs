//! The rules of a function's form: V9 to V14.

use salami_ir::instruction::OperandView;
use salami_ir::{
    Address, BuiltinException, ClassRef, Function, FunctionIndex, HandlerKind, Instruction, Module,
    Place, RegisterType, Tag, TypeIndex,
};

use crate::error::{Errors, Rule};
use crate::lattice::Lattice;
use crate::tables::{class_exists, is_of_values, position};

/// Checks the form of one function.
pub(crate) fn check(
    module: &Module,
    lattice: &Lattice,
    index: FunctionIndex,
    function: &Function,
    errors: &mut Errors,
) {
    frame(module, index, function, errors);
    handlers(module, lattice, index, function, errors);
    source_map(index, function, errors);
    for (address, instruction) in function.code.iter().enumerate() {
        let place = Place::Instruction(index, Address(position(address)));
        operands(module, function, instruction, place, errors);
    }
    match function.code.last() {
        None => errors.push(
            Rule::V14,
            Place::Function(index),
            "a function has instructions",
        ),
        Some(last) if !is_last(last) => {
            let place = Place::Instruction(
                index,
                Address(position(function.code.len().saturating_sub(1))),
            );
            errors.push(
                Rule::V14,
                place,
                "execution would go on past the last instruction",
            );
        }
        Some(_) => {}
    }
}

/// Whether execution never goes on with the next instruction.
pub(crate) fn is_last(instruction: &Instruction) -> bool {
    matches!(
        instruction,
        Instruction::Jump { .. }
            | Instruction::Return { .. }
            | Instruction::Raise { .. }
            | Instruction::RaiseFrom { .. }
            | Instruction::Reraise { .. }
    )
}

fn frame(module: &Module, index: FunctionIndex, function: &Function, errors: &mut Errors) {
    let parameters = usize::from(function.parameters);
    let fixed = parameters.saturating_add(usize::from(function.captures));
    if fixed > function.registers.len() {
        errors.push(
            Rule::V9,
            Place::Function(index),
            "every parameter and capture has a register",
        );
    }
    if !type_of(module, function.result).is_some_and(is_of_values) {
        errors.push(
            Rule::V9,
            Place::Function(index),
            "the result has a type of values",
        );
    }
    for (number, register) in function.registers.iter().enumerate() {
        let place = Place::Register(index, position(number));
        let is_parameter = number < parameters;
        let is_capture = !is_parameter && number < fixed;
        match type_of(module, register.bound) {
            None => errors.push(Rule::V9, place, "there is no such type"),
            Some(bound) if is_capture && *bound != RegisterType::tag(Tag::Cell) => {
                errors.push(Rule::V9, place, "a capture is a cell");
            }
            Some(bound) if is_parameter && !is_of_values(bound) => {
                errors.push(Rule::V9, place, "a parameter is a value");
            }
            Some(_) => {}
        }
    }
}

fn type_of(module: &Module, index: TypeIndex) -> Option<&RegisterType> {
    module.types.get(index.index())
}

fn handlers(
    module: &Module,
    lattice: &Lattice,
    index: FunctionIndex,
    function: &Function,
    errors: &mut Errors,
) {
    let length = position(function.code.len());
    let mut all_are_well = true;
    for (number, handler) in function.handlers.iter().enumerate() {
        let place = Place::Handler(index, position(number));
        let exception = ClassRef::Builtin(BuiltinException::BaseException);
        let classes_are_well = match &handler.kind {
            HandlerKind::Cleanup => true,
            HandlerKind::Catch(classes) => {
                let is_exception = |class: &ClassRef| {
                    class_exists(module, *class) && lattice.is_subclass(*class, exception)
                };
                !classes.is_empty() && classes.iter().all(is_exception)
            }
        };
        let message = if handler.from > handler.to || handler.to.0 > length {
            "a handler protects instructions of its function"
        } else if handler.target.0 >= length {
            "a handler goes on in its function"
        } else if handler.from <= handler.target && handler.target < handler.to {
            "a handler does not protect itself"
        } else if handler.register.index() >= function.registers.len() {
            "there is no such register"
        } else if !classes_are_well {
            "a handler catches exception classes, at least one"
        } else {
            continue;
        };
        errors.push(Rule::V10, place, message);
        all_are_well = false;
    }
    let unnested = if all_are_well {
        unnested(function)
    } else {
        Vec::new()
    };
    for number in unnested {
        let place = Place::Handler(index, position(number));
        errors.push(
            Rule::V10,
            place,
            "where two handlers protect one instruction, the earlier lies within the later",
        );
    }
}

/// The handlers that protect something, outermost first: by start, then by end, then last first.
pub(crate) fn outermost_first(function: &Function) -> Vec<usize> {
    let range = |index: &usize| {
        function
            .handlers
            .get(*index)
            .map(|handler| (handler.from, handler.to))
    };
    let mut order: Vec<usize> = (0..function.handlers.len())
        .filter(|index| range(index).is_some_and(|(from, to)| from < to))
        .collect();
    order.sort_by_key(|index| {
        range(index).map(|(from, to)| (from, core::cmp::Reverse(to), core::cmp::Reverse(*index)))
    });
    order
}

/// Handlers that are neither apart from the others nor properly nested. O(handlers * log).
fn unnested(function: &Function) -> Vec<usize> {
    let mut around: Vec<usize> = Vec::new();
    let mut wrong = Vec::new();
    for index in outermost_first(function) {
        let Some(handler) = function.handlers.get(index) else {
            continue;
        };
        while let Some(outer) = around
            .last()
            .and_then(|outer| function.handlers.get(*outer))
        {
            if outer.to > handler.from {
                break;
            }
            around.pop();
        }
        if let Some((&outer_index, outer)) = around
            .last()
            .and_then(|outer| Some((outer, function.handlers.get(*outer)?)))
            && (handler.to > outer.to || index > outer_index)
        {
            wrong.push(index);
        }
        around.push(index);
    }
    wrong
}

fn source_map(index: FunctionIndex, function: &Function, errors: &mut Errors) {
    let mut last = None;
    for (number, entry) in function.source_map.iter().enumerate() {
        let place = Place::Source(index, position(number));
        if entry.address.index() >= function.code.len() {
            errors.push(
                Rule::V11,
                place,
                "the source map is about instructions of its function",
            );
        } else if last.is_some_and(|last| entry.address <= last) {
            errors.push(Rule::V11, place, "the addresses of a source map ascend");
        }
        last = Some(entry.address);
    }
}

fn operands(
    module: &Module,
    function: &Function,
    instruction: &Instruction,
    place: Place,
    errors: &mut Errors,
) {
    let registers = function.registers.len();
    let mut missing = None;
    let mut class = None;
    instruction.operands(|operand| {
        let exists = match operand {
            OperandView::Use(register) => register.index() < registers,
            OperandView::Define(destination) => destination.0.index() < registers,
            OperandView::Uses(uses) => uses.iter().all(|register| register.index() < registers),
            OperandView::Defines(defines) => defines
                .iter()
                .all(|destination| destination.0.index() < registers),
            OperandView::Address(address) => {
                if address.index() >= function.code.len() {
                    errors.push(
                        Rule::V13,
                        place,
                        format!("the function has no instruction {address}"),
                    );
                }
                true
            }
            OperandView::Constant(index) => index.index() < module.constants.len(),
            OperandView::Type(index) => index.index() < module.types.len(),
            OperandView::Function(index) => index.index() < module.functions.len(),
            OperandView::Leaf(index) => index.index() < module.leaves.len(),
            OperandView::Class(index) => {
                class = module.classes.get(index.index());
                class.is_some()
            }
            OperandView::Field(index) => {
                class.is_none_or(|class| index.index() < class.fields.len())
            }
            OperandView::Global(index) => index.index() < module.globals.len(),
            OperandView::Schema(index) => index.index() < module.schemas.len(),
            OperandView::Comparison(_)
            | OperandView::Expectation(_)
            | OperandView::Text(_)
            | OperandView::Count(_) => true,
        };
        if !exists && missing.is_none() {
            missing = Some(what(&operand));
        }
    });
    if let Some(what) = missing {
        errors.push(Rule::V12, place, format!("there is no such {what}"));
    }
    match instruction {
        Instruction::MakeDict { items, .. } if items.len() % 2 != 0 => {
            errors.push(Rule::V12, place, "a dict is made of keys with a value each");
        }
        Instruction::UnpackStar {
            before, results, ..
        } if usize::from(*before) >= results.len() => {
            errors.push(Rule::V12, place, "the starred destination is one of them");
        }
        Instruction::CallService {
            service, arguments, ..
        }
        | Instruction::BeginCall {
            service, arguments, ..
        } => match capability(module, service) {
            None => {
                let message = format!("the tool `{service}` is not in the capability table");
                errors.push(Rule::V28, place, message);
            }
            Some(tool)
                if tool
                    .parameters
                    .as_ref()
                    .is_some_and(|names| names.len() != arguments.len()) =>
            {
                let wanted = tool.parameters.as_ref().map_or(0, Vec::len);
                let given = arguments.len();
                let message = format!("the tool takes {wanted} arguments, and gets {given}");
                errors.push(Rule::V28, place, message);
            }
            Some(_) => {}
        },
        Instruction::Expect {
            expected: tested, ..
        }
        | Instruction::IsType { tested, .. }
            if type_of(module, *tested).is_some_and(|tested| !is_of_values(tested)) =>
        {
            errors.push(Rule::V26, place, "values are tested for types of values");
        }
        _ => {}
    }
}

fn what(operand: &OperandView<'_>) -> &'static str {
    match operand {
        OperandView::Constant(_) => "constant",
        OperandView::Type(_) => "type",
        OperandView::Function(_) => "function",
        OperandView::Leaf(_) => "leaf",
        OperandView::Class(_) => "class",
        OperandView::Field(_) => "field",
        OperandView::Global(_) => "global",
        OperandView::Schema(_) => "schema",
        _ => "register",
    }
}

/// The tool of this name, in a table that is sorted; where it is not, V7 refuses the module anyway.
fn capability<'m>(module: &'m Module, name: &str) -> Option<&'m salami_ir::Capability> {
    let tools = &module.capabilities;
    let found = tools.binary_search_by(|tool| tool.name.as_str().cmp(name));
    found.ok().and_then(|index| tools.get(index))
}
