//! For tests only: small histories, told in a line for each update.

use super::{History, Issued, Specification, Visible};
use crate::base::{Identity, Known, Lamport, ReplicaId, Time, Update};

/// An update that its replica signed with its own number, one millisecond after its last one by all clocks.
pub(crate) fn issued<O>(replica: u32, number: u32, op: O, seen: Known) -> Issued<O> {
    let (identity, at) = (Identity(replica), Time(u64::from(number) * 1_000_000));
    let stamp = Some(Lamport { counter: u64::from(number), identity }.into());
    let update = Update { replica: ReplicaId(replica), number };
    Issued { update, op, identity, nth: number, at, reading: at, stamp, seen, closed: true }
}

/// A history in which every update has a name and a replica of its own, and all of it. Each is told by its name,
/// what was asked for, and the names of those that it saw. Stamps and readings are in the order of telling.
pub(crate) fn story<O>(told: impl IntoIterator<Item = (&'static str, O, &'static str)>) -> (History<O>, Known) {
    let (mut history, mut known) = (History::new(), Known::new());
    let mut names = Vec::new();
    for (name, op, seen) in told {
        let replica = names.len() as u32;
        let seen = seen.split_whitespace().map(|name| {
            let at = names.iter().position(|other| *other == name);
            let at = at.unwrap_or_else(|| panic!("`{name}` is seen before it is told"));
            Update { replica: ReplicaId(at as u32), number: 1 }
        });
        let mut issued = issued(replica, 1, op, seen.collect());
        issued.reading = Time(u64::from(replica) * 1_000_000);
        issued.stamp = Some(Lamport { counter: u64::from(replica) + 1, identity: issued.identity }.into());
        known.insert(issued.update);
        history.add(issued, None);
        names.push(name);
    }
    (history, known)
}

/// What a story must come to.
pub(crate) fn shown<O, V>(
    specification: &Specification<O, V>,
    told: impl IntoIterator<Item = (&'static str, O, &'static str)>,
) -> V {
    let (history, known) = story(told);
    specification.view(&Visible::new(&history, &known))
}
