//! A program that is ready to run.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use salami_ir::{
    Address, ClassRef, FunctionIndex, FunctionKind, Module, RegisterType, Tag, TagSet,
};
use salami_verify::{Inputs, Verified};

use super::builder::prepare;
use super::op::Op;
use crate::heap::Heap;
use crate::leaf::{self, LeafFunction};
use crate::state::Places;
use crate::value::Value;

/// The most that a segment costs, so the most that a machine runs ahead of what was paid.
pub(crate) const SEGMENT_LIMIT: u16 = 200;

/// Instructions in runs, ascending.
pub(crate) type Runs = Box<[Range<u32>]>;

/// A test for a register type, made fast.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    tags: TagSet,
    classes: Option<Vec<ClassRef>>,
}

impl Check {
    pub(crate) fn new(wanted: &RegisterType) -> Self {
        Self {
            tags: wanted.tags,
            classes: wanted.classes.clone(),
        }
    }

    /// Whether the type is of what stands for an argument that is not given, or may be.
    pub(crate) fn is_missing(&self) -> bool {
        self.tags.contains(Tag::Ellipsis) && self.tags != TagSet::VALUES
    }

    /// Whether the value is of the type.
    #[inline(always)]
    pub(crate) fn holds(&self, heap: &Heap, value: &Value) -> bool {
        let tag = match value {
            Value::Int(_) | Value::Big(_) => Tag::Int,
            Value::Str(_) => Tag::Str,
            Value::Float(_) => Tag::Float,
            Value::Bool(_) => Tag::Bool,
            Value::None => Tag::None,
            Value::List(_) => Tag::List,
            Value::Dict(_) => Tag::Dict,
            Value::Tuple(_) => Tag::Tuple,
            Value::Object(_) | Value::Exception(_) => return self.holds_object(heap, *value),
            _ => value.tag(heap),
        };
        self.tags.contains(tag)
    }

    fn holds_object(&self, heap: &Heap, value: Value) -> bool {
        if !self.tags.contains(Tag::Object) {
            return false;
        }
        let Some(classes) = &self.classes else {
            return true;
        };
        let class = match value {
            Value::Object(object) => ClassRef::Module(heap.object(object).class),
            Value::Exception(exception) => heap.exception(exception).class,
            _ => return false,
        };
        classes.contains(&class)
            || classes
                .iter()
                .any(|&wanted| heap.module().is_subclass(class, wanted))
    }
}

/// A call with more than the operation can say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Site {
    /// The function, for a closure.
    pub(crate) function: FunctionIndex,
    /// The leaf.
    pub(crate) leaf: u32,
    /// Positions of the arguments in the frame.
    pub(crate) arguments: Box<[u32]>,
    /// Fuel of the segment, the call included.
    pub(crate) cost: u8,
}

/// A prepared function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Function {
    pub(crate) code: Box<[Op]>,
    /// For each operation, what its segment cost before it.
    pub(crate) before: Box<[u8]>,
    /// For each operation, what its instructions cost; 0 where it only moves registers for another.
    pub(crate) cost: Box<[u8]>,
    /// For each operation, its first instruction: where a stored frame goes on.
    pub(crate) first: Box<[u32]>,
    /// For each instruction, what it counts as for the limit of instructions; without it all are instructions.
    pub(crate) counted_as: Option<Arc<[Counted]>>,
    /// For each operation, the instruction of it that may raise.
    pub(crate) raising: Box<[u32]>,
    /// For each instruction, the operation that begins with it.
    pub(crate) start: Box<[u32]>,
    /// How many values a frame takes.
    pub(crate) frame: u32,
    pub(crate) parameters: u32,
    pub(crate) captures: u32,
    pub(crate) generator: bool,
    /// Whether calling it needs no more than copying arguments: no generator, no cells, a frame that fits the window.
    pub(crate) is_simple: bool,
    /// For each handler, its register's position in the frame.
    pub(crate) handler_registers: Box<[u32]>,
    /// For each handler, which instructions are only reached through it; found when first asked.
    pub(crate) inside: Box<[OnceLock<Runs>]>,
    pub(crate) sites: Box<[Site]>,
    pub(crate) lists: Box<[Box<[u32]>]>,
}

impl Function {
    /// The operation by which a frame calls or is left at an instruction, and where it is.
    pub(crate) fn leaving(&self, address: u32) -> Option<(u32, Op)> {
        let start = self.position(Address(address))?;
        let ops = self.code.get(start as usize..)?.iter().zip(start..);
        let of_it =
            ops.take_while(|(_, place)| self.first.get(*place as usize).copied() == Some(address));
        let mut leaving = of_it.filter(|(op, _)| {
            matches!(
                op,
                Op::Call { .. }
                    | Op::CallClosure { .. }
                    | Op::CallValue { .. }
                    | Op::Next { .. }
                    | Op::Send { .. }
                    | Op::ThrowInto { .. }
                    | Op::Delegate { .. }
                    | Op::Yield { .. }
            )
        });
        leaving.next().map(|(op, place)| (place, *op))
    }
}

