//! The classes of the program: bases, fields, methods.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::Span;
use salami_syntax::tree::{ArgumentKind, ClassDefinition, ExprId, ExprKind, StmtKind, Tree};

use super::files::FileData;
use super::{DefinitionId, Engine};
use crate::face::{self, ClassKind, FaceEntry};
use crate::names::{Binding, Static};
use crate::types::{ClassRef, Node};

/// Targets with what each is assigned, where both sides list as many.
pub fn paired(tree: &Tree, targets: &[ExprId], value: ExprId) -> Vec<(ExprId, ExprId)> {
    let mut pairs = Vec::new();
    for &target in targets {
        match (&tree.expr(target).kind, &tree.expr(value).kind) {
            (ExprKind::Tuple(names), ExprKind::Tuple(values)) if names.len() == values.len() => {
                pairs.extend(names.iter().copied().zip(values.iter().copied()));
            }
            _ => pairs.push((target, value)),
        }
    }
    pairs
}

/// Whether a name can be a field of a named tuple.
pub(super) fn is_field_name(name: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic())
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
        && !KEYWORDS.contains(&name)
}

/// How a method is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    /// With its receiver.
    Instance,
    /// With the class.
    Class,
    /// With neither.
    Static,
    /// Read like a field.
    Property,
}

/// A method of a class.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its function.
    pub definition: DefinitionId,
    /// How it is called.
    pub kind: MethodKind,
}

/// A field of instances.
#[derive(Clone, Debug)]
pub struct FieldInfo {
    /// Its name.
    pub name: String,
    /// What all instances hold there; one with the field of the base.
    pub node: Node,
    /// Its annotation.
    pub annotation: Option<ExprId>,
    /// Its default, in a dataclass.
    pub default: Option<ExprId>,
    /// Its `default_factory`.
    pub factory: Option<ExprId>,
    /// Whether the dataclass constructor takes it.
    pub in_init: bool,
    /// Whether only by keyword.
    pub keyword_only: bool,
    /// Whether `repr` shows it.
    pub shown: bool,
    /// Whether comparisons use it.
    pub compared: bool,
    /// Whether it belongs to the dataclass.
    pub is_declared: bool,
    /// The file of the annotation and default.
    pub file: u16,
    /// Where it is declared or first assigned.
    pub span: Span,
}

/// A class of the program.
#[derive(Clone, Debug)]
pub struct ClassInfo {
    /// Its file.
    pub file: u16,
    /// Its name.
    pub name: String,
    /// Its base, if any but `object`.
    pub base: Option<ClassRef>,
    /// All fields, those of the base first.
    pub fields: Vec<FieldInfo>,
    /// Its own methods.
    pub methods: BTreeMap<String, Method>,
    /// Its own class attributes.
    pub attributes: BTreeMap<String, ExprId>,
    /// Whether it is a dataclass.
    pub is_dataclass: bool,
    /// `frozen=True`
    pub frozen: bool,
    /// `order=True`
    pub order: bool,
    /// `eq` is not `False`.
    pub compares_equal: bool,
    /// `repr` is not `False`.
    pub shows_fields: bool,
    /// The statement.
    pub span: Span,
    /// What is wrong with it, if anything.
    pub problem: Option<(Span, String, Option<String>)>,
    /// Whether it derives from a builtin exception.
    pub is_exception: bool,
    /// Whether it is a `NamedTuple`.
    pub is_named_tuple: bool,
    /// Whether it is an `Enum`.
    pub is_enumeration: bool,
    /// The members of an enumeration, in order.
    pub members: Vec<(String, ExprId)>,
    /// The members of one that a call makes, with their values where they are given.
    pub made_members: Vec<(String, Option<ExprId>)>,
    /// Whether a base has types in brackets: `Generic[T]`.
    pub is_generic: bool,
    /// The class and its bases, in the order in which they are asked for a name.
    pub order_of_bases: Vec<ClassRef>,
    /// The bases, as the statement lists them.
    pub bases: Vec<ClassRef>,
    /// Methods that a class that can have objects must define.
    pub abstracts: BTreeSet<String>,
    /// Whether it derives from `ABC`.
    pub is_abstract: bool,
    /// The classes in its body.
    pub nested: BTreeMap<String, u32>,
    /// The builtin type that members of an enumeration are, too.
    pub data_type: Option<&'static str>,
    /// Whether members of an enumeration are shown as their values.
    pub shows_values: bool,
    /// Whether members can be combined with `|`.
    pub is_flag: bool,
    /// Whether it is a `TypedDict`.
    pub is_typed_dict: bool,
    /// Whether the keys of a `TypedDict` may be missing: `total=False`.
    pub may_miss: bool,
    /// Its documentation.
    pub docstring: Option<String>,
    /// Further keywords of the statement, for `__init_subclass__`.
    pub keywords: Vec<(String, ExprId)>,
    /// Decorators that run when the class is made.
    pub wrappers: Vec<ExprId>,
    /// Whether `@total_ordering` completes its comparisons.
    pub completes_order: bool,
    /// Whether it is a protocol under `@runtime_checkable`.
    pub is_checkable: bool,
}

