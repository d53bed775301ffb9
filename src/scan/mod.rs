//! Reads what a repository already says.

mod source;

use crate::facts;
