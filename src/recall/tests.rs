//! Stories of searching: each language finds what was said in it.

use std::collections::HashSet;

use proptest::prelude::*;

use crate::domain::id::Position;
use crate::domain::message::Role;

use super::*;

const DAY: i64 = 86_400;

/// Some turns, a day between each, so that none is another's neighbour.
struct Said {
    turns: Vec<(i64, Role, Terms)>,
    known: Option<Language>,
}

impl Said {
    fn apart(texts: &[&str], known: Option<Language>) -> Self {
        let turn =
            |(day, text): (usize, &&str)| (DAY * day as i64, Role::Person, analyse(text, known));
        Self { turns: texts.iter().enumerate().map(turn).collect(), known }
    }

    fn together(turns: &[(Role, &str)]) -> Self {
        let turn = |(minute, (role, text)): (usize, &(Role, &str))| {
            (60 * minute as i64, *role, analyse(text, None))
        };
        Self { turns: turns.iter().enumerate().map(turn).collect(), known: None }
    }

    fn entries<'a>(&'a self) -> Vec<Entry<'a>> {
        let entry = |(seq, (at, role, terms)): (usize, &'a (i64, Role, Terms))| Entry {
            conversation: 0,
            position: Position { seq: seq as u64, part: 0 },
            at: *at,
            role: *role,
            speaker: 0,
            terms: terms.packed(),
        };
        self.turns.iter().enumerate().map(entry).collect()
    }

    fn find(&self, question: &str) -> Found {
        self.find_with(question, &Options::default())
    }

    fn find_with(&self, question: &str, options: &Options) -> Found {
        let entries = self.entries();
        let around = Around { known: self.known, met: languages(&entries), participants: &[] };
        search(&Query::new(question, &around), entries, options)
    }

    fn first(&self, question: &str) -> Option<u64> {
        Some(self.find(question).hits.first()?.position.seq)
    }
}

#[track_caller]
fn finds(known: Option<Language>, said: &[&str], asked: &[(&str, u64)]) {
    let said = Said::apart(said, known);
    for (question, turn) in asked {
        let found = said.find(question);
        let first = found.hits.first().map(|hit| hit.position.seq);
        assert_eq!(first, Some(*turn), "{question}");
        assert!(!found.is_weak(), "{question}: {}", found.strength);
    }
}

#[test]
fn english_finds() {
    finds(
        Some(Language::English),
        &[
            "My sister Caroline moved to Boston last spring",
            "I'm allergic to peanuts and shellfish",
            "The invoice number is A-1042, due on Friday at 12:30",
            "We adopted two kittens from the shelter",
            "call me at +1 555 010 0123 or write to ana.p@example.com",
        ],
        &[
            ("where does my sister live?", 0),
            ("what are my allergies", 1),
            ("A-1042", 2),
            ("invoice 1042", 2),
            ("a1042", 2),
            ("12:30", 2),
            ("when did I adopt a kitten", 3),
            ("5550100123", 4),
            ("+1-555-010-0123", 4),
            ("ana.p@example.com", 4),
            ("e-mail example.com", 4),
        ],
    );
}

#[test]
fn spanish_finds_with_and_without_accents() {
    finds(
        Some(Language::Spanish),
        &[
            "Mañana tengo cita con la cardióloga",
            "Mi perro se llama Toby y le gustan las galletas",
            "Pagué la matrícula del niño en el colegio",
            "Necesito cambiar la reunion del lunes",
        ],
        &[
            ("manana", 0),
            ("¿cuándo es la cita con el cardiólogo?", 0),
            ("como se llama el perro", 1),
            ("galleta", 1),
            ("pagar matricula", 2),
            ("las reuniones", 3),
        ],
    );
}

#[test]
fn portuguese_french_and_italian_find() {
    finds(
        Some(Language::Portuguese),
        &[
            "Minha filha começou a natação na terça",
            "O contrato do aluguel vence em março",
            "Não como glúten",
        ],
        &[
            ("aula de natacao da filha", 0),
            ("quando vence o contrato de aluguel?", 1),
            ("gluten", 2),
        ],
    );
    finds(
        Some(Language::French),
        &[
            "J'habite rue des Lilas depuis l'été",
            "Mes enfants sont inscrits à l'école Pasteur",
            "On a réservé un hôtel à Nice",
        ],
        &[
            ("ete", 0),
            ("dans quelle école est inscrit mon enfant ?", 1),
            ("réservation d'hôtel", 2),
        ],
    );
    finds(
        Some(Language::Italian),
        &[
            "Ho prenotato il tavolo per sabato",
            "La mia macchina è dal meccanico",
            "Sono intollerante al lattosio",
        ],
        &[("prenotazione del tavolo", 0), ("dov'è la macchina?", 1), ("intolleranza lattosio", 2)],
    );
}

