//! What Meta tells about the business's own side of a number.

use serde_json::{Value, json};

use super::super::phones::Bubble;
use super::super::{Answer, identifiers};
use super::{Number, Person, webhook};

/// What a delivered message cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pricing {
    /// Billed: since October 2026 every free-form message is.
    #[default]
    Service,
    /// One of the free ones of the month.
    FreeService,
    /// Billed as the answer of an assistant for everything.
    GeneralPurposeAi,
    /// Free, because the person came from an ad.
    FreeEntryPoint,
    /// A template, which is billed otherwise.
    Template,
}

impl Pricing {
    pub(super) fn object(self) -> Value {
        let (kind, category) = match self {
            Self::Service => ("regular", "service"),
            Self::FreeService => ("free_customer_service", "service"),
            Self::GeneralPurposeAi => ("regular", "general_purpose_ai"),
            Self::FreeEntryPoint => ("free_entry_point", "service"),
            Self::Template => ("regular", "utility"),
        };
        json!({
            "billable": kind == "regular",
            "pricing_model": "PMP",
            "type": kind,
            "category": category,
        })
    }
}

impl Number {
    /// As `send_status`, at another price.
    pub async fn send_priced_status(&self, wamid: &str, status: &str, pricing: Pricing) -> Answer {
        self.tell(wamid, status, None, pricing).await
    }

    /// Somebody of the business answers from the Business app
    /// (`smb_message_echoes`). The words stand on the person's phone, too.
    pub async fn human_reply(&self, person: &Person, text: &str) -> Answer {
        let (now, contact) = (self.sandbox.clock.now(), &person.contact);
        let id = identifiers::wamid(contact.address());
        let value = webhook::echo(&self.desk().account, contact, &id, text, now);
        let raw = value["message_echoes"][0].clone();
        let bubble = Bubble::received(id, now, text.to_owned(), raw);
        self.sandbox.phones.change(|book| book.open(self.id(), contact).show(bubble));
        self.field("smb_message_echoes", value).await
    }

    /// A message of the person while Meta's own agent answers the chat.
    pub async fn standby(&self, person: &Person, message: Value) -> Answer {
        let change = person.change(vec![message]);
        self.field("standby", change["value"].clone()).await
    }

    /// A webhook of any field: `field("account_update", json!({ … }))`.
    pub async fn field(&self, name: &str, value: Value) -> Answer {
        self.post(&webhook::envelope(vec![json!({ "field": name, "value": value })])).await
    }
}
