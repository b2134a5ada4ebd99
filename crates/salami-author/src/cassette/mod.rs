//! Exchanges with models, recorded and played.
