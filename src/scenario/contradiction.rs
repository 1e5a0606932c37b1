//! What does not fit together in a scenario file that reads well.
//!
//! Knows nothing of systems and checks: whether there is one of some name is for whoever runs it to say.

use std::collections::BTreeMap;

use super::{Activity, Decision, FORMAT_VERSION, File, Impact, Mistake, Mistakes, Often, Part, Place, Plan, Refusal};
use crate::base::{ClientId, Fate, Name, Names, ReplicaId, Root, Span, Time};

/// More requests than this are refused.
pub const MOST_REQUESTS: usize = 100_000;
/// More settled fates than this are refused.
pub const MOST_FATES: usize = 100_000;
/// More seeds than this are refused.
pub const MOST_SEEDS: u64 = 1_000_000_000;
/// More names of replicas than this are refused; the others are counted.
pub(super) const MOST_NAMES: usize = 1_000;
/// Longer names of replicas are refused.
const LONGEST_NAME: usize = 32;
/// More checks, impacts and operations of a mix than this are refused.
pub const MOST_OF_A_KIND: usize = 1_000;

impl File {
    /// All that does not fit together in it, as far as that can be told without the system that it is about.
    pub fn check(&self) -> Mistakes {
        let mut mistakes = Mistakes::default();
        self.world.names.scope(|| {
            self.check_head(&mut mistakes);
            self.check_requests(&mut mistakes);
            self.check_fates(&mut mistakes);
            for (place, replica) in self.strangers(self.world.replicas) {
                let refusal = Refusal::UnknownReplica { replica, replicas: self.world.replicas };
                mistakes.add(Mistake::new(place, refusal));
            }
            check_names(&self.world.names, self.world.replicas, &mut mistakes);
            mistakes.extend(Plan::refusals(&self.world).mistakes());
            self.check_matrix(&mut mistakes);
        });
        mistakes
    }

    fn check_head(&self, mistakes: &mut Mistakes) {
        let mut add = |path: &str, says: String| mistakes.add(Mistake::new(Place::at(path), says));
        if self.version != FORMAT_VERSION {
            add("version", format!("version {} cannot be read: write `version: {FORMAT_VERSION}`", self.version));
        }
        if self.name.trim().is_empty() {
            add("name", "this name is empty: write a few words that reports may use".to_owned());
        }
        match self.seeds {
            0 => add("seeds", "0 seeds show nothing: run one at least".to_owned()),
            1..=MOST_SEEDS => {}
            seeds => add("seeds", format!("{seeds} seeds are too many: at most {MOST_SEEDS}")),
        }
        if self.system.period == Span::ZERO {
            add("system.period", "a period of no time is a round without an end: write more than zero".to_owned());
        }
        if let Some(Activity { every, mix, .. }) = &self.clients {
            if *every == Span::ZERO {
                add("clients.every", "users who act each `0s` never come to an end: write more than zero".to_owned());
            }
            if mix.len() > MOST_OF_A_KIND {
                add("clients.mix", format!("{} operations are too many: at most {MOST_OF_A_KIND}", mix.len()));
            } else if !mix.is_empty() && mix.iter().all(|weighed| weighed.weight == 0) {
                add("clients.mix", "no operation of this mix is ever drawn: give one a weight above zero".to_owned());
            }
        }
        if self.checks.len() > MOST_OF_A_KIND {
            add("checks", format!("{} checks are too many: at most {MOST_OF_A_KIND}", self.checks.len()));
        }
        let impacts = self.witness.as_deref().unwrap_or_default();
        if impacts.len() > MOST_OF_A_KIND {
            add("witness", format!("{} impacts are too many: at most {MOST_OF_A_KIND}", impacts.len()));
        }
        let links = std::iter::once(&self.world.link).chain(self.world.links.iter().map(|rule| &rule.link));
        let inverts = self.world.count_inversions || links.into_iter().any(|link| link.reorder.is_some());
        for (nth, impact) in impacts.iter().enumerate() {
            let path = format!("witness[{nth}]");
            if impact.least() == 0 {
                add(&path, "nothing has to come into play here: write more than zero, or leave it out".to_owned());
            } else if matches!(impact, Impact::Inverted(_)) && !inverts {
                add(
                    &path,
                    "copies that are overtaken are not counted: write `count_inversions: true` in `world`".to_owned(),
                );
            }
        }
        for (nth, watch) in self.checks.iter().enumerate() {
            if watch.often == Often::OneIn(0) {
                add(
                    &format!("checks[{nth}].often"),
                    "one in no events is none: write 1 or more, or `AtEnd`".to_owned(),
                );
            }
        }
    }

