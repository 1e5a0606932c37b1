//! The ten-line test: a set of one's own, hunted. This one forgets what was removed, so the hunt finds something;
//! in a crate of its own the last function is a `#[test]`.

use std::collections::BTreeSet;

use squall::base::Refused;
use squall::replica::Site;
use squall::subject::{ByState, Merges, Subject};

/// A set whose removals leave no trace.
#[derive(Clone, Debug, Default)]
struct MySet(BTreeSet<u64>);

#[derive(Clone, Debug, PartialEq)]
enum Op {
    Add(u64),
    Remove(u64),
}

impl Subject for MySet {
    type Op = Op;
    type View = BTreeSet<u64>;
    type Form = ByState;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Op {
        if pick(3) == 0 { Op::Remove(pick(3)) } else { Op::Add(pick(3)) }
    }

    fn view(&self) -> BTreeSet<u64> {
        self.0.clone()
    }
}

impl Merges for MySet {
    fn apply(&mut self, op: &Op, _: Site) -> Result<(), Refused> {
        match op {
            Op::Add(element) => self.0.insert(*element),
            Op::Remove(element) => self.0.remove(element),
        };
        Ok(())
    }

    fn merge(&mut self, other: &MySet) {
        self.0.extend(&other.0);
    }
}

fn main() {
    match squall::hunt::<MySet>().replicas(3).seeds(0..10_000).run() {
        Some(found) => println!("{found}\n\nseed {}: {:?}", found.seed, found.size),
        None => println!("nothing was found"),
    }
}
