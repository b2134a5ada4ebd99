//! Class statements: what their bodies make when they are run.

use salami_source::Span;
use salami_syntax::tree::{ClassId, NameId};

use super::arguments::literal;
use super::{Value, Walker};
use crate::codes;
use crate::engine::GlobalKey;
use crate::names::Binding;
use crate::typed::{Place, Stmt, StmtKind};
use crate::types::Type;

impl Walker<'_, '_> {
    pub(super) fn define_class(&mut self, class: ClassId, span: Span, out: &mut Vec<Stmt>) {
        let Some(&index) = self.engine.class_index.get(&(self.file.id, class.0)) else {
            return;
        };
        if let Some((at, message, help)) = self.engine.classes[index as usize].problem.clone() {
            let code = if message.ends_with("not supported") {
                codes::FEATURE_UNSUPPORTED
            } else {
                codes::CLASS_DEFINITION
            };
            let help = match self.field_order_help(class, at) {
                Some(better) => better,
                None => help.into(),
            };
            self.error(code, at, message, help);
        }
        let tree = self.tree;
        let definition = tree.class(class);
        for &statement in &definition.body {
            match &tree.stmt(statement).kind {
                salami_syntax::tree::StmtKind::Function(function) => {
                    let unit = self.file.names.functions[function.index()];
                    if self.file.names.units[unit.index()].captures() {
                        self.unsupported(
                            tree.stmt(statement).span,
                            "a method that uses variables of the function around its class",
                            "pass them to `__init__` and keep them in fields",
                        );
                    }
                    self.store_defaults(unit, span, out);
                }
                salami_syntax::tree::StmtKind::Assign { .. }
                    if self.engine.classes[index as usize].is_enumeration => {}
                salami_syntax::tree::StmtKind::Assign { targets, value } => {
                    let mut stored = Vec::new();
                    for (target, value) in crate::engine::paired(tree, targets, *value) {
                        // What became a method is no value.
                        if let salami_syntax::tree::ExprKind::Name(name) = &tree.expr(target).kind
                            && self.engine.classes[index as usize]
                                .methods
                                .contains_key(tree.name(*name))
                        {
                            continue;
                        }
                        if !stored.contains(&value) {
                            stored.push(value);
                            if self.differs_by_call(value) {
                                self.unsupported(
                                    tree.expr(value).span,
                                    "a class attribute that each call of the function around its class gives another value",
                                    "give it to the objects: `self.name = value` in `__init__`",
                                );
                                continue;
                            }
                            self.store_class_value(value, span, out);
                        }
                    }
                }
                salami_syntax::tree::StmtKind::AnnotatedAssign {
                    value: Some(value), ..
                } => {
                    self.store_field_default(index, *value, span, out);
                }
                salami_syntax::tree::StmtKind::Class(inner) => {
                    self.define_class(*inner, tree.stmt(statement).span, out);
                }
                salami_syntax::tree::StmtKind::Expr(_) | salami_syntax::tree::StmtKind::Pass => {}
                salami_syntax::tree::StmtKind::AnnotatedAssign { value: None, .. } => {}
                _ => {
                    self.unsupported(
                        tree.stmt(statement).span,
                        "this statement in a class body",
                        "a class body holds fields and methods",
                    );
                }
            }
        }
        if self.engine.classes[index as usize].is_enumeration {
            self.define_members(index, span, out);
        }
        self.define_numbers(index, span, out);
        self.store_made_defaults(index, span, out);
        self.name_descriptors(index, span, out);
        self.announce_class(index, span, out);
        let wrappers = self.engine.classes[index as usize].wrappers.clone();
        if !wrappers.is_empty() {
            self.wrap_class(index, &wrappers, definition.name.span, span, out);
            return;
        }
        if let Binding::Variable(variable) = self.file.names.binder(definition.name.span) {
            let value = self.class_value(crate::types::ClassRef::Program(index), span);
            out.extend(self.assign_variable(variable, value, span));
        }
    }

    /// Whether a value in the body of a class depends on variables of a function that may be called again: a class is
    /// one for all calls.
    fn differs_by_call(&self, value: salami_syntax::tree::ExprId) -> bool {
        if self.unit_id == crate::names::UnitId::MODULE || self.unit.name == "main" {
            return false;
        }
        let tree = self.tree;
        let whole = tree.expr(value).span;
        let parts = (0..=value.0).rev().map(salami_syntax::tree::ExprId);
        let mut inside = parts.take_while(|&part| whole.start <= tree.expr(part).span.start);
        inside.any(|part| match self.file.names.expr(part) {
            Binding::Variable(variable) => {
                matches!(tree.expr(part).kind, salami_syntax::tree::ExprKind::Name(_))
                    && self
                        .unit
                        .variables
                        .get(variable as usize)
                        .is_some_and(|variable| {
                            !matches!(variable.kind, crate::names::VariableKind::Global(_))
                        })
            }
            _ => false,
        })
    }

    /// Decorators of a class: each is called with what the one below it gave.
    pub(super) fn wrap_class(
        &mut self,
        class: u32,
        wrappers: &[salami_syntax::tree::ExprId],
        name: Span,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let own = self.class_value(crate::types::ClassRef::Program(class), span);
        let type_ = own.type_;
        let mut value = own;
        for &wrapper in wrappers.iter().rev() {
            let function = self.expression(wrapper);
            let given = vec![super::calls::Given::positional(value)];
            value = self.call_value(function, given, span);
        }
        if let Binding::Variable(variable) = self.file.names.binder(name) {
            out.extend(self.assign_variable(variable, value, span));
            return;
        }
        if self.emits && value.type_ != type_ && value.type_ != Type::ERROR {
            let help = "return the class itself at the end of the decorator".to_owned();
            let message = "a decorator that replaces a class is not supported";
            self.error(codes::FEATURE_UNSUPPORTED, span, message, Some(help));
        }
        out.push(Self::statement(StmtKind::Expr(value.code), span));
    }

