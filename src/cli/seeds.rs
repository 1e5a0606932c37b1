//! Which seeds are run, as a person writes them: `8127`, `0x1fbf`, `0..1000`, or how many.

use std::fmt;
use std::ops::RangeInclusive;

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::base::Seed;
use crate::scenario::File;

/// Some seeds in a row, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seeds {
    first: u64,
    last: u64,
}

impl Seeds {
    /// This one alone.
    pub(super) const fn one(seed: Seed) -> Seeds {
        Seeds { first: seed.0, last: seed.0 }
    }

    /// From one to another, both included; none where the last comes before the first.
    pub(super) fn between(first: u64, last: u64) -> Option<Seeds> {
        (first <= last).then_some(Seeds { first, last })
    }

    /// So many, from 0 on; none where that is none.
    pub(super) fn first(count: u64) -> Option<Seeds> {
        Seeds::between(0, count.checked_sub(1)?)
    }

    /// Reads `0..1000`, or how many.
    pub(super) fn parse(text: &str) -> Result<Seeds, String> {
        let seed = |text: &str| text.trim().parse::<Seed>().map(|seed| seed.0).map_err(|error| error.to_string());
        let Some((first, last)) = text.split_once("..") else {
            let none = || "no seed is to be run: write how many, such as 1000, or a range, such as 0..1000".to_owned();
            return Seeds::first(seed(text)?).ok_or_else(none);
        };
        let wrong = || format!("`{text}` is no range of seeds: write two numbers, the smaller first, such as 0..1000");
        let first = seed(first)?;
        let last = match last.strip_prefix('=') {
            Some(last) => seed(last)?,
            None => seed(last)?.checked_sub(1).ok_or_else(wrong)?,
        };
        Seeds::between(first, last).ok_or_else(wrong)
    }

    /// Those that a file asks for.
    pub(super) fn of(file: &File) -> Option<Seeds> {
        file.seed.map(Seeds::one).or_else(|| Seeds::first(file.seeds))
    }

    /// How many they are, or the greatest number that there is.
    pub(super) const fn count(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }

    /// One by one.
    pub(super) const fn each(self) -> RangeInclusive<u64> {
        self.first..=self.last
    }
}

/// As it can be read again: `seed 7`, `seeds 0..1000`.
impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last.checked_add(1)) {
            (first, _) if first == self.last => write!(f, "seed {first}"),
            (first, Some(end)) => write!(f, "seeds {first}..{end}"),
            (first, None) => write!(f, "seeds {first}..={}", self.last),
        }
    }
}

/// Of `--seed` and `--seeds`, the one that was written. Both may be set in the environment as well, where the
/// command line goes before it; on the command line there is room for one.
pub(super) fn chosen(matches: &ArgMatches, seed: Option<Seed>, seeds: Option<Seeds>) -> Result<Option<Seeds>, String> {
    let written = |id| matches.value_source(id) == Some(ValueSource::CommandLine);
    match (seed, seeds) {
        (Some(_), Some(_)) if written("seed") == written("seeds") => {
            Err("both a seed and seeds are given (--seed or SQUALL_SEED, and --seeds or SQUALL_SEEDS): leave one out"
                .to_owned())
        }
        (Some(_), Some(seeds)) if written("seeds") => Ok(Some(seeds)),
        (Some(seed), _) => Ok(Some(Seeds::one(seed))),
        (None, seeds) => Ok(seeds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> String {
        Seeds::parse(text).map_or_else(|error| error, |seeds| format!("{seeds} ({})", seeds.count()))
    }

    #[test]
    fn seeds_are_written_as_a_range_or_as_how_many() {
        for (text, told) in [
            ("0..1000", "seeds 0..1000 (1000)"),
            ("7..8", "seed 7 (1)"),
            ("0x10 .. 0x12", "seeds 16..18 (2)"),
            ("3..=5", "seeds 3..6 (3)"),
            ("20", "seeds 0..20 (20)"),
            ("18446744073709551614..=18446744073709551615", "seeds 18446744073709551614..=18446744073709551615 (2)"),
            ("0..=18446744073709551615", "seeds 0..=18446744073709551615 (18446744073709551615)"),
        ] {
            assert_eq!(reads(text), told, "{text}");
        }
    }

    #[test]
    fn what_is_no_seed_is_refused() {
        for text in ["", "0", "9..3", "3..3", "0..0", "..", "1..", "-1..3", "many", "1.5"] {
            assert!(Seeds::parse(text).is_err(), "{text} is {}", reads(text));
        }
    }
}
