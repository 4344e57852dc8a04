//! How fast memory is, through the store on disk, sealed: finding something
//! again, keeping it, reading a profile, telling a model. Times are of this
//! machine, with nothing else running.
//!
//! `cargo bench --bench memory` takes some minutes; `-- big` instead fills a
//! store with a million messages and says what memory that takes.

mod append;
mod big;
mod prompt;
mod shop;
mod times;

use std::collections::HashSet;

use olifant::domain::person::Person;
use olifant::recollect::{self, Query, Shelves};
use shop::{Shop, Words};
use times::{Times, print};

/// So many searches are timed.
const SEARCHES: usize = 300;
/// Profile reads.
const READS: usize = 2000;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let runtime = tokio::runtime::Runtime::new()?;
    match args.next().as_deref() {
        None => runtime.block_on(run()),
        Some("big") => runtime.block_on(big::fill()),
        Some(folder) => runtime.block_on(big::look(folder)),
    }
}

async fn run() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let shop = Shop::open(folder.path())?;
    let mut words = Words::new()?;
    print("", &["p50", "p99", "max", "times"]);
    for (number, turns) in [1_000, 10_000, 100_000].into_iter().enumerate() {
        let person = shop.person_with(number as u64, turns, &mut words).await?;
        recall(&shop, &person, &words, &format!("recall over {turns} turns")).await?;
    }
    profile(&shop).await?;
    append::run(&shop, &mut words).await?;
    prompt::run(&shop, 10_000, &mut words).await?;
    for others in [100, 100_000] {
        shop.others(others, &mut words).await?;
        let person = shop.person(0).await?;
        let title = format!("recall over 1000 turns, {others} other people");
        recall(&shop, &person, &words, &title).await?;
    }
    Ok(())
}

/// From a question to the ten messages that fit it best.
async fn recall(shop: &Shop, person: &Person, words: &Words, title: &str) -> anyhow::Result<()> {
    let mut times = Times::default();
    let mut found = 0;
    for question in words.questions().cycle().take(SEARCHES + WARM_UP) {
        found += times.of(search(shop, person, question)).await?;
    }
    anyhow::ensure!(found > SEARCHES, "the searches found {found} messages");
    times.without(WARM_UP).report(title);
    Ok(())
}

/// How many were found.
async fn search(shop: &Shop, person: &Person, question: &str) -> anyhow::Result<usize> {
    let shelves = Shelves::of(&*shop.store);
    let query = Query::new(question);
    Ok(recollect::find(shelves, person, &query, &HashSet::new()).await?.len())
}

/// Tables are loaded at first use.
const WARM_UP: usize = 5;

async fn profile(shop: &Shop) -> anyhow::Result<()> {
    let space = shop.profile().await?;
    let (mut one, mut page) = (Times::default(), Times::default());
    for n in 0..READS {
        let key = format!("key {}", n % shop::KEYS);
        anyhow::ensure!(one.of(shop.store.entry(&space, &key)).await?.is_some(), "{key} is gone");
        let twenty = olifant::domain::memory::Page { limit: 20, ..Default::default() };
        page.of(shop.store.entries(&space, &twenty)).await?;
    }
    one.report("profile: one key");
    page.report("profile: a page of 20");
    Ok(())
}
