//! The fields of classes: what dataclasses declare, and what methods assign to `self`.

use std::collections::BTreeSet;

use salami_source::Span;
use salami_syntax::tree::{
    ArgumentKind, ClassDefinition, ExprId, ExprKind, FunctionBody, NameId, StmtId, StmtKind, Tree,
};

use super::Engine;
use super::classes::{FieldInfo, MethodKind, decorator_name};
use super::files::FileData;

/// The most fields of a class: they are found by looking at one after the other.
const MAX_FIELDS: usize = 4_096;

impl<'a> Engine<'a> {
    pub(super) fn decorate(&mut self, file: &'a FileData, number: usize, decorator: ExprId) {
        let tree = &file.tree;
        let class = &mut self.classes[number];
        match decorator_name(tree, decorator) {
            "dataclass" => {
                class.is_dataclass = true;
                class.compares_equal = true;
                class.shows_fields = true;
                let ExprKind::Call { arguments, .. } = &tree.expr(decorator).kind else {
                    return;
                };
                for argument in arguments {
                    let ArgumentKind::Keyword(name) = argument.kind else {
                        continue;
                    };
                    let value = matches!(tree.expr(argument.value).kind, ExprKind::Bool(true));
                    match tree.name(name.name) {
                        "frozen" => class.frozen = value,
                        "order" => class.order = value,
                        "eq" => class.compares_equal = value,
                        "repr" => class.shows_fields = value,
                        _ => {}
                    }
                }
            }
            "total_ordering" => class.completes_order = true,
            "runtime_checkable" => class.is_checkable = true,
            "final" | "unique" | "verify" => {}
            _ => class.wrappers.push(decorator),
        }
    }

    pub(super) fn fill_fields(
        &mut self,
        file: &'a FileData,
        number: usize,
        definition: &'a ClassDefinition,
    ) {
        let tree = &file.tree;
        if self.classes[number].is_typed_dict {
            self.keys_of_record(file, number, definition);
            return;
        }
        if self.classes[number].is_dataclass {
            self.declared_fields(file, number, definition);
        } else {
            for &statement in &definition.body {
                if let StmtKind::AnnotatedAssign {
                    target,
                    annotation,
                    value: None,
                } = &tree.stmt(statement).kind
                    && let ExprKind::Name(name) = &tree.expr(*target).kind
                {
                    let text = tree.name(*name).to_owned();
                    self.add_field(
                        file,
                        number,
                        &text,
                        Some(*annotation),
                        tree.expr(*target).span,
                    );
                }
            }
        }
        for &statement in &definition.body {
            let StmtKind::Function(function) = &tree.stmt(statement).kind else {
                continue;
            };
            let syntax = tree.function(*function);
            // What these assign to is the class, or has no receiver.
            let is_of_class = syntax.decorators.iter().any(|&decorator| {
                matches!(
                    decorator_name(tree, decorator),
                    "classmethod" | "staticmethod"
                )
            });
            let is_made = syntax.name.is_some_and(|name| {
                matches!(tree.name(name.name), "__new__" | "__init_subclass__")
            });
            if is_of_class || is_made {
                continue;
            }
            let Some(receiver) = syntax.parameters.first() else {
                continue;
            };
            let FunctionBody::Block(body) = &syntax.body else {
                continue;
            };
            let mut found = Vec::new();
            assigned_fields(tree, receiver.name.name, body, &mut found);
            let index = u32::try_from(number).unwrap_or(u32::MAX);
            for (name, annotation, span) in found {
                let text = tree.name(name);
                // A property of a base takes what is assigned, too.
                let is_property = self
                    .method(index, text)
                    .is_some_and(|(_, method)| method.kind == MethodKind::Property);
                if !is_property && !self.classes[number].methods.contains_key(text) {
                    self.add_field(file, number, text, annotation, span);
                }
            }
        }
    }

    /// Gives a plain class of the program a field that is assigned outside of its methods: `node.mark = 1`.
    /// Classes that derive from it have it at the same place.
    pub fn add_outer_field(&mut self, class: u32, name: &str) -> bool {
        let info = &self.classes[class as usize];
        let is_known = info.fields.iter().any(|field| field.name == name)
            || self.method(class, name).is_some();
        let is_namespace = super::copies::is_namespace(info);
        let is_plain = (info.file == 0 || is_namespace)
            && !info.is_enumeration
            && !info.is_named_tuple
            && !info.is_typed_dict
            && !info.frozen
            && !info.attributes.contains_key("__slots__");
        let is_stored = self
            .files
            .get(&0)
            .is_some_and(|file| file.stored.contains(name));
        if is_known || !is_plain || !is_stored {
            return false;
        }
        let (file, span, place) = (info.file, info.span, info.fields.len());
        let node = self.types.node();
        let field = FieldInfo {
            name: name.to_owned(),
            node,
            annotation: None,
            default: None,
            factory: None,
            in_init: false,
            keyword_only: false,
            shown: is_namespace,
            compared: is_namespace,
            is_declared: false,
            file,
            span,
        };
        let own = crate::types::ClassRef::Program(class);
        for index in 0..self.classes.len() {
            let derived = u32::try_from(index).unwrap_or(u32::MAX);
            let derived = crate::types::ClassRef::Program(derived);
            if !self.derives(derived, own) {
                continue;
            }
            let extends = self.extends(derived, own);
            let fields = &mut self.classes[index].fields;
            if let Some(known) = fields.iter().find(|known| known.name == name) {
                let known = known.node;
                self.types.unify(node, known);
            }
            let fields = &mut self.classes[index].fields;
            if extends {
                // One that it had before is the same as its base's from now on.
                fields.retain(|known| known.name != name);
                fields.insert(place.min(fields.len()), field.clone());
            } else if !fields.iter().any(|known| known.name == name) {
                fields.push(field.clone());
            }
        }
        self.moved_fields = true;
        true
    }

