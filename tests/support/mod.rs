//! What the script tests share: a project with the generated scripts in it, and real servers to point it at.
//! Each test target uses a part of it.
#![allow(dead_code, missing_docs, unreachable_pub)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]
#![allow(clippy::print_stdout, reason = "a test that cannot run says so")]

pub mod lab;
pub mod mariadb;
pub mod postgres;
pub mod project;
pub mod redis;
pub mod sqlite;

/// A sequence of numbers that is the same in every run.
pub struct Seeded(pub u64);

impl Seeded {
    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
pub mod programs;
