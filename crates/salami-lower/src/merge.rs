//! One function for all versions that came out the same.
//!
//! The checker analyses a function for each combination of argument types; many of these differ
//! only in what containers hold, which the IR does not see. Versions with the same registers and
//! code, up to which of such versions they call, become one: the coarsest partition, found by
//! refinement as automata are minimised (Hopcroft 1971, in Moore's simpler form).

use std::collections::{BTreeMap, BTreeSet};

use salami_ir::{Function, FunctionIndex, Instruction, Module};

/// Chains of versions longer than this that differ only at their end stay as they are.
const ROUNDS: usize = 64;

/// Merges the functions of a module. O(size · rounds).
pub(crate) fn merge(module: &mut Module) {
    let mut classes = initial(&module.functions);
    let mut stable = false;
    for _ in 0..ROUNDS {
        let refined = refine(&module.functions, &classes);
        stable = count(&refined) == count(&classes);
        classes = refined;
        if stable {
            break;
        }
    }
    if !stable || count(&classes) == module.functions.len() {
        return;
    }
    // Classes are numbered by their first member, in order, so they are the new indices.
    let renamed = |index: FunctionIndex| {
        FunctionIndex(classes.get(index.index()).copied().unwrap_or(index.0))
    };
    let mut next = 0;
    let mut kept = Vec::new();
    for (function, &class) in std::mem::take(&mut module.functions)
        .into_iter()
        .zip(&classes)
    {
        if class == next {
            next += 1;
            kept.push(function);
        }
    }
    for function in &mut kept {
        for callee in function.code.iter_mut().filter_map(callee_mut) {
            *callee = renamed(*callee);
        }
    }
    module.functions = kept;
    module.entry = renamed(module.entry);
}

fn count(classes: &[u32]) -> usize {
    classes.iter().max().map_or(0, |&last| last as usize + 1)
}

fn callee_mut(instruction: &mut Instruction) -> Option<&mut FunctionIndex> {
    match instruction {
        Instruction::Call { function, .. }
        | Instruction::CallClosure { function, .. }
        | Instruction::IsFunction { function, .. }
        | Instruction::MakeFunction { function, .. } => Some(function),
        _ => None,
    }
}

fn callee(instruction: &Instruction) -> Option<FunctionIndex> {
    match instruction {
        Instruction::Call { function, .. }
        | Instruction::CallClosure { function, .. }
        | Instruction::IsFunction { function, .. }
        | Instruction::MakeFunction { function, .. } => Some(*function),
        _ => None,
    }
}

/// Name, place of the first instruction (file, start, end) and length of a function.
type Key<'a> = (&'a str, Option<(u16, u32, u32)>, usize);

/// Functions that are equal if all functions they call are.
fn initial(functions: &[Function]) -> Vec<u32> {
    let mut classes: Vec<u32> = Vec::with_capacity(functions.len());
    // Versions of one definition begin at the same place: only those are compared with each other.
    let mut seen: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
    let mut next = 0;
    let tested = tested(functions);
    for (index, function) in functions.iter().enumerate() {
        if tested.contains(&index) {
            classes.push(next);
            next += 1;
            continue;
        }
        let place = function
            .source_map
            .first()
            .map(|entry| (entry.file, entry.span.start, entry.span.end));
        let alike = seen
            .entry((&function.name, place, function.code.len()))
            .or_default();
        let same = alike.iter().copied().find(|&other| {
            functions
                .get(other)
                .is_some_and(|other| is_alike(function, other))
        });
        classes.push(match same.and_then(|other| classes.get(other)) {
            Some(&class) => class,
            None => {
                alike.push(index);
                next += 1;
                next - 1
            }
        });
    }
    classes
}

/// The functions that values are told apart by: each stays itself.
fn tested(functions: &[Function]) -> BTreeSet<usize> {
    let code = functions.iter().flat_map(|function| &function.code);
    code.filter_map(|instruction| match instruction {
        Instruction::IsFunction { function, .. } => Some(function.index()),
        _ => None,
    })
    .collect()
}

/// Whether two functions are equal but for which functions they call.
fn is_alike(left: &Function, right: &Function) -> bool {
    let head = |function: &Function| {
        (
            function.kind,
            function.parameters,
            function.captures,
            function.result,
        )
    };
    head(left) == head(right)
        && left.registers == right.registers
        && left.handlers == right.handlers
        && left.source_map == right.source_map
        && left.code.len() == right.code.len()
        && left.code.iter().zip(&right.code).all(|(left, right)| {
            left == right || {
                let mut renamed = right.clone();
                match (callee(left), callee_mut(&mut renamed)) {
                    (Some(wanted), Some(found)) => {
                        *found = wanted;
                        *left == renamed
                    }
                    _ => false,
                }
            }
        })
}

/// Splits classes whose members call functions of different classes.
fn refine(functions: &[Function], classes: &[u32]) -> Vec<u32> {
    let class_of = |index: FunctionIndex| classes.get(index.index()).copied().unwrap_or(u32::MAX);
    let mut numbers: BTreeMap<(u32, Vec<u32>), u32> = BTreeMap::new();
    functions
        .iter()
        .zip(classes)
        .map(|(function, &class)| {
            let callees = function
                .code
                .iter()
                .filter_map(callee)
                .map(class_of)
                .collect();
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry((class, callees)).or_insert(next)
        })
        .collect()
}
