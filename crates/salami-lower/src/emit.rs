//! A function's code as it grows: labels, registers, the source map.

use std::collections::BTreeMap;

use salami_ir::{
    Address, Handler, HandlerKind, Instruction, Register, RegisterDeclaration, RegisterType,
    SourceEntry, instruction::Destination,
};
use salami_source::{FileId, Source, Span};

use crate::{LowerError, kinds};

/// A place in the code that may not be reached by emission yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(u32);

impl Label {
    /// The label as the address operand of an instruction, until the function is finished.
    pub(crate) const fn operand(self) -> Address {
        Address(self.0)
    }
}

/// An exception handler whose addresses are positions already.
#[derive(Debug)]
struct PendingHandler {
    from: u32,
    to: u32,
    target: Label,
    register: Register,
    kind: HandlerKind,
}

/// A register for temporaries.
#[derive(Debug)]
struct Slot {
    bound: RegisterType,
    /// Whether it is only taken for values of exactly this type.
    is_exact: bool,
}

/// What was emitted so far of one function.
///
/// Code that nothing reaches is not emitted: after a jump, a return or a raise every
/// [`Emitter::emit`] does nothing until a label is placed that something jumps to.
#[derive(Debug)]
pub(crate) struct Emitter<'a> {
    code: Vec<Instruction>,
    places: Vec<Span>,
    labels: Vec<Option<u32>>,
    used: Vec<bool>,
    /// The end of the code when a label or a region boundary was last set there.
    last_mark: u32,
    reachable: bool,
    span: Span,
    file: FileId,
    source: Option<&'a Source>,
    handlers: Vec<PendingHandler>,
    locals: Vec<RegisterDeclaration>,
    local_types: Vec<RegisterType>,
    temporaries: Vec<Slot>,
    depth: usize,
}

