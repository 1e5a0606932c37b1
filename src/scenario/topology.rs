//! Which replicas are linked with which: shapes with a name, networks drawn from a seed, and plain lists.
//!
//! Knows nothing of what travels over a link. A topology is part of the plan: its own seed settles it,
//! never that of a run, and what [`check`](Topology::check) lets pass is connected and has no link twice.

mod random;

use std::collections::BTreeMap;
use std::fmt;

use petgraph::graph::UnGraph;
use petgraph::unionfind::UnionFind;
use serde::{Deserialize, Serialize};

use crate::base::{Links, Odds, ReplicaId, Seed, Span};

/// The shape of a network. All links go both ways.
///
/// ```
/// use squall::base::ReplicaId;
/// use squall::scenario::Topology;
/// let links = Topology::Ring.links(5)?;
/// assert!(links.connected(ReplicaId(4), ReplicaId(0)));
/// # Ok::<(), squall::scenario::TopologyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Topology {
    /// All with all.
    #[default]
    Full,
    /// Each with the next.
    Line,
    /// Each with the next, and the last with the first.
    Ring,
    /// All with replica 0.
    Star,
    /// Level by level from replica 0, each with so many below it.
    Tree {
        /// How many are below each.
        arity: u32,
    },
    /// Row by row; the last row may be shorter.
    Grid {
        /// How many are in a row.
        width: u32,
    },
    /// A random network in which all have equally many links.
    RandomRegular {
        /// How many links each has.
        degree: u32,
        /// Which of these networks.
        #[serde(default)]
        seed: Seed,
    },
    /// A ring of near neighbours, some links of which lead far away (Watts and Strogatz).
    SmallWorld {
        /// How many links each has at first, half of them on either side.
        degree: u32,
        /// How likely a link is to lead somewhere else.
        rewire: Odds,
        /// Which of these networks.
        #[serde(default)]
        seed: Seed,
    },
    /// All with all, over distances that depend on the regions of the two.
    Regions {
        /// The region of each replica.
        of: Vec<u32>,
        /// The time from each region to each and back again.
        round_trips: Vec<Vec<Span>>,
    },
    /// Exactly these links, each written once and in either direction.
    Edges(Vec<(u32, u32)>),
}

/// The most links that are written out one by one.
const LINKS_MAX: u64 = 2_000_000;

/// The most links that are drawn at random.
const DRAWN_MAX: u64 = 250_000;

/// The most mistakes of a kind that are told.
const TOLD_MAX: usize = 1_000;

impl Topology {
    /// All the mistakes that stand between this topology and a network of so many replicas.
    pub fn check(&self, replicas: u32) -> Vec<TopologyError> {
        if replicas == 0 {
            return vec![TopologyError::NoReplicas];
        }
        let mut errors = Vec::new();
        let most = match self {
            Topology::Full | Topology::Regions { .. } => u64::MAX,
            Topology::RandomRegular { .. } | Topology::SmallWorld { .. } => DRAWN_MAX,
            _ => LINKS_MAX,
        };
        if self.size(replicas) > most {
            errors.push(TopologyError::TooManyLinks { links: self.size(replicas), most });
        }
        match self {
            Topology::Full | Topology::Line | Topology::Ring | Topology::Star => {}
            Topology::Tree { arity: 0 } => errors.push(TopologyError::NoArity),
            Topology::Grid { width: 0 } => errors.push(TopologyError::NoWidth),
            Topology::Tree { .. } | Topology::Grid { .. } => {}
            Topology::RandomRegular { degree, .. } => {
                check_degree(*degree, replicas, &mut errors);
                if degree % 2 == 1 && replicas % 2 == 1 {
                    errors.push(TopologyError::HalfLink { degree: *degree, replicas });
                }
            }
            Topology::SmallWorld { degree, .. } => {
                check_degree(*degree, replicas, &mut errors);
                if degree % 2 == 1 {
                    errors.push(TopologyError::Lopsided { degree: *degree });
                }
            }
            Topology::Regions { of, round_trips } => check_regions(of, round_trips, replicas, &mut errors),
            Topology::Edges(_) if !errors.is_empty() => {}
            Topology::Edges(pairs) => check_edges(pairs, replicas, &mut errors),
        }
        errors
    }

