//! What a derived schema can't say: exactly one of several fields is there.

use std::borrow::Cow;

use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, OneOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::{KINDS, Letter, Media};

/// A [`Letter`] as its schema has it: exactly one kind of content is there.
pub struct OneLetter;

impl PartialSchema for OneLetter {
    fn schema() -> RefOr<Schema> {
        one_of("LetterFields", &KINDS)
    }
}

impl ToSchema for OneLetter {
    fn name() -> Cow<'static, str> {
        "Letter".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Letter::name().into(), Letter::schema()));
        Letter::schemas(schemas);
    }
}

/// A [`Media`] as its schema has it: either a link or an id is there.
pub struct OneMedia;

impl PartialSchema for OneMedia {
    fn schema() -> RefOr<Schema> {
        one_of("MediaFields", &["link", "id"])
    }
}

impl ToSchema for OneMedia {
    fn name() -> Cow<'static, str> {
        "Media".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Media::name().into(), Media::schema()));
        Media::schemas(schemas);
    }
}

/// The fields of a schema, of which exactly one of these is there.
fn one_of(fields: &str, names: &[&str]) -> RefOr<Schema> {
    let only = |name: &&str| ObjectBuilder::new().required(*name).build();
    let one = names.iter().fold(OneOfBuilder::new(), |one, name| one.item(only(name)));
    let all =
        AllOfBuilder::new().item(Ref::from_schema_name(fields)).item(Schema::OneOf(one.build()));
    Schema::AllOf(all.build()).into()
}
