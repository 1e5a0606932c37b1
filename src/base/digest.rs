//! 128-bit digests over our own canonical bytes.
//!
//! Numbers are fed little-endian and at a fixed width, and whatever has a length is fed length first, so
//! that no two values share their bytes and no platform has bytes of its own. `std::hash::Hash` promises
//! neither.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// A 128-bit fingerprint.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u128);

impl Digest {
    /// That of bytes as they are.
    pub fn of_bytes(bytes: &[u8]) -> Digest {
        Digest(xxh3_128(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// Up to here bytes are only collected; a longer input is hashed as it comes.
const COLLECTED: usize = 4096;

/// Takes canonical bytes in, gives a [`Digest`] back, and is used again for the next.
pub struct Digester {
    collected: Box<[u8; COLLECTED]>,
    len: usize,
    stream: Option<Box<Xxh3>>,
    streaming: bool,
}

impl Default for Digester {
    fn default() -> Digester {
        Digester { collected: Box::new([0; COLLECTED]), len: 0, stream: None, streaming: false }
    }
}

impl Digester {
    /// An empty one.
    pub fn new() -> Digester {
        Digester::default()
    }

    /// The digest of one value.
    pub fn of<T: Canonical + ?Sized>(value: &T) -> Digest {
        let mut digester = Digester::new();
        value.feed(&mut digester);
        digester.finish()
    }

    /// Takes in bytes as they are. A caller that feeds a variable number of them feeds their length first.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        match self.collected.get_mut(self.len..self.len + bytes.len()) {
            Some(free) => {
                free.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.overflow(bytes),
        }
    }

    /// Takes in some numbers.
    #[inline]
    pub fn words<const N: usize>(&mut self, words: [u64; N]) {
        match self.collected.get_mut(self.len..self.len + 8 * N) {
            Some(free) => {
                for (free, word) in free.chunks_exact_mut(8).zip(words) {
                    free.copy_from_slice(&word.to_le_bytes());
                }
                self.len += 8 * N;
            }
            None => words.iter().for_each(|word| self.overflow(&word.to_le_bytes())),
        }
    }

    /// Takes in one number.
    #[inline]
    pub fn word(&mut self, word: u64) {
        self.words([word]);
    }

    /// Takes in what no longer fits.
    #[cold]
    fn overflow(&mut self, bytes: &[u8]) {
        self.spill();
        match self.collected.get_mut(..bytes.len()) {
            Some(free) => {
                free.copy_from_slice(bytes);
                self.len = bytes.len();
            }
            None => self.stream().update(bytes),
        }
    }

    fn spill(&mut self) {
        let collected = self.len;
        self.len = 0;
        if !self.streaming {
            self.streaming = true;
            self.stream().reset();
        }
        let stream = self.stream.get_or_insert_default();
        stream.update(&self.collected[..collected]);
    }

    fn stream(&mut self) -> &mut Xxh3 {
        self.stream.get_or_insert_default()
    }

    /// The digest of all that was taken in since the last one, and a fresh start.
    pub fn finish(&mut self) -> Digest {
        let digest = if self.streaming {
            self.spill();
            self.stream().digest128()
        } else {
            xxh3_128(&self.collected[..self.len])
        };
        self.clear();
        Digest(digest)
    }

    /// Forgets all that was taken in.
    pub fn clear(&mut self) {
        self.len = 0;
        self.streaming = false;
    }
}

/// A value with one canonical sequence of bytes.
///
/// Equal values feed equal bytes, and different ones different bytes.
pub trait Canonical {
    /// Feeds the bytes.
    fn feed(&self, digester: &mut Digester);
}

macro_rules! canonical_numbers {
    ($($number:ty),*) => {$(
        impl Canonical for $number {
            #[inline]
            fn feed(&self, digester: &mut Digester) {
                digester.bytes(&self.to_le_bytes());
            }
        }
    )*};
}

canonical_numbers!(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128);

impl Canonical for usize {
    #[inline]
    fn feed(&self, digester: &mut Digester) {
        digester.word(*self as u64);
    }
}

impl Canonical for bool {
    fn feed(&self, digester: &mut Digester) {
        u8::from(*self).feed(digester);
    }
}

impl Canonical for char {
    fn feed(&self, digester: &mut Digester) {
        u32::from(*self).feed(digester);
    }
}

impl Canonical for () {
    fn feed(&self, _: &mut Digester) {}
}

impl Canonical for str {
    fn feed(&self, digester: &mut Digester) {
        self.len().feed(digester);
        digester.bytes(self.as_bytes());
    }
}

impl Canonical for String {
    fn feed(&self, digester: &mut Digester) {
        self.as_str().feed(digester);
    }
}

impl<T: Canonical + ?Sized> Canonical for &T {
    fn feed(&self, digester: &mut Digester) {
        (**self).feed(digester);
    }
}

impl<T: Canonical + ?Sized> Canonical for Box<T> {
    fn feed(&self, digester: &mut Digester) {
        (**self).feed(digester);
    }
}

impl<T: Canonical + ?Sized> Canonical for std::rc::Rc<T> {
    fn feed(&self, digester: &mut Digester) {
        (**self).feed(digester);
    }
}

impl<T: Canonical + ?Sized> Canonical for std::sync::Arc<T> {
    fn feed(&self, digester: &mut Digester) {
        (**self).feed(digester);
    }
}

impl<T: Canonical> Canonical for [T] {
    fn feed(&self, digester: &mut Digester) {
        self.len().feed(digester);
        for item in self {
            item.feed(digester);
        }
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn feed(&self, digester: &mut Digester) {
        self.as_slice().feed(digester);
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn feed(&self, digester: &mut Digester) {
        self.is_some().feed(digester);
        if let Some(value) = self {
            value.feed(digester);
        }
    }
}

impl<T: Canonical> Canonical for BTreeSet<T> {
    fn feed(&self, digester: &mut Digester) {
        self.len().feed(digester);
        for item in self {
            item.feed(digester);
        }
    }
}

impl<K: Canonical, V: Canonical> Canonical for BTreeMap<K, V> {
    fn feed(&self, digester: &mut Digester) {
        self.len().feed(digester);
        for (key, value) in self {
            key.feed(digester);
            value.feed(digester);
        }
    }
}

macro_rules! canonical_tuples {
    ($(($($item:ident),+))*) => {$(
        impl<$($item: Canonical),+> Canonical for ($($item,)+) {
            #[allow(non_snake_case, reason = "the macro names each part after its type")]
            fn feed(&self, digester: &mut Digester) {
                let ($($item,)+) = self;
                $($item.feed(digester);)+
            }
        }
    )*};
}

canonical_tuples!((A)(A, B)(A, B, C)(A, B, C, D));

macro_rules! canonical_newtypes {
    ($($newtype:ty),*) => {$(
        impl Canonical for $newtype {
            #[inline]
            fn feed(&self, digester: &mut Digester) {
                self.0.feed(digester);
            }
        }
    )*};
}

canonical_newtypes!(
    super::ReplicaId,
    super::Identity,
    super::ClientId,
    super::Incarnation,
    super::TimerId,
    super::Time,
    super::Span,
    super::Name
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_keeps_neighbours_apart() {
        assert_ne!(Digester::of(&("ab", "c")), Digester::of(&("a", "bc")));
        assert_ne!(Digester::of(&vec![vec![1u8], vec![]]), Digester::of(&vec![vec![], vec![1u8]]));
    }

    #[test]
    fn long_inputs_and_short_ones_agree_on_what_a_digest_is() {
        let bytes: Vec<u8> = (0..3 * COLLECTED).map(|i| i as u8).collect();
        let mut at_once = Digester::new();
        at_once.bytes(&bytes);
        let mut piecemeal = Digester::new();
        for piece in bytes.chunks(7) {
            piecemeal.bytes(piece);
        }
        let digest = at_once.finish();
        assert_eq!(digest, Digest(xxh3_128(&bytes)));
        assert_eq!(digest, piecemeal.finish());
        assert_eq!(piecemeal.finish(), Digest(xxh3_128(&[])), "a used digester starts afresh");
    }

    #[test]
    fn digests_are_pinned() {
        assert_eq!(Digester::of("squall").to_string(), "1ca4f9e7f4b8c5938a766eb2b6e1d049");
        assert_eq!(Digester::of(&(1u32, -1i64, Some(true))).to_string(), "0c13eebd24e62851e51311e766eb496d");
    }
}
