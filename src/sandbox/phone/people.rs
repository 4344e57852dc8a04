//! The made-up people who write from the phone page.

use super::super::phones::Contact;

/// One of them.
pub(super) struct Resident {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    phone: Option<&'static str>,
    pub(super) user_id: Option<&'static str>,
    /// Works for the business: hand-overs arrive on this phone.
    pub(super) operator: bool,
}

/// All of them: with a number, with number and id, with the number hidden,
/// and one who works here.
pub(super) const PEOPLE: &[Resident] = &[
    Resident {
        key: "ana",
        name: "Ana",
        phone: Some("15550100001"),
        user_id: None,
        operator: false,
    },
    Resident {
        key: "rahul",
        name: "Rahul",
        phone: Some("15550100002"),
        user_id: Some("IN.10000000000000000002"),
        operator: false,
    },
    Resident {
        key: "maria",
        name: "Maria",
        phone: Some("15550100003"),
        user_id: None,
        operator: false,
    },
    Resident {
        key: "noor",
        name: "Noor",
        phone: None,
        user_id: Some("AE.10000000000000000004"),
        operator: false,
    },
    Resident {
        key: "olga",
        name: "Olga (operator)",
        phone: Some("15550190"),
        user_id: None,
        operator: true,
    },
];

pub(super) fn find(key: &str) -> Option<&'static Resident> {
    PEOPLE.iter().find(|resident| resident.key == key)
}

impl Resident {
    pub(super) fn contact(&self) -> Contact {
        Contact::new(self.name, self.phone, self.user_id)
    }

    /// `+1 555 010 0001` or `+1 555 0190`; `None` if it is hidden.
    pub(super) fn shown_number(&self) -> Option<String> {
        let digits = self.phone?;
        let (country, rest) = digits.split_at_checked(1)?;
        let (area, rest) = rest.split_at_checked(3)?;
        Some(match rest.split_at_checked(3) {
            Some((office, line)) if line.len() == 4 => format!("+{country} {area} {office} {line}"),
            _ => format!("+{country} {area} {rest}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_write_them() {
        let shown = |key| find(key).unwrap().shown_number();
        assert_eq!(shown("ana").as_deref(), Some("+1 555 010 0001"));
        assert_eq!(shown("olga").as_deref(), Some("+1 555 0190"));
        assert_eq!(shown("noor"), None);
    }
}
