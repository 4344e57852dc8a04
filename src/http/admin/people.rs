//! Who is known; two who are one, one who is two, and one who is forgotten.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::whom::{Asked, Whom};
use crate::domain::change::{Change, Changed, Subject};
use crate::domain::conversation::Conversation;
use crate::domain::id::{Business, PersonId};
use crate::domain::memory::{Linked, Space};
use crate::domain::person::Person;
use crate::http::Shared;
use crate::http::body::Body;
use crate::http::error::Problem;
use crate::store::StoreError;
use crate::transfer::document::Alias;

/// What the model and other programs write somebody's name under.
const NAME: &str = "name";

/// So many people are read between two breaths.
const PAGE: usize = 200;

/// A person, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLine {
    /// Our own id.
    pub id: String,
    /// Whose customer.
    pub business: Business,
    /// The name that they told, or else the one that the provider says.
    pub name: Option<String>,
    /// The numbers and ids they are known by.
    pub aliases: Vec<Alias>,
    /// When they first came.
    pub since: Timestamp,
    /// When they last wrote.
    pub last_heard: Option<Timestamp>,
    /// They want no more messages.
    pub opted_out: bool,
    /// What they and the business said to each other, and where.
    pub conversations: Vec<ConversationLine>,
}

/// A conversation, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationLine {
    /// Our own id.
    pub id: String,
    /// The number of ours, or the archive that it came in by.
    pub number: String,
    /// It was said elsewhere and brought in.
    pub imported: bool,
    /// When the person last wrote there.
    pub last_heard: Option<Timestamp>,
}

/// Two who became one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkLine {
    /// Undoes it.
    pub link: String,
    /// When.
    pub at: Timestamp,
    /// Who they are now.
    pub person: String,
    /// Who one of them was.
    pub from: String,
    /// It was undone.
    pub undone: bool,
}

impl From<Linked> for LinkLine {
    fn from(link: Linked) -> Self {
        let (person, from) = (link.into.to_string(), link.from.to_string());
        Self { link: link.id, at: link.at, person, from, undone: link.undone }
    }
}

/// Which people.
#[derive(Clone, Debug, Deserialize)]
pub struct Which {
    /// Only these; without: of all businesses.
    business: Option<Business>,
    /// Whose name, number or id has this in it.
    search: Option<String>,
    /// Behind this one.
    after: Option<PersonId>,
    limit: usize,
}

/// Who else.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Other {
    /// By any name of theirs.
    pub other: String,
}

/// Which link.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// By its id.
    pub link: String,
}

/// Whose links.
#[derive(Clone, Debug, Deserialize)]
pub struct Of {
    /// Without: of all businesses.
    business: Option<Business>,
}

