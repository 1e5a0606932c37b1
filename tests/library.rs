//! Somebody else's library under test: what is right passes in every fair world, and what is wrong is found and told
//! by what it means.

use std::collections::{BTreeMap, BTreeSet};

use squall::base::Span;
use squall::replica::Refused;
use squall::subject::{Contract, Early, Isolation, Library, Verdict, World};

/// A word said by somebody: who, its number, the word, and how many words of each the speaker had heard.
type Said = (u64, u32, u8, BTreeMap<u64, u32>);

/// What a notebook gets wrong.
const NOTHING: u8 = 0;
const FORGETS_THE_EARLY: u8 = 1;
const PANICS_TWICE: u8 = 2;
const SAVES_NOT_ALL: u8 = 3;
const KEEPS_WAITING: u8 = 4;
const TAKES_NO_REPEATS: u8 = 5;
const LOOPS: u8 = 6;
const EATS_MEMORY: u8 = 7;
const ABORTS: u8 = 8;

/// A set of words, each of which waits for what its speaker had heard.
struct Notebook<const WRONG: u8> {
    identity: u64,
    words: BTreeSet<(u64, u32, u8)>,
    heard: BTreeMap<u64, u32>,
    waiting: Vec<Said>,
    news: Vec<Said>,
    broken: bool,
}

impl<const WRONG: u8> Notebook<WRONG> {
    fn is_early(&self, (who, number, _, seen): &Said) -> bool {
        let heard = |who: &u64| self.heard.get(who).copied().unwrap_or(0);
        heard(who) + 1 < *number || seen.iter().any(|(who, count)| heard(who) < *count)
    }

    fn hear(&mut self, (who, number, word, _): &Said) {
        self.words.insert((*who, *number, *word));
        let heard = self.heard.entry(*who).or_default();
        *heard = (*heard).max(*number);
    }
}

impl<const WRONG: u8> Drop for Notebook<WRONG> {
    fn drop(&mut self) {
        assert!(!self.broken, "a broken notebook is thrown away");
    }
}

type Saved = (BTreeSet<(u64, u32, u8)>, BTreeMap<u64, u32>);

impl<const WRONG: u8> Library for Notebook<WRONG> {
    type Op = u8;
    type View = BTreeSet<u64>;
    type Update = Said;
    type Saved = Saved;
    type Version = BTreeMap<u64, u32>;

    const CONTRACT: Contract = if WRONG == TAKES_NO_REPEATS { Contract::CausalOnce } else { Contract::AnyOrder };
    const EARLY: Early = Early::Waits;
    const MERGES: bool = true;

