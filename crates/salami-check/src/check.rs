//! The whole check: parse, names, analysis, entry, emission.

use std::collections::BTreeSet;

use salami_source::{Diagnostic, Severity, Source, Span};
use salami_syntax::tree::{ExprKind, FunctionId, ParameterKind, StmtId, Tree};

pub use salami_syntax::limits::SOURCE_BYTES;

use crate::codes;
use crate::engine::{Engine, FileData};
use crate::names::{Binding, Static, UnitId};
use crate::tools::{Stub, Tools};
use crate::typed;
use crate::walk::Walker;

/// When assertion points are errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Strict {
    /// In a program that uses tools with effects.
    #[default]
    Effects,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to check for.
#[derive(Clone, Debug)]
pub struct Options {
    /// When assertion points are errors.
    pub strict: Strict,
    /// The tools that a program may import.
    pub stubs: Vec<Stub>,
    /// The longest source, in bytes.
    pub source_bytes: usize,
    /// Whether the functions of the typed program have no statements: whoever only wants to know
    /// what is wrong saves the memory that they take.
    pub without_bodies: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strict: Strict::default(),
            stubs: Vec::new(),
            source_bytes: SOURCE_BYTES,
            without_bodies: false,
        }
    }
}

/// What a function may do to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum EffectClass {
    /// Nothing.
    #[default]
    Pure,
    /// Reads.
    Reading,
    /// Changes what can be changed back.
    Undoable,
    /// Changes what cannot.
    Irreversible,
}

/// What a function or the program needs and does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// The functions of tools, as `service.method`, sorted.
    pub capabilities: Vec<String>,
    /// The gravest of its effects.
    pub class: EffectClass,
    /// Whether it can wait.
    pub can_wait: bool,
}

/// How much a check did: the same on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// In units of about what looking at one node or part of a type takes.
    pub units: u64,
    /// How often a variant of a function was analysed.
    pub walks: u64,
    /// How many variants there are.
    pub variants: u64,
    /// How many nodes the graph of types has.
    pub nodes: u64,
    /// How many types it has.
    pub types: u64,
}

/// What came of a check.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The typed program; `None` if there are errors.
    pub program: Option<typed::Program>,
    /// Errors and warnings, in the order of the source.
    pub diagnostics: Vec<Diagnostic>,
    /// What is checked when the program runs, in the order of the source.
    pub assertion_points: Vec<Diagnostic>,
    /// What the program needs and does.
    pub effects: Effects,
    /// The same for each function, by the name that tracebacks show; sorted.
    pub functions: Vec<(String, Effects)>,
    /// How much was done to find out.
    pub work: Work,
    /// What the program uses of builtins and modules, as `sorted`, `str.upper`, `math.floor`; sorted.
    pub uses: Vec<String>,
}

/// Checks a program. Total; time is linear in the size of the program up to a bounded factor.
#[must_use]
pub fn check(source: &Source, options: &Options) -> Checked {
    let parsed = salami_syntax::parse_within(source, options.source_bytes);
    if !parsed.is_ok() {
        return Checked {
            diagnostics: parsed.diagnostics,
            ..Checked::default()
        };
    }
    let file = FileData::new(0, source.clone(), parsed.tree);
    let tools = crate::deep(|| Tools::read(&file, &options.stubs));
    let mut softened = BTreeSet::new();
    let mut checked = crate::deep(|| check_file(&file, &tools, options, &mut softened));
    for _ in 0..MAX_SOFTENED {
        let before = softened.len();
        if checked.program.is_some() || before == 0 {
            break;
        }
        let again = crate::deep(|| check_file(&file, &tools, options, &mut softened));
        let is_done = again.program.is_some() || softened.len() == before;
        if again.program.is_some() {
            checked = again;
        }
        if is_done {
            break;
        }
    }
    checked.diagnostics.extend(parsed.diagnostics);
    if !options.stubs.is_empty() {
        crate::tools::renumber(&mut checked.diagnostics);
        crate::tools::renumber(&mut checked.assertion_points);
    }
    sort(&mut checked.diagnostics);
    sort(&mut checked.assertion_points);
    checked
}

fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|diagnostic| {
        diagnostic
            .labels
            .first()
            .map(|label| (label.file, label.span))
    });
}

/// Emission may ask for what analysis did not; then both are done again, at most so often.
const MAX_EMISSIONS: usize = 8;

/// Errors that only some callers of a function have are made assertion points so often.
const MAX_SOFTENED: usize = 3;

