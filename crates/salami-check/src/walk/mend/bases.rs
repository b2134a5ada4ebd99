//! Fields that only the `__init__` of a base sets, where a class has one of its own that does not
//! call it: reading them raises an AttributeError.

use salami_source::Span;
use salami_syntax::tree::{ClassId, ExprId, ExprKind, FunctionBody, StmtId, StmtKind, Tree};

use super::super::Walker;
use crate::codes;
use crate::help::Help;
use crate::types::ClassRef;

impl Walker<'_, '_> {
    /// Notes the read of a field that the objects of a class may lack: an assertion point.
    pub(in crate::walk) fn check_field_is_set(&mut self, class: u32, text: &str, at: Span) {
        if !self.speaks() || self.known_field {
            return;
        }
        if self.engine.classes[class as usize].bases.is_empty() {
            self.check_field_is_not_lacking(class, text, at);
            return;
        }
        let key = (class, text.to_owned());
        let base = match self.engine.unset_fields.get(&key) {
            Some(&base) => base,
            None => {
                let base = self.base_that_sets(class, text);
                self.engine.unset_fields.insert(key, base);
                base
            }
        };
        let Some(base) = base else {
            self.check_field_is_not_lacking(class, text, at);
            return;
        };
        let own = self.engine.classes[class as usize].name.clone();
        let base = self.engine.classes[base as usize].name.clone();
        let message =
            format!("`{text}` is set by `{base}.__init__`, which `{own}.__init__` does not call");
        let help = self.call_of_base_help(class, &base);
        self.assertion(codes::TYPE_ATTRIBUTE, at, message, help);
    }

    fn check_field_is_not_lacking(&mut self, class: u32, text: &str, at: Span) {
        let key = (class, text.to_owned());
        let lack = match self.engine.lacking_fields.get(&key) {
            Some(lack) => lack.clone(),
            None => {
                let lack = self.lack_of_field(class, text);
                self.engine.lacking_fields.insert(key, lack.clone());
                lack
            }
        };
        if let Some(message) = lack {
            let help = format!("set `{text}` in `__init__`, before anything else can read it");
            self.assertion(codes::TYPE_ATTRIBUTE, at, message, Help::new(help));
        }
    }

    /// The base of the program whose `__init__` alone sets a field, if that of the class leaves it out.
    fn base_that_sets(&self, class: u32, text: &str) -> Option<u32> {
        let order = &self.engine.classes[class as usize].order_of_bases;
        let (owner, _) = self.engine.method(class, "__init__")?;
        let is_program = |file: u16| file == 0;
        if !is_program(self.engine.classes[owner as usize].file) {
            return None;
        }
        let mut after_owner = false;
        let mut found = None;
        for base in order {
            let ClassRef::Program(index) = *base else {
                return None;
            };
            let info = &self.engine.classes[index as usize];
            if info.file != 0 || info.is_dataclass || info.is_named_tuple || info.is_enumeration {
                return None;
            }
            let tree_class = self.class_named_at(info.span)?;
            if !after_owner {
                if mentions_field(self.tree, tree_class, text, None) {
                    return None;
                }
                after_owner = index == owner;
                if after_owner && calls_init(self.tree, tree_class) {
                    return None;
                }
                continue;
            }
            if mentions_field(self.tree, tree_class, text, Some(false)) {
                return None;
            }
            if found.is_none() && mentions_field(self.tree, tree_class, text, Some(true)) {
                found = Some(index);
            }
        }
        found
    }

    pub(super) fn class_named_at(&self, span: Span) -> Option<ClassId> {
        let position = self
            .tree
            .classes
            .iter()
            .position(|class| class.span == span)?;
        u32::try_from(position).ok().map(ClassId)
    }

    /// `super().__init__(...)` as the first statement of the class's own `__init__`.
    fn call_of_base_help(&self, class: u32, base: &str) -> Help {
        let parameters = |name: &str| -> Vec<String> {
            let found = self.engine.classes.iter().find(|class| class.name == name);
            let method = found.and_then(|class| class.methods.get("__init__"));
            let syntax = method.and_then(|method| self.engine.syntax(method.definition));
            syntax.map_or(Vec::new(), |syntax| {
                syntax
                    .parameters
                    .iter()
                    .skip(1)
                    .filter(|parameter| parameter.default.is_none())
                    .map(|parameter| self.tree.name(parameter.name.name).to_owned())
                    .collect()
            })
        };
        let wanted = parameters(base);
        let code = format!("super().__init__({})", wanted.join(", "));
        let help = Help::new(format!("begin `__init__` with `{code}`"));
        let Some((owner, method)) = self.engine.method(class, "__init__") else {
            return help;
        };
        let own = parameters(&self.engine.classes[owner as usize].name.clone());
        let syntax = self.engine.syntax(method.definition);
        let first = syntax.and_then(|syntax| match &syntax.body {
            FunctionBody::Block(body) => body.first().copied(),
            FunctionBody::Expression(_) => None,
        });
        match first {
            Some(first) if wanted.iter().all(|name| own.contains(name)) => {
                let at = self.tree.stmt(first).span.start;
                let indent = self.indent_at(at);
                help.edit(Span::new(at, at), format!("{code}\n{indent}"))
            }
            _ => help,
        }
    }
}

