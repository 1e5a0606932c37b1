//! Hybrid stamps that are promised to stay near the own clock.
//!
//! The bound holds only where readings from further ahead are not followed: then what comes from there is left
//! alone until the own clock is nearer, and whoever sends it is not heard until then.

use crate::base::{Hybrid, Span, Time};
use crate::model::register::{RegisterOp, last_writer};
use crate::model::{Source, Specification};
use crate::zoo::register::LwwRegister;
use crate::zoo::specimen::gossip::Gossip;
use crate::zoo::specimen::{Need, Specimen};
use crate::zoo::{AnySystem, System};

type Register = LwwRegister<String, Hybrid>;

/// How far ahead of the own clock a stamp may lie.
const MOST: Span = Span::millis(500);

pub(super) const TRUSTS_THE_FUTURE: Specimen = Specimen {
    name: "hybrid_clock_that_trusts_the_future",
    mistake: "stamps are promised to stay within half a second of the own clock, and every reading is followed",
    known_from: "Logical Physical Clocks (2014), which leaves out what lies too far ahead, read without that part",
    harm: "one machine whose clock is years ahead takes all others along, and they do not come back",
    caught_by: "stamps",
    needs: &[Need::ClockAhead],
    story: "the clock of n0 is minutes ahead; n0 writes, n1 merges, and writes",
    system: || system(|_, _| true),
};

/// The same that leaves alone what lies too far ahead.
pub(super) fn wary() -> AnySystem {
    system(is_near)
}

fn is_near(state: &Register, now: Time) -> bool {
    state.current().is_none_or(|current| Time(current.write.physical) <= now + MOST)
}

fn system(trusts: fn(&Register, Time) -> bool) -> AnySystem {
    let specification: Specification<RegisterOp<String>, Option<String>> =
        last_writer(Source::Hybrid).ahead_by_at_most(MOST);
    System::made(specification, move |_, pace| Gossip::saving(Register::new(), Clone::clone, pace).trusting(trusts))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replica::{Site, StateBased};

    #[test]
    fn what_lies_too_far_ahead_is_left_alone_until_the_own_clock_is_near() {
        let written = |at: Time| {
            let mut register = Register::new();
            register.apply(&RegisterOp::Write("a".to_owned()), Site::of(0).at(at.0)).expect("a write");
            register
        };
        let now = Time::START + Span::secs(60);
        assert!(is_near(&Register::new(), now) && is_near(&written(now + MOST), now));
        let ahead = written(now + Span::millis(501));
        assert_eq!([now, now + Span::millis(1)].map(|now| is_near(&ahead, now)), [false, true]);
    }
}
