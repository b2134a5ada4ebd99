//! CPython's compile-time checks that the parser leaves out, with CPython 3.11's words.
//!
//! In the order of CPython's own passes; a later pass runs only if the earlier ones found nothing:
//!
//! | pass | checks |
//! |---|---|
//! | `future` | `from __future__` stands first and names features that exist |
//! | `scopes` | duplicate parameters; `global` and `nonlocal` before use, against parameters, at module level, without a binding; annotated names; `import *` in functions and classes; `:=` in comprehensions: rebinding their variables, in their iterables, in class bodies; `yield` in comprehensions; `yield`, `await`, `:=` in postponed annotations |
//! | `places` | `return`, `yield`, `yield from`, `await`, `async with`, `async for` and asynchronous comprehensions outside the functions that may have them; `break` and `continue` outside loops; `return` with a value in asynchronous generators; `except:` that is not last |
//! | `targets` | assignment to `__debug__`; starred targets: alone, twice, deleted; starred expressions where there is no display; repeated keyword arguments |
//! | `patterns` | alternatives that bind different names, names bound twice, patterns after one that always matches, two stars, repeated attributes and keys |
//!
//! They recurse over the tree, whose depth is bounded.

mod future;
mod patterns;
mod places;
mod scopes;
mod targets;
mod walk;

use salami_source::Diagnostic;

use crate::tree::Tree;

/// What CPython would refuse in a tree that the parser accepted. O(size of the tree · log names).
#[must_use]
pub fn check(tree: &Tree) -> Vec<Diagnostic> {
    for pass in [future::check, scopes::check, compile] {
        let found = pass(tree);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// What CPython's compiler proper refuses; all of it in one go.
fn compile(tree: &Tree) -> Vec<Diagnostic> {
    let mut found = places::check(tree);
    found.extend(targets::check(tree));
    found.extend(patterns::check(tree));
    found
}
