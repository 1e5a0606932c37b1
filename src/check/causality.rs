//! Causality by name: which guarantees there are, which of them is weaker than which, and what a run kept of them.
//!
//! A lattice as data, and a [`Survey`]: when a check of the lattice has found something, the same run is looked
//! at once more, with all checks of guarantees that may hold nevertheless, and with an eye on the updates in
//! question. The law: what no check decides is said to be undecided, and never to hold.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write};
use std::ops::ControlFlow;

use super::judge::{Check, End};
use super::trail::{Bond, Trail};
use super::{Ledger, Violation};
use crate::base::{Observed, ReplicaId};
use crate::model::Asks;
use crate::trace::{Event, Moment, Observer};

/// One guarantee of the lattice.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is called.
    pub name: &'static str,
    /// One line: what it guarantees.
    pub claim: &'static str,
    /// The checks that decide it, together; none where nothing decides it.
    pub decided_by: &'static [&'static str],
    /// What is to be said of it beyond that.
    pub explained: &'static str,
    /// The strongest guarantees that are weaker.
    pub weaker: &'static [&'static str],
}

/// All of them: what is weaker comes later.
pub const LATTICE: [Member; 11] = [
    Member {
        name: "causal_memory",
        claim: "each replica sees all updates in one order of its own, which keeps cause before effect",
        decided_by: &[],
        explained: "After Causal Memory (1995). Nothing decides it: an order for each replica would have to be \
                    looked for that explains all that it showed. What is shown is held against one arbitration for \
                    all instead, which is causal convergence; neither of the two implies the other.",
        weaker: &["pram", "causal_consistency"],
    },
    Member {
        name: "causal_convergence",
        claim: "what is shown follows from the known updates by one arbitration for all, with causes before effects",
        decided_by: &["causal", "spec"],
        explained: "After Causal Consistency: Beyond Memory (2016) and On Verifying Causal Consistency (2017). \
                    `causal` says that whoever knows an update knows its causes, and `spec` that what is shown is \
                    what the specification, the same for all, makes of what is known. Types that arbitrate by the \
                    replicas' own clocks do not promise it, as those may put an effect before its cause.",
        weaker: &["causal_consistency", "eventual"],
    },
    Member {
        name: "pram",
        claim: "each replica sees all updates in one order of its own, which keeps the order of each issuer",
        decided_by: &[],
        explained: "After PRAM: A Scalable Shared Memory (1988). Nothing decides it, as with causal memory; `fifo` \
                    decides the half of it that is about delivery.",
        weaker: &["fifo", "read_your_writes", "monotonic_reads"],
    },
    Member {
        name: "causal_consistency",
        claim: "no replica has an update without those that it depends on",
        decided_by: &["causal"],
        explained: "It is weaker than causal memory and than causal convergence: nothing is said of what is \
                    concurrent. `causal` decides it for what replicas take in. Of what they show it knows nothing: \
                    a replica that lacks a cause may yet show nothing that gives it away.",
        weaker: &["consistent_prefix", "fifo", "read_your_writes", "monotonic_reads"],
    },
    Member {
        name: "consistent_prefix",
        claim: "whenever somebody can look, a replica that has an update has those that it depends on",
        decided_by: &["consistent_prefix"],
        explained: "The same as causal consistency, but for the order within one event.",
        weaker: &["writes_follow_reads", "monotonic_writes"],
    },
    Member {
        name: "fifo",
        claim: "the updates of one replica come in its order",
        decided_by: &["fifo"],
        explained: "The first half of causal order; the other is that the order goes on from one replica to the next.",
        weaker: &["monotonic_writes"],
    },
    Member {
        name: "writes_follow_reads",
        claim: "whoever has a client's update has what the client had seen before it",
        decided_by: &["writes_follow_reads"],
        explained: "After Session Guarantees for Weakly Consistent Replicated Data (1994), like the three below. The \
                    four together are what causal consistency is to clients: From Session Causality to Causal \
                    Consistency (2004).",
        weaker: &[],
    },
    Member {
        name: "monotonic_writes",
        claim: "whoever has a client's update has the client's earlier ones",
        decided_by: &["monotonic_writes"],
        explained: "For clients who stay with one replica it follows from `fifo`; for those who move it has to be \
                    looked at by itself.",
        weaker: &[],
    },
    Member {
        name: "read_your_writes",
        claim: "a client sees its own updates",
        decided_by: &["read_your_writes"],
        explained: "For clients who stay it follows where no replica forgets.",
        weaker: &[],
    },
    Member {
        name: "monotonic_reads",
        claim: "a client sees what it saw before",
        decided_by: &["monotonic_reads"],
        explained: "For clients who stay it follows where no replica forgets.",
        weaker: &[],
    },
    Member {
        name: "eventual",
        claim: "in the end everybody shows all that is left",
        decided_by: &["settles"],
        explained: "It is about the end alone. Causal convergence implies it where every update comes to everybody.",
        weaker: &[],
    },
];

