//! Limits hold: each is tripped, and what the process really allocates stays within bounds.
//!
//! One test at a time, as the allocator counts for the whole process. `LONG=1` runs the programs
//! with the memory and fuel that a host would give.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use salami::{
    CompileError, CompileOptions, Interrupt, Limit, LimitKind, Limits, Profile, Program, Progress,
    Run, RunError, RunLimits, RunOptions, Wait,
};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What a machine takes beside its heap: tables that do not depend on the program, and small vectors.
const BASE: usize = 3_000_000;

type Test = (&'static str, fn() -> Result<(), String>);

const TESTS: &[Test] = &[
    ("heap", heap),
    ("stack", stack),
    ("module", module),
    ("instructions", instructions),
    ("iterations", iterations),
    ("depth", depth),
    ("time", time),
    ("time by its own clock", own_time),
    ("self-test", self_test),
    ("attacks", attacks),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wanted: Vec<&String> = wanted
        .iter()
        .filter(|word| !word.starts_with('-'))
        .collect();
    let mut failed = false;
    for (name, test) in TESTS {
        let is_wanted = wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
        if !is_wanted {
            continue;
        }
        match test() {
            Ok(()) => println!("limits: {name} ok"),
            Err(fault) => {
                println!("limits: {name} FAILED\n{fault}");
                failed = true;
            }
        }
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn compile(source: &str) -> Program {
    let options = CompileOptions {
        strict: salami::Strict::Never,
        ..CompileOptions::default()
    };
    salami::compile("program.py", source, &options).unwrap_or_else(|error| panic!("{error}"))
}

/// What a run did, and the most bytes that were allocated for it at once.
fn measured(program: &Program, options: &RunOptions) -> (Run, usize) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let run = program.run(options);
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    (run, peak)
}

fn expect(holds: bool, message: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(message()) }
}

fn limit(run: &Run) -> Result<&Limit, String> {
    match &run.result {
        Err(RunError::Limit(limit)) => Ok(limit),
        other => Err(format!("it ended with {other:?}")),
    }
}

fn ends_at(run: &Run, kind: LimitKind) -> Result<(), String> {
    let found = limit(run)?.kind;
    expect(found == kind, || {
        format!("it ended at {found:?}, not at {kind:?}")
    })
}

/// The profile's 100 MB, reached in the ways that take the most beside what is counted.
fn heap() -> Result<(), String> {
    let programs = [
        "xs = []\nwhile True:\n    xs += [0] * 100_000\n",
        "xs = []\nwhile True:\n    xs.append([0] * 100)\n",
        "s = ''\nwhile True:\n    s += 'x' * 10_000\n",
        "d = {}\nn = 0\nwhile True:\n    d[n] = [n] * 100\n    n += 1\n",
    ];
    for source in programs {
        let limits = RunLimits {
            instructions: None,
            iterations: None,
            ..RunLimits::SVM
        };
        let (run, peak) = measured(&compile(source), &RunOptions::within(limits));
        ends_at(&run, LimitKind::Memory)?;
        expect(run.memory_peak <= limits.memory, || {
            format!("{source}it counted {} bytes", run.memory_peak)
        })?;
        let most = 100_000_000 + 100_000_000 / 4 + BASE;
        expect(peak <= most, || {
            format!("{source}the process took {peak} bytes")
        })?;
    }
    Ok(())
}

/// Calls that nest without end, with large frames.
fn stack() -> Result<(), String> {
    let mut source = "def f(n: int) -> int:\n".to_owned();
    for name in 0..200 {
        let _ = writeln!(source, "    x{name} = n + {name}");
    }
    source.push_str("    return f(n + 1)\nprint(f(0))\n");
    let limits = RunLimits {
        depth: 1_000_000,
        ..RunLimits::GENERAL
    };
    let (run, peak) = measured(&compile(&source), &RunOptions::within(limits));
    ends_at(&run, LimitKind::Stack)?;
    // The old and the new stack for a moment.
    expect(peak <= 2 * 10_000_000 + BASE, || {
        format!("the process took {peak} bytes")
    })
}

/// A module of more than a megabyte.
fn module() -> Result<(), String> {
    let mut source = String::new();
    for name in 0..12_000 {
        let _ = writeln!(
            source,
            "def f{name}(n: int) -> str:\n    return 'the text number {name}, {}'\nprint(f{name}(1))",
            "x".repeat(60)
        );
    }
    let options = CompileOptions {
        limits: Profile::Svm.limits(),
        ..CompileOptions::default()
    };
    let refused = salami::compile("large.py", &source, &options);
    expect(refused.is_err(), || {
        "a source of a megabyte and more compiles".to_owned()
    })?;
    let wide = Limits {
        source_bytes: 16 << 20,
        ..Profile::Svm.limits()
    };
    let options = CompileOptions {
        limits: wide,
        ..CompileOptions::default()
    };
    match salami::compile("large.py", &source, &options) {
        Err(CompileError::Limit(_)) => Ok(()),
        Err(error) => Err(error.to_string()),
        Ok(program) => Err(format!(
            "a module of {} bytes is accepted",
            program.to_bytes().len()
        )),
    }
}

fn instructions() -> Result<(), String> {
    let run = compile("n = 0\nwhile True:\n    n += 1\n").run(&RunOptions::within(RunLimits::SVM));
    ends_at(&run, LimitKind::Instructions)?;
    // Each costs at least one unit, and these no more than a few.
    expect((1_000_000..4_000_000).contains(&run.fuel), || {
        format!("it used {} fuel", run.fuel)
    })?;
    let program = compile("n = 0\nfor i in range(1000):\n    n += i\nprint(n)\n");
    let counted = |most| {
        let limits = RunLimits {
            instructions: Some(most),
            ..RunLimits::SVM
        };
        program.run(&RunOptions::within(limits)).result.is_ok()
    };
    let mut execution = program
        .start(&RunOptions::within(RunLimits::SVM))
        .map_err(|error| error.to_string())?;
    while !matches!(execution.step(1000), Progress::Ended(_)) {}
    let ran = execution.instructions().ok_or("they are not counted")?;
    expect(counted(ran) && !counted(ran - 1), || {
        format!("{ran} is not the exact number")
    })
}

fn iterations() -> Result<(), String> {
    let limits = RunLimits {
        instructions: None,
        ..RunLimits::SVM
    };
    let with = |count: u32| {
        let source = format!("n = 0\nfor i in range({count}):\n    n += 1\nprint(n)\n");
        compile(&source).run(&RunOptions::within(limits))
    };
    let run = with(1_000_000);
    expect(run.output == "1000000\n", || format!("{:?}", run.result))?;
    ends_at(&with(1_000_001), LimitKind::Iterations)?;
    let nested =
        "n = 0\nfor i in range(1500):\n    for j in range(1500):\n        n += 1\nprint(n)\n";
    let run = compile(nested).run(&RunOptions::within(limits));
    expect(run.output == "2250000\n", || format!("{:?}", run.result))
}

fn depth() -> Result<(), String> {
    let source = "def f(n: int) -> int:\n    if n == 0:\n        return 0\n    try:\n        return f(n - 1) + 1\n    except RecursionError:\n        return 0\n";
    let with = |calls: u32| {
        let source = format!("{source}print(f({calls}))\n");
        compile(&source).run(&RunOptions::within(RunLimits::SVM))
    };
    // The module, and f(98) to f(0).
    let run = with(98);
    expect(run.output == "98\n", || format!("{:?}", run.result))?;
    ends_at(&with(99), LimitKind::Depth)?;
    let general = compile(&format!("{source}print(f(2000))\n")).run(&RunOptions::default());
    expect(general.result.is_ok(), || format!("{:?}", general.result))
}

/// The host's watch ends what runs: a loop, and a single long instruction.
fn time() -> Result<(), String> {
    for source in [
        "while True:\n    pass\n",
        "n = 3 ** 200_000\nwhile True:\n    n = n * n\n",
        "import re\nprint(re.match(r'(x+x+)+(x+x+)+(x+x+)+y', 'x' * 100_000))\n",
    ] {
        let program = compile(source);
        let interrupt = Interrupt::default();
        let options = RunOptions {
            interrupt: Some(interrupt.clone()),
            ..RunOptions::default()
        };
        let watch = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            interrupt.request();
        });
        let begin = Instant::now();
        let run = program.run(&options);
        let took = begin.elapsed();
        watch.join().map_err(|_| "the watch failed")?;
        ends_at(&run, LimitKind::Time).map_err(|fault| format!("{source}{fault}"))?;
        expect(took < Duration::from_secs(30), || {
            format!("{source}it took {took:?}")
        })?;
    }
    Ok(())
}

