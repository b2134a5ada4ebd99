//! The backtracking matcher: one loop over instructions, with its choices on a stack of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::charset::CharSet;
use super::memo::Memo;
use super::program::{Fold, Op, Part, Pc, Program, Single};
use super::tree::{Anchor, Greed, UNLIMITED};
use super::unicode;

/// A slot that holds no position.
pub(super) const UNSET: u32 = u32::MAX;

/// Steps without success after which failures are remembered.
const PATIENCE: u64 = 4_096;

/// What a search may use. Both go down as it runs.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Steps: about one for each instruction or character looked at.
    pub steps: u64,
    /// Bytes for choices to return to and for remembered failures.
    pub memory: usize,
    /// By which a host asks for control.
    pub interrupt: Option<Arc<AtomicBool>>,
}

/// Steps between two looks at whether the host wants control.
const INTERRUPT_EVERY: u64 = 1 << 15;

/// What a search ran out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// [`Budget::steps`]
    Steps,
    /// [`Budget::memory`]
    Memory,
}

#[derive(Clone, Copy, Debug)]
enum Frame {
    /// Go on at the instruction and position.
    Retry { pc: Pc, pos: u32 },
    /// A greedy run that may give back characters down to `low`.
    Shrink { pc: Pc, low: u32, pos: u32 },
    /// A lazy run that may take one more character; `left` are still allowed.
    Grow { pc: Pc, pos: u32, left: u32 },
    /// Put the old value back.
    Restore { slot: u32, old: u32 },
    /// The start of a part: where the enclosing part starts, where the part began, its `Begin`.
    Start { outer: u32, pos: u32, begin: Pc },
    /// All choices above failed: remember that.
    Failed { point: u32, pos: u32 },
}

const FRAME_BYTES: usize = size_of::<Frame>();

/// The state of one search.
pub(super) struct Matcher<'a> {
    program: &'a Program,
    text: &'a [u8],
    pub slots: Vec<u32>,
    stack: Vec<Frame>,
    /// Index on the stack of the innermost part's start.
    part: u32,
    memo: Memo,
    used: u64,
    /// Bytes of the budget that it holds.
    held: usize,
    pub budget: &'a mut Budget,
}

impl Drop for Matcher<'_> {
    /// A search over a long text makes one for each match: what it held is there for the next.
    fn drop(&mut self) {
        self.budget.memory = self.budget.memory.saturating_add(self.held);
    }
}

/// What a match must fulfil beside the pattern.
#[derive(Clone, Copy)]
pub(super) struct Demand {
    /// It ends at the end of the text.
    pub whole: bool,
    /// It does not end where it begins.
    pub advance: bool,
}

/// The character at a byte position and its length; the text is sound UTF-8.
fn decode(text: &[u8], pos: usize) -> Option<(u32, usize)> {
    let first = *text.get(pos)?;
    if first < 0x80 {
        return Some((u32::from(first), 1));
    }
    let next = |offset: usize| {
        text.get(pos + offset)
            .map_or(0, |byte| u32::from(byte & 0x3f))
    };
    let first = u32::from(first);
    Some(match first {
        0xf0.. => (
            (first & 7) << 18 | next(1) << 12 | next(2) << 6 | next(3),
            4,
        ),
        0xe0.. => ((first & 15) << 12 | next(1) << 6 | next(2), 3),
        _ => ((first & 31) << 6 | next(1), 2),
    })
}

/// The start of the character before a position greater than 0.
fn before(text: &[u8], pos: usize) -> usize {
    let mut at = pos.saturating_sub(1);
    while at > 0 && text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80) {
        at -= 1;
    }
    at
}

fn accepts(sets: &[CharSet], single: Single, code: u32) -> bool {
    match single {
        Single::Literal(wanted) => code == wanted,
        Single::NotLiteral(refused) => code != refused,
        Single::Folded {
            code: wanted,
            negate,
            ascii,
        } => (unicode::lower(code, ascii) == wanted) != negate,
        Single::NotNewline => code != 10,
        Single::All => true,
        Single::Set(index) => sets
            .get(index as usize)
            .is_some_and(|set| set.contains(code)),
    }
}

