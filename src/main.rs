//! The `needk8s` program.

fn main() {}
