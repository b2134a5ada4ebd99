//! A program that may run: a verified module with what is known of its source.

use std::sync::{Arc, Mutex, OnceLock};

use salami_ir::text::Assembly;
use salami_ir::{Address, FunctionIndex, Module, Place, binary, text};
use salami_process::Needed;
use salami_source::{Diagnostic, Source, Span};
use salami_verify::{Limits, Rule, Verified, VerifyError, verify_within};
use salami_vm::Counted;
use serde_json::{Map, Value};

use crate::compile::Report;
use crate::error::{CompileError, Refusal};
use crate::input::{self, Field, Misfit};
use crate::listing::{self, ITERATIONS};
use crate::refusal::Reader;
use salami_check::{EffectClass, Effects};

/// The code of what the verifier refuses in a module or in assembly.
pub(crate) const VERIFIER: &str = "module.verifier";
/// The code of bytes that are no module.
const FORMAT: &str = "module.format";

/// A checked and verified program. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Program {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    prepared: Arc<salami_vm::Program>,
    sources: Vec<Source>,
    /// The assembly that it was made from, and where its parts stand there.
    assembly: Option<(Source, Assembly)>,
    warnings: Vec<Diagnostic>,
    assertion_points: Vec<Diagnostic>,
    effects: Effects,
    functions: Vec<(String, Effects)>,
    inputs: Vec<Field>,
    /// What it was verified within.
    limits: Limits,
    /// The module prepared for running instruction by instruction, once that was asked for.
    stepped: OnceLock<Arc<salami_vm::Program>>,
    hash: OnceLock<String>,
    /// Of a listing that was verified for an input: the types of that.
    inputs_known: Option<salami_verify::Inputs>,
    /// Of a listing: itself verified for inputs that it met, by their types.
    verified: Mutex<Vec<(salami_verify::Inputs, Program)>>,
}

/// What the checker found out about a source program.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) sources: Vec<Source>,
    pub(crate) assembly: Option<(Source, Assembly)>,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) assertion_points: Vec<Diagnostic>,
    pub(crate) effects: Effects,
    pub(crate) functions: Vec<(String, Effects)>,
    /// The input fields without a default.
    pub(crate) required: Vec<String>,
    /// The input fields that have a default, with its text.
    pub(crate) defaults: Vec<(String, String)>,
    /// What it was verified within.
    pub(crate) limits: Limits,
    /// The types of the input that it was verified for.
    pub(crate) inputs_known: Option<salami_verify::Inputs>,
}

impl Default for Findings {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            assembly: None,
            warnings: Vec::new(),
            assertion_points: Vec::new(),
            effects: Effects::default(),
            functions: Vec::new(),
            required: Vec::new(),
            defaults: Vec::new(),
            limits: Limits::GENERAL,
            inputs_known: None,
        }
    }
}

/// Whether the bytes are those of a binary module, as far as their beginning tells.
#[must_use]
pub fn is_module(bytes: &[u8]) -> bool {
    bytes.starts_with(&binary::MAGIC)
}

impl Program {
    /// Verifies a module that lowering made.
    pub(crate) fn new(
        module: Module,
        findings: Findings,
        limits: &Limits,
    ) -> Result<Self, CompileError> {
        let verified = verify_within(module, salami_vm::leaf::leaves(), &compiled(limits))
            .map_err(|errors| own_module_refused(&errors))?;
        Self::of(verified, findings)
    }

    pub(crate) fn of(verified: Verified, findings: Findings) -> Result<Self, CompileError> {
        let Findings {
            sources,
            assembly,
            warnings,
            assertion_points,
            mut effects,
            functions,
            required,
            defaults,
            limits,
            inputs_known,
        } = findings;
        let tools = &verified.module().capabilities;
        if sources.is_empty() && !tools.is_empty() {
            // Without the stubs nothing is known of them but that they are called.
            effects = Effects {
                capabilities: tools.iter().map(|tool| tool.name.clone()).collect(),
                class: EffectClass::Irreversible,
                can_wait: true,
            };
        }
        let mut inputs = input::fields(verified.module(), |name| {
            required.iter().any(|required| required == name)
        });
        input::give_defaults(&mut inputs, &defaults);
        let prepared = salami_vm::Program::new(verified)
            .map_err(|leaf| CompileError::Internal(format!("there is no leaf `{leaf}`")))?;
        let listings = assembly.as_ref().map(|(_, assembly)| &assembly.listings);
        let prepared = match listings.filter(|listings| !listings.is_empty()) {
            Some(listings) => {
                prepared.counting(|function, address| match listings.get(&function) {
                    Some(listed) if listed.ends_empty_round(address) => Counted::EmptyRound,
                    Some(listed) if !listed.counts(address) => Counted::Nothing,
                    _ => Counted::Instruction,
                })
            }
            None => prepared,
        };
        let prepared = Arc::new(prepared);
        Ok(Self {
            inner: Arc::new(Inner {
                prepared,
                sources,
                assembly,
                warnings,
                assertion_points,
                effects,
                functions,
                inputs,
                limits,
                stepped: OnceLock::new(),
                hash: OnceLock::new(),
                inputs_known,
                verified: Mutex::new(Vec::new()),
            }),
        })
    }