/// Checks once. The places of `softened` are assertion points; those that could be join them.
fn check_file(
    file: &FileData,
    tools: &Tools,
    options: &Options,
    softened: &mut BTreeSet<(Span, &'static str)>,
) -> Checked {
    if !tools.diagnostics.is_empty() {
        // What the stub says is unknown, and so is what the program does with it.
        let diagnostics = [&tools.diagnostics, &file.names.diagnostics];
        return Checked {
            diagnostics: diagnostics.into_iter().flatten().cloned().collect(),
            ..Checked::default()
        };
    }
    let mut engine = Engine::new(file, tools);
    engine.softened.clone_from(softened);
    engine.drops_bodies = options.without_bodies;
    engine
        .diagnostics
        .extend(file.names.diagnostics.iter().cloned());
    for &stub in tools.used.keys() {
        let definition = engine.definition(stub, UnitId::MODULE);
        let body = engine.request(definition, None, &[], None);
        Walker::new(&mut engine, body, true).check_stub();
    }
    let body_definition = engine.definition(0, UnitId::MODULE);
    let body = engine.request(body_definition, None, &[], None);
    let entry = entry(file);
    let main = match entry {
        Entry::Body => None,
        Entry::Main(function) => Some(function),
    };
    engine.run(body);
    let main_variant: Option<(crate::engine::VariantId, usize)> = main.map(|function| {
        let (variant, inputs) = Walker::new(&mut engine, body, false).main_variant(function);
        engine.run(variant);
        (variant, inputs)
    });
    let driver = main.and_then(|function| {
        let driver = Walker::new(&mut engine, body, false).main_driver(function)?;
        engine.run(driver);
        // Its file may have a body that is to run first.
        engine.run(body);
        Some(driver)
    });
    let named = engine.diagnostics.clone();
    let mut body_function = engine.function_id(body);
    let mut main = main_variant.map(|(variant, _)| engine.function_id(variant));
    let mut driving = driver.map(|variant| engine.function_id(variant));
    engine.emit();
    for _ in 0..MAX_EMISSIONS {
        if !engine.is_unsettled() {
            break;
        }
        engine.settle();
        engine.diagnostics.clone_from(&named);
        body_function = engine.function_id(body);
        main = main_variant.map(|(variant, _)| engine.function_id(variant));
        driving = driver.map(|variant| engine.function_id(variant));
        engine.emit();
    }
    if engine.is_exhausted() || engine.is_unsettled() {
        // What was said of a program that was not seen to its end need not be so.
        engine.diagnostics.clone_from(&named);
        engine.diagnostics.push(too_complex(&engine));
    }
    let inputs = match main {
        Some(function) => {
            let Entry::Main(syntax) = entry else {
                return Checked::default();
            };
            let inputs = Walker::new(&mut engine, body, true).inputs(syntax);
            Some(typed::Main {
                function,
                driver: driving,
                inputs,
            })
        }
        None => None,
    };
    softened.extend(engine.partial_errors());
    let has_errors = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
    if !engine.diagnostics.iter().any(has_errors) {
        let host = inputs.as_ref().map(|main| (main.function, main.driver));
        let shared = crate::captures::check(&engine, body_function, host);
        engine.diagnostics.extend(shared);
    }
    check_uncalled(&mut engine, file);
    crate::uses::named(file, &mut engine.uses);
    crate::uses::overridden(&mut engine);
    finish(engine, body_function, inputs, options)
}

/// Refuses a program of which the analysis takes more work than is allowed for its size.
fn too_complex(engine: &Engine<'_>) -> Diagnostic {
    let message = "the types of this program are too complex to follow";
    let help = "annotate the parameters of the functions that call themselves or each other, keep \
                lists of one kind of element instead of lists in lists that grow, and split long \
                functions that are called with many combinations of types";
    Diagnostic::error(
        codes::PROGRAM_TOO_COMPLEX,
        engine.busiest().unwrap_or_default(),
        message,
    )
    .with_help(help)
}

/// Functions without a caller are analysed for their annotations, so that their errors are told too.
fn check_uncalled(engine: &mut Engine<'_>, file: &FileData) {
    if engine.is_exhausted()
        || engine
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return;
    }
    let known_notes = engine.notes.len();
    let emitted = engine.functions.len();
    for index in 0..file.names.units.len() {
        let unit = UnitId(u32::try_from(index).unwrap_or(u32::MAX));
        let definition = engine.definition(0, unit);
        let crate::names::UnitKind::Function(_) = file.names.units[index].kind else {
            continue;
        };
        let is_known = {
            let definition = &engine.definitions[definition.0 as usize];
            !definition.variants.is_empty()
                || definition
                    .joined
                    .values()
                    .any(|&variant| engine.variant(variant).is_known)
        };
        if is_known || file.names.units[index].captures() {
            continue;
        }
        let body = engine.request(engine.definition(0, UnitId::MODULE), None, &[], None);
        let types = Walker::new(engine, body, false).assumed_arguments(definition);
        let variant = engine.request(definition, None, &types, None);
        engine.run(variant);
        let _ = crate::deep(|| Walker::new(engine, variant, true).emit());
        engine.to_emit.clear();
    }
    engine.notes.truncate(known_notes);
    engine.functions.truncate(emitted);
}

