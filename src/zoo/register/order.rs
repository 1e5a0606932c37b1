//! Finite lattices, given as an order.
//!
//! Whoever declares one says which value lies below which; the joins are worked out once, and a
//! declaration that is no lattice is refused with the pair that shows it. The law: of any two levels,
//! [`join`](Lattice::join) is the lowest one above both.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A value's place in the list of a lattice's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Level(pub u32);

/// A finite order in which any two values have a join and a meet. Written as chains.
///
/// ```
/// use squall::zoo::register::Lattice;
/// let status: Lattice = "offline < away < online".parse().unwrap();
/// assert_eq!(status.join_of("away", "offline"), Some("away"));
/// let alarm: Lattice = "calm < smoke < fire, calm < flood < fire".parse().unwrap();
/// assert_eq!(alarm.join_of("smoke", "flood"), Some("fire"));
/// let error = "calm < smoke, calm < flood".parse::<Lattice>().unwrap_err();
/// assert_eq!(error.to_string(), "`smoke` and `flood` have no common upper bound: name one value above both");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lattice {
    /// In the order in which they were first named.
    values: Vec<String>,
    /// As declared: lower, then higher.
    pairs: Vec<(Level, Level)>,
    /// The join of each two, row by row.
    joins: Vec<Level>,
    bottom: Level,
}

impl Lattice {
    /// From pairs of a lower and a higher value. What follows from others need not be named.
    pub fn of_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Lattice, LatticeError> {
        Lattice::of_levels(pairs.into_iter().map(|(low, high)| [low, high]))
    }

    /// From chains of values, each from the lowest to the highest.
    pub fn of_levels<'a, C: IntoIterator<Item = &'a str>>(
        chains: impl IntoIterator<Item = C>,
    ) -> Result<Lattice, LatticeError> {
        let (mut values, mut pairs) = (Vec::new(), Vec::new());
        for chain in chains {
            let mut below = None;
            for value in chain {
                let level = place(&mut values, value)?;
                if let Some(below) = below.replace(level) {
                    pairs.push((below, level));
                }
            }
        }
        complete(values, pairs)
    }

    /// The values, by level.
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The pairs of a lower and a higher value that were declared; the rest follows from them.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let name = |level: Level| self.value(level).unwrap_or_default();
        self.pairs.iter().map(move |(low, high)| (name(*low), name(*high)))
    }

    /// Where a value stands.
    pub fn level(&self, value: &str) -> Option<Level> {
        level_of(&self.values, value)
    }

    /// The value at a level.
    pub fn value(&self, level: Level) -> Option<&str> {
        self.values.get(level.0 as usize).map(String::as_str)
    }

    /// The level below all others.
    pub fn bottom(&self) -> Level {
        self.bottom
    }

    /// The lowest level above both; none where one of them is none of this lattice's.
    #[inline]
    pub fn join(&self, a: Level, b: Level) -> Option<Level> {
        let [a, b] = [a.0 as usize, b.0 as usize];
        let row = self.joins.chunks_exact(self.values.len()).nth(a)?;
        row.get(b).copied()
    }

    /// The lowest value above both.
    pub fn join_of(&self, a: &str, b: &str) -> Option<&str> {
        self.value(self.join(self.level(a)?, self.level(b)?)?)
    }
}

fn level_of(values: &[String], value: &str) -> Option<Level> {
    values.iter().position(|other| other == value).map(|place| Level(place as u32))
}

fn place(values: &mut Vec<String>, value: &str) -> Result<Level, LatticeError> {
    // Whatever could be taken for a part of the text form would not be read back.
    if value.is_empty() || value.trim() != value || value.contains(['<', ',']) {
        return Err(LatticeError::Name(value.to_owned()));
    }
    Ok(level_of(values, value).unwrap_or_else(|| {
        values.push(value.to_owned());
        Level(values.len() as u32 - 1)
    }))
}

