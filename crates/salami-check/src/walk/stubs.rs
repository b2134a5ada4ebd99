//! The types of a stub: what crosses the border must be data.

use salami_syntax::tree::{ExprId, StmtKind};

use super::Walker;
use super::annotation::Bound;
use crate::codes;
use crate::engine::ClassInfo;

/// Native classes whose values are data.
const DATA: &[&str] = &[
    "NoneType",
    "bool",
    "int",
    "float",
    "str",
    "list",
    "dict",
    "set",
    "frozenset",
    "tuple",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "decimal.Decimal",
];

impl Walker<'_, '_> {
    /// Checks the annotations of the stub whose body this walks, and tells what is wrong there.
    pub fn check_stub(mut self) {
        let tree = self.tree;
        for &statement in &tree.body {
            match &tree.stmt(statement).kind {
                StmtKind::Function(function) => {
                    let function = tree.function(*function);
                    for annotation in function.parameters.iter().filter_map(|it| it.annotation) {
                        self.check_crossing(annotation, false);
                    }
                    if let Some(annotation) = function.returns {
                        self.check_crossing(annotation, true);
                    }
                }
                StmtKind::Class(class) => {
                    for &field in &tree.class(*class).body {
                        if let StmtKind::AnnotatedAssign { annotation, .. } = tree.stmt(field).kind
                        {
                            self.check_crossing(annotation, true);
                        }
                    }
                }
                _ => {}
            }
        }
        for diagnostic in std::mem::take(&mut self.found) {
            self.engine.keep(diagnostic);
        }
    }

    fn check_crossing(&mut self, annotation: ExprId, is_answer: bool) {
        let mut bound = self.bound_of(annotation, self.file);
        if !is_answer {
            without_class(&mut bound);
        }
        let Some(problem) = stranger(&bound, &self.engine.classes, is_answer) else {
            return;
        };
        let span = self.tree.expr(annotation).span;
        let help = "use None, bool, int, float, str, date, datetime, time, Decimal, dataclasses, \
                    lists, and dicts with str keys";
        self.error(codes::TOOL_STUB, span, problem, Some(help.to_owned()));
    }
}

/// Takes away that a parameter may be given a class: what crosses the border is its schema. That the stub tells what the
/// class is for was seen when it was read.
fn without_class(bound: &mut Bound) {
    match bound {
        Bound::Class => *bound = Bound::Any,
        Bound::Union(members) => members.retain(|member| *member != Bound::Class),
        _ => {}
    }
}

/// Why values of a bound do not cross the border, if they do not.
fn stranger(bound: &Bound, classes: &[ClassInfo], is_answer: bool) -> Option<String> {
    let inner = |members: &[Bound]| {
        let mut problems = members
            .iter()
            .map(|member| stranger(member, classes, is_answer));
        problems.find_map(|problem| problem)
    };
    match bound {
        Bound::Union(members) | Bound::Tuple(members) => crate::deep(|| inner(members)),
        Bound::Native(name, _) if !DATA.contains(name) => {
            Some(format!("`{name}` is no data that a tool can take or give"))
        }
        Bound::Native("dict", arguments) | Bound::Protocol("Mapping", arguments) => {
            let has_text_keys = match arguments.first() {
                Some(Bound::Native("str", _)) | None => true,
                Some(Bound::Literal(keys)) => keys
                    .iter()
                    .all(|key| matches!(key, crate::typed::Constant::Str(_))),
                Some(_) => false,
            };
            if is_answer && !has_text_keys {
                return Some("the keys of a dict that a tool gives are text".to_owned());
            }
            crate::deep(|| inner(arguments.get(1..).unwrap_or_default()))
        }
        Bound::Native(_, arguments) | Bound::Protocol(_, arguments) => {
            crate::deep(|| inner(arguments))
        }
        Bound::Callable if is_answer => Some("a function is no data".to_owned()),
        Bound::Class => Some("a class is no data".to_owned()),
        Bound::Program(class) => {
            let class = classes.get(*class as usize)?;
            let is_data = class.is_dataclass || class.is_named_tuple || class.is_enumeration;
            (!is_data || class.is_exception)
                .then(|| format!("`{}` is no class of data", class.name))
        }
        Bound::Any | Bound::Record(_) | Bound::Literal(_) | Bound::Callable => None,
    }
}
