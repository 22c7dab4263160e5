//! What there is to tell of tests and pods, as plain data, and its views.

pub mod explain;
