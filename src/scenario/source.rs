//! Where in a scenario's text a value stands.
//!
//! Knows brackets, texts in quotes, comments, separators and the names in front of colons; what a value means,
//! and whether it is any good, is for others to say. Everything it tells is a stretch of bytes of the text that
//! it was made from. It takes time in proportion to the text, and reads any text to its end or says why not.

mod scanner;

use std::ops::Range;

use scanner::Scanner;
pub(super) use scanner::{last_word, next_word};

use crate::base::ReplicaId;

/// Brackets may be nested so deep.
pub(super) const MOST_NESTED: usize = 64;

/// A text, and all values in it.
#[derive(Debug)]
pub(super) struct Source<'a> {
    text: &'a str,
    /// Each value before those inside it.
    values: Vec<Value>,
}

/// Which of a source's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node(u32);

#[derive(Clone, Debug, Default)]
struct Value {
    /// What stands in front of its colon; empty where nothing does.
    name: Range<u32>,
    /// From its first byte to its last.
    span: Range<u32>,
    /// Where its bracket opens, if it has one.
    open: Option<u32>,
    parent: Option<u32>,
    /// The first value after it that is not inside it.
    next: u32,
}

/// Something that is wrong with how a text is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) kind: FlawKind,
    pub(super) span: Range<usize>,
    /// What it has to do with, or the gap in which something is missing.
    pub(super) beside: Option<Range<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlawKind {
    /// A bracket that is never closed.
    Unclosed,
    /// A closing bracket of another kind than the opening one beside it.
    Mismatched,
    /// A closing bracket that closes nothing.
    Unopened,
    /// A text in quotes that is never closed.
    OpenText,
    /// A comment that is never closed.
    OpenComment,
    /// Brackets nested too deep.
    TooDeep,
    /// Two values in a row.
    NoComma,
    /// A name and a value in a row.
    NoColon,
    /// A comma that ends no value.
    LooseComma,
    /// A colon that ends no name.
    LooseColon,
    /// A name with nothing behind its colon.
    NoValue,
    /// Something behind the end.
    Trailing,
    /// An attribute, as `#![enable(implicit_some)]`.
    Attribute,
}

impl FlawKind {
    /// Whether nothing that comes after it can be told for sure.
    pub(super) fn is_fatal(self) -> bool {
        use FlawKind::*;
        matches!(self, Unclosed | Mismatched | Unopened | OpenText | OpenComment | TooDeep)
    }
}

impl<'a> Source<'a> {
    /// Reads a text of less than 4 GiB, and tells what is wrong with how it is put together.
    pub(super) fn scan(text: &'a str) -> (Source<'a>, Vec<Flaw>) {
        let (values, flaws) = Scanner::new(text).run();
        (Source { text, values }, flaws)
    }

    /// The value that all others are in.
    pub(super) fn root(&self) -> Option<Node> {
        (!self.values.is_empty()).then_some(Node(0))
    }

    fn value(&self, node: Node) -> &Value {
        &self.values[node.0 as usize]
    }

