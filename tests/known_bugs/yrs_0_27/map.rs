//! Numbers under keys, in a document of `yrs`.

use std::collections::BTreeMap;

use ::yrs::{Any, Doc, Map, MapRef, Out, Transact, TransactionMut};
use serde::{Deserialize, Serialize};
use squall::base::Refused;

use super::yrs::Content;

/// Numbers under keys.
pub struct Fields(MapRef);

/// What can be asked of fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Setting {
    /// Puts a number under a key.
    Set(u8, u8),
    /// Takes away what is under a key.
    Remove(u8),
}

impl Content for Fields {
    type Op = Setting;
    type View = BTreeMap<String, i64>;

    fn of(doc: &Doc) -> Fields {
        Fields(doc.get_or_insert_map("map"))
    }

    fn propose(&self, _: &Doc, pick: &mut dyn FnMut(u64) -> u64) -> Setting {
        let key = pick(2) as u8;
        if pick(4) == 0 { Setting::Remove(key) } else { Setting::Set(key, pick(3) as u8) }
    }

    fn apply(&self, txn: &mut TransactionMut, op: &Setting) -> Result<(), Refused> {
        match op {
            Setting::Set(key, value) => {
                self.0.insert(txn, key.to_string(), i64::from(*value));
            }
            Setting::Remove(key) => {
                let removed = self.0.remove(txn, &key.to_string());
                removed.ok_or_else(|| Refused::because("nothing is there"))?;
            }
        }
        Ok(())
    }

    fn view(&self, doc: &Doc) -> BTreeMap<String, i64> {
        let txn = doc.transact();
        let number = |value| match value {
            Out::Any(Any::BigInt(number)) => number,
            Out::Any(Any::Number(number)) => number as i64,
            _ => -1,
        };
        self.0.iter(&txn).map(|(key, value)| (key.to_owned(), number(value))).collect()
    }
}
