//! Lists that are wrong: in their rules, in their names, in what they send.

mod plain;
mod positioned;
mod transformed;

use plain::{Plain, Rule};
use positioned::{Naming, Positioned};
use transformed::{Meeting, Transformed};

use super::{Need, Sound, Specimen};
use crate::model::list::{Promise, list};
use crate::zoo::sync::{FullState, Operations};
use crate::zoo::{AnySystem, System};

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "rga_that_skips_by_position",
        mistake: "a new element passes newer ones with the same left neighbour one by one, and stops at what hangs at \
                  the first of them",
        known_from: "what one writes who has read that siblings are sorted, and keeps them in one row",
        harm: "replicas that took in the same elements in different orders show different texts for ever",
        caught_by: "sec",
        needs: &[],
        story: "n1 types b, and c behind it; n0 types a. Who has b and c puts a between them, who has b and a puts c \
                before a",
        system: || plain(Rule::RgaByPosition, Promise::Strong),
    },
    Specimen {
        name: "rga_with_local_counts",
        mistake: "elements are stamped with how many their writer has inserted, which says nothing of what it knew",
        known_from: "descriptions that say a replica counts its operations, and leave out that it counts on from what \
                     it has seen",
        harm: "what somebody types who has typed little yet appears behind words that were there already",
        caught_by: "order",
        needs: &[],
        story: "n0 types b, and a before it; n1 types x before both: x is shown behind a",
        system: || plain(Rule::RgaLocalCounts, Promise::Strong),
    },
    Specimen {
        name: "list_with_ties_by_arrival",
        mistake: "an element goes right behind its left neighbour, whatever else was put there",
        known_from: "linked lists that are replicated by sending `insert after`",
        harm: "of two elements typed at one place each writer shows the other's first",
        caught_by: "sec",
        needs: &[],
        story: "n0 types a, n1 types b; each hears of the other's",
        system: || plain(Rule::Arrival, Promise::Strong),
    },
    Specimen {
        name: "list_that_drops_early_deletions",
        mistake: "deletions may come in any order, it says, and one of an element that is not there does nothing",
        known_from: "handlers that return when they find no element, over a transport that was thought to be in order",
        harm: "what was deleted stays where the deletion came first, and nowhere else",
        caught_by: "sec",
        needs: &[],
        story: "n0 types a; n1 deletes it, and n2 hears of that first",
        system: || plain(Rule::RgaDroppedDeletions, Promise::Strong),
    },
    Specimen {
        name: "list_that_undeletes",
        mistake: "what was deleted and is typed again is shown again under its old name",
        known_from: "editors whose undo of a deletion takes the tombstone away",
        harm: "what was brought back goes away once more by a deletion that did not know of it, or is back for good",
        caught_by: "order",
        needs: &[],
        story: "n0 types a; n1 deletes it and types it again, while n2 deletes it, too",
        system: || plain(Rule::RgaUndelete, Promise::Strong),
    },
    Specimen {
        name: "yata_without_right_origin",
        mistake: "an element says only what it stands behind, and writers take turns by identity",
        known_from: "first attempts at the algorithm that leave out what seems to say the same twice",
        harm: "what is typed right before a word appears behind it, where the word's writer has the smaller identity",
        caught_by: "order",
        needs: &[],
        story: "n0 types b; n1 types a before it, which is shown behind it",
        system: || plain(Rule::YataWithoutRight, Promise::Strong),
    },
    Specimen {
        name: "fugue_among_what_is_shown",
        mistake: "the right origin is the next element that is shown, and not the next one",
        known_from: "implementations on top of a text that shows no tombstones",
        harm: "what is typed behind a word can appear behind the next one",
        caught_by: "order",
        needs: &[],
        story: "n0 types abc, each behind the one before, and deletes b; n1 types x between a and c, and it is shown \
                behind c",
        system: || plain(Rule::FugueVisibleRight, Promise::Strong),
    },
    Specimen {
        name: "fugue_max_by_identity",
        mistake: "right siblings are sorted by identity, and not by their right origins: it is Fugue and says it is \
                  FugueMax",
        known_from: "The Art of the Fugue (2025), which tells the two apart by this alone",
        harm: "in a rare story what one typed right before a word is torn from it",
        caught_by: "order",
        needs: &[],
        story: "n0 types a, and n1 types z; n1 hears of a, and types y between the two; n2, who knows only a, types x \
                behind it: a, y, x, z",
        system: || plain(Rule::Fugue, Promise::Whole),
    },
    Specimen {
        name: "woot_by_count",
        mistake: "names are compared by their counts alone, and of two with equal counts the later arrival comes first",
        known_from: "sorts by a key that two replicas can both give",
        harm: "of two letters typed at one place each writer shows its own behind the other's",
        caught_by: "sec",
        needs: &[],
        story: "n0 types a, n1 types b; each hears of the other's",
        system: || plain(Rule::WootByCount, Promise::Strong),
    },
    Specimen {
        name: "positions_that_collide",
        mistake: "a position is a row of digits and does not say whose it is",
        known_from: "fractional indexing with one writer in mind",
        harm: "of two elements typed at one place one is lost, and not everywhere the same",
        caught_by: "order",
        needs: &[],
        story: "n0 types a, n1 types b, both into the empty list; n0 hears of b, and shows one of the two",
        system: || positioned(Naming::Digits),
    },
    Specimen {
        name: "positions_that_end_in_the_lowest_digit",
        mistake: "a position may end in the lowest digit, so that nothing has room before it",
        known_from: "fractional indexing that cuts no zeros off",
        harm: "what is typed in front appears further behind",
        caught_by: "order",
        needs: &[],
        story: "n0 types b, and a before it, which is shown behind it",
        system: || positioned(Naming::LowestLast),
    },
    Specimen {
        name: "positions_that_are_issued_again",
        mistake: "a position says whose it is, and not the how-many-eth: after a deletion the same one is given again",
        known_from: "identifiers of a digit and a site, without the clock that Logoot (2009) puts beside them",
        harm: "what was typed in the place of a deleted letter is taken away by the deletion of that letter",
        caught_by: "order",
        needs: &[],
        story: "n0 types a, deletes it, and types b, which is gone as soon as n0 hears from anybody",
        system: || positioned(Naming::BySite),
    },
    Specimen {
        name: "indices_sent_as_they_are",
        mistake: "an operation is carried out everywhere at the index where its writer did it",
        known_from: "the reason that texts give for operational transformation",
        harm: "whoever types while others do finds letters in the middle of words, and other ones deleted",
        caught_by: "sec",
        needs: &[Need::Replicas(2)],
        story: "n0 types a, n1 types b, both at 0; each hears of the other's",
        system: || transformed(Meeting::Untransformed),
    },
    Specimen {
        name: "transformation_without_the_third",
        mistake: "what arrives is transformed against what was done here meanwhile, and that is not transformed against \
                  what the writer did before",
        known_from: "the puzzle that was found in the algorithm of Concurrency control in groupware systems (1989)",
        harm: "two who each type more than one letter at a time show different texts",
        caught_by: "sec",
        needs: &[Need::Replicas(2)],
        story: "n0 types b, and c behind it; n1 types a at the same place. n0 shows b, c, a, and n1 shows b, a, c",
        system: || transformed(Meeting::AsDoneHere),
    },
    Specimen {
        name: "transformation_of_pairs_among_three",
        mistake: "a transformation that is right for two replicas is used peer to peer among three, where the order of \
                  two others' operations matters",
        known_from: "the second of the two properties in An integrating, transformation-oriented approach to \
                     concurrency control and undo in group editors (1996)",
        harm: "three who type around a deleted letter show different texts",
        caught_by: "sec",
        needs: &[],
        story: "from x, n0 deletes x, n2 types a before it, n1 types b after it; n0, for whom both are then in one \
                place, orders them by identity",
        system: || transformed(Meeting::Full),
    },
];

