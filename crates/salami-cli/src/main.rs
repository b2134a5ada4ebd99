//! The command `salami`.

// Heap objects are allocations of their own: bench/programs/matrix.py spends 30 percent of its
// instructions in the platform's allocator, and runs a third faster with this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    salami_cli::salami()
}
