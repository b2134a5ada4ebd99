//! A stub's tree to the face it describes. Total: what a stub says wrong becomes a problem, and a
//! test holds that there are none.

use std::collections::BTreeMap;

use salami_source::Source;
use salami_syntax::tree::{
    Argument, ArgumentKind, ClassDefinition, ExprId, ExprKind, FunctionDefinition, FunctionId,
    StmtId, StmtKind, Tree,
};

use super::annotation::{Names, is_variable, keep, qualify};
use super::lazy::{self, Lazy, Load, Owner};
use super::model::{
    ClassKind, Effect, FaceClass, FaceConstant, FaceEntry, FaceFunction, FaceMember, FaceModule,
    FaceParameter, FaceSignature, FaceType, FaceValue, Need, Requirement, Scope, Subject, Target,
};
use crate::typed::{Constant, Kind};

/// The face that a stub describes.
pub(super) fn load(name: &'static str, text: &'static str) -> FaceModule {
    let statements = lazy::statements(text, 0);
    let classes: Vec<&'static str> = statements
        .iter()
        .filter(|statement| statement.is_class)
        .map(|statement| statement.name)
        .collect();
    let owner = Owner {
        module: name,
        classes: Box::leak(classes.into_boxed_slice()),
        class: None,
    };
    FaceModule {
        name,
        entries: Lazy::new(owner, &statements),
    }
}

/// What is wrong with a stub. Reads all of it.
pub(super) fn problems(module: &FaceModule) -> Vec<String> {
    let mut found: Vec<String> = module.entries.problems().cloned().collect();
    for entry in module.entries.values() {
        if let FaceEntry::Class(class) = entry {
            found.extend(class.members.problems().cloned());
        }
    }
    found
}

/// Parses statements of a stub and reads them.
fn read<R>(
    owner: Owner,
    name: &str,
    text: String,
    read: impl FnOnce(&mut Names) -> Option<R>,
) -> (Option<R>, Vec<String>) {
    let parsed = salami_syntax::parse_stub(&Source::new(format!("{}.pyi", owner.module), text));
    let mut names = Names {
        tree: &parsed.tree,
        module: owner.module,
        classes: owner.classes,
        class_variables: Vec::new(),
        variables: Vec::new(),
        problems: Vec::new(),
    };
    if !parsed.is_ok() {
        let problem = |diagnostic| format!("{}.pyi: {name}: {diagnostic:?}", owner.module);
        return (None, parsed.diagnostics.iter().map(problem).collect());
    }
    let result = read(&mut names);
    if result.is_none() && names.problems.is_empty() {
        let problem = format!("{}.pyi: {name} is no declaration", owner.module);
        names.problems.push(problem);
    }
    (result, names.problems)
}

/// What stands for a declaration that could not be read.
const UNREADABLE: &str = "its declaration cannot be read";