    /// The links between so many replicas, or the first mistake.
    pub fn links(&self, replicas: u32) -> Result<Links, TopologyError> {
        match self.check(replicas).into_iter().next() {
            Some(error) => Err(error),
            None => Ok(self.pairs(replicas).map_or(Links::mesh(replicas), |pairs| Links::listed(replicas, &pairs))),
        }
    }

    /// The same links as a graph, whose i-th node is replica i.
    pub fn graph(&self, replicas: u32) -> Result<UnGraph<ReplicaId, ()>, TopologyError> {
        let links = self.links(replicas)?;
        let size = self.size(replicas);
        if size > LINKS_MAX {
            return Err(TopologyError::TooManyLinks { links: size, most: LINKS_MAX });
        }
        let mut graph = UnGraph::with_capacity(replicas as usize, size as usize);
        let nodes: Vec<_> = (0..replicas).map(|replica| graph.add_node(ReplicaId(replica))).collect();
        for from in (0..replicas).map(ReplicaId) {
            for to in links.neighbours(from).iter().filter(|to| *to > from) {
                graph.add_edge(nodes[from.index()], nodes[to.index()], ());
            }
        }
        Ok(graph)
    }

    /// How long the way from one replica to another is by their regions, if the topology has regions:
    /// half of the round trip.
    pub fn one_way(&self, from: ReplicaId, to: ReplicaId) -> Option<Span> {
        let Topology::Regions { of, round_trips } = self else { return None };
        let row = round_trips.get(*of.get(from.index())? as usize)?;
        let round_trip = row.get(*of.get(to.index())? as usize)?;
        Some(Span(round_trip.0 / 2))
    }

    /// How many links there are at least, for numbers that may still be wrong.
    fn size(&self, replicas: u32) -> u64 {
        let n = u64::from(replicas);
        match self {
            Topology::Full | Topology::Regions { .. } => n * n.saturating_sub(1) / 2,
            Topology::Line | Topology::Star | Topology::Tree { .. } | Topology::Grid { .. } => n.saturating_sub(1),
            Topology::Ring => n,
            Topology::RandomRegular { degree, .. } | Topology::SmallWorld { degree, .. } => {
                u64::from((*degree).min(replicas.saturating_sub(1))) * n / 2
            }
            Topology::Edges(pairs) => (pairs.len() as u64).max(n.saturating_sub(1)),
        }
    }

    /// Each link once, or nothing where all are linked with all. Expects numbers that were checked.
    fn pairs(&self, replicas: u32) -> Option<Vec<(u32, u32)>> {
        let others = 1..replicas;
        Some(match self {
            Topology::Full | Topology::Regions { .. } => return None,
            Topology::Line => others.map(|other| (other - 1, other)).collect(),
            Topology::Ring => {
                // Two replicas have one link, not one in either direction.
                let closing = (replicas > 2).then(|| (0, replicas - 1));
                others.map(|other| (other - 1, other)).chain(closing).collect()
            }
            Topology::Star => others.map(|other| (0, other)).collect(),
            Topology::Tree { arity } => others.map(|other| ((other - 1) / arity, other)).collect(),
            Topology::Grid { width } => {
                let beside = others.clone().filter(|other| other % width != 0).map(|other| (other - 1, other));
                let above = others.filter(|other| other >= width).map(|other| (other - width, other));
                beside.chain(above).collect()
            }
            Topology::RandomRegular { degree, seed } => random::regular(replicas, *degree, *seed),
            Topology::SmallWorld { degree, rewire, seed } => random::small_world(replicas, *degree, *rewire, *seed),
            Topology::Edges(pairs) => pairs.clone(),
        })
    }
}

fn check_degree(degree: u32, replicas: u32, errors: &mut Vec<TopologyError>) {
    if degree >= replicas {
        errors.push(TopologyError::HighDegree { degree, replicas });
    } else if degree < 2 && degree + 1 < replicas {
        errors.push(TopologyError::LowDegree { degree, replicas });
    }
}

