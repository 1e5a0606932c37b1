//! `squall merge`: one report of what all shards of a campaign found.
//!
//! The law: where no strategy learns from seed to seed, it is the report that one process would have made, to the
//! byte.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Exit;
use super::campaign_page::CampaignPage;
use super::findings::Sum;
use super::results::{self, Results, Trouble};
use super::share::Share;
use super::terminal::Terminal;

/// What `squall merge` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What the shards of one campaign wrote, or the folder that holds it.
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// Where counterexamples are kept.
    #[arg(long, short, value_name = "FOLDER", default_value = "squall-found")]
    output: PathBuf,
    /// Write a page of all that came of it, and one of each counterexample beside its file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Adds up what shards found, and tells of it.
pub(super) fn merge(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let mut all = Vec::new();
    let (mut incomplete, mut alien) = (false, false);
    for read in arguments.paths.iter().flat_map(|path| files(path)).map(|path| results::read(&path)) {
        match read {
            Ok(results) => all.push(results),
            Err(Trouble::Alien(says)) => {
                alien = true;
                terminal.complain(says);
            }
            Err(Trouble::Incomplete(says)) => {
                incomplete = true;
                terminal.complain(says);
            }
        }
    }
    if alien || incomplete {
        return Ok(if alien { Exit::Refused } else { Exit::Inconclusive });
    }
    match results::complete(all) {
        Ok(all) => told(all, arguments, terminal),
        Err(wrong) => {
            wrong.iter().for_each(|says| terminal.complain(says));
            Ok(Exit::Inconclusive)
        }
    }
}

/// The file of this path, or those that a folder holds.
fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = path.read_dir() else { return vec![path.to_owned()] };
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    files.sort();
    files
}

fn told(all: Vec<Results>, arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let Arguments { output, report, .. } = arguments;
    let mut sum = Sum::default();
    let mut page = report.as_deref().map(|path| CampaignPage::new(path, output));
    let (mut known, mut shares) = (Vec::new(), Vec::new());
    for results in all {
        known.extend(results.replayed);
        shares.push(results.shares.into_iter());
    }
    for replayed in &known {
        if let Some(page) = &mut page {
            page.replayed(replayed);
        }
        sum.replayed(replayed, terminal)?;
    }
    // The shares of one scenario from each shard, until there are no more scenarios.
    while let Some(share) = Share::sum(shares.iter_mut().filter_map(Iterator::next).collect()) {
        sum.hunted(&share, output, terminal)?;
        if let Some(page) = &mut page {
            page.hunted(&share, None);
        }
    }
    terminal.result(format_args!("\n{}", sum.sentence()))?;
    Ok(sum.paged(page, report.as_deref(), terminal))
}
