//! Values that their annotation does not allow.

use salami_source::Span;
use salami_syntax::tree::{ExprId, StmtKind};

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
        let Some((at, wanted)) = place.filter(|_| file == 0) else {
            return Help::default();
        };
        if actual == Type::NONE {
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
        if let Bound::Program(class) = bound
            && let Some(help) = self.kept_help(*class, actual)
        {
            return help;
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
