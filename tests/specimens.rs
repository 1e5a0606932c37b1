//! Every specimen is caught by the check that it names.

use squall::run::{hostile, trial};
use squall::zoo::specimen;

/// How many seeds it may take.
const SEEDS: u64 = 2000;

#[test]
fn every_specimen_is_caught_by_the_check_that_it_names() {
    let mut missed = Vec::new();
    for specimen in specimen::all() {
        let trial = trial((specimen.system)(), &hostile(specimen.needs), &[specimen.caught_by], 0..SEEDS);
        match &trial.found {
            Some((_, finding)) if finding.check() == specimen.caught_by => {}
            other => missed.push(format!("{}: {other:?} in {} seeds", specimen.name, trial.runs)),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
