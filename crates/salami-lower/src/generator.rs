//! Generators and coroutines: delegating to them and resuming them.

use salami_check::typed::Expr;
use salami_ir::instruction::Destination;
use salami_ir::{Instruction, Register, RegisterType, Tag, TagSet};

use crate::function::{FunctionLowerer, Value};
use crate::{LowerError, kinds};

impl<'p> FunctionLowerer<'p, '_, '_> {
    /// `yield from` and `await`.
    pub(crate) fn delegate(
        &mut self,
        expression: &'p Expr,
        value: &'p Expr,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let mark = self.emit.depth();
        let resumable = TagSet::of(&[Tag::Iterator, Tag::Generator, Tag::Coroutine]);
        let values = &value.values;
        let mut value = self.expression(value, None)?;
        let proved = kinds::register_type(values)?;
        if proved.tags.is_subset(resumable) {
            value = self.require(value, &proved, Some(values))?;
        }
        let iterator = if value.holds.tags.is_subset(resumable) {
            value.register
        } else {
            let iterators = RegisterType::tags(TagSet::of(&[Tag::Iterator, Tag::Generator]));
            let iterator = self.emit.temporary(&iterators)?;
            self.emit.at(expression.span);
            self.emit.emit(Instruction::GetIterator {
                value: value.register,
                result: Destination(iterator),
            });
            iterator
        };
        self.emit.release(mark);
        self.give(expression, RegisterType::ANY, into, |result| {
            Instruction::Delegate { iterator, result }
        })
    }

    /// A value sent or an exception thrown into a generator: at its end a leaf raises.
    pub(crate) fn resume(
        &mut self,
        expression: &'p Expr,
        [generator, value]: [&'p Expr; 2],
        throws: bool,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let values = &generator.values;
        let [generator, value] = self.pair(generator, value)?;
        let proved = kinds::register_type(values)?;
        let generator = self.require(generator, &proved, Some(values))?;
        let (generator, value) = (generator.register, value.register);
        let (end, over) = (self.emit.label(), self.emit.label());
        let result = self.emit.temporary(&RegisterType::ANY)?;
        self.emit.at(expression.span);
        let destination = Destination(result);
        self.emit.emit(if throws {
            Instruction::Throw {
                generator,
                exception: value,
                result: destination,
                end: end.operand(),
            }
        } else {
            Instruction::Send {
                generator,
                value,
                result: destination,
                end: end.operand(),
            }
        });
        self.emit.jump(over);
        self.emit.place(end);
        let leaf = self.pool.leaf("_leaf.generator_ended")?;
        self.emit.emit(Instruction::CallLeaf {
            leaf,
            arguments: vec![generator, result],
            result: destination,
        });
        self.emit.place(over);
        let value = Value {
            register: result,
            holds: RegisterType::ANY,
        };
        self.deliver(value, into, &expression.values)
    }
}
