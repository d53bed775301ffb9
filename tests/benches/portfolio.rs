//! Many sets of answers.
fn main() {}
