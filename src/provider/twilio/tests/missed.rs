//! What is read from the list.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, Uri};
use jiff::Timestamp;
use tokio::net::TcpListener;

use super::*;

/// A server that gives these answers one after the other, and remembers what
/// it was asked for.
struct Api {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Api {
    async fn answering(answers: &[(u16, &str)]) -> Self {
        let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned()));
        let answers = Arc::new(Mutex::new(answers.collect::<VecDeque<_>>()));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let door = move |uri: Uri| async move {
            log.lock().expect("whole").push(uri.to_string());
            let (status, body) = answers.lock().expect("whole").pop_front().expect("an answer");
            (StatusCode::from_u16(status).expect("a status"), body)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async { axum::serve(listener, Router::new().fallback(door)).await });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("whole").clone()
    }
}

fn row(sid: &str, direction: &str, second: u8, more: &str) -> String {
    format!(
        r#"{{"sid":"{sid}","direction":"{direction}","from":"whatsapp:+15550100101","body":"{sid}",
        "to":"whatsapp:+15550100001","date_sent":"Sun, 22 Nov 2026 09:00:{second:02} +0000"{more}}}"#
    )
}

fn list(rows: &[String], next: &str) -> String {
    format!(r#"{{"messages":[{}],"next_page_uri":{next}}}"#, rows.join(","))
}

async fn ids(api: &Api, since: Timestamp) -> Result<Vec<String>, Failure> {
    let missed = twilio(&api.url).missed(&"shop".into(), since).await?;
    Ok(missed.iter().map(|missed| missed.id().as_str().to_owned()).collect())
}

#[tokio::test]
async fn what_came_in_since_is_listed_from_all_pages_oldest_first() {
    let next = r#""https://elsewhere.example.com/2010/Other.json?To=x&Page=1&PageToken=PA2""#;
    let first = [row("SM4", "inbound", 4, ""), row("SM9", "outbound-api", 4, "")];
    let rows = [("SM3", 2), ("SM2", 2), ("SM1", 1)];
    let second = rows.map(|(sid, second)| row(sid, "inbound", second, ""));
    let api = Api::answering(&[(200, &list(&first, next)), (200, &list(&second, "null"))]).await;
    assert_eq!(ids(&api, now()).await, Ok(vec!["SM2".into(), "SM3".into(), "SM4".into()]));
    let path = "/2010-04-01/Accounts/AC1/Messages.json";
    assert_eq!(
        api.asked(),
        [
            format!("{path}?To=whatsapp%3A%2B15550100001&DateSent%3E=2026-11-22&PageSize=1000"),
            format!("{path}?To=x&Page=1&PageToken=PA2"),
        ],
        "never another host or path"
    );
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_an_error_and_not_an_empty_one() {
    for (status, body) in [
        (500, r#"{"code":20500}"#),
        (401, r#"{"code":20003}"#),
        (502, "<html>"),
        (200, "{}"),
        (200, ""),
    ] {
        let api = Api::answering(&[(status, body)]).await;
        assert!(ids(&api, now()).await.is_err(), "{status} {body}");
    }
    let half = list(&[row("SM4", "inbound", 4, "")], r#""/x?Page=1""#);
    let api = Api::answering(&[(200, &half), (500, r#"{"code":20500}"#)]).await;
    assert!(ids(&api, now()).await.is_err(), "half of it is not all of it");
}

async fn told(answers: &[(u16, &str)]) -> Result<Parsed, Failure> {
    let api = Api::answering(answers).await;
    let twilio = twilio(&api.url);
    let missed = twilio.missed(&"shop".into(), now()).await?.pop().expect("a message");
    twilio.told(&"shop".into(), missed).await
}

#[tokio::test]
async fn a_missed_message_reads_like_one_that_was_told() {
    let one = list(&[row("SM4", "inbound", 4, r#","num_media":"0""#)], "null");
    let inbound = only_message(told(&[(200, &one)]).await.expect("told"));
    assert_eq!(inbound.provider_id.as_str(), "SM4");
    assert_eq!(inbound.sender.address, Address::Phone(phone("15550100101")));
    assert_eq!(inbound.content, Content::Text("SM4".into()));
    assert_eq!(inbound.at, now() + Duration::from_secs(2));
}

#[tokio::test]
async fn its_files_are_asked_for_and_have_the_links_of_a_webhook() {
    let one = list(&[row("MM4", "inbound", 4, r#","num_media":"1""#)], "null");
    let media = r#"{"media_list":[{"sid":"ME1","content_type":"image/jpeg"}]}"#;
    match only_message(told(&[(200, &one), (200, media)]).await.expect("told")).content {
        Content::Media(media) => {
            let path = "/2010-04-01/Accounts/AC1/Messages/MM4/Media/ME1";
            assert!(media.reference.ends_with(path), "{}", media.reference);
            assert_eq!((&*media.mime, media.caption.as_deref()), ("image/jpeg", Some("MM4")));
        }
        other => panic!("{other:?}"),
    }
    let gone = told(&[(200, &one), (404, r#"{"code":20404}"#)]).await.expect("told");
    assert_eq!(only_message(gone).content, Content::Text("MM4".into()), "the words remain");
    assert!(told(&[(200, &one), (503, r#"{"code":20503}"#)]).await.is_err());
}