fn finish(
    engine: Engine<'_>,
    body: typed::FunctionId,
    main: Option<typed::Main>,
    options: &Options,
) -> Checked {
    let mut checked = Checked {
        work: engine.work_done(),
        ..Checked::default()
    };
    checked.uses = engine.uses.iter().cloned().collect();
    let has_errors = engine
        .diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    checked.assertion_points = engine.notes.clone();
    checked.diagnostics = engine.diagnostics.clone();
    (checked.effects, checked.functions) = crate::effects::summarise(&engine);
    let is_strict = match options.strict {
        Strict::Always => true,
        Strict::Effects => checked.effects.class >= EffectClass::Undoable,
        Strict::Never => false,
    };
    let refuses = is_strict
        && checked
            .assertion_points
            .iter()
            .any(|note| note.code != codes::TYPE_REVEAL);
    if refuses {
        for point in &mut checked.assertion_points {
            if point.code != codes::TYPE_REVEAL {
                point.severity = Severity::Error;
                checked.diagnostics.push(point.clone());
            }
        }
    }
    if has_errors || refuses {
        return checked;
    }
    let classes = engine.typed_classes();
    let used = checked.effects.capabilities.iter();
    let used = used.filter_map(|name| engine.capabilities.get(name).cloned());
    let used = used.collect();
    let functions: Option<Vec<typed::Function>> = engine.functions.into_iter().collect();
    checked.program = functions.map(|functions| typed::Program {
        functions,
        classes,
        globals: engine.global_table,
        schemas: engine.schemas,
        body,
        main,
        capabilities: used,
        shares_data: engine.shares_data,
    });
    checked
}

/// Who begins the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// The module body is the whole program.
    Body,
    /// The host calls this function after the body.
    Main(FunctionId),
}

/// The entry rule: if the body, its guard included, calls `main`, the body is the whole program;
/// else the host calls `main`, where there is one.
fn entry(file: &FileData) -> Entry {
    let Some(Binding::Static(index)) = file.names.module.get("main") else {
        return Entry::Body;
    };
    let Some(Static::Function(function)) = file.names.statics.get(*index as usize) else {
        return Entry::Body;
    };
    if calls_main(&file.tree, &file.tree.body) {
        Entry::Body
    } else {
        Entry::Main(*function)
    }
}

/// Whether the host calls a function as the entry.
pub(crate) fn calls_from_outside(file: &FileData, function: FunctionId) -> bool {
    // Looked at first, as the entry is found by a walk over the body.
    let is_named = matches!(
        file.names.module.get("main"),
        Some(Binding::Static(index))
            if matches!(file.names.statics.get(*index as usize), Some(Static::Function(main)) if *main == function)
    );
    is_named && entry(file) == Entry::Main(function)
}

/// Whether statements of the body name `main`, outside of functions and classes.
fn calls_main(tree: &Tree, body: &[StmtId]) -> bool {
    let Some(first) = body.first().map(|&statement| tree.stmt(statement).span) else {
        return false;
    };
    let whole = body.iter().fold(first, |span, &statement| {
        span.cover(tree.stmt(statement).span)
    });
    let mut inner: Vec<Span> = tree
        .functions
        .iter()
        .map(|function| function.span)
        .collect();
    inner.extend(tree.classes.iter().map(|class| class.span));
    tree.exprs.iter().any(|expr| match expr.kind {
        ExprKind::Name(name) => {
            tree.name(name) == "main"
                && expr.span.start >= whole.start
                && !inner
                    .iter()
                    .any(|span| span.start <= expr.span.start && expr.span.end <= span.end)
        }
        _ => false,
    })
}

/// Whether a parameter is given by the host.
pub(crate) const fn is_input(kind: ParameterKind) -> bool {
    !matches!(
        kind,
        ParameterKind::VariadicPositional | ParameterKind::VariadicKeyword
    )
}
