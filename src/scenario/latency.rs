//! How long a message takes: a few shapes, each a pure function of one random word.
//!
//! Knows nothing of links, queues or faults, and draws nothing itself. The same shape and the same word
//! give the same span on every platform; recorded runs depend on that.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Odds, Span};

/// How the times that messages take are spread.
///
/// ```
/// use squall::base::Span;
/// use squall::scenario::Latency;
/// let latency = Latency::Uniform(Span::millis(1), Span::millis(20));
/// assert_eq!(latency.to_string(), "uniform 1ms to 20ms");
/// assert_eq!(latency.sample(0), Span::millis(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Latency {
    /// Always the same.
    Constant(Span),
    /// Anything from the first to the second, both included, equally likely.
    Uniform(Span, Span),
    /// A bell: two thirds lie within one deviation of the mean, all within six, none below zero.
    Normal {
        /// The middle.
        mean: Span,
        /// The standard deviation.
        deviation: Span,
    },
    /// Mostly short and sometimes very long: a bounded Pareto-like tail, where the odds to exceed
    /// `least` by some span fall as the inverse of that span.
    HeavyTail {
        /// The shortest.
        least: Span,
        /// Half are shorter, half are longer.
        median: Span,
        /// The longest.
        most: Span,
    },
    /// Two uniform ranges, as where some messages stay in the building and some cross an ocean.
    TwoPeaks {
        /// The lower range, both ends included.
        near: (Span, Span),
        /// The higher range, both ends included.
        far: (Span, Span),
        /// How likely the higher range is.
        far_share: Odds,
    },
}

impl Latency {
    /// Whether the numbers fit together.
    pub fn check(&self) -> Result<(), LatencyError> {
        match *self {
            Latency::Constant(_) => Ok(()),
            Latency::Uniform(low, high) => upright(low, high),
            Latency::Normal { mean, deviation } if deviation > mean => Err(LatencyError::Wide { mean, deviation }),
            Latency::Normal { .. } => Ok(()),
            Latency::HeavyTail { least, median, most } => {
                if least > median || median > most {
                    Err(LatencyError::Unordered { least, median, most })
                } else if most.0 - median.0 < median.0 - least.0 {
                    Err(LatencyError::NoTail { most, needed: median + Span(median.0 - least.0) })
                } else {
                    Ok(())
                }
            }
            Latency::TwoPeaks { near, far, .. } => {
                upright(near.0, near.1)?;
                upright(far.0, far.1)?;
                if far.0 < near.1 { Err(LatencyError::Overlap { near: near.1, far: far.0 }) } else { Ok(()) }
            }
        }
    }

    /// The span that a random word stands for.
    ///
    /// Total: numbers that [`check`](Latency::check) refuses give some span, too.
    #[inline]
    pub fn sample(&self, word: u64) -> Span {
        match *self {
            Latency::Constant(span) => span,
            Latency::Uniform(low, high) => between(low, high, word),
            Latency::Normal { mean, deviation } => {
                bell(mean, deviation, quarters(word) + quarters(further(word, 1)) + quarters(further(word, 2)))
            }
            Latency::HeavyTail { least, median, most } => tail(least, median, most, word),
            Latency::TwoPeaks { near, far, far_share } => {
                let (low, high) = if far_share.hit(word) { far } else { near };
                between(low, high, further(word, 1))
            }
        }
    }

    /// The shortest that any word gives.
    pub fn least(&self) -> Span {
        match *self {
            Latency::Constant(span) => span,
            Latency::Uniform(low, _) => low,
            Latency::Normal { mean, deviation } => bell(mean, deviation, 0),
            Latency::HeavyTail { least, .. } => least,
            Latency::TwoPeaks { near, far_share: Odds::NEVER, .. } => near.0,
            Latency::TwoPeaks { far, far_share: Odds::ALWAYS, .. } => far.0,
            Latency::TwoPeaks { near, far, .. } => near.0.min(far.0),
        }
    }

    /// What one message in the middle takes: the median, or for two peaks the middle of the likelier.
    pub fn typical(&self) -> Span {
        match *self {
            Latency::Constant(span) => span,
            Latency::Uniform(low, high) => middle(low, high),
            Latency::Normal { mean, .. } => mean,
            Latency::HeavyTail { median, .. } => median,
            Latency::TwoPeaks { near, far, far_share } => {
                let (low, high) = if far_share > Odds::permille(500) { far } else { near };
                middle(low, high)
            }
        }
    }
}

