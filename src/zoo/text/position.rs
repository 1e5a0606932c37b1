//! Positions between which there is always another one.
//!
//! A position is a path of digits, read like a fraction: each step adds a finer digit. A step also bears
//! the name of the element that it was made for, so that two writers who choose the same digits still have
//! two positions, with room between them. The law: positions are dense, since none ends in the digit 0,
//! below which there would be no room; and none is given twice, since its last step bears its own name.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::base::Dot;

/// One step of a path: ordered by digit, then by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Step {
    /// Below the base of its depth.
    pub digit: u32,
    /// The element for which the step was made.
    pub dot: Dot,
}

/// Where an element stands, and which it is: ordered step by step, and a path before what goes on from it.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(Vec<Step>);

impl Clone for Position {
    fn clone(&self) -> Position {
        Position(self.0.clone())
    }

    fn clone_from(&mut self, source: &Position) {
        self.0.clone_from(&source.0);
    }
}

/// Which of the free positions between two is taken.
pub trait Allocation {
    /// How many digits there are at a depth, from 0; at least 2, at most 2^31.
    fn base(depth: usize) -> u32;

    /// How far at most a new position lies from the one that it is reckoned from, in digits; at least 1.
    const BOUNDARY: u64;

    /// Whether new positions of this depth are reckoned down from the right neighbour, and not up from the
    /// left one.
    fn from_right(depth: usize) -> bool;
}

/// What chance belongs to, where a position is chosen.
const KEY: u64 = u64::from_le_bytes(*b"position");

/// Random bits that belong to an element and a depth: the same on every replica and platform.
pub(super) fn word(dot: Dot, depth: usize) -> u64 {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&dot.identity.0.to_le_bytes());
    bytes[4..8].copy_from_slice(&dot.counter.to_le_bytes());
    bytes[8..].copy_from_slice(&(depth as u64).to_le_bytes());
    xxh3_64_with_seed(&bytes, KEY)
}

impl Position {
    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The element that stands here.
    pub fn dot(&self) -> Option<Dot> {
        self.0.last().map(|step| step.dot)
    }

    /// A position for a new element between two neighbours; none stands for the front or the end.
    ///
    /// The digits of both neighbours are read as numbers, at the first depth where there are whole numbers
    /// between them. One of these is chosen, and written with the steps of the left neighbour as far as it
    /// agrees with that, or else with those of the right one.
    pub fn between<A: Allocation>(left: Option<&Position>, right: Option<&Position>, dot: Dot) -> Position {
        let left = left.map_or(&[][..], Position::steps);
        let right = right.map(Position::steps);
        let digits = choose::<A>(left, right, dot);
        let (mut along_left, mut along_right) = (true, right.is_some());
        let right = right.unwrap_or(&[]);
        let mut steps = Vec::with_capacity(digits.len());
        for (depth, digit) in digits.into_iter().enumerate() {
            let same = |step: &&Step| step.digit == digit;
            let step = match (left.get(depth).filter(same), right.get(depth).filter(same)) {
                (Some(step), _) if along_left => *step,
                (_, Some(step)) if along_right => *step,
                _ => Step { digit, dot },
            };
            // An exhausted left neighbour sets no bound any more: all that goes on from it lies behind it.
            along_left &= left.get(depth).is_none_or(|left| *left == step);
            along_right &= right.get(depth) == Some(&step);
            steps.push(step);
        }
        debug_assert_eq!(steps.last().map(|step| step.dot), Some(dot), "a position bears its element's name");
        Position(steps)
    }
}

/// The digits of a new position.
fn choose<A: Allocation>(left: &[Step], right: Option<&[Step]>, dot: Dot) -> Vec<u32> {
    let digit = |steps: &[Step], depth: usize| steps.get(depth).map_or(0, |step| step.digit);
    let mut lower: Vec<u32> = Vec::with_capacity(left.len() + 1);
    // The bound above, as digits: those of the right neighbour, up to the depth where the two part with the
    // same digit. From there on all that goes on from the left one is free.
    let mut upper: Vec<u32> = Vec::with_capacity(left.len() + 1);
    let (mut room, mut bounded) = (u64::from(right.is_none()), right.is_some());
    loop {
        let depth = lower.len();
        let base = A::base(depth);
        let low = digit(left, depth);
        lower.push(low);
        let high = if bounded { digit(right.unwrap_or(&[]), depth) } else { 0 };
        upper.push(high);
        room = room * u64::from(base) + u64::from(high) - u64::from(low);
        let parted = |right: &[Step]| left.get(depth).is_some_and(|left| right.get(depth) != Some(left));
        if room == 0 && bounded && right.is_some_and(parted) {
            (room, bounded) = (1, false);
            raise::<A>(&mut upper, 1);
        }
        if room >= 2 {
            break;
        }
    }
    let depth = lower.len() - 1;
    let far = 1 + word(dot, depth) % (room - 1).min(A::BOUNDARY);
    let mut digits = if A::from_right(depth) {
        sink::<A>(&mut upper, far);
        upper
    } else {
        raise::<A>(&mut lower, far);
        lower
    };
    while digits.last() == Some(&0) {
        let depth = digits.len();
        digits.push(1 + (word(dot, depth) % u64::from(A::base(depth) - 1).min(A::BOUNDARY)) as u32);
    }
    digits
}

/// Adds to the number that the digits stand for. What is carried out of the first digit is dropped: it
/// arises for bounds only, where the difference alone counts.
fn raise<A: Allocation>(digits: &mut [u32], by: u64) {
    let mut carry = by;
    for (depth, digit) in digits.iter_mut().enumerate().rev() {
        let base = u64::from(A::base(depth));
        let sum = u64::from(*digit) + carry;
        *digit = (sum % base) as u32;
        carry = sum / base;
    }
}

/// Takes from the number that the digits stand for.
fn sink<A: Allocation>(digits: &mut [u32], by: u64) {
    let mut borrow = by;
    for (depth, digit) in digits.iter_mut().enumerate().rev() {
        let base = u64::from(A::base(depth));
        let taken = borrow % base;
        borrow /= base;
        if u64::from(*digit) < taken {
            *digit = (u64::from(*digit) + base - taken) as u32;
            borrow += 1;
        } else {
            *digit -= taken as u32;
        }
    }
}
