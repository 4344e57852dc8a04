//! The text of WhatsApp's "Export chat". It has no form of its own: dates,
//! clocks and placeholders are those of the phone's language, and a message
//! goes on until a line looks like the head of another. So the text is read
//! three times: how it writes dates, who speaks, and then the turns.

mod body;
mod cast;
mod clock;
mod cursor;
mod head;
mod order;
mod pieces;
mod said;
mod words;

use jiff::Timestamp;

use super::gather::Gather;
use super::{Options, ReadError, Reason, Turn};
use cast::{Cast, Part};
use clock::Clock;
use head::Head;
use order::Orders;
use pieces::{Piece, Pieces};
use said::Said;

/// How far into a text its first message may begin.
const LINES_BEFORE: usize = 20;

/// What a line says that belongs to no message.
const NO_HEAD: &str = "no message begins here or above: remove the line";

/// Whether a message's head is among the first lines.
pub(super) fn is_one(text: &str) -> bool {
    text.lines().take(LINES_BEFORE).any(|line| Head::read(line).is_some())
}

pub(super) fn read(text: &str, options: &Options, gather: &mut Gather) -> Result<(), ReadError> {
    let pieces = || Pieces::new(text);
    let mut orders = Orders::new(options.now.to_zoned(options.zone.clone()).datetime());
    pieces().filter_map(|piece| piece.head).for_each(|head| orders.note(&head));
    let dates = orders.decide(options.date_order);
    gather.imported.dates = Some(dates);
    let everything_said = pieces().filter_map(|piece| Said::read(piece.body));
    let cast = Cast::new(everything_said, options.business_speaker.as_deref())?;
    let mut clock = Clock::new(dates.order, &options.zone);
    for Piece { line, head, body } in pieces() {
        let said = Said::read(body).and_then(|said| Some((cast.part(&said)?, said)));
        match (head, said) {
            (None, _) => gather.take(line, Err(NO_HEAD.to_owned()))?,
            (Some(_), None) => gather.skip(Reason::Notice, 1),
            (Some(head), Some((part, said))) => {
                gather.take(line, clock.time(&head).map(|at| turn(part, &said, at)))?;
            }
        }
    }
    Ok(())
}

fn turn(Part { role, speaker }: Part, said: &Said, at: Timestamp) -> Turn {
    Turn { id: None, role, speaker, at, text: said.text(), number: None, repetition: 0 }
}
