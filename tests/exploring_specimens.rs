//! Exploration finds what shrinking finds, wherever the smallest story is one of a small world.

use squall::base::{Seed, Span, Time};
use squall::explore::{Bounds, Scope, explicit, search};
use squall::hunt::{Counterexample, Limits, Size, pursue, refine};
use squall::run::{Story, hostile, same, watches};
use squall::scenario::Fault;
use squall::trace::Kind;
use squall::zoo::specimen::{self, Specimen};
use squall::zoo::{Asked, System, Viewed, Visitor};

/// How many messages there may be in a small world.
const FEW: usize = 12;

/// A world in which there is more to try than this is not small.
const MOST: u64 = 30_000;

/// What came of a specimen.
#[derive(Debug)]
enum Came {
    /// Its smallest story is one of a larger world.
    Large,
    /// The sizes of the stories that shrinking and exploring end with.
    Both(Size, Size),
    /// Exploring did not find it, though so many runs were all that can happen.
    Missed(Size, u64),
}

struct Compared<'a>(&'a Specimen);

impl Visitor for Compared<'_> {
    type Output = Came;

    fn visit<O: Asked, V: Viewed>(self, _: System<O, V>) -> Came {
        let Compared(specimen) = self;
        let hostile = hostile(specimen.needs);
        let plan = hostile.world.plan().expect("a plan");
        let story: Story<O> = Story::drawn(plan, hostile.activity, hostile.pace);
        let checks = watches(&[specimen.caught_by]);
        let make = || same::<O, V>((specimen.system)());
        let limits = Limits::jobs(1);
        let found = (0..2000).map(Seed).find_map(|seed| pursue(&make, &checks, &story, seed, &limits));
        let Counterexample { story, seed, transcript, signature, .. } = found.expect("it is caught");
        let shrunk = Size::of(&story);
        let records = transcript.trace().records();
        let messages = records.iter().filter(|record| matches!(record.kind, Kind::Fate { .. })).count();
        let copies =
            |count: fn(usize) -> bool| story.fates.iter().filter(|(_, fate)| count(fate.copies().len())).count() as u32;
        let odd = story
            .fates
            .iter()
            .any(|(_, fate)| fate.copies().len() > 2 || fate.copies().iter().any(|copy| copy.damage.is_some()));
        let slow = |fault: &Fault| matches!(fault, Fault::Slow { .. } | Fault::Pause { .. } | Fault::Hold { .. });
        let scenario = story.plan.scenario();
        if messages > FEW || shrunk.replicas > 3 || odd || scenario.faults.iter().any(slow) {
            return Came::Large;
        }
        // Shrinking ends the faults as early as it can; for exploring, all that happened in the story may be reordered.
        let last = records.last().map_or(Time::START, |record| record.moment.at);
        let mut wider = scenario.clone();
        wider.duration = wider.duration.max(last.since(Time::START) + Span::millis(1));
        let Ok(plan) = wider.plan() else { return Came::Large };
        let open = Story { plan, fates: Vec::new(), ..story.clone() };
        let bounds = Bounds {
            drops: copies(|copies| copies == 0),
            duplicates: copies(|copies| copies == 2),
            smallest: true,
            most_runs: MOST,
            seed,
            ..Bounds::default()
        };
        let scope = Scope { make: &make, checks: &checks, story: &open };
        let came = search(&scope, &bounds, &limits, &mut |_| {});
        let explored = came.tally.finds.iter().find(|find| find.signature == signature).and_then(|find| {
            let written = explicit(&scope, &bounds, &came.stories[find.story], find, came.reduction);
            let found = (seed, find.finding.clone());
            refine(&make, &checks, (written.clone(), &written), found, &limits)
        });
        match explored {
            Some(explored) => Came::Both(shrunk, Size::of(&explored.story)),
            None if !came.is_exhaustive => Came::Large,
            None => Came::Missed(shrunk, came.tally.runs + came.tally.given_up),
        }
    }
}

#[test]
fn what_shrinking_finds_in_a_small_world_exploration_finds_as_small() {
    let (mut both, mut large, mut wrong) = (0, 0, Vec::new());
    for specimen in specimen::all().step_by(if cfg!(debug_assertions) { 9 } else { 1 }) {
        let came = (specimen.system)().visit(Compared(specimen));
        println!("{}: {came:?}", specimen.name);
        match came {
            Came::Large => large += 1,
            Came::Both(shrunk, explored)
                if explored.replicas <= shrunk.replicas
                    && explored.requests <= shrunk.requests
                    && explored.faults + explored.fates <= shrunk.faults + shrunk.fates =>
            {
                both += 1;
            }
            Came::Both(shrunk, explored) => wrong.push(format!("{}: {explored:?}, not {shrunk:?}", specimen.name)),
            Came::Missed(shrunk, runs) => {
                wrong.push(format!("{}: in none of {runs} runs, which is all: {shrunk:?}", specimen.name));
            }
        }
    }
    println!("{both} as small, {large} of larger worlds, {} otherwise", wrong.len());
    assert!(wrong.is_empty() && both * 2 > large, "{both} as small, {large} of larger worlds:\n{}", wrong.join("\n"));
}
