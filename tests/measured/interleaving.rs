//! What becomes of words that several writers type at one place, out of sight of each other.
//!
//! A run is drawn before any algorithm sees it, so all of them judge the same runs. Knows lists by their
//! public traits only: each run is told by effects and by merging states, which must show the same.

use std::fmt::{self, Write};

use squall::base::{Concern, Dice, Name, Seed};
use squall::model::list::ListOp;
use squall::replica::{OpBased, Site, StateBased};
use squall::zoo::text::fugue::Fugue;
use squall::zoo::text::fugue_max::FugueMax;
use squall::zoo::text::logoot::Logoot;
use squall::zoo::text::lseq::Lseq;
use squall::zoo::text::rga::Rga;
use squall::zoo::text::woot::{CountFirst, SiteFirst, Woot};
use squall::zoo::text::yata::Yata;

/// How many runs each figure comes from.
pub(crate) const TRIES: u64 = 2000;

/// How a word is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typing {
    /// Each letter behind the last, by one writer.
    Forwards,
    /// Each letter before the last, by one writer.
    Backwards,
    /// Each letter anywhere in the word, by one writer.
    SeveralPlaces,
    /// Forwards, by writers who see each other's letters and take turns.
    HandedForwards,
    /// Backwards, likewise.
    HandedBackwards,
}

impl Typing {
    pub(crate) const ALL: [Typing; 5] =
        [Typing::Forwards, Typing::Backwards, Typing::SeveralPlaces, Typing::HandedForwards, Typing::HandedBackwards];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Typing::Forwards => "forwards",
            Typing::Backwards => "backwards",
            Typing::SeveralPlaces => "from several places",
            Typing::HandedForwards => "handed on forwards",
            Typing::HandedBackwards => "handed on backwards",
        }
    }

    fn handed(self) -> bool {
        matches!(self, Typing::HandedForwards | Typing::HandedBackwards)
    }
}

/// The letters of each word, in the order in which they stand.
const WORDS: [&str; 3] = ["abcde", "ABCDE", "vwxyz"];
/// What the text around the words is made of.
const AROUND: char = '.';

/// An operation, and who asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) writer: u32,
    pub(crate) op: ListOp<char>,
}

/// A short text that all know, and words typed into it at one place.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) before: Vec<Step>,
    pub(crate) words: Vec<Vec<Step>>,
}

impl Run {
    /// So many words, each by one writer or, where they are handed on, by as many writers as there are
    /// words.
    pub(crate) fn drawn(typing: Typing, words: usize, seed: u64) -> Run {
        let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
        let mut below = |bound: usize| {
            draw += 1;
            dice.below(Concern::Client, Name(0), draw, bound as u64) as usize
        };
        let hands = if typing.handed() { words } else { 1 };
        let mut writers: Vec<u32> = Vec::new();
        while writers.len() < words * hands {
            let writer = below(100) as u32;
            if !writers.contains(&writer) {
                writers.push(writer);
            }
        }

        let (mut before, mut len) = (Vec::new(), 0);
        for _ in 0..below(5) {
            let writer = writers[below(writers.len())];
            let delete = len > 0 && below(3) == 0;
            let op = match delete {
                true => ListOp::Delete(below(len) as u32),
                false => ListOp::Insert(below(len + 1) as u32, AROUND),
            };
            len = if delete { len - 1 } else { len + 1 };
            before.push(Step { writer, op });
        }
        let place = below(len + 1);

        let mut word = |hands: &[u32], letters: &str| {
            let (len, mut hand) = (2 + below(4), 0);
            // One change of hands is sure; there may be more.
            let handover = 1 + below(len - 1);
            let mut places: Vec<usize> = Vec::new();
            let mut typed: Vec<(u32, usize)> = Vec::new();
            for nth in 0..len {
                hand += usize::from(nth == handover || nth > 0 && below(2) == 0);
                let at = match typing {
                    Typing::Forwards | Typing::HandedForwards => nth,
                    Typing::Backwards | Typing::HandedBackwards => 0,
                    Typing::SeveralPlaces => below(nth + 1),
                };
                places.insert(at, nth);
                typed.push((hands[hand % hands.len()], at));
            }
            let letter = |nth| places.iter().position(|typed| *typed == nth).and_then(|at| letters.chars().nth(at));
            let step = |(nth, (writer, at)): (usize, (u32, usize))| {
                let letter = letter(nth).expect("every letter stands somewhere");
                Step { writer, op: ListOp::Insert((place + at) as u32, letter) }
            };
            typed.into_iter().enumerate().map(step).collect()
        };
        let words = writers.chunks(hands).zip(WORDS).map(|(hands, letters)| word(hands, letters)).collect();
        Run { before, words }
    }

    /// Whether some word does not stand in one piece.
    fn is_mixed(&self, shown: &str) -> bool {
        self.words.iter().zip(WORDS).any(|(word, letters)| !shown.contains(&letters[..word.len()]))
    }