    /// Loads a binary module. The bytes may be anything.
    ///
    /// # Errors
    /// [`CompileError::Refused`] for bytes that are no module or that the verifier refuses.
    ///
    /// ```
    /// let program = salami_program::compile("sum.py", "print(1 + 1)", &salami_program::CompileOptions::default())?;
    /// let again = salami_program::Program::from_module(&program.to_bytes())?;
    /// assert_eq!(again.hash(), program.hash());
    /// # Ok::<(), salami_program::CompileError>(())
    /// ```
    pub fn from_module(bytes: &[u8]) -> Result<Self, CompileError> {
        Self::from_module_within(bytes, Some(ITERATIONS))
    }

    /// The same with another limit of iterations for loops whose bounds are written down, in what was
    /// written by hand; none: any.
    ///
    /// # Errors
    /// As [`Program::from_module`].
    pub fn from_module_within(bytes: &[u8], iterations: Option<u64>) -> Result<Self, CompileError> {
        let refuse = |diagnostics| {
            CompileError::Refused(Refusal::new(diagnostics, vec![Source::new("<module>", "")]))
        };
        let module = binary::decode(bytes).map_err(|error| {
            let problem = Diagnostic::error(FORMAT, Span::default(), error.to_string());
            refuse(vec![problem.with_help(
                "the file is not whole, or not what `salami compile` made: make it again from its source",
            )])
        })?;
        if !module.listing.is_empty() {
            let assembled = text::listings(&module).map(|assembly| {
                let name = if module.name.is_empty() {
                    "<listing>"
                } else {
                    &module.name
                };
                (Source::new(name, module.listing.join("\n")), assembly)
            });
            return listing::loaded(module, assembled, &Limits::GENERAL, iterations);
        }
        let limits = compiled(&Limits::GENERAL);
        let leaves = salami_vm::leaf::leaves();
        let verified = verify_within(module.clone(), leaves, &limits).map_err(|errors| {
            let reader = Reader {
                module: &module,
                assembly: None,
                input: None,
            };
            let diagnostics = errors.iter().map(|error| reader.diagnostic(error));
            refuse(diagnostics.collect())
        })?;
        Self::of(verified, Findings::default())
    }

    /// Assembles text assembly.
    ///
    /// # Errors
    /// [`CompileError::Refused`] with the lines that are no assembly or that the verifier refuses.
    pub fn from_assembly(source: Source) -> Result<Self, CompileError> {
        Self::from_assembly_within(source, Some(ITERATIONS))
    }

    /// The same with another limit of iterations for loops whose bounds are written down; none: any.
    ///
    /// # Errors
    /// As [`Program::from_assembly`].
    pub fn from_assembly_within(
        source: Source,
        iterations: Option<u64>,
    ) -> Result<Self, CompileError> {
        let refuse =
            |diagnostics, source| CompileError::Refused(Refusal::new(diagnostics, vec![source]));
        let assembly = match text::assemble(source.text()) {
            Ok(assembly) => assembly,
            Err(diagnostics) => return Err(refuse(diagnostics, source)),
        };
        if !assembly.module.listing.is_empty() {
            let module = assembly.module.clone();
            let assembled = if assembly.listings.is_empty() {
                // The exact form: what it carries of its listing counts if it gives this module.
                text::listings(&module).map(|assembly| {
                    (
                        Source::new(source.name(), module.listing.join("\n")),
                        assembly,
                    )
                })
            } else {
                Some((source, assembly))
            };
            return listing::loaded(module, assembled, &Limits::GENERAL, iterations);
        }
        match verify_within(
            assembly.module.clone(),
            salami_vm::leaf::leaves(),
            &compiled(&Limits::GENERAL),
        ) {
            Ok(verified) => {
                let assembly = Some((source, assembly));
                Self::of(
                    verified,
                    Findings {
                        assembly,
                        ..Findings::default()
                    },
                )
            }
            Err(errors) => {
                let reader = Reader {
                    module: &assembly.module,
                    assembly: Some(&assembly),
                    input: None,
                };
                let diagnostics = errors.iter().map(|error| reader.diagnostic(error));
                let diagnostics = diagnostics.collect();
                Err(refuse(diagnostics, source))
            }
        }
    }