impl<'a> Matcher<'a> {
    pub fn new(program: &'a Program, text: &'a [u8], budget: &'a mut Budget) -> Self {
        Self {
            program,
            text,
            slots: vec![UNSET; program.slots as usize],
            stack: Vec::new(),
            part: UNSET,
            memo: Memo::default(),
            used: 0,
            held: 0,
            budget,
        }
    }

    fn charge(&mut self, steps: u64) -> Result<(), Exhausted> {
        let before = self.used;
        self.used += steps;
        if before / INTERRUPT_EVERY != self.used / INTERRUPT_EVERY
            && let Some(flag) = &self.budget.interrupt
            && flag.load(Ordering::Relaxed)
        {
            self.budget.steps = 0;
            return Err(Exhausted::Steps);
        }
        match self.budget.steps.checked_sub(steps) {
            Some(left) => {
                self.budget.steps = left;
                Ok(())
            }
            None => {
                self.budget.steps = 0;
                Err(Exhausted::Steps)
            }
        }
    }

    /// Searches from `start` on. Returns the match's first and last position.
    pub fn search(
        &mut self,
        start: usize,
        mut demand: Demand,
    ) -> Result<Option<(u32, u32)>, Exhausted> {
        let program = self.program;
        let mut pos = start;
        loop {
            if program.anchored && pos > 0 {
                return Ok(None);
            }
            if let Some(first) = &program.first {
                let rest = self.text.get(pos..).unwrap_or_default();
                let found = match program.first_byte {
                    Some(byte) => rest.iter().position(|&other| other == byte),
                    None => rest
                        .iter()
                        .position(|&other| first.get(usize::from(other)) == Some(&true)),
                };
                let skipped = found.unwrap_or(rest.len());
                self.charge(skipped as u64 / 8)?;
                if found.is_none() {
                    return Ok(None);
                }
                if skipped > 0 {
                    demand.advance = false;
                }
                pos += skipped;
            }
            if let Some(end) = self.attempt(pos, demand)? {
                return Ok(Some((pos as u32, end)));
            }
            if demand.advance {
                // What failed for not advancing may succeed from the next start.
                self.memo.clear();
                demand.advance = false;
            }
            match decode(self.text, pos) {
                Some((_, width)) => pos += width,
                None => return Ok(None),
            }
        }
    }

    /// Tries a match that begins at `start`; returns where it ends.
    pub fn attempt(&mut self, start: usize, demand: Demand) -> Result<Option<u32>, Exhausted> {
        // A failed attempt has put everything back.
        let mut pc = 0;
        let mut pos = start as u32;
        let mut steps = 0u64;
        loop {
            steps += 1;
            if steps >= 256 {
                self.charge(steps)?;
                steps = 0;
                if !self.memo.on && self.used > PATIENCE {
                    self.memo.start(self.program, self.text.len());
                }
            }
            let advanced = match self.program.ops.get(pc as usize).copied() {
                Some(Op::Match) => {
                    let done = (!demand.whole || pos as usize == self.text.len())
                        && (!demand.advance || pos as usize != start);
                    if done {
                        self.charge(steps)?;
                        return Ok(Some(pos));
                    }
                    None
                }
                Some(op) => self.step(op, pc, pos, &mut steps)?,
                None => None,
            };
            match advanced {
                Some(state) => (pc, pos) = state,
                None => match self.backtrack(&mut steps)? {
                    Some(state) => (pc, pos) = state,
                    None => {
                        self.charge(steps)?;
                        return Ok(None);
                    }
                },
            }
        }
    }

    /// Takes bytes of the budget, until the search is over.
    fn hold(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let left = self.budget.memory.checked_sub(bytes);
        self.budget.memory = left.ok_or(Exhausted::Memory)?;
        self.held += bytes;
        Ok(())
    }

    fn push(&mut self, frame: Frame) -> Result<(), Exhausted> {
        if self.stack.len() == self.stack.capacity() {
            let more = self.stack.len().max(64);
            self.hold(more * FRAME_BYTES)?;
            self.stack.reserve_exact(more);
        }
        self.stack.push(frame);
        Ok(())
    }

