//! What replicas are called in files and reports, where their world gives them names.
//!
//! Names hold within a [scope](Names::scope), in one thread: there a replica is written by its name, and read
//! by it, too. They are for people alone: no run, no hash and no message depends on them.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use super::{ReplicaId, nearest};

thread_local! {
    static CURRENT: RefCell<Names> = RefCell::default();
}

/// The names of replicas, in the order of their numbers.
///
/// ```
/// use squall::base::{Names, ReplicaId};
/// let names: Names = ["north", "south"].into_iter().collect();
/// assert_eq!(names.scope(|| ReplicaId(1).to_string()), "south");
/// assert_eq!(names.scope(|| "south".parse()), Ok(ReplicaId(1)));
/// assert_eq!(ReplicaId(1).to_string(), "n1");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(Option<Arc<[String]>>);

impl<N: Into<String>> FromIterator<N> for Names {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Names {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        Names((!names.is_empty()).then(|| names.into()))
    }
}

impl Names {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|names| names.iter()).map(String::as_str)
    }

    /// Whether no replica has a name.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The name of a replica, if it has one.
    pub fn of(&self, replica: ReplicaId) -> Option<&str> {
        self.0.as_ref()?.get(replica.index()).map(String::as_str)
    }

    /// The replica of a name.
    pub fn find(&self, name: &str) -> Option<ReplicaId> {
        self.iter().position(|known| known == name).map(|at| ReplicaId(at as u32))
    }

    /// Those that hold here.
    pub fn current() -> Names {
        CURRENT.with_borrow(Names::clone)
    }

    /// Does something while these names hold, in place of those that held before.
    pub fn scope<T>(&self, within: impl FnOnce() -> T) -> T {
        struct Restored(Names);
        impl Drop for Restored {
            fn drop(&mut self) {
                CURRENT.replace(std::mem::take(&mut self.0));
            }
        }
        let _restored = Restored(CURRENT.replace(self.clone()));
        within()
    }

    /// The name of a replica, if it has one here, for some words.
    pub(super) fn with<T>(replica: ReplicaId, say: impl FnOnce(Option<&str>) -> T) -> T {
        CURRENT.with_borrow(|names| say(names.of(replica)))
    }
}

/// A text that names no replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaError {
    found: String,
    known: Names,
}

impl fmt::Display for ReplicaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReplicaError { found, known: names } = self;
        write!(f, "no replica is called `{found}`: ")?;
        match nearest(found, names.iter()) {
            Some(meant) => write!(f, "did you mean `{meant}`?"),
            None if names.is_empty() => f.write_str("write its number, such as `2`, or `n2`"),
            None => {
                let some: Vec<&str> = names.iter().take(8).collect();
                let more = if names.iter().nth(8).is_some() { " and others" } else { "" };
                write!(f, "there are {}{more}", some.join(", "))
            }
        }
    }
}

impl std::error::Error for ReplicaError {}

/// Reads a name that holds here, or a replica's number behind an `n`.
impl std::str::FromStr for ReplicaId {
    type Err = ReplicaError;

    fn from_str(text: &str) -> Result<ReplicaId, ReplicaError> {
        let digits = || text.strip_prefix('n').filter(|digits| !digits.starts_with('+'));
        let numbered = || digits()?.parse().ok().map(ReplicaId);
        CURRENT
            .with_borrow(|names| names.find(text))
            .or_else(numbered)
            .ok_or_else(|| ReplicaError { found: text.chars().take(60).collect(), known: Names::current() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Names {
        ["north", "central", "south"].into_iter().collect()
    }

    #[test]
    fn names_hold_in_their_scope_alone() {
        let written = || format!("{} {} {}", ReplicaId(0), ReplicaId(2), ReplicaId(3));
        assert_eq!(written(), "n0 n2 n3");
        assert_eq!(three().scope(written), "north south n3");
        let nested = three().scope(|| (Names::default().scope(written), written()));
        assert_eq!(nested, ("n0 n2 n3".to_owned(), "north south n3".to_owned()));
        let panicked = std::panic::catch_unwind(|| three().scope(|| panic!("on purpose")));
        assert!(panicked.is_err() && written() == "n0 n2 n3");
    }

    #[test]
    fn replicas_are_read_by_name_or_number() {
        three().scope(|| {
            assert_eq!("south".parse(), Ok(ReplicaId(2)));
            assert_eq!("n7".parse(), Ok(ReplicaId(7)));
        });
        assert!("south".parse::<ReplicaId>().is_err());
        for odd in ["n", "n-1", "n+1", "2", "", "n4294967296"] {
            assert!(odd.parse::<ReplicaId>().is_err(), "{odd}");
        }
    }

    #[test]
    fn who_is_not_there_is_told_with_who_may_be_meant() {
        let says = |text: &str| text.parse::<ReplicaId>().expect_err(text).to_string();
        assert_eq!(three().scope(|| says("nroth")), "no replica is called `nroth`: did you mean `north`?");
        assert_eq!(three().scope(|| says("x")), "no replica is called `x`: there are north, central, south");
        assert_eq!(says("x"), "no replica is called `x`: write its number, such as `2`, or `n2`");
    }
}