    /// Whether the program keeps to limits, which may be narrower than those it was loaded with. O(its size).
    ///
    /// # Errors
    /// [`CompileError::Limit`] says which is exceeded.
    pub fn check_limits(&self, limits: &crate::compile::Limits) -> Result<(), CompileError> {
        let source = self
            .sources()
            .first()
            .map_or(0, |source| source.text().len());
        if source > limits.source_bytes {
            let most = limits.source_bytes;
            let message = format!("the source has {source} bytes, at most {most} are allowed");
            return Err(CompileError::Limit(message));
        }
        let module = self.module().clone();
        let leaves = salami_vm::leaf::leaves();
        let verified = if self.is_listing() {
            let inputs = salami_verify::assumed_inputs(&module);
            salami_verify::verify_for(module, leaves, &limits.module, inputs)
        } else {
            verify_within(module, leaves, &compiled(&limits.module))
        };
        match verified {
            Ok(_) => Ok(()),
            Err(errors) => Err(own_module_refused(&errors)),
        }
    }

    /// The assembly that it was made from.
    pub(crate) fn assembled(&self) -> Option<&(Source, Assembly)> {
        self.inner.assembly.as_ref()
    }

    /// The types of the input that it was verified for.
    pub(crate) fn inputs_known(&self) -> Option<&salami_verify::Inputs> {
        self.inner.inputs_known.as_ref()
    }

