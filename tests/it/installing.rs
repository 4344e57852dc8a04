//! `install.sh` and the workflow that makes what it installs.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::deploying::{read, root, texts, yaml};

const MACHINES: [(&str, &str); 4] =
    [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "x86_64"), ("Darwin", "arm64")];

#[test]
fn what_a_release_says_of_itself_is_installed() {
    let release = Release::new();
    let (done, said) = release.install(&[]);
    assert!(done, "{said}");
    let program = release.bin().join("olifant");
    assert!(said.contains(&format!("{}: olifant 9.9.9", program.display())), "{said}");
    assert!(said.contains("is not in your PATH"), "{said}");
    let said = Command::new(program).output().unwrap().stdout;
    assert_eq!(String::from_utf8(said).unwrap(), "olifant 9.9.9\n");

    // Again, over the old one; from a URL.
    let url = format!("file://{}", release.files().display());
    let (done, said) = release.install(&[("OLIFANT_RELEASES", &url)]);
    assert!(done, "{said}");
    let names = std::fs::read_dir(release.bin()).unwrap().count();
    assert_eq!(names, 1, "nothing else is left there");
}

#[test]
fn what_is_not_what_the_release_says_is_not_installed() {
    let release = Release::new();
    let sums = release.files().join("SHA256SUMS");
    let right = std::fs::read_to_string(&sums).unwrap();
    let (first, rest) = right.split_at(1);
    let other = if first == "0" { "1" } else { "0" };
    std::fs::write(&sums, format!("{other}{rest}")).unwrap();
    release.refuses(&[], "is not what the release says");

    std::fs::write(&sums, right.replace("olifant-", "elephant-")).unwrap();
    release.refuses(&[], "SHA256SUMS does not name olifant-x86_64-unknown-linux-musl.tar.gz");

    std::fs::remove_file(&sums).unwrap();
    release.refuses(&[], "SHA256SUMS can't be read");
}

#[test]
fn a_machine_without_a_binary_and_a_copy_without_a_release_are_told() {
    let release = Release::new();
    release.on("FreeBSD", "amd64");
    release.refuses(&[], "this installs nothing on FreeBSD; on Windows unpack the .zip");
    release.on("Linux", "riscv64");
    release.refuses(&[], "there is no binary for Linux on riscv64; build it with cargo install");
    release.on("Linux", "x86_64");
    release.refuses(&[("OLIFANT_RELEASES", "")], "take install.sh from a release");
}

#[test]
fn a_download_that_breaks_off_does_nothing() {
    let text = read("install.sh");
    let (whole, last) = text.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(last, "main");
    let cut = Command::new("sh").args(["-c", whole]).output().unwrap();
    assert!(cut.status.success() && cut.stdout.is_empty(), "{cut:?}");
}