/// The longest chain of classes above one.
const MAX_BASES: usize = 64;

impl<'a> Engine<'a> {
    pub(super) fn add_classes(&mut self, file: &'a FileData) {
        let first = self.classes.len();
        let mut order: Vec<usize> = (0..file.tree.classes.len()).collect();
        order.sort_by_key(|&index| file.tree.classes[index].span.start);
        for &index in &order {
            let number = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
            let class = u32::try_from(index).unwrap_or(u32::MAX);
            self.class_index.insert((file.id, class), number);
            self.classes.push(ClassInfo::empty(file, class));
        }
        for (offset, &index) in order.iter().enumerate() {
            self.fill_class(file, first + offset, &file.tree.classes[index]);
        }
    }

    fn fill_class(&mut self, file: &'a FileData, number: usize, definition: &'a ClassDefinition) {
        let tree = &file.tree;
        for argument in &definition.arguments {
            match argument.kind {
                ArgumentKind::Positional => {
                    self.classes[number].is_generic |=
                        matches!(tree.expr(argument.value).kind, ExprKind::Subscript { .. });
                    self.set_base(file, number, argument.value);
                }
                ArgumentKind::Keyword(name) if tree.name(name.name) == "total" => {
                    self.classes[number].may_miss =
                        matches!(tree.expr(argument.value).kind, ExprKind::Bool(false));
                }
                ArgumentKind::Keyword(name)
                    if tree.name(name.name) == "metaclass"
                        && matches!(
                            entry_named(file, argument.value),
                            Some(FaceEntry::Form("ABCMeta"))
                        ) =>
                {
                    self.classes[number].is_abstract = true;
                }
                ArgumentKind::Keyword(name) if tree.name(name.name) != "metaclass" => {
                    let name = tree.name(name.name).to_owned();
                    self.classes[number].keywords.push((name, argument.value));
                }
                _ => {
                    let span = tree.expr(argument.value).span;
                    self.classes[number].problem = Some((
                        span,
                        "class arguments by keyword are not supported".to_owned(),
                        None,
                    ));
                }
            }
        }
        self.settle_bases(number, definition.span);
        for &decorator in &definition.decorators {
            self.decorate(file, number, decorator);
        }
        let base = self.classes[number].base;
        self.begin_data_base(file, number);
        self.inherit(number);
        if let Some(ClassRef::Native(name)) = base
            && face::class(name).is_some_and(|class| matches!(class.kind, ClassKind::Exception(_)))
        {
            self.classes[number].is_exception = true;
        }
        if self.classes[number].data_type.is_some() {
            self.classes[number].order = true;
        }
        self.fill_methods(file, number, definition);
        let methods = &self.classes[number].methods;
        let is_descriptor = ["__get__", "__set__", "__delete__"]
            .iter()
            .any(|name| methods.contains_key(*name));
        self.has_descriptors |= is_descriptor;
        self.refuse_hooks(file, number);
        let info = &self.classes[number];
        if info.methods.contains_key("__setattr__") {
            let fields = info.fields.iter().map(|field| field.name.clone());
            self.computed_names.extend(fields);
        }
        let properties = info.methods.iter();
        let properties = properties.filter(|(_, method)| method.kind == MethodKind::Property);
        self.computed_names
            .extend(properties.map(|(name, _)| name.clone()));
        let made = info
            .attributes
            .iter()
            .filter(|&(_, &value)| matches!(file.tree.expr(value).kind, ExprKind::Call { .. }));
        let mut made: Vec<_> = made.collect();
        made.sort_by_key(|&(_, &value)| file.tree.expr(value).span.start);
        let made: Vec<String> = made.into_iter().map(|(name, _)| name.clone()).collect();
        self.computed_names.extend(made.iter().cloned());
        if self.has_descriptors {
            // Where descriptors keep their values, as a rule.
            for name in made {
                self.add_field(file, number, &format!("_{name}"), None, definition.span);
            }
        }
        if self.classes[number].completes_order {
            self.complete_order(number);
        }
        self.tell_missing_keys(number);
        self.fill_fields(file, number, definition);
        let kept = file.kept_names.iter();
        for (class, names) in
            kept.filter(|(class, _)| file.tree.class(**class).span == definition.span)
        {
            for &name in names {
                let text = file.tree.name(name).to_owned();
                self.add_field(file, number, &text, None, file.tree.class(*class).span);
            }
        }
        if self.classes[number].methods.contains_key("__hash__") {
            self.add_field(file, number, crate::walk::NUMBER, None, definition.span);
        }
    }

