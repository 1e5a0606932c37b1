//! What is wrong with a scenario, where that stands in its text, and what would be right.
//!
//! Whoever finds a mistake says what it is about by a path; where that is in a text is settled once for all of
//! them, and a program that made its scenario without any text reads the paths.

use std::fmt;
use std::ops::Range;

use super::source::{Node, Source, names};
use crate::base::{ReplicaId, nearest};

/// More mistakes than this are counted and not told.
const MOST_TOLD: usize = 100;
/// Longer sentences are cut: they quote a text that is no name.
const LONGEST: usize = 300;

/// What a mistake is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A stretch of the text.
    Text(Spot),
    /// The value at a path such as `world.faults[3].until`, or a part of it.
    Value(String, Part),
}

/// A stretch of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// Its bytes.
    pub span: Range<usize>,
    /// The line that it begins in, from 1.
    pub line: usize,
    /// The character that it begins at, from 1.
    pub column: usize,
}

/// Which part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// What stands in front of its bracket.
    Head,
    /// Where it names a replica, and if it does so more than once, the last of these places.
    Replica(ReplicaId),
    /// These bytes of a piece of text that stands in it.
    Piece(String, Range<usize>),
}

impl Place {
    /// A whole value.
    pub fn at(path: impl Into<String>) -> Place {
        Place::Value(path.into(), Part::Whole)
    }

    /// A part of a value.
    pub fn part(path: impl Into<String>, part: Part) -> Place {
        Place::Value(path.into(), part)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub title: String,
    /// What would be right, in a few words; may be empty.
    pub label: String,
    /// What else helps.
    pub help: Option<String>,
    /// Another place that has to do with it, and what that is.
    pub beside: Option<(Place, String)>,
}

impl Mistake {
    /// A mistake, told in a sentence: what is wrong, a colon, and what would be right.
    pub fn new(place: Place, sentence: impl fmt::Display) -> Mistake {
        let sentence = legible(&sentence.to_string());
        let mut quoted = false;
        let colon = sentence.char_indices().find(|(at, c)| {
            quoted ^= *c == '`';
            !quoted && sentence[*at..].starts_with(": ")
        });
        let (title, label) = match colon {
            Some((at, _)) => (sentence[..at].to_owned(), sentence[at + 2..].to_owned()),
            None => (sentence, String::new()),
        };
        Mistake { place, title, label, help: None, beside: None }
    }

    /// A mistake about a word that is not among those there are, and may be near to one of them.
    pub fn unknown(place: Place, title: impl fmt::Display, found: &str, known: &[&str]) -> Mistake {
        match nearest(found, known.iter().copied()) {
            Some(meant) => Mistake::new(place, format!("{title}: did you mean `{meant}`?")),
            None => Mistake::new(place, title),
        }
    }

    /// The same, with what else helps.
    #[must_use]
    pub fn help(self, help: impl fmt::Display) -> Mistake {
        Mistake { help: Some(legible(&help.to_string())), ..self }
    }

    /// The same, with another place that has to do with it.
    #[must_use]
    pub fn beside(self, place: Place, says: impl fmt::Display) -> Mistake {
        Mistake { beside: Some((place, legible(&says.to_string()))), ..self }
    }
}

/// A sentence without what would upset a terminal, and not too long.
fn legible(sentence: &str) -> String {
    let mut legible = String::new();
    for c in sentence.chars().take(LONGEST) {
        if c.is_control() { legible.extend(c.escape_default()) } else { legible.push(c) }
    }
    if sentence.chars().nth(LONGEST).is_some() {
        legible.push('…');
    }
    legible
}

/// Where it is, what is wrong, what would be right.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Text(Spot { line, column, .. }) => write!(f, "{line}:{column}: ")?,
            Place::Value(path, _) if path.is_empty() => {}
            Place::Value(path, _) => write!(f, "{path}: ")?,
        }
        f.write_str(&self.title)?;
        if !self.label.is_empty() {
            write!(f, ": {}", self.label)?;
        }
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

/// All that is wrong with a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes {
    told: Vec<Mistake>,
    untold: usize,
}

