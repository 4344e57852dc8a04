//! A store that stops the app at a chosen point, as a power cut would: the
//! call never returns, and the story kills the app around it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use olifant::domain::change::{Change, Changed, Subject};
use olifant::domain::conversation::Conversation;
use olifant::domain::delivery::{Delivery, DeliveryOutcome};
use olifant::domain::event::Received;
use olifant::domain::grant::Grant;
use olifant::domain::id::{
    Business, ConversationId, JobId, MessageId, NumberName, PersonId, ProviderId,
};
use olifant::domain::job::{Erasure, Job, JobOutcome};
use olifant::domain::memory::{
    Access as Looked, Cursor, Entry, Linked, Page, Space, SpaceInfo, Summary, Vectors,
};
use olifant::domain::message::Message;
use olifant::domain::person::{Alias, Person};
use olifant::domain::turn::{Turn, TurnOutcome};
use olifant::store::backup::Dump;
use olifant::store::{
    Accepted, Access, Changes, Claim, Derived, Inbox, Kept, Load, Memory, NumberState, Numbers,
    Overview, People, Pick, Queue, Store, StoreError, Swept, Transcript, Transfer, Upkeep,
    Verified, WakeUp,
};
use tokio::sync::watch;

/// Where to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    BeforeAccept,
    AfterAccept,
    BeforeClaimOfTurn,
    AfterClaimOfTurn,
    BeforeContext,
    BeforeFinishOfTurn,
    AfterFinishOfTurn,
    BeforeClaimOfDelivery,
    AfterClaimOfDelivery,
    BeforeFinishOfDelivery,
    AfterFinishOfDelivery,
}

/// The wrapping store.
pub struct Stopping {
    inner: Arc<dyn Store>,
    stop: Stop,
    /// So many events of this kind pass first.
    skip: std::sync::atomic::AtomicUsize,
    reached: watch::Sender<bool>,
}

impl Stopping {
    pub fn new(
        inner: Arc<dyn Store>,
        stop: Stop,
        skip: usize,
    ) -> (Arc<Self>, watch::Receiver<bool>) {
        let (reached, see) = watch::channel(false);
        (Arc::new(Self { inner, stop, skip: skip.into(), reached }), see)
    }

    async fn at(&self, stop: Stop) {
        use std::sync::atomic::Ordering::SeqCst;
        if self.stop == stop && self.skip.fetch_sub(1, SeqCst) == 0 {
            self.reached.send_replace(true);
            std::future::pending().await
        }
    }
}

#[async_trait]
impl Inbox for Stopping {
    async fn accept(&self, events: Vec<Received>) -> Result<Vec<Accepted>, StoreError> {
        self.at(Stop::BeforeAccept).await;
        let accepted = self.inner.accept(events).await;
        self.at(Stop::AfterAccept).await;
        accepted
    }
}

#[async_trait]
impl Queue<Turn> for Stopping {
    async fn claim(
        &self,
        pick: Pick<ConversationId>,
        lease: Duration,
        max: usize,
    ) -> Result<Vec<Claim<Turn>>, StoreError> {
        let claims = {
            let due = Queue::<Turn>::next_due(&*self.inner).await?;
            if due.is_some() {
                self.at(Stop::BeforeClaimOfTurn).await;
            }
            Queue::<Turn>::claim(&*self.inner, pick, lease, max).await?
        };
        if !claims.is_empty() {
            self.at(Stop::AfterClaimOfTurn).await;
        }
        Ok(claims)
    }

    async fn renew(&self, claim: &Claim<Turn>, until: Timestamp) -> Result<(), StoreError> {
        Queue::<Turn>::renew(&*self.inner, claim, until).await
    }

    async fn finish(
        &self,
        claim: Claim<Turn>,
        outcome: TurnOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        self.at(Stop::BeforeFinishOfTurn).await;
        let next = Queue::<Turn>::finish(&*self.inner, claim, outcome).await;
        self.at(Stop::AfterFinishOfTurn).await;
        next
    }

    fn wake_up(&self) -> WakeUp {
        Queue::<Turn>::wake_up(&*self.inner)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Queue::<Turn>::next_due(&*self.inner).await
    }
}

#[async_trait]
impl Queue<Delivery> for Stopping {
    async fn claim(
        &self,
        pick: Pick<ConversationId>,
        lease: Duration,
        max: usize,
    ) -> Result<Vec<Claim<Delivery>>, StoreError> {
        if Queue::<Delivery>::next_due(&*self.inner).await?.is_some() {
            self.at(Stop::BeforeClaimOfDelivery).await;
        }
        let claims = Queue::<Delivery>::claim(&*self.inner, pick, lease, max).await?;
        if !claims.is_empty() {
            self.at(Stop::AfterClaimOfDelivery).await;
        }
        Ok(claims)
    }

    async fn renew(&self, claim: &Claim<Delivery>, until: Timestamp) -> Result<(), StoreError> {
        Queue::<Delivery>::renew(&*self.inner, claim, until).await
    }

    async fn finish(
        &self,
        claim: Claim<Delivery>,
        outcome: DeliveryOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        self.at(Stop::BeforeFinishOfDelivery).await;
        let next = Queue::<Delivery>::finish(&*self.inner, claim, outcome).await;
        self.at(Stop::AfterFinishOfDelivery).await;
        next
    }

    fn wake_up(&self) -> WakeUp {
        Queue::<Delivery>::wake_up(&*self.inner)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Queue::<Delivery>::next_due(&*self.inner).await
    }
}