    fn size(&self) -> (usize, usize) {
        (self.words.iter().map(Vec::len).sum(), self.before.len())
    }
}

/// Letters as they were typed, each with its writer; words apart.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = |step: &Step| match step.op {
            ListOp::Insert(_, letter) => format!("{letter}{}", step.writer),
            ListOp::Delete(index) => format!("-{index} by {}", step.writer),
        };
        let line = |steps: &Vec<Step>| steps.iter().map(typed).collect::<Vec<_>>().join(" ");
        if !self.before.is_empty() {
            write!(f, "({}) ", line(&self.before))?;
        }
        f.write_str(&self.words.iter().map(line).collect::<Vec<_>>().join(", "))
    }
}

/// What is shown when all words have come together.
fn play<T>(run: &Run) -> String
where
    T: OpBased<Op = ListOp<char>, View = Vec<char>> + StateBased + Default,
{
    let mut before = T::default();
    for Step { writer, op } in &run.before {
        before.apply(op, Site::of(*writer)).expect("the index fits");
    }
    let (mut merged, mut told) = (before.clone(), before.clone());
    for word in &run.words {
        let mut typed = before.clone();
        for Step { writer, op } in word {
            let effect = typed.prepare(op, Site::of(*writer)).expect("the index fits");
            typed.effect(&effect);
            told.effect(&effect);
        }
        merged.merge(&typed);
    }
    assert_eq!(merged.view(), told.view(), "states and effects show different things after {run}");
    told.view().into_iter().collect()
}

/// While 0 has typed a and 1 has typed z, 2 who knows only a types x behind it, and 1 who knows both types
/// y between them.
fn parted<T>() -> String
where
    T: OpBased<Op = ListOp<char>, View = Vec<char>> + StateBased + Default,
{
    let types = |list: &mut T, index, letter, writer| {
        list.apply(&ListOp::Insert(index, letter), Site::of(writer)).expect("the index fits");
    };
    let [mut first, mut second, mut third] = [0; 3].map(|_| T::default());
    types(&mut first, 0, 'a', 0);
    types(&mut second, 0, 'z', 1);
    second.merge(&first);
    third.merge(&first);
    types(&mut second, 1, 'y', 1);
    types(&mut third, 1, 'x', 2);
    second.merge(&third);
    second.view().into_iter().collect()
}

/// An algorithm under test.
pub(crate) struct Algorithm {
    pub(crate) name: &'static str,
    /// Its order of identifiers, in words.
    order: &'static str,
    /// Whether words are expected to mix, by what is known of the order: forwards, backwards, handed on forwards, handed on backwards. Of
    /// words typed from several places nothing is expected.
    expected: [bool; 4],
    play: fn(&Run) -> String,
}

const WHOLE: bool = false;
const MIXES: bool = true;

pub(crate) const ALGORITHMS: [Algorithm; 8] = [
    Algorithm {
        name: "RGA",
        order: "behind the element before it, by Lamport count, then by site, the newest first",
        expected: [WHOLE, MIXES, WHOLE, MIXES],
        play: play::<Rga<char>>,
    },
    Algorithm {
        name: "WOOT by (site, count)",
        order: "between its two neighbours, by site, then by the site's own count",
        expected: [WHOLE, WHOLE, MIXES, MIXES],
        play: play::<Woot<char, SiteFirst>>,
    },
    Algorithm {
        name: "WOOT by (count, site)",
        order: "between its two neighbours, by the site's own count, then by site",
        expected: [MIXES, WHOLE, MIXES, WHOLE],
        play: play::<Woot<char, CountFirst>>,
    },
    Algorithm {
        name: "Logoot",
        order: "by a path of digits close behind the left neighbour's, each digit with site and count",
        expected: [MIXES; 4],
        play: play::<Logoot<char>>,
    },
    Algorithm {
        name: "LSEQ",
        order: "by a path of ever finer digits close to the left or the right neighbour's, each with site and count",
        expected: [MIXES; 4],
        play: play::<Lseq<char>>,
    },
    Algorithm {
        name: "YATA",
        order: "between its two neighbours without crossing links, by site",
        expected: [WHOLE, WHOLE, WHOLE, MIXES],
        play: play::<Yata<char>>,
    },
    Algorithm {
        name: "Fugue",
        order: "in a tree; children of one side by site, then by the site's own count",
        expected: [WHOLE; 4],
        play: play::<Fugue<char>>,
    },
    Algorithm {
        name: "FugueMax",
        order: "in a tree; right children by right neighbour, the farthest first, then by site and count",
        expected: [WHOLE; 4],
        play: play::<FugueMax<char>>,
    },
];