impl Mistakes {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.told.iter()
    }

    /// How many there are beyond those that are told.
    pub fn untold(&self) -> usize {
        self.untold
    }

    /// So many more that are not told.
    pub(super) fn leave(&mut self, untold: usize) {
        self.untold += untold;
    }

    /// One more, unless it was told before.
    pub fn add(&mut self, mistake: Mistake) {
        if self.told.contains(&mistake) {
            return;
        }
        if self.told.len() < MOST_TOLD { self.told.push(mistake) } else { self.untold += 1 }
    }

    /// These, or what there is if nothing is wrong.
    pub fn or<T>(self, good: T) -> Result<T, Mistakes> {
        if self.is_empty() { Ok(good) } else { Err(self) }
    }

    /// The same, each with its place in the text of the scenario, in the order of the text.
    pub fn located(mut self, text: &str) -> Mistakes {
        let settled = |place: &Place| matches!(place, Place::Text(_));
        let besides = |mistake: &Mistake| mistake.beside.as_ref().is_none_or(|(place, _)| settled(place));
        if self.told.iter().all(|mistake| settled(&mistake.place) && besides(mistake)) {
            return self;
        }
        let (source, _) = Source::scan(text);
        for mistake in &mut self.told {
            locate(&mut mistake.place, &source);
            if let Some((place, _)) = &mut mistake.beside {
                locate(place, &source);
            }
        }
        self.sort();
        self
    }

    pub(super) fn sort(&mut self) {
        self.told.sort_by_key(|mistake| match &mistake.place {
            Place::Text(spot) => spot.span.start,
            Place::Value(..) => 0,
        });
    }

    pub(super) fn retain(&mut self, keep: impl FnMut(&Mistake) -> bool) {
        self.told.retain(keep);
    }
}

impl Extend<Mistake> for Mistakes {
    fn extend<I: IntoIterator<Item = Mistake>>(&mut self, mistakes: I) {
        mistakes.into_iter().for_each(|mistake| self.add(mistake));
    }
}

impl FromIterator<Mistake> for Mistakes {
    fn from_iter<I: IntoIterator<Item = Mistake>>(mistakes: I) -> Mistakes {
        let mut all = Mistakes::default();
        all.extend(mistakes);
        all
    }
}

impl IntoIterator for Mistakes {
    type Item = Mistake;
    type IntoIter = std::vec::IntoIter<Mistake>;

    fn into_iter(self) -> Self::IntoIter {
        self.told.into_iter()
    }
}

/// A line each.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, mistake) in self.told.iter().enumerate() {
            write!(f, "{}{mistake}", if nth > 0 { "\n" } else { "" })?;
        }
        if self.untold > 0 { write!(f, "\nand {} more", self.untold) } else { Ok(()) }
    }
}

impl std::error::Error for Mistakes {}

/// Where in a text a place is.
fn locate(place: &mut Place, source: &Source<'_>) {
    if let Place::Value(path, part) = place {
        let span = stretch(source, path, part);
        *place = Place::Text(spot(source, span));
    }
}

pub(super) fn spot(source: &Source<'_>, span: Range<usize>) -> Spot {
    let (line, column) = source.place(span.start);
    Spot { span, line, column }
}

fn stretch(source: &Source<'_>, path: &str, part: &Part) -> Range<usize> {
    let Some(node) = source.find(path) else {
        // It is not written, but goes without saying: what it belongs to is.
        return source.nearest(path).map_or(0..0, |node| brief(source, node));
    };
    match part {
        Part::Whole => source.one_line(node),
        Part::Head => brief(source, node),
        Part::Replica(replica) => leaves(source, node)
            .rfind(|leaf| names(source.text(*leaf), *replica))
            .map_or(source.one_line(node), |leaf| source.span(leaf)),
        Part::Piece(piece, within) => {
            let span = source.span(node);
            let at = source.text(node).find(piece.as_str()).map(|at| span.start + at);
            at.map_or(source.one_line(node), |at| at + within.start..at + within.end)
        }
    }
}

/// The name of a value, or what else it begins with.
pub(super) fn brief(source: &Source<'_>, node: Node) -> Range<usize> {
    let head = source.head_span(node);
    source.name_span(node).unwrap_or(if head.is_empty() {
        head.start..source.span(node).end.min(head.start + 1)
    } else {
        head
    })
}

fn leaves<'a>(source: &'a Source<'_>, node: Node) -> impl DoubleEndedIterator<Item = Node> + 'a {
    source.within(node).filter(|leaf| source.bracket(*leaf).is_none())
}
