//! The faces and the machine must agree: what a face calls exists, with as many arguments.

/// Leaves that no program reaches: the checker refuses what reads the clock, as no host gives the
/// time, and the face refuses the Sniffer.
const REFUSED: &[&str] = &[
    "_leaf.csv_has_header",
    "_leaf.csv_sniff",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "time.monotonic",
    "time.perf_counter",
    "time.time",
    "time.time_ns",
];

#[test]
fn every_leaf_of_the_faces_is_in_the_machine() {
    let machine = salami_vm::leaf::leaves();
    let mut faults = Vec::new();
    for (name, used) in salami_check::face::leaves() {
        match machine.binary_search_by(|leaf| leaf.name.cmp(name)) {
            Err(_) if REFUSED.contains(&name) => {}
            Err(_) => faults.push(format!("{name} is missing: {}", used.signatures.join("; "))),
            Ok(position) => {
                let arguments = usize::from(machine[position].arguments);
                if arguments != used.arguments.len() {
                    faults.push(format!(
                        "{name} takes {arguments} arguments, and the face gives {:?}",
                        used.arguments
                    ));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