    /// The keys of a `TypedDict`; `in_init` says which must be there.
    fn keys_of_record(
        &mut self,
        file: &'a FileData,
        number: usize,
        definition: &'a ClassDefinition,
    ) {
        let tree = &file.tree;
        for &statement in &definition.body {
            if let StmtKind::AnnotatedAssign {
                target, annotation, ..
            } = &tree.stmt(statement).kind
                && let ExprKind::Name(name) = &tree.expr(*target).kind
            {
                let text = tree.name(*name).to_owned();
                let span = tree.expr(*target).span;
                self.add_field(file, number, &text, Some(*annotation), span);
            }
        }
        let own = self.classes[number].span;
        let is_total = !self.classes[number].may_miss;
        for field in &mut self.classes[number].fields {
            if field.file != file.id || field.span.start < own.start || field.span.end > own.end {
                continue;
            }
            let wrapper =
                field
                    .annotation
                    .and_then(|annotation| match &tree.expr(annotation).kind {
                        ExprKind::Subscript { value, .. } => Some(decorator_name(tree, *value)),
                        _ => None,
                    });
            field.in_init = match wrapper {
                Some("NotRequired") => false,
                Some("Required") => true,
                _ => is_total,
            };
        }
    }

    pub(super) fn add_field(
        &mut self,
        file: &FileData,
        number: usize,
        name: &str,
        annotation: Option<ExprId>,
        span: Span,
    ) {
        if let Some(field) = self.classes[number]
            .fields
            .iter_mut()
            .find(|field| field.name == name)
        {
            if field.annotation.is_none() && annotation.is_some() {
                field.annotation = annotation;
                field.file = file.id;
            }
            return;
        }
        if self.classes[number].fields.len() >= MAX_FIELDS {
            let message = format!("a class has at most {MAX_FIELDS} attributes");
            let help = "keep the values in a dict".to_owned();
            self.classes[number].problem = Some((span, message, Some(help)));
            return;
        }
        let node = self.types.node();
        self.classes[number].fields.push(FieldInfo {
            name: name.to_owned(),
            node,
            annotation,
            default: None,
            factory: None,
            in_init: false,
            keyword_only: false,
            shown: false,
            compared: false,
            is_declared: false,
            file: file.id,
            span,
        });
    }