#[test]
fn a_release_has_a_binary_for_each_machine_that_the_installer_knows() {
    let release = Release::new();
    let wanted: BTreeSet<String> = MACHINES
        .iter()
        .map(|(system, machine)| {
            release.on(system, machine);
            let (_, said) =
                release.install(&[("OLIFANT_RELEASES", "/no/such/folder"), ("TRACE", "1")]);
            let named =
                said.split_whitespace().find_map(|word| word.strip_prefix("archive=olifant-"));
            named.unwrap().trim_end_matches(".tar.gz").to_owned()
        })
        .collect();
    let workflow = yaml(".github/workflows/release.yml");
    let built = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let built = built.iter().map(|entry| entry["target"].as_str().unwrap().to_owned());
    assert_eq!(built.collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn a_release_brings_checksums_and_an_installer_that_knows_where_from() {
    let workflow = yaml(".github/workflows/release.yml");
    assert_eq!(texts(&workflow["on"]["push"]["tags"]), ["v*"]);
    let build = steps(&workflow["jobs"]["build"]);
    assert!(build.contains("cargo build --release --locked --target"), "{build}");
    assert!(build.contains("tar -czf \"olifant-$TARGET.tar.gz\""), "{build}");
    let publish = steps(&workflow["jobs"]["publish"]);
    let order = ["sha256sum olifant-* > SHA256SUMS", "s|@RELEASES@|", "gh release create"];
    let places = order.map(|step| publish.find(step).unwrap_or_else(|| panic!("no {step}")));
    assert!(places.is_sorted(), "{publish}");
    assert!(read("install.sh").contains("RELEASES='@RELEASES@'"));
    assert_eq!(texts(&workflow["jobs"]["publish"]["needs"]), ["build", "on_windows", "test"]);
}

#[test]
fn a_release_has_a_binary_for_windows_that_was_started_there() {
    let workflow = yaml(".github/workflows/release.yml");
    let (built, tried) = (&workflow["jobs"]["windows"], &workflow["jobs"]["on_windows"]);
    assert_eq!(built["env"]["TARGET"], "x86_64-pc-windows-gnu");
    assert!(steps(built).contains("zip -j \"olifant-$TARGET.zip\""));
    assert_eq!(tried["needs"], "windows");
    assert!(tried["runs-on"].as_str().unwrap().starts_with("windows"));
    assert!(steps(tried).contains("./olifant.exe --version"));
}

#[test]
fn ci_runs_what_a_developer_runs() {
    assert!(steps(&yaml(".github/workflows/ci.yml")["jobs"]["test"]).contains(".ci/run"));
    assert!(read(".ci/run").contains("exec ./test"));
    let windows = steps(&yaml(".github/workflows/ci.yml")["jobs"]["windows"]);
    assert!(windows.contains("cargo check --locked --target x86_64-pc-windows-gnu"), "{windows}");
}

/// A folder like a release's, and a machine to install it on.
struct Release(TempDir);

impl Release {
    fn new() -> Self {
        let release = Self(tempfile::tempdir().unwrap());
        let files = release.files();
        std::fs::create_dir_all(&files).unwrap();
        script(&files.join("olifant"), "echo olifant 9.9.9");
        let pack = "tar -czf olifant-x86_64-unknown-linux-musl.tar.gz olifant
            sum=$(sha256sum *.tar.gz 2>/dev/null || shasum -a 256 *.tar.gz)
            echo \"$sum\" > SHA256SUMS";
        let packed = Command::new("sh").args(["-ec", pack]).current_dir(&files).status();
        assert!(packed.unwrap().success());
        release.on("Linux", "x86_64");
        release
    }

    fn files(&self) -> PathBuf {
        self.0.path().join("release")
    }

    fn bin(&self) -> PathBuf {
        self.0.path().join("bin")
    }

    /// The machine is another.
    fn on(&self, system: &str, machine: &str) {
        let tools = self.0.path().join("tools");
        std::fs::create_dir_all(&tools).unwrap();
        let say = format!("case $1 in -s) echo {system} ;; -m) echo {machine} ;; esac");
        script(&tools.join("uname"), &say);
    }

    /// Whether it was done, and what was said.
    fn install(&self, env: &[(&str, &str)]) -> (bool, String) {
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.0.path().join("tools").display());
        let trace = if env.iter().any(|(key, _)| *key == "TRACE") { "-x" } else { "-e" };
        let mut shell = Command::new("sh");
        shell
            .arg(trace)
            .arg(root().join("install.sh"))
            .env("PATH", path)
            .env("HOME", self.0.path());
        shell.env("OLIFANT_RELEASES", self.files()).env("OLIFANT_BIN", self.bin());
        let output = shell.envs(env.iter().copied()).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), said)
    }

    fn refuses(&self, env: &[(&str, &str)], words: &str) {
        let (done, said) = self.install(env);
        assert!(!done && said.contains(words), "{said}");
        assert!(!self.bin().exists(), "something was installed");
    }
}

fn script(path: &Path, line: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{line}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// All that a job's steps run, in order.
fn steps(job: &Value) -> String {
    let steps = job["steps"].as_array().unwrap().iter();
    steps.filter_map(|step| step["run"].as_str()).collect::<Vec<_>>().join("\n")
}
