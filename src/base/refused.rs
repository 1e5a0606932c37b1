//! A refusal: an operation that was not carried out, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a data type does not carry out an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused(pub String);

impl Refused {
    /// Refused, because of this.
    pub fn because(reason: impl Into<String>) -> Refused {
        Refused(reason.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}
