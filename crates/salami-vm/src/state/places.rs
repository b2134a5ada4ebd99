//! What a frame holds where it stands: which registers may still be read, and what the verifier found of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use salami_ir::{Address, FunctionIndex};
use salami_verify::Verified;

use super::Liveness;
use crate::prepare::{Check, frame_position};

/// So many places are kept before they are found anew.
const MOST: usize = 1 << 12;

/// A place: a function, an instruction, and whether a frame stands before it, or within it: it called,
/// or was suspended there, and gets the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Standing {
    pub(crate) function: FunctionIndex,
    pub(crate) address: u32,
    pub(crate) is_within: bool,
}

/// What is known of a place.
#[derive(Debug, Default)]
pub(crate) struct Place {
    /// The registers that may still be read, ascending.
    registers: Box<[u32]>,
    /// Where in the frame they lie.
    pub(crate) positions: Box<[u32]>,
    /// Of what types they are; `None` where no execution comes.
    checks: OnceLock<Option<Box<[Check]>>>,
}

/// The places of a module, found when first asked.
#[derive(Debug)]
pub(crate) struct Places {
    verified: Verified,
    liveness: Vec<OnceLock<Liveness>>,
    known: Mutex<BTreeMap<Standing, Arc<Place>>>,
}

impl Places {
    pub(crate) fn new(verified: Verified) -> Self {
        let functions = verified.module().functions.iter();
        Self {
            liveness: functions.map(|_| OnceLock::new()).collect(),
            verified,
            known: Mutex::default(),
        }
    }

    /// What is known of a place; of one that does not exist nothing.
    pub(crate) fn at(&self, standing: Standing) -> Arc<Place> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = known.get(&standing) {
            return Arc::clone(place);
        }
        let place = Arc::new(self.find(standing));
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(standing, Arc::clone(&place));
        place
    }

    fn find(&self, standing: Standing) -> Place {
        let index = standing.function.index();
        let source = self.verified.module().functions.get(index);
        let (Some(source), Some(liveness)) = (source, self.liveness.get(index)) else {
            return Place::default();
        };
        let liveness = liveness.get_or_init(|| Liveness::new(source));
        let lives = liveness.at(source, standing.address, standing.is_within);
        let registers: Box<[u32]> = (0..)
            .zip(lives)
            .filter_map(|(register, lives)| lives.then_some(register))
            .collect();
        let count = source.registers.len();
        let position = |&register: &u32| frame_position(count, register as usize);
        Place {
            positions: registers.iter().map(position).collect(),
            registers,
            checks: OnceLock::new(),
        }
    }

    /// Of what types the registers of a place are, in their order; `None` where no execution comes.
    pub(crate) fn checks<'p>(&self, standing: Standing, place: &'p Place) -> Option<&'p [Check]> {
        let checks = place.checks.get_or_init(|| {
            let mut facts = self.verified.facts();
            let mut function = facts.function(standing.function)?;
            let types = function.at(Address(standing.address))?;
            let of = |&register: &u32| types.get(register as usize).map(Check::new);
            place.registers.iter().map(of).collect()
        });
        checks.as_deref()
    }
}
