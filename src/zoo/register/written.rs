//! A value and the write that it comes from.

use serde::{Deserialize, Serialize};

/// A value, and what its write is called: a stamp where writes are arbitrated, a dot where they are told
/// apart.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written<E, W> {
    /// Which write it was.
    pub write: W,
    /// What was written.
    pub value: E,
}

impl<E: Clone, W: Copy> Clone for Written<E, W> {
    #[inline]
    fn clone(&self) -> Written<E, W> {
        Written { write: self.write, value: self.value.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &Written<E, W>) {
        self.write = source.write;
        self.value.clone_from(&source.value);
    }
}
