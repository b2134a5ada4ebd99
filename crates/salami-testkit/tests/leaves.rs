//! The leaves that the faces name are those that the VM has.

/// Every leaf of a face is in the VM's table, with as many arguments.
#[test]
fn faces_name_leaves_of_the_vm() {
    let mut missing = Vec::new();
    for (name, face) in salami_check::face::leaves() {
        assert!(!face.contradicts, "signatures of `{name}` disagree: {:?}", face.signatures);
        match salami_vm::leaf::find(name) {
            None => missing.push(name.to_owned()),
            Some(leaf) if usize::from(leaf.arguments) != face.arguments.len() => missing.push(format!(
                "{name} takes {} arguments, the face gives {:?}",
                leaf.arguments, face.arguments
            )),
            Some(_) => {}
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
