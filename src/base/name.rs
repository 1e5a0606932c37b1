//! What a decision is called, so that script and dice speak of the same thing.
//!
//! A [`Name`] is 64 bits in the world and a [`Path`] in files. It says by which chain of messages an
//! event came about, and neither what it carries nor how many others came before it: take one request
//! away, and everything that it did not cause keeps its name, and with it its fate.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{ClientId, Incarnation, ReplicaError, ReplicaId, RequestId, TimerId};

/// The name of an event or of a message, unique within a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub u64);

/// Which rule made a name; it seeds the hash, so that two rules do not make the same one.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Rule {
    Start = 1,
    Request,
    Label,
    Timer,
    Message,
    Copy,
    ClientStart,
    ClientTimer,
    ClientAnswer,
    Fault,
    Part,
}

impl Rule {
    /// XXH3 adds its seed to one half of the input and takes it from the other. Seeds as small as the
    /// numbers in a name would let one rule's numbers make up for another's; these differ in every byte.
    #[inline]
    const fn seed(self) -> u64 {
        (self as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

#[inline]
fn derive(rule: Rule, first: u64, second: u64) -> Name {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&first.to_le_bytes());
    bytes[8..].copy_from_slice(&second.to_le_bytes());
    Name(xxh3_64_with_seed(&bytes, rule.seed()))
}

#[inline]
fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

impl Name {
    /// The start of one of a replica's lives.
    pub fn start(replica: ReplicaId, incarnation: Incarnation) -> Name {
        derive(Rule::Start, pair(replica.0, incarnation.0), 0)
    }

    /// The n-th request of a client, from 0.
    #[inline]
    pub fn request(client: ClientId, nth: u32) -> Name {
        derive(Rule::Request, u64::from(client.0), u64::from(nth))
    }

    /// A request that its file gives a label.
    pub fn label(label: &str) -> Name {
        Name(xxh3_64_with_seed(label.as_bytes(), Rule::Label.seed()))
    }

    /// The n-th firing of a timer in one of its replica's lives, from 0.
    #[inline]
    pub fn timer(replica: ReplicaId, incarnation: Incarnation, timer: TimerId, nth: u32) -> Name {
        derive(Rule::Timer, pair(replica.0, incarnation.0), pair(timer.0, nth))
    }

    /// The n-th message to `to`, from 0, of those sent while the event of this name was handled.
    #[inline]
    pub fn message(self, to: ReplicaId, nth: u32) -> Name {
        derive(Rule::Message, self.0, pair(to.0, nth))
    }

    /// A copy of the message of this name. The first copy is the message itself.
    #[inline]
    pub fn copy(self, ordinal: u32) -> Name {
        match ordinal {
            0 => self,
            _ => derive(Rule::Copy, self.0, u64::from(ordinal)),
        }
    }

    /// The start of a client.
    pub fn client_start(client: ClientId) -> Name {
        derive(Rule::ClientStart, u64::from(client.0), 0)
    }

    /// The n-th firing of a client's timer, from 0.
    #[inline]
    pub fn client_timer(client: ClientId, timer: TimerId, nth: u32) -> Name {
        derive(Rule::ClientTimer, u64::from(client.0), pair(timer.0, nth))
    }

    /// The arrival of the n-th answer, from 0, that was given to any request while the event of the other
    /// name was handled, and to the request of this name.
    #[inline]
    pub fn answer(self, given: Name, nth: u32) -> Name {
        derive(Rule::ClientAnswer, self.0, given.0.wrapping_add(u64::from(nth)))
    }

    /// The n-th fault of a plan, from 0.
    pub fn fault(nth: u32) -> Name {
        derive(Rule::Fault, u64::from(nth), 0)
    }

    /// A decision about a part of what this name stands for: a link, a window of time.
    #[inline]
    pub fn part(self, first: u64, second: u64) -> Name {
        derive(Rule::Part, self.0 ^ first.rotate_left(32), second)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What set a chain of messages going.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// A replica's (re)start.
    Start(ReplicaId, Incarnation),
    /// A client's n-th request, from 0.
    Request(ClientId, u32),
    /// A request with a label of its own.
    Label(String),
    /// The n-th firing of a timer, from 0.
    Timer(ReplicaId, Incarnation, TimerId, u32),
}

impl Root {
    /// The name in the world.
    pub fn name(&self) -> Name {
        match self {
            Root::Start(replica, incarnation) => Name::start(*replica, *incarnation),
            Root::Request(client, nth) => Name::request(*client, *nth),
            Root::Label(label) => Name::label(label),
            Root::Timer(replica, incarnation, timer, nth) => Name::timer(*replica, *incarnation, *timer, *nth),
        }
    }
}

/// One message on the way from a root: to whom, the how-many-eth to it in that handling, which copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// The destination.
    pub to: ReplicaId,
    /// Which of the messages to that destination in one handling, from 0.
    pub nth: u32,
    /// Which copy of it, from 0.
    pub copy: u32,
}

/// A name as a person reads and writes it: `c0 request 4 → n2, message 2, copy 2 → n1`.
///
/// Replicas go by their [names](super::Names) where those hold; then a client goes by the name of the replica that
/// it sits beside: `north request 4 → south`. Ordinals count from 1 in the text, and those that are 1 are left out after an arrow.
///
/// ```
/// use squall::base::Path;
/// let path: Path = "c0 request 4 → n2, copy 2 → n1".parse().unwrap();
/// assert_eq!(path.to_string(), "c0 request 4 → n2, copy 2 → n1");
/// assert_eq!(path.hops.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    /// Where the chain began.
    pub root: Root,
    /// The messages since, in order.
    pub hops: Vec<Hop>,
}

impl Path {
    /// The name in the world.
    pub fn name(&self) -> Name {
        self.hops.iter().fold(self.root.name(), |name, hop| name.message(hop.to, hop.nth).copy(hop.copy))
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let life = |f: &mut fmt::Formatter<'_>, life: &Incarnation| match life.0 {
            0 => Ok(()),
            _ => write!(f, " {life}"),
        };
        match self {
            Root::Start(replica, incarnation) => {
                write!(f, "{replica}")?;
                life(f, incarnation)?;
                f.write_str(" start")
            }
            Root::Request(client, nth) => RequestId { client: *client, nth: *nth }.fmt(f),
            Root::Label(label) => write!(f, "\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\"")),
            Root::Timer(replica, incarnation, timer, nth) => {
                write!(f, "{replica}")?;
                life(f, incarnation)?;
                write!(f, " {timer} firing {}", u64::from(*nth) + 1)
            }
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.root)?;
        for hop in &self.hops {
            write!(f, " → {}", hop.to)?;
            if hop.nth > 0 {
                write!(f, ", message {}", u64::from(hop.nth) + 1)?;
            }
            if hop.copy > 0 {
                write!(f, ", copy {}", u64::from(hop.copy) + 1)?;
            }
        }
        Ok(())
    }
}

