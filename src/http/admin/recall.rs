//! Finding again what was said with a person.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use async_trait::async_trait;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::whom::Whom;
use crate::domain::id::{Business, ConversationId, MessageId};
use crate::domain::memory::{Cursor, Entry, Page, Space, SpaceInfo, Summary, Vectors};
use crate::domain::message::Role;
use crate::domain::person::Person;
use crate::dossier;
use crate::http::Shared;
use crate::http::body::Bulk;
use crate::http::error::Problem;
use crate::recollect::{self, Found, Query, Shelves};
use crate::store::{Memory, Store, StoreError};

/// What is looked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Looking {
    /// Each for itself.
    pub queries: Vec<String>,
    /// At most so many hits for each.
    pub limit: usize,
    /// Not said before then.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Said before then.
    #[serde(default)]
    pub to: Option<Timestamp>,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// What the file called it that it came in by; else our own id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who said it.
    pub role: Role,
    /// What.
    pub text: String,
    /// The more the better; comparable within one query only.
    pub score: f32,
}

/// One list of hits for each query, the best first. All queries share one look
/// into the index, and all processors.
pub(super) async fn find(
    State(shared): State<Shared>,
    whom: Whom,
    Bulk(looking): Bulk<Looking>,
) -> Result<Json<Vec<Vec<Hit>>>, Problem> {
    let person = whom.known(&shared).await?;
    let search = Arc::new(Search { once: Once::over(shared.store.clone()), person, looking });
    let processors = available_parallelism().map_or(1, usize::from);
    let queries = search.looking.queries.len();
    let share = queries.div_ceil(processors).max(1);
    let tasks: Vec<_> = (0..queries)
        .step_by(share)
        .map(|first| tokio::spawn(search.clone().some(first..(first + share).min(queries))))
        .collect();
    let mut hits = Vec::with_capacity(queries);
    for task in tasks {
        hits.extend(task.await.map_err(|_| broken())??);
    }
    Ok(Json(hits))
}

fn broken() -> Problem {
    let message = "the search broke off; olifant's log says why";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", message)
}

/// One request.
struct Search {
    once: Once,
    person: Person,
    looking: Looking,
}

impl Search {
    async fn some(
        self: Arc<Self>,
        range: std::ops::Range<usize>,
    ) -> Result<Vec<Vec<Hit>>, StoreError> {
        let mut hits = Vec::with_capacity(range.len());
        for words in &self.looking.queries[range] {
            hits.push(self.one(words).await?);
            tokio::task::yield_now().await;
        }
        Ok(hits)
    }

    async fn one(&self, words: &str) -> Result<Vec<Hit>, StoreError> {
        let Looking { limit, from, to, .. } = self.looking;
        let query = Query { limit, from, to, ..Query::new(words) };
        let shelves = Shelves { transcript: &*self.once.store, memory: &self.once };
        let found = recollect::find(shelves, &self.person, &query, &HashSet::new()).await?;
        Ok(found.into_iter().map(|found| hit(&self.person, found)).collect())
    }
}

fn hit(person: &Person, Found { id, message, score }: Found) -> Hit {
    let MessageId { conversation, .. } = id;
    Hit {
        id: dossier::name(person, conversation, &message),
        at: message.at,
        role: message.role,
        text: message.content.as_text(),
        score,
    }
}

/// The store, of which each index is read once.
struct Once {
    store: Arc<dyn Store>,
    indexes: Mutex<HashMap<ConversationId, Vec<Vec<u8>>>>,
}

impl Once {
    fn over(store: Arc<dyn Store>) -> Self {
        Self { store, indexes: Mutex::default() }
    }
}

#[async_trait]
impl Memory for Once {
    async fn entry(&self, space: &Space, key: &str) -> Result<Option<Entry>, StoreError> {
        self.store.entry(space, key).await
    }

    async fn entries(
        &self,
        space: &Space,
        page: &Page,
    ) -> Result<(Vec<Entry>, Option<Cursor>), StoreError> {
        self.store.entries(space, page).await
    }

    async fn history(&self, space: &Space, key: &str) -> Result<Vec<Entry>, StoreError> {
        self.store.history(space, key).await
    }

    async fn spaces(&self, business: &Business) -> Result<Vec<SpaceInfo>, StoreError> {
        self.store.spaces(business).await
    }

    async fn index(&self, id: ConversationId) -> Result<Vec<Vec<u8>>, StoreError> {
        let known = || self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = known().get(&id) {
            return Ok(index.clone());
        }
        let index = self.store.index(id).await?;
        known().insert(id, index.clone());
        Ok(index)
    }

    async fn vectors(&self, id: ConversationId, model: &str) -> Result<Vec<Vectors>, StoreError> {
        self.store.vectors(id, model).await
    }

    async fn summary(&self, id: ConversationId) -> Result<Option<Summary>, StoreError> {
        self.store.summary(id).await
    }

    async fn trace(&self, id: MessageId) -> Result<Option<serde_json::Value>, StoreError> {
        self.store.trace(id).await
    }
}