    /// `__init_subclass__` of the bases.
    pub(super) fn announce_class(&mut self, class: u32, span: Span, out: &mut Vec<Stmt>) {
        let rest = self.engine.after(class, class);
        let keywords = self.engine.classes[class as usize].keywords.clone();
        let Some((_, method)) = self.engine.method_among(&rest, "__init_subclass__") else {
            if let Some((name, value)) = keywords.first() {
                let at = self.tree.expr(*value).span;
                let what = format!("the class argument `{name}`");
                let help = "give a base class an `__init_subclass__` that takes it";
                self.unsupported(at, &what, help);
            }
            return;
        };
        let given = keywords
            .into_iter()
            .map(|(name, id)| super::calls::Given {
                kind: super::calls::GivenKind::Keyword(name),
                value: self.expression(id),
                span: self.tree.expr(id).span,
            })
            .collect();
        let value = self.class_value(crate::types::ClassRef::Program(class), span);
        let called = self.call_program(method.definition, None, None, Some(value), given, span);
        out.push(Self::statement(StmtKind::Expr(called.code), span));
    }

    /// The defaults of a named tuple that a call makes.
    pub(super) fn store_made_defaults(&mut self, class: u32, span: Span, out: &mut Vec<Stmt>) {
        let info = &self.engine.classes[class as usize];
        if !info.is_named_tuple || info.file != self.file.id {
            return;
        }
        let own = info.span;
        let defaults: Vec<_> = info
            .fields
            .iter()
            .filter(|field| field.span == own)
            .filter_map(|field| field.default)
            .collect();
        if self
            .tree
            .classes
            .iter()
            .any(|known| known.span == own && !known.body.is_empty())
        {
            return;
        }
        for default in defaults {
            self.store_class_value(default, span, out);
        }
    }

    pub(super) fn store_field_default(
        &mut self,
        class: u32,
        value: salami_syntax::tree::ExprId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let is_field_call = self.engine.classes[class as usize].is_dataclass
            && matches!(
                self.tree.expr(value).kind,
                salami_syntax::tree::ExprKind::Call { .. }
            )
            && crate::engine::decorator_name(self.tree, value) == "field";
        if is_field_call {
            let defaults: Vec<_> = self.engine.classes[class as usize]
                .fields
                .iter()
                .filter_map(|field| field.default)
                .collect();
            let salami_syntax::tree::ExprKind::Call { arguments, .. } = &self.tree.expr(value).kind
            else {
                return;
            };
            for argument in arguments {
                if defaults.contains(&argument.value) {
                    self.store_class_value(argument.value, span, out);
                }
            }
            return;
        }
        if self.engine.classes[class as usize].is_dataclass
            && matches!(
                self.tree.expr(value).kind,
                salami_syntax::tree::ExprKind::List(_)
                    | salami_syntax::tree::ExprKind::Dict(_)
                    | salami_syntax::tree::ExprKind::Set(_)
            )
        {
            let text = match self.tree.expr(value).kind {
                salami_syntax::tree::ExprKind::List(_) => "list",
                salami_syntax::tree::ExprKind::Dict(_) => "dict",
                _ => "set",
            };
            let at = self.tree.expr(value).span;
            let help = self.mutable_default_help(at, text);
            self.error(
                codes::CLASS_DEFINITION,
                at,
                format!("a mutable default of class '{text}' would be shared by all objects"),
                help,
            );
            return;
        }
        self.store_class_value(value, span, out);
    }

    /// Evaluates a value of a class once, where the class is defined.
    pub(super) fn store_class_value(
        &mut self,
        value: salami_syntax::tree::ExprId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        if literal(self.file, value).is_some() && !self.file.rebound.contains(&value) {
            return;
        }
        let start = self.tree.expr(value).span.start;
        let read = self.expression(value);
        let node = self.engine.attribute_node(self.file.id, start);
        self.engine.types.write(node, read.type_);
        let id = self.hidden_global(GlobalKey::Attribute(start), format!("class.{start}"));
        out.push(Self::statement(
            StmtKind::Assign(Place::Global(id), read.code),
            span,
        ));
    }

    /// A name of a class body, used in that body.
    pub(super) fn class_name_value(&mut self, class: ClassId, name: NameId, span: Span) -> Value {
        let Some(&index) = self.engine.class_index.get(&(self.file.id, class.0)) else {
            return self.error_value(span);
        };
        let text = self.tree.name(name);
        match self.engine.class_attribute(index, text) {
            Some((owner, value)) => {
                let value = self.class_attribute_value(owner, text, value, span);
                self.value_in_body(index, value, span)
            }
            None if self.engine.nested_class(index, text).is_some() => {
                match self.engine.nested_class(index, text) {
                    Some(nested) => self.class_value(crate::types::ClassRef::Program(nested), span),
                    None => self.error_value(span),
                }
            }
            None if self.engine.method(index, text).is_some() => {
                match self.engine.method(index, text) {
                    Some((_, method)) => self.function_value(method.definition, span),
                    None => self.error_value(span),
                }
            }
            None => self.unsupported(span, "this use of a name of the class body", ""),
        }
    }
}
