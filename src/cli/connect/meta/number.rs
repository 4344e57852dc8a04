//! Which number, and its registration.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use secrecy::{ExposeSecret, SecretString};

use super::super::super::Failure;
use super::super::{Session, asking, file};
use super::{Found, refused};
use crate::provider::manage::ManageError;
use crate::provider::meta::manage::{Manager, PhoneNumber};

/// The number has another PIN.
const WRONG_PIN: u32 = 133_005;

/// The number was never confirmed by SMS or call.
const UNCONFIRMED: u32 = 133_006;

/// Registered too often.
const TOO_OFTEN: u32 = 133_016;

/// The number that is meant, and its account.
pub async fn choose(
    session: &mut Session,
    manager: &Manager,
    accounts: &[String],
    wanted: Option<&str>,
) -> Result<(String, PhoneNumber), Failure> {
    let mut all = Vec::new();
    for account in accounts {
        let numbers = manager.phone_numbers(account).await.map_err(|error| {
            refused(&format!("Meta does not show the numbers of the account {account}"), &error)
        })?;
        all.extend(numbers.into_iter().map(|number| (account.clone(), number)));
    }
    let (account, number) = pick(session, all, wanted)?;
    let number = manager.phone_number(&number.id).await;
    let number = number.map_err(|error| refused("Meta does not show the number", &error))?;
    let words = format!("{} in the account {account}", line(&number));
    session.steps.done("number", &words);
    Ok((account, number))
}

fn pick(
    session: &Session,
    mut all: Vec<(String, PhoneNumber)>,
    wanted: Option<&str>,
) -> Result<(String, PhoneNumber), Failure> {
    let configured = session.key("phone_number_id");
    let lines: Vec<String> = all.iter().map(|(_, number)| line(number)).collect();
    let at = match wanted.or(configured.as_deref()) {
        Some(wanted) => {
            all.iter().position(|(_, number)| is(number, wanted)).with_context(|| {
                let others = lines.join("\n  ");
                format!("the token shows no number {wanted}; it shows\n  {others}")
            })?
        }
        None if all.is_empty() => {
            return Err(anyhow!(
                "the account has no number; add one in WhatsApp Manager > Phone numbers, and let the \
                 system user manage the account"
            )
            .into());
        }
        None if all.len() == 1 => 0,
        None => session.asking.choose("Which number", &lines, "--number")?,
    };
    Ok(all.swap_remove(at))
}

/// By its id, or as people see it.
fn is(number: &PhoneNumber, wanted: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    number.id == wanted || digits(&number.display_phone_number) == digits(wanted)
}

fn line(number: &PhoneNumber) -> String {
    let PhoneNumber { display_phone_number, verified_name, status, id, .. } = number;
    let status = if status.is_empty() { "" } else { &format!(", {}", status.to_lowercase()) };
    format!("{display_phone_number} {verified_name:?}{status}, phone number id {id}")
}

/// Makes it one of the Cloud API's, unless it is.
pub async fn register(
    session: &mut Session,
    found: &Found,
    pin_file: Option<&Path>,
) -> Result<(), Failure> {
    if found.number.is_registered() {
        session.steps.already("register", "with the Cloud API");
        return Ok(());
    }
    let kept = session.file.secret_path(&session.common.name, "pin");
    let pin = pin(session, pin_file, &kept)?;
    // On disk before it counts: without it the number can't be moved.
    let before = put_aside(&kept).with_context(|| cannot_keep(&kept))?;
    file::write_secret(&kept, &pin)?;
    match found.manager.register(&found.number.id, &pin).await {
        Ok(()) => {
            let words = format!("with the Cloud API; its PIN is in {}", kept.display());
            session.steps.done("register", &words);
            before.map_or(Ok(()), fs::remove_file).with_context(|| cannot_keep(&kept))?;
            Ok(())
        }
        Err(error @ ManageError::Refused(_)) => {
            // It is not the number's PIN, and would mislead.
            put_back(&kept, before.as_deref()).with_context(|| cannot_keep(&kept))?;
            Err(not_registered(&error))
        }
        Err(error) => Err(unknown(&error, &kept, before.as_deref())),
    }
}

/// The PIN that was said, is kept, or is made up.
fn pin(session: &Session, given: Option<&Path>, kept: &Path) -> Result<SecretString, Failure> {
    let pin: SecretString = match given {
        Some(file) => asking::secret_from(file)?,
        None if kept.exists() => asking::secret_from(kept)?,
        None => {
            let made = format!("{:06}", rand::random_range(0..1_000_000));
            let question = "The number's PIN of six digits; Enter takes this one, which is for a \
                            number that has none yet";
            session.asking.text(question, Some(&made), "--pin-file")?.into()
        }
    };
    let digits = pin.expose_secret();
    match digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(pin),
        false => Err(anyhow!("the PIN has to be six digits").into()),
    }
}

/// The one that was kept may be the right one.
fn put_aside(kept: &Path) -> io::Result<Option<PathBuf>> {
    let before = kept.with_extension("before");
    match fs::copy(kept, &before) {
        Ok(_) => Ok(Some(before)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn put_back(kept: &Path, before: Option<&Path>) -> io::Result<()> {
    match before {
        Some(before) => fs::rename(before, kept),
        None => fs::remove_file(kept),
    }
}

fn cannot_keep(kept: &Path) -> String {
    format!("{} can't be written", kept.display())
}

/// Meta may have done it.
fn unknown(error: &ManageError, kept: &Path, before: Option<&Path>) -> Failure {
    let kept = kept.display();
    let before = before.map(|before| format!(", the one before it in {}", before.display()));
    let before = before.unwrap_or_default();
    anyhow!(
        "whether Meta registered the number is not known ({error}). Its PIN may be the one in {kept} \
         from now on: keep it{before}, and run this again"
    )
    .into()
}

fn not_registered(error: &ManageError) -> Failure {
    let remedy = match error.code() {
        Some(WRONG_PIN) => {
            "the number has a PIN already: say it with --pin-file, or change it in WhatsApp Manager \
             > Phone numbers > the number > Two-step verification"
        }
        Some(UNCONFIRMED) => {
            "confirm the number first, by SMS or call, in WhatsApp Manager > Phone numbers; it may \
             not be in use in the WhatsApp app"
        }
        Some(TOO_OFTEN) => "it was tried ten times in three days: wait, and do it once more",
        _ => "see WhatsApp Manager > Phone numbers",
    };
    anyhow!("Meta does not register the number ({error}); {remedy}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_named_by_its_id_or_in_any_spelling() {
        let number = PhoneNumber {
            id: "106540352242922".into(),
            display_phone_number: "+1 555-010-0007".into(),
            ..PhoneNumber::default()
        };
        for wanted in ["106540352242922", "+15550100007", "1 (555) 0100007"] {
            assert!(is(&number, wanted), "{wanted}");
        }
        assert!(!is(&number, "+15550100008") && !is(&number, "10654035224292"));
    }
}
