//! Who does the work: claim, do, finish.

pub mod deliveries;
