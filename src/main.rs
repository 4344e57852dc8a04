//! The olifant binary.
fn main() {}
