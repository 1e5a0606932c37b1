//! Flags: what clients ask of one. They are shown whether it is enabled; at first it is not. What
//! concurrent operations come to is not decided here.

use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

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
