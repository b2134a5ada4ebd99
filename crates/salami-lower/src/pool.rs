//! The tables of a module, without repeats.

use std::collections::BTreeMap;

use salami_check::typed::{self, Program};
use salami_ir::instruction::Expectation;
use salami_ir::{
    Class, ClassIndex, Constant, ConstantIndex, Field, FieldDefault, Global, GlobalIndex,
    LeafImport, LeafIndex, LeafSignature, RegisterType, Schema, SchemaIndex, TypeIndex,
};

use crate::{LowerError, kinds};

/// Data that were declared, and then changed by who knows them as JSON.
const CHANGED: &str = "declared data hold a value of another type now: '{}'";

/// Constants, types, leaves, classes, globals and schemas of the module.
#[derive(Debug)]
pub(crate) struct Pool<'a> {
    pub(crate) constants: Vec<Constant>,
    constant_positions: BTreeMap<ConstantKey, ConstantIndex>,
    pub(crate) types: Vec<RegisterType>,
    type_positions: BTreeMap<RegisterType, TypeIndex>,
    pub(crate) leaves: Vec<LeafImport>,
    leaf_positions: BTreeMap<&'static str, LeafIndex>,
    /// By name.
    signatures: &'a [LeafSignature],
    pub(crate) classes: Vec<Class>,
    pub(crate) globals: Vec<Global>,
    pub(crate) schemas: Vec<Schema>,
    /// See [`Program::shares_data`].
    shares_data: bool,
}

/// Orders constants. Different constants have different keys: `1`, `1.0` and `True` too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ConstantKey {
    None,
    Ellipsis,
    Missing,
    Bool(bool),
    Int(Vec<u8>),
    Float(u64),
    Str(String),
    Bytes(Vec<u8>),
    Tuple(Vec<ConstantIndex>),
    Class(salami_ir::ClassRef),
    Type(salami_ir::Tag),
}

fn index(length: usize, what: &'static str) -> Result<u32, LowerError> {
    u32::try_from(length).map_err(|_| LowerError::Limit(what))
}

impl<'a> Pool<'a> {
    /// The tables of the program; `leaves`, sorted by name, tell what leaves return.
    pub(crate) fn new(program: &Program, leaves: &'a [LeafSignature]) -> Result<Self, LowerError> {
        let mut pool = Self {
            constants: Vec::new(),
            constant_positions: BTreeMap::new(),
            types: Vec::new(),
            type_positions: BTreeMap::new(),
            leaves: Vec::new(),
            leaf_positions: BTreeMap::new(),
            signatures: leaves,
            classes: Vec::new(),
            globals: program
                .globals
                .iter()
                .map(|global| Global {
                    name: global.name.clone(),
                })
                .collect(),
            schemas: Vec::new(),
            shares_data: program.shares_data,
        };
        for class in &program.classes {
            let base = class.base.as_ref().map(kinds::class).transpose()?;
            let fields = class.fields.iter().map(|field| Field {
                name: field.name.clone(),
                shown: field.shown,
                compared: field.compared,
            });
            pool.classes.push(Class {
                name: class.name.clone(),
                base,
                fields: fields.collect(),
                compares_equal: class.compares_equal,
                compares_order: class.compares_order,
                frozen: class.frozen,
                shows_fields: class.shows_fields,
                is_tuple: class.is_tuple,
                stands_for: class.stands_for,
                span: class.span,
            });
        }
        for schema in &program.schemas {
            let schema = pool.schema(schema)?;
            pool.schemas.push(schema);
        }
        Ok(pool)
    }

    /// What it means if a value is not what the checker proved.
    pub(crate) fn proved(&self) -> Expectation {
        if self.shares_data {
            Expectation::Type(CHANGED.to_owned())
        } else {
            Expectation::Guard
        }
    }

    /// Whether every value of `narrow` is one of `wide`.
    pub(crate) fn is_within(&self, narrow: &RegisterType, wide: &RegisterType) -> bool {
        kinds::is_within(&self.classes, narrow, wide)
    }

    /// The entry of a register type.
    pub(crate) fn register_type(
        &mut self,
        register_type: &RegisterType,
    ) -> Result<TypeIndex, LowerError> {
        if let Some(&position) = self.type_positions.get(register_type) {
            return Ok(position);
        }
        let position = TypeIndex(index(self.types.len(), "register types")?);
        self.types.push(register_type.clone());
        self.type_positions.insert(register_type.clone(), position);
        Ok(position)
    }

    /// The import of a leaf.
    pub(crate) fn leaf(&mut self, name: &'static str) -> Result<LeafIndex, LowerError> {
        if let Some(&position) = self.leaf_positions.get(name) {
            return Ok(position);
        }
        let position = LeafIndex(index(self.leaves.len(), "leaves")?);
        self.leaves.push(LeafImport {
            name: name.to_owned(),
        });
        self.leaf_positions.insert(name, position);
        Ok(position)
    }

