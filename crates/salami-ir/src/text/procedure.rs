//! The lines of one function.

use std::collections::BTreeMap;

use salami_source::{Diagnostic, Span};

use super::lexer::{self, Token};
use super::line::Line;
use super::operands::{Operands, relocate};
use super::parse::{Assembler, Tables, line_at};
use crate::index::{Address, FunctionIndex, Register, TypeIndex};
use crate::instruction::{Destination, INSTRUCTIONS, Instruction};
use crate::module::{
    Class, Constant, Function, FunctionKind, Handler, HandlerKind, RegisterDeclaration, SourceEntry,
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
}

/// From, to and target, then the rest.
type WrittenHandler = ([(Written, Span); 3], Register, HandlerKind);

pub(super) struct Procedure {
    index: FunctionIndex,
    pub function: Function,
    /// Whether registers have `REGISTER` lines; else those that are used are declared.
    pub declares: bool,
    registers_told: Option<(usize, Span)>,
    registers_declared: usize,
    pub names: BTreeMap<String, Register>,
    /// Labels and their positions, both ascending.
    labels: Vec<(u32, u32)>,
    /// Instructions with addresses, as written.
    jumps: Vec<(usize, Vec<(Written, Span)>)>,
    handlers: Vec<WrittenHandler>,
    sources: Vec<((Written, Span), SourceEntry)>,
    /// Instructions that load the literals of the line.
    pub pending: Vec<Instruction>,
}

/// A length as a position.
fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

pub(super) fn written_address(line: &mut Line<'_, '_>) -> Result<(Written, Span), Diagnostic> {
    let span = line.span();
    let written = match line.peek() {
        Some(Token::Word("end")) => Written::End,
        Some(Token::Position(digits)) => match digits.parse() {
            Ok(position) => Written::Position(position),
            Err(_) => return line.missing("a position, such as `@5`"),
        },
        Some(Token::Number(_)) => return Ok((Written::Label(line.number()?), span)),
        _ => return line.missing("an address, such as `5`"),
    };
    line.skip();
    Ok((written, span))
}

impl Procedure {
    fn new(index: FunctionIndex, name: String) -> Self {
        Self {
            index,
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
        }
    }

    /// The function that code without a `FUNCTION` line belongs to.
    pub(super) fn implied(tables: &mut Tables) -> Self {
        let mut procedure = Self::new(FunctionIndex(0), "<module>".to_owned());
        procedure.function.result = TypeIndex(tables.intern_type(RegisterType::ANY));
        procedure
    }

