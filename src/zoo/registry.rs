//! The list of systems that can be asked for by name: data types, and the syncs that they run on.

use std::fmt;

use super::collect::{Aged, Stable};
use super::composite::{IncidentBoard, ShiftNotes, ShoppingCart, TaskBoard, UserProfile};
use super::counter::{BoundedCounter, GCounter, PnCounter};
use super::document::{ByIdentity, ByPath, Document, History};
use super::map::{AddWins, DotCounter, Record, ResetMap, UpdateWinsMap};
use super::register::{ClientMvRegister, Lattice, LatticeRegister, LwwRegister, MaxRegister, MinRegister, MvRegister};
use super::set::{
    Bias, BoundedContextSet, DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, OrSet, RemoveWinsSet, TaggedOrSet,
    TwoPhaseSet,
};
use super::sync::{AnyOrder, AsDeltas, Fetch, Fitting, FullState, Intervals, Merkle, Operations, Sync};
use super::text::woot::{CountFirst, SiteFirst, Woot};
use super::text::{
    fugue::Fugue, fugue_max::FugueMax, logoot::Logoot, lseq::Lseq, rga::Rga, rich::RichText, yata::Yata,
};
use super::tree::move_tree::MoveTree;
use super::{AnySystem, System, specimen};
use crate::base::{Hybrid, Identity, Lamport, Span, Wall};

/// A system that there is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No data type is called so.
    Data(String),
    /// No sync is called so.
    Sync(String),
    /// No specimen is called so.
    Specimen(String),
    /// The data type does not run on this sync, for this reason; it runs on those named last.
    Pair(String, String, String, Vec<&'static str>),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::Data(data) => {
                write!(f, "no data type is called `{data}`: `squall list` names those there are")
            }
            Unknown::Sync(sync) => {
                write!(f, "no sync is called `{sync}`: there are {}", SYNCS.map(|(name, _)| name).join(", "))
            }
            Unknown::Specimen(name) => {
                write!(f, "no specimen is called `{name}`: `squall list specimens` names those there are")
            }
            Unknown::Pair(data, sync, reason, others) => {
                write!(f, "`{data}` does not run on `{sync}`: {reason}; it runs on {}", others.join(", "))
            }
        }
    }
}

impl std::error::Error for Unknown {}

const SYNCS: [(&str, Sync); 6] = [
    ("full_state", Sync::FullState),
    ("deltas_any_order", Sync::DeltasInAnyOrder),
    ("delta_intervals", Sync::DeltaIntervals),
    ("operations", Sync::Operations),
    ("merkle", Sync::Merkle),
    ("fetch", Sync::Fetch),
];

/// The syncs that a form of a data type is for.
macro_rules! syncs_of {
    (state) => {
        &[Sync::FullState]
    };
    (deltas) => {
        &[Sync::DeltasInAnyOrder, Sync::DeltaIntervals, Sync::Fetch]
    };
    (effects) => {
        &[Sync::Operations]
    };
    (rows) => {
        &[Sync::Merkle]
    };
}

/// A value on a sync, if its form is for that sync.
macro_rules! on {
    (state, $sync:expr, $value:expr) => {
        if $sync == Sync::FullState {
            return Some(System::of(FullState::new($value)).into());
        }
    };
    (deltas, $sync:expr, $value:expr) => {
        match $sync {
            Sync::DeltasInAnyOrder => return Some(System::of(AnyOrder::new($value)).into()),
            Sync::DeltaIntervals => return Some(System::of(Intervals::new($value)).into()),
            Sync::Fetch => return Some(System::of(Fetch::<_, AsDeltas>::new($value)).into()),
            _ => {}
        }
    };
    (effects, $sync:expr, $value:expr) => {
        if $sync == Sync::Operations {
            return Some(System::of(Operations::new($value)).into());
        }
    };
    (rows, $sync:expr, $value:expr) => {
        if $sync == Sync::Merkle {
            return Some(System::of(Merkle::new($value)).into());
        }
    };
}

