//! The loop: write, check, run, judge, again.
