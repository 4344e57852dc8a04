//! What every command says of itself, as it stands in `tests/help`.
//! `UPDATE_HELP=1 cargo test --lib cli::help` writes it there anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};

use super::Cli;

/// In columns.
const WIDTH: usize = 100;

#[test]
fn every_command_says_of_itself_what_stands_in_tests_help() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    let said = said();
    if std::env::var_os("UPDATE_HELP").is_some() {
        write(&folder, &said);
    }
    let stands = stands(&folder);
    let names: Vec<_> = said.keys().collect();
    assert_eq!(names, stands.keys().collect::<Vec<_>>(), "{RENEW}");
    for (name, said) in &said {
        assert_eq!(*said, stands[name], "{}: {RENEW}", name.display());
    }
}

const RENEW: &str = "UPDATE_HELP=1 cargo test --lib cli::help writes tests/help anew";

/// Under the file that each belongs into.
fn said() -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    // What stands in the variables of whoever tests it is not shown.
    let mut cli = Cli::command().term_width(WIDTH).disable_help_subcommand(true);
    cli.build();
    collect("olifant", &cli, &mut all);
    all
}

fn collect(name: &str, command: &Command, all: &mut BTreeMap<PathBuf, String>) {
    let mut shown = command.clone().mut_args(|argument| argument.hide_env_values(true));
    let help = shown.render_long_help().to_string();
    let lines = help.lines().map(|line| line.trim_end().to_owned() + "\n");
    all.insert(format!("{name}.txt").into(), lines.collect());
    for inner in command.get_subcommands() {
        collect(&format!("{name}-{}", inner.get_name()), inner, all);
    }
}

fn stands(folder: &Path) -> BTreeMap<PathBuf, String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let read = files.map(|file| {
        (PathBuf::from(file.file_name()), std::fs::read_to_string(file.path()).unwrap())
    });
    read.collect()
}

fn write(folder: &Path, said: &BTreeMap<PathBuf, String>) {
    std::fs::create_dir_all(folder).unwrap();
    for gone in stands(folder).keys().filter(|name| !said.contains_key(*name)) {
        std::fs::remove_file(folder.join(gone)).unwrap();
    }
    said.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).unwrap());
}
