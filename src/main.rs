//! The `needk8s` program: everything is in the library.

fn main() -> std::process::ExitCode {
    needk8s::cli::run(std::env::args_os().collect()).into()
}
