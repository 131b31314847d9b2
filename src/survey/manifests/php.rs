//! `composer.json`.

use super::{Broken, Declared, json};
use crate::source::SourceFile;

pub(super) fn composer_json(file: &SourceFile) -> Result<Vec<Declared>, Broken> {
    let manifest = json(file)?;
    let sections = [("require", false), ("require-dev", true)];
    Ok(sections
        .iter()
        .filter_map(|(name, development)| Some((manifest.get(name)?, *development)))
        .flat_map(|(section, development)| {
            section.members().iter().map(move |member| {
                Declared::new("composer", &member.key.to_ascii_lowercase(), development, member.start)
            })
        })
        .collect())
}
