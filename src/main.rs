//! The olifant binary.

fn main() -> std::process::ExitCode {
    olifant::cli::run()
}
