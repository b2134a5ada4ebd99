//! Schemas: validating decodes of JSON data.

use salami_source::Span;
use salami_syntax::tree::ExprId;

use super::Walker;
use super::annotation::Bound;
use crate::engine::{FieldInfo, FileData};
use crate::names::Binding;
use crate::typed::{ClassId, ExprKind, FieldDefault, Kind, Schema, SchemaId};

impl Walker<'_, '_> {
    /// The schema of a bound.
    pub(super) fn schema(&mut self, bound: &Bound, depth: u32) -> SchemaId {
        let schema = if depth > 16 {
            // A class that holds itself: what is deeper fits nothing.
            Schema::Union(Vec::new())
        } else {
            self.schema_here(bound, depth)
        };
        self.keep_schema(schema)
    }

    fn keep_schema(&mut self, schema: Schema) -> SchemaId {
        if !self.emits {
            return SchemaId(0);
        }
        if let Some(known) = self
            .engine
            .schemas
            .iter()
            .position(|known| *known == schema)
        {
            return SchemaId(u32::try_from(known).unwrap_or(u32::MAX));
        }
        let id = SchemaId(u32::try_from(self.engine.schemas.len()).unwrap_or(u32::MAX));
        self.engine.schemas.push(schema);
        id
    }

    fn schema_here(&mut self, bound: &Bound, depth: u32) -> Schema {
        match bound {
            Bound::Any | Bound::Callable | Bound::Class => Schema::Json,
            Bound::Union(members) => {
                let mut flat: Vec<Bound> = Vec::new();
                flatten(members, &mut flat);
                Schema::Union(
                    flat.iter()
                        .map(|member| self.schema(member, depth + 1))
                        .collect(),
                )
            }
            Bound::Literal(constants) => Schema::Literal(constants.clone()),
            Bound::Tuple(bounds) => Schema::Tuple(
                bounds
                    .iter()
                    .map(|bound| self.schema(bound, depth + 1))
                    .collect(),
            ),
            Bound::Record(class) => {
                let mut fields = Vec::new();
                for (name, bound, is_required) in self.record_bounds(*class) {
                    let bound = self.as_decoded(&bound);
                    let schema = self.schema(&bound, depth + 4);
                    fields.push((name, schema, is_required));
                }
                Schema::Record(fields)
            }
            Bound::Program(index) if self.engine.classes[*index as usize].is_enumeration => {
                let members = self.members(*index, Span::default());
                match *members.code.kind {
                    ExprKind::Global(global) => Schema::Member(ClassId(*index), global),
                    _ => Schema::Json,
                }
            }
            Bound::Program(index) => {
                let fields = self.engine.classes[*index as usize].fields.clone();
                let mut typed = Vec::new();
                for field in fields.iter().filter(|field| field.is_declared) {
                    let (Some(annotation), Some(&file)) =
                        (field.annotation, self.engine.files.get(&field.file))
                    else {
                        continue;
                    };
                    let inner = self.bound_of(annotation, file);
                    let inner = self.as_decoded(&inner);
                    let schema = self.schema(&inner, depth + 1);
                    let default = self.default_of(field, file);
                    typed.push((field.name.clone(), schema, default));
                }
                Schema::Class(ClassId(*index), typed)
            }
            Bound::Protocol(name, arguments) => {
                let class = match *name {
                    "Mapping" | "MutableMapping" => "dict",
                    "Set" | "AbstractSet" | "MutableSet" => "set",
                    _ => "list",
                };
                self.schema_here(&Bound::Native(class, arguments.clone()), depth)
            }
            Bound::Native(name, arguments) => {
                let argument = |walker: &mut Self, index: usize| match arguments.get(index) {
                    Some(bound) => walker.schema(bound, depth + 1),
                    None => walker.keep_schema(Schema::Json),
                };
                match *name {
                    "NoneType" => Schema::None,
                    "bool" => Schema::Bool,
                    "int" => Schema::Int,
                    "float" => Schema::Float,
                    "str" => Schema::Str,
                    "list" => Schema::List(argument(self, 0)),
                    "set" => Schema::Set(argument(self, 0)),
                    "tuple" => Schema::TupleOf(argument(self, 0)),
                    "dict" => Schema::Dict(argument(self, 1)),
                    "datetime.date" => Schema::Iso(Kind::Date),
                    "datetime.datetime" => Schema::Iso(Kind::DateTime),
                    "datetime.time" => Schema::Iso(Kind::Time),
                    "decimal.Decimal" => Schema::Decimal,
                    // Only parameters of `main` come here with this bound.
                    "io.StringIO" => Schema::Stream,
                    _ => Schema::Json,
                }
            }
        }
    }
}

impl<'a> Walker<'_, 'a> {
    /// What a field holds that the data do not give.
    fn default_of(&mut self, field: &FieldInfo, file: &'a FileData) -> Option<FieldDefault> {
        if let Some(factory) = field.factory {
            return empty_factory(file, factory).map(FieldDefault::Empty);
        }
        let value = self.field_default(field, field.span)?;
        match *value.code.kind {
            ExprKind::Constant(constant) => Some(FieldDefault::Constant(constant)),
            ExprKind::Global(global) => Some(FieldDefault::Global(global)),
            _ => None,
        }
    }
}

/// The container that a `default_factory` of a file makes: `list`, `dict` or `set`.
pub(super) fn empty_factory(file: &FileData, factory: ExprId) -> Option<Kind> {
    if !matches!(file.names.expr(factory), Binding::Builtin) {
        return None;
    }
    match file.source.slice(file.tree.expr(factory).span) {
        "list" => Some(Kind::List),
        "dict" => Some(Kind::Dict),
        "set" => Some(Kind::Set),
        _ => None,
    }
}

fn flatten(members: &[Bound], flat: &mut Vec<Bound>) {
    for member in members {
        match member {
            Bound::Union(inner) => crate::deep(|| flatten(inner, flat)),
            other => flat.push(other.clone()),
        }
    }
}
