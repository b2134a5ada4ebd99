//! The dispatch loop: one `match` over prepared operations.

use salami_ir::instruction::Comparison;

use super::calls::WINDOW;
use super::generators::{Link, resume_common, yield_common};
use super::leave::Leave;
use super::meter::{INSTRUCTION_LIMIT, ITERATION_LIMIT};
use super::run::{FAST, MARGIN};
use super::slow;
use super::{Frame, Machine, Resumed};
use crate::heap::object::IteratorObject;
use crate::native::UnaryOperator;
use crate::ops::{self, BinaryOperator};
use crate::prepare::{Op, Program};
use crate::raise::Raise;
use crate::value::Value;

impl Machine {
    /// Runs the frame on top until something outside of it must happen.
    #[rustfmt::skip] // A table: one operation a row where it fits.
    #[allow(clippy::too_many_lines, reason = "one match, so that the compiler makes one jump table")]
    #[allow(clippy::match_ref_pats, reason = "values are matched where they lie, see below")]
    pub(super) fn dispatch<const EXACT: bool>(&mut self, program: &Program) -> Leave {
        let Self { stack, frames, context, constants, globals, limits, meter, .. } = self;
        // A metered machine never leaves the exact form.
        let fast = if EXACT && meter.is_some() { i64::MAX } else { FAST };
        'frame: loop {
            let depth = frames.len();
            let Some(frame) = frames.last_mut() else {
                return Leave::Raise(Raise::Internal("nothing to run"));
            };
            let Some(function) = program.functions.get(frame.function as usize) else {
                return Leave::Raise(Raise::Internal("a frame of a function that does not exist"));
            };
            let code = &*function.code;
            let rest = stack.get_mut(frame.base as usize..).and_then(|rest| rest.split_first_chunk_mut::<WINDOW>());
            let Some((window, far)) = rest else {
                return Leave::Raise(Raise::Internal("a frame without registers"));
            };
            let mut ip = frame.position as usize;

            macro_rules! register {
                ($register:expr) => {
                    window[usize::from($register)]
                };
            }
            macro_rules! leave {
                ($leave:expr) => {{
                    frame.position = ip as u32;
                    return $leave;
                }};
            }
            // After an operation that may have been charged for its data.
            macro_rules! settle {
                () => {
                    if !EXACT && context.fuel.remaining < MARGIN {
                        leave!(Leave::Switch)
                    }
                };
            }
            macro_rules! attempt {
                ($call:expr) => {{
                    context.fuel.dynamic = 0;
                    match $call {
                        Ok(value) => value,
                        Err(raise) => leave!(Leave::Raise(raise)),
                    }
                }};
            }
            // An operation with a result that may raise or be charged.
            macro_rules! slow {
                ($result:expr, $call:expr) => {{
                    let value = attempt!($call);
                    register!($result) = value;
                    ip += 1;
                    settle!();
                }};
            }
            macro_rules! pay {
                ($cost:expr) => {
                    if !EXACT {
                        context.fuel.remaining -= i64::from($cost);
                    }
                };
            }
            // Goes to `target`, where the segment that just ended is paid.
            macro_rules! go {
                ($target:expr, $cost:expr) => {{
                    pay!($cost);
                    let target: usize = $target;
                    let backward = target <= ip;
                    if EXACT && backward && let Some(meter) = meter && !meter.round(depth, target as u32) {
                        context.fuel.dynamic = 0;
                        leave!(Leave::Raise(Raise::Internal(ITERATION_LIMIT)))
                    }
                    ip = target;
                    if backward && context.heap.is_collection_due() {
                        leave!(Leave::Collect)
                    }
                    if EXACT {
                        if context.fuel.remaining >= fast {
                            leave!(Leave::Switch)
                        }
                    } else if context.fuel.remaining < MARGIN {
                        leave!(Leave::Switch)
                    }
                }};
            }
            // Goes to the next operation, where the segment that just ended is paid.
            macro_rules! forward {
                ($cost:expr) => {{
                    pay!($cost);
                    ip += 1;
                    if EXACT {
                        if context.fuel.remaining >= fast {
                            leave!(Leave::Switch)
                        }
                    } else if context.fuel.remaining < MARGIN {
                        leave!(Leave::Switch)
                    }
                }};
            }
            // After a frame was entered or left: a safepoint.
            macro_rules! moved {
                () => {{
                    if context.heap.is_collection_due() {
                        return Leave::Collect;
                    }
                    if EXACT {
                        if context.fuel.remaining >= fast {
                            return Leave::Switch;
                        }
                    } else if context.fuel.remaining < MARGIN {
                        return Leave::Switch;
                    }
                    continue 'frame;
                }};
            }
            // Values are matched where they lie: a whole copy of a value that was just written in parts
            // would wait for the parts.
            macro_rules! arithmetic {
            ($left:expr, $right:expr, $result:expr, $checked:ident, $operator:tt, $name:ident, $general:path) => {{
                match (&register!($left), &register!($right)) {
                    (&Value::Int(left), &Value::Int(right)) if let Some(value) = left.$checked(right) => {
                        register!($result) = Value::Int(value);
                        ip += 1;
                    }
                    (&Value::Float(left), &Value::Float(right)) => {
                        register!($result) = Value::float(left $operator right);
                        ip += 1;
                    }
                    (&left, &right) => slow!($result, $general(context, BinaryOperator::$name, left, right)),
                }
            }};
        }
            macro_rules! immediate {
            ($left:expr, $constant:expr, $result:expr, $value:expr, $checked:ident, $operator:tt, $name:ident, $general:path) => {{
                let number = i64::from($value);
                register!($constant) = Value::Int(number);
                match &register!($left) {
                    &Value::Int(left) if let Some(value) = left.$checked(number) => {
                        register!($result) = Value::Int(value);
                        ip += 1;
                    }
                    &Value::Float(left) => {
                        register!($result) = Value::float(left $operator f64::from($value));
                        ip += 1;
                    }
                    &left => slow!($result, $general(context, BinaryOperator::$name, left, register!($constant))),
                }
            }};
        }
            macro_rules! divided {
                ($left:expr, $right:expr, $result:expr, $function:path, $name:ident) => {{
                    match (&register!($left), &register!($right)) {
                        (&Value::Int(left), &Value::Int(right)) if let Some(value) = $function(left, right) => {
                            register!($result) = Value::Int(value);
                            ip += 1;
                        }
                        (&left, &right) => slow!($result, ops::binary(context, BinaryOperator::$name, left, right)),
                    }
                }};
            }
            macro_rules! divided_immediate {
                ($left:expr, $constant:expr, $result:expr, $value:expr, $function:path, $name:ident) => {{
                    let number = i64::from($value);
                    register!($constant) = Value::Int(number);
                    match &register!($left) {
                        &Value::Int(left) if let Some(value) = $function(left, number) => {
                            register!($result) = Value::Int(value);
                            ip += 1;
                        }
                        &left => {
                            slow!($result, ops::binary(context, BinaryOperator::$name, left, register!($constant)))
                        }
                    }
                }};
            }
            macro_rules! jump_if {
                ($truth:expr, $sense:expr, $target:expr, $cost:expr) => {
                    if $truth == $sense {
                        go!(ip.wrapping_add_signed(isize::from($target)), $cost)
                    } else {
                        forward!($cost)
                    }
                };
            }
            // A comparison and a jump.
            macro_rules! branch {
            ($left:expr, $right:expr, $result:expr, $cost:expr, $sense:expr, $target:expr, $operator:tt, $comparison:ident) => {{
                let truth = match (&register!($left), &register!($right)) {
                    (&Value::Int(left), &Value::Int(right)) => left $operator right,
                    (&Value::Float(left), &Value::Float(right)) => left $operator right,
                    (&left, &right) => attempt!(ops::compare(context, Comparison::$comparison, left, right)),
                };
                register!($result) = Value::Bool(truth);
                jump_if!(truth, $sense, $target, $cost)
            }};
        }
            macro_rules! unless {
            ($left:expr, $constant:expr, $result:expr, $cost:expr, $value:expr, $target:expr, $operator:tt, $comparison:ident) => {{
                let number = i64::from($value);
                register!($constant) = Value::Int(number);
                let truth = match &register!($left) {
                    &Value::Int(left) => left $operator number,
                    &Value::Float(left) => left $operator f64::from($value),
                    &left => attempt!(ops::compare(context, Comparison::$comparison, left, register!($constant))),
                };
                register!($result) = Value::Bool(truth);
                jump_if!(truth, false, $target, $cost)
            }};
        }
            macro_rules! list {
                ($list:expr) => {
                    function.lists.get($list as usize).map_or(&[][..], |list| &**list)
                };
            }
            macro_rules! gather {
                ($positions:expr) => {{
                    let positions: &[u32] = $positions;
                    let values = positions.iter().map(|&position| slow::read(window, far, position));
                    values.collect::<Vec<Value>>()
                }};
            }

            loop {
                if EXACT {
                    let cost = function.cost.get(ip).map_or(0, |&cost| i64::from(cost));
                    if cost > 0 {
                        if context.fuel.remaining < cost {
                            leave!(Leave::Starved(cost.unsigned_abs()))
                        }
                        context.fuel.remaining -= cost;
                        if let Some(meter) = meter && !meter.instruction(function.counted(ip)) {
                            context.fuel.dynamic = 0;
                            leave!(Leave::Raise(Raise::Internal(INSTRUCTION_LIMIT)))
                        }
                    }
                }
                let Some(&op) = code.get(ip) else {
                    leave!(Leave::Raise(Raise::Internal("execution left its function")))
                };
                match op {
                    Op::Move { value, result } => {
                        register!(result) = slow::copy(&register!(value));
                        ip += 1;
                    }
                    Op::LoadInt { result, value } => {
                        register!(result) = Value::Int(i64::from(value));
                        ip += 1;
                    }
                    Op::LoadConstant { result, index } => {
                        register!(result) = constants.get(index as usize).copied().unwrap_or_default();
                        ip += 1;
                    }
                    Op::LoadGlobal { result, global } => {
                        let value = globals.get(global as usize).copied().unwrap_or_default();
                        if value.is_unset() {
                            leave!(Leave::Cold)
                        }
                        register!(result) = value;
                        ip += 1;
                    }
                    Op::StoreGlobal { value, global } => {
                        if let Some(slot) = globals.get_mut(global as usize) {
                            *slot = register!(value);
                        }
                        ip += 1;
                    }
                    Op::LoadCell { cell, result } => {
                        let value = match register!(cell) {
                            Value::Cell(cell) => *context.heap.cell(cell),
                            _ => Value::Unset,
                        };
                        if value.is_unset() {
                            leave!(Leave::Cold)
                        }
                        register!(result) = value;
                        ip += 1;
                    }
                    Op::StoreCell { cell, value } => {
                        if let Value::Cell(cell) = register!(cell) {
                            *context.heap.cell_mut(cell) = register!(value);
                        }
                        ip += 1;
                    }
                    Op::MakeCell { result } => slow!(result, context.heap.alloc_cell(Value::Unset)),
                    Op::Unset { result } => {
                        register!(result) = Value::Unset;
                        ip += 1;
                    }
                    Op::CheckSet { value, result } => {
                        let value = &register!(value);
                        if value.is_unset() {
                            leave!(Leave::Cold)
                        }
                        register!(result) = slow::copy(value);
                        ip += 1;
                    }
                    Op::Expect { value, result, check } => {
                        let value = &register!(value);
                        let holds =
                            program.checks.get(check as usize).is_some_and(|check| check.holds(&context.heap, value));
                        if !holds {
                            leave!(Leave::Cold)
                        }
                        register!(result) = slow::copy(value);
                        ip += 1;
                    }
                    Op::IsType { value, result, check } => {
                        let value = &register!(value);
                        let holds =
                            program.checks.get(check as usize).is_some_and(|check| check.holds(&context.heap, value));
                        register!(result) = Value::Bool(holds);
                        ip += 1;
                    }
                    Op::IsFunction { value, result, function } => {
                        let holds = slow::is_function(context, register!(value), function);
                        register!(result) = Value::Bool(holds);
                        ip += 1;
                    }
                    Op::LoadFar { result, far: position } => {
                        register!(result) = slow::read(window, far, position);
                        ip += 1;
                    }
                    Op::StoreFar { value, far: position } => {
                        let value = register!(value);
                        slow::write(window, far, position, value);
                        ip += 1;
                    }

                    Op::Add { left, right, result } => {
                        arithmetic!(left, right, result, checked_add, +, Add, ops::binary)
                    }
                    Op::Subtract { left, right, result } => {
                        arithmetic!(left, right, result, checked_sub, -, Subtract, ops::binary)
                    }
                    Op::Multiply { left, right, result } => {
                        arithmetic!(left, right, result, checked_mul, *, Multiply, ops::binary)
                    }
                    Op::AddInPlace { left, right, result } => {
                        arithmetic!(left, right, result, checked_add, +, Add, ops::binary_in_place)
                    }
                    Op::SubtractInPlace { left, right, result } => {
                        arithmetic!(left, right, result, checked_sub, -, Subtract, ops::binary_in_place)
                    }
                    Op::Modulo { left, right, result } => {
                        divided!(left, right, result, ops::modulo, Modulo)
                    }
                    Op::FloorDivide { left, right, result } => {
                        divided!(left, right, result, ops::floor_divide, FloorDivide)
                    }
                    Op::AddImmediate { left, constant, result, value } => {
                        immediate!(left, constant, result, value, checked_add, +, Add, ops::binary)
                    }
                    Op::AddInPlaceImmediate { left, constant, result, value } => {
                        immediate!(left, constant, result, value, checked_add, +, Add, ops::binary_in_place)
                    }
                    Op::SubtractImmediate { left, constant, result, value } => {
                        immediate!(left, constant, result, value, checked_sub, -, Subtract, ops::binary)
                    }
                    Op::SubtractInPlaceImmediate { left, constant, result, value } => {
                        immediate!(left, constant, result, value, checked_sub, -, Subtract, ops::binary_in_place)
                    }
                    Op::MultiplyImmediate { left, constant, result, value } => {
                        immediate!(left, constant, result, value, checked_mul, *, Multiply, ops::binary)
                    }
                    Op::ModuloImmediate { left, constant, result, value } => {
                        divided_immediate!(left, constant, result, value, ops::modulo, Modulo)
                    }
                    Op::FloorDivideImmediate { left, constant, result, value } => {
                        divided_immediate!(left, constant, result, value, ops::floor_divide, FloorDivide)
                    }
                    Op::Binary { operator, left, right, result } => match (operator, register!(left), register!(right))
                    {
                        (BinaryOperator::Divide, Value::Float(left), Value::Float(right)) if right != 0.0 => {
                            register!(result) = Value::float(left / right);
                            ip += 1;
                        }
                        (operator, left, right) => {
                            slow!(result, ops::binary(context, operator, left, right))
                        }
                    },
                    Op::InPlace { operator, left, right, result } => {
                        let (left, right) = (register!(left), register!(right));
                        slow!(result, ops::binary_in_place(context, operator, left, right))
                    }
                    Op::Unary { operator, value, result } => match (operator, register!(value)) {
                        (UnaryOperator::Negate, Value::Int(value)) if value != i64::MIN => {
                            register!(result) = Value::Int(-value);
                            ip += 1;
                        }
                        (operator, value) => slow!(result, ops::unary(context, operator, value)),
                    },
                    Op::Not { value, result } => {
                        register!(result) = Value::Bool(!ops::truth(&context.heap, register!(value)));
                        ip += 1;
                    }
                    Op::Truth { value, result } => {
                        register!(result) = Value::Bool(ops::truth(&context.heap, register!(value)));
                        ip += 1;
                    }
                    Op::Compare { comparison, left, right, result } => {
                        let (left, right) = (register!(left), register!(right));
                        slow!(result, ops::compare(context, comparison, left, right).map(Value::Bool))
                    }

                    Op::Jump { cost, target } => go!(target as usize, cost),
                    Op::IfTrue { value, cost, target } => {
                        let truth = match &register!(value) {
                            &Value::Bool(truth) => truth,
                            &value => ops::truth(&context.heap, value),
                        };
                        if truth { go!(target as usize, cost) } else { forward!(cost) }
                    }
                    Op::IfFalse { value, cost, target } => {
                        let truth = match &register!(value) {
                            &Value::Bool(truth) => truth,
                            &value => ops::truth(&context.heap, value),
                        };
                        if truth { forward!(cost) } else { go!(target as usize, cost) }
                    }
                    Op::IfUnset { value, cost, target } => {
                        if register!(value).is_unset() {
                            go!(target as usize, cost)
                        } else {
                            forward!(cost)
                        }
                    }
                    Op::BranchLess { left, right, result, cost, sense, target } => {
                        branch!(left, right, result, cost, sense, target, <, Less)
                    }
                    Op::BranchLessOrEqual { left, right, result, cost, sense, target } => {
                        branch!(left, right, result, cost, sense, target, <=, LessOrEqual)
                    }
                    Op::BranchGreater { left, right, result, cost, sense, target } => {
                        branch!(left, right, result, cost, sense, target, >, Greater)
                    }
                    Op::BranchGreaterOrEqual { left, right, result, cost, sense, target } => {
                        branch!(left, right, result, cost, sense, target, >=, GreaterOrEqual)
                    }
                    Op::BranchEqual { left, right, result, cost, sense, target } => {
                        branch!(left, right, result, cost, sense, target, ==, Equal)
                    }
                    Op::BranchNotEqual { left, right, result, cost, sense, target } => {
                        branch!(left, right, result, cost, sense, target, !=, NotEqual)
                    }
                    Op::UnlessLess { left, constant, result, cost, value, target } => {
                        unless!(left, constant, result, cost, value, target, <, Less)
                    }
                    Op::UnlessLessOrEqual { left, constant, result, cost, value, target } => {
                        unless!(left, constant, result, cost, value, target, <=, LessOrEqual)
                    }
                    Op::UnlessGreater { left, constant, result, cost, value, target } => {
                        unless!(left, constant, result, cost, value, target, >, Greater)
                    }
                    Op::UnlessGreaterOrEqual { left, constant, result, cost, value, target } => {
                        unless!(left, constant, result, cost, value, target, >=, GreaterOrEqual)
                    }
                    Op::UnlessEqual { left, constant, result, cost, value, target } => {
                        unless!(left, constant, result, cost, value, target, ==, Equal)
                    }
                    Op::UnlessNotEqual { left, constant, result, cost, value, target } => {
                        unless!(left, constant, result, cost, value, target, !=, NotEqual)
                    }
                    Op::Charge { cost } => forward!(cost),
                    Op::Return { value, cost } => {
                        if depth < 2 || frame.generator.is_some() {
                            leave!(Leave::Return { value: register!(value), cost })
                        }
                        let value = slow::copy(&register!(value));
                        let result = frame.result;
                        frames.pop();
                        let base = frames.last().map_or(0, |caller| caller.base);
                        if let Some(slot) = stack.get_mut(base as usize + usize::from(result)) {
                            *slot = value;
                        }
                        pay!(cost);
                        moved!();
                    }
                    Op::Raise { exception } => leave!(Leave::Throw { exception: register!(exception), again: false }),
                    Op::RaiseFrom { exception, cause } => {
                        leave!(Leave::ThrowFrom { exception: register!(exception), cause: register!(cause) })
                    }
                    Op::Reraise { exception } => leave!(Leave::Throw { exception: register!(exception), again: true }),

                    Op::Call { result, function: callee, site } => {
                        let simple = program.functions.get(usize::from(callee)).filter(|callee| callee.is_simple);
                        let base = frame.base as usize + function.frame as usize;
                        let (Some(target), Some(arguments)) = (simple, function.sites.get(site as usize)) else {
                            leave!(Leave::Call { function: u32::from(callee), site, result, closure: Value::Unset })
                        };
                        if depth >= limits.depth || base + WINDOW > stack.len() {
                            leave!(Leave::Call { function: u32::from(callee), site, result, closure: Value::Unset })
                        }
                        let Some((lower, upper)) = stack.split_at_mut_checked(base) else {
                            leave!(Leave::Raise(Raise::Internal("the stack is shorter than its frames")))
                        };
                        let given = lower.get(frame.base as usize..).unwrap_or(&[]);
                        let registers = upper.get_mut(..target.frame as usize).unwrap_or(&mut []);
                        let count = arguments.arguments.len().min(registers.len());
                        let (parameters, others) = registers.split_at_mut(count);
                        for (to, &from) in parameters.iter_mut().zip(&arguments.arguments) {
                            *to = given.get(from as usize).map_or(Value::Unset, slow::copy);
                        }
                        others.fill(Value::Unset);
                        frame.position = ip as u32 + 1;
                        frames.push(Frame {
                            function: u32::from(callee),
                            position: 0,
                            base: base as u32,
                            result,
                            generator: None,
                            resumed: Resumed::Next,
                            handled: None,
                        });
                        if EXACT && let Some(meter) = meter {
                            meter.entered(depth + 1);
                        }
                        pay!(arguments.cost);
                        moved!();
                    }
                    Op::CallClosure { closure, result, site } => {
                        let wanted = function.sites.get(site as usize).map(|site| site.function);
                        let closure = register!(closure);
                        match (closure, wanted) {
                            (Value::Function(value), Some(wanted))
                                if captures(program, wanted) == Some(context.heap.function(value).cells.len()) =>
                            {
                                leave!(Leave::Call { function: wanted.0, site, result, closure })
                            }
                            _ => leave!(Leave::Raise(Raise::Internal("a closure with other cells is called"))),
                        }
                    }
                    Op::CallValue { callee, result, site } => {
                        leave!(Leave::CallValue { callee: register!(callee), site, result })
                    }
                    Op::CallLeaf1 { argument, result, leaf } => match program.leaves.get(leaf as usize) {
                        Some(leaf) => slow!(result, leaf(context, &[register!(argument)])),
                        None => leave!(Leave::Raise(Raise::Internal("a leaf that does not exist"))),
                    },
                    Op::CallLeaf2 { first, second, result, leaf } => match program.leaves.get(leaf as usize) {
                        Some(leaf) => slow!(result, leaf(context, &[register!(first), register!(second)])),
                        None => leave!(Leave::Raise(Raise::Internal("a leaf that does not exist"))),
                    },
                    Op::CallLeaf { result, site } => {
                        let site = function.sites.get(site as usize);
                        let leaf = site.and_then(|site| program.leaves.get(site.leaf as usize));
                        let (Some(site), Some(leaf)) = (site, leaf) else {
                            leave!(Leave::Raise(Raise::Internal("a leaf that does not exist")))
                        };
                        let mut few = [Value::Unset; 8];
                        match few.get_mut(..site.arguments.len()) {
                            Some(arguments) => {
                                for (to, &from) in arguments.iter_mut().zip(&site.arguments) {
                                    *to = slow::read(window, far, from);
                                }
                                slow!(result, leaf(context, arguments))
                            }
                            None => {
                                let arguments = gather!(&site.arguments);
                                slow!(result, leaf(context, &arguments))
                            }
                        }
                    }
                    Op::MakeFunction { result, function: index, list } => {
                        let cells = gather!(list!(list));
                        slow!(result, slow::make_function(context, index, cells))
                    }
                    Op::Yield { value, cost, .. } => {
                        frame.position = ip as u32;
                        let value = slow::copy(&register!(value));
                        if !yield_common(context, (stack, frames), value) {
                            return Leave::Yield { value, cost };
                        }
                        pay!(cost);
                        moved!();
                    }
                    Op::Send { generator, value, result, cost } => match (&register!(generator), register!(value)) {
                        (&Value::Generator(generator), value) => leave!(Leave::Send { generator, value, result, cost }),
                        _ => leave!(Leave::Raise(Raise::Internal("a send to what is no generator"))),
                    },
                    Op::ThrowInto { generator, exception, result, cost } => match (&register!(generator), register!(exception)) {
                        (&Value::Generator(generator), exception) => {
                            leave!(Leave::ThrowInto { generator, exception, result, cost })
                        }
                        _ => leave!(Leave::Raise(Raise::Internal("a throw into what is no generator"))),
                    },
                    Op::Delegate { iterator, result, cost } => {
                        leave!(Leave::Delegate { iterator: register!(iterator), result, cost })
                    }

                    Op::NewObject { result, class } => slow!(result, slow::new_object(context, class)),
                    Op::GetField { object, result, field } => {
                        let value = match &register!(object) {
                            &Value::Object(object) => context.heap.object(object).fields.get(usize::from(field)),
                            &Value::Exception(object) => context.heap.exception(object).fields.get(usize::from(field)),
                            _ => None,
                        };
                        match value {
                            Some(value) if !value.is_unset() => {
                                register!(result) = slow::copy(value);
                                ip += 1;
                            }
                            _ => leave!(Leave::Cold),
                        }
                    }
                    Op::SetField { object, value, field } => {
                        let slot = match &register!(object) {
                            &Value::Object(object) => {
                                context.heap.object_mut(object).fields.get_mut(usize::from(field))
                            }
                            &Value::Exception(object) => {
                                context.heap.exception_mut(object).fields.get_mut(usize::from(field))
                            }
                            _ => None,
                        };
                        match slot {
                            Some(slot) => {
                                *slot = slow::copy(&register!(value));
                                ip += 1;
                            }
                            None => {
                                leave!(Leave::Raise(Raise::Internal("a field that does not exist")))
                            }
                        }
                    }

                    Op::MakeList { result, list } => {
                        let values = gather!(list!(list));
                        slow!(result, context.heap.alloc_list(values))
                    }
                    Op::MakeTuple { result, list } => {
                        let values = gather!(list!(list));
                        slow!(result, context.heap.alloc_tuple(values))
                    }
                    Op::MakeSet { result, list } => {
                        let values = gather!(list!(list));
                        slow!(result, ops::set_from_values(context, &values, false))
                    }
                    Op::MakeDict { result, list } => {
                        let values = gather!(list!(list));
                        slow!(result, slow::make_dict(context, &values))
                    }
                    Op::MakeSlice { start, stop, step, result } => {
                        let slice = crate::heap::object::Slice {
                            start: register!(start),
                            stop: register!(stop),
                            step: register!(step),
                        };
                        slow!(result, context.heap.alloc_slice(slice))
                    }
                    Op::ListAppend { list, value } => {
                        let &Value::List(list) = &register!(list) else {
                            leave!(Leave::Raise(Raise::Internal("an append to what is no list")))
                        };
                        if let Err(raise) = context.heap.list_push(list, slow::copy(&register!(value))) {
                            context.fuel.dynamic = 0;
                            leave!(Leave::Raise(raise))
                        }
                        ip += 1;
                    }
                    Op::SetAdd { set, value } => {
                        let Value::Set(set) = register!(set) else {
                            leave!(Leave::Raise(Raise::Internal("an addition to what is no set")))
                        };
                        attempt!(ops::set_add(context, set, register!(value)));
                        ip += 1;
                        settle!();
                    }
                    Op::GetItem { container, key, result } => match (&register!(container), &register!(key)) {
                        (&Value::List(list), &Value::Int(index))
                            if let Some(value) = slow::element(context.heap.list(list), index) =>
                        {
                            register!(result) = *value;
                            ip += 1;
                        }
                        (&Value::Tuple(tuple), &Value::Int(index))
                            if let Some(value) = slow::element(context.heap.tuple(tuple), index) =>
                        {
                            register!(result) = *value;
                            ip += 1;
                        }
                        (&container, &key) => slow!(result, ops::get_item(context, container, key)),
                    },
                    Op::SetItem { container, key, value } => {
                        if let (&Value::List(list), &Value::Int(index)) = (&register!(container), &register!(key))
                            && let Some(slot) = slow::element_mut(context.heap.list_mut(list), index)
                        {
                            *slot = slow::copy(&register!(value));
                            ip += 1;
                            continue;
                        }
                        let (container, key, value) = (register!(container), register!(key), register!(value));
                        attempt!(ops::set_item(context, container, key, value));
                        ip += 1;
                        settle!();
                    }
                    Op::DeleteItem { container, key } => {
                        let (container, key) = (register!(container), register!(key));
                        attempt!(ops::delete_item(context, container, key));
                        ip += 1;
                        settle!();
                    }
                    Op::Length { value, result } => match register!(value) {
                        Value::List(list) => {
                            register!(result) = slow::integer(context.heap.list(list).len());
                            ip += 1;
                        }
                        value => slow!(result, ops::length(context, value).map(slow::integer)),
                    },
                    Op::UnpackTwo { value, first, second } => {
                        let pair = match register!(value) {
                            Value::Tuple(tuple) => context
                                .heap
                                .tuple(tuple)
                                .first_chunk::<2>()
                                .copied()
                                .filter(|_| context.heap.tuple(tuple).len() == 2),
                            _ => None,
                        };
                        let [one, other] = match pair {
                            Some(pair) => pair,
                            None => {
                                let values = attempt!(slow::unpack(context, register!(value), 2));
                                match values.as_slice() {
                                    &[one, other] => [one, other],
                                    _ => leave!(Leave::Raise(Raise::Internal("unpacking gave another number"))),
                                }
                            }
                        };
                        register!(first) = one;
                        register!(second) = other;
                        ip += 1;
                        settle!();
                    }
                    Op::Unpack { value, list } => {
                        let positions: &[u32] = list!(list);
                        let values = attempt!(slow::unpack(context, register!(value), positions.len()));
                        for (&position, value) in positions.iter().zip(values) {
                            slow::write(window, far, position, value);
                        }
                        ip += 1;
                        settle!();
                    }
                    Op::UnpackStar { value, before, list } => {
                        let positions: &[u32] = list!(list);
                        let before = usize::from(before);
                        let values = attempt!(slow::unpack_star(context, register!(value), before, positions.len()));
                        for (&position, value) in positions.iter().zip(values) {
                            slow::write(window, far, position, value);
                        }
                        ip += 1;
                        settle!();
                    }
                    Op::GetIterator { value, result } => {
                        slow!(result, ops::iterate(context, register!(value)))
                    }
                    Op::Next { iterator, result, cost, end } => match &register!(iterator) {
                        &Value::Iterator(iterator) => {
                            if let IteratorObject::Range { next, step, remaining } = context.heap.iterator_mut(iterator)
                                && *remaining > 0
                            {
                                let value = *next;
                                *remaining -= 1;
                                *next = next.wrapping_add(*step);
                                register!(result) = Value::Int(value);
                                forward!(cost);
                                continue;
                            }
                            let value = attempt!(ops::next(context, iterator));
                            match value {
                                Some(value) => {
                                    register!(result) = value;
                                    forward!(cost)
                                }
                                None => {
                                    register!(result) = Value::Unset;
                                    go!(end as usize, cost)
                                }
                            }
                        }
                        &Value::Generator(generator) => {
                            frame.position = ip as u32;
                            let link = Link { generator, resumed: Resumed::Next, result, end };
                            if !resume_common((program, context), (stack, frames), link, limits.depth) {
                                return Leave::Resume { generator, result, end, cost };
                            }
                            if EXACT && let Some(meter) = meter {
                                meter.entered(depth + 1);
                            }
                            pay!(cost);
                            moved!();
                        }
                        _ => leave!(Leave::Raise(Raise::Internal("the next value of what is no iterator"))),
                    },
                    Op::Concat { result, list } => {
                        let values = gather!(list!(list));
                        slow!(result, slow::concat(context, &values))
                    }

                    Op::DeleteGlobal { .. }
                    | Op::DeleteField { .. }
                    | Op::LoadInput { .. }
                    | Op::Decode { .. }
                    | Op::StoreOutput { .. }
                    | Op::CallService { .. }
                    | Op::BeginCall { .. }
                    | Op::EndCall { .. } => leave!(Leave::Cold),
                }
            }
        }
    }
}

/// How many cells a function captures. A function value may be called as another version of its
/// function, which captures the same cells.
fn captures(program: &Program, function: salami_ir::FunctionIndex) -> Option<usize> {
    program
        .module
        .functions
        .get(function.index())
        .map(|function| usize::from(function.captures))
}
