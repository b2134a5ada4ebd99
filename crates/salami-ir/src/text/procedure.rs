//! The lines of one function.

use std::collections::BTreeMap;

use salami_source::{Diagnostic, Span};

use super::lexer::{self, Token};
use super::line::Line;
use super::listed::ListedLine;
use super::near::nearest;
use super::operands::Operands;
use super::page::can_fail;
use super::parse::{ADDRESS, Assembler, Tables, line_at};
use super::plan::{self, Before, Parallel, Plan};
use super::slips;
use crate::index::{Address, FunctionIndex, Register, TypeIndex};
use crate::instruction::{Destination, INSTRUCTIONS, Instruction, OperandView};
use crate::module::{
    Class, Constant, Function, FunctionKind, HandlerKind, RegisterDeclaration, SourceEntry,
};
use crate::place::Place;
use crate::types::{RegisterType, Tag};

/// Registers that no line declares, over all functions: `$65535` alone would else make a
/// short source a large module.
const MAXIMUM_IMPLIED_REGISTERS: usize = 1 << 20;

/// An address as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Written {
    /// The number in front of a line.
    Label(u32),
    /// A position, whatever the lines say.
    Position(u32),
    /// One past the last instruction.
    End,
    /// A position as the code was before the loads of inputs were put in front.
    Inside(u32),
    /// Where a loop of the plan takes its next item.
    Head(usize),
    /// Where a loop of the plan goes on after its last item.
    Exit(usize),
}

/// From, to and target, then the rest.
pub(super) type WrittenHandler = ([(Written, Span); 3], Register, HandlerKind);

pub(super) struct Procedure {
    pub index: FunctionIndex,
    /// Whether its lines stand without a `FUNCTION` line.
    pub is_implied: bool,
    pub function: Function,
    /// Whether registers have `REGISTER` lines; else those that are used are declared.
    pub declares: bool,
    pub registers_told: Option<(usize, Span)>,
    pub registers_declared: usize,
    pub names: BTreeMap<String, Register>,
    /// Labels and their positions, both ascending.
    pub labels: Vec<(u32, u32)>,
    /// Instructions with addresses, as written.
    pub jumps: Vec<(usize, Vec<(Written, Span)>)>,
    pub handlers: Vec<WrittenHandler>,
    pub sources: Vec<((Written, Span), SourceEntry)>,
    /// Instructions that load the literals of the line.
    pub pending: Vec<Instruction>,
    /// For hand-written code: what its lines say of themselves.
    pub plan: Option<Plan>,
    /// Registers that live within a line, and how many of them the line at hand uses.
    temporaries: Vec<Register>,
    pub used: usize,
    /// Where the RETURN stands that hand-written code leaves out.
    pub end: Option<u32>,
    /// How many registers are spoken of by number.
    pub numbered: usize,
    /// The registers that the line at hand sets.
    pub results: Vec<Register>,
    pub parallel: Option<Parallel>,
    pub before: Option<Before>,
    pub lines: Vec<ListedLine>,
    /// For each instruction its line.
    pub owners: Vec<Option<u32>>,
    /// Where lines begin that do not begin with their first instruction only.
    pub starts: Vec<u32>,
    /// Where bodies of loops end, and their loops.
    pub edges: Vec<(usize, usize)>,
    /// The address and the names of a line that has nothing else.
    waiting: Option<u32>,
    /// For each line its instructions and where it is written.
    pub placed: Vec<(u32, u32, Span)>,
}

