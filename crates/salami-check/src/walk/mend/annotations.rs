//! Values that their annotation does not allow.

use salami_source::Span;
use salami_syntax::tree::{ExprId, ExprKind, StmtKind};

use super::super::Walker;
use super::super::annotation::Bound;
use crate::help::Help;
use crate::names::closest;
use crate::types::{ClassRef, Type};

impl Walker<'_, '_> {
    /// What to write for a value that the annotation does not allow.
    pub(in crate::walk) fn bound_help(
        &mut self,
        annotation: ExprId,
        file: u16,
        bound: &Bound,
        actual: Type,
        span: Span,
    ) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        let place = self.engine.files.get(&file).map(|file| {
            let at = file.tree.expr(annotation).span;
            (at, file.source.slice(at).to_owned())
        });
        let Some((at, wanted)) = place else {
            return Help::default();
        };
        if file == 0 && actual == Type::NONE {
            return Help::new(format!("allow it: `{wanted} | None`"))
                .edit(at, format!("{wanted} | None"));
        }
        let type_ = match wanted.as_str() {
            "int" => Type::INT,
            "float" => Type::FLOAT,
            "str" => Type::STR,
            _ => Type::NEVER,
        };
        if let Some(help) = self.convert_help(type_, actual, span) {
            return help;
        }
        if let Bound::Record(class) = bound
            && let Some(help) = self.typed_dict_help(*class, span)
        {
            return help;
        }
        if let Bound::Program(class) = bound
            && let Some(help) = self.kept_help(*class, actual)
        {
            return help;
        }
        let is_class = |bound: &Bound| *bound == Bound::Class;
        let takes_class = match bound {
            Bound::Union(members) => members.iter().any(is_class),
            bound => is_class(bound),
        };
        if file >= crate::tools::FIRST_FILE && takes_class {
            return Help::new(
                "give it a class that says what it has, such as a dataclass of the program: its name alone, without quotes and brackets",
            );
        }
        if file != 0 {
            return Help::new(format!("give it a `{wanted}`"));
        }
        // The annotation follows the value where nothing else depends on it.
        let is_variable = self.tree.stmts.iter().any(|statement| {
            matches!(statement.kind, StmtKind::AnnotatedAssign { annotation: own, .. } if own == annotation)
        });
        let shown = self.show(actual);
        let is_plain = !shown.contains(['{', ' ', '\'']) && !shown.contains("Never");
        if is_variable && is_plain {
            return Help::new(format!("annotate it `{shown}`, or give it a `{wanted}`"))
                .edit(at, shown);
        }
        Help::new(format!("give it a `{wanted}`"))
    }

    /// The keys of a dict display against those of a typed dict.
    fn typed_dict_help(&self, wanted: u32, span: Span) -> Option<Help> {
        let asked = &self.engine.classes[wanted as usize];
        let id = self.any_expr_at(span)?;
        let ExprKind::Dict(items) = &self.tree.expr(id).kind else {
            return None;
        };
        let mut keys: Vec<(&str, Span)> = Vec::new();
        for (key, _) in items {
            let key = (*key)?;
            let ExprKind::Str(text) = &self.tree.expr(key).kind else {
                return None;
            };
            keys.push((text.as_str(), self.tree.expr(key).span));
        }
        let names: Vec<&str> = asked
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        let missing: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| !keys.iter().any(|(key, _)| key == name))
            .collect();
        let strange = keys.iter().find(|(key, _)| !names.contains(key));
        if let Some((key, at)) = strange {
            let near = closest(key, missing.iter().copied())
                .or(missing.first().copied().filter(|_| missing.len() == 1));
            return Some(match near {
                Some(near) => {
                    let quote = self.file.source.slice(*at).chars().next().unwrap_or('\'');
                    Help::new(format!(
                        "`{}` has the key `{near}`, not `{key}`",
                        asked.name
                    ))
                    .edit(*at, format!("{quote}{near}{quote}"))
                }
                None => Help::new(format!("`{}` has no key `{key}`: leave it out", asked.name)),
            });
        }
        (!missing.is_empty()).then(|| {
            Help::new(format!(
                "`{}` needs the keys `{}` too",
                asked.name,
                missing.join("`, `")
            ))
        })
    }

    /// What a class lacks of a protocol, or of an abstract class.
    fn kept_help(&self, wanted: u32, actual: Type) -> Option<Help> {
        let data = self.engine.types.data(actual);
        let &ClassRef::Program(class) = data.instances.first()? else {
            return None;
        };
        let asked = &self.engine.classes[wanted as usize];
        let own = &self.engine.classes[class as usize];
        let name = asked
            .methods
            .keys()
            .find(|name| self.engine.method(class, name).is_none())?;
        let definition = asked.methods.get(name)?.definition;
        let syntax = self.engine.syntax(definition)?;
        let tree = &self.engine.file_of(definition).tree;
        let parameters: Vec<&str> = syntax
            .parameters
            .iter()
            .map(|parameter| tree.name(parameter.name.name))
            .collect();
        let candidates = own.methods.keys().map(String::as_str);
        if let Some(near) = closest(name, candidates)
            && let Some(method) = own.methods.get(near)
            && let Some(near_name) = self.engine.syntax(method.definition)?.name
        {
            return Some(
                Help::new(format!("`{}` has `{near}`: call it `{name}`", own.name))
                    .edit(near_name.span, name.as_str()),
            );
        }
        Some(Help::new(format!(
            "give `{}` the method: `def {name}({})`",
            own.name,
            parameters.join(", ")
        )))
    }
}