/// A data type that can be asked for.
struct Row {
    name: &'static str,
    /// The syncs that its forms are for, by form.
    forms: &'static [&'static [Sync]],
    fits: fn(Sync) -> Result<(), String>,
    on: fn(Sync) -> Option<AnySystem>,
}

impl Row {
    fn runs_on(&self) -> Vec<&'static str> {
        let runs = |sync: &Sync| self.forms.iter().any(|form| form.contains(sync)) && (self.fits)(*sync).is_ok();
        SYNCS.iter().filter(|(_, sync)| runs(sync)).map(|(name, _)| *name).collect()
    }
}

macro_rules! registry {
    ($($data:literal: $type:ty = $value:expr, $($form:ident)+;)*) => {
        const ROWS: &[Row] = &[$(Row {
            name: $data,
            forms: &[$(syncs_of!($form)),+],
            fits: |sync| <$type as Fitting>::fits(sync).map_err(|misfit| misfit.reason.to_owned()),
            on: |sync| {
                $(on!($form, sync, <$type>::from($value));)+
                None
            },
        }),*];
    };
}

#[rustfmt::skip]
registry! {
    "g_counter":              GCounter                       = GCounter::new(),                    state deltas effects rows;
    "pn_counter":             PnCounter                      = PnCounter::new(),                   state deltas effects rows;
    "bounded_counter":        BoundedCounter                 = BoundedCounter::new(0, [9, 3, 0]),  state deltas effects;
    "dot_counter":            DotCounter                     = DotCounter::default(),              state deltas effects rows;
    "lww_register_by_clock":  LwwRegister<String, Wall>      = LwwRegister::new(),                 state deltas effects rows;
    "lww_register_by_lamport": LwwRegister<String, Lamport>  = LwwRegister::new(),                 state deltas effects rows;
    "lww_register_by_hybrid": LwwRegister<String, Hybrid>    = LwwRegister::new(),                 state deltas effects rows;
    "max_register":           MaxRegister<u64>               = MaxRegister::new(),                 state deltas effects rows;
    "min_register":           MinRegister<u64>               = MinRegister::new(),                 state deltas effects rows;
    "status_register":        LatticeRegister                = LatticeRegister::new(status()),     state deltas effects rows;
    "mv_register":            MvRegister<String>             = MvRegister::new(),                  state deltas effects rows;
    "mv_register_with_contexts": ClientMvRegister<String>    = ClientMvRegister::new(),            state deltas effects rows;
    "g_set":                  GSet<String>                   = GSet::new(),                        state deltas effects rows;
    "two_phase_set":          TwoPhaseSet<String>            = TwoPhaseSet::new(),                 state deltas effects rows;
    "lww_set_adds_win":       LwwSet<String>                 = LwwSet::new(Bias::Add),             state deltas effects rows;
    "lww_set_removals_win":   LwwSet<String>                 = LwwSet::new(Bias::Remove),          state deltas effects rows;
    "or_set":                 OrSet<String>                  = OrSet::new(),                       state deltas effects;
    "or_set_with_tombstones": TaggedOrSet<String>            = TaggedOrSet::new(),                 state deltas effects rows;
    "or_set_collected_by_stability": Stable<TaggedOrSet<String>> = collected_by_stability(),       state deltas effects;
    "or_set_collected_by_age": Aged<TaggedOrSet<String>>     = Aged::new(TaggedOrSet::new(), MONTH), state deltas effects;
    "remove_wins_set":        RemoveWinsSet<String>          = RemoveWinsSet::new(),               state deltas effects;
    "bounded_context_set":    BoundedContextSet<String>      = BoundedContextSet::new(1),          state deltas;
    "enable_wins_flag":       EnableWinsFlag                 = EnableWinsFlag::new(),              state deltas effects rows;
    "disable_wins_flag":      DisableWinsFlag                = DisableWinsFlag::new(),             state deltas effects rows;
    "map_with_reset_remove":  ResetMap<String, AddWins<String>> = ResetMap::default(),             state deltas effects;
    "map_with_update_wins":   UpdateWinsMap<String, PnCounter> = UpdateWinsMap::default(),         state deltas effects;
    "record":                 Record<String, String, Lamport> = Record::default(),                 state deltas effects rows;
    "rga":                    Rga<char>                      = Rga::new(),                         state deltas effects;
    "yata":                   Yata<char>                     = Yata::new(),                        state deltas effects;
    "fugue":                  Fugue<char>                    = Fugue::new(),                       state deltas effects;
    "fugue_max":              FugueMax<char>                 = FugueMax::new(),                    state deltas effects;
    "woot_by_site":           Woot<char, SiteFirst>          = Woot::new(),                        state deltas effects;
    "woot_by_count":          Woot<char, CountFirst>         = Woot::new(),                        state deltas effects;
    "logoot":                 Logoot<char>                   = Logoot::new(),                      state deltas effects;
    "lseq":                   Lseq<char>                     = Lseq::new(),                        state deltas effects;
    "rich_text":              RichText<char>                 = RichText::new(),                    state deltas effects;
    "tree":                   MoveTree<char>                 = MoveTree::new(),                    state deltas effects rows;
    "document_by_path":       History<ByPath>                = History::default(),                 state deltas rows;
    "document_by_path_of_effects": Document<ByPath>          = Document::default(),                effects;
    "document_by_identity":   History<ByIdentity>            = History::default(),                 state deltas rows;
    "document_by_identity_of_effects": Document<ByIdentity>  = Document::default(),                effects;
    "shopping_cart":          ShoppingCart                   = ShoppingCart::default(),            state deltas effects;
    "task_board":             TaskBoard                      = TaskBoard::default(),               state deltas effects;
    "shift_notes":            ShiftNotes                     = ShiftNotes::default(),              state deltas effects;
    "incident_board":         IncidentBoard                  = IncidentBoard::default(),           state deltas effects;
    "user_profile":           UserProfile                    = UserProfile::default(),             state deltas effects;
}

