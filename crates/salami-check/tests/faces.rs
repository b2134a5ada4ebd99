//! Every stub loads, names only types that exist, and agrees with itself.

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
