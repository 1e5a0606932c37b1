//! Ways of varying a story from seed to seed, so that what hides from one is found by another.
//!
//! The law: the variation is a function of the story and the seed.

use std::sync::Arc;

use crate::base::{Concern, Dice, Name, Odds, ReplicaId, Seed, Span, Time};
use crate::run::Story;
use crate::scenario::{Fault, InFlight, Partition, Scenario, Shape, When};

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// As the scenario says.
    Uniform,
    /// Each seed turns some faults off, and others up.
    Swarm,
    /// Messages come in the order of priorities that change now and then.
    Priorities,
    /// One link, or all links of one replica, are held back for as long as can be.
    Delay,
    /// Links are cut and heal one by one.
    Cuts,
    /// Variations of what reached something new.
    Guided,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Strategy; 6] =
        [Strategy::Uniform, Strategy::Swarm, Strategy::Priorities, Strategy::Delay, Strategy::Cuts, Strategy::Guided];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Strategy::Uniform => "uniform",
            Strategy::Swarm => "swarm",
            Strategy::Priorities => "priorities",
            Strategy::Delay => "delay",
            Strategy::Cuts => "cuts",
            Strategy::Guided => "guided",
        }
    }

    /// What it does, in a line.
    pub const fn says(self) -> &'static str {
        match self {
            Strategy::Uniform => "draws everything as the scenario says",
            Strategy::Swarm => "turns some of the faults off and others up, anew for each seed",
            Strategy::Priorities => "delivers messages by priorities of links that change at a few drawn points",
            Strategy::Delay => "holds back one link, or all links of one replica, as long as it can",
            Strategy::Cuts => "cuts and heals links one by one, in drawn order",
            Strategy::Guided => "varies again what has reached something new",
        }
    }

    /// The one of these whose turn it is with a seed.
    pub fn of(seed: Seed, among: &[Strategy]) -> Strategy {
        let nth = Dice::new(seed).below(Concern::Fault, Name::label("strategy"), 0, among.len().max(1) as u64);
        among.get(nth as usize).copied().unwrap_or(Strategy::Uniform)
    }

    /// How many changes of priority a run has: an order that takes one more constraint to force is still likely.
    pub const CHANGES: u32 = 3;

    /// The story as this strategy has it with a seed. What cannot be varied stays as it is; what is guided is varied
    /// by one of the others.
    pub fn vary<O: Clone>(self, story: &Story<O>, seed: Seed) -> Story<O> {
        let draw = Draw { dice: Dice::new(seed), name: Name::label(self.name()), drawn: 0 };
        let varied = match self {
            Strategy::Uniform => None,
            Strategy::Swarm => swarm(story, draw),
            Strategy::Priorities => {
                Some(Story { priorities: Some((Strategy::CHANGES, deliveries(story))), ..story.clone() })
            }
            Strategy::Delay => delay(story, draw),
            Strategy::Cuts => cuts(story, draw),
            Strategy::Guided => {
                let others = [Strategy::Swarm, Strategy::Delay, Strategy::Cuts];
                return Strategy::of(seed, &others).vary(story, seed);
            }
        };
        varied.unwrap_or_else(|| story.clone())
    }
}

/// Draws for one variation.
struct Draw {
    dice: Dice,
    name: Name,
    drawn: u32,
}

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.drawn += 1;
        self.dice.below(Concern::Fault, self.name, self.drawn, bound)
    }

    /// A moment between two others.
    fn moment(&mut self, from: Time, until: Time) -> Time {
        from + Span(self.below(until.since(from).0.max(1)))
    }
}

/// About how many deliveries a run has.
fn deliveries<O>(story: &Story<O>) -> u64 {
    let scenario = story.plan.scenario();
    let rounds = scenario.duration.0 / story.pace.period.0.max(1);
    (rounds * u64::from(scenario.replicas) * 2).max(16)
}

fn replanned<O: Clone>(story: &Story<O>, scenario: Scenario) -> Option<Story<O>> {
    Some(Story { plan: scenario.plan().ok()?, ..story.clone() })
}

fn swarm<O: Clone>(story: &Story<O>, mut draw: Draw) -> Option<Story<O>> {
    let mut scenario = story.plan.scenario().clone();
    scenario.faults.retain(|_| draw.below(2) == 0);
    let mut turned = |odds: Odds| match draw.below(3) {
        0 => Odds::NEVER,
        1 => odds,
        _ => Odds::try_from((f64::from(odds) * 2.0).min(0.9)).unwrap_or(odds),
    };
    let links = std::iter::once(&mut scenario.link).chain(scenario.links.iter_mut().map(|rule| &mut rule.link));
    for link in links {
        link.loss = turned(link.loss);
        link.damage = turned(link.damage);
        for odds in [
            link.duplicates.as_mut().map(|duplicates| &mut duplicates.odds),
            link.reorder.as_mut().map(|reorder| &mut reorder.odds),
            link.bursts.as_mut().map(|bursts| &mut bursts.loss),
        ]
        .into_iter()
        .flatten()
        {
            *odds = turned(*odds);
        }
    }
    let mut varied = replanned(story, scenario)?;
    if let Some(users) = &varied.users {
        let mut users = (**users).clone();
        users.odds = match draw.below(3) {
            0 => Odds::try_from(f64::from(users.odds) * 0.3).unwrap_or(users.odds),
            1 => users.odds,
            _ => Odds::try_from((f64::from(users.odds) * 2.0).min(1.0)).unwrap_or(users.odds),
        };
        varied.users = Some(Arc::new(users));
    }
    Some(varied)
}