fn upright(low: Span, high: Span) -> Result<(), LatencyError> {
    if low > high { Err(LatencyError::UpsideDown { low, high }) } else { Ok(()) }
}

fn middle(low: Span, high: Span) -> Span {
    low + Span(high.0.saturating_sub(low.0) / 2)
}

/// The word scaled to `low..=high`. The product of word and width plus one fits 128 bits for every width.
#[inline]
fn between(low: Span, high: Span, word: u64) -> Span {
    let width = high.0.saturating_sub(low.0);
    let product = u128::from(word) * u128::from(width) + u128::from(word);
    low + Span((product >> 64) as u64)
}

/// The n-th further word that follows from a first one, by the mixing function of SplitMix64 (Steele,
/// Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
#[inline]
fn further(word: u64, nth: u64) -> u64 {
    let mut mixed = word.wrapping_add(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The sum of the four 16-bit pieces of a word.
#[inline]
fn quarters(word: u64) -> u64 {
    (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48)
}

/// Mean and deviation applied to the sum of twelve uniform 16-bit pieces.
///
/// Twelve, because their sum then has a standard deviation of one piece's range: a shift divides by it.
#[inline]
fn bell(mean: Span, deviation: Span, sum_of_twelve: u64) -> Span {
    const CENTRE: i128 = 12 * 0xffff / 2;
    let offset = (i128::from(deviation.0) * (i128::from(sum_of_twelve) - CENTRE)) >> 16;
    Span((i128::from(mean.0) + offset).clamp(0, i128::from(u64::MAX)) as u64)
}

/// The fractional linear map of the unit interval that meets `least` at 0, `median` at 1/2 and `most` at 1.
///
/// Only the four basic operations on floats, which are exact to the last bit everywhere.
#[inline]
fn tail(least: Span, median: Span, most: Span, word: u64) -> Span {
    let share = (word >> 11) as f64 / 9_007_199_254_740_992.0;
    let to_median = median.0.saturating_sub(least.0) as f64;
    let to_most = most.0.saturating_sub(least.0) as f64;
    let excess = to_most * to_median * share / ((to_most - to_median) * (1.0 - share) + to_median * share);
    // Where all three are equal this divides zero by zero; the cast makes that no excess.
    (least + Span(excess as u64)).min(most)
}

/// Why the numbers of a latency do not fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LatencyError {
    /// A range that ends before it begins.
    UpsideDown {
        /// Where it begins.
        low: Span,
        /// Where it ends.
        high: Span,
    },
    /// A bell that would be cut at zero.
    Wide {
        /// Its mean.
        mean: Span,
        /// Its deviation.
        deviation: Span,
    },
    /// A heavy tail whose three spans do not rise.
    Unordered {
        /// The shortest.
        least: Span,
        /// The median.
        median: Span,
        /// The longest.
        most: Span,
    },
    /// A heavy tail that is shorter than what comes before the median.
    NoTail {
        /// The longest.
        most: Span,
        /// What the longest should be at least.
        needed: Span,
    },
    /// Two peaks that overlap, or lie the wrong way round.
    Overlap {
        /// Where the near one ends.
        near: Span,
        /// Where the far one begins.
        far: Span,
    },
}

impl fmt::Display for LatencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LatencyError::UpsideDown { low, high } => {
                write!(f, "{low} to {high} is upside down: write the shorter first, `{high}` to `{low}`")
            }
            LatencyError::Wide { mean, deviation } => {
                write!(f, "a deviation of {deviation} around {mean} would reach below zero: make it at most {mean}")
            }
            LatencyError::Unordered { least, median, most } => {
                write!(f, "least {least}, median {median}, most {most} do not rise: none may be below the one before")
            }
            LatencyError::NoTail { most, needed } => write!(
                f,
                "at most {most} leaves less room above the median than below it, which is no heavy tail: \
                 make it at least {needed}"
            ),
            LatencyError::Overlap { near, far } => {
                write!(f, "the far peak begins at {far}, before the near one ends: begin it at {near} or later")
            }
        }
    }
}

impl std::error::Error for LatencyError {}

