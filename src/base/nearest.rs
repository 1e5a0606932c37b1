//! The known name that somebody may have meant who wrote an unknown one.

/// Of these names the one that is nearest to what was written, if one is near enough to be meant.
///
/// Near is what a slip of the hand makes: a letter too many, too few, wrong, or two that changed places. Of
/// equally near ones the first counts; a name that was cut short is near to what it begins.
///
/// ```
/// use squall::base::nearest;
/// assert_eq!(nearest("opreations", ["full_state", "operations"]), Some("operations"));
/// assert_eq!(nearest("gossip", ["full_state", "operations"]), None);
/// ```
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: Vec<char> = written.chars().take(MOST).flat_map(char::to_lowercase).collect();
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let letters: Vec<char> = name.chars().take(MOST).flat_map(char::to_lowercase).collect();
        let enough = ((written.len().max(letters.len()) + 1) / 3).max(1);
        let begins = written.len() > 2 && letters.starts_with(&written);
        let far = if begins { 1 } else { distance(&written, &letters) };
        if far <= enough && best.is_none_or(|(least, _)| far < least) {
            best = Some((far, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Longer names are compared by their beginnings.
const MOST: usize = 80;

/// How many slips lie between two words (optimal string alignment).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let changed = last[j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(written: &str) -> Option<&'static str> {
        nearest(written, ["or_set", "g_set", "pn_counter", "or_set_with_tombstones", "fugue"])
    }

    #[test]
    fn a_slip_of_the_hand_is_forgiven() {
        for (written, name) in [
            ("or_sett", "or_set"),
            ("ro_set", "or_set"),
            ("OR_SET", "or_set"),
            ("orset", "or_set"),
            ("pncounter", "pn_counter"),
            ("or_set_with", "or_set_with_tombstones"),
            ("fuge", "fugue"),
        ] {
            assert_eq!(meant(written), Some(name), "{written}");
        }
    }

    #[test]
    fn what_is_far_from_all_is_near_to_none() {
        for written in ["", "x", "tree", "something_else_entirely"] {
            assert_eq!(meant(written), None, "{written}");
        }
    }

    #[test]
    fn slips_are_forgiven_in_proportion() {
        let known = ["loss", "latency", "duplicates", "Partition"];
        for (word, meant) in [
            ("los", Some("loss")),
            ("lsos", Some("loss")),
            ("latancy", Some("latency")),
            ("duplicate", Some("duplicates")),
            ("partition", Some("Partition")),
            ("till", None),
            ("replicas", None),
            ("fifo", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        assert_eq!(nearest(&"a".repeat(1_000_000), known), None);
    }
}
