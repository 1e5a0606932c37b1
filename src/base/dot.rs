//! One event of one identity, by number.
//!
//! A dot says only which event it is, not what that event knew; vectors and contexts say that. The law:
//! an identity counts from 1 without gaps and gives no number twice, so that a dot names one event for ever.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Canonical, Digester, Identity};

/// One event of an identity, by its number there. Sorted by identity, then by counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dot {
    /// Who made it.
    pub identity: Identity,
    /// Its number there, from 1. Number 0 is no event, and everyone has seen it.
    pub counter: u32,
}

impl Dot {
    /// The dot of this identity and number.
    #[inline]
    pub fn new(identity: Identity, counter: u32) -> Dot {
        Dot { identity, counter }
    }
}

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.identity, self.counter)
    }
}

impl Canonical for Dot {
    #[inline]
    fn feed(&self, digester: &mut Digester) {
        self.identity.feed(digester);
        self.counter.feed(digester);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_print_short_and_sort_by_identity_first() {
        let mut dots = [Dot::new(Identity(1), 1), Dot::new(Identity(0), 3), Dot::new(Identity(0), 2)];
        dots.sort();
        assert_eq!(dots.map(|dot| dot.to_string()), ["i0:2", "i0:3", "i1:1"]);
    }

    #[test]
    fn an_identity_and_a_counter_are_not_exchanged_in_a_digest() {
        assert_ne!(Digester::of(&Dot::new(Identity(1), 2)), Digester::of(&Dot::new(Identity(2), 1)));
    }
}
