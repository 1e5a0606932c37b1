//! For tests only: the smallest type that needs tombstones, and histories that are lived through with and
//! without collection.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Tombstones;
use crate::replica::{DataType, Delivery, OpBased, Refused, Site, StateBased};

/// A set in which every add makes a new tag and a removal leaves a tombstone for each tag that it saw.
/// Nothing else tells an element that was removed from one that never was.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct TagSet {
    tags: BTreeMap<(u32, u32), u8>,
    removed: BTreeSet<(u32, u32)>,
    count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum TagOp {
    Add(u8),
    Remove(u8),
}

/// New tags, and removed ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TagEffect(Vec<((u32, u32), u8)>, Vec<(u32, u32)>);

impl DataType for TagSet {
    type Op = TagOp;
    type View = BTreeSet<u8>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> TagOp {
        let element = pick(4) as u8;
        if pick(2) == 0 { TagOp::Add(element) } else { TagOp::Remove(element) }
    }

    fn view(&self) -> BTreeSet<u8> {
        self.tags.iter().filter(|(tag, _)| !self.removed.contains(tag)).map(|(_, element)| *element).collect()
    }
}

impl OpBased for TagSet {
    type Effect = TagEffect;
    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &TagOp, site: Site) -> Result<TagEffect, Refused> {
        Ok(match op {
            TagOp::Add(element) => TagEffect(vec![((site.identity.0, self.count + 1), *element)], Vec::new()),
            TagOp::Remove(element) => {
                let seen = self.tags.iter().filter(|(tag, tagged)| *tagged == element && !self.removed.contains(tag));
                TagEffect(Vec::new(), seen.map(|(tag, _)| *tag).collect())
            }
        })
    }

    fn effect(&mut self, TagEffect(added, removed): &TagEffect) {
        self.count += 1;
        self.tags.extend(added.iter().copied());
        self.removed.extend(removed);
    }
}

impl StateBased for TagSet {
    fn apply(&mut self, op: &TagOp, site: Site) -> Result<(), Refused> {
        let effect = self.prepare(op, site)?;
        self.effect(&effect);
        Ok(())
    }

    fn merge(&mut self, other: &TagSet) {
        self.tags.extend(&other.tags);
        self.removed.extend(&other.removed);
        self.count = self.count.max(other.count);
    }
}

impl Tombstones for TagSet {
    type Grave = (u32, u32);

    fn graves(&self) -> Vec<(u32, u32)> {
        self.removed.iter().copied().collect()
    }

    fn collect(&mut self, ready: &dyn Fn(&(u32, u32)) -> bool) {
        self.removed.retain(|tag| {
            let gone = ready(tag);
            if gone {
                self.tags.remove(tag);
            }
            !gone
        });
    }
}
