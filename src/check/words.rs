//! How checks say things: what is known, and what a replica was doing.

use std::fmt::{Debug, Write};

use super::ledger::{Doing, Ledger};
use crate::base::{Known, ReplicaId, Update};
use crate::trace::Moment;

/// How many updates a sentence names before it goes on in general.
const MOST_NAMED: usize = 8;

/// An update with what was asked for: `n0#1 Add("milk")`.
pub(super) fn update<O: Debug>(ledger: &Ledger<O>, update: Update) -> String {
    match ledger.history().get(update) {
        Some(issued) => format!("{update} {:?}", issued.op),
        None => update.to_string(),
    }
}

/// A set of updates with what was asked for.
pub(super) fn known<O: Debug>(ledger: &Ledger<O>, known: &Known) -> String {
    let mut text = String::from("{");
    for (nth, one) in known.iter().enumerate() {
        if nth == MOST_NAMED {
            let _ = write!(text, ", and {} more: {known}", known.len() - MOST_NAMED as u64);
            break;
        }
        let _ = write!(text, "{}{}", if nth > 0 { ", " } else { "" }, update(ledger, one));
    }
    text + "}"
}

/// How many updates a story lists.
const MOST_LISTED: usize = 12;

/// Updates, a line each: when they were issued, and which of the others their issuers knew.
pub(super) fn story<O: Debug>(ledger: &Ledger<O>, updates: &Known) -> Vec<String> {
    let mut all: Vec<_> = updates.iter().filter_map(|update| ledger.history().get(update)).collect();
    all.sort_by_key(|issued| (issued.at, issued.update));
    let lines = all.iter().take(MOST_LISTED).map(|issued| {
        let seen: Known = updates.iter().filter(|other| issued.seen.contains(*other)).collect();
        let knowing = if seen.is_empty() { "none of these".to_owned() } else { seen.to_string() };
        format!("{} {} {:?}, knowing {knowing}", issued.at, issued.update, issued.op)
    });
    let left = all.len().saturating_sub(MOST_LISTED);
    lines.chain((left > 0).then(|| format!("and {left} more"))).collect()
}

/// What a replica was doing in the event at hand: `n2 took in what n1 sent at 00:00.120`.
pub(super) fn doing<O: Debug>(ledger: &Ledger<O>, replica: ReplicaId, moment: &Moment) -> String {
    let at = moment.at;
    match (ledger.doing(), ledger.accepted()) {
        (Doing::Beginning, _) => format!("{replica} began a life at {at}"),
        (Doing::Asked(_), Some(one)) => format!("{replica} carried out {} at {at}", update(ledger, one)),
        (Doing::Asked(request), None) => format!("{replica} handled {request} at {at}"),
        (Doing::Told(from), _) if ledger.has_taken() => format!("{replica} took in what {from} had sent, at {at}"),
        (Doing::Told(from), _) => format!("{replica} handled a message of {from} at {at}"),
        (Doing::Waking, _) => format!("a timer of {replica} fired at {at}"),
    }
}

/// A text, or its beginning where it is too long for a sentence.
pub(super) fn shown(view: &impl Debug) -> String {
    let text = format!("{view:?}");
    match text.char_indices().nth(400) {
        Some((at, _)) => format!("{}… ({} bytes)", &text[..at], text.len()),
        None => text,
    }
}
