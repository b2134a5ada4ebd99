//! Tasks of green threads: a task's type is what its function returns.

use salami_source::Span;

use super::{Value, Walker};
use crate::typed::Kind;
use crate::types::{Callee, Type, TypeData};

impl Walker<'_, '_> {
    /// The task of a thread that runs a function without parameters: the machine calls the version of
    /// it that function values have.
    pub(super) fn as_thread(&mut self, run: &Value, task: Option<Value>, span: Span) -> Value {
        let mut returned = Type::NEVER;
        for callee in self.engine.types.data(run.type_).functions.clone() {
            let Callee::Program {
                definition, maker, ..
            } = callee
            else {
                continue;
            };
            let caller = Some((self.variant, span));
            let version = self
                .engine
                .request_joined(definition, maker, &[], caller, true);
            let result = self.engine.result(version, self.variant);
            returned = self.join(returned, result);
        }
        let Some(task) = task else {
            return self.error_value(span);
        };
        let held = self.place_node(span, 0);
        self.engine.types.write(held, returned);
        let data = TypeData::container(Kind::Object, "salami.Task", [held, held]);
        let type_ = self.engine.types.intern(data);
        let opaque = self.opaque(task);
        self.narrowed(opaque, type_)
    }
}
