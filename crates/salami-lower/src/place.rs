//! Stores.

use salami_check::typed::{Binary, Expr, LocalId, Place, Storage, ValueSet};
use salami_ir::instruction::Destination;
use salami_ir::{ClassIndex, FieldIndex, GlobalIndex, Instruction, Register, RegisterType, Tag};

use crate::expression::binary_instruction;
use crate::function::{FunctionLowerer, Value};
use crate::{LowerError, results, scan};

/// A place whose parts are evaluated.
enum Located {
    Local(Register),
    Cell(Register, String),
    Global(GlobalIndex),
    Field(Register, ClassIndex, FieldIndex),
    Item(Register, Register),
}

impl<'p> FunctionLowerer<'p, '_, '_> {
    /// `place = value`: the value first, then the parts of the place.
    pub(crate) fn assign(&mut self, place: &'p Place, value: &'p Expr) -> Result<(), LowerError> {
        let span = self.emit.span();
        if let Place::Local(id) = place
            && let (register, Storage::Register) = self.local(*id)?
        {
            self.expression(value, Some(register))?;
            return self.vacant(*id);
        }
        let proved = &value.values;
        let mut value = self.expression(value, None)?;
        if place_stores(place) {
            value = self.kept(value)?;
        }
        self.emit.at(span);
        self.store(place, value, proved)
    }

    /// Stores a value that is in a register.
    pub(crate) fn store(
        &mut self,
        place: &'p Place,
        value: Value,
        proved: &ValueSet,
    ) -> Result<(), LowerError> {
        let span = self.emit.span();
        let located = self.locate(place)?;
        self.emit.at(span);
        self.store_located(&located, value, proved)?;
        if let Place::Local(id) = place {
            self.vacant(*id)
        } else {
            Ok(())
        }
    }

    /// Stores to a local.
    pub(crate) fn store_local(
        &mut self,
        id: LocalId,
        value: Value,
        proved: &ValueSet,
    ) -> Result<(), LowerError> {
        let located = self.located_local(id)?;
        self.store_located(&located, value, proved)?;
        self.vacant(id)
    }

    /// After a store to a local that never holds a value nothing comes.
    fn vacant(&mut self, id: LocalId) -> Result<(), LowerError> {
        let (register, storage) = self.local(id)?;
        let empty = self
            .function
            .locals
            .get(id.index())
            .is_some_and(|local| local.values.kinds == 0);
        if empty && storage == Storage::Register && self.emit.reachable() {
            self.emit.emit(Instruction::Raise {
                exception: register,
            });
        }
        Ok(())
    }

    /// `place operator= value`
    pub(crate) fn in_place(
        &mut self,
        place: &'p Place,
        operator: Binary,
        value: &'p Expr,
        proved: &ValueSet,
    ) -> Result<(), LowerError> {
        let span = self.emit.span();
        let mut located = self.locate(place)?;
        let stores = scan::may_store(value);
        if stores {
            located = self.kept_place(located)?;
        }
        self.emit.at(span);
        let mut left = match place {
            Place::Local(id) => self.load_local(*id)?,
            _ => self.load_located(&located)?,
        };
        if stores {
            left = self.kept(left)?;
        }
        let right = self.expression(value, None)?;
        self.emit.at(span);
        let holds = results::in_place(operator, &left.holds, &right.holds);
        let (left, right) = (left.register, right.register);
        if let Located::Local(register) = located
            && self.pool.is_within(&holds, &self.bound(register))
        {
            self.emit.emit(in_place_instruction(
                operator,
                left,
                right,
                Destination(register),
            ));
            return Ok(());
        }
        let register = self.emit.temporary(&holds)?;
        self.emit.emit(in_place_instruction(
            operator,
            left,
            right,
            Destination(register),
        ));
        let result = Value { register, holds };
        if proved.kinds == 0 {
            return self.never(&result);
        }
        self.store_located(&located, result, proved)
    }

    /// `del place`
    pub(crate) fn delete(&mut self, place: &'p Place) -> Result<(), LowerError> {
        let span = self.emit.span();
        let located = self.locate(place)?;
        self.emit.at(span);
        match located {
            Located::Local(register) => {
                // Raises if there is nothing to delete.
                let Place::Local(id) = place else {
                    return Ok(());
                };
                let name = self.local_name(*id);
                let checked = self.emit.temporary(&self.bound(register))?;
                self.emit.emit(Instruction::CheckSet {
                    value: register,
                    name,
                    result: Destination(checked),
                });
                self.unset(*id)
            }
            Located::Cell(cell, name) => {
                let Place::Local(id) = place else {
                    return Ok(());
                };
                let checked = self.emit.temporary(&RegisterType::ANY)?;
                self.emit.emit(Instruction::LoadCell {
                    cell,
                    name,
                    result: Destination(checked),
                });
                self.unset(*id)
            }
            Located::Global(global) => {
                self.emit.emit(Instruction::DeleteGlobal { global });
                Ok(())
            }
            Located::Field(object, class, field) => {
                self.emit.emit(Instruction::DeleteField {
                    object,
                    class,
                    field,
                });
                Ok(())
            }
            Located::Item(container, key) => {
                self.emit.emit(Instruction::DeleteItem { container, key });
                Ok(())
            }
        }
    }

    /// Makes a local unset, whether it is set or not.
    pub(crate) fn unset(&mut self, id: LocalId) -> Result<(), LowerError> {
        let (register, storage) = self.local(id)?;
        let result = Destination(register);
        self.emit.emit(match storage {
            Storage::Register => Instruction::Unset { result },
            Storage::Cell | Storage::Captured => Instruction::MakeCell { result },
        });
        Ok(())
    }

