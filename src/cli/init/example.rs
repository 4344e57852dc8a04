//! The businesses that `olifant init` begins with: real files under
//! `templates/init`, compiled in.
//!
//! To add one: a folder with the same files in every language, and a line in
//! [`EXAMPLES`] for each.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use clap::ValueEnum;
use config::{Config, File, FileFormat};
use serde::Deserialize;

/// What kind of business it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Appointments, prices, emergencies.
    Clinic,
    /// Tables, a menu, food to take away.
    Restaurant,
    /// Products, sizes, orders, returns.
    Shop,
}

/// What it is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    En,
    /// Portuguese, of Brazil.
    Pt,
    /// Spanish, of Mexico.
    Es,
    /// Hindi.
    Hi,
}

/// The texts of one kind in one language.
#[derive(Debug)]
pub struct Example {
    kind: Kind,
    language: Language,
    about: &'static str,
    /// `instructions.md`.
    pub instructions: &'static str,
    /// Files in `knowledge/`, by name.
    pub knowledge: [(&'static str, &'static str); 2],
}

/// What is proposed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// What the business is called.
    pub business: String,
    /// What the assistant is called.
    pub assistant: String,
    /// Where the business is.
    pub timezone: String,
    /// `handoff.hours`.
    pub answers: String,
    /// `handoff.contact`.
    pub contact: String,
    /// `assistant.hours`.
    pub hours: BTreeMap<String, String>,
}

macro_rules! text {
    ($folder:literal, $code:literal, $($file:literal),*) => {
        include_str!(concat!("../../../templates/init/", $folder, "/", $code, "/", $($file),*))
    };
}

macro_rules! example {
    ($kind:ident $folder:literal, $language:ident $code:literal, $($file:literal)*) => {
        Example {
            kind: Kind::$kind,
            language: Language::$language,
            about: text!($folder, $code, "about.toml"),
            instructions: text!($folder, $code, "instructions.md"),
            knowledge: [$(($file, text!($folder, $code, "knowledge/", $file))),*],
        }
    };
}

/// All there are.
pub const EXAMPLES: &[Example] = &[
    example!(Clinic "clinic", En "en", "prices.md" "questions.md"),
    example!(Clinic "clinic", Pt "pt", "precos.md" "perguntas.md"),
    example!(Clinic "clinic", Es "es", "precios.md" "preguntas.md"),
    example!(Clinic "clinic", Hi "hi", "daam.md" "sawaal.md"),
    example!(Restaurant "restaurant", En "en", "menu.md" "questions.md"),
    example!(Restaurant "restaurant", Pt "pt", "cardapio.md" "perguntas.md"),
    example!(Restaurant "restaurant", Es "es", "carta.md" "preguntas.md"),
    example!(Restaurant "restaurant", Hi "hi", "menu.md" "sawaal.md"),
    example!(Shop "shop", En "en", "products.md" "orders.md"),
    example!(Shop "shop", Pt "pt", "produtos.md" "pedidos.md"),
    example!(Shop "shop", Es "es", "productos.md" "pedidos.md"),
    example!(Shop "shop", Hi "hi", "saamaan.md" "order.md"),
];

/// The texts of a kind in a language.
pub fn of(kind: Kind, language: Language) -> &'static Example {
    let wanted = |example: &&Example| example.kind == kind && example.language == language;
    // A test sees that each is there.
    EXAMPLES.iter().find(wanted).unwrap_or(&EXAMPLES[0])
}

impl Language {
    /// As `assistant.language` has it.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pt => "pt",
            Self::Es => "es",
            Self::Hi => "hi",
        }
    }
}

impl Example {
    /// What it proposes.
    pub fn about(&self) -> Result<About> {
        let read = Config::builder().add_source(File::from_str(self.about, FileFormat::Toml));
        read.build().and_then(Config::try_deserialize).context("about.toml")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_there_in_every_language() {
        for kind in Kind::value_variants() {
            for language in Language::value_variants() {
                let example = of(*kind, *language);
                assert_eq!((example.kind, example.language), (*kind, *language));
                let about = example.about().unwrap();
                assert!(!about.hours.is_empty() && example.instructions.contains("{business}"));
                assert!(example.instructions.contains(&about.contact), "{kind:?} {language:?}");
            }
        }
    }
}
