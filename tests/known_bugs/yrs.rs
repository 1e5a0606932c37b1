//! A document of `yrs` with a text in it, each change told as the update that its transaction encodes.

use ::yrs::updates::decoder::Decode;
use ::yrs::updates::encoder::Encode;
use ::yrs::{Doc, GetString, ReadTxn, StateVector, Text, TextRef, Transact, TransactionMut, Update};
use serde::{Deserialize, Serialize};
use squall::base::Refused;
use squall::replica::{Contract, Early, Library};

/// What is in a document.
pub trait Content: Sized + 'static {
    /// What a client can ask for.
    type Op: Clone + std::fmt::Debug + PartialEq + Serialize + serde::de::DeserializeOwned + Send + Sync + 'static;
    /// What a client sees.
    type View: Clone + Eq + std::fmt::Debug + squall::base::Canonical + 'static;

    /// The one that is in this document.
    fn of(doc: &Doc) -> Self;
    /// An operation worth trying.
    fn propose(&self, doc: &Doc, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;
    /// Carries out an operation.
    fn apply(&self, txn: &mut TransactionMut, op: &Self::Op) -> Result<(), Refused>;
    /// What a client looking now sees.
    fn view(&self, doc: &Doc) -> Self::View;
}

/// A document with one thing in it.
pub struct Document<C> {
    doc: Doc,
    content: C,
    told: Vec<Vec<u8>>,
}

impl<C: Content> Library for Document<C> {
    type Op = C::Op;
    type View = C::View;
    type Update = Vec<u8>;
    type Saved = Vec<u8>;
    type Version = Vec<u8>;

    const CONTRACT: Contract = Contract::AnyOrder;
    const EARLY: Early = Early::IsShownInPart;

    fn new(identity: u64) -> Document<C> {
        let doc = Doc::with_client_id(identity + 1);
        let content = C::of(&doc);
        Document { doc, content, told: Vec::new() }
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> C::Op {
        self.content.propose(&self.doc, pick)
    }

    fn apply(&mut self, op: &C::Op) -> Result<(), Refused> {
        let mut txn = self.doc.transact_mut();
        self.content.apply(&mut txn, op)?;
        self.told.push(txn.encode_update_v1());
        Ok(())
    }

    fn export(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.told)
    }

    fn import(&mut self, batch: &[Vec<u8>]) -> Result<(), String> {
        for told in batch {
            let update = Update::decode_v1(told).map_err(|error| error.to_string())?;
            self.doc.transact_mut().apply_update(update).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn view(&self) -> C::View {
        self.content.view(&self.doc)
    }

    fn pending(&self) -> Option<String> {
        self.doc.transact().has_missing_updates().then(|| "it says that updates are missing".to_owned())
    }

    fn save(&self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    fn load(identity: u64, saved: &Vec<u8>) -> Result<Document<C>, String> {
        let mut document = Document::new(identity);
        document.import(std::slice::from_ref(saved)).map(|()| document)
    }

    fn version(&self) -> Option<Vec<u8>> {
        Some(self.doc.transact().state_vector().encode_v1())
    }

    fn since(&self, version: &Vec<u8>) -> Option<Vec<u8>> {
        let version = StateVector::decode_v1(version).ok()?;
        Some(self.doc.transact().encode_state_as_update_v1(&version))
    }

    fn size(update: &Vec<u8>) -> u64 {
        update.len() as u64
    }
}

/// Letters.
pub struct Letters(TextRef);

/// What can be asked of letters; places beyond the end are the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Typing {
    /// Puts a letter in a place.
    Insert(u32, char),
    /// Takes out so many letters from a place on.
    Remove(u32, u32),
}

impl Content for Letters {
    type Op = Typing;
    type View = String;

    fn of(doc: &Doc) -> Letters {
        Letters(doc.get_or_insert_text("text"))
    }

    fn propose(&self, doc: &Doc, pick: &mut dyn FnMut(u64) -> u64) -> Typing {
        let length = u64::from(self.0.len(&doc.transact()));
        if length > 0 && pick(3) == 0 {
            let place = pick(length);
            return Typing::Remove(place as u32, 1 + pick(length - place) as u32);
        }
        Typing::Insert(pick(length + 1) as u32, char::from(b'a' + pick(26) as u8))
    }

    fn apply(&self, txn: &mut TransactionMut, op: &Typing) -> Result<(), Refused> {
        let length = self.0.len(txn);
        match op {
            Typing::Insert(place, letter) => self.0.insert(txn, (*place).min(length), &letter.to_string()),
            Typing::Remove(place, count) if place.saturating_add(*count) <= length => {
                self.0.remove_range(txn, *place, *count);
            }
            Typing::Remove(..) => return Err(Refused::because("there are not so many letters")),
        }
        Ok(())
    }

    fn view(&self, doc: &Doc) -> String {
        self.0.get_string(&doc.transact())
    }
}
