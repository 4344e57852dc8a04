//! The pages that explain what was found: our own, and the vendors'.

pub const BILL: &str = "README.md#the-24-hours-and-the-bill";
pub const CONFIGURE: &str = "README.md#configure";
pub const CONNECT: &str = "README.md#a-real-number-in-fifteen-minutes";
pub const MEMORY: &str = "docs/memory.md#how-it-remembers";
pub const NEWS: &str = "docs/api.md#tell-your-other-programs";
pub const NOTHING: &str = "README.md#it-doesnt-answer";
pub const OPERATE: &str = "README.md#operate";

pub const META_ACCOUNT: &str =
    "https://developers.facebook.com/docs/whatsapp/overview/business-accounts";
pub const META_HEALTH: &str =
    "https://developers.facebook.com/docs/whatsapp/cloud-api/health-status";
pub const META_NUMBER: &str =
    "https://developers.facebook.com/docs/whatsapp/cloud-api/phone-numbers";
pub const META_OVERRIDE: &str =
    "https://developers.facebook.com/docs/whatsapp/embedded-signup/webhooks/override";
pub const META_TOKEN: &str =
    "https://developers.facebook.com/docs/whatsapp/business-management-api/get-started";
pub const META_WEBHOOKS: &str =
    "https://developers.facebook.com/docs/graph-api/webhooks/getting-started/webhooks-for-whatsapp";

pub const TWILIO_CREDENTIALS: &str = "https://www.twilio.com/docs/errors/20003";
pub const TWILIO_RETRIES: &str =
    "https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides";
pub const TWILIO_SANDBOX: &str = "https://www.twilio.com/docs/whatsapp/sandbox";
pub const TWILIO_SENDERS: &str = "https://www.twilio.com/docs/whatsapp/api/senders";
pub const TWILIO_SIGNATURE: &str = "https://www.twilio.com/docs/usage/webhooks/webhooks-security";
pub const TWILIO_TRIAL: &str =
    "https://www.twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_pages_are_there() {
        for page in [BILL, CONFIGURE, CONNECT, MEMORY, NEWS, NOTHING, OPERATE] {
            let (file, wanted) = page.split_once('#').expect("an anchor");
            let file = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(file).expect("the file");
            let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
            let anchors: Vec<String> = headings.map(anchor).collect();
            assert!(anchors.iter().any(|own| own == wanted), "{wanted} is not in {anchors:?}");
        }
    }

    fn anchor(heading: &str) -> String {
        let kept = heading.to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    }
}