fn delay<O: Clone>(story: &Story<O>, mut draw: Draw) -> Option<Story<O>> {
    let mut scenario = story.plan.scenario().clone();
    let replicas = u64::from(scenario.replicas);
    // Messages that are let go together do not keep the order of their link.
    if replicas < 2 || scenario.duration.0 < 4 || story.plan.profiles().iter().any(|link| link.fifo) {
        return None;
    }
    let end = Time::START + scenario.duration;
    let since = draw.moment(Time::START, Time(end.0 / 2));
    let until = draw.moment(Time(since.0 + (end.0 - since.0) / 2), end).max(Time(since.0 + 1));
    let one = ReplicaId(draw.below(replicas) as u32);
    let other = ReplicaId((one.0 + 1 + draw.below(replicas - 1) as u32) % scenario.replicas);
    let mut held = vec![(one, other)];
    match draw.below(3) {
        0 => {}
        // Nobody hears it for a while.
        1 => held = (0..scenario.replicas).map(|to| (one, ReplicaId(to))).collect(),
        // It hears nobody for a while.
        _ => held = (0..scenario.replicas).map(|from| (ReplicaId(from), one)).collect(),
    }
    let holds = held.into_iter().filter(|(from, to)| from != to).take(64);
    scenario.faults.extend(holds.map(|(from, to)| Fault::Hold {
        from,
        to,
        since: When::At(since),
        until: When::At(until),
    }));
    replanned(story, scenario)
}

fn cuts<O: Clone>(story: &Story<O>, mut draw: Draw) -> Option<Story<O>> {
    let mut scenario = story.plan.scenario().clone();
    let replicas = u64::from(scenario.replicas);
    if replicas < 2 || scenario.duration.0 < 4 {
        return None;
    }
    let end = Time::START + scenario.duration;
    // Where nothing is ever lost, it may be that nothing must be.
    if !loses(story) {
        return delay(story, draw);
    }
    for _ in 0..(replicas * (replicas - 1)).min(24) {
        let from = ReplicaId(draw.below(replicas) as u32);
        let to = ReplicaId((from.0 + 1 + draw.below(replicas - 1) as u32) % scenario.replicas);
        let begins = draw.moment(Time::START, Time(end.0 - 2));
        let ends = draw.moment(Time(begins.0 + 1), end).max(Time(begins.0 + 1));
        scenario.faults.push(Fault::Partition(Partition {
            name: None,
            shape: Shape::OneWay(vec![from], vec![to]),
            from: When::At(begins),
            until: Some(When::At(ends)),
            in_flight: if draw.below(2) == 0 { InFlight::Cut } else { InFlight::Arrive },
            flapping: None,
        }));
    }
    replanned(story, scenario)
}

/// Whether messages are lost in a story.
fn loses<O>(story: &Story<O>) -> bool {
    let link = |link: &crate::scenario::Link| link.loss.possible() || link.bursts.is_some();
    let fault = |fault: &Fault| matches!(fault, Fault::Partition(_) | Fault::Crash(_));
    story.plan.profiles().iter().any(link) || story.plan.scenario().faults.iter().any(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Activity;
    use crate::zoo::sync::Pace;

    fn story() -> Story<u32> {
        let mut world = Scenario::new(3);
        world.link.loss = Odds::permille(100);
        let plan = world.plan().unwrap_or_else(|refusals| panic!("{refusals}"));
        Story::drawn(plan, Activity::default(), Pace::each(Span::millis(20)))
    }

    #[test]
    fn every_strategy_but_the_plain_one_varies_the_story_and_each_seed_otherwise() {
        for strategy in Strategy::ALL {
            let told = |seed| format!("{:?}", strategy.vary(&story(), Seed(seed)));
            assert_eq!(told(7), told(7));
            let different: std::collections::BTreeSet<String> = (0..40).map(told).collect();
            match strategy {
                Strategy::Uniform | Strategy::Priorities => assert_eq!(different.len(), 1),
                Strategy::Swarm => assert!(different.len() > 5, "{strategy:?}"),
                _ => assert!(different.len() > 20, "{strategy:?}: {}", different.len()),
            }
        }
    }

    #[test]
    fn each_has_its_turn() {
        let mut counts = [0; 6];
        for seed in 0..6000 {
            let turn = Strategy::of(Seed(seed), &Strategy::ALL);
            counts[Strategy::ALL.iter().position(|strategy| *strategy == turn).unwrap_or_default()] += 1;
        }
        assert!(counts.iter().all(|count| (900..1100).contains(count)), "{counts:?}");
    }
}
