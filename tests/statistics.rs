//! The rates that a scenario asks for are met, over a hundred thousand messages each.
//!
//! Bounds are four standard deviations of the binomial, so that one honest seed in sixteen thousand would
//! miss one; the seeds are fixed.

mod support;

use squall::base::{Odds, ReplicaId, Span, Time};
use squall::scenario::{
    Bursts, Duplicates, Fault, Flapping, InFlight, Latency, Partition, Reorder, Scenario, Shape, When,
};
use squall::world::Run;

use support::stream::{Caught, pour};

const MANY: u32 = 100_000;

/// That so many of `all` are what odds of `p` would give.
#[track_caller]
fn near(found: u64, all: u64, p: f64) {
    let (mean, deviation) = (all as f64 * p, (all as f64 * p * (1.0 - p)).sqrt());
    let off = (found as f64 - mean).abs();
    assert!(off <= 4.0 * deviation, "{found} of {all}: expected {mean:.0} to within {:.0}", 4.0 * deviation);
}

/// A stream over one link.
#[track_caller]
fn one_link(seed: u64, gap: Span, change: impl FnOnce(&mut Scenario)) -> (Run, Vec<Caught>) {
    let mut scenario = Scenario::new(2);
    change(&mut scenario);
    let (run, mut caught) = pour(seed, MANY, gap, scenario);
    (run, caught.remove(0))
}

/// How often each message arrived.
fn copies(caught: &[Caught]) -> Vec<u32> {
    let mut copies = vec![0; MANY as usize];
    for caught in caught {
        copies[caught.nth as usize] += 1;
    }
    copies
}

fn count<T>(items: &[T], is: impl Fn(&T) -> bool) -> u64 {
    items.iter().filter(|item| is(item)).count() as u64
}

const GAP: Span = Span::micros(10);

#[test]
fn loss_is_as_frequent_as_asked() {
    for permille in [1, 10, 200, 500, 999] {
        let (run, caught) = one_link(1, GAP, |s| s.link.loss = Odds::permille(permille));
        near(run.witness.lost, u64::from(MANY), f64::from(permille) / 1000.0);
        assert_eq!(run.witness.lost + caught.len() as u64, u64::from(MANY));
    }
}

#[test]
fn one_loss_says_nothing_about_the_next() {
    let (_, caught) = one_link(2, GAP, |s| s.link.loss = Odds::permille(300));
    let copies = copies(&caught);
    for distance in [1, 2, 7] {
        let pairs: Vec<(u32, u32)> = copies
            .chunks_exact(2 * distance)
            .flat_map(|two| two[..distance].iter().copied().zip(two[distance..].iter().copied()))
            .collect();
        near(count(&pairs, |pair| *pair == (0, 0)), pairs.len() as u64, 0.09);
    }
}

#[test]
fn one_destination_says_nothing_about_another() {
    let mut scenario = Scenario::new(5);
    scenario.link.loss = Odds::permille(300);
    let (_, links) = pour(3, MANY / 4, GAP, scenario);
    let lost: Vec<Vec<u32>> = links.iter().map(|caught| copies(caught)).collect();
    for link in &lost {
        near(count(&link[..MANY as usize / 4], |copies| *copies == 0), u64::from(MANY / 4), 0.3);
    }
    let both = (0..MANY as usize / 4).filter(|nth| lost[0][*nth] == 0 && lost[3][*nth] == 0).count();
    near(both as u64, u64::from(MANY / 4), 0.09);
}

#[test]
fn further_copies_are_as_frequent_as_asked() {
    let duplicates = Duplicates { odds: Odds::permille(300), delay: Latency::Uniform(Span::ZERO, Span::millis(4)) };
    let (run, caught) = one_link(4, GAP, |s| s.link.duplicates = Some(duplicates));
    let copies = copies(&caught);
    for (least, p) in [(1, 1.0), (2, 0.3), (3, 0.09), (4, 0.027), (5, 0.0)] {
        near(count(&copies, |copies| *copies >= least), u64::from(MANY), p);
    }
    assert_eq!(run.witness.duplicated, caught.len() as u64 - u64::from(MANY));
    assert_eq!(run.witness.delivered_again, run.witness.duplicated);
}