impl Load for FaceEntry {
    fn load(
        known: &Lazy<Self>,
        name: &'static str,
        statements: &[&'static str],
    ) -> (Self, Vec<String>) {
        let class = statements
            .iter()
            .map(|text| lazy::split_class(text))
            .find(|(header, _)| header.lines().any(|line| line.starts_with("class ")));
        let (entry, problems) = match class {
            Some((header, body)) => load_class(known.owner, name, header, body),
            None => read(known.owner, name, statements.join("\n"), |names| {
                let mut entries = BTreeMap::new();
                for id in &names.tree.body {
                    module_statement(names, *id, known, &mut entries);
                }
                entries.remove(name)
            }),
        };
        (entry.unwrap_or(Self::Refused(UNREADABLE)), problems)
    }
}

fn load_class(
    owner: Owner,
    name: &str,
    header: &'static str,
    body: &'static str,
) -> (Option<FaceEntry>, Vec<String>) {
    let (constructors, members): (Vec<_>, Vec<_>) = lazy::statements(body, 4)
        .into_iter()
        .partition(|statement| statement.name == "__new__");
    let mut text = format!("{header}:\n    pass\n");
    for constructor in &constructors {
        text.push_str(constructor.text);
    }
    read(owner, name, text, |names| {
        let definition = names.tree.classes.first()?;
        Some(FaceEntry::Class(class_of(
            names, definition, owner, &members,
        )))
    })
}

impl Load for FaceMember {
    fn load(
        known: &Lazy<Self>,
        name: &'static str,
        statements: &[&'static str],
    ) -> (Self, Vec<String>) {
        let (class, variables) = known.owner.class.unwrap_or(("", &[]));
        let text = format!("class {class}:\n{}", statements.concat());
        let (member, problems) = read(known.owner, name, text, |names| {
            names.class_variables = variables.to_vec();
            let mut members = Members {
                class,
                constructor: None,
                members: BTreeMap::new(),
            };
            for id in &names.tree.classes.first()?.body {
                read_member(names, *id, Some(known), &mut members);
            }
            members.members.remove(name)
        });
        (member.unwrap_or(Self::Refused(UNREADABLE)), problems)
    }
}

fn module_statement(
    names: &mut Names,
    id: StmtId,
    known: &Lazy<FaceEntry>,
    entries: &mut BTreeMap<&'static str, FaceEntry>,
) {
    let tree = names.tree;
    match &tree.stmt(id).kind {
        StmtKind::Function(function) => {
            let Some(read) = function_of(names, *function, "") else {
                return;
            };
            match entries.get_mut(read.name) {
                Some(FaceEntry::Function(known)) => known.overloads.push(read.signature),
                _ => {
                    let entry = FaceFunction {
                        name: read.name,
                        overloads: vec![read.signature],
                    };
                    entries.insert(read.name, FaceEntry::Function(entry));
                }
            }
        }
        StmtKind::AnnotatedAssign {
            target,
            annotation,
            value,
        } => {
            if let Some(constant) = constant_of(names, *target, *annotation, *value, "") {
                entries.insert(constant.name, FaceEntry::Constant(constant));
            }
        }
        StmtKind::Assign { targets, value } => {
            for target in targets {
                let Some(name) = names.dotted(*target) else {
                    continue;
                };
                let entry = alias_of(names, &name, *value, known);
                if let Some(entry) = entry {
                    entries.insert(keep(&name), entry);
                }
            }
        }
        StmtKind::Pass => {}
        _ => names.problems.push(format!(
            "{}: unknown statement at {}",
            names.module,
            tree.stmt(id).span.start
        )),
    }
}

/// `name = refused("help")`, `name = prelude("file.name")`, `name = form`, `name = module("a.b")`,
/// `name = other`.
fn alias_of(
    names: &mut Names,
    name: &str,
    value: ExprId,
    known: &Lazy<FaceEntry>,
) -> Option<FaceEntry> {
    if let Some((word, text)) = marker(names, value) {
        return match word.as_str() {
            "refused" => Some(FaceEntry::Refused(keep(&text))),
            "module" => Some(FaceEntry::Module(keep(&text))),
            "prelude" => Some(FaceEntry::Prelude(keep(&text))),
            _ => {
                names
                    .problems
                    .push(format!("{}: unknown marker {word}", names.module));
                None
            }
        };
    }
    let other = names.dotted(value)?;
    if other == "form" {
        return Some(FaceEntry::Form(keep(name)));
    }
    let (module, other) = match other.rsplit_once('.') {
        Some((module, other)) => (keep(module), keep(other)),
        None if known.contains_key(other.as_str()) => (names.module, keep(&other)),
        None => ("builtins", keep(&other)),
    };
    Some(FaceEntry::Alias(module, other))
}

/// `word("text")`, or a bare `word` with an empty text.
fn marker(names: &Names, id: ExprId) -> Option<(String, String)> {
    let ExprKind::Call { callee, arguments } = &names.tree.expr(id).kind else {
        return None;
    };
    let word = names.dotted(*callee)?;
    Some((
        word,
        texts(names.tree, arguments)
            .into_iter()
            .next()
            .unwrap_or_default(),
    ))
}

fn texts(tree: &Tree, arguments: &[Argument]) -> Vec<String> {
    arguments
        .iter()
        .filter_map(|argument| match &tree.expr(argument.value).kind {
            ExprKind::Str(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

/// A decorator: its name and its texts.
fn decorators(names: &Names, ids: &[ExprId]) -> Vec<(String, Vec<String>)> {
    ids.iter()
        .filter_map(|id| match &names.tree.expr(*id).kind {
            ExprKind::Call { callee, arguments } => {
                Some((names.dotted(*callee)?, texts(names.tree, arguments)))
            }
            _ => Some((names.dotted(*id)?, Vec::new())),
        })
        .collect()
}

fn constant_of(
    names: &mut Names,
    target: ExprId,
    annotation: ExprId,
    value: Option<ExprId>,
    class: &str,
) -> Option<FaceConstant> {
    let name = keep(&names.dotted(target)?);
    names.variables.clear();
    let type_ = names.type_(annotation);
    let value = match value {
        Some(value) => FaceValue::Constant(match names.constant(value)? {
            Constant::Missing => Constant::Ellipsis,
            constant => constant,
        }),
        None => FaceValue::Leaf(leaf_name(names.module, class, name)),
    };
    Some(FaceConstant { name, type_, value })
}

/// The default name of a leaf: `sorted`, `str.upper`, `math.floor`, `datetime.date.isoformat`.
fn leaf_name(module: &str, class: &str, name: &str) -> &'static str {
    let local = if class.is_empty() {
        name.to_owned()
    } else {
        format!("{class}.{name}")
    };
    qualify(module, &local)
}

/// How a function of a class is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Method,
    ClassMethod,
    StaticMethod,
    Property,
}

struct Read {
    name: &'static str,
    access: Access,
    signature: FaceSignature,
}

fn function_of(names: &mut Names, id: FunctionId, class: &str) -> Option<Read> {
    let tree = names.tree;
    let function: &FunctionDefinition = tree.function(id);
    let name = keep(tree.name(function.name?.name));
    names.variables.clear();
    let is_operator = !class.is_empty() && name.starts_with("__") && name != "__new__";
    let leaf = if name == "__new__" {
        qualify(names.module, class)
    } else {
        leaf_name(names.module, class, name)
    };
    let mut access = Access::Method;
    let mut target = Target::Leaf(leaf);
    let mut effect = Effect::Pure;
    let mut unless = Vec::new();
    let mut wanted = Vec::new();
    for (word, texts) in decorators(names, &function.decorators) {
        let text = texts.first().map(|text| keep(text));
        match (word.as_str(), text) {
            ("overload", None) => {}
            ("property", None) => access = Access::Property,
            ("classmethod", None) => access = Access::ClassMethod,
            ("staticmethod", None) => access = Access::StaticMethod,
            ("leaf", Some(text)) => target = Target::Leaf(text),
            ("prelude", Some(text)) => target = Target::Prelude(text),
            ("erased", Some(text)) => target = Target::Erased(text),
            ("intrinsic", text) => target = Target::Intrinsic(text.unwrap_or(leaf)),
            ("refused", Some(text)) => target = Target::Refused(text),
            ("mutates", None) => effect = Effect::Mutates,
            ("effect", Some("log")) => effect = Effect::Log,
            ("effect", Some("clock")) => effect = Effect::Clock,
            ("effect", Some("wait")) => effect = Effect::Wait,
            ("effect", Some("state")) => effect = Effect::State,
            ("needs", Some(_)) => wanted.push(texts),
            ("unless", Some(_)) => unless = texts.iter().map(|text| keep(text)).collect(),
            _ => names.problems.push(format!(
                "{}: {leaf}: unknown decorator {word}",
                names.module
            )),
        }
    }
    if is_operator && access == Access::Method && target == Target::Leaf(leaf) {
        target = Target::Operator;
    }
    let mut parameters = Vec::new();
    let mut receiver = None;
    // `__new__` and class methods have `cls` first, which is not passed.
    let has_receiver = !class.is_empty() && access != Access::StaticMethod;
    for (index, parameter) in function.parameters.iter().enumerate() {
        let parameter_name = keep(tree.name(parameter.name.name));
        let type_ = parameter
            .annotation
            .map(|annotation| names.type_(annotation));
        if has_receiver && index == 0 {
            receiver = type_;
            continue;
        }
        let type_ = type_.unwrap_or_else(|| {
            names.problems.push(format!(
                "{}: {leaf}: {parameter_name} has no type",
                names.module
            ));
            FaceType::Object
        });
        let default = parameter
            .default
            .and_then(|default| names.constant(default));
        let flows = name != "__new__" && type_.mentions_class_variable();
        parameters.push(FaceParameter {
            name: parameter_name,
            kind: parameter.kind,
            type_,
            default,
            flows,
        });
    }
    let result = match function.returns {
        Some(returns) => names.type_(returns),
        None => {
            names
                .problems
                .push(format!("{}: {leaf} has no result", names.module));
            FaceType::Object
        }
    };
    let needs = wanted
        .iter()
        .filter_map(|texts| need(names, texts, &parameters))
        .collect();
    let variables = std::mem::take(&mut names.variables);
    Some(Read {
        name,
        access,
        signature: FaceSignature {
            variables,
            receiver,
            parameters,
            result,
            target,
            effect,
            unless,
            needs,
        },
    })
}

/// `@needs("T", "ordered")`, of a type variable or a parameter.
fn need(names: &mut Names, texts: &[String], parameters: &[FaceParameter]) -> Option<Need> {
    let [subject_name, requirement] = texts else {
        names
            .problems
            .push(format!("{}: needs what?", names.module));
        return None;
    };
    let position = |found: Option<usize>| found.and_then(|index| u8::try_from(index).ok());
    let in_class = names
        .class_variables
        .iter()
        .position(|variable| variable == subject_name);
    let in_function = names
        .variables
        .iter()
        .position(|variable| variable == subject_name);
    let in_parameters = parameters
        .iter()
        .position(|parameter| parameter.name == subject_name);
    let subject = position(in_class)
        .map(|index| Subject::Variable(Scope::Class, index))
        .or_else(|| position(in_function).map(|index| Subject::Variable(Scope::Function, index)))
        .or_else(|| position(in_parameters).map(Subject::Parameter));
    let requirement = match requirement.as_str() {
        "ordered" => Some(Requirement::Ordered),
        "hashable" => Some(Requirement::Hashable),
        "json" => Some(Requirement::Json),
        _ => None,
    };
    if subject.is_none() || requirement.is_none() {
        names
            .problems
            .push(format!("{}: unknown need of {subject_name}", names.module));
    }
    Some(Need {
        subject: subject?,
        requirement: requirement?,
    })
}

fn kind_named(name: &str) -> Option<Kind> {
    Kind::ALL
        .iter()
        .copied()
        .find(|kind| format!("{kind:?}") == name)
}

fn class_of(
    names: &mut Names,
    definition: &ClassDefinition,
    owner: Owner,
    members: &[lazy::Statement],
) -> FaceClass {
    let tree = names.tree;
    let name = keep(tree.name(definition.name.name));
    let qualified = qualify(names.module, name);
    names.class_variables.clear();
    names.variables.clear();
    for argument in &definition.arguments {
        if let ExprKind::Subscript { value, index } = &tree.expr(argument.value).kind
            && names.dotted(*value).as_deref() == Some("Generic")
        {
            let items = match &tree.expr(*index).kind {
                ExprKind::Tuple(items) => items.clone(),
                _ => vec![*index],
            };
            names.class_variables = items
                .iter()
                .filter_map(|item| names.dotted(*item))
                .filter(|item| is_variable(item))
                .map(|item| keep(&item))
                .collect();
        }
    }
    let mut bases = Vec::new();
    for argument in &definition.arguments {
        if !matches!(argument.kind, ArgumentKind::Positional) {
            names.problems.push(format!("{qualified}: class keyword"));
            continue;
        }
        match names.type_(argument.value) {
            FaceType::Class("Generic", _) => {}
            base => bases.push(base),
        }
    }
    let mut kind = None;
    let mut needs = Vec::new();
    let mut derivable = false;
    let mut hidden = false;
    let mut represented = None;
    for (word, texts) in decorators(names, &definition.decorators) {
        let text = texts.first().map(String::as_str);
        match (word.as_str(), text) {
            ("kind", Some("Any")) => kind = Some(ClassKind::Object),
            ("kind", Some(text)) => kind = kind_named(text).map(ClassKind::Native),
            ("exception", text) => {
                kind = Some(ClassKind::Exception(text.map_or(name, keep)));
                derivable = true;
            }
            ("needs", Some(_)) => needs.extend(need(names, &texts, &[])),
            ("intrinsic", None) => kind = Some(ClassKind::Intrinsic),
            ("derivable", None) => derivable = true,
            ("object", Some(text)) => {
                kind = Some(ClassKind::Native(Kind::Object));
                represented = Some(keep(text));
            }
            ("hidden", None) => hidden = true,
            _ => names
                .problems
                .push(format!("{qualified}: unknown decorator {word}")),
        }
    }
    let kind = kind.unwrap_or_else(|| {
        names.problems.push(format!("{qualified}: no kind"));
        ClassKind::Object
    });
    let mut own = Members {
        class: name,
        constructor: None,
        members: BTreeMap::new(),
    };
    for id in &definition.body {
        read_member(names, *id, None, &mut own);
    }
    let variables = std::mem::take(&mut names.class_variables);
    let owner = Owner {
        class: Some((name, Box::leak(variables.clone().into_boxed_slice()))),
        ..owner
    };
    FaceClass {
        name,
        qualified,
        kind,
        represented,
        variables,
        needs,
        bases,
        constructor: own.constructor,
        members: Lazy::new(owner, members),
        derivable,
        hidden,
    }
}

/// What was read of the body of a class.
struct Members {
    class: &'static str,
    constructor: Option<FaceFunction>,
    members: BTreeMap<&'static str, FaceMember>,
}

fn read_member(
    names: &mut Names,
    id: StmtId,
    known: Option<&Lazy<FaceMember>>,
    class: &mut Members,
) {
    let tree = names.tree;
    match &tree.stmt(id).kind {
        StmtKind::Function(function) => {
            let Some(read) = function_of(names, *function, class.class) else {
                return;
            };
            add_function(class, read);
        }
        StmtKind::AnnotatedAssign {
            target,
            annotation,
            value,
        } => {
            if let Some(constant) = constant_of(names, *target, *annotation, *value, class.class) {
                class
                    .members
                    .insert(constant.name, FaceMember::Constant(constant));
            }
        }
        StmtKind::Assign { targets, value } => {
            let refusal = marker(names, *value).filter(|(word, _)| word == "refused");
            for target in targets {
                let Some(name) = names.dotted(*target) else {
                    continue;
                };
                if let Some((_, text)) = &refusal {
                    class
                        .members
                        .insert(keep(&name), FaceMember::Refused(keep(text)));
                } else if let Some(member) = names
                    .dotted(*value)
                    .filter(|other| *other != name)
                    .and_then(|other| known?.get(&other).cloned())
                {
                    class.members.insert(keep(&name), member);
                } else {
                    names
                        .problems
                        .push(format!("{}.{name}: unknown value", class.class));
                }
            }
        }
        StmtKind::Pass => {}
        StmtKind::Expr(expression) if matches!(tree.expr(*expression).kind, ExprKind::Ellipsis) => {
        }
        _ => names
            .problems
            .push(format!("{}: unknown statement", class.class)),
    }
}

fn add_function(class: &mut Members, read: Read) {
    let Read {
        name,
        access,
        signature,
    } = read;
    if name == "__new__" {
        match &mut class.constructor {
            Some(constructor) => constructor.overloads.push(signature),
            None => {
                class.constructor = Some(FaceFunction {
                    name: class.class,
                    overloads: vec![signature],
                })
            }
        }
        return;
    }
    if access == Access::Property {
        let Target::Leaf(leaf) = signature.target else {
            return;
        };
        class.members.insert(
            name,
            FaceMember::Property {
                type_: signature.result,
                leaf,
            },
        );
        return;
    }
    if let Some(
        FaceMember::Method(known)
        | FaceMember::ClassMethod(known)
        | FaceMember::StaticMethod(known),
    ) = class.members.get_mut(name)
    {
        known.overloads.push(signature);
        return;
    }
    let function = FaceFunction {
        name,
        overloads: vec![signature],
    };
    let member = match access {
        Access::ClassMethod => FaceMember::ClassMethod(function),
        Access::StaticMethod => FaceMember::StaticMethod(function),
        Access::Method | Access::Property => FaceMember::Method(function),
    };
    class.members.insert(name, member);
}
