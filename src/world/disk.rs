//! What a replica's disk holds: what is safe, and what a crash would still lose.

/// One replica's disk. Images replace, records follow.
#[derive(Clone, Debug)]
pub(super) struct DiskState<D> {
    /// What survives a crash: the latest image, if there is one, and the records since.
    durable: Vec<D>,
    /// How many of its own updates the replica held when that became so.
    pub(super) held: u32,
    staged: Vec<Staged<D>>,
}

#[derive(Clone, Debug)]
enum Staged<D> {
    Record(D),
    Image(D),
}

impl<D> Default for DiskState<D> {
    fn default() -> DiskState<D> {
        DiskState { durable: Vec::new(), held: 0, staged: Vec::new() }
    }
}

impl<D: Clone> DiskState<D> {
    pub(super) fn save(&mut self, record: D) {
        self.staged.push(Staged::Record(record));
    }

    pub(super) fn save_all(&mut self, image: D) {
        self.staged.clear();
        self.staged.push(Staged::Image(image));
    }

    /// Makes what was saved so far durable.
    pub(super) fn sync(&mut self, held: u32) {
        for staged in self.staged.drain(..) {
            match staged {
                Staged::Record(record) => self.durable.push(record),
                Staged::Image(image) => {
                    self.durable.clear();
                    self.durable.push(image);
                }
            }
        }
        self.held = held;
    }

    pub(super) fn crash(&mut self) {
        self.staged.clear();
    }

    pub(super) fn durable(&self) -> &[D] {
        &self.durable
    }

    /// Puts another content in place of all there is.
    pub(super) fn restore(&mut self, content: Vec<D>, held: u32) {
        self.durable = content;
        self.held = held;
        self.staged.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_loses_what_was_not_synced() {
        let mut disk = DiskState::default();
        disk.save(1);
        disk.sync(1);
        disk.save(2);
        disk.crash();
        disk.sync(2);
        assert_eq!(disk.durable(), [1]);
    }

    #[test]
    fn an_image_replaces_what_was_before_it() {
        let mut disk = DiskState::default();
        disk.save(1);
        disk.sync(1);
        disk.save(2);
        disk.save_all(10);
        disk.save(11);
        disk.sync(3);
        assert_eq!(disk.durable(), [10, 11]);
        assert_eq!(disk.held, 3);
    }
}