fn check_regions(of: &[u32], round_trips: &[Vec<Span>], replicas: u32, errors: &mut Vec<TopologyError>) {
    if of.len() != replicas as usize {
        errors.push(TopologyError::RegionCount { found: of.len(), replicas });
    }
    let regions = round_trips.len();
    let lost = (0..).map(ReplicaId).zip(of).filter(|(_, region)| **region as usize >= regions);
    let told = |(replica, region): (_, &u32)| TopologyError::NoSuchRegion { replica, region: *region, regions };
    errors.extend(lost.map(told).take(TOLD_MAX));
    for (from, row) in round_trips.iter().enumerate() {
        if row.len() != regions {
            errors.push(TopologyError::NotSquare { row: from, found: row.len(), regions });
        }
        for (to, there) in row.iter().enumerate().take(from) {
            match round_trips[to].get(from) {
                Some(back) if back != there => {
                    errors.push(TopologyError::Asymmetric { regions: (to, from), spans: (*back, *there) });
                }
                _ => {}
            }
        }
    }
}

fn check_edges(pairs: &[(u32, u32)], replicas: u32, errors: &mut Vec<TopologyError>) {
    let mut first = BTreeMap::new();
    let mut pieces = UnionFind::<u32>::new(replicas as usize);
    for (at, (a, b)) in pairs.iter().copied().enumerate() {
        if errors.len() >= TOLD_MAX {
            return;
        }
        let link = (ReplicaId(a), ReplicaId(b));
        let earlier = *first.entry((a.min(b), a.max(b))).or_insert(at);
        if earlier < at {
            errors.push(TopologyError::Twice { at, earlier, link });
        } else if a.max(b) >= replicas {
            errors.push(TopologyError::NoSuchReplica { at, replica: ReplicaId(a.max(b)), replicas });
        } else if a == b {
            errors.push(TopologyError::SelfLink { at, replica: ReplicaId(a) });
        } else {
            pieces.union(a, b);
        }
    }
    let unreached: Vec<ReplicaId> = (1..replicas).filter(|other| !pieces.equiv(0, *other)).map(ReplicaId).collect();
    if !unreached.is_empty() {
        errors.push(TopologyError::Unreached(unreached));
    }
}

/// Why a topology makes no network. Places in lists count from 0 here and from 1 in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopologyError {
    /// Nobody to link.
    NoReplicas,
    /// More links than are written out, or drawn, one by one.
    TooManyLinks {
        /// How many there would be, at least.
        links: u64,
        /// How many there may be.
        most: u64,
    },
    /// A tree with nothing below its root.
    NoArity,
    /// A grid with nothing in a row.
    NoWidth,
    /// More links at each replica than there are others.
    HighDegree {
        /// How many links each should have.
        degree: u32,
        /// How many replicas there are.
        replicas: u32,
    },
    /// Too few links at each replica to join them all.
    LowDegree {
        /// How many links each should have.
        degree: u32,
        /// How many replicas there are.
        replicas: u32,
    },
    /// An odd number of ends of links.
    HalfLink {
        /// How many links each should have.
        degree: u32,
        /// How many replicas there are.
        replicas: u32,
    },
    /// A small world whose links cannot be the same on either side.
    Lopsided {
        /// How many links each should have at first.
        degree: u32,
    },
    /// Not one region for each replica.
    RegionCount {
        /// How many regions of replicas are given.
        found: usize,
        /// How many replicas there are.
        replicas: u32,
    },
    /// A region without round trips.
    NoSuchRegion {
        /// Whose region it is.
        replica: ReplicaId,
        /// The region.
        region: u32,
        /// How many regions have round trips.
        regions: usize,
    },
    /// A row of round trips that is too short or too long.
    NotSquare {
        /// Which row.
        row: usize,
        /// How many round trips it has.
        found: usize,
        /// How many rows there are.
        regions: usize,
    },
    /// Two regions with two round trips between them.
    Asymmetric {
        /// The two regions, the lower first.
        regions: (usize, usize),
        /// What is written in the lower one's row, and in the other's.
        spans: (Span, Span),
    },
    /// A link that was listed before.
    Twice {
        /// Its place in the list.
        at: usize,
        /// Where it was first.
        earlier: usize,
        /// The link as written here.
        link: (ReplicaId, ReplicaId),
    },
    /// A link to a replica that does not exist.
    NoSuchReplica {
        /// Its place in the list.
        at: usize,
        /// The replica.
        replica: ReplicaId,
        /// How many there are.
        replicas: u32,
    },
    /// A link from a replica to itself.
    SelfLink {
        /// Its place in the list.
        at: usize,
        /// The replica.
        replica: ReplicaId,
    },
    /// Replicas without a path to replica 0.
    Unreached(Vec<ReplicaId>),
}