/// What came of all tries of one kind.
pub(crate) struct Cell {
    pub(crate) mixed: u64,
    /// Of the runs that mix one with the fewest letters, and what it shows.
    pub(crate) smallest: Option<(Run, String)>,
}

impl Algorithm {
    pub(crate) fn tries(&self, typing: Typing, words: usize) -> Cell {
        self.judge((0..TRIES).map(|seed| Run::drawn(typing, words, seed)))
    }

    pub(crate) fn judge(&self, runs: impl Iterator<Item = Run>) -> Cell {
        let mut cell = Cell { mixed: 0, smallest: None };
        for run in runs {
            let shown = (self.play)(&run);
            if run.is_mixed(&shown) {
                cell.mixed += 1;
                let smaller = |(other, theirs): &(Run, String)| (run.size(), &shown) < (other.size(), theirs);
                if cell.smallest.as_ref().is_none_or(smaller) {
                    cell.smallest = Some((run, shown));
                }
            }
        }
        cell
    }

    /// Whether words typed like this are expected to mix; none where nothing is expected.
    pub(crate) fn expected(&self, typing: Typing) -> Option<bool> {
        let [forwards, backwards, handed_forwards, handed_backwards] = self.expected;
        match typing {
            Typing::Forwards => Some(forwards),
            Typing::Backwards => Some(backwards),
            Typing::SeveralPlaces => None,
            Typing::HandedForwards => Some(handed_forwards),
            Typing::HandedBackwards => Some(handed_backwards),
        }
    }
}

const PREFACE: &str = "\
# Words typed at one place

Two or three words of two to five letters are typed at one place of a short text, out of sight of each
other, and then brought together, by effects and by merged states. A word is whole if its letters stand
side by side in the end; words mix if one of them is not whole. Each word has one writer or, where words are
handed on, as many writers as there are words: they see each other's letters and take turns.

The words would read `abcde`, `ABCDE` and `vwxyz`, as far as they go. A cell shows how many tries mix, with
what the smallest of them shows, or that none does. Every algorithm is given the same tries for a cell,
";

const EXPECTED: &str = "\
Expected, before measuring, is what each algorithm says of its order. Nothing was expected of words typed
from several places.
";

const REASONS: &str = "\
Counts that went up from hand to hand, as Lamport's do, would keep a word whole that is typed backwards:
every letter would sort behind those it is put before, and so close up to them. But in the paper a count is
the site's own. A second hand that has counted less far than the first puts a letter that sorts before the
first one's, and others' letters may come between. Of the tries in which every letter sorts behind those of
its word that were typed before it, none mixes.
";

/// All the figures, as Markdown.
pub(crate) fn report() -> String {
    let mut text = format!("{PREFACE}{TRIES} of them.\n");
    let (mut runs, mut surprises) = (String::new(), String::new());
    for words in [2, 3] {
        let _ = write!(text, "\n## {} words\n\n| algorithm | order of identifiers |", ["Two", "Three"][words - 2]);
        Typing::ALL.iter().for_each(|typing| text = format!("{text} {} |", typing.name()));
        text += "\n|---|---|---|---|---|---|---|\n";
        for algorithm in &ALGORITHMS {
            let _ = write!(text, "| {} | {} |", algorithm.name, algorithm.order);
            for typing in Typing::ALL {
                let Cell { mixed, smallest } = algorithm.tries(typing, words);
                let (name, how) = (algorithm.name, typing.name());
                match &smallest {
                    None => text += " none |",
                    Some((run, shown)) => {
                        let _ = write!(text, " {mixed}: `{shown}` |");
                        let _ = writeln!(runs, "| {name} | {how} | {words} | `{run}` | `{shown}` |");
                    }
                }
                if algorithm.expected(typing).is_some_and(|mixes| mixes != smallest.is_some()) {
                    let (expected, found) = if mixed > 0 { ("whole", "mix") } else { ("mixed", "stay whole") };
                    let _ =
                        writeln!(surprises, "- {name}, {how}, {words} words: expected {expected}, and they {found}.");
                }
            }
            text += "\n";
        }
    }
    let _ = write!(text, "\n## Where this differs from what was expected\n\n{EXPECTED}\n{surprises}\n{REASONS}");
    text += "\n## The smallest runs that mix\n\n";
    text += "Letters in the order in which they were typed, each with the number of its writer; in brackets the text\n";
    text += "that was there before, of dots.\n\n";
    text += "| algorithm | typed | words | run | shown |\n|---|---|---|---|---|\n";
    text += &runs;
    text += "\n## Neighbours that need not part\n\n";
    text +=
        "Words are whole under Fugue and FugueMax alike. They differ where 0 types a, 1 types z, 2 who knows only a\n";
    text += "types x behind it, and 1 who knows both types y between them: ";
    let _ = writeln!(text, "Fugue shows `{}`, FugueMax `{}`.", parted::<Fugue<char>>(), parted::<FugueMax<char>>());
    text
}
