//! A program at a namespace. A person's is their profile: who reads finds
//! nothing of somebody unknown, who writes makes them known, and both are
//! noted.

use super::looks::minute;
use super::place::Namespace;
use crate::domain::change::{Change, Changed, Subject};
use crate::domain::grant::Grant;
use crate::domain::id::PersonId;
use crate::domain::memory::{Access, Cursor, Entry, Expect, Op, Page, Space, Write};
use crate::domain::person::Alias;
use crate::http::Shared;
use crate::http::error::Problem;
use crate::store::StoreError;

/// Stands for the person whom the other changes concern.
const THEIRS: PersonId = PersonId::from_bytes([0; 16]);

/// A program that may use a namespace.
pub struct Visit {
    shared: Shared,
    grant: Grant,
    namespace: Namespace,
}

impl Visit {
    /// If the token is for all namespaces, or for this one.
    pub async fn begin(
        shared: &Shared,
        grant: Grant,
        namespace: Namespace,
    ) -> Result<Self, Problem> {
        let visit = Self { shared: shared.clone(), grant, namespace };
        match &visit.grant.namespace {
            Some(only) if !visit.is_called(only).await? => Err(Problem::new(
                axum::http::StatusCode::FORBIDDEN,
                "namespace",
                "the token is for another namespace; make one with olifant token new --namespace",
            )),
            _ => Ok(visit),
        }
    }

    /// What is under a key.
    pub async fn entry(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        match self.read().await? {
            Some(space) => self.shared.store.entry(&space, key).await,
            None => Ok(None),
        }
    }

    /// A page of it, newest first.
    pub async fn entries(&self, page: &Page) -> Result<(Vec<Entry>, Option<Cursor>), StoreError> {
        match self.read().await? {
            Some(space) => self.shared.store.entries(&space, page).await,
            None => Ok((Vec::new(), None)),
        }
    }

    /// Writes a key; `None` = there was nothing to delete.
    pub async fn write(&self, write: Write) -> Result<Option<Entry>, StoreError> {
        let quota = Some(self.shared.memory_api.quota());
        let subject = match (&write.op, self.namespace.person()) {
            (Op::Delete, Some(_)) => match self.space().await? {
                Some(Space::Person(id)) => Subject::Person(id),
                _ => return nothing_there(write.expect),
            },
            (_, Some(alias)) => Subject::Known(self.grant.business.clone(), alias),
            (_, None) => Subject::Space(self.namespace.shared(&self.grant.business)),
        };
        match self.change(subject, Change::Remember(Box::new(Write { quota, ..write }))).await? {
            Some(Changed::Remembered(entry)) => Ok(Some(*entry)),
            _ => Ok(None),
        }
    }

    /// Deletes all of it; how many keys it had.
    pub async fn clear(&self) -> Result<u64, StoreError> {
        let subject = match self.space().await? {
            Some(Space::Person(id)) => Subject::Person(id),
            Some(space) => Subject::Space(space),
            None => return Ok(0),
        };
        match self.change(subject, Change::ForgetSpace).await? {
            Some(Changed::Count(count)) => Ok(count),
            _ => Ok(0),
        }
    }

    /// Where it lies; `None` = nobody is known by that number.
    pub async fn space(&self) -> Result<Option<Space>, StoreError> {
        match self.namespace.person() {
            Some(alias) => Ok(self.known(&alias).await?.map(Space::Person)),
            None => Ok(Some(self.namespace.shared(&self.grant.business))),
        }
    }

    /// The same, for who reads there.
    async fn read(&self) -> Result<Option<Space>, StoreError> {
        let space = self.space().await?;
        if let Some(Space::Person(person)) = &space {
            self.shared.looks.count(self.shared.clock.now(), self.grant.id(), *person);
        }
        Ok(space)
    }

    /// A change, and a note of it if it is of a person's.
    async fn change(
        &self,
        subject: Subject,
        change: Change,
    ) -> Result<Option<Changed>, StoreError> {
        let changes = match &subject {
            Subject::Space(_) => vec![change],
            _ => vec![change, Change::Note(self.written())],
        };
        Ok(self.shared.store.apply(subject, changes).await?.into_iter().next())
    }

    fn written(&self) -> Access {
        let (minute, token) = (minute(self.shared.clock.now()), self.grant.id().to_owned());
        Access { minute, token, person: THEIRS, reads: 0, writes: 1 }
    }

    /// Whether it is another name of this namespace.
    async fn is_called(&self, name: &str) -> Result<bool, StoreError> {
        if self.namespace.name() == name {
            return Ok(true);
        }
        let other = Namespace::parse(name).and_then(|other| other.person());
        let (Some(one), Some(other)) = (self.namespace.person(), other) else { return Ok(false) };
        if one.canonical() == other.canonical() {
            return Ok(true);
        }
        let person = self.known(&one).await?;
        Ok(person.is_some() && person == self.known(&other).await?)
    }

    async fn known(&self, alias: &Alias) -> Result<Option<PersonId>, StoreError> {
        let person = self.shared.store.find(&self.grant.business, alias).await?;
        Ok(person.map(|person| person.id))
    }
}

/// Nobody has it: nothing is deleted.
fn nothing_there(expect: Expect) -> Result<Option<Entry>, StoreError> {
    match expect {
        Expect::Version(_) => Err(StoreError::Changed { version: None }),
        Expect::Any | Expect::Absent => Ok(None),
    }
}
