//! The matrix: every data type on every sync that fits it, under every fault alone and under all together.
//!
//! Each row of the table below is a test. In every run all replicas end up with the same view, and it is the
//! one that a plain reference computes from the updates that were accepted; and a fault that never struck
//! fails its column. Each cell is tried with 200 seeds, in a debug build with 4; the environment variable
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

use references as must;
use row::Row;
use squall::base::{Hybrid, Lamport};
use squall::model::register::Wall;
use squall::zoo::counter::{BoundedCounter, GCounter, PnCounter};
use squall::zoo::register::{ClientMvRegister, LatticeRegister, LwwRegister, MaxRegister, MinRegister, MvRegister};
use squall::zoo::set::{
    Bias, BoundedContextSet, DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, OrSet, RemoveWinsSet, TaggedOrSet,
    TwoPhaseSet,
};
use squall::zoo::sync::{Fitting, Misfit, Sync};
use squall::zoo::text::{fugue::Fugue, fugue_max::FugueMax, rga::Rga, yata::Yata};

type Text = String;

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
        fn refusals() -> Vec<String> {
            let rows: &[fn(Sync) -> Result<(), Misfit>] = &[$(<$type>::fits),+];
            let refused = rows.iter().flat_map(|fits| Sync::ALL.into_iter().filter_map(fits_not(*fits)));
            refused.collect()
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
    rga:                  Rga<u64>                    = Rga::new(),                        must::hold_the_list,      state deltas effects;
    yata:                 Yata<u64>                   = Yata::new(),                       must::hold_the_list,      state deltas effects;
    fugue:                Fugue<u64>                  = Fugue::new(),                      must::hold_the_list,      state deltas effects;
    fugue_max:            FugueMax<u64>               = FugueMax::new(),                   must::hold_the_list,      state deltas effects;
}

fn fits_not(fits: fn(Sync) -> Result<(), Misfit>) -> impl Fn(Sync) -> Option<String> {
    move |sync| fits(sync).err().map(|misfit| misfit.to_string())
}

#[test]
fn what_does_not_fit_is_refused_by_name_and_with_the_reason() {
    let dots = "one causal context stands for all keys, and does not say which of its dots are whose";
    assert_eq!(
        refusals(),
        [
            "bounded counter does not run on deltas in any order: a spending may come before its right".to_owned(),
            "bounded counter does not run on Merkle anti-entropy: a spending may come before its right".to_owned(),
            format!("OR-Set does not run on Merkle anti-entropy: {dots}"),
            format!("remove-wins set does not run on Merkle anti-entropy: {dots}"),
            "add-wins set with a bounded context does not run on operation broadcast: it has no effects".to_owned(),
            format!("add-wins set with a bounded context does not run on Merkle anti-entropy: {dots}"),
            "RGA does not run on Merkle anti-entropy: neighbours are not independent".to_owned(),
            "YATA does not run on Merkle anti-entropy: neighbours are not independent".to_owned(),
            "Fugue does not run on Merkle anti-entropy: neighbours are not independent".to_owned(),
            "FugueMax does not run on Merkle anti-entropy: neighbours are not independent".to_owned(),
        ]
    );
}
