//! The matrix: every data type on every sync that fits it, under every fault alone and under all together.
//!
//! Each row of the table below is a test. In every run all replicas end up with the same view, and it is the
//! one that a plain reference computes from the updates that were accepted; and a fault that never struck
//! fails its column. Each cell is tried with 200 seeds, in a debug build with 5; the environment variable
//! `SQUALL_MATRIX_SEEDS` sets another number.

#[path = "matrix/columns.rs"]
mod columns;
#[path = "matrix/erased.rs"]
mod erased;
#[path = "matrix/history.rs"]
mod history;
#[path = "matrix/references.rs"]
mod references;
#[path = "matrix/row.rs"]
mod row;

use std::collections::BTreeSet;

use references as must;
use row::Row;
use squall::base::{Hybrid, Identity, Lamport, Wall};
use squall::zoo::collect::{Stable, Tombstones};
use squall::zoo::composite::{IncidentBoard, ShiftNotes, ShoppingCart, TaskBoard, UserProfile};
use squall::zoo::counter::{BoundedCounter, GCounter, PnCounter};
use squall::zoo::document::{ByIdentity, ByPath, Document, History};
use squall::zoo::map::{AddWins, DotCounter, Record, ResetMap, UpdateWinsMap};
use squall::zoo::register::{ClientMvRegister, LatticeRegister, LwwRegister, MaxRegister, MinRegister, MvRegister};
use squall::zoo::set::{
    Bias, BoundedContextSet, DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, OrSet, RemoveWinsSet, TaggedOrSet,
    TwoPhaseSet,
};
use squall::zoo::sync::{Fitting, Misfit, Sync};
use squall::zoo::text::woot::{CountFirst, SiteFirst, Woot};
use squall::zoo::text::{
    fugue::Fugue, fugue_max::FugueMax, logoot::Logoot, lseq::Lseq, rga::Rga, rich::RichText, yata::Yata,
};
use squall::zoo::tree::move_tree::MoveTree;

type Text = String;

/// Under the layer that collects tombstones, for the members of the matrix, whose disks keep all that was seen.
fn collected<T: Tombstones>(value: T) -> Stable<T> {
    Stable::new(value, (0..4).map(Identity)).saved_before_seen()
}

/// A data type, what all replicas begin with, what they must show in the end, and the forms that it comes in:
/// `state` for full-state gossip; `deltas` for delta gossip in its three kinds, and for digest and fetch;
/// `effects` for operation broadcast, and for digest and fetch; `rows` for Merkle anti-entropy.
macro_rules! matrix {
    ($($test:ident: $type:ty = $start:expr, $reference:expr, $($form:ident)+;)*) => {
        $(
            #[test]
            fn $test() {
                let mut row = Row::<$type>::new(stringify!($test), $start, $reference);
                $(row.$form();)+
                row.complete();
            }
        )*

        /// All that is refused, in a person's words.
        fn refusals() -> BTreeSet<String> {
            let rows: &[fn(Sync) -> Result<(), Misfit>] = &[$(<$type>::fits),+];
            let refused = rows.iter().flat_map(|fits| Sync::ALL.into_iter().filter_map(|sync| fits(sync).err()));
            refused.map(|misfit| misfit.to_string()).collect()
        }
    };
}

