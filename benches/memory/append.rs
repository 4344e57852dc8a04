//! What it costs to keep a message so that it can be found: beside messages
//! as long that nobody can read, which are not found.

use olifant::domain::content::Content;
use olifant::domain::event::Received;

use crate::shop::{Shop, Words, said};
use crate::times::{Times, print};

/// One at a time, and in groups that come in together.
const SIZES: [usize; 2] = [1, 64];
/// So many times.
const TIMES: u64 = 400;

pub async fn run(shop: &Shop, words: &mut Words) -> anyhow::Result<()> {
    for size in SIZES {
        let (mut with, mut without) = (Times::default(), Times::default());
        for n in 0..TIMES {
            let texts: Vec<String> = (0..size).map(|_| words.turn()).collect();
            // In turns, so that a slow moment of the disk hits both.
            with.of(shop.store.accept(group(
                10 + size as u64,
                n,
                texts.iter().cloned().map(Content::Text),
            )?))
            .await?;
            without
                .of(shop.store.accept(group(
                    11 + size as u64,
                    n,
                    texts.iter().cloned().map(Content::Unsupported),
                )?))
                .await?;
        }
        with.report(&format!("durable append, {size} at once"));
        without.report(&format!("durable append, {size} at once, nothing to find"));
        let more = 100.0 * (with.median() / without.median() - 1.0);
        print("  what can be found adds", &[&format!("{more:.0} %")]);
    }
    Ok(())
}

fn group(
    number: u64,
    time: u64,
    contents: impl Iterator<Item = Content>,
) -> anyhow::Result<Vec<Received>> {
    (time * 1000..).zip(contents).map(|(id, content)| said(number, content, id)).collect()
}