    /// The rest of a `FUNCTION` line.
    pub(super) fn open(
        assembler: &mut Assembler<'_>,
        line: &mut Line<'_, '_>,
    ) -> Result<Self, Diagnostic> {
        let next = position(assembler.module.functions.len());
        line.declared_index("f", "function", next)?;
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
    ) -> Result<(), Diagnostic> {
        if self.declares {
            return Ok(());
        }
        let fixed = usize::from(self.function.parameters) + usize::from(self.function.captures);
        let mut count = fixed;
        let mut tokens = Vec::new();
        while let Some((line, next)) = line_at(source, start) {
            start = next;
            // A line with errors is reported when its turn comes.
            if lexer::tokens(line, 0, &mut tokens).is_err() {
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
        Ok(())
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
        tables: &mut Tables,
        classes: &[Class],
        places: &mut BTreeMap<Place, Span>,
        line: &mut Line<'_, '_>,
    ) -> Result<(), Diagnostic> {
        if line.accept_word("REGISTER") {
            self.registers(tables, places, line)
        } else if line.accept_word("HANDLER") {
            places.insert(
                Place::Handler(self.index, position(self.handlers.len())),
                line.whole(),
            );
            self.handler(tables, line)
        } else if line.accept_word("SOURCE") {
            places.insert(
                Place::Source(self.index, position(self.sources.len())),
                line.whole(),
            );
            self.source(line)
        } else {
            self.instruction(tables, classes, places, line)
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
        let from = written_address(line)?;
        line.mark("..")?;
        let to = written_address(line)?;
        line.mark("->")?;
        let target = written_address(line)?;
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
        let address = written_address(line)?;
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

    /// A register by number or by its variable's name.
    pub(super) fn register(
        &mut self,
        tables: &mut Tables,
        line: &mut Line<'_, '_>,
    ) -> Result<Register, Diagnostic> {
        let span = line.span();
        let Some(Token::Register(name)) = line.peek() else {
            return line.missing("a register, such as `$0`");
        };
        line.skip();
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            return match name.parse() {
                Ok(register) => Ok(Register(register)),
                Err(_) => line.refuse("registers are `$0` to `$65535`"),
            };
        }
        match self.names.get(*name) {
            Some(register) => Ok(*register),
            None if self.declares => line.refuse(format!("no register is named `{name}`")),
            None => {
                let register =
                    self.imply(tables, RegisterType::ANY, Some((*name).to_owned()), span)?;
                self.names.insert((*name).to_owned(), register);
                Ok(register)
            }
        }
    }

    /// A register of its own for a literal, loaded before the line's instruction.
    pub(super) fn literal(
        &mut self,
        tables: &mut Tables,
        constant: Constant,
        span: Span,
    ) -> Result<Register, Diagnostic> {
        let constant = crate::index::ConstantIndex(tables.intern_constant(constant));
        let register = self.imply(tables, RegisterType::ANY, None, span)?;
        self.pending.push(Instruction::LoadConstant {
            constant,
            result: Destination(register),
        });
        Ok(register)
    }

    fn label(&mut self, line: &mut Line<'_, '_>) -> Result<(), Diagnostic> {
        let position = position(self.function.code.len());
        let last = self.labels.last().map(|(label, _)| *label);
        let label = if matches!(line.peek_at(1), Some(Token::Mark(":"))) {
            let label: u32 = line.number()?;
            if last.is_some_and(|last| label <= last) {
                return line.refuse("addresses ascend from line to line");
            }
            line.mark(":")?;
            label
        } else {
            last.map_or(0, |last| last.saturating_add(1))
        };
        self.labels.push((label, position));
        Ok(())
    }

    fn instruction(
        &mut self,
        tables: &mut Tables,
        classes: &[Class],
        places: &mut BTreeMap<Place, Span>,
        line: &mut Line<'_, '_>,
    ) -> Result<(), Diagnostic> {
        self.label(line)?;
        let mnemonic = line.any_word("an instruction")?;
        let Some(info) = INSTRUCTIONS.iter().find(|info| info.mnemonic == mnemonic) else {
            return line.refuse(format!("there is no instruction `{mnemonic}`"));
        };
        self.pending.clear();
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
        self.function.code.append(&mut self.pending);
        if !addresses.is_empty() {
            self.jumps.push((self.function.code.len(), addresses));
        }
        self.function.code.push(instruction);
        let first = self.labels.last().map_or(0, |(_, position)| *position);
        for address in first..position(self.function.code.len()) {
            places.insert(
                Place::Instruction(self.index, Address(address)),
                line.whole(),
            );
        }
        Ok(())
    }

    fn resolve(
        &self,
        (written, span): (Written, Span),
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Address {
        let address = match written {
            Written::End => position(self.function.code.len()),
            Written::Position(position) => position,
            Written::Label(label) => match self
                .labels
                .binary_search_by_key(&label, |(label, _)| *label)
            {
                Ok(index) => self.labels.get(index).map_or(0, |(_, position)| *position),
                Err(_) => {
                    let message = format!("no line of this function has the address {label}");
                    diagnostics.push(Diagnostic::error("assembly.unknown-address", span, message));
                    0
                }
            },
        };
        Address(address)
    }

    /// The function, with all addresses known.
    pub(super) fn close(mut self, diagnostics: &mut Vec<Diagnostic>) -> Function {
        if let Some((told, span)) = self.registers_told
            && told != self.registers_declared
            && diagnostics.is_empty()
        {
            let count = self.registers_declared;
            let message = format!("this function declares {count} registers, not {told}");
            diagnostics.push(Diagnostic::error("assembly.register-count", span, message));
        }
        for (index, written) in core::mem::take(&mut self.jumps) {
            let addresses: Vec<_> = written
                .iter()
                .map(|address| self.resolve(*address, diagnostics))
                .collect();
            if let Some(instruction) = self.function.code.get_mut(index)
                && let Some(relocated) = relocate(instruction, &addresses)
            {
                *instruction = relocated;
            }
        }
        for (addresses, register, kind) in core::mem::take(&mut self.handlers) {
            let [from, to, target] = addresses.map(|address| self.resolve(address, diagnostics));
            self.function.handlers.push(Handler {
                from,
                to,
                target,
                register,
                kind,
            });
        }
        for (address, entry) in core::mem::take(&mut self.sources) {
            let address = self.resolve(address, diagnostics);
            self.function
                .source_map
                .push(SourceEntry { address, ..entry });
        }
        self.function
    }
}
