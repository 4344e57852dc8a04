//! The corpus as persons with an index each, as a store keeps it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::Timestamp;
use olifant::domain::id::Position;
use olifant::domain::message::Role;
use olifant::recall::{
    self, Around, Block, Entry, Found, Languages, Options, Query, Terms, analyse, search, usual,
};
use serde::Deserialize;

/// A turn as the corpus has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Turn {
    /// Its name.
    pub id: String,
    /// Who said it: `user` or `assistant`.
    pub role: String,
    /// What.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// A question as the corpus has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Question {
    /// What is looked for.
    pub query: String,
    /// The turns that answer it.
    pub gold: Vec<String>,
    /// What kind of question it is.
    pub kind: String,
    /// Turns that were forgotten before it was asked.
    #[serde(default)]
    pub gone: Vec<String>,
}

/// What one person and a business said to each other.
#[derive(Clone, Debug)]
pub struct Dialog {
    /// Its name, which begins with its language.
    pub name: String,
    /// All that was said and is not forgotten, by time.
    pub turns: Vec<Turn>,
    /// What is asked later.
    pub questions: Vec<Question>,
}

impl Dialog {
    /// What it is in.
    pub fn language(&self) -> &str {
        self.name.split('-').next().unwrap_or(&self.name)
    }

    fn read(questions: &Path) -> anyhow::Result<Self> {
        let name = questions.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_end_matches(QUESTIONS).to_owned();
        let mut turns: Vec<Turn> = lines(&questions.with_file_name(format!("{name}.jsonl")))?;
        let questions: Vec<Question> = lines(questions)?;
        let gone: HashSet<&String> = questions.iter().flat_map(|question| &question.gone).collect();
        turns.retain(|turn| !gone.contains(&turn.id));
        Ok(Self { name, turns, questions })
    }
}

const QUESTIONS: &str = ".questions.jsonl";

/// All dialogs, by name.
pub fn load() -> anyhow::Result<Vec<Dialog>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/corpus"));
    let files = std::fs::read_dir(&folder)?.map(|file| Ok(file?.path()));
    let files: anyhow::Result<Vec<PathBuf>> = files.collect();
    let mut files = files?;
    files.retain(|file| file.to_string_lossy().ends_with(QUESTIONS));
    files.sort();
    files.iter().map(|file| Dialog::read(file)).collect()
}

fn lines<T: serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<Vec<T>> {
    let text = std::fs::read_to_string(file)?;
    let read = |line| serde_json::from_str(line).with_context(|| file.display().to_string());
    text.lines().map(read).collect()
}

/// Somebody with all that they ever said, in one or several conversations.
pub struct Person<'a> {
    turns: HashMap<(u32, Position), &'a Turn>,
    blocks: Vec<(u32, Vec<u8>)>,
}

impl<'a> Person<'a> {
    /// With an index as a store makes it.
    pub fn new(conversations: &[&'a Dialog]) -> Self {
        let mut person = Self { turns: HashMap::new(), blocks: Vec::new() };
        for (number, dialog) in (0..).zip(conversations) {
            let places = (1..).map(|seq| Position { seq, part: 0 });
            let turns: Vec<(Position, &Turn)> = places.zip(&dialog.turns).collect();
            let blocks = turns.chunk_by(|a, b| block(a.0) == block(b.0));
            person.blocks.extend(blocks.map(|turns| (number, encoded(turns))));
            person.turns.extend(turns.iter().map(|(place, turn)| ((number, *place), *turn)));
        }
        person
    }

    /// The search that answers for this person, and the turns it finds.
    pub fn find(&self, question: &str) -> (Vec<&'a Turn>, Found) {
        let blocks = self.blocks.iter().map(|(number, bytes)| Block::decode(bytes, *number));
        let blocks: Vec<Block<'_>> = blocks.filter_map(Result::ok).collect();
        let mut met = Languages::default();
        blocks.iter().for_each(|block| met.extend(block.languages));
        let entries = || blocks.iter().flat_map(|block| block.entries.iter().copied());
        let around = Around { known: usual(entries()), met, ..Around::default() };
        let options = Options { limit: usize::MAX, ..Options::default() };
        let found = search(&Query::new(question, &around), entries(), &options);
        let turn = |hit: &recall::Hit| self.turns.get(&(hit.conversation, hit.position)).copied();
        (found.hits.iter().filter_map(turn).collect(), found)
    }
}

fn block(place: Position) -> u64 {
    place.seq / recall::BLOCK
}

fn encoded(turns: &[(Position, &Turn)]) -> Vec<u8> {
    let terms: Vec<Terms> = turns.iter().map(|(_, turn)| analyse(&turn.text, None)).collect();
    let entry = |((position, turn), terms): (&(Position, &Turn), _)| Entry {
        conversation: 0,
        position: *position,
        at: turn.at.as_second(),
        role: if turn.role == "user" { Role::Person } else { Role::Assistant },
        speaker: 0,
        terms: Terms::packed(terms),
    };
    let entries: Vec<Entry<'_>> = turns.iter().zip(&terms).map(entry).collect();
    recall::encode(&entries)
}
