//! Times that a person can read: round, few, and close together.

use std::collections::BTreeSet;

use super::{Shrinks, Work};
use crate::base::{Fate, Span, Time};
use crate::run::Story;
use crate::scenario::{Crash, Disk, Down, Fault, When};

/// What numbers are rounded to, the coarsest first.
const ROUND: [Span; 4] = [Span::millis(100), Span::millis(10), Span::millis(1), Span::micros(10)];

impl<O: Shrinks> Work<'_, O> {
    /// Ends early, takes pauses out, and rounds what is left.
    pub(super) fn tidy_times(&mut self) {
        // The moments of a story in even steps, with nothing between that nobody needs.
        for step in [Span::millis(10), Span::millis(50), Span::millis(100)] {
            if self.attempt(|story| evenly(story, step)) {
                break;
            }
        }
        for round in ROUND {
            self.attempt(|story| rounded(story, round));
        }
        for nth in 0..self.story.requests.len() {
            for round in ROUND {
                if self.attempt(|story| {
                    let mut other = story.clone();
                    let at = &mut other.requests.get_mut(nth)?.at;
                    let before = *at;
                    *at = Time(to(at.0, round));
                    (*at != before).then_some(other)
                }) {
                    break;
                }
            }
        }
        for nth in 0..self.story.fates.len() {
            for round in ROUND {
                if self.attempt(|story| {
                    let mut other = story.clone();
                    let (_, fate) = other.fates.get_mut(nth)?;
                    let before = *fate;
                    round_fate(fate, round);
                    (*fate != before).then_some(other)
                }) {
                    break;
                }
            }
        }
        self.end_early();
    }

    /// Lets the faulty part end as soon as everything that is written has come.
    fn end_early(&mut self) {
        let last = moments(&self.story).into_iter().max().unwrap_or_default();
        for slack in [Span::millis(1), Span::millis(100), Span::millis(1000)] {
            let duration = Span(to((last + slack).0, Span::millis(1)).max(1_000_000));
            if duration < self.story.plan.scenario().duration
                && self.attempt(|story| story.in_world(|world| world.duration = duration))
            {
                break;
            }
        }
    }
}

/// A number rounded to the nearest multiple, not to zero.
fn to(nanos: u64, round: Span) -> u64 {
    let times = (nanos + round.0 / 2) / round.0;
    times.max(u64::from(nanos > 0)) * round.0
}

fn round_fate(fate: &mut Fate, round: Span) {
    for copy in fate.copies_mut() {
        copy.delay = Span(to(copy.delay.0, round));
    }
}

/// All moments that are written in a story.
fn moments<O>(story: &Story<O>) -> BTreeSet<Time> {
    let mut all: BTreeSet<Time> = story.requests.iter().map(|asked| asked.at).collect();
    for fault in &story.plan.scenario().faults {
        visit(&mut fault.clone(), &mut |time| {
            all.insert(*time);
        });
    }
    all
}

/// The same with each moment changed.
fn retimed<O: Clone>(story: &Story<O>, mut change: impl FnMut(Time) -> Time) -> Option<Story<O>> {
    let mut scenario = story.plan.scenario().clone();
    for fault in &mut scenario.faults {
        visit(fault, &mut |time| *time = change(*time));
    }
    let mut requests = story.requests.clone();
    requests.iter_mut().for_each(|asked| asked.at = change(asked.at));
    if requests.iter().zip(&story.requests).all(|(new, old)| new.at == old.at) && scenario == *story.plan.scenario() {
        return None;
    }
    let plan = scenario.plan().ok()?;
    Some(Story { plan, requests, ..story.clone() })
}

/// The same moments in the same order, so long after one another.
fn evenly<O: Clone>(story: &Story<O>, step: Span) -> Option<Story<O>> {
    let all = moments(story);
    let place = |time: Time| all.range(..=time).count() as u64;
    retimed(story, |time| Time(place(time) * step.0))
}

fn rounded<O: Clone>(story: &Story<O>, round: Span) -> Option<Story<O>> {
    let mut other = retimed(story, |time| Time(to(time.0, round))).unwrap_or_else(|| story.clone());
    other.fates.iter_mut().for_each(|(_, fate)| round_fate(fate, round));
    let same = |one: &Story<O>, other: &Story<O>| {
        one.fates == other.fates
            && one.plan.scenario() == other.plan.scenario()
            && one.requests.iter().zip(&other.requests).all(|(one, other)| one.at == other.at)
    };
    (!same(story, &other)).then_some(other)
}

/// Every written moment of a fault.
fn visit(fault: &mut Fault, change: &mut dyn FnMut(&mut Time)) {
    let mut when = |when: &mut When| {
        if let When::At(time) = when {
            change(time);
        }
    };
    match fault {
        Fault::Partition(partition) => {
            when(&mut partition.from);
            partition.until.as_mut().map(when);
        }
        Fault::Crash(Crash { at, down, disk, .. }) => {
            let died = match at {
                When::At(time) => Some(*time),
                When::Between(..) => None,
            };
            when(at);
            // The return is a moment, too.
            if let (Down::For(away), Some(died), When::At(at)) = (down, died, &*at) {
                let mut back = died + *away;
                change(&mut back);
                *away = back.since(*at).max(Span::millis(1));
            }
            if let (Disk::Backup(age), Some(died)) = (disk, died) {
                let mut copied = died - *age;
                let before = copied;
                change(&mut copied);
                if let When::At(at) = &*at
                    && copied != before
                {
                    *age = at.since(copied);
                }
            }
        }
        Fault::Pause { from, until, .. } => {
            when(from);
            until.as_mut().map(when);
        }
        Fault::Slow { from, until, .. } | Fault::ClockFreeze { from, until, .. } => {
            when(from);
            when(until);
        }
        Fault::ClockJump { at, .. } => when(at),
        Fault::Hold { since, until, .. } => {
            when(since);
            when(until);
        }
    }
}
