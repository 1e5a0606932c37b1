//! A user beside each replica, who now and then does something that makes sense there.

use crate::base::{ReplicaId, TimerId};
use crate::replica::{Client, ClientContext, DataType};
use crate::scenario::Activity;
use crate::zoo::sync::{Ask, Protocol, Synced};

/// Looks at its replica, and asks it for an operation that its data type proposes.
#[derive(Clone, Debug)]
pub struct Proposer(pub Activity);

impl<P: Protocol> Client<Synced<P>> for Proposer {
    const LISTENS: bool = false;

    fn start(&mut self, cx: &mut ClientContext<'_, Synced<P>>) {
        cx.set_timer(TimerId(0), self.0.every);
    }

    fn timer(&mut self, timer: TimerId, cx: &mut ClientContext<'_, Synced<P>>) {
        if cx.chance(self.0.odds) {
            let home = ReplicaId(cx.client().0);
            let op = cx.glance(home).value().propose(&mut |bound| cx.draw(bound));
            cx.ask(home, Ask::Do(op));
        }
        cx.set_timer(timer, self.0.every);
    }
}
