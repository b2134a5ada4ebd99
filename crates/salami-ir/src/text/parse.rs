//! Assembly to module.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::{Diagnostic, Span};

use super::lexer::{self, Spanned, Token};
use super::line::{ClassNames, Line};
use super::listed::Listings;
use super::literal;
use super::near::nearest;
use super::pool::ParsedPool;
use super::procedure::Procedure;
use super::slips;
use crate::index::{ClassIndex, FunctionIndex};
use crate::module::{Capability, Constant, Global, LeafImport, Module, SEMANTICS_VERSION};
use crate::place::Place;
use crate::types::RegisterType;

/// The longest source that is assembled.
pub const MAXIMUM_SOURCE_BYTES: usize = 4 << 20;

/// After this many errors the rest of the source is not looked at.
const MAXIMUM_ERRORS: usize = 100;

/// What may stand before the first function without being its code.
pub(super) const SECTIONS: [&str; 12] = [
    "MODULE", "REQUIRE", "INPUT", "LISTING", "CONSTANT", "LEAF", "GLOBAL", "TYPE", "CLASS",
    "FIELD", "SCHEMA", "ENTRY",
];

/// The code of lines that are no assembly.
pub(super) const SYNTAX: salami_source::Code = "assembly.syntax";
/// The code of addresses that no line has.
pub(super) const ADDRESS: salami_source::Code = "assembly.unknown-address";

/// A module and where its parts are written.
#[derive(Clone, Debug)]
pub struct Assembly {
    /// The module.
    pub module: Module,
    /// The line of each part that has a line of its own.
    pub places: BTreeMap<Place, Span>,
    /// The lines of hand-written code.
    pub listings: Listings,
    /// How often each loop whose bounds are written down runs, and where it is written.
    pub iterations: Vec<(u64, Span)>,
}

impl Assembly {
    /// Where the part is written; its function or the whole source where it has no line.
    #[must_use]
    pub fn span(&self, place: Place) -> Span {
        let function = match place {
            Place::Register(index, _)
            | Place::Handler(index, _)
            | Place::Source(index, _)
            | Place::Instruction(index, _) => Some(Place::Function(index)),
            _ => None,
        };
        let written = self
            .places
            .get(&place)
            .or_else(|| self.places.get(&function?));
        written.copied().unwrap_or_default()
    }
}

/// The module that this assembly describes. O(length * log length).
///
/// # Errors
/// What is not assembly, each with its place; at most 100. Whether the module makes sense is
/// for the verifier to say.
pub fn parse(text: &str) -> Result<Module, Vec<Diagnostic>> {
    assemble(text).map(|assembly| assembly.module)
}

/// The same as [`parse`], with the place of each part, to show what the verifier says.
///
/// # Errors
/// As [`parse`].
pub fn assemble(text: &str) -> Result<Assembly, Vec<Diagnostic>> {
    if text.len() > MAXIMUM_SOURCE_BYTES {
        let message = format!("the assembly has more than {MAXIMUM_SOURCE_BYTES} bytes");
        return Err(vec![Diagnostic::error(
            "assembly.too-long",
            Span::new(0, 0),
            message,
        )]);
    }
    let mut assembler = Assembler::new(text);
    assembler.names();
    assembler.lines();
    assembler.close_function();
    assembler.finish()
}

/// What all parts of the source add to.
#[derive(Default)]
pub(super) struct Tables {
    pub constants: ParsedPool<Constant>,
    pub leaves: ParsedPool<LeafImport>,
    pub globals: ParsedPool<Global>,
    pub types: ParsedPool<RegisterType>,
    pub class_names: ClassNames,
    pub function_names: BTreeMap<String, FunctionIndex>,
    /// Registers that no line declares, over all functions.
    pub implied_registers: usize,
    /// The services that hand-written code names.
    pub services: BTreeSet<String>,
    pub iterations: Vec<(u64, Span)>,
    /// Whether the source was written by hand: its lines are kept and shown.
    pub is_listing: bool,
    /// The lines as a listing keeps them.
    pub listing: Vec<String>,
}