    /// Itself, verified for inputs of these types by `verify`, unless that was done before.
    pub(crate) fn once_verified(
        &self,
        inputs: salami_verify::Inputs,
        verify: impl FnOnce(salami_verify::Inputs) -> Result<Self, CompileError>,
    ) -> Result<Self, CompileError> {
        /// Inputs of more forms than these are rare, and cost no more than the first.
        const KEPT: usize = 16;
        // A lock that is poisoned holds what is whole all the same.
        let lock = || match self.inner.verified.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        };
        if let Some((_, known)) = lock().iter().find(|(known, _)| *known == inputs) {
            return Ok(known.clone());
        }
        let program = verify(inputs.clone())?;
        let mut kept = lock();
        if kept.len() < KEPT {
            kept.push((inputs, program.clone()));
        }
        Ok(program)
    }

    pub(crate) fn limits(&self) -> Limits {
        self.inner.limits
    }

    /// The module as the machine runs it.
    pub(crate) fn prepared(&self) -> &Arc<salami_vm::Program> {
        &self.inner.prepared
    }

    /// The module prepared for running instruction by instruction. O(its size).
    pub(crate) fn unfused(&self) -> Arc<salami_vm::Program> {
        Arc::new(self.inner.prepared.unfused())
    }

    /// Where an instruction stands: the file's name, the line from 1 (0 if unknown) and its text.
    /// `None` for what is not the program's own.
    pub(crate) fn place(
        &self,
        function: FunctionIndex,
        address: Address,
    ) -> Option<(&str, u32, &str)> {
        let entries = self
            .module()
            .functions
            .get(function.index())?
            .source_map
            .as_slice();
        let after = entries.partition_point(|entry| entry.address <= address);
        let entry = after
            .checked_sub(1)
            .and_then(|position| entries.get(position));
        match (entry, &self.inner.assembly, self.inner.sources.first()) {
            (Some(entry), _, _) if entry.file != 0 => None,
            (Some(entry), _, Some(source)) => {
                Some((source.name(), entry.line, source.line_text(entry.line)))
            }
            (Some(entry), _, None) => Some((&self.module().name, entry.line, "")),
            (None, Some((source, assembly)), _) => {
                let line = source.line(assembly.span(Place::Instruction(function, address)).start);
                Some((source.name(), line, source.line_text(line)))
            }
            (None, None, _) => Some((&self.module().name, 0, "")),
        }
    }

    /// The same, prepared once.
    pub(crate) fn stepped(&self) -> Arc<salami_vm::Program> {
        let stepped = self.inner.stepped.get_or_init(|| self.unfused());
        Arc::clone(stepped)
    }

    /// Whether the program would take a value as the answer of a tool's function, or as an event that it waits for.
    ///
    /// # Errors
    /// What it would be told.
    pub fn check_answer(&self, function: &str, answer: &Value) -> Result<(), String> {
        salami_vm::Machine::check_answer(self.prepared(), function, &crate::json::data(answer))
    }

    /// What it needs of tools: what [`salami_process::Tools::admit`] takes.
    #[must_use]
    pub fn needs(&self) -> Vec<Needed> {
        let tools = self.module().capabilities.iter();
        tools
            .map(|tool| Needed {
                name: tool.name.clone(),
                parameters: tool.parameters.clone(),
            })
            .collect()
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &Module {
        self.inner.prepared.module()
    }

    /// The module's bytes. O(size).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        binary::encode(self.module())
    }

    /// The module as text assembly. O(size).
    #[must_use]
    pub fn assembly(&self) -> String {
        text::print(self.module())
    }

    /// The module's name: the BLAKE3 hash of its bytes, in hexadecimal. O(size).
    #[must_use]
    pub fn hash(&self) -> String {
        let hash = self.inner.hash.get_or_init(|| {
            let hash = binary::hash(self.module());
            hash.iter().map(|byte| format!("{byte:02x}")).collect()
        });
        hash.clone()
    }

    /// The same as bytes.
    pub(crate) fn module_hash(&self) -> [u8; 32] {
        let text = self.hash();
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = core::str::from_utf8(digits).unwrap_or_default();
            *byte = u8::from_str_radix(digits, 16).unwrap_or(0);
        }
        hash
    }

    /// The files it was compiled from, the program first, then the stubs of tools; none where it was loaded as a module.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.inner.sources
    }

    /// The same with the files that it was compiled from, where those are known from elsewhere.
    pub(crate) fn with_sources(mut self, sources: Vec<Source>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner)
            && inner.assembly.is_none()
        {
            inner.sources = sources;
        }
        self
    }

    /// What is likely not meant.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.inner.warnings
    }

    /// Where the checker could neither prove nor refute: checked when the program runs.
    #[must_use]
    pub fn assertion_points(&self) -> &[Diagnostic] {
        &self.inner.assertion_points
    }

    /// What a check says of it; nothing but effects and inputs where it was loaded as a module.
    #[must_use]
    pub fn report(&self) -> Report {
        Report {
            sources: match &self.inner.assembly {
                Some((source, _)) => vec![source.clone()],
                None => self.inner.sources.clone(),
            },
            warnings: self.inner.warnings.clone(),
            assertion_points: self
                .inner
                .assertion_points
                .iter()
                .cloned()
                .chain(self.doubts())
                .collect(),
            effects: self.inner.effects.clone(),
            functions: self.inner.functions.clone(),
            inputs: self.inner.inputs.clone(),
        }
    }

    /// What each of its functions can do to the world, by the name that tracebacks show; sorted.
    /// Empty where it was loaded as a module.
    #[must_use]
    pub fn function_effects(&self) -> &[(String, Effects)] {
        &self.inner.functions
    }

    /// What running it can do to the world. Of a module without its source no more is known than
    /// which tools it calls; they are taken for irreversible.
    #[must_use]
    pub fn effects(&self) -> &Effects {
        &self.inner.effects
    }

    /// The functions of tools that it may call, as `email.send`, sorted.
    #[must_use]
    pub fn capabilities(&self) -> Vec<&str> {
        let tools = self.module().capabilities.iter();
        tools.map(|tool| tool.name.as_str()).collect()
    }

    /// The input fields: the parameters of `main`, where the host calls it.
    #[must_use]
    pub fn inputs(&self) -> &[Field] {
        &self.inner.inputs
    }

    /// Everything that keeps `input` from being this program's input, as far as its form tells.
    #[must_use]
    pub fn misfits(&self, input: &Map<String, Value>) -> Vec<Misfit> {
        self.misfits_with(input, &[])
    }

    /// The same where these fields are streams that the host will feed.
    #[must_use]
    pub fn misfits_with(&self, input: &Map<String, Value>, streams: &[String]) -> Vec<Misfit> {
        if self.is_listing() || !self.module().inputs.is_empty() {
            return self.declared_misfits(input);
        }
        input::misfits(self.module(), self.inputs(), input, streams)
    }
}

/// The limits of a module that may be compiled, as text or bytes: on one of the ways to a clean-up an
/// operation may always fail.
fn compiled(limits: &Limits) -> Limits {
    Limits {
        failing: true,
        ..*limits
    }
}

/// What a refusal by the verifier means for a module that we made ourselves: a limit or a bug.
fn own_module_refused(errors: &[VerifyError]) -> CompileError {
    let first = || errors.iter().take(5);
    if errors
        .iter()
        .all(|error| matches!(error.rule, Rule::V1 | Rule::V27))
    {
        let shown: Vec<&str> = first().map(|error| error.message.as_str()).collect();
        CompileError::Limit(format!("the program is too large: {}", shown.join("; ")))
    } else {
        let shown: Vec<String> = first().map(ToString::to_string).collect();
        let shown = shown.join("; ");
        CompileError::Internal(format!("the verifier refused what was compiled: {shown}"))
    }
}
