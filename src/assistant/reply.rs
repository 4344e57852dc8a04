//! From words to what the person gets: who writes here is said once, and all
//! of it is one bubble wherever it fits.

use super::context::Context;
use super::replies::{Replies, check_line, filled};
use super::think::Thought;
use super::{Config, Mind, format, limits};
use crate::domain::change::Change;
use crate::domain::content::{Choice, Choices, Content};
use crate::domain::message::Outgoing;
use crate::domain::person::Address;
use crate::domain::record::{TurnRecord, Verdict};
use crate::domain::turn::{Finished, Turn};
use crate::provider::Limits;

/// Between the introduction and the reply, and between text and options.
const GAP: &str = "\n\n";

impl Mind {
    /// A canned line by its name, in the person's language.
    pub(super) fn say(
        &self,
        turn: &Turn,
        context: &Context,
        limits: Limits,
        (line, changes): (&str, Vec<Change>),
        verdict: Verdict,
    ) -> Finished {
        let language = self.language(turn, context);
        let mut text = filled(self.replies.line(language, line), &self.names(turn));
        if line == limits::REACHED {
            text.extend(self.contact(language).map(|contact| format!(" {contact}")));
        }
        self.reply(turn, context, limits, Thought { text, changes, choices: None }, verdict)
    }

    /// What comes of a thought.
    pub(super) fn reply(
        &self,
        turn: &Turn,
        context: &Context,
        limits: Limits,
        thought: Thought,
        verdict: Verdict,
    ) -> Finished {
        let Thought { mut text, mut changes, choices } = thought;
        let introduces = self.introduces(turn, &changes);
        if introduces {
            let introduction = self.introduction(turn, self.language(turn, context));
            text = [&introduction, &*text].join(GAP);
            changes.push(Change::Introduce);
        }
        let mut messages = messages(&text, choices, limits);
        messages.iter_mut().take(1).for_each(|first| first.introduces = introduces);
        Finished { messages, changes, record: TurnRecord::new(verdict), trace: None }
    }

    /// Once per person; a group is nobody, and who says STOP has no use for it.
    fn introduces(&self, turn: &Turn, changes: &[Change]) -> bool {
        let in_group = matches!(turn.conversation.address, Address::Group(_));
        let leaves = [Change::OptOut, Change::ForgetAll].iter().any(|end| changes.contains(end));
        self.config.introduce && !turn.person.introduced && !in_group && !leaves
    }

    fn introduction(&self, turn: &Turn, language: &str) -> String {
        let own = self.config.first_contact.get(language).map(String::as_str);
        let mut line =
            own.unwrap_or_else(|| self.replies.line(language, "first_contact")).to_owned();
        let url = self.config.privacy_url.as_ref().map(url::Url::as_str);
        if url.is_some() {
            line = format!("{line}\n{}", self.replies.line(language, "privacy"));
        }
        filled(&filled(&line, &self.names(turn)), &[("url", url.unwrap_or_default())])
    }

    fn names<'a>(&'a self, turn: &'a Turn) -> [(&'static str, &'a str); 2] {
        let business = turn.conversation.number.business.configured();
        [("assistant", &self.config.name), ("business", business)]
    }
}

/// Whether `assistant.first_contact` can be said.
pub(super) fn check_first_contact(config: &Config, replies: &Replies) -> Result<(), String> {
    for (language, line) in &config.first_contact {
        let key = format!("assistant.first_contact.{language}");
        if !replies.speak(language) {
            let known = super::language::LANGUAGES.join(", ");
            return Err(format!("{key} is of an unknown language; write one of {known}"));
        }
        check_line(line).map_err(|e| {
            format!("{key} {e} (to say nothing at all: assistant.introduce = false)")
        })?;
    }
    Ok(())
}

/// In as few bubbles as there can be; the last one has the choices.
fn messages(text: &str, choices: Option<Choices>, limits: Limits) -> Vec<Outgoing> {
    let mut pieces = format::split(text, limits.text);
    let Some(options) = choices.map(|choices| choices.options) else {
        return pieces.into_iter().map(Outgoing::text).collect();
    };
    let last = pieces.pop().unwrap_or_default();
    let room = limits.text.saturating_sub(size(&options)).max(1);
    pieces.extend(format::split(&last, room));
    let text = pieces.pop().unwrap_or_default();
    let choices = Outgoing::new(Content::Choices(Choices { text, options }));
    pieces.into_iter().map(Outgoing::text).chain([choices]).collect()
}