/// `uniform 1ms to 20ms`, and the like for the others.
impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Latency::Constant(span) => write!(f, "always {span}"),
            Latency::Uniform(low, high) => write!(f, "uniform {low} to {high}"),
            Latency::Normal { mean, deviation } => write!(f, "normal {mean}, deviation {deviation}"),
            Latency::HeavyTail { least, median, most } => {
                write!(f, "heavy tail from {least}, median {median}, at most {most}")
            }
            Latency::TwoPeaks { near, far, far_share } => {
                let share = f64::from(*far_share);
                write!(f, "{} to {}, with odds {share} {} to {}", near.0, near.1, far.0, far.1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Concern, Keys, Name, Seed};

    const fn ms(n: u64) -> Span {
        Span::millis(n)
    }

    const NORMAL: Latency = Latency::Normal { mean: ms(50), deviation: ms(10) };
    const TAIL: Latency = Latency::HeavyTail { least: ms(10), median: ms(20), most: ms(1010) };

    fn peaks() -> Latency {
        Latency::TwoPeaks { near: (ms(1), ms(3)), far: (ms(80), ms(100)), far_share: Odds::permille(200) }
    }

    /// Compares the 10th, 50th, 90th and 99th percentile of 100,000 samples with microseconds, each to
    /// within `slack`.
    #[track_caller]
    fn quantiles(latency: Latency, expected: [u64; 4], slack: [u64; 4]) {
        let keys = Keys::new(Seed(1));
        let mut samples: Vec<Span> =
            (0..100_000).map(|draw| latency.sample(keys.word(Concern::Fate, Name(0), draw))).collect();
        samples.sort_unstable();
        assert!(samples[0] >= latency.least(), "{latency}: {} is below the least", samples[0]);
        let found = [10_000, 50_000, 90_000, 99_000].map(|at: usize| samples[at].0 / 1_000);
        for ((found, expected), slack) in found.into_iter().zip(expected).zip(slack) {
            assert!(found.abs_diff(expected) <= slack, "{latency}: found {found}us, expected {expected}us");
        }
    }

    #[test]
    fn a_constant_never_varies() {
        quantiles(Latency::Constant(ms(5)), [5_000; 4], [0; 4]);
    }

    #[test]
    fn uniform_samples_spread_evenly() {
        quantiles(Latency::Uniform(ms(0), ms(100)), [10_000, 50_000, 90_000, 99_000], [400, 500, 400, 150]);
    }

    #[test]
    fn normal_samples_have_the_quantiles_of_a_bell() {
        // 1.2816 and 2.3263 deviations from the mean, less a little for a sum of only twelve.
        quantiles(NORMAL, [37_184, 50_000, 62_816, 73_100], [150, 120, 150, 350]);
    }

    #[test]
    fn a_heavy_tail_keeps_its_median_and_reaches_far() {
        // Above the least: 1000 * 10 * u / (990 * (1 - u) + 10 * u) milliseconds.
        quantiles(TAIL, [11_121, 20_000, 93_333, 510_000], [50, 250, 2_500, 30_000]);
    }

    #[test]
    fn two_peaks_share_the_samples() {
        quantiles(peaks(), [1_250, 2_250, 90_000, 99_000], [30, 30, 500, 250]);
    }

    #[test]
    fn the_ends_of_a_range_are_both_reached() {
        for (low, high) in [(0, 0), (3, 4), (0, u64::MAX), (u64::MAX, u64::MAX)] {
            let latency = Latency::Uniform(Span(low), Span(high));
            assert_eq!(latency.sample(0), Span(low));
            assert_eq!(latency.sample(u64::MAX), Span(high));
        }
        assert_eq!(TAIL.sample(0), ms(10));
        assert_eq!(TAIL.sample(1 << 63), ms(20));
        assert!(TAIL.sample(u64::MAX) > ms(1009));
    }

    #[test]
    fn samples_are_pinned() {
        let text = |latency: Latency| {
            let samples = [0, 1, 0x8127_0000_1fbf_2a55, u64::MAX].map(|word| latency.sample(word).0.to_string());
            samples.join(" ")
        };
        assert_eq!(text(Latency::Uniform(ms(1), ms(20))), "1000000 1000000 10585526 20000000");
        assert_eq!(text(NORMAL), "39051818 32627105 42021179 78695678");
        assert_eq!(text(TAIL), "10000000 10000000 20179839 1009999999");
        assert_eq!(text(peaks()), "97666217 91331232 1392580 2787886");
    }

    #[test]
    fn the_least_and_the_typical_fit_the_shape() {
        let text = |latency: Latency| format!("{} {}", latency.least(), latency.typical());
        assert_eq!(text(Latency::Constant(ms(5))), "5ms 5ms");
        assert_eq!(text(Latency::Uniform(ms(1), ms(3))), "1ms 2ms");
        assert_eq!(text(Latency::Normal { mean: ms(50), deviation: ms(10) }), "0s 50ms");
        assert_eq!(text(TAIL), "10ms 20ms");
        assert_eq!(text(peaks()), "1ms 2ms");
        let always = Latency::TwoPeaks { near: (ms(1), ms(3)), far: (ms(80), ms(100)), far_share: Odds::ALWAYS };
        assert_eq!(text(always), "80ms 90ms");
    }

    #[test]
    fn a_normal_latency_is_never_below_its_least() {
        let latency = Latency::Normal { mean: ms(50), deviation: ms(1) };
        assert_eq!(latency.least(), Span(44_000_091));
        assert_eq!(bell(ms(50), ms(1), 12 * 0xffff), Span(55_999_908));
    }

    #[test]
    fn no_numbers_are_too_odd_to_sample() {
        let odd = [0, 1, 7, 1 << 53, u64::MAX - 1, u64::MAX].map(Span);
        for a in odd {
            for b in odd {
                for c in odd {
                    for word in [0, 1, 1 << 63, u64::MAX] {
                        Latency::Uniform(a, b).sample(word);
                        Latency::Normal { mean: a, deviation: b }.sample(word);
                        let tail = Latency::HeavyTail { least: a, median: b, most: c };
                        let span = tail.sample(word);
                        assert!(tail.check().is_err() || (a..=c).contains(&span), "{tail}: {span} of {word}");
                        let far_share = Odds::permille(500);
                        let peaks = Latency::TwoPeaks { near: (a, b), far: (b, c), far_share };
                        let span = peaks.sample(word);
                        assert!(peaks.check().is_err() || (a..=c).contains(&span), "{peaks}: {span} of {word}");
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused_in_words() {
        let tail = |least, median, most| Latency::HeavyTail { least: ms(least), median: ms(median), most: ms(most) };
        let two = |near: (u64, u64), far: (u64, u64)| Latency::TwoPeaks {
            near: (ms(near.0), ms(near.1)),
            far: (ms(far.0), ms(far.1)),
            far_share: Odds::NEVER,
        };
        for (latency, says) in [
            (Latency::Uniform(ms(20), ms(1)), "write the shorter first, `1ms` to `20ms`"),
            (Latency::Normal { mean: ms(5), deviation: ms(6) }, "make it at most 5ms"),
            (tail(5, 4, 100), "least 5ms, median 4ms, most 100ms do not rise"),
            (tail(5, 50, 40), "do not rise"),
            (tail(10, 20, 25), "make it at least 30ms"),
            (two((2, 1), (3, 4)), "`1ms` to `2ms`"),
            (two((1, 2), (4, 3)), "`3ms` to `4ms`"),
            (two((1, 5), (3, 6)), "begin it at 5ms or later"),
        ] {
            let error = latency.check().expect_err(says).to_string();
            assert!(error.contains(says), "{latency}: {error}");
        }
        for latency in [Latency::Uniform(ms(1), ms(1)), NORMAL, TAIL, peaks(), tail(1, 1, 1), tail(10, 20, 30)] {
            assert_eq!(latency.check(), Ok(()), "{latency}");
        }
    }

    #[test]
    fn every_shape_reads_as_a_phrase() {
        for (latency, phrase) in [
            (Latency::Constant(ms(5)), "always 5ms"),
            (Latency::Uniform(ms(1), ms(20)), "uniform 1ms to 20ms"),
            (NORMAL, "normal 50ms, deviation 10ms"),
            (TAIL, "heavy tail from 10ms, median 20ms, at most 1s 10ms"),
            (peaks(), "1ms to 3ms, with odds 0.2 80ms to 100ms"),
        ] {
            assert_eq!(latency.to_string(), phrase);
        }
    }
}
