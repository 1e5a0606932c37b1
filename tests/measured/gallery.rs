//! A dozen scenarios as they are told: a story of each, and whatever else is listed here.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use squall::report::{Caption, Drawing, page, story};
use squall::run::{Picture, campaign};
use squall::scenario::File;

use super::lived::{file, lived};

/// The scenarios, by their paths in `scenarios/`.
const SCENARIOS: [&str; 12] = [
    "shopping/a_cart_merged_by_union",
    "sets/a_bagel_whose_tags_are_emptied",
    "shopping/the_cart_keeps_both_sides",
    "tombstones/tombstones_collected_too_early",
    "calm/an_order_shipped_after_it_was_cancelled",
    "identity/a_branch_loses_its_tally_sheet",
    "identity/a_disk_is_cloned",
    "clocks/a_clock_five_minutes_ahead",
    "counting/a_retry_counts_twice",
    "stock/the_last_ticket_is_sold_twice",
    "talking/a_reply_before_its_question",
    "talking/a_sender_dies_half_way",
];

/// What makes a file of a run.
type Form = fn(&Shown) -> String;

/// What is written of each: a file of this kind, made so.
const FORMS: [(&str, Form); 2] = [
    ("txt", |shown| story(&shown.picture, Drawing::default())),
    ("html", |shown| page((&shown.picture, &shown.caption()), None)),
];

/// A run of a scenario.
pub(crate) struct Shown {
    pub(crate) path: &'static str,
    /// The file, and its text.
    pub(crate) file: File,
    pub(crate) source: String,
    pub(crate) seed: u64,
    pub(crate) picture: Picture,
}

impl Shown {
    /// The first seed in which something is found; the first at all where nothing is.
    fn of(path: &'static str) -> Shown {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(path).with_extension("ron");
        let source = fs::read_to_string(&place).unwrap_or_else(|error| panic!("{path}: {error}"));
        let file = file(&source);
        let found = |seed: &u64| campaign(&file, [*seed]).is_ok_and(|outcome| !outcome.findings.is_empty());
        let seed = (0..file.seeds.min(20)).find(found).unwrap_or_default();
        let picture = lived(&file, seed);
        Shown { path, file, source, seed, picture }
    }

    fn caption(&self) -> Caption {
        let File { name, about, .. } = &self.file;
        Caption {
            title: name.clone(),
            about: about.clone(),
            source: self.source.clone(),
            again: format!("squall run scenarios/{}.ron --seed {}", self.path, self.seed),
        }
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// The files of the gallery by their paths in `reports/`, the index first.
pub(crate) fn files() -> Vec<(String, String)> {
    let mut index = String::from(
        "# Gallery\n\n\
         A dozen of the bundled scenarios, as they are told. `squall show` draws any seed of any scenario so.\n\n\
         | scenario | what comes of it | seed | shown as |\n|---|---|---:|---|\n",
    );
    let mut files = Vec::new();
    for path in SCENARIOS {
        let shown = Shown::of(path);
        let finding = shown.picture.finding.as_ref();
        let came = finding.map_or("holds".to_owned(), |finding| format!("violates `{}`", finding.check()));
        let mut links = Vec::new();
        for (kind, made) in FORMS {
            let place = format!("gallery/{}.{kind}", shown.name());
            links.push(format!("[{kind}]({place})"));
            files.push((place, made(&shown)));
        }
        let (title, links) = (&shown.file.name, links.join(", "));
        let _ = writeln!(index, "| [{title}](../scenarios/{path}.ron) | {came} | {} | {links} |", shown.seed);
    }
    files.insert(0, ("gallery.md".to_owned(), index));
    files
}