/// The parts of a finished function.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Vec<Instruction>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) source_map: Vec<SourceEntry>,
    /// Locals first, with their declarations but for the bound.
    pub(crate) locals: Vec<RegisterDeclaration>,
    /// The bounds of all registers.
    pub(crate) bounds: Vec<RegisterType>,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(file: FileId, source: Option<&'a Source>) -> Self {
        Self {
            code: Vec::new(),
            places: Vec::new(),
            labels: Vec::new(),
            used: Vec::new(),
            last_mark: 0,
            reachable: true,
            span: Span::default(),
            file,
            source,
            handlers: Vec::new(),
            locals: Vec::new(),
            local_types: Vec::new(),
            temporaries: Vec::new(),
            depth: 0,
        }
    }

    /// Adds a register for a local; all of them come before the first temporary.
    pub(crate) fn add_local(
        &mut self,
        bound: RegisterType,
        name: Option<String>,
        key: (u32, u16),
    ) -> Result<Register, LowerError> {
        let index = u16::try_from(self.locals.len())
            .map_err(|_| LowerError::Limit("registers of a function"))?;
        self.locals.push(RegisterDeclaration {
            name,
            key,
            ..RegisterDeclaration::default()
        });
        self.local_types.push(bound);
        Ok(Register(index))
    }

    /// Whether the register is a temporary.
    pub(crate) fn is_temporary(&self, register: Register) -> bool {
        register.index() >= self.locals.len()
    }

    /// The declared bound of a local's register.
    pub(crate) fn local_type(&self, register: Register) -> Option<&RegisterType> {
        self.local_types.get(register.index())
    }

    /// Takes the next temporary. It is given back by [`Emitter::release`].
    pub(crate) fn temporary(&mut self, holds: &RegisterType) -> Result<Register, LowerError> {
        let position = self.take(|slot| !slot.is_exact);
        match self.temporaries.get_mut(position) {
            Some(slot) => slot.bound = slot.bound.join(holds),
            None => self.temporaries.push(Slot {
                bound: holds.clone(),
                is_exact: false,
            }),
        }
        self.register(position)
    }

    /// Takes the next temporary that never holds anything but values of this type, or cells: what
    /// it is declared says as much as following the ways of execution can.
    pub(crate) fn exact(&mut self, holds: &RegisterType) -> Result<Register, LowerError> {
        let position = self.take(|slot| slot.is_exact && slot.bound == *holds);
        if position == self.temporaries.len() {
            self.temporaries.push(Slot {
                bound: holds.clone(),
                is_exact: true,
            });
        }
        self.register(position)
    }

    /// Takes the next slot that fits, or a new one.
    fn take(&mut self, fits: impl Fn(&Slot) -> bool) -> usize {
        while self
            .temporaries
            .get(self.depth)
            .is_some_and(|slot| !fits(slot))
        {
            self.depth += 1;
        }
        let position = self.depth;
        self.depth += 1;
        position
    }

    fn register(&self, position: usize) -> Result<Register, LowerError> {
        u16::try_from(self.locals.len() + position)
            .map(Register)
            .map_err(|_| LowerError::Limit("registers of a function"))
    }

    /// Says that the temporary also holds values of this type.
    pub(crate) fn widen(&mut self, temporary: Register, holds: &RegisterType) {
        if let Some(slot) = temporary
            .index()
            .checked_sub(self.locals.len())
            .and_then(|position| self.temporaries.get_mut(position))
        {
            slot.bound = slot.bound.join(holds);
        }
    }

    /// How many temporaries are taken.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Gives back all temporaries but the first `depth`.
    pub(crate) fn release(&mut self, depth: usize) {
        self.depth = depth;
    }

    /// Instructions from now on come from this place.
    pub(crate) fn at(&mut self, span: Span) {
        self.span = span;
    }

    /// Where instructions come from now.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// Whether the next instruction can be reached.
    pub(crate) fn reachable(&self) -> bool {
        self.reachable
    }

    /// Adds an instruction.
    pub(crate) fn emit(&mut self, instruction: Instruction) {
        if !self.reachable {
            return;
        }
        if let Some(target) = jump_target(&instruction)
            && let Some(used) = self.used.get_mut(target.index())
        {
            *used = true;
        }
        self.reachable = !matches!(
            instruction,
            Instruction::Jump { .. }
                | Instruction::Return { .. }
                | Instruction::Raise { .. }
                | Instruction::RaiseFrom { .. }
                | Instruction::Reraise { .. }
        );
        self.code.push(instruction);
        self.places.push(self.span);
    }

    /// Copies a register, if the two are not the same.
    pub(crate) fn copy(&mut self, value: Register, result: Register) {
        if value != result {
            self.emit(Instruction::Move {
                value,
                result: Destination(result),
            });
        }
    }

    /// A new label.
    pub(crate) fn label(&mut self) -> Label {
        let label = Label(u32::try_from(self.labels.len()).unwrap_or(u32::MAX));
        self.labels.push(None);
        self.used.push(false);
        label
    }

    /// Whether an instruction that was emitted jumps to the label.
    pub(crate) fn is_used(&self, label: Label) -> bool {
        self.used.get(label.0 as usize).copied().unwrap_or(false)
    }

    /// Jumps.
    pub(crate) fn jump(&mut self, label: Label) {
        self.emit(Instruction::Jump {
            target: label.operand(),
        });
    }

    /// Puts the label here. All jumps to it were emitted before, or come from code that this
    /// place leads to.
    pub(crate) fn place(&mut self, label: Label) {
        self.turn_branch(label);
        // A jump to the next instruction is none.
        while let Some(Instruction::Jump { target }) = self.code.last()
            && target.0 == label.0
            && (self.last_mark as usize) < self.code.len()
        {
            self.code.pop();
            self.places.pop();
            self.reachable = true;
        }
        let here = self.here();
        if let Some(place) = self.labels.get_mut(label.0 as usize) {
            *place = Some(here);
        }
        self.last_mark = here;
        self.reachable |= self.is_used(label);
    }

    /// `IF_FALSE a -> here, JUMP -> b, here:` is `IF_TRUE a -> b`.
    fn turn_branch(&mut self, label: Label) {
        let here = label.operand();
        let turned = match &self.code[..] {
            [
                ..,
                Instruction::IfFalse { value, target },
                Instruction::Jump { target: other },
            ] if *target == here => Instruction::IfTrue {
                value: *value,
                target: *other,
            },
            [
                ..,
                Instruction::IfTrue { value, target },
                Instruction::Jump { target: other },
            ] if *target == here => Instruction::IfFalse {
                value: *value,
                target: *other,
            },
            _ => return,
        };
        if (self.last_mark as usize) + 2 > self.code.len() {
            return;
        }
        self.code.pop();
        self.places.pop();
        if let Some(last) = self.code.last_mut() {
            *last = turned;
        }
        self.reachable = true;
    }

    /// Puts a label here that jumps emitted later reach.
    pub(crate) fn place_reached(&mut self, label: Label) {
        self.place(label);
        self.reachable = true;
    }

    /// The current end of the code, as the boundary of a protected region.
    pub(crate) fn boundary(&mut self) -> u32 {
        self.last_mark = self.here();
        self.last_mark
    }

    fn here(&self) -> u32 {
        u32::try_from(self.code.len()).unwrap_or(u32::MAX)
    }

    /// Protects the instructions `from..to`; false (and no handler) if there are none. The
    /// innermost region comes first.
    pub(crate) fn handler(
        &mut self,
        from: u32,
        to: u32,
        register: Register,
        kind: HandlerKind,
    ) -> Option<Label> {
        if from >= to {
            return None;
        }
        let target = self.label();
        self.handlers.push(PendingHandler {
            from,
            to,
            target,
            register,
            kind,
        });
        Some(target)
    }

    /// Resolves the labels.
    pub(crate) fn finish(self) -> Result<Finished, LowerError> {
        let Self {
            mut code,
            places,
            labels,
            handlers,
            locals,
            local_types,
            temporaries,
            file,
            source,
            ..
        } = self;
        if u32::try_from(code.len()).is_err() || u32::try_from(labels.len()).is_err() {
            return Err(LowerError::Limit("instructions of a function"));
        }
        let resolve = |address: Address| {
            labels
                .get(address.index())
                .copied()
                .flatten()
                .map(Address)
                .ok_or_else(|| {
                    LowerError::Malformed("a jump to a label that was never placed".into())
                })
        };
        for instruction in &mut code {
            if let Some(target) = jump_target_mut(instruction) {
                *target = resolve(*target)?;
            }
        }
        thread_jumps(&mut code);
        let mut resolved = Vec::with_capacity(handlers.len());
        for PendingHandler {
            from,
            to,
            target,
            register,
            kind,
        } in handlers
        {
            resolved.push(Handler {
                from: Address(from),
                to: Address(to),
                target: resolve(target.operand())?,
                register,
                kind,
            });
        }
        let mut lines = BTreeMap::new();
        let mut source_map: Vec<SourceEntry> = Vec::new();
        for (position, span) in (0_u32..).zip(places) {
            if source_map.last().is_some_and(|last| last.span == span) {
                continue;
            }
            let line = *lines
                .entry(span.start)
                .or_insert_with(|| source.map_or(0, |source| source.line(span.start)));
            source_map.push(SourceEntry {
                address: Address(position),
                file: file.0,
                span,
                line,
            });
        }
        let mut bounds = local_types;
        bounds.extend(
            temporaries
                .into_iter()
                .map(|slot| kinds::bounded(slot.bound)),
        );
        Ok(Finished {
            code,
            handlers: resolved,
            source_map,
            locals,
            bounds,
        })
    }
}