#[rustfmt::skip]
matrix! {
    // test               type                          begins as                          must show                 comes as
    g_counter:            GCounter                    = GCounter::new(),                   must::count_up,           state deltas effects rows;
    pn_counter:           PnCounter                   = PnCounter::new(),                  must::count,              state deltas effects rows;
    bounded_counter:      BoundedCounter              = BoundedCounter::new(-2, [6, 0, 3, 3]), must::keep_the_bound, state deltas effects;
    lww_by_own_clock:     LwwRegister<Text, Wall>     = LwwRegister::new(),                must::show_the_last,      state deltas effects rows;
    lww_by_lamport:       LwwRegister<Text, Lamport>  = LwwRegister::new(),                must::show_the_last,      state deltas effects rows;
    lww_by_hybrid:        LwwRegister<Text, Hybrid>   = LwwRegister::new(),                must::show_the_last,      state deltas effects rows;
    max_register:         MaxRegister<u64>            = MaxRegister::new(),                must::show_the_largest,   state deltas effects rows;
    min_register:         MinRegister<u64>            = MinRegister::new(),                must::show_the_smallest,  state deltas effects rows;
    lattice_register:     LatticeRegister             = LatticeRegister::new(must::status()), must::show_the_highest, state deltas effects rows;
    mv_register:          MvRegister<Text>            = MvRegister::new(),                 must::keep_siblings,      state deltas effects rows;
    mv_with_contexts:     ClientMvRegister<Text>      = ClientMvRegister::new(),           must::keep_what_no_client_read, state deltas effects rows;
    g_set:                GSet<Text>                  = GSet::new(),                       must::hold_all,           state deltas effects rows;
    two_phase_set:        TwoPhaseSet<Text>           = TwoPhaseSet::new(),                must::never_return,       state deltas effects rows;
    lww_set_adds_win:     LwwSet<Text>                = LwwSet::new(Bias::Add),            must::obey_the_clock_or_add, state deltas effects rows;
    lww_set_removals_win: LwwSet<Text>                = LwwSet::new(Bias::Remove),         must::obey_the_clock_or_remove, state deltas effects rows;
    or_set_tombstones:    TaggedOrSet<Text>           = TaggedOrSet::new(),                must::let_adds_win,       state deltas effects rows;
    or_set:               OrSet<Text>                 = OrSet::new(),                      must::let_adds_win,       state deltas effects;
    remove_wins_set:      RemoveWinsSet<Text>         = RemoveWinsSet::new(),              must::let_removals_win,   state deltas effects;
    bounded_context_set:  BoundedContextSet<Text>     = BoundedContextSet::new(1),         must::let_adds_win,       state deltas;
    enable_wins_flag:     EnableWinsFlag              = EnableWinsFlag::new(),             must::let_enables_win,    state deltas effects rows;
    disable_wins_flag:    DisableWinsFlag             = DisableWinsFlag::new(),            must::let_disables_win,   state deltas effects rows;
    dot_counter:          DotCounter                  = DotCounter::default(),             must::count,              state deltas effects rows;
    reset_map:            ResetMap<Text, AddWins<Text>> = ResetMap::default(),             must::forget_what_removals_saw, state deltas effects;
    update_wins_map:      UpdateWinsMap<Text, PnCounter> = UpdateWinsMap::default(),       must::keep_what_was_counted, state deltas effects;
    record:               Record<Text, Text, Lamport> = Record::default(),                 must::show_the_last_of_each_field, state deltas effects rows;
    rga:                  Rga<u64>                    = Rga::new(),                        must::hold_the_list,      state deltas effects;
    yata:                 Yata<u64>                   = Yata::new(),                       must::hold_the_list,      state deltas effects;
    fugue:                Fugue<u64>                  = Fugue::new(),                      must::hold_the_list,      state deltas effects;
    fugue_max:            FugueMax<u64>               = FugueMax::new(),                   must::hold_the_list,      state deltas effects;
    woot_by_site:         Woot<u64, SiteFirst>        = Woot::new(),                       must::hold_the_list,      state deltas effects;
    woot_by_count:        Woot<u64, CountFirst>       = Woot::new(),                       must::hold_the_list,      state deltas effects;
    logoot:               Logoot<u64>                 = Logoot::new(),                     must::hold_the_list,      state deltas effects;
    lseq:                 Lseq<u64>                   = Lseq::new(),                       must::hold_the_list,      state deltas effects;
    rich_text:            RichText<char>              = RichText::new(),                   must::agree,              state deltas effects;
    tree:                 MoveTree<u64>               = MoveTree::new(),                   must::stand_where_they_were_moved, state deltas effects rows;
    path_history:         History<ByPath>             = History::default(),                must::agree,              state deltas rows;
    path_document:        Document<ByPath>            = Document::default(),               must::agree,              effects;
    identity_history:     History<ByIdentity>         = History::default(),                must::agree,              state deltas rows;
    identity_document:    Document<ByIdentity>        = Document::default(),               must::agree,              effects;
    cart:                 ShoppingCart                = ShoppingCart::default(),           must::fill_the_cart,      state deltas effects;
    task_board:           TaskBoard                   = TaskBoard::default(),              must::agree,              state deltas effects;
    shift_notes:          ShiftNotes                  = ShiftNotes::default(),             must::agree,              state deltas effects;
    collected_or_set:     Stable<TaggedOrSet<Text>>   = collected(TaggedOrSet::new()),     must::let_adds_win,       state deltas effects;
    collected_rga:        Stable<Rga<u64>>            = collected(Rga::new()),             must::hold_the_list,      state deltas effects;
    collected_yata:       Stable<Yata<u64>>           = collected(Yata::new()),            must::hold_the_list,      state deltas effects;
    incident_board:       IncidentBoard               = IncidentBoard::default(),          must::agree,              state deltas effects;
    user_profile:         UserProfile                 = UserProfile::default(),            must::agree,              state deltas effects;
}

#[test]
fn what_does_not_fit_is_refused_by_name_and_with_the_reason() {
    let told: Vec<String> = refusals().into_iter().collect();
    assert_eq!(format!("{}\n", told.join("\n")), include_str!("matrix/refusals.txt"));
}