/// A length as a position.
pub(super) fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// An address; `names` are the lines that have names.
pub(super) fn written_address(
    line: &mut Line<'_, '_>,
    names: Option<&BTreeMap<String, u32>>,
) -> Result<(Written, Span), Diagnostic> {
    let span = line.span();
    let named = |name: &str| names.and_then(|names| names.get(name)).copied();
    let written = match line.peek() {
        Some(Token::Word(name)) if named(name).is_some() => {
            Written::Label(named(name).unwrap_or(0))
        }
        Some(Token::Word("end")) => Written::End,
        Some(Token::Position(digits)) => match digits.parse() {
            Ok(position) => Written::Position(position),
            Err(_) => return line.missing("a position, such as `@5`"),
        },
        Some(Token::Number(_)) => return Ok((Written::Label(line.number()?), span)),
        Some(Token::Word(name)) if names.is_some() => {
            let known = names.into_iter().flat_map(|names| names.keys());
            let near = nearest(name, known.map(String::as_str));
            let problem = Diagnostic::error(ADDRESS, span, format!("no line is named `{name}`"));
            return Err(match near {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None => problem
                    .with_help("write the number in front of a line, or name one: `done: RETURN`"),
            });
        }
        Some(Token::Register(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            return Err(Diagnostic::error(
                super::parse::SYNTAX,
                span,
                "expected an address, such as `5`",
            )
            .with_help(format!("an address has no `$`: write `-> {digits}`"))
            .with_edit(span, *digits));
        }
        _ => return line.missing("an address, such as `5`"),
    };
    line.skip();
    Ok((written, span))
}

impl Procedure {
    fn new(index: FunctionIndex, name: String) -> Self {
        Self {
            index,
            is_implied: false,
            function: Function {
                name,
                ..Function::default()
            },
            declares: false,
            registers_told: None,
            registers_declared: 0,
            names: BTreeMap::new(),
            labels: Vec::new(),
            jumps: Vec::new(),
            handlers: Vec::new(),
            sources: Vec::new(),
            pending: Vec::new(),
            plan: None,
            temporaries: Vec::new(),
            used: 0,
            end: None,
            numbered: 0,
            results: Vec::new(),
            parallel: None,
            before: None,
            lines: Vec::new(),
            owners: Vec::new(),
            starts: Vec::new(),
            edges: Vec::new(),
            waiting: None,
            placed: Vec::new(),
        }
    }

    /// The function that code without a `FUNCTION` line belongs to.
    pub(super) fn implied(tables: &mut Tables) -> Self {
        let mut procedure = Self::new(FunctionIndex(0), "<module>".to_owned());
        procedure.is_implied = true;
        procedure.function.result = TypeIndex(tables.intern_type(RegisterType::ANY));
        procedure
    }

    /// The rest of a `FUNCTION` line.
    pub(super) fn open(
        assembler: &mut Assembler<'_>,
        line: &mut Line<'_, '_>,
    ) -> Result<Self, Diagnostic> {
        let next = position(assembler.module.functions.len());
        if !matches!(line.peek(), Some(Token::Text(_))) {
            if !matches!(line.peek(), Some(Token::Word(word)) if super::line::index(word, "f").is_some())
            {
                return line.missing(
                    "the function's name in double quotes, as in `FUNCTION \"double\" parameters 1`",
                );
            }
            line.declared_index("f", "function", next)?;
        }
        let mut procedure = Self::new(FunctionIndex(next), line.text()?);
        let function = &mut procedure.function;
        let mut result = None;
        loop {
            if line.accept_word("generator") {
                function.kind = FunctionKind::Generator;
            } else if line.accept_word("coroutine") {
                function.kind = FunctionKind::Coroutine;
            } else if line.accept_word("async_generator") {
                function.kind = FunctionKind::AsyncGenerator;
            } else if line.accept_word("parameters") {
                function.parameters = line.number()?;
            } else if line.accept_word("captures") {
                function.captures = line.number()?;
            } else if line.accept_word("result") {
                result = Some(assembler.tables.register_type(line)?);
            } else if line.accept_word("registers") {
                let span = line.span();
                procedure.registers_told = Some((line.number()?, span));
                procedure.declares = true;
            } else {
                break;
            }
        }
        let result = result.unwrap_or_else(|| assembler.tables.intern_type(RegisterType::ANY));
        procedure.function.result = TypeIndex(result);
        Ok(procedure)
    }

    pub(super) fn index(&self) -> FunctionIndex {
        self.index
    }

    /// Declares what the lines from byte `start` to the next function use, unless they say
    /// themselves. Done first, so that registers for literals come after all others.
    pub(super) fn declare_used(
        &mut self,
        source: &str,
        mut start: usize,
        tables: &mut Tables,
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let is_implied = self.is_implied;
        if self.declares {
            return Ok(());
        }
        let fixed = usize::from(self.function.parameters) + usize::from(self.function.captures);
        let mut count = fixed;
        let mut tokens = Vec::new();
        let code = start;
        while let Some((line, next)) = line_at(source, start) {
            start = next;
            // A line with errors is reported when its turn comes.
            if lexer::tokens(super::parse::without_remark(line), 0, &mut tokens).is_err() {
                continue;
            }
            match tokens.first().map(|spanned| &spanned.token) {
                Some(Token::Word("FUNCTION")) => break,
                Some(Token::Word("REGISTER")) => {
                    self.declares = true;
                    return Ok(());
                }
                _ => {}
            }
            for spanned in &tokens {
                if let Token::Register(name) = spanned.token
                    && let Ok(register) = name.parse::<u16>()
                {
                    count = count.max(usize::from(register) + 1);
                }
            }
        }
        for index in 0..count {
            let is_capture = (usize::from(self.function.parameters)..fixed).contains(&index);
            let bound = if is_capture {
                RegisterType::tag(Tag::Cell)
            } else {
                RegisterType::ANY
            };
            self.imply(tables, bound, None, span)?;
        }
        let mut plan = Plan::new(source, code, diagnostics);
        plan.is_alone &= is_implied;
        self.numbered = count;
        self.plan = Some(plan);
        Ok(())
    }

    /// A register for what lives within the line at hand only.
    pub(super) fn temporary(
        &mut self,
        tables: &mut Tables,
        span: Span,
    ) -> Result<Register, Diagnostic> {
        let register = match self.temporaries.get(self.used) {
            Some(register) => *register,
            None => {
                let register = self.imply(tables, RegisterType::ANY, None, span)?;
                self.temporaries.push(register);
                register
            }
        };
        self.used += 1;
        Ok(register)
    }

    /// Declares a register that no line declares.
    pub(super) fn imply(
        &mut self,
        tables: &mut Tables,
        bound: RegisterType,
        name: Option<String>,
        span: Span,
    ) -> Result<Register, Diagnostic> {
        tables.implied_registers += 1;
        let register = u16::try_from(self.function.registers.len()).ok();
        match register.filter(|_| tables.implied_registers <= MAXIMUM_IMPLIED_REGISTERS) {
            Some(register) => {
                let bound = TypeIndex(tables.intern_type(bound));
                self.function.registers.push(RegisterDeclaration {
                    bound,
                    name,
                    key: (0, 0),
                });
                Ok(Register(register))
            }
            None => Err(Diagnostic::error(
                "assembly.too-many-registers",
                span,
                "there are too many registers",
            )),
        }
    }

    /// A line of the function.
    pub(super) fn line(
        &mut self,
        source: &str,
        tables: &mut Tables,
        classes: &[Class],
        places: &mut BTreeMap<Place, Span>,
        line: &mut Line<'_, '_>,
    ) -> Result<(), Diagnostic> {
        if line.accept_word("REGISTER") {
            tables.keep(line, source, 0);
            self.registers(tables, places, line)
        } else if line.accept_word("HANDLER") {
            places.insert(
                Place::Handler(self.index, position(self.handlers.len())),
                line.whole(),
            );
            tables.keep(line, source, 0);
            self.handler(tables, line)
        } else if line.accept_word("SOURCE") {
            places.insert(
                Place::Source(self.index, position(self.sources.len())),
                line.whole(),
            );
            tables.keep(line, source, 0);
            self.source(line)
        } else {
            self.instruction(source, tables, classes, line)
        }
    }

    fn registers(
        &mut self,
        tables: &mut Tables,
        places: &mut BTreeMap<Place, Span>,
        line: &mut Line<'_, '_>,
    ) -> Result<(), Diagnostic> {
        loop {
            let index = position(self.function.registers.len());
            match line.next() {
                Some(Token::Register(digits)) if digits.parse() == Ok(index) => {}
                _ => return line.refuse(format!("the next register is `${index}`")),
            }
            places.insert(Place::Register(self.index, index), line.whole());
            let bound = TypeIndex(tables.register_type(line)?);
            let name = if matches!(line.peek(), Some(Token::Text(_))) {
                Some(line.text()?)
            } else {
                None
            };
            let key = if line.accept_word("key") {
                (line.number()?, line.number()?)
            } else {
                (0, 0)
            };
            if let (Some(name), Ok(register)) = (&name, u16::try_from(index)) {
                self.names.entry(name.clone()).or_insert(Register(register));
            }
            self.function
                .registers
                .push(RegisterDeclaration { bound, name, key });
            self.registers_declared += 1;
            if !line.accept_mark(",") {
                return Ok(());
            }
        }
    }

    fn handler(&mut self, tables: &mut Tables, line: &mut Line<'_, '_>) -> Result<(), Diagnostic> {
        let names = self.plan.as_ref().map(|plan| &plan.lines);
        let from = written_address(line, names)?;
        line.mark("..")?;
        let to = written_address(line, names)?;
        line.mark("->")?;
        let target = written_address(line, names)?;
        let register = self.register(tables, line)?;
        let kind = if line.accept_word("cleanup") {
            HandlerKind::Cleanup
        } else {
            line.word("catch")?;
            let mut classes = Vec::new();
            while line.peek().is_some() {
                classes.push(line.class(&tables.class_names)?);
            }
            HandlerKind::Catch(classes)
        };
        self.handlers.push(([from, to, target], register, kind));
        Ok(())
    }

    fn source(&mut self, line: &mut Line<'_, '_>) -> Result<(), Diagnostic> {
        let address = written_address(line, None)?;
        line.word("line")?;
        let number = line.number()?;
        line.word("file")?;
        let file = line.number()?;
        line.word("span")?;
        let span = Span::new(line.number()?, line.number()?);
        self.sources.push((
            address,
            SourceEntry {
                address: Address(0),
                file,
                span,
                line: number,
            },
        ));
        Ok(())
    }

    /// A register, where a literal might stand as well.
    pub(super) fn read(
        &mut self,
        tables: &mut Tables,
        line: &mut Line<'_, '_>,
    ) -> Result<Register, Diagnostic> {
        match line.peek() {
            Some(Token::Register(_) | Token::Word(_)) => self.register(tables, line),
            _ => Err(slips::register(line, true)),
        }
    }

    /// A register by number or by its variable's name.
    pub(super) fn register(
        &mut self,
        tables: &mut Tables,
        line: &mut Line<'_, '_>,
    ) -> Result<Register, Diagnostic> {
        let span = line.span();
        let name = match line.peek() {
            Some(Token::Register(name)) => *name,
            // In hand-written code names stand for themselves.
            Some(Token::Word(name)) if self.plan.is_some() && !line.at_constant() => *name,
            _ => return Err(slips::register(line, false)),
        };
        line.skip();
        self.called(tables, line, name, span)
    }

    /// The register of a number or a name.
    pub(super) fn called(
        &mut self,
        tables: &mut Tables,
        line: &Line<'_, '_>,
        name: &str,
        span: Span,
    ) -> Result<Register, Diagnostic> {
        let number = name.strip_prefix('$').unwrap_or(name);
        if number.starts_with(|first: char| first.is_ascii_digit()) {
            let register = number.parse().ok();
            let limit = self.function.registers.len();
            return match register {
                Some(register) if self.plan.is_none() || usize::from(register) < limit => {
                    Ok(Register(register))
                }
                // Only a URL names registers that no token does.
                Some(register) => line.refuse(format!("nothing sets `${register}`")),
                None => line.refuse("registers are `$0` to `$65535`"),
            };
        }
        if self.declares && !self.names.contains_key(number) {
            return line.refuse(format!("no register is named `{number}`"));
        }
        self.named(tables, number, span)
    }

    /// The register of a name, which need not be there yet.
    pub(super) fn named(
        &mut self,
        tables: &mut Tables,
        name: &str,
        span: Span,
    ) -> Result<Register, Diagnostic> {
        if let Some(register) = self.names.get(name) {
            return Ok(*register);
        }
        let register = self.imply(tables, RegisterType::ANY, Some(name.to_owned()), span)?;
        self.names.insert(name.to_owned(), register);
        Ok(register)
    }

    /// A register for a literal, loaded before the line's instruction.
    pub(super) fn literal(
        &mut self,
        tables: &mut Tables,
        constant: Constant,
        span: Span,
    ) -> Result<Register, Diagnostic> {
        let constant = crate::index::ConstantIndex(tables.intern_constant(constant));
        let register = if self.plan.is_some() {
            self.temporary(tables, span)?
        } else {
            self.imply(tables, RegisterType::ANY, None, span)?
        };
        self.pending.push(Instruction::LoadConstant {
            constant,
            result: Destination(register),
        });
        Ok(register)
    }

    /// The address in front of a line; `false` if the line is nothing else.
    fn label(&mut self, line: &mut Line<'_, '_>) -> Result<bool, Diagnostic> {
        let position = position(self.function.code.len());
        let last = self.labels.last().map(|(label, _)| *label);
        let (number, _, used) = plan::label(line.tokens());
        if let Some(number) = number.or(self.waiting) {
            line.skip();
            if let Some(last) = last.filter(|last| number <= *last) {
                let is_there = self.labels.iter().any(|(label, _)| *label == number);
                let problem = line.error(if is_there {
                    format!("a line has the address {number} already")
                } else {
                    format!("addresses ascend from line to line, and the line before has {last}")
                });
                return Err(
                    problem.with_help(format!("give this line an address above {last}, or none"))
                );
            }
        } else if used > 0 && matches!(line.peek(), Some(Token::Number(_))) {
            line.number::<u32>()?;
        }
        line.skip_to(used);
        let number = number.or_else(|| self.waiting.take());
        if line.peek().is_none() {
            self.waiting = number;
            return Ok(false);
        }
        self.waiting = None;
        let label = number.unwrap_or_else(|| last.map_or(0, |last| last.saturating_add(1)));
        self.labels.push((label, position));
        Ok(true)
    }

    fn instruction(
        &mut self,
        source: &str,
        tables: &mut Tables,
        classes: &[Class],
        line: &mut Line<'_, '_>,
    ) -> Result<(), Diagnostic> {
        if !self.label(line)? {
            tables.keep(line, source, 0);
            return Ok(());
        }
        let before = self.function.code.len();
        let from = line.span();
        let mnemonic = match line.peek() {
            Some(Token::Word(word)) if !slips::is_assignment(line) => *word,
            _ => return Err(slips::instruction(line)),
        };
        line.skip();
        self.pending.clear();
        self.results.clear();
        self.used = 0;
        if let Some(parallel) = &mut self.parallel
            && !matches!(mnemonic, "Task" | "PARALLEL_JOIN")
        {
            parallel.refused += 1;
            let next = parallel.tasks.len() + parallel.refused;
            let message = "the lines from PARALLEL_START to PARALLEL_JOIN are tasks";
            return Err(line
                .error(message)
                .with_help(format!(
                    "write `Task {next}: {mnemonic}`, or end the tasks with PARALLEL_JOIN"
                ))
                .with_edit(Span::new(from.start, from.start), format!("Task {next}: ")));
        }
        let is_page = self.plan.is_some() && self.page(tables, line, mnemonic)?;
        if !is_page {
            self.plain(tables, classes, line, mnemonic)?;
        }
        line.done()?;
        let (start, end) = (position(before), position(self.function.code.len()));
        self.placed.push((start, end, line.whole()));
        let Some(address) = self.labels.last().map(|(label, _)| *label) else {
            return Ok(());
        };
        if tables.is_listing {
            let owner = position(self.lines.len());
            self.owners.resize(before, None);
            self.owners.resize(end as usize, Some(owner));
            // The rounds of a loop begin with its head.
            if !mnemonic.starts_with("FOR_EACH") {
                self.starts.push(start);
            }
            let results = self
                .results
                .iter()
                .map(|register| (*register, self.shown(*register)));
            let text = line.text_from(source, from.start);
            tables
                .listing
                .push(line.listed(source, address, from.start));
            self.lines.push(ListedLine {
                address,
                text,
                results: results.collect(),
                branches: matches!(
                    mnemonic,
                    "JUMP"
                        | "IF_TRUE"
                        | "IF_FALSE"
                        | "IF_UNSET"
                        | "IF_ERROR"
                        | "FOR_EACH"
                        | "FOR_EACH_ARRAY"
                        | "BREAK"
                        | "CONTINUE"
                        | "NEXT"
                ),
                span: line.whole(),
            });
            self.before = Some(Before {
                from: start,
                to: end,
                can_fail: can_fail(mnemonic) && mnemonic != "Task",
                results: core::mem::take(&mut self.results),
            });
            self.end_bodies(address, line.whole());
        }
        Ok(())
    }

    /// A register as the listing names it.
    fn shown(&self, register: Register) -> String {
        let declared = self.function.registers.get(register.index());
        match declared.and_then(|declared| declared.name.as_deref()) {
            Some(name) => format!("${name}"),
            None => register.to_string(),
        }
    }

    /// An instruction of the machine.
    fn plain(
        &mut self,
        tables: &mut Tables,
        classes: &[Class],
        line: &mut Line<'_, '_>,
        mnemonic: &str,
    ) -> Result<(), Diagnostic> {
        let info = INSTRUCTIONS.iter().find(|info| info.mnemonic == mnemonic);
        let Some(info) = info else {
            return Err(slips::unknown(mnemonic, line.last_span()));
        };
        let mut operands = Operands {
            procedure: self,
            tables,
            classes,
            line,
            returns: mnemonic == "RETURN",
            class: None,
            addresses: Vec::new(),
        };
        let instruction = match Instruction::read(info.opcode, &mut operands) {
            Some(instruction) => instruction?,
            None => return line.refuse(format!("there is no instruction `{mnemonic}`")),
        };
        let addresses = operands.addresses;
        self.flush();
        if !addresses.is_empty() {
            self.jumps.push((self.function.code.len(), addresses));
        }
        instruction.operands(|operand| match operand {
            OperandView::Define(result) => self.results.push(result.0),
            OperandView::Defines(all) => self.results.extend(all.iter().map(|result| result.0)),
            _ => {}
        });
        let temporaries = &self.temporaries;
        let declared = match self.plan {
            Some(_) => usize::MAX,
            None => self.registers_declared,
        };
        self.results
            .retain(|register| !temporaries.contains(register) && register.index() < declared);
        self.push(instruction);
        Ok(())
    }
}
