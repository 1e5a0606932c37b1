//! Arguments as short and as low as they can be: words become letters, numbers become small.

use std::collections::BTreeMap;

use super::{Shrinks, Work};
use crate::model::Ask;
use crate::run::Story;
use crate::scenario::Operation;

impl<O: Shrinks> Work<'_, O> {
    /// Renames words in the order in which they come, and lowers numbers: everywhere at once, else one by one.
    pub(super) fn lower_arguments(&mut self) {
        self.attempt(|story| renamed(story));
        for nth in 0..self.story.requests.len() {
            for low in ["1", "0"] {
                self.attempt(|story| lowered(story, nth, low));
            }
        }
        // Names that count from the first, where they do not steer what is drawn.
        self.attempt(|story| unnamed(story));
    }
}

/// A piece of an operation's text.
enum Piece<'a> {
    Word(&'a str),
    Number(&'a str),
    Other(&'a str),
}

/// The pieces of a text: quoted words, whole numbers, and what is between.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '"' => {
                let mut escaped = false;
                let close = rest[1..].find(|c| {
                    let closes = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes
                });
                close.map_or(rest.len(), |at| at + 2)
            }
            c if c.is_ascii_digit() => rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
            c if c.is_alphabetic() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (piece, further) = rest.split_at(len);
        pieces.push(match first {
            '"' => Piece::Word(piece),
            c if c.is_ascii_digit() => Piece::Number(piece),
            _ => Piece::Other(piece),
        });
        rest = further;
    }
    pieces
}

fn reread<O: Shrinks>(op: &O, change: impl FnMut(&Piece<'_>) -> String) -> Option<O> {
    let text = Operation::of(op);
    let changed: String = pieces(text.text()).iter().map(change).collect();
    Operation::from_text(changed).read().ok()
}

fn plain<'a>(piece: &Piece<'a>) -> &'a str {
    match piece {
        Piece::Word(text) | Piece::Number(text) | Piece::Other(text) => text,
    }
}

/// The n-th word: `a` to `z`, then `a1` and so on.
fn letter(nth: usize) -> String {
    let letter = char::from(b'a' + (nth % 26) as u8);
    match nth / 26 {
        0 => format!("\"{letter}\""),
        round => format!("\"{letter}{round}\""),
    }
}

fn renamed<O: Shrinks>(story: &Story<O>) -> Option<Story<O>> {
    let mut words: BTreeMap<String, String> = BTreeMap::new();
    let mut other = story.clone();
    for asked in &mut other.requests {
        let Ask::Do(op) = &mut asked.op else { continue };
        *op = reread(op, |piece| match piece {
            Piece::Word(word) => {
                let next = letter(words.len());
                words.entry((*word).to_owned()).or_insert(next).clone()
            }
            piece => plain(piece).to_owned(),
        })?;
    }
    (words.iter().any(|(old, new)| old != new)).then_some(other)
}

fn lowered<O: Shrinks>(story: &Story<O>, nth: usize, low: &str) -> Option<Story<O>> {
    let mut other = story.clone();
    let Ask::Do(op) = &mut other.requests.get_mut(nth)?.op else { return None };
    let before = op.clone();
    *op = reread(op, |piece| match piece {
        Piece::Number(number) if *number != "0" => low.to_owned(),
        piece => plain(piece).to_owned(),
    })?;
    (*op != before).then_some(other)
}

/// The same without names of their own for requests.
fn unnamed<O: Shrinks>(story: &Story<O>) -> Option<Story<O>> {
    use crate::base::{ClientId, Root};
    let mut other = story.clone();
    let mut roots = BTreeMap::new();
    other.requests.sort_by_key(|asked| asked.at);
    for (nth, asked) in (0..).zip(&mut other.requests) {
        roots.insert(asked.root.take()?, Root::Request(ClientId::SCRIPT, nth));
    }
    for (path, _) in &mut other.fates {
        if let Some(root) = roots.get(&path.root) {
            path.root = root.clone();
        }
    }
    (!roots.is_empty()).then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_words_numbers_and_the_rest() {
        let text = r#"Put("a \"b\"",Move2(17,-3),'x')"#;
        let pieces = pieces(text);
        assert_eq!(pieces.iter().map(plain).collect::<String>(), text);
        let words = pieces.iter().filter(|piece| matches!(piece, Piece::Word(_))).map(plain);
        assert_eq!(words.collect::<Vec<_>>(), [r#""a \"b\"""#]);
        let numbers = pieces.iter().filter(|piece| matches!(piece, Piece::Number(_))).map(plain);
        assert_eq!(numbers.collect::<Vec<_>>(), ["17", "3"]);
    }

    #[test]
    fn letters_go_on_after_the_last() {
        assert_eq!((letter(0).as_str(), letter(25).as_str(), letter(26).as_str()), ("\"a\"", "\"z\"", "\"a1\""));
    }
}