pub(super) async fn list(
    State(shared): State<Shared>,
    Asked(Which { business, search, mut after, limit }): Asked<Which>,
) -> Result<Json<Vec<PersonLine>>, Problem> {
    let needle = search.map(|text| text.to_lowercase());
    let mut lines = Vec::new();
    while lines.len() < limit {
        let page = shared.store.people(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for person in page {
            let meant = business.as_ref().is_none_or(|business| person.business == *business)
                && !is_nobody(&person)
                && lines.len() < limit;
            if meant && is_wanted(&shared, &person, needle.as_deref()).await? {
                lines.push(line(&shared, &person).await?);
            }
        }
        tokio::task::yield_now().await;
    }
    Ok(Json(lines))
}

/// The name that they told is looked up only if nothing else fits.
pub(super) async fn is_wanted(
    shared: &Shared,
    person: &Person,
    needle: Option<&str>,
) -> Result<bool, Problem> {
    let Some(needle) = needle.filter(|needle| !is_called(person, needle)) else { return Ok(true) };
    if !needle.contains(char::is_alphabetic) {
        return Ok(false);
    }
    let told = told_name(shared, person).await?;
    Ok(told.is_some_and(|name| name.to_lowercase().contains(needle)))
}

/// What operators read for a person: the name that they told, or that the
/// provider says; else what they can be reached by.
pub(super) async fn called(shared: &Shared, person: &Person) -> Result<String, Problem> {
    let name = told_name(shared, person).await?.or_else(|| person.name.clone());
    let alias = || person.aliases.first().map(|link| Alias::from(link).value);
    Ok(name.or_else(alias).unwrap_or_else(|| person.id.to_string()))
}

/// What they said that they are called.
async fn told_name(shared: &Shared, person: &Person) -> Result<Option<String>, Problem> {
    let entry = shared.store.entry(&Space::Person(person.id), NAME).await?;
    let name = entry.and_then(|entry| entry.value.as_str().map(|name| name.trim().to_owned()));
    Ok(name.filter(|name| !name.is_empty()))
}

/// Who became somebody else leaves an empty record, for undoing it.
pub(super) fn is_nobody(person: &Person) -> bool {
    person.aliases.is_empty() && person.conversations.is_empty() && person.archives.is_empty()
}

fn is_called(person: &Person, needle: &str) -> bool {
    let digits: String = needle.chars().filter(char::is_ascii_digit).collect();
    let like_a_number = digits.len() > 2 && !needle.contains(char::is_alphabetic);
    let has = |text: &str| {
        text.to_lowercase().contains(needle) || (like_a_number && text.contains(&digits))
    };
    let names = person.aliases.iter().map(|link| Alias::from(link).value);
    names.chain(person.name.clone()).any(|name| has(&name)) || has(&person.id.to_string())
}

pub(super) async fn show(
    State(shared): State<Shared>,
    whom: Whom,
) -> Result<Json<PersonLine>, Problem> {
    let person = whom.known(&shared).await?;
    line(&shared, &person).await.map(Json)
}

async fn line(shared: &Shared, person: &Person) -> Result<PersonLine, Problem> {
    let own = person.conversations.iter().map(|(_, id)| (*id, false));
    let ids: Vec<_> = own.chain(person.archives.iter().map(|id| (*id, true))).collect();
    let mut conversations = Vec::new();
    for (id, imported) in ids {
        if let Some(conversation) = shared.store.conversation(id).await? {
            conversations.push(conversation_line(&conversation, imported));
        }
    }
    Ok(PersonLine {
        id: person.id.to_string(),
        business: person.business.clone(),
        name: told_name(shared, person).await?.or_else(|| person.name.clone()),
        aliases: person.aliases.iter().map(Alias::from).collect(),
        since: person.since,
        last_heard: conversations.iter().filter_map(|line| line.last_heard).max(),
        opted_out: person.opted_out,
        conversations,
    })
}

fn conversation_line(conversation: &Conversation, imported: bool) -> ConversationLine {
    ConversationLine {
        id: conversation.id.to_string(),
        number: conversation.number.name.to_string(),
        imported,
        last_heard: Some(conversation.heard_at).filter(|at| *at > Timestamp::UNIX_EPOCH),
    }
}

pub(super) async fn merge(
    State(shared): State<Shared>,
    whom: Whom,
    Body(Other { other }): Body<Other>,
) -> Result<Json<Link>, Problem> {
    let person = whom.known(&shared).await?;
    let other = whom.beside(&other)?.known(&shared).await.map_err(|error| error.at("other"))?;
    let changes = vec![Change::Merge(other.id)];
    let changed = shared.store.apply(Subject::Person(person.id), changes).await?;
    match changed.into_iter().next() {
        Some(Changed::Linked(link)) => Ok(Json(Link { link })),
        _ => Err(StoreError::NotFound("person").into()),
    }
}

pub(super) async fn split(
    State(shared): State<Shared>,
    whom: Whom,
    Body(Link { link }): Body<Link>,
) -> Result<StatusCode, Problem> {
    let person = whom.known(&shared).await?;
    let split = shared.store.apply(Subject::Person(person.id), vec![Change::Split(link)]).await;
    split.map(|_| StatusCode::NO_CONTENT).map_err(|error| match error {
        StoreError::NotFound(_) => {
            let message = "this person has no such link that can be undone; olifant people links \
                           shows them";
            Problem::not_found("unknown_link", message).at("link")
        }
        error => error.into(),
    })
}

pub(super) async fn links(
    State(shared): State<Shared>,
    Asked(Of { business }): Asked<Of>,
) -> Result<Json<Vec<LinkLine>>, Problem> {
    let wanted = match business {
        Some(business) => vec![super::whom::business(&shared, Some(business))?],
        None => super::whom::businesses(&shared).into_iter().collect(),
    };
    let mut links = Vec::new();
    for business in wanted {
        links.extend(shared.store.links(&business).await?.into_iter().map(LinkLine::from));
    }
    links.sort_by_key(|link| std::cmp::Reverse(link.at));
    Ok(Json(links))
}

pub(super) async fn forget(
    State(shared): State<Shared>,
    whom: Whom,
) -> Result<StatusCode, Problem> {
    let person = whom.known(&shared).await?;
    shared.store.apply(Subject::Person(person.id), vec![Change::ForgetAll]).await?;
    Ok(StatusCode::NO_CONTENT)
}