    fn set_base(&mut self, file: &'a FileData, number: usize, value: ExprId) {
        let tree = &file.tree;
        let span = tree.expr(value).span;
        match entry_named(file, value) {
            Some(FaceEntry::Form("NamedTuple")) => {
                self.begin_named_tuple(number);
                return;
            }
            Some(FaceEntry::Form("TypedDict")) => {
                self.classes[number].is_typed_dict = true;
                return;
            }
            _ => {}
        }
        if let Some((_, callee, arguments)) = super::made::made(tree, value) {
            self.set_made_base(file, number, callee, arguments, span);
            return;
        }
        let Some(base) = self.class_named(file, value) else {
            // Forms such as `Generic[T]`, `Protocol` and `ABC` only matter to annotations.
            if !self.is_form(file, value) {
                let message = "this base class is not supported".to_owned();
                let help = "derive from a class of the program or from an exception".to_owned();
                self.classes[number].problem = Some((span, message, Some(help)));
            }
            return;
        };
        let is_fine = match base {
            ClassRef::Program(index) => (index as usize) < number,
            ClassRef::Native("object") => return,
            ClassRef::Native("abc.ABC") => {
                self.classes[number].is_abstract = true;
                return;
            }
            ClassRef::Native(name) if name.starts_with("enum.") => {
                self.begin_enumeration(number, name, span);
                return;
            }
            // `class Color(str, Enum)`
            ClassRef::Native(name @ ("str" | "int" | "float" | "bytes"))
                if self.derives_from_enum(file, number) =>
            {
                self.classes[number].data_type = Some(name);
                return;
            }
            ClassRef::Native(name) => {
                if let Some(base) = self.data_base(name) {
                    self.classes[number].data_type = Some(name);
                    self.classes[number].bases.push(base);
                    return;
                }
                face::class(name).is_some_and(|class| matches!(class.kind, ClassKind::Exception(_)))
            }
        };
        if !is_fine {
            let message = match base {
                ClassRef::Program(_) => "the base class is defined after this class".to_owned(),
                ClassRef::Native(name) => format!("a class cannot derive from `{name}`"),
            };
            let help = "keep the other object in a field and call its methods".to_owned();
            self.classes[number].problem = Some((span, message, Some(help)));
            return;
        }
        self.classes[number].bases.push(base);
    }