impl Tables {
    /// Keeps a line that no instruction is on.
    pub(super) fn keep(&mut self, line: &Line<'_, '_>, source: &str, from: u32) {
        if self.is_listing {
            self.listing.push(line.text_from(source, from));
        }
    }

    pub(super) fn constant(&mut self, line: &mut Line<'_, '_>) -> Result<u32, Diagnostic> {
        if let Some(index) = line.accept_index("k") {
            return Ok(index);
        }
        let constant = line.constant(&self.class_names)?;
        Ok(self.intern_constant(constant))
    }

    pub(super) fn intern_constant(&mut self, constant: Constant) -> u32 {
        // Only tuples have no literal, and those are declared.
        let literal = literal::constant(&constant).unwrap_or_default();
        self.constants.intern(literal, || constant)
    }

    pub(super) fn leaf(&mut self, line: &mut Line<'_, '_>) -> Result<u32, Diagnostic> {
        if let Some(index) = line.accept_index("l") {
            return Ok(index);
        }
        let name = line.text()?;
        Ok(self
            .leaves
            .intern(literal::text(&name), || LeafImport { name }))
    }

    pub(super) fn global(&mut self, line: &mut Line<'_, '_>) -> Result<u32, Diagnostic> {
        if let Some(index) = line.accept_index("g") {
            return Ok(index);
        }
        let name = line.text()?;
        Ok(self
            .globals
            .intern(literal::text(&name), || Global { name }))
    }

    pub(super) fn register_type(&mut self, line: &mut Line<'_, '_>) -> Result<u32, Diagnostic> {
        if let Some(index) = line.accept_index("t") {
            return Ok(index);
        }
        let entry = line.register_type(&self.class_names)?;
        Ok(self.intern_type(entry))
    }

    pub(super) fn intern_type(&mut self, entry: RegisterType) -> u32 {
        self.types.intern(literal::register_type(&entry), || entry)
    }

    pub(super) fn function(&self, line: &mut Line<'_, '_>) -> Result<FunctionIndex, Diagnostic> {
        if let Some(Token::Text(name)) = line.peek() {
            line.skip();
            return match self.function_names.get(name) {
                Some(index) => Ok(*index),
                None => {
                    let known = self.function_names.keys().map(String::as_str);
                    let near = nearest(name, known);
                    let problem =
                        line.error(format!("there is no function {}", literal::text(name)));
                    Err(problem.with_help(match near {
                        Some(near) => format!("did you mean {}?", literal::text(near)),
                        None => format!(
                            "write it behind the code that runs first: `FUNCTION {} parameters 1`",
                            literal::text(name)
                        ),
                    }))
                }
            };
        }
        if let Some(Token::Word(name)) = line.peek()
            && super::line::index(name, "f").is_none()
        {
            let (written, span) = (literal::text(name), line.span());
            return Err(Diagnostic::error(
                SYNTAX,
                span,
                "expected a function's name in double quotes",
            )
            .with_help(format!("write `{written}`"))
            .with_edit(span, written));
        }
        line.index("f", "function").map(FunctionIndex)
    }
}

pub(super) struct Assembler<'a> {
    source: &'a str,
    pub module: Module,
    pub tables: Tables,
    pub places: BTreeMap<Place, Span>,
    pub procedure: Option<Procedure>,
    diagnostics: Vec<Diagnostic>,
    listings: Listings,
    /// The byte where the next line starts.
    next: usize,
}

/// The line that starts at byte `start`, and where the next one starts.
pub(super) fn line_at(source: &str, start: usize) -> Option<(&str, usize)> {
    let rest = source.get(start..).filter(|rest| !rest.is_empty())?;
    let length = rest.find('\n').unwrap_or(rest.len());
    Some((rest.get(..length).unwrap_or_default(), start + length + 1))
}

