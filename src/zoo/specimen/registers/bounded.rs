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
    system(|state, now| state.current().is_none_or(|current| Time(current.write.physical) <= now + MOST))
}

fn system(trusts: fn(&Register, Time) -> bool) -> AnySystem {
    let specification: Specification<RegisterOp<String>, Option<String>> =
        last_writer(Source::Hybrid).ahead_by_at_most(MOST);
    System::made(specification, move |_, pace| Gossip::saving(Register::new(), Clone::clone, pace).trusting(trusts))
        .into()
}
