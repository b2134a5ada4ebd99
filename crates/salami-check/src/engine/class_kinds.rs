//! Kinds of classes that the standard library makes: enumerations, named tuples, classes of calls, completed orders.

use std::collections::BTreeSet;

use salami_source::Span;
use salami_syntax::tree::{Argument, ArgumentKind, ExprId, ExprKind};

use super::Engine;
use super::classes::{FieldInfo, Method, MethodKind, entry_named, is_field_name};
use super::files::FileData;
use crate::face::FaceEntry;
use crate::names::{Binding, Static};
use crate::types::ClassRef;

impl<'a> Engine<'a> {
    /// The comparisons that `@total_ordering` adds.
    pub(super) fn complete_order(&mut self, number: usize) {
        const NAMES: &[(&str, &str)] = &[
            ("__lt__", "less"),
            ("__le__", "less_or_equal"),
            ("__gt__", "greater"),
            ("__ge__", "greater_or_equal"),
        ];
        let class = u32::try_from(number).unwrap_or(u32::MAX);
        let has = |engine: &Self, name: &str| {
            engine.classes[number].methods.contains_key(name)
                || engine.method(class, name).is_some()
        };
        let Some((root, by)) = NAMES.iter().find(|(name, _)| has(self, name)) else {
            return;
        };
        for (name, what) in NAMES {
            if name == root || has(self, name) {
                continue;
            }
            self.add_prelude_method(number, name, "ordering", &format!("{what}_by_{by}"));
        }
    }

    /// A KeyError shows the key that is missing, also where it is not the first base of an exception.
    pub(super) fn tell_missing_keys(&mut self, number: usize) {
        let class = u32::try_from(number).unwrap_or(u32::MAX);
        let key_error = ClassRef::Native("KeyError");
        let info = &self.classes[number];
        let is_other = info.is_exception
            && info.order_of_bases.contains(&key_error)
            && self
                .native_base(ClassRef::Program(class))
                .is_some_and(|base| base != "KeyError");
        if is_other && self.method(class, "__str__").is_none() {
            self.add_prelude_method(number, "__str__", "conversion", "text_of_key_error");
        }
    }

    /// Gives a class a method that the prelude defines.
    pub(super) fn add_prelude_method(
        &mut self,
        number: usize,
        name: &str,
        file: &str,
        function: &str,
    ) {
        let Some(file) = super::files::prelude(file) else {
            return;
        };
        self.add_file(file);
        let Some(&Binding::Static(index)) = file.names.module.get(function) else {
            return;
        };
        let Some(Static::Function(id)) = file.names.statics.get(index as usize) else {
            return;
        };
        let definition = self.definition(file.id, file.names.functions[id.index()]);
        let kind = MethodKind::Instance;
        self.classes[number]
            .methods
            .insert(name.to_owned(), Method { definition, kind });
    }