/// Works out what the pairs leave unsaid, or finds why they are no lattice.
fn complete(values: Vec<String>, pairs: Vec<(Level, Level)>) -> Result<Lattice, LatticeError> {
    if values.is_empty() {
        return Err(LatticeError::Empty);
    }
    let size = values.len();
    let name = |at: usize| values[at].clone();
    let below = reach(size, &pairs);
    for a in 0..size {
        if let Some(b) = (a + 1..size).chain([a]).find(|b| below(a, *b) && below(*b, a)) {
            return Err(LatticeError::Cycle(name(a), name(b)));
        }
    }
    let below = |a: usize, b: usize| a == b || below(a, b);
    let mut joins = Vec::with_capacity(size * size);
    for a in 0..size {
        for b in 0..size {
            let above: Vec<_> = (0..size).filter(|c| below(a, *c) && below(b, *c)).collect();
            match lowest(&above, below) {
                Ok(join) => joins.push(Level(join as u32)),
                Err(rivals) => {
                    return Err(LatticeError::NoJoin(name(a), name(b), rivals.into_iter().map(name).collect()));
                }
            }
        }
    }
    // Where all joins are there, one value below all others makes it a lattice; without one, two of the
    // lowest have nothing below both.
    let all: Vec<_> = (0..size).collect();
    match lowest(&all, below) {
        Ok(bottom) => Ok(Lattice { bottom: Level(bottom as u32), values, pairs, joins }),
        Err(rivals) => Err(LatticeError::NoMeet(name(rivals[0]), name(rivals[1]))),
    }
}

/// Whether one value is declared below another, by one pair or by several in a row.
fn reach(size: usize, pairs: &[(Level, Level)]) -> impl Fn(usize, usize) -> bool + use<> {
    let mut table = vec![false; size * size];
    for (low, high) in pairs {
        table[low.0 as usize * size + high.0 as usize] = true;
    }
    for through in 0..size {
        for low in 0..size {
            for high in 0..size {
                table[low * size + high] |= table[low * size + through] && table[through * size + high];
            }
        }
    }
    move |low, high| table[low * size + high]
}

/// The candidate below all others; else two that have none below both, if there are any at all.
fn lowest(candidates: &[usize], below: impl Fn(usize, usize) -> bool) -> Result<usize, Vec<usize>> {
    let lowest = candidates.iter().find(|c| candidates.iter().all(|d| below(**c, *d)));
    lowest.copied().ok_or_else(|| {
        let minimal = candidates.iter().filter(|c| !candidates.iter().any(|d| d != *c && below(*d, **c)));
        minimal.take(2).copied().collect()
    })
}

/// As it was declared: `offline < away, away < online`.
impl fmt::Display for Lattice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = &self.values[..] {
            return f.write_str(only);
        }
        for (index, (low, high)) in self.pairs().enumerate() {
            write!(f, "{}{low} < {high}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// Chains, with commas between them.
impl FromStr for Lattice {
    type Err = LatticeError;

    fn from_str(text: &str) -> Result<Lattice, LatticeError> {
        Lattice::of_levels(text.split(',').map(|chain| chain.split('<').map(str::trim)))
    }
}

impl TryFrom<String> for Lattice {
    type Error = LatticeError;

    fn try_from(text: String) -> Result<Lattice, LatticeError> {
        text.parse()
    }
}

impl From<Lattice> for String {
    fn from(lattice: Lattice) -> String {
        lattice.to_string()
    }
}

/// Why a declaration is no lattice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LatticeError {
    /// No values.
    Empty,
    /// A value that could not be told from the text around it.
    Name(String),
    /// Each of the two lies below the other.
    Cycle(String, String),
    /// No value lies above both, or none that lies below all others which do: then two such.
    NoJoin(String, String, Vec<String>),
    /// No value lies below both.
    NoMeet(String, String),
}

impl fmt::Display for LatticeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LatticeError::Empty => f.write_str("an order of no values: write one such as `offline < away < online`"),
            LatticeError::Name(name) => {
                write!(
                    f,
                    "`{name}` cannot name a value: write at least one letter, and no `<`, no `,` and no space around it"
                )
            }
            LatticeError::Cycle(a, b) if a == b => write!(f, "`{a}` is declared below itself: leave that pair out"),
            LatticeError::Cycle(a, b) => {
                write!(f, "`{a}` lies below `{b}` and `{b}` below `{a}`: turn round or leave out one pair between them")
            }
            LatticeError::NoJoin(a, b, rivals) => match &rivals[..] {
                [c, d, ..] => write!(
                    f,
                    "`{a}` and `{b}` have no lowest upper bound, as `{c}` and `{d}` both lie above them: \
                     name one value between them and these"
                ),
                _ => write!(f, "`{a}` and `{b}` have no common upper bound: name one value above both"),
            },
            LatticeError::NoMeet(a, b) => {
                write!(f, "`{a}` and `{b}` have no common lower bound: name one value below all others to begin with")
            }
        }
    }
}

