//! The command that shows a run again, as it can be given to a shell.

use std::path::Path;

use crate::base::Seed;

/// The command that runs one seed of a scenario again, with the checks that were chosen on the command line; of a file
/// that stands for several, the one of this name.
pub(super) fn command(path: &Path, only: Option<&str>, seed: Seed, checks: &[String]) -> String {
    let mut command = format!("squall run {}", quoted(path));
    if let Some(name) = only {
        command.push_str(&format!(" --only={}", quoted_text(name)));
    }
    command.push_str(&format!(" --seed {seed}"));
    for check in checks {
        command.push_str(" --check ");
        command.push_str(check);
    }
    command
}

/// A path as one word of a shell's command line, whatever it is made of.
pub(super) fn quoted(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    // What begins with a dash would be taken for an option.
    let here = if bytes.starts_with(b"-") { "./" } else { "" };
    match path.to_str() {
        Some(text) if !text.chars().any(char::is_control) => quoted_text(&format!("{here}{text}")),
        // Control characters, and bytes that are no text: only this way of quoting can say them.
        _ => {
            let mut quoted = format!("$'{here}");
            for byte in bytes {
                match byte {
                    b'\'' | b'\\' => quoted.extend(['\\', char::from(*byte)]),
                    b' '..=b'~' => quoted.push(char::from(*byte)),
                    _ => quoted.push_str(&format!("\\x{byte:02x}")),
                }
            }
            quoted + "'"
        }
    }
}

/// Words without control characters as one word.
fn quoted_text(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    match text {
        text if !text.is_empty() && text.chars().all(harmless) => text.to_owned(),
        text => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        for (path, word) in [
            ("scenarios/set/a.ron", "scenarios/set/a.ron"),
            ("my stories/a.ron", "'my stories/a.ron'"),
            ("it's <here> \"now\" & $then.ron", "'it'\\''s <here> \"now\" & $then.ron'"),
            ("-v.ron", "./-v.ron"),
            ("größe.ron", "größe.ron"),
            ("two\nlines's.ron", "$'two\\x0alines\\'s.ron'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }

    #[test]
    fn the_command_names_the_checks_that_were_chosen() {
        let checks = ["sec".to_owned(), "spec".to_owned()];
        let again = command(Path::new("a b.ron"), None, Seed(7), &checks);
        assert_eq!(again, "squall run 'a b.ron' --seed 7 --check sec --check spec");
        let again = command(Path::new("a.ron"), Some("sets: or_set"), Seed(7), &[]);
        assert_eq!(again, "squall run a.ron --only='sets: or_set' --seed 7");
    }
}
