//! The file that a shard leaves behind: JSON lines under a temporary name, and under its own once all is in it.
//!
//! The law: a file of that name that ends with its last line holds all that its shard has to tell; any other is
//! told apart from it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::findings::Replayed;
use super::share::Share;
use super::shrink::{moved, partial};
use crate::hunt::Shard;

/// What the lines of such a file are.
const FORMAT: u32 = 1;

/// A line of such a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    /// The first.
    Begin(Head),
    /// A counterexample that was kept before was replayed.
    Replayed(Replayed),
    /// A scenario was hunted through.
    Hunted(Box<Share>),
    /// The last.
    End {
        /// How many lines came between.
        lines: u64,
    },
}

/// What a file is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    format: u32,
    /// The version of squall that wrote it.
    squall: String,
    /// What tells the campaign from every other.
    campaign: String,
    /// The shard's number, from 1 on.
    shard: u64,
    /// How many there are.
    of: u64,
}

impl Head {
    /// That of a shard of a campaign.
    pub(super) fn new(shard: Shard, campaign: String) -> Head {
        let squall = env!("CARGO_PKG_VERSION").to_owned();
        Head { format: FORMAT, squall, campaign, shard: shard.number(), of: shard.of() }
    }
}

/// A file that is being written. What goes wrong on the way is told in the end: the hunt goes on.
pub(super) struct Writing {
    path: PathBuf,
    file: File,
    lines: u64,
    trouble: io::Result<()>,
}

impl Writing {
    /// Begins one.
    pub(super) fn begin(path: &Path, head: Head) -> io::Result<Writing> {
        let file = File::create(partial(path)?)?;
        let mut writing = Writing { path: path.to_owned(), file, lines: 0, trouble: Ok(()) };
        writing.line(&Line::Begin(head));
        std::mem::replace(&mut writing.trouble, Ok(()))?;
        Ok(writing)
    }

    fn line(&mut self, line: &Line) {
        if self.trouble.is_ok() {
            self.lines += 1;
            let text = serde_json::to_string(line).map_err(io::Error::from);
            self.trouble = text.and_then(|text| writeln!(self.file, "{text}"));
        }
    }

    /// Writes down what came of replaying a counterexample.
    pub(super) fn replayed(&mut self, replayed: &Replayed) {
        self.line(&Line::Replayed(replayed.clone()));
    }

    /// Writes down what came of a hunt.
    pub(super) fn hunted(&mut self, share: &Share) {
        self.line(&Line::Hunted(Box::new(share.clone())));
    }

    /// That was all.
    pub(super) fn end(mut self) -> io::Result<()> {
        let lines = self.lines - 1;
        self.line(&Line::End { lines });
        self.trouble?;
        self.file.sync_all()?;
        moved(&self.path)
    }
}

/// What a shard told.
#[derive(Debug)]
pub(super) struct Results {
    /// Where it was found.
    pub(super) path: PathBuf,
    head: Head,
    /// The counterexamples that it replayed.
    pub(super) replayed: Vec<Replayed>,
    /// What it hunted through.
    pub(super) shares: Vec<Share>,
}

/// Why there is nothing to merge.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// A file is something else, or cannot be read.
    Alien(String),
    /// Shards are missing, or there twice, or not whole.
    Incomplete(String),
}

/// Reads what a shard told.
pub(super) fn read(path: &Path) -> Result<Results, Trouble> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        let says = format!("{shown}: {error}");
        if error.kind() == io::ErrorKind::NotFound { Trouble::Incomplete(says) } else { Trouble::Alien(says) }
    })?;
    let cut = |line: usize| Trouble::Incomplete(format!("{shown} is cut short: it ends with line {line}"));
    let mut lines = (1..).zip(text.split_inclusive('\n'));
    let head = lines.next().and_then(|(_, line)| match serde_json::from_str(line) {
        Ok(Line::Begin(head)) => Some(head),
        _ => None,
    });
    let Some(head) = head else {
        if text.is_empty() {
            return Err(cut(0));
        }
        return Err(Trouble::Alien(format!(
            "{shown} is not the result of a shard, as `squall fuzz --shard` writes it"
        )));
    };
    if head.format != FORMAT {
        let format = head.format;
        return Err(Trouble::Alien(format!("{shown} has format {format}, and this squall reads {FORMAT}")));
    }
    let (mut replayed, mut shares, mut last) = (Vec::new(), Vec::new(), 1);
    for (number, line) in lines {
        let whole = line.ends_with('\n');
        match serde_json::from_str(line) {
            Ok(Line::Replayed(one)) => replayed.push(one),
            Ok(Line::Hunted(share)) => shares.push(*share),
            Ok(Line::End { lines }) if lines == number - 2 && number as usize == text.lines().count() => {
                return Ok(Results { path: path.to_owned(), head, replayed, shares });
            }
            // The last line of a file that somebody did not come to the end of.
            Err(_) if !whole => break,
            _ => return Err(Trouble::Alien(format!("{shown}:{number}: no line of a shard's result"))),
        }
        last = number as usize;
    }
    Err(cut(last))
}

/// All shards of one campaign in their order, or all that is wrong with them.
pub(super) fn complete(mut all: Vec<Results>) -> Result<Vec<Results>, Vec<String>> {
    let Some(first) = all.first() else { return Err(vec!["there is no result of a shard there".to_owned()]) };
    let (head, path) = (first.head.clone(), first.path.clone());
    let mut wrong = Vec::new();
    for other in &all {
        let (one, two) = (path.display(), other.path.display());
        if other.head.squall != head.squall {
            let (old, new) = (&head.squall, &other.head.squall);
            wrong.push(format!("{one} is by squall {old} and {two} by squall {new}"));
        } else if other.head.of != head.of {
            wrong.push(format!("{one} is one of {} shards and {two} one of {}", head.of, other.head.of));
        } else if other.head.campaign != head.campaign {
            wrong
                .push(format!("{one} and {two} are of two campaigns: scenarios, seeds or strategies are not the same"));
        }
    }
    if wrong.is_empty() {
        all.sort_by_key(|results| results.head.shard);
        for pair in all.windows(2).filter(|pair| pair[0].head.shard == pair[1].head.shard) {
            let (number, one, two) = (pair[0].head.shard, pair[0].path.display(), pair[1].path.display());
            wrong.push(format!("shard {number}/{} is there twice: {one} and {two}", head.of));
        }
        let missing = (1..=head.of).filter(|number| all.iter().all(|results| results.head.shard != *number));
        // Whoever gave a wrong number is not told of all that there are not.
        wrong.extend(missing.take(10).map(|number| format!("shard {number}/{} is missing", head.of)));
    }
    if wrong.is_empty() { Ok(all) } else { Err(wrong) }
}
