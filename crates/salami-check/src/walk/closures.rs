//! Function values: closures, bound methods, natives as values; def and class statements.

use salami_source::Span;
use salami_syntax::tree::FunctionId;

use super::arguments::{has_own_defaults, literal};
use super::{Value, Walker};
use crate::engine::{DefinitionId, GlobalKey, VariantId, VariantKey};
use crate::names::{Binding, VariableKind};
use crate::typed::{
    self, Capture, Constant, ExprKind, LocalId, Place, Stmt, StmtKind, Storage, ValueSet,
};
use crate::types::{Callee, ClassRef, Type};

impl<'a> Walker<'_, 'a> {
    /// Which parameters of a function have defaults that each function value holds.
    pub(super) fn own_defaults(
        &self,
        definition: DefinitionId,
    ) -> Vec<(usize, salami_syntax::tree::ExprId)> {
        let file = self.engine.file_of(definition);
        let unit = self.engine.definitions[definition.0 as usize].unit;
        let Some(syntax) = self.engine.syntax(definition) else {
            return Vec::new();
        };
        if !has_own_defaults(file, unit) {
            return Vec::new();
        }
        syntax
            .parameters
            .iter()
            .enumerate()
            .filter_map(|(index, parameter)| parameter.default.map(|default| (index, default)))
            .filter(|(_, default)| literal(file, *default).is_none())
            .collect()
    }

    /// The value of a lambda or nested def.
    pub(super) fn closure(&mut self, function: FunctionId, span: Span) -> Value {
        let unit_id = self.file.names.functions[function.index()];
        let definition = self.engine.definition(self.file.id, unit_id);
        let unit = &self.file.names.units[unit_id.index()];
        let mut captures = Vec::new();
        for variable in &unit.variables {
            if let VariableKind::Captured(outer) = variable.kind
                && let Some(Some(local)) = self.places.get(outer as usize)
            {
                captures.push(Capture::Local(*local));
            }
        }
        for (index, default) in self.own_defaults(definition) {
            let value = self.expression(default);
            let node = self.default_cell(self.variant, definition, index);
            self.engine.types.write(node, value.type_);
            captures.push(Capture::Fresh(value.code));
        }
        let maker = (!captures.is_empty()).then_some(self.variant);
        let callee = Callee::Program {
            definition,
            maker,
            receiver: None,
        };
        let type_ = self.engine.types.function(callee);
        let open = self.open_function(definition, maker, span);
        self.value(ExprKind::Closure(open, captures), type_, span)
    }

    /// The node of a default that each function value holds.
    pub(super) fn default_cell(
        &mut self,
        maker: VariantId,
        definition: DefinitionId,
        index: usize,
    ) -> crate::types::Node {
        let key = (
            Span::new(u32::MAX, definition.0),
            u16::try_from(index).unwrap_or(u16::MAX),
        );
        if let Some(&node) = self.engine.variant(maker).nodes.get(&key) {
            return node;
        }
        let node = self.engine.types.node();
        self.engine.variant_mut(maker).nodes.insert(key, node);
        node
    }

    /// The open version, which function values run.
    fn open_function(
        &mut self,
        definition: DefinitionId,
        maker: Option<VariantId>,
        span: Span,
    ) -> typed::FunctionId {
        if !self.emits {
            return typed::FunctionId(0);
        }
        let variant =
            self.engine
                .request_joined(definition, maker, &[], Some((self.variant, span)), true);
        self.engine.function_id(variant)
    }

    /// A top-level function as a value.
    pub(super) fn function_value(&mut self, definition: DefinitionId, span: Span) -> Value {
        let type_ = self.engine.types.function(Callee::Program {
            definition,
            maker: None,
            receiver: None,
        });
        let open = self.open_function(definition, None, span);
        self.value(ExprKind::Closure(open, Vec::new()), type_, span)
    }

    /// A method with its receiver as a value: a wrapper that captures the receiver.
    pub(super) fn bound_method(
        &mut self,
        definition: DefinitionId,
        receiver: Value,
        span: Span,
    ) -> Value {
        let callee = Callee::Program {
            definition,
            maker: None,
            receiver: Some(receiver.type_),
        };
        let type_ = self.engine.types.function(callee.clone());
        if !self.emits {
            return self.value(
                ExprKind::Closure(typed::FunctionId(0), Vec::new()),
                type_,
                span,
            );
        }
        let open = self.open_function(definition, None, span);
        let count = self.engine.parameter_count(definition).saturating_sub(1);
        let wrapper = self.wrapper(&callee, count, 1, span, |arguments| {
            ExprKind::Call(open, arguments)
        });
        self.value(
            ExprKind::Closure(wrapper, vec![Capture::Fresh(receiver.code)]),
            type_,
            span,
        )
    }

    /// The function that values of a callee run.
    pub(super) fn function_of(&mut self, callee: &Callee, span: Span) -> typed::FunctionId {
        if !self.emits {
            return typed::FunctionId(0);
        }
        match callee {
            Callee::Program {
                definition,
                maker,
                receiver: None,
            } => self.open_function(*definition, *maker, span),
            Callee::Program { definition, .. } => {
                let open = self.open_function(*definition, None, span);
                let count = self.engine.parameter_count(*definition).saturating_sub(1);
                self.wrapper(callee, count, 1, span, |arguments| {
                    ExprKind::Call(open, arguments)
                })
            }
            Callee::Native(..) | Callee::NativeMethod(..) => {
                let captured = usize::from(matches!(callee, Callee::NativeMethod(_, _, Some(_))));
                match self.native_wrapper(callee, captured, span) {
                    Some(wrapper) => wrapper,
                    None => self.uncallable_wrapper(callee, span),
                }
            }
        }
    }

    /// A native method with its receiver as a value.
    pub(super) fn bound_native(&mut self, callee: Callee, receiver: Value, span: Span) -> Value {
        let type_ = self.engine.types.function(callee.clone());
        if !self.emits {
            return self.value(
                ExprKind::Closure(typed::FunctionId(0), Vec::new()),
                type_,
                span,
            );
        }
        match self.native_wrapper(&callee, 1, span) {
            Some(wrapper) => self.value(
                ExprKind::Closure(wrapper, vec![Capture::Fresh(receiver.code)]),
                type_,
                span,
            ),
            None => self.uncallable(&callee, type_, span),
        }
    }

    /// A native function as a value.
    pub(super) fn native_value(&mut self, callee: Callee, type_: Type, span: Span) -> Value {
        if !self.emits {
            return self.value(
                ExprKind::Closure(typed::FunctionId(0), Vec::new()),
                type_,
                span,
            );
        }
        match self.native_wrapper(&callee, 0, span) {
            Some(wrapper) => self.value(ExprKind::Closure(wrapper, Vec::new()), type_, span),
            // Calls of it are resolved here; the value itself is never called.
            None => self.uncallable(&callee, type_, span),
        }
    }

    /// A function value that only the checker calls, by other ways.
    fn uncallable(&mut self, callee: &Callee, type_: Type, span: Span) -> Value {
        let wrapper = self.uncallable_wrapper(callee, span);
        self.value(ExprKind::Closure(wrapper, Vec::new()), type_, span)
    }

    fn uncallable_wrapper(&mut self, callee: &Callee, span: Span) -> typed::FunctionId {
        let message = self.constant(
            Constant::Str("this function cannot be called as a value".to_owned()),
            span,
        );
        let raised = self.new_exception("TypeError", vec![message], span);
        let none = self.none(span);
        let steps = vec![Self::statement(StmtKind::Raise(raised.code, None), span)];
        self.wrapper(callee, 0, 0, span, |_| ExprKind::Block(steps, none.code))
    }

    /// How many arguments values of a native function take.
    pub(super) fn native_arity(&self, callee: &Callee) -> Option<usize> {
        use salami_syntax::tree::ParameterKind;
        let (function, is_method, is_bound) = match callee {
            Callee::Native(module, name) => match crate::face::module(module)?.get(name)? {
                crate::face::FaceEntry::Function(function) => (function, false, false),
                _ => return None,
            },
            Callee::NativeMethod(class, name, receiver) => {
                match crate::face::class(class)?.find(name)?.member {
                    crate::face::FaceMember::Method(function) => {
                        (function, true, receiver.is_some())
                    }
                    crate::face::FaceMember::ClassMethod(function)
                    | crate::face::FaceMember::StaticMethod(function) => (function, false, false),
                    _ => return None,
                }
            }
            Callee::Program { .. } => return None,
        };
        let signature = function.overloads.iter().find(|signature| {
            matches!(
                signature.target,
                crate::face::Target::Leaf(_)
                    | crate::face::Target::Intrinsic(_)
                    | crate::face::Target::Erased(_)
            )
        })?;
        let needed = signature
            .parameters
            .iter()
            .filter(|parameter| {
                parameter.default.is_none()
                    && !matches!(
                        parameter.kind,
                        ParameterKind::VariadicPositional | ParameterKind::VariadicKeyword
                    )
            })
            .count();
        Some(needed + usize::from(is_method && !is_bound))
    }

    /// A function that calls a leaf with the parameters that must be given.
    fn native_wrapper(
        &mut self,
        callee: &Callee,
        captured: usize,
        span: Span,
    ) -> Option<typed::FunctionId> {
        let (function, has_receiver) = match callee {
            Callee::Native(module, name) => match crate::face::module(module)?.get(name)? {
                crate::face::FaceEntry::Function(function) => (function, false),
                _ => return None,
            },
            Callee::NativeMethod(class, name, _) => {
                match crate::face::class(class)?.find(name)?.member {
                    crate::face::FaceMember::Method(function) => (function, true),
                    crate::face::FaceMember::ClassMethod(function)
                    | crate::face::FaceMember::StaticMethod(function) => (function, false),
                    _ => return None,
                }
            }
            Callee::Program { .. } => return None,
        };
        if let Some((signature, name)) =
            function
                .overloads
                .iter()
                .find_map(|signature| match signature.target {
                    crate::face::Target::Erased(name) => Some((signature, name)),
                    _ => None,
                })
        {
            return self.erased_wrapper(callee, signature, name, captured, span);
        }
        let (signature, leaf) = function
            .overloads
            .iter()
            .find_map(|signature| match signature.target {
                crate::face::Target::Leaf(leaf) => Some((signature, leaf)),
                crate::face::Target::Intrinsic(name) if name.ends_with("len") => {
                    Some((signature, "len"))
                }
                _ => None,
            })?;
        let mut count = usize::from(has_receiver) - captured.min(usize::from(has_receiver));
        let mut rest = Vec::new();
        for parameter in &signature.parameters {
            use salami_syntax::tree::ParameterKind;
            match (parameter.kind, &parameter.default) {
                (ParameterKind::VariadicPositional, _) => rest.push(Constant::Tuple(Vec::new())),
                (ParameterKind::VariadicKeyword, _) => return None,
                (_, Some(default)) => rest.push(default.clone()),
                (_, None) => count += 1,
            }
        }
        Some(
            self.wrapper(callee, count, captured, span, |mut arguments| {
                for constant in rest {
                    arguments.push(typed::Expr {
                        kind: Box::new(ExprKind::Constant(constant)),
                        values: ValueSet::ANY,
                        span,
                    });
                }
                match (leaf, arguments.pop()) {
                    ("len", Some(value)) => ExprKind::Length(value),
                    (_, last) => {
                        arguments.extend(last);
                        ExprKind::Leaf(leaf, arguments)
                    }
                }
            }),
        )
    }

    /// A function that calls one of the prelude for which types have no parameters.
    fn erased_wrapper(
        &mut self,
        callee: &Callee,
        signature: &'static crate::face::FaceSignature,
        name: &str,
        captured: usize,
        span: Span,
    ) -> Option<typed::FunctionId> {
        use salami_syntax::tree::ParameterKind;
        let definition = self.prelude_function(name)?;
        let mut types = Vec::new();
        let mut count = 0;
        if let Callee::NativeMethod(class, ..) = callee {
            let class = self.engine.represented(class)?;
            types.push(self.one_of_family(ClassRef::Program(class)));
            count = 1 - captured.min(1);
        }
        let mut rest = Vec::new();
        for parameter in &signature.parameters {
            match (parameter.kind, &parameter.default) {
                (ParameterKind::VariadicPositional | ParameterKind::VariadicKeyword, _) => {
                    return None;
                }
                (_, Some(default)) => {
                    types.push(self.engine.types.of_constant(default));
                    rest.push(default.clone());
                }
                (_, None) => {
                    let wanted = self.instantiate_plain(&parameter.type_, span);
                    let is_plain = self.engine.types.data(wanted).containers.is_empty()
                        && wanted != Type::NEVER
                        && wanted != Type::JSON;
                    types.push(if is_plain { wanted } else { Type::ERROR });
                    count += 1;
                }
            }
        }
        let caller = Some((self.variant, span));
        let variant = self.engine.request(definition, None, &types, caller);
        self.engine.result(variant, self.variant);
        let function = self.engine.function_id(variant);
        Some(
            self.wrapper(callee, count, captured, span, |mut arguments| {
                for constant in rest {
                    arguments.push(typed::Expr {
                        kind: Box::new(ExprKind::Constant(constant)),
                        values: ValueSet::ANY,
                        span,
                    });
                }
                ExprKind::Call(function, arguments)
            }),
        )
    }

    /// A function value's function that only calls another, with what it captured first.
    fn wrapper(
        &mut self,
        callee: &Callee,
        parameters: usize,
        captured: usize,
        span: Span,
        body: impl FnOnce(Vec<typed::Expr>) -> ExprKind,
    ) -> typed::FunctionId {
        let key = match callee {
            Callee::Program {
                definition, maker, ..
            } => Callee::Program {
                definition: *definition,
                maker: *maker,
                receiver: None,
            },
            Callee::NativeMethod(class, name, _) => {
                Callee::NativeMethod(class, name, (captured > 0).then_some(Type::NEVER))
            }
            other => other.clone(),
        };
        if let Some(&known) = self.engine.wrappers.get(&(key.clone(), parameters)) {
            return known;
        }
        let id = self.engine.reserve_function();
        self.engine.wrappers.insert((key, parameters), id);
        let mut locals = Vec::new();
        for index in 0..parameters + captured {
            let storage = if index < parameters {
                Storage::Register
            } else {
                Storage::Captured
            };
            let role = u16::try_from(index).unwrap_or(u16::MAX);
            locals.push(typed::Local {
                name: None,
                values: ValueSet::ANY,
                storage,
                key: (span.start, role),
            });
        }
        let read = |index: usize| typed::Expr {
            kind: Box::new(ExprKind::Local(LocalId(
                u32::try_from(index).unwrap_or(u32::MAX),
            ))),
            values: ValueSet::ANY,
            span,
        };
        let arguments = (parameters..parameters + captured)
            .chain(0..parameters)
            .map(read)
            .collect();
        let call = typed::Expr {
            kind: Box::new(body(arguments)),
            values: ValueSet::ANY,
            span,
        };
        let name = crate::types::Namer::function(self.engine, callee);
        self.engine.functions[id.index()] = Some(typed::Function {
            name,
            file: salami_source::FileId(self.file.id),
            span,
            parameters: u32::try_from(parameters).unwrap_or(u32::MAX),
            captures: u32::try_from(captured).unwrap_or(u32::MAX),
            locals,
            result: ValueSet::ANY,
            kind: typed::FunctionKind::Plain,
            open: true,
            body: vec![Self::statement(StmtKind::Return(Some(call)), span)],
        });
        id
    }

    // ---- statements

    pub(super) fn define_function(
        &mut self,
        function: FunctionId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let tree = self.tree;
        let syntax = tree.function(function);
        let Some(name) = syntax.name else { return };
        let unit = self.file.names.functions[function.index()];
        let is_variable = matches!(self.file.names.binder(name.span), Binding::Variable(_));
        if !is_variable || !has_own_defaults(self.file, unit) {
            self.store_defaults(unit, span, out);
        }
        let Binding::Variable(variable) = self.file.names.binder(name.span) else {
            return;
        };
        let mut value = self.closure(function, span);
        for &decorator in syntax.decorators.iter().rev() {
            value = self.decorated(decorator, value, span);
        }
        out.extend(self.assign_variable(variable, value, span));
    }

    fn decorated(
        &mut self,
        decorator: salami_syntax::tree::ExprId,
        value: Value,
        span: Span,
    ) -> Value {
        let name = crate::engine::decorator_name(self.tree, decorator);
        if name == "singledispatch" {
            return self.unsupported(
                span,
                &format!("the decorator `@{name}`"),
                "write one function with `match`",
            );
        }
        if name == "wraps" {
            // Names and documentation are all that it copies.
            self.note_wrapped(decorator, value.type_);
            return value;
        }
        let function = self.expression(decorator);
        self.call_value(function, vec![super::calls::Given::positional(value)], span)
    }

    /// Evaluates the defaults of a function that are made once.
    pub(super) fn store_defaults(
        &mut self,
        unit: crate::names::UnitId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let definition = self.engine.definition(self.file.id, unit);
        let Some(syntax) = self.engine.syntax(definition) else {
            return;
        };
        for (index, parameter) in syntax.parameters.iter().enumerate() {
            let Some(default) = parameter.default else {
                continue;
            };
            if literal(self.file, default).is_some() {
                continue;
            }
            let value = self.expression(default);
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let node = self.engine.default_node(self.file.id, unit, index);
            self.engine.types.write(node, value.type_);
            let name = format!(
                "{}.defaults.{index}",
                self.file.names.units[unit.index()].name
            );
            let id = self.hidden_global(GlobalKey::Default(unit, index), name);
            out.push(Self::statement(
                StmtKind::Assign(Place::Global(id), value.code),
                span,
            ));
        }
    }

    /// Reads a default that the function value holds, into the parameter.
    pub(super) fn omitted(&mut self, variable: u32, out: &mut Vec<Stmt>) {
        let definition = self.engine.variant(self.variant).definition;
        let Some(maker) = self.engine.variant(self.variant).maker else {
            return;
        };
        let index = variable as usize;
        let defaults = self.own_defaults(definition);
        let Some(position) = defaults.iter().position(|(known, _)| *known == index) else {
            return;
        };
        let node = self.default_cell(maker, definition, index);
        let type_ = self.read(node);
        let local = self.first_default + u32::try_from(position).unwrap_or(u32::MAX);
        let span = self.unit.variables[index].span;
        let value = self.value(ExprKind::Local(LocalId(local)), type_, span);
        out.extend(self.assign_variable(variable, value, span));
    }

    /// Whether the open version is called by anyone.
    pub(super) fn is_dead_open(&self) -> bool {
        let variant = self.engine.variant(self.variant);
        variant.key == VariantKey::Open && !variant.is_known
    }
}
