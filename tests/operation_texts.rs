//! Every data type's operations can be written as scenario files write them, short and plain, and read back.
//!
//! Each row has a text for every kind of operation. What a type proposes by chance is written and read back,
//! too, and is of a kind that the row has a text for.

use std::collections::BTreeSet;

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use squall::base::Wall;
use squall::base::{Concern, Dice, Hybrid, Lamport, Name, Seed};
use squall::replica::{DataType, OpBased, Refused, Site, StateBased};
use squall::zoo::composite::{IncidentBoard, ShiftNotes, ShoppingCart, TaskBoard, UserProfile};
use squall::zoo::counter::{BoundedCounter, GCounter, PnCounter};
use squall::zoo::document::{ByIdentity, ByPath, Document, History};
use squall::zoo::map::{AddWins, DotCounter, Record, ResetMap, UpdateWinsMap};
use squall::zoo::register::{
    ClientMvRegister, Lattice, LatticeRegister, LwwRegister, MaxRegister, MinRegister, MvRegister,
};
use squall::zoo::set::{
    Bias, BoundedContextSet, DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, OrSet, RemoveWinsSet, TaggedOrSet,
    TwoPhaseSet,
};
use squall::zoo::text::woot::{CountFirst, SiteFirst, Woot};
use squall::zoo::text::{
    fugue::Fugue, fugue_max::FugueMax, logoot::Logoot, lseq::Lseq, rga::Rga, rich::RichText, yata::Yata,
};
use squall::zoo::tree::move_tree::MoveTree;

type Text = String;

fn status() -> Lattice {
    Lattice::of_levels([["offline", "away", "online"]]).expect("a chain is a lattice")
}

/// How many operations are drawn for each type.
const DRAWN: u32 = 400;