    /// All of the text.
    pub(super) fn whole(&self) -> &'a str {
        self.text
    }

    /// A stretch of the text.
    pub(super) fn slice(&self, span: Range<usize>) -> &'a str {
        self.text.get(span).unwrap_or_default()
    }

    /// The value in which this one directly stands.
    pub(super) fn parent(&self, node: Node) -> Option<Node> {
        self.value(node).parent.map(Node)
    }

    /// The values that directly stand in this one.
    pub(super) fn children(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let (first, end) = (node.0 + 1, self.value(node).next);
        let within = move |at: u32| (at < end).then_some(at);
        std::iter::successors(within(first), move |at| within(self.values[*at as usize].next)).map(Node)
    }

    /// This value and all values in it, each before those inside it.
    pub(super) fn within(&self, node: Node) -> impl DoubleEndedIterator<Item = Node> + use<> {
        (node.0..self.value(node).next).map(Node)
    }

    /// Its text, without its name.
    pub(super) fn text(&self, node: Node) -> &'a str {
        self.slice(self.span(node))
    }

    /// What stands in front of its colon.
    pub(super) fn name(&self, node: Node) -> Option<&'a str> {
        let name = self.slice(bytes(&self.value(node).name));
        (!name.is_empty()).then_some(name)
    }

    /// What stands in front of its bracket, as `Crash` in `Crash(…)`, or all of it where it has none.
    pub(super) fn head(&self, node: Node) -> &'a str {
        self.slice(self.head_span(node))
    }

    /// Its opening bracket.
    pub(super) fn bracket(&self, node: Node) -> Option<char> {
        self.value(node).open.and_then(|open| self.text.as_bytes().get(open as usize)).map(|byte| char::from(*byte))
    }

    /// Where it stands, without its name.
    pub(super) fn span(&self, node: Node) -> Range<usize> {
        bytes(&self.value(node).span)
    }

    /// Where its name stands.
    pub(super) fn name_span(&self, node: Node) -> Option<Range<usize>> {
        let name = &self.value(node).name;
        (!name.is_empty()).then(|| bytes(name))
    }

    /// Where its head stands.
    pub(super) fn head_span(&self, node: Node) -> Range<usize> {
        let value = self.value(node);
        let end = value.open.unwrap_or(value.span.end);
        let head = value.span.start as usize..end as usize;
        head.start..head.start + self.text.get(head).unwrap_or_default().trim_end().len()
    }

    /// Where it stands, if that is one line, else where its name or what it begins with does.
    pub(super) fn one_line(&self, node: Node) -> Range<usize> {
        let (span, head) = (self.span(node), self.head_span(node));
        match self.text(node).lines().next() {
            Some(first) if first.len() < span.len() => {
                let begins = if head.is_empty() { span.start..span.start + first.trim_end().len() } else { head };
                self.name_span(node).unwrap_or(begins)
            }
            _ => span,
        }
    }

    /// Where it stands, with its name.
    pub(super) fn extent(&self, node: Node) -> Range<usize> {
        let value = self.value(node);
        let start = if value.name.is_empty() { value.span.start } else { value.name.start };
        start as usize..value.span.end as usize
    }

    /// What may be taken away without harm to what stands around it: this value, or the closest one around it
    /// that is a field, an entry of a map or an element of a list.
    pub(super) fn removable(&self, node: Node) -> Option<Node> {
        let mut at = node;
        loop {
            let parent = self.parent(at)?;
            match self.bracket(parent) {
                Some('(') if self.name(at).is_none() => at = parent,
                _ => return Some(at),
            }
        }
    }

    /// The innermost value around a byte of the text.
    pub(super) fn around(&self, offset: usize) -> Option<Node> {
        let holds = |node: &Node| self.extent(*node).contains(&offset);
        let mut at = self.root()?;
        while let Some(inner) = self.children(at).find(holds) {
            at = inner;
        }
        Some(at)
    }

    /// The value at a path such as `world.faults[3].until`: `name` is a field, `[n]` the n-th element of a list
    /// and `.n` the n-th of a tuple, both from 0, and `{n}` the entry of a replica in a map. Where a value is a name and one group in brackets, as
    /// `Crash((who: …))`, a path leads into the group.
    pub(super) fn find(&self, path: &str) -> Option<Node> {
        steps(path).try_fold(self.root()?, |at, step| self.step(at, step))
    }

    /// The value at a path, or the closest one around it that is there.
    pub(super) fn nearest(&self, path: &str) -> Option<Node> {
        let mut at = self.root()?;
        for step in steps(path) {
            match self.step(at, step) {
                Some(inner) => at = inner,
                None => break,
            }
        }
        Some(at)
    }

    fn step(&self, at: Node, step: &str) -> Option<Node> {
        let entry = |replica: &str| {
            let replica = ReplicaId(replica.parse().ok()?);
            self.children(at).find(|child| self.name(*child).is_some_and(|name| names(name, replica)))
        };
        match (step.strip_prefix('['), step.strip_prefix('{')) {
            (Some(nth), _) => self.children(at).nth(nth.parse().ok()?),
            (_, Some(replica)) => entry(replica),
            _ => match step.parse::<usize>() {
                Ok(nth) => self.children(at).nth(nth),
                Err(_) => {
                    let named = self.children(at).find(|child| self.name(*child) == Some(step));
                    named.or_else(|| self.step(self.inner(at)?, step))
                }
            },
        }
    }

    /// The one group in brackets that a value is, behind a name.
    pub(super) fn inner(&self, node: Node) -> Option<Node> {
        let mut children = self.children(node);
        let only = children.next().filter(|only| self.name(*only).is_none() && self.text(*only).starts_with('('));
        only.filter(|_| children.next().is_none())
    }

    /// The line and the column of a byte of the text, both from 1; columns count characters.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}

