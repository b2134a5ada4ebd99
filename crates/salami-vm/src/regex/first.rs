//! How a match can begin, so that a search skips what cannot.

use super::program::{Op, Part, Program, Single};
use super::tree::Anchor;

/// Fills `first`, `first_byte` and `anchored`.
pub(super) fn find(program: &mut Program) {
    let mut at = 0usize;
    while let Some(op) = program.ops.get(at) {
        match op {
            Op::Save(_) => at += 1,
            Op::At {
                anchor: Anchor::BeginText,
                ..
            }
            | Op::At {
                anchor: Anchor::Begin,
                multiline: false,
                ..
            } => {
                program.anchored = true;
                break;
            }
            _ => break,
        }
    }
    let Some(first) = bytes(program) else { return };
    let mut set = first
        .iter()
        .enumerate()
        .filter(|&(_, &hit)| hit)
        .map(|(byte, _)| byte as u8);
    if let (Some(byte), None) = (set.next(), set.next()) {
        program.first_byte = Some(byte);
    }
    program.first = Some(first);
}

fn bytes(program: &Program) -> Option<Box<[bool; 256]>> {
    let mut first = Box::new([false; 256]);
    let mut seen = vec![false; program.ops.len()];
    let mut work = vec![0u32];
    while let Some(at) = work.pop() {
        let visited = seen.get_mut(at as usize)?;
        if std::mem::replace(visited, true) {
            continue;
        }
        match *program.ops.get(at as usize)? {
            Op::One(single) => add(&mut first, program, single),
            Op::Run { single, least, .. } => {
                add(&mut first, program, single);
                if least == 0 {
                    work.push(at + 1);
                }
            }
            Op::At { .. } | Op::Save(_) | Op::Close { .. } | Op::Enter { .. } | Op::End(_) => {
                work.push(at + 1)
            }
            Op::Split { first, second, .. } => work.extend([first, second]),
            Op::Jump(target) => work.push(target),
            Op::Loop { body, exit, .. } => work.extend([body, exit]),
            Op::Begin {
                part: Part::Atomic, ..
            } => work.push(at + 1),
            Op::Begin { after, .. } => work.push(after),
            Op::BackReference { .. } | Op::Condition { .. } | Op::Match => return None,
        }
    }
    Some(first)
}

fn add(first: &mut [bool; 256], program: &Program, single: Single) {
    let mut beyond = true;
    let mut mark = |test: &dyn Fn(u32) -> bool| {
        for (code, hit) in first.iter_mut().enumerate().take(128) {
            *hit |= test(code as u32);
        }
    };
    match single {
        Single::Literal(code) => {
            mark(&|c| c == code);
            beyond = code >= 128;
            if let Some(character) = char::from_u32(code).filter(|_| beyond) {
                let byte = *character
                    .encode_utf8(&mut [0; 4])
                    .as_bytes()
                    .first()
                    .unwrap_or(&0);
                if let Some(hit) = first.get_mut(usize::from(byte)) {
                    *hit = true;
                }
                beyond = false;
            }
        }
        Single::NotLiteral(code) => mark(&|c| c != code),
        Single::Folded {
            code,
            negate,
            ascii,
        } => {
            mark(&|c| (super::unicode::lower(c, ascii) == code) != negate);
        }
        Single::NotNewline => mark(&|c| c != 10),
        Single::All => mark(&|_| true),
        Single::Set(index) => {
            let bits = program
                .sets
                .get(index as usize)
                .map_or(u128::MAX, |set| set.ascii_bits());
            mark(&|c| bits >> c & 1 != 0);
        }
    }
    if beyond {
        first.iter_mut().skip(128).for_each(|hit| *hit = true);
    }
}
