//! The `dbguard` binary.

fn main() {}
