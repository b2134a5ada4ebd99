//! An app that gives a tool of its own to programs: `cargo run -p embed`.

use std::error::Error;

use salami::{CompileOptions, FunctionTool, Permissions, RunOptions, Stub, Tools, compile};
use serde_json::{Value, json};

const PROGRAM: &str = include_str!("../program.py");

/// The tool: its functions as the checker and a model see them, and what answers.
fn pantry() -> impl salami::Tool {
    let stub = "
@read
def stock(item: str) -> int: ...
@undoable(by='cancel')
def order(item: str, count: int = 1) -> int: ...
def cancel(order: int) -> None: ...
";
    FunctionTool::new("pantry", stub, |call| match call.function.as_str() {
        "stock" => Ok(json!(call.text("item")?.len())),
        "order" => Ok(json!(1000 + call.whole("count")?)),
        _ => Err("the shop takes nothing back".to_owned()),
    })
}

fn run(least: i64) -> Result<Value, Box<dyn Error>> {
    let mut tools = Tools::new(Permissions::default());
    tools.connect(pantry());
    let stubs = tools.stubs().map(|(name, text)| Stub::new(name, text));
    let options = CompileOptions {
        stubs: stubs.collect(),
        ..CompileOptions::default()
    };
    let program = compile("program.py", PROGRAM, &options)?;
    if let Err(refused) = tools.admit(&program.needs()) {
        return Err(refused
            .iter()
            .map(ToString::to_string)
            .collect::<String>()
            .into());
    }
    let options = RunOptions {
        input: json!({"least": least})
            .as_object()
            .cloned()
            .unwrap_or_default(),
        ..RunOptions::default()
    };
    Ok(program.run_with(&options, &mut tools).result?)
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", run(4)?);
    Ok(())
}

#[test]
fn the_program_orders_what_runs_out() {
    let ordered = run(4).expect("it runs");
    assert_eq!(ordered, json!(["tea: order 1010", "oil: order 1010"]));
}