/// How many jumps in a row are made one.
const HOPS: usize = 8;

/// A jump to a jump goes where that one goes.
fn thread_jumps(code: &mut [Instruction]) {
    for position in 0..code.len() {
        let Some(mut target) = code.get(position).and_then(jump_target) else {
            continue;
        };
        for _ in 0..HOPS {
            match code.get(target.index()) {
                Some(Instruction::Jump { target: next }) => target = *next,
                _ => break,
            }
        }
        if let Some(slot) = code.get_mut(position).and_then(jump_target_mut) {
            *slot = target;
        }
    }
}

fn jump_target(instruction: &Instruction) -> Option<Address> {
    match instruction {
        Instruction::Jump { target }
        | Instruction::IfTrue { target, .. }
        | Instruction::IfFalse { target, .. }
        | Instruction::IfUnset { target, .. }
        | Instruction::Next { end: target, .. }
        | Instruction::Send { end: target, .. }
        | Instruction::Throw { end: target, .. } => Some(*target),
        _ => None,
    }
}

fn jump_target_mut(instruction: &mut Instruction) -> Option<&mut Address> {
    match instruction {
        Instruction::Jump { target }
        | Instruction::IfTrue { target, .. }
        | Instruction::IfFalse { target, .. }
        | Instruction::IfUnset { target, .. }
        | Instruction::Next { end: target, .. }
        | Instruction::Send { end: target, .. }
        | Instruction::Throw { end: target, .. } => Some(target),
        _ => None,
    }
}