#[test]
fn further_copies_have_the_delay_they_are_given() {
    let duplicates = Duplicates { odds: Odds::ALWAYS, delay: Latency::Uniform(Span::ZERO, Span::millis(4)) };
    let (_, caught) = one_link(5, GAP, |s| s.link.duplicates = Some(duplicates));
    // A quarter of the copies are first ones, after a millisecond sharp.
    let all = caught.len() as u64;
    assert_eq!(all, 4 * u64::from(MANY));
    near(count(&caught, |caught| caught.took > Span::millis(1)), all, 0.75);
    for (millis, share) in [(2, 0.25), (3, 0.5), (4, 0.75)] {
        let quicker = count(&caught, |caught| caught.took > Span::millis(1) && caught.took <= Span::millis(millis));
        near(quicker, 3 * u64::from(MANY), share);
    }
}

#[test]
fn messages_are_held_up_as_often_and_as_long_as_asked() {
    let reorder = Reorder { odds: Odds::permille(150), delay: Latency::Uniform(Span::millis(10), Span::millis(20)) };
    let (run, caught) = one_link(6, GAP, |s| s.link.reorder = Some(reorder));
    near(run.witness.held_up, u64::from(MANY), 0.15);
    near(count(&caught, |caught| caught.took >= Span::millis(11)), u64::from(MANY), 0.15);
    near(count(&caught, |caught| caught.took >= Span::millis(16)), u64::from(MANY), 0.075);
    // What is held up by ten milliseconds or more is overtaken by a thousand others.
    assert_eq!(
        run.witness.inverted,
        count(&caught[..], |caught| caught.took >= Span::millis(11)) - at_the_end(&caught)
    );
}

/// How many of those that were held up had nobody left to be overtaken by.
fn at_the_end(caught: &[Caught]) -> u64 {
    let mut latest = 0;
    let in_order = caught.iter().filter(|caught| {
        let newest = caught.nth >= latest;
        latest = latest.max(caught.nth);
        newest && caught.took >= Span::millis(11)
    });
    in_order.count() as u64
}

#[test]
fn damage_is_as_frequent_as_asked() {
    let (run, caught) = one_link(7, GAP, |s| s.link.damage = Odds::permille(50));
    near(run.witness.damaged, u64::from(MANY), 0.05);
    assert_eq!(run.witness.damaged, count(&caught, |caught| caught.spoilt));
}

/// For each stretch of a hundred milliseconds, which of its milliseconds lost their message.
fn losses(caught: &[Caught]) -> Vec<Vec<u32>> {
    let copies = copies(caught);
    // The n-th message leaves n + 1 milliseconds after the start: whole stretches begin with the 100th.
    let stretches = copies[99..].chunks_exact(100);
    stretches.map(|stretch| (0..100).filter(|ms| stretch[*ms as usize] == 0).collect()).collect()
}

fn bursts(loss: Odds) -> impl FnOnce(&mut Scenario) {
    move |s| s.link.bursts = Some(Bursts { every: Span::millis(100), lasting: Span::millis(20), loss })
}

#[test]
fn bursts_have_their_length_and_their_share_of_time() {
    let (run, caught) = one_link(8, Span::millis(1), bursts(Odds::ALWAYS));
    let stretches = losses(&caught);
    assert_eq!(stretches.len(), 999);
    for lost in &stretches {
        assert_eq!(lost.len(), 20, "{lost:?}");
        assert_eq!(lost[19] - lost[0], 19, "one burst in each stretch: {lost:?}");
    }
    // The first and the last stretch are cut off by the ends of the stream.
    assert!(run.witness.lost_in_bursts.abs_diff(20_000) <= 20, "{}", run.witness);
    // It begins anywhere in the first 80 milliseconds: that is 23 on either side of the middle, on average.
    let begins: f64 = stretches.iter().map(|lost| f64::from(lost[0])).sum::<f64>() / 999.0;
    let deviation = 80.0 / 12_f64.sqrt() / 999_f64.sqrt();
    assert!((begins - 40.0).abs() <= 0.5 + 4.0 * deviation, "bursts begin {begins:.1}ms into their stretch");
    for (within, share) in [(20, 0.25), (40, 0.5), (60, 0.75)] {
        near(count(&stretches, |lost| lost[0] <= within), 999, share);
    }
}

