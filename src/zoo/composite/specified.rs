//! For tests only: random histories of every composite, held against what it must show.

use super::{IncidentBoard, ShiftNotes, ShoppingCart, TaskBoard, UserProfile};
use crate::model::composite::{BoardOp, ProfileOp, board, cart, profile};
use crate::model::{Share, Visible};
use crate::replica::StateBased;
use crate::zoo::Specified;
use crate::zoo::specified::trials::{live, tells_apart};

/// Whether something was refused.
#[track_caller]
fn keeps_its_specification<T: StateBased + Specified + Default>() -> bool {
    let tally = live(&T::default(), 200, |_, _| ());
    assert!(tally.updates > 2500 && tally.views > 100 && tally.untold < 100, "{tally:?}");
    tally.refused > 0
}

#[test]
fn composites_show_what_their_specifications_say() {
    keeps_its_specification::<ShoppingCart>();
    keeps_its_specification::<TaskBoard>();
    keeps_its_specification::<ShiftNotes>();
    keeps_its_specification::<IncidentBoard>();
    keeps_its_specification::<UserProfile>();
}

#[test]
fn a_cart_is_told_from_one_whose_removals_count_for_all() {
    tells_apart(&ShoppingCart::default(), |visible| {
        let mut view = cart().view(visible);
        view.retain(|line, _| {
            !visible.iter().any(|issued| issued.op == crate::model::composite::CartOp::Remove(line.clone()))
        });
        view
    });
}

#[test]
fn a_board_is_told_from_one_on_which_creating_gives_no_title() {
    tells_apart(&TaskBoard::default(), |visible| {
        let mut view = board().view(visible);
        view.values_mut().for_each(std::collections::BTreeMap::clear);
        view
    });
}

#[test]
fn one_update_of_two_parts_is_told_from_one_of_which_half_was_lost() {
    tells_apart(&UserProfile::default(), |visible: &Visible<'_, ProfileOp>| {
        let mut view = profile().view(visible);
        let others = Share::of(visible.iter(), |op| (!matches!(op, ProfileOp::SignIn(_))).then(|| op.clone()));
        view.fields = profile().view(&others.visible()).fields;
        view
    });
    tells_apart(&TaskBoard::default(), |visible: &Visible<'_, BoardOp>| {
        let others = Share::of(visible.iter(), |op| (!matches!(op, BoardOp::Remove(_))).then(|| op.clone()));
        board().view(&others.visible())
    });
}