    /// The functions of a `property(...)` in a class body.
    pub(super) fn accessors(
        &self,
        file: &FileData,
        number: usize,
        value: ExprId,
    ) -> Vec<(&'static str, Method)> {
        let tree = &file.tree;
        let ExprKind::Call { callee, arguments } = &tree.expr(value).kind else {
            return Vec::new();
        };
        let is_property = matches!(&tree.expr(*callee).kind, ExprKind::Name(name)
            if tree.name(*name) == "property" && file.names.expr(*callee) == Binding::Builtin);
        if !is_property {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (argument, suffix) in arguments.iter().zip(["", ".setter", ".deleter"]) {
            let definition = match &tree.expr(argument.value).kind {
                ExprKind::Lambda(function) => {
                    Some(self.definition(file.id, file.names.functions[function.index()]))
                }
                ExprKind::Name(name) => self.classes[number]
                    .methods
                    .get(tree.name(*name))
                    .map(|method| method.definition),
                _ => None,
            };
            if let Some(definition) = definition {
                let kind = if suffix.is_empty() {
                    MethodKind::Property
                } else {
                    MethodKind::Instance
                };
                found.push((suffix, Method { definition, kind }));
            }
        }
        found
    }

    /// The fields of members, and the methods that show them.
    pub(super) fn begin_enumeration(&mut self, number: usize, base: &str, span: Span) {
        let class = &mut self.classes[number];
        let (data_type, shows_values, is_flag) = match base {
            "enum.IntEnum" => (Some("int"), true, false),
            "enum.StrEnum" => (Some("str"), true, false),
            "enum.Flag" => (None, false, true),
            "enum.IntFlag" => (Some("int"), true, true),
            _ => (None, false, false),
        };
        class.data_type = class.data_type.or(data_type);
        class.shows_values |= shows_values;
        class.is_flag |= is_flag;
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
        let mut methods = vec![
            ("__str__", "shown"),
            ("__repr__", "represented"),
            ("__format__", "format_shown"),
        ];
        if shows_values {
            methods[0] = ("__str__", "shown_value");
            methods[2] = ("__format__", "format_value");
        }
        if is_flag {
            methods.extend([
                ("__or__", "flag_or"),
                ("__and__", "flag_and"),
                ("__xor__", "flag_xor"),
                ("__invert__", "flag_invert"),
                ("__contains__", "flag_contains"),
                ("__bool__", "flag_bool"),
                ("__iter__", "flag_iter"),
                ("__len__", "flag_len"),
            ]);
            methods[1] = ("__repr__", "flag_represented");
            if !shows_values {
                methods[0] = ("__str__", "flag_shown");
            }
        }
        for (method, function) in methods {
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

    /// Whether objects of `class` are instances of `ancestor`: a class that it derives from, or for an
    /// enumeration the kind of enumeration that it is and the type of data that its members are.
    pub fn is_kind_of(&self, class: ClassRef, ancestor: ClassRef) -> bool {
        if self.derives(class, ancestor) {
            return true;
        }
        let (ClassRef::Program(index), ClassRef::Native(name)) = (class, ancestor) else {
            return false;
        };
        let info = &self.classes[index as usize];
        info.is_enumeration
            && match name {
                "enum.Enum" => true,
                "enum.IntEnum" => {
                    info.shows_values && !info.is_flag && info.data_type == Some("int")
                }
                "enum.StrEnum" => info.shows_values && info.data_type == Some("str"),
                "enum.Flag" => info.is_flag,
                "enum.IntFlag" => info.is_flag && info.shows_values,
                name => info.data_type == Some(name),
            }
    }

    /// Whether the statement of a class lists `Enum` among its bases.
    pub(super) fn derives_from_enum(&self, file: &FileData, number: usize) -> bool {
        let span = self.classes[number].span;
        let Some(definition) = file.tree.classes.iter().find(|class| class.span == span) else {
            return false;
        };
        definition
            .arguments
            .iter()
            .any(|argument| match self.class_named(file, argument.value) {
                Some(ClassRef::Native(name)) => name.starts_with("enum."),
                Some(ClassRef::Program(index)) => self.classes[index as usize].is_enumeration,
                None => false,
            })
    }

    pub(super) fn begin_named_tuple(&mut self, number: usize) {
        let class = &mut self.classes[number];
        class.is_named_tuple = true;
        (class.is_dataclass, class.frozen, class.order) = (true, true, true);
        (class.compares_equal, class.shows_fields) = (true, true);
    }

    /// A class that a call makes, or that derives from such a class: `namedtuple("Point", "x y")`.
    pub(super) fn set_made_base(
        &mut self,
        file: &'a FileData,
        number: usize,
        callee: ExprId,
        arguments: &[Argument],
        span: Span,
    ) {
        let tree = &file.tree;
        let maker = match entry_named(file, callee) {
            Some(FaceEntry::Function(function)) => function.name,
            Some(FaceEntry::Form(name)) => name,
            Some(FaceEntry::Class(class)) => class.qualified,
            _ => "",
        };
        let names = arguments
            .get(1)
            .and_then(|names| super::made::listed(file, names.value));
        let keyword = |wanted: &str| {
            arguments.iter().find_map(|argument| match argument.kind {
                ArgumentKind::Keyword(name) if tree.name(name.name) == wanted => {
                    Some(argument.value)
                }
                _ => None,
            })
        };
        let Some(names) = names else {
            let message = "a class of which the names are computed is not supported".to_owned();
            let help = "write the names in the call, or write a class statement".to_owned();
            self.classes[number].problem = Some((span, message, Some(help)));
            return;
        };
        match maker {
            "namedtuple" | "NamedTuple" => {
                self.begin_named_tuple(number);
                let renames = keyword("rename")
                    .is_some_and(|value| matches!(tree.expr(value).kind, ExprKind::Bool(true)));
                let defaults = match keyword("defaults").map(|value| &tree.expr(value).kind) {
                    Some(ExprKind::List(items) | ExprKind::Tuple(items)) => items.clone(),
                    _ => Vec::new(),
                };
                let first = names.len().saturating_sub(defaults.len());
                let mut known = BTreeSet::new();
                for (position, (name, beside)) in names.into_iter().enumerate() {
                    let is_new = known.insert(name.clone());
                    let name = if renames && (!is_new || !is_field_name(&name)) {
                        format!("_{position}")
                    } else {
                        name
                    };
                    let default = position.checked_sub(first).and_then(|at| defaults.get(at));
                    let node = self.types.node();
                    let annotation = if maker == "NamedTuple" { beside } else { None };
                    self.classes[number].fields.push(FieldInfo {
                        name,
                        node,
                        annotation,
                        default: default.copied(),
                        factory: None,
                        in_init: true,
                        keyword_only: false,
                        shown: true,
                        compared: true,
                        is_declared: true,
                        file: file.id,
                        span,
                    });
                }
            }
            "TypedDict" => {
                self.classes[number].is_typed_dict = true;
                self.classes[number].may_miss = keyword("total")
                    .is_some_and(|value| matches!(tree.expr(value).kind, ExprKind::Bool(false)));
                for (name, annotation) in names {
                    self.add_field(file, number, &name, annotation, span);
                }
            }
            _ if maker.starts_with("enum.") => {
                self.begin_enumeration(number, maker, span);
                for (name, value) in names {
                    self.classes[number].made_members.push((name, value));
                }
            }
            _ => {
                let message = "this base class is not supported".to_owned();
                self.classes[number].problem = Some((span, message, None));
            }
        }
    }
}
