//! A finding of a scenario file, as a file of its own.

use super::{Counterexample, Limits, Nearest, Size, pursue};
use crate::base::Seed;
use crate::run::{Finding, Picture, Signature, Story, resolve, same, watches_of};
use crate::scenario::{Expectation, File, Mistakes, Origin, Plan};
use crate::zoo::{AnySystem, Asked, System, Viewed, Visitor};

/// The smallest story found for what was found in one seed of a file.
#[derive(Debug)]
pub struct Catch {
    /// The story as a scenario that must show the same again.
    pub file: File,
    /// What happens in it.
    pub picture: Picture,
    /// What is found.
    pub finding: Finding,
    /// What makes it the same finding.
    pub signature: Signature,
    /// The nearest run that holds, where one was found.
    pub nearest: Option<Nearest>,
    /// How large it is.
    pub size: Size,
    /// Whether nothing more can be taken away.
    pub is_minimal: bool,
}

impl Catch {
    /// The counterexample as a file that says what it is.
    pub fn text(&self) -> String {
        let finding = self.finding.to_string();
        let mut text = String::from("// A counterexample: `squall run` shows it again.\n//\n");
        for line in finding.lines() {
            text.push_str("// ");
            text.extend(line.chars().map(|c| if c.is_control() { '·' } else { c }));
            text.push('\n');
        }
        text + self.file.to_ron().as_str() + "\n"
    }
}

/// Runs one seed of a file, and makes what is found in it as small as can be.
pub fn catch(file: &File, seed: Seed, limits: &Limits) -> Result<Option<Catch>, Mistakes> {
    let (plan, system) = resolve(file)?;
    Ok(system.visit(Catching { file, plan, seed, limits }))
}

struct Catching<'a> {
    file: &'a File,
    plan: Plan,
    seed: Seed,
    limits: &'a Limits,
}

impl Visitor for Catching<'_> {
    type Output = Option<Catch>;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Self::Output {
        let Catching { file, plan, seed, limits } = self;
        let story: Story<O> =
            Story::of(file, plan).unwrap_or_else(|unknown| unreachable!("they were read: {unknown:?}"));
        let checks = watches_of(file, &system);
        let make = || -> System<O, V> {
            let again = resolve(file).map(|(_, system): (Plan, AnySystem)| same(system));
            again.unwrap_or_else(|error| unreachable!("it was resolved before: {error}"))
        };
        let found = pursue(&make, &checks, &story, seed, limits);
        found.map(|found| told(file, found))
    }
}

/// A counterexample, written down in the place of what the file told.
pub(crate) fn told<O: Asked>(file: &File, found: Counterexample<O>) -> Catch {
    let Counterexample { story, seed, finding, signature, transcript, nearest, is_minimal, .. } = found;
    let mut smaller = file.clone();
    story.write(&mut smaller);
    smaller.seed = Some(seed);
    smaller.expect = Expectation::Violates(finding.check().to_owned());
    let says = finding.to_string();
    let says = says.lines().next().unwrap_or_default().to_owned();
    smaller.origin = Some(Origin { scenario: file.name.clone(), seed, says });
    let picture = Picture::of(&story, &transcript, Some(&finding));
    Catch { file: smaller, picture, finding, signature, nearest, size: Size::of(&story), is_minimal }
}