#[test]
fn german_finds_in_compounds_and_with_spelled_umlauts() {
    finds(
        Some(Language::German),
        &[
            "Der Zahnarzttermin ist am Dienstag um neun",
            "Wir ziehen im Herbst nach München",
            "Ich habe die Versicherung gekündigt",
            "Zum Geburtstagsgeschenk gab es eine Kamera",
        ],
        &[
            ("wann ist mein Termin beim Zahnarzt?", 0),
            ("Muenchen", 1),
            ("Munchen", 1),
            ("Versicherungen", 2),
            ("Was war das Geschenk zum Geburtstag?", 3),
        ],
    );
}

#[test]
fn indonesian_russian_and_turkish_find() {
    finds(
        Some(Language::Indonesian),
        &[
            "Saya mau membeli kulkas baru bulan depan",
            "Alamat rumah saya di Jalan Mawar nomor 7",
            "Anak saya alergi udang",
        ],
        &[("beli kulkas kapan?", 0), ("rumahku dimana", 1), ("anakku alergi apa", 2)],
    );
    finds(
        Some(Language::Russian),
        &[
            "Моя дочь занимается плаванием по вторникам",
            "Паспорт лежит в синей папке",
            "У кота аллергия на курицу",
        ],
        &[("когда у дочери плавание?", 0), ("где паспорта", 1), ("кот", 2)],
    );
    finds(
        Some(Language::Turkish),
        &["Kızımın okulu Kadıköy'de", "Arabayı servise bıraktım", "Fıstığa alerjim var"],
        &[("kızım hangi okulda?", 0), ("araba nerede", 1), ("fistik alerjisi", 2)],
    );
}

#[test]
fn hindi_bengali_and_hinglish_find() {
    finds(
        Some(Language::Hindi),
        &["मेरी बेटी का जन्मदिन दस मार्च को है", "मुझे दो किताबें खरीदनी हैं", "डॉक्टर शर्मा से अपॉइंटमेंट है"],
        &[("बेटी का जन्मदिन कब है?", 0), ("किताब", 1), ("डॉक्टर का अपॉइंटमेंट", 2)],
    );
    finds(
        Some(Language::Bengali),
        &["আমার ছেলের স্কুল সকাল আটটায় শুরু হয়", "আমি দুটো বই কিনেছি", "ডাক্তারের সাথে দেখা করতে হবে"],
        &[("ছেলে কখন স্কুলে যায়?", 0), ("বইগুলো", 1), ("ডাক্তার", 2)],
    );
    finds(
        None,
        &[
            "bhai paisa kal tak bhej dunga",
            "meri beti ki shaadi december mein hai",
            "mujhe doodh se allergy hai",
            "meeting nahin hogi aaj",
        ],
        &[("paise kaal tak", 0), ("beti ki shadi kab hai", 1), ("dudh", 2), ("meetings nahi", 3)],
    );
}

#[test]
fn writing_without_spaces_finds() {
    finds(
        None,
        &["我养了一只猫叫小白", "下个月去北京出差", "我对花生过敏"],
        &[("我的猫叫什么名字？", 0), ("什么时候去北京", 1), ("花生", 2), ("猫", 0)],
    );
    finds(
        None,
        &["娘の誕生日は三月です", "車を修理に出しました", "私はエビアレルギーがあります"],
        &[("誕生日はいつ？", 0), ("車の修理", 1), ("アレルギー", 2)],
    );
    finds(
        None,
        &["แมวของฉันชื่อโมจิ", "พรุ่งนี้ต้องไปหาหมอฟัน", "ฉันแพ้กุ้ง"],
        &[("แมวชื่ออะไร", 0), ("ไปหาหมอเมื่อไหร่", 1), ("แพ้กุ้งไหม", 2)],
    );
    finds(
        None,
        &["우리 딸 생일은 삼월이에요", "자동차를 정비소에 맡겼어요", "새우 알레르기가 있어요"],
        &[("딸의 생일이 언제야?", 0), ("자동차 정비소", 1), ("알레르기", 2)],
    );
}

