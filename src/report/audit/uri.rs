//! Paths as addresses.

/// `path` as a URI reference, relative if the path is.
pub(super) fn encoded(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend([format!("%{byte:02X}")]);
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_reference_without_scheme_or_query() {
        assert_eq!(encoded("a b/50%/ü?#:c.md"), "a%20b/50%25/%C3%BC%3F%23%3Ac.md");
    }
}
