//! What catches a specimen becomes a small story, from which nothing more can be taken away.

use squall::base::Seed;
use squall::hunt::{Counterexample, Limits, Size, pursue};
use squall::run::{Signature, Story, hostile, same, watches};
use squall::zoo::specimen::{self, Specimen};
use squall::zoo::{Asked, System, Viewed, Visitor};

/// Hunts a specimen until its mistake shows, and makes the story small, on so many threads.
struct Hunted<'a>(&'a Specimen, usize);

/// What came of it: the story in words, what is found in it, and how large it is.
type Small = (String, String, Size);

impl Visitor for Hunted<'_> {
    type Output = Small;

    fn visit<O: Asked, V: Viewed>(self, _: System<O, V>) -> Small {
        let Hunted(specimen, jobs) = self;
        let hostile = hostile(specimen.needs);
        let plan = hostile.world.plan().expect("a plan");
        let story: Story<O> = Story::drawn(plan, hostile.activity, hostile.pace);
        let checks = watches(&[specimen.caught_by]);
        let make = || same::<O, V>((specimen.system)());
        let found = (0..2000).map(Seed).find_map(|seed| pursue(&make, &checks, &story, seed, &Limits::jobs(jobs)));
        let Counterexample { story, finding, signature, is_minimal, is_explicit, .. } =
            found.unwrap_or_else(|| panic!("{} is not caught", specimen.name));
        assert!(is_explicit && is_minimal, "{}", specimen.name);
        assert_eq!(Signature::of(&finding), signature, "{}", specimen.name);
        (format!("{:?} {:?}", story.requests, story.fates), finding.to_string(), Size::of(&story))
    }
}

/// All specimens, or some of them where code is not optimised.
fn specimens() -> impl Iterator<Item = &'static Specimen> {
    specimen::all().step_by(if cfg!(debug_assertions) { 9 } else { 1 })
}

#[test]
fn nine_in_ten_stories_have_at_most_three_replicas_and_six_requests() {
    let sizes: Vec<(&str, Size)> = specimens()
        .map(|specimen| {
            let (.., size) = (specimen.system)().visit(Hunted(specimen, 1));
            (specimen.name, size)
        })
        .collect();
    let large: Vec<_> = sizes.iter().filter(|(_, size)| size.replicas > 3 || size.requests > 6).collect();
    assert!(sizes.len() > 10 && large.len() * 10 <= sizes.len(), "{large:?}");
    assert!(sizes.iter().all(|(_, size)| size.requests > 0), "{sizes:?}");
}

#[test]
fn the_story_is_the_same_whoever_looks_for_it() {
    for specimen in specimens().step_by(7) {
        let small = |jobs| (specimen.system)().visit(Hunted(specimen, jobs));
        assert_eq!(small(1), small(3), "{}", specimen.name);
    }
}
