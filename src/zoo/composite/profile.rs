//! A user profile: a record of fields, the devices ever used, an OR-Set of tags.
//!
//! Each field keeps its last write, by Lamport stamps, so that a new name and a new address both stay; devices only
//! become more; a tag put on beside its removal stays. Signing in names a device and makes it the last one, in one
//! step.

use super::both::{Both, Touch};
use super::layout::{Composite, Layout};
use crate::base::Lamport;
use crate::model::composite::{ProfileOp, ProfileView, profile};
use crate::model::map::RecordOp;
use crate::model::set::{GrowOp, SetOp};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Refused};
use crate::zoo::map::Record;
use crate::zoo::set::{GSet, OrSet};

/// A user profile.
pub type UserProfile = Composite<Profile>;

/// How a profile is put together.
#[derive(Clone, Debug)]
pub struct Profile;

impl Layout for Profile {
    type Parts = Both<Record<String, String, Lamport>, Both<GSet<String>, OrSet<String>>>;
    type Op = ProfileOp;
    type View = ProfileView;

    fn propose(parts: &Self::Parts, pick: &mut dyn FnMut(u64) -> u64) -> ProfileOp {
        ProfileOp::propose(&Self::view(parts), pick)
    }

    fn share(_: &Self::Parts, op: &ProfileOp) -> Result<<Self::Parts as DataType>::Op, Refused> {
        Ok(match op {
            ProfileOp::Set(field, value) => Touch::first(RecordOp::Set(field.clone(), value.clone())),
            ProfileOp::Tag(tag) => Touch::second(Touch::second(SetOp::Add(tag.clone()))),
            ProfileOp::Untag(tag) => Touch::second(Touch::second(SetOp::Remove(tag.clone()))),
            ProfileOp::SignIn(device) => Touch::both(
                RecordOp::Set(ProfileOp::LAST_DEVICE.to_string(), device.clone()),
                Touch::first(GrowOp::Add(device.clone())),
            ),
        })
    }

    fn view(parts: &Self::Parts) -> ProfileView {
        let Both { first: devices, second: tags } = &parts.second;
        ProfileView { fields: parts.first.view(), devices: devices.view(), tags: tags.view() }
    }

    fn specification() -> Specification<Self::Op, Self::View> {
        profile().growing_with(Growth::Identities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replica::{Site, StateBased};
    use crate::zoo::map::trials::{Past, add_wins, forms_agree, parts};

    /// Each part on its own share of the updates.
    fn reading(known: &[Past<ProfileOp>]) -> ProfileView {
        let tags = parts(known, |op| match op {
            ProfileOp::Tag(tag) => Some(SetOp::Add(tag.clone())),
            ProfileOp::Untag(tag) => Some(SetOp::Remove(tag.clone())),
            _ => None,
        });
        let mut view = ProfileView { tags: add_wins(&tags), ..ProfileView::default() };
        let mut known: Vec<_> = known.iter().collect();
        known.sort_by_key(|past| past.stamp);
        for past in known {
            match &past.op {
                ProfileOp::Set(field, value) => drop(view.fields.insert(field.clone(), value.clone())),
                ProfileOp::SignIn(device) => {
                    view.fields.insert("last device".to_string(), device.clone());
                    view.devices.insert(device.clone());
                }
                ProfileOp::Tag(_) | ProfileOp::Untag(_) => {}
            }
        }
        view
    }

    #[test]
    fn each_part_shows_its_own_share_of_the_updates() {
        assert!(forms_agree::<UserProfile>(reading, DataType::latest_stamp) > 100);
    }

    #[test]
    fn two_who_sign_in_with_different_devices_leave_both_and_one_last() {
        let mut a = UserProfile::default();
        let mut b = a.clone();
        a.apply(&ProfileOp::SignIn("phone".to_string()), Site::of(0)).expect("fits");
        b.apply(&ProfileOp::SignIn("laptop".to_string()), Site::of(1)).expect("fits");
        a.merge(&b);
        let view = a.view();
        assert_eq!(view.devices.into_iter().collect::<Vec<_>>(), ["laptop", "phone"]);
        assert_eq!(view.fields["last device"], "laptop");
    }
}
