//! What came of hunts, told: the same words for what one process found and for what many did.
//!
//! Nothing here depends on how long anything took. What cannot be written to a file is printed.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use super::again::quoted;
use super::campaign_page::CampaignPage;
use super::files::shown;
use super::share::{Kind, Share};
use super::shrink::keep;
use super::terminal::{Terminal, Tone, plain};
use super::{Exit, interrupt};

/// A counterexample that was kept before, and whether it shows the same again.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Replayed {
    /// Its file.
    pub(super) path: String,
    /// What it shows, if it does.
    pub(super) says: Option<String>,
}

/// What came of all hunts so far.
#[derive(Default)]
pub(super) struct Sum {
    scenarios: u64,
    runs: u64,
    kinds: u64,
    known: u64,
    again: u64,
    unstable: bool,
    vacuous: u64,
    short: bool,
}

impl Sum {
    /// Tells of a counterexample that was replayed.
    pub(super) fn replayed(&mut self, replayed: &Replayed, terminal: &Terminal) -> io::Result<()> {
        let path = plain(&replayed.path);
        self.known += 1;
        match &replayed.says {
            None => terminal.result(format_args!("{} {path}", Tone::Good.paint("mended   "))),
            Some(says) => {
                self.again += 1;
                let word = Tone::Bad.paint("AGAIN    ");
                let again = quoted(Path::new(&replayed.path));
                terminal.result(format_args!("{word} {path}: {says}\n          squall run {again}"))
            }
        }
    }

    /// Tells of what came of a hunt, and keeps its counterexamples in a folder.
    pub(super) fn hunted(&mut self, share: &Share, output: &Path, terminal: &Terminal) -> io::Result<()> {
        if !share.is_empty() {
            self.scenarios += 1;
            self.vacuous += u64::from(share.judged.iter().all(|(_, runs)| *runs == 0));
        }
        self.runs += share.runs;
        self.kinds += share.kinds.len() as u64;
        self.unstable |= share.unstable().is_some();
        self.short |= share.is_short();
        terminal.results(&summary(share))?;
        share.kinds.iter().try_for_each(|kind| found(share, kind, output, terminal))
    }

    /// How it ends.
    pub(super) fn exit(&self) -> Exit {
        if self.unstable {
            Exit::Unstable
        } else if self.kinds > 0 || self.again > 0 {
            Exit::Violated
        } else if interrupt::heard() {
            Exit::Interrupted
        } else if self.scenarios + self.known == 0 {
            Exit::NothingRan
        } else if self.vacuous > 0 || self.short || self.scenarios > 0 && self.runs == 0 {
            Exit::Inconclusive
        } else {
            Exit::Expected
        }
    }

    /// How it ends, once the page of it is written, if there is to be one. What cannot be written is complained of.
    pub(super) fn paged(&self, page: Option<CampaignPage<'_>>, path: Option<&Path>, terminal: &Terminal) -> Exit {
        let exit = self.exit();
        let (Some(page), Some(path)) = (page, path) else { return exit };
        match page.write(&self.sentence(), exit == Exit::Expected) {
            Ok(()) => terminal.note(format_args!("{} is written", shown(path))),
            Err(error) => {
                terminal.complain(format_args!("{} cannot be written: {error}", shown(path)));
                return if matches!(exit, Exit::Violated | Exit::Unstable) { exit } else { Exit::Refused };
            }
        }
        exit
    }

    /// The last line.
    pub(super) fn sentence(&self) -> String {
        let mut text = format!("{}: {} runs of {} scenarios", self.exit().headline(), self.runs, self.scenarios);
        if self.kinds > 0 {
            let _ = write!(text, ", {} kinds of findings", self.kinds);
        }
        if self.known > 0 {
            let _ = write!(text, ", {} of {} known counterexamples show it again", self.again, self.known);
        }
        text
    }
}

/// What was hunted through, for people.
pub(super) fn title(path: &str, only: Option<&str>) -> String {
    plain(&only.map_or_else(|| path.to_owned(), |name| format!("{path}: {name}")))
}

