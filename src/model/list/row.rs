//! Elements in a row, each of which knows its place.

/// Elements, numbered from 0, in a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    line: Vec<u32>,
    /// By element.
    places: Vec<u32>,
}

impl Row {
    pub(super) fn clear(&mut self) {
        self.line.clear();
        self.places.clear();
    }

    pub(super) fn place(&self, element: u32) -> usize {
        self.places[element as usize] as usize
    }

    /// The place right behind an element; the first one, behind none.
    pub(super) fn behind(&self, element: Option<u32>) -> usize {
        element.map_or(0, |element| self.place(element) + 1)
    }

    /// What stands at these places.
    pub(super) fn part(&self, places: impl std::slice::SliceIndex<[u32], Output = [u32]>) -> &[u32] {
        &self.line[places]
    }

    /// Puts the next element in, at a place.
    pub(super) fn insert(&mut self, place: usize) {
        let new = self.places.len() as u32;
        self.line.insert(place, new);
        self.places.push(0);
        self.renumber(place, self.line.len());
    }

    /// Puts those elements of a part of the row last there for which this holds.
    pub(super) fn put_last(&mut self, from: usize, to: usize, last: impl Fn(u32) -> bool) {
        self.line[from..to].sort_by_key(|element| last(*element));
        self.renumber(from, to);
    }

    fn renumber(&mut self, from: usize, to: usize) {
        for place in from..to {
            self.places[self.line[place] as usize] = place as u32;
        }
    }
}
