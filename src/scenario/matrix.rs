//! Variations of a scenario: one file that stands for several.
//!
//! Knows nothing of which data type runs on which sync; whoever does leaves out what does not fit.

use serde::{Deserialize, Serialize};

use super::{File, Mistake, Mistakes, Place, Plan, Refusal, Subject, SystemName};
use crate::base::Span;

/// A matrix of more variations than this is refused.
pub const MOST_VARIATIONS: usize = 1_000;

/// What is varied: every choice from one list with every choice from the others. A list that is left out varies
/// nothing, and what the file says elsewhere holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matrix {
    /// Data types.
    pub data: Vec<String>,
    /// Syncs, each with each of the data types.
    pub sync: Vec<String>,
    /// Specimens, beside the pairs of data types and syncs.
    pub specimen: Vec<String>,
    /// Numbers of replicas.
    pub replicas: Vec<u32>,
    /// How often a replica turns to a neighbour by itself.
    pub period: Vec<Span>,
    /// Whether a data type is passed over where it does not run on a sync.
    pub skip_misfits: bool,
}

impl Matrix {
    /// How many variations there are.
    pub fn count(&self) -> usize {
        let pairs = self.data.len().max(1).saturating_mul(self.sync.len().max(1));
        let pairs = if self.data.is_empty() && self.sync.is_empty() { 0 } else { pairs };
        let systems = pairs.saturating_add(self.specimen.len()).max(1);
        [self.replicas.len(), self.period.len()].iter().fold(systems, |all, list| all.saturating_mul((*list).max(1)))
    }

    /// The systems, each with what it is called where it is one of several.
    fn systems(&self, own: &SystemName) -> Vec<(Option<String>, SystemName)> {
        let or_own = |list: &[String], own: &String| if list.is_empty() { vec![own.clone()] } else { list.to_vec() };
        let mut systems = Vec::new();
        if !self.data.is_empty() || !self.sync.is_empty() {
            for data in or_own(&self.data, &own.data) {
                for sync in or_own(&self.sync, &own.sync) {
                    let name = match (self.data.is_empty(), self.sync.is_empty()) {
                        (true, _) => sync.clone(),
                        (_, true) => data.clone(),
                        _ => format!("{data} on {sync}"),
                    };
                    let system =
                        SystemName { data: data.clone(), sync, broadcast: None, specimen: None, period: own.period };
                    systems.push((Some(name), system));
                }
            }
        }
        for name in &self.specimen {
            let specimen = Some(name.clone());
            systems.push((specimen.clone(), SystemName { specimen, period: own.period, ..SystemName::default() }));
        }
        if systems.is_empty() {
            systems.push((None, own.clone()));
        }
        systems
    }
}

/// A list, or that nothing is chosen where it is empty.
fn choices<T: Copy>(list: &[T]) -> Vec<Option<T>> {
    if list.is_empty() { vec![None] } else { list.iter().copied().map(Some).collect() }
}

impl File {
    /// The variations that its matrix comes to, each under a name that says which it is; itself where it has none.
    pub fn expand(&self) -> Vec<File> {
        let Some(matrix) = &self.matrix else { return vec![self.clone()] };
        let mut variations = Vec::new();
        for (called, system) in matrix.systems(&self.system) {
            for replicas in choices(&matrix.replicas) {
                for period in choices(&matrix.period) {
                    let mut file = File { system: system.clone(), matrix: None, ..self.clone() };
                    file.world.replicas = replicas.unwrap_or(file.world.replicas);
                    file.system.period = period.unwrap_or(file.system.period);
                    let size = replicas.map(|replicas| format!("{replicas} replicas"));
                    let pace = period.map(|period| format!("every {period}"));
                    let parts: Vec<String> = [called.clone(), size, pace].into_iter().flatten().collect();
                    file.name = format!("{} [{}]", self.name, parts.join(", "));
                    variations.push(file);
                }
            }
        }
        variations
    }

    /// What does not fit together in its matrix.
    pub(super) fn check_matrix(&self, mistakes: &mut Mistakes) {
        let Some(matrix) = &self.matrix else { return };
        let Matrix { data, sync, specimen, replicas, period, .. } = matrix;
        if [data, sync, specimen].into_iter().all(Vec::is_empty) && replicas.is_empty() && period.is_empty() {
            let says = "this matrix varies nothing: list some, as `sync: [\"full_state\", \"operations\"]`";
            mistakes.add(Mistake::new(Place::at("matrix"), says));
        }
        let count = matrix.count();
        if count > MOST_VARIATIONS {
            let says = format!("{count} variations are too many: at most {MOST_VARIATIONS}");
            return mistakes.add(Mistake::new(Place::at("matrix"), says));
        }
        twice("data", data, |name| format!("`{name}`"), mistakes);
        twice("sync", sync, |name| format!("`{name}`"), mistakes);
        twice("specimen", specimen, |name| format!("`{name}`"), mistakes);
        twice("replicas", replicas, u32::to_string, mistakes);
        twice("period", period, Span::to_string, mistakes);
        for nth in (0..period.len()).filter(|nth| period[*nth] == Span::ZERO) {
            let says = "a period of no time is a round without an end: write more than zero";
            mistakes.add(Mistake::new(Place::at(format!("matrix.period[{nth}]")), says));
        }
        if !replicas.is_empty() && !self.world.names.is_empty() {
            let says = "the number of replicas cannot vary where they have names: leave this or the names out";
            let names = (Place::at("world.replicas"), "they are named here");
            return mistakes.add(Mistake::new(Place::at("matrix.replicas"), says).beside(names.0, names.1));
        }
        for (nth, count) in replicas.iter().enumerate() {
            self.check_size(nth, *count, mistakes);
        }
    }

