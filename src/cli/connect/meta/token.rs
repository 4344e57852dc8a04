//! Whether the token and the app secret are what they have to be.

use anyhow::anyhow;
use secrecy::SecretString;

use super::super::super::{Failure, minute};
use super::super::Session;
use super::refused;
use crate::provider::meta::manage::{AppKey, Manager, Token};

/// Sends and receives; finds and sets up.
const SCOPES: [&str; 2] = ["whatsapp_business_messaging", "whatsapp_business_management"];

/// A token or a secret that Meta does not take.
const INVALID: u32 = 190;

const NEW_ONE: &str = "make one, and say it with --token-file: business.facebook.com > Settings > System users > Generate new \
    token, for your app, that never expires, with whatsapp_business_messaging and \
    whatsapp_business_management";

/// It is valid, lasts, and may do what is needed.
pub async fn check(
    session: &mut Session,
    manager: &Manager,
    temporary: bool,
) -> Result<Token, Failure> {
    let token = manager.token().await.map_err(|error| match error.code() {
        Some(INVALID) => {
            anyhow!("Meta does not take this access token ({error}); {NEW_ONE}").into()
        }
        _ => refused("Meta does not say what the access token is", &error),
    })?;
    if !token.is_valid {
        return Err(anyhow!("Meta does not take this access token any more; {NEW_ONE}").into());
    }
    if let Some(scope) = SCOPES.into_iter().find(|scope| !token.may(scope)) {
        return Err(anyhow!("the access token lacks the permission {scope}; {NEW_ONE}").into());
    }
    let app = format!("the app {} ({})", token.application, token.app_id);
    match token.ends() {
        None => session.steps.done("token", &format!("permanent, of {app}")),
        Some(at) => {
            let ends = format!("the access token is a temporary one: it ends {}", minute(at));
            let asked = format!("{ends}. Go on with it all the same?");
            if !temporary && !(session.asking.agree(&asked, false)?) {
                let otherwise = "or take it for a trial with --temporary";
                return Err(anyhow!("{ends}; {NEW_ONE}; {otherwise}").into());
            }
            session.steps.noted("token", &format!("of {app}; it ends {}", minute(at)));
        }
    }
    Ok(token)
}

/// The app itself, if the secret is its own.
pub async fn app(
    session: &Session,
    manager: &Manager,
    token: &Token,
    secret: SecretString,
) -> Result<AppKey, Failure> {
    let id = token.app_id.clone();
    if let Some(other) = session.key("app_id").filter(|other| *other != id) {
        return Err(anyhow!(
            "numbers.{}.app_id is {other}, and the access token is of the app {id}; take app_id out, \
             or make a token for that app",
            session.common.name
        )
        .into());
    }
    let app = AppKey { id, secret };
    match manager.subscription(&app).await {
        Ok(_) => Ok(app),
        Err(error) if error.code() == Some(INVALID) => Err(anyhow!(
            "the app secret is not that of {} ({}), by Meta's word ({error}); it stands at \
             developers.facebook.com > your app > App settings > Basic",
            token.application,
            app.id
        )
        .into()),
        Err(error) => Err(refused("Meta does not say where the app's webhooks go", &error)),
    }
}