    fn save(&mut self, slot: u32, value: u32) -> Result<(), Exhausted> {
        if let Some(held) = self.slots.get_mut(slot as usize) {
            let old = std::mem::replace(held, value);
            self.push(Frame::Restore { slot, old })?;
        }
        Ok(())
    }

    fn slot(&self, slot: u32) -> u32 {
        self.slots.get(slot as usize).copied().unwrap_or(UNSET)
    }

    /// Whether the state is new; if so its failure will be remembered.
    fn enter(&mut self, point: u32, pos: u32) -> Result<bool, Exhausted> {
        if self.memo.on {
            if self.memo.failed(self.program, point, pos, &self.slots) {
                return Ok(false);
            }
            self.push(Frame::Failed { point, pos })?;
        }
        Ok(true)
    }

    fn accepts_at(&self, single: Single, pos: usize) -> Option<usize> {
        let (code, width) = decode(self.text, pos)?;
        accepts(&self.program.sets, single, code).then_some(width)
    }

    /// Runs one instruction: the next state, or `None` if it fails.
    fn step(
        &mut self,
        op: Op,
        pc: Pc,
        pos: u32,
        steps: &mut u64,
    ) -> Result<Option<(Pc, u32)>, Exhausted> {
        let next = Some((pc + 1, pos));
        Ok(match op {
            Op::One(single) => self
                .accepts_at(single, pos as usize)
                .map(|width| (pc + 1, pos + width as u32)),
            Op::At {
                anchor,
                multiline,
                ascii,
            } => next.filter(|_| self.at(anchor, multiline, ascii, pos as usize)),
            Op::Save(slot) => {
                self.save(slot, pos)?;
                next
            }
            Op::Close { slot, group } => {
                self.save(slot, pos)?;
                self.save(self.program.last_slot, group)?;
                next
            }
            Op::Split {
                first,
                second,
                point,
            } => {
                if !self.enter(point, pos)? {
                    return Ok(None);
                }
                self.push(Frame::Retry { pc: second, pos })?;
                Some((first, pos))
            }
            Op::Jump(target) => Some((target, pos)),
            Op::Run {
                single,
                least,
                most,
                greed,
                point,
                ..
            } => self.run(single, least, most, greed, point, pc, pos, steps)?,
            Op::Enter { slot } => {
                self.save(slot, 0)?;
                self.save(slot + 1, UNSET)?;
                next
            }
            Op::Loop {
                slot,
                least,
                most,
                lazy,
                body,
                exit,
                point,
            } => {
                if !self.enter(point, pos)? {
                    return Ok(None);
                }
                let count = self.slot(slot);
                if count < least {
                    self.save(slot, count + 1)?;
                    return Ok(Some((body, pos)));
                }
                let stuck = self.slot(slot + 1) == pos || (most != UNLIMITED && count >= most);
                if stuck {
                    return Ok(Some((exit, pos)));
                }
                if lazy {
                    // Another iteration is tried when the rest has failed.
                    self.push(Frame::Grow {
                        pc,
                        pos,
                        left: count,
                    })?;
                    return Ok(Some((exit, pos)));
                }
                self.push(Frame::Retry { pc: exit, pos })?;
                self.iterate(slot, count, most, pos)?;
                Some((body, pos))
            }
            Op::Begin { part, after } => {
                let from = match part {
                    Part::Behind(width) | Part::NotBehind(width) => {
                        *steps += u64::from(width.min(pos));
                        let mut at = pos as usize;
                        let mut left = width;
                        while left > 0 && at > 0 {
                            at = before(self.text, at);
                            left -= 1;
                        }
                        if left > 0 {
                            let negative = matches!(part, Part::NotBehind(_));
                            return Ok(negative.then_some((after, pos)));
                        }
                        at as u32
                    }
                    _ => pos,
                };
                let index = self.stack.len() as u32;
                self.push(Frame::Start {
                    outer: self.part,
                    pos,
                    begin: pc,
                })?;
                self.part = index;
                Some((pc + 1, from))
            }
            Op::End(part) => {
                let index = self.part as usize;
                let Some(&Frame::Start {
                    outer, pos: began, ..
                }) = self.stack.get(index)
                else {
                    return Ok(None);
                };
                self.part = outer;
                *steps += (self.stack.len() - index) as u64;
                if let Part::NotAhead | Part::NotBehind(_) = part {
                    while self.stack.len() > index {
                        if let Some(Frame::Restore { slot, old }) = self.stack.pop() {
                            self.restore(slot, old);
                        }
                    }
                    return Ok(None);
                }
                // The choices inside are final; what they changed must still be undone one day.
                let mut kept = index;
                for at in index..self.stack.len() {
                    if let Some(&frame @ Frame::Restore { .. }) = self.stack.get(at) {
                        if let Some(place) = self.stack.get_mut(kept) {
                            *place = frame;
                        }
                        kept += 1;
                    }
                }
                self.stack.truncate(kept);
                Some((pc + 1, if part == Part::Atomic { pos } else { began }))
            }
            Op::BackReference { slot, fold } => {
                let (start, end) = (self.slot(slot), self.slot(slot + 1));
                if start == UNSET || end == UNSET || end < start {
                    return Ok(None);
                }
                *steps += u64::from(end - start) / 4;
                self.repeat_of(start as usize, end as usize, fold, pos as usize)
                    .map(|end| (pc + 1, end as u32))
            }
            Op::Condition { slot, no } => {
                let set = self.slot(slot) != UNSET && self.slot(slot + 1) != UNSET;
                if set { next } else { Some((no, pos)) }
            }
            Op::Match => None,
        })
    }