    /// What does not fit together where there are so many replicas.
    fn check_size(&self, nth: usize, count: u32, mistakes: &mut Mistakes) {
        let mut world = self.world.clone();
        world.replicas = count;
        let varied = || Place::at(format!("matrix.replicas[{nth}]"));
        let says = if count == 1 { "with 1 replica".to_owned() } else { format!("with {count} replicas") };
        for (place, replica) in self.strangers(count).filter(|(_, replica)| replica.0 < self.world.replicas) {
            let refusal = Refusal::UnknownReplica { replica, replicas: count };
            mistakes.add(Mistake::new(place, refusal).beside(varied(), says.clone()));
        }
        let refusals = Plan::refusals(&world);
        for (mistake, (subject, refusal)) in refusals.mistakes().zip(refusals.iter()) {
            // What does not hang on the number is told already.
            let told = match (subject, refusal) {
                (Subject::Replicas, _) => Mistake { place: varied(), ..mistake },
                (_, Refusal::UnknownReplica { .. } | Refusal::CutsNothing) | (Subject::Topology, _) => {
                    mistake.beside(varied(), says.clone())
                }
                _ => continue,
            };
            mistakes.add(told);
        }
    }
}

/// What a list of a matrix holds twice.
fn twice<T: PartialEq>(list: &str, all: &[T], say: impl Fn(&T) -> String, mistakes: &mut Mistakes) {
    for (nth, one) in all.iter().enumerate() {
        if let Some(earlier) = all[..nth].iter().position(|other| other == one) {
            let place = |nth: usize| Place::at(format!("matrix.{list}[{nth}]"));
            let says = format!("{} is listed twice: leave one out", say(one));
            mistakes.add(Mistake::new(place(nth), says).beside(place(earlier), "it is here first"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(matrix: &str) -> Result<File, Mistakes> {
        File::parse(&format!(
            r#"(version: 1, name: "sets", system: (data: "or_set", sync: "merkle"), matrix: {matrix},
                world: (replicas: 3, faults: [Partition(shape: Isolate([2]), from: At("1ms"))]))"#
        ))
    }

    #[track_caller]
    fn expands(matrix: &str, names: &[&str]) {
        let file = file(matrix).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let variations = file.expand();
        let found: Vec<&str> = variations.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(found, names);
        assert_eq!(file.matrix.map(|matrix| matrix.count()), Some(names.len()));
    }

    #[test]
    fn a_matrix_is_every_choice_with_every_other() {
        expands("(sync: [\"a\", \"b\"])", &["sets [a]", "sets [b]"]);
        expands(
            "(data: [\"x\", \"y\"], sync: [\"a\", \"b\"], specimen: [\"s\"])",
            &["sets [x on a]", "sets [x on b]", "sets [y on a]", "sets [y on b]", "sets [s]"],
        );
        expands(
            "(data: [\"x\"], replicas: [3, 9], period: [\"1ms\", \"1s\"])",
            &[
                "sets [x, 3 replicas, every 1ms]",
                "sets [x, 3 replicas, every 1s]",
                "sets [x, 9 replicas, every 1ms]",
                "sets [x, 9 replicas, every 1s]",
            ],
        );
    }

    #[test]
    fn variations_differ_in_what_is_varied() {
        let variations = file("(specimen: [\"s\"], replicas: [4], period: [\"2s\"])").map(|file| file.expand());
        let [one] = &variations.unwrap_or_else(|mistakes| panic!("{mistakes}"))[..] else { panic!("one") };
        assert_eq!((one.world.replicas, one.system.period), (4, Span::secs(2)));
        assert_eq!((one.system.specimen.as_deref(), one.system.data.as_str()), (Some("s"), ""));
        assert_eq!(one.matrix, None);
    }

    #[test]
    fn what_does_not_fit_with_a_size_is_told() {
        let says = |matrix| file(matrix).expect_err(matrix).to_string();
        assert!(says("(replicas: [2])").contains("there is no n2: this scenario has n0 to n1"));
        assert!(says("(replicas: [0])").contains("a world needs at least one replica"));
        assert!(says("(replicas: [3, 3])").contains("3 is listed twice: leave one out"));
        assert!(says("(skip_misfits: true)").contains("this matrix varies nothing"));
    }
}
