//! Equality that a protocol finds is there.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Observed, ReplicaId};
use crate::trace::Moment;

/// See [`ABOUT`](Equal::ABOUT).
#[derive(Debug, Default)]
pub struct Equal {
    judged: u64,
}

impl Equal {
    /// What it is.
    pub const ABOUT: About = About {
        name: "equal",
        claim: "states that a protocol takes for equal are equal",
        explained: "A sync that compares digests stops talking where they are equal, though one side may know of an \
                    update that the other never heard of: one that was superseded before it was told, or that changed \
                    nothing. It may say that the states are equal; then each state, as it was when the digest left and \
                    as it is now, is looked at by other means than the protocol's. Where they are equal both sides \
                    know the same from then on. Where they are not, replicas that differ will never tell each other: \
                    a root in which different leaves cancel out, a version vector over a gap, a number used twice.",
        cost: "one digest of the state for each digest that is sent, and for each that is found equal",
    };
}

impl<S: Observed, O: Debug> Check<S, O> for Equal {
    fn about(&self) -> &'static About {
        &Equal::ABOUT
    }

    fn reset(&mut self) {
        self.judged = 0;
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        let claim = ledger.claim()?;
        self.judged += 1;
        if claim.holds {
            return None;
        }
        let (other, knew) = (claim.to, ledger.minds().known(claim.knew));
        Some(Box::new(Violation {
            check: Equal::ABOUT.name,
            at: *moment,
            replicas: vec![replica, other],
            says: format!(
                "{replica} takes its state for equal to that of {other} when {other} sent it a digest, and it is not"
            ),
            expected: String::new(),
            seen: format!("{}, by {replica}", words::shown(&replicas[replica.index()].view())),
            knowledge: vec![
                format!("{replica} knows {}", words::known(ledger, ledger.known(replica))),
                format!("{other} knew {}", words::known(ledger, knew)),
            ],
            parted: Some(words::doing(ledger, replica, moment)),
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::judged;
    use super::super::{Judge, Ledger};
    use super::*;

    /// What it says of a tale of two, or how often it judged.
    #[track_caller]
    fn says(tale: &str, expected: &str) {
        let (found, judged) = judged(2, vec![Box::new(Equal::default())], tale);
        assert_eq!(found.map_or_else(|| format!("judged {}", judged[0]), |violation| violation.says), expected);
    }

    #[test]
    fn states_that_are_equal_make_both_know_the_same() {
        let tale = "c0 writes a at n0
                    c1 writes b at n1
                    n0 shows x
                    n1 shows x
                    n0 sends m to n1 with digest
                    c0 writes c at n0
                    m comes as equal";
        says(tale, "judged 1");
        let mut judge = Judge::new(Ledger::new(|_| None), Vec::new());
        super::super::testing::tell(2, tale, &mut judge);
        let known = [0, 1].map(|slot| judge.ledger().known(ReplicaId(slot)).to_string());
        assert_eq!(known, ["{n0#1–2}", "{n0#1, n1#1}"], "what the sender knew when it sent, and nothing later");
    }

    #[test]
    fn states_that_are_not_equal_are_told() {
        let wrong = "n1 takes its state for equal to that of n0 when n0 sent it a digest, and it is not";
        says("c0 writes a at n0\n n0 shows x\n n0 sends m to n1 with digest\n m comes as equal", wrong);
        // It is the state at the time of sending that counts.
        let later = "c0 writes a at n0\n n0 sends m to n1 with digest\n n0 shows x\n n1 shows x\n m comes as equal";
        says(later, wrong);
    }

    #[test]
    fn who_knows_the_same_or_got_no_digest_is_not_judged() {
        says("n0 shows x\n n0 sends m to n1 with digest\n m comes as equal", "judged 0");
        says("c0 writes a at n0\n n0 sends m to n1 with nothing\n m comes as equal", "judged 0");
    }
}
