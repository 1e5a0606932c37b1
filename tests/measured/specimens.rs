//! Every specimen and the check that catches it: how many seeds it takes, and how short the shortest story is.

use std::fmt::Write;

use squall::run::{hostile, tally, trial};
use squall::zoo::specimen;

/// How many seeds are tried before a specimen counts as missed.
const MOST: u64 = 2000;
/// Over how many seeds the shortest story is looked for.
const SEEDS: u64 = 100;

pub(crate) fn report() -> String {
    let mut report = String::from(
        "# Specimens\n\n\
         Implementations that are wrong on purpose, each in the hostile world of its family (three replicas, 15 % of \
         messages lost, a fifth doubled, a fifth held up, a partition, a pause, a crash) with what it needs beyond \
         that, and with the one check that must catch it. *Seeds* says how many were run until it did; *of 100* in \
         how many of the first hundred it does; *updates* how few had been issued by then in the shortest of \
         those.\n\n\
         | specimen | what is wrong | check | needs | seeds | of 100 | updates |\n|---|---|---|---|---|---|---|\n",
    );
    let (mut count, mut within) = (0, 0);
    for one in specimen::all() {
        let hostile = hostile(one.needs);
        let trial = trial((one.system)(), &hostile, &[one.caught_by], 0..MOST);
        let (found, fewest) = tally((one.system)(), &hostile, &[one.caught_by], 0..SEEDS);
        let seeds = if trial.found.is_some() { trial.runs.to_string() } else { "missed".to_owned() };
        let needs: Vec<String> = one.needs.iter().map(|need| format!("{need:?}")).collect();
        let fewest = fewest.map_or("–".to_owned(), |fewest| fewest.to_string());
        (count, within) = (count + 1, within + u32::from(trial.runs <= 50));
        let _ = writeln!(
            report,
            "| `{}` | {} | `{}` | {} | {seeds} | {found} | {fewest} |",
            one.name,
            one.mistake,
            one.caught_by,
            needs.join(", ")
        );
    }
    let _ = writeln!(report, "\n{count} specimens; {within} of them are caught within 50 seeds.");
    report
}
