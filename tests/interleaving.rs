//! Which sequences mix the words of several writers: what was expected, and where it is otherwise.
//!
//! `reports/interleaving.md` has the figures and the runs.

mod measured;

use std::collections::BTreeMap;

use measured::interleaving::{ALGORITHMS, Algorithm, Run, Step, TRIES, Typing};
use squall::model::list::ListOp;

fn algorithm(name: &str) -> &'static Algorithm {
    ALGORITHMS.iter().find(|algorithm| algorithm.name == name).expect("an algorithm of the table")
}

/// How many tries mix, with two words and with three.
fn mixed(name: &str, typing: Typing) -> [u64; 2] {
    [2, 3].map(|words| algorithm(name).tries(typing, words).mixed)
}

#[test]
fn words_mix_where_they_are_expected_to_but_for_woot_by_count_first() {
    let mut otherwise = Vec::new();
    for algorithm in &ALGORITHMS {
        for typing in Typing::ALL {
            let mixed = mixed(algorithm.name, typing);
            assert_eq!(mixed[0] > 0, mixed[1] > 0, "{}, {}: {mixed:?}", algorithm.name, typing.name());
            if algorithm.expected(typing).is_some_and(|mixes| mixes != (mixed[0] > 0)) {
                otherwise.push((algorithm.name, typing));
            }
        }
    }
    assert_eq!(otherwise, [("WOOT by (count, site)", Typing::HandedBackwards)]);
}

/// Whether each letter of a word sorts behind those typed before it, by its number among its writer's, then
/// by writer.
fn identifiers_go_up(run: &Run) -> bool {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    let mut count = |step: &Step| match step.op {
        ListOp::Delete(_) => None,
        ListOp::Insert(..) => {
            let count = counts.entry(step.writer).or_default();
            *count += 1;
            Some((*count, step.writer))
        }
    };
    run.before.iter().for_each(|step| _ = count(step));
    run.words.iter().all(|word| word.iter().map(&mut count).is_sorted_by(|one, next| one < next))
}

#[test]
fn woot_by_count_first_breaks_a_word_handed_on_backwards_only_where_a_later_letter_sorts_first() {
    let woot = algorithm("WOOT by (count, site)");
    for words in [2, 3] {
        let runs = || (0..10 * TRIES).map(|seed| Run::drawn(Typing::HandedBackwards, words, seed));
        let going_up = runs().filter(identifiers_go_up).count();
        assert!(going_up > 100, "{going_up} of {words} words");
        assert_eq!(woot.judge(runs().filter(identifiers_go_up)).mixed, 0);
        assert!(woot.judge(runs().filter(|run| !identifiers_go_up(run))).mixed > 100);
    }
}

#[test]
fn fugue_keeps_words_whole_from_several_places_too() {
    for name in ["Fugue", "FugueMax"] {
        assert_eq!(mixed(name, Typing::SeveralPlaces), [0, 0], "{name}");
    }
}
