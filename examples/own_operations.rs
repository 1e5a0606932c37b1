//! A data type of one's own whose operations travel, hunted: a shelf of books, where whoever puts a book back wins
//! over whoever takes it away at the same time.
//!
//! Taking a book away names the copies that were seen, so it must come after the puts that it saw: causal order, which
//! the hunt then keeps. Say [`Delivery::AnyOnce`] instead, and a story is found in which a removal overtakes a put.

use std::collections::{BTreeMap, BTreeSet};

use squall::base::{Identity, Refused};
use squall::replica::{Delivery, Site};
use squall::subject::{ByOperation, Effects, Subject};

/// A copy of a book: who put it there, and which of its puts that was.
type Copy = (Identity, u64);

/// The copies of each book.
#[derive(Clone, Debug, Default)]
struct Shelf {
    copies: BTreeMap<String, BTreeSet<Copy>>,
    puts: BTreeMap<Identity, u64>,
}

#[derive(Clone, Debug, PartialEq)]
enum Op {
    Put(String),
    Take(String),
}

/// What travels.
#[derive(Clone, Debug)]
enum Effect {
    Put(String, Copy),
    Take(String, BTreeSet<Copy>),
}

impl Subject for Shelf {
    type Op = Op;
    type View = BTreeSet<String>;
    type Form = ByOperation;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Op {
        let book = ["Emma", "Ulysses"][pick(2) as usize].to_owned();
        if pick(3) == 0 { Op::Take(book) } else { Op::Put(book) }
    }

    fn view(&self) -> BTreeSet<String> {
        self.copies.keys().cloned().collect()
    }
}

impl Effects for Shelf {
    type Effect = Effect;
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &Op, site: Site) -> Result<Effect, Refused> {
        match op {
            Op::Put(book) => {
                let before = self.puts.get(&site.identity).copied().unwrap_or(0);
                Ok(Effect::Put(book.clone(), (site.identity, before + 1)))
            }
            Op::Take(book) => {
                let seen = self.copies.get(book).ok_or_else(|| Refused::because("it is not on the shelf"))?;
                Ok(Effect::Take(book.clone(), seen.clone()))
            }
        }
    }

    fn effect(&mut self, effect: &Effect) {
        match effect {
            Effect::Put(book, copy) => {
                self.puts.insert(copy.0, copy.1);
                self.copies.entry(book.clone()).or_default().insert(*copy);
            }
            Effect::Take(book, seen) => {
                if let Some(copies) = self.copies.get_mut(book) {
                    copies.retain(|copy| !seen.contains(copy));
                }
                self.copies.retain(|_, copies| !copies.is_empty());
            }
        }
    }
}

fn main() {
    // What must be shown: each book with a put that nobody who saw it took away.
    let hunt = squall::hunt::<Shelf>().seeds(0..300).specified(|known| {
        let is_taken = |put: &str, by: &Op| matches!(by, Op::Take(book) if book == put);
        let mut shelf = BTreeSet::new();
        for update in known.iter() {
            if let Op::Put(book) = &*update.op
                && !known.iter().any(|later| later.saw(update) && is_taken(book, &later.op))
            {
                shelf.insert(book.clone());
            }
        }
        shelf
    });
    match hunt.run() {
        Some(found) => println!("{found}"),
        None => println!("nothing was found in 300 runs"),
    }
}
