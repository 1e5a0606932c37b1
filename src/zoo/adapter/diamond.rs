//! diamond-types: plain text, told by patches of an operation log.
//!
//! Its documents say that duplicate operations are ignored, that a patch whose base is not known is refused with an
//! error, and that an identity must never be used again. Offsets are characters.

use diamond_types::list::ListCRDT;
use diamond_types::list::encoding::encode_tools::ParseError;
use diamond_types::list::encoding::{ENCODE_FULL, ENCODE_PATCH};
use diamond_types::list::remote_ids::RemoteId;

use super::text;
use crate::base::Entry;
use crate::model::list::ListOp;
use crate::replica::{Contract, Library, Refused};

/// What can be told of it.
pub const ENTRY: Entry = Entry {
    name: "diamond-types",
    line: "diamond-types 1.0: plain text, by patches in causal order",
    explained: "A patch holds operations and the version that they were carried out at; one whose base is not known is \
                refused. Documents tell each other what they lack from a version on.",
};

/// A text and its log.
pub struct Document {
    list: ListCRDT,
    agent: String,
    /// Patches of own operations that were not exported yet: each is made at once, since one from an older version
    /// would hold what came from others meanwhile.
    patches: Vec<Vec<u8>>,
}

fn said(error: &ParseError) -> String {
    format!("{error:?}")
}

impl Document {
    fn name(identity: u64) -> String {
        format!("agent {identity}")
    }
}

impl Library for Document {
    type Op = ListOp<char>;
    type View = Vec<char>;
    type Update = Vec<u8>;
    type Saved = Vec<u8>;
    type Version = Vec<RemoteId>;

    const CONTRACT: Contract = Contract::Causal;
    const RESUMES: bool = false;
    const MERGES: bool = true;

    fn new(identity: u64) -> Self {
        Document { list: ListCRDT::new(), agent: Document::name(identity), patches: Vec::new() }
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        text(self.list.len(), pick)
    }

    fn apply(&mut self, op: &ListOp<char>) -> Result<(), Refused> {
        op.fits(self.list.len() as u32).map_err(Refused::because)?;
        let agent = self.list.get_or_create_agent_id(&self.agent);
        let before = self.list.oplog.local_version().to_vec();
        match op {
            ListOp::Insert(index, value) => self.list.insert(agent, *index as usize, &value.to_string()),
            ListOp::Delete(index) => self.list.delete_without_content(agent, *index as usize..*index as usize + 1),
        };
        self.patches.push(self.list.oplog.encode_from(ENCODE_PATCH, &before));
        Ok(())
    }

    fn export(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.patches)
    }

    fn import(&mut self, batch: &[Vec<u8>]) -> Result<(), String> {
        for patch in batch {
            self.list.merge_data_and_ff(patch).map_err(|error| said(&error))?;
        }
        Ok(())
    }

    fn view(&self) -> Vec<char> {
        self.list.branch.content().to_string().chars().collect()
    }

    fn save(&self) -> Vec<u8> {
        self.list.oplog.encode(ENCODE_FULL)
    }

    fn load(identity: u64, saved: &Vec<u8>) -> Result<Self, String> {
        let list = ListCRDT::load_from(saved).map_err(|error| said(&error))?;
        Ok(Document { list, agent: Document::name(identity), patches: Vec::new() })
    }

    fn merge(&mut self, saved: &Vec<u8>) -> Option<Result<(), String>> {
        Some(self.import(std::slice::from_ref(saved)))
    }

    fn version(&self) -> Option<Vec<RemoteId>> {
        Some(self.list.oplog.remote_version().to_vec())
    }

    fn since(&self, version: &Vec<RemoteId>) -> Option<Vec<u8>> {
        // Of what is not known here, nothing needs to be told.
        let known = version.iter().filter_map(|id| self.list.oplog.try_remote_to_local_time(id).ok());
        let mut from: Vec<usize> = Vec::new();
        for one in known {
            from = self.list.oplog.version_union(&from, &[one]).to_vec();
        }
        Some(self.list.oplog.encode_from(ENCODE_PATCH, &from))
    }

    fn size(update: &Vec<u8>) -> u64 {
        update.len() as u64
    }
}