impl std::error::Error for LatticeError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every join of a lattice that is not plain from the order of the two, or why it is none.
    fn joins(text: &str) -> String {
        match text.parse::<Lattice>() {
            Err(error) => error.to_string(),
            Ok(lattice) => {
                let values = lattice.values();
                let pairs = values.iter().enumerate().flat_map(|(at, a)| values[at + 1..].iter().map(move |b| (a, b)));
                let joined = pairs.map(|(a, b)| (a, b, lattice.join_of(a, b).unwrap()));
                let news = joined.filter(|(a, b, join)| join != a && join != b);
                let news: Vec<_> = news.map(|(a, b, join)| format!("{a}+{b}={join}")).collect();
                format!("from {}: {}", lattice.value(lattice.bottom()).unwrap(), news.join(" "))
            }
        }
    }

    #[test]
    fn joins_follow_from_the_order() {
        assert_eq!(joins("offline < away < online"), "from offline: ");
        assert_eq!(joins("only"), "from only: ");
        assert_eq!(joins("away < online, offline < away"), "from offline: ", "in any order of declaration");
        assert_eq!(
            joins("0<a<ab<abc, 0<b<ab, a<ac<abc, 0<c<ac, b<bc<abc, c<bc"),
            "from 0: a+b=ab a+c=ac a+bc=abc ab+ac=abc ab+c=abc ab+bc=abc b+ac=abc b+c=bc ac+bc=abc"
        );
        assert_eq!(joins("0<x<1, 0<y<1, 0<z<1"), "from 0: x+y=1 x+z=1 y+z=1", "one that does not distribute");
    }

    #[test]
    fn what_is_no_lattice_is_refused_with_the_values_that_show_it() {
        assert_eq!(
            joins("a < b < c < a"),
            "`a` lies below `b` and `b` below `a`: turn round or leave out one pair between them"
        );
        assert_eq!(joins("a < a"), "`a` is declared below itself: leave that pair out");
        assert_eq!(joins("a < b, a < c"), "`b` and `c` have no common upper bound: name one value above both");
        assert_eq!(
            joins("0 < a < c < 1, 0 < b < d < 1, a < d, b < c"),
            "`a` and `b` have no lowest upper bound, as `c` and `d` both lie above them: name one value between them and these"
        );
        assert_eq!(
            joins("a < c, b < c"),
            "`a` and `b` have no common lower bound: name one value below all others to begin with"
        );
        assert!(joins("").starts_with("`` cannot name a value"));
        assert_eq!(Lattice::of_pairs([]), Err(LatticeError::Empty));
        assert_eq!(Lattice::of_pairs([("a", "b,c")]), Err(LatticeError::Name("b,c".to_owned())));
    }

    #[test]
    fn a_lattice_is_read_back_from_its_text() {
        for text in ["only", "offline < away < online", "0<x<1, 0<y<1"] {
            let lattice: Lattice = text.parse().unwrap();
            assert_eq!(lattice.to_string().parse(), Ok(lattice));
        }
    }

    #[test]
    fn a_level_of_another_lattice_joins_with_nothing() {
        let lattice: Lattice = "low < high".parse().unwrap();
        assert_eq!(lattice.join(Level(1), Level(2)), None);
        assert_eq!(lattice.join(Level(2), Level(1)), None);
    }
}
