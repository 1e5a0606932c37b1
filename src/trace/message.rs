//! The messages of a recorded run, each with what became of it.
//!
//! Read from the recording alone, so that a message whose end was not seen is still under way.

use std::collections::BTreeMap;

use super::{Cause, Kind, Trace};
use crate::base::{Carries, Name, ReplicaId, Time};

/// One message, from where it left to where each of its copies got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// What it is called.
    pub name: Name,
    /// The handled event that sent it.
    pub step: u64,
    /// When it was sent.
    pub at: Time,
    /// Who sent it.
    pub from: ReplicaId,
    /// To whom.
    pub to: ReplicaId,
    /// How many bytes it takes on the wire.
    pub size: u64,
    /// Which updates ride in it.
    pub carries: &'a Carries,
    /// Its content.
    pub body: &'a str,
    /// Why there are no copies, where there are none.
    pub cause: Option<Cause>,
    /// The copies, by ordinal.
    pub copies: Vec<Passage>,
}

/// The way of one copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// When it was to arrive.
    pub due: Time,
    /// Whether its bytes were changed on the way.
    pub damaged: bool,
    /// What came of it.
    pub came: Came,
}

/// What came of one copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// It was handled in this event, then.
    Delivered(u64, Time),
    /// It did not arrive: in this event, then, and why.
    Missed(u64, Time, Cause),
    /// The run was over before.
    UnderWay,
}

impl Message<'_> {
    /// Those of a recording, in the order in which they were sent.
    pub fn all(trace: &Trace) -> Vec<Message<'_>> {
        let mut messages: Vec<Message<'_>> = Vec::new();
        let mut places: BTreeMap<Name, usize> = BTreeMap::new();
        for record in trace.records() {
            let (step, at) = (record.moment.step, record.moment.at);
            let came = match &record.kind {
                Kind::Send { message, from, to, size, carries, body } => {
                    places.insert(*message, messages.len());
                    let (name, from, to, size) = (*message, *from, *to, *size);
                    let (cause, copies) = (None, Vec::new());
                    messages.push(Message { name, step, at, from, to, size, carries, body, cause, copies });
                    continue;
                }
                Kind::Fate { message, fate, cause } => {
                    if let Some(place) = places.get(message) {
                        let message = &mut messages[*place];
                        message.cause = *cause;
                        let copy = |copy: &crate::base::Arrival| Passage {
                            due: message.at + copy.delay,
                            damaged: copy.damage.is_some(),
                            came: Came::UnderWay,
                        };
                        message.copies = fate.copies().iter().map(copy).collect();
                    }
                    continue;
                }
                Kind::Deliver { message, copy, .. } => (message, copy, Came::Delivered(step, at)),
                Kind::Miss { message, copy, cause } => (message, copy, Came::Missed(step, at, *cause)),
                _ => continue,
            };
            let (message, copy, came) = came;
            let copies = places.get(message).map(|place| &mut messages[*place].copies);
            if let Some(passage) = copies.and_then(|copies| copies.get_mut(*copy as usize)) {
                passage.came = came;
            }
        }
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Arrival, Fate, Span};
    use crate::trace::Moment;

    #[test]
    fn each_copy_of_a_message_is_told_with_where_it_got() {
        let message = Name(7);
        let mut fate = Fate::after(Span(10));
        fate.add(Arrival { delay: Span(20), damage: Some(1) });
        fate.add(Arrival { delay: Span(30), damage: None });
        let (from, to) = (ReplicaId(0), ReplicaId(1));
        let moment = |step| Moment { at: Time(step * 10), step, name: Name(step) };
        let kinds = [
            (1, Kind::Send { message, from, to, size: 5, carries: Carries::Everything, body: "hello".to_owned() }),
            (1, Kind::Fate { message, fate, cause: None }),
            (2, Kind::Deliver { message, copy: 0, from, to, sent: Time(10), damaged: false }),
            (3, Kind::Miss { message, copy: 1, cause: Cause::Damage }),
        ];
        let trace: Trace = kinds.into_iter().map(|(step, kind)| (moment(step), kind)).collect();
        let messages = Message::all(&trace);
        assert_eq!(messages.len(), 1);
        let came: Vec<_> = messages[0].copies.iter().map(|copy| (copy.due, copy.damaged, copy.came)).collect();
        assert_eq!(
            came,
            [
                (Time(20), false, Came::Delivered(2, Time(20))),
                (Time(30), true, Came::Missed(3, Time(30), Cause::Damage)),
                (Time(40), false, Came::UnderWay),
            ]
        );
    }
}
