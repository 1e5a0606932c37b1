//! The links of a network, in the form that a running world asks.
//!
//! Knows neither how they were chosen nor how long a message takes. Neighbours come in rising order, and
//! every directed link has a number of its own; both depend on the links alone.

use super::ReplicaId;

/// Who may send to whom. Links go both ways, and no replica is linked with itself.
///
/// All with all takes no memory, whatever the number of replicas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    replicas: u32,
    lists: Option<Lists>,
}

/// All neighbours, replica after replica: those of `i` lie between the offsets `i` and `i + 1`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lists {
    offsets: Vec<u32>,
    neighbours: Vec<ReplicaId>,
}

impl Lists {
    /// Where a replica's neighbours begin and end; nowhere for one that does not exist.
    #[inline]
    fn range(&self, replica: ReplicaId) -> std::ops::Range<usize> {
        match (self.offsets.get(replica.index()), self.offsets.get(replica.index() + 1)) {
            (Some(begin), Some(end)) => *begin as usize..*end as usize,
            _ => 0..0,
        }
    }
}

impl Links {
    /// All with all.
    pub fn mesh(replicas: u32) -> Links {
        Links { replicas, lists: None }
    }

    /// The links listed, each once and in either direction, all between replicas that exist.
    pub fn listed(replicas: u32, pairs: &[(u32, u32)]) -> Links {
        let mut offsets = vec![0; replicas as usize + 1];
        for (a, b) in pairs {
            offsets[*a as usize + 1] += 1;
            offsets[*b as usize + 1] += 1;
        }
        for replica in 0..replicas as usize {
            offsets[replica + 1] += offsets[replica];
        }
        let mut free = offsets.clone();
        let mut neighbours = vec![ReplicaId(0); 2 * pairs.len()];
        for (a, b) in pairs {
            for (from, to) in [(*a, *b), (*b, *a)] {
                let at = &mut free[from as usize];
                neighbours[*at as usize] = ReplicaId(to);
                *at += 1;
            }
        }
        for ends in offsets.windows(2) {
            neighbours[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
        Links { replicas, lists: Some(Lists { offsets, neighbours }) }
    }

    /// How many replicas there are.
    pub fn replicas(&self) -> u32 {
        self.replicas
    }

    /// Whether all are linked with all by the topology's nature, so that nothing is listed.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.lists.is_none()
    }

    /// Whom a replica is linked with; nobody where there is no such replica.
    #[inline]
    pub fn neighbours(&self, replica: ReplicaId) -> Neighbours<'_> {
        Neighbours(match &self.lists {
            None if replica.0 < self.replicas => View::AllBut { me: replica.0, len: self.replicas - 1 },
            None => View::Listed(&[]),
            Some(lists) => View::Listed(&lists.neighbours[lists.range(replica)]),
        })
    }

    /// Whether one may send to the other.
    #[inline]
    pub fn connected(&self, from: ReplicaId, to: ReplicaId) -> bool {
        self.neighbours(from).contains(to)
    }

    /// The number of a directed link, below [`slots`](Links::slots).
    #[inline]
    pub fn slot(&self, from: ReplicaId, to: ReplicaId) -> Option<u64> {
        match &self.lists {
            None if from != to && from.0 < self.replicas && to.0 < self.replicas => {
                Some(u64::from(from.0) * u64::from(self.replicas) + u64::from(to.0))
            }
            None => None,
            Some(lists) => {
                let range = lists.range(from);
                let at = lists.neighbours[range.clone()].binary_search(&to).ok()?;
                Some((range.start + at) as u64)
            }
        }
    }

    /// How many numbers directed links are given. Where all are linked with all, those from a replica to
    /// itself stay unused.
    #[inline]
    pub fn slots(&self) -> u64 {
        match &self.lists {
            None => u64::from(self.replicas) * u64::from(self.replicas),
            Some(lists) => lists.neighbours.len() as u64,
        }
    }
}

/// The replicas that one replica is linked with, in rising order.
#[derive(Clone, Copy, Debug)]
pub struct Neighbours<'a>(View<'a>);

