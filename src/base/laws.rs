//! For tests only: seeded draws, and the laws that every merge keeps.

use std::fmt::Debug;

use super::{Concern, Dice, Name, Seed};

/// Numbers below the asked bound, one after the other, the same for the same seed.
pub(super) fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
    move |bound| {
        draw += 1;
        dice.below(Concern::Replica, Name(0), draw, bound)
    }
}

/// Checks on three values that the merge is commutative, associative and idempotent.
#[track_caller]
pub(super) fn is_a_join<T: Clone + PartialEq + Debug>(a: &T, b: &T, c: &T, merge: impl Fn(&mut T, &T)) {
    let join = |left: &T, right: &T| {
        let mut left = left.clone();
        merge(&mut left, right);
        left
    };
    assert_eq!(join(a, b), join(b, a), "the order of two matters");
    assert_eq!(join(&join(a, b), c), join(a, &join(b, c)), "the grouping of three matters");
    assert_eq!(&join(a, a), a, "a value changes itself");
    assert_eq!(join(&join(a, b), b), join(a, b), "a second merge of the same changes something");
}
