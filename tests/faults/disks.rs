//! What survives a crash: what was durable, and when it became so.

use squall::scenario::{Crash, Disk, Durability, Fault, Rebirth, Scenario, Who};

use crate::support::story::{crash, ms, n, tell, who, with};

/// What n0 wakes with after a crash at 100 milliseconds, and how many updates were lost with the disk.
#[track_caller]
fn wakes(durability: Durability, change: impl FnOnce(&mut Crash), script: &str) -> String {
    let mut crash = crash(100, 50);
    change(&mut crash);
    with_durability(durability, [Fault::Crash(crash)], script)
}

#[track_caller]
fn with_durability(durability: Durability, faults: impl IntoIterator<Item = Fault>, script: &str) -> String {
    let told = tell(
        1,
        |s: &mut Scenario| {
            s.durability = durability;
            with(faults)(s);
        },
        script,
    );
    let wakings = told.words[0].match_indices('[').map(|(at, _)| told.words[0][at..].split_inclusive(']').next());
    let wakings: Vec<&str> = wakings.flatten().collect();
    format!("{} lost {}", wakings.join(" "), told.run.witness.updates_lost)
}

const THREE: &str = "10ms n0 keeps a; 50ms n0 keeps b; 99ms n0 keeps c";

#[test]
fn a_disk_that_saves_every_update_loses_none() {
    assert_eq!(wakes(Durability::EveryUpdate, |_| {}, THREE), "[a b c] lost 0");
}

#[test]
fn a_disk_that_saves_from_time_to_time_loses_the_latest() {
    assert_eq!(wakes(Durability::Every(ms(60)), |_| {}, THREE), "[a b] lost 1");
    assert_eq!(wakes(Durability::Every(ms(15)), |_| {}, THREE), "[a b] lost 1");
    assert_eq!(wakes(Durability::Every(ms(200)), |_| {}, THREE), "[] lost 3");
}

#[test]
fn a_disk_that_never_saves_loses_all() {
    let script = "10ms n0 keeps a, saves, syncs; 20ms n0 keeps b, saves b, syncs";
    assert_eq!(wakes(Durability::Never, |_| {}, script), "[] lost 2");
}

#[test]
fn where_replicas_save_by_themselves_only_what_is_synced_survives() {
    let explicit = |script| wakes(Durability::Explicit, |_| {}, script);
    assert_eq!(explicit(THREE), "[] lost 3");
    assert_eq!(explicit("10ms n0 keeps a, saves a, syncs; 20ms n0 keeps b, saves b"), "[a] lost 1");
    assert_eq!(explicit("10ms n0 keeps a, saves a; 20ms n0 keeps b, saves b, syncs"), "[a b] lost 0");
    assert_eq!(explicit("10ms n0 keeps a, saves a, syncs; 20ms n0 keeps b, saves, saves x, syncs"), "[a b x] lost 0");
}

#[test]
fn what_was_staged_in_one_life_is_not_synced_in_the_next() {
    let twice = [Fault::Crash(crash(100, 50)), Fault::Crash(crash(300, 50))];
    let script = "10ms n0 keeps a, saves a; 200ms n0 keeps b, saves b, syncs";
    assert_eq!(with_durability(Durability::Explicit, twice, script), "[] [b] lost 1");
}

#[test]
fn an_update_is_lost_once() {
    let crashes = || {
        let nothing = |when| Crash { disk: Disk::Nothing, ..crash(when, 50) };
        [nothing(100), crash(300, 50), nothing(400)].map(Fault::Crash)
    };
    for durability in [Durability::EveryUpdate, Durability::Explicit] {
        let script =
            "10ms n0 keeps a, saves a, syncs; 20ms n0 keeps b, saves b, syncs; 200ms n0 keeps c, saves c, syncs";
        assert_eq!(with_durability(durability, crashes(), script), "[] [c] [] lost 3", "{durability:?}");
    }
}

#[test]
fn one_replica_may_have_a_disk_of_its_own() {
    let told = tell(
        1,
        |s| {
            s.durability = Durability::Never;
            s.durabilities.insert(n(1), Durability::EveryUpdate);
            with([0, 1].map(|slot| Fault::Crash(Crash { who: who(slot), ..crash(100, 50) })))(s);
        },
        "10ms n0 keeps a; 10ms n1 keeps b",
    );
    assert_eq!(told.words, ["n0: wakes as i0 with []", "n1: wakes as i1 with [b]"]);
}

#[test]
fn a_backup_brings_back_an_earlier_age() {
    let aged = |age| wakes(Durability::EveryUpdate, |crash| crash.disk = Disk::Backup(ms(age)), THREE);
    assert_eq!(aged(0), "[a b c] lost 0");
    assert_eq!(aged(20), "[a b] lost 1");
    assert_eq!(aged(60), "[a] lost 2");
    assert_eq!(aged(95), "[] lost 3");
    assert_eq!(aged(5_000), "[] lost 3", "older than the world: as at the start");
}

#[test]
fn a_backup_holds_only_what_was_durable_then() {
    let backup = |durability| wakes(durability, |crash| crash.disk = Disk::Backup(ms(30)), THREE);
    assert_eq!(backup(Durability::Every(ms(40))), "[a] lost 2");
    assert_eq!(backup(Durability::Never), "[] lost 3");
}

#[test]
fn each_crash_has_a_backup_of_its_own() {
    let backup = |when, age| Fault::Crash(Crash { disk: Disk::Backup(ms(age)), ..crash(when, 50) });
    let faults = || [backup(100, 80), backup(300, 255)];
    assert_eq!(with_durability(Durability::EveryUpdate, faults(), THREE), "[a] [a] lost 2");
}

#[test]
fn a_destroyed_disk_brings_back_nothing() {
    assert_eq!(wakes(Durability::EveryUpdate, |crash| crash.disk = Disk::Nothing, THREE), "[] lost 3");
}

#[test]
fn a_cloned_disk_brings_back_what_another_had() {
    let clone = |crash: &mut Crash| {
        crash.disk = Disk::CloneOf(n(2));
        crash.identity = Rebirth::As(n(2));
    };
    let script = "10ms n0 keeps a; 10ms n2 keeps x; 120ms n2 keeps y; 160ms n2 keeps z";
    assert_eq!(wakes(Durability::EveryUpdate, clone, script), "[x y] lost 1");
    assert_eq!(wakes(Durability::Every(ms(40)), clone, script), "[x y] lost 1");
    assert_eq!(wakes(Durability::Every(ms(90)), clone, script), "[x] lost 1");
}

#[test]
fn a_clone_drawn_to_be_its_own_is_its_own_disk() {
    let crash = Crash { who: Who::Any, disk: Disk::CloneOf(n(0)), ..crash(100, 50) };
    let script = "10ms n0 keeps x; 10ms n1 keeps y; 10ms n2 keeps z";
    for seed in 0..20 {
        let told = tell(seed, with([Fault::Crash(crash.clone())]), script);
        let itself = told.words[0].starts_with("n0");
        assert!(told.words[0].ends_with("[x]"), "{:?}", told.words);
        assert_eq!(told.run.witness.updates_lost, u64::from(!itself), "seed {seed}");
    }
}
