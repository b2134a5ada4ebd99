//! What a service answers to an HTTP request.

use crate::heap::Heap;
use crate::native::Native;
use crate::value::Value;

/// A response. It is shown, exported and read as its body.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status, such as 200.
    pub status: Value,
    /// The headers: a dict.
    pub headers: Value,
    /// The body as text; unset where the host gave data.
    pub text: Value,
    /// The body as data; unset where it is text that is no JSON.
    pub data: Value,
}

impl Response {
    /// The body: data where it is.
    #[must_use]
    pub fn body(&self) -> Value {
        if self.data.is_unset() {
            self.text
        } else {
            self.data
        }
    }

    /// All that it holds.
    pub fn values(&self) -> [Value; 4] {
        [self.status, self.headers, self.text, self.data]
    }
}

/// The body of a response; another value itself.
#[must_use]
pub fn body(heap: &Heap, value: Value) -> Value {
    match value {
        Value::Native(native) => match heap.native(native) {
            Native::Response(response) => response.body(),
            _ => value,
        },
        _ => value,
    }
}