fn read<O: serde::de::DeserializeOwned>(text: &str) -> O {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    options.from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn write<O: serde::Serialize>(op: &O) -> String {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    options.to_string_pretty(op, PrettyConfig::new().depth_limit(0)).expect("an operation has a text")
}

/// `Add` of `Add("milk")`.
fn kind(text: &str) -> &str {
    text.split('(').next().unwrap_or(text)
}

/// Reads and writes the texts of a row, and operations that are drawn one after the other.
#[track_caller]
fn texts<T: DataType>(mut value: T, texts: &[&str], apply: impl Fn(&mut T, &T::Op) -> Result<(), Refused>) {
    for text in texts {
        assert_eq!(write(&read::<T::Op>(text)), *text);
    }
    let kinds: BTreeSet<&str> = texts.iter().map(|text| kind(text)).collect();
    let (dice, mut drawn) = (Dice::new(Seed(1)), BTreeSet::new());
    for n in 0..DRAWN {
        let mut draw = 0;
        let op = value.propose(&mut |bound| {
            draw += 1;
            dice.below(Concern::Replica, Name(u64::from(n)), draw, bound)
        });
        let text = write(&op);
        assert_eq!(read::<T::Op>(&text), op, "{text}");
        drawn.insert(kind(&text).to_owned());
        // What is refused leaves the value as it was.
        let _ = apply(&mut value, &op);
    }
    assert!(drawn.iter().eq(kinds.iter()), "there are texts of {kinds:?}, and {drawn:?} were drawn");
}

fn by_state<T: StateBased>(value: &mut T, op: &T::Op) -> Result<(), Refused> {
    value.apply(op, Site::of(0))
}

fn by_effects<T: OpBased>(value: &mut T, op: &T::Op) -> Result<(), Refused> {
    let effect = value.prepare(op, Site::of(0))?;
    value.effect(&effect);
    Ok(())
}

macro_rules! texts {
    ($($test:ident: $type:ty = $start:expr, $apply:ident, $($text:literal)+;)*) => {
        $(
            #[test]
            fn $test() {
                texts::<$type>($start, &[$($text),+], $apply);
            }
        )*
    };
}

#[rustfmt::skip]
texts! {
    g_counter:           GCounter                   = GCounter::new(),              by_state, "Increment(3)";
    pn_counter:          PnCounter                  = PnCounter::new(),             by_state, "Increment(3)" "Decrement(1)";
    bounded_counter:     BoundedCounter             = BoundedCounter::new(0, [5, 5]), by_state, "Increment(3)" "Decrement(1)" "Transfer(to: 1, amount: 2)";
    dot_counter:         DotCounter                 = DotCounter::default(),        by_state, "Increment(3)" "Decrement(1)";
    lww_by_own_clock:    LwwRegister<Text, Wall>    = LwwRegister::new(),           by_state, r#"Write("milk")"#;
    lww_by_lamport:      LwwRegister<Text, Lamport> = LwwRegister::new(),           by_state, r#"Write("milk")"#;
    lww_by_hybrid:       LwwRegister<Text, Hybrid>  = LwwRegister::new(),           by_state, r#"Write("milk")"#;
    max_register:        MaxRegister<u64>           = MaxRegister::new(),           by_state, "Write(7)";
    min_register:        MinRegister<i64>           = MinRegister::new(),           by_state, "Write(-7)";
    lattice_register:    LatticeRegister            = LatticeRegister::new(status()), by_state, r#"Write("away")"#;
    mv_register:         MvRegister<Text>           = MvRegister::new(),            by_state, r#"Write("milk")"#;
    mv_with_contexts:    ClientMvRegister<Text>     = ClientMvRegister::new(),      by_state, r#"Write(value: "milk", context: (vector: [2, 0, 1], exceptions: []))"# r#"Write(value: "tea", context: (vector: [], exceptions: [(identity: 1, counter: 3)]))"#;
    g_set:               GSet<Text>                 = GSet::new(),                  by_state, r#"Add("milk")"#;
    two_phase_set:       TwoPhaseSet<Text>          = TwoPhaseSet::new(),           by_state, r#"Add("milk")"# r#"Remove("milk")"#;
    lww_set:             LwwSet<u32>                = LwwSet::new(Bias::Add),       by_state, "Add(4)" "Remove(4)";
    or_set:              OrSet<Text>                = OrSet::new(),                 by_state, r#"Add("milk")"# r#"Remove("milk")"#;
    or_set_tombstones:   TaggedOrSet<char>          = TaggedOrSet::new(),           by_state, "Add('m')" "Remove('m')";
    remove_wins_set:     RemoveWinsSet<Text>        = RemoveWinsSet::new(),         by_state, r#"Add("milk")"# r#"Remove("milk")"#;
    bounded_context_set: BoundedContextSet<Text>    = BoundedContextSet::new(1),    by_state, r#"Add("milk")"# r#"Remove("milk")"#;
    enable_wins_flag:    EnableWinsFlag             = EnableWinsFlag::new(),        by_state, "Enable" "Disable";
    disable_wins_flag:   DisableWinsFlag            = DisableWinsFlag::new(),       by_state, "Enable" "Disable";
    reset_map:           ResetMap<Text, AddWins<Text>> = ResetMap::default(),       by_state, r#"Update("fruit", Add("plum"))"# r#"Remove("fruit")"#;
    update_wins_map:     UpdateWinsMap<Text, PnCounter> = UpdateWinsMap::default(), by_state, r#"Update("plums", Decrement(1))"# r#"Remove("plums")"#;
    record:              Record<Text, Text, Lamport> = Record::default(),           by_state, r#"Set("name", "ada")"#;
    rga:                 Rga<char>                  = Rga::new(),                   by_state, "Insert(0, 'a')" "Delete(0)";
    yata:                Yata<Text>                 = Yata::new(),                  by_state, r#"Insert(0, "a")"# "Delete(0)";
    fugue:               Fugue<char>                = Fugue::new(),                 by_state, "Insert(0, 'a')" "Delete(0)";
    fugue_max:           FugueMax<u64>              = FugueMax::new(),              by_state, "Insert(0, 5)" "Delete(0)";
    woot_by_site:        Woot<char, SiteFirst>      = Woot::new(),                  by_state, "Insert(0, 'a')" "Delete(0)";
    woot_by_count:       Woot<char, CountFirst>     = Woot::new(),                  by_state, "Insert(0, 'a')" "Delete(0)";
    logoot:              Logoot<char>               = Logoot::new(),                by_state, "Insert(0, 'a')" "Delete(0)";
    lseq:                Lseq<char>                 = Lseq::new(),                  by_state, "Insert(0, 'a')" "Delete(0)";
    rich_text:           RichText<char>             = RichText::new(),              by_state, "Insert(0, 'a')" "Delete(0)" "Mark(0, 2, Bold)" r#"Mark(0, 2, Link("https://a.example"))"# r#"Mark(1, 2, Comment("why"))"# "Unmark(0, 2, Link)" r#"Unmark(1, 2, Comment("why"))"#;
    tree:                MoveTree<Text>             = MoveTree::new(),              by_state, r#"Move("src", Root, 0)"# r#"Move("lib", Node("src"), -1)"# r#"Delete("lib")"#;
    path_history:        History<ByPath>            = History::default(),           by_state, r#"Put([Key("a")], Array)"# r#"Insert([Key("a")], 0, Number(3))"# r#"Delete([Key("a"), At(0)])"# r#"Add([Key("n")], -2)"# r#"Type([Key("t")], 0, 'x')"# r#"Erase([Key("t")], 0)"#;
    path_document:       Document<ByPath>           = Document::default(),          by_effects, r#"Put([Key("a")], String("x"))"# r#"Insert([Key("a")], 0, Null)"# r#"Delete([])"# r#"Add([Key("n")], 2)"# r#"Type([Key("t")], 0, 'x')"# r#"Erase([Key("t")], 0)"#;
    identity_history:    History<ByIdentity>        = History::default(),           by_state, r#"Put([Key("a")], Bool(true))"# r#"Insert([Key("a")], 0, Object)"# r#"Delete([Key("a"), At(0)])"# r#"Add([Key("n")], -2)"# r#"Type([Key("t")], 0, 'x')"# r#"Erase([Key("t")], 0)"#;
    identity_document:   Document<ByIdentity>       = Document::default(),          by_effects, r#"Put([Key("t")], Text)"# r#"Insert([Key("a")], 0, Counter)"# r#"Delete([Key("a"), At(0)])"# r#"Add([Key("n")], -2)"# r#"Type([Key("t")], 0, 'x')"# r#"Erase([Key("t")], 0)"#;
    cart:                ShoppingCart               = ShoppingCart::default(),      by_state, r#"Add("milk", 2)"# r#"Take("milk", 1)"# r#"Remove("milk")"#;
    task_board:          TaskBoard                  = TaskBoard::default(),         by_state, r#"Create("t1", "paint")"# r#"Set("t1", Column, "doing")"# r#"Remove("t1")"#;
    shift_notes:         ShiftNotes                 = ShiftNotes::default(),        by_state, r#"Set("room 4", "quiet")"# r#"Mark("room 4", "fever")"# r#"Unmark("room 4", "fever")"# r#"Clear("room 4")"# r#"Write(0, "all calm")"# "Strike(0)" r#"HandOver("ada")"#;
    incident_board:      IncidentBoard              = IncidentBoard::default(),     by_state, r#"Set("status", "open")"# r#"Join("ada")"# r#"Leave("ada")"# r#"Log("pager")"# r#"Escalate(3, "disk full")"#;
    user_profile:        UserProfile                = UserProfile::default(),       by_state, r#"Set("name", "ada")"# r#"Tag("night")"# r#"Untag("night")"# r#"SignIn("phone")"#;
}
