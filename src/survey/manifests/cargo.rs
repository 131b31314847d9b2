//! `Cargo.toml`.

use toml_edit::{Item, TableLike};

use super::{Broken, Declared, key_start, toml};
use crate::source::SourceFile;

const SECTIONS: [(&str, bool); 3] =
    [("dependencies", false), ("dev-dependencies", true), ("build-dependencies", true)];

pub(super) fn cargo_toml(file: &SourceFile) -> Result<Vec<Declared>, Broken> {
    let document = toml(file)?;
    let root = document.as_item();
    let targets = root.get("target").and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter);
    let holders = [Some(root), root.get("workspace")].into_iter().flatten();
    let mut declared = Vec::new();
    for holder in holders.chain(targets.map(|(_, target)| target)) {
        for (section, development) in SECTIONS {
            if let Some(table) = holder.get(section).and_then(Item::as_table_like) {
                declared.extend(crates(table, development));
            }
        }
    }
    Ok(declared)
}

fn crates(table: &dyn TableLike, development: bool) -> impl Iterator<Item = Declared> {
    table.iter().map(move |(key, item)| {
        let renamed = item.as_table_like().and_then(|table| table.get("package")).and_then(Item::as_str);
        Declared::new("cargo", &renamed.unwrap_or(key).replace('_', "-"), development, key_start(table, key))
    })
}
