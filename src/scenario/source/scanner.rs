//! Reads a text of brackets, words and separators, one after the other, with no more memory than what is open.

use std::ops::Range;

use super::{Flaw, FlawKind, MOST_NESTED, Value, bytes};

/// A bracket that is open.
struct Open {
    /// Whose it is; none for the text as a whole.
    node: Option<u32>,
    bracket: u8,
    /// The value that is being read.
    current: Option<u32>,
}

pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    values: Vec<Value>,
    flaws: Vec<Flaw>,
    open: Vec<Open>,
    /// Where each line begins, and where its first word does.
    lines: Vec<(usize, usize)>,
    /// The first bracket that is closed in a line which stands further left than its own, and where.
    askew: Option<(usize, usize)>,
    /// The first text in quotes that goes on in another line, and has more than a separator behind it.
    long_text: Option<usize>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        Scanner {
            text,
            at: 0,
            values: Vec::new(),
            flaws: Vec::new(),
            open: vec![Open { node: None, bracket: 0, current: None }],
            lines: Vec::new(),
            askew: None,
            long_text: None,
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Reads the text to its end, or as far as it can be told what it means.
    pub(super) fn run(mut self) -> (Vec<Value>, Vec<Flaw>) {
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            self.lines.push((start, start + line.len() - line.trim_start_matches([' ', '\t']).len()));
            start += line.len();
        }
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        while self.skip_blanks() && self.at < self.text.len() {
            let start = self.at;
            match self.peek(0) {
                b'(' | b'[' | b'{' => self.bracket(),
                b')' | b']' | b'}' => self.close(),
                b',' => self.comma(),
                b':' => self.colon(),
                b'#' if self.peek(1) == b'!' => self.attribute(),
                _ => {
                    if self.token() {
                        self.value(start, self.at);
                    }
                }
            }
            if self.is_lost() || self.is_over() {
                break;
            }
        }
        match self.open.len() {
            // What follows would be told wrongly.
            _ if self.is_lost() => {}
            1 => self.finish(),
            _ => self.unclosed(),
        }
        (self.values, self.flaws)
    }

    fn is_lost(&self) -> bool {
        self.flaws.last().is_some_and(|flaw| flaw.kind.is_fatal())
    }

    /// Whether all has been read, and the rest should not be there.
    fn is_over(&self) -> bool {
        self.flaws.last().is_some_and(|flaw| flaw.kind == FlawKind::Trailing)
    }

    fn flaw(&mut self, kind: FlawKind, span: Range<usize>, beside: Option<Range<usize>>) {
        if kind.is_fatal() {
            // The rest came of it.
            self.flaws.clear();
        }
        self.flaws.push(Flaw { kind, span, beside });
    }

    /// Moves to the next byte that means something. Says whether that could be done.
    fn skip_blanks(&mut self) -> bool {
        let rest = |at: usize| self.text.get(at..).unwrap_or_default();
        let mut at = self.at;
        loop {
            let tail = rest(at);
            let blank = tail.len() - tail.trim_start_matches(is_blank).len();
            let comment = match &tail[blank..] {
                line if line.starts_with("//") => line.find('\n').unwrap_or(line.len()),
                block if block.starts_with("/*") => match comment_length(block) {
                    Some(length) => length,
                    None => {
                        self.flaw(FlawKind::OpenComment, at + blank..at + blank + 2, None);
                        return false;
                    }
                },
                _ => {
                    self.at = at + blank;
                    return true;
                }
            };
            at += blank + comment;
        }
    }

    /// Moves behind a word, a number, a character or a text in quotes. Says whether that could be done.
    fn token(&mut self) -> bool {
        let start = self.at;
        let rest = &self.text[start..];
        if let Some(quoted) = quoted(rest) {
            let Some(length) = quoted else {
                // A quote that is missing makes texts of what stands between texts: the first that goes on in
                // another line is the likeliest to lack its own.
                let from = self.long_text.unwrap_or(start);
                let begin = self.text[..from].rfind('\n').map_or(0, |newline| newline + 1);
                let from = self.text[begin..].find('"').map_or(from, |quote| begin + quote);
                let line = self.text[from..].lines().next().unwrap_or_default();
                self.flaw(FlawKind::OpenText, from..from + line.trim_end().len(), None);
                return false;
            };
            self.at += length;
            let runs_on = |behind: &str| !behind.starts_with([',', ')', ']', '}', ':']);
            if self.long_text.is_none() && rest[..length].contains('\n') && runs_on(rest[length..].trim_start()) {
                self.long_text = Some(start);
            }
            return true;
        }
        let mut ends = rest.char_indices().skip(1);
        let stops = |(at, c): (usize, char)| {
            let comment = rest[at..].starts_with("//") || rest[at..].starts_with("/*");
            (comment || is_blank(c) || ",:()[]{}\"".contains(c)).then_some(at)
        };
        self.at += ends.find_map(stops).unwrap_or(rest.len());
        true
    }

    fn top(&mut self) -> &mut Open {
        let last = self.open.len() - 1;
        &mut self.open[last]
    }

    fn begin(&mut self, start: usize) -> u32 {
        let nth = self.values.len() as u32;
        let top = self.top();
        top.current = Some(nth);
        let parent = top.node;
        self.values.push(Value { span: start as u32..start as u32, parent, next: nth + 1, ..Value::default() });
        nth
    }

    /// Whether what stands next is followed by a colon.
    fn is_name(&self, end: usize) -> bool {
        let mut ahead = Scanner { at: end, ..Scanner::new(self.text) };
        ahead.skip_blanks() && ahead.peek(0) == b':'
    }

    /// The value that what begins here, or stands here, is a part or the whole of.
    fn place(&mut self, start: usize, end: usize) -> u32 {
        let bracket = self.top().bracket;
        let Some(current) = self.top().current else {
            if bracket == 0 && !self.values.is_empty() {
                self.trailing(start);
            }
            return self.begin(start);
        };
        let value = &self.values[current as usize];
        if value.span.is_empty() {
            // It had its name so far.
            self.values[current as usize].span.start = start as u32;
            return current;
        }
        let word = is_word(&self.text[bytes(&value.span)]);
        let bare = value.name.is_empty() && value.open.is_none();
        let gap = value.span.end as usize..start;
        if bracket == 0 {
            self.trailing(start);
        } else if bare && (bracket == b'{' || bracket == b'(' && word) && !self.is_name(end) {
            self.flaw(FlawKind::NoColon, bytes(&self.values[current as usize].span), Some(gap));
            let value = &mut self.values[current as usize];
            value.name = value.span.clone();
            value.span.start = start as u32;
            return current;
        } else if self.flaws.last().is_none_or(|flaw| !gap.contains(&flaw.span.start)) {
            self.flaw(FlawKind::NoComma, gap.start..gap.start, Some(gap));
        }
        self.finish();
        self.begin(start)
    }

    fn trailing(&mut self, start: usize) {
        let line = self.text[start..].lines().next().unwrap_or_default();
        self.flaw(FlawKind::Trailing, start..start + line.trim_end().len(), None);
    }

    fn value(&mut self, start: usize, end: usize) {
        let value = self.place(start, end);
        self.values[value as usize].span.end = end as u32;
    }

    fn bracket(&mut self) {
        let start = self.at;
        let named = |value: &Value| value.open.is_none() && is_word(&self.text[bytes(&value.span)]);
        let head = self.open.last().and_then(|top| top.current).filter(|top| named(&self.values[*top as usize]));
        let node = head.unwrap_or_else(|| self.place(start, start));
        let value = &mut self.values[node as usize];
        value.open = Some(start as u32);
        value.span.end = start as u32 + 1;
        if self.open.len() > MOST_NESTED {
            return self.flaw(FlawKind::TooDeep, start..start + 1, None);
        }
        self.open.push(Open { node: Some(node), bracket: self.peek(0), current: None });
        self.at += 1;
    }

    fn close(&mut self) {
        self.finish();
        let here = self.at..self.at + 1;
        let Some(node) = self.top().node else {
            return self.flaw(FlawKind::Unopened, here, None);
        };
        let opened = self.values[node as usize].open.unwrap_or_default() as usize;
        if self.askew.is_none() && self.is_askew(opened) {
            self.askew = Some((opened, self.at));
        }
        let closes = match self.top().bracket {
            b'(' => b')',
            b'[' => b']',
            _ => b'}',
        };
        if self.peek(0) != closes {
            return self.flaw(FlawKind::Mismatched, here, Some(opened..opened + 1));
        }
        self.open.pop();
        let next = self.values.len() as u32;
        let value = &mut self.values[node as usize];
        value.span.end = here.end as u32;
        value.next = next;
        self.at += 1;
    }

    /// Whether the closing bracket here begins a line that stands further left than the one of its opening one.
    fn is_askew(&self, opened: usize) -> bool {
        let line = |at: usize| self.lines[self.lines.partition_point(|(start, _)| *start <= at) - 1];
        let ((start, first), (start_before, first_before)) = (line(self.at), line(opened));
        first == self.at && first - start < first_before - start_before
    }

    /// Brackets are open at the end of the text.
    fn unclosed(&mut self) {
        let innermost = self.top().node.and_then(|node| self.values[node as usize].open).unwrap_or_default() as usize;
        let (opened, beside) = match self.askew {
            Some((opened, closed)) => (opened, Some(closed..closed + 1)),
            None => (innermost, None),
        };
        self.flaw(FlawKind::Unclosed, opened..opened + 1, beside);
    }

    fn comma(&mut self) {
        let here = self.at..self.at + 1;
        if self.top().current.is_none() {
            let kind = if self.open.len() == 1 { FlawKind::Trailing } else { FlawKind::LooseComma };
            self.flaw(kind, here, None);
        } else if self.open.len() == 1 {
            self.trailing(here.start);
        }
        self.finish();
        self.at += 1;
    }

    fn colon(&mut self) {
        let here = self.at..self.at + 1;
        self.at += 1;
        let current = self.top().current;
        match current {
            Some(current) if self.values[current as usize].name.is_empty() => {
                // What stands inside a key is of no interest.
                self.values.truncate(current as usize + 1);
                let value = &mut self.values[current as usize];
                value.name = std::mem::take(&mut value.span);
                value.span = here.end as u32..here.end as u32;
                value.open = None;
                value.next = current + 1;
            }
            _ => self.flaw(FlawKind::LooseColon, here, None),
        }
    }

    fn attribute(&mut self) {
        let rest = &self.text[self.at..];
        let line = rest.lines().next().unwrap_or_default();
        let length = line.find(']').map_or(line.len(), |end| end + 1);
        self.flaw(FlawKind::Attribute, self.at..self.at + length, None);
        self.at += length.max(2);
    }

    /// The value that was being read is complete.
    fn finish(&mut self) {
        let next = self.values.len() as u32;
        let Some(current) = self.top().current.take() else { return };
        let value = &mut self.values[current as usize];
        value.next = next;
        if value.span.is_empty() {
            let name = bytes(&value.name);
            self.flaw(FlawKind::NoValue, name, None);
        }
    }
}

