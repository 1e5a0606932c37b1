//! The points at which replicas can crash: each stretch of time in which nothing comes at its time.
//!
//! Messages come at any moment of such a stretch, before and after the crash, so that no more than one moment of
//! each has to be tried, for the crash and for the return.

use crate::base::{ReplicaId, Span, Time};
use crate::scenario::{Crash, Disk, Down, Fault, Rebirth, When, Who};

use crate::run::Story;

/// The story with every crash that there can be, where something comes at these times: at any moment, or after the
/// first messages of a handler, each with every return.
pub fn crashing<O: Clone>(story: &Story<O>, times: &[Time]) -> Vec<Story<O>> {
    let calm = story.plan.calm_at();
    let mut edges: Vec<Time> = times.iter().copied().filter(|time| *time < calm).collect();
    edges.sort();
    edges.dedup();
    edges.insert(0, Time::START);
    edges.push(calm);
    let stretches: Vec<(Time, Time)> = edges.windows(2).map(|edge| (edge[0], edge[1])).collect();
    let moment = |(from, until): (Time, Time), third: u64| {
        let width = until.since(from).0;
        (width >= 1000).then(|| from + Span(width / 3 * third))
    };
    let mut stories = Vec::new();
    for replica in (0..story.plan.replicas()).map(ReplicaId) {
        let parts = (1..story.plan.links().neighbours(replica).len() as u32).map(Some);
        for after_sends in std::iter::once(None).chain(parts) {
            for (nth, stretch) in stretches.iter().enumerate() {
                let Some(at) = moment(*stretch, 1) else { continue };
                for back in stretches[nth..].iter().filter_map(|back| moment(*back, 2)) {
                    let crash = Crash {
                        who: Who::Replica(replica),
                        at: When::At(at),
                        after_sends,
                        down: Down::For(back.since(at)),
                        disk: Disk::Durable,
                        identity: Rebirth::Same,
                    };
                    let mut scenario = story.plan.scenario().clone();
                    scenario.faults.push(Fault::Crash(crash));
                    stories.extend(scenario.plan().ok().map(|plan| Story { plan, ..story.clone() }));
                }
            }
        }
    }
    stories
}
