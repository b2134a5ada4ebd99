//! The faces against the documentation and the specification: `docs/modules.md` says what they
//! offer (`BLESS=1` writes it), and each name that they offer is used by a case of `spec/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use salami_check::face::{
    self, ClassKind, FaceClass, FaceEntry, FaceFunction, FaceMember, FaceModule, FaceType, Target,
};
use salami_check::offers::{self, Offer};
use salami_testkit::{files, spec};

/// Modules that programs do not import by themselves.
const HIDDEN: &[&str] = &[
    "_leaf",
    "__future__",
    // The homes of classes that `asyncio` offers.
    "asyncio.exceptions",
    "asyncio.queues",
];

/// Helpers of classes of the prelude: they are no offer to programs. CPython has none of them, or does
/// not document them.
const HELPERS: &[&str] = &[
    "asyncio.Loop.at",
    "asyncio.Loop.cancel_all",
    "asyncio.Loop.go_to",
    "asyncio.Loop.later",
    "asyncio.Loop.run_once",
    "asyncio.Loop.run_until",
    "asyncio.Loop.soon",
    "asyncio.TaskGroup.abort",
    "asyncio.TaskGroup.member_done",
    "asyncio.Timeout.expire",
    "calendar.HTMLCalendar.class_of_day",
    "configparser.BasicInterpolation.check",
    "configparser.BasicInterpolation.replaced",
    "configparser.ConfigParser.chosen_interpolation",
    "configparser.ExtendedInterpolation.check",
    "configparser.ExtendedInterpolation.replaced",
    "configparser.RawConfigParser.checked",
    "configparser.RawConfigParser.chosen_interpolation",
    "configparser.RawConfigParser.find",
    "configparser.RawConfigParser.has",
    "configparser.RawConfigParser.knows",
    "configparser.RawConfigParser.parse",
    "configparser.RawConfigParser.raw_of",
    "configparser.RawConfigParser.table_of",
    "configparser.RawConfigParser.truth",
    "configparser.RawConfigParser.values_of",
    "configparser.RawConfigParser.without_comment",
    "difflib.Differ.fancy_replace",
    "difflib.Differ.fancy_rest",
    "difflib.SequenceMatcher.index_second",
    "graphlib.TopologicalSorter.find_cycle",
    "graphlib.TopologicalSorter.info_of",
    "html.parser.HTMLParser.clear_cdata_mode",
    "html.parser.HTMLParser.end_of_starttag",
    "html.parser.HTMLParser.goahead",
    "html.parser.HTMLParser.next_markup",
    "html.parser.HTMLParser.parse_bogus_comment",
    "html.parser.HTMLParser.parse_comment",
    "html.parser.HTMLParser.parse_endtag",
    "html.parser.HTMLParser.parse_html_declaration",
    "html.parser.HTMLParser.parse_marked_section",
    "html.parser.HTMLParser.parse_markup",
    "html.parser.HTMLParser.parse_pi",
    "html.parser.HTMLParser.parse_reference",
    "html.parser.HTMLParser.parse_starttag",
    "html.parser.HTMLParser.set_cdata_mode",
    "html.parser.HTMLParser.text",
    "html.parser.HTMLParser.updatepos",
    "io.BytesIO.check_open",
    "pprint.PrettyPrinter.items_of",
    "pprint.PrettyPrinter.lead",
    "pprint.PrettyPrinter.put",
    "pprint.PrettyPrinter.put_deque",
    "pprint.PrettyPrinter.put_dict",
    "pprint.PrettyPrinter.put_items",
    "pprint.PrettyPrinter.put_pairs",
    "pprint.PrettyPrinter.put_plain",
    "pprint.PrettyPrinter.put_text",
    "pprint.PrettyPrinter.short",
    "traceback.text_of",
];

/// Names that no case need use, with the reason.
const EXEMPT: &[(&str, &str)] = &[
    ("datetime.tzinfo.dst", "each zone has its own"),
    ("datetime.tzinfo.tzname", "each zone has its own"),
    ("datetime.tzinfo.utcoffset", "each zone has its own"),
    ("configparser.ParsingError.append", "a step of reading"),
    ("logging.Formatter.formatException", "a step of formatting"),
    ("logging.Formatter.formatTime", "a step of formatting"),
    ("logging.Handler.handleError", "a step of emitting"),
    (
        "typing.reveal_type",
        "the checker's question: it prints to standard error",
    ),
    ("typing.ForwardRef", "for programs that look at annotations"),
    (
        "typing.ParamSpecArgs",
        "for programs that look at annotations",
    ),
    (
        "typing.ParamSpecKwargs",
        "for programs that look at annotations",
    ),
    (
        "abc.ABCMeta",
        "a metaclass: `ABC` as the base says the same",
    ),
];

fn modules() -> impl Iterator<Item = &'static FaceModule> {
    face::MODULES
        .iter()
        .filter(|name| !HIDDEN.contains(name))
        .filter_map(|name| face::module(name))
}

fn is_public(name: &str) -> bool {
    !name.starts_with('_')
}

