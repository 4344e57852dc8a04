//! `olifant key`: what the keys in the store are wrapped under.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use secrecy::ExposeSecret;

use super::Failure;
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::os;
use crate::store;
use crate::store::seal::{self, Keys, KeysError, Missing, StoreKey};

const AFTER_HELP: &str = "\
Examples:
  olifant key new > secrets/store_key
  olifant key rotate --config my.toml
  olifant key rotate --config my.toml --to-file secrets/store_key

A backup from before a rotation needs the key from before: keep them together.";

/// What is said whenever a key is shown or written.
const LOSS: &str = "whoever loses this key loses all that is in the store: keep a copy elsewhere";

/// The key of the store: make one, change it.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print a fresh key, for store.key or the file of store.key_file.
    New,
    /// Put a stopped store under a fresh key. Where store.key_file names a
    /// file, the key is written there, and the one from before is kept beside
    /// it (FILE.before-...).
    Rotate {
        /// The configuration; without it ./olifant.toml, if it is there, and
        /// the environment.
        #[arg(long, short, value_name = "FILE", env = "OLIFANT_CONFIG")]
        config: Option<PathBuf>,
        /// Write the key to this file.
        #[arg(long, value_name = "FILE")]
        to_file: Option<PathBuf>,
    },
}

/// Does it.
pub fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::New => show(&StoreKey::new_random())?,
        Command::Rotate { config, to_file } => {
            let settings = Settings::load(Sources::new(config))?;
            rotate(&settings, to_file)?;
        }
    }
    Ok(())
}

fn rotate(settings: &Settings, to_file: Option<PathBuf>) -> Result<(), Failure> {
    let configured = key_file(settings);
    match to_file.or_else(|| configured.clone()) {
        Some(file) => {
            if configured.as_deref() != Some(&file) && file.exists() {
                return Err(anyhow!("{} exists; name a new file", file.display()).into());
            }
            let before = into_file(settings, &file)?;
            note(&format!("{} holds the key from now on", file.display()));
            if let Some(before) = before {
                note(&format!(
                    "{} holds the key from before: backups from before need it",
                    before.display()
                ));
            }
            if configured.as_deref() != Some(&file) {
                note(&format!("set store.key_file = \"{}\" before the next start", file.display()));
            }
            note(LOSS);
        }
        None => {
            can_be_rotated(settings)?;
            // Before it counts: a key that nobody has seen must not be used.
            let key = StoreKey::new_random();
            show(&key)?;
            take(settings, &key).inspect_err(|_| note("that key is not used"))?;
            note("set store.key to it before the next start");
        }
    }
    Ok(())
}

/// The file that the key comes from, if there is one: it holds nothing else.
fn key_file(settings: &Settings) -> Option<PathBuf> {
    let file = PathBuf::from(settings.origin("store.key")?);
    let key = read(&file).ok()?;
    (key.is_some() && key == settings.store.key).then_some(file)
}

/// The key is on disk, beside its place, before the store is under it. If that
/// was interrupted, it goes on with the key that lies there. Gives back where
/// the key from before is.
fn into_file(settings: &Settings, file: &Path) -> Result<Option<PathBuf>, Failure> {
    let next = beside(file, ".next");
    let key = match read(&next).ok().flatten() {
        Some(key) => key,
        None => {
            can_be_rotated(settings)?;
            let key = StoreKey::new_random();
            write(&next, &key).with_context(|| {
                format!("{} can't be written; name another place by --to-file", next.display())
            })?;
            key
        }
    };
    take(settings, &key)?;
    let moved = keep(file).and_then(|kept| {
        fs::rename(&next, file)?;
        os::sync_name(file)?;
        Ok(kept)
    });
    Ok(moved.with_context(|| {
        format!("the store is under the key in {} now; move it by hand", next.display())
    })?)
}

/// What stands in the file is kept beside it.
fn keep(file: &Path) -> io::Result<Option<PathBuf>> {
    let Some(old) = read(file).or_else(none_if_absent)? else { return Ok(None) };
    let stamp = Clock::system().now().strftime(".before-%Y%m%d-%H%M%S").to_string();
    let names = std::iter::once(stamp.clone()).chain((2..).map(|n| format!("{stamp}-{n}")));
    for kept in names.map(|name| beside(file, &name)) {
        match write_new(&kept, &old) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            written => return written.map(|()| Some(kept)),
        }
    }
    Ok(None)
}

