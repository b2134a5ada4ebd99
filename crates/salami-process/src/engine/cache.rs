//! The parts of code that was used lately.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::code::CodeParts;
use crate::store::{CodeHash, Store, StoreError};

/// How many are kept; when there are more all are dropped, which costs little and needs no order.
const KEPT: usize = 256;

/// What could be read of code: a sentence where it is not code.
pub(super) type Parts = Result<Arc<CodeParts>, String>;

#[derive(Debug, Default)]
pub(super) struct Codes(BTreeMap<CodeHash, Parts>);

impl Codes {
    /// The parts of code, without its module.
    pub(super) fn get(
        &mut self,
        store: &mut dyn Store,
        hash: &CodeHash,
    ) -> Result<Parts, StoreError> {
        if let Some(parts) = self.0.get(hash) {
            return Ok(parts.clone());
        }
        let parts = match store.code(hash)? {
            None => Err("its code is not in the store".to_owned()),
            Some(body) => CodeParts::parse_as(hash, &body).map(|parts| {
                Arc::new(CodeParts {
                    module: Vec::new(),
                    ..parts
                })
            }),
        };
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        self.0.insert(*hash, parts.clone());
        Ok(parts)
    }
}
