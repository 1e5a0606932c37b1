//! A world as plain as it can be.

use super::{Shrinks, Work};
use crate::base::Span;
use crate::run::Story;
use crate::scenario::{Clock, Durability, Latency, Link, Order, Scenario, Topology};

impl<O: Shrinks> Work<'_, O> {
    /// Makes topology, links, clocks and disks what they are where nothing is said of them.
    pub(super) fn calm_network(&mut self) {
        let plainer: [fn(&mut Scenario); 9] = [
            |world| world.topology = Topology::Full,
            |world| world.links.clear(),
            // What a perfect message takes is stated, in a round number.
            |world| world.link = Link { latency: Latency::Constant(Span::millis(10)), ..Link::default() },
            |world| world.link = Link { latency: Latency::Constant(world.link.latency.typical()), ..Link::default() },
            |world| world.access = Latency::Constant(Span::ZERO),
            |world| world.order = Order::Insertion,
            |world| (world.clock, world.clocks) = (Clock::default(), Default::default()),
            |world| (world.durability, world.durabilities) = (Durability::default(), Default::default()),
            |world| world.count_inversions = false,
        ];
        for change in plainer {
            self.attempt(|story: &Story<O>| story.in_world(change));
        }
        let clocks: Vec<_> = self.story.plan.scenario().clocks.keys().copied().collect();
        for replica in clocks {
            self.attempt(|story| story.in_world(|world| world.clocks.retain(|of, _| *of != replica)));
        }
        // Fates that nothing needs are gone; of the rest, whole copies are better than damaged ones, and one is
        // better than two.
        for nth in 0..self.story.fates.len() {
            self.attempt(|story| {
                let mut simpler = story.clone();
                let (_, fate) = simpler.fates.get_mut(nth)?;
                let before = *fate;
                fate.copies_mut().iter_mut().for_each(|copy| copy.damage = None);
                (*fate != before).then_some(simpler)
            });
        }
    }
}
