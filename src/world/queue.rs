//! The queue of what is to come, in the order of time.
//!
//! Owns *when* and nothing else: an entry is a time, a tie-break and a handle. Entries of one instant
//! leave in the order of their tie-breaks.
//!
//! Near times go into a wheel of slots, unordered; a slot is sorted when the wheel comes to it, which costs little
//! because its entries mostly came in order. Far times lie in a heap until the wheel comes round to them, and
//! a second heap takes what belongs into the slot that is just being emptied. The wheel is small for few
//! entries, to stay in the nearest cache, and becomes finer when they are many.

/// Slots are counted in words of so many, which are as many at most: two bit scans find the next slot.
const WORD: usize = 64;
/// A wheel becomes finer by this factor when it holds more than `CROWD` entries a slot.
const FINER: u32 = 3;
const CROWD: usize = 4;
const HANDLE_BITS: u32 = 28;

/// The slot that an entry's time lies in.
#[inline]
fn slot_of(key: u128, shift: u32) -> u64 {
    (key >> 64) as u64 >> shift
}

#[cold]
fn too_large(tie: u64, handle: u32) -> ! {
    panic!("tie-break {tie} or handle {handle} too large")
}

/// An entry's time and handle.
#[inline]
fn open(key: u128) -> (u64, u32) {
    ((key >> 64) as u64, key as u32 & ((1 << HANDLE_BITS) - 1))
}

/// A heap with four children a node, smallest first: shallower than a binary one, and its entries are
/// whole integers.
#[derive(Clone, Debug, Default)]
struct Heap(Vec<u128>);