/// How long the options are where they are numbered, in UTF-16 units.
fn size(options: &[Choice]) -> usize {
    let alone = Choices { text: String::new(), options: options.to_vec() };
    let text = Content::Choices(alone).as_text();
    text.encode_utf16().count() + GAP.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::assistant::{BusinessConfig, sample};
    use crate::clock::Clock;
    use crate::llm::stand_in::http;

    fn build(config: Config) -> Result<Mind, String> {
        let all = BusinessConfig { assistant: config, ..sample::business(sample::llm()) };
        Mind::build(all, http(), Clock::system(), None)
    }

    fn introducing() -> Config {
        Config { introduce: true, ..sample::config() }
    }

    fn texts(finished: &Finished) -> Vec<String> {
        finished.messages.iter().map(|message| message.content.as_text()).collect()
    }

    fn reply(mind: &Mind, turn: &Turn, changes: Vec<Change>) -> Finished {
        let thought = Thought { text: "Hi".into(), changes, choices: None };
        mind.reply(turn, &Context::default(), sample::limits(), thought, Verdict::Answered)
    }

    #[test]
    fn the_first_reply_begins_with_who_writes() {
        let mind = build(introducing()).expect("a mind");
        let mut turn = sample::turn(&["hello, is it open?"]);
        let first = reply(&mind, &turn, vec![]);
        assert_eq!(texts(&first), ["I am Oli, a virtual assistant (AI).\n\nHi"]);
        assert_eq!(first.changes, [Change::Introduce]);
        turn.person.introduced = true;
        let second = reply(&mind, &turn, vec![]);
        assert_eq!((texts(&second), second.changes), (vec!["Hi".to_owned()], vec![]));
    }

    #[test]
    fn nobody_is_introduced_to_a_group_to_who_leaves_or_if_it_is_not_wanted() {
        let mind = build(introducing()).expect("a mind");
        let mut turn = sample::turn(&["hello"]);
        assert_eq!(texts(&reply(&mind, &turn, vec![Change::OptOut])), ["Hi"]);
        let silent = build(sample::config()).expect("a mind");
        assert_eq!(texts(&reply(&silent, &turn, vec![])), ["Hi"]);
        turn.conversation.address = Address::Group("G1".into());
        assert_eq!(texts(&reply(&mind, &turn, vec![])), ["Hi"]);
    }

    #[test]
    fn a_line_of_the_operators_own_and_the_privacy_page_are_in_the_persons_language() {
        let own = "Oi! Aqui é {assistant}, o robô da {business}.".to_owned();
        let mind = build(Config {
            first_contact: [("pt".to_owned(), own)].into(),
            privacy_url: "https://shop.example/privacy".parse().ok(),
            ..introducing()
        });
        let mind = mind.expect("a mind");
        let turn = sample::turn(&["olá, bom dia, você está aí?"]);
        let first = texts(&reply(&mind, &turn, vec![])).concat();
        let begins = "Oi! Aqui é Oli, o robô da main.\nComo seus dados são usados: https://shop.example/privacy\n\nHi";
        assert_eq!(first, begins);
        let first = texts(&reply(&mind, &sample::turn(&["hola, ¿cómo está?"]), vec![])).concat();
        assert!(first.starts_with("Soy Oli, asistente virtual"), "ours, where there is no own");
    }

    #[test]
    fn a_wrong_line_of_the_operator_is_named() {
        for (language, line, hint) in [
            ("xx", "I am", "assistant.first_contact.xx is of an unknown language"),
            ("en", " ", "assistant.first_contact.en is empty"),
            ("en", "I am {asistant}", "assistant.first_contact.en has \"{asistant}\""),
        ] {
            let first_contact = [(language.to_owned(), line.to_owned())].into();
            let why = build(Config { first_contact, ..sample::config() }).err().unwrap_or_default();
            assert!(why.contains(hint), "{why}");
        }
    }

    #[test]
    fn a_canned_line_is_in_the_language_of_the_words_or_as_configured() {
        let config = Config { language: "de".into(), ..sample::config() };
        let mind = build(config).expect("a mind");
        for (said, begins) in [
            ("stop", "Sie bekommen"),
            ("parar mensagens", "Você não"),
            ("hola, gracias, qué tal está", "No recibirás"),
        ] {
            let (turn, said) = (sample::turn(&[said]), ("stopped", vec![Change::OptOut]));
            let context = Context::default();
            let finished = mind.say(&turn, &context, sample::limits(), said, Verdict::Said);
            assert!(texts(&finished)[0].starts_with(begins), "{begins}");
        }
    }

    fn options(count: usize) -> Vec<Choice> {
        let option =
            |n| Choice { id: format!("{n}"), title: format!("Size {n}"), description: None };
        (0..count).map(option).collect()
    }

    proptest! {
        #[test]
        fn choices_are_in_the_last_bubble_and_every_bubble_fits(
            words in 1usize..200, count in 2usize..10, limit in 200usize..600,
        ) {
            let limits = Limits { text: limit, ..sample::limits() };
            let text = "which one? ".repeat(words);
            let choices = Choices { text: String::new(), options: options(count) };
            let all = messages(&text, Some(choices), limits);
            let (last, before) = all.split_last().expect("a message");
            let Content::Choices(last) = &last.content else { panic!("no choices") };
            prop_assert_eq!(&last.options, &options(count));
            prop_assert!(!last.text.is_empty());
            prop_assert!(before.iter().all(|one| matches!(one.content, Content::Text(_))));
            for one in &all {
                prop_assert!(one.content.as_text().encode_utf16().count() <= limit);
            }
        }
    }
}
