//! The nearest known word to one that somebody mistyped.

/// Longer words than this are no slips of the pen.
const LONGEST: usize = 48;

/// The one of some words that is so near to another that it may well be meant; of equally near ones the first.
///
/// ```
/// use squall::base::nearest;
/// assert_eq!(nearest("opreations", ["full_state", "operations"]), Some("operations"));
/// assert_eq!(nearest("gossip", ["full_state", "operations"]), None);
/// ```
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found: Vec<char> = word.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
    if found.is_empty() || found.len() > LONGEST {
        return None;
    }
    let near = known.into_iter().filter_map(|known| {
        let letters: Vec<char> = known.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
        let allowed = ((found.len().max(letters.len()) + 1) / 3).max(1);
        let distance =
            if found.len().abs_diff(letters.len()) > allowed { usize::MAX } else { distance(&found, &letters) };
        (distance <= allowed).then_some((distance, known))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// How many letters must be put in, left out, changed or swapped with their neighbour to make one word of another.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut rows: [Vec<usize>; 3] = [Vec::new(), Vec::new(), (0..=to.len()).collect()];
    for (i, a) in from.iter().enumerate() {
        rows.rotate_left(1);
        let [before, above, row] = &mut rows;
        row.clear();
        row.push(i + 1);
        for (j, b) in to.iter().enumerate() {
            let mut least = (above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
    }
    rows[2][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_counted_in_slips() {
        for (from, to, slips) in
            [("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3), ("ab", "", 2)]
        {
            let letters = |word: &str| word.chars().collect::<Vec<_>>();
            assert_eq!(distance(&letters(from), &letters(to)), slips, "{from} to {to}");
            assert_eq!(distance(&letters(to), &letters(from)), slips, "{to} to {from}");
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
