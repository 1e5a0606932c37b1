//! What a person reads when a check finds something: the messages of some specimens, word for word.
//!
//! `SQUALL_WRITE_MESSAGES=1 cargo test --test messages` writes them anew.

use std::fs;
use std::path::Path;

use squall::run::{hostile, trial};
use squall::zoo::specimen;

/// Specimens of all kinds of checks.
const SPECIMENS: [&str; 13] = [
    "set_without_tombstones",
    "number_merged_by_maximum",
    "register_without_tie_break",
    "lost_sibling",
    "wall_clock_called_causal",
    "grant_counted_twice",
    "delta_buffer_cleared_early",
    "removal_of_unseen_tags",
    "value_reset_only_here",
    "cart_merged_by_union",
    "names_only_the_last",
    "order_by_sender_only",
    "reads_where_they_come",
];

#[test]
fn messages_say_what_went_wrong() {
    for name in SPECIMENS {
        let one =
            specimen::all().find(|one| one.name == name).unwrap_or_else(|| panic!("no specimen is called {name}"));
        let trial = trial((one.system)(), &hostile(one.needs), &[one.caught_by], 0..2000);
        let (seed, finding) = trial.found.unwrap_or_else(|| panic!("{name} was not caught"));
        let message = format!("seed {seed}\n{finding}\n");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages").join(format!("{name}.txt"));
        if std::env::var_os("SQUALL_WRITE_MESSAGES").is_some_and(|wanted| wanted == "1") {
            fs::write(&path, &message).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        let stored = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(stored, message, "the message of {name} is not what is stored in {}", path.display());
    }
}
