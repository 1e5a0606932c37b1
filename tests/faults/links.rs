//! What a message may suffer on its link.

use squall::base::{Odds, Span};
use squall::scenario::{Bursts, Duplicates, Fault, Latency, Link, LinkRule, Order, Reorder, Scenario};

use crate::support::story::{at, check, crash, each, ms, n, nothing, tell, with};

const ONE_WORD: &str = "10ms n0 tells n1 a";
const ONE_WORD_ARRIVES: &str = "n1: a 11ms | 1 messages sent, 1 copies delivered";

#[test]
fn a_perfect_link_delivers_once_after_its_latency() {
    check(nothing, ONE_WORD, ONE_WORD_ARRIVES);
}

#[test]
fn a_lost_message_never_arrives() {
    check(|s| s.link.loss = Odds::ALWAYS, ONE_WORD, "1 messages sent, 1 messages lost");
    check(|s| s.link.loss = Odds::NEVER, ONE_WORD, ONE_WORD_ARRIVES);
}

#[test]
fn each_message_is_lost_by_itself() {
    let told = tell(1, |s| s.link.loss = Odds::permille(500), &each(0, 1, 100, "n0 tells n1 #"));
    let (arrived, witness) = (told.words[0].split(' ').count() - 1, told.run.witness);
    assert!((30..70).contains(&arrived), "{arrived} of 100 arrive");
    assert_eq!((witness.lost, witness.delivered), (100 - arrived as u64, arrived as u64));
}

#[test]
fn nothing_is_lost_when_the_world_is_calm() {
    check(
        |s| {
            s.link.loss = Odds::ALWAYS;
            s.duration = ms(10);
        },
        "9ms n0 tells n1 a; 11ms n0 tells n1 b",
        "n1: b 12ms | 2 messages sent, 1 copies delivered, 1 messages lost",
    );
}

fn bursts(loss: Odds) -> impl FnOnce(&mut Scenario) {
    move |s| s.link.bursts = Some(Bursts { every: ms(100), lasting: ms(40), loss })
}

/// Which of a hundred words, a millisecond apart, do not arrive.
fn gaps(words: &[String]) -> Vec<u64> {
    let arrived: Vec<&str> = words.iter().flat_map(|heard| heard.split(' ')).collect();
    (0..100).filter(|word| !arrived.contains(&word.to_string().as_str())).collect()
}

#[test]
fn a_burst_loses_all_that_is_sent_in_one_stretch() {
    let hundred = each(0, 1, 100, "n0 tells n1 #");
    let told = tell(1, bursts(Odds::ALWAYS), &hundred);
    let gaps = gaps(&told.words);
    assert_eq!(gaps.len(), 40, "{gaps:?}");
    assert_eq!(gaps[39] - gaps[0], 39, "one stretch: {gaps:?}");
    assert_eq!(told.run.witness.lost_in_bursts, 40);
    assert_eq!(told.run.witness.lost, 0);

    let told = tell(1, bursts(Odds::NEVER), &hundred);
    assert_eq!((told.run.witness.lost_in_bursts, told.run.witness.delivered), (0, 100));
}

#[test]
fn each_link_has_bursts_of_its_own() {
    let stretch = |to: &str| gaps(&tell(1, bursts(Odds::ALWAYS), &each(0, 1, 100, &format!("n0 tells {to} #"))).words);
    assert_ne!(stretch("n1"), stretch("n2"));
}

fn duplicates(odds: Odds) -> impl FnOnce(&mut Scenario) {
    move |s| s.link.duplicates = Some(Duplicates { odds, delay: Latency::Constant(ms(5)) })
}

#[test]
fn further_copies_arrive_after_a_delay_of_their_own() {
    check(
        duplicates(Odds::ALWAYS),
        ONE_WORD,
        "n1: a 11ms, a 16ms, a 16ms, a 16ms | 1 messages sent, 4 copies delivered, \
         3 copies made beyond the first, 3 messages delivered again",
    );
    check(duplicates(Odds::NEVER), ONE_WORD, ONE_WORD_ARRIVES);
}