fn none_if_absent(error: io::Error) -> io::Result<Option<StoreKey>> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(None),
        _ => Err(error),
    }
}

/// Whether it would work: no key is made for nothing.
fn can_be_rotated(settings: &Settings) -> Result<(), Failure> {
    match (&settings.store.key, &settings.store.key_previous) {
        (Some(key), _) => take(settings, key),
        (None, Some(_)) => Ok(()),
        (None, None) => stands_open(settings),
    }
}

/// Without a key only keys that are not wrapped can be read.
fn stands_open(settings: &Settings) -> Result<(), Failure> {
    let (_, folder) = settings.store.url.split_once(':').unwrap_or_default();
    match Keys::open(&seal::path(folder.as_ref()), None, None, Missing::Refuse) {
        Err(error @ KeysError::NoStoreKey(_)) => Err(settings.explain(&error.to_string()).into()),
        // The rotation has its own words for what else is wrong.
        _ => Ok(()),
    }
}

fn take(settings: &Settings, key: &StoreKey) -> Result<(), Failure> {
    store::rotate_key(&settings.store, key).map_err(|error| match error {
        store::StoreError::Misconfigured(what) => settings.explain(&what).into(),
        error => Failure::Running(error.into()),
    })
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// `None` = it holds no key.
fn read(file: &Path) -> io::Result<Option<StoreKey>> {
    fs::read_to_string(file).map(|text| StoreKey::parse(&text))
}

fn write(file: &Path, key: &StoreKey) -> io::Result<()> {
    write_by(OpenOptions::new().create(true).truncate(true), file, key)
}

fn write_new(file: &Path, key: &StoreKey) -> io::Result<()> {
    write_by(OpenOptions::new().create_new(true), file, key)
}

fn write_by(options: &mut OpenOptions, file: &Path, key: &StoreKey) -> io::Result<()> {
    let mut written = os::private(options.write(true)).open(file)?;
    writeln!(written, "{}", key.to_hex().expose_secret())?;
    written.sync_all()?;
    os::sync_name(file)
}

/// The key alone on stdout, so that it can be put into a file.
fn show(key: &StoreKey) -> anyhow::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{}", key.to_hex().expose_secret()).and_then(|()| out.flush())?;
    note(LOSS);
    Ok(())
}