    fn declared_fields(
        &mut self,
        file: &'a FileData,
        number: usize,
        definition: &'a ClassDefinition,
    ) {
        let tree = &file.tree;
        let mut own = BTreeSet::new();
        let mut keyword_only = definition
            .decorators
            .iter()
            .any(|&decorator| has_true(tree, decorator, "kw_only"));
        for &statement in &definition.body {
            let StmtKind::AnnotatedAssign {
                target,
                annotation,
                value,
            } = &tree.stmt(statement).kind
            else {
                continue;
            };
            let ExprKind::Name(name) = &tree.expr(*target).kind else {
                continue;
            };
            let text = tree.name(*name);
            if decorator_name(tree, *annotation) == "ClassVar"
                || matches!(&tree.expr(*annotation).kind, ExprKind::Subscript { value, .. } if decorator_name(tree, *value) == "ClassVar")
            {
                if let Some(value) = value {
                    self.classes[number]
                        .attributes
                        .insert(text.to_owned(), *value);
                }
                continue;
            }
            // What comes after `_: KW_ONLY` is given by keyword.
            if decorator_name(tree, *annotation) == "KW_ONLY" {
                keyword_only = true;
                continue;
            }
            own.insert(text);
            self.add_field(
                file,
                number,
                text,
                Some(*annotation),
                tree.expr(*target).span,
            );
            let Some(field) = self.classes[number]
                .fields
                .iter_mut()
                .find(|field| field.name == text)
            else {
                continue;
            };
            field.annotation = Some(*annotation);
            field.file = file.id;
            (
                field.in_init,
                field.shown,
                field.compared,
                field.is_declared,
            ) = (true, true, true, true);
            field.keyword_only = keyword_only;
            // Only `__init__` takes it, and hands it to `__post_init__`.
            if decorator_name(tree, *annotation) == "InitVar"
                || matches!(&tree.expr(*annotation).kind, ExprKind::Subscript { value, .. } if decorator_name(tree, *value) == "InitVar")
            {
                (field.shown, field.compared, field.is_declared) = (false, false, false);
            }
            (field.default, field.factory) = (*value, None);
            let Some(value) = value else { continue };
            if let ExprKind::Call { arguments, .. } = &tree.expr(*value).kind
                && decorator_name(tree, *value) == "field"
            {
                field.default = None;
                for argument in arguments {
                    let ArgumentKind::Keyword(keyword) = argument.kind else {
                        continue;
                    };
                    let is_true = matches!(tree.expr(argument.value).kind, ExprKind::Bool(true));
                    match tree.name(keyword.name) {
                        "default" => field.default = Some(argument.value),
                        "default_factory" => field.factory = Some(argument.value),
                        "init" => field.in_init = is_true,
                        "repr" => field.shown = is_true,
                        "compare" => field.compared = is_true,
                        "kw_only" => field.keyword_only = is_true,
                        _ => {}
                    }
                }
            }
        }
        let mut has_default = false;
        let mut problem = None;
        for field in &self.classes[number].fields {
            if !field.in_init || field.keyword_only {
                continue;
            }
            let defaulted = field.default.is_some() || field.factory.is_some();
            if has_default && !defaulted && own.contains(field.name.as_str()) {
                let message = format!(
                    "non-default argument '{}' follows default argument",
                    field.name
                );
                problem = Some((
                    field.span,
                    message,
                    Some("put the fields without default first".to_owned()),
                ));
            }
            has_default |= defaulted;
        }
        if problem.is_some() {
            self.classes[number].problem = problem;
        }
    }
}

/// The fields that statements assign to the receiver, in order.
fn assigned_fields(
    tree: &Tree,
    receiver: NameId,
    body: &[StmtId],
    found: &mut Vec<(NameId, Option<ExprId>, Span)>,
) {
    let mut pending: Vec<StmtId> = body.iter().rev().copied().collect();
    while let Some(statement) = pending.pop() {
        let mut blocks: Vec<&[StmtId]> = Vec::new();
        match &tree.stmt(statement).kind {
            StmtKind::Assign { targets, .. } => {
                for &target in targets {
                    assigned_field(tree, receiver, target, None, found);
                }
            }
            StmtKind::AnnotatedAssign {
                target, annotation, ..
            } => {
                assigned_field(tree, receiver, *target, Some(*annotation), found);
            }
            StmtKind::AugmentedAssign { target, .. } => {
                assigned_field(tree, receiver, *target, None, found)
            }
            StmtKind::If {
                branches,
                otherwise,
            } => {
                blocks.extend(branches.iter().map(|(_, body)| body.as_slice()));
                blocks.push(otherwise);
            }
            StmtKind::While {
                body, otherwise, ..
            } => blocks.extend([body.as_slice(), otherwise]),
            StmtKind::For {
                target,
                body,
                otherwise,
                ..
            } => {
                assigned_field(tree, receiver, *target, None, found);
                blocks.extend([body.as_slice(), otherwise]);
            }
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => {
                blocks.push(body);
                blocks.extend(handlers.iter().map(|handler| handler.body.as_slice()));
                blocks.extend([otherwise.as_slice(), finally]);
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    if let Some(target) = item.target {
                        assigned_field(tree, receiver, target, None, found);
                    }
                }
                blocks.push(body);
            }
            StmtKind::Match { cases, .. } => {
                blocks.extend(cases.iter().map(|case| case.body.as_slice()))
            }
            _ => {}
        }
        for block in blocks.into_iter().rev() {
            pending.extend(block.iter().rev());
        }
    }
}

fn assigned_field(
    tree: &Tree,
    receiver: NameId,
    target: ExprId,
    annotation: Option<ExprId>,
    found: &mut Vec<(NameId, Option<ExprId>, Span)>,
) {
    let mut pending = vec![target];
    while let Some(target) = pending.pop() {
        match &tree.expr(target).kind {
            ExprKind::Attribute { value, name } => {
                if matches!(tree.expr(*value).kind, ExprKind::Name(owner) if owner == receiver) {
                    found.push((name.name, annotation, name.span));
                }
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => pending.extend(items.iter().rev()),
            ExprKind::Starred(inner) => pending.push(*inner),
            _ => {}
        }
    }
}

/// Whether a decorator is called with this keyword as True.
fn has_true(tree: &Tree, decorator: ExprId, wanted: &str) -> bool {
    let ExprKind::Call { arguments, .. } = &tree.expr(decorator).kind else {
        return false;
    };
    arguments.iter().any(|argument| {
        matches!(argument.kind, ArgumentKind::Keyword(name) if tree.name(name.name) == wanted)
            && matches!(tree.expr(argument.value).kind, ExprKind::Bool(true))
    })
}