/// The member of this name.
pub fn member(name: &str) -> Option<&'static Member> {
    LATTICE.iter().find(|member| member.name == name)
}

impl Member {
    fn weaker(&self) -> impl Iterator<Item = &'static Member> {
        self.weaker.iter().filter_map(|name| member(name))
    }

    /// Whether it implies another one: by definition, and for clients who stay with one replica.
    pub fn implies(&self, other: &Member) -> bool {
        self == other || self.weaker().any(|weaker| weaker.implies(other))
    }

    /// By which checks it is decided, where that is not the one of its name.
    fn decided(&self) -> String {
        let checks: Vec<String> = self.decided_by.iter().map(|check| format!("`{check}`")).collect();
        match self.decided_by {
            [] => ", which nothing decides".to_owned(),
            [check] if *check == self.name => String::new(),
            _ => format!(", decided by {}", checks.join(" and ")),
        }
    }
}

/// The lattice as a text: what stands to the right below a guarantee is weaker than it.
pub fn drawing() -> String {
    let tops = LATTICE.iter().filter(|one| !LATTICE.iter().any(|other| other.weaker.contains(&one.name)));
    let (mut text, mut told) = (String::new(), BTreeSet::new());
    tops.for_each(|top| draw(top, ("", ""), &mut told, &mut text));
    text
}

fn draw(member: &Member, (first, rest): (&str, &str), told: &mut BTreeSet<&'static str>, text: &mut String) {
    if !told.insert(member.name) {
        let _ = writeln!(text, "{first}{}, as above", member.name);
        return;
    }
    let _ = writeln!(text, "{first}{}{}", member.name, member.decided());
    let last = member.weaker.len().saturating_sub(1);
    for (nth, weaker) in member.weaker().enumerate() {
        let (branch, beside) = if nth == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        draw(weaker, (&format!("{rest}{branch}"), &format!("{rest}{beside}")), told, text);
    }
}

/// What can be told of the lattice as a whole.
pub fn explained() -> String {
    let claims = LATTICE.iter().map(|Member { name, claim, .. }| format!("{name}: {claim}.\n"));
    let claims: String = claims.collect();
    format!(
        "causality: which order of cause and effect replicas keep, by name.\n\n{}\n{claims}\n\
         What stands to the right below a guarantee is weaker than it; causal memory and causal convergence are \
         incomparable. Where no check is named, the one of the guarantee's own name decides it: by who knew what, \
         and for clients who stay with one replica. For those who move, each session guarantee has to be looked at \
         by itself. When one is broken, the message says which of those that do not imply it were kept in that \
         run, and shows the way by which the effect got ahead of its cause.\n\n\
         Sources: On Verifying Causal Consistency (2017), Causal Consistency: Beyond Memory (2016), From Session \
         Causality to Causal Consistency (2004).",
        drawing()
    )
}

