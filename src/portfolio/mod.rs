//! Many systems at once: a rulebook compiled for judging, records of answers, and what a whole portfolio comes to.
//!
//! [`Judge`] says of a set of answers what [`assess`](crate::assessment::assess) says, without the reasons and without
//! taking memory, so that a stream of records costs hardly more than reading it.

mod judge;
mod record;
mod sharing;
mod survey;
mod terms;
mod words;

pub use judge::{Judge, Judgement, Scratch};
pub use record::{Columns, Form, MOST_COLUMNS, Record, Unknown};
pub use sharing::{Joined, Part, Share, Shares, Sum};
pub use survey::{Asked, Deciding, Detail, Drive, Sure, Surveyor, System, Totals, Turn};