    fn new(identity: u64) -> Self {
        let (words, heard, waiting, news) = Default::default();
        Notebook { identity, words, heard, waiting, news, broken: false }
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> u8 {
        pick(3) as u8
    }

    fn apply(&mut self, op: &u8) -> Result<(), Refused> {
        let seen = self.heard.clone();
        let number = seen.get(&self.identity).copied().unwrap_or(0) + 1;
        let said = (self.identity, number, *op, seen);
        self.hear(&said);
        self.news.push(said);
        Ok(())
    }

    fn export(&mut self) -> Vec<Said> {
        std::mem::take(&mut self.news)
    }

    fn import(&mut self, batch: &[Said]) -> Result<(), String> {
        for said in batch {
            if WRONG == PANICS_TWICE && self.words.contains(&(said.0, said.1, said.2)) && said.2 == 2 {
                self.broken = true;
                panic!("word 2 was heard before");
            }
            if self.heard.values().sum::<u32>() > 1 {
                match WRONG {
                    LOOPS => loop {
                        std::hint::spin_loop();
                    },
                    EATS_MEMORY => {
                        let mut eaten: Vec<Vec<u8>> = Vec::new();
                        loop {
                            eaten.push(vec![1; 1 << 20]);
                        }
                    }
                    ABORTS => std::process::abort(),
                    _ => {}
                }
            }
            if WRONG == TAKES_NO_REPEATS && self.heard.get(&said.0).is_some_and(|heard| *heard >= said.1) {
                return Err("it was heard before".to_owned());
            }
            if self.is_early(said) && WRONG == FORGETS_THE_EARLY {
                continue;
            }
            self.waiting.push(said.clone());
        }
        if WRONG == KEEPS_WAITING && self.waiting.iter().all(|said| self.is_early(said)) {
            return Ok(());
        }
        loop {
            let (early, ready): (Vec<_>, Vec<_>) = self.waiting.drain(..).partition(|said| {
                let heard = |who: &u64| self.heard.get(who).copied().unwrap_or(0);
                heard(&said.0) + 1 < said.1 || said.3.iter().any(|(who, count)| heard(who) < *count)
            });
            self.waiting = early;
            ready.iter().for_each(|said| self.hear(said));
            if ready.is_empty() || WRONG == KEEPS_WAITING {
                return Ok(());
            }
        }
    }

    fn view(&self) -> BTreeSet<u64> {
        self.words.iter().map(|(who, number, word)| who << 40 | u64::from(*number) << 8 | u64::from(*word)).collect()
    }

    fn pending(&self) -> Option<String> {
        (!self.waiting.is_empty()).then(|| format!("{} words", self.waiting.len()))
    }

    fn save(&self) -> Saved {
        let mut words = self.words.clone();
        if WRONG == SAVES_NOT_ALL {
            words.retain(|(.., word)| *word != 1);
        }
        (words, self.heard.clone())
    }

    fn load(identity: u64, (words, heard): &Saved) -> Result<Self, String> {
        let mut notebook = Notebook::new(identity);
        (notebook.words, notebook.heard) = (words.clone(), heard.clone());
        Ok(notebook)
    }

    fn merge(&mut self, (words, heard): &Saved) -> Option<Result<(), String>> {
        self.words.extend(words);
        for (who, count) in heard {
            let here = self.heard.entry(*who).or_default();
            *here = (*here).max(*count);
        }
        Some(self.import(&[]))
    }
}

/// What is found in a notebook of which this is wrong, and what it means.
fn found<const WRONG: u8>(delivery: Contract, worlds: &[World]) -> Option<(&'static str, Verdict)> {
    let test = squall::library::<Notebook<WRONG>>().delivered(delivery).worlds(worlds).seeds(0..300).jobs(1);
    let discovery = test.run()?;
    Some((discovery.found.finding.check(), discovery.verdict))
}

#[test]
fn what_is_right_passes_in_every_fair_world_however_messages_come() {
    for delivery in Contract::ALL {
        assert_eq!(found::<NOTHING>(delivery, &World::FAIR), None, "{delivery}");
    }
}

#[test]
fn what_is_dropped_early_is_found_before_anything_is_repaired() {
    assert_eq!(found::<FORGETS_THE_EARLY>(Contract::AnyOrder, &[World::Quiet]), Some(("sec", Verdict::Bug)));
    assert_eq!(found::<FORGETS_THE_EARLY>(Contract::Causal, &World::FAIR), None, "nothing comes early");
}

#[test]
fn what_is_not_saved_is_found_without_a_crash() {
    let found = found::<SAVES_NOT_ALL>(Contract::AnyOrder, &[World::Quiet]);
    assert_eq!(found, Some(("reload", Verdict::Bug)));
}

#[test]
fn what_waits_for_nothing_is_found() {
    let found = found::<KEEPS_WAITING>(Contract::AnyOrder, &[World::Quiet]);
    assert!(matches!(found, Some(("errors" | "sec", Verdict::Bug))), "{found:?}");
}

#[test]
fn a_panic_that_leaves_behind_what_panics_again_is_found_like_any_other() {
    squall::run::hush();
    for first in [0, 10, 20] {
        let test = squall::library::<Notebook<PANICS_TWICE>>().seeds(first..first + 50).jobs(1);
        let discovery = test.run().expect("it panics");
        assert_eq!(discovery.found.finding.to_string(), "panic: the code under test panicked: word 2 was heard before");
        assert!(discovery.found.size.replicas <= 2 && discovery.found.size.requests <= 1, "{discovery}");
    }
}

#[test]
fn what_happens_beyond_the_contract_is_told_as_that() {
    assert_eq!(found::<TAKES_NO_REPEATS>(Contract::CausalOnce, &World::FAIR), None);
    let beyond = found::<TAKES_NO_REPEATS>(Contract::AnyOrder, &[World::Quiet]);
    assert!(matches!(beyond, Some((_, Verdict::Broken | Verdict::Unrepaired))), "{beyond:?}");
    let reused = found::<NOTHING>(Contract::AnyOrder, &[World::SameIdentity]);
    assert!(matches!(reused, Some((_, Verdict::Unrepaired | Verdict::Broken))), "{reused:?}");
}

/// What is lost of four seeds of a notebook, each in a process of its own, after it has heard much.
fn lost<const WRONG: u8>() -> Vec<(u64, &'static str)> {
    let isolation = Isolation { patience: Span::millis(1500), memory: 400 };
    let test = squall::library::<Notebook<WRONG>>().worlds(&[World::Quiet]).seeds(3..6).isolated(isolation).jobs(1);
    test.run_all().iter().map(|discovery| (discovery.found.seed.0, discovery.found.finding.check())).collect()
}

#[test]
fn what_loops_eats_memory_or_takes_the_process_down_is_found_by_its_seed_and_the_hunt_goes_on() {
    // All hunts come before the first judgement: in the process of one of them, the others find nothing.
    let all = [lost::<LOOPS>(), lost::<EATS_MEMORY>(), lost::<ABORTS>(), lost::<NOTHING>()];
    let every = |way| vec![(3, way), (4, way), (5, way)];
    assert_eq!(all, [every("hang"), every("memory"), every("abort"), vec![]]);
}
