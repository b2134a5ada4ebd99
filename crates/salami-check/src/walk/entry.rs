//! The entry: how the host calls `main`, and what is assumed of functions that nobody calls.

use salami_source::Span;
use salami_syntax::tree::{BinaryOperator, ExprId, ExprKind as Syntax, FunctionId, ParameterKind};

use super::Walker;
use super::annotation::Bound;
use super::arguments::literal;
use crate::check::is_input;
use crate::engine::{DefinitionId, FileData, GlobalKey, VariantId};
use crate::face::{self, ClassKind, FaceEntry};
use crate::typed::{Constant, ExprKind, Input, Kind, SchemaId};
use crate::types::Type;

/// The class of text files.
const STREAM: &str = "io.StringIO";

impl<'a> Walker<'_, 'a> {
    fn main_bounds(&mut self, function: FunctionId) -> Vec<Bound> {
        let file = self.file;
        self.tree
            .function(function)
            .parameters
            .iter()
            .map(|parameter| match parameter.annotation {
                Some(annotation) => self.input_bound(annotation, file),
                None => Bound::Any,
            })
            .collect()
    }

    /// What a parameter of `main` takes: a text file or an iterable of text is a stream.
    fn input_bound(&mut self, annotation: ExprId, file: &'a FileData) -> Bound {
        match &file.tree.expr(annotation).kind {
            Syntax::Binary {
                operator: BinaryOperator::BitOr,
                left,
                right,
            } => {
                let (left, right) = (*left, *right);
                return crate::deep(|| {
                    let left = self.input_bound(left, file);
                    Bound::Union(vec![left, self.input_bound(right, file)])
                });
            }
            Syntax::Subscript { value, index } => match crate::engine::entry_named(file, *value) {
                Some(FaceEntry::Form("Optional")) => {
                    let index = *index;
                    let inner = crate::deep(|| self.input_bound(index, file));
                    return Bound::Union(vec![inner, Bound::Native("NoneType", Vec::new())]);
                }
                Some(FaceEntry::Form("IO")) => return Bound::Native(STREAM, Vec::new()),
                _ => {}
            },
            Syntax::Name(_) | Syntax::Attribute { .. } => {
                let entry = crate::engine::entry_named(file, annotation);
                if let Some(FaceEntry::Form("TextIO" | "IO")) = entry {
                    return Bound::Native(STREAM, Vec::new());
                }
            }
            _ => {}
        }
        match self.bound_of(annotation, file) {
            Bound::Native(STREAM, _) => Bound::Native(STREAM, Vec::new()),
            Bound::Protocol("Iterable" | "Iterator", items)
                if items == [Bound::Native("str", Vec::new())] =>
            {
                Bound::Native(STREAM, Vec::new())
            }
            bound => self.as_decoded(&bound),
        }
    }

    /// The variant of `main` that the host calls.
    pub fn main_variant(&mut self, function: FunctionId) -> (VariantId, usize) {
        let unit = self.file.names.functions[function.index()];
        let definition = self.engine.definition(self.file.id, unit);
        let bounds = self.main_bounds(function);
        let mut types = Vec::new();
        for (index, (bound, parameter)) in bounds
            .iter()
            .zip(&self.tree.function(function).parameters)
            .enumerate()
        {
            let mut type_ = match parameter.kind {
                ParameterKind::VariadicPositional => self.engine.types.tuple(Vec::new()),
                ParameterKind::VariadicKeyword => self.container_at(
                    Kind::Dict,
                    &[Type::STR, Type::NEVER],
                    parameter.name.span,
                    600,
                ),
                _ => {
                    self.fill_decoded(bound, 0);
                    self.decoded_type(bound, parameter.name.span, &mut 600)
                }
            };
            if let Some(default) = parameter.default {
                let default_type = match literal(self.file, default) {
                    Some(constant) => self.engine.types.of_constant(&constant),
                    None => {
                        let index = u32::try_from(index).unwrap_or(u32::MAX);
                        let node = self.engine.default_node(self.file.id, unit, index);
                        self.engine.types.content(node)
                    }
                };
                type_ = self.join(type_, default_type);
            }
            types.push(type_);
        }
        let variant = self.engine.request(definition, None, &types, None);
        (variant, types.len())
    }

    /// What runs the coroutine that an asynchronous `main` gives.
    pub fn main_driver(&mut self, function: FunctionId) -> Option<VariantId> {
        let syntax = self.tree.function(function);
        if !syntax.is_async || syntax.is_generator {
            return None;
        }
        let definition = self.prelude_function("asyncio.run")?;
        let types = [Type::ERROR, Type::NONE];
        Some(self.engine.request(definition, None, &types, None))
    }

    /// The input fields.
    pub fn inputs(&mut self, function: FunctionId) -> Vec<Input> {
        let bounds = self.main_bounds(function);
        let unit = self.file.names.functions[function.index()];
        let mut inputs = Vec::new();
        for (index, (bound, parameter)) in bounds
            .iter()
            .zip(&self.tree.function(function).parameters)
            .enumerate()
        {
            let span = parameter.name.span;
            let schema: SchemaId = self.schema(bound, 0);
            let default = if !is_input(parameter.kind) {
                let empty = match parameter.kind {
                    ParameterKind::VariadicPositional => {
                        ExprKind::Constant(Constant::Tuple(Vec::new()))
                    }
                    _ => ExprKind::Dict(Vec::new()),
                };
                Some(self.expr(empty, Type::ERROR, span))
            } else {
                parameter
                    .default
                    .map(|default| self.input_default(default, unit, index, span))
            };
            inputs.push(Input {
                name: self.tree.name(parameter.name.name).to_owned(),
                schema,
                default,
                default_span: parameter.default.map(|id| self.tree.expr(id).span),
                span,
            });
        }
        inputs
    }

    fn input_default(
        &mut self,
        default: salami_syntax::tree::ExprId,
        unit: crate::names::UnitId,
        index: usize,
        span: Span,
    ) -> crate::typed::Expr {
        if let Some(constant) = literal(self.file, default) {
            return self.constant(constant, span).code;
        }
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let node = self.engine.default_node(self.file.id, unit, index);
        let type_ = self.engine.types.content(node);
        let name = format!(
            "{}.defaults.{index}",
            self.file.names.units[unit.index()].name
        );
        let id = self.hidden_global(GlobalKey::Default(unit, index), name);
        self.expr(ExprKind::Global(id), type_, span)
    }

    /// What a function that nobody calls is assumed to get: what its annotations say.
    pub fn assumed_arguments(&mut self, definition: DefinitionId) -> Vec<Type> {
        let Some(syntax) = self.engine.syntax(definition) else {
            return Vec::new();
        };
        let file = self.file;
        let unit = self.engine.definitions[definition.0 as usize].unit;
        let class = file.names.units[unit.index()].class;
        syntax
            .parameters
            .iter()
            .enumerate()
            .map(|(index, parameter)| {
                if index == 0
                    && let Some(class) = class
                    && let Some(&class) = self.engine.class_index.get(&(file.id, class.0))
                    && syntax.decorators.is_empty()
                {
                    return self
                        .engine
                        .types
                        .instance(crate::types::ClassRef::Program(class));
                }
                match (parameter.annotation, parameter.kind) {
                    (
                        Some(annotation),
                        ParameterKind::PositionalOnly
                        | ParameterKind::PositionalOrKeyword
                        | ParameterKind::KeywordOnly,
                    ) => {
                        let bound = self.bound_of(annotation, file);
                        if bound == Bound::Any || !is_data(&bound) {
                            return Type::ERROR;
                        }
                        self.decoded_type(&bound, parameter.name.span, &mut 700)
                    }
                    _ => Type::ERROR,
                }
            })
            .collect()
    }
}

/// Whether what an annotation names is all data: of functions, classes and exceptions it does not say what they do.
fn is_data(bound: &Bound) -> bool {
    match bound {
        Bound::Callable | Bound::Class => false,
        Bound::Native(name, arguments) => {
            face::class(name).is_some_and(|class| matches!(class.kind, ClassKind::Native(_)))
                && arguments.iter().all(is_data)
        }
        Bound::Union(parts) | Bound::Tuple(parts) | Bound::Protocol(_, parts) => {
            parts.iter().all(is_data)
        }
        Bound::Any | Bound::Literal(_) | Bound::Program(_) | Bound::Record(_) => true,
    }
}