impl TopologyError {
    /// Where in the topology the mistake is, as the end of a path.
    pub(super) fn within(&self) -> String {
        match self {
            TopologyError::NoReplicas | TopologyError::TooManyLinks { .. } | TopologyError::Unreached(_) => {
                String::new()
            }
            TopologyError::NoArity => ".arity".to_owned(),
            TopologyError::NoWidth => ".width".to_owned(),
            TopologyError::HighDegree { .. }
            | TopologyError::LowDegree { .. }
            | TopologyError::HalfLink { .. }
            | TopologyError::Lopsided { .. } => ".degree".to_owned(),
            TopologyError::RegionCount { .. } => ".of".to_owned(),
            TopologyError::NoSuchRegion { replica, .. } => format!(".of[{}]", replica.0),
            TopologyError::NotSquare { row, .. } => format!(".round_trips[{row}]"),
            TopologyError::Asymmetric { regions: (low, high), .. } => format!(".round_trips[{high}][{low}]"),
            TopologyError::Twice { at, .. }
            | TopologyError::NoSuchReplica { at, .. }
            | TopologyError::SelfLink { at, .. } => format!(".0[{at}]"),
        }
    }
}

/// How many unreached replicas are named in words.
const NAMED: usize = 8;

impl fmt::Display for TopologyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TopologyError::NoReplicas => f.write_str("there are no replicas to link: declare at least 1"),
            TopologyError::TooManyLinks { links, most } => {
                write!(f, "{links} links are too many to make one by one: at most {most} are")
            }
            TopologyError::NoArity => f.write_str("a tree of arity 0 never leaves its root: write 1 or more"),
            TopologyError::NoWidth => f.write_str("a grid of width 0 has no place for anyone: write 1 or more"),
            TopologyError::HighDegree { degree, replicas } => {
                let most = replicas - 1;
                write!(f, "degree {degree} is too high for {replicas} replicas: each has {most} others at most")
            }
            TopologyError::LowDegree { degree, replicas } => {
                write!(f, "degree {degree} is too low to join {replicas} replicas: write 2 or more")
            }
            TopologyError::HalfLink { degree, replicas } => {
                write!(f, "degree {degree} on {replicas} replicas leaves half a link over: make either number even")
            }
            TopologyError::Lopsided { degree } => {
                let even = (degree - 1).max(2);
                write!(f, "degree {degree} cannot be the same on either side: write an even one, such as {even}")
            }
            TopologyError::RegionCount { found, replicas } => {
                write!(f, "`of` gives regions for {found} replicas, but there are {replicas}: write one for each")
            }
            TopologyError::NoSuchRegion { replica, region, regions } => {
                write!(
                    f,
                    "{replica} is in region {region}, but `round_trips` has {regions} rows: \
                     regions count from 0, one row for each"
                )
            }
            TopologyError::NotSquare { row, found, regions } => {
                write!(f, "row {} of `round_trips` has {found} entries: write {regions}, as many as rows", row + 1)
            }
            TopologyError::Asymmetric { regions: (low, high), spans: (there, back) } => write!(
                f,
                "the round trip between regions {low} and {high} is {there} in the one's row and {back} in the \
                 other's: write the same in both"
            ),
            TopologyError::Twice { at, earlier, link: (a, b) } => write!(
                f,
                "link {} between {a} and {b} was listed as link {}: write each once, it goes both ways",
                at + 1,
                earlier + 1
            ),
            TopologyError::NoSuchReplica { at, replica, replicas } => {
                let last = ReplicaId(replicas - 1);
                write!(f, "link {} names {replica}, but the replicas are n0 to {last}", at + 1)
            }
            TopologyError::SelfLink { at, replica } => {
                write!(f, "link {} joins {replica} to itself: a link needs two replicas", at + 1)
            }
            TopologyError::Unreached(replicas) => {
                let names: Vec<String> = replicas.iter().take(NAMED).map(|replica| replica.to_string()).collect();
                f.write_str(&names.join(", "))?;
                if replicas.len() > NAMED {
                    write!(f, " and {} more", replicas.len() - NAMED)?;
                }
                f.write_str(" cannot be reached from n0: add links until all are joined")
            }
        }
    }
}

impl std::error::Error for TopologyError {}

#[cfg(test)]
mod tests;
