//! The queue of what is to come, in the order of time.
//!
//! Owns *when* and nothing else: an entry is a time, a tie-break and a handle. Entries of one instant
//! leave in the order of their tie-breaks.
//!
//! A few entries lie in a sorted list. When they become many, near times go into a wheel of slots, and only the
//! slot that is being emptied is a heap; far times lie in a larger heap until the wheel comes round to
//! them. However the times are spread, no step is slower than a heap's.

const SLOTS: usize = 256;
const WORDS: usize = SLOTS / 64;
const HANDLE_BITS: u32 = 28;
/// Up to so many entries a sorted list is quicker.
const FEW: usize = 64;

/// The slot that an entry's time lies in.
#[inline]
fn slot_of(key: u128, shift: u32) -> u64 {
    (key >> 64) as u64 >> shift
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
    /// All there is, while that is little: the soonest last.
    few: Vec<u128>,
    /// Whether there is more than that, and all lies in the wheel.
    turning: bool,
    /// What lies in the current slot or before it.
    now: Heap,
    /// What lies in the slots after it, unordered within one.
    slots: Vec<Vec<u128>>,
    occupied: [u64; WORDS],
    /// What lies beyond the wheel.
    far: Heap,
    /// The number of the current slot since the start of time.
    current: u64,
    /// A slot is two to this power of nanoseconds long.
    shift: u32,
    in_slots: usize,
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
            few: Vec::with_capacity(FEW),
            turning: false,
            now: Heap::default(),
            slots: Vec::new(),
            occupied: [0; WORDS],
            far: Heap::default(),
            current: 0,
            shift: 18,
            in_slots: 0,
        }
    }

    /// Empties the queue and keeps its memory. The typical delay, in nanoseconds, decides how fine the
    /// wheel is; it changes how fast the queue is, never what comes out.
    pub fn reset(&mut self, typical: u64) {
        self.few.clear();
        self.now.0.clear();
        self.far.0.clear();
        if self.in_slots > 0 {
            for slot in &mut self.slots {
                slot.clear();
            }
        }
        self.occupied = [0; WORDS];
        self.in_slots = 0;
        self.turning = false;
        // A quarter of the wheel for a typical delay leaves room for ones four times as long.
        self.shift = (typical / (SLOTS as u64 / 4)).max(1).ilog2().clamp(4, 44);
    }

    /// How many entries are pending.
    pub fn len(&self) -> usize {
        self.few.len() + self.now.0.len() + self.in_slots + self.far.0.len()
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
        assert!(
            tie >> (64 - HANDLE_BITS) == 0 && handle >> HANDLE_BITS == 0,
            "tie-break {tie} or handle {handle} too large"
        );
        let key = u128::from(time) << 64 | u128::from(tie << HANDLE_BITS | u64::from(handle));
        if self.turning {
            self.place(key);
        } else if self.few.len() < FEW {
            let at = self.few.partition_point(|other| *other > key);
            self.few.insert(at, key);
        } else {
            self.set_up_wheel();
            self.place(key);
        }
    }

    /// There are many entries now: they go into the wheel.
    #[cold]
    fn set_up_wheel(&mut self) {
        self.turning = true;
        self.slots.resize(SLOTS, Vec::new());
        self.current = self.few.last().map_or(0, |key| slot_of(*key, self.shift));
        while let Some(key) = self.few.pop() {
            self.place(key);
        }
    }

    /// Puts a key in the wheel where its time belongs.
    #[inline]
    fn place(&mut self, key: u128) {
        let slot = slot_of(key, self.shift);
        if slot <= self.current {
            self.now.push(key);
        } else if slot - self.current < SLOTS as u64 {
            let index = (slot % SLOTS as u64) as usize;
            self.slots[index].push(key);
            self.occupied[index / 64] |= 1 << (index % 64);
            self.in_slots += 1;
        } else {
            self.far.push(key);
        }
    }

    /// Takes the soonest entry: its time and its handle.
    #[inline]
    pub fn pop(&mut self) -> Option<(u64, u32)> {
        if !self.turning {
            return self.few.pop().map(open);
        }
        if self.now.0.is_empty() && !self.turn() {
            return None;
        }
        self.now.pop().map(open)
    }

    /// The soonest entry, left where it is: its time and its handle.
    #[inline]
    pub fn peek(&mut self) -> Option<(u64, u32)> {
        if !self.turning {
            return self.few.last().copied().map(open);
        }
        if self.now.0.is_empty() && !self.turn() {
            return None;
        }
        self.now.peek().map(open)
    }

    /// Turns the wheel to the next slot that holds something; false when nothing is left.
    fn turn(&mut self) -> bool {
        let far = self.far.peek().map(|key| slot_of(key, self.shift));
        let near = (self.in_slots > 0).then(|| self.next_slot());
        let Some(slot) = near.into_iter().chain(far).min() else {
            self.turning = false;
            return false;
        };
        self.current = slot;
        let index = (slot % SLOTS as u64) as usize;
        if near == Some(slot) {
            let mut keys = std::mem::take(&mut self.slots[index]);
            self.in_slots -= keys.len();
            self.occupied[index / 64] &= !(1 << (index % 64));
            for key in keys.drain(..) {
                self.now.push(key);
            }
            self.slots[index] = keys;
        }
        while let Some(key) = self.far.peek()
            && slot_of(key, self.shift) - self.current < SLOTS as u64
        {
            self.far.pop();
            self.place(key);
        }
        true
    }

    /// The next slot after the current one that holds something.
    fn next_slot(&self) -> u64 {
        let start = ((self.current + 1) % SLOTS as u64) as usize;
        for step in 0..=WORDS {
            let word = (start / 64 + step) % WORDS;
            let mut bits = self.occupied[word];
            if step == 0 {
                bits &= !0 << (start % 64);
            } else if step == WORDS {
                bits &= !(!0 << (start % 64));
            }
            if bits != 0 {
                let index = word * 64 + bits.trailing_zeros() as usize;
                let ahead = (index + SLOTS - start) % SLOTS;
                return self.current + 1 + ahead as u64;
            }
        }
        unreachable!("{} entries in slots, and every slot empty", self.in_slots)
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
