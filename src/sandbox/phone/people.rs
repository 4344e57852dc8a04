//! The made-up people who write from the phone page.

use super::super::phones::Contact;

/// One of them.
pub(super) struct Resident {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    phone: Option<&'static str>,
    pub(super) user_id: Option<&'static str>,
}

/// All of them: with a number, with number and id, and with the number hidden.
pub(super) const PEOPLE: &[Resident] = &[
    Resident { key: "ana", name: "Ana", phone: Some("15550100001"), user_id: None },
    Resident {
        key: "rahul",
        name: "Rahul",
        phone: Some("15550100002"),
        user_id: Some("IN.10000000000000000002"),
    },
    Resident { key: "maria", name: "Maria", phone: Some("15550100003"), user_id: None },
    Resident { key: "noor", name: "Noor", phone: None, user_id: Some("AE.10000000000000000004") },
];

pub(super) fn find(key: &str) -> Option<&'static Resident> {
    PEOPLE.iter().find(|resident| resident.key == key)
}

impl Resident {
    pub(super) fn contact(&self) -> Contact {
        Contact::new(self.name, self.phone, self.user_id)
    }

    /// `+1 555 010 0001`; `None` if it is hidden.
    pub(super) fn shown_number(&self) -> Option<String> {
        let digits = self.phone?;
        let (country, rest) = digits.split_at_checked(1)?;
        let (area, rest) = rest.split_at_checked(3)?;
        let (office, line) = rest.split_at_checked(3)?;
        Some(format!("+{country} {area} {office} {line}"))
    }
}
