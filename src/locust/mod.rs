//! The LocustTest.
