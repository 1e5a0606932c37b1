//! Numbered places for values that come and go; their memory is used again.

/// The number of a place. In debug builds it knows which of the values there it meant, so that a handle
/// kept too long is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle {
    pub(super) index: u32,
    #[cfg(debug_assertions)]
    generation: u32,
}

/// Values by handle that stay where they were when they are no longer needed, so that the memory they hold
/// can be used again.
pub(super) struct Shelf<T> {
    places: Vec<T>,
    free: Vec<u32>,
    #[cfg(debug_assertions)]
    generations: Vec<u32>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf {
            places: Vec::new(),
            free: Vec::new(),
            #[cfg(debug_assertions)]
            generations: Vec::new(),
        }
    }
}

impl<T> Shelf<T> {
    /// The handle of a value that is no longer needed, to be made another.
    #[inline]
    pub(super) fn reuse(&mut self) -> Option<Handle> {
        self.free.pop().map(|index| self.handle(index))
    }

    /// One more value.
    #[cold]
    pub(super) fn add(&mut self, value: T) -> Handle {
        self.places.push(value);
        #[cfg(debug_assertions)]
        self.generations.push(0);
        self.handle(self.places.len() as u32 - 1)
    }

    #[inline]
    fn handle(&self, index: u32) -> Handle {
        Handle {
            index,
            #[cfg(debug_assertions)]
            generation: self.generations[index as usize],
        }
    }

    #[inline]
    fn check(&self, _handle: Handle) {
        #[cfg(debug_assertions)]
        assert_eq!(
            self.generations[_handle.index as usize], _handle.generation,
            "handle {} is of a value that is gone",
            _handle.index
        );
    }

    #[inline]
    pub(super) fn get(&self, handle: Handle) -> &T {
        self.check(handle);
        &self.places[handle.index as usize]
    }

    #[inline]
    pub(super) fn get_mut(&mut self, handle: Handle) -> &mut T {
        self.check(handle);
        &mut self.places[handle.index as usize]
    }

    /// Says that a value is no longer needed.
    #[inline]
    pub(super) fn free(&mut self, handle: Handle) {
        self.check(handle);
        #[cfg(debug_assertions)]
        {
            self.generations[handle.index as usize] += 1;
        }
        self.free.push(handle.index);
    }

    /// Says that no value is needed any longer.
    pub(super) fn clear(&mut self) {
        #[cfg(debug_assertions)]
        self.generations.iter_mut().for_each(|generation| *generation += 1);
        self.free.clear();
        self.free.extend((0..self.places.len() as u32).rev());
    }
}

/// Values by handle.
pub(super) struct Slab<T>(Shelf<Option<T>>);

impl<T> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab(Shelf::default())
    }
}

impl<T> Slab<T> {
    #[inline]
    pub(super) fn insert(&mut self, value: T) -> Handle {
        match self.0.reuse() {
            Some(handle) => {
                *self.0.get_mut(handle) = Some(value);
                handle
            }
            None => self.0.add(Some(value)),
        }
    }

    #[inline]
    pub(super) fn remove(&mut self, handle: Handle) -> T {
        let value = self.0.get_mut(handle).take().expect("a handle of a value that is there");
        self.0.free(handle);
        value
    }

    /// Removes all and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.0.places.fill_with(|| None);
        self.0.clear();
    }
}

/// Plain values by number, each of which is taken out once.
pub(super) struct Pool<T> {
    places: Vec<T>,
    free: Vec<u32>,
    #[cfg(debug_assertions)]
    taken: Vec<bool>,
}

impl<T> Default for Pool<T> {
    fn default() -> Pool<T> {
        Pool {
            places: Vec::new(),
            free: Vec::new(),
            #[cfg(debug_assertions)]
            taken: Vec::new(),
        }
    }
}

impl<T: Copy> Pool<T> {
    #[inline(always)]
    pub(super) fn insert(&mut self, value: T) -> u32 {
        match self.free.pop() {
            Some(index) => {
                self.places[index as usize] = value;
                #[cfg(debug_assertions)]
                {
                    self.taken[index as usize] = false;
                }
                index
            }
            None => {
                self.places.push(value);
                #[cfg(debug_assertions)]
                self.taken.push(false);
                self.places.len() as u32 - 1
            }
        }
    }

    #[inline]
    pub(super) fn get(&self, index: u32) -> T {
        #[cfg(debug_assertions)]
        assert!(!self.taken[index as usize], "place {index} is empty");
        self.places[index as usize]
    }

    #[inline]
    pub(super) fn remove(&mut self, index: u32) -> T {
        let value = self.get(index);
        #[cfg(debug_assertions)]
        {
            self.taken[index as usize] = true;
        }
        self.free.push(index);
        value
    }

    /// Removes all and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.free.clear();
        #[cfg(debug_assertions)]
        self.taken.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_used_again() {
        let mut slab = Slab::default();
        let first = slab.insert('a');
        slab.insert('b');
        assert_eq!(slab.remove(first), 'a');
        assert_eq!(slab.insert('c').index, first.index);
        slab.clear();
        assert_eq!(slab.insert('d').index, 0, "a cleared slab begins at its first place");
    }

    #[test]
    fn what_lies_on_a_shelf_stays_until_its_place_is_wanted() {
        let mut shelf = Shelf::default();
        let first = shelf.add('a');
        shelf.add('b');
        assert_eq!(shelf.reuse(), None);
        shelf.free(first);
        let again = shelf.reuse().unwrap();
        assert_eq!(*shelf.get(again), 'a');
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "is of a value that is gone")]
    fn a_handle_kept_too_long_is_noticed() {
        let mut shelf = Shelf::default();
        let first = shelf.add('a');
        shelf.free(first);
        shelf.reuse();
        shelf.get(first);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "is of a value that is gone")]
    fn a_handle_from_before_a_reset_is_noticed() {
        let mut slab = Slab::default();
        let first = slab.insert('a');
        slab.clear();
        slab.insert('b');
        slab.remove(first);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "place 0 is empty")]
    fn what_is_taken_out_of_a_pool_twice_is_noticed() {
        let mut pool = Pool::default();
        let first = pool.insert('a');
        assert_eq!(pool.remove(first), 'a');
        pool.remove(first);
    }
}
