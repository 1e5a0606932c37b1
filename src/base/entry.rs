//! An entry of a catalogue: what lists and explanations say of a thing that has a name.

/// What can be told of something that is asked for by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is called in scenarios and reports.
    pub name: &'static str,
    /// One line: what it is.
    pub line: &'static str,
    /// One paragraph: how it does that, where it comes from, what it promises and what it does not.
    pub explained: &'static str,
}
