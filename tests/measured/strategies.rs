//! How many seeds each way of varying a story needs until it finds what is wrong with each specimen.
//!
//! What is guided by what others came through is left out: it begins where the others have been.

use std::fmt::Write;

use squall::base::Seed;
use squall::hunt::Strategy;
use squall::run::{Runner, Story, hostile, watches};
use squall::zoo::specimen::{self, Specimen};
use squall::zoo::{Asked, System, Viewed, Visitor};

/// So many seeds are tried.
const MOST: u64 = 100;

/// Specimens that every strategy finds within so many seeds are only counted.
const EASY: u64 = 10;

const STRATEGIES: [Strategy; 5] =
    [Strategy::Uniform, Strategy::Swarm, Strategy::Priorities, Strategy::Delay, Strategy::Cuts];

struct Trying<'a>(&'a Specimen);

impl Visitor for Trying<'_> {
    type Output = [Option<u64>; 5];

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> [Option<u64>; 5] {
        let hostile = hostile(self.0.needs);
        let plan = hostile.world.plan().expect("a plan");
        let story: Story<O> = Story::drawn(plan, hostile.activity, hostile.pace);
        let mut runner = Runner::new(system, &watches(&[self.0.caught_by]));
        STRATEGIES.map(|strategy| {
            let mut finds = |seed: &u64| {
                let seed = Seed(*seed);
                runner.glance(&strategy.vary(&story, seed), seed).finding.is_some()
            };
            (0..MOST).find(|seed| finds(seed)).map(|seed| seed + 1)
        })
    }
}

/// All the figures, as Markdown.
pub(crate) fn report() -> String {
    let tried: Vec<(&Specimen, [Option<u64>; 5])> =
        specimen::all().map(|one| (one, (one.system)().visit(Trying(one)))).collect();
    let names: Vec<String> =
        STRATEGIES.iter().map(|strategy| format!("{:?}", strategy.name()).replace('"', "`")).collect();
    let rule = "|---:".repeat(STRATEGIES.len());
    let mut text = format!(
        "# What hunting strategies find\n\n\
         Each of {} specimens in the hostile world of its family, varied by each strategy, until the check that must \
         catch it does; at most {MOST} seeds.\n\n| | {} |\n|---{rule}|\n",
        tried.len(),
        names.join(" | ")
    );
    let mut row = |says: &str, cell: &dyn Fn(Vec<Option<u64>>) -> String| {
        let cells = (0..STRATEGIES.len()).map(|nth| cell(tried.iter().map(|(_, seeds)| seeds[nth]).collect()));
        let _ = writeln!(text, "| {says} | {} |", cells.collect::<Vec<_>>().join(" | "));
    };
    row("specimens found", &|seeds| seeds.iter().flatten().count().to_string());
    row("in the first seed", &|seeds| seeds.iter().flatten().filter(|seeds| **seeds == 1).count().to_string());
    let at = |seeds: Vec<Option<u64>>, percent: usize| {
        let mut seeds: Vec<u64> = seeds.into_iter().map(|seeds| seeds.unwrap_or(u64::MAX)).collect();
        seeds.sort_unstable();
        match seeds[(seeds.len() * percent).div_ceil(100) - 1] {
            u64::MAX => format!("over {MOST}"),
            seeds => seeds.to_string(),
        }
    };
    row("seeds for half of them", &|seeds| at(seeds, 50));
    row("for nine in ten", &|seeds| at(seeds, 90));
    let first = |nth: usize| {
        let is_first = |(_, seeds): &&(&Specimen, [Option<u64>; 5])| {
            let others = seeds.iter().enumerate().filter(|(other, _)| *other != nth);
            let fewest = others.filter_map(|(_, seeds)| *seeds).min().unwrap_or(u64::MAX);
            seeds[nth].is_some_and(|mine| mine < fewest)
        };
        tried.iter().filter(is_first).count().to_string()
    };
    let cells: Vec<String> = (0..STRATEGIES.len()).map(first).collect();
    let _ = writeln!(text, "| with fewer seeds than all others | {} |", cells.join(" | "));
    let is_easy = |seeds: &[Option<u64>; 5]| seeds.iter().all(|seeds| seeds.is_some_and(|seeds| seeds <= EASY));
    let easy = tried.iter().filter(|(_, seeds)| is_easy(seeds)).count();
    let _ = writeln!(
        text,
        "\n## Seeds for each\n\nLeft out are {easy} specimens that every strategy finds within {EASY} seeds.\n\n\
         | specimen | {} |\n|---{rule}|",
        names.join(" | ")
    );
    for (one, seeds) in tried.iter().filter(|(_, seeds)| !is_easy(seeds)) {
        let cells = seeds.map(|seeds| seeds.map_or("–".to_owned(), |seeds| seeds.to_string()));
        let _ = writeln!(text, "| `{}` | {} |", one.name, cells.join(" | "));
    }
    text
}
