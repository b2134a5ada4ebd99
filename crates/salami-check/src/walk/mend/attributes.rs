//! Attributes and methods that a value does not have.

use salami_source::Span;
use salami_syntax::tree::{ExprId, ExprKind};

use super::super::Walker;
use crate::face::{self, FaceEntry, FaceMember};
use crate::help::{Help, import_edit};
use crate::names::closest;
use crate::typed::Kind;
use crate::types::{ClassRef, Type};

impl Walker<'_, '_> {
    /// What to write for an attribute that values of `part` do not have; `at` is its name.
    pub(in crate::walk) fn attribute_help(
        &self,
        whole: Type,
        part: Type,
        text: &str,
        at: Span,
        names: &[String],
    ) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        let found = self.expr_where(
            |expr| matches!(&expr.kind, ExprKind::Attribute { name, .. } if name.span == at),
        );
        let Some(id) = found else {
            return self.near_name(text, at, names).unwrap_or_default();
        };
        let ExprKind::Attribute { value, .. } = self.tree.expr(id).kind else {
            return Help::default();
        };
        if part == Type::NONE || whole == Type::NONE {
            return self.missing_help(value, whole);
        }
        if self.is_function(part) {
            return self.uncalled_help(value);
        }
        if self.is_coroutine(part) {
            return self.await_help(value);
        }
        if let Some(help) = self.template_help(id, value, part, text, at) {
            return help;
        }
        if let Some(help) = self.class_for_module(id, value, part, text) {
            return help;
        }
        if let Some(help) = self.near_name(text, at, names) {
            return help;
        }
        let data = self.engine.types.data(part);
        if part == Type::JSON || data.get(Kind::Dict).is_some() {
            let quote = self.quote_at(self.tree.expr(id).span);
            let code = format!("{}[{quote}{text}{quote}]", self.atom(value));
            let help = Help::new(format!("read a key of the dict: `{code}`"))
                .edit(self.tree.expr(id).span, code);
            let name = self.text(value);
            return match self.assigned_before(name, at.start) {
                // Data from outside gets its type where it is assigned.
                Some((statement, _)) if part == Type::JSON => {
                    let end = statement.span.start + u32::try_from(name.len()).unwrap_or(0);
                    help.edit(Span::new(end, end), ": dict[str, str]")
                }
                _ => help,
            };
        }
        if let Some(&ClassRef::Program(class)) = data.instances.first() {
            let class = &self.engine.classes[class as usize];
            let name = &class.name;
            if class.file >= crate::tools::FIRST_FILE {
                // It is a tool's, and cannot be changed.
                let fields = class.fields.iter().map(|field| field.name.as_str());
                let methods = class.methods.keys().map(String::as_str);
                let public = fields.chain(methods).filter(|name| !name.starts_with('_'));
                let public: Vec<&str> = public.take(24).collect();
                return match public.is_empty() {
                    true => Help::default(),
                    false => Help::new(format!("`{name}` has `{}`", public.join("`, `"))),
                };
            }
            return Help::new(if self.call_of(id).is_some() {
                format!("give `{name}` the method: `def {text}(self): ...`")
            } else {
                format!("give it in `__init__` of `{name}`: `self.{text} = ...`")
            });
        }
        if !names.is_empty() {
            let mut public: Vec<&str> = names
                .iter()
                .map(String::as_str)
                .filter(|name| !name.starts_with('_'))
                .collect();
            public.sort_unstable();
            public.dedup();
            if public.len() <= 24 {
                return Help::new(format!("it has `{}`", public.join("`, `")));
            }
        }
        Help::default()
    }

    fn near_name(&self, text: &str, at: Span, names: &[String]) -> Option<Help> {
        let near = closest(text, names.iter().map(String::as_str))?;
        Some(Help::new(format!("did you mean `{near}`?")).edit(at, near))
    }

    /// What other languages call so.
    fn template_help(
        &self,
        id: ExprId,
        value: ExprId,
        part: Type,
        text: &str,
        at: Span,
    ) -> Option<Help> {
        let class = self.native_class_of(part)?;
        let template = face::mistaken_attribute(class.name, text)?;
        if !template.contains('$') {
            return Some(Help::new(format!("write `{template}`")).edit(at, template));
        }
        let call = self.call_of(id);
        let arguments = match call {
            Some(call) => self.plain_arguments(call)?,
            None => Vec::new(),
        };
        let mut code = template.to_owned();
        for (place, mark) in ["$1", "$2"].into_iter().enumerate() {
            match arguments.get(place) {
                Some(&argument) => {
                    // A lambda is called where it stands, other code stands as a value.
                    let written = if code.contains(&format!("{mark}(")) {
                        self.atom(argument)
                    } else {
                        self.text(argument).to_owned()
                    };
                    code = code.replace(mark, &written);
                }
                None if place == 1 => code = code.replace(mark, ""),
                None if code.contains(mark) => return None,
                None => {}
            }
        }
        let receiver = self.atom(value);
        let is_name = matches!(self.tree.expr(value).kind, ExprKind::Name(_));
        if code.contains("$=") && !is_name {
            return None;
        }
        let whole = call.unwrap_or(id);
        let is_statement = self.statement_of(whole).is_some();
        let needs_statement =
            code.contains("$=") || code.starts_with("for ") || code.starts_with("del ");
        let stores = code.contains("] = ");
        code = code.replace("$=", &receiver).replace("$0", &receiver);
        if (needs_statement || stores) && !is_statement {
            return Some(Help::new(format!(
                "write `{code}` as a statement of its own"
            )));
        }
        // A call that took several arguments stays one: `x.includes(y)` is `y in x`.
        let span = self.tree.expr(whole).span;
        let written = if self.is_loose(template) && !self.stands_free(span) {
            format!("({code})")
        } else {
            code.clone()
        };
        Some(Help::new(format!("write `{code}`")).edit(span, written))
    }

    /// Whether the code that a template makes needs parentheses within other operators.
    fn is_loose(&self, template: &str) -> bool {
        [" in ", "not ", " + ", " * ", " ** ", " == "]
            .iter()
            .any(|operator| template.contains(operator))
            && !template.starts_with(['[', '('])
            && !template.starts_with("any(")
            && !template.starts_with("all(")
    }

    /// Whether nothing beside a place binds its code to more.
    fn stands_free(&self, span: Span) -> bool {
        let text = self.file.source.text();
        let before = text
            .get(..span.start as usize)
            .unwrap_or("")
            .trim_end_matches(' ');
        let after = text
            .get(span.end as usize..)
            .unwrap_or("")
            .trim_start_matches(' ');
        let begins = [
            "(", ",", "=", "[", ":", "{", "\n", "if", "elif", "while", "return", "and", "or", "not",
        ];
        let ends = [
            ")", ",", "]", ":", "}", "\n", "#", "and ", "or ", "if ", "for ",
        ];
        (before.is_empty() || begins.iter().any(|end| before.ends_with(end)))
            && (after.is_empty() || ends.iter().any(|end| after.starts_with(end)))
    }

    /// `datetime.datetime` and `datetime.timedelta` where `datetime` is the class.
    fn class_for_module(&self, id: ExprId, value: ExprId, part: Type, text: &str) -> Option<Help> {
        let data = self.engine.types.data(part);
        let &ClassRef::Native(class) = data.classes.first()? else {
            return None;
        };
        let (module, name) = class.rsplit_once('.')?;
        let ExprKind::Name(_) = self.tree.expr(value).kind else {
            return None;
        };
        let span = self.tree.expr(id).span;
        if name == text {
            let shown = self.text(value);
            let message = format!("`{shown}` is the class already: write `{shown}`");
            return Some(Help::new(message).edit(span, shown));
        }
        face::module(module)?.get(text)?;
        let (code, import) = self.importing(module, text);
        let mut help = Help::new(format!(
            "`{}` is the class, not the module: write `{code}`, with `from {module} import {text}`",
            self.text(value)
        ))
        .edit(span, code);
        help.edits.extend(import);
        Some(help)
    }

    /// What to write for a module that does not exist here.
    pub(in crate::walk) fn module_help(&self, name: &str, span: Span) -> Help {
        if let Some(help) = face::refused_module(name) {
            return Help::new(help);
        }
        let top = name.split('.').next().unwrap_or(name);
        if face::STANDARD.binary_search(&top).is_ok() {
            // It is meant, and no slip of the pen.
            return Help::new("write what you need of it yourself, in plain Python");
        }
        let near = closest(
            name,
            face::MODULES
                .iter()
                .copied()
                .filter(|module| !module.starts_with('_')),
        );
        match near {
            Some(near) => {
                let help = Help::new(format!("did you mean `{near}`?"));
                // The span may hold `name as other`.
                let end = span.start + u32::try_from(name.len()).unwrap_or(0);
                let mut help = help.edit(Span::new(span.start, end), near);
                self.rename(name, near, &mut help);
                help
            }
            None => Help::default(),
        }
    }

    /// Renames what an import bound, where the program uses it.
    fn rename(&self, name: &str, new: &str, help: &mut Help) {
        if !self.speaks() {
            return;
        }
        for expr in &self.tree.exprs {
            if let ExprKind::Name(own) = expr.kind
                && self.tree.name(own) == name
            {
                help.edits.push(salami_source::Edit::new(expr.span, new));
            }
        }
    }

    /// A tool was imported as if it were a module of Python.
    fn tool_import_help(&self, name: &str) -> Help {
        let line = format!("from tools import {name}");
        let help = Help::new(format!("it is a tool: write `{line}`"));
        let statement =
            self.tree.stmts.iter().find(|statement| {
                self.file.source.slice(statement.span) == format!("import {name}")
            });
        match statement {
            Some(statement) => help.edit(statement.span, line),
            None => help,
        }
    }

    /// What to write for a tool, or a function of one, that does not exist; the name ends the span.
    pub(in crate::walk) fn tool_name_help<'n>(
        &self,
        name: &str,
        offered: impl IntoIterator<Item = &'n str>,
        span: Span,
    ) -> Help {
        let offered: Vec<&str> = offered.into_iter().collect();
        match closest(name, offered.iter().copied()) {
            Some(near) => {
                let length = u32::try_from(name.len()).unwrap_or(0);
                let at = Span::new(span.end.saturating_sub(length), span.end);
                let mut help = Help::new(format!("did you mean `{near}`?")).edit(at, near);
                if at == span {
                    self.rename(name, near, &mut help);
                }
                help
            }
            None => Help::new(format!("there are `{}`", offered.join("`, `"))),
        }
    }

    /// What to write for a name that a module does not have, where it is imported.
    pub(in crate::walk) fn imported_name_help(
        &self,
        module: &str,
        alias: &salami_syntax::tree::ImportAlias,
    ) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        let end = alias.span.start + u32::try_from(alias.name.len()).unwrap_or(0);
        let at = Span::new(alias.span.start, end);
        let near = face::module(module)
            .and_then(|face| closest(&alias.name, face.entries.keys().copied()));
        match near {
            Some(near) => {
                let mut help = Help::new(format!("did you mean `{near}`?")).edit(at, near);
                if alias.alias.is_none() {
                    self.rename(&alias.name, near, &mut help);
                }
                help
            }
            None => {
                let other = face::MODULES.iter().copied().find(|other| {
                    !other.starts_with('_')
                        && face::module(other).is_some_and(|face| face.get(&alias.name).is_some())
                });
                match other {
                    Some(other) => Help::new(format!(
                        "it is in `{other}`: `from {other} import {}`",
                        alias.name
                    )),
                    None => Help::default(),
                }
            }
        }
    }

    /// What to write for a name that a module does not have.
    pub(in crate::walk) fn module_name_help(&self, module: &str, name: &str, span: Span) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        let Some(face) = face::module(module) else {
            return Help::default();
        };
        if self.engine.tools.names.iter().any(|tool| tool == module) {
            return self.tool_import_help(module);
        }
        // The span covers `module.name`, or only the name.
        let end = span.end;
        let at = Span::new(
            end.saturating_sub(u32::try_from(name.len()).unwrap_or(0)),
            end,
        );
        let owner = face.entries.values().find_map(|entry| match entry {
            FaceEntry::Class(class) if !class.hidden => match class.members.get(name)? {
                FaceMember::ClassMethod(_) | FaceMember::StaticMethod(_) => Some(class.name),
                _ => None,
            },
            _ => None,
        });
        if let Some(class) = owner {
            let code = format!("{class}.{name}");
            return Help::new(format!(
                "it is a method of the class: write `{module}.{code}`"
            ))
            .edit(at, code);
        }
        if let Some(near) = closest(name, face.entries.keys().copied()) {
            return Help::new(format!("did you mean `{near}`?")).edit(at, near);
        }
        let other = face::MODULES.iter().copied().find(|other| {
            !other.starts_with('_')
                && face::module(other).is_some_and(|face| {
                    matches!(
                        face.get(name),
                        Some(FaceEntry::Function(_) | FaceEntry::Class(_))
                    )
                })
        });
        match other {
            Some("builtins") => {
                Help::new(format!("`{name}` is a builtin: write `{name}`")).edit(span, name)
            }
            Some(other) => {
                let mut help = Help::new(format!(
                    "it is in `{other}`: write `{other}.{name}`, with `import {other}`"
                ))
                .edit(span, format!("{other}.{name}"));
                if !self.file.names.module.contains_key(other) {
                    help.edits.push(import_edit(self.tree, other, None));
                }
                help
            }
            None => {
                let mut names: Vec<&str> = face
                    .entries
                    .iter()
                    .filter(|(name, entry)| {
                        !name.starts_with('_') && !matches!(entry, FaceEntry::Refused(_))
                    })
                    .map(|(name, _)| *name)
                    .collect();
                names.truncate(30);
                Help::new(format!("it has `{}`", names.join("`, `")))
            }
        }
    }
}
