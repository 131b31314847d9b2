//! Which engine a container image runs, and where it keeps its data.

use super::Presets;
use super::containers::Container;
use super::model::{DataDirectory, Engine, Image, Variables};
use super::wildcard;
use crate::survey::image::ImageRef;

/// An image that a preset knows.
#[derive(Debug, Clone, Copy)]
pub struct KnownImage<'a> {
    /// The engine it runs.
    pub engine: &'a Engine,
    image: &'a Image,
    major: Option<u32>,
}

impl Presets {
    /// The engine that an image runs: registry, tag and digest do not matter, and of all patterns that match, the one with most
    /// components, then the longest, decides.
    pub fn by_image(&self, image: &ImageRef) -> Option<KnownImage<'_>> {
        let major = image.major();
        self.engines
            .iter()
            .flat_map(|engine| engine.images.iter().map(move |image| (engine, image)))
            .filter(|(_, known)| matches(&known.pattern, &image.repository))
            .max_by_key(|(_, known)| (known.pattern.matches('/').count(), known.pattern.len()))
            .map(|(engine, image)| KnownImage { engine, image, major })
    }
}

impl<'a> KnownImage<'a> {
    /// The directory that holds the data, for the version that the tag names; without one, for the newest.
    pub fn data_directory(&self) -> Option<&'a str> {
        self.layout().map(|directory| &*directory.path)
    }

    /// Whether data that nobody mounts goes to a volume without a name, rather than into the container itself.
    pub fn declares_volume(&self) -> bool {
        self.layout().is_some_and(|directory| directory.declared)
    }

    /// Major version that the tag names.
    pub fn major(&self) -> Option<u32> {
        self.major
    }

    fn layout(&self) -> Option<&'a DataDirectory> {
        let data = if self.image.data.is_empty() { &self.base()?.data } else { &self.image.data };
        data.iter().find(|directory| match self.major {
            Some(major) => {
                directory.from.is_none_or(|from| major >= from)
                    && directory.before.is_none_or(|before| major < before)
            }
            None => directory.before.is_none(),
        })
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

impl Container {
    /// Whether `image` is one of these.
    pub fn is(&self, image: &ImageRef) -> bool {
        self.images.iter().any(|pattern| matches(pattern, &image.repository))
    }
}

/// Whether the last components of `repository` match those of `pattern`.
fn matches(pattern: &str, repository: &str) -> bool {
    let mut components = repository.rsplit('/');
    pattern.rsplit('/').all(|wanted| components.next().is_some_and(|name| wildcard::matches(wanted, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(image: &str) -> Option<String> {
        Presets::embedded().by_image(&ImageRef::parse(image)?).map(|known| known.engine.id.to_string())
    }

    #[test]
    fn registries_tags_and_digests_do_not_matter() {
        for image in ["localhost/postgres", "a.b:5000/x/y/postgres:16@sha256:00", " postgres "] {
            assert_eq!(engine(image).as_deref(), Some("postgres"), "{image}");
        }
        assert_eq!(engine("postgres/postgres-thing"), None);
    }

    #[test]
    fn the_tag_decides_where_the_data_is() {
        let presets = Presets::embedded();
        let data =
            |image: &str| presets.by_image(&ImageRef::parse(image)?)?.data_directory().map(str::to_owned);
        assert_eq!(data("postgres:17").as_deref(), Some("/var/lib/postgresql/data"));
        assert_eq!(data("postgres:18-alpine").as_deref(), Some("/var/lib/postgresql"));
        assert_eq!(data("pgvector/pgvector:0.7.4-pg16").as_deref(), Some("/var/lib/postgresql/data"));
        assert_eq!(data("postgres:alpine").as_deref(), Some("/var/lib/postgresql"));
        assert_eq!(data("influxdb").as_deref(), Some("/var/lib/influxdb3"));
    }

    #[test]
    fn images_inherit_what_they_do_not_say() {
        let presets = Presets::embedded();
        let known =
            presets.by_image(&ImageRef::parse("postgis/postgis:16-3.4").expect("image")).expect("known");
        assert_eq!(known.variables().default_user.as_deref(), Some("postgres"));
        assert_eq!(known.data_directories().count(), 2);
    }
}
