//! What is told of threads that share what changes.

use std::collections::BTreeSet;

use salami_source::{Diagnostic, Span};
use salami_syntax::tree::{ArgumentKind, ExprId, ExprKind, FunctionBody, FunctionDefinition};

use super::points::Object;
use super::{Root, Thread};
use crate::codes;
use crate::engine::{Engine, FileData};
use crate::help::Help;
use crate::typed::Kind;

/// Refuses a program whose threads take too much work to look at.
pub(super) fn too_complex(engine: &Engine<'_>, spawns: &BTreeSet<u32>) -> Diagnostic {
    let message = "what the threads of this program share is too much to follow";
    let _ = spawns;
    Diagnostic::error(
        codes::PROGRAM_TOO_COMPLEX,
        engine.busiest().unwrap_or_default(),
        message,
    )
    .with_help("spawn fewer functions, and give them what they need as arguments")
}

impl Thread<'_> {
    /// The program.
    fn file(&self) -> Option<&FileData> {
        self.engine.files.get(&0).copied()
    }

    /// The call of `spawn` in the tree: its arguments.
    fn call(&self) -> Option<(&FileData, &[salami_syntax::tree::Argument])> {
        let file = self.file()?;
        let span = self.span();
        let call = file
            .tree
            .exprs
            .iter()
            .find(|expr| expr.span == span && matches!(expr.kind, ExprKind::Call { .. }))?;
        match &call.kind {
            ExprKind::Call { arguments, .. } => Some((file, arguments)),
            _ => None,
        }
    }

    /// The receiver of a method that is spawned.
    fn receiver(&self) -> Option<String> {
        let (file, arguments) = self.call()?;
        match file.tree.expr(arguments.first()?.value).kind {
            ExprKind::Attribute { value, .. } => Some(text(file, value).to_owned()),
            _ => None,
        }
    }

    fn quoted(&self, name: Option<&str>) -> String {
        match name {
            Some(name) => format!("`{name}`"),
            None => match self.receiver() {
                Some(receiver) => format!("`{receiver}`"),
                None => "what it captured".to_owned(),
            },
        }
    }

    /// The thread changes what it captured.
    pub(super) fn changes(&self, name: Option<&str>, root: Option<&Root>, at: Span) -> Diagnostic {
        let what = self.quoted(name);
        let message = format!("a spawned function captured {what} and changes it");
        let help = self.combined(name, at).unwrap_or_else(|| {
            format!(
                "let the function return what it works out, and put it into {what} after `.join()`: a \
                 thread works on copies, so nothing else would see the change"
            )
        });
        let mut diagnostic = Diagnostic::error(codes::THREAD_CHANGES, self.span(), message);
        diagnostic = diagnostic.with_help(help);
        self.labelled(diagnostic, root, at, "the thread changes it here")
    }

    /// How to let the function return what it puts into a variable, and put it there after joining.
    fn combined(&self, name: Option<&str>, at: Span) -> Option<String> {
        let reason = "a thread works on copies";
        let Some(name) = name else {
            let (file, arguments) = self.call()?;
            let method = text(file, arguments.first()?.value);
            return Some(format!(
                "spawn a function that returns what is to be put in, and write `{method}(task.join())` where \
                 the task is joined: {reason}"
            ));
        };
        let (value, put) = put_into(name, self.file()?.source.slice(at))?;
        Some(format!(
            "write `return {value}` there, and `{put}` where the task is joined: {reason}"
        ))
    }

    /// The thread reads what is changed while it runs.
    pub(super) fn shares(&self, name: Option<&str>, root: Option<&Root>, at: Span) -> Diagnostic {
        let what = self.quoted(name);
        let message = format!("a spawned function captured {what}, which changes afterwards");
        let help = self.pass_help(name, &what);
        let mut diagnostic = Diagnostic::error(codes::THREAD_SHARES, self.span(), message);
        diagnostic.help = help.text;
        diagnostic.edits = help.edits;
        self.labelled(diagnostic, root, at, "it changes here")
    }

    fn labelled(
        &self,
        mut diagnostic: Diagnostic,
        root: Option<&Root>,
        at: Span,
        changed: &str,
    ) -> Diagnostic {
        if let Some(root) = root.filter(|root| root.name.is_some() && root.read != at) {
            diagnostic = diagnostic.with_label(root.read, "captured here");
        }
        diagnostic.with_label(at, changed)
    }

    /// How to pass as an argument what the function captures.
    fn pass_help(&self, name: Option<&str>, what: &str) -> Help {
        let general = format!(
            "pass {what} to the function as an argument of `spawn`: the thread then has a copy of what it \
             is at that moment"
        );
        let certain =
            name.and_then(|name| self.lambda_help().or_else(|| self.parameter_help(name)));
        certain.unwrap_or_else(|| Help::new(general))
    }

    /// `spawn(lambda: greet(name))` is `spawn(greet, name)`.
    fn lambda_help(&self) -> Option<Help> {
        let (file, arguments) = self.call()?;
        let [argument] = arguments else { return None };
        let lambda = file.tree.expr(argument.value);
        let ExprKind::Lambda(function) = lambda.kind else {
            return None;
        };
        let function = file.tree.function(function);
        let FunctionBody::Expression(body) = function.body else {
            return None;
        };
        let ExprKind::Call {
            callee,
            arguments: given,
        } = &file.tree.expr(body).kind
        else {
            return None;
        };
        let is_name = matches!(file.tree.expr(*callee).kind, ExprKind::Name(_));
        if !function.parameters.is_empty() || !is_name {
            return None;
        }
        let mut parts = vec![text(file, *callee).to_owned()];
        for argument in given {
            let value = text(file, argument.value);
            parts.push(match argument.kind {
                ArgumentKind::Positional => value.to_owned(),
                ArgumentKind::Keyword(name) => format!("{}={value}", file.tree.name(name.name)),
                _ => return None,
            });
        }
        let written = parts.join(", ");
        let help = Help::new(format!("pass it as an argument: `spawn({written})`"));
        Some(help.edit(lambda.span, written))
    }

    /// A nested function without parameters gets one.
    fn parameter_help(&self, name: &str) -> Option<Help> {
        let (file, arguments) = self.call()?;
        let [argument] = arguments else { return None };
        let callee = file.tree.expr(argument.value);
        let ExprKind::Name(called) = callee.kind else {
            return None;
        };
        let called = file.tree.name(called);
        let named = |function: &&FunctionDefinition| {
            function
                .name
                .is_some_and(|name| file.tree.name(name.name) == called)
        };
        let mut functions = file.tree.functions.iter().filter(named);
        let (Some(function), None) = (functions.next(), functions.next()) else {
            return None;
        };
        let is_use = |expr: &&salami_syntax::tree::Expr| matches!(expr.kind, ExprKind::Name(used) if file.tree.name(used) == called);
        if !function.parameters.is_empty() || file.tree.exprs.iter().filter(is_use).count() != 1 {
            return None;
        }
        let end = function.name?.span.end;
        let after = file.source.text().get(end as usize..)?;
        if !after.starts_with("()") {
            return None;
        }
        let text =
            format!("pass it as an argument: `def {called}({name})` and `spawn({called}, {name})`");
        let help = Help::new(text).edit(Span::new(end, end + 2), format!("({name})"));
        Some(help.edit(callee.span, format!("{called}, {name}")))
    }

    /// A thread is given, or returns, what cannot be copied.
    pub(super) fn stranger(&self, object: Object, is_result: bool) -> Diagnostic {
        let kinds = self.points.made(object).kinds;
        let is = |kind: Kind| kinds & (1 << kind as u8) != 0;
        let (what, help) = if is(Kind::Coroutine) {
            let help = if is_result {
                "spawn a function that runs it: `spawn(lambda: asyncio.run(...))`"
            } else {
                "let the thread make the coroutine itself, and run it: `asyncio.run(...)`"
            };
            ("a coroutine", help)
        } else if is(Kind::CsvReader) || is(Kind::CsvWriter) {
            ("a reader or writer", "make it in the function that uses it")
        } else {
            ("a generator or iterator", "make a list of it: `list(...)`")
        };
        let help = match self.list_help() {
            Some(exact) if !is_result && what.contains("iterator") => exact,
            _ => Help::new(help),
        };
        let message = if is_result {
            format!("a thread returns {what}, which cannot be copied")
        } else {
            format!("a thread is given {what}, which cannot be copied")
        };
        let mut diagnostic = Diagnostic::error(codes::THREAD_VALUE, self.span(), message);
        diagnostic.help = help.text;
        diagnostic.edits = help.edits;
        diagnostic
    }

    /// The only argument, made a list.
    fn list_help(&self) -> Option<Help> {
        let (file, arguments) = self.call()?;
        let [_, argument] = arguments else {
            return None;
        };
        if !matches!(argument.kind, ArgumentKind::Positional) {
            return None;
        }
        let written = text(file, argument.value);
        let list = if written.starts_with('(') && written.ends_with(')') {
            format!("list{written}")
        } else {
            format!("list({written})")
        };
        let help = Help::new(format!("make a list of it: `{list}`"));
        Some(help.edit(file.tree.expr(argument.value).span, list))
    }
}

/// What a statement puts into a variable, and the statement that puts in what a task returns.
fn put_into(name: &str, statement: &str) -> Option<(String, String)> {
    let rest = statement.trim().strip_prefix(name)?;
    for method in ["append", "add", "extend", "update"] {
        let given = rest
            .strip_prefix('.')
            .and_then(|rest| rest.strip_prefix(method));
        let given = given.and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')'));
        if let Some(value) = given {
            return Some((value.to_owned(), format!("{name}.{method}(task.join())")));
        }
    }
    for operator in ["+=", "-=", "*=", "|=", "="] {
        if let Some(value) = rest.trim_start().strip_prefix(operator) {
            let value = value.trim().to_owned();
            return Some((value, format!("{name} {operator} task.join()")));
        }
    }
    None
}

fn text(file: &FileData, expr: ExprId) -> &str {
    file.source.slice(file.tree.expr(expr).span)
}