    /// The order of the bases, and the one of them whose fields come first.
    fn settle_bases(&mut self, number: usize, span: Span) {
        let class = u32::try_from(number).unwrap_or(u32::MAX);
        let bases = self.classes[number].bases.clone();
        let is_exception = |base: &ClassRef| match base {
            ClassRef::Program(index) => self.classes[*index as usize].is_exception,
            ClassRef::Native(_) => true,
        };
        let first = bases
            .iter()
            .find(|base| is_exception(base))
            .or(bases.first());
        self.classes[number].base = first.copied();
        match self.linearise(class, &bases) {
            Some(order) if order.len() > MAX_BASES => {
                // What it inherits is copied: a deeper hierarchy would take the square of its depth.
                self.classes[number].order_of_bases = vec![ClassRef::Program(class)];
                self.classes[number].base = None;
                let message = format!("a class has at most {MAX_BASES} bases above it");
                let help = "keep the other object in a field and call its methods".to_owned();
                self.classes[number].problem = Some((span, message, Some(help)));
            }
            Some(order) => self.classes[number].order_of_bases = order,
            None => {
                self.classes[number].order_of_bases = vec![ClassRef::Program(class)];
                let message = "its bases stand in an order that contradicts theirs".to_owned();
                let help = "list derived classes before their own bases".to_owned();
                self.classes[number].problem = Some((span, message, Some(help)));
            }
        }
    }

    /// What a class has from its bases. At most [`MAX_BASES`] times their fields.
    fn inherit(&mut self, number: usize) {
        let bases: Vec<usize> = self.classes[number]
            .order_of_bases
            .iter()
            .skip(1)
            .filter_map(|base| match base {
                ClassRef::Program(index) => Some(*index as usize),
                ClassRef::Native(_) => None,
            })
            .collect();
        if let Some(ClassRef::Program(base)) = self.classes[number].base {
            self.classes[number].fields = self.classes[base as usize].fields.clone();
            self.own_data(number, base);
        }
        for index in bases {
            let fields = self.classes[index].fields.clone();
            for field in fields {
                let known = self.classes[number]
                    .fields
                    .iter()
                    .find(|known| known.name == field.name)
                    .map(|known| known.node);
                match known {
                    Some(node) => self.types.unify(node, field.node),
                    None => self.classes[number].fields.push(field),
                }
            }
            let inherited = self.classes[index].clone();
            let class = &mut self.classes[number];
            class.is_exception |= inherited.is_exception;
            class.is_enumeration |= inherited.is_enumeration;
            class.is_named_tuple |= inherited.is_named_tuple;
            class.is_typed_dict |= inherited.is_typed_dict;
            class.is_flag |= inherited.is_flag;
            class.shows_values |= inherited.shows_values;
            class.is_abstract |= inherited.is_abstract;
            class.data_type = class.data_type.or(inherited.data_type);
            if inherited.is_dataclass && !class.is_dataclass {
                class.frozen = inherited.frozen;
                class.order = inherited.order;
                class.shows_fields = inherited.shows_fields;
                class.compares_equal = inherited.compares_equal;
                class.is_dataclass = true;
            }
        }
    }

    /// The class that an expression names statically.
    pub fn class_named(&self, file: &FileData, value: ExprId) -> Option<ClassRef> {
        let tree = &file.tree;
        match &tree.expr(value).kind {
            ExprKind::Name(name) => match file.names.expr(value) {
                Binding::Static(id) => match file.names.statics.get(id as usize)? {
                    Static::Class(class) => self
                        .class_index
                        .get(&(file.id, class.0))
                        .map(|&index| ClassRef::Program(index)),
                    Static::Imported(module, name) => self.class_of_module(module, name),
                    _ => None,
                },
                Binding::Builtin => native_class("builtins", tree.name(*name)),
                Binding::Variable(_) => {
                    // A class inside a function is a variable there.
                    let text = tree.name(*name);
                    let index = tree
                        .classes
                        .iter()
                        .rposition(|class| tree.name(class.name.name) == text)?;
                    let index = u32::try_from(index).ok()?;
                    self.class_index
                        .get(&(file.id, index))
                        .map(|&index| ClassRef::Program(index))
                }
                Binding::InClass(class, _) => {
                    let &outer = self.class_index.get(&(file.id, class.0))?;
                    self.nested_class(outer, tree.name(*name))
                        .map(ClassRef::Program)
                }
                Binding::Undefined => None,
            },
            ExprKind::Attribute { value, name } => {
                self.class_of_module(&module_named(file, *value)?, tree.name(name.name))
            }
            ExprKind::Subscript { value, .. } => self.class_named(file, *value),
            _ => None,
        }
    }