/// Whether a class sets a field: anywhere (`None`), in its `__init__` (`Some(true)`), or elsewhere.
fn mentions_field(tree: &Tree, class: ClassId, text: &str, in_init: Option<bool>) -> bool {
    let definition = tree.class(class);
    definition.body.iter().any(|&statement| {
        let statement = tree.stmt(statement);
        match &statement.kind {
            StmtKind::Function(function) => {
                let function = tree.function(*function);
                let is_init = function
                    .name
                    .is_some_and(|name| tree.name(name.name) == "__init__");
                in_init.is_none_or(|wanted| wanted == is_init)
                    && stores_field(tree, &function.body, text)
            }
            // A class attribute of the name.
            StmtKind::Assign { targets, .. } => {
                in_init != Some(true) && targets.iter().any(|&target| is_name(tree, target, text))
            }
            StmtKind::AnnotatedAssign {
                target,
                value: Some(_),
                ..
            } => in_init != Some(true) && is_name(tree, *target, text),
            _ => false,
        }
    })
}

fn is_name(tree: &Tree, id: ExprId, text: &str) -> bool {
    matches!(tree.expr(id).kind, ExprKind::Name(name) if tree.name(name) == text)
}

/// All statements of a function, those of blocks too; not those of functions and classes in it.
pub(in crate::walk) fn statements(tree: &Tree, body: &FunctionBody) -> Vec<StmtId> {
    let mut found = Vec::new();
    let mut pending: Vec<StmtId> = match body {
        FunctionBody::Block(body) => body.clone(),
        FunctionBody::Expression(_) => Vec::new(),
    };
    while let Some(id) = pending.pop() {
        found.push(id);
        match &tree.stmt(id).kind {
            StmtKind::If {
                branches,
                otherwise,
            } => {
                pending.extend(branches.iter().flat_map(|(_, body)| body));
                pending.extend(otherwise);
            }
            StmtKind::While {
                body, otherwise, ..
            }
            | StmtKind::For {
                body, otherwise, ..
            } => {
                pending.extend(body);
                pending.extend(otherwise);
            }
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => {
                pending.extend(body);
                pending.extend(handlers.iter().flat_map(|handler| &handler.body));
                pending.extend(otherwise);
                pending.extend(finally);
            }
            StmtKind::With { body, .. } => pending.extend(body),
            StmtKind::Match { cases, .. } => {
                pending.extend(cases.iter().flat_map(|case| &case.body));
            }
            _ => {}
        }
    }
    found
}

/// Whether a function assigns `something.text`.
fn stores_field(tree: &Tree, body: &FunctionBody, text: &str) -> bool {
    let is_field = |id: ExprId| {
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            match &tree.expr(id).kind {
                ExprKind::Attribute { name, .. } if tree.name(name.name) == text => return true,
                ExprKind::Tuple(items) | ExprKind::List(items) => pending.extend(items),
                ExprKind::Starred(inner) => pending.push(*inner),
                _ => {}
            }
        }
        false
    };
    statements(tree, body)
        .into_iter()
        .any(|id| match &tree.stmt(id).kind {
            StmtKind::Assign { targets, .. } => targets.iter().any(|&target| is_field(target)),
            StmtKind::AnnotatedAssign { target, .. }
            | StmtKind::AugmentedAssign { target, .. }
            | StmtKind::For { target, .. } => is_field(*target),
            StmtKind::With { items, .. } => {
                items.iter().filter_map(|item| item.target).any(is_field)
            }
            _ => false,
        })
}

/// Whether the `__init__` of a class calls that of a base, or sets fields by name.
fn calls_init(tree: &Tree, class: ClassId) -> bool {
    let definition = tree.class(class);
    let init = definition
        .body
        .iter()
        .find_map(|&statement| match tree.stmt(statement).kind {
            StmtKind::Function(function) => {
                let function = tree.function(function);
                let name = function.name.map(|name| tree.name(name.name));
                (name == Some("__init__")).then_some(&function.body)
            }
            _ => None,
        });
    let Some(body) = init else { return true };
    let calls = |value: ExprId| match &tree.expr(value).kind {
        ExprKind::Call { callee, .. } => match &tree.expr(*callee).kind {
            ExprKind::Attribute { name, .. } => {
                matches!(tree.name(name.name), "__init__" | "update" | "__setattr__")
            }
            ExprKind::Name(name) => tree.name(*name) == "setattr",
            _ => false,
        },
        _ => false,
    };
    statements(tree, body)
        .into_iter()
        .any(|id| match tree.stmt(id).kind {
            StmtKind::Expr(value) | StmtKind::Assign { value, .. } => calls(value),
            StmtKind::Return(Some(value)) => calls(value),
            _ => false,
        })
}