/// A line without what stands in parentheses behind an instruction: `IF_ERROR -> 50 (to the handler)`.
pub(super) fn without_remark(line: &str) -> &str {
    let mut words = line
        .split_whitespace()
        .map(|word| word.trim_end_matches(':'));
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let first = words.next().unwrap_or_default();
    let first = if is_number(first) {
        words.next().unwrap_or_default()
    } else {
        first
    };
    if SECTIONS.contains(&first) || first == "FUNCTION" {
        return line;
    }
    let (mut quoted, mut escaped, mut last) = (false, false, ' ');
    for (at, letter) in line.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            ';' | '#' if !quoted => return line,
            '(' if !quoted && last.is_whitespace() => return line.get(..at).unwrap_or(line),
            _ => {}
        }
        last = letter;
    }
    line
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<'a> Assembler<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            module: Module {
                semantics: SEMANTICS_VERSION,
                ..Module::default()
            },
            tables: Tables::default(),
            places: BTreeMap::new(),
            procedure: None,
            diagnostics: Vec::new(),
            listings: Listings::new(),
            next: 0,
        }
    }

    /// Learns the names of functions and classes, which may be used before their lines, and whether
    /// people wrote them: what is printed tells of each function how many registers it has, and has
    /// its listing, if any, as `LISTING` lines.
    fn names(&mut self) {
        let (mut start, mut functions, mut classes) = (0, 0, 0);
        let (mut is_written, mut is_printed) = (false, false);
        let mut tokens = Vec::new();
        while let Some((line, next)) = line_at(self.source, start) {
            let first = line.split_whitespace().next().unwrap_or_default();
            let is_code = !(first.is_empty()
                || first.starts_with([';', '#'])
                || first.starts_with("...")
                || SECTIONS.contains(&first.trim_end_matches(':')));
            if functions == 0 && is_code && first != "FUNCTION" {
                self.tables
                    .function_names
                    .insert("<module>".to_owned(), FunctionIndex(0));
                functions = 1;
                is_written = true;
            }
            is_printed |= first == "LISTING";
            if matches!(first, "FUNCTION" | "CLASS")
                && lexer::tokens(line, offset(start), &mut tokens).is_ok()
            {
                let is_function = first == "FUNCTION";
                let tells = |spanned: &Spanned<'_>| spanned.token == Token::Word("registers");
                is_written |= is_function && !tokens.iter().any(tells);
                let count = if is_function {
                    &mut functions
                } else {
                    &mut classes
                };
                let name = tokens.iter().find_map(|spanned| match &spanned.token {
                    Token::Text(name) => Some(name.clone()),
                    _ => None,
                });
                if let Some(name) = name {
                    if is_function {
                        self.tables
                            .function_names
                            .entry(name)
                            .or_insert(FunctionIndex(*count));
                    } else {
                        self.tables
                            .class_names
                            .entry(name)
                            .or_insert(ClassIndex(*count));
                    }
                }
                *count += 1;
            }
            start = next;
        }
        self.tables.is_listing = is_written && !is_printed;
    }

    fn lines(&mut self) {
        let mut tokens: Vec<Spanned<'a>> = Vec::new();
        while let Some((line, next)) = line_at(self.source, self.next) {
            let start = core::mem::replace(&mut self.next, next);
            let line = without_remark(line);
            let read = lexer::tokens(line, offset(start), &mut tokens);
            slips::plain_operands(&mut tokens);
            let end = offset(start + line.len());
            let mut line = Line::new(&tokens, Span::new(end, end));
            if let Err(diagnostic) = read.and_then(|()| self.line(start, &mut line)) {
                self.diagnostics.push(slips::helped(diagnostic, &tokens));
                if self.diagnostics.len() >= MAXIMUM_ERRORS {
                    break;
                }
            }
        }
    }

    fn line(&mut self, start: usize, line: &mut Line<'_, '_>) -> Result<(), Diagnostic> {
        // `0: REQUIRE slack.send_message` is one, too.
        if let (Some(Token::Number(_)), Some(Token::Mark(":")), Some(Token::Word(section))) =
            (line.peek(), line.peek_at(1), line.peek_at(2))
            && SECTIONS.contains(section)
        {
            line.skip_to(2);
        }
        let from = line.span().start;
        match line.peek() {
            // What is left out in the middle of an example.
            None | Some(Token::Mark("...")) => return Ok(()),
            Some(Token::Word("FUNCTION")) => {
                line.skip();
                self.close_function();
                self.tables.keep(line, self.source, from);
                let procedure = Procedure::open(self, line)?;
                self.open_function(procedure, self.next, line.whole())?;
            }
            Some(Token::Word(section)) if SECTIONS.contains(section) => {
                line.skip();
                self.tables.keep(line, self.source, from);
                self.section(section, line)?;
            }
            Some(_) => {
                if self.procedure.is_none() && self.module.functions.is_empty() {
                    let procedure = Procedure::implied(&mut self.tables);
                    self.open_function(procedure, start, line.whole())?;
                }
                // The error in the function's first line is enough.
                let Some(procedure) = &mut self.procedure else {
                    return Ok(());
                };
                procedure.line(
                    self.source,
                    &mut self.tables,
                    &self.module.classes,
                    &mut self.places,
                    line,
                )?;
            }
        }
        line.done()
    }

    fn open_function(
        &mut self,
        mut procedure: Procedure,
        start: usize,
        span: Span,
    ) -> Result<(), Diagnostic> {
        let diagnostics = &mut self.diagnostics;
        procedure.declare_used(self.source, start, &mut self.tables, span, diagnostics)?;
        self.places.insert(Place::Function(procedure.index()), span);
        self.procedure = Some(procedure);
        Ok(())
    }

    fn close_function(&mut self) {
        if let Some(procedure) = self.procedure.take() {
            let index = procedure.index();
            let (function, listed) =
                procedure.close(&mut self.tables, &mut self.places, &mut self.diagnostics);
            self.module.functions.push(function);
            if let Some(listed) = listed {
                self.listings.insert(index, listed);
            }
        }
    }

    /// What hand-written code may call: what its `REQUIRE` lines name, `REQUIRE http` being all of
    /// http; without such lines all that it calls.
    fn permit(&mut self) {
        let services = core::mem::take(&mut self.tables.services);
        let tools = &mut self.module.capabilities;
        let known: BTreeSet<String> = tools.iter().map(|tool| tool.name.clone()).collect();
        for service in services {
            let group = service.split_once('.').map_or("", |(group, _)| group);
            let may = known.is_empty() || known.contains(group);
            if may && !known.contains(&service) {
                tools.push(Capability {
                    name: service,
                    ..Capability::default()
                });
            }
        }
        tools.retain(|tool| tool.name.contains('.'));
        tools.sort_by(|left, right| left.name.cmp(&right.name));
        tools.dedup_by(|left, right| left.name == right.name);
        for tool in tools {
            if tool.parameters.is_none()
                && let Some(method) = tool.name.strip_prefix("http.")
            {
                let sends = matches!(method, "post" | "put");
                let names: &[&str] = if sends { &["url", "body"] } else { &["url"] };
                tool.parameters = Some(names.iter().map(|name| (*name).to_owned()).collect());
            }
        }
    }

    fn finish(mut self) -> Result<Assembly, Vec<Diagnostic>> {
        if !self.diagnostics.is_empty() {
            self.diagnostics.truncate(MAXIMUM_ERRORS);
            return Err(self.diagnostics);
        }
        if !self.listings.is_empty() {
            self.module.listing = core::mem::take(&mut self.tables.listing);
            self.permit();
        }
        let tables = self.tables;
        self.module.constants = tables.constants.entries();
        self.module.leaves = tables.leaves.entries();
        self.module.globals = tables.globals.entries();
        self.module.types = tables.types.entries();
        Ok(Assembly {
            module: self.module,
            places: self.places,
            listings: self.listings,
            iterations: tables.iterations,
        })
    }
}
