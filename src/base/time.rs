//! Virtual time: nanoseconds since the start of a run, and the spans between.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment of virtual time, in nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// A length of virtual time, in nanoseconds.
///
/// ```
/// use squall::base::Span;
/// assert_eq!("1h 30min".parse(), Ok(Span::minutes(90)));
/// assert_eq!(Span::millis(150).to_string(), "150ms");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl Time {
    /// The start of every run.
    pub const START: Time = Time(0);
    /// Later than anything that happens.
    pub const NEVER: Time = Time(u64::MAX);

    /// How long ago `earlier` was; zero if it is not earlier.
    #[inline]
    pub fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

const UNITS: [(&str, u64); 8] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
];
const SPELLED: [(&str, &str); 10] = [
    ("day", "d"),
    ("days", "d"),
    ("hour", "h"),
    ("hours", "h"),
    ("m", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("sec", "s"),
    ("second", "s"),
    ("seconds", "s"),
];

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// So many nanoseconds.
    pub const fn nanos(n: u64) -> Span {
        Span(n)
    }
    /// So many microseconds.
    pub const fn micros(n: u64) -> Span {
        Span(n * 1_000)
    }
    /// So many milliseconds.
    pub const fn millis(n: u64) -> Span {
        Span(n * 1_000_000)
    }
    /// So many seconds.
    pub const fn secs(n: u64) -> Span {
        Span(n * 1_000_000_000)
    }
    /// So many minutes.
    pub const fn minutes(n: u64) -> Span {
        Span::secs(n * 60)
    }
    /// So many hours.
    pub const fn hours(n: u64) -> Span {
        Span::minutes(n * 60)
    }
    /// So many days of 24 hours.
    pub const fn days(n: u64) -> Span {
        Span::hours(n * 24)
    }
}

impl Add<Span> for Time {
    type Output = Time;
    #[inline]
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    #[inline]
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Time {
    type Output = Time;
    #[inline]
    fn sub(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Span;
    #[inline]
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

/// `mm:ss.mmm`, with hours or days before and finer digits behind where there are any.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
        if days > 0 {
            write!(f, "{days}d ")?;
        }
        if days > 0 || hours > 0 {
            write!(f, "{hours:02}:")?;
        }
        write!(f, "{:02}:{:02}.{:03}", seconds / 60 % 60, seconds % 60, nanos / 1_000_000)?;
        if nanos % 1_000_000 != 0 {
            let fine = format!("{:06}", nanos % 1_000_000);
            write!(f, "_{}", fine.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

/// The coarsest units that lose nothing: `150ms`, `1h 30min`, `1s 5ns`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        if rest == 0 {
            return f.write_str("0s");
        }
        let mut gap = "";
        for (unit, nanos) in UNITS.into_iter().filter(|(unit, _)| *unit != "µs") {
            if rest >= nanos {
                write!(f, "{gap}{}{unit}", rest / nanos)?;
                rest %= nanos;
                gap = " ";
            }
        }
        Ok(())
    }
}

/// A distance in time that may be negative, in nanoseconds: `-5min`, `+150ms`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(pub i64);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "+" };
        write!(f, "{sign}{}", Span(self.0.unsigned_abs()))
    }
}

impl FromStr for Offset {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Offset, SpanError> {
        let text = text.trim();
        let (negative, span) = match text.strip_prefix('-') {
            Some(span) => (true, span),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let nanos = i64::try_from(span.parse::<Span>()?.0).map_err(|_| SpanError::TooLong)?;
        Ok(Offset(if negative { -nanos } else { nanos }))
    }
}

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Offset, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is no span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanError {
    /// No number where one was due.
    NoNumber(String),
    /// A number without a unit, or with an unknown one.
    Unit(String),
    /// Longer than virtual time itself (584 years).
    TooLong,
}

impl fmt::Display for SpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpanError::NoNumber(text) => {
                write!(f, "`{text}` is no length of time: write a number and a unit, such as `150ms` or `3 days`")
            }
            SpanError::Unit(unit) if unit.is_empty() => {
                f.write_str("a length of time needs a unit: ns, us, ms, s, min, h or days")
            }
            SpanError::Unit(unit) => write!(f, "`{unit}` is no unit of time: use ns, us, ms, s, min, h or days"),
            SpanError::TooLong => f.write_str("longer than virtual time, which ends after 584 years"),
        }
    }
}