    /// Counts an iteration that is not one of the obligatory ones.
    fn iterate(&mut self, slot: u32, count: u32, most: u32, pos: u32) -> Result<(), Exhausted> {
        if most != UNLIMITED {
            self.save(slot, count + 1)?;
        }
        self.save(slot + 1, pos)
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of one instruction")]
    fn run(
        &mut self,
        single: Single,
        least: u32,
        most: u32,
        greed: Greed,
        point: u32,
        pc: Pc,
        pos: u32,
        steps: &mut u64,
    ) -> Result<Option<(Pc, u32)>, Exhausted> {
        if greed != Greed::Possessive && !self.enter(point, pos)? {
            return Ok(None);
        }
        let wanted = if greed == Greed::Lazy { least } else { most };
        let mut at = pos as usize;
        let mut low = at;
        let mut count = 0u32;
        while count < wanted {
            let Some(width) = self.accepts_at(single, at) else {
                break;
            };
            at += width;
            count += 1;
            if count == least {
                low = at;
            }
        }
        *steps += u64::from(count) / 4;
        if count < least {
            return Ok(None);
        }
        let end = at as u32;
        match greed {
            Greed::Lazy => {
                let left = if most == UNLIMITED {
                    UNLIMITED
                } else {
                    most - least
                };
                if left > 0 {
                    self.push(Frame::Grow { pc, pos: end, left })?;
                }
            }
            Greed::Greedy if count > least => {
                self.push(Frame::Shrink {
                    pc,
                    low: low as u32,
                    pos: end,
                })?;
                if !self.enter(point + 1, end)? {
                    return Ok(None);
                }
            }
            _ => {}
        }
        Ok(Some((pc + 1, end)))
    }

    /// Undoes changes back to the last choice and takes its next alternative.
    fn backtrack(&mut self, steps: &mut u64) -> Result<Option<(Pc, u32)>, Exhausted> {
        while let Some(frame) = self.stack.pop() {
            *steps += 1;
            match frame {
                Frame::Restore { slot, old } => self.restore(slot, old),
                Frame::Retry { pc, pos } => return Ok(Some((pc, pos))),
                Frame::Failed { point, pos } => {
                    let taken = self.memo.mark(self.program, point, pos, &self.slots);
                    if taken > 0 {
                        *steps += 64;
                        self.hold(taken)?;
                    }
                }
                Frame::Start { outer, pos, begin } => {
                    self.part = outer;
                    if let Some(&Op::Begin {
                        part: Part::NotAhead | Part::NotBehind(_),
                        after,
                    }) = self.program.ops.get(begin as usize)
                    {
                        return Ok(Some((after, pos)));
                    }
                }
                Frame::Shrink { pc, low, pos } => {
                    if let Some(pos) = self.shrink(pc, low, pos, steps)? {
                        return Ok(Some((pc + 1, pos)));
                    }
                }
                Frame::Grow { pc, pos, left } => {
                    if let Some(state) = self.grow(pc, pos, left)? {
                        return Ok(Some(state));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Gives back one character of a greedy run, or more where what follows cannot match.
    fn shrink(
        &mut self,
        pc: Pc,
        low: u32,
        pos: u32,
        steps: &mut u64,
    ) -> Result<Option<u32>, Exhausted> {
        let Some(&Op::Run { next, point, .. }) = self.program.ops.get(pc as usize) else {
            return Ok(None);
        };
        let mut at = pos;
        while at > low {
            at = before(self.text, at as usize) as u32;
            if let Some(byte) = next
                && self.text.get(at as usize) != Some(&byte)
            {
                *steps += 1;
                continue;
            }
            if at > low {
                self.push(Frame::Shrink { pc, low, pos: at })?;
            }
            // The place behind the run has the number after the run's own.
            if self.enter(point + 1, at)? {
                return Ok(Some(at));
            }
            if at > low {
                self.stack.pop();
            }
            *steps += 1;
            if *steps > 4_096 {
                self.charge(std::mem::take(steps))?;
            }
        }
        Ok(None)
    }

    /// Takes one more character of a lazy run, or one more iteration of a lazy loop.
    fn grow(&mut self, pc: Pc, pos: u32, left: u32) -> Result<Option<(Pc, u32)>, Exhausted> {
        match self.program.ops.get(pc as usize) {
            Some(&Op::Run { single, .. }) => {
                let Some(width) = self.accepts_at(single, pos as usize) else {
                    return Ok(None);
                };
                let end = pos + width as u32;
                let left = if left == UNLIMITED { left } else { left - 1 };
                if left > 0 {
                    self.push(Frame::Grow { pc, pos: end, left })?;
                }
                Ok(Some((pc + 1, end)))
            }
            Some(&Op::Loop {
                slot, most, body, ..
            }) => {
                self.iterate(slot, left, most, pos)?;
                Ok(Some((body, pos)))
            }
            _ => Ok(None),
        }
    }

    fn restore(&mut self, slot: u32, old: u32) {
        if let Some(held) = self.slots.get_mut(slot as usize) {
            *held = old;
        }
    }

    fn at(&self, anchor: Anchor, multiline: bool, ascii: bool, pos: usize) -> bool {
        let length = self.text.len();
        let newline = |at: usize| self.text.get(at) == Some(&b'\n');
        match anchor {
            Anchor::BeginText => pos == 0,
            Anchor::Begin => pos == 0 || (multiline && newline(pos - 1)),
            Anchor::EndText => pos == length,
            Anchor::End => pos == length || (newline(pos) && (multiline || pos + 1 == length)),
            Anchor::Boundary | Anchor::NotBoundary => {
                // CPython 3.11 finds neither in an empty text.
                if length == 0 {
                    return false;
                }
                let word = |at: usize| {
                    decode(self.text, at).is_some_and(|(code, _)| unicode::is_word(code, ascii))
                };
                let left = pos > 0 && word(before(self.text, pos));
                (left != word(pos)) == (anchor == Anchor::Boundary)
            }
        }
    }

    /// Where the text of `start..end` ends if it is repeated at `pos`.
    fn repeat_of(&self, start: usize, end: usize, fold: Fold, pos: usize) -> Option<usize> {
        if fold == Fold::Exact {
            let stop = pos.checked_add(end - start)?;
            return (self.text.get(start..end)? == self.text.get(pos..stop)?).then_some(stop);
        }
        let ascii = fold == Fold::Ascii;
        let (mut left, mut right) = (start, pos);
        while left < end {
            let (one, one_width) = decode(self.text, left)?;
            let (other, other_width) = decode(self.text, right)?;
            if unicode::lower(one, ascii) != unicode::lower(other, ascii) {
                return None;
            }
            left += one_width;
            right += other_width;
        }
        Some(right)
    }
}
