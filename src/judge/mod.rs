//! Judging the final pod.