#[async_trait]
impl Queue<Job> for Stopping {
    async fn claim(
        &self,
        pick: Pick<JobId>,
        lease: Duration,
        max: usize,
    ) -> Result<Vec<Claim<Job>>, StoreError> {
        Queue::<Job>::claim(&*self.inner, pick, lease, max).await
    }

    async fn renew(&self, claim: &Claim<Job>, until: Timestamp) -> Result<(), StoreError> {
        Queue::<Job>::renew(&*self.inner, claim, until).await
    }

    async fn finish(
        &self,
        claim: Claim<Job>,
        outcome: JobOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        Queue::<Job>::finish(&*self.inner, claim, outcome).await
    }

    fn wake_up(&self) -> WakeUp {
        Queue::<Job>::wake_up(&*self.inner)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Queue::<Job>::next_due(&*self.inner).await
    }
}

#[async_trait]
impl Numbers for Stopping {
    async fn number(&self, name: &NumberName) -> Result<NumberState, StoreError> {
        self.inner.number(name).await
    }
}

#[async_trait]
impl Overview for Stopping {
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        max: usize,
    ) -> Result<Vec<Conversation>, StoreError> {
        self.inner.conversations(after, max).await
    }

    async fn newest(&self, id: ConversationId, max: usize) -> Result<Vec<Message>, StoreError> {
        self.inner.newest(id, max).await
    }

    async fn deliveries(
        &self,
        after: Option<MessageId>,
        max: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.inner.deliveries(after, max).await
    }

    async fn load(&self) -> Result<Load, StoreError> {
        self.inner.load().await
    }
}

#[async_trait]
impl Access for Stopping {
    async fn grant(&self, hash: &str) -> Result<Option<Grant>, StoreError> {
        self.inner.grant(hash).await
    }

    async fn grants(&self) -> Result<Vec<Grant>, StoreError> {
        self.inner.grants().await
    }
}

#[async_trait]
impl Changes for Stopping {
    async fn apply(
        &self,
        subject: Subject,
        changes: Vec<Change>,
    ) -> Result<Vec<Changed>, StoreError> {
        self.inner.apply(subject, changes).await
    }
}

#[async_trait]
impl Transcript for Stopping {
    async fn window(
        &self,
        conversation: &Conversation,
        below: u64,
        tokens: u32,
    ) -> Result<Vec<Message>, StoreError> {
        self.at(Stop::BeforeContext).await;
        self.inner.window(conversation, below, tokens).await
    }

    async fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        self.inner.message(id).await
    }

    async fn by_provider_id(
        &self,
        number: &NumberName,
        id: &ProviderId,
    ) -> Result<Option<Message>, StoreError> {
        self.inner.by_provider_id(number, id).await
    }

    async fn said(&self, number: &NumberName, key: &str) -> Result<Option<MessageId>, StoreError> {
        self.inner.said(number, key).await
    }

    async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        self.inner.conversation(id).await
    }

    async fn outbox(&self, id: ConversationId) -> Result<Vec<Delivery>, StoreError> {
        self.inner.outbox(id).await
    }
}

#[async_trait]
impl People for Stopping {
    async fn find(&self, business: &Business, alias: &Alias) -> Result<Option<Person>, StoreError> {
        self.inner.find(business, alias).await
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.inner.person(id).await
    }

    async fn people(&self, after: Option<PersonId>, max: usize) -> Result<Vec<Person>, StoreError> {
        self.inner.people(after, max).await
    }

    async fn links(&self, business: &Business) -> Result<Vec<Linked>, StoreError> {
        self.inner.links(business).await
    }
}

#[async_trait]
impl Memory for Stopping {
    async fn entry(&self, space: &Space, key: &str) -> Result<Option<Entry>, StoreError> {
        self.inner.entry(space, key).await
    }

    async fn entries(
        &self,
        space: &Space,
        page: &Page,
    ) -> Result<(Vec<Entry>, Option<Cursor>), StoreError> {
        self.inner.entries(space, page).await
    }

    async fn history(&self, space: &Space, key: &str) -> Result<Vec<Entry>, StoreError> {
        self.inner.history(space, key).await
    }

    async fn spaces(&self, business: &Business) -> Result<Vec<SpaceInfo>, StoreError> {
        self.inner.spaces(business).await
    }
}

#[async_trait]
impl Derived for Stopping {
    async fn index(&self, id: ConversationId) -> Result<Vec<Vec<u8>>, StoreError> {
        self.inner.index(id).await
    }

    async fn vectors(&self, id: ConversationId, model: &str) -> Result<Vec<Vectors>, StoreError> {
        self.inner.vectors(id, model).await
    }

    async fn summary(&self, id: ConversationId) -> Result<Option<Summary>, StoreError> {
        self.inner.summary(id).await
    }

    async fn trace(&self, id: MessageId) -> Result<Option<serde_json::Value>, StoreError> {
        self.inner.trace(id).await
    }
}

#[async_trait]
impl Upkeep for Stopping {
    async fn sweep(
        &self,
        kept: &Kept,
        from: Option<Swept>,
        max: usize,
    ) -> Result<Swept, StoreError> {
        self.inner.sweep(kept, from, max).await
    }

    async fn erase(&self, left: &Erasure, max: usize) -> Result<bool, StoreError> {
        self.inner.erase(left, max).await
    }

    async fn accesses(&self, max: usize) -> Result<Vec<Looked>, StoreError> {
        self.inner.accesses(max).await
    }
}

#[async_trait]
impl Transfer for Stopping {
    async fn dump(&self) -> Result<Dump, StoreError> {
        self.inner.dump().await
    }

    async fn verify(&self) -> Result<Verified, StoreError> {
        self.inner.verify().await
    }
}