#[test]
fn in_a_burst_loss_is_as_frequent_as_asked() {
    let (run, caught) = one_link(9, Span::millis(1), bursts(Odds::permille(600)));
    near(run.witness.lost_in_bursts, 20_000, 0.6);
    for lost in losses(&caught) {
        assert!(lost.last() < lost.first().map(|first| first + 20).as_ref(), "{lost:?}");
    }
}

/// The share of messages that take at most so long, in milliseconds, as the receiver sees it.
#[track_caller]
fn takes(latency: Latency, shares: &[(f64, f64)]) {
    let (_, caught) = one_link(10, GAP, |s| s.link.latency = latency);
    assert_eq!(caught.len(), MANY as usize);
    for (millis, share) in shares {
        let within = Span((millis * 1e6) as u64);
        near(count(&caught, |caught| caught.took <= within), u64::from(MANY), *share);
    }
}

#[test]
fn a_constant_latency_never_varies() {
    takes(Latency::Constant(Span::millis(5)), &[(4.999_999, 0.0), (5.0, 1.0)]);
}

#[test]
fn a_uniform_latency_has_even_quantiles() {
    let shares = [(9.99, 0.0), (20.0, 0.1), (60.0, 0.5), (100.0, 0.9), (109.0, 0.99), (110.0, 1.0)];
    takes(Latency::Uniform(Span::millis(10), Span::millis(110)), &shares);
}

#[test]
fn a_normal_latency_has_the_quantiles_of_a_bell() {
    let normal = Latency::Normal { mean: Span::millis(50), deviation: Span::millis(10) };
    // The bell is a sum of twelve even draws, and these are the shares of that sum (Irwin and Hall): within a
    // fifth of a percent of those of the bell itself.
    takes(normal, &[(30.0, 0.02228), (40.0, 0.16073), (50.0, 0.5), (60.0, 0.83927), (70.0, 0.97772), (110.0, 1.0)]);
}

#[test]
fn a_heavy_tail_has_its_median_and_reaches_far() {
    // Those within `e` above the least are 990 e of 10000 + 980 e.
    let tail = Latency::HeavyTail { least: Span::millis(10), median: Span::millis(20), most: Span::millis(1010) };
    takes(tail, &[(9.99, 0.0), (20.0, 0.5), (110.0, 99.0 / 108.0), (510.0, 0.99), (1010.0, 1.0)]);
}

#[test]
fn two_peaks_have_their_shares() {
    let near = (Span::millis(1), Span::millis(3));
    let far = (Span::millis(80), Span::millis(100));
    let peaks = Latency::TwoPeaks { near, far, far_share: Odds::permille(200) };
    takes(peaks, &[(0.99, 0.0), (2.0, 0.4), (3.0, 0.8), (79.99, 0.8), (90.0, 0.9), (100.0, 1.0)]);
}

#[test]
fn a_narrow_link_carries_its_bandwidth_and_no_more() {
    // A hundred bytes take ten milliseconds; one message more comes every five.
    let (run, caught) = one_link(11, Span::millis(5), |s| s.link.bandwidth = Some(10_000));
    for (nth, caught) in (0..).zip(&caught) {
        assert_eq!(caught.nth, nth);
        assert_eq!(caught.took, Span::millis(1 + 10 * (u64::from(nth) + 1) - 5 * u64::from(nth)));
    }
    assert_eq!((caught.len() as u32, run.witness.queued), (MANY, u64::from(MANY) - 1));
}

#[test]
fn a_link_that_is_wide_enough_makes_nobody_wait() {
    let (run, caught) = one_link(12, Span::millis(5), |s| s.link.bandwidth = Some(20_000));
    assert_eq!(count(&caught, |caught| caught.took == Span::millis(6)), u64::from(MANY));
    assert_eq!(run.witness.queued, 0);
}

#[test]
fn a_link_that_flaps_by_itself_is_cut_half_of_the_time() {
    let partition = Partition {
        name: None,
        shape: Shape::Isolate(vec![ReplicaId(1)]),
        from: When::At(Time::START),
        until: None,
        in_flight: InFlight::Arrive,
        flapping: Some(Flapping { period: Span::millis(1), link_by_link: true }),
    };
    let (run, _) = one_link(13, Span::millis(1), |s| s.faults.push(Fault::Partition(partition)));
    near(run.witness.cut, u64::from(MANY), 0.5);
}