/// Whether some way to call the function is not refused.
fn can_be_called(function: &FaceFunction) -> bool {
    function
        .overloads
        .iter()
        .any(|signature| !matches!(signature.target, Target::Refused(_)))
}

/// A name of a module as programs know it: builtins stand alone.
fn qualified(module: &str, name: &str) -> String {
    match module {
        "builtins" => name.to_owned(),
        module => format!("{module}.{name}"),
    }
}

/// The names that a module offers, with methods and attributes of its classes.
fn offered(module: &FaceModule) -> Vec<String> {
    let mut names = Vec::new();
    for (&name, entry) in &module.entries {
        match entry {
            FaceEntry::Function(function) if is_public(name) && can_be_called(function) => {
                names.push(qualified(module.name, name));
            }
            FaceEntry::Constant(_) | FaceEntry::Form(_) if is_public(name) => {
                names.push(qualified(module.name, name));
            }
            FaceEntry::Prelude(prelude) if is_public(name) => {
                names.push(qualified(module.name, name));
                if let Some(Offer::Class {
                    qualified, methods, ..
                }) = offers::offer(prelude)
                {
                    names.extend(
                        methods
                            .iter()
                            .map(|(method, _)| format!("{qualified}.{method}")),
                    );
                }
            }
            FaceEntry::Alias(home, other) if is_public(name) => {
                let is_refused = face::module(home)
                    .and_then(|home| home.get(other))
                    .is_none_or(|entry| matches!(entry, FaceEntry::Refused(_)));
                if !is_refused {
                    names.push(qualified(module.name, name));
                }
            }
            FaceEntry::Class(class) => {
                if is_public(name) && !class.hidden {
                    names.push(qualified(module.name, name));
                }
                for (&member, kind) in &class.members {
                    let is_offered = match kind {
                        FaceMember::Method(function)
                        | FaceMember::ClassMethod(function)
                        | FaceMember::StaticMethod(function) => can_be_called(function),
                        FaceMember::Property { .. } | FaceMember::Constant(_) => true,
                        FaceMember::Refused(_) => false,
                    };
                    if is_public(member) && is_offered {
                        names.push(format!("{}.{member}", class.qualified));
                    }
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !HELPERS.contains(&name.as_str()));
    names
}

#[test]
fn every_name_of_the_faces_is_used_by_the_specification() {
    let mut used = BTreeSet::new();
    let pages =
        files::with_extension(&files::root().join("spec"), "md").expect("spec/ is readable");
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a page is readable");
        for case in spec::parse(&text).expect("a page is well-formed") {
            if case.errors.is_empty() {
                let source = salami::Source::new("program.py", case.source);
                let options = salami_check::Options::default();
                used.extend(salami_check::check(&source, &options).uses);
            }
        }
    }
    let exempt: BTreeMap<&str, &str> = EXEMPT.iter().copied().collect();
    let (mut count, mut missing) = (0, BTreeMap::<&str, Vec<String>>::new());
    let mut idle: BTreeSet<&str> = exempt.keys().copied().collect();
    for module in modules() {
        for name in offered(module) {
            count += 1;
            if used.contains(&name) {
                continue;
            }
            if !idle.remove(name.as_str()) {
                missing.entry(module.name).or_default().push(name);
            }
        }
    }
    let number: usize = missing.values().map(Vec::len).sum();
    for (module, names) in &missing {
        println!("{module} ({}): {}", names.len(), names.join(" "));
    }
    println!("{number} of {count} names of the faces are used by no case of spec/");
    assert!(
        missing.is_empty(),
        "{number} names of the faces are used by no case of spec/: {missing:?}"
    );
    assert!(
        idle.is_empty(),
        "exempt without need, as cases use them or no face has them: {idle:?}"
    );
}

/// What `docs/modules.md` says.
fn page() -> String {
    let mut text = String::from(
        "# What programs can import\n\n\
         Generated from the faces, `crates/salami-check/faces/*.pyi`, by `BLESS=1 cargo test -p salami-testkit --test faces`.\n\
         Each behaves as in CPython 3.11, but for the [differences](divergences/README.md). A name that is not here is refused\n\
         with what to write instead. A single capital letter is a type variable; operators of a class are left out.\n",
    );
    let all: Vec<&FaceModule> = modules().collect();
    let names: Vec<String> = all
        .iter()
        .map(|module| format!("[{0}](#{1})", module.name, module.name.replace('.', "")))
        .collect();
    let _ = writeln!(text, "\n{}", names.join(" · "));
    for module in all {
        let _ = writeln!(text, "\n## {}", module.name);
        module_page(module, &mut text);
    }
    text
}

fn module_page(module: &FaceModule, text: &mut String) {
    let mut functions = Vec::new();
    let (mut constants, mut forms, mut aliases) = (Vec::new(), Vec::new(), Vec::new());
    let (mut exceptions, mut classes, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut preludes = String::new();
    for (&name, entry) in &module.entries {
        if !is_public(name) {
            continue;
        }
        match entry {
            FaceEntry::Function(function) => functions.extend(signatures(name, function, None)),
            FaceEntry::Constant(constant) => {
                constants.push(format!("{name}: {}", constant.type_.show(&[], &[])));
            }
            FaceEntry::Form(_) => forms.push(name.to_owned()),
            FaceEntry::Prelude(prelude) => match offers::offer(prelude) {
                Some(Offer::Function(signature)) => functions.push(format!("{name}{signature}")),
                Some(Offer::Class {
                    qualified,
                    bases,
                    constructor,
                    mut methods,
                }) => {
                    methods.retain(|(method, _)| {
                        !HELPERS.contains(&format!("{qualified}.{method}").as_str())
                    });
                    let is_exception = bases
                        .iter()
                        .any(|base| base.ends_with("Error") || base.ends_with("Exception"));
                    if is_exception && methods.is_empty() {
                        exceptions.push(format!("{name}({})", bases.join(", ")));
                        continue;
                    }
                    let bases = match bases.join(", ") {
                        bases if bases.is_empty() => bases,
                        bases => format!("({bases})"),
                    };
                    let _ = writeln!(preludes, "class {name}{bases}:");
                    if let Some(parameters) = constructor {
                        let _ = writeln!(preludes, "    {name}{parameters}");
                    }
                    for (method, signature) in methods {
                        let _ = writeln!(preludes, "    {method}{signature}");
                    }
                }
                Some(Offer::Value) | None => values.push(name.to_owned()),
            },
            FaceEntry::Alias(home, other) => {
                aliases.push(format!("{name} = {}", qualified(home, other)));
            }
            FaceEntry::Class(class) if class.hidden && members(class).is_empty() => {}
            FaceEntry::Class(class)
                if matches!(class.kind, ClassKind::Exception(_)) && members(class).is_empty() =>
            {
                exceptions.push(format!("{name}{}", bases(class)));
            }
            FaceEntry::Class(class) => classes.push(class),
            FaceEntry::Module(_) | FaceEntry::Refused(_) => {}
        }
    }
    let mut code = String::new();
    for line in functions {
        let _ = writeln!(code, "{line}");
    }
    for class in classes {
        class_page(class, &mut code);
    }
    code += &preludes;
    if !code.is_empty() {
        let _ = writeln!(text, "\n```python\n{code}```");
    }
    for (what, names) in [
        ("Constants", constants),
        ("Exceptions", exceptions),
        ("Values", values),
        ("For annotations and classes", forms),
        ("The same as", aliases),
    ] {
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(text, "\n{what}: {}", names.join(", "));
        }
    }
}

fn bases(class: &FaceClass) -> String {
    let bases: Vec<String> = class
        .bases
        .iter()
        .map(|base| base.show(&class.variables, &[]))
        .collect();
    if bases.is_empty() {
        String::new()
    } else {
        format!("({})", bases.join(", "))
    }
}

/// The lines of a class: how it is made, then what it has.
fn class_page(class: &FaceClass, code: &mut String) {
    let variables = if class.variables.is_empty() {
        String::new()
    } else {
        format!("[{}]", class.variables.join(", "))
    };
    let note = if class.hidden {
        "  # not to be named"
    } else {
        ""
    };
    let _ = writeln!(
        code,
        "class {}{variables}{}:{note}",
        class.name,
        bases(class)
    );
    let mut lines = Vec::new();
    if let Some(constructor) = class.constructor.as_ref().filter(|_| !class.hidden) {
        lines.extend(signatures(class.name, constructor, Some(class)));
    }
    lines.extend(members(class));
    for line in lines {
        let _ = writeln!(code, "    {line}");
    }
}

fn members(class: &FaceClass) -> Vec<String> {
    let mut lines = Vec::new();
    for (&name, member) in &class.members {
        if !is_public(name) {
            continue;
        }
        let shown = |type_: &FaceType| type_.show(&class.variables, &[]);
        match member {
            FaceMember::Method(function) => lines.extend(signatures(name, function, Some(class))),
            FaceMember::ClassMethod(function) | FaceMember::StaticMethod(function) => {
                let shown = format!("{}.{name}", class.name);
                lines.extend(signatures(&shown, function, Some(class)));
            }
            FaceMember::Property { type_, .. } => lines.push(format!("{name}: {}", shown(type_))),
            FaceMember::Constant(constant) => {
                lines.push(format!("{}.{name}: {}", class.name, shown(&constant.type_)));
            }
            FaceMember::Refused(_) => {}
        }
    }
    lines
}

/// A line for each way to call a function.
fn signatures(name: &str, function: &FaceFunction, class: Option<&FaceClass>) -> Vec<String> {
    let variables = class.map_or(&[][..], |class| &class.variables);
    let mut lines: Vec<String> = Vec::new();
    for signature in &function.overloads {
        if matches!(signature.target, Target::Refused(_)) {
            continue;
        }
        let line = format!("{name}{}", signature.show(variables));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

#[test]
fn the_page_of_modules_says_what_the_faces_offer() {
    let path = files::root().join("docs/modules.md");
    let page = page();
    let is_set = std::env::var_os("BLESS").is_some_and(|value| !value.is_empty() && value != "0");
    if is_set {
        std::fs::write(&path, &page).expect("the page is writable");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "docs/modules.md is not what the faces say: run `BLESS=1 cargo test -p salami-testkit --test faces`"
    );
}
