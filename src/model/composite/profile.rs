//! A user profile: fields of one value each, the devices ever used, and tags that come and go.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{asked, one_of, part};
use crate::base::{Canonical, Digester};
use crate::model::map::{RecordOp, record};
use crate::model::set::{GrowOp, SetOp, add_wins, grow_only};
use crate::model::{Source, Specification};

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

/// The last write to each field, all devices, and the tags of which some putting on was seen by no taking off.
pub fn profile() -> Specification<ProfileOp, ProfileView> {
    let (fields, devices, tags) = (record(Source::Lamport), grow_only(), add_wins());
    Specification::new("user profile", move |visible| ProfileView {
        fields: part(&fields, visible, ProfileOp::on_fields),
        devices: part(&devices, visible, ProfileOp::on_devices),
        tags: part(&tags, visible, ProfileOp::on_tags),
    })
    .stamped_by(Source::Lamport)
    .stamping(|op| op.on_fields().is_some())
    .intending(|_, op, after| {
        let field = op.on_fields().is_none_or(|RecordOp::Set(field, value)| after.fields.get(&field) == Some(&value));
        let device = op.on_devices().is_none_or(|GrowOp::Add(device)| after.devices.contains(&device));
        let tag = op.on_tags().is_none_or(|op| after.tags.contains(op.element()) == matches!(op, SetOp::Add(_)));
        asked(field && device && tag, || format!("after {op:?} the profile shows {after:?}"))
    })
}

impl ProfileOp {
    fn on_fields(&self) -> Option<RecordOp<String, String>> {
        match self {
            ProfileOp::Set(field, value) => Some(RecordOp::Set(field.clone(), value.clone())),
            ProfileOp::SignIn(device) => Some(RecordOp::Set(ProfileOp::LAST_DEVICE.to_owned(), device.clone())),
            ProfileOp::Tag(_) | ProfileOp::Untag(_) => None,
        }
    }

    fn on_devices(&self) -> Option<GrowOp<String>> {
        match self {
            ProfileOp::SignIn(device) => Some(GrowOp::Add(device.clone())),
            _ => None,
        }
    }

    fn on_tags(&self) -> Option<SetOp<String>> {
        match self {
            ProfileOp::Tag(tag) => Some(SetOp::Add(tag.clone())),
            ProfileOp::Untag(tag) => Some(SetOp::Remove(tag.clone())),
            _ => None,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::super::super::testing::shown;
    use super::*;

    #[test]
    fn signing_in_is_one_update_of_two_parts() {
        let sign_in = |device: &str| ProfileOp::SignIn(device.to_owned());
        let told = [
            ("a", sign_in("phone"), ""),
            ("b", sign_in("laptop"), ""),
            ("c", ProfileOp::Tag("vip".to_owned()), ""),
            ("d", ProfileOp::Untag("vip".to_owned()), ""),
        ];
        let view = shown(&profile(), told);
        assert_eq!(
            (view.devices.len(), view.tags.len(), view.fields[ProfileOp::LAST_DEVICE].as_str()),
            (2, 1, "laptop")
        );
        assert_eq!(profile().intent(&ProfileView::default(), &sign_in("laptop"), &view), Ok(()));
        let forgotten = ProfileView { devices: BTreeSet::new(), ..view };
        assert!(profile().intent(&ProfileView::default(), &sign_in("laptop"), &forgotten).is_err());
    }
}
