//! Where a verified module may still meet a value of the wrong type: what its types neither prove
//! nor refute is checked when it runs.

use salami_ir::instruction::{Comparison, Expectation, OperandView};
use salami_ir::text;
use salami_ir::{
    Address, BuiltinException, ClassRef, Function, FunctionIndex, HandlerKind, Instruction,
    Register, Tag, TagSet,
};

use crate::facts::Registers;
use crate::operators;
use crate::verified::Verified;

/// An instruction that fails for some of the values that its operands may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The function.
    pub function: FunctionIndex,
    /// The instruction.
    pub address: Address,
    /// The operand that decides, if it is one.
    pub register: Option<Register>,
    /// What it must be, in the words of JSON; empty where that is more than a kind of value.
    pub expected: String,
    /// What it may be.
    pub actual: String,
}

/// More than these help nobody, and take memory.
const MOST: usize = 100_000;

macro_rules! tags {
    ($($tag:ident)|+) => { TagSet::of(&[$(Tag::$tag),+]) };
}

const NUMBERS: TagSet = tags!(Bool | Int | Float);
/// What every dict takes as a key.
const KEYS: TagSet = tags!(None | Bool | Int | Float | Str | Bytes);

/// An operand, what it must be, and what it may be.
type Operand = (Option<Register>, String, TagSet);

impl Verified {
    /// The instructions that may meet a value of a type that they do not take, so far as no handler of
    /// their function catches what comes of it; at most a hundred thousand. O(size), as verifying is.
    #[must_use]
    pub fn doubts(&self) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        let mut facts = self.facts();
        for (index, function) in (0..).map(FunctionIndex).zip(&self.module().functions) {
            let caught = caught(function);
            let Some(mut facts) = facts.function(index) else {
                continue;
            };
            facts.visit(|address, registers| {
                let instruction = function.code.get(address.index());
                let is_caught = caught.get(address.index()).copied().unwrap_or(false);
                if let Some(instruction) = instruction.filter(|_| !is_caught && doubts.len() < MOST)
                    && let Some(operand) = self.doubt(function, address, instruction, registers)
                {
                    let (register, expected, held) = operand;
                    let actual = text::spoken(held);
                    doubts.push(Doubt {
                        function: index,
                        address,
                        register,
                        expected,
                        actual,
                    });
                }
            });
        }
        doubts
    }

    fn doubt(
        &self,
        function: &Function,
        address: Address,
        instruction: &Instruction,
        registers: Registers<'_>,
    ) -> Option<Operand> {
        let held = |register: Register| {
            let tags = registers.tags(register);
            tags.difference(tags!(Unset))
        };
        let is = |register: Register, wanted: TagSet| held(register).is_subset(wanted);
        let must = |register: Register, wanted: TagSet| {
            (!is(register, wanted)).then(|| (Some(register), text::spoken(wanted), held(register)))
        };
        let other = |register: Register| Some((Some(register), String::new(), held(register)));
        match instruction {
            Instruction::CallLeaf {
                leaf, arguments, ..
            } => {
                let signature = self.leaf(*leaf)?;
                if let Some(requires) = signature.requires {
                    let mut checked = arguments.iter().take(usize::from(requires.arguments));
                    let wrong = checked.find(|argument| !is(**argument, requires.tags));
                    if let Some(wrong) = wrong {
                        return Some((Some(*wrong), requires.expected.to_owned(), held(*wrong)));
                    }
                }
                match signature.name {
                    // What is in data, or in the body of a response, no type tells.
                    "svm.extract_json" => other(*arguments.first()?),
                    "svm.http_url" => parts_of_url(function, address, arguments, &held),
                    "svm.array" | "svm.extract_regex" | "svm.extract_xml" => {
                        let first = *arguments.first()?;
                        let expected = signature.requires.map_or("", |requires| requires.expected);
                        let is_response = held(first).contains(Tag::Response);
                        is_response.then(|| (Some(first), expected.to_owned(), held(first)))
                    }
                    name if name.starts_with("svm.") || name == "str" => None,
                    _ => arguments.first().and_then(|first| other(*first)),
                }
            }
            Instruction::Compare {
                comparison,
                left,
                right,
                ..
            } => compared(*comparison, [*left, *right], &held),
            Instruction::Length { value, .. } => must(*value, operators::SIZED),
            Instruction::GetIterator { value, .. }
            | Instruction::Unpack { value, .. }
            | Instruction::UnpackStar { value, .. } => must(*value, operators::ITERABLE),
            Instruction::GetItem { container, key, .. }
            | Instruction::SetItem { container, key, .. }
            | Instruction::DeleteItem { container, key } => {
                let changes = !matches!(instruction, Instruction::GetItem { .. });
                let lists = match changes {
                    true => tags!(List),
                    false => tags!(List | Tuple | Str),
                };
                if is(*container, tags!(Dict)) {
                    must(*key, KEYS)
                } else if is(*container, lists) {
                    must(*key, tags!(Bool | Int))
                } else {
                    must(*container, tags!(Dict | List)).or_else(|| other(*key))
                }
            }
            Instruction::MakeSet { values, .. } => values.iter().find_map(|key| must(*key, KEYS)),
            Instruction::MakeDict { items, .. } => {
                items.iter().step_by(2).find_map(|key| must(*key, KEYS))
            }
            Instruction::SetAdd { value, .. } => must(*value, KEYS),
            Instruction::CallValue { callee, .. } => other(*callee),
            Instruction::Expect {
                value,
                expected,
                failure,
                ..
            } if *failure != Expectation::Guard => {
                must(*value, self.module().register_type(*expected).tags)
            }
            Instruction::Decode { value, .. } => other(*value),
            Instruction::CheckSet { value, .. } => registers
                .tags(*value)
                .contains(Tag::Unset)
                .then(|| (Some(*value), String::new(), registers.tags(*value))),
            Instruction::LoadCell { .. }
            | Instruction::LoadGlobal { .. }
            | Instruction::DeleteGlobal { .. }
            | Instruction::GetField { .. }
            | Instruction::DeleteField { .. } => Some((None, String::new(), TagSet::EMPTY)),
            _ => operated(instruction, &held),
        }
    }
}

