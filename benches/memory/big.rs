//! A million messages, and what memory they take.

use std::process::Command;

use anyhow::Context;
use olifant::tokens;

use crate::shop::{Shop, Words};
use crate::times::print;

/// People…
const PEOPLE: u64 = 10_000;
/// …and what each has said.
const TURNS: usize = 100;

/// Fills a store, then looks at it in a process of its own.
pub async fn fill() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut words = Words::new()?;
    let shop = Shop::open(folder.path())?;
    print("", &["resident", "on disk"]);
    said("empty", &folder)?;
    for number in 0..PEOPLE {
        // Somebody with more to say, for a search.
        let turns = if number == 0 { 1_000 } else { TURNS };
        shop.person_with(number, turns, &mut words).await?;
        if (number + 1) % (PEOPLE / 4) == 0 {
            said(&format!("{} messages came in", (number + 1) * TURNS as u64), &folder)?;
        }
    }
    drop(shop);
    let status = Command::new(std::env::current_exe()?).arg(folder.path()).status()?;
    anyhow::ensure!(status.success(), "looking at the store ended with {status}");
    Ok(())
}

/// The same store, just opened, and after searches.
pub async fn look(folder: &str) -> anyhow::Result<()> {
    tokens::count("loads the tokenizer, which a running program has");
    said("a new process, without the store", folder)?;
    let shop = Shop::open(folder.as_ref())?;
    said("opened", folder)?;
    let words = Words::new()?;
    let person = shop.person(0).await?;
    crate::recall(&shop, &person, &words, "recall over 1000 turns").await?;
    for number in 0..PEOPLE {
        let person = shop.person(number).await?;
        crate::search(&shop, &person, words.questions().next().context("no question")?).await?;
    }
    said("after a search for each person", folder)
}

fn said(when: &str, folder: impl AsRef<std::path::Path>) -> anyhow::Result<()> {
    let disk = Command::new("du").arg("-sm").arg(folder.as_ref()).output()?.stdout;
    let disk = String::from_utf8_lossy(&disk);
    let disk = disk.split_whitespace().next().unwrap_or("?").to_owned();
    print(when, &[&format!("{} MB", resident_mb()?), &format!("{disk} MB")]);
    Ok(())
}

fn resident_mb() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb: u64 = line.context("no VmRSS")?.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kb / 1024)
}
