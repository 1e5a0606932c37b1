//! Chance that belongs to names.
//!
//! Every open question has a name, and its answer is a keyed function of that name and the number of the
//! draw: no generator has a state that one more question could disturb. The keys come from ChaCha8 over
//! the seed, the function is XXH3 with a 64-bit key. Both are pinned by test vectors, and so is the way
//! from a word to a number in a range: those few lines are part of what a seed means.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Name;

/// Where all chance of a run comes from. Written in decimal, read in decimal or hexadecimal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedError(String);

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no seed: write a whole number below 2^64, such as `8127` or `0x1fbf`", self.0)
    }
}

impl std::error::Error for SeedError {}

impl FromStr for Seed {
    type Err = SeedError;

    fn from_str(text: &str) -> Result<Seed, SeedError> {
        let digits = text.replace('_', "");
        let seed = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            Some(hex) if hex.starts_with('+') => None,
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None if digits.starts_with('+') => None,
            None => digits.parse().ok(),
        };
        seed.map(Seed).ok_or_else(|| SeedError(text.to_owned()))
    }
}

/// What a draw is about. Each has a key of its own, so that one name may be asked about twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Concern {
    /// What the network does with a message.
    Fate,
    /// A replica's own draws.
    Replica,
    /// A client's own draws, and the requests of a drawn workload.
    Client,
    /// When and whom a drawn fault strikes.
    Fault,
    /// Which of several events at one instant comes first.
    Order,
}

const CONCERNS: usize = 5;

/// The keys of one seed, one for each [`Concern`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys([u64; CONCERNS]);

impl Keys {
    /// The keys that a seed stands for.
    pub fn new(seed: Seed) -> Keys {
        let mut key = *b"........squall: chance by name 1";
        key[..8].copy_from_slice(&seed.0.to_le_bytes());
        let mut chacha = ChaCha8Rng::from_seed(key);
        Keys(std::array::from_fn(|_| chacha.next_u64()))
    }

    /// The 64 random bits that belong to one draw.
    #[inline]
    pub fn word(&self, concern: Concern, name: Name, draw: u32) -> u64 {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&name.0.to_le_bytes());
        bytes[8..].copy_from_slice(&u64::from(draw).to_le_bytes());
        xxh3_64_with_seed(&bytes, self.0[concern as usize])
    }
}

/// A probability. Exactly 0 never happens and exactly 1 always does.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Odds {
    probability: f64,
    /// How many of the 2^64 words mean yes, less one where all do.
    threshold: u64,
}

/// A number that is no probability.
#[derive(Clone, Debug, PartialEq)]
pub struct OddsError(f64);

impl fmt::Display for OddsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no probability: it lies between 0 and 1", self.0)
    }
}

impl std::error::Error for OddsError {}

impl TryFrom<f64> for Odds {
    type Error = OddsError;

    fn try_from(p: f64) -> Result<Odds, OddsError> {
        if (0.0..=1.0).contains(&p) { Ok(Odds::known(p)) } else { Err(OddsError(p)) }
    }
}

impl From<Odds> for f64 {
    fn from(odds: Odds) -> f64 {
        odds.probability
    }
}

impl Odds {
    /// What never happens.
    pub const NEVER: Odds = Odds::known(0.0);
    /// What always happens.
    pub const ALWAYS: Odds = Odds::known(1.0);

    const fn known(probability: f64) -> Odds {
        Odds { probability, threshold: (probability * 18_446_744_073_709_551_616.0) as u64 }
    }

    /// So many in a thousand; more than a thousand is always.
    pub const fn permille(n: u32) -> Odds {
        let n = if n < 1000 { n } else { 1000 };
        Odds::known(n as f64 / 1000.0)
    }

    /// Whether it can happen at all.
    pub fn possible(self) -> bool {
        self.probability > 0.0
    }

    /// Whether this word means yes.
    #[inline]
    pub fn hit(self, word: u64) -> bool {
        word < self.threshold || self.threshold == u64::MAX
    }
}

/// A word mapped to `0..bound`, by multiplication: the bias is below `bound` in 2^64.
#[inline]
pub(crate) fn scale(word: u64, bound: u64) -> u64 {
    ((u128::from(word) * u128::from(bound)) >> 64) as u64
}

/// Answers to some draws, written down; what is not among them is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<(Concern, Name, u32), u64>);

impl Answers {
    /// Fixes the answer to one draw.
    pub fn fix(&mut self, concern: Concern, name: Name, draw: u32, answer: u64) {
        self.0.insert((concern, name, draw), answer);
    }

    /// Whether nothing is fixed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Counts through all the answers that a run asks for, depth first: each run reads one path of choices,
/// and [`advance`](Odometer::advance) moves to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Odometer {
    digits: Vec<(u64, u64)>,
    at: usize,
}