/// How long nobody may stay away where tombstones are collected by age.
const MONTH: Span = Span::days(30);

/// A set of three members who save before anything can be seen.
fn collected_by_stability() -> Stable<TaggedOrSet<String>> {
    Stable::new(TaggedOrSet::new(), (0..3).map(Identity)).saved_before_seen()
}

/// The order of a person's status.
fn status() -> Lattice {
    Lattice::of_levels([["offline", "away", "online"]]).unwrap_or_else(|refused| unreachable!("a chain: {refused:?}"))
}

/// Every data type with the syncs that it runs on.
pub fn all() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    ROWS.iter().map(|row| (row.name, row.runs_on()))
}

/// The system of these names.
pub fn system(data: &str, sync: &str) -> Result<AnySystem, Unknown> {
    let (_, asked) = SYNCS.iter().find(|(name, _)| *name == sync).ok_or_else(|| Unknown::Sync(sync.to_owned()))?;
    let row = ROWS.iter().find(|row| row.name == data).ok_or_else(|| Unknown::Data(data.to_owned()))?;
    let misfit = |reason| Unknown::Pair(data.to_owned(), sync.to_owned(), reason, row.runs_on());
    (row.fits)(*asked).map_err(misfit)?;
    (row.on)(*asked).ok_or_else(|| misfit("it does not come in that form".to_owned()))
}

/// The implementation of this name that is wrong on purpose.
pub fn specimen(name: &str) -> Result<AnySystem, Unknown> {
    let found = specimen::all().find(|specimen| specimen.name == name);
    found.map(|specimen| (specimen.system)()).ok_or_else(|| Unknown::Specimen(name.to_owned()))
}