/// Waits count, also where they take no time.
fn own_time() -> Result<(), String> {
    let with = |seconds: u32| {
        let source =
            format!("import time\nfor i in range(10):\n    time.sleep({seconds})\nprint('done')\n");
        compile(&source).run(&RunOptions::within(RunLimits::SVM))
    };
    let run = with(30);
    expect(run.output == "done\n", || format!("{:?}", run.result))?;
    ends_at(&with(31), LimitKind::Time)
}

fn self_test() -> Result<(), String> {
    let begin = Instant::now();
    salami::check_limits().map_err(|error| error.to_string())?;
    salami::check_limits().map_err(|error| error.to_string())?;
    expect(begin.elapsed() < Duration::from_secs(1), || {
        "it takes too long".to_owned()
    })
}

/// The programs of `data/attacks.py`.
fn attacks() -> Result<(), String> {
    let is_long = std::env::var_os("LONG").is_some();
    let only = std::env::var("ATTACK").unwrap_or_default();
    let limits = RunLimits {
        memory: if is_long { 100_000_000 } else { 10_000_000 },
        fuel: Some(if is_long { 60_000_000 } else { 1_000_000 }),
        ..RunLimits::GENERAL
    };
    let text = include_str!("data/attacks.py");
    let mut faults = String::new();
    for part in text.split("\n# --- ").skip(1) {
        let (name, source) = part.split_once('\n').unwrap_or((part, ""));
        if !name.contains(&only) {
            continue;
        }
        if let Err(fault) = attack(&format!("{source}\n"), limits) {
            let _ = writeln!(faults, "{name}: {fault}");
        }
    }
    expect(faults.is_empty(), || faults)
}