    /// The content of a local that is set, proved.
    pub(crate) fn load_local(&mut self, id: LocalId) -> Result<Value, LowerError> {
        let located = self.located_local(id)?;
        if let Located::Local(register) = located
            && self.restates
        {
            let name = self.local_name(id);
            self.emit.emit(Instruction::CheckSet {
                value: register,
                name,
                result: Destination(register),
            });
        }
        self.load_located(&located)
    }

    fn located_local(&self, id: LocalId) -> Result<Located, LowerError> {
        let (register, storage) = self.local(id)?;
        Ok(match storage {
            Storage::Register => Located::Local(register),
            Storage::Cell | Storage::Captured => Located::Cell(register, self.local_name(id)),
        })
    }

    fn locate(&mut self, place: &'p Place) -> Result<Located, LowerError> {
        Ok(match place {
            Place::Local(id) => self.located_local(*id)?,
            Place::Global(id) => Located::Global(GlobalIndex(id.0)),
            Place::Field(object, class, field) => {
                let object = self.object(object, *class)?;
                Located::Field(object.register, ClassIndex(class.0), FieldIndex(*field))
            }
            Place::Item(container, key) => {
                let [container, key] = self.pair(container, key)?;
                Located::Item(container.register, key.register)
            }
        })
    }

    /// The place with its parts in registers that no statement changes.
    fn kept_place(&mut self, located: Located) -> Result<Located, LowerError> {
        let mut keep = |register| -> Result<Register, LowerError> {
            let holds = if self.emit.is_temporary(register) {
                RegisterType::ANY
            } else {
                self.bound(register)
            };
            Ok(self.kept(Value { register, holds })?.register)
        };
        Ok(match located {
            Located::Field(object, class, field) => Located::Field(keep(object)?, class, field),
            Located::Item(container, key) => Located::Item(keep(container)?, keep(key)?),
            other => other,
        })
    }

    fn load_located(&mut self, located: &Located) -> Result<Value, LowerError> {
        if let Located::Local(register) = *located {
            return Ok(Value {
                register,
                holds: self.bound(register),
            });
        }
        let holds = RegisterType::ANY;
        let register = self.emit.temporary(&holds)?;
        let result = Destination(register);
        self.emit.emit(match located {
            Located::Local(value) => Instruction::Move {
                value: *value,
                result,
            },
            Located::Cell(cell, name) => Instruction::LoadCell {
                cell: *cell,
                name: name.clone(),
                result,
            },
            Located::Global(global) => Instruction::LoadGlobal {
                global: *global,
                result,
            },
            Located::Field(object, class, field) => Instruction::GetField {
                object: *object,
                class: *class,
                field: *field,
                result,
            },
            Located::Item(container, key) => Instruction::GetItem {
                container: *container,
                key: *key,
                result,
            },
        });
        Ok(Value { register, holds })
    }

    fn store_located(
        &mut self,
        located: &Located,
        stored: Value,
        proved: &ValueSet,
    ) -> Result<(), LowerError> {
        let value = stored.register;
        match located {
            Located::Local(register) => {
                self.deliver(stored, Some(*register), proved)?;
            }
            Located::Cell(cell, _) => self
                .emit
                .emit(Instruction::StoreCell { cell: *cell, value }),
            Located::Global(global) => self.emit.emit(Instruction::StoreGlobal {
                global: *global,
                value,
            }),
            Located::Field(object, class, field) => {
                self.emit.emit(Instruction::SetField {
                    object: *object,
                    class: *class,
                    field: *field,
                    value,
                });
            }
            Located::Item(container, key) => {
                self.emit.emit(Instruction::SetItem {
                    container: *container,
                    key: *key,
                    value,
                });
            }
        }
        Ok(())
    }

    /// A container of this kind in a hidden local.
    pub(crate) fn filled(&mut self, id: LocalId, kind: Tag) -> Result<Register, LowerError> {
        let value = self.load_local(id)?;
        let value = self.require(value, &RegisterType::tag(kind), None)?;
        Ok(value.register)
    }
}

/// Whether evaluating the parts of a place can store to a local.
pub(crate) fn place_stores(place: &Place) -> bool {
    match place {
        Place::Local(_) | Place::Global(_) => false,
        Place::Field(object, ..) => scan::may_store(object),
        Place::Item(container, key) => scan::may_store(container) || scan::may_store(key),
    }
}

fn in_place_instruction(
    operator: Binary,
    left: Register,
    right: Register,
    result: Destination,
) -> Instruction {
    match operator {
        Binary::Add => Instruction::AddInPlace {
            left,
            right,
            result,
        },
        Binary::Subtract => Instruction::SubtractInPlace {
            left,
            right,
            result,
        },
        Binary::Multiply => Instruction::MultiplyInPlace {
            left,
            right,
            result,
        },
        Binary::BitAnd => Instruction::BitAndInPlace {
            left,
            right,
            result,
        },
        Binary::BitOr => Instruction::BitOrInPlace {
            left,
            right,
            result,
        },
        Binary::BitXor => Instruction::BitXorInPlace {
            left,
            right,
            result,
        },
        Binary::Divide
        | Binary::FloorDivide
        | Binary::Modulo
        | Binary::Power
        | Binary::ShiftLeft
        | Binary::ShiftRight => binary_instruction(operator, left, right, result),
    }
}