    fn check_requests(&self, mistakes: &mut Mistakes) {
        if self.requests.len() > MOST_REQUESTS {
            let says = format!("{} requests are too many: at most {MOST_REQUESTS}", self.requests.len());
            return mistakes.add(Mistake::new(Place::at("requests"), says));
        }
        let mut first: BTreeMap<Name, usize> = BTreeMap::new();
        let ends = Time::START + self.world.duration + self.world.settle;
        for (nth, request) in self.requests.iter().enumerate() {
            if request.at() > ends {
                let says = format!(
                    "this request comes at {}, when all is over: the world ends at {ends}, after `duration` and `settle`",
                    request.at()
                );
                let field = usize::from(request.label().is_some());
                mistakes.add(Mistake::new(Place::at(format!("requests[{nth}].{field}")), says));
            }
            let root = request.label().map_or(Root::Request(ClientId::SCRIPT, nth as u32), |label| label.root());
            let earlier = *first.entry(root.name()).or_insert(nth);
            if earlier < nth {
                let name = request.label().map_or_else(|| root.to_string(), |label| label.0.clone());
                let says = format!("two requests are called `{name}`: give one of them another name");
                mistakes.add(
                    Mistake::new(Place::at(format!("requests[{nth}].0")), says)
                        .beside(Place::part(format!("requests[{earlier}]"), Part::Head), "this is the first"),
                );
            }
        }
    }

    fn check_fates(&self, mistakes: &mut Mistakes) {
        if self.fates.len() > MOST_FATES {
            let says = format!("{} fates are too many: at most {MOST_FATES}", self.fates.len());
            return mistakes.add(Mistake::new(Place::at("fates"), says));
        }
        let mut first: BTreeMap<Name, usize> = BTreeMap::new();
        for (nth, decision) in self.fates.iter().enumerate() {
            let path = decision.path();
            let place = format!("fates[{nth}].0");
            if path.hops.is_empty() {
                let says = "this is no message: write where one goes, as `c0 request 1 → n1`";
                mistakes.add(Mistake::new(Place::at(&place), says));
            }
            let earlier = *first.entry(path.name()).or_insert(nth);
            if earlier < nth {
                let says = "the fate of this message is settled twice: leave one out";
                mistakes.add(
                    Mistake::new(Place::at(&place), says)
                        .beside(Place::at(format!("fates[{earlier}].0")), "it is settled here first"),
                );
            }
            if let Decision::Copies(_, delays) = decision
                && delays.len() > Fate::MOST
            {
                let says = format!("{} copies are too many: at most {}", delays.len(), Fate::MOST);
                mistakes.add(Mistake::new(Place::at(format!("fates[{nth}].1")), says));
            }
        }
    }

    /// The replicas that are not among so many, and where requests and fates ask for them; the first ones, where they
    /// are very many.
    pub(super) fn strangers(&self, replicas: u32) -> impl Iterator<Item = (Place, ReplicaId)> {
        let asked = self.requests.iter().enumerate().map(|(nth, request)| {
            let field = 1 + usize::from(request.label().is_some());
            (Place::at(format!("requests[{nth}].{field}")), request.replica())
        });
        let settled = self.fates.iter().enumerate().flat_map(|(nth, decision)| {
            let path = decision.path();
            let root = match path.root {
                Root::Start(replica, _) | Root::Timer(replica, ..) => Some(replica),
                // A client sits beside the replica of its number.
                Root::Request(client, _) if client != ClientId::SCRIPT => Some(ReplicaId(client.0)),
                Root::Request(..) | Root::Label(_) => None,
            };
            let all = root.into_iter().chain(path.hops.iter().map(|hop| hop.to));
            all.map(move |replica| (Place::at(format!("fates[{nth}].0")), replica))
        });
        // A world of no replicas is refused as that.
        asked.chain(settled).filter(move |(_, replica)| replicas > 0 && replica.0 >= replicas).take(MOST_OF_A_KIND)
    }
}

fn check_names(names: &Names, replicas: u32, mistakes: &mut Mistakes) {
    let count = names.iter().count();
    if count > MOST_NAMES {
        let says = format!("{count} names are too many: at most {MOST_NAMES}, or write how many replicas there are");
        return mistakes.add(Mistake::new(Place::at("world.replicas"), says));
    }
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (nth, name) in names.iter().enumerate().take(replicas as usize) {
        let place = || Place::at(format!("world.replicas[{nth}]"));
        let earlier = *first.entry(name).or_insert(nth);
        if let Some(says) = misnamed(name) {
            mistakes.add(Mistake::new(place(), says));
        } else if earlier < nth {
            mistakes.add(
                Mistake::new(place(), format!("two replicas are called `{name}`: give one of them another name"))
                    .beside(Place::at(format!("world.replicas[{earlier}]")), "this is the first"),
            );
        }
    }
}

/// Why a replica cannot be called so, if it cannot. A name must be told from the words of a path, and from numbers.
fn misnamed(name: &str) -> Option<String> {
    let numbered = |prefix| name.strip_prefix(prefix).is_some_and(|rest: &str| rest.parse::<u32>().is_ok());
    let letters = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if name.chars().count() > LONGEST_NAME {
        Some(format!("this name is too long: at most {LONGEST_NAME} letters"))
    } else if !letters || !name.starts_with(char::is_alphabetic) {
        Some(format!(
            "`{name}` cannot be the name of a replica: begin with a letter, and go on with letters, digits, `_` and `-`"
        ))
    } else if numbered("n") || numbered("c") || name == "script" {
        Some(format!(
            "`{name}` is what something else is called: choose a name that is no number behind `n` or `c`, and not `script`"
        ))
    } else {
        None
    }
}