#[test]
fn arabic_hebrew_persian_and_urdu_find() {
    finds(
        Some(Language::Arabic),
        &["ابنتي تدرس في مدرسة النور", "عندي حساسية من الفول السوداني", "مَوْعِدي مع الطبيب يوم الأحد"],
        &[("مدرسه", 0), ("حساسيه الفول", 1), ("موعد طبيب", 2), ("المدرسة", 0)],
    );
    finds(
        None,
        &["הבת שלי לומדת בבית ספר", "יש לי אלרגיה לבוטנים", "המכונית במוסך"],
        &[("בוטנים", 1), ("מכונית", 2)],
    );
    finds(
        None,
        &["دخترم به مدرسه می‌رود", "به بادام زمینی حساسیت دارم", "ماشینم تعمیرگاه است"],
        &[("مدرسه دختر", 0), ("بادام‌زمینی", 1)],
    );
    finds(
        None,
        &["میری بیٹی کا اسکول صدر میں ہے", "مجھے مونگ پھلی سے الرجی ہے", "گاڑی خراب ہے"],
        &[("بیٹی اسکول", 0), ("الرجی", 1)],
    );
}

#[test]
fn languages_that_nobody_knows_find_by_pieces() {
    finds(
        Some(Language::Polish),
        &[
            "Moja córka chodzi na basen we wtorki",
            "Jestem uczulony na orzechy",
            "Samochód jest u mechanika",
        ],
        &[("kiedy córki mają basen", 0), ("uczulenie", 1), ("samochodu", 2)],
    );
}

#[test]
fn a_word_is_found_in_each_language_met() {
    let mut said =
        Said::apart(&["My appointments are on Monday mornings"], Some(Language::English));
    said.turns.extend(
        Said::apart(&["Las facturas llegaron ayer por correo"], Some(Language::Spanish)).turns,
    );
    said.turns.extend(
        Said::apart(&["Die Rechnungen sind alle bezahlt worden"], Some(Language::German)).turns,
    );
    said.known = Some(Language::English);
    assert_eq!(said.first("appointment"), Some(0));
    assert_eq!(said.first("factura"), Some(1));
    assert_eq!(said.first("Rechnung"), Some(2));
}

#[test]
fn a_question_of_nothing_finds_nothing() {
    let said = Said::apart(
        &["what is the name of my dog", "my dog is called Rex"],
        Some(Language::English),
    );
    for question in ["", "what is it?", "who are you", "👍", "zeppelin"] {
        let found = said.find(question);
        assert!(found.hits.is_empty() && found.is_weak(), "{question}");
    }
    assert!(said.find("a dog, or a zeppelin with cardboard wheels and velvet").is_weak());
}

#[test]
fn an_answer_without_the_words_is_found_beside_its_question() {
    let said = Said::together(&[
        (Role::Person, "good morning to you"),
        (Role::Assistant, "What is your favourite restaurant?"),
        (Role::Person, "Probably Casa Lola, down by the river"),
        (Role::Assistant, "Noted!"),
        (Role::Person, "the weather has become so cold"),
    ]);
    let hits = said.find("my favourite restaurant").hits;
    let order: Vec<u64> = hits.iter().map(|hit| hit.position.seq).collect();
    assert_eq!(order[..2], [1, 2]);
    assert!(!order.contains(&9) && order.len() == 5);
}

#[test]
fn whose_words_are_asked_for_come_first() {
    let turns = [(Role::Person, "pizza with olives"), (Role::Assistant, "pizza with olives")];
    let said = Said::together(&turns);
    assert_eq!(said.first("what pizza did I order"), Some(0));
    assert_eq!(said.first("what pizza did you recommend"), Some(1));
}

#[test]
fn a_named_speaker_comes_first() {
    let said =
        Said::together(&[(Role::Person, "pizza with olives"), (Role::Person, "pizza with olives")]);
    let terms = ["Ana", "Tom"].map(|name| analyse("pizza with olives", None).with_speaker(name));
    let mut entries = said.entries();
    for ((entry, terms), name) in entries.iter_mut().zip(&terms).zip(["Ana", "Tom"]) {
        (entry.terms, entry.speaker) = (terms.packed(), speaker(name));
    }
    for (name, turn) in [("Ana", 0), ("Tom", 1)] {
        let around = Around { participants: &["Ana", "Tom"], ..Around::default() };
        let query = Query::new(&format!("what pizza does {name} like"), &around);
        let found = search(&query, entries.clone(), &Options::default());
        assert_eq!(found.hits[0].position.seq, turn);
    }
}