#[derive(Clone, Copy, Debug)]
enum View<'a> {
    AllBut { me: u32, len: u32 },
    Listed(&'a [ReplicaId]),
}

impl<'a> Neighbours<'a> {
    /// Those listed, in rising order.
    #[inline]
    pub fn listed(list: &'a [ReplicaId]) -> Neighbours<'a> {
        Neighbours(View::Listed(list))
    }

    /// How many there are.
    #[inline]
    pub fn len(self) -> usize {
        match self.0 {
            View::AllBut { len, .. } => len as usize,
            View::Listed(list) => list.len(),
        }
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The i-th of them, from 0.
    #[inline]
    pub fn get(self, i: usize) -> Option<ReplicaId> {
        match self.0 {
            View::AllBut { me, len } => {
                let i = u32::try_from(i).ok().filter(|i| *i < len)?;
                Some(ReplicaId(i + u32::from(i >= me)))
            }
            View::Listed(list) => list.get(i).copied(),
        }
    }

    /// All of them.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = ReplicaId> + 'a {
        (0..self.len()).map_while(move |i| self.get(i))
    }

    /// Whether a replica is one of them.
    #[inline]
    pub fn contains(self, replica: ReplicaId) -> bool {
        match self.0 {
            View::AllBut { me, len } => replica.0 != me && replica.0 <= len,
            View::Listed(list) => list.binary_search(&replica).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn neighbours(links: &Links, replica: u32, expected: &str) {
        let view = links.neighbours(ReplicaId(replica));
        let names: Vec<String> = view.iter().map(|neighbour| neighbour.to_string()).collect();
        assert_eq!(names.join(" "), expected);
        assert_eq!(view.len(), names.len());
        assert_eq!(view.get(view.len()), None);
        assert_eq!(view.get(usize::MAX), None);
        for other in 0..=links.replicas() {
            let listed = names.contains(&ReplicaId(other).to_string());
            assert_eq!(view.contains(ReplicaId(other)), listed, "n{replica} and n{other}");
        }
    }

    #[test]
    fn a_full_mesh_is_everyone_but_oneself() {
        let links = Links::mesh(4);
        neighbours(&links, 0, "n1 n2 n3");
        neighbours(&links, 2, "n0 n1 n3");
        neighbours(&links, 3, "n0 n1 n2");
        neighbours(&links, 4, "");
        neighbours(&Links::mesh(1), 0, "");
    }

    #[test]
    fn listed_links_go_both_ways_in_rising_order() {
        let links = Links::listed(5, &[(3, 1), (0, 3), (4, 3)]);
        neighbours(&links, 0, "n3");
        neighbours(&links, 2, "");
        neighbours(&links, 3, "n0 n1 n4");
        neighbours(&links, 5, "");
        neighbours(&links, u32::MAX, "");
    }

    #[test]
    fn slots_number_the_directed_links() {
        let links = Links::listed(4, &[(2, 1), (0, 2)]);
        let mut slots = Vec::new();
        for from in 0..4 {
            slots.extend(links.neighbours(ReplicaId(from)).iter().map(|to| links.slot(ReplicaId(from), to)));
        }
        assert_eq!(slots, [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(links.slots(), 4);
        assert_eq!(links.slot(ReplicaId(0), ReplicaId(1)), None);
        assert_eq!(links.slot(ReplicaId(9), ReplicaId(1)), None);
    }

    #[test]
    fn the_largest_mesh_still_numbers_its_links() {
        let links = Links::mesh(u32::MAX);
        let last = ReplicaId(u32::MAX - 1);
        assert_eq!(links.slot(last, ReplicaId(0)), Some(u64::from(u32::MAX - 1) * u64::from(u32::MAX)));
        assert!(links.slot(last, ReplicaId(u32::MAX - 2)).is_some_and(|slot| slot < links.slots()));
        assert_eq!(links.slot(last, last), None);
        assert_eq!(links.slot(ReplicaId(0), ReplicaId(u32::MAX)), None);
        assert_eq!(links.neighbours(last).get(u32::MAX as usize - 2), Some(ReplicaId(u32::MAX - 2)));
    }
}
