//! Flags that are wrong.

use serde::{Deserialize, Serialize};

use crate::base::{Refused, VersionVector};
use crate::model::flag::{FlagOp, enable_wins};
use crate::replica::{DataType, Site, StateBased};
use crate::zoo::System;
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::FullState;

pub(super) const JOINED_BY_OR: Specimen = Specimen {
    name: "flag_joined_by_or",
    mistake: "the flag is a truth value, and merging is `or`",
    known_from: "folklore: `or` is a join, so this must be a CRDT",
    harm: "once enabled somewhere, the flag cannot be disabled for long",
    caught_by: "spec",
    needs: &[],
    story: "n0 enables, n1 merges; n0 disables, and merges with n1",
    system: || System::judged_by(enable_wins(), FullState::new(Or::default())).into(),
};

/// Whether it is enabled.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Or(bool);

impl DataType for Or {
    type Op = FlagOp;
    type View = bool;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> FlagOp {
        FlagOp::propose(self.0, pick)
    }

    fn view(&self) -> bool {
        self.0
    }
}

impl StateBased for Or {
    fn apply(&mut self, op: &FlagOp, _: Site) -> Result<(), Refused> {
        self.0 = *op == FlagOp::Enable;
        Ok(())
    }

    fn merge(&mut self, other: &Or) {
        self.0 |= other.0;
    }
}

pub(super) const ONE_VECTOR: Specimen = Specimen {
    name: "flag_with_one_vector",
    mistake: "the flag is a truth value beside a version vector, and merging is `or` where neither vector covers the other",
    known_from: "basho/riak_dt, pull request 82: Fix bugs in Map, Set, and OD Flag (2014), of the flag",
    harm: "the flag stays enabled though every enabling was answered by a disabling",
    caught_by: "spec",
    needs: &[],
    story: "n0 enables, n1 merges; n2 enables and disables, n1 merges; n0 disables, and merges n1",
    system: || System::judged_by(enable_wins(), FullState::new(OneVector::default())).into(),
};

/// Whether it is enabled, and all changes known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OneVector {
    enabled: bool,
    known: VersionVector,
}

impl DataType for OneVector {
    type Op = FlagOp;
    type View = bool;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> FlagOp {
        FlagOp::propose(self.enabled, pick)
    }

    fn view(&self) -> bool {
        self.enabled
    }
}

impl StateBased for OneVector {
    fn apply(&mut self, op: &FlagOp, site: Site) -> Result<(), Refused> {
        self.known.next(site.identity);
        self.enabled = *op == FlagOp::Enable;
        Ok(())
    }

    fn merge(&mut self, other: &OneVector) {
        let (behind, ahead) = (other.known.covers_all(&self.known), self.known.covers_all(&other.known));
        self.enabled = match (behind, ahead) {
            (true, false) => other.enabled,
            (false, true) => self.enabled,
            // An enabling wins over a disabling beside it. But which enabling it is that is left here, and
            // whether the other side has answered just that one, a truth value cannot say.
            _ => self.enabled || other.enabled,
        };
        self.known.merge(&other.known);
    }
}