/// The checks of guarantees that may hold in a run in which this check has found something.
pub fn others(broken: &str) -> Vec<&'static str> {
    let Some(broken) = LATTICE.iter().find(|member| member.decided_by == [broken]) else { return Vec::new() };
    let open = LATTICE.iter().filter(|member| !member.implies(broken));
    open.filter_map(|member| if let [check] = member.decided_by { Some(*check) } else { None }).collect()
}

/// A second look at a run in which a guarantee was broken.
pub struct Survey<S: Observed, O> {
    ledger: Ledger<O>,
    /// The checks, and whether each has found something.
    checks: Vec<(Box<dyn Check<S, O>>, bool)>,
    trail: Trail,
    last: Moment,
    over: bool,
}

impl<S: Observed, O: Debug> Survey<S, O> {
    /// One with these checks, and with an eye on how the updates in question got where they were.
    pub fn new(ledger: Ledger<O>, checks: Vec<Box<dyn Check<S, O>>>, bond: Bond) -> Survey<S, O> {
        let checks = checks.into_iter().map(|check| (check, false)).collect();
        Survey { ledger, checks, trail: Trail::of(bond), last: Moment::default(), over: false }
    }

    /// Makes it the survey of a run from the beginning.
    pub fn reset(&mut self) {
        self.ledger.clear();
        for (check, broken) in &mut self.checks {
            check.reset();
            *broken = false;
        }
        self.trail.clear();
        (self.last, self.over) = (Moment::default(), false);
    }

    /// The run is over.
    pub fn ended(&mut self, in_time: bool, replicas: &[S]) {
        let end = End { moment: self.last, in_time };
        for (check, broken) in &mut self.checks {
            *broken = *broken || check.ended(&mut self.ledger, &end, replicas).is_some();
        }
        self.over = true;
    }

    /// Adds what was seen to the violation that was found first.
    pub fn tell(&self, violation: &mut Violation) {
        violation.knowledge.extend(self.trail.told(&self.ledger));
        let named = |kept: fn(bool, u64) -> bool| {
            let kept = self.checks.iter().filter(|(check, broken)| kept(*broken, check.judged()));
            let names: Vec<&str> = kept.map(|(check, _)| check.about().name).collect();
            names.join(", ")
        };
        let until = if self.over { "in this run" } else { "in this run, until the code under test panicked" };
        let (kept, broken) = (named(|broken, judged| !broken && judged > 0), named(|broken, _| broken));
        let idle = named(|broken, judged| !broken && judged == 0);
        let lines = [(kept, "kept"), (broken, "broken, too,"), (idle, "not put to the test")];
        let lines = lines.into_iter().filter(|(names, _)| !names.is_empty());
        violation.knowledge.extend(lines.map(|(names, what)| format!("{what} {until}: {names}")));
    }
}

impl<S: Observed<Op: Asks<O>>, O: Clone + Debug> Observer<S> for Survey<S, O> {
    fn event(&mut self, moment: &Moment, event: &Event<'_, S>) {
        self.ledger.event(moment, event);
        self.trail.event(&self.ledger, moment, event);
        for (check, broken) in &mut self.checks {
            if !*broken && check.watches() {
                *broken = check.event(&mut self.ledger, moment, event).is_some();
            }
        }
    }

    fn stepping(&mut self, _: &Moment, replica: ReplicaId, replicas: &[S]) {
        for (check, broken) in &mut self.checks {
            if !*broken && check.peeks() {
                check.stepping(&mut self.ledger, replica, replicas);
            }
        }
    }

    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> ControlFlow<()> {
        self.last = *moment;
        self.ledger.handled(replica, &replicas[replica.index()]);
        for (check, broken) in &mut self.checks {
            if !*broken {
                *broken = check.stepped(&mut self.ledger, moment, replica, replicas).is_some();
            }
        }
        self.ledger.stepped(replica, moment.at);
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Checking, judged, tell};
    use super::super::{ALL, Delivery, Guarantee, Recall, Sessions};
    use super::*;

