//! What the result must look like.
