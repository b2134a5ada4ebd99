//! One function's instructions to operations.

use std::sync::OnceLock;

use salami_ir::instruction::{Comparison, OperandView};
use salami_ir::{Address, Function as Source, Instruction, Module, Register};

use super::fuse::{Fused, fuse, small_constant};
use super::op::{Op, R};
use super::program::{Function, Program, SEGMENT_LIMIT, Site, frame_position};
use crate::native::UnaryOperator;
use crate::ops::BinaryOperator;

/// The first of four window registers that stand in for registers past the window.
const SCRATCH: u8 = 252;

struct Builder<'a> {
    module: &'a Module,
    source: &'a Source,
    code: Vec<Op>,
    before: Vec<u8>,
    cost: Vec<u8>,
    first: Vec<u32>,
    raising: Vec<u32>,
    start: Vec<u32>,
    sites: Vec<Site>,
    lists: Vec<Box<[u32]>>,
    /// Jumps to fix: the operation, the instruction it goes to.
    jumps: Vec<(usize, Address)>,
    /// Unpaid cost of the segment so far.
    segment: u16,
    /// The instruction being prepared.
    address: u32,
    /// What the operation at hand costs still: given to the first operation of its instruction.
    pending: u8,
    /// Scratch registers in use.
    scratch: u8,
    /// Scratch registers to store after the operation.
    stores: Vec<(R, u32)>,
}

/// Prepares a function, on request without operations that do the work of several instructions.
/// Total, also for functions that no verifier saw.
pub(super) fn prepare(module: &Module, source: &Source, fused: bool) -> Function {
    let length = source.code.len();
    let (leaders, boundaries) = leaders(source);
    let mut builder = Builder {
        module,
        source,
        code: Vec::with_capacity(length + length / 4),
        before: Vec::new(),
        cost: Vec::new(),
        first: Vec::new(),
        raising: Vec::new(),
        start: vec![u32::MAX; length],
        sites: Vec::new(),
        lists: Vec::new(),
        jumps: Vec::new(),
        segment: 0,
        address: 0,
        pending: 0,
        scratch: 0,
        stores: Vec::new(),
    };
    let mut address = 0;
    while let Some(rest) = source.code.get(address..).filter(|rest| !rest.is_empty()) {
        let is_leader = leaders.get(address).copied().unwrap_or(false);
        builder.address = u32::try_from(address).unwrap_or(u32::MAX);
        if is_leader || builder.segment > SEGMENT_LIMIT {
            builder.pay_segment();
        }
        if let Some(start) = builder.start.get_mut(address) {
            *start = u32::try_from(builder.code.len()).unwrap_or(u32::MAX);
        }
        let free = |offset: usize| {
            let place = address + offset;
            fused
                && !leaders.get(place).copied().unwrap_or(true)
                && !boundaries.get(place).copied().unwrap_or(true)
        };
        let near = |register: Register| {
            source.registers.len() <= 256 || register.index() < usize::from(SCRATCH)
        };
        address += match fuse(module, rest, free, near) {
            Some((fused, count)) if builder.fused(fused, rest) => count,
            _ => {
                if let Some(instruction) = rest.first() {
                    builder.instruction(instruction);
                }
                1
            }
        };
    }
    builder.finish()
}

/// Where jumps and handlers go, and where the set of handlers changes.
fn leaders(source: &Source) -> (Vec<bool>, Vec<bool>) {
    let mut leaders = vec![false; source.code.len()];
    let mut boundaries = vec![false; source.code.len()];
    let set = |flags: &mut Vec<bool>, address: Address| {
        if let Some(flag) = flags.get_mut(address.index()) {
            *flag = true;
        }
    };
    for (address, instruction) in (0..).zip(&source.code) {
        // Each value that an iterator gives comes from running a delegation again.
        if matches!(instruction, Instruction::Delegate { .. }) {
            set(&mut leaders, Address(address));
        }
        instruction.operands(|operand| {
            if let OperandView::Address(address) = operand {
                set(&mut leaders, address);
            }
        });
    }
    for handler in &source.handlers {
        set(&mut leaders, handler.target);
        set(&mut boundaries, handler.from);
        set(&mut boundaries, handler.to);
    }
    (leaders, boundaries)
}

