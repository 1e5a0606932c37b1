//! Small systems for tests, and the words to set them up and to say what came of them.

#![allow(dead_code, reason = "each test crate uses a part of this")]

pub(crate) mod log;
pub(crate) mod odd;
pub(crate) mod story;
pub(crate) mod stream;
