//! Small worlds as scenario files, run and read back from their recordings: what measurements by name have in common.

use squall::base::{Seed, Time};
use squall::run::{Picture, depict, read};
use squall::scenario::File;

/// What a file says that is not wrong.
#[track_caller]
pub(crate) fn file(text: &str) -> File {
    read(text).unwrap_or_else(|mistakes| panic!("{}", mistakes.render("a measurement", text, false)))
}

/// What happens in a seed of a file.
pub(crate) fn lived(file: &File, seed: u64) -> Picture {
    depict(file, Seed(seed)).unwrap_or_else(|error| panic!("{}: {error:?}", file.name))
}

/// When the handled events of a run took place, by their numbers.
pub(crate) fn times(picture: &Picture) -> Vec<(u64, Time)> {
    let mut times: Vec<(u64, Time)> =
        picture.trace.records().iter().map(|record| (record.moment.step, record.moment.at)).collect();
    times.dedup();
    times
}

/// A count with commas, as in 1,234,567.
pub(crate) fn grouped(count: u64) -> String {
    if count < 1000 { count.to_string() } else { format!("{},{:03}", grouped(count / 1000), count % 1000) }
}

/// How many bytes a value takes on the wire.
pub(crate) fn size<T: serde::Serialize>(value: &T) -> u64 {
    postcard::to_allocvec(value).map_or(0, |bytes| bytes.len() as u64)
}