/// What an instruction counts as for the limit of instructions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// One instruction.
    #[default]
    Instruction,
    /// A round of a loop that has nothing in its body that counts.
    EmptyRound,
    /// A part of another one.
    Nothing,
}

impl Function {
    /// The instruction that an operation raises at.
    pub(crate) fn raising_address(&self, position: u32) -> Address {
        Address(self.raising.get(position as usize).copied().unwrap_or(0))
    }

    /// The operation that an instruction begins.
    pub(crate) fn position(&self, address: Address) -> Option<u32> {
        self.start
            .get(address.index())
            .copied()
            .filter(|&position| position != u32::MAX)
    }
}

/// Where register number `register` lies in a frame of a function with `count` registers.
pub(crate) fn frame_position(count: usize, register: usize) -> u32 {
    let position = if count <= 256 || register < 252 {
        register
    } else {
        register + 4
    };
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// A verified module, prepared. Immutable; any number of machines run it.
#[derive(Debug)]
pub struct Program {
    pub(crate) module: Arc<Module>,
    pub(crate) functions: Vec<Function>,
    pub(crate) checks: Vec<Check>,
    pub(crate) leaves: Vec<LeafFunction>,
    /// Whether each operation is one instruction.
    pub(crate) is_unfused: bool,
    /// What the input must have, and whether it may have no more: see [`Verified::inputs`].
    pub(crate) inputs: Option<Inputs>,
    pub(crate) inputs_are_all: bool,
    /// What frames hold, by where they stand.
    pub(crate) places: Arc<Places>,
}

impl Function {
    /// What the instruction of an operation counts as for the limit of instructions.
    pub(crate) fn counted(&self, position: usize) -> Counted {
        let address = self.first.get(position).copied().unwrap_or(0);
        let counted = self.counted_as.as_ref();
        let counted = counted.and_then(|counted| counted.get(address as usize));
        counted.copied().unwrap_or_default()
    }
}

impl Program {
    /// Prepares a module. O(its size).
    ///
    /// # Errors
    /// The name of a leaf that this VM has not: the module was verified against another table.
    pub fn new(verified: Verified) -> Result<Self, String> {
        let inputs = verified.inputs().cloned();
        let inputs_are_all = verified.inputs_are_all();
        let module = verified.shared_module();
        let mut leaves = Vec::with_capacity(module.leaves.len());
        for import in &module.leaves {
            match leaf::find(&import.name) {
                Some(found) => leaves.push(found.function),
                None => return Err(import.name.clone()),
            }
        }
        let functions = module
            .functions
            .iter()
            .map(|function| prepare(&module, function, true))
            .collect();
        let checks = module.types.iter().map(Check::new).collect();
        Ok(Self {
            module,
            functions,
            checks,
            leaves,
            is_unfused: false,
            inputs,
            inputs_are_all,
            places: Arc::new(Places::new(verified)),
        })
    }

    /// The same program prepared so that each operation is one instruction, for [`crate::Machine::step`].
    /// It does the same at the same fuel, slower. O(size of the module).
    #[must_use]
    pub fn unfused(&self) -> Self {
        let functions = self.module.functions.iter().zip(&self.functions);
        Self {
            module: Arc::clone(&self.module),
            functions: functions
                .map(|(function, prepared)| Function {
                    counted_as: prepared.counted_as.clone(),
                    ..prepare(&self.module, function, false)
                })
                .collect(),
            checks: self.checks.clone(),
            leaves: self.leaves.clone(),
            is_unfused: true,
            inputs: self.inputs.clone(),
            inputs_are_all: self.inputs_are_all,
            places: Arc::clone(&self.places),
        }
    }

    /// The same program with a limit of instructions that counts each as `counts` says: where
    /// several stand for one that a person wrote. Fuel meters all of them.
    #[must_use]
    pub fn counting(mut self, counts: impl Fn(FunctionIndex, Address) -> Counted) -> Self {
        let functions = self.functions.iter_mut().zip(&self.module.functions);
        for (index, (prepared, function)) in (0..).zip(functions) {
            let addresses = (0..).map(Address).take(function.code.len());
            let counted = addresses.map(|address| counts(FunctionIndex(index), address));
            prepared.counted_as = Some(counted.collect());
        }
        self
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// Whether calling a function makes an object that holds its frame.
    pub(crate) fn is_generator(kind: FunctionKind) -> bool {
        kind != FunctionKind::Plain
    }
}