/// Those that the mistakes were made to.
pub(super) fn sound() -> Vec<Sound> {
    let strong = |rule| plain(rule, Promise::Strong);
    vec![
        ("plain RGA", &[], strong(Rule::Rga)),
        ("plain RGA with typing again", &[], strong(Rule::RgaRetyped)),
        ("plain YATA", &[], strong(Rule::Yata)),
        ("plain Fugue", &[], strong(Rule::Fugue)),
        ("plain FugueMax", &[], plain(Rule::FugueMax, Promise::Whole)),
        ("plain WOOT", &[], strong(Rule::Woot)),
        ("plain positions", &[], positioned(Naming::Unique)),
        ("transformation between two", &[Need::Replicas(2)], transformed(Meeting::Full)),
    ]
}

fn plain(rule: Rule, promise: Promise) -> AnySystem {
    System::judged_by(list(promise), Operations::new(Plain::new(rule))).into()
}

fn positioned(naming: Naming) -> AnySystem {
    System::judged_by(list(Promise::Strong), FullState::new(Positioned::new(naming))).into()
}

fn transformed(meeting: Meeting) -> AnySystem {
    System::judged_by(list(Promise::Weak), FullState::new(Transformed::new(meeting))).into()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Story;
    use super::*;
    use crate::model::list::ListOp;
    use crate::replica::{DataType, Site, StateBased};

    /// What the replicas show after a story: `0+1a` inserts, `0-1` deletes, and in `0<2` a replica hears of the
    /// changes of these numbers.
    fn typed(rule: Rule, story: &str) -> [String; 3] {
        let story = story.split_whitespace().fold(Story::of(Plain::new(rule)), |story, step| {
            let (who, what, at) = read(step);
            match what {
                '<' => story.hears(who, &[at]),
                _ => story.does(who, asked(step)),
            }
        });
        [0, 1, 2].map(|who| story.view(who).iter().collect())
    }

    /// The same of lists that merge: in `0<2` a replica hears from another one.
    fn merged<T: StateBased<Op = ListOp<char>, View = Vec<char>>>(list: T, story: &str) -> [String; 3] {
        let mut lists = [list.clone(), list.clone(), list];
        for step in story.split_whitespace() {
            let (who, what, at) = read(step);
            match what {
                '<' => {
                    let other = lists[at].clone();
                    lists[who].merge(&other);
                }
                _ => lists[who].apply(&asked(step), Site::of(who as u32)).expect("it is accepted"),
            }
        }
        lists.map(|list| DataType::view(&list).iter().collect())
    }

    /// Who, what, and where or which.
    fn read(step: &str) -> (usize, char, usize) {
        let sign = |nth| step.chars().nth(nth).expect("a step has three signs");
        let number = |nth| sign(nth).to_digit(10).expect("a step has two numbers") as usize;
        (number(0), sign(1), number(2))
    }

    fn asked(step: &str) -> ListOp<char> {
        let at = read(step).2 as u32;
        step.chars().nth(3).map_or(ListOp::Delete(at), |value| ListOp::Insert(at, value))
    }

    #[test]
    fn rules_go_wrong_as_their_stories_tell() {
        let told =
            |right, wrong, story, who: usize| [typed(right, story)[who].clone(), typed(wrong, story)[who].clone()];
        let by_position = |story, who| told(Rule::Rga, Rule::RgaByPosition, story, who);
        assert_eq!(by_position("1+0b 1+1c 0+0a 2<0 2<1 2<2", 2), ["bca", "bac"]);
        assert_eq!(by_position("1+0b 1+1c 0+0a 2<0 2<2 2<1", 2), ["bca", "bca"]);
        assert_eq!(told(Rule::Rga, Rule::RgaLocalCounts, "0+0b 0+0a 1<0 1<1 1+0x", 1), ["xab", "axb"]);
        let arrival = "0+0a 1+0b 0<1 1<0";
        assert_eq!([typed(Rule::Arrival, arrival)[0].as_str(), &typed(Rule::Arrival, arrival)[1]], ["ba", "ab"]);
        let dropped = "0+0a 1<0 1-0 2<1 2<0";
        assert_eq!(told(Rule::Rga, Rule::RgaDroppedDeletions, dropped, 2), ["", "a"]);
        let undeleted = "0+0a 1<0 2<0 1-0 1+0a 2-0 0<1 0<2 0<3";
        assert_eq!(told(Rule::RgaRetyped, Rule::RgaUndelete, undeleted, 0), ["a", ""]);
        assert_eq!(told(Rule::Yata, Rule::YataWithoutRight, "0+0b 1<0 1+0a", 1), ["ab", "ba"]);
        let hidden = "0+0a 0+1b 0+2c 0-1 1<0 1<1 1<2 1<3 1+1x";
        assert_eq!(told(Rule::Fugue, Rule::FugueVisibleRight, hidden, 1), ["axc", "acx"]);
        let torn = "0+0a 1+0z 1<0 1+1y 2<0 2+1x 0<1 0<2 0<3";
        assert_eq!(told(Rule::FugueMax, Rule::Fugue, torn, 0), ["axyz", "ayxz"]);
        let both = "0+0a 1+0b 0<1 1<0";
        assert_eq!([typed(Rule::WootByCount, both)[0].as_str(), &typed(Rule::WootByCount, both)[1]], ["ba", "ab"]);
        assert_eq!([typed(Rule::Woot, both)[0].as_str(), &typed(Rule::Woot, both)[1]], ["ab", "ab"]);
    }

    #[test]
    fn positions_go_wrong_as_their_stories_tell() {
        let named = |naming, story| merged(Positioned::new(naming), story);
        let both = "0+0a 1+0b 0<1";
        assert_eq!([&named(Naming::Unique, both)[0], &named(Naming::Digits, both)[0]], ["ab", "b"]);
        let before = "0+0b 0+0a";
        assert_eq!([&named(Naming::Unique, before)[0], &named(Naming::LowestLast, before)[0]], ["ab", "ba"]);
        let again = "0+0a 0-0 0+0b 0<1";
        assert_eq!([&named(Naming::Unique, again)[0], &named(Naming::BySite, again)[0]], ["b", ""]);
    }

    #[test]
    fn transformations_go_wrong_as_their_stories_tell() {
        let met = |meeting, story| merged(Transformed::new(meeting), story);
        let [one, other, _] = met(Meeting::Untransformed, "0+0a 1+0b 0<1 1<0");
        assert_eq!([one, other], ["ba", "ab"]);
        let third = "0+0b 0+1c 1+0a 0<1 1<0";
        let [one, other, _] = met(Meeting::AsDoneHere, third);
        assert_eq!([one, other], ["bca", "bac"]);
        let [one, other, _] = met(Meeting::Full, third);
        assert_eq!([one, other], ["bca", "bca"]);
        let [one, other, _] = met(Meeting::Full, "0+0x 1<0 2<0 0-0 2+0a 1+1b 0<2 0<1 1<2 1<0");
        assert_eq!([one, other], ["ba", "ab"]);
    }
}
