//! Flags: what clients ask of one, and what the kinds of flags show. They are shown whether it is enabled;
//! at first it is not.

use serde::{Deserialize, Serialize};

use super::{Issued, Specification, Visible, seen_by};

/// What a client can ask of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FlagOp {
    /// Enable it.
    Enable,
    /// Disable it.
    Disable,
}

impl FlagOp {
    /// An operation worth trying on a flag that shows this: mostly a change, at times a repeat, which is
    /// an update as well. `pick` gives a number below its argument.
    pub fn propose(enabled: bool, pick: &mut dyn FnMut(u64) -> u64) -> FlagOp {
        let change = pick(3) > 0;
        if enabled == change { FlagOp::Disable } else { FlagOp::Enable }
    }
}

/// A flag that is enabled when some enable was seen by no disable.
pub fn enable_wins() -> Specification<FlagOp, bool> {
    let view = |visible: &Visible<'_, FlagOp>| {
        let (enables, disables) = sorts(visible);
        let disabled = seen_by(&disables);
        enables.iter().any(|enable| !disabled.contains(enable.update))
    };
    Specification::new("enable-wins flag", view).intending(as_asked)
}

/// A flag that is enabled when it ever was, and every disable was seen by some enable.
pub fn disable_wins() -> Specification<FlagOp, bool> {
    let view = |visible: &Visible<'_, FlagOp>| {
        let (enables, disables) = sorts(visible);
        let answered = seen_by(&enables);
        !enables.is_empty() && disables.iter().all(|disable| answered.contains(disable.update))
    };
    Specification::new("disable-wins flag", view).intending(as_asked)
}

/// The enables and the disables.
fn sorts<'a>(visible: &Visible<'a, FlagOp>) -> (Vec<&'a Issued<FlagOp>>, Vec<&'a Issued<FlagOp>>) {
    visible.iter().partition(|update| update.op == FlagOp::Enable)
}

fn as_asked(_: &bool, op: &FlagOp, after: &bool) -> Result<(), String> {
    match (op, after) {
        (FlagOp::Enable, false) => Err("the flag was enabled and shows that it is not".to_owned()),
        (FlagOp::Disable, true) => Err("the flag was disabled and shows that it is not".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::shown;
    use super::*;

    #[test]
    fn an_unseen_enable_wins_in_one_flag_and_an_unanswered_disable_in_the_other() {
        use FlagOp::{Disable, Enable};
        let both = |told: &[(&'static str, FlagOp, &'static str)]| {
            [enable_wins(), disable_wins()].map(|flag| shown(&flag, told.iter().copied()))
        };
        assert_eq!(both(&[]), [false, false]);
        assert_eq!(both(&[("e", Enable, "")]), [true, true]);
        assert_eq!(both(&[("e", Enable, ""), ("d", Disable, "e")]), [false, false]);
        assert_eq!(both(&[("e", Enable, ""), ("d", Disable, "")]), [true, false]);
        assert_eq!(both(&[("d", Disable, ""), ("e", Enable, "d")]), [true, true]);
        assert_eq!(both(&[("d", Disable, ""), ("e", Enable, "d"), ("c", Disable, "")]), [true, false]);
        let answered = [("c", Disable, ""), ("d", Disable, ""), ("e", Enable, "c"), ("f", Enable, "d")];
        assert_eq!(both(&answered), [true, true], "each disable was answered by some enable");
    }

    #[test]
    fn whoever_sets_a_flag_sees_it_set() {
        for flag in [enable_wins(), disable_wins()] {
            assert!(flag.intent(&true, &FlagOp::Disable, &true).is_err());
            assert!(flag.intent(&false, &FlagOp::Enable, &false).is_err());
            assert!(flag.intent(&false, &FlagOp::Enable, &true).is_ok());
        }
    }

    #[test]
    fn a_flag_is_mostly_changed_and_at_times_set_to_what_it_is() {
        assert_eq!([0, 1, 2].map(|n| FlagOp::propose(true, &mut |_| n)), {
            use FlagOp::{Disable, Enable};
            [Enable, Disable, Disable]
        });
        assert_eq!(FlagOp::propose(false, &mut |_| 0), FlagOp::Disable);
        assert_eq!(FlagOp::propose(false, &mut |_| 1), FlagOp::Enable);
    }
}