impl Builder<'_> {
    fn far(&self, register: Register) -> Option<u32> {
        let count = self.source.registers.len();
        (count > 256 && register.index() >= usize::from(SCRATCH))
            .then(|| frame_position(count, register.index()))
    }

    fn position(&self, register: Register) -> u32 {
        frame_position(self.source.registers.len(), register.index())
    }

    fn positions(&self, registers: &[Register]) -> Box<[u32]> {
        registers
            .iter()
            .map(|&register| self.position(register))
            .collect()
    }

    fn push(&mut self, op: Op) {
        self.code.push(op);
        self.before
            .push(u8::try_from(self.segment).unwrap_or(u8::MAX));
        self.cost.push(self.pending);
        self.segment += u16::from(self.pending);
        self.pending = 0;
        self.first.push(self.address);
        self.raising.push(self.address);
    }

    /// The cost of the segment, which ends with the operation that is pushed next.
    fn end_segment(&self) -> u8 {
        u8::try_from(self.segment + u16::from(self.pending)).unwrap_or(u8::MAX)
    }

    /// Pays for what the segment cost so far, where it goes on without a jump.
    fn pay_segment(&mut self) {
        if self.segment > 0 {
            let cost = u8::try_from(self.segment).unwrap_or(u8::MAX);
            self.push(Op::Charge { cost });
            self.segment = 0;
        }
    }

    /// Pushes an operation that pays for its segment.
    fn push_end(&mut self, op: Op) {
        self.push(op);
        self.segment = 0;
    }

    fn scratch(&mut self) -> R {
        let register = SCRATCH + (self.scratch & 3);
        self.scratch += 1;
        register
    }

    /// A register to read, brought into the window.
    fn read(&mut self, register: Register) -> R {
        match self.far(register) {
            None => u8::try_from(register.0).unwrap_or(u8::MAX),
            Some(far) => {
                let result = self.scratch();
                self.push(Op::LoadFar { result, far });
                result
            }
        }
    }

    /// A register to write; stored after the operation if it is past the window.
    fn write(&mut self, register: Register) -> R {
        match self.far(register) {
            None => u8::try_from(register.0).unwrap_or(u8::MAX),
            Some(far) => {
                let value = self.scratch();
                self.stores.push((value, far));
                value
            }
        }
    }

    fn list(&mut self, registers: &[Register]) -> u32 {
        let list = self.positions(registers);
        self.lists.push(list);
        u32::try_from(self.lists.len() - 1).unwrap_or(u32::MAX)
    }

    fn site(&mut self, site: Site) -> u32 {
        self.sites.push(site);
        u32::try_from(self.sites.len() - 1).unwrap_or(u32::MAX)
    }

    fn push_jump(&mut self, op: Op, target: Address) {
        self.jumps.push((self.code.len(), target));
        self.push_end(op);
    }

    /// Emits a fused operation; false if it cannot be.
    #[rustfmt::skip] // A table: one instruction a row where it fits.
    fn fused(&mut self, fused: Fused, code: &[Instruction]) -> bool {
        let small = |register: Register| u8::try_from(register.0).unwrap_or(u8::MAX);
        let place = self.address;
        match (fused, code) {
            (Fused::Immediate { constant, value }, [load, operator, ..]) => {
                let Some((left, _, result)) = super::fuse::operator(operator) else {
                    return false;
                };
                let (left, constant, result) = (small(left), small(constant), small(result));
                let op = match operator {
                    Instruction::Add { .. } => Op::AddImmediate { left, constant, result, value },
                    Instruction::AddInPlace { .. } => Op::AddInPlaceImmediate { left, constant, result, value },
                    Instruction::Subtract { .. } => Op::SubtractImmediate { left, constant, result, value },
                    Instruction::SubtractInPlace { .. } => {
                        Op::SubtractInPlaceImmediate { left, constant, result, value }
                    }
                    Instruction::Multiply { .. } => Op::MultiplyImmediate { left, constant, result, value },
                    Instruction::Modulo { .. } => Op::ModuloImmediate { left, constant, result, value },
                    Instruction::FloorDivide { .. } => Op::FloorDivideImmediate { left, constant, result, value },
                    _ => return false,
                };
                self.pending = load.cost() + operator.cost();
                self.push(op);
                self.raises_at(place + 1);
                true
            }
            (Fused::Branch { sense }, [compare, jump, ..]) => {
                let Instruction::Compare { comparison, left, right, result } = compare else {
                    return false;
                };
                let (Instruction::IfTrue { target: address, .. } | Instruction::IfFalse { target: address, .. }) = jump
                else {
                    return false;
                };
                self.pending = compare.cost() + jump.cost();
                let cost = self.end_segment();
                let (left, right, result, target) = (small(*left), small(*right), small(result.0), 0);
                let op = match comparison {
                    Comparison::Less => Op::BranchLess { left, right, result, cost, sense, target },
                    Comparison::LessOrEqual => Op::BranchLessOrEqual { left, right, result, cost, sense, target },
                    Comparison::Greater => Op::BranchGreater { left, right, result, cost, sense, target },
                    Comparison::GreaterOrEqual => Op::BranchGreaterOrEqual { left, right, result, cost, sense, target },
                    Comparison::Equal => Op::BranchEqual { left, right, result, cost, sense, target },
                    _ => Op::BranchNotEqual { left, right, result, cost, sense, target },
                };
                self.fused_jump(op, *address)
            }
            (Fused::Unless { constant, value }, [load, compare, jump, ..]) => {
                let Instruction::Compare { comparison, left, result, .. } = compare else {
                    return false;
                };
                let Instruction::IfFalse { target: address, .. } = jump else {
                    return false;
                };
                self.pending = load.cost() + compare.cost() + jump.cost();
                let cost = self.end_segment();
                let (left, constant, result, target) = (small(*left), small(constant), small(result.0), 0);
                let op = match comparison {
                    Comparison::Less => Op::UnlessLess { left, constant, result, cost, value, target },
                    Comparison::LessOrEqual => Op::UnlessLessOrEqual { left, constant, result, cost, value, target },
                    Comparison::Greater => Op::UnlessGreater { left, constant, result, cost, value, target },
                    Comparison::GreaterOrEqual => {
                        Op::UnlessGreaterOrEqual { left, constant, result, cost, value, target }
                    }
                    Comparison::Equal => Op::UnlessEqual { left, constant, result, cost, value, target },
                    _ => Op::UnlessNotEqual { left, constant, result, cost, value, target },
                };
                let done = self.fused_jump(op, *address);
                if done {
                    self.raises_at(place + 1);
                }
                done
            }
            _ => false,
        }
    }

    /// A jump with a 16-bit distance: only for targets whose distance is sure to fit, as an
    /// instruction becomes at most ten operations.
    fn fused_jump(&mut self, op: Op, target: Address) -> bool {
        const FARTHEST: u32 = 3000;
        if target.0.abs_diff(self.address) > FARTHEST {
            self.pending = 0;
            return false;
        }
        self.push_jump(op, target);
        true
    }

    fn raises_at(&mut self, address: u32) {
        if let Some(last) = self.raising.last_mut() {
            *last = address;
        }
    }

    fn binary(
        &mut self,
        left: Register,
        right: Register,
        result: Register,
        make: impl FnOnce(R, R, R) -> Op,
    ) {
        let (left, right) = (self.read(left), self.read(right));
        let result = self.write(result);
        self.push(make(left, right, result));
    }

    fn unary(&mut self, value: Register, result: Register, make: impl FnOnce(R, R) -> Op) {
        let value = self.read(value);
        let result = self.write(result);
        self.push(make(value, result));
    }

    fn instruction(&mut self, instruction: &Instruction) {
        self.pending = instruction.cost();
        self.scratch = 0;
        self.stores.clear();
        self.emit(instruction);
        for (value, far) in core::mem::take(&mut self.stores) {
            self.push(Op::StoreFar { value, far });
        }
    }

    #[rustfmt::skip] // A table: one instruction a row where it fits.
    fn emit(&mut self, instruction: &Instruction) {
        use BinaryOperator as B;
        use Instruction as I;
        match instruction {
            I::LoadConstant { constant, result } => {
                let result = self.write(result.0);
                let op = match small_constant(self.module, *constant) {
                    Some(value) => Op::LoadInt { result, value },
                    None => Op::LoadConstant { result, index: constant.0 },
                };
                self.push(op);
            }
            I::Move { value, result } => self.unary(*value, result.0, |value, result| Op::Move { value, result }),
            I::LoadGlobal { global, result } => {
                let result = self.write(result.0);
                self.push(Op::LoadGlobal { result, global: global.0 });
            }
            I::StoreGlobal { global, value } => {
                let value = self.read(*value);
                self.push(Op::StoreGlobal { value, global: global.0 });
            }
            I::DeleteGlobal { global } => self.push(Op::DeleteGlobal { global: global.0 }),
            I::MakeCell { result } => {
                let result = self.write(result.0);
                self.push(Op::MakeCell { result });
            }
            I::LoadCell { cell, result, .. } => {
                self.unary(*cell, result.0, |cell, result| Op::LoadCell { cell, result });
            }
            I::StoreCell { cell, value } => {
                let (cell, value) = (self.read(*cell), self.read(*value));
                self.push(Op::StoreCell { cell, value });
            }
            I::Unset { result } => {
                let result = self.write(result.0);
                self.push(Op::Unset { result });
            }
            I::CheckSet { value, result, .. } => {
                self.unary(*value, result.0, |value, result| Op::CheckSet { value, result });
            }
            I::Expect { value, expected, result, .. } => {
                let check = expected.0;
                self.unary(*value, result.0, |value, result| Op::Expect { value, result, check });
            }
            I::IsType { value, tested, result } => {
                let check = tested.0;
                self.unary(*value, result.0, |value, result| Op::IsType { value, result, check });
            }
            I::IsFunction { value, function, result } => {
                let function = function.0;
                self.unary(*value, result.0, |value, result| Op::IsFunction { value, result, function });
            }
            I::Add { left, right, result } => {
                self.binary(*left, *right, result.0, |left, right, result| Op::Add { left, right, result });
            }
            I::Subtract { left, right, result } => {
                self.binary(*left, *right, result.0, |left, right, result| Op::Subtract { left, right, result });
            }
            I::Multiply { left, right, result } => {
                self.binary(*left, *right, result.0, |left, right, result| Op::Multiply { left, right, result });
            }
            I::AddInPlace { left, right, result } => {
                self.binary(*left, *right, result.0, |left, right, result| Op::AddInPlace { left, right, result });
            }
            I::SubtractInPlace { left, right, result } => {
                self.binary(*left, *right, result.0, |left, right, result| Op::SubtractInPlace { left, right, result });
            }
            I::Modulo { left, right, result } => {
                self.binary(*left, *right, result.0, |left, right, result| Op::Modulo { left, right, result });
            }
            I::FloorDivide { left, right, result } => {
                self.binary(*left, *right, result.0, |left, right, result| Op::FloorDivide { left, right, result });
            }
            I::Divide { left, right, result } => self.operator(B::Divide, *left, *right, result.0),
            I::Power { left, right, result } => self.operator(B::Power, *left, *right, result.0),
            I::BitAnd { left, right, result } => self.operator(B::BitAnd, *left, *right, result.0),
            I::BitOr { left, right, result } => self.operator(B::BitOr, *left, *right, result.0),
            I::BitXor { left, right, result } => self.operator(B::BitXor, *left, *right, result.0),
            I::ShiftLeft { left, right, result } => self.operator(B::ShiftLeft, *left, *right, result.0),
            I::ShiftRight { left, right, result } => self.operator(B::ShiftRight, *left, *right, result.0),
            I::MultiplyInPlace { left, right, result } => self.in_place(B::Multiply, *left, *right, result.0),
            I::BitAndInPlace { left, right, result } => self.in_place(B::BitAnd, *left, *right, result.0),
            I::BitOrInPlace { left, right, result } => self.in_place(B::BitOr, *left, *right, result.0),
            I::BitXorInPlace { left, right, result } => self.in_place(B::BitXor, *left, *right, result.0),
            I::Negate { value, result } => self.unary_operator(UnaryOperator::Negate, *value, result.0),
            I::Positive { value, result } => self.unary_operator(UnaryOperator::Positive, *value, result.0),
            I::Invert { value, result } => self.unary_operator(UnaryOperator::Invert, *value, result.0),
            I::Not { value, result } => self.unary(*value, result.0, |value, result| Op::Not { value, result }),
            I::Truth { value, result } => self.unary(*value, result.0, |value, result| Op::Truth { value, result }),
            I::Compare { comparison, left, right, result } => {
                let comparison = *comparison;
                self.binary(*left, *right, result.0, |left, right, result| Op::Compare {
                    comparison,
                    left,
                    right,
                    result,
                });
            }
            I::Jump { target } => {
                let cost = self.end_segment();
                self.push_jump(Op::Jump { cost, target: 0 }, *target);
            }
            I::IfTrue { value, target } => {
                let value = self.read(*value);
                let cost = self.end_segment();
                self.push_jump(Op::IfTrue { value, cost, target: 0 }, *target);
            }
            I::IfFalse { value, target } => {
                let value = self.read(*value);
                let cost = self.end_segment();
                self.push_jump(Op::IfFalse { value, cost, target: 0 }, *target);
            }
            I::IfUnset { value, target } => {
                let value = self.read(*value);
                let cost = self.end_segment();
                self.push_jump(Op::IfUnset { value, cost, target: 0 }, *target);
            }
            I::Return { value } => {
                let value = self.read(*value);
                let cost = self.end_segment();
                self.push_end(Op::Return { value, cost });
            }
            I::Raise { exception } => {
                let exception = self.read(*exception);
                self.push(Op::Raise { exception });
            }
            I::RaiseFrom { exception, cause } => {
                let (exception, cause) = (self.read(*exception), self.read(*cause));
                self.push(Op::RaiseFrom { exception, cause });
            }
            I::Reraise { exception } => {
                let exception = self.read(*exception);
                self.push(Op::Reraise { exception });
            }
            _ => self.emit_other(instruction),
        }
    }

    fn operator(
        &mut self,
        operator: BinaryOperator,
        left: Register,
        right: Register,
        result: Register,
    ) {
        self.binary(left, right, result, |left, right, result| Op::Binary {
            operator,
            left,
            right,
            result,
        });
    }

    fn in_place(
        &mut self,
        operator: BinaryOperator,
        left: Register,
        right: Register,
        result: Register,
    ) {
        self.binary(left, right, result, |left, right, result| Op::InPlace {
            operator,
            left,
            right,
            result,
        });
    }

    fn unary_operator(&mut self, operator: UnaryOperator, value: Register, result: Register) {
        self.unary(value, result, |value, result| Op::Unary {
            operator,
            value,
            result,
        });
    }

    #[rustfmt::skip] // A table: one instruction a row where it fits.
    fn emit_other(&mut self, instruction: &Instruction) {
        use Instruction as I;
        match instruction {
            I::Call { function, arguments, result } => {
                let arguments = self.positions(arguments);
                let cost = self.end_segment();
                let site = self.site(Site { function: *function, arguments, cost, ..Site::default() });
                let result = self.write(result.0);
                let function = u16::try_from(function.0).unwrap_or(u16::MAX);
                self.push_end(Op::Call { result, function, site });
            }
            I::CallClosure { function, closure, arguments, result } => {
                let closure = self.read(*closure);
                let arguments = self.positions(arguments);
                let cost = self.end_segment();
                let site = self.site(Site { function: *function, arguments, cost, ..Site::default() });
                let result = self.write(result.0);
                self.push_end(Op::CallClosure { closure, result, site });
            }
            I::CallValue { callee, arguments, result } => {
                let callee = self.read(*callee);
                let arguments = self.positions(arguments);
                let cost = self.end_segment();
                let site = self.site(Site { arguments, cost, ..Site::default() });
                let result = self.write(result.0);
                self.push_end(Op::CallValue { callee, result, site });
            }
            I::CallLeaf { leaf, arguments, result } => match *arguments.as_slice() {
                [argument] => {
                    let leaf = leaf.0;
                    self.unary(argument, result.0, |argument, result| Op::CallLeaf1 { argument, result, leaf });
                }
                [first, second] => {
                    let leaf = leaf.0;
                    self.binary(first, second, result.0, |first, second, result| Op::CallLeaf2 {
                        first,
                        second,
                        result,
                        leaf,
                    });
                }
                _ => {
                    let arguments = self.positions(arguments);
                    let site = self.site(Site { leaf: leaf.0, arguments, ..Site::default() });
                    let result = self.write(result.0);
                    self.push(Op::CallLeaf { result, site });
                }
            },
            I::MakeFunction { function, cells, result } => {
                let list = self.list(cells);
                let result = self.write(result.0);
                let function = u16::try_from(function.0).unwrap_or(u16::MAX);
                self.push(Op::MakeFunction { result, function, list });
            }
            I::Yield { value, result } => {
                let value = self.read(*value);
                let cost = self.end_segment();
                let result = self.write(result.0);
                self.push_end(Op::Yield { value, result, cost });
            }
            I::Delegate { iterator, result } => {
                let iterator = self.read(*iterator);
                let cost = self.end_segment();
                let result = self.write(result.0);
                self.push_end(Op::Delegate { iterator, result, cost });
            }
            I::Send { generator, value, result, end } => {
                let (generator, value) = (self.read(*generator), self.read(*value));
                self.resume(result.0, *end, |result, cost| Op::Send { generator, value, result, cost });
            }
            I::Throw { generator, exception, result, end } => {
                let (generator, exception) = (self.read(*generator), self.read(*exception));
                self.resume(result.0, *end, |result, cost| Op::ThrowInto { generator, exception, result, cost });
            }
            I::NewObject { class, result } => {
                let result = self.write(result.0);
                self.push(Op::NewObject { result, class: class.0 });
            }
            I::GetField { object, field, result, .. } => {
                let field = field.0;
                self.unary(*object, result.0, |object, result| Op::GetField { object, result, field });
            }
            I::SetField { object, field, value, .. } => {
                let (object, value) = (self.read(*object), self.read(*value));
                self.push(Op::SetField { object, value, field: field.0 });
            }
            I::DeleteField { object, .. } => {
                let object = self.read(*object);
                self.push(Op::DeleteField { object });
            }
            I::MakeList { values, result } => self.make(values, result.0, |result, list| Op::MakeList { result, list }),
            I::MakeTuple { values, result } => {
                self.make(values, result.0, |result, list| Op::MakeTuple { result, list });
            }
            I::MakeSet { values, result } => self.make(values, result.0, |result, list| Op::MakeSet { result, list }),
            I::MakeDict { items, result } => self.make(items, result.0, |result, list| Op::MakeDict { result, list }),
            I::Concat { values, result } => self.make(values, result.0, |result, list| Op::Concat { result, list }),
            I::MakeSlice { start, stop, step, result } => {
                let (start, stop, step) = (self.read(*start), self.read(*stop), self.read(*step));
                let result = self.write(result.0);
                self.push(Op::MakeSlice { start, stop, step, result });
            }
            I::ListAppend { list, value } => {
                let (list, value) = (self.read(*list), self.read(*value));
                self.push(Op::ListAppend { list, value });
            }
            I::SetAdd { set, value } => {
                let (set, value) = (self.read(*set), self.read(*value));
                self.push(Op::SetAdd { set, value });
            }
            I::GetItem { container, key, result } => {
                self.binary(*container, *key, result.0, |container, key, result| Op::GetItem {
                    container,
                    key,
                    result,
                });
            }
            I::SetItem { container, key, value } => {
                let (container, key, value) = (self.read(*container), self.read(*key), self.read(*value));
                self.push(Op::SetItem { container, key, value });
            }
            I::DeleteItem { container, key } => {
                let (container, key) = (self.read(*container), self.read(*key));
                self.push(Op::DeleteItem { container, key });
            }
            I::Length { value, result } => self.unary(*value, result.0, |value, result| Op::Length { value, result }),
            I::Unpack { value, results } => match results.as_slice() {
                &[first, second] => {
                    let value = self.read(*value);
                    let (first, second) = (self.write(first.0), self.write(second.0));
                    self.push(Op::UnpackTwo { value, first, second });
                }
                _ => {
                    let value = self.read(*value);
                    let results: Vec<Register> = results.iter().map(|result| result.0).collect();
                    let list = self.list(&results);
                    self.push(Op::Unpack { value, list });
                }
            },
            I::UnpackStar { value, before, results } => {
                let value = self.read(*value);
                let results: Vec<Register> = results.iter().map(|result| result.0).collect();
                let list = self.list(&results);
                self.push(Op::UnpackStar { value, before: *before, list });
            }
            I::GetIterator { value, result } => {
                self.unary(*value, result.0, |value, result| Op::GetIterator { value, result });
            }
            I::Next { iterator, result, end } => self.next(*iterator, result.0, *end),
            I::LoadInput { result, .. } => {
                let result = self.write(result.0);
                self.push(Op::LoadInput { result });
            }
            I::Decode { value, result, .. } => {
                self.unary(*value, result.0, |value, result| Op::Decode { value, result });
            }
            I::StoreOutput { value, .. } => {
                let value = self.read(*value);
                self.push(Op::StoreOutput { value });
            }
            I::CallService { arguments, result, .. } => {
                let arguments = self.positions(arguments);
                let site = self.site(Site { arguments, ..Site::default() });
                let result = self.write(result.0);
                self.push(Op::CallService { result, site });
            }
            I::BeginCall { arguments, result, .. } => {
                let arguments = self.positions(arguments);
                let site = self.site(Site { arguments, ..Site::default() });
                let result = self.write(result.0);
                self.push(Op::BeginCall { result, site });
            }
            I::EndCall { call, result } => {
                self.unary(*call, result.0, |call, result| Op::EndCall { call, result });
            }
            _ => self.push(Op::Charge { cost: 0 }),
        }
    }

    fn make(&mut self, values: &[Register], result: Register, make: impl FnOnce(R, u32) -> Op) {
        let list = self.list(values);
        let result = self.write(result);
        self.push(make(result, list));
    }

    /// `SEND` and `THROW`: the operation, a jump to the end, and what goes on with what is yielded.
    fn resume(&mut self, result: Register, end: Address, make: impl FnOnce(R, u8) -> Op) {
        let cost = self.end_segment();
        let Some(far) = self.far(result) else {
            let result = u8::try_from(result.0).unwrap_or(u8::MAX);
            self.push_end(make(result, cost));
            self.push_jump(Op::Jump { cost: 0, target: 0 }, end);
            return;
        };
        let result = self.scratch();
        self.push_end(make(result, cost));
        let to_end = self.code.len();
        self.push_end(Op::Jump { cost: 0, target: 0 });
        self.push(Op::StoreFar { value: result, far });
        let over = self.code.len();
        self.push_end(Op::Jump { cost: 0, target: 0 });
        let ended = u32::try_from(self.code.len()).unwrap_or(u32::MAX);
        self.push(Op::StoreFar { value: result, far });
        self.push_jump(Op::Jump { cost: 0, target: 0 }, end);
        let after = u32::try_from(self.code.len()).unwrap_or(u32::MAX);
        for (at, goal) in [(to_end, ended), (over, after)] {
            if let Some(Op::Jump { target, .. }) = self.code.get_mut(at) {
                *target = goal;
            }
        }
    }

    /// `NEXT`; where its result is past the window, its end unsets it on the way.
    fn next(&mut self, iterator: Register, result: Register, end: Address) {
        let iterator = self.read(iterator);
        let cost = self.end_segment();
        let Some(far) = self.far(result) else {
            let result = u8::try_from(result.0).unwrap_or(u8::MAX);
            self.push_jump(
                Op::Next {
                    iterator,
                    result,
                    cost,
                    end: 0,
                },
                end,
            );
            return;
        };
        let result = self.scratch();
        let next = self.code.len();
        self.push_end(Op::Next {
            iterator,
            result,
            cost,
            end: 0,
        });
        self.push(Op::StoreFar { value: result, far });
        let over = self.code.len();
        self.push(Op::Jump { cost: 0, target: 0 });
        let ended = u32::try_from(self.code.len()).unwrap_or(u32::MAX);
        self.push(Op::StoreFar { value: result, far });
        self.push_jump(Op::Jump { cost: 0, target: 0 }, end);
        let after = u32::try_from(self.code.len()).unwrap_or(u32::MAX);
        if let Some(Op::Next { end, .. }) = self.code.get_mut(next) {
            *end = ended;
        }
        if let Some(Op::Jump { target, .. }) = self.code.get_mut(over) {
            *target = after;
        }
    }

    fn finish(mut self) -> Function {
        for (position, address) in core::mem::take(&mut self.jumps) {
            let goal = self.start.get(address.index()).copied().unwrap_or(u32::MAX);
            let distance = i64::from(goal) - i64::try_from(position).unwrap_or(0);
            let near = i16::try_from(distance).unwrap_or(0);
            match self.code.get_mut(position) {
                Some(
                    Op::Jump { target, .. }
                    | Op::IfTrue { target, .. }
                    | Op::IfFalse { target, .. }
                    | Op::IfUnset { target, .. }
                    | Op::Next { end: target, .. },
                ) => *target = goal,
                Some(
                    Op::BranchLess { target, .. }
                    | Op::BranchLessOrEqual { target, .. }
                    | Op::BranchGreater { target, .. }
                    | Op::BranchGreaterOrEqual { target, .. }
                    | Op::BranchEqual { target, .. }
                    | Op::BranchNotEqual { target, .. }
                    | Op::UnlessLess { target, .. }
                    | Op::UnlessLessOrEqual { target, .. }
                    | Op::UnlessGreater { target, .. }
                    | Op::UnlessGreaterOrEqual { target, .. }
                    | Op::UnlessEqual { target, .. }
                    | Op::UnlessNotEqual { target, .. },
                ) => *target = near,
                _ => {}
            }
        }
        let count = self.source.registers.len();
        let handlers = self.source.handlers.iter();
        let handler_registers = handlers
            .map(|handler| frame_position(count, handler.register.index()))
            .collect();
        let frame = if count > 256 { count + 4 } else { count };
        Function {
            counted_as: None,
            code: self.code.into(),
            before: self.before.into(),
            cost: self.cost.into(),
            first: self.first.into(),
            raising: self.raising.into(),
            start: self.start.into(),
            frame: u32::try_from(frame).unwrap_or(u32::MAX),
            parameters: u32::from(self.source.parameters),
            captures: u32::from(self.source.captures),
            generator: Program::is_generator(self.source.kind),
            is_simple: !Program::is_generator(self.source.kind)
                && self.source.captures == 0
                && frame <= 256,
            inside: self
                .source
                .handlers
                .iter()
                .map(|_| OnceLock::new())
                .collect(),
            handler_registers,
            sites: self.sites.into(),
            lists: self.lists.into(),
        }
    }
}
