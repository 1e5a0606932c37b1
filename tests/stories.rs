//! What a person sees of a run: stories of scenarios, sign for sign.
//!
//! `SQUALL_WRITE_STORIES=1 cargo test --test stories` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use squall::base::Seed;
use squall::report::{Drawing, story, story_against};
use squall::run::{Picture, campaign, depict, read};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What happens in the first seed of a scenario in which something is found; in the first at all where nothing is.
fn picture(scenario: &str) -> Picture {
    let path = root().join("scenarios").join(scenario).with_extension("ron");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = read(&text).unwrap_or_else(|error| panic!("{scenario}: {error:?}"));
    let found = |seed: &u64| campaign(&file, [*seed]).is_ok_and(|outcome| !outcome.findings.is_empty());
    let seed = (0..file.seeds.min(20)).find(found).unwrap_or_default();
    depict(&file, Seed(seed)).unwrap_or_else(|error| panic!("{scenario}: {error:?}"))
}

/// Compares a story with the stored one, and holds it to what all stories promise.
#[track_caller]
fn stands(name: &str, text: &str, drawing: Drawing) {
    let painted = text.matches('\u{1b}').count();
    assert_eq!(painted > 0, drawing.colours, "{name}: {painted} changes of colour");
    // Stored files are for reading.
    let text = text.replace('\u{1b}', "\\e");
    for line in text.lines() {
        let bare = line.replace("\\e[33m", "").replace("\\e[1;31m", "").replace("\\e[0m", "");
        assert!(bare.chars().count() <= drawing.width, "{name} is wider than {}: {bare}", drawing.width);
        assert!(!drawing.ascii || bare.is_ascii(), "{name} has other signs than those of ASCII: {bare}");
    }
    let path = root().join("tests/stories").join(name).with_extension("txt");
    if std::env::var_os("SQUALL_WRITE_STORIES").is_some_and(|wanted| wanted == "1") {
        fs::write(&path, &text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == text, "{name} is not what is stored in {}, but\n{text}", path.display());
}

#[track_caller]
fn tells(name: &str, scenario: &str, drawing: Drawing) -> String {
    let text = story(&picture(scenario), drawing);
    stands(name, &text, drawing);
    text
}

const USUAL: Drawing = Drawing { width: 100, ascii: false, all: false, colours: false };

#[test]
fn whoever_sees_only_the_story_of_the_resurrected_cart_item_can_say_what_went_wrong() {
    let text = tells("resurrected_cart_item", "shopping/a_cart_merged_by_union", USUAL);
    // Who, which updates, in which step, from whom.
    for words in [
        "phone                       laptop                      tablet",
        "Add(\"rice\", 1) is phone#1",
        "Remove(\"rice\") is",
        "= {\"milk\": 3}",
        "00:01.078_445 ★ │                           │◀── sent 00:01.043_737 ────●",
        "★ here, in event 70",
        "expected  {\"milk\": 3}, as laptop showed",
        "seen      {\"milk\": 3, \"rice\": 1}, by laptop",
        "laptop#1 Remove(\"rice\"), knowing {phone#1–2}",
        "parted    laptop took in what tablet had sent",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn tombstones_that_are_collected_too_early_in_ascii() {
    let drawing = Drawing { ascii: true, ..USUAL };
    tells("tombstones_collected_too_early", "tombstones/tombstones_collected_too_early", drawing);
}

#[test]
fn a_crash_that_loses_the_disk_behind_a_wall() {
    let text = tells("branch_loses_its_tally_sheet", "identity/a_branch_loses_its_tally_sheet", USUAL);
    assert!(text.contains("crashes") && text.contains("║") && text.contains("(no telephone yet)"));
}

#[test]
fn a_sender_that_dies_between_two_sends() {
    tells("sender_dies_half_way", "talking/a_sender_dies_half_way", USUAL);
}

#[test]
fn a_message_that_comes_three_times() {
    let text = tells("retry_counts_twice", "counting/a_retry_counts_twice", USUAL);
    assert!(text.contains("×3, copy 1"));
}

#[test]
fn a_reply_before_its_question_with_all_that_happens() {
    let drawing = Drawing { all: true, ..USUAL };
    tells("reply_before_its_question", "talking/a_reply_before_its_question", drawing);
}

#[test]
fn what_one_client_was_shown() {
    let text = tells("own_write_missed", "sessions/who_roams_misses_own_writes", USUAL);
    assert!(text.contains("Read →"), "reads are told where they are what is wrong");
}

#[test]
fn more_replicas_than_there_is_room_for() {
    let text = tells("gossip_among_twelve", "talking/gossip_among_twelve", USUAL);
    assert!(text.contains("more replicas are not drawn"));
}

#[test]
fn a_ticket_that_is_sold_twice_in_a_narrow_terminal() {
    let drawing = Drawing { width: 64, ..USUAL };
    tells("ticket_sold_twice", "stock/the_last_ticket_is_sold_twice", drawing);
}

#[test]
fn a_bagel_in_colours() {
    let drawing = Drawing { colours: true, ..USUAL };
    tells("bagel_in_colours", "sets/a_bagel_whose_tags_are_emptied", drawing);
}

#[test]
fn two_runs_side_by_side() {
    let (wrong, right) = ("sets/a_bagel_whose_tags_are_emptied", "sets/a_bagel_that_stays_removed");
    let (wrong, right) = (picture(wrong), picture(right));
    let text = story_against(&wrong, &right, USUAL);
    stands("bagel_against_its_cure", &text, USUAL);
    assert!(text.contains("≠ the two runs part: "));
    assert!(story_against(&wrong, &wrong, USUAL).ends_with("≠ the two runs are the same\n"));
}

#[test]
fn every_stored_story_is_told() {
    let told = include_str!("stories.rs");
    for entry in fs::read_dir(root().join("tests/stories")).expect("tests/stories") {
        let path = entry.expect("an entry").path();
        let name = Path::file_stem(&path).expect("a name").to_string_lossy().into_owned();
        assert!(told.contains(&format!("\"{name}\"")), "nobody tells {name}");
    }
}