/// In files a path is a text.
impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Path, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    part: String,
    /// Who is named in that part and is not there, if all else reads well.
    replica: Option<ReplicaError>,
}

impl PathError {
    fn of(part: &str) -> PathError {
        let first = part.split([',', ' ']).next().unwrap_or_default();
        let others = part[first.len()..].trim();
        let root = |who: &str| plain_root(&format!("{who} {others}")).is_some();
        let reads = others.is_empty() || root("n0") || root("c0") || hop(&format!("n0{others}")).is_some();
        let reads = reads && !first.is_empty();
        PathError { part: part.to_owned(), replica: first.parse::<ReplicaId>().err().filter(|_| reads) }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.replica {
            Some(error) => error.fmt(f),
            None => {
                write!(f, "`{}` does not read as part of a path such as `c0 request 4 → n2, copy 2 → n1`", self.part)
            }
        }
    }
}

impl std::error::Error for PathError {}

impl std::str::FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Path, PathError> {
        let text = text.trim();
        let (root, rest) = match text.strip_prefix('"') {
            Some(quoted) => labelled(quoted).ok_or_else(|| PathError { part: text.to_owned(), replica: None })?,
            None => {
                let end = text.find('→').unwrap_or(text.len());
                let part = text[..end].trim();
                (plain_root(part).ok_or_else(|| PathError::of(part))?, &text[end..])
            }
        };
        let mut parts = rest.split('→');
        match parts.next() {
            Some(gap) if gap.trim().is_empty() => {}
            other => return Err(PathError { part: other.unwrap_or_default().trim().to_owned(), replica: None }),
        }
        let hops =
            parts.map(|part| hop(part.trim()).ok_or_else(|| PathError::of(part.trim()))).collect::<Result<_, _>>()?;
        Ok(Path { root, hops })
    }
}

/// Reads a label up to its closing quote.
fn labelled(quoted: &str) -> Option<(Root, &str)> {
    let mut label = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((Root::Label(label), &quoted[at + 1..])),
            '\\' => label.push(chars.next()?.1),
            c => label.push(c),
        }
    }
    None
}

fn number(word: &str, prefix: &str) -> Option<u32> {
    word.strip_prefix(prefix)?.parse().ok()
}

/// An ordinal as written, from 1, to one as stored, from 0.
fn ordinal(word: &str) -> Option<u32> {
    u32::try_from(word.parse::<u64>().ok()?.checked_sub(1)?).ok()
}

