//! Which engine a container image runs, and where it keeps its data.

use super::Presets;
use super::model::{Engine, Image, Variables};
use super::wildcard;

/// An image that a preset knows.
#[derive(Debug, Clone, Copy)]
pub struct KnownImage<'a> {
    /// The engine it runs.
    pub engine: &'a Engine,
    image: &'a Image,
    major: Option<u32>,
}

/// A container image reference, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reference<'a> {
    /// Path without the registry: `library/postgres`.
    components: Vec<&'a str>,
    tag: Option<&'a str>,
}

impl Presets {
    /// The engine behind an image reference (`registry:5000/acme/postgres:16-alpine@sha256:…`): registry, tag and digest
    /// do not matter, and of all patterns that match, the longest decides.
    pub fn by_image(&self, reference: &str) -> Option<KnownImage<'_>> {
        let reference = Reference::parse(reference)?;
        self.engines
            .iter()
            .flat_map(|engine| engine.images.iter().map(move |image| (engine, image)))
            .filter(|(_, image)| reference.matches(&image.pattern))
            .max_by_key(|(_, image)| (image.pattern.matches('/').count(), image.pattern.len()))
            .map(|(engine, image)| KnownImage { engine, image, major: reference.major() })
    }
}

impl<'a> KnownImage<'a> {
    /// The directory that holds the data, for the version that the tag names; without one, for the newest.
    pub fn data_directory(&self) -> Option<&'a str> {
        let data = if self.image.data.is_empty() { &self.base()?.data } else { &self.image.data };
        data.iter()
            .find(|directory| match self.major {
                Some(major) => {
                    directory.from.is_none_or(|from| major >= from)
                        && directory.before.is_none_or(|before| major < before)
                }
                None => directory.before.is_none(),
            })
            .map(|directory| &*directory.path)
    }

    /// Every directory that some version of the image keeps data in.
    pub fn data_directories(&self) -> impl Iterator<Item = &'a str> {
        let base = self.base().map(|base| &base.data).filter(|_| self.image.data.is_empty());
        base.unwrap_or(&self.image.data).iter().map(|directory| &*directory.path)
    }

    /// The variables that its entrypoint reads.
    pub fn variables(&self) -> &'a Variables {
        match self.base() {
            Some(base) if self.image.variables == Variables::default() => &base.variables,
            _ => &self.image.variables,
        }
    }

    /// The engine's first image, from which the others inherit what they do not say.
    fn base(&self) -> Option<&'a Image> {
        self.engine.images.first()
    }
}

impl<'a> Reference<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim().trim_start_matches("docker://");
        let without_digest = text.split_once('@').map_or(text, |(name, _)| name);
        let slash = without_digest.rfind('/').map_or(0, |at| at + 1);
        let (path, tag) = match without_digest[slash..].split_once(':') {
            Some((name, tag)) => (&without_digest[..slash + name.len()], Some(tag)),
            None => (without_digest, None),
        };
        let mut components: Vec<&str> = path.split('/').collect();
        if components.len() > 1 && is_registry(components[0]) {
            components.remove(0);
        }
        if components.iter().any(|component| component.is_empty()) {
            return None;
        }
        Some(Self { components, tag })
    }

    fn matches(&self, pattern: &str) -> bool {
        let wanted: Vec<&str> = pattern.split('/').collect();
        let Some(skipped) = self.components.len().checked_sub(wanted.len()) else { return false };
        wanted.iter().zip(&self.components[skipped..]).all(|(pattern, name)| wildcard::matches(pattern, name))
    }

    /// The server's major version: `pg17` in tags that lead with another product's version, else the leading number.
    fn major(&self) -> Option<u32> {
        let words = || self.tag.into_iter().flat_map(|tag| tag.split(['-', '_', '.']));
        let leading = |word: &str| {
            word.split(|character: char| !character.is_ascii_digit())
                .next()
                .and_then(|digits| digits.parse().ok())
        };
        words()
            .find_map(|word| word.strip_prefix("pg").and_then(leading))
            .or_else(|| words().next().and_then(|word| leading(word.trim_start_matches('v'))))
    }
}

/// A first component is a registry when it could be a host and not a user.
fn is_registry(component: &str) -> bool {
    component.contains(['.', ':']) || component == "localhost"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(image: &str) -> Option<String> {
        Presets::embedded().by_image(image).map(|known| known.engine.id.to_string())
    }

    #[test]
    fn registries_tags_and_digests_do_not_matter() {
        for image in
            ["localhost/postgres", "a.b:5000/x/y/postgres:16@sha256:00", "docker://postgres", " postgres "]
        {
            assert_eq!(engine(image).as_deref(), Some("postgres"), "{image}");
        }
        assert_eq!(engine("a/"), None);
        assert_eq!(engine(""), None);
        assert_eq!(engine("postgres/postgres-thing"), None);
    }

    #[test]
    fn the_tag_decides_where_the_data_is() {
        let presets = Presets::embedded();
        let data =
            |image: &str| presets.by_image(image).and_then(|known| known.data_directory().map(str::to_owned));
        assert_eq!(data("postgres:17").as_deref(), Some("/var/lib/postgresql/data"));
        assert_eq!(data("postgres:18-alpine").as_deref(), Some("/var/lib/postgresql"));
        assert_eq!(data("pgvector/pgvector:0.7.4-pg16").as_deref(), Some("/var/lib/postgresql/data"));
        assert_eq!(data("postgres:alpine").as_deref(), Some("/var/lib/postgresql"));
        assert_eq!(data("influxdb").as_deref(), Some("/var/lib/influxdb3"));
    }

    #[test]
    fn images_inherit_what_they_do_not_say() {
        let presets = Presets::embedded();
        let known = presets.by_image("postgis/postgis:16-3.4").expect("known");
        assert_eq!(known.variables().default_user.as_deref(), Some("postgres"));
        assert_eq!(known.data_directories().count(), 2);
    }
}
