//! What is written down about a specimen, and what has to go wrong for it to show.

use crate::zoo::AnySystem;

/// One implementation that is wrong on purpose.
pub struct Specimen {
    /// What it is called.
    pub name: &'static str,
    /// What is wrong with it, in a sentence.
    pub mistake: &'static str,
    /// Where the mistake is known from: a text, an issue, or folklore.
    pub known_from: &'static str,
    /// What it does to a user.
    pub harm: &'static str,
    /// The check that must catch it.
    pub caught_by: &'static str,
    /// What must go wrong beyond an ordinary bad network.
    pub needs: &'static [Need],
    /// The smallest story known, in words.
    pub story: &'static str,
    /// The system that makes the mistake, and what it must show.
    pub system: fn() -> AnySystem,
}

/// Something that goes wrong beyond an ordinary bad network, or about the world in which that is so.
///
/// Ordinary are: loss, duplicates, messages out of order, a partition that heals, a pause, and a crash of a
/// replica that comes back with all that it knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Not three replicas but so many.
    Replicas(u32),
    /// Replicas hear only the next and the one before, in a ring.
    Ring,
    /// Duplicates come much later than what they are duplicates of.
    LateDuplicates,
    /// A crashed replica comes back with nothing, as who it was.
    LostDisk,
    /// A crashed replica comes back with a backup, as who it was.
    OldBackup,
    /// A crashed replica comes back with another's disk and identity.
    ClonedDisk,
    /// The disk holds only what the replica saved by itself and synced.
    OwnSaving,
    /// The world saves only from time to time.
    SavedNowAndThen,
    /// A replica dies between two sends of one handler.
    HalfSent,
    /// A replica dies between two sends of one handler, and never comes back.
    DiesHalfSent,
    /// One replica never comes back.
    GoneForGood,
    /// One replica is cut off for most of the run.
    LongAbsence,
    /// Clocks show steps of a tenth of a second.
    CoarseClocks,
    /// A clock stands still for a while.
    FrozenClock,
    /// A clock is far ahead.
    ClockAhead,
    /// A clock is set back.
    ClockSetBack,
    /// A clock is a fifth of a second ahead, as clocks that are looked after may be.
    ClocksApart,
    /// Nothing is lost and nobody dies; what is cut off elsewhere is held back here. What never arrives would hide
    /// the mistake.
    NoLoss,
    /// Clients ask more rarely, so that updates are well apart.
    FewRequests,
    /// Clients ask much more often.
    ManyRequests,
    /// Clients turn to any replica, and to another one the next time.
    Roaming,
    /// Clients often only look.
    Reading,
}
