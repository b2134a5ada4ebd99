//! Calls: what is called, and calls of functions of the program.

use salami_source::Span;
use salami_syntax::tree::{self, Argument, ArgumentKind, ExprId};

use super::{Value, Walker};
use crate::codes;
use crate::engine::{DefinitionId, MethodKind, VariantId};
use crate::names::{Binding, Static};
use crate::typed::{Expr, ExprKind, FunctionId, StmtKind};
use crate::types::{Callee, ClassRef, Type};

/// An argument of a call, evaluated.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub kind: GivenKind,
    pub value: Value,
    pub span: Span,
}

/// How an argument is passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GivenKind {
    Positional,
    Star,
    Keyword(String),
    DoubleStar,
}

impl Given {
    pub(super) fn positional(value: Value) -> Self {
        let span = value.code.span;
        Self {
            kind: GivenKind::Positional,
            value,
            span,
        }
    }
}

impl<'a> Walker<'_, 'a> {
    /// The arguments of a call, in order.
    pub(super) fn arguments(&mut self, arguments: &'a [Argument]) -> Vec<Given> {
        arguments
            .iter()
            .map(|argument| {
                let value = self.expression(argument.value);
                let kind = match argument.kind {
                    ArgumentKind::Positional => GivenKind::Positional,
                    ArgumentKind::Star => GivenKind::Star,
                    ArgumentKind::Keyword(name) => {
                        GivenKind::Keyword(self.tree.name(name.name).to_owned())
                    }
                    ArgumentKind::DoubleStar => GivenKind::DoubleStar,
                };
                Given {
                    kind,
                    value,
                    span: self.tree.expr(argument.value).span,
                }
            })
            .collect()
    }

    pub(super) fn call(&mut self, id: ExprId, callee: ExprId, arguments: &'a [Argument]) -> Value {
        let tree = self.tree;
        let span = tree.expr(id).span;
        match &tree.expr(callee).kind {
            tree::ExprKind::Name(_) => match self.file.names.expr(callee) {
                Binding::Builtin => {
                    if let Some(value) = self.special_call(id, self.text(callee), arguments) {
                        return value;
                    }
                }
                Binding::Static(_) => match self.static_of(callee) {
                    Some(Static::Function(function)) => {
                        let unit = self.file.names.functions[function.index()];
                        let definition = self.engine.definition(self.file.id, unit);
                        let given = self.arguments(arguments);
                        return self.call_program(definition, None, None, None, given, span);
                    }
                    Some(Static::Class(class)) => {
                        if let Some(&index) = self.engine.class_index.get(&(self.file.id, class.0))
                        {
                            let given = self.arguments(arguments);
                            return self.construct(ClassRef::Program(index), given, span);
                        }
                    }
                    Some(Static::Imported(module, name)) => {
                        if let Some(value) = self.imported_call(id, module, name, arguments) {
                            return value;
                        }
                    }
                    _ => {}
                },
                _ => {}
            },
            tree::ExprKind::Attribute { value, name } => {
                if let Some(module) = crate::engine::module_named(self.file, *value) {
                    if let Some(value) =
                        self.imported_call(id, &module, tree.name(name.name), arguments)
                    {
                        return value;
                    }
                } else if let Some(value) = self.super_call(*value, *name, arguments, span) {
                    return value;
                } else if tree.name(name.name) != "__class__" {
                    return self.method_call(callee, *value, *name, arguments, span);
                }
            }
            _ => {}
        }
        let function = self.expression(callee);
        if function.type_ == Type::NEVER {
            return function;
        }
        let mut statements = Vec::new();
        if let tree::ExprKind::Name(name) = tree.expr(callee).kind
            && self.unit_id != crate::names::UnitId::MODULE
            && self.file.names.early.contains(&name)
        {
            // A call of a known function does not read the variable, which may be unset.
            statements.push(Self::statement(
                StmtKind::Expr(function.code.clone()),
                function.code.span,
            ));
        }
        let mut given = self.arguments(arguments);
        if self.file.names.expr(callee) == Binding::Builtin
            && matches!(self.text(callee), "max" | "min" | "sorted")
        {
            self.look_up_present_keys(arguments, &mut given);
        }
        let called = self.call_value(function, given, span);
        self.after(statements, called, span)
    }

    /// `max(counts, key=counts.get)`: the keys are there, so what it compares is never the None of `get`.
    pub(super) fn look_up_present_keys(&mut self, arguments: &'a [Argument], given: &mut [Given]) {
        let tree = self.tree;
        let is_key = |name: tree::Identifier| tree.name(name.name) == "key";
        let Some(at) = arguments.iter().position(
            |argument| matches!(argument.kind, ArgumentKind::Keyword(name) if is_key(name)),
        ) else {
            return;
        };
        let tree::ExprKind::Attribute { value: owner, name } = tree.expr(arguments[at].value).kind
        else {
            return;
        };
        let is_owner = |id: ExprId| match (&tree.expr(id).kind, &tree.expr(owner).kind) {
            (tree::ExprKind::Name(one), tree::ExprKind::Name(other)) => one == other,
            _ => false,
        };
        // The dict itself, its keys, or a copy of them.
        let iterates_owner = |id: ExprId| match &tree.expr(id).kind {
            tree::ExprKind::Call { callee, arguments } => match &tree.expr(*callee).kind {
                tree::ExprKind::Attribute { value, name } => {
                    arguments.is_empty() && tree.name(name.name) == "keys" && is_owner(*value)
                }
                _ => {
                    self.file.names.expr(*callee) == Binding::Builtin
                        && matches!(self.text(*callee), "list" | "set" | "sorted" | "tuple")
                        && matches!(arguments.as_slice(), [only] if is_owner(only.value))
                }
            },
            _ => is_owner(id),
        };
        let first = arguments
            .first()
            .filter(|argument| matches!(argument.kind, ArgumentKind::Positional));
        if tree.name(name.name) != "get" || !first.is_some_and(|first| iterates_owner(first.value))
        {
            return;
        }
        let dict = self.expression(owner);
        if self.engine.types.data(dict.type_).kinds() != crate::types::bit(crate::typed::Kind::Dict)
        {
            return;
        }
        if let Some(definition) = self.prelude_function("sequence.getter")
            && let Some(key) = given.get_mut(at)
        {
            key.value = self.call_bound(definition, None, None, vec![dict], key.span);
        }
    }

    /// A call of a name of a module, without making a function value.
    fn imported_call(
        &mut self,
        id: ExprId,
        module: &str,
        name: &str,
        arguments: &'a [Argument],
    ) -> Option<Value> {
        use crate::face::FaceEntry;
        let span = self.tree.expr(id).span;
        if crate::tools::is_module(module) {
            return self.tool_call(id, module, name, arguments);
        }
        let face = crate::face::module(module)?;
        match face.get(name)? {
            FaceEntry::Function(_) if name == "reveal_type" => {
                self.special_call(id, name, arguments)
            }
            FaceEntry::Function(function) => {
                let mut given = self.arguments(arguments);
                if matches!(name, "nlargest" | "nsmallest")
                    && let Some((_, rest)) = arguments.split_first()
                    && let Some((_, given)) = given.split_first_mut()
                {
                    self.look_up_present_keys(rest, given);
                }
                Some(self.call_face(function, name, None, given, span))
            }
            FaceEntry::Class(class) => {
                let given = self.arguments(arguments);
                Some(self.construct(ClassRef::Native(class.qualified), given, span))
            }
            FaceEntry::Prelude(name) if !name.ends_with("()") => {
                let definition = self.prelude_function(name)?;
                let given = self.arguments(arguments);
                Some(self.call_program(definition, None, None, None, given, span))
            }
            FaceEntry::Form("cast") => {
                let [_, value] = arguments else { return None };
                Some(self.expression(value.value))
            }
            _ => None,
        }
    }

    /// Calls whatever a value is.
    pub(super) fn call_value(&mut self, function: Value, given: Vec<Given>, span: Span) -> Value {
        if function.type_ == Type::ERROR {
            return self.error_value(span);
        }
        let data = self.engine.types.data(function.type_).clone();
        let count = data.functions.len() + data.classes.len() + data.instances.len();
        if count == 0 {
            let text = self.show(function.type_);
            let code = if data.has_none() && data.scalars.count_ones() == 1 {
                codes::TYPE_OPTIONAL
            } else {
                codes::TYPE_CALL
            };
            let help = self.not_callable_help(function.type_, span);
            let message = format!("`{text}` is not a function and cannot be called");
            if data.json && self.soft(code, span, &message).is_some() {
                // It is refused where nobody expects it; what the value is only the run knows.
                self.assertion(codes::TYPE_JSON, span, message, help);
                return self.failing(function, given, crate::typed::Failure::Callable, span);
            }
            self.error(
                code,
                span,
                format!("`{text}` is not a function and cannot be called"),
                help,
            );
            return self.error_value(span);
        }
        let kinds = data.kinds();
        let callable = crate::types::bit(crate::typed::Kind::Function)
            | crate::types::bit(crate::typed::Kind::Type)
            | crate::types::bit(crate::typed::Kind::Object);
        if kinds & !callable != 0 {
            let text = self.show(function.type_);
            let code = if data.has_none() {
                codes::TYPE_OPTIONAL
            } else {
                codes::TYPE_CALL
            };
            self.assertion(
                code,
                span,
                format!("`{text}` may not be a function"),
                Some("test the value before the call".to_owned()),
            );
        }
        if count == 1 && data.functions.len() == 1 {
            let Some(callee) = data.functions.first().cloned() else {
                return self.error_value(span);
            };
            match callee {
                Callee::Program {
                    definition,
                    maker,
                    receiver: None,
                } => {
                    let closure = self.checked_callable(function, kinds & !callable != 0);
                    return self.call_program(definition, maker, Some(closure), None, given, span);
                }
                Callee::Native(module, name) => {
                    if let Some(crate::face::FaceEntry::Function(face)) =
                        crate::face::module(module).and_then(|module| module.get(name))
                    {
                        return self.call_face(face, name, None, given, span);
                    }
                }
                Callee::NativeMethod(class, name, None) => {
                    return self.call_unbound(class, name, given, span);
                }
                _ => {}
            }
        }
        if count == 1 && data.classes.len() == 1 {
            let Some(&class) = data.classes.first() else {
                return self.error_value(span);
            };
            return self.construct(class, given, span);
        }
        if count == 1
            && let Some(&class) = data.instances.first()
        {
            let object = self.engine.types.instance(class);
            if let ClassRef::Program(class) = class
                && self.engine.method(class, "__call__").is_some()
            {
                let function = self.narrowed(function, object);
                return self.call_method_given(function, "__call__", given, span);
            }
            let text = self.show(object);
            let message = format!("'{text}' object is not callable");
            let help = "give its class a method `__call__`".to_owned();
            self.error(codes::TYPE_CALL, span, message, Some(help));
            return self.error_value(span);
        }
        if let Some(value) = self.call_bound_value(function.clone(), &data, given.clone(), span) {
            return value;
        }
        self.call_dynamic(function, &data, given, span)
    }

    /// A call or attribute that no value has: what it is made of is evaluated, then it raises with the value's type.
    pub(super) fn failing(
        &mut self,
        value: Value,
        given: Vec<Given>,
        failure: crate::typed::Failure,
        span: Span,
    ) -> Value {
        let mut statements = Vec::new();
        let held = self.hold_value(value, span, &mut statements);
        let arguments = given.into_iter();
        statements.extend(
            arguments.map(|given| Self::statement(StmtKind::Expr(given.value.code), given.span)),
        );
        let values = self.values(Type::NEVER);
        let failed = ExprKind::Expect(held.code, values, failure);
        let failed = self.expr(failed, Type::NEVER, span);
        Value {
            type_: Type::NEVER,
            code: self.block_value(statements, failed, Type::NEVER, span),
        }
    }

    /// The code of a function value; where it may be something else, that is an assertion.
    fn checked_callable(&mut self, function: Value, may_fail: bool) -> Expr {
        if !may_fail {
            return function.code;
        }
        let only = self.engine.types.filter(function.type_, |types, part| {
            !types.data(part).functions.is_empty()
        });
        let values = self.values(only);
        let span = function.code.span;
        Expr {
            kind: Box::new(ExprKind::Expect(
                function.code,
                values.clone(),
                crate::typed::Failure::Callable,
            )),
            values,
            span,
        }
    }

    /// What a native function gives for these arguments.
    pub(super) fn native_result(&mut self, callee: &Callee, given: Vec<Given>, span: Span) -> Type {
        match callee {
            Callee::Native(module, name) => {
                match crate::face::module(module).and_then(|module| module.get(name)) {
                    Some(crate::face::FaceEntry::Function(face)) => {
                        self.call_face(face, name, None, given, span).type_
                    }
                    _ => Type::ERROR,
                }
            }
            Callee::NativeMethod(class, name, None) => {
                self.call_unbound(class, name, given, span).type_
            }
            Callee::NativeMethod(class, name, Some(receiver)) => {
                let found = crate::face::class(class).and_then(|class| class.find(name));
                let none = self.none(span);
                let receiver = Value {
                    type_: *receiver,
                    code: none.code,
                };
                found
                    .and_then(|found| self.call_native_method(receiver, &found, name, given, span))
                    .map_or(Type::ERROR, |value| value.type_)
            }
            Callee::Program { .. } => Type::ERROR,
        }
    }

    /// A call that never happens, as one of its arguments never has a value: the arguments are computed up to there.
    pub(super) fn never_called(&mut self, given: Vec<Given>, span: Span) -> Value {
        let statements = given
            .into_iter()
            .map(|argument| {
                Self::statement(crate::typed::StmtKind::Expr(argument.value.code), span)
            })
            .collect();
        let none = self.none(span);
        Value {
            type_: Type::NEVER,
            code: self.block_value(statements, none.code, Type::NEVER, span),
        }
    }

    /// Calls a function of the program: binds the arguments and asks for its variant.
    pub(super) fn call_program(
        &mut self,
        definition: DefinitionId,
        maker: Option<VariantId>,
        closure: Option<Expr>,
        receiver: Option<Value>,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        if self.is_for_engine(definition, span) {
            return self.error_value(span);
        }
        let mut all: Vec<Given> = receiver.into_iter().map(Given::positional).collect();
        let has_receiver = all.len();
        all.extend(given);
        if all
            .iter()
            .any(|argument| argument.value.type_ == Type::NEVER)
        {
            return self.never_called(all, span);
        }
        let mut statements = Vec::new();
        let Some(arguments) = self.bind(definition, all, has_receiver, span, &mut statements)
        else {
            return self.error_value(span);
        };
        let mut result = self.call_bound(definition, maker, closure, arguments, span);
        if let Some(class) = self.manager_of_method(definition) {
            let given = vec![Given::positional(result)];
            result = self.construct(ClassRef::Program(class), given, span);
        }
        self.after(statements, result, span)
    }

    /// Calls a function of the program with one argument for each parameter.
    pub(super) fn call_bound(
        &mut self,
        definition: DefinitionId,
        maker: Option<VariantId>,
        closure: Option<Expr>,
        arguments: Vec<Value>,
        span: Span,
    ) -> Value {
        let types: Vec<Type> = arguments.iter().map(|argument| argument.type_).collect();
        let variant = self
            .engine
            .request(definition, maker, &types, Some((self.variant, span)));
        let result = self.engine.result(variant, self.variant);
        self.after_call();
        let function = if self.emits {
            self.engine.function_id(variant)
        } else {
            FunctionId(0)
        };
        let codes = arguments
            .into_iter()
            .map(|argument| argument.code)
            .collect();
        let kind = match (maker, closure) {
            (Some(_), Some(closure)) => ExprKind::CallClosure(function, closure, codes),
            _ => ExprKind::Call(function, codes),
        };
        self.value(kind, result, span)
    }

    /// A method of the only program class of a value, by name.
    pub(super) fn call_method_named(
        &mut self,
        receiver: Value,
        name: &str,
        arguments: Vec<Value>,
        span: Span,
    ) -> Value {
        let given = arguments.into_iter().map(Given::positional).collect();
        self.call_method_given(receiver, name, given, span)
    }

    pub(super) fn call_method_given(
        &mut self,
        receiver: Value,
        name: &str,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        let Some(class) = self.only_program_class(receiver.type_) else {
            return self.error_value(span);
        };
        let Some((_, method)) = self.engine.method(class, name) else {
            return self.error_value(span);
        };
        match method.kind {
            MethodKind::Static => {
                self.call_program(method.definition, None, None, None, given, span)
            }
            MethodKind::Class => {
                let class = self.class_value(ClassRef::Program(class), span);
                self.call_program(method.definition, None, None, Some(class), given, span)
            }
            MethodKind::Instance | MethodKind::Property => {
                self.call_program(method.definition, None, None, Some(receiver), given, span)
            }
        }
    }
}
