//! Code under test that panics is a finding with its words, in every seed anew, and prints nothing.

use std::process::Command;

use squall::base::Seed;
use squall::model::Specification;
use squall::run::{Finding, Runner, Story, hostile, hush};
use squall::scenario::{Often, Watch};
use squall::zoo::System;
use squall::zoo::counter::GCounter;
use squall::zoo::sync::FullState;

/// What tells the test in a process of its own.
const CHILD: &str = "SQUALL_TEST_PANICS";

/// What is found in some seeds of a counter of which nobody can say what it must show.
fn found(seeds: u64) -> Vec<Option<Finding>> {
    let hopeless = Specification::new("stock", |_| panic!("a stock of {}", -1));
    let system = System::judged_by(hopeless, FullState::new(GCounter::new()));
    let hostile = hostile(&[]);
    let plan = hostile.world.plan().expect("the hostile world can be run");
    let story = Story::drawn(plan, hostile.activity, hostile.pace);
    let mut runner = Runner::new(system, &[Watch { check: "spec".to_owned(), often: Often::Every }]);
    (0..seeds).map(|seed| runner.run(&story, Seed(seed)).finding).collect()
}

#[test]
fn a_panic_is_found_in_every_seed_anew() {
    hush();
    let panic = Finding::Panic("a stock of -1".to_owned());
    assert_eq!(panic.to_string(), "panic: the code under test panicked: a stock of -1");
    assert_eq!(found(5), vec![Some(panic); 5]);
}

#[test]
fn what_is_found_is_not_printed_and_other_panics_are() {
    if std::env::var_os(CHILD).is_some() {
        hush();
        assert!(found(5).iter().all(Option::is_some));
        panic!("and this one is nobody's finding");
    }
    let mut again = Command::new(std::env::current_exe().expect("this program"));
    again.args(["--exact", "what_is_found_is_not_printed_and_other_panics_are", "--nocapture"]).env(CHILD, "1");
    let output = again.output().expect("it starts");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && err.contains("and this one is nobody's finding"), "{err}");
    assert!(!err.contains("a stock of"), "{err}");
}