/// The first byte from here on that means something.
pub(in crate::scenario) fn next_word(text: &str, at: usize) -> usize {
    let mut scanner = Scanner { at, ..Scanner::new(text) };
    if scanner.skip_blanks() { scanner.at } else { at }
}

/// The last byte before here that means something, where no comment stands between.
pub(in crate::scenario) fn last_word(text: &str, at: usize) -> Option<usize> {
    text.get(..at)?.trim_end_matches(is_blank).char_indices().next_back().map(|(at, _)| at)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn is_blank(c: char) -> bool {
    // What RON takes for blanks.
    matches!(
        c,
        ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\u{85}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
    )
}

/// How long the comment is that begins here. Comments may be nested.
fn comment_length(block: &str) -> Option<usize> {
    let bytes = block.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// How long the text or character in quotes is that begins here, if one does; nothing inside where it has no end.
fn quoted(rest: &str) -> Option<Option<usize>> {
    let prefix = rest.len() - rest.trim_start_matches(['b', 'r']).len();
    let raw = rest[..prefix].contains('r');
    let body = &rest[prefix..];
    let hashes = body.len() - body.trim_start_matches('#').len();
    if prefix > 2 || hashes > 0 && !raw {
        return None;
    }
    if raw {
        let body = body[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(body.find(&end).map(|at| prefix + hashes + 1 + at + end.len()));
    }
    let quote = body.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = true;
    for (at, c) in body.char_indices() {
        match c {
            '\n' if quote == '\'' => break,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(Some(prefix + at + 1)),
            _ => {}
        }
    }
    // A lone apostrophe is a mistake in a word, and swallows nothing.
    if quote == '"' { Some(None) } else { None }
}
