//! For tests only: random histories of every list, held against what lists must show.

use super::fugue::Fugue;
use super::fugue_max::FugueMax;
use super::logoot::Logoot;
use super::lseq::Lseq;
use super::rga::Rga;
use super::woot::{CountFirst, SiteFirst, Woot};
use super::yata::Yata;
use crate::replica::StateBased;
use crate::zoo::Specified;
use crate::zoo::specified::trials::live;

#[track_caller]
fn keeps_its_specification<T: StateBased + Specified>(fresh: &T) {
    let tally = live(fresh, 400, |_, _| ());
    assert!(tally.updates > 5000 && tally.untold < 100, "{tally:?}");
}

#[test]
fn lists_with_tombstones_show_what_their_specifications_say() {
    keeps_its_specification(&Rga::<u64>::new());
    keeps_its_specification(&Yata::<u64>::new());
    keeps_its_specification(&Fugue::<u64>::new());
    keeps_its_specification(&FugueMax::<u64>::new());
    keeps_its_specification(&Woot::<u64, SiteFirst>::new());
    keeps_its_specification(&Woot::<u64, CountFirst>::new());
}

#[test]
fn lists_sorted_by_position_show_what_their_specifications_say() {
    keeps_its_specification(&Logoot::<u64>::new());
    keeps_its_specification(&Lseq::<u64>::new());
}
