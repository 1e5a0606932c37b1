//! One seed of a scenario file, as it is told.

use super::{Picture, Runner, Story, resolve, watches_of};
use crate::base::Seed;
use crate::scenario::{File, Mistakes, Plan};
use crate::zoo::{Asked, System, Viewed, Visitor};

/// Runs one seed of a file, and tells what happens in it.
pub fn depict(file: &File, seed: Seed) -> Result<Picture, Mistakes> {
    let (plan, system) = resolve(file)?;
    Ok(system.visit(Depicting { file, plan, seed }))
}

struct Depicting<'a> {
    file: &'a File,
    plan: Plan,
    seed: Seed,
}

impl Visitor for Depicting<'_> {
    type Output = Picture;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Picture {
        let Depicting { file, plan, seed } = self;
        let story: Story<O> =
            Story::of(file, plan).unwrap_or_else(|unknown| unreachable!("they were read: {unknown:?}"));
        let checks = watches_of(file, &system);
        let (ran, transcript) = Runner::new(system, &checks).record(&story, seed);
        Picture::of(&story, &transcript, ran.finding.as_ref())
    }
}
