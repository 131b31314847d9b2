//! Facts and plans as text: for machines as versioned JSON, for people at 80 columns.

pub mod accepted;
pub mod audit;
pub mod detect_json;
pub mod mended;
pub mod planned;
pub mod screen;
pub mod verdict;
pub mod wrap;