    /// What a leaf returns, as far as known.
    pub(crate) fn leaf_result(&self, name: &str) -> RegisterType {
        let known = self.signatures;
        let position = known.binary_search_by(|leaf| leaf.name.cmp(name));
        let leaf = position.ok().and_then(|position| known.get(position));
        leaf.map_or(RegisterType::ANY, |leaf| leaf.result.clone())
    }

    /// The entry of a constant.
    pub(crate) fn constant(
        &mut self,
        constant: &typed::Constant,
    ) -> Result<ConstantIndex, LowerError> {
        let (key, constant) = match constant {
            typed::Constant::None => (ConstantKey::None, Constant::None),
            typed::Constant::Ellipsis => (ConstantKey::Ellipsis, Constant::Ellipsis),
            typed::Constant::Missing => (ConstantKey::Missing, Constant::Missing),
            typed::Constant::Bool(value) => (ConstantKey::Bool(*value), Constant::Bool(*value)),
            typed::Constant::Int(value) => (
                ConstantKey::Int(value.to_signed_bytes_le()),
                Constant::Int(value.clone()),
            ),
            typed::Constant::Float(value) => {
                let bits = if value.is_nan() {
                    f64::NAN.to_bits()
                } else {
                    value.to_bits()
                };
                (ConstantKey::Float(bits), Constant::Float(bits))
            }
            typed::Constant::Str(value) => (
                ConstantKey::Str(value.clone()),
                Constant::Str(value.clone()),
            ),
            typed::Constant::Bytes(value) => (
                ConstantKey::Bytes(value.clone()),
                Constant::Bytes(value.clone()),
            ),
            typed::Constant::Tuple(items) => {
                // Brackets nest at most 200 deep, so this does too.
                let items = items
                    .iter()
                    .map(|item| self.constant(item))
                    .collect::<Result<Vec<_>, _>>()?;
                (ConstantKey::Tuple(items.clone()), Constant::Tuple(items))
            }
            typed::Constant::Class(reference) => {
                let class = kinds::class(reference)?;
                (ConstantKey::Class(class), Constant::Class(class))
            }
            typed::Constant::Type(kind) => {
                let tag = kinds::tag(*kind);
                (ConstantKey::Type(tag), Constant::Type(tag))
            }
        };
        if let Some(&position) = self.constant_positions.get(&key) {
            return Ok(position);
        }
        let position = ConstantIndex(index(self.constants.len(), "constants")?);
        self.constants.push(constant);
        self.constant_positions.insert(key, position);
        Ok(position)
    }

    fn schema(&mut self, schema: &typed::Schema) -> Result<Schema, LowerError> {
        let at = |id: &typed::SchemaId| SchemaIndex(id.0);
        let all = |ids: &[typed::SchemaId]| ids.iter().map(at).collect::<Vec<_>>();
        Ok(match schema {
            typed::Schema::Json => Schema::Json,
            typed::Schema::None => Schema::None,
            typed::Schema::Bool => Schema::Bool,
            typed::Schema::Int => Schema::Int,
            typed::Schema::Float => Schema::Float,
            typed::Schema::Str => Schema::Str,
            typed::Schema::List(item) => Schema::List(at(item)),
            typed::Schema::Dict(value) => Schema::Dict(at(value)),
            typed::Schema::Tuple(items) => Schema::Tuple(all(items)),
            typed::Schema::TupleOf(item) => Schema::TupleOf(at(item)),
            typed::Schema::Set(item) => Schema::Set(at(item)),
            typed::Schema::Union(options) => Schema::Union(all(options)),
            typed::Schema::Literal(constants) => Schema::Literal(
                constants
                    .iter()
                    .map(|constant| self.constant(constant))
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            typed::Schema::Record(fields) => Schema::Record(
                fields
                    .iter()
                    .map(|(name, schema, required)| (name.clone(), at(schema), *required))
                    .collect(),
            ),
            typed::Schema::Class(class, fields) => {
                let mut lowered = Vec::with_capacity(fields.len());
                for (name, schema, default) in fields {
                    let default = match default {
                        None => None,
                        Some(typed::FieldDefault::Constant(constant)) => {
                            Some(FieldDefault::Constant(self.constant(constant)?))
                        }
                        Some(typed::FieldDefault::Global(global)) => {
                            Some(FieldDefault::Global(GlobalIndex(global.0)))
                        }
                        Some(typed::FieldDefault::Empty(kind)) => {
                            Some(FieldDefault::Empty(kinds::tag(*kind)))
                        }
                    };
                    lowered.push((name.clone(), at(schema), default));
                }
                Schema::Class(ClassIndex(class.0), lowered)
            }
            typed::Schema::Iso(kind) => Schema::Iso(kinds::tag(*kind)),
            typed::Schema::Decimal => Schema::Decimal,
            typed::Schema::Stream => Schema::Stream,
            typed::Schema::Member(class, global) => {
                Schema::Member(ClassIndex(class.0), GlobalIndex(global.0))
            }
        })
    }
}
