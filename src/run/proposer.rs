//! A user beside each replica, who now and then does something that makes sense there.

use std::rc::Rc;

use crate::base::{ReplicaId, TimerId};
use crate::replica::{Client, ClientContext, Proposes, Replica};
use crate::scenario::Activity;

/// Looks at its replica, and asks it for something that it proposes.
#[derive(Clone, Debug)]
pub struct Proposer(pub Rc<Activity>);

impl<R: Replica + Proposes> Client<R> for Proposer {
    const LISTENS: bool = false;

    fn start(&mut self, cx: &mut ClientContext<'_, R>) {
        cx.set_timer(TimerId(0), self.0.every);
    }

    fn timer(&mut self, timer: TimerId, cx: &mut ClientContext<'_, R>) {
        if cx.chance(self.0.odds) {
            let home = ReplicaId(cx.client().0);
            let op = cx.glance(home).propose(&mut |bound| cx.draw(bound));
            cx.ask(home, op);
        }
        cx.set_timer(timer, self.0.every);
    }
}
