//! Formatting of the program's values: `repr`, `str`, `format`, `%` and `str.format`.
//!
//! These know the heap; they charge, reserve and raise as leaves do, and recurse over no data.

mod convert;
mod fields;
mod percent;
mod repr;

pub use convert::{format_value, integer_of};
pub use fields::{Values, format_fields};
pub use percent::format_percent;
pub use repr::{class_text, display, display_value, qualified_class_name, repr};

use crate::context::Context;
use crate::raise::Raise;
use crate::value::Value;

/// `container[key]`
fn item(context: &mut Context, container: Value, key: Value) -> Result<Value, Raise> {
    if let Value::Dict(dict) = container {
        return match crate::ops::dict_get(context, dict, key)? {
            Some(value) => Ok(value),
            None => Err(context.key_error(key)),
        };
    }
    Err(context.type_error("not subscriptable"))
}
