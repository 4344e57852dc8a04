//! What became of what we sent.

use serde_json::value::RawValue;

use super::Element;
use crate::domain::event::{Event, Receipt};
use crate::domain::failure::{Class, Failure};
use crate::domain::message::{Pricing, Status};
use crate::provider::lenient::Skipped::{Ignored, Unreadable};
use crate::provider::meta::{codes, wire};

pub(super) fn status(raw: &RawValue) -> Element {
    let element: wire::Status = wire::read(raw).ok_or(Unreadable)?;
    let status = match element.status.as_str() {
        "sent" => Status::Sent,
        "delivered" => Status::Delivered,
        "read" => Status::Read,
        "played" => Status::Played,
        "failed" => Status::Failed,
        // `deleted` of old, and whatever comes next.
        _ => return Err(Ignored),
    };
    Ok(Event::Receipt(Receipt {
        delivery: element.biz_opaque_callback_data.and_then(|id| id.parse().ok()),
        provider_id: element.id.into(),
        status,
        failure: (status == Status::Failed).then(|| failure(&element.errors)),
        pricing: element.pricing.map(pricing),
    }))
}

fn pricing(pricing: wire::Pricing) -> Pricing {
    Pricing {
        billable: pricing.billable,
        model: pricing.pricing_model,
        kind: pricing.kind,
        category: pricing.category,
    }
}

fn failure(errors: &[wire::Error]) -> Failure {
    match errors.first() {
        Some(error) => codes::failure(error),
        None => Failure::new(Class::Refused, "it failed, and Meta does not say why"),
    }
}
