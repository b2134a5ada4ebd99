//! Every stub loads, names only types that exist, and agrees with itself.

#![allow(clippy::disallowed_methods, reason = "a test reads the sources")]

use salami_check::face;

#[test]
fn stubs_have_no_problems() {
    for name in face::MODULES {
        let problems = face::problems(name);
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        assert!(face::module(name).is_some());
    }
}

#[test]
fn overloads_of_a_leaf_agree() {
    for (name, leaf) in face::leaves() {
        assert!(!leaf.contradicts, "{name}: {:#?}", leaf.signatures);
        assert!(leaf.arguments.len() <= 255);
    }
}

/// Every type that occurs in a signature, a property, a base or a constant.
fn types() -> Vec<(String, face::FaceType)> {
    let mut types = Vec::new();
    let mut add_function = |owner: &str, function: &face::FaceFunction| {
        for signature in &function.overloads {
            let place = format!("{owner}{}{}", function.name, signature.show(&[]));
            types.extend(
                signature
                    .receiver
                    .iter()
                    .map(|receiver| (place.clone(), receiver.clone())),
            );
            types.extend(
                signature
                    .parameters
                    .iter()
                    .map(|parameter| (place.clone(), parameter.type_.clone())),
            );
            types.push((place, signature.result.clone()));
        }
    };
    let mut others = Vec::new();
    for module in face::MODULES.iter().filter_map(|name| face::module(name)) {
        for (name, entry) in &module.entries {
            match entry {
                face::FaceEntry::Function(function) => add_function("", function),
                face::FaceEntry::Class(class) => {
                    let owner = format!("{}.", class.qualified);
                    others.extend(class.bases.iter().map(|base| (owner.clone(), base.clone())));
                    class
                        .constructor
                        .iter()
                        .for_each(|constructor| add_function(&owner, constructor));
                    for (name, member) in &class.members {
                        match member {
                            face::FaceMember::Method(function)
                            | face::FaceMember::ClassMethod(function)
                            | face::FaceMember::StaticMethod(function) => {
                                add_function(&owner, function)
                            }
                            face::FaceMember::Property { type_, .. } => {
                                others.push((format!("{owner}{name}"), type_.clone()));
                            }
                            face::FaceMember::Constant(constant) => {
                                others.push((format!("{owner}{name}"), constant.type_.clone()));
                            }
                            face::FaceMember::Refused(_) => {}
                        }
                    }
                }
                face::FaceEntry::Constant(constant) => {
                    others.push((format!("{}.{name}", module.name), constant.type_.clone()));
                }
                _ => {}
            }
        }
    }
    types.extend(others);
    types
}

/// Whether a name means a class of the prelude.
fn is_of_prelude(name: &str) -> bool {
    let (module, name) = name.rsplit_once('.').unwrap_or(("builtins", name));
    matches!(
        face::module(module).and_then(|module| module.get(name)),
        Some(face::FaceEntry::Prelude(_))
    )
}

#[test]
fn types_exist_and_have_their_arguments() {
    use face::FaceType;
    let mut work = types();
    while let Some((place, type_)) = work.pop() {
        let parts = match type_ {
            FaceType::Class(name, _) if is_of_prelude(name) => Vec::new(),
            FaceType::Class(name, arguments) => {
                let class =
                    face::class(name).unwrap_or_else(|| panic!("{place}: unknown type {name}"));
                assert_eq!(
                    class.variables.len(),
                    arguments.len(),
                    "{place}: arguments of {name}"
                );
                arguments
            }
            FaceType::Protocol(protocol, arguments) => {
                use face::Protocol;
                let expected = match protocol {
                    Protocol::Sized | Protocol::Hashable | Protocol::Comparable => 0,
                    Protocol::Mapping | Protocol::MutableMapping => 2,
                    _ => 1,
                };
                assert_eq!(
                    arguments.len(),
                    expected,
                    "{place}: arguments of {}",
                    protocol.name()
                );
                arguments
            }
            FaceType::Tuple(types) | FaceType::Union(types) | FaceType::Each(types) => types,
            FaceType::Callable(parameters, result) => {
                let mut parts = parameters.unwrap_or_default();
                parts.push(*result);
                parts
            }
            FaceType::Type(type_) | FaceType::FindAll(type_) | FaceType::Split(type_) => {
                vec![*type_]
            }
            _ => Vec::new(),
        };
        work.extend(parts.into_iter().map(|part| (place.clone(), part)));
    }
}

