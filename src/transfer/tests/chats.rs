//! The text of "Export chat".

use jiff::tz::TimeZone;

use super::{lenient, options, texts, time};
use crate::domain::message::Role;
use crate::transfer::{DateOrder, Dates, Imported, Options, ReadError, Reason, read};

fn with_shop() -> Options {
    Options { business_speaker: Some("Shop".into()), ..options() }
}

fn imported(text: &str) -> Imported {
    read(text.as_bytes(), &with_shop()).expect(text)
}

/// What a message becomes that this is the text of.
fn body(text: &str) -> String {
    let chat = format!("31/12/2023, 22:15 - Shop: hi\n31/12/2023, 22:16 - Ana: {text}\n");
    imported(&chat).turns[1].text.clone()
}

#[test]
fn an_android_chat() {
    let chat = "\u{feff}31/12/2023, 22:14 - Messages and calls are end-to-end encrypted.\r\n\
        31/12/2023, 22:15 - Ana: hello: are you open?\r\n\
        31/12/2023, 22:16 - Shop: yes\r\n\r\nuntil 23:00 - or later\r\n\
        31/12/2023, 22:17 - Ana named the group \"Us: always\"\r\n\
        31/12/2023, 22:18 - Ana: \r\n";
    let chat = imported(chat);
    assert_eq!(texts(&chat), ["hello: are you open?", "yes\n\nuntil 23:00 - or later"]);
    assert_eq!([chat.turns[0].role, chat.turns[1].role], [Role::Person, Role::Business]);
    assert_eq!(chat.turns[0].at, time("2023-12-31T22:15:00Z"));
    assert_eq!(chat.turns[0].speaker, None);
    assert_eq!(chat.skipped[&Reason::Notice], 2);
    assert_eq!(chat.skipped[&Reason::Empty], 1);
    assert_eq!(chat.dates, Some(Dates { order: DateOrder::DayMonth, sure: true }));
}

#[test]
fn an_iphone_chat() {
    let chat = "[12/31/23, 10:15:07\u{202f}PM] Us: \u{200e}Messages and calls are end-to-end encrypted.\n\
        [12/31/23, 10:15:08\u{202f}PM] Us: \u{200e}Something new happened\n\
        [12/31/23, 10:15:09\u{202f}PM] ~\u{202f}Ana: look\n\
        \u{200e}[12/31/23, 10:15:10\u{202f}PM] ~\u{202f}Ana: \u{200e}image omitted\n\
        [12/31/23, 10:16:00\u{202f}PM] Shop: nice \u{200e}<This message was edited>\n\
        31/12/2023, 22:15 - Ana: this was pasted";
    let chat = imported(chat);
    let pasted = "nice \u{200e}<This message was edited>\n31/12/2023, 22:15 - Ana: this was pasted";
    assert_eq!(texts(&chat), ["look", "[picture]", pasted]);
    assert_eq!(chat.skipped[&Reason::Notice], 2);
    assert_eq!(chat.turns[0].at, time("2023-12-31T22:15:09Z"));
}

#[test]
fn chats_in_many_languages() {
    for (chat, at, words) in [
        ("31.12.23, 22:15 - Ana: <Medien ausgeschlossen>", "2023-12-31T22:15:00Z", "[media]"),
        (
            "31/12/23 10:15 p.\u{a0}m. - Ana: <Multimedia omitido>",
            "2023-12-31T22:15:00Z",
            "[media]",
        ),
        ("31/12/2023 22:15 - Ana: <Mídia oculta>", "2023-12-31T22:15:00Z", "[media]"),
        ("31/12/2023, 22:15 - Ana: <Médias omis>", "2023-12-31T22:15:00Z", "[media]"),
        ("31/12/23, 22:15 - Ana: <Media omessi>", "2023-12-31T22:15:00Z", "[media]"),
        ("31/12/23 22.15 - Ana: <Media tidak disertakan>", "2023-12-31T22:15:00Z", "[media]"),
        ("31/12/23, 10:15 अपराह्न - Ana: <मीडिया के बिना>", "2023-12-31T22:15:00Z", "[media]"),
        ("٣١‏/١٢‏/٢٠٢٣، ١٠:١٥ م - Ana: <تم استبعاد الوسائط>", "2023-12-31T22:15:00Z", "[media]"),
        ("[2023/12/31 下午10:15:07] Ana: \u{200e}图片已省略", "2023-12-31T22:15:07Z", "[picture]"),
        ("[31.12.23, 22:15:07] Ana: \u{200e}Bild weggelassen", "2023-12-31T22:15:07Z", "[picture]"),
        ("[31/12/23 22:15:07] Ana: \u{200e}audio omitido", "2023-12-31T22:15:07Z", "[audio]"),
    ] {
        let chat = read(chat.as_bytes(), &options()).expect(chat);
        assert_eq!((texts(&chat), chat.turns[0].at), (vec![words], time(at)));
    }
}

