//! Finding again what was said with a person.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use async_trait::async_trait;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Operators;
use super::whom::Whom;
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::memory::{Space, Summary, Vectors};
use crate::domain::message::Role;
use crate::domain::person::Person;
use crate::http::body::Bulk;
use crate::http::error::Problem;
use crate::recall::Language;
use crate::recollect::{self, Found, Meaning, Query, Shelves};
use crate::store::{Derived, Store, StoreError};
use crate::transfer::export;

/// How long the meaning of many queries may take; then words have to do.
const PATIENCE: Duration = Duration::from_secs(30);

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
    State(operators): State<Operators>,
    whom: Whom,
    Bulk(looking): Bulk<Looking>,
) -> Result<Json<Vec<Vec<Hit>>>, Problem> {
    let person = whom.known(&operators.shared).await?;
    let search = Arc::new(Search::of(&operators, person, looking).await?);
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
    /// What each query means, where that is known.
    meanings: Vec<Option<Meaning>>,
    language: Option<Language>,
    zone: TimeZone,
}

impl Search {
    /// As the assistant itself looks.
    async fn of(
        operators: &Operators,
        person: Person,
        looking: Looking,
    ) -> Result<Self, StoreError> {
        let store = operators.shared.store.clone();
        let mind = operators.mind(&person.business);
        let embeddings = mind.as_ref().and_then(|mind| mind.embeddings.as_ref());
        let meanings = recollect::meanings(embeddings, &looking.queries, PATIENCE).await;
        let language = store.entry(&Space::Person(person.id), "language").await?;
        let language = language.and_then(|entry| Language::from_code(&entry.text()));
        let zone = mind.map_or(TimeZone::UTC, |mind| mind.zone().clone());
        Ok(Self { once: Once::over(store), person, looking, meanings, language, zone })
    }

    async fn some(
        self: Arc<Self>,
        range: std::ops::Range<usize>,
    ) -> Result<Vec<Vec<Hit>>, StoreError> {
        let mut hits = Vec::with_capacity(range.len());
        for place in range {
            hits.push(self.one(place).await?);
        }
        Ok(hits)
    }

    async fn one(&self, place: usize) -> Result<Vec<Hit>, StoreError> {
        let Looking { queries, limit, from, to } = &self.looking;
        let query = Query {
            language: self.language,
            from: *from,
            to: *to,
            zone: self.zone.clone(),
            limit: *limit,
            meaning: self.meanings.get(place).cloned().flatten(),
            ..Query::new(&queries[place])
        };
        let shelves = Shelves { derived: &self.once, ..Shelves::of(&*self.once.store) };
        let found = recollect::find(shelves, &self.person, &query, &HashSet::new()).await?;
        Ok(found.into_iter().map(|found| hit(&self.person, found)).collect())
    }
}

fn hit(person: &Person, Found { id, message, score }: Found) -> Hit {
    let is_archive = person.archives.contains(&id.conversation);
    Hit {
        id: export::called(id.conversation, is_archive, &message),
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
impl Derived for Once {
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
