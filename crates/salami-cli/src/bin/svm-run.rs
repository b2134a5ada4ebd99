//! The command `svm-run`.

// As in `salami`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    salami_cli::svm_run()
}