    /// The class that a module's name is: native, or of the prelude.
    fn class_of_module(&self, module: &str, name: &str) -> Option<ClassRef> {
        if crate::tools::is_module(module) {
            return match self.tools.item(module, name)? {
                (file, Static::Class(class)) => self
                    .class_index
                    .get(&(file.id, class.0))
                    .map(|&index| ClassRef::Program(index)),
                _ => None,
            };
        }
        let FaceEntry::Prelude(prelude) = face::module(module)?.get(name)? else {
            return native_class(module, name);
        };
        match super::files::prelude_static(prelude)? {
            (file, Static::Class(class)) => self
                .class_index
                .get(&(file.id, class.0))
                .map(|&index| ClassRef::Program(index)),
            _ => None,
        }
    }

    fn is_form(&self, file: &FileData, value: ExprId) -> bool {
        match &file.tree.expr(value).kind {
            ExprKind::Subscript { value, .. } => self.is_form(file, *value),
            _ => matches!(entry_named(file, value), Some(FaceEntry::Form(_))),
        }
    }

    fn fill_methods(&mut self, file: &'a FileData, number: usize, definition: &'a ClassDefinition) {
        let tree = &file.tree;
        for &statement in &definition.body {
            match &tree.stmt(statement).kind {
                StmtKind::Function(function) => {
                    let syntax = tree.function(*function);
                    let Some(name) = syntax.name else { continue };
                    let mut kind = MethodKind::Instance;
                    let mut suffix = "";
                    let mut is_abstract = false;
                    for &decorator in &syntax.decorators {
                        match decorator_name(tree, decorator) {
                            "staticmethod" => kind = MethodKind::Static,
                            "classmethod" => kind = MethodKind::Class,
                            "property" | "cached_property" => kind = MethodKind::Property,
                            "setter" => suffix = ".setter",
                            "deleter" => suffix = ".deleter",
                            "abstractmethod" => is_abstract = true,
                            // What a call of it gives is wrapped there: `Walker::manager_of_method`.
                            "contextmanager" => {}
                            "override" | "final" => {}
                            _ => {
                                let span = tree.expr(decorator).span;
                                let message =
                                    "this decorator of a method is not supported".to_owned();
                                self.classes[number].problem = Some((span, message, None));
                            }
                        }
                    }
                    let definition =
                        self.definition(file.id, file.names.functions[function.index()]);
                    let text = tree.name(name.name);
                    let key = format!("{text}{suffix}");
                    if suffix.is_empty() {
                        let abstracts = &mut self.classes[number].abstracts;
                        if is_abstract {
                            abstracts.insert(key.clone());
                        } else {
                            abstracts.remove(&key);
                        }
                    }
                    self.classes[number]
                        .methods
                        .insert(key, Method { definition, kind });
                }
                StmtKind::Class(inner) => {
                    if let Some(&inner_number) = self.class_index.get(&(file.id, inner.0)) {
                        let name = tree.name(tree.class(*inner).name.name).to_owned();
                        self.classes[number].nested.insert(name, inner_number);
                    }
                }
                StmtKind::Assign { targets, value } => {
                    for (target, value) in paired(tree, targets, *value) {
                        let value = &value;
                        if let ExprKind::Name(name) = &tree.expr(target).kind {
                            let name = tree.name(*name).to_owned();
                            // `area = property(get_area, set_area)`
                            let accessors = self.accessors(file, number, *value);
                            if !accessors.is_empty() {
                                let methods = &mut self.classes[number].methods;
                                for (suffix, method) in accessors {
                                    methods.insert(format!("{name}{suffix}"), method);
                                }
                                continue;
                            }
                            // `__rmul__ = __mul__`
                            if let ExprKind::Name(other) = &tree.expr(*value).kind
                                && let Some(&method) =
                                    self.classes[number].methods.get(tree.name(*other))
                            {
                                self.classes[number].methods.insert(name, method);
                                continue;
                            }
                            let class = &mut self.classes[number];
                            class.abstracts.remove(&name);
                            if class.is_enumeration && !name.starts_with('_') {
                                class.members.push((name.clone(), *value));
                            }
                            class.attributes.insert(name, *value);
                        }
                    }
                }
                StmtKind::AnnotatedAssign {
                    target,
                    value: Some(value),
                    ..
                } if !self.classes[number].is_dataclass => {
                    if let ExprKind::Name(name) = &tree.expr(*target).kind {
                        self.classes[number]
                            .attributes
                            .insert(tree.name(*name).to_owned(), *value);
                    }
                }
                _ => {}
            }
        }
    }

