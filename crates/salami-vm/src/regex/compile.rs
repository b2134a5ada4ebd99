//! From tree to program, on a work list.

use super::charset::CharSet;
use super::error::{PatternError, PatternErrorKind};
use super::flags;
use super::program::{Fold, LoopShape, Op, Part, Pc, Point, Program, Single};
use super::tree::{Greed, Kind, Node, NodeId, Tree, UNLIMITED, WIDEST, width};
use super::unicode;

/// States of the memo beyond which it is not used.
const STATE_LIMIT: u64 = 1 << 32;

/// Counted loops around each other beyond which it is not used either.
const DEPTH_LIMIT: usize = 16;

enum Task {
    Node(NodeId, u32),
    Emit(Op),
    /// Lets the split or condition at the address go on behind what was emitted.
    Land(Pc),
    /// Emits a jump and lets the split at the address go on behind it; the jump lands later.
    NextBranch {
        split: Pc,
        rest: Vec<Task>,
        jumps: Vec<Pc>,
    },
    /// Lets the jumps land here.
    LandAll(Vec<Pc>),
    /// Ends the body of a plain star.
    Star(Pc),
    /// Ends the body of a plain plus.
    Plus {
        body: Pc,
        lazy: bool,
    },
    /// Ends the body of a counted loop.
    Close {
        enter: Pc,
        index: u32,
        least: u32,
        most: u32,
        lazy: bool,
    },
    EndPart {
        begin: Pc,
        part: Part,
    },
    Otherwise {
        condition: Pc,
        no: Vec<NodeId>,
        flags: u32,
    },
}

struct Compiler<'a> {
    nodes: &'a [Node],
    ops: Vec<Op>,
    sets: Vec<CharSet>,
    loops: Vec<LoopShape>,
    /// The loops around what is emitted.
    around: Vec<u32>,
    points: Vec<Point>,
    slots: u32,
    remembers: bool,
    tasks: Vec<Task>,
}

/// Compiles a tree.
pub(super) fn compile(tree: &Tree) -> Result<Program, PatternError> {
    let last_slot = tree.groups.saturating_mul(2);
    let mut compiler = Compiler {
        nodes: &tree.nodes,
        ops: Vec::new(),
        sets: Vec::new(),
        loops: Vec::new(),
        around: Vec::new(),
        points: Vec::new(),
        slots: last_slot + 1,
        remembers: true,
        tasks: vec![Task::Emit(Op::Match)],
    };
    compiler.sequence(&tree.root, tree.flags);
    while let Some(task) = compiler.tasks.pop() {
        compiler.task(task)?;
    }
    Ok(compiler.finish(last_slot))
}

