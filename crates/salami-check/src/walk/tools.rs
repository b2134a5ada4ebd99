//! Tools in a program: names of their modules, and the functions that stand for calls of the host.

use salami_source::Span;
use salami_syntax::tree::{Argument, ExprId, FunctionId};

use super::annotation::Bound;
use super::signature::Fit;
use super::{Value, Walker};
use crate::codes;
use crate::engine::{DefinitionId, VariantKey};
use crate::help::Help;
use crate::names::Static;
use crate::tools::{self, ToolFunction};
use crate::typed::{Capability, ExprKind, Failure, Kind, Stmt, StmtKind};
use crate::types::{ClassRef, Tuple, Type, bit};

/// The parameter that says how long an event is waited for.
const TIMEOUT: &str = "timeout";
/// Types that are deeper than this are taken for data.
const DEEPEST: u32 = 12;

impl<'a> Walker<'_, 'a> {
    /// A call of a name of a tool's module: `email.send(...)`.
    pub(super) fn tool_call(
        &mut self,
        id: ExprId,
        module: &str,
        name: &str,
        arguments: &'a [Argument],
    ) -> Option<Value> {
        let span = self.tree.expr(id).span;
        let (file, entity) = self.engine.tools.item(module, name)?;
        match entity {
            Static::Function(function) => {
                let unit = file.names.functions[function.index()];
                let definition = self.engine.definition(file.id, unit);
                let given = self.arguments(arguments);
                Some(self.call_program(definition, None, None, None, given, span))
            }
            Static::Class(class) => {
                let &index = self.engine.class_index.get(&(file.id, class.0))?;
                let given = self.arguments(arguments);
                Some(self.construct(ClassRef::Program(index), given, span))
            }
            Static::Module(_) | Static::Imported(..) | Static::Constant(_) => None,
        }
    }

    /// The value of a name of a tool's module.
    pub(super) fn tool_value(&mut self, module: &str, name: &str, span: Span) -> Value {
        let dotted = format!("{module}.{name}");
        if tools::is_module(&dotted) {
            return self.tool_module(&dotted, span);
        }
        let Some(tool) = self.engine.tools.module(module) else {
            // The import of a tool that is not there was reported.
            return self.error_value(span);
        };
        match tool.item(name) {
            Some((file, Static::Function(function))) => {
                let unit = file.names.functions[function.index()];
                let definition = self.engine.definition(file.id, unit);
                if self.is_for_engine(definition, span) {
                    return self.error_value(span);
                }
                self.function_value(definition, span)
            }
            Some((file, Static::Class(class))) => {
                match self.engine.class_index.get(&(file.id, class.0)) {
                    Some(&index) => self.class_value(ClassRef::Program(index), span),
                    None => self.error_value(span),
                }
            }
            Some((file, Static::Constant(value))) => {
                match super::arguments::literal(file, *value) {
                    Some(constant) => self.constant(constant, span),
                    None => self.error_value(span),
                }
            }
            _ => {
                let message = format!("the tool `{}` has no `{name}`", tool.name);
                let help = self.tool_name_help(name, tool.offered(), span);
                self.error(codes::MODULE_NAME, span, message, help);
                self.error_value(span)
            }
        }
    }

    /// Whether a name is imported from a tool that does not have it.
    pub(super) fn is_missing_in_tool(&self, module: &str, name: &str) -> bool {
        let tool = self.engine.tools.module(module);
        tool.is_some_and(|tool| tool.item(name).is_none())
    }

    /// A tool is no value, its functions are.
    pub(super) fn tool_module(&mut self, dotted: &str, span: Span) -> Value {
        if self.engine.tools.module(dotted).is_none() {
            return self.error_value(span);
        }
        let help = "pass the function that is wanted: `email.send`";
        self.unsupported(span, "a tool as a value", help)
    }

    /// Reports what an import of tools gets wrong.
    pub(super) fn check_tool_import(&mut self, module: &str, span: Span) -> bool {
        if module == tools::PACKAGE || self.engine.tools.module(module).is_some() {
            return true;
        }
        let name = module.strip_prefix("tools.").unwrap_or(module).to_owned();
        self.no_such_tool(&name, span);
        false
    }

    fn no_such_tool(&mut self, name: &str, span: Span) {
        let names = &self.engine.tools.names;
        let help = if names.is_empty() {
            Help::new(format!(
                "there are no tools here; one is declared by a stub, `tools/{name}.pyi`"
            ))
        } else {
            let names = names.iter().map(String::as_str);
            self.tool_name_help(name, names, span)
        };
        let message = format!("there is no tool `{name}`");
        self.error(codes::TOOL_UNKNOWN, span, message, help);
    }

    /// `from tools import name`, `from tools.email import name`.
    pub(super) fn check_tool_name(&mut self, module: &str, name: &str, span: Span) {
        if module == tools::PACKAGE {
            if self
                .engine
                .tools
                .module(&format!("{module}.{name}"))
                .is_none()
            {
                self.no_such_tool(name, span);
            }
            return;
        }
        if let Some(tool) = self.engine.tools.module(module)
            && tool.item(name).is_none()
        {
            let message = format!("the tool `{}` has no `{name}`", tool.name);
            let help = self.tool_name_help(name, tool.offered(), span);
            self.error(codes::MODULE_NAME, span, message, help);
        }
    }

    /// What a definition is as a tool's function.
    pub(super) fn tool_function(&self, definition: DefinitionId) -> Option<&'a ToolFunction> {
        let definition = &self.engine.definitions[definition.0 as usize];
        if definition.file < tools::FIRST_FILE {
            return None;
        }
        let file = self.engine.files.get(&definition.file)?;
        match file.names.units[definition.unit.index()].kind {
            crate::names::UnitKind::Function(function) => {
                self.engine.tools.function(definition.file, function)
            }
            _ => None,
        }
    }

    /// Reports a tool's function that takes functions of the program in a form that is not known: others
    /// are loops (`tools/visitors.rs`).
    pub(super) fn is_for_engine(&mut self, definition: DefinitionId, span: Span) -> bool {
        let Some(function) = self.tool_function(definition) else {
            return false;
        };
        let Some(parameter) = function.callables.first() else {
            return false;
        };
        let message = format!(
            "`{}` calls a function of the program, its `{parameter}`, and its stub does not tell with what",
            function.service
        );
        let help = "write the types of what it is called with into the stub: `visit: Callable[[str, int], None]`";
        self.error(codes::TOOL_ENGINE, span, message, Some(help.to_owned()));
        true
    }

    /// The body of a tool's function: the call of the host.
    pub(super) fn tool_body(
        &mut self,
        id: FunctionId,
        function: &'a ToolFunction,
        out: &mut Vec<Stmt>,
    ) {
        let file = self.file;
        let syntax = self.tree.function(id);
        let span = syntax.span;
        if !self.env.reachable {
            return;
        }
        let is_open = self.engine.variant(self.variant).key == VariantKey::Open;
        let mut waits_for_ever = false;
        let mut arguments = Vec::new();
        // What the class describes that it is given.
        let mut described: Option<Bound> = None;
        for (index, parameter) in syntax.parameters.iter().enumerate() {
            let variable = u32::try_from(index).unwrap_or(u32::MAX);
            let value = self.read_variable(variable, parameter.name.span);
            let class = function.takes_class.as_ref();
            if class.is_some_and(|class| class.index == index) && self.holds_class(value.type_) {
                let name = self.tree.name(parameter.name.name).to_owned();
                let at = parameter.name.span;
                described = self.class_given(value.type_, function, &name, at);
                arguments.push(match &described {
                    Some(bound) => {
                        let bound = bound.clone();
                        self.json_schema(&bound, span)
                    }
                    None => value.code,
                });
                continue;
            }
            self.check_data(value.type_, function, index, syntax, is_open);
            let is_timeout = self.tree.name(parameter.name.name) == TIMEOUT;
            waits_for_ever |= function.is_event && is_timeout && value.type_ == Type::NONE;
            arguments.push(value.code);
        }
        let class = function.takes_class.as_ref();
        self.variable = class
            .zip(described.as_ref())
            .map(|(class, described)| (class.variable.clone(), described.clone()));
        let bound = match syntax.returns {
            Some(annotation) => {
                let bound = self.bound_of(annotation, file);
                self.as_decoded(&bound)
            }
            None => Bound::Any,
        };
        self.variable = None;
        let place = syntax.name.map_or(span, |name| name.span);
        let type_ = self.decoded_type(&bound, place, &mut 300);
        self.fill_decoded(&bound, 0);
        if self.emits {
            // Where it depends on a class what is answered, that is seen after the border.
            let at_border = match class {
                Some(_) => &Bound::Any,
                None => &bound,
            };
            let result = self.schema(at_border, 0);
            let parameters = syntax.parameters.iter();
            let names = parameters.map(|parameter| self.tree.name(parameter.name.name).to_owned());
            let capability = Capability {
                name: function.service.clone(),
                parameters: names.collect(),
                result,
            };
            self.engine
                .capabilities
                .insert(function.service.clone(), capability);
            self.engine.noted.service(self.variant, &function.service);
        }
        let call = ExprKind::Service(function.service.clone(), arguments);
        let mut call = match class {
            Some(_) => {
                let call = self.expr(call, Type::JSON, span);
                self.answer_of_class(call, &bound, function, place).code
            }
            None => self.expr(call, type_, span),
        };
        let mut answered = type_;
        if waits_for_ever {
            answered = self.engine.types.without_none(type_);
        }
        if answered != type_ {
            // The host keeps this promise; one that does not is told so, as with any answer that is not what
            // the stub says.
            let text = format!("{}() answered {{}}, and has no timeout", function.service);
            let values = self.values(answered);
            call = self.expr(
                ExprKind::Expect(call, values, Failure::Type(text)),
                answered,
                span,
            );
        }
        let node = self.engine.variant(self.variant).result;
        self.engine.types.write(node, answered);
        out.push(Self::statement(StmtKind::Return(Some(call)), span));
    }

    /// Whether a class is among what a type allows.
    fn holds_class(&mut self, type_: Type) -> bool {
        let mut parts = self.engine.types.parts(type_).into_iter();
        parts.any(|part| !self.engine.types.data(part).classes.is_empty())
    }

    /// What cannot leave the program as data is refused; so is, where calls through function values
    /// were not checked before, what the annotation does not allow.
    fn check_data(
        &mut self,
        type_: Type,
        function: &ToolFunction,
        index: usize,
        syntax: &salami_syntax::tree::FunctionDefinition,
        is_open: bool,
    ) {
        let Some(parameter) = syntax.parameters.get(index) else {
            return;
        };
        let name = self.tree.name(parameter.name.name);
        let service = &function.service;
        if is_open && let Some(annotation) = parameter.annotation {
            let file = self.file;
            let bound = self.bound_of(annotation, file);
            let fit = self.within(type_, &bound, 0);
            if fit != Fit::Yes {
                let wanted = file.source.slice(file.tree.expr(annotation).span);
                let (shown, verb) = (
                    self.show(type_),
                    if fit == Fit::No { "is" } else { "may be" },
                );
                let message =
                    format!("argument `{name}` of {service}() {verb} `{shown}`, not `{wanted}`");
                let help = "call it with values of that type";
                self.error(
                    codes::TYPE_ARGUMENT,
                    parameter.name.span,
                    message,
                    Some(help.to_owned()),
                );
                return;
            }
        }
        if let Some(stranger) = self.stranger(type_, 0) {
            let shown = self.show(stranger);
            let what = if self.engine.types.data(stranger).functions.is_empty() {
                format!("argument `{name}` of {service}() holds `{shown}`, which is no data")
            } else {
                format!("argument `{name}` of {service}() is a function, and tools take data")
            };
            let help =
                "pass None, bool, int, float, str, dates, dataclasses, or lists and dicts of such";
            self.error(
                codes::TYPE_ARGUMENT,
                parameter.name.span,
                what,
                Some(help.to_owned()),
            );
        }
    }

    /// A part of a type that has no form outside of the program.
    fn stranger(&mut self, type_: Type, depth: u32) -> Option<Type> {
        const SCALARS: u64 = bit(Kind::None)
            | bit(Kind::Bool)
            | bit(Kind::Int)
            | bit(Kind::Float)
            | bit(Kind::Str)
            | bit(Kind::Date)
            | bit(Kind::Time)
            | bit(Kind::DateTime)
            | bit(Kind::Decimal);
        if depth > DEEPEST || matches!(type_, Type::ERROR | Type::NEVER | Type::OMITTED) {
            return None;
        }
        for part in self.engine.types.parts(type_) {
            let data = self.engine.types.data(part).clone();
            if !data.functions.is_empty() || !data.classes.is_empty() || data.module.is_some() {
                return Some(part);
            }
            if data.scalars & !SCALARS != 0 {
                return Some(part);
            }
            for container in &data.containers {
                if !matches!(
                    container.kind,
                    Kind::List | Kind::Dict | Kind::Set | Kind::FrozenSet | Kind::Deque
                ) {
                    return Some(part);
                }
                for &node in &container.nodes {
                    let inner = self.read(node);
                    if let Some(found) = self.stranger(inner, depth + 1) {
                        return Some(found);
                    }
                }
            }
            let elements = match &data.tuple {
                Some(Tuple::Fixed(elements)) => elements.to_vec(),
                Some(Tuple::Variadic(node)) => vec![self.read(*node)],
                None => Vec::new(),
            };
            for element in elements {
                if let Some(found) = self.stranger(element, depth + 1) {
                    return Some(found);
                }
            }
            for class in &data.instances {
                let ClassRef::Program(index) = *class else {
                    return Some(part);
                };
                let info = &self.engine.classes[index as usize];
                let is_data = info.shows_fields || info.compares_equal || info.is_enumeration;
                if !is_data {
                    return Some(part);
                }
                let fields: Vec<_> = info.fields.iter().map(|field| field.node).collect();
                if info.is_enumeration {
                    continue;
                }
                for node in fields {
                    let inner = self.read(node);
                    if let Some(found) = self.stranger(inner, depth + 1) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }
}