/// What came of one hunt.
fn summary(share: &Share) -> String {
    let word = if share.unstable().is_some() {
        Tone::Bad.paint("UNSTABLE ")
    } else if share.kinds.is_empty() {
        Tone::Good.paint("nothing  ")
    } else {
        Tone::Bad.paint("FOUND    ")
    };
    let mut text = format!("{word} {}\n", title(&share.prey.path, share.prey.only.as_deref()));
    let mut line = |words: String| text.extend(["          ", &words, "\n"]);
    let ((first, next, whole), shard) = (share.seeds(), share.shard());
    let of = if shard.of() == 1 { String::new() } else { format!("shard {shard} of ") };
    let cut = if share.is_short() { ", fewer than asked for" } else { "" };
    let beyond = match share.runs - whole {
        0 => String::new(),
        more => format!(" and {more} after them"),
    };
    let Share { witness, hash, .. } = share;
    line(format!("{of}seeds {first}..{next}{beyond}{cut}: {} deliveries, hash {hash}", witness.delivered));
    line(format!("{} of virtual time", share.virtual_time()));
    if let Some(seed) = share.unstable() {
        line(format!("seed {seed} gave two results: the code under test is not deterministic"));
    }
    let each = share.strategies.iter().filter(|(_, runs, _)| *runs > 0);
    let each = each.map(|(strategy, runs, wrong)| format!("{strategy} {wrong} of {runs}"));
    line(format!("found by: {}", each.collect::<Vec<_>>().join(", ")));
    let bit: Vec<String> = witness
        .counts()
        .filter(|(says, count)| {
            *count > 0 && !says.starts_with("messages sent") && !says.starts_with("copies delivered")
        })
        .map(|(says, count)| format!("{count} {says}"))
        .collect();
    line(format!("what went wrong: {}", if bit.is_empty() { "nothing".to_owned() } else { bit.join(", ") }));
    for idle in &share.idle {
        line(format!("did nothing: {idle}"));
    }
    let judged = share.judged.iter().map(|(check, runs)| format!("{check} {:.0} %", share.percent(*runs)));
    line(format!("runs in which something was judged: {}", judged.collect::<Vec<_>>().join(", ")));
    let coverage = share.coverage();
    let curve = coverage.iter().skip(coverage.len().saturating_sub(4));
    let curve = curve.map(|(runs, states)| format!("{states} after {runs}"));
    line(format!("abstract states: {}", curve.collect::<Vec<_>>().join(", ")));
    line(format!("the next seed shows a new one with a chance of about {:.2} % (Good and Turing)", share.news()));
    if share.by_priorities() > 0 {
        line(bound(share.by_priorities(), share.links, witness.delivered / share.runs.max(1)));
    }
    text
}

/// What runs by priorities amount to.
fn bound(runs: u64, links: u64, deliveries: u64) -> String {
    let chance = |depth: i32| {
        let one = 1.0 / (links.max(1) as f64 * (deliveries.max(1) as f64).powi(depth - 1));
        // Repeated squaring of one basic operation: the same on every machine.
        let mut none = 1.0;
        let (mut base, mut left) = (1.0 - one, runs);
        while left > 0 {
            if left % 2 == 1 {
                none *= base;
            }
            base *= base;
            left /= 2;
        }
        100.0 * (1.0 - none)
    };
    format!(
        "{runs} runs by priorities over {links} links and some {deliveries} deliveries show an order that one \
         constraint forces with a chance of at least {:.1} %, of two {:.1} %, of three {:.2} %",
        chance(1),
        chance(2),
        chance(3)
    )
}

/// Where the counterexample of a kind of finding is kept.
pub(super) fn place(stem: &str, kind: &Kind, output: &Path) -> PathBuf {
    output.join(format!("{stem}-{}-{}.ron", kind.check, kind.first))
}

/// One kind of finding, and its counterexample.
fn found(share: &Share, kind: &Kind, output: &Path, terminal: &Terminal) -> io::Result<()> {
    let Kind { says, seeds, first, strategy, finding, small, .. } = kind;
    let times = if *seeds == 1 { "1 seed".to_owned() } else { format!("{seeds} seeds") };
    terminal.result(format_args!("\n{} in {times}, first in {first} ({strategy})", Tone::Bad.paint(plain(says))))?;
    let Some(small) = small else {
        terminal.result(finding)?;
        let path = quoted(Path::new(&share.prey.path));
        return terminal.result(format_args!("again with: squall fuzz {path} --seed {first}"));
    };
    terminal.result(&small.drawn)?;
    let output = place(&share.prey.stem, kind, output);
    match keep(&output, &small.file) {
        Ok(()) => terminal.result(format_args!("again with: squall run {}", quoted(&output))),
        Err(error) => {
            terminal.complain(format_args!("{} cannot be written: {error}; here it is", output.display()));
            terminal.result(small.file.trim_end())
        }
    }
}
