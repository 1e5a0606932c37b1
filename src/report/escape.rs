//! Texts from elsewhere, made harmless for the place where they are put.
//!
//! Values, operations and names come from scenario files and from code under test, and may hold anything. The law:
//! whatever a text holds, what comes out is one line, and ends nothing but itself.

/// Whether a sign steers how others are shown: the marks of writing direction and their like.
pub(super) fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A sign as it is safe to show: what would move the cursor or turn the writing round is a dot.
pub(super) fn shown(c: char) -> char {
    if c.is_control() || is_format(c) { '·' } else { c }
}

/// The beginning of a text, as one line of at most so many signs; where that is not all, it ends in `…`.
pub(super) fn line(text: &str, most: usize) -> String {
    let mut line: String = text.chars().take(most).map(shown).collect();
    if text.chars().nth(most).is_some() {
        line.pop();
        line.push('…');
    }
    line
}

/// A name as one word of letters, digits, `_`, `.` and `-`.
pub(super) fn word(text: &str) -> String {
    let sign = |c: char| if c.is_alphanumeric() || "_.-".contains(c) { c } else { '·' };
    if text.is_empty() { "·".to_owned() } else { text.chars().map(sign).collect() }
}

/// A text as JSON, in its quotes. It may stand in a page, too: nothing in it begins a tag.
pub(super) fn json(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '<' | '>' | '&' => json.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if (c.is_control() || is_format(c)) && u32::from(c) <= 0xffff => {
                json.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

/// A text for Mermaid, in which all that could mean something is written as a number.
pub(super) fn mermaid(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " .,_+*=()/'!?…·–✗×→←".contains(c);
    let mut safe = String::with_capacity(text.len());
    for c in text.chars().map(shown) {
        if harmless(c) { safe.push(c) } else { safe.push_str(&format!("#{};", u32::from(c))) }
    }
    safe
}

/// A text as a label of Graphviz, in its quotes.
pub(super) fn dot(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(shown(c)),
        }
    }
    quoted.push('"');
    quoted
}

/// A text as it can stand in HTML, between tags and in the quotes of attributes.
pub fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push('\n'),
            c => safe.push(shown(c)),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\"b\\c\n</script>\u{202e}\u{1b}[31m;#{}";

    #[test]
    fn whatever_a_text_holds_it_ends_nothing_but_itself() {
        assert_eq!(line(HOSTILE, 100), "a\"b\\c·</script>··[31m;#{}");
        assert_eq!((line(HOSTILE, 4), line("abcd", 4)), ("a\"b…".to_owned(), "abcd".to_owned()));
        assert_eq!((word("two words"), word("")), ("two·words".to_owned(), "·".to_owned()));
        assert_eq!(json(HOSTILE), "\"a\\\"b\\\\c\\u000a\\u003c/script\\u003e\\u202e\\u001b[31m;#{}\"");
        assert_eq!(mermaid("a;b<c>\n"), "a#59;b#60;c#62;·");
        assert_eq!(html("<a href='x'>\u{7}"), "&lt;a href=&#39;x&#39;&gt;·");
        assert_eq!(dot(HOSTILE), "\"a\\\"b\\\\c\\n</script>··[31m;#{}\"");
    }
}
