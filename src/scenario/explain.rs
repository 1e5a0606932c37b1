//! What a reader's mistake means to the person who wrote the text.
//!
//! The reader knows what it was about to read, and the text which value it stopped at; together they say what is
//! wrong, what that belongs to, and how it may be written.

use std::ops::Range;

use ron::error::Error;

use super::Mistake;
use super::Place;
use super::examples::{example, such_as};
use super::reading::{Reading, SCENARIO};
use super::source::{self, Node};
use crate::base::nearest;

impl<'a> Reading<'a> {
    /// A stretch of the text as it can be told in a line.
    pub(super) fn quote(&self, span: Range<usize>) -> String {
        let whole = self.source.slice(span);
        let line = whole.lines().next().unwrap_or_default();
        let short: String = line.chars().take(40).collect();
        let more = if short.len() < whole.len() { "…" } else { "" };
        format!("`{}{more}`", short.trim_end())
    }

    /// What a value is called: what stands in front of its bracket, its name, or that of the list it is in.
    pub(super) fn called(&self, node: Node) -> &'a str {
        let head = self.source.head(node);
        if self.source.bracket(node).is_some() && !head.is_empty() {
            return head;
        }
        match (self.source.name(node), self.source.parent(node)) {
            (Some(name), Some(parent)) if self.source.bracket(parent) == Some('(') => name,
            (_, Some(parent)) => self.called(parent),
            (_, None) => "",
        }
    }

    /// The same, in a sentence.
    pub(super) fn whose(&self, node: Node) -> String {
        match self.called(node) {
            "" => self.whole.to_owned(),
            called if called == self.source.head(node) || self.source.name(node) == Some(called) => {
                format!("`{called}`")
            }
            called => format!("an entry of `{called}`"),
        }
    }

    /// How what stands here may be written.
    pub(super) fn example(&self, node: Node) -> Option<&'static str> {
        // What operations are like is known to those alone who know the system.
        let parent = self.source.parent(node).filter(|_| self.whole == SCENARIO)?;
        let around = |node: Node| self.source.parent(node).map_or("", |parent| self.called(parent));
        match (self.source.name(node), self.source.bracket(parent)) {
            (Some(name), Some('(')) => example(self.called(parent), name),
            (None, Some('(')) if !self.source.head(parent).is_empty() => {
                let field = self.source.name(parent).unwrap_or_else(|| around(parent));
                example(field, self.source.head(parent)).or_else(|| self.example(parent))
            }
            _ => self.example(parent),
        }
    }

    /// What a reader's mistake comes to, and the value that it is in; nothing where that is no value at all. The
    /// reader stopped at a byte; the next one that means something comes with it, and where what it read ends.
    pub(super) fn explain(&self, error: &Error, at: usize, next: usize, end: usize) -> Option<(Node, Option<Mistake>)> {
        let source = &self.source;
        let node = match error {
            Error::TrailingCharacters | Error::Eof => return None,
            Error::NoSuchStructField { .. }
            | Error::DuplicateStructField { .. }
            | Error::MissingStructField { .. }
            | Error::ExpectedDifferentLength { .. } => source.around(at)?,
            Error::NoSuchEnumVariant { .. } | Error::InvalidEscape(_) | Error::ExpectedStructLikeEnd => {
                source.around(next)?
            }
            Error::ExpectedStructLike if !self.begins(next) || source.bracket(source.around(next)?).is_some() => {
                // What is missing is due behind what stands before.
                source.around(source::last_word(source.whole(), at)?)?
            }
            _ => source.around(self.value_before(at, next))?,
        };
        let mistake = match error {
            Error::NoSuchStructField { expected, found, .. } => self.no_such_field(node, found, expected),
            Error::NoSuchEnumVariant { expected, found, .. } => self.no_such_variant(node, found, expected),
            Error::DuplicateStructField { field, .. } => self.twice(node, field)?,
            Error::MissingStructField { field, .. } => {
                let node = self.fields(node);
                return Some((node, self.missing(node, field)));
            }
            Error::ExpectedDifferentLength { expected, found } => {
                let needs: String = expected.chars().filter(char::is_ascii_digit).collect();
                let head = source.head(node);
                let what = if head.is_empty() { "this".to_owned() } else { format!("`{head}`") };
                let says = format!("{what} needs {needs} values and has {found}");
                self.made(self.text(source.one_line(node)), node, &says)
            }
            Error::ExpectedStructLikeEnd => {
                let whose = source.parent(node).map_or_else(|| "this".to_owned(), |parent| self.whose(parent));
                let says = format!("{whose} has one value too many: leave this out");
                Mistake::new(self.text(source.one_line(node)), says)
            }
            Error::ExpectedStructLike if source.span(node).start != next || source.bracket(node).is_some() => {
                let head = source.head(node);
                let says = match source.bracket(node) {
                    None => format!("`{head}` lacks what it is made of"),
                    Some(_) => format!("`{head}` takes round brackets"),
                };
                self.made(self.text(source.head_span(node)), node, &says)
            }
            Error::InvalidEscape(_) => {
                let says = "a text holds an escape that means nothing: write `\\\\` for a backslash";
                Mistake::new(self.text(at..end.max(at)), says)
            }
            Error::Message(says) => Mistake::new(self.text(self.token(node, self.value_before(at, next))), says),
            Error::ExpectedNamedStructLike(_) if source.parent(node).is_none() => {
                let says = format!("{} is a group of fields in round brackets: begin with `(`", self.whole);
                Mistake::new(self.text(source.one_line(node)), says)
            }
            other => self.misfit(other, node, self.token(node, self.value_before(at, next))),
        };
        Some((node, Some(mistake)))
    }

    fn no_such_field(&self, node: Node, found: &str, known: &[&str]) -> Mistake {
        let owner = self.source.parent(node).map(|parent| self.fields(parent));
        let whose = owner.map_or_else(|| self.whole.to_owned(), |owner| self.whose(self.headed(owner)));
        let place = self.text(self.source.name_span(node).unwrap_or_else(|| self.source.span(node)));
        Mistake::unknown(place, format!("{whose} has no field `{found}`"), found, known)
            .help(format!("its fields are {}", known.join(", ")))
    }

    fn no_such_variant(&self, node: Node, found: &str, known: &[&str]) -> Mistake {
        let place = self.text(self.source.head_span(node));
        let says = format!("`{found}` is nothing that {} can be", self.field(node));
        let mistake = match nearest(found, known.iter().copied()) {
            Some(_) => Mistake::unknown(place, says, found, known),
            None => self.such(place, node, &says),
        };
        mistake.help(format!("it can be {}", known.join(", ")))
    }

    fn twice(&self, node: Node, field: &str) -> Option<Mistake> {
        let mut twins = self.source.children(self.source.parent(node)?);
        let first = twins.find(|child| self.source.name(*child) == Some(field))?;
        let (here, there) = (self.source.name_span(node)?, self.source.name_span(first)?);
        let mistake = Mistake::new(self.text(here), format!("`{field}` is written twice: leave one out"));
        Some(mistake.beside(self.text(there), "it was here first"))
    }

    /// Nothing where the field was there, and is wrong.
    fn missing(&self, node: Node, field: &str) -> Option<Mistake> {
        if self.has(node, field) {
            return None;
        }
        let owner = self.headed(node);
        let known = example(self.called(owner), field).filter(|_| self.whole == SCENARIO);
        let such = known.map_or_else(|| "add it".to_owned(), such_as);
        Some(Mistake::new(self.text(self.brief(owner)), format!("{} lacks `{field}`: {such}", self.whose(owner))))
    }

    /// A value of another kind than is due.
    fn misfit(&self, error: &Error, node: Node, token: Range<usize>) -> Mistake {
        let quoted = self.quote(token.clone());
        let says = match error {
            Error::ExpectedInteger | Error::InvalidIntegerDigit { .. } => format!("{quoted} is no whole number"),
            Error::IntegerOutOfBounds => format!("{quoted} is too large, or too small"),
            Error::ExpectedFloat => format!("{quoted} is no number"),
            Error::ExpectedBoolean => format!("{quoted} is neither `true` nor `false`"),
            Error::ExpectedString => format!("{quoted} is no text in quotes"),
            Error::ExpectedArray => format!("{quoted} is no list in square brackets"),
            Error::ExpectedMap => format!("{quoted} is no list of pairs in curly brackets"),
            Error::ExpectedNamedStructLike(_) | Error::ExpectedStructLike => {
                format!("{quoted} is no group of fields in round brackets")
            }
            Error::InvalidValueForType { expected, .. } => format!("{quoted} is not {expected}"),
            _ => format!("{quoted} is nothing that {} can be", self.field(node)),
        };
        self.such(self.text(token), node, &says)
    }

    /// A mistake about a value, with how it may be written.
    fn such(&self, place: Place, node: Node, says: &str) -> Mistake {
        match self.example(node) {
            Some(example) => Mistake::new(place, format!("{says}: {}", such_as(example))),
            None => Mistake::new(place, says),
        }
    }

    /// A mistake about a value with a head, with how such a value may be written.
    fn made(&self, place: Place, node: Node, says: &str) -> Mistake {
        let around = self.source.parent(node).map_or("", |parent| self.called(parent));
        let field = self.source.name(node).unwrap_or(around);
        match example(field, self.source.head(node)).filter(|_| self.whole == SCENARIO) {
            Some(example) => Mistake::new(place, format!("{says}: {}", such_as(example))),
            None => self.such(place, node, says),
        }
    }

    /// Where the value stands that a reader has just gone past, if it stopped behind one.
    fn value_before(&self, at: usize, next: usize) -> usize {
        let behind = matches!(self.source.whole().as_bytes().get(next), Some(b',' | b')' | b']' | b'}' | b':') | None);
        if behind { source::last_word(self.source.whole(), at).unwrap_or(next) } else { next }
    }

    /// The field that a value is, or is in.
    fn field(&self, node: Node) -> String {
        match (self.source.name(node), self.source.parent(node)) {
            (_, None) => self.whole.to_owned(),
            (Some(name), Some(parent)) if self.source.bracket(parent) == Some('(') => format!("`{name}`"),
            (_, Some(parent)) if self.source.bracket(parent) == Some('(') => self.field(parent),
            (_, Some(parent)) => format!("an entry of {}", self.field(parent)),
        }
    }

    /// Whether a field is there, be it under a name that was mistyped.
    pub(super) fn has(&self, node: Node, field: &str) -> bool {
        self.source.children(node).any(|child| self.source.name(child) == Some(field))
            || self.meant.iter().any(|(owner, meant)| *owner == node && *meant == field)
    }

    /// The value in whose brackets the fields of a value stand: `Crash((who: …))` may have two pairs.
    pub(super) fn fields(&self, node: Node) -> Node {
        let own = self.source.children(node).any(|child| self.source.name(child).is_some());
        if own { node } else { self.source.inner(node).unwrap_or(node) }
    }

    /// The value with a head that a group of fields belongs to.
    fn headed(&self, node: Node) -> Node {
        let parent = self.source.parent(node).filter(|parent| self.source.inner(*parent) == Some(node));
        if self.source.head(node).is_empty() { parent.unwrap_or(node) } else { node }
    }

    /// The name or the value that stands at a byte.
    fn token(&self, node: Node, at: usize) -> Range<usize> {
        match self.source.name_span(node) {
            Some(name) if at < self.source.span(node).start => name,
            _ => self.source.one_line(node),
        }
    }

    /// Whether a value begins at a byte.
    fn begins(&self, at: usize) -> bool {
        self.source.around(at).is_some_and(|node| self.source.span(node).start == at)
    }
}
