//! Texts that are no scenario files, or hardly: none makes the reader, the validator or the planner panic, hang,
//! or take much memory.
//!
//! `SQUALL_INPUTS=1000000 cargo test --release --test odd_files` tries a million.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use squall::base::{Concern, Dice, Name, Seed};
use squall::run::{read, resolve, variations};
use squall::scenario::File;

/// All right files, and all wrong ones.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    let mut folders = vec![root.join("scenarios"), root.join("tests/wrong_files")];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> =
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "ron") {
                texts.push(fs::read_to_string(path).expect("a text"));
            }
        }
    }
    texts
}

/// Words of the format, and some that are at the edge of it.
const WORDS: &str = r##"
    ( ) [ ] { } , : ( ) , : // /* */ #! ' " \ -1 0 1 2 3 7 0.5 1.5 1e400 -0.0 0x1f 1048576 4294967295 18446744073709551616
    "0s" "1ns" "1ms" "1s" "10s" "36500d" "40000d" "1.5.5s" "s" "" "n1" "north" "c0" "ä→" r#"x"# 'x' true false None Some(
    version: name: about: system: data: sync: specimen: period: requests: clients: fates: rest: seed: seeds: checks: check:
    often: expect: witness: matrix: world: replicas: topology: link: links: access: order: duration: settle: clock: clocks:
    durability: durabilities: faults: most_events: latency: loss: bursts: duplicates: reorder: odds: delay: mix: weight: op:
    shape: from: until: flapping: who: at: down: disk: identity: degree: rewire: width: arity: of: round_trips: skip_misfits:
    "or_set" "g_counter" "full_state" "operations" "merkle" "sec" "spec" "c0 request 1 → n1" "\"a\" → n2, copy 2"
    At( Read( Named( Add( Remove( Increment( Lost( After( Copies( Crash( Crash(( Partition( Partition(( Pause( Hold( Any
    Replica( Between( For( Forever Halves Isolate([ Groups([[ OneWay( Line Ring Star Tree( Grid( RandomRegular( SmallWorld(
    Regions( Edges([ Constant( Uniform( Normal( HeavyTail( TwoPeaks( Violates( Holds Dropped( Judged( OneIn( AtEnd
"##;

struct Odd {
    dice: Dice,
    drawn: u32,
    words: Vec<&'static str>,
}

impl Odd {
    fn below(&mut self, bound: usize) -> usize {
        self.drawn += 1;
        self.dice.below(Concern::Client, Name::default(), self.drawn, bound as u64) as usize
    }

    fn word(&mut self) -> &'static str {
        let at = self.below(self.words.len());
        self.words[at]
    }

    /// Words in any order.
    fn soup(&mut self) -> String {
        let mut text = if self.below(2) == 0 { "(version: 1, name: \"x\", ".to_owned() } else { String::new() };
        for _ in 0..self.below(120) {
            text += self.word();
            if self.below(4) > 0 {
                text.push(' ');
            }
        }
        text
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// A stretch that is a word, or any.
    fn stretch(&mut self, text: &str) -> std::ops::Range<usize> {
        let at = self.place(text);
        if self.below(3) == 0 {
            let other = self.place(text);
            let far = at.abs_diff(other) > 200;
            return if far { at..at } else { at.min(other)..at.max(other) };
        }
        let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let end = at + text[at..].find(|c| !part(c)).unwrap_or(text.len() - at);
        let start = text[..at].char_indices().rev().take_while(|(_, c)| part(*c)).last().map_or(at, |(start, _)| start);
        start..end
    }

    /// Another text than this one, by a few changes.
    fn changed(&mut self, text: &str, corpus: &[String]) -> String {
        let mut text = text.to_owned();
        for _ in 0..1 + self.below(5) {
            let span = self.stretch(&text);
            match self.below(8) {
                0 => text.replace_range(span, ""),
                1 => {
                    let twice = text[span.clone()].repeat(2);
                    text.replace_range(span, &twice);
                }
                2..=4 => {
                    let word = self.word();
                    text.replace_range(span, word);
                }
                5 => text.insert_str(span.start, self.dear()),
                6 => {
                    let other = &corpus[self.below(corpus.len())];
                    let other = other[self.stretch(other)].to_owned();
                    text.replace_range(span, &other);
                }
                _ => text.truncate(span.end),
            }
        }
        text
    }

    /// Something long.
    fn dear(&mut self) -> &'static str {
        const BRACKETS: &str =
            "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((";
        const LIST: &str =
            "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],";
        const NUMBER: &str = "99999999999999999999999999999999999999999999999999999999999999999999999999999999999999";
        [BRACKETS, LIST, NUMBER, "/*", "\"", "\\", "\u{0}", "\r", "\u{2028}", "requests: [Read(\"1s\", 9),],"]
            [self.below(10)]
    }
}

/// What is made of a text. The second answer says whether it could be run.
fn tried(text: &str) -> bool {
    let file = match read(text) {
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            assert!(!mistakes.render("odd.ron", text, false).is_empty());
            return false;
        }
        Ok(file) => file,
    };
    for one in variations(&file).iter().take(3) {
        resolve(one).unwrap_or_else(|mistakes| panic!("{text}\nis read, and then refused: {mistakes}"));
    }
    let (short, full) = (file.to_ron(), file.to_full_ron());
    let again =
        |text: &str| File::parse(text).unwrap_or_else(|mistakes| panic!("{text}\nis not read again: {mistakes}"));
    // The texts of operations are laid out anew.
    assert_eq!(again(&short).to_full_ron(), full);
    assert_eq!(again(&full).to_full_ron(), full);
    true
}

#[test]
fn no_text_is_odd_enough_for_a_panic() {
    let inputs = std::env::var("SQUALL_INPUTS")
        .ok()
        .and_then(|inputs| inputs.parse().ok())
        .unwrap_or(if cfg!(debug_assertions) { 200 } else { 4_000 });
    let _alone = alone();
    let corpus = corpus();
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let (mut read, mut refused) = (0, 0);
    for seed in 0..inputs {
        let mut odd = Odd { dice: Dice::new(Seed(seed)), drawn: 0, words: words.clone() };
        let text = match odd.below(6) {
            0 => odd.soup(),
            _ => {
                let base = odd.below(corpus.len());
                odd.changed(&corpus[base], &corpus)
            }
        };
        if tried(&text) { read += 1 } else { refused += 1 }
    }
    assert!(read > inputs / 50 && refused > inputs / 4, "{read} of {inputs} were read, {refused} were refused");
    if let Some(peak) = peak() {
        assert!(peak < 256 << 10, "{peak} KiB of memory were in use at a time");
    }
}

/// One test at a time, which starts to measure its memory anew, where the system lets it.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = fs::write("/proc/self/clear_refs", "5");
    alone
}

/// How many KiB of memory this process had in use at most, where the system tells.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

/// Texts that are as large as they may be, or larger, and of one kind all through.
#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes where code is not optimised")]
fn large_texts_are_read_or_refused_in_their_own_time() {
    let _alone = alone();
    let world = "(version: 1, name: \"x\", system: (data: \"or_set\", sync: \"full_state\"), world: (replicas: 3";
    let many = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    let large = 3 << 20;
    for text in [
        many("(", large),
        many("()", large),
        many("a ", large),
        many("[0],", large),
        many(",", large),
        many("\n", large),
        many("\"", large),
        many("/*", large),
        many("'", large),
        many("a:", large),
        many("()\n", 5 << 20),
        format!("{world}, faults: [{}]))", many("Pause(who: Any, from: At(\"1ms\")),", large)),
        format!("{world}, faults: [{}]))", many("Pause(who: Nobody, from: At(\"1ms\")),", large)),
        format!("{world}), requests: [{}])", many("At(\"1ms\", 9, Add(\"milk\")),", large)),
        format!("{world}), requests: [{}])", many("At(\"1ms\", 1, Ad(\"milk\")),", large)),
        format!("{world}), requests: [{}])", many("Read(\"1ms\", 1),", large)),
        format!("{world}), requests: [{}])", many("Read(\"1ms\", 1) ", large)),
        format!("{world}, topology: Edges([{}])))", many("(0, 1),", large)),
        format!("{world}, topology: Regions(of: [{}], round_trips: [])))", many("1,", large)),
        format!("{world}, clocks: {{{}}}))", many("1: (),", large)),
        format!("(version: 1, world: (replicas: [{}]))", many("\"a\",", large)),
        format!("(version: 1, name: \"{}\")", many("x", large)),
        format!("{world}), matrix: (data: [{}]))", many("\"a\",", large)),
        format!("{world}), clients: (mix: [{}]))", many("(op: Add(\"milk\")),", large)),
        format!("{world}), checks: [{}])", many("(check: \"sec\"),", large)),
        format!(
            "{world}), requests: [{}])",
            (0..90_000).map(|nth| format!("Read(\"{nth}us\",1),")).collect::<String>()
        ),
    ] {
        tried(&text);
    }
    for topology in
        ["Line", "Star", "Grid(width: 1000)", "RandomRegular(degree: 2)", "SmallWorld(degree: 2, rewire: 0.5)"]
    {
        tried(&format!("{}1000000, topology: {topology}))", world.trim_end_matches('3')));
    }
    for topology in
        ["RandomRegular(degree: 1999)", "SmallWorld(degree: 1998, rewire: 1)", "RandomRegular(degree: 1000)"]
    {
        tried(&format!("{}2000, topology: {topology}))", world.trim_end_matches('3')));
    }
    if let Some(peak) = peak() {
        assert!(peak < 512 << 10, "{peak} KiB of memory were in use at a time");
    }
}
