//! How much a volume matters, as its names tell.

use super::Presets;
use super::model::{VolumeClass, VolumeSigns};
use super::wildcard;

impl Presets {
    /// The most careful class that the names of a volume are a sign of: its key or source, and where it is mounted.
    pub fn class_of_volume(&self, key: &str, mount_points: &[&str]) -> Option<VolumeClass> {
        self.volumes.iter().filter(|signs| has_sign(signs, key, mount_points)).map(|signs| signs.class).min()
    }
}

fn has_sign(signs: &VolumeSigns, key: &str, mount_points: &[&str]) -> bool {
    let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let names = key.split('/').map(str::to_owned).chain(mount_points.iter().map(|path| last(path)));
    let mut words = names.flat_map(|name| words(&name));
    let mut paths = mount_points.iter().copied().chain([key]).map(|path| path.trim_end_matches('/'));
    words.any(|word| signs.words.iter().any(|known| known.eq_ignore_ascii_case(&word)))
        || paths.any(|path| {
            path.starts_with('/') && signs.paths.iter().any(|known| wildcard::matches(known, path))
        })
}

/// The name itself and its words, numbers at their ends left away: `media-2` holds `media`.
fn words(name: &str) -> Vec<String> {
    let parts = name.split(|c: char| !c.is_alphanumeric());
    parts
        .map(|part| part.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned())
        .chain([name.to_owned()])
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g4_8_every_class_recognises_its_examples_and_not_its_look_alikes() {
        let presets = Presets::embedded();
        assert_eq!(presets.volumes.len(), 3);
        for signs in &presets.volumes {
            assert!(signs.examples.iter().any(|example| !example.matches), "{:?}", signs.class);
            for example in &signs.examples {
                let class = presets.class_of_volume(&example.key, &[&example.path]);
                assert_eq!(class == Some(signs.class), example.matches, "{example:?} is {class:?}");
            }
        }
    }

    #[test]
    fn g4_8_of_two_signs_the_more_careful_counts_and_nothing_is_no_class() {
        let presets = Presets::embedded();
        let class = |key: &str, path: &str| presets.class_of_volume(key, &[path]);
        assert_eq!(class("cache", "/app/uploads"), Some(VolumeClass::Critical));
        assert_eq!(class("ssl_cache", "/x"), Some(VolumeClass::Important));
        assert_eq!(class("media2", "/x"), Some(VolumeClass::Critical));
        assert_eq!(class("grafana_data", "/var/lib/grafana"), None);
    }
}