fn plain_root(part: &str) -> Option<Root> {
    let words: Vec<&str> = part.split_whitespace().collect();
    if let [client, "request", nth] = words[..] {
        let beside = || client.parse().ok().filter(|_| number(client, "n").is_none());
        let client = match client {
            "script" => ClientId::SCRIPT,
            _ => number(client, "c").or_else(|| beside().map(|replica: ReplicaId| replica.0)).map(ClientId)?,
        };
        return Some(Root::Request(client, ordinal(nth)?));
    }
    let (replica, rest) = words.split_first()?;
    let replica = replica.parse().ok()?;
    let (life, rest) = match rest {
        ["life", life, rest @ ..] => (Incarnation(life.parse().ok()?), rest),
        rest => (Incarnation(0), rest),
    };
    match rest {
        ["start"] => Some(Root::Start(replica, life)),
        ["timer", timer, "firing", nth] => {
            Some(Root::Timer(replica, life, TimerId(timer.parse().ok()?), ordinal(nth)?))
        }
        _ => None,
    }
}

fn hop(part: &str) -> Option<Hop> {
    let mut pieces = part.split(',').map(str::trim);
    let mut hop = Hop { to: pieces.next()?.parse().ok()?, nth: 0, copy: 0 };
    for piece in pieces {
        match piece.split_once(' ')? {
            ("message", nth) => hop.nth = ordinal(nth.trim())?,
            ("copy", nth) => hop.copy = ordinal(nth.trim())?,
            _ => return None,
        }
    }
    Some(hop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Names;

    #[test]
    fn paths_survive_being_written_down() {
        for text in [
            "c0 request 1",
            "script request 2 → n0",
            "c3 request 4294967296 → n2",
            "n1 start → n0, message 3",
            "n1 life 2 start",
            "n1 life 2 timer 7 firing 12 → n0, message 2, copy 2 → n1",
            r#""add \"milk\" → \\" → n1"#,
        ] {
            let path: Path = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn paths_go_by_the_names_of_replicas() {
        let names: Names = ["north", "south"].into_iter().collect();
        let text = "north request 4 → south, copy 2 → n7";
        let path: Path = names.scope(|| text.parse()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(path.to_string(), "c0 request 4 → n1, copy 2 → n7");
        assert_eq!(names.scope(|| path.to_string()), text);
        assert_eq!(names.scope(|| "c0 request 4 → n1, copy 2 → n7".parse()), Ok(path));
        for (text, says) in [
            ("north request 4 → suoth", "no replica is called `suoth`: did you mean `south`?"),
            ("nroth request 4 → south", "no replica is called `nroth`: did you mean `north`?"),
            ("nroth start", "no replica is called `nroth`: did you mean `north`?"),
        ] {
            let error = names.scope(|| text.parse::<Path>().expect_err(text).to_string());
            assert_eq!(error, says, "{text}");
        }
    }

    #[test]
    fn what_is_no_path_is_quoted_back() {
        for (text, part) in [
            ("", "``"),
            ("c0 request", "`c0 request`"),
            ("c0 request 0", "`c0 request 0`"),
            ("c0 request 1 → x", "no replica is called `x`"),
            ("n0 start → n1, copy", "`n1, copy`"),
            ("\"open", "`\"open`"),
            ("\"add\" twice → n1", "`twice`"),
        ] {
            let error = text.parse::<Path>().expect_err(text).to_string();
            assert!(error.starts_with(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_path_names_what_the_world_names() {
        let path: Path = "c0 request 4 → n2, copy 2 → n1, message 3".parse().unwrap();
        let first = Name::request(ClientId(0), 3).message(ReplicaId(2), 0).copy(1);
        assert_eq!(path.name(), first.message(ReplicaId(1), 2));
    }

    #[test]
    fn no_two_rules_make_the_same_name_of_small_numbers() {
        let mut names = Vec::new();
        for a in 0..24 {
            names.push(Name::client_start(ClientId(a)));
            names.push(Name::fault(a));
            for b in 0..24 {
                let (replica, life, timer) = (ReplicaId(a), Incarnation(b), TimerId(b));
                let request = Name::request(ClientId(a), b);
                names.extend([request, request.answer(request, 0), request.answer(request, 1)]);
                names.extend([Name::start(replica, life), Name::fault(a).part(0, u64::from(b))]);
                for nth in 0..8 {
                    names.push(Name::timer(replica, Incarnation(0), timer, nth));
                    names.push(Name::timer(replica, Incarnation(1), timer, nth));
                    names.push(Name::client_timer(ClientId(a), timer, nth));
                    names.push(Name::request(ClientId(a), b).message(ReplicaId(nth), 0).copy(nth % 3));
                    names.push(Name::start(replica, life).message(ReplicaId(nth), 1));
                }
            }
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn names_are_pinned() {
        assert_eq!(Name::request(ClientId(0), 0).to_string(), "35c5b947fad58aa9");
        assert_eq!(Name::label("add milk").to_string(), "e3c61d24a6bb4cb5");
        assert_eq!(Name::timer(ReplicaId(1), Incarnation(0), TimerId(2), 3).to_string(), "2dfa4c9c49a66c01");
        assert_eq!(Name::start(ReplicaId(1), Incarnation(0)).message(ReplicaId(2), 0).to_string(), "5cfea07711444236");
    }
}
