//! Variables of the environment that begin with `SQUALL_`: those that are known are read by clap, and of the
//! others whoever set them is told.

use std::collections::BTreeSet;

use clap::Command;

use super::shards;
use crate::base::nearest;

/// What all variables of ours begin with.
const OURS: &str = "SQUALL_";

/// All variables that a command and its subcommands read.
fn known(command: &Command, found: &mut BTreeSet<String>) {
    let read = command.get_arguments().filter_map(|argument| argument.get_env());
    found.extend(read.map(|name| name.to_string_lossy().into_owned()));
    command.get_subcommands().for_each(|command| known(command, found));
}

/// What is to be said of variables that look like ours and that nobody reads.
pub(super) fn unread(command: &Command, names: impl Iterator<Item = String>) -> Vec<String> {
    let ours: BTreeSet<String> = names.filter(|name| name.starts_with(OURS)).collect();
    if ours.is_empty() {
        return Vec::new();
    }
    let mut read = BTreeSet::new();
    known(command, &mut read);
    read.extend(shards::OURS.map(str::to_owned));
    let unread = ours.into_iter().filter(|name| !read.contains(name));
    unread
        .map(|name| match nearest(&name, read.iter().map(String::as_str)) {
            Some(other) => format!("nothing reads {name}: did you mean {other}?"),
            None => {
                let all: Vec<&str> = read.iter().map(String::as_str).collect();
                format!("nothing reads {name}: there are {}", all.join(", "))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    fn said(names: &[&str]) -> Vec<String> {
        let seed = Arg::new("seed").long("seed").env("SQUALL_SEED");
        let jobs = Arg::new("jobs").long("jobs").env("SQUALL_JOBS");
        let command = Command::new("squall").arg(jobs).subcommand(Command::new("run").arg(seed));
        unread(&command, names.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn a_variable_that_nobody_reads_is_named_with_the_nearest_that_somebody_does() {
        assert_eq!(said(&["SQUALL_SEED", "SQUALL_JOBS", "PATH"]), [""; 0]);
        assert_eq!(said(&["SQUALL_SEDE"]), ["nothing reads SQUALL_SEDE: did you mean SQUALL_SEED?"]);
        let other = said(&["SQUALL_SOMETHING_ELSE"]);
        assert_eq!(
            other,
            ["nothing reads SQUALL_SOMETHING_ELSE: there are SQUALL_JOBS, SQUALL_SEED, SQUALL_SHARD_INDEX, \
              SQUALL_SHARD_TOTAL"]
        );
    }
}