fn bytes(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// Whether these words are what a replica is called.
pub(super) fn names(words: &str, replica: ReplicaId) -> bool {
    let quoted = words.strip_prefix('"').and_then(|words| words.strip_suffix('"'));
    match quoted {
        Some(name) => name.parse() == Ok(replica),
        None => words.replace('_', "").parse() == Ok(replica.0),
    }
}

/// The steps of a path; an element of a list and an entry of a map keep their opening bracket.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    let parts = path.split('.').flat_map(|part| {
        let (name, elements) = part.split_at(part.find(['[', '{']).unwrap_or(part.len()));
        let elements = elements.split_inclusive([']', '}']).map(|element| element.trim_end_matches([']', '}']));
        std::iter::once(name).chain(elements)
    });
    parts.filter(|step| !step.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> Source<'_> {
        let (source, flaws) = Source::scan(text);
        assert!(flaws.is_empty(), "{text}: {flaws:?}");
        source
    }

    #[track_caller]
    fn at(text: &str, path: &str, value: &str) {
        let source = scanned(text);
        assert_eq!(source.find(path).map(|node| source.text(node)), Some(value), "{path}");
    }

    const FILE: &str = r###"( // the "whole"
        name: "a, (b] \" c", empty: (), /* none: { */
        world: (faults: [Crash((who: Any, down: For("1s"))), Hold(to: 1)], "key": { 1: (skew: 'x'), (1, 2): [3] }),
        raw: r##"a "# b"##, last: '"',
    )"###;

    #[test]
    fn values_are_found_by_their_paths() {
        for (path, value) in [
            ("name", r#""a, (b] \" c""#),
            ("empty", "()"),
            ("world.faults[0]", r#"Crash((who: Any, down: For("1s")))"#),
            ("world.faults[0].down", r#"For("1s")"#),
            ("world.faults[0].down.0", r#""1s""#),
            ("world.faults[1].to", "1"),
            ("raw", "r##\"a \"# b\"##"),
            ("last", "'\"'"),
        ] {
            at(FILE, path, value);
        }
        at("[[1, 2], [3]]", "[0][1]", "2");
        let source = scanned(FILE);
        assert_eq!(source.find("world.faults[2]"), None);
        assert_eq!(source.nearest("world.faults[1].from").map(|node| source.head(node)), Some("Hold"));
    }

    #[test]
    fn the_innermost_value_around_a_byte_is_found_with_what_may_be_taken_away() {
        let source = scanned(FILE);
        for (word, value, removed) in [
            ("Any", "Any", "who: Any"),
            ("\"1s\"", "\"1s\"", "down: For(\"1s\")"),
            ("Hold", "Hold(to: 1)", "Hold(to: 1)"),
            ("skew", "'x'", "skew: 'x'"),
        ] {
            let node = source.around(FILE.find(word).unwrap_or_default()).expect(word);
            assert_eq!(source.text(node), value);
            let removable = source.removable(node).expect(word);
            assert_eq!(&FILE[source.extent(removable)], removed);
        }
        assert_eq!(source.root().and_then(|root| source.removable(root)), None);
    }

    #[test]
    fn places_are_lines_and_columns_of_characters() {
        let source = scanned("(\n  a: \"ä→\", b: 1)");
        let b = source.find("b").expect("b");
        assert_eq!(source.place(source.extent(b).start), (2, 12));
    }

    #[track_caller]
    fn flawed(text: &str, kind: FlawKind, span: &str, beside: Option<&str>) {
        let (_, flaws) = Source::scan(text);
        let found: Vec<_> = flaws
            .iter()
            .map(|flaw| (flaw.kind, &text[flaw.span.clone()], flaw.beside.clone().map(|beside| &text[beside])))
            .collect();
        assert_eq!(found, [(kind, span, beside)], "{text}");
    }

    #[test]
    fn what_is_put_together_wrongly_is_told() {
        use FlawKind::*;
        flawed("(a: 1", Unclosed, "(", None);
        flawed("(\n  a: (b: 1,\n  c: [\n  1],\n)", Unclosed, "(", Some(")"));
        flawed("(a: [1)", Mismatched, ")", Some("["));
        flawed("(a: 1))", Unopened, ")", None);
        flawed("(a: \"x)\n", OpenText, "\"x)", None);
        flawed("(a: \"x,\n b: \"y\", c: 1)", OpenText, "\"x,", None);
        flawed("(a: \"x\ny\",\n b: [\"z, \"w\"], c: 1)", OpenText, "\"z, \"w\"], c: 1)", None);
        flawed("(a: 1 /* x)", OpenComment, "/*", None);
        flawed("(a: 1 b: 2)", NoComma, "", Some(" "));
        flawed("[A(1) B(2)]", NoComma, "", Some(" "));
        flawed("(a 1, b: 2)", NoColon, "a", Some(" "));
        flawed("{1 (x: 1)}", NoColon, "1", Some(" "));
        flawed("(a: 1,, b: 2)", LooseComma, ",", None);
        flawed("(a: 1: 2)", LooseColon, ":", None);
        flawed("(a: , b: 2)", NoValue, "a", None);
        flawed("(a: 1) x", Trailing, "x", None);
        flawed("(a: 1),", Trailing, ",", None);
        flawed("#![enable(implicit_some)]\n(a: 1)", Attribute, "#![enable(implicit_some)]", None);
        flawed(&format!("{}{}", "(".repeat(65), ")".repeat(65)), TooDeep, "(", None);
    }

    #[test]
    fn no_text_is_too_odd_to_scan() {
        let pieces = [
            "(", ")", "[", "]", "{", "}", ",", ":", "a", "1", "\"", "'", "\\", "/*", "*/", "//", "\n", "#", "!", "r",
            "b", "ä", " ",
        ];
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            let (source, flaws) = Source::scan(&text);
            for flaw in &flaws {
                assert!(text.get(flaw.span.clone()).is_some(), "{text:?}: {flaw:?}");
            }
            for at in 0..text.len() {
                if let Some(node) = source.around(at) {
                    source.removable(node);
                    assert!(text.get(source.extent(node)).is_some() && text.get(source.head_span(node)).is_some());
                }
            }
        }
    }
}
