//! What makes two findings the same: which check it was, and in which way the replica was wrong.

use std::fmt;

use super::Finding;

/// The kind of a finding. Shrinking keeps it, and findings that share it are told once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// The check.
    pub check: &'static str,
    /// In which way.
    pub way: Way,
}

/// In which way something was wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// More was shown than was right.
    TooMuch,
    /// Less was shown.
    TooLittle,
    /// Something else was shown, or nothing that could be compared.
    Otherwise,
    /// The code under test panicked with such words, numbers aside.
    Words(String),
}

impl Signature {
    /// That of a finding.
    pub fn of(finding: &Finding) -> Signature {
        let way = match finding {
            Finding::Panic(words) => Way::Words(words.chars().filter(|c| !c.is_ascii_digit()).collect()),
            Finding::Exhausted | Finding::Lost(..) => Way::Otherwise,
            // Of two replicas that differ, neither is the right one.
            Finding::Violation(violation) if violation.check == "sec" => Way::Otherwise,
            Finding::Violation(violation) => Way::between(&violation.seen, &violation.expected),
        };
        Signature { check: finding.check(), way }
    }
}

impl Way {
    fn between(seen: &str, expected: &str) -> Way {
        if seen.is_empty() || expected.is_empty() {
            return Way::Otherwise;
        }
        let order = match (seen.parse::<i128>(), expected.parse::<i128>()) {
            (Ok(seen), Ok(expected)) => seen.cmp(&expected),
            _ => seen.len().cmp(&expected.len()),
        };
        match order {
            std::cmp::Ordering::Less => Way::TooLittle,
            std::cmp::Ordering::Equal => Way::Otherwise,
            std::cmp::Ordering::Greater => Way::TooMuch,
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.check)?;
        match &self.way {
            Way::TooMuch => f.write_str(", too much shown"),
            Way::TooLittle => f.write_str(", too little shown"),
            Way::Otherwise => Ok(()),
            Way::Words(words) => write!(f, ": {words}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers_and_the_rest_by_length() {
        assert_eq!(Way::between("9", "10"), Way::TooLittle);
        assert_eq!(Way::between("-9", "-10"), Way::TooMuch);
        assert_eq!(Way::between("{\"a\"}", "{}"), Way::TooMuch);
        assert_eq!(Way::between("", "{}"), Way::Otherwise);
    }

    #[test]
    fn panics_with_other_numbers_are_the_same() {
        let of = |words: &str| Signature::of(&Finding::Panic(words.to_owned()));
        assert_eq!(of("index 3 out of 2"), of("index 17 out of 9"));
        assert_ne!(of("index 3 out of 2"), of("no such key"));
    }
}
