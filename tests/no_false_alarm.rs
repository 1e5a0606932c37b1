//! No right implementation is accused: every data type on every sync that fits, in the hostile world, with
//! all checks on.

use squall::run::{STANDARD, hostile, trial};
use squall::zoo::broadcast::Ground;
use squall::zoo::registry::{self, Unknown};
use squall::zoo::specimen::Need;

/// How many seeds: `SQUALL_SEEDS`, else few where code is not optimised.
fn seeds() -> u64 {
    let asked = std::env::var("SQUALL_SEEDS").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(if cfg!(debug_assertions) { 4 } else { 200 })
}

/// Runs all that is right in a world, with all checks on; these must have judged something also in a few seeds.
fn nobody_is_accused(needs: &[Need], surely: &[&str]) {
    let mut accused = Vec::new();
    for (data, syncs) in registry::all() {
        for sync in syncs {
            let system = registry::system(data, sync).unwrap();
            let checks = [&STANDARD, system.checks()].concat();
            let trial = trial(system, &hostile(needs), &checks, 0..seeds());
            if let Some((seed, finding)) = &trial.found {
                accused.push(format!("{data} on {sync}, seed {}: {finding}", seed.0));
            }
            // What some types claim and others do not, and what only a world without losses has; of a list, `order` judges what `spec` judges elsewhere.
            let claimed = ["delivered", "equal", "effect", "laws", "order", "monotone", "refusals", "stamps"];
            let ordered = trial.judged.iter().any(|(check, judged)| *check == "order" && *judged > 0);
            for (check, judged) in &trial.judged {
                // In a few seeds it may be that all never know all while there is time left to be quiet.
                let applies = !(claimed.contains(check) || ordered && *check == "spec" || seeds() < 50);
                let must = applies || surely.contains(check);
                assert!(*judged > 0 || !must || trial.found.is_some(), "{data} on {sync}: `{check}` judged nothing");
            }
        }
    }
    assert!(accused.is_empty(), "{} accused:\n{}", accused.len(), accused.join("\n"));
}

#[test]
fn no_right_implementation_is_accused_in_the_hostile_world() {
    nobody_is_accused(&[], &[]);
}

#[test]
fn no_right_implementation_is_accused_where_nothing_is_lost() {
    nobody_is_accused(&[Need::NoLoss], &["delivered"]);
}

#[test]
fn what_right_replicas_handled_tells_all_of_their_states() {
    for (data, syncs) in registry::all() {
        for sync in syncs {
            let system = registry::system(data, sync).unwrap();
            let trial = trial(system, &hostile(&[]), &["replay"], 0..seeds().min(10));
            assert_eq!(trial.found, None, "{data} on {sync}");
            assert!(trial.judged[0].1 > trial.runs, "{data} on {sync}: nobody was replayed");
        }
    }
}

#[test]
fn no_broadcast_is_accused_in_the_hostile_world() {
    let mut accused = Vec::new();
    for mesh in [true, false] {
        let hostile = hostile(if mesh { &[] } else { &[Need::Replicas(5), Need::Ring] });
        for entry in registry::broadcasts() {
            let links = Ground { mesh, ..Ground::HOSTILE };
            let system = match registry::broadcast(entry.name, hostile.pace.period, links) {
                Err(Unknown::Network(..)) if !mesh => continue,
                system => system.unwrap_or_else(|error| panic!("{error}")),
            };
            let promised = system.checks().to_vec();
            let trial = trial(system, &hostile, &[&STANDARD[..], &promised].concat(), 0..seeds());
            if let Some((seed, finding)) = &trial.found {
                accused.push(format!("{}, seed {}: {finding}", entry.name, seed.0));
            }
            for (check, judged) in &trial.judged {
                let tested = *judged > 0 || !promised.contains(check) || seeds() < 50 || trial.found.is_some();
                assert!(tested, "{}: `{check}` judged nothing", entry.name);
            }
        }
    }
    assert!(accused.is_empty(), "{} accused:\n{}", accused.len(), accused.join("\n"));
}