#[test]
fn copies_that_find_nobody_are_not_delivered_again() {
    let crash = Fault::Crash(crash(12, 30));
    check(
        |s| {
            duplicates(Odds::ALWAYS)(s);
            with([crash])(s);
        },
        "0ms n1 tells n0 a; 7ms n1 tells n0 b",
        "n0: a 1ms, a 6ms, a 6ms, a 6ms, b 8ms, wakes as i0 with [] 42ms | 2 messages sent, 5 copies delivered, \
         6 copies made beyond the first, 3 messages delivered again, 3 copies that found nobody there, 1 crashes, \
         1 restarts",
    );
}

fn reorder(odds: Odds) -> impl FnOnce(&mut Scenario) {
    move |s| s.link.reorder = Some(Reorder { odds, delay: Latency::Constant(ms(5)) })
}

#[test]
fn a_message_that_is_held_up_is_overtaken() {
    let ten = each(10, 1, 20, "n0 tells n1 #");
    let told = tell(1, reorder(Odds::permille(300)), &ten);
    let witness = &told.run.witness;
    assert!(witness.held_up > 0 && witness.inverted > 0, "{witness}");
    assert_ne!(told.words, ["n1: 10 11 12 13 14 15 16 17 18 19"]);

    let told = tell(1, reorder(Odds::NEVER), &ten);
    assert_eq!((told.run.witness.held_up, told.run.witness.inverted), (0, 0));
    assert_eq!(told.words, ["n1: 10 11 12 13 14 15 16 17 18 19"]);
}

#[test]
fn a_message_held_up_by_nothing_is_not_counted() {
    let zero = Reorder { odds: Odds::ALWAYS, delay: Latency::Constant(Span::ZERO) };
    check(|s| s.link.reorder = Some(zero), ONE_WORD, ONE_WORD_ARRIVES);
}

#[test]
fn holding_up_everything_alike_inverts_nothing() {
    let told = tell(1, reorder(Odds::ALWAYS), &each(10, 1, 20, "n0 tells n1 #"));
    assert_eq!((told.run.witness.held_up, told.run.witness.inverted), (10, 0));
}

fn spread(fifo: bool, order: Order) -> impl FnOnce(&mut Scenario) {
    move |s| {
        s.link.latency = Latency::Uniform(ms(1), ms(20));
        s.link.fifo = fifo;
        s.order = order;
        s.count_inversions = true;
    }
}

#[test]
fn a_link_that_keeps_order_lets_nothing_overtake() {
    let hundred = each(0, 1, 100, "n0 tells n1 #");
    let in_order = (0..100).map(|word| word.to_string()).collect::<Vec<_>>().join(" ");
    for order in [Order::Insertion, Order::Drawn] {
        let told = tell(1, spread(true, order), &hundred);
        assert_eq!(told.words, [format!("n1: {in_order}")], "{order:?}");
        assert_eq!(told.run.witness.inverted, 0);
        assert!(told.run.witness.kept_in_order > 0);

        let told = tell(1, spread(false, order), &hundred);
        assert_ne!(told.words, [format!("n1: {in_order}")], "{order:?}");
        assert!(told.run.witness.inverted > 0);
        assert_eq!(told.run.witness.kept_in_order, 0);
    }
}

#[test]
fn words_of_one_moment_keep_their_order_where_ties_are_drawn() {
    let fifo = |fifo: bool| {
        move |s: &mut Scenario| {
            s.link.fifo = fifo;
            s.order = Order::Drawn;
        }
    };
    let script = "10ms n0 tells n1 a b c d e f g h";
    assert_eq!(tell(1, fifo(true), script).words, ["n1: a b c d e f g h"]);
    assert_ne!(tell(1, fifo(false), script).words, ["n1: a b c d e f g h"]);
}

#[test]
fn keeping_order_on_one_link_does_not_slow_another() {
    check(
        |s| {
            s.link.fifo = true;
            s.links.push(LinkRule {
                from: Some(n(0)),
                to: Some(n(1)),
                link: Link { latency: Latency::Constant(ms(9)), fifo: true, ..s.link.clone() },
            });
        },
        "10ms n0 tells n1 a; 11ms n0 tells n2 b; 12ms n1 tells n0 c",
        "n0: c 13ms | n1: a 19ms | n2: b 12ms | 3 messages sent, 3 copies delivered",
    );
}

fn bandwidth(bytes: Option<u64>) -> impl FnOnce(&mut Scenario) {
    move |s| s.link.bandwidth = bytes
}

