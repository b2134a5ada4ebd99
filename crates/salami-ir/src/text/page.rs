//! The instructions of hand-written code that are no instruction of the machine: each becomes a few.

use num_bigint::BigInt;
use salami_source::{Diagnostic, Span};

use super::lexer::Token;
use super::line::Line;
use super::literal;
use super::parse::Tables;
use super::plan::{Before, Parallel, Task};
use super::procedure::{Procedure, Written, position, written_address};
use super::slips;
use crate::index::{Address, LeafIndex, Register, TypeIndex};
use crate::instruction::{Destination, Expectation, Instruction};
use crate::module::{Constant, HandlerKind, LeafImport};
use crate::types::{RegisterType, Tag};
use crate::{BuiltinException, ClassRef};

/// An instruction of hand-written code.
#[derive(Clone, Copy, Debug)]
pub struct ListedInstruction {
    /// Its name.
    pub mnemonic: &'static str,
    /// What it is written with.
    pub operands: &'static str,
    /// What it does, in Markdown.
    pub doc: &'static str,
}

const fn row(
    mnemonic: &'static str,
    operands: &'static str,
    doc: &'static str,
) -> ListedInstruction {
    ListedInstruction {
        mnemonic,
        operands,
        doc,
    }
}

/// Every instruction that only hand-written code has. Those of the machine may stand beside them.
pub const LISTED_INSTRUCTIONS: &[ListedInstruction] = &[
    row(
        "STORE",
        "\"var\" R",
        "Keeps the value in the variable. A variable is a register by its name: `$var`, `var` and `LOAD \"var\"` read it. (With functions, in files that have `FUNCTION` lines, it is a module variable.)",
    ),
    row("LOAD", "\"var\" -> R", "The value of the variable."),
    row(
        "EXTRACT_JSON",
        "R \"a.b[0]\" -> R",
        "The part of an object or array at the path; of an HTTP response the part of its JSON body, `$status` and `$headers.NAME` being the rest of it. An empty path is the whole. `LookupError` if there is no such part. A string or number is refused before running: \"Cannot extract JSON from non-object\".",
    ),
    row(
        "EXTRACT_XML",
        "R \"xpath\" -> R",
        "The text of the first element, or the attribute, that the path finds in a string or in the body of a response: `/a/b`, `//b`, `*`, `[2]`, `[@id='x']`, `[name='x']`, `@id`, `text()`. `LookupError` if it finds none.",
    ),
    row(
        "EXTRACT_REGEX",
        "R \"pattern\" -> R",
        "What the first group of the pattern (the whole pattern, if it has none) first matches in a string or in the body of a response. Patterns are Python's. `LookupError` if it matches nowhere.",
    ),
    row(
        "HTTP_GET",
        "\"url\" [R...] -> R",
        "Asks the tool `http.get`. `{}` in the URL stands for the next register of the list, `{name}` for the register of that name, percent-encoded; one register more is an object of query parameters. The result is a response: printed it is its body, `EXTRACT_*` read it.",
    ),
    row(
        "HTTP_POST",
        "\"url\" [R...] -> R",
        "Asks the tool `http.post`; the register that no `{}` stands for is the body.",
    ),
    row(
        "HTTP_PUT",
        "\"url\" [R...] -> R",
        "Asks the tool `http.put`, as `HTTP_POST`.",
    ),
    row(
        "HTTP_DELETE",
        "\"url\" [R...] -> R",
        "Asks the tool `http.delete`, as `HTTP_GET`.",
    ),
    row(
        "CALL_SERVICE",
        "\"service.method\" [R...] -> R",
        "Asks the service. The destination may be left out. A file without `REQUIRE` lines may call what it names; one with them only what they name.",
    ),
    row(
        "IF_ERROR",
        "-> address",
        "Goes to the address if the instruction before it failed (after `PARALLEL_JOIN`: one of its tasks); what that would have set is unset there. `$error` is then the message. A failure that no `IF_ERROR` follows ends the program with the error.",
    ),
    row(
        "FOR_EACH",
        "R from to first last",
        "Runs the lines `first` to `last` for each whole number from `from` to `to` - 1, in R; then goes on behind `last`. `start` and `end` are all lines behind it, but the final `RETURN`. More than 1,000,000 iterations are refused: \"Loop exceeds iteration limit\".",
    ),
    row(
        "FOR_EACH_ARRAY",
        "R array first last",
        "Runs the lines for each item of the array, in R.",
    ),
    row("BREAK", "", "Leaves the innermost loop."),
    row(
        "CONTINUE",
        "",
        "Goes on with the next item of the innermost loop.",
    ),
    row(
        "PARALLEL_START",
        "n",
        "The next n lines are tasks, which run side by side.",
    ),
    row(
        "Task",
        "k: INSTRUCTION",
        "The k-th task: `CALL_SERVICE` or `HTTP_*`. What it sets is set by `PARALLEL_JOIN`.",
    ),
    row(
        "PARALLEL_JOIN",
        "",
        "Waits until all tasks are done, and sets their results, in the order of their lines.",
    ),
];

