//! yrs 0.25.0, text: an update that arrives before its predecessor loses part of its deletions (y-crdt issue 607 and
//! pull request 628).

#[path = "../telling.rs"]
mod telling;

#[path = "../yrs.rs"]
mod yrs;

use squall::subject::{Library, World};
use telling::{Known, MENDED};
use yrs::{Document, Letters, Typing};

#[test]
fn a_deletion_that_comes_before_an_insert_leaves_the_letter_in() {
    let (mut here, mut there) = (Document::<Letters>::new(1), Document::<Letters>::new(2));
    for op in [Typing::Insert(0, 'a'), Typing::Insert(1, 'b'), Typing::Remove(0, 2)] {
        here.apply(&op).expect("there is room");
    }
    let told = here.export();
    for nth in [0, 2, 1] {
        there.import(&told[nth..=nth]).expect("any order");
    }
    assert_eq!(there.view().is_empty(), MENDED);
}

#[test]
fn it_is_found() {
    let known = Known {
        library: "yrs 0.25.0, text",
        known_as: "y-crdt issue 607, pull request 628",
        says: "sec: ",
        mended: None,
    };
    // Later releases have it mended, and other ways to part.
    known.must_be_found(|| squall::library::<Document<Letters>>().worlds(&[World::Quiet]).checks(&["sec", "settles"]));
}
