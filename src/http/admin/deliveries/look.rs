//! Which deliveries are meant: those that wait are a table of the store, those
//! that failed are rows of the transcripts.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::Which;
use super::line::{self, DeliveryLine, Stage};
use crate::domain::conversation::Conversation;
use crate::domain::delivery::Delivery;
use crate::domain::id::NumberName;
use crate::domain::message::Status;
use crate::http::Shared;
use crate::http::error::Problem;
use crate::recollect::Pages;

/// So many are read between two breaths.
const PAGE: usize = 200;

/// As many as are wanted, the newest first; without names.
pub(super) async fn newest(shared: &Shared, which: &Which) -> Result<Vec<DeliveryLine>, Problem> {
    let mut found = Newest { lines: Vec::new(), most: which.limit };
    if which.waiting {
        waiting(shared, which, &mut found).await?;
    }
    if which.failed {
        failed(shared, which, &mut found).await?;
    }
    found.cut();
    Ok(found.lines)
}

/// As many as are wanted, the newest.
struct Newest {
    lines: Vec<DeliveryLine>,
    most: usize,
}

impl Newest {
    /// Too many are never held.
    fn add(&mut self, line: DeliveryLine) {
        self.lines.push(line);
        if self.lines.len() > self.most.saturating_mul(2).max(PAGE) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.lines.sort_by_key(|line| Reverse(line.at));
        self.lines.truncate(self.most);
    }
}

async fn waiting(shared: &Shared, which: &Which, found: &mut Newest) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let page = shared.store.deliveries(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for delivery in page.iter().filter(|delivery| which.means(delivery)) {
            found.add(line::undelivered(shared, delivery).await?);
        }
        tokio::task::yield_now().await;
    }
}

/// A failed message is nothing but a row of its transcript: of each
/// conversation the rows since then are read.
async fn failed(shared: &Shared, which: &Which, found: &mut Newest) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let page = shared.store.conversations(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for conversation in page {
            if which.is_from(&conversation.number.name) {
                failed_in(shared, which, conversation, found).await?;
            }
        }
    }
}

async fn failed_in(
    shared: &Shared,
    which: &Which,
    conversation: Conversation,
    found: &mut Newest,
) -> Result<(), Problem> {
    let newest = shared.store.newest(conversation.id, 1).await?.pop();
    if newest.is_none_or(|newest| !which.is_recent(newest.stored_at)) {
        return Ok(());
    }
    let mut pages = Pages::of(&*shared.store, conversation.clone());
    while let Some(page) = pages.next().await? {
        let more = page.first().is_some_and(|first| which.is_recent(first.stored_at));
        let recent = page.iter().filter(|row| which.is_recent(row.stored_at));
        for row in recent.filter(|row| row.status == Status::Failed) {
            found.add(line::of(&conversation, row, Stage::Failed));
        }
        if !more {
            break;
        }
    }
    Ok(())
}

impl Which {
    fn is_from(&self, number: &NumberName) -> bool {
        !number.is_in_chat() && self.number.as_ref().is_none_or(|wanted| wanted == number)
    }

    fn is_recent(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since)
    }

    fn means(&self, delivery: &Delivery) -> bool {
        self.is_from(&delivery.conversation.number.name)
            && self.is_recent(delivery.message.stored_at)
    }
}