#[test]
fn prelude_functions_exist_with_as_many_parameters() {
    let mut seen = 0;
    for module in face::MODULES.iter().filter_map(|name| face::module(name)) {
        let functions = module.entries.values().flat_map(|entry| match entry {
            face::FaceEntry::Function(function) => vec![(0, function)],
            face::FaceEntry::Class(class) => class
                .members
                .values()
                .filter_map(|member| match member {
                    face::FaceMember::Method(function) => Some((1, function)),
                    face::FaceMember::ClassMethod(function)
                    | face::FaceMember::StaticMethod(function) => Some((0, function)),
                    _ => None,
                })
                .chain(class.constructor.iter().map(|constructor| (0, constructor)))
                .collect(),
            _ => Vec::new(),
        });
        for (receivers, function) in functions {
            for signature in &function.overloads {
                let face::Target::Prelude(name) = signature.target else {
                    continue;
                };
                let (file, wanted) = name.rsplit_once('.').expect("file.function");
                let text = face::prelude(file).unwrap_or_else(|| panic!("no prelude file {file}"));
                let parsed = salami_syntax::parse(&salami_source::Source::new(file, text));
                assert!(parsed.is_ok(), "{file}: {:?}", parsed.diagnostics);
                let tree = &parsed.tree;
                let found = tree.body.iter().find_map(|id| match &tree.stmt(*id).kind {
                    salami_syntax::tree::StmtKind::Function(function) => {
                        let function = tree.function(*function);
                        let is_it = function
                            .name
                            .is_some_and(|name| tree.name(name.name) == wanted);
                        is_it.then_some(function)
                    }
                    _ => None,
                });
                let found = found.unwrap_or_else(|| panic!("no prelude function {name}"));
                assert_eq!(
                    found.parameters.len(),
                    signature.parameters.len() + receivers,
                    "{name}"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 10);
}

#[test]
fn entries_of_the_prelude_are_defined_there() {
    use salami_syntax::tree::{ExprKind, StmtKind};
    for module in face::MODULES.iter().filter_map(|name| face::module(name)) {
        for entry in module.entries.values() {
            let face::FaceEntry::Prelude(name) = entry else {
                continue;
            };
            let name = name.trim_end_matches("()");
            let (file, wanted) = name.rsplit_once('.').expect("file.name");
            let text = face::prelude(file).unwrap_or_else(|| panic!("no prelude file {file}"));
            let parsed = salami_syntax::parse(&salami_source::Source::new(file, text));
            let tree = &parsed.tree;
            let is_defined = tree.body.iter().any(|id| match &tree.stmt(*id).kind {
                StmtKind::Function(function) => tree
                    .function(*function)
                    .name
                    .is_some_and(|name| tree.name(name.name) == wanted),
                StmtKind::Class(class) => tree.name(tree.class(*class).name.name) == wanted,
                StmtKind::Assign { targets, .. } => targets.iter().any(|target| {
                    matches!(tree.expr(*target).kind, ExprKind::Name(name) if tree.name(name) == wanted)
                }),
                _ => false,
            });
            assert!(is_defined, "no {name} in the prelude");
        }
    }
}

#[test]
fn prelude_gets_no_missing_arguments() {
    for module in face::MODULES.iter().filter_map(|name| face::module(name)) {
        for entry in module.entries.values() {
            let face::FaceEntry::Function(function) = entry else {
                continue;
            };
            for signature in &function.overloads {
                let missing = signature.parameters.iter().any(|parameter| {
                    parameter.default == Some(salami_check::typed::Constant::Missing)
                });
                assert!(
                    !(missing && matches!(signature.target, face::Target::Prelude(_))),
                    "{}",
                    function.name
                );
            }
        }
    }
}

#[test]
fn members_are_found_in_bases() {
    let counter = face::class("collections.Counter").expect("Counter");
    let found = counter.find("items").expect("items");
    assert_eq!(found.owner.qualified, "dict");
    assert_eq!(found.arguments.len(), 2);
    assert_eq!(found.arguments[1], face::FaceType::Class("int", vec![]));
    assert!(
        face::class("datetime.datetime")
            .expect("datetime")
            .find("year")
            .is_some()
    );
    assert!(
        face::class("json.JSONDecodeError")
            .expect("error")
            .derives_from("Exception")
    );
    assert!(counter.find("no_such_thing").is_none());
    assert!(
        face::module("builtins")
            .expect("builtins")
            .get("dict_keys")
            .is_none()
    );
    assert!(face::refused_module("pathlib").is_some());
}

fn groups(pattern: &str) -> Option<String> {
    let groups = face::regex_groups(pattern, false)?;
    let shown = groups.iter().map(|group| {
        format!(
            "{}{}",
            group.name.as_deref().unwrap_or("_"),
            if group.always { "" } else { "?" }
        )
    });
    Some(shown.collect::<Vec<_>>().join(" "))
}

#[test]
fn groups_of_patterns() {
    for (pattern, expected) in [
        ("abc", ""),
        (r"(a)(?P<n>b)", "_ n"),
        (r"(a)|(b)", "_? _?"),
        (r"x(a|b)(c)?", "_ _?"),
        (r"((a)|(b))", "_ _? _?"),
        (r"(?:(a)(b))*", "_? _?"),
        (
            r"(a){0,3}(b){1,3}(c){,2}(d){0}(e){10}(f){}",
            "_? _ _? _? _ _",
        ),
        (r"\((a)\)[(]([)])[](](x)[^](]", "_ _ _"),
        (r"(?!(a))(?=(b))(?<!(c))(?<=(d))", "_? _ _? _"),
        (r"(?x) (a) # (not)", "_"),
        (r"(?i:(a))(?P=n)(?#(no)", "_"),
        (r"(a)?(?(1)(b)|(c))", "_? _? _?"),
        (r"(a+)(b*)", "_ _"),
    ] {
        assert_eq!(groups(pattern).as_deref(), Some(expected), "{pattern}");
    }
    assert_eq!(groups("(a"), None);
    assert_eq!(groups("a)"), None);
    assert_eq!(groups("(?"), None);
}

#[test]
fn hidden_leaves_are_declared_and_used() {
    use salami_syntax::tree::StmtKind;
    let declared = face::module("_leaf").expect("_leaf");
    let mut used = std::collections::BTreeSet::new();
    for (file, text) in face::PRELUDE {
        let parsed = salami_syntax::parse(&salami_source::Source::new(*file, *text));
        assert!(parsed.is_ok(), "{file}: {:?}", parsed.diagnostics);
        for stmt in &parsed.tree.stmts {
            let StmtKind::ImportFrom { module, names, .. } = &stmt.kind else {
                continue;
            };
            for alias in names {
                let known = face::module(module).and_then(|module| module.get(&alias.name));
                assert!(known.is_some(), "{file}: {module} has no {}", alias.name);
                if module == "_leaf" {
                    used.insert(alias.name.clone());
                }
            }
        }
    }
    // The checker and the lowering write calls of some.
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![crates.join("src"), crates.join("../salami-lower/src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder is readable") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push(path);
            }
        }
    }
    for path in sources {
        let text = std::fs::read_to_string(path).expect("a source");
        let called = text.split("\"_leaf.").skip(1);
        used.extend(called.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    }
    for name in declared.entries.keys() {
        assert!(used.contains(*name), "nothing uses _leaf.{name}");
    }
}
