//! All that can happen in the world of a scenario file, and what is found in it as files of their own.

use super::{Bounds, Find, Scope, Tally, explicit, search};
use crate::base::Span;
use crate::hunt::{Catch, Limits, refine, told};
use crate::run::{Story, resolve, same, watches_of};
use crate::scenario::{File, Mistakes, Plan};
use crate::world::Reduction;
use crate::zoo::{Asked, System, Viewed, Visitor};

/// So many kinds of findings are made small.
const REFINED: usize = 12;

/// What is to be explored.
#[derive(Clone, Copy, Debug)]
pub struct Exploration<'a> {
    /// The scenario. Of users that ask by chance it knows nothing: only requests that are written are made.
    pub file: &'a File,
    /// How far it goes.
    pub bounds: Bounds,
    /// How long making one finding small may take.
    pub patience: Span,
}

/// A kind of finding.
#[derive(Debug)]
pub struct Kind {
    /// The smallest way to it.
    pub find: Find,
    /// The smallest story of it; without one, there were too many kinds, or it was not found again.
    pub catch: Option<Catch>,
}

/// What came of an exploration.
#[derive(Debug)]
pub struct Explored {
    /// The figures.
    pub tally: Tally,
    /// Whether nothing was left out, within the bounds.
    pub is_exhaustive: bool,
    /// Which orders were gone through.
    pub reduction: Reduction,
    /// How many stories there were: with crashes, there are several.
    pub stories: usize,
    /// The kinds of findings.
    pub kinds: Vec<Kind>,
}

/// Explores the world of a scenario.
pub fn explore(
    exploration: &Exploration<'_>,
    limits: &Limits,
    progress: &mut dyn FnMut(u64),
) -> Result<Explored, Mistakes> {
    let (plan, system) = resolve(exploration.file)?;
    Ok(system.visit(Exploring { exploration, plan, limits, progress }))
}

struct Exploring<'a> {
    exploration: &'a Exploration<'a>,
    plan: Plan,
    limits: &'a Limits,
    progress: &'a mut dyn FnMut(u64),
}

impl Visitor for Exploring<'_> {
    type Output = Explored;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Self::Output {
        let Exploring { exploration, plan, limits, progress } = self;
        let Exploration { file, bounds, patience } = exploration;
        let mut story: Story<O> =
            Story::of(file, plan).unwrap_or_else(|unknown| unreachable!("they were read: {unknown:?}"));
        story.users = None;
        let checks = watches_of(file, &system);
        let make = || -> System<O, V> {
            let again = resolve(file).map(|(_, system)| same(system));
            again.unwrap_or_else(|error| unreachable!("it was resolved before: {error}"))
        };
        let scope = Scope { make: &make, checks: &checks, story: &story };
        let mut searched = search(&scope, bounds, limits, progress);
        let (reduction, stories) = (searched.reduction, searched.stories.len());
        let refine = |(nth, find): (usize, Find)| {
            // What was found is made small even where exploring took all the time that there was.
            let each = Limits { until: None, ..limits.clone() }.within_at_most(*patience);
            let written = |find: &Find| {
                let story = &searched.stories[find.story];
                let explicit = explicit(&scope, bounds, story, find, reduction);
                let shown = (bounds.seed, find.finding.clone());
                let found = refine(&make, &checks, (explicit.clone(), &explicit), shown, &each)?;
                (found.signature == find.signature).then(|| told(file, found))
            };
            let catch = if nth < REFINED { written(&find) } else { None };
            Kind { find, catch }
        };
        let finds = std::mem::take(&mut searched.tally.finds);
        let kinds = finds.into_iter().enumerate().map(refine).collect();
        Explored { tally: searched.tally, is_exhaustive: searched.is_exhaustive, reduction, stories, kinds }
    }
}
