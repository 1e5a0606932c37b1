//! What long texts cost: 100,000 characters, typed one by one at random places, then merged into a second
//! replica as a state, and told to a third one effect by effect.
//!
//! `cargo bench --bench sequences` prints CPU seconds. All three texts are held against a plain vector.

use squall::base::{Concern, Dice, Name, Seed};
use squall::model::list::ListOp;
use squall::replica::{OpBased, Site, StateBased};
use squall::zoo::text::fugue::Fugue;
use squall::zoo::text::fugue_max::FugueMax;
use squall::zoo::text::rga::Rga;
use squall::zoo::text::yata::Yata;

#[path = "support/meter.rs"]
#[allow(dead_code, reason = "rates and lines for scripts are the other benchmarks'")]
mod meter;

use meter::Meter;

const CHARACTERS: u32 = 100_000;

/// Insertions of characters that all differ, each anywhere in what was typed before it.
fn insertions() -> Vec<ListOp<char>> {
    let dice = Dice::new(Seed(1));
    let nth = |n| {
        let place = dice.below(Concern::Client, Name(0), n, u64::from(n) + 1) as u32;
        ListOp::Insert(place, char::from_u32(0x1_0000 + n).expect("above all surrogates"))
    };
    (0..CHARACTERS).map(nth).collect()
}

fn plainly(insertions: &[ListOp<char>]) -> Vec<char> {
    let mut text = Vec::new();
    for insertion in insertions {
        if let ListOp::Insert(place, character) = insertion {
            text.insert(*place as usize, *character);
        }
    }
    text
}

/// What a piece of work gives, and the CPU seconds it takes.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let meter = Meter::start();
    let result = work();
    (result, meter.stop(1, 1).nanos() / 1e9)
}

fn measure<T>(name: &str, insertions: &[ListOp<char>], expected: &[char])
where
    T: OpBased<Op = ListOp<char>, View = Vec<char>> + StateBased + Default,
{
    let ((first, effects), typing) = timed(|| {
        let (mut text, mut effects) = (T::default(), Vec::with_capacity(insertions.len()));
        for insertion in insertions {
            let effect = text.prepare(insertion, Site::of(0)).expect("the index fits");
            text.effect(&effect);
            effects.push(effect);
        }
        (text, effects)
    });
    let (second, merging) = timed(|| {
        let mut text = T::default();
        text.merge(&first);
        text
    });
    let (third, telling) = timed(|| {
        let mut text = T::default();
        effects.iter().for_each(|effect| text.effect(effect));
        text
    });
    for (way, text) in [("typed", first), ("merged", second), ("told", third)] {
        assert!(text.view() == expected, "{name}: what was {way} is not what was asked for");
    }
    println!("{name:<9} {typing:>7.3} {merging:>7.3} {telling:>7.3}");
}

fn main() {
    let insertions = insertions();
    let expected = plainly(&insertions);
    println!("{}", meter::machine());
    println!("CPU seconds for {CHARACTERS} characters at random places");
    println!("{:<9} {:>7} {:>7} {:>7}", "", "typed", "merged", "told");
    measure::<Rga<char>>("RGA", &insertions, &expected);
    measure::<Yata<char>>("YATA", &insertions, &expected);
    measure::<Fugue<char>>("Fugue", &insertions, &expected);
    measure::<FugueMax<char>>("FugueMax", &insertions, &expected);
}
