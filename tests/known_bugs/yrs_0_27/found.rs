//! yrs 0.27.0, text and map: updates that come out of order make a subtraction overflow, or are swallowed while they
//! wait (y-crdt pull request 625, mended in 0.27.1).

mod map;

#[path = "../yrs.rs"]
mod yrs;

#[path = "../telling.rs"]
mod telling;

use map::Fields;
use squall::subject::{Library, World};
use telling::{Known, MENDED};
use yrs::{Document, Letters, Typing};

const OVERFLOW: &str = "attempt to subtract with overflow";

#[test]
fn what_fills_a_part_of_a_gap_overflows() {
    let (mut here, mut there) = (Document::<Letters>::new(1), Document::<Letters>::new(2));
    for op in [Typing::Insert(0, 'b'), Typing::Insert(0, 'a'), Typing::Insert(0, 'c'), Typing::Insert(3, 'd')] {
        here.apply(&op).expect("there is room");
    }
    let told = here.export();
    let import = || [0, 3, 1, 2].iter().all(|nth| there.import(&told[*nth..=*nth]).is_ok());
    assert_eq!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(import)).is_ok(), MENDED);
}

#[test]
fn it_is_found_in_text() {
    let known = Known {
        library: "yrs 0.27.0, text",
        known_as: "fixed in 0.27.1, y-crdt pull request 625",
        says: OVERFLOW,
        mended: Some("yrs 0.27.4, text"),
    };
    known.must_be_found(|| squall::library::<Document<Letters>>().worlds(&[World::Quiet]));
}

#[test]
fn it_is_found_in_a_map() {
    let known = Known {
        library: "yrs 0.27.0, map",
        known_as: "fixed in 0.27.1, y-crdt pull request 625",
        says: OVERFLOW,
        mended: Some("yrs 0.27.4, map"),
    };
    known.must_be_found(squall::library::<Document<Fields>>);
}
