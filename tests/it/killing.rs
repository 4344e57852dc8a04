//! kill -9, on the real binary, again and again: what was answered 200 is
//! there, in order, and the store opens.