impl std::error::Error for SpanError {}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Span, SpanError> {
        let mut rest = text.trim();
        let mut total: u64 = 0;
        if rest.is_empty() {
            return Err(SpanError::NoNumber(text.to_owned()));
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, tail) = rest.split_at(digits);
            let tail = tail.trim_start();
            let letters = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(letters);
            if number.is_empty() {
                return Err(SpanError::NoNumber(rest.to_owned()));
            }
            let short = SPELLED.iter().find(|(long, _)| *long == unit).map_or(unit, |(_, short)| *short);
            let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == short) else {
                return Err(SpanError::Unit(unit.to_owned()));
            };
            let part = decimal(number, *nanos).ok_or_else(|| SpanError::NoNumber(number.to_owned()))?;
            total = part.and_then(|part| total.checked_add(part)).ok_or(SpanError::TooLong)?;
            rest = tail.trim_start();
        }
        Ok(Span(total))
    }
}

/// `number` units of so many nanoseconds; the inner `None` says that it does not fit.
fn decimal(number: &str, nanos: u64) -> Option<Option<u64>> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let (mut part, mut scale) = (0u128, 1u128);
    for digit in fraction.bytes().take(15) {
        part = part * 10 + u128::from(digit - b'0');
        scale *= 10;
    }
    let fraction = part * u128::from(nanos) / scale;
    let whole = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(nanos));
    Some(whole.and_then(|whole| whole.checked_add(u64::try_from(fraction).ok()?)))
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// In files a moment is written as the span since the start.
impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Span(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        Span::deserialize(deserializer).map(|span| Time(span.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, nanos: u64) {
        assert_eq!(text.parse::<Span>(), Ok(Span(nanos)), "{text}");
    }

    #[test]
    fn spans_read_as_people_write_them() {
        reads("150ms", 150_000_000);
        reads("3 days", 259_200_000_000_000);
        reads("1.5s", 1_500_000_000);
        reads("0.25 ms", 250_000);
        reads("1h 30min", 5_400_000_000_000);
        reads("7ns", 7);
    }

    #[test]
    fn what_is_no_span_is_refused_in_words() {
        for (text, says) in [
            ("", "write a number and a unit"),
            ("soon", "write a number and a unit"),
            ("15", "needs a unit"),
            ("15 parsecs", "`parsecs` is no unit of time"),
            ("1..2s", "write a number and a unit"),
            ("900000 days", "584 years"),
        ] {
            let error = text.parse::<Span>().expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn printing_and_reading_a_span_loses_nothing() {
        for nanos in [0, 1, 999, 1_000_000, 86_400_000_000_001, 5_400_000_000_000, u64::MAX] {
            reads(&Span(nanos).to_string(), nanos);
        }
    }

    #[test]
    fn offsets_carry_a_sign() {
        for (text, nanos) in [("-5min", -300_000_000_000), ("+150ms", 150_000_000), ("2s", 2_000_000_000)] {
            assert_eq!(text.parse(), Ok(Offset(nanos)));
            assert_eq!(Offset(nanos).to_string().parse(), Ok(Offset(nanos)));
        }
        assert!("--1s".parse::<Offset>().is_err());
        assert_eq!("-300000 days".parse::<Offset>(), Err(SpanError::TooLong));
    }

    #[test]
    fn times_print_as_a_clock_would() {
        assert_eq!(Time(120_000_000).to_string(), "00:00.120");
        assert_eq!(Time(120_000_500).to_string(), "00:00.120_0005");
        assert_eq!((Time::START + Span::days(2) + Span::secs(61)).to_string(), "2d 00:01:01.000");
    }
}
