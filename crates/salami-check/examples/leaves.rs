//! Lists every leaf that the faces name: its arguments and the Python signatures that call it.

fn main() {
    let mut text = String::from(
        "# Leaves\n\nName(arguments), then each Python signature that calls it.\n\n```\n",
    );
    for (name, leaf) in salami_check::face::leaves() {
        text.push_str(&format!("{name}({})\n", leaf.arguments.join(", ")));
        for signature in leaf.signatures {
            text.push_str(&format!("    {signature}\n"));
        }
    }
    text.push_str("```\n");
    #[allow(clippy::disallowed_macros, reason = "a tool for people")]
    {
        print!("{text}");
    }
}
