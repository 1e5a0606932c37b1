//! Systems that say that something is done before it is there to stay.

mod keeper;

use keeper::{Keeper, Rule};

use super::{Need, Sound, Specimen};
use crate::model::set::grow_only;
use crate::zoo::set::GSet;
use crate::zoo::{AnySystem, System};

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "answered_before_saved",
        mistake: "a client is answered at once, and what it asked for is saved with the next round",
        known_from: "journals that are flushed now and then, as by default in more than one database",
        harm: "what a user was told is done was never done, if the machine dies in the next moment",
        caught_by: "durable",
        needs: &[Need::OwnSaving],
        story: "n0 carries out an add and says so; n0 dies before its next round",
        system: || keeping(Rule::AtOnce),
    },
    Specimen {
        name: "saved_and_not_synced",
        mistake: "what is asked for is written before the client is answered, and is made durable with the next round",
        known_from: "taking the return of a write for that of an fsync",
        harm: "the file is there, and after the next power cut it is empty",
        caught_by: "durable",
        needs: &[Need::OwnSaving],
        story: "n0 writes an add and says so; n0 dies before its next round, and what was on the way is gone",
        system: || keeping(Rule::Written),
    },
    Specimen {
        name: "one_disk_called_durable",
        mistake: "a client is answered when its update is on one disk, where disks are said to be allowed to break",
        known_from: "asynchronous replication, and a failover to who had not heard of the latest writes",
        harm: "what the lost machine had said yes to is lost with it",
        caught_by: "durable",
        needs: &[Need::LostDisk],
        story: "n0 saves an add and says so; n0 loses its disk before it has told anybody",
        system: || keeping(Rule::Saved),
    },
];

fn keeping(rule: Rule) -> AnySystem {
    let make = move |_, pace| Keeper::answering(rule, GSet::<String>::new(), pace);
    System::made(grow_only(), make).held_to("durable").into()
}

/// What is there to stay when it is said to be done: where disks keep what is synced, and where they do not.
pub(super) fn sound() -> Vec<Sound> {
    vec![
        ("answers that wait for the disk", &[Need::OwnSaving], keeping(Rule::Saved)),
        ("answers that wait for another replica", &[Need::LostDisk], keeping(Rule::Elsewhere)),
    ]
}
