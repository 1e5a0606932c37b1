//! What the messages of a recorded run are called in files: by which chain each came about.

use std::collections::BTreeMap;

use super::{Kind, Trace};
use crate::base::{Hop, Incarnation, Name, Path, ReplicaId, Root, TimerId};

/// The path of every message of a run.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    messages: BTreeMap<Name, Path>,
}

impl Paths {
    /// Those of a recording, in which requests of these names have roots of their own.
    pub fn of(trace: &Trace, requests: &BTreeMap<Name, Root>) -> Paths {
        let mut paths = Paths::default();
        let mut lives: BTreeMap<ReplicaId, Incarnation> = BTreeMap::new();
        let mut set: BTreeMap<(ReplicaId, Incarnation, TimerId), u32> = BTreeMap::new();
        let mut handled: Option<Path> = None;
        let mut sent: BTreeMap<ReplicaId, u32> = BTreeMap::new();
        let rooted = |root| Some(Path { root, hops: Vec::new() });
        for record in trace.records() {
            let begun = match &record.kind {
                Kind::Start { replica, .. } => rooted(Root::Start(*replica, Incarnation(0))),
                Kind::Restart { replica, incarnation, .. } => {
                    lives.insert(*replica, *incarnation);
                    rooted(Root::Start(*replica, *incarnation))
                }
                Kind::Request { request, .. } => {
                    let plain = || Root::Request(request.client, request.nth);
                    rooted(requests.get(&record.moment.name).cloned().unwrap_or_else(plain))
                }
                Kind::Timer { replica, timer } => {
                    let life = lives.get(replica).copied().unwrap_or_default();
                    let times = set.get(&(*replica, life, *timer)).copied().unwrap_or_default();
                    rooted(Root::Timer(*replica, life, *timer, times.saturating_sub(1)))
                }
                Kind::Deliver { message, copy, .. } => paths.messages.get(message).map(|path| {
                    let mut path = path.clone();
                    if let Some(last) = path.hops.last_mut() {
                        last.copy = *copy;
                    }
                    path
                }),
                Kind::SetTimer { replica, timer, .. } => {
                    let life = lives.get(replica).copied().unwrap_or_default();
                    *set.entry((*replica, life, *timer)).or_default() += 1;
                    continue;
                }
                Kind::Send { message, to, .. } => {
                    let nth = sent.entry(*to).or_default();
                    if let Some(mut path) = handled.clone() {
                        path.hops.push(Hop { to: *to, nth: *nth, copy: 0 });
                        paths.messages.insert(*message, path);
                    }
                    *nth += 1;
                    continue;
                }
                _ => continue,
            };
            handled = begun;
            sent.clear();
        }
        paths
    }

    /// The path of a message, if its name says what that path says.
    pub fn get(&self, message: Name) -> Option<&Path> {
        self.messages.get(&message).filter(|path| path.name() == message)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether no message was sent.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}
