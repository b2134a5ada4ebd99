//! What is said of bytecode that is refused, or that may fail: in the words of whoever wrote the line.

use salami_ir::instruction::OperandView;
use salami_ir::text::{self, Assembly, Listed};
use salami_ir::{Address, Constant, Function, FunctionIndex, Instruction, Module, Place, Register};
use salami_source::{Diagnostic, Severity, Source, Span};
use salami_verify::{Doubt, Rule, VerifyError};
use salami_vm::ErrorContext;
use serde_json::{Map, Value};

use crate::program::VERIFIER;
use crate::suggest::closest;

/// The code of values of the wrong type.
const MISMATCH: &str = "module.type";
/// The code of paths and patterns that are none.
const PATH: &str = "module.path";

/// A module that is looked at, with what is known of how it was written.
pub(crate) struct Reader<'a> {
    pub(crate) module: &'a Module,
    pub(crate) assembly: Option<&'a Assembly>,
    /// The input at hand.
    pub(crate) input: Option<&'a Map<String, Value>>,
}

impl Reader<'_> {
    fn span(&self, place: Place) -> Span {
        let assembly = self.assembly;
        assembly
            .map(|assembly| assembly.span(place))
            .unwrap_or_default()
    }

    fn function(&self, index: FunctionIndex) -> Option<&Function> {
        self.module.functions.get(index.index())
    }

    fn listed(&self, index: FunctionIndex) -> Option<&Listed> {
        self.assembly?.listings.get(&index)
    }

    /// The first word of an instruction's line, behind `Task 1:` that of the task.
    fn mnemonic(&self, index: FunctionIndex, address: Address) -> Option<&str> {
        let line = self.listed(index)?.line(address)?;
        let text = match line.text.strip_prefix("Task ") {
            Some(task) => task.split_once(':').map_or("", |(_, rest)| rest.trim()),
            None => &line.text,
        };
        text.split(' ').next()
    }

    /// The literal that a register holds which lives within the line of an instruction.
    fn constant(&self, index: FunctionIndex, at: Address, register: Register) -> Option<&Constant> {
        let code = &self.function(index)?.code;
        let listed = self.listed(index);
        let line = listed.and_then(|listed| listed.position(at));
        // Without its lines it is one of the few instructions before.
        let most = if listed.is_some() { usize::MAX } else { 8 };
        for before in (0..at.0).rev().take(most) {
            let is_same = |listed: &Listed| listed.position(Address(before)) == line;
            if !listed.is_none_or(is_same) {
                return None;
            }
            let instruction = code.get(before as usize)?;
            match instruction {
                Instruction::LoadConstant { constant, result } if result.0 == register => {
                    return self.module.constants.get(constant.index());
                }
                _ if sets(instruction, register) => return None,
                _ => {}
            }
        }
        None
    }

    /// A register as the line of an instruction has it: `$0`, `$email` or a literal; `None` for one
    /// that the line does not show.
    fn written(&self, index: FunctionIndex, at: Address, register: Register) -> Option<String> {
        let declared = self.function(index)?.registers.get(register.index())?;
        if let Some(name) = &declared.name {
            return Some(format!("${name}"));
        }
        let is_numbered = |listed: &Listed| listed.is_numbered(register);
        if self.listed(index).is_none_or(is_numbered) {
            return Some(register.to_string());
        }
        let constant = self.constant(index, at, register)?;
        text::literal(constant).map(|literal| format!("`{literal}`"))
    }

    /// What the verifier says.
    pub(crate) fn diagnostic(&self, error: &VerifyError) -> Diagnostic {
        let span = self.span(error.place);
        let at = match error.place {
            Place::Instruction(index, address) => Some((index, address)),
            _ => None,
        };
        let named = at
            .zip(error.register)
            .and_then(|((index, address), register)| self.written(index, address, register));
        if let Some(mismatch) = &error.mismatch {
            let (expected, actual) = (&mismatch.expected, &mismatch.actual);
            let mut problem = Diagnostic::error(MISMATCH, span, error.message.clone());
            if let Some(label) = problem.labels.first_mut() {
                let who = named.unwrap_or_else(|| "what is written there".to_owned());
                label.text = format!("{who} is {actual}, not {expected}");
            }
            let mend = at.and_then(|(index, address)| self.mend(index, address, expected, actual));
            let mend = mend.map_or_else(String::new, |mend| format!("; {mend}"));
            let help = format!("expected type: {expected}, actual type: {actual}{mend}");
            return problem.with_help(help);
        }
        if let Some((field, load)) = self.absent(error) {
            let span = load.map_or(span, |place| self.span(place));
            let message = format!("the input has no field \"{field}\"");
            let problem = Diagnostic::error(VERIFIER, span, message);
            let known = self.input.into_iter().flat_map(Map::keys);
            return match closest(field, known.map(String::as_str)) {
                Some(meant) => problem.with_help(format!(
                    "it has \"{meant}\": write the same name here and there"
                )),
                None => {
                    problem.with_help("add it to the input, or set the register in another way")
                }
            };
        }
        if error.rule == Rule::V15 {
            return match (at, error.register, named) {
                (Some((index, _)), Some(register), Some(named)) => {
                    let message = format!("{named} may be unset here");
                    let problem = Diagnostic::error(VERIFIER, span, message);
                    problem.with_help(self.how_to_set(index, register, &named))
                }
                (Some((index, _)), ..) if self.listed(index).is_some() => Diagnostic::error(
                    VERIFIER,
                    span,
                    "this line may be reached past the start of its loop, or of its PARALLEL_START",
                )
                .with_help("jump to the line of FOR_EACH or PARALLEL_START instead"),
                _ => Diagnostic::error(VERIFIER, span, self.placed(error))
                    .with_help("set it on every way to this instruction"),
            };
        }
        if error.rule == Rule::V8 && self.module.functions.is_empty() {
            return Diagnostic::error(VERIFIER, span, "there are no instructions")
                .with_help("write one a line, as `0: LOAD_INPUT \"name\" -> $0`");
        }
        let mut problem = Diagnostic::error(VERIFIER, span, self.placed(error));
        // Nobody wrote the register that a literal is in.
        if let (Some(register), Some(named)) = (error.register, named)
            && named.starts_with('`')
        {
            let hidden = register.to_string();
            problem.message = problem.message.replacen(&hidden, &named, 1);
        }
        match self.help(error) {
            Some(help) => problem.with_help(help),
            None => problem,
        }
    }

    /// For what is unset as the input has no such field: the field, and the line that
    /// loads it, if one is written.
    fn absent(&self, error: &VerifyError) -> Option<(&str, Option<Place>)> {
        let Place::Instruction(index, _) = error.place else {
            return None;
        };
        let register = error.register.filter(|_| error.rule == Rule::V15)?;
        let input = self.input?;
        let code = (0..).map(Address).zip(&self.function(index)?.code);
        let mut loads = code.filter_map(|(at, instruction)| match instruction {
            Instruction::LoadInput { name, result } if result.0 == register => Some((at, name)),
            _ => None,
        });
        let (at, field) = loads.find(|(_, name)| !input.contains_key(*name))?;
        let is_written = self
            .listed(index)
            .is_some_and(|listed| listed.line(at).is_some());
        let load = is_written.then_some(Place::Instruction(index, at));
        Some((field, load))
    }

    /// A message with its place, where that cannot be shown.
    fn placed(&self, error: &VerifyError) -> String {
        match self.assembly {
            Some(_) => error.message.clone(),
            None => format!("{} (in {})", error.message, error.place),
        }
    }

    /// Where the first error is, in the form of run-time errors.
    pub(crate) fn context(&self, error: &VerifyError, source: &Source) -> Option<ErrorContext> {
        let load = self.absent(error).and_then(|(_, load)| load);
        let Place::Instruction(index, address) = load.unwrap_or(error.place) else {
            return None;
        };
        let line = self.listed(index).and_then(|listed| listed.line(address));
        let register = error.register.and_then(|register| {
            let named = self.written(index, address, register);
            named.filter(|named| named.starts_with('$'))
        });
        let mismatch = error.mismatch.as_ref();
        Some(ErrorContext {
            function: self.function(index)?.name.clone(),
            function_index: Some(index),
            instruction_pointer: line.map_or(address.0, |line| line.address),
            register,
            expected_type: mismatch.map(|mismatch| mismatch.expected.clone()),
            actual_type: mismatch.map(|mismatch| mismatch.actual.clone()),
            line: line.map(|line| source.line(line.span.start)),
        })
    }

    /// What makes a value of the type that is wanted.
    fn mend(
        &self,
        index: FunctionIndex,
        address: Address,
        expected: &str,
        actual: &str,
    ) -> Option<&'static str> {
        match (self.mnemonic(index, address)?, expected, actual) {
            ("EXTRACT_JSON", _, "string") => {
                Some("`EXTRACT_REGEX R \"pattern\" -> R` takes a part of a text")
            }
            ("EXTRACT_REGEX" | "EXTRACT_XML", ..) => {
                Some("`EXTRACT_JSON R \"path\" -> R` takes a part of an object or array")
            }
            ("FOR_EACH", ..) => Some("`LEN R -> R` counts the items of an array"),
            (_, "number" | "integer", "string") => {
                Some("`CALL_LEAF \"float\" [R] -> R` makes a number of a text")
            }
            (_, "string", "number" | "integer") => {
                Some("`CALL_LEAF \"str\" [R] -> R` makes a text of a number")
            }
            _ => None,
        }
    }

    /// How a register gets a value that may have none.
    fn how_to_set(&self, index: FunctionIndex, register: Register, named: &str) -> String {
        let Some(function) = self.function(index) else {
            return String::new();
        };
        let name = named.trim_start_matches('$');
        if self.module.globals.iter().any(|global| global.name == name) {
            return format!(
                "with functions a variable is the module's: `LOAD \"{name}\" -> $0` reads it"
            );
        }
        let code = (0..).map(Address).zip(&function.code);
        let setting = code.filter(|(_, instruction)| sets(instruction, register));
        let (unset, set): (Vec<_>, Vec<_>) =
            setting.partition(|(_, instruction)| matches!(instruction, Instruction::Unset { .. }));
        let line = |at: Address| match self.listed(index) {
            Some(listed) => listed.line(at).map(|line| line.address),
            None => Some(at.0),
        };
        let lines = |of: &[(Address, &Instruction)]| {
            let mut lines: Vec<u32> = of.iter().filter_map(|(at, _)| line(*at)).collect();
            lines.dedup();
            lines
        };
        let (unset, set) = (lines(&unset), lines(&set));
        match (set.first(), unset.first()) {
            (Some(first), Some(unset)) => format!(
                "line {first} sets it, and where that fails line {unset} goes on without it: set it in another line, too"
            ),
            (Some(first), None) => format!(
                "line {first} sets it, but not on every way to this line: set it before the ways part, as `LOAD_CONST null -> {named}`"
            ),
            _ => {
                let known = function
                    .registers
                    .iter()
                    .filter_map(|known| known.name.as_deref());
                let meant = closest(name, known.filter(|known| *known != name));
                match meant {
                    Some(meant) => format!("no line sets it; did you mean `${meant}`?"),
                    None => format!(
                        "no line sets it: set it before, as `LOAD_CONST 0 -> {named}` or `LOAD_INPUT \"name\" -> {named}`"
                    ),
                }
            }
        }
    }

    /// What to write where a rule was broken.
    fn help(&self, error: &VerifyError) -> Option<String> {
        Some(match error.rule {
            Rule::V28 => return self.service_help(error),
            Rule::V1 | Rule::V27 => "split it into smaller modules".to_owned(),
            Rule::V8 => "the function that runs first is the code before all `FUNCTION` lines, or what `ENTRY \"name\"` names; its inputs come by LOAD_INPUT".to_owned(),
            Rule::V10 => "write `HANDLER 2 .. 5 -> 9 $0 catch ValueError`: the lines 2 to 4 are protected, and 9 is none of them".to_owned(),
            Rule::V12 if error.message.starts_with("a dict") => {
                "write `MAKE_DICT [\"name\" $0 \"age\" $1] -> $2`".to_owned()
            }
            Rule::V12 | Rule::V13 => "name one that is declared, or that a line has".to_owned(),
            Rule::V14 => "end the function with `RETURN`, `RETURN $0`, `JUMP -> address` or `RAISE $0`".to_owned(),
            Rule::V16 => "read it with `LOAD_CELL $0 \"name\" -> $1`".to_owned(),
            Rule::V17 => "declare the register for what it gets, as `any`, or test it before with `EXPECT`".to_owned(),
            Rule::V4 => {
                let named = error.message.split('`').nth(1).unwrap_or_default();
                let known = salami_vm::leaf::leaves().iter().map(|leaf| leaf.name);
                match closest(named, known) {
                    Some(meant) => format!("did you mean \"{meant}\"?"),
                    None => "the functions of `CALL_LEAF` are those of the language: \"str.upper\", \"len\", \"math.sqrt\"".to_owned(),
                }
            }
            Rule::V18 if error.message.starts_with("it takes") => {
                "give it so many in the brackets".to_owned()
            }
            Rule::V18 => "give as many arguments as `FUNCTION \"name\" parameters N` says, each of its parameter's type".to_owned(),
            Rule::V19 => "`CALL \"name\" [...]` is for functions without captures, `CALL_CLOSURE` for those with".to_owned(),
            Rule::V20 => "give a cell for each capture, and declare all parameters `any`".to_owned(),
            Rule::V21 => "declare the result `any`, or test the value before with `EXPECT`".to_owned(),
            Rule::V22 | Rule::V23 => "test it before: `EXPECT $0 list error \"expected a list, got {}\" -> $0`".to_owned(),
            Rule::V24 => "declare the function `generator`, `coroutine` or `async_generator`".to_owned(),
            Rule::V25 => "give it operands of types that it takes: docs/ir.md says of each instruction which".to_owned(),
            Rule::V29 => "write one `INPUT \"name\": type` line for each field".to_owned(),
            _ if self.assembly.is_some() => "docs/ir.md says how it is declared".to_owned(),
            _ => "it is not what `salami compile` made: make it again from its source".to_owned(),
        })
    }

    fn service_help(&self, error: &VerifyError) -> Option<String> {
        let service = error.message.split('`').nth(1)?;
        if !error.message.contains("capability table") {
            return Some("give as many as its REQUIRE line names".to_owned());
        }
        let known = self
            .module
            .capabilities
            .iter()
            .map(|tool| tool.name.as_str());
        Some(match closest(service, known) {
            Some(meant) => format!(
                "did you mean `{meant}`? Else permit it: the file may call what its REQUIRE lines name, `REQUIRE {service}`"
            ),
            None => format!("the file may call what its REQUIRE lines name: `REQUIRE {service}`"),
        })
    }

    /// Paths and patterns that are none.
    pub(crate) fn literals(&self) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for (index, function) in (0..).map(FunctionIndex).zip(&self.module.functions) {
            for (address, instruction) in (0..).map(Address).zip(&function.code) {
                let Instruction::CallLeaf {
                    leaf, arguments, ..
                } = instruction
                else {
                    continue;
                };
                let import = self.module.leaves.get(leaf.index());
                let (Some(import), Some(second)) = (import, arguments.get(1)) else {
                    continue;
                };
                if import.name.starts_with("svm.extract_")
                    && let Some(Constant::Str(text)) = self.constant(index, address, *second)
                    && let Some(message) = salami_vm::leaf::literal_problem(&import.name, text)
                {
                    let span = self.span(Place::Instruction(index, address));
                    problems.push(
                        Diagnostic::error(PATH, span, message).with_help(path_help(&import.name)),
                    );
                }
            }
        }
        problems
    }

    /// An instruction that may fail.
    pub(crate) fn doubt(&self, doubt: &Doubt) -> Diagnostic {
        let (index, address) = (doubt.function, doubt.address);
        let span = self.span(Place::Instruction(index, address));
        let instruction = self
            .function(index)
            .and_then(|function| function.code.get(address.index()));
        let own = instruction.map_or("", Instruction::mnemonic);
        let mnemonic = self.mnemonic(index, address).unwrap_or(own);
        let written = doubt
            .register
            .and_then(|register| self.written(index, address, register));
        let who = written.unwrap_or_else(|| "its operand".to_owned());
        let (expected, actual) = (&doubt.expected, &doubt.actual);
        let (message, help) = match (doubt.register, instruction) {
            (None, _) | (_, Some(Instruction::CheckSet { .. })) => (
                format!("{mnemonic} fails where nothing was stored before"),
                "store to it on every way to this line".to_owned(),
            ),
            (Some(_), _) if mnemonic == "EXTRACT_JSON" && actual != "anything" => (
                format!("{mnemonic} fails where {who} has no such part"),
                "`IF_ERROR -> address` behind this line goes on where it has none".to_owned(),
            ),
            (Some(register), _) => {
                let wanted = match expected.as_str() {
                    "" => "of a type that it takes",
                    expected => expected,
                };
                let message =
                    format!("{mnemonic} fails where {who}, which may be {actual}, is not {wanted}");
                (message, self.doubt_help(index, register, expected))
            }
        };
        Diagnostic {
            severity: Severity::Note,
            ..Diagnostic::error(MISMATCH, span, message).with_help(help)
        }
    }

    fn doubt_help(&self, index: FunctionIndex, register: Register, expected: &str) -> String {
        let field = self.function(index).and_then(|function| {
            function
                .code
                .iter()
                .find_map(|instruction| match instruction {
                    Instruction::LoadInput { name, result } if result.0 == register => Some(name),
                    _ => None,
                })
        });
        let expected = expected.split(' ').next().unwrap_or_default();
        let catch = "`IF_ERROR -> address` behind this line goes on where it fails";
        match field {
            Some(field) if !expected.is_empty() => format!(
                "declare the input, `INPUT \"{field}\": {expected}`, and what does not fit is refused before running; or {catch}"
            ),
            Some(field) => format!(
                "declare the input, `INPUT \"{field}\": type`, and what does not fit is refused before running; or {catch}"
            ),
            None => catch.to_owned(),
        }
    }
}

/// How what is looked for is written.
fn path_help(leaf: &str) -> &'static str {
    match leaf {
        "svm.extract_json" => {
            "names are separated by dots, items are in brackets: \"main.temp\", \"items[0].name\"; \"\" is the whole"
        }
        "svm.extract_xml" => {
            "a path is such as \"/a/b\", \"//b[2]\", \"//b[@id='x']\", \"//b/@id\""
        }
        _ => {
            "patterns are Python's: a backslash before ( ) [ ] { } . * + ? takes them literally, and is written twice in a text"
        }
    }
}

/// Whether an instruction sets a register, or unsets it.
fn sets(instruction: &Instruction, register: Register) -> bool {
    let mut found = false;
    instruction.operands(|operand| match operand {
        OperandView::Define(result) => found |= result.0 == register,
        OperandView::Defines(all) => found |= all.iter().any(|result| result.0 == register),
        _ => {}
    });
    found
}
