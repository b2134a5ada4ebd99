//! Lists every leaf that the faces name: its arguments and the Python signatures that call it.

const INTRODUCTION: &str = "# Leaves

Name(arguments), then each Python signature that calls it. A leaf always gets all its arguments:
what the program does not give is the default of the signature, `...` being Missing. `*args` is one
tuple, `**kwargs` one dict. Generators and objects with `__iter__` or `__next__` of their own never
arrive: the checker makes lists of them or calls the prelude instead.

```
";

fn main() {
    let mut text = String::from(INTRODUCTION);
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
