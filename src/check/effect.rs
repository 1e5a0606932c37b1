//! Local effect: whoever asks for something sees it done.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Observed, ReplicaId};
use crate::model::Specification;
use crate::trace::Moment;

/// See [`ABOUT`](Effect::ABOUT).
#[derive(Debug)]
pub struct Effect<O, V> {
    specification: Specification<O, V>,
    before: Option<V>,
    judged: u64,
}

impl<O, V> Effect<O, V> {
    /// Holds writers' views against what this specification promises them.
    pub fn new(specification: Specification<O, V>) -> Effect<O, V> {
        Effect { specification, before: None, judged: 0 }
    }
}

impl Effect<(), ()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "effect",
        claim: "right after its own operation, a writer sees what it asked for",
        explained: "Where a type promises its writers that they see what they did, the view right after an accepted \
                    operation is compared with the view right before it and with what was asked for: an added \
                    element is there, a removed one is gone. All that happens between is the operation itself, so a \
                    difference cannot be another replica's doing. Types that promise no such thing (a write below \
                    the current stamp stays invisible, and rightly so) are not judged, nor are updates that become \
                    part of the state later.",
        cost: "two views for each operation of a type that promises something",
    };
}

impl<S, O, V> Check<S, O> for Effect<O, V>
where
    S: Observed<View = V>,
    O: Debug,
    V: Debug,
{
    fn about(&self) -> &'static About {
        &Effect::ABOUT
    }

    fn reset(&mut self) {
        (self.before, self.judged) = (None, 0);
    }

    fn peeks(&self) -> bool {
        self.specification.has_intent()
    }

    #[inline]
    fn stepping(&mut self, ledger: &mut Ledger<O>, replica: ReplicaId, replicas: &[S]) {
        self.before = ledger.asked().map(|_| replicas[replica.index()].view());
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        let before = self.before.take()?;
        let issued = ledger.history().get(ledger.accepted()?)?;
        let is_applied = ledger.known(replica).contains(issued.update);
        if !is_applied || !ledger.can_judge(replica) {
            return None;
        }
        self.judged += 1;
        let after = replicas[replica.index()].view();
        let missing = self.specification.intent(&before, &issued.op, &after).err()?;
        Some(Box::new(Violation {
            check: Effect::ABOUT.name,
            at: *moment,
            replicas: vec![replica],
            says: format!("{replica} accepted {}, but {missing}", words::update(ledger, issued.update)),
            expected: String::new(),
            seen: words::shown(&after),
            knowledge: vec![format!("{replica} showed {} before", words::shown(&before))],
            parted: None,
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, verdict};
    use super::*;

    fn shown() -> Specification<String, String> {
        Specification::new("what was written", |_| String::new()).intending(|_, op: &String, after: &String| {
            if after == op { Ok(()) } else { Err(format!("{after:?} is shown")) }
        })
    }

    #[test]
    fn a_writer_sees_what_it_wrote() {
        let says = |tale: &str| verdict(2, Box::new(Effect::new(shown())), tale);
        assert_eq!(says("c0 writes a at n0"), r#"n0 accepted n0#1 "a", but "" is shown"#);
        assert_eq!(says("n0 shows a \n c0 writes a at n0"), "holds");
    }

    #[test]
    fn nothing_is_asked_of_what_others_wrote_nor_where_nothing_is_promised() {
        let tale = "n0 shows a
                    c0 writes a at n0
                    n0 sends m to n1
                    m comes";
        let mute = Specification::new("what was written", |_| String::new());
        let (found, times) = judged(2, vec![Box::new(Effect::new(shown())), Box::new(Effect::new(mute))], tale);
        assert_eq!((found, times), (None, vec![1, 0]));
    }
}