    #[test]
    fn members_are_told_once_and_what_is_weaker_comes_later() {
        for (at, member) in LATTICE.iter().enumerate() {
            for weaker in member.weaker {
                let place = LATTICE.iter().position(|other| other.name == *weaker);
                assert!(place.is_some_and(|place| place > at), "{} is not weaker than {}", weaker, member.name);
            }
            assert!(LATTICE[..at].iter().all(|other| other.name != member.name));
            let decided = |check: &str| ALL.iter().any(|about| about.name == check);
            assert!(member.decided_by.iter().all(|check| decided(check)), "{}", member.name);
        }
    }

    #[test]
    fn causal_memory_and_causal_convergence_are_incomparable() {
        let implies = |one, other| {
            let (one, other) = (member(one).expect("a member"), member(other).expect("a member"));
            (one.implies(other), other.implies(one))
        };
        assert_eq!(implies("causal_memory", "causal_convergence"), (false, false));
        for stronger in ["causal_memory", "causal_convergence"] {
            assert_eq!(implies(stronger, "causal_consistency"), (true, false));
            assert_eq!(implies(stronger, "monotonic_writes"), (true, false));
        }
        assert_eq!(implies("pram", "causal_consistency"), (false, false));
        assert_eq!(implies("causal_memory", "eventual"), (false, false));
    }

    #[test]
    fn the_drawing_has_every_guarantee_once_in_full() {
        let drawing = drawing();
        for member in &LATTICE {
            let told = format!("{}{}", member.name, member.decided());
            let lines = drawing.lines().filter(|line| line.trim_start_matches(['│', '├', '└', '─', ' ']) == told);
            assert_eq!(lines.count(), 1, "{}\n{drawing}", member.name);
        }
        assert!(
            drawing.starts_with("causal_memory, which nothing decides\n├─ pram, which nothing decides\n│  ├─ fifo\n")
        );
        assert!(drawing.ends_with("└─ eventual, decided by `settles`\n"), "{drawing}");
    }

    #[test]
    fn only_what_is_not_implied_to_be_broken_is_looked_at() {
        let sessions = ["writes_follow_reads", "monotonic_writes", "read_your_writes", "monotonic_reads", "settles"];
        assert_eq!(others("causal"), [&["consistent_prefix", "fifo"], &sessions[..]].concat());
        assert_eq!(others("consistent_prefix"), [&["fifo"], &sessions[..]].concat());
        assert_eq!(others("monotonic_writes"), [sessions[0], sessions[2], sessions[3], sessions[4]]);
        assert_eq!(others("spec"), Vec::<&str>::new());
    }

    fn check_of(name: &str) -> Checking {
        let guarantee = Guarantee::ALL.into_iter().find(|guarantee| guarantee.about().name == name);
        match (guarantee, name) {
            (Some(guarantee), _) => Box::new(Sessions::new(guarantee)),
            (None, "fifo") => Box::new(Delivery::fifo()),
            (None, "causal") => Box::new(Delivery::causal()),
            _ => panic!("no check is called {name} here"),
        }
    }

    /// What is told of a tale in which this check finds something: a line each.
    fn told(check: &str, tale: &str) -> Vec<String> {
        let (found, _) = judged(3, vec![check_of(check)], tale);
        let mut violation = found.unwrap_or_else(|| panic!("{check} finds nothing"));
        let Some(Recall::Bond(bond)) = violation.recall else { panic!("{violation}") };
        let others = others(check).into_iter().filter(|other| *other != "settles");
        let mut survey = Survey::new(Ledger::new(|_| None), others.map(check_of).collect(), bond);
        let boards = tell(3, tale, &mut survey);
        survey.ended(true, &boards);
        violation.knowledge.clear();
        survey.tell(&mut violation);
        violation.knowledge
    }

