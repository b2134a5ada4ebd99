//! The classes of the program: bases, fields, methods.

use std::collections::BTreeMap;

use salami_source::Span;
use salami_syntax::tree::{ArgumentKind, ClassDefinition, ExprId, ExprKind, StmtKind, Tree};

use super::files::FileData;
use super::{DefinitionId, Engine};
use crate::face::{self, ClassKind, FaceEntry};
use crate::names::{Binding, Static};
use crate::types::{ClassRef, Node};

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
    /// Whether a base has types in brackets: `Generic[T]`.
    pub is_generic: bool,
}

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
            if matches!(argument.kind, ArgumentKind::Positional) {
                self.classes[number].is_generic |=
                    matches!(tree.expr(argument.value).kind, ExprKind::Subscript { .. });
                self.set_base(file, number, argument.value);
            } else {
                let span = tree.expr(argument.value).span;
                self.classes[number].problem = Some((
                    span,
                    "class arguments by keyword are not supported".to_owned(),
                    None,
                ));
            }
        }
        for &decorator in &definition.decorators {
            self.decorate(file, number, decorator);
        }
        let base = self.classes[number].base;
        if let Some(ClassRef::Program(base)) = base {
            self.classes[number].fields = self.classes[base as usize].fields.clone();
            self.classes[number].is_exception = self.classes[base as usize].is_exception;
            self.classes[number].is_enumeration = self.classes[base as usize].is_enumeration;
            let inherited = &self.classes[base as usize];
            let (frozen, order, shows) =
                (inherited.frozen, inherited.order, inherited.shows_fields);
            let (is_dataclass, equal) = (inherited.is_dataclass, inherited.compares_equal);
            let class = &mut self.classes[number];
            if is_dataclass && !class.is_dataclass {
                class.frozen = frozen;
                class.order = order;
                class.shows_fields = shows;
                class.compares_equal = equal;
                class.is_dataclass = true;
            }
        }
        if let Some(ClassRef::Native(name)) = base
            && face::class(name).is_some_and(|class| matches!(class.kind, ClassKind::Exception(_)))
        {
            self.classes[number].is_exception = true;
        }
        self.fill_methods(file, number, definition);
        self.fill_fields(file, number, definition);
    }

    fn set_base(&mut self, file: &'a FileData, number: usize, value: ExprId) {
        let tree = &file.tree;
        let span = tree.expr(value).span;
        if matches!(
            entry_named(file, value),
            Some(FaceEntry::Form("NamedTuple"))
        ) {
            let class = &mut self.classes[number];
            class.is_named_tuple = true;
            (class.is_dataclass, class.frozen, class.order) = (true, true, true);
            (class.compares_equal, class.shows_fields) = (true, true);
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
            ClassRef::Native("object" | "abc.ABC") => return,
            ClassRef::Native("enum.Enum") if self.classes[number].base.is_none() => {
                self.begin_enumeration(number, span);
                return;
            }
            ClassRef::Native(name) => {
                face::class(name).is_some_and(|class| matches!(class.kind, ClassKind::Exception(_)))
            }
        };
        if !is_fine || self.classes[number].base.is_some() {
            let message = match base {
                ClassRef::Program(_) if is_fine => "a class has at most one base here".to_owned(),
                ClassRef::Program(_) => "the base class is defined after this class".to_owned(),
                ClassRef::Native(name) if is_fine => {
                    format!("a class has at most one base here, not also `{name}`")
                }
                ClassRef::Native(name) => format!("a class cannot derive from `{name}`"),
            };
            let help = "keep the other object in a field and call its methods".to_owned();
            self.classes[number].problem = Some((span, message, Some(help)));
            return;
        }
        self.classes[number].base = Some(base);
    }

    /// The fields of members, and the methods that show them.
    fn begin_enumeration(&mut self, number: usize, span: Span) {
        for name in ["name", "value"] {
            let node = self.types.node();
            let file = self.classes[number].file;
            self.classes[number].fields.push(FieldInfo {
                name: name.to_owned(),
                node,
                annotation: None,
                default: None,
                factory: None,
                in_init: false,
                keyword_only: false,
                shown: false,
                compared: false,
                is_declared: false,
                file,
                span,
            });
        }
        self.classes[number].is_enumeration = true;
        let Some(file) = super::files::prelude("enumeration") else {
            return;
        };
        self.add_file(file);
        for (method, function) in [("__str__", "shown"), ("__repr__", "represented")] {
            let Some(&Binding::Static(index)) = file.names.module.get(function) else {
                continue;
            };
            let Some(Static::Function(id)) = file.names.statics.get(index as usize) else {
                continue;
            };
            let definition = self.definition(file.id, file.names.functions[id.index()]);
            let kind = MethodKind::Instance;
            self.classes[number]
                .methods
                .insert(method.to_owned(), Method { definition, kind });
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
                Binding::InClass(..) | Binding::Undefined => None,
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
                    let mut is_setter = false;
                    for &decorator in &syntax.decorators {
                        match decorator_name(tree, decorator) {
                            "staticmethod" => kind = MethodKind::Static,
                            "classmethod" => kind = MethodKind::Class,
                            "property" | "cached_property" => kind = MethodKind::Property,
                            "setter" | "deleter" => is_setter = true,
                            "abstractmethod" | "override" | "final" => {}
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
                    let key = if is_setter {
                        format!("{text}.setter")
                    } else {
                        text.to_owned()
                    };
                    self.classes[number]
                        .methods
                        .insert(key, Method { definition, kind });
                }
                StmtKind::Assign { targets, value } => {
                    for &target in targets {
                        if let ExprKind::Name(name) = &tree.expr(target).kind {
                            let name = tree.name(*name).to_owned();
                            let class = &mut self.classes[number];
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
        let mut at = Some(ClassRef::Program(class));
        while let Some(ClassRef::Program(index)) = at {
            let info = &self.classes[index as usize];
            if let Some(&method) = info.methods.get(name) {
                return Some((index, method));
            }
            at = info.base;
        }
        None
    }

    /// A class attribute by name, in the class or its bases.
    pub fn class_attribute(&self, class: u32, name: &str) -> Option<(u32, ExprId)> {
        let mut at = Some(ClassRef::Program(class));
        while let Some(ClassRef::Program(index)) = at {
            let info = &self.classes[index as usize];
            if let Some(&value) = info.attributes.get(name) {
                return Some((index, value));
            }
            at = info.base;
        }
        None
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
                    face::module(&dotted).map(|_| dotted)
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
            face::module(&dotted).map(|_| dotted)
        }
        _ => None,
    }
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
            is_named_tuple: false,
            is_enumeration: false,
            members: Vec::new(),
        }
    }
}

impl Engine<'_> {
    /// The classes as the typed tree has them, in the order of their numbers: bases first.
    pub fn typed_classes(&self) -> Vec<crate::typed::Class> {
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
                        compared: field.compared,
                    })
                    .collect(),
                compares_equal: class.compares_equal && !class.methods.contains_key("__eq__"),
                compares_order: class.order,
                frozen: class.frozen,
                shows_fields: class.shows_fields && !class.methods.contains_key("__repr__"),
                span: class.span,
            })
            .collect()
    }
}
