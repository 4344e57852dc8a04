//! The real binary: started, listened to, signalled.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The binary with arguments and an empty environment.
pub fn olifant(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_olifant"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// `olifant serve` on a configuration.
pub fn start(config: &Path) -> Child {
    let mut command = olifant(&["serve", "--config"]);
    command.arg(config).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Ended whatever becomes of the story.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What it says, line by line.
pub struct Log(std::io::Lines<Box<dyn BufRead + Send>>);

impl Log {
    pub fn of(child: &mut Child) -> Self {
        let stderr: Box<dyn BufRead + Send> =
            Box::new(BufReader::new(child.stderr.take().unwrap()));
        Self(stderr.lines())
    }

    /// Of what it prints.
    pub fn printed(child: &mut Child) -> Self {
        let stdout: Box<dyn BufRead + Send> =
            Box::new(BufReader::new(child.stdout.take().unwrap()));
        Self(stdout.lines())
    }

    /// Reads on until a line says so.
    pub fn wait_for(&mut self, words: &str) -> String {
        let said = self.0.by_ref().map_while(Result::ok).find(|line| line.contains(words));
        said.unwrap_or_else(|| panic!("it ended before it said {words}"))
    }

    /// Reads to the end, so that it can write on.
    pub fn forget(self) {
        std::thread::spawn(move || self.0.count());
    }
}

/// `kill -NAME`.
pub fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
}