fn attack(source: &str, limits: RunLimits) -> Result<(), String> {
    let options = CompileOptions {
        strict: salami::Strict::Never,
        ..CompileOptions::default()
    };
    let program = match salami::compile("attack.py", source, &options) {
        Ok(program) => program,
        Err(error) => return Err(format!("it does not compile:\n{error}")),
    };
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut execution = program
        .start(&RunOptions::within(limits))
        .map_err(|error| error.to_string())?;
    let mut slowest = (Duration::ZERO, 0);
    let result = loop {
        let (begin, used) = (Instant::now(), execution.fuel());
        let progress = execution.step(100_000);
        slowest = slowest.max((begin.elapsed(), execution.fuel() - used));
        // What is printed leaves.
        drop((execution.take_output(), execution.take_error_output()));
        match progress {
            Progress::Running => {}
            Progress::Suspended(Wait::Until(instant)) => execution.advance(instant),
            Progress::Ended(result) => break result,
            other => return Err(format!("it waits for {other:?}")),
        }
    };
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    if let Err(RunError::Internal(text)) = result {
        return Err(text);
    }
    let memory = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    if execution.memory_peak() > limits.memory {
        return Err(format!(
            "it counted {} bytes of {memory}",
            execution.memory_peak()
        ));
    }
    if peak > memory + memory / 2 + BASE {
        return Err(format!("the process took {peak} bytes for {memory}"));
    }
    // Unoptimised code is some twenty times slower.
    let most = Duration::from_millis(if cfg!(debug_assertions) { 4_000 } else { 200 });
    if slowest.0 > most {
        return Err(format!(
            "{:?} passed for {} units of fuel",
            slowest.0, slowest.1
        ));
    }
    Ok(())
}