    /// A method by name, in the class or its bases, with the class that has it.
    pub fn method(&self, class: u32, name: &str) -> Option<(u32, Method)> {
        self.method_among(&self.classes[class as usize].order_of_bases, name)
    }

    /// A class attribute by name, in the class or its bases.
    pub fn class_attribute(&self, class: u32, name: &str) -> Option<(u32, ExprId)> {
        let order = &self.classes[class as usize].order_of_bases;
        order.iter().find_map(|class| match class {
            ClassRef::Program(index) => {
                let value = self.classes[*index as usize].attributes.get(name)?;
                Some((*index, *value))
            }
            ClassRef::Native(_) => None,
        })
    }

    /// A field by name: its position and node.
    pub fn field(&self, class: u32, name: &str) -> Option<(usize, &FieldInfo)> {
        self.classes[class as usize]
            .fields
            .iter()
            .enumerate()
            .find(|(_, field)| field.name == name)
    }

    /// The class and all that derive from it.
    pub fn family(&self, class: ClassRef) -> Vec<ClassRef> {
        let mut family = vec![class];
        for index in 0..self.classes.len() {
            let candidate = ClassRef::Program(u32::try_from(index).unwrap_or(u32::MAX));
            if candidate != class && self.derives(candidate, class) {
                family.push(candidate);
            }
        }
        family
    }

    /// The native class at the end of a class's bases.
    pub fn native_base(&self, class: ClassRef) -> Option<&'static str> {
        let mut at = Some(class);
        while let Some(class) = at {
            if let ClassRef::Native(name) = class {
                return Some(name);
            }
            at = self.base_of(class);
        }
        None
    }
}

/// The native class of a module's name.
pub fn native_class(module: &str, name: &str) -> Option<ClassRef> {
    match face::module(module)?.get(name)? {
        FaceEntry::Class(class) => Some(ClassRef::Native(class.qualified)),
        _ => None,
    }
}

/// The dotted name of the module that an expression names statically.
pub fn module_named(file: &FileData, value: ExprId) -> Option<String> {
    match &file.tree.expr(value).kind {
        ExprKind::Name(_) => match file.names.expr(value) {
            Binding::Static(id) => match file.names.statics.get(id as usize)? {
                Static::Module(module) => Some(module.clone()),
                Static::Imported(module, name) => {
                    let dotted = format!("{module}.{name}");
                    is_module(&dotted).then_some(dotted)
                }
                _ => None,
            },
            _ => None,
        },
        ExprKind::Attribute { value, name } => {
            let dotted = format!(
                "{}.{}",
                module_named(file, *value)?,
                file.tree.name(name.name)
            );
            is_module(&dotted).then_some(dotted)
        }
        _ => None,
    }
}

/// Whether a dotted name is that of a module, or of a tool, which may not exist.
fn is_module(dotted: &str) -> bool {
    face::module(dotted).is_some() || crate::tools::is_module(dotted)
}

/// The face entry that an expression names statically.
pub fn entry_named(file: &FileData, value: ExprId) -> Option<&'static FaceEntry> {
    match &file.tree.expr(value).kind {
        ExprKind::Name(name) => match file.names.expr(value) {
            Binding::Static(id) => match file.names.statics.get(id as usize)? {
                Static::Imported(module, name) => face::module(module)?.get(name),
                _ => None,
            },
            Binding::Builtin => face::module("builtins")?.get(file.tree.name(*name)),
            _ => None,
        },
        ExprKind::Attribute { value, name } => {
            face::module(&module_named(file, *value)?)?.get(file.tree.name(name.name))
        }
        _ => None,
    }
}

