//! A user profile: fields of one value each, the devices ever used, and tags that come and go.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::one_of;
use crate::base::{Canonical, Digester};

/// What can be asked of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProfileOp {
    /// Give a field a value.
    Set(String, String),
    /// Put a tag on.
    Tag(String),
    /// Take a tag off.
    Untag(String),
    /// The user signs in with this device: it is one of the user's, and the last one used.
    SignIn(String),
}

/// What a profile shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileView {
    /// The fields.
    pub fields: BTreeMap<String, String>,
    /// All devices that were ever signed in with.
    pub devices: BTreeSet<String>,
    /// The tags.
    pub tags: BTreeSet<String>,
}

impl ProfileOp {
    /// The field that says which device was used last.
    pub const LAST_DEVICE: &str = "last device";

    /// An operation worth trying on a profile that shows this. `pick` gives a number below its argument.
    pub fn propose(shown: &ProfileView, pick: &mut dyn FnMut(u64) -> u64) -> ProfileOp {
        let tag = one_of(&["beta", "staff", "vip"], pick);
        match pick(6) {
            0 | 1 => ProfileOp::Set(one_of(&["name", "mail"], pick), one_of(&["ada", "bo", "cy"], pick)),
            2 => ProfileOp::SignIn(one_of(&["phone", "laptop", "watch"], pick)),
            3 | 4 if shown.tags.contains(&tag) => ProfileOp::Untag(tag),
            _ => ProfileOp::Tag(tag),
        }
    }
}

impl Canonical for ProfileView {
    fn feed(&self, digester: &mut Digester) {
        self.fields.feed(digester);
        self.devices.feed(digester);
        self.tags.feed(digester);
    }
}
