//! Smaller stories that show the same violation.
//!
//! Works on what a run was, written down without anything left open, and takes away what it can: nothing is
//! kept but what is needed for a finding of the same signature. The passes come in a fixed order. The first three
//! take away, round after round, until nothing more can go; then the others make plain what is left, and the first
//! three come again:
//!
//! 1. the fates of messages: first all of them, then by halves, at last one by one, so that the network becomes
//!    perfect but for what matters;
//! 2. the requests, in the same way, and then the faults;
//! 3. the replicas, one by one, each with all that is said of it;
//! 4. the world: topology, links, clocks, disks as plain as they can be;
//! 5. the times: the end as early, the steps as round and as close together as they can be;
//! 6. the arguments of operations, as short and as low as they can be.
//!
//! The law: the result is a function of the story and the signature, whoever tests the candidates, as long as
//! nobody tires.

mod arguments;
mod network;
mod remove;
mod replicas;
mod times;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::run::Story;

/// Says which stories still show the violation.
pub trait Tester<O> {
    /// The first of so many candidates that shows it, in their order. There may be nothing to try in the place
    /// of some.
    fn first(&mut self, candidates: usize, make: &dyn Fn(usize) -> Option<Story<O>>) -> Option<(usize, Story<O>)>;

    /// Whether it is time to be content with what there is.
    fn is_tired(&self) -> bool;
}

/// What can be asked for in a story that is to become smaller.
pub trait Shrinks: Clone + PartialEq + Serialize + DeserializeOwned {}

impl<O: Clone + PartialEq + Serialize + DeserializeOwned> Shrinks for O {}

/// A story that has become smaller.
#[derive(Clone, Debug)]
pub struct Shrunk<O> {
    /// The smallest that was found.
    pub story: Story<O>,
    /// Whether nothing more can be taken away: no single request, fault, fate or replica.
    pub is_minimal: bool,
    /// How often it became smaller.
    pub steps: u32,
}

/// Makes a story smaller that shows what the tester looks for.
pub fn shrink<O: Shrinks>(story: Story<O>, tester: &mut dyn Tester<O>) -> Shrunk<O> {
    let mut work = Work { story, tester, steps: 0 };
    work.take_away();
    // What is plainer may need less, and what needs less may be plainer; twice is enough in practice.
    for _ in 0..2 {
        let before = work.steps;
        work.calm_network();
        work.tidy_times();
        work.lower_arguments();
        if work.steps == before || !work.take_away() {
            break;
        }
    }
    Shrunk { is_minimal: !work.is_tired(), steps: work.steps, story: work.story }
}

/// A story that is becoming smaller.
struct Work<'a, O> {
    story: Story<O>,
    tester: &'a mut dyn Tester<O>,
    steps: u32,
}

impl<O: Shrinks> Work<'_, O> {
    fn is_tired(&self) -> bool {
        self.tester.is_tired()
    }

    /// Takes away until nothing more can go; says whether anything went.
    fn take_away(&mut self) -> bool {
        let begun = self.steps;
        loop {
            let before = self.steps;
            self.thin_fates();
            self.thin_requests();
            self.thin_faults();
            self.drop_replicas();
            if self.steps == before || self.is_tired() {
                return self.steps > begun;
            }
        }
    }

    /// Goes on with the first of so many changed stories that still shows it; says which that was.
    fn try_each(&mut self, candidates: usize, make: impl Fn(&Story<O>, usize) -> Option<Story<O>>) -> Option<usize> {
        let story = &self.story;
        let (at, found) = self.tester.first(candidates, &|nth| make(story, nth))?;
        self.story = found;
        self.steps += 1;
        Some(at)
    }

    /// Goes on with a changed story, if it still shows it.
    fn attempt(&mut self, make: impl Fn(&Story<O>) -> Option<Story<O>>) -> bool {
        self.try_each(1, |story, _| make(story)).is_some()
    }
}

impl<O: Clone> Story<O> {
    /// The same in a changed world, if there can be such a world and it is another one.
    fn in_world(&self, change: impl FnOnce(&mut crate::scenario::Scenario)) -> Option<Story<O>> {
        let mut scenario = self.plan.scenario().clone();
        change(&mut scenario);
        if scenario == *self.plan.scenario() {
            return None;
        }
        Some(Story { plan: scenario.plan().ok()?, ..self.clone() })
    }
}
