//! The user's configuration file, changed where it has to be: comments and all
//! else stay as they are. Secrets go into files of their own beside it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use secrecy::{ExposeSecret, SecretString};
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use super::super::Failure;
use crate::config::{Error, Settings, Sources};
use crate::os;

/// The folder of secrets, beside the file.
const SECRETS: &str = "secrets";

/// The file, as it will be.
pub struct ConfigFile {
    path: PathBuf,
    before: Option<String>,
    document: DocumentMut,
}

impl ConfigFile {
    /// What is there, or nothing.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let before = match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let folder = os::folder_of(path);
                if !folder.is_dir() {
                    let why = format!("{shown}: there is no folder {}; make it", folder.display());
                    return Err(Failure::Configuration(why));
                }
                None
            }
            Err(e) => return Err(Failure::Configuration(format!("{shown} can't be read: {e}"))),
        };
        let document: DocumentMut =
            before.as_deref().unwrap_or_default().parse().map_err(|e: toml_edit::TomlError| {
                // Its own words quote the line, which may hold a secret.
                Failure::Configuration(format!("{shown}: {}; correct the TOML there", e.message()))
            })?;
        Ok(Self { path: path.to_owned(), before, document })
    }

    /// Whether there was a file.
    pub fn is_there(&self) -> bool {
        self.before.is_some()
    }

    /// Puts a text at a key of a table, which is made if need be.
    pub fn set(&mut self, table: &[&str], key: &str, text: &str) -> Result<()> {
        let table = self.table(table)?;
        match table.get_mut(key).and_then(Item::as_value_mut) {
            // What stands around the value stays.
            Some(old) => {
                let decor = old.decor().clone();
                *old = text.into();
                *old.decor_mut() = decor;
            }
            None => drop(table.insert(key, value(text))),
        }
        Ok(())
    }

    /// The text at a key, if it stands there.
    pub fn get(&self, path: &[&str]) -> Option<String> {
        let top = self.document.as_item();
        let item = path.iter().try_fold(top, |item, key| item.as_table_like()?.get(key))?;
        item.as_str().map(str::to_owned)
    }

    /// Takes a key out of a table.
    pub fn remove(&mut self, table: &[&str], key: &str) -> Result<()> {
        self.table(table)?.remove(key);
        Ok(())
    }

    /// Puts a secret of a number into a file, and the file's name at the key.
    pub fn set_secret(&mut self, number: &str, key: &str, secret: &SecretString) -> Result<()> {
        let file = self.secret_path(number, key);
        write_secret(&file, secret)?;
        let table = ["numbers", number];
        self.table(&table)?.remove(key);
        self.set(&table, &format!("{key}_file"), &file.display().to_string())
    }

    /// Where a secret of a number is, if it is in a file of ours.
    pub fn secret_path(&self, number: &str, key: &str) -> PathBuf {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        folder.join(SECRETS).join(format!("{number}_{key}"))
    }

    /// Writes the file if it changed, and only if it can be read whole then:
    /// beside its place first, so that a kill leaves the old or the new one.
    /// `passing` is the public URL of this hour, which stands in no file.
    pub fn write(&mut self, passing: Option<&str>) -> Result<(bool, Settings), Failure> {
        let text = self.document.to_string();
        if self.before.as_deref() == Some(text.as_str()) {
            return Ok((false, load(&self.path, passing)?));
        }
        let new = self.path.with_extension("toml.new");
        let mode = fs::metadata(&self.path).map(|old| old.permissions());
        fs::write(&new, &text).with_context(|| format!("{} can't be written", new.display()))?;
        if let Ok(mode) = mode {
            fs::set_permissions(&new, mode).context("the configuration's permissions")?;
        }
        if let Err(error) = load(&new, passing) {
            // It is of no use to anybody.
            let _ = fs::remove_file(&new);
            // It may name the file as seen from here.
            let name = |path: &Path| path.file_name().unwrap_or_default().display().to_string();
            return Err(Failure::Configuration(error.0.replace(&name(&new), &name(&self.path))));
        }
        let shown = self.path.display();
        fs::rename(&new, &self.path).with_context(|| format!("{shown} can't be written"))?;
        self.before = Some(text);
        Ok((true, load(&self.path, passing)?))
    }

    fn table(&mut self, path: &[&str]) -> Result<&mut dyn TableLike> {
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for (depth, name) in path.iter().enumerate() {
            let mut new = Table::new();
            new.set_implicit(depth + 1 < path.len());
            let item = table.entry(name).or_insert(Item::Table(new));
            let shown = path[..=depth].join(".");
            table = item.as_table_like_mut().with_context(|| format!("{shown} is no table"))?;
        }
        Ok(table)
    }
}

/// A number can be set up before there is a model.
fn load(path: &Path, passing: Option<&str>) -> Result<Settings, Error> {
    let sources = Sources::new(Some(path.to_owned()));
    let sources = match passing {
        Some(url) => sources.reached_at(url),
        None => sources,
    };
    Settings::load(Sources { demo_without_model: true, ..sources })
}

/// Only this user reads it.
pub fn write_secret(file: &Path, secret: &SecretString) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let made = os::make_private_folder(folder);
    let new = file.with_extension("new");
    let written = made.and_then(|()| {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true);
        let mut out = os::private(options).open(&new)?;
        writeln!(out, "{}", secret.expose_secret())?;
        out.sync_all()?;
        fs::rename(&new, file)?;
        os::sync_name(file)
    });
    written.with_context(|| format!("{} can't be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "\
# My shop.
[server]
public_url = \"https://old.example\" # the tunnel
[llm]
provider = \"demo\"
[numbers.shop] # the first
provider = \"meta\"
phone_number_id = \"1\"
access_token = \"inline\"
app_secret = \"s\"
verify_token = \"v\"
";

    #[test]
    fn what_is_not_changed_stays_with_its_comments_and_secrets_go_into_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my.toml");
        fs::write(&path, BEFORE).unwrap();
        let mut file = ConfigFile::open(&path).unwrap();
        file.set(&["server"], "public_url", "https://new.example").unwrap();
        file.set_secret("shop", "access_token", &"fresh".into()).unwrap();
        assert!(file.write(None).unwrap().0);
        let token = folder.path().join("secrets/shop_access_token");
        let text = fs::read_to_string(&path).unwrap();
        let expected = BEFORE
            .replace("https://old.", "https://new.")
            .replace("access_token = \"inline\"\n", "")
            + &format!("access_token_file = \"{}\"\n", token.display());
        assert_eq!(text, expected);
        assert_eq!(fs::read_to_string(&token).unwrap(), "fresh\n");
        assert!(os::is_private(&token));
        assert!(!ConfigFile::open(&path).unwrap().write(None).unwrap().0, "nothing to write");
    }

    #[test]
    fn a_configuration_that_would_not_load_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my.toml");
        fs::write(&path, BEFORE).unwrap();
        let mut file = ConfigFile::open(&path).unwrap();
        file.set(&["numbers", "shop"], "phone_number_id", "+1 555").unwrap();
        let Err(Failure::Configuration(words)) = file.write(None) else { panic!("it was written") };
        assert!(words.contains("my.toml") && !words.contains("my.toml.new"), "{words}");
        assert_eq!(fs::read_to_string(&path).unwrap(), BEFORE);
    }
}
