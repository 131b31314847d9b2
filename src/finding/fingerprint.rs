//! What stays the same about a finding when the lines around it come and go.

use sha2::{Digest, Sha256};

/// Of what does not change, in 32 hexadecimal digits.
pub(crate) fn of(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// A line whose blanks do not count.
pub(crate) fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
