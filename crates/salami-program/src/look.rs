//! Where the threads of a stored process stand, for people: frames, lines, variables.

use salami_process::store::ThreadId;
use serde_json::{Map, Value};

use crate::debug::Variable;
use crate::debug::own_globals;
use crate::profile::RunLimits;
use crate::program::Program;
use crate::run::Execution;
use crate::snapshot::{ResumeOptions, Seal, SnapshotError};
use crate::traceback::Frame;

/// Where a thread stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadView {
    /// Its number.
    pub thread: ThreadId,
    /// Its calls, the outermost first; those of the program's own functions only.
    pub frames: Vec<FrameView>,
    /// What comes of the program, where its own thread has returned and others go on; null if that has no form in JSON.
    pub returned: Option<Value>,
}

/// A call under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameView {
    /// Where it stands.
    pub place: Frame,
    /// Its variables that have a value, as `repr` shows them, shortened; those of the module in the module's own call.
    pub variables: Vec<Variable>,
}

/// Looks at threads of a stored process, which was started with this input; nothing of them changes. O(their size).
/// Best all threads that it has: those that [`Execution::needed_threads`] tells must be among them.
///
/// # Errors
/// States that are damaged, or of another program.
pub fn look(
    program: &Program,
    shared: &[u8],
    threads: &[(ThreadId, &[u8])],
    seal: &Seal,
    input: &Map<String, Value>,
) -> Result<Vec<ThreadView>, SnapshotError> {
    let options = ResumeOptions {
        limits: RunLimits {
            memory: u64::MAX,
            ..RunLimits::GENERAL
        },
        seal: seal.clone(),
        input: input.clone(),
        ..ResumeOptions::default()
    };
    let globals = own_globals(program);
    let mut execution = Execution::resume_parts(program, shared, threads, &options)?;
    let mut views = Vec::with_capacity(threads.len());
    for &(thread, _) in threads {
        if execution.threads_mut().show(thread) {
            views.push(ThreadView {
                thread,
                frames: frames(program, &execution, &globals),
                returned: None,
            });
        } else if thread == 0
            && let Some(value) = execution.threads_mut().show_returned(thread)
        {
            views.push(ThreadView {
                thread,
                frames: Vec::new(),
                returned: Some(execution.result(value).unwrap_or_default()),
            });
        }
    }
    Ok(views)
}

fn frames(program: &Program, execution: &Execution, globals: &[bool]) -> Vec<FrameView> {
    let machine = execution.machine();
    let module = program.module();
    let views = machine.frames().into_iter().filter_map(|view| {
        let place = execution.frame_at(view.function, view.address)?;
        let function = module.functions.get(view.function.index())?;
        let named = function.registers.iter().zip(&view.registers);
        let named = named.filter_map(|(register, value)| Some((register.name.as_deref()?, *value)));
        let mut values: Vec<(&str, salami_vm::Value)> = named.collect();
        if view.function == module.entry {
            let own = machine.globals().zip(globals);
            values.extend(own.filter(|(_, is_own)| **is_own).map(|(global, _)| global));
        }
        let mut variables: Vec<Variable> = Vec::new();
        for (name, value) in values {
            let is_known = variables.iter().any(|variable| variable.name == name);
            if !value.is_unset() && !is_known {
                let name = name.to_owned();
                let value = machine.show(value);
                if value != crate::debug::UNSET {
                    variables.push(Variable { name, value });
                }
            }
        }
        Some(FrameView { place, variables })
    });
    views.collect()
}
