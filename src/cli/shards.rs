//! Which shard of a campaign this process is: as it is written, or as the scheduler that started it has it.
//!
//! The law: a shard is never guessed. Where a scheduler says half of it, or two say something, nothing is run.

use crate::hunt::Shard;

/// Which shard is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// This one.
    Told(Shard),
    /// The one that the scheduler means; of so many, where it does not say so itself.
    Auto(Option<u64>),
}

impl Part {
    /// Reads `2/4`, `auto` or `auto/4`.
    pub(super) fn parse(text: &str) -> Result<Part, String> {
        let wrong = || format!("`{text}` is no shard: write which of how many, such as 2/4, or auto, or auto/4");
        let number = |text: &str| text.trim().parse::<u64>().ok();
        match text.split_once('/').map_or((text, None), |(which, of)| (which, Some(of))) {
            ("auto", None) => Ok(Part::Auto(None)),
            ("auto", Some(of)) => Ok(Part::Auto(Some(number(of).filter(|of| *of > 0).ok_or_else(wrong)?))),
            (which, Some(of)) => {
                let shard = number(which).zip(number(of)).and_then(|(which, of)| Shard::new(which, of));
                shard.map(Part::Told).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    }

    /// The shard, in an environment.
    pub(super) fn shard(self, variable: impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
        match self {
            Part::Told(shard) => Ok(shard),
            Part::Auto(of) => auto(of, |name| variable(name).filter(|value| !value.is_empty())),
        }
    }
}

/// How a scheduler says which of its jobs a process is.
struct Scheduler {
    name: &'static str,
    index: &'static str,
    /// What the first of its jobs has for an index, where no variable says so.
    base: u64,
    total: Option<&'static str>,
}

/// Those that are known.
const SCHEDULERS: [Scheduler; 6] = [
    Scheduler { name: "Slurm", index: "SLURM_ARRAY_TASK_ID", base: 0, total: Some("SLURM_ARRAY_TASK_COUNT") },
    Scheduler { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", base: 0, total: None },
    Scheduler { name: "GNU parallel", index: "PARALLEL_SEQ", base: 1, total: None },
    Scheduler { name: "GitLab", index: "CI_NODE_INDEX", base: 1, total: Some("CI_NODE_TOTAL") },
    Scheduler { name: "CircleCI", index: "CIRCLE_NODE_INDEX", base: 0, total: Some("CIRCLE_NODE_TOTAL") },
    Scheduler { name: "a matrix", index: OURS[0], base: 0, total: Some(OURS[1]) },
];

/// What the job files of those are given that have no variables of their own.
pub(super) const OURS: [&str; 2] = ["SQUALL_SHARD_INDEX", "SQUALL_SHARD_TOTAL"];

fn auto(of: Option<u64>, variable: impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let number = |name: &str| -> Result<Option<u64>, String> {
        let Some(text) = variable(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("{name} is `{text}`, which is no number"))
    };
    let speaks = |scheduler: &&Scheduler| {
        variable(scheduler.index).is_some() || scheduler.total.is_some_and(|total| variable(total).is_some())
    };
    let speaking: Vec<&Scheduler> = SCHEDULERS.iter().filter(speaks).collect();
    let scheduler = match speaking[..] {
        [scheduler] => scheduler,
        [] => {
            let all: Vec<&str> = SCHEDULERS.iter().map(|scheduler| scheduler.index).collect();
            return Err(format!("no scheduler says which shard this is: none of {} is set", all.join(", ")));
        }
        [one, other, ..] => {
            let (one, other) = (one.name, other.name);
            return Err(format!("both {one} and {other} say which shard this is: write which it is, such as 2/4"));
        }
    };
    let (index, total) = (scheduler.index, scheduler.total);
    let at = number(index)?.ok_or_else(|| {
        format!("{} is set and {index} is not: this is no part of an array of jobs", total.unwrap_or_default())
    })?;
    let told = total.map(number).transpose()?.flatten();
    let of = match (of, told) {
        (Some(of), Some(told)) if of != told => {
            let total = total.unwrap_or_default();
            return Err(format!("there are to be {of} shards, and {total} says {told}"));
        }
        (None, None) => {
            return Err(format!("{index} says which shard this is and not of how many: write --shard auto/N"));
        }
        (of, told) => told.or(of).unwrap_or_default(),
    };
    // An array of Slurm's may begin anywhere and leave out numbers.
    let is_slurm = index == SCHEDULERS[0].index;
    let base = if is_slurm { number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(scheduler.base) } else { scheduler.base };
    let step = if is_slurm { number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1) } else { 1 };
    let nth = at.checked_sub(base).filter(|past| past.is_multiple_of(step)).map(|past| past / step);
    nth.and_then(|nth| Shard::new(nth.checked_add(1)?, of))
        .ok_or_else(|| format!("{index} is {at}, which is none of {of} shards"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, variables: &[(&str, &str)]) -> String {
        let set = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let shard = Part::parse(text).and_then(|part| part.shard(set));
        shard.map_or_else(|error| error, |shard| shard.to_string())
    }

    #[test]
    fn a_shard_is_written_as_one_of_how_many() {
        assert_eq!(told("2/4", &[("PARALLEL_SEQ", "3")]), "2/4");
        for text in ["0/4", "5/4", "4", "a/b", "1/0", "auto/0", "auto/x", "", "-1/4"] {
            assert!(told(text, &[]).ends_with("is no shard: write which of how many, such as 2/4, or auto, or auto/4"));
        }
    }

    #[test]
    fn every_scheduler_counts_in_its_own_way() {
        let slurm = |id, min, step| {
            let task = [("SLURM_ARRAY_TASK_ID", id), ("SLURM_ARRAY_TASK_MIN", min), ("SLURM_ARRAY_TASK_STEP", step)];
            told("auto", &[&task[..], &[("SLURM_ARRAY_TASK_COUNT", "4")]].concat())
        };
        assert_eq!([slurm("1", "1", "1"), slurm("3", "0", "1"), slurm("12", "10", "2")], ["1/4", "4/4", "2/4"]);
        assert_eq!(slurm("11", "10", "2"), "SLURM_ARRAY_TASK_ID is 11, which is none of 4 shards");
        assert_eq!(told("auto/4", &[("JOB_COMPLETION_INDEX", "0")]), "1/4");
        assert_eq!(told("auto/4", &[("PARALLEL_SEQ", "4")]), "4/4");
        assert_eq!(told("auto", &[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "3")]), "1/3");
        assert_eq!(told("auto", &[("CIRCLE_NODE_INDEX", "2"), ("CIRCLE_NODE_TOTAL", "3")]), "3/3");
        assert_eq!(told("auto/3", &[(OURS[0], "1"), (OURS[1], "3")]), "2/3");
    }

    #[test]
    fn what_is_half_said_or_said_twice_is_never_guessed() {
        for (text, variables, says) in [
            ("auto", &[][..], "no scheduler says which shard this is"),
            ("auto", &[("PARALLEL_SEQ", "")], "no scheduler says"),
            ("auto", &[("PARALLEL_SEQ", "2")], "write --shard auto/N"),
            ("auto", &[("CI_NODE_TOTAL", "1")], "CI_NODE_TOTAL is set and CI_NODE_INDEX is not"),
            ("auto/4", &[("PARALLEL_SEQ", "2"), ("CI_NODE_TOTAL", "1")], "both GNU parallel and GitLab say"),
            ("auto/4", &[("PARALLEL_SEQ", "5")], "PARALLEL_SEQ is 5, which is none of 4 shards"),
            ("auto/4", &[("PARALLEL_SEQ", "0")], "PARALLEL_SEQ is 0, which is none of 4 shards"),
            ("auto/4", &[("CIRCLE_NODE_INDEX", "1"), ("CIRCLE_NODE_TOTAL", "3")], "there are to be 4 shards"),
            ("auto/4", &[("JOB_COMPLETION_INDEX", "one")], "JOB_COMPLETION_INDEX is `one`, which is no number"),
        ] {
            assert!(told(text, variables).contains(says), "{says}? in {}", told(text, variables));
        }
    }
}