#[test]
fn what_does_not_fit_through_waits_its_turn() {
    let script = "10ms n0 tells n1 aaaaa bb c; 10ms n0 tells n2 d; 30ms n0 tells n1 e";
    check(
        bandwidth(Some(1_000)),
        script,
        "n1: aaaaa 16ms, bb 18ms, c 19ms, e 32ms | n2: d 12ms | \
         5 messages sent, 5 copies delivered, 2 messages queued for bandwidth",
    );
    check(
        bandwidth(None),
        script,
        "n1: aaaaa 11ms, bb 11ms, c 11ms, e 31ms | n2: d 11ms | 5 messages sent, 5 copies delivered",
    );
}

#[test]
fn damage_changes_what_arrives() {
    check(
        |s| s.link.damage = Odds::ALWAYS,
        "10ms n0 tells n1 a",
        "n1: # 11ms | 1 messages sent, 1 copies delivered, 1 copies delivered damaged",
    );
    check(|s| s.link.damage = Odds::NEVER, "10ms n0 tells n1 a", ONE_WORD_ARRIVES);
}

#[test]
fn damage_that_is_noticed_throws_the_copy_away() {
    check(|s| s.link.damage = Odds::ALWAYS, "10ms n0 tells n1 a!", "1 messages sent, 1 copies thrown away as damaged");
    check(nothing, "10ms n0 tells n1 a!", "n1: a! 11ms | 1 messages sent, 1 copies delivered");
}

#[test]
fn damage_to_one_destination_spares_the_others() {
    check(
        |s| {
            let damaged = Link { damage: Odds::ALWAYS, ..s.link.clone() };
            s.links.push(LinkRule { from: None, to: Some(n(1)), link: damaged });
        },
        "10ms n0 tells all a",
        "n1: # 11ms | n2: a 11ms | 2 messages sent, 2 copies delivered, 1 copies delivered damaged",
    );
}

#[test]
fn each_copy_is_damaged_by_itself_and_still_delivered_again() {
    check(
        |s| {
            duplicates(Odds::ALWAYS)(s);
            s.link.damage = Odds::ALWAYS;
        },
        "10ms n0 tells n1 a",
        "n1: # 11ms, # 16ms, # 16ms, # 16ms | 1 messages sent, 4 copies delivered, \
         3 copies made beyond the first, 3 messages delivered again, 4 copies delivered damaged",
    );
}

fn hold(since: u64, until: u64) -> Fault {
    Fault::Hold { from: n(0), to: n(1), since: at(since), until: at(until) }
}

#[test]
fn held_messages_are_let_go_at_the_end() {
    let script = "9ms n0 tells n1 a; 10ms n0 tells n1 b; 20ms n0 tells n1 c, tells n2 d; \
                  20ms n1 tells n0 e; 40ms n0 tells n1 f";
    check(
        with([hold(10, 40)]),
        script,
        "n0: e 21ms | n1: a 10ms, b 40ms, c 40ms, f 41ms | n2: d 21ms | \
         6 messages sent, 6 copies delivered, 2 copies held back",
    );
    check(
        nothing,
        script,
        "n0: e 21ms | n1: a 10ms, b 11ms, c 21ms, f 41ms | n2: d 21ms | 6 messages sent, 6 copies delivered",
    );
}

#[test]
fn a_hold_that_ends_before_the_message_arrives_holds_nothing() {
    check(with([hold(10, 11)]), ONE_WORD, ONE_WORD_ARRIVES);
}

#[test]
fn of_two_holds_the_later_end_counts() {
    check(
        with([hold(10, 20), hold(5, 30)]),
        ONE_WORD,
        "n1: a 30ms | 1 messages sent, 1 copies delivered, 1 copies held back",
    );
}

#[test]
fn of_several_rules_for_a_link_the_last_counts() {
    let rule = |from: Option<u32>, to: Option<u32>, latency: u64| LinkRule {
        from: from.map(n),
        to: to.map(n),
        link: Link { latency: Latency::Constant(ms(latency)), ..Default::default() },
    };
    check(
        |s| s.links.extend([rule(Some(0), None, 5), rule(None, Some(1), 7), rule(Some(0), Some(2), 9)]),
        "0ms n0 tells n1 a, tells n2 b; 0ms n2 tells n1 c, tells n0 d; 0ms n1 tells n2 e",
        "n0: d 1ms | n1: a 7ms, c 7ms | n2: e 1ms, b 9ms | 5 messages sent, 5 copies delivered",
    );
}