/// What may stand behind an instruction that cannot fail.
const SAFE: [&str; 13] = [
    "LOAD_CONST",
    "MOVE",
    "JUMP",
    "IF_TRUE",
    "IF_FALSE",
    "IF_UNSET",
    "IF_ERROR",
    "RETURN",
    "LOAD_INPUT",
    "STORE_OUTPUT",
    "UNSET",
    "STORE",
    "LOAD",
];

/// Whether `IF_ERROR` may follow the instruction.
pub(super) fn can_fail(mnemonic: &str) -> bool {
    !SAFE.contains(&mnemonic)
}

/// A word of a form that asks for the host.
struct Request {
    service: String,
    arguments: Vec<Register>,
    is_http: bool,
}

type Result<T = ()> = core::result::Result<T, Diagnostic>;

impl Procedure {
    /// Assembles one of [`LISTED_INSTRUCTIONS`], whose mnemonic was read; `false` if it is another one.
    pub(super) fn page(
        &mut self,
        tables: &mut Tables,
        line: &mut Line<'_, '_>,
        mnemonic: &str,
    ) -> Result<bool> {
        match mnemonic {
            "STORE" if self.owns_variables() => {
                let variable = self.variable(tables, line)?;
                let value = self.value(tables, line)?;
                self.flush();
                self.push(Instruction::Move {
                    value,
                    result: Destination(variable),
                });
                self.results.push(variable);
            }
            "LOAD" if self.owns_variables() => {
                let value = self.variable(tables, line)?;
                let result = self.result(tables, line)?;
                self.push(Instruction::Move { value, result });
            }
            "EXTRACT_JSON" => self.extract(tables, line, "svm.extract_json")?,
            "EXTRACT_XML" => self.extract(tables, line, "svm.extract_xml")?,
            "EXTRACT_REGEX" => self.extract(tables, line, "svm.extract_regex")?,
            "CALL_SERVICE" | "HTTP_GET" | "HTTP_POST" | "HTTP_PUT" | "HTTP_DELETE" => {
                let request = self.request(tables, line, mnemonic)?;
                let result = self.result(tables, line)?;
                let Request {
                    service,
                    arguments,
                    is_http,
                } = request;
                self.push(Instruction::CallService {
                    service,
                    arguments,
                    result,
                });
                self.respond(tables, is_http, result.0);
            }
            "Task" => self.task(tables, line)?,
            "PARALLEL_START" => {
                let span = line.span();
                let count = line.number()?;
                if self.parallel.is_some() {
                    return line
                        .refuse("the tasks of one PARALLEL_START end with PARALLEL_JOIN first");
                }
                self.parallel = Some(Parallel {
                    count,
                    tasks: Vec::new(),
                    refused: 0,
                    span,
                });
                self.nothing();
            }
            "PARALLEL_JOIN" => self.join(tables, line)?,
            "IF_ERROR" => self.if_error(tables, line)?,
            "FOR_EACH" | "FOR_EACH_ARRAY" => self.for_each(tables, line, mnemonic == "FOR_EACH")?,
            "BREAK" | "CONTINUE" => {
                let here = self.labels.last().map_or(0, |(label, _)| *label);
                let Some(found) = self.plan.as_ref().and_then(|plan| plan.around(here)) else {
                    let problem = line.error(format!("{mnemonic} stands in the body of a loop"));
                    return Err(problem.with_help(
                        "the body of a loop are the lines from the first to the last address of its FOR_EACH",
                    ));
                };
                let target = if mnemonic == "BREAK" {
                    Written::Exit(found)
                } else {
                    Written::Head(found)
                };
                self.jump(target, line.whole());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether `STORE` and `LOAD` are of registers by name.
    fn owns_variables(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.is_alone)
    }

    pub(super) fn push(&mut self, instruction: Instruction) {
        self.function.code.push(instruction);
    }

    /// Emits what loads the literals that were read.
    pub(super) fn flush(&mut self) {
        self.function.code.append(&mut self.pending);
    }

    /// An instruction for a line that has nothing to do, so that it can be jumped to and seen.
    fn nothing(&mut self) {
        let next = position(self.function.code.len() + 1);
        self.jump(Written::Inside(next), Span::default());
    }

    pub(super) fn jump(&mut self, target: Written, span: Span) {
        self.jumps
            .push((self.function.code.len(), vec![(target, span)]));
        self.push(Instruction::Jump { target: Address(0) });
    }

    fn leaf(
        &mut self,
        tables: &mut Tables,
        name: &str,
        arguments: Vec<Register>,
        result: Register,
    ) {
        let leaf = tables.leaves.intern(literal::text(name), || LeafImport {
            name: name.to_owned(),
        });
        self.push(Instruction::CallLeaf {
            leaf: LeafIndex(leaf),
            arguments,
            result: Destination(result),
        });
    }

    /// A register, literal or name that is read.
    pub(super) fn value(
        &mut self,
        tables: &mut Tables,
        line: &mut Line<'_, '_>,
    ) -> Result<Register> {
        let span = line.span();
        if line.at_constant() {
            let constant = line.constant(&tables.class_names)?;
            return self.literal(tables, constant, span);
        }
        self.read(tables, line)
    }

    /// `-> R`, or a register that nobody reads where it is left out.
    fn result(&mut self, tables: &mut Tables, line: &mut Line<'_, '_>) -> Result<Destination> {
        if line.peek().is_none() {
            return self.temporary(tables, line.span()).map(Destination);
        }
        line.mark("->")?;
        let register = self.register(tables, line)?;
        self.results.push(register);
        Ok(Destination(register))
    }

    /// The variable of `STORE` and `LOAD`.
    fn variable(&mut self, tables: &mut Tables, line: &mut Line<'_, '_>) -> Result<Register> {
        let span = line.span();
        match line.peek() {
            Some(Token::Text(name)) => {
                line.skip();
                self.named(tables, name, span)
            }
            _ => self.register(tables, line),
        }
    }

    fn values(
        &mut self,
        tables: &mut Tables,
        line: &mut Line<'_, '_>,
        mnemonic: &str,
    ) -> Result<Vec<Register>> {
        let mut values = Vec::new();
        if !matches!(line.peek(), None | Some(Token::Mark("[" | "->"))) {
            return Err(slips::brackets(line, mnemonic));
        }
        if line.accept_mark("[") {
            while !line.accept_mark("]") {
                if !values.is_empty() {
                    line.accept_mark(",");
                }
                if matches!(line.peek(), None | Some(Token::Mark("->"))) {
                    return line.missing("`]`");
                }
                values.push(self.value(tables, line)?);
            }
        }
        Ok(values)
    }

    fn extract(&mut self, tables: &mut Tables, line: &mut Line<'_, '_>, leaf: &str) -> Result {
        let value = self.value(tables, line)?;
        let span = line.span();
        let path = Constant::Str(line.text()?);
        let path = self.literal(tables, path, span)?;
        let result = self.result(tables, line)?;
        self.flush();
        self.leaf(tables, leaf, vec![value, path], result.0);
        Ok(())
    }

    /// What asks the host, up to its destination; what it needs is computed before.
    fn request(
        &mut self,
        tables: &mut Tables,
        line: &mut Line<'_, '_>,
        mnemonic: &str,
    ) -> Result<Request> {
        let Some(method) = mnemonic.strip_prefix("HTTP_") else {
            let service = line.text()?;
            if service.split('.').count() < 2 || service.split('.').any(str::is_empty) {
                let problem = line.error("a service is named with its method");
                let group = service.trim_matches('.');
                let group = if group.is_empty() { "service" } else { group };
                return Err(problem.with_help(format!(
                    "write the method behind a dot, as `\"{group}.query\"`"
                )));
            }
            let arguments = self.values(tables, line, mnemonic)?;
            tables.services.insert(service.clone());
            self.flush();
            return Ok(Request {
                service,
                arguments,
                is_http: false,
            });
        };
        let span = line.span();
        let (url, template) = match line.peek() {
            Some(Token::Text(text)) => {
                line.skip();
                let (template, names) = placeholders(text);
                let constant = Constant::Str(template);
                (self.literal(tables, constant, span)?, Some(names))
            }
            _ => (self.value(tables, line)?, None),
        };
        let given = self.values(tables, line, mnemonic)?;
        let mut is_left = vec![true; given.len()];
        let mut filled = Vec::new();
        for name in template.iter().flatten() {
            // `{0}` is the first of the list, `{}` the next one.
            let index = match name {
                None => is_left.iter().position(|left| *left),
                Some(name) => name.parse().ok().filter(|index| *index < given.len()),
            };
            match (index.and_then(|index| given.get(index)), name) {
                (Some(register), _) => filled.push(*register),
                (None, Some(name)) => filled.push(self.called(tables, line, name, span)?),
                (None, None) => {
                    return line.refuse(
                        "each `{}` of the URL stands for a register of the list behind it",
                    );
                }
            }
            if let Some(left) = index.and_then(|index| is_left.get_mut(index)) {
                *left = false;
            }
        }
        let mut left = given.iter().zip(&is_left).filter(|(_, left)| **left);
        let extra = left.next().map(|(register, _)| *register);
        if left.next().is_some() {
            return line.refuse(
                "the list has more registers than the URL has `{}`, and one for what is sent",
            );
        }
        let method = method.to_lowercase();
        let sends = matches!(&*method, "post" | "put");
        let query = extra.filter(|_| !sends);
        self.flush();
        let mut arguments = vec![url];
        if !filled.is_empty() || query.is_some() {
            let list = self.temporary(tables, span)?;
            let address = self.temporary(tables, span)?;
            let query = match query {
                Some(query) => query,
                None => {
                    let none = self.literal(tables, Constant::None, span)?;
                    self.flush();
                    none
                }
            };
            self.push(Instruction::MakeList {
                values: filled,
                result: Destination(list),
            });
            self.leaf(tables, "svm.http_url", vec![url, list, query], address);
            arguments = vec![address];
        }
        if sends {
            let body = match extra {
                Some(body) => body,
                None => {
                    let none = self.literal(tables, Constant::None, span)?;
                    self.flush();
                    none
                }
            };
            arguments.push(body);
        }
        let service = format!("http.{method}");
        tables.services.insert(service.clone());
        Ok(Request {
            service,
            arguments,
            is_http: true,
        })
    }

    /// Makes the answer of an HTTP request a response.
    fn respond(&mut self, tables: &mut Tables, is_http: bool, result: Register) {
        if is_http {
            self.leaf(tables, "svm.http_response", vec![result], result);
        }
    }

    /// `Task k: INSTRUCTION`, from the number on.
    fn task(&mut self, tables: &mut Tables, line: &mut Line<'_, '_>) -> Result {
        let number: u32 = line.number()?;
        line.mark(":")?;
        let next = match &self.parallel {
            Some(parallel) => position(parallel.tasks.len()) + 1,
            None => return line.refuse("a Task follows PARALLEL_START"),
        };
        if number != next {
            return line.refuse(format!("the next task is Task {next}"));
        }
        let span = line.span();
        let mnemonic = line.any_word("an instruction")?;
        if !mnemonic.starts_with("HTTP_") && mnemonic != "CALL_SERVICE" {
            return line
                .refuse("a task is CALL_SERVICE, HTTP_GET, HTTP_POST, HTTP_PUT or HTTP_DELETE");
        }
        let request = self.request(tables, line, mnemonic)?;
        let is_shown = line.peek().is_some();
        let result = if is_shown {
            line.mark("->")?;
            self.register(tables, line)?
        } else {
            self.imply(tables, RegisterType::ANY, None, span)?
        };
        let ticket = self.imply(tables, RegisterType::ANY, None, span)?;
        let Request {
            service,
            arguments,
            is_http,
        } = request;
        self.push(Instruction::BeginCall {
            service,
            arguments,
            result: Destination(ticket),
        });
        if let Some(parallel) = &mut self.parallel {
            parallel.tasks.push(Task {
                ticket,
                result,
                is_shown,
                is_http,
            });
        }
        Ok(())
    }

    fn join(&mut self, tables: &mut Tables, line: &mut Line<'_, '_>) -> Result {
        let Some(Parallel {
            count,
            tasks,
            refused,
            span,
        }) = self.parallel.take()
        else {
            let problem = line.error("PARALLEL_JOIN ends the tasks of PARALLEL_START");
            return Err(problem.with_help("write `PARALLEL_START n` in front of the tasks"));
        };
        let there = tasks.len();
        if position(there) != count && refused == 0 {
            let message = format!("PARALLEL_START {count} is followed by {there} tasks");
            return Err(Diagnostic::error("assembly.syntax", span, message)
                .with_help(format!(
                    "write `PARALLEL_START {there}`, or the tasks that are missing"
                ))
                .with_edit(span, there.to_string()));
        }
        for Task {
            ticket,
            result,
            is_shown,
            is_http,
        } in tasks
        {
            self.push(Instruction::EndCall {
                call: ticket,
                result: Destination(result),
            });
            self.respond(tables, is_http, result);
            self.results.extend(Some(result).filter(|_| is_shown));
        }
        if count == 0 {
            self.nothing();
        }
        Ok(())
    }

    fn if_error(&mut self, tables: &mut Tables, line: &mut Line<'_, '_>) -> Result {
        line.accept_mark("->");
        let names = self.plan.as_ref().map(|plan| &plan.lines);
        let target = written_address(line, names)?;
        let Some(before) = self.before.take().filter(|before| before.can_fail) else {
            let help = "write it right behind the CALL_SERVICE, HTTP_*, EXTRACT_* or PARALLEL_JOIN that may fail";
            return Err(Diagnostic::error(
                "assembly.syntax",
                line.whole(),
                "IF_ERROR tests the line before it, which cannot fail",
            )
            .with_help(help));
        };
        let Before {
            from, to, results, ..
        } = before;
        let span = line.whole();
        let register = self.imply(tables, RegisterType::ANY, None, span)?;
        let start = self.function.code.len();
        let success = self.jumps.len();
        self.jump(Written::Inside(0), span);
        let place = |at: u32| (Written::Inside(at), span);
        let catcher = [place(from), place(to), place(position(start + 1))];
        let kind = HandlerKind::Catch(vec![ClassRef::Builtin(BuiltinException::Exception)]);
        self.handlers.push((catcher, register, kind));
        // This way, too, the line begins.
        self.starts.push(position(start + 1));
        for result in results {
            self.push(Instruction::Unset {
                result: Destination(result),
            });
        }
        let reads_error = self
            .plan
            .as_ref()
            .is_some_and(|plan| plan.reads_error && !plan.written.contains("error"));
        if reads_error {
            let message = self.named(tables, "error", span)?;
            self.leaf(tables, "str", vec![register], message);
        }
        self.jump(target.0, target.1);
        // The way without an error goes on behind all this.
        let next = position(self.function.code.len());
        if let Some((_, written)) = self.jumps.get_mut(success) {
            *written = vec![(Written::Inside(next), span)];
        }
        Ok(())
    }

    fn for_each(&mut self, tables: &mut Tables, line: &mut Line<'_, '_>, counts: bool) -> Result {
        let here = self.labels.last().map_or(0, |(label, _)| *label);
        let span = line.whole();
        let variable = self.register(tables, line)?;
        let (first, from) = self.bound(tables, line)?;
        let (arguments, leaf) = if counts {
            let (second, to) = self.bound(tables, line)?;
            if let (Some(from), Some(to)) = (from, to) {
                let count = (to - from).max(BigInt::default());
                let count = u64::try_from(count).unwrap_or(u64::MAX);
                tables.iterations.push((count, span));
            }
            (vec![first, second], "svm.range")
        } else {
            (vec![first], "svm.array")
        };
        for what in ["the first line of the body", "the last line of the body"] {
            match line.peek() {
                Some(Token::Number(_) | Token::Word(_)) => line.skip(),
                _ => return line.missing(what),
            }
        }
        let Some(found) = self.plan.as_ref().and_then(|plan| plan.of(here)) else {
            // What is wrong with its bounds was said.
            self.flush();
            return Ok(());
        };
        self.flush();
        let items = self.imply(tables, RegisterType::ANY, None, span)?;
        let item = self.temporary(tables, span)?;
        self.leaf(tables, leaf, arguments, items);
        let head = position(self.function.code.len());
        self.jumps
            .push((head as usize, vec![(Written::Exit(found), span)]));
        self.push(Instruction::Next {
            iterator: items,
            result: Destination(item),
            end: Address(0),
        });
        if counts {
            let expected = TypeIndex(tables.intern_type(RegisterType::tag(Tag::Int)));
            self.push(Instruction::Expect {
                value: item,
                expected,
                failure: Expectation::Guard,
                result: Destination(variable),
            });
        } else {
            self.push(Instruction::Move {
                value: item,
                result: Destination(variable),
            });
        }
        self.results.push(variable);
        let current = position(self.lines.len());
        self.starts.push(head);
        let Some(plan) = &mut self.plan else {
            return Ok(());
        };
        let next = plan.follows(here);
        let found_at = found;
        if let Some(found) = plan.loops.get_mut(found) {
            found.head = head;
            found.line = current;
            let body = found.last.map(|_| found.first);
            let is_behind = found.last.is_some_and(|last| last < here);
            if let Some(first) = body.filter(|first| Some(*first) != next) {
                self.jump(Written::Label(first), span);
            }
            let exit = position(self.function.code.len());
            if is_behind
                && let Some(found) = self
                    .plan
                    .as_mut()
                    .and_then(|plan| plan.loops.get_mut(found_at))
            {
                found.exit = exit;
            }
        }
        Ok(())
    }

    /// A bound of a loop: its register, and its number where it is written down.
    fn bound(
        &mut self,
        tables: &mut Tables,
        line: &mut Line<'_, '_>,
    ) -> Result<(Register, Option<BigInt>)> {
        let span = line.span();
        if !line.at_constant() {
            return Ok((self.read(tables, line)?, None));
        }
        let constant = line.constant(&tables.class_names)?;
        let number = match &constant {
            Constant::Int(number) => Some(number.clone()),
            _ => None,
        };
        Ok((self.literal(tables, constant, span)?, number))
    }

    /// The end of a line: loops whose body ends with it go on with their next item.
    pub(super) fn end_bodies(&mut self, address: u32, span: Span) {
        let ending = self
            .plan
            .as_ref()
            .map_or_else(Vec::new, |plan| plan.ending(address));
        for index in ending {
            self.edges.push((self.function.code.len(), index));
            self.jump(Written::Head(index), span);
            let exit = position(self.function.code.len());
            if let Some(found) = self
                .plan
                .as_mut()
                .and_then(|plan| plan.loops.get_mut(index))
            {
                found.exit = exit;
            }
        }
    }
}

/// A URL with `{}` for each placeholder, and their names.
fn placeholders(url: &str) -> (String, Vec<Option<String>>) {
    let mut template = String::new();
    let mut names = Vec::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        template.push_str(before);
        let Some((name, behind)) = after.split_once('}').filter(|(name, _)| {
            name.chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
        }) else {
            template.push('{');
            rest = after;
            continue;
        };
        template.push_str("{}");
        names.push(Some(name.to_owned()).filter(|name| !name.is_empty()));
        rest = behind;
    }
    template.push_str(rest);
    (template, names)
}
