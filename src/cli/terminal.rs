//! Where words go: results to standard output, everything else to standard error, in colours or without.
//!
//! Nothing here panics, whatever becomes of the streams. Whoever writes results learns when nobody reads them.

use std::io::{self, IsTerminal, Stderr, Stdout, Write};
use std::sync::Mutex;

use anstream::AutoStream;
use clap::ColorChoice;
use clap::builder::styling::{AnsiColor, Style};
use indicatif::ProgressBar;

/// How much is said beside the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Loudness {
    /// What is wrong, and the last line.
    Quiet,
    /// What is usual.
    Usual,
    /// More.
    Verbose,
}

/// What a word is about, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Good,
    /// Wrong.
    Bad,
    /// Neither.
    Doubtful,
    /// Beside the point.
    Faint,
    /// To be seen first.
    Strong,
}

impl Tone {
    const fn style(self) -> Style {
        match self {
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Doubtful => AnsiColor::Yellow.on_default(),
            Tone::Faint => Style::new().dimmed(),
            Tone::Strong => Style::new().bold(),
        }
    }

    /// A word in this tone.
    pub(super) fn paint(self, word: impl std::fmt::Display) -> String {
        let style = self.style();
        format!("{style}{word}{style:#}")
    }
}

/// A text as it is safe to show: what would move the cursor or change colours is written out.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' { plain.extend(c.escape_default()) } else { plain.push(c) }
    }
    plain
}

/// The two streams of the program.
pub(super) struct Terminal {
    out: Mutex<AutoStream<Stdout>>,
    err: Mutex<AutoStream<Stderr>>,
    loudness: Loudness,
    /// A bar that steps aside while something is written.
    bar: Mutex<Option<ProgressBar>>,
}

impl Terminal {
    /// The streams of this process.
    pub(super) fn new(color: ColorChoice, loudness: Loudness) -> Terminal {
        let choice = match color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        Terminal {
            out: Mutex::new(AutoStream::new(io::stdout(), choice)),
            err: Mutex::new(AutoStream::new(io::stderr(), choice)),
            loudness,
            bar: Mutex::new(None),
        }
    }

    /// How much is said beside the results.
    pub(super) fn loudness(&self) -> Loudness {
        self.loudness
    }

    /// Whether somebody watches standard error.
    pub(super) fn is_watched(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Writes a result, and its end of line.
    pub(super) fn result(&self, text: impl std::fmt::Display) -> io::Result<()> {
        self.results(&format!("{text}\n"))
    }

    /// Writes results as they are.
    pub(super) fn results(&self, text: &str) -> io::Result<()> {
        self.aside(|| {
            let mut out = lock(&self.out);
            out.write_all(text.as_bytes())?;
            out.flush()
        })
    }

    /// Says something beside the results, unless nothing is wanted.
    pub(super) fn note(&self, text: impl std::fmt::Display) {
        if self.loudness >= Loudness::Usual {
            self.say(&text.to_string());
        }
    }

    /// Says something that only the curious want to know.
    pub(super) fn detail(&self, text: impl std::fmt::Display) {
        if self.loudness == Loudness::Verbose {
            self.say(&Tone::Faint.paint(text));
        }
    }

    /// Says something that may be a mistake.
    pub(super) fn warn(&self, text: impl std::fmt::Display) {
        self.say(&format!("{} {text}", Tone::Doubtful.paint("warning:")));
    }

    /// Says what is wrong.
    pub(super) fn complain(&self, text: impl std::fmt::Display) {
        self.say(&format!("{} {text}", Tone::Bad.paint("error:")));
    }

    /// Says what is wrong with a file; the words come with their lines and colours.
    pub(super) fn refuse(&self, text: &str) {
        self.say(text.trim_end());
    }

    fn say(&self, text: &str) {
        self.aside(|| {
            // Nobody is left to be told that nobody listens.
            let _ = writeln!(lock(&self.err), "{text}");
        });
    }

    /// Shows a bar until it is taken away.
    pub(super) fn show(&self, bar: Option<ProgressBar>) {
        *lock(&self.bar) = bar;
    }

    fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        let bar = lock(&self.bar).clone();
        match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// A lock that is good whatever became of those who held it: streams have no state to spoil.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_move_the_cursor_is_written_out() {
        assert_eq!(plain("a\u{1b}[31mb\r\tc\nd"), "a\\u{1b}[31mb\\r\\tc\nd");
    }
}