    const ANSWER_FIRST: &str = "c0 writes question at n0
                                n0 sends m to n1 with question
                                n0 sends o to n2 with question
                                m comes with question
                                c1 reads at n1
                                c1 writes answer at n1
                                n1 sends n to n2 with answer
                                n comes with answer
                                o comes with question";

    #[test]
    fn fifo_order_can_be_kept_where_causal_order_is_broken() {
        let told = told("causal", ANSWER_FIRST);
        let lines = [
            r#"n1 knew n0#1 "question", by way of n0 → n1, and issued n1#1 "answer" at 00:00.009"#,
            r#"n0#1 "question" was known to n0 at 00:00.004, n1 at 00:00.007 (from n0), n2 at 00:00.012 (from n0)"#,
            r#"n1#1 "answer" was known to n1 at 00:00.009, n2 at 00:00.011 (from n1)"#,
            "kept in this run: fifo, read_your_writes, monotonic_reads",
            "broken, too, in this run: consistent_prefix, writes_follow_reads",
            "not put to the test in this run: monotonic_writes",
        ];
        assert_eq!(told, lines);
    }

    #[test]
    fn both_can_be_broken() {
        let second_first = "c0 writes a at n0
                            c0 writes b at n0
                            n0 sends m to n1 with b
                            m comes with b";
        let told = told("causal", second_first);
        let lines = [
            r#"n0 had issued n0#1 "a" before n0#2 "b", at 00:00.005"#,
            r#"n0#1 "a" was known to n0 at 00:00.004"#,
            r#"n0#2 "b" was known to n0 at 00:00.005, n1 at 00:00.007 (from n0)"#,
            "kept in this run: read_your_writes, monotonic_reads",
            "broken, too, in this run: consistent_prefix, fifo, writes_follow_reads, monotonic_writes",
        ];
        assert_eq!(told, lines);
    }

    #[test]
    fn causal_order_can_be_broken_within_an_event_in_which_nobody_can_look() {
        let within = ANSWER_FIRST.replace("n1 sends n to n2 with answer", "n1 sends n to n2 with answer question");
        let within = within.replace("n comes with answer\n", "n comes with answer question\n");
        let told = told("causal", &within);
        let kept = "kept in this run: consistent_prefix, fifo, writes_follow_reads, read_your_writes, monotonic_reads";
        assert_eq!(told[3], kept);
    }

    #[test]
    fn a_client_that_moves_is_the_bond_itself() {
        let moves = "c0 writes a at n0
                     n0 sends m to n2
                     c0 writes b at n1
                     n1 sends n to n2
                     n comes
                     m comes";
        let told = told("monotonic_writes", moves);
        let lines = [
            r#"n0 knew n0#1 "a" when it answered c0 at 00:00.004, and wrote n1#1 "b" at 00:00.006"#,
            r#"n0#1 "a" was known to n0 at 00:00.004, n2 at 00:00.009 (from n0)"#,
            r#"n1#1 "b" was known to n1 at 00:00.006, n2 at 00:00.008 (from n1)"#,
            "broken, too, in this run: writes_follow_reads, read_your_writes, monotonic_reads",
        ];
        assert_eq!(told, lines);
    }

    #[test]
    fn a_way_over_several_replicas_is_told_from_its_beginning() {
        let long = "c0 writes a at n0
                    n0 sends m to n1
                    m comes
                    n1 sends n to n2
                    n comes
                    c1 writes b at n2
                    c0 reads at n0";
        let cause = |replica, number| crate::base::Update { replica: ReplicaId(replica), number };
        let bond = Bond { earlier: cause(0, 1), later: Some(cause(2, 1)), client: None };
        let mut survey = Survey::new(Ledger::new(|_| None), Vec::new(), bond);
        tell(3, long, &mut survey);
        let told = survey.trail.told(&survey.ledger);
        assert_eq!(told[0], r#"n2 knew n0#1 "a", by way of n0 → n1 → n2, and issued n2#1 "b" at 00:00.009"#);
    }
}
