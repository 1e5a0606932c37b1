//! A register over any finite lattice.
//!
//! A write raises the value to the join of what is there and what is written, and so does a merge. The
//! order is a parameter, such as that of a person's status: offline < away < online. After *Logic and
//! Lattices for Distributed Programming* (2012).
//!
//! Promises the join of all values known, from the lowest value on, in any order and however often
//! merged. It never comes down again (who was online once stays so), and where neither of two values lies
//! below the other it shows a third that nobody wrote.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Lattice, Level};
use crate::base::{Canonical, Digester};
use crate::model::register::{RegisterOp, joined};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A register that shows the join of all that was written. Replicas of one register are made with the
/// same lattice.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Loose")]
pub struct LatticeRegister {
    #[serde(serialize_with = "write_shared")]
    lattice: Arc<Lattice>,
    level: Level,
}

/// What a file may say: also a level that the lattice does not have.
#[derive(Deserialize)]
#[serde(rename = "LatticeRegister", deny_unknown_fields)]
struct Loose {
    #[serde(deserialize_with = "read_shared")]
    lattice: Arc<Lattice>,
    level: Level,
}

fn write_shared<S: Serializer>(lattice: &Arc<Lattice>, serializer: S) -> Result<S::Ok, S::Error> {
    lattice.as_ref().serialize(serializer)
}

fn read_shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Lattice>, D::Error> {
    Lattice::deserialize(deserializer).map(Arc::new)
}

impl TryFrom<Loose> for LatticeRegister {
    type Error = String;

    fn try_from(loose: Loose) -> Result<LatticeRegister, String> {
        let Loose { lattice, level } = loose;
        match lattice.value(level) {
            Some(_) => Ok(LatticeRegister { lattice, level }),
            None => {
                Err(format!("level {} is none of {}: levels are below {}", level.0, lattice, lattice.values().len()))
            }
        }
    }
}

impl LatticeRegister {
    /// One at the lowest value.
    pub fn new(lattice: impl Into<Arc<Lattice>>) -> LatticeRegister {
        let lattice = lattice.into();
        LatticeRegister { level: lattice.bottom(), lattice }
    }

    /// The order.
    pub fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    fn value(&self) -> &str {
        self.lattice.value(self.level).unwrap_or_default()
    }

    #[inline]
    fn raise(&mut self, level: Level) {
        // A level that the lattice does not have is forged, and says nothing.
        self.level = self.lattice.join(self.level, level).unwrap_or(self.level);
    }
}

impl Clone for LatticeRegister {
    #[inline]
    fn clone(&self) -> LatticeRegister {
        LatticeRegister { lattice: Arc::clone(&self.lattice), level: self.level }
    }

    #[inline]
    fn clone_from(&mut self, source: &LatticeRegister) {
        self.lattice.clone_from(&source.lattice);
        self.level = source.level;
    }
}

impl DataType for LatticeRegister {
    type Op = RegisterOp<String>;
    type View = String;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<String> {
        let values = self.lattice.values();
        RegisterOp::Write(values[pick(values.len() as u64) as usize].clone())
    }

    fn view(&self) -> String {
        self.value().to_owned()
    }

    fn digest(&self, digester: &mut Digester) {
        self.value().feed(digester);
    }
}

impl Specified for LatticeRegister {
    fn specification(&self) -> Specification<RegisterOp<String>, String> {
        let pairs = self.lattice.pairs().map(|(low, high)| (low.to_owned(), high.to_owned()));
        joined(self.lattice.values().iter().cloned(), pairs).growing_with(Growth::Live)
    }
}

impl StateBased for LatticeRegister {
    fn apply(&mut self, op: &RegisterOp<String>, site: Site) -> Result<(), Refused> {
        let level = self.prepare(op, site)?;
        self.raise(level);
        Ok(())
    }

    fn merge(&mut self, other: &LatticeRegister) {
        self.raise(other.level);
    }
}

/// Some levels to be joined, sorted: a delta does not know the lattice that it is meant for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Levels(Vec<Level>);

impl DeltaBased for LatticeRegister {
    type Delta = Levels;

    fn mutate(&mut self, op: &RegisterOp<String>, site: Site) -> Result<Levels, Refused> {
        let level = self.prepare(op, site)?;
        self.raise(level);
        Ok(Levels(vec![level]))
    }