fn note(words: &str) {
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(io::stderr(), "olifant: {words}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store with wrapped keys, and the configuration that names it.
    struct Story(tempfile::TempDir);

    impl Story {
        fn new(key: &str) -> Self {
            let story = Self(tempfile::tempdir().unwrap());
            let store = story.0.path().join("store");
            let text = format!(
                "[store]\nurl = \"sled:{}\"\n{key}\n[llm]\nprovider = \"demo\"\n[numbers.main]\n\
                 provider = \"meta\"\nphone_number_id = \"1\"\naccess_token = \"t\"\n\
                 app_secret = \"s\"\nverify_token = \"v\"\n",
                store.display()
            );
            let text = text.replace("HERE", &story.0.path().display().to_string());
            fs::write(story.path("my.toml"), text).unwrap();
            fs::write(story.path("key"), format!("{}\n", "ab".repeat(32))).unwrap();
            store::make_folder(&store).unwrap();
            Keys::open(&story.keys(), Some(&first()), None, Missing::Make).unwrap();
            story
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn names(&self) -> impl Iterator<Item = String> {
            let files = fs::read_dir(self.0.path()).unwrap();
            files.map(|file| file.unwrap().file_name().into_string().unwrap())
        }

        fn keys(&self) -> PathBuf {
            seal::path(&self.path("store"))
        }

        fn opens_with(&self, key: &StoreKey) -> bool {
            Keys::open(&self.keys(), Some(key), None, Missing::Refuse).is_ok()
        }

        fn key(&self, file: &str) -> StoreKey {
            read(&self.path(file)).unwrap().expect("a key")
        }

        fn rotate(&self, to_file: Option<&str>) -> Result<(), Failure> {
            let sources = Sources { file: Some(self.path("my.toml")), ..Sources::default() };
            rotate(&Settings::load(sources).unwrap(), to_file.map(|name| self.path(name)))
        }
    }

    fn first() -> StoreKey {
        StoreKey::parse(&"ab".repeat(32)).expect("a key")
    }

    const FROM_FILE: &str = "key_file = \"HERE/key\"";

    #[test]
    fn the_file_of_the_key_gets_the_new_one() {
        let story = Story::new(FROM_FILE);
        story.rotate(None).unwrap();
        let key = story.key("key");
        assert!(key != first() && story.opens_with(&key) && !story.opens_with(&first()));
        assert!(!story.path("key.next").exists());
        assert!(os::is_private(&story.path("key")));
        story.rotate(None).unwrap();
        assert!(story.key("key") != key && story.opens_with(&story.key("key")));
    }

    #[test]
    fn the_keys_from_before_are_kept_beside_the_new_one() {
        let story = Story::new(FROM_FILE);
        story.rotate(None).unwrap();
        let second = story.key("key");
        story.rotate(None).unwrap();
        let kept: Vec<String> =
            story.names().filter(|name| name.starts_with("key.before-")).collect();
        assert_eq!(kept.len(), 2, "{kept:?}");
        for old in [first(), second] {
            assert!(kept.iter().any(|name| story.key(name) == old));
        }
        assert!(os::is_private(&story.path(&kept[0])));
    }

    #[test]
    fn without_the_key_of_a_wrapped_store_none_is_made() {
        let story = Story::new("");
        for file in [None, Some("new")] {
            let error = story.rotate(file).expect_err("no key").to_string();
            assert!(error.contains("store.key is missing"), "{error}");
        }
        assert!(story.opens_with(&first()) && story.names().all(|name| !name.starts_with("new")));
    }

    #[test]
    fn what_was_interrupted_goes_on_with_the_same_key() {
        for wrapped in [false, true] {
            let story = Story::new(FROM_FILE);
            let second = StoreKey::new_random();
            write(&story.path("key.next"), &second).unwrap();
            if wrapped {
                Keys::rewrap(&story.keys(), Some(&first()), None, &second).unwrap();
            }
            story.rotate(None).unwrap();
            assert!(story.key("key") == second && story.opens_with(&second));
        }
    }

    #[test]
    fn a_key_in_the_configuration_moves_to_a_file_that_is_new() {
        let story = Story::new(&format!("key = \"{}\"", "ab".repeat(32)));
        let taken = story.rotate(Some("my.toml")).expect_err("it is there").to_string();
        assert!(taken.contains("exists; name a new file") && story.opens_with(&first()), "{taken}");
        story.rotate(Some("new")).unwrap();
        assert!(story.opens_with(&story.key("new")));
    }

    #[test]
    fn a_store_under_another_key_is_a_mistake_of_the_configuration() {
        let story = Story::new(FROM_FILE);
        let other = StoreKey::new_random();
        Keys::rewrap(&story.keys(), Some(&first()), None, &other).unwrap();
        let error = story.rotate(None).expect_err("another key");
        assert!(
            matches!(&error, Failure::Configuration(what) if what.contains("store.key is not"))
        );
        assert!(story.opens_with(&other) && story.key("key") == first());
    }

    #[test]
    fn a_store_that_is_open_or_not_there_is_not_touched() {
        let story = Story::new(FROM_FILE);
        let lock = fs::File::create(story.path("store").join("lock")).unwrap();
        lock.lock().unwrap();
        let error = story.rotate(None).expect_err("somebody has it").to_string();
        assert!(error.contains("another olifant") && story.opens_with(&first()), "{error}");
        drop(lock);
        fs::remove_dir_all(story.path("store")).unwrap();
        let error = story.rotate(None).expect_err("nothing is there").to_string();
        assert!(error.contains("there is no store in") && !story.path("store").exists(), "{error}");
        assert_eq!(story.key("key"), first());
    }
}
