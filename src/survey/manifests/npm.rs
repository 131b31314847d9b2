//! `package.json`.

use super::{Broken, Declared, json};
use crate::source::SourceFile;

const SECTIONS: [(&str, bool); 4] = [
    ("dependencies", false),
    ("optionalDependencies", false),
    ("peerDependencies", true),
    ("devDependencies", true),
];

pub(super) fn package_json(file: &SourceFile) -> Result<Vec<Declared>, Broken> {
    let manifest = json(file)?;
    let sections =
        SECTIONS.iter().filter_map(|(name, development)| Some((manifest.get(name)?, *development)));
    Ok(sections
        .flat_map(|(section, development)| {
            section
                .members()
                .iter()
                .map(move |member| Declared::new("npm", &member.key, development, member.start))
        })
        .collect())
}