#[test]
fn a_date_in_the_question_draws_its_day() {
    let texts = ["dinner with friends"; 60];
    let said = Said::apart(&texts, Some(Language::English));
    assert_eq!(said.first("dinner on 20 January 1970"), Some(19));
    assert_eq!(said.first("dinner on February 14th"), Some(44));
}

#[test]
fn of_equals_the_newest_comes_first_and_times_and_exclusions_hold() {
    let said = Said::apart(&["dinner with friends"; 6], Some(Language::English));
    let order = |options: &Options| -> Vec<u64> {
        said.find_with("dinner", options).hits.iter().map(|hit| hit.position.seq).collect()
    };
    assert_eq!(order(&Options::default()), [5, 4, 3, 2, 1, 0]);
    assert_eq!(order(&Options { limit: 2, ..Options::default() }), [5, 4]);
    let range = Options { from: Some(DAY), to: Some(3 * DAY), ..Options::default() };
    assert_eq!(order(&range), [2, 1]);
    let exclude = HashSet::from([(0, Position { seq: 5, part: 0 })]);
    assert_eq!(order(&Options { exclude, limit: 1, ..Options::default() }), [4]);
}

#[test]
fn what_is_said_again_and_again_doesn_t_hide_what_was_said_once() {
    let mut texts = vec!["Reminder: your dinner voucher is waiting for you"; 12];
    texts.insert(5, "For the dinner we will be nine, one of us in a wheelchair");
    let said = Said::apart(&texts, Some(Language::English));
    let found = said.find("how many are we for dinner");
    let order: Vec<u64> = found.hits.iter().map(|hit| hit.position.seq).collect();
    assert!(order[..2].contains(&5) && order[..2].contains(&12), "{order:?}");
}

#[test]
fn the_usual_language_is_the_persons() {
    let said = Said::together(&[
        (Role::Assistant, "What would you like to have for the dinner with your friends?"),
        (Role::Person, "Queremos una mesa para la cena con unos amigos"),
        (Role::Person, "What would you say"),
    ]);
    assert_eq!(usual(said.entries()), Some(Language::Spanish));
    assert_eq!(usual([]), None);
}

#[test]
fn sections_stand_for_themselves() {
    let said = Said::together(&[
        (Role::Business, "Opening hours: Monday to Friday"),
        (Role::Business, "Returns are accepted within thirty days"),
    ]);
    let options = Options { kind: Kind::Sections, ..Options::default() };
    let found = said.find_with("when are you open on monday", &options);
    assert_eq!(found.hits.len(), 1);
}

proptest! {
    #[test]
    fn whatever_is_said_and_asked(
        texts in prop::collection::vec("\\PC{0,40}|[a-c ]{0,30}|[ء-ي ]{0,20}|[а-я ]{0,20}|[а-яa-zğışçöü' ]{0,30}", 0..12),
        question in "\\PC{0,30}|[a-c ]{0,10}",
        known in 0..24_u8,
    ) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let known = Language::from_byte(known);
        let mut said = Said::apart(&texts, known);
        said.known = known;
        let found = said.find_with(&question, &Options { limit: 5, ..Options::default() });
        prop_assert_eq!(&found, &said.find_with(&question, &Options { limit: 5, ..Options::default() }));
        prop_assert!(found.hits.len() <= 5);
        prop_assert!(found.hits.iter().all(|hit| (hit.position.seq as usize) < texts.len()));
        prop_assert!(found.hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
        prop_assert!((0.0..=1.0).contains(&found.strength));
    }

    #[test]
    fn a_text_finds_itself(texts in prop::collection::vec("[b-z]{5,9} [b-z]{5,9}", 1..8)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let said = Said::apart(&texts, None);
        for text in &texts {
            let entries = said.find(text).hits;
            let same = entries.first().is_some_and(|hit| texts[hit.position.seq as usize] == *text);
            prop_assert!(entries.is_empty() || same, "{}", text);
        }
    }
}

#[test]
fn a_language_that_nobody_wrote_eats_no_words() {
    // Each is a small word of another language: Danish, Danish, French.
    for word in ["dog", "fra", "car"] {
        let text = format!("yesterday I saw the {word} of my neighbour near the station");
        let said = Said::apart(&[&text, "are you open on Sunday morning?"], None);
        assert_eq!(said.first(word), Some(0), "{word}");
    }
    let said = Said::apart(&["yesterday I saw the dog of my neighbour"], None);
    assert!(said.find("the of").hits.is_empty(), "small words of a language that is known");
}
