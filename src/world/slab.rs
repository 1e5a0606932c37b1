//! Numbered places for values that come and go; their memory is used again.

/// The number of a place. In debug builds it knows which of the values there it meant, so that a handle
/// kept too long is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle {
    pub(super) index: u32,
    #[cfg(debug_assertions)]
    generation: u32,
}

/// Values by handle.
pub(super) struct Slab<T> {
    places: Vec<Option<T>>,
    free: Vec<u32>,
    #[cfg(debug_assertions)]
    generations: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab {
            places: Vec::new(),
            free: Vec::new(),
            #[cfg(debug_assertions)]
            generations: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    #[inline(always)]
    pub(super) fn insert(&mut self, value: T) -> Handle {
        let index = match self.free.pop() {
            Some(index) => {
                self.places[index as usize] = Some(value);
                index
            }
            None => {
                let index = self.places.len() as u32;
                self.places.push(Some(value));
                #[cfg(debug_assertions)]
                self.generations.push(0);
                index
            }
        };
        self.handle(index)
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
        self.places[handle.index as usize].as_ref().expect("a handle of a value that is there")
    }

    #[inline]
    pub(super) fn get_mut(&mut self, handle: Handle) -> &mut T {
        self.check(handle);
        self.places[handle.index as usize].as_mut().expect("a handle of a value that is there")
    }

    #[inline]
    pub(super) fn remove(&mut self, handle: Handle) -> T {
        self.check(handle);
        let value = self.places[handle.index as usize].take().expect("a handle of a value that is there");
        #[cfg(debug_assertions)]
        {
            self.generations[handle.index as usize] += 1;
        }
        self.free.push(handle.index);
        value
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Removes all and keeps the memory.
    pub(super) fn clear(&mut self) {
        if self.len() > 0 {
            #[cfg(debug_assertions)]
            for (place, generation) in self.places.iter().zip(&mut self.generations) {
                *generation += u32::from(place.is_some());
            }
            self.places.fill_with(|| None);
            self.free.clear();
            self.free.extend((0..self.places.len() as u32).rev());
        }
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
        assert_eq!(slab.len(), 2);
        slab.clear();
        assert_eq!(slab.len(), 0);
        assert_eq!(slab.insert('d').index, 0, "a cleared slab begins at its first place");
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "is of a value that is gone")]
    fn a_handle_kept_too_long_is_noticed() {
        let mut slab = Slab::default();
        let first = slab.insert('a');
        slab.remove(first);
        slab.insert('b');
        slab.get(first);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "is of a value that is gone")]
    fn a_handle_from_before_a_reset_is_noticed() {
        let mut slab = Slab::default();
        let first = slab.insert('a');
        slab.clear();
        slab.insert('b');
        slab.get(first);
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