    fn join(&mut self, delta: &Levels) {
        for level in &delta.0 {
            self.raise(*level);
        }
    }

    fn combine(into: &mut Levels, other: &Levels) {
        into.0.extend_from_slice(&other.0);
        into.0.sort_unstable();
        into.0.dedup();
    }

    fn whole(&self) -> Levels {
        Levels(vec![self.level])
    }
}

impl OpBased for LatticeRegister {
    type Effect = Level;

    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &RegisterOp<String>, _: Site) -> Result<Level, Refused> {
        let RegisterOp::Write(value) = op;
        let level = self.lattice.level(value);
        level.ok_or_else(|| Refused::because(format!("`{value}` is no value of the order {}", self.lattice)))
    }

    fn effect(&mut self, effect: &Level) {
        self.raise(*effect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::counter::histories::{Deltas, Issued, effects_agree, forms_agree, never, through_bytes};

    fn register(order: &str) -> LatticeRegister {
        LatticeRegister::new(order.parse::<Lattice>().unwrap())
    }

    fn write(register: &mut LatticeRegister, value: &str) -> Result<(), Refused> {
        register.apply(&RegisterOp::Write(value.to_owned()), Site::of(0))
    }

    #[test]
    fn a_status_rises_from_offline_to_online_and_stays() {
        let mut status = register("offline < away < online");
        assert_eq!(status.view(), "offline", "before any write");
        for (value, shown) in [("away", "away"), ("online", "online"), ("offline", "online")] {
            write(&mut status, value).unwrap();
            assert_eq!(status.view(), shown);
        }
        assert_eq!(
            write(&mut status, "busy"),
            Err(Refused::because("`busy` is no value of the order offline < away, away < online"))
        );
    }

    const ALARM: &str = "calm < smoke < fire < both, calm < rain < flood < both, smoke < haze < both, rain < haze";

    #[test]
    fn two_values_of_which_neither_is_below_the_other_show_a_third() {
        let [mut a, mut b] = [register(ALARM), register(ALARM)];
        write(&mut a, "smoke").unwrap();
        write(&mut b, "rain").unwrap();
        a.merge(&b);
        assert_eq!(a.view(), "haze");
        write(&mut a, "flood").unwrap();
        assert_eq!(a.view(), "both");
    }

    #[test]
    fn a_forged_level_is_neither_joined_nor_read() {
        let mut status = register("low < high");
        status.effect(&Level(7));
        assert_eq!(status.view(), "low");
        let bytes = postcard::to_allocvec(&("low < high", 7u32)).unwrap();
        assert!(postcard::from_bytes::<LatticeRegister>(&bytes).is_err());
        assert_eq!(through_bytes(&status).view(), "low");
    }

    /// The lowest value that lies above all that were written, by trying all of them.
    fn reference(above: impl Fn(&str) -> Vec<&'static str>, known: &[&Issued<LatticeRegister>]) -> String {
        let mut bounds = above("calm");
        for update in known {
            let RegisterOp::Write(value) = &update.op;
            let over = above(value);
            bounds.retain(|bound| over.contains(bound));
        }
        let lowest = bounds.iter().find(|low| bounds.iter().all(|bound| above(low).contains(bound)));
        lowest.unwrap().to_string()
    }

    /// What lies above each value of [`ALARM`], itself among it, written out by hand.
    fn above(value: &str) -> Vec<&'static str> {
        match value {
            "calm" => vec!["calm", "smoke", "rain", "fire", "flood", "haze", "both"],
            "smoke" => vec!["smoke", "fire", "haze", "both"],
            "rain" => vec!["rain", "flood", "haze", "both"],
            "fire" => vec!["fire", "both"],
            "flood" => vec!["flood", "both"],
            "haze" => vec!["haze", "both"],
            "both" => vec!["both"],
            other => panic!("{other} is no value"),
        }
    }

    #[test]
    fn every_form_shows_the_join_of_what_it_knows() {
        let tally = forms_agree(register(ALARM), Deltas::AnyOrder, never, |known| reference(above, known));
        assert!(tally.updates > 3000 && tally.refused == 0, "{tally:?}");
        effects_agree(register(ALARM), never, |known| reference(above, known));
    }
}
