//! Records and rows of which the wrong one stays.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{CausalContext, Dot, Lamport, Refused, Stamp};
use crate::model::Source;
use crate::model::map::{RecordOp, record};
use crate::replica::{DataType, Element, Site, StateBased};
use crate::zoo::System;
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::FullState;

pub(super) const WHOLE_RECORD: Specimen = Specimen {
    name: "record_written_as_a_whole",
    mistake: "the record promises a last write for each field, and keeps the last write of the whole",
    known_from: "folklore: documents that are read, changed in one field, and written back",
    harm: "of two who change different fields at the same time, one loses the change",
    caught_by: "spec",
    needs: &[],
    story: "n0 sets one field and n1 another, and both merge",
    system: || System::judged_by(record(Source::Lamport), FullState::new(AsAWhole::default())).into(),
};

/// All fields, and the stamp of the last write.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct AsAWhole {
    fields: BTreeMap<String, String>,
    last: Lamport,
}

impl DataType for AsAWhole {
    type Op = RecordOp<String, String>;
    type View = BTreeMap<String, String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        RecordOp::propose(pick, String::nth, String::nth)
    }

    fn view(&self) -> BTreeMap<String, String> {
        self.fields.clone()
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        Some(self.last.into())
    }
}

impl StateBased for AsAWhole {
    fn apply(&mut self, op: &Self::Op, site: Site) -> Result<(), Refused> {
        let RecordOp::Set(field, value) = op;
        self.last = Lamport { counter: self.last.counter + 1, identity: site.identity };
        self.fields.insert(field.clone(), value.clone());
        Ok(())
    }

    fn merge(&mut self, other: &AsAWhole) {
        if other.last > self.last {
            self.clone_from(other);
        }
    }
}

pub(super) const MERGE_ORDER: Specimen = Specimen {
    name: "rows_by_merge_order",
    mistake: "there is one row for each key, and of two that were written concurrently the one merged last stays",
    known_from: "phoenixframework/phoenix_pubsub, issue 214: cross-replica add-add conflicts resolve by merge order (2026)",
    harm: "two nodes go on showing different rows for one key",
    caught_by: "sec",
    needs: &[],
    story: "n0 and n1 both write one key, and merge each other's",
    system: || System::judged_by(record(Source::Lamport), FullState::new(Rows::default())).into(),
};

/// The rows with the dots that they live by, and all dots known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Rows {
    rows: BTreeMap<String, (Dot, String)>,
    known: CausalContext,
}

impl DataType for Rows {
    type Op = RecordOp<String, String>;
    type View = BTreeMap<String, String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        RecordOp::propose(pick, String::nth, String::nth)
    }

    fn view(&self) -> BTreeMap<String, String> {
        self.rows.iter().map(|(key, (_, value))| (key.clone(), value.clone())).collect()
    }
}

impl StateBased for Rows {
    fn apply(&mut self, op: &Self::Op, site: Site) -> Result<(), Refused> {
        let RecordOp::Set(key, value) = op;
        let dot = self.known.next(site.identity);
        self.rows.insert(key.clone(), (dot, value.clone()));
        Ok(())
    }

    fn merge(&mut self, other: &Rows) {
        self.rows.retain(|key, row| !other.known.covers(row.0) || other.rows.get(key) == Some(row));
        let news = other.rows.iter().filter(|(_, (dot, _))| !self.known.covers(*dot));
        let news: Vec<_> = news.map(|(key, row)| (key.clone(), row.clone())).collect();
        // Whatever stands there already, and was not known on the other side, is overwritten.
        self.rows.extend(news);
        self.known.merge(&other.known);
    }
}