/// For each instruction whether its function catches a TypeError of it.
fn caught(function: &Function) -> Vec<bool> {
    // How many such handlers more begin here than end.
    let mut steps = vec![0i64; function.code.len() + 1];
    for handler in &function.handlers {
        let HandlerKind::Catch(classes) = &handler.kind else {
            continue;
        };
        let catches = |class: &ClassRef| match class {
            ClassRef::Builtin(class) => BuiltinException::TypeError.is_subclass(*class),
            ClassRef::Module(_) => false,
        };
        if classes.iter().any(catches) && handler.from < handler.to {
            for (at, step) in [(handler.from, 1), (handler.to, -1)] {
                if let Some(slot) = steps.get_mut(at.index()) {
                    *slot += step;
                }
            }
        }
    }
    let mut open = 0;
    let caught = steps.iter().map(|step| {
        open += step;
        open > 0
    });
    caught.collect()
}

/// Operators: every pair of kinds must give something.
fn operated(instruction: &Instruction, held: &dyn Fn(Register) -> TagSet) -> Option<Operand> {
    let mut operands = Vec::with_capacity(2);
    instruction.operands(|operand| {
        if let OperandView::Use(register) = operand {
            operands.push(register);
        }
    });
    match operands[..] {
        [value] => {
            operators::unary(instruction, TagSet::EMPTY)?;
            let fits = |tag: Tag| {
                let given = operators::unary(instruction, TagSet::of(&[tag]));
                given.is_some_and(|given| !given.is_empty())
            };
            let held = held(value);
            (!held.iter().all(fits)).then(|| (Some(value), "number".to_owned(), held))
        }
        [left, right] => {
            operators::binary(instruction, TagSet::EMPTY, TagSet::EMPTY)?;
            let fits = |first: Tag, second: Tag| {
                let (first, second) = (TagSet::of(&[first]), TagSet::of(&[second]));
                let given = operators::binary(instruction, first, second);
                given.is_some_and(|given| !given.is_empty())
            };
            let (first, second) = (held(left), held(right));
            let fit = first
                .iter()
                .all(|first| second.iter().all(|second| fits(first, second)));
            (!fit).then(|| less_known([left, right], held))
        }
        _ => None,
    }
}

/// Of two operands that may not go together the one of which less is known, and what the other is.
fn less_known([left, right]: [Register; 2], held: &dyn Fn(Register) -> TagSet) -> Operand {
    let (first, second) = (held(left), held(right));
    let (register, other, actual) = if second.0.count_ones() > first.0.count_ones() {
        (right, first, second)
    } else {
        (left, second, first)
    };
    let expected = if other.is_subset(NUMBERS) {
        "number".to_owned()
    } else if other.0.count_ones() == 1 {
        text::spoken(other)
    } else {
        String::new()
    };
    (Some(register), expected, actual)
}

fn compared(
    comparison: Comparison,
    [left, right]: [Register; 2],
    held: &dyn Fn(Register) -> TagSet,
) -> Option<Operand> {
    let (first, second) = (held(left), held(right));
    let are = |wanted: TagSet| first.is_subset(wanted) && second.is_subset(wanted);
    let fits = match comparison {
        Comparison::Less
        | Comparison::LessOrEqual
        | Comparison::Greater
        | Comparison::GreaterOrEqual => are(NUMBERS) || are(tags!(Str)),
        Comparison::In | Comparison::NotIn => {
            second.is_subset(tags!(List | Tuple))
                || are(tags!(Str))
                || (second.is_subset(tags!(Dict)) && first.is_subset(KEYS))
        }
        _ => true,
    };
    (!fits).then(|| less_known([left, right], held))
}

/// What a URL is made of, and its parameters.
fn parts_of_url(
    function: &Function,
    address: Address,
    arguments: &[Register],
    held: &dyn Fn(Register) -> TagSet,
) -> Option<Operand> {
    let parts = tags!(Str | Bool | Int | Float);
    let must = |register: Register, wanted: TagSet, said: &str| {
        let held = held(register);
        (!held.is_subset(wanted)).then(|| (Some(register), said.to_owned(), held))
    };
    let [url, list, query] = arguments else {
        return None;
    };
    let before = address.index().checked_sub(1);
    let values = match before.and_then(|before| function.code.get(before)) {
        Some(Instruction::MakeList { values, result }) if result.0 == *list => &values[..],
        _ => &[],
    };
    let wrong = must(*url, tags!(Str), "string");
    let wrong = wrong.or_else(|| must(*query, tags!(None | Dict), "object"));
    wrong.or_else(|| {
        let mut values = values.iter();
        values.find_map(|value| must(*value, parts, "string or number"))
    })
}