/// The last name of a decorator, without its call.
pub fn decorator_name(tree: &Tree, decorator: ExprId) -> &str {
    match &tree.expr(decorator).kind {
        ExprKind::Name(name) => tree.name(*name),
        ExprKind::Attribute { name, .. } => tree.name(name.name),
        ExprKind::Call { callee, .. } => match &tree.expr(*callee).kind {
            ExprKind::Name(name) => tree.name(*name),
            ExprKind::Attribute { name, .. } => tree.name(name.name),
            _ => "",
        },
        _ => "",
    }
}

impl ClassInfo {
    fn empty(file: &FileData, class: u32) -> Self {
        let definition = &file.tree.classes[class as usize];
        Self {
            file: file.id,
            name: file.tree.name(definition.name.name).to_owned(),
            base: None,
            fields: Vec::new(),
            methods: BTreeMap::new(),
            attributes: BTreeMap::new(),
            is_dataclass: false,
            frozen: false,
            order: false,
            compares_equal: false,
            shows_fields: false,
            span: definition.span,
            problem: None,
            is_exception: false,
            is_generic: false,
            order_of_bases: Vec::new(),
            bases: Vec::new(),
            abstracts: BTreeSet::new(),
            is_abstract: false,
            nested: BTreeMap::new(),
            data_type: None,
            shows_values: false,
            is_flag: false,
            is_typed_dict: false,
            may_miss: false,
            docstring: definition.docstring.clone(),
            keywords: Vec::new(),
            wrappers: Vec::new(),
            completes_order: false,
            is_checkable: false,
            is_named_tuple: false,
            is_enumeration: false,
            members: Vec::new(),
            made_members: Vec::new(),
        }
    }
}

impl Engine<'_> {
    /// The classes as the typed tree has them, in the order of their numbers: bases first.
    pub fn typed_classes(&self) -> Vec<crate::typed::Class> {
        let is_numbered = |class: &ClassInfo| match class.order_of_bases.first() {
            Some(ClassRef::Program(index)) => self.hash_owner(*index).is_some(),
            _ => false,
        };
        self.classes
            .iter()
            .map(|class| crate::typed::Class {
                name: match super::files::module_of(class.file) {
                    Some(module) => format!("{module}:{}", class.name),
                    None => class.name.clone(),
                },
                base: class.base.map(|base| match base {
                    ClassRef::Program(index) => {
                        crate::typed::ClassReference::Program(crate::typed::ClassId(index))
                    }
                    ClassRef::Native(name) => match face::class(name).map(|class| class.kind) {
                        Some(ClassKind::Exception(name)) => {
                            crate::typed::ClassReference::Builtin(name)
                        }
                        _ => crate::typed::ClassReference::Builtin("BaseException"),
                    },
                }),
                fields: class
                    .fields
                    .iter()
                    .map(|field| crate::typed::Field {
                        name: field.name.clone(),
                        shown: field.shown,
                        compared: if is_numbered(class) {
                            field.name == crate::walk::NUMBER
                        } else if class.data_type.is_some() {
                            field.name == "value"
                        } else {
                            field.compared
                        },
                    })
                    .collect(),
                compares_equal: is_numbered(class)
                    || class.data_type.is_some()
                    || class.compares_equal && !class.methods.contains_key("__eq__"),
                compares_order: class.order || class.data_type.is_some(),
                frozen: class.frozen || class.data_type.is_some() || is_numbered(class),
                shows_fields: class.shows_fields && !class.methods.contains_key("__repr__"),
                is_tuple: class.is_named_tuple
                    && !is_numbered(class)
                    && !class.methods.contains_key("__eq__"),
                stands_for: class
                    .is_enumeration
                    .then(|| {
                        let value = class.fields.iter().position(|field| field.name == "value");
                        value.and_then(|value| u16::try_from(value).ok())
                    })
                    .flatten(),
                span: class.span,
            })
            .collect()
    }
}