impl Odometer {
    /// The answer to a question with `bound` answers.
    ///
    /// # Panics
    /// Where the bound differs from what the same path of choices met before: the run is then no
    /// function of its choices.
    pub fn choose(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "a question without answers");
        if self.at == self.digits.len() {
            self.digits.push((0, bound));
        }
        let (answer, known) = self.digits[self.at];
        assert_eq!(known, bound, "choice {} had another number of answers the last time", self.at);
        self.at += 1;
        answer
    }

    /// Moves to the next path; false when all were tried.
    pub fn advance(&mut self) -> bool {
        self.digits.truncate(self.at);
        self.at = 0;
        while let Some((answer, bound)) = self.digits.pop() {
            if answer + 1 < bound {
                self.digits.push((answer + 1, bound));
                return true;
            }
        }
        false
    }
}

/// Answers bounded draws: by chance, from a script, or by counting through them all.
///
/// A concrete type, so that a replica's context needs no type parameter for it.
#[derive(Clone, Debug, Default)]
pub struct Dice {
    keys: Keys,
    source: Source,
}

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    Drawn,
    Scripted(Rc<Answers>),
    Enumerated(Rc<RefCell<Odometer>>),
}

impl Dice {
    /// Dice that draw all from a seed.
    pub fn new(seed: Seed) -> Dice {
        Dice { keys: Keys::new(seed), source: Source::Drawn }
    }

    /// Dice that read some answers from a script and draw the rest.
    pub fn scripted(seed: Seed, answers: Rc<Answers>) -> Dice {
        let source = if answers.is_empty() { Source::Drawn } else { Source::Scripted(answers) };
        Dice { keys: Keys::new(seed), source }
    }

    /// Dice that count through all answers; where only words will do, they come from the seed.
    pub fn enumerated(seed: Seed, odometer: Rc<RefCell<Odometer>>) -> Dice {
        Dice { keys: Keys::new(seed), source: Source::Enumerated(odometer) }
    }

    /// The keys behind them.
    #[inline]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// A number below `bound`; 0 where the bound is 0.
    #[inline]
    pub fn below(&self, concern: Concern, name: Name, draw: u32, bound: u64) -> u64 {
        match self.source {
            Source::Drawn => scale(self.keys.word(concern, name, draw), bound),
            _ => self.given(concern, name, draw, bound),
        }
    }

    /// Whether something of these odds happens.
    #[inline]
    pub fn chance(&self, concern: Concern, name: Name, draw: u32, odds: Odds) -> bool {
        match self.source {
            Source::Drawn => odds.hit(self.keys.word(concern, name, draw)),
            _ if odds == Odds::NEVER => false,
            _ if odds == Odds::ALWAYS => true,
            Source::Scripted(ref answers) => match answers.0.get(&(concern, name, draw)) {
                Some(answer) => *answer != 0,
                None => odds.hit(self.keys.word(concern, name, draw)),
            },
            Source::Enumerated(ref odometer) => odometer.borrow_mut().choose(2) != 0,
        }
    }

