//! Container image references.

use std::fmt;

/// A container image reference, taken apart: `[registry/]repository[:tag][@digest]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef {
    /// Host that serves it (`ghcr.io`, `localhost:5000`); none for the default registry.
    pub registry: Option<String>,
    /// Repository without the registry (`postgres`, `library/postgres`).
    pub repository: String,
    /// Tag (`15-alpine`).
    pub tag: Option<String>,
    /// Digest (`sha256:…`).
    pub digest: Option<String>,
}

impl ImageRef {
    /// Reads a reference; none when it names no repository. A tag that is left empty or broken by an unset variable is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        let (rest, tag) = match rest.rsplit_once(':') {
            Some((rest, tag)) if !tag.contains('/') => (rest, Some(tag)),
            _ => (rest, None),
        };
        let (registry, repository) = match rest.split_once('/') {
            Some((host, repository)) if is_host(host) => (Some(host.to_owned()), repository),
            _ => (None, rest),
        };
        if repository.is_empty() || repository.contains(char::is_whitespace) {
            return None;
        }
        let tag = tag.filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        Some(Self { registry, repository: repository.to_owned(), tag: tag.map(str::to_owned), digest })
    }

    /// Last component of the repository (`postgres` of `library/postgres`).
    pub fn name(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }

    /// Major version that the tag tells: the number behind `pg` where a part of the tag is written so (`2.14-pg16`),
    /// else the number that the tag starts with.
    pub fn major(&self) -> Option<u32> {
        let tag = self.tag.as_deref()?;
        let server = tag.split(['-', '_']).find_map(|part| leading_number(part.strip_prefix("pg")?));
        server.or_else(|| leading_number(tag.strip_prefix('v').unwrap_or(tag)))
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(registry) = &self.registry {
            write!(f, "{registry}/")?;
        }
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

fn is_host(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':'])
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn references_come_apart_and_back_together() {
        let cases = [
            ("postgres", (None, "postgres", None)),
            ("postgres:15-alpine", (None, "postgres", Some("15-alpine"))),
            ("docker.io/library/postgres:16", (Some("docker.io"), "library/postgres", Some("16"))),
            ("localhost:5000/db", (Some("localhost:5000"), "db", None)),
            ("bitnami/redis:7", (None, "bitnami/redis", Some("7"))),
            ("mysql@sha256:abc", (None, "mysql", None)),
        ];
        for (text, (registry, repository, tag)) in cases {
            let image = ImageRef::parse(text).unwrap();
            assert_eq!(
                (image.registry.as_deref(), image.repository.as_str(), image.tag.as_deref()),
                (registry, repository, tag)
            );
            assert_eq!(image.to_string(), text);
        }
    }

    #[test]
    fn what_an_unset_variable_leaves_is_no_tag() {
        assert_eq!(ImageRef::parse("postgres:").unwrap().tag, None);
        assert_eq!(ImageRef::parse("postgres:-alpine").unwrap().tag, None);
        assert_eq!(ImageRef::parse(""), None);
        assert_eq!(ImageRef::parse("ghcr.io/"), None);
    }

    #[test]
    fn majors_come_from_the_tag() {
        let major = |text| ImageRef::parse(text).and_then(|image| image.major());
        assert_eq!(major("postgres:15.3-alpine"), Some(15));
        assert_eq!(major("timescale/timescaledb:2.14.2-pg16"), Some(16));
        assert_eq!(major("pgvector/pgvector:pg17"), Some(17));
        assert_eq!(major("x:v8"), Some(8));
        assert_eq!((major("postgres"), major("postgres:latest")), (None, None));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            if let Some(image) = ImageRef::parse(&text) {
                image.major();
            }
        }
    }
}
