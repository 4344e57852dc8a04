//! Files in both directions.

use std::time::Duration;

use super::media::File;
use super::*;

impl World {
    fn form(kind: &str, mime: &str, size: usize) -> reqwest::multipart::Form {
        let file = reqwest::multipart::Part::bytes(vec![7; size]).file_name("a").mime_str(mime);
        let form = reqwest::multipart::Form::new().text("messaging_product", "whatsapp");
        form.text("type", kind.to_owned()).part("file", file.unwrap())
    }

    async fn upload(&self, kind: &str, mime: &str, size: usize) -> Response {
        let url = format!("{}/graph/v25.0/100/media", self.url);
        let request = self.http.post(url).bearer_auth("token-of-100");
        request.multipart(Self::form(kind, mime, size)).send().await.unwrap()
    }

    async fn get_as(&self, token: &str, url: &str) -> Response {
        self.http.get(url).bearer_auth(token).send().await.unwrap()
    }
}

#[tokio::test]
async fn a_picture_of_a_person_is_there_for_who_may_see_it() {
    let world = World::new().await;
    let ana = world.ana().await;
    assert_eq!(ana.sends(ana.picture(Some("look"))).await, 200);
    let image = world.told()["value"]["messages"][0]["image"].clone();
    assert_eq!((&image["caption"], &image["mime_type"]), (&"look".into(), &"image/png".into()));
    let id = image["id"].as_str().unwrap();
    let about = format!("{}/graph/v25.0/{id}?phone_number_id=100", world.url);
    let look: Value = world.get_as("token-of-100", &about).await.json().await.unwrap();
    assert_eq!(look["sha256"], hex::encode(File::picture().sha256()));
    for url in [look["url"].as_str().unwrap(), image["url"].as_str().unwrap()] {
        let file = world.get_as("token-of-100", url).await;
        assert_eq!(file.headers()["content-type"], "image/png");
        assert_eq!(file.bytes().await.unwrap(), File::picture().bytes);
        assert_eq!(world.get_as("nobody", url).await.status(), 401);
        assert_eq!(world.get_as("token-of-200", url).await.status(), 404);
    }
    let wrong = world.get_as("token-of-100", &about.replace("=100", "=200")).await;
    assert_eq!(code(wrong).await, (400, 100));
    world.sandbox.clock.advance(Duration::from_secs(300));
    let late = world.get_as("token-of-100", look["url"].as_str().unwrap()).await;
    assert_eq!(late.status(), 404);
    let fresh: Value = world.get_as("token-of-100", &about).await.json().await.unwrap();
    let again = world.get_as("token-of-100", fresh["url"].as_str().unwrap()).await;
    assert_eq!(again.status(), 200);
}

#[tokio::test]
async fn an_upload_can_be_sent_until_it_is_deleted() {
    let world = World::new().await;
    let ana = world.ana().await;
    let uploaded: Value = world.upload("image/png", "image/png", 9).await.json().await.unwrap();
    let id = uploaded["id"].as_str().unwrap();
    assert_eq!(world.sandbox.medium(id).unwrap().bytes, [7; 9]);
    let send = |kind: &str, id: &str| json!({ "messaging_product": "whatsapp", "to": ANA, "type": kind, kind: { "id": id } });
    assert_eq!(world.graph(&send("image", id)).await.unwrap().status(), 200);
    assert_eq!(ana.texts(), ["[image]"]);
    assert_eq!(code(world.graph(&send("audio", id)).await.unwrap()).await, (400, 131_053));
    assert_eq!(code(world.graph(&send("image", "1")).await.unwrap()).await, (400, 131_009));
    let url = format!("{}/graph/v25.0/{id}", world.url);
    let gone = world.http.delete(&url).bearer_auth("token-of-100").send().await.unwrap();
    assert_eq!(gone.status(), 200);
    assert_eq!(code(world.graph(&send("image", id)).await.unwrap()).await, (400, 131_009));
}

#[tokio::test]
async fn an_upload_of_a_wrong_type_or_size_is_refused() {
    let world = World::new().await;
    for (kind, mime, size, expected) in [
        ("image/png", "image/png", 5 * 1024 * 1024 + 1, 131_053),
        ("image/webp", "image/webp", 512 * 1024 + 1, 131_053),
        ("image/gif", "image/gif", 9, 100),
        ("image/png", "image/jpeg", 9, 100),
        ("image/png", "image/png", 0, 100),
    ] {
        assert_eq!(
            code(world.upload(kind, mime, size).await).await,
            (400, expected),
            "{kind} {mime}"
        );
    }
    world.sandbox.meta(0).upload_fault(Fault::Html500);
    assert_eq!(world.upload("image/png", "image/png", 9).await.status(), 500);
    assert_eq!(world.upload("image/png", "image/png", 9).await.status(), 200);
}

#[tokio::test]
async fn each_kind_of_file_carries_what_it_has() {
    let world = World::new().await;
    let ana = world.ana().await;
    assert_eq!(ana.voice_note()["audio"]["voice"], true);
    assert_eq!(ana.audio()["audio"]["voice"], false);
    assert_eq!(ana.sticker()["sticker"]["animated"], false);
    assert_eq!(ana.video(Some("us"))["video"]["caption"], "us");
    let document = ana.document("bill.pdf", Some("the bill"))["document"].clone();
    assert_eq!(
        (&document["filename"], &document["caption"]),
        (&"bill.pdf".into(), &"the bill".into())
    );
}

#[tokio::test]
async fn a_file_of_twilio_is_behind_a_redirect() {
    let world = World::new().await;
    let ana = world.sandbox.twilio(0).person("Ana", ANA);
    assert_eq!(ana.sends(ana.document("bill.pdf")).await, 200);
    let form = world.seen()[0].form();
    let of = |name| twilio::field(&form, name).unwrap();
    assert_eq!(
        (of("NumMedia"), of("MediaContentType0"), of("Body")),
        ("1", "application/pdf", "bill.pdf")
    );
    let url = of("MediaUrl0");
    assert_eq!(world.http.get(url).send().await.unwrap().status(), 401);
    let path = url.strip_prefix(&world.url).unwrap();
    let redirect = world.twilio_get(path).await;
    assert_eq!(redirect.status(), 307);
    let target = redirect.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(world.get_as("anything", &target).await.status(), 400);
    let file = world.http.get(&target).send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), File::document("bill.pdf").bytes);

    let list = format!("/twilio/2010-04-01/Accounts/AC01/Messages/{}/Media.json", of("MessageSid"));
    let list: Value = world.twilio_get(&list).await.json().await.unwrap();
    let one = &list["media_list"][0];
    assert_eq!(one["content_type"], "application/pdf");
    assert!(url.ends_with(one["sid"].as_str().unwrap()));
    let about: Value = world.twilio_get(one["uri"].as_str().unwrap()).await.json().await.unwrap();
    assert_eq!(about["sid"], one["sid"]);
    let deleted = world.http.delete(url).basic_auth("AC01", Some("12345")).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    assert_eq!(code(world.twilio_get(path).await).await, (404, 20_404));
}