impl Compiler<'_> {
    fn here(&self) -> Pc {
        self.ops.len() as Pc
    }

    fn sequence(&mut self, sequence: &[NodeId], flags: u32) {
        self.tasks
            .extend(sequence.iter().rev().map(|&id| Task::Node(id, flags)));
    }

    fn point(&mut self) -> u32 {
        if self.around.len() > DEPTH_LIMIT {
            self.remembers = false;
        }
        let loops = if self.remembers {
            self.around.clone()
        } else {
            Vec::new()
        };
        self.points.push(Point { loops, offset: 0 });
        self.points.len() as u32 - 1
    }

    /// A point of the place behind a run, numbered after the run's own.
    fn run_point(&mut self) -> u32 {
        let point = self.point();
        self.point();
        point
    }

    fn split(&mut self, lazy: bool) -> Pc {
        let at = self.here();
        let point = self.point();
        // The unknown target is set when what lies between has been emitted.
        let (first, second) = if lazy {
            (u32::MAX, at + 1)
        } else {
            (at + 1, u32::MAX)
        };
        self.ops.push(Op::Split {
            first,
            second,
            point,
        });
        at
    }

    fn land(&mut self, at: Pc) {
        let here = self.here();
        match self.ops.get_mut(at as usize) {
            Some(Op::Split { first, .. }) if *first == u32::MAX => *first = here,
            Some(Op::Split { second, .. }) if *second == u32::MAX => *second = here,
            Some(Op::Jump(target)) => *target = here,
            Some(Op::Condition { no, .. }) => *no = here,
            Some(Op::Begin { after, .. }) => *after = here,
            _ => {}
        }
    }

    fn task(&mut self, task: Task) -> Result<(), PatternError> {
        match task {
            Task::Node(id, flags) => {
                if let Some(node) = self.nodes.get(id as usize) {
                    self.node(id, node, flags)?;
                }
            }
            Task::Emit(op) => self.ops.push(op),
            Task::Land(at) => self.land(at),
            Task::LandAll(jumps) => jumps.into_iter().for_each(|at| self.land(at)),
            Task::NextBranch {
                split,
                rest,
                mut jumps,
            } => {
                jumps.push(self.here());
                self.ops.push(Op::Jump(0));
                self.land(split);
                self.branches(rest, jumps);
            }
            Task::Star(split) => {
                self.ops.push(Op::Jump(split));
                self.land(split);
            }
            Task::Plus { body, lazy } => {
                let point = self.point();
                let out = self.here() + 1;
                let (first, second) = if lazy { (out, body) } else { (body, out) };
                self.ops.push(Op::Split {
                    first,
                    second,
                    point,
                });
            }
            Task::Close {
                enter,
                index,
                least,
                most,
                lazy,
            } => {
                let slot = self.loops.get(index as usize).map_or(0, |shape| shape.slot);
                let at = self.here();
                let point = self.point();
                self.around.pop();
                self.ops.push(Op::Loop {
                    slot,
                    least,
                    most,
                    lazy,
                    body: enter + 2,
                    exit: at + 1,
                    point,
                });
                if let Some(Op::Jump(target)) = self.ops.get_mut(enter as usize + 1) {
                    *target = at;
                }
            }
            Task::EndPart { begin, part } => {
                self.ops.push(Op::End(part));
                self.land(begin);
            }
            Task::Otherwise {
                condition,
                no,
                flags,
            } => {
                let jump = self.here();
                self.ops.push(Op::Jump(0));
                self.land(condition);
                self.tasks.push(Task::Land(jump));
                self.sequence(&no, flags);
            }
        }
        Ok(())
    }

    /// Emits alternatives; `rest` holds each as the tasks of its nodes, the first one last.
    fn branches(&mut self, mut rest: Vec<Task>, jumps: Vec<Pc>) {
        let Some(Task::Otherwise { no, flags, .. }) = rest.pop() else {
            self.tasks.push(Task::LandAll(jumps));
            return;
        };
        if rest.is_empty() {
            self.tasks.push(Task::LandAll(jumps));
        } else {
            let split = self.split(false);
            self.tasks.push(Task::NextBranch { split, rest, jumps });
        }
        self.sequence(&no, flags);
    }

    fn node(&mut self, id: NodeId, node: &Node, flags: u32) -> Result<(), PatternError> {
        let ascii = flags & flags::UNICODE == 0;
        if let Some(single) = self.single(id, flags) {
            self.ops.push(Op::One(single));
            return Ok(());
        }
        match &node.kind {
            Kind::At(anchor) => {
                let multiline = flags & flags::MULTILINE != 0;
                self.ops.push(Op::At {
                    anchor: *anchor,
                    multiline,
                    ascii,
                });
            }
            Kind::Repeat {
                greed,
                least,
                most,
                body,
            } => self.repeat(*greed, *least, *most, body, flags),
            Kind::Group {
                number,
                add,
                remove,
                body,
            } => {
                let inner = combine(flags, *add, *remove);
                if let Some(group) = *number {
                    let slot = (group - 1) * 2;
                    self.ops.push(Op::Save(slot));
                    self.tasks.push(Task::Emit(Op::Close {
                        slot: slot + 1,
                        group,
                    }));
                }
                self.sequence(body, inner);
            }
            Kind::Atomic(body) => self.part(Part::Atomic, body, flags),
            Kind::Branch(branches) => {
                let rest: Vec<Task> = branches
                    .iter()
                    .rev()
                    .map(|branch| Task::Otherwise {
                        condition: 0,
                        no: branch.clone(),
                        flags,
                    })
                    .collect();
                self.branches(rest, Vec::new());
            }
            Kind::BackReference(group) => {
                self.remembers = false;
                let fold = match (flags & flags::IGNORECASE != 0, ascii) {
                    (false, _) => Fold::Exact,
                    (true, true) => Fold::Ascii,
                    (true, false) => Fold::Unicode,
                };
                self.ops.push(Op::BackReference {
                    slot: (group.saturating_sub(1)) * 2,
                    fold,
                });
            }
            Kind::Conditional { group, yes, no } => {
                self.remembers = false;
                let condition = self.here();
                self.ops.push(Op::Condition {
                    slot: (group.saturating_sub(1)) * 2,
                    no: 0,
                });
                match no {
                    Some(no) => self.tasks.push(Task::Otherwise {
                        condition,
                        no: no.clone(),
                        flags,
                    }),
                    None => self.tasks.push(Task::Land(condition)),
                }
                self.sequence(yes, flags);
            }
            Kind::Look {
                behind,
                negate,
                body,
            } => {
                let part = match (behind, negate) {
                    (false, false) => Part::Ahead,
                    (false, true) => Part::NotAhead,
                    (true, _) => {
                        let (low, high) = width(self.nodes, body);
                        let plain =
                            |message: &str| PatternError::plain(PatternErrorKind::Pattern, message);
                        let Ok(back) = u32::try_from(low) else {
                            return Err(plain("looks too much behind"));
                        };
                        if low != high || high == WIDEST {
                            return Err(plain("look-behind requires fixed-width pattern"));
                        }
                        if *negate {
                            Part::NotBehind(back)
                        } else {
                            Part::Behind(back)
                        }
                    }
                };
                self.part(part, body, flags);
            }
            _ => {}
        }
        Ok(())
    }

    fn part(&mut self, part: Part, body: &[NodeId], flags: u32) {
        let begin = self.here();
        self.ops.push(Op::Begin { part, after: 0 });
        self.tasks.push(Task::EndPart { begin, part });
        self.sequence(body, flags);
    }

    fn repeat(&mut self, greed: Greed, least: u32, most: u32, body: &[NodeId], flags: u32) {
        let lazy = greed == Greed::Lazy;
        if let &[only] = body
            && let Some(single) = self.single(only, flags)
        {
            let point = self.run_point();
            self.ops.push(Op::Run {
                single,
                least,
                most,
                greed,
                next: None,
                point,
            });
            return;
        }
        if greed == Greed::Possessive {
            // Each iteration is final, and so is their number.
            let begin = self.here();
            self.ops.push(Op::Begin {
                part: Part::Atomic,
                after: 0,
            });
            self.tasks.push(Task::EndPart {
                begin,
                part: Part::Atomic,
            });
        }
        let (low, high) = width(self.nodes, body);
        let nullable = low == 0;
        if most == 0 {
            return;
        }
        if least == 0 && most == 1 && greed != Greed::Possessive {
            let split = self.split(lazy);
            self.tasks.push(Task::Land(split));
            self.sequence(body, flags);
            return;
        }
        let final_body = |compiler: &mut Self| {
            if greed == Greed::Possessive {
                compiler.part(Part::Atomic, body, flags);
            } else {
                compiler.sequence(body, flags);
            }
        };
        if most == UNLIMITED && !nullable && least == 0 {
            let split = self.split(lazy);
            self.tasks.push(Task::Star(split));
            final_body(self);
            return;
        }
        if most == UNLIMITED && !nullable && least == 1 {
            let body_at = self.here();
            self.tasks.push(Task::Plus {
                body: body_at,
                lazy,
            });
            final_body(self);
            return;
        }
        let _ = high;
        let index = self.loops.len() as u32;
        let counts = if most == UNLIMITED { least } else { most }.saturating_add(1);
        self.loops.push(LoopShape {
            slot: self.slots,
            counts,
            nullable,
        });
        let enter = self.here();
        self.ops.push(Op::Enter { slot: self.slots });
        self.ops.push(Op::Jump(0));
        self.slots += 2;
        self.around.push(index);
        self.tasks.push(Task::Close {
            enter,
            index,
            least,
            most,
            lazy,
        });
        final_body(self);
    }

    /// The node as a test of one character.
    fn single(&mut self, id: NodeId, flags: u32) -> Option<Single> {
        let node = self.nodes.get(id as usize)?;
        let ascii = flags & flags::UNICODE == 0;
        let ignore = flags & flags::IGNORECASE != 0;
        let literal = |code: u32, negate: bool, compiler: &mut Self| {
            if !ignore || !unicode::is_cased(code, ascii) {
                return if negate {
                    Single::NotLiteral(code)
                } else {
                    Single::Literal(code)
                };
            }
            let low = unicode::lower(code, ascii);
            if ascii || unicode::same_upper(low).is_empty() {
                return Single::Folded {
                    code: low,
                    negate,
                    ascii,
                };
            }
            let items = [super::tree::SetItem::Literal(low)];
            compiler.set(CharSet::new(negate, &items, true, false))
        };
        Some(match &node.kind {
            Kind::Literal(code) => literal(*code, false, self),
            Kind::NotLiteral(code) => literal(*code, true, self),
            Kind::AnyCharacter if flags & flags::DOTALL != 0 => Single::All,
            Kind::AnyCharacter => Single::NotNewline,
            Kind::Set { negate, items } => {
                let set = CharSet::new(*negate, items, ignore, ascii);
                self.set(set)
            }
            _ => return None,
        })
    }

    fn set(&mut self, set: CharSet) -> Single {
        // Patterns repeat their few sets; a long list is not worth the search.
        let known = self.sets.iter().take(64).position(|other| *other == set);
        let index = known.unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        });
        Single::Set(index as u32)
    }

    fn finish(mut self, last_slot: u32) -> Program {
        let mut offset = 0u64;
        let mut remembers = self.remembers;
        for point in &mut self.points {
            point.offset = offset;
            let mut states = 1u64;
            for shape in point
                .loops
                .iter()
                .filter_map(|&index| self.loops.get(index as usize))
            {
                states = states
                    .saturating_mul(u64::from(shape.counts))
                    .saturating_mul(1 + u64::from(shape.nullable));
            }
            offset = offset.saturating_add(states);
            remembers &= offset < STATE_LIMIT;
        }
        // Only for runs: each then looks no further than to the next one.
        let runs: Vec<usize> = (0..self.ops.len())
            .filter(|&at| matches!(self.ops.get(at), Some(Op::Run { .. })))
            .collect();
        for at in runs {
            let byte = self.following_byte(at + 1);
            if let Some(Op::Run { next, .. }) = self.ops.get_mut(at) {
                *next = byte;
            }
        }
        let mut program = Program {
            ops: self.ops,
            sets: self.sets,
            slots: self.slots,
            last_slot,
            loops: self.loops,
            points: self.points,
            states: remembers.then_some(offset),
            first: None,
            first_byte: None,
            anchored: false,
        };
        super::first::find(&mut program);
        program
    }

    /// The byte that a match of what begins at `at` must begin with, if that is plain to see.
    fn following_byte(&self, mut at: usize) -> Option<u8> {
        loop {
            match self.ops.get(at)? {
                Op::One(Single::Literal(code)) => {
                    return u8::try_from(*code).ok().filter(u8::is_ascii);
                }
                Op::Close { .. } | Op::Save(_) => at += 1,
                _ => return None,
            }
        }
    }
}

fn combine(flags: u32, add: u32, remove: u32) -> u32 {
    const KINDS: u32 = flags::ASCII | flags::LOCALE | flags::UNICODE;
    let kept = if add & KINDS != 0 {
        flags & !KINDS
    } else {
        flags
    };
    (kept | add) & !remove
}
