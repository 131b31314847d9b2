//! A destroying command in carriers, quoting and blanks that the fuzzer chooses: never allowed.
#![no_main]

#[path = "../../tests/guard/wrapping.rs"]
mod wrapping;

use dbguard::effects::facts::InMemory;
use dbguard::effects::knowledge::Knowledge;
use dbguard::guard::{self, Decision};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|choices: &[u8]| {
    let mut choices = choices.iter();
    let text = wrapping::wrapped(&mut |below| usize::from(choices.next().copied().unwrap_or_default()) % below);
    let facts = InMemory([("drop.sql".to_owned(), "DROP TABLE visits;".to_owned())].into());
    let verdict = guard::judge(&text, &facts, &Knowledge::embedded(), 0);
    assert!(verdict.decision > Decision::Allow, "{text}");
});