impl Heap {
    #[inline]
    fn push(&mut self, key: u128) {
        let heap = &mut self.0;
        let mut at = heap.len();
        heap.push(key);
        while at > 0 {
            let parent = (at - 1) / 4;
            if heap[parent] <= key {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = key;
    }

    #[inline]
    fn peek(&self) -> Option<u128> {
        self.0.first().copied()
    }

    #[inline]
    fn pop(&mut self) -> Option<u128> {
        let heap = &mut self.0;
        let last = heap.pop()?;
        let Some(&top) = heap.first() else { return Some(last) };
        let mut at = 0;
        loop {
            let child = at * 4 + 1;
            let least = match heap.get(child..child + 4) {
                Some(&[a, b, c, d]) => {
                    let (first, second) = (child + usize::from(b < a), child + 2 + usize::from(d < c));
                    if c.min(d) < a.min(b) { second } else { first }
                }
                _ => match (child..heap.len()).min_by_key(|child| heap[*child]) {
                    Some(least) => least,
                    None => break,
                },
            };
            if heap[least] >= last {
                break;
            }
            heap[at] = heap[least];
            at = least;
        }
        heap[at] = last;
        Some(top)
    }
}

/// What is to come, soonest first.
#[derive(Clone, Debug)]
pub struct Queue {
    /// What lay in the current slot when the wheel came to it, in order; what comes before `next` has left.
    open: Vec<u128>,
    next: usize,
    /// What has come into the current slot since, or lies before it.
    now: Heap,
    /// What lies in the slots after it, unordered within one.
    slots: Vec<Vec<u128>>,
    /// Which slots hold something, and which words of these bits are not zero.
    occupied: [u64; WORD],
    words: u64,
    /// What lies beyond the wheel.
    far: Heap,
    /// The number of the current slot since the start of time.
    current: u64,
    /// A slot is two to this power of nanoseconds long.
    shift: u32,
    in_slots: usize,
    /// So many are too many for slots of this length.
    crowd: usize,
}

impl Default for Queue {
    fn default() -> Queue {
        Queue::new()
    }
}

impl Queue {
    /// An empty queue, for delays of some milliseconds.
    pub fn new() -> Queue {
        Queue {
            open: Vec::new(),
            next: 0,
            now: Heap::default(),
            slots: vec![Vec::new(); WORD],
            occupied: [0; WORD],
            words: 0,
            far: Heap::default(),
            current: 0,
            shift: 19,
            in_slots: 0,
            crowd: CROWD * WORD,
        }
    }

    /// Empties the queue and keeps its memory. The typical delay, in nanoseconds, decides how fine the
    /// wheel is; it changes how fast the queue is, never what comes out.
    pub fn reset(&mut self, typical: u64) {
        self.now.0.clear();
        self.far.0.clear();
        self.next = self.open.len();
        while self.turn() {
            self.next = self.open.len();
        }
        self.current = 0;
        // A quarter of the wheel for a typical delay leaves room for ones four times as long.
        self.shift = (typical / (self.slots.len() as u64 / 4)).max(1).ilog2().clamp(4, 44);
    }

    /// How many entries are pending.
    pub fn len(&self) -> usize {
        self.open.len() - self.next + self.now.0.len() + self.in_slots + self.far.0.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an entry. Its tie-break has 36 bits, its handle 28.
    ///
    /// # Panics
    /// Where tie-break or handle have more.
    #[inline]
    pub fn push(&mut self, time: u64, tie: u64, handle: u32) {
        if tie >> (64 - HANDLE_BITS) != 0 || handle >> HANDLE_BITS != 0 {
            too_large(tie, handle);
        }
        self.place(u128::from(time) << 64 | u128::from(tie << HANDLE_BITS | u64::from(handle)));
    }

    /// Puts a key where its time belongs. What happens seldom is left to other functions, each the last thing
    /// done here: so the common way through needs no registers but its own.
    #[inline]
    fn place(&mut self, key: u128) {
        let slot = slot_of(key, self.shift);
        // Below the current slot, the difference wraps round to a large number.
        if slot.wrapping_sub(self.current + 1) < self.slots.len() as u64 - 1 {
            let index = self.index(slot);
            let keys = &mut self.slots[index];
            if keys.len() == keys.capacity() || self.in_slots >= self.crowd {
                return self.make_room(index, key);
            }
            keys.push(key);
            self.occupied[index / WORD] |= 1 << (index % WORD);
            self.words |= 1 << (index / WORD);
            self.in_slots += 1;
        } else {
            self.place_outside(slot, key);
        }
    }

    #[cold]
    fn make_room(&mut self, index: usize, key: u128) {
        self.slots[index].reserve(1);
        if self.in_slots >= self.crowd {
            self.refine();
        }
        self.place(key);
    }

    #[inline(never)]
    fn place_outside(&mut self, slot: u64, key: u128) {
        if slot <= self.current { self.now.push(key) } else { self.far.push(key) }
    }

    /// Where a slot lies in the wheel.
    #[inline]
    fn index(&self, slot: u64) -> usize {
        slot as usize & (self.slots.len() - 1)
    }

    /// Makes the slots shorter, and more of them, so that each holds few entries again.
    #[cold]
    fn refine(&mut self) {
        let mut keys: Vec<u128> = self.open.drain(self.next..).chain(self.now.0.drain(..)).collect();
        for slot in &mut self.slots {
            keys.append(slot);
        }
        self.in_slots = 0;
        self.occupied = [0; WORD];
        self.words = 0;
        let finer = FINER.min(self.shift);
        let slots = self.slots.len() << FINER;
        self.slots.resize(slots, Vec::new());
        self.crowd = if slots < WORD * WORD { CROWD * slots } else { usize::MAX };
        self.shift -= finer;
        self.current <<= finer;
        for key in keys {
            self.place(key);
        }
    }

    /// Takes the soonest entry: its time and its handle.
    #[inline]
    pub fn pop(&mut self) -> Option<(u64, u32)> {
        // What was fetched may have made the wheel finer, and lie in a later slot now.
        while self.is_spent() {
            if !self.turn() {
                return None;
            }
        }
        if !self.now.0.is_empty() {
            return self.pop_either();
        }
        let key = self.open.get(self.next)?;
        self.next += 1;
        Some(open(*key))
    }

    /// Takes the sooner one of those that the slot was opened with and those that have come since.
    #[inline(never)]
    fn pop_either(&mut self) -> Option<(u64, u32)> {
        match (self.open.get(self.next), self.now.peek()) {
            (Some(opened), Some(come)) if *opened < come => {
                self.next += 1;
                Some(open(*opened))
            }
            _ => self.now.pop().map(open),
        }
    }

    /// The soonest entry, left where it is: its time and its handle.
    #[inline]
    pub fn peek(&mut self) -> Option<(u64, u32)> {
        // What was fetched may have made the wheel finer, and lie in a later slot now.
        while self.is_spent() {
            if !self.turn() {
                return None;
            }
        }
        self.open.get(self.next).into_iter().chain(self.now.0.first()).min().copied().map(open)
    }

    /// Whether the current slot, and what lies before it, is empty.
    #[inline]
    fn is_spent(&self) -> bool {
        self.next == self.open.len() && self.now.0.is_empty()
    }

    /// Turns the wheel to the next slot that holds something; false when nothing is left.
    #[inline(never)]
    fn turn(&mut self) -> bool {
        let far = self.far.peek().map_or(u64::MAX, |key| slot_of(key, self.shift));
        let near = self.next_slot();
        let slot = near.unwrap_or(u64::MAX).min(far);
        if slot == u64::MAX {
            return false;
        }
        self.next = 0;
        self.current = slot;
        match near == Some(slot) {
            true => self.leave_slot(slot),
            false => self.open.clear(),
        }
        if far - slot < self.slots.len() as u64 {
            self.fetch();
        }
        true
    }

    /// Brings in what was beyond the wheel and no longer is.
    #[cold]
    fn fetch(&mut self) {
        while let Some(key) = self.far.peek()
            && slot_of(key, self.shift) - self.current < self.slots.len() as u64
        {
            self.far.pop();
            self.place(key);
        }
    }

    /// Makes the entries of a slot the opened ones. Memory changes places, entries do not.
    #[inline(always)]
    fn leave_slot(&mut self, slot: u64) {
        let index = self.index(slot);
        std::mem::swap(&mut self.open, &mut self.slots[index]);
        self.slots[index].clear();
        self.in_slots -= self.open.len();
        self.occupied[index / WORD] &= !(1 << (index % WORD));
        if self.occupied[index / WORD] == 0 {
            self.words &= !(1 << (index / WORD));
        }
        if self.open.len() > 1 {
            self.open.sort_unstable();
        }
    }

    /// The next slot after the current one that holds something.
    #[inline]
    fn next_slot(&self) -> Option<u64> {
        if self.words == 0 {
            return None;
        }
        let start = self.index(self.current + 1);
        let rest = self.occupied[start / WORD] & !0 << (start % WORD);
        let index = if rest != 0 {
            start - start % WORD + rest.trailing_zeros() as usize
        } else {
            // The words after this one, then those from the beginning, this one last.
            let after = (start / WORD) as u32 + 1;
            let word = (after + self.words.rotate_right(after).trailing_zeros()) as usize % WORD;
            word * WORD + self.occupied[word].trailing_zeros() as usize
        };
        Some(self.current + 1 + self.index((index as u64).wrapping_sub(start as u64)) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};

    /// Plays random pushes and pops against a sorted list.
    #[track_caller]
    fn agrees_with_a_sorted_list(seed: u64, spread: u64, typical: u64) {
        let dice = Dice::new(Seed(seed));
        let mut queue = Queue::new();
        for round in 0..3u64 {
            queue.reset(typical);
            let mut sorted: Vec<(u64, u64, u32)> = Vec::new();
            let mut now = 0;
            for step in 0..2_000u32 {
                let draw = |nth, bound| dice.below(Concern::Order, Name(round << 32 | u64::from(step)), nth, bound);
                if draw(0, 5) < 3 {
                    let time = now + draw(1, spread) * draw(2, 2) + draw(3, 4);
                    let tie = if seed.is_multiple_of(2) { u64::from(step) } else { draw(4, 4) << 20 | u64::from(step) };
                    queue.push(time, tie, step);
                    sorted.push((time, tie, step));
                    sorted.sort_unstable();
                } else if !sorted.is_empty() {
                    let (time, _, handle) = sorted.remove(0);
                    now = time;
                    assert_eq!(queue.peek(), Some((time, handle)));
                    assert_eq!(queue.pop(), Some((time, handle)), "seed {seed}, spread {spread}, step {step}");
                }
                assert_eq!(queue.len(), sorted.len());
            }
        }
    }

    #[test]
    fn entries_leave_in_the_order_of_time_and_tie_break() {
        for seed in 0..8 {
            for spread in [1, 1_000, 20_000_000, 10_000_000_000, 1 << 60] {
                agrees_with_a_sorted_list(seed, spread, 10_000_000);
                agrees_with_a_sorted_list(seed, spread, 1);
            }
        }
    }

    #[test]
    fn entries_keep_their_order_while_the_wheel_becomes_finer() {
        let dice = Dice::new(Seed(5));
        let mut queue = Queue::new();
        for round in 0..2u64 {
            queue.reset(10_000_000);
            let mut sorted = std::collections::BTreeSet::new();
            let mut now = 0;
            for step in 0..60_000u32 {
                let draw = |nth, bound| dice.below(Concern::Order, Name(round << 32 | u64::from(step)), nth, bound);
                // Three entries come for each that goes, then the other way round.
                if draw(0, 4) < if step < 30_000 { 3 } else { 1 } {
                    let time = now + draw(1, 60_000_000);
                    queue.push(time, u64::from(step), step);
                    sorted.insert((time, step));
                } else if let Some((time, handle)) = sorted.pop_first() {
                    now = time;
                    assert_eq!(queue.pop(), Some((time, handle)));
                }
            }
            assert_eq!(queue.slots.len(), WORD * WORD, "as fine as it gets");
            assert_eq!(queue.len(), sorted.len());
        }
    }

    #[test]
    fn ten_thousand_entries_of_one_instant_leave_in_the_order_of_insertion() {
        let mut queue = Queue::new();
        for i in 0..10_000 {
            queue.push(5_000_000, u64::from(i), i);
        }
        for i in 0..10_000 {
            assert_eq!(queue.pop(), Some((5_000_000, i)));
        }
        assert!(queue.is_empty());
    }
}