#[test]
fn what_isn_t_words_stands_as_in_the_transcript() {
    for (text, words) in [
        ("<Media omitted>", "[media]"),
        ("<Media omitted>\nmy dog", "[media] my dog"),
        ("\u{200e}Image omitted", "[picture]"),
        ("\u{200e}GIF omitted", "[video]"),
        ("IMG-20231231-WA0003.jpg (file attached)\r\nmy dog\r\nand I", "[picture] my dog\nand I"),
        ("\u{200e}PTT-20231231-WA0004.opus (archivo adjunto)", "[voice note]"),
        ("STK-20231231-WA0004.webp (plik dołączony)", "[sticker]"),
        ("the menu.pdf (Datei angehängt)", "[document the menu.pdf]"),
        ("see menu.pdf (page 3)", "see menu.pdf (page 3)"),
        ("Ben.vcf (file attached)", "[contact Ben]"),
        ("\u{200e}<attached: 00000012-PHOTO-2023-12-31-22-16-00.jpg>", "[picture]"),
        ("\u{200e}<adjunto: 00000013-menu.pdf>", "[document 00000013-menu.pdf]"),
        ("\u{200e}menu.pdf • \u{200e}3 pages \u{200e}document omitted", "[document menu.pdf]"),
        ("\u{200e}Contact card omitted", "[contact]"),
        ("location: https://maps.google.com/?q=12.97,77.59", "[location 12.97, 77.59]"),
        ("This message was deleted", "[message deleted by its sender]"),
        ("\u{200e}You deleted this message.", "[message deleted by its sender]"),
        ("<Se eliminó este mensaje.>", "[message deleted by its sender]"),
        ("at five <This message was edited>", "at five"),
        ("um fünf \u{200e}<Diese Nachricht wurde bearbeitet.>", "um fünf"),
        ("a < b > c", "a < b > c"),
        ("<three>", "<three>"),
    ] {
        assert_eq!(body(text), words, "{text:?}");
    }
}

#[test]
fn somebody_has_to_be_the_business() {
    let chat = "31/12/2023, 22:15 - Ana: hi\n31/12/2023, 22:16 - Shop: hi\n";
    let speakers = vec!["Ana".to_owned(), "Shop".to_owned()];
    let who = read(chat.as_bytes(), &options()).unwrap_err();
    assert_eq!(who, ReadError::WhoIsWho(speakers.clone()));
    assert_eq!(
        who.to_string(),
        "who of these is the business? \"Ana\", \"Shop\": name it (--me NAME)"
    );
    let wrong = Options { business_speaker: Some("Shep".into()), ..options() };
    let error = ReadError::NoSuchSpeaker { named: "Shep".into(), speakers };
    assert_eq!(read(chat.as_bytes(), &wrong), Err(error));
    let close = Options { business_speaker: Some(" ~shop".into()), ..options() };
    assert_eq!(read(chat.as_bytes(), &close).unwrap().turns[1].role, Role::Business);
}

#[test]
fn in_a_group_each_keeps_their_name() {
    let chat = imported(
        "31/12/2023, 22:15 - Ana: hi\n31/12/2023, 22:15 - Ben: hi\n31/12/2023, 22:16 - Shop: hi\n",
    );
    let speakers: Vec<Option<&str>> =
        chat.turns.iter().map(|turn| turn.speaker.as_deref()).collect();
    assert_eq!(speakers, [Some("Ana"), Some("Ben"), None]);
}

#[test]
fn the_order_of_dates_is_seen_in_the_whole_file() {
    let day = "1/2/24, 22:15 - Ana: a\n2/2/24, 22:15 - Ana: b\n13/2/24, 22:15 - Ana: c\n";
    let month = "2/1/24, 22:15 - Ana: a\n2/2/24, 22:15 - Ana: b\n2/13/24, 22:15 - Ana: c\n";
    for chat in [day, month] {
        let days: Vec<String> =
            imported(&format!("{chat}{}", chat.lines().last().unwrap().replace("Ana", "Shop")))
                .turns
                .iter()
                .map(|turn| turn.at.strftime("%m-%d").to_string())
                .collect();
        assert_eq!(days, ["02-01", "02-02", "02-13", "02-13"]);
    }
    let unclear = "1/2/24, 22:15 - Ana: a\n";
    let guessed = read(unclear.as_bytes(), &options()).unwrap();
    assert_eq!(guessed.dates, Some(Dates { order: DateOrder::DayMonth, sure: false }));
    let told = Options { date_order: Some(DateOrder::MonthDay), ..options() };
    assert_eq!(read(unclear.as_bytes(), &told).unwrap().turns[0].at, time("2024-01-02T22:15:00Z"));
}

#[test]
fn times_are_the_phone_s() {
    let chat = "29/10/23, 02:30 - Ana: summer\n29/10/23, 02:10 - Ana: winter\n29/10/23, 03:00 - Ana: late\n";
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let chat = read(chat.as_bytes(), &Options { zone, ..options() }).unwrap();
    assert_eq!(texts(&chat), ["summer", "winter", "late"]);
    assert_eq!(chat.turns[0].at, time("2023-10-29T00:30:00Z"));
    assert_eq!(chat.turns[1].at, time("2023-10-29T01:10:00Z"));
}

#[test]
fn a_day_that_never_was_ends_it_or_is_left_out() {
    let chat = "remark\n31/12/2023, 22:15 - Ana: a\n30/02/2024, 22:15 - Ana: b\nand c\n";
    match read(chat.as_bytes(), &options()) {
        Err(ReadError::Line { line: 1, what }) => assert!(what.contains("remove"), "{what}"),
        other => panic!("{other:?}"),
    }
    match read(chat.split_once('\n').unwrap().1.as_bytes(), &options()) {
        Err(ReadError::Line { line: 2, what }) => assert!(what.contains("30 2 2024"), "{what}"),
        other => panic!("{other:?}"),
    }
    let chat = read(chat.as_bytes(), &lenient()).unwrap();
    assert_eq!((texts(&chat), chat.skipped[&Reason::Faulty]), (vec!["a"], 2));
}