    #[cold]
    fn given(&self, concern: Concern, name: Name, draw: u32, bound: u64) -> u64 {
        match &self.source {
            Source::Enumerated(odometer) if bound > 1 => odometer.borrow_mut().choose(bound),
            Source::Enumerated(_) => 0,
            Source::Scripted(answers) if answers.0.contains_key(&(concern, name, draw)) => {
                answers.0[&(concern, name, draw)].min(bound.saturating_sub(1))
            }
            _ => scale(self.keys.word(concern, name, draw), bound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_read_in_both_notations() {
        assert_eq!("8127".parse(), Ok(Seed(8127)));
        assert_eq!("0x1fbf".parse(), Ok(Seed(8127)));
        assert_eq!("1_000_000".parse(), Ok(Seed(1_000_000)));
        for wrong in ["", "-1", "+1", "0x", "0x+1", "12a", "18446744073709551616"] {
            let error = wrong.parse::<Seed>().expect_err(wrong).to_string();
            assert!(error.contains("`8127` or `0x1fbf`"), "{error}");
        }
    }

    #[test]
    fn words_are_pinned() {
        let keys = Keys::new(Seed(42));
        assert_eq!(
            format!("{:x?}", keys.0),
            "[71a7459113b9d640, 67407ec2311f1dbd, ade4deb8555b78ef, ebf76b2b402ccd64, 64f23edf318a0c16]"
        );
        assert_eq!(format!("{:x}", keys.word(Concern::Fate, Name(1), 0)), "8b1cbae2023fa16");
        assert_eq!(format!("{:x}", keys.word(Concern::Order, Name(u64::MAX), 7)), "5c2e1675b7b7df2b");
    }

    #[test]
    fn a_word_lands_in_its_range() {
        assert_eq!(scale(0, 10), 0);
        assert_eq!(scale(u64::MAX, 10), 9);
        assert_eq!(scale(u64::MAX / 2, 10), 4);
        assert_eq!(scale(u64::MAX, 0), 0);
        assert_eq!(scale(u64::MAX, u64::MAX), u64::MAX - 1);
    }

    #[test]
    fn never_and_always_mean_it() {
        for word in [0, 1, u64::MAX - 1, u64::MAX] {
            assert!(!Odds::NEVER.hit(word));
            assert!(Odds::ALWAYS.hit(word));
        }
        assert!(Odds::permille(500).hit(u64::MAX / 2));
        assert!(!Odds::permille(500).hit(u64::MAX / 2 + 1));
        for wrong in [1.5, -0.1, f64::NAN, f64::INFINITY] {
            assert!(Odds::try_from(wrong).is_err(), "{wrong}");
        }
    }

    /// Chi-squared over 64 cells: the 99.99 % quantile for 63 degrees of freedom is 114.
    #[track_caller]
    fn even(counts: &[u64; 64]) {
        let expected = counts.iter().sum::<u64>() as f64 / 64.0;
        let chi: f64 = counts.iter().map(|&n| (n as f64 - expected).powi(2) / expected).sum();
        assert!(chi < 114.0, "chi-squared {chi:.1} over 64 cells: {counts:?}");
    }

    #[test]
    fn neighbouring_names_draws_and_seeds_are_unrelated() {
        let keys = Keys::new(Seed(0));
        let seeds: Vec<Keys> = (0..1 << 16).map(|seed| Keys::new(Seed(seed))).collect();
        for shift in [0, 29, 58] {
            let cell = |word: u64| (word >> shift & 63) as usize;
            let (mut names, mut draws, mut seeded, mut differences) = ([0; 64], [0; 64], [0; 64], [0; 64]);
            for i in 0..1u32 << 16 {
                let word = keys.word(Concern::Fate, Name(u64::from(i)), 0);
                let next = keys.word(Concern::Fate, Name(u64::from(i)), 1);
                names[cell(word)] += 1;
                draws[cell(keys.word(Concern::Fate, Name(7), i))] += 1;
                seeded[cell(seeds[i as usize].word(Concern::Fate, Name(7), 0))] += 1;
                differences[cell(word ^ next)] += 1;
            }
            for counts in [names, draws, seeded, differences] {
                even(&counts);
            }
        }
    }

    #[test]
    fn one_changed_bit_changes_half_of_the_word() {
        let keys = Keys::new(Seed(3));
        for bit in 0..64 {
            let changed: u32 = (0..1000u64)
                .map(|i| {
                    let name = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    let word = |name| keys.word(Concern::Replica, Name(name), 2);
                    (word(name) ^ word(name ^ 1 << bit)).count_ones()
                })
                .sum();
            assert!((31_000..33_000).contains(&changed), "bit {bit} changes {changed} bits in 1000 words");
        }
    }

    #[test]
    fn scripted_answers_are_given_and_the_rest_is_drawn() {
        let mut answers = Answers::default();
        answers.fix(Concern::Replica, Name(5), 0, 3);
        answers.fix(Concern::Replica, Name(5), 1, 99);
        let scripted = Dice::scripted(Seed(1), Rc::new(answers));
        let drawn = Dice::new(Seed(1));
        let draw = |dice: &Dice, name, nth| dice.below(Concern::Replica, Name(name), nth, 10);
        assert_eq!(draw(&scripted, 5, 0), 3);
        assert_eq!(draw(&scripted, 5, 1), 9, "an answer that no longer fits becomes the largest that does");
        assert_eq!(draw(&scripted, 5, 2), draw(&drawn, 5, 2));
        assert_eq!(draw(&scripted, 6, 0), draw(&drawn, 6, 0));
    }

    #[test]
    fn an_odometer_visits_every_path_once() {
        let odometer = Rc::new(RefCell::new(Odometer::default()));
        let dice = Dice::enumerated(Seed(0), Rc::clone(&odometer));
        let mut seen = Vec::new();
        loop {
            let first = dice.below(Concern::Replica, Name(0), 0, 3);
            let second = if first == 1 { dice.below(Concern::Replica, Name(0), 1, 2) } else { 0 };
            seen.push((first, second));
            if !odometer.borrow_mut().advance() {
                break;
            }
        }
        assert_eq!(seen, [(0, 0), (1, 0), (1, 1), (2, 0)]);
    }
}
