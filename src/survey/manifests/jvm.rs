//! `pom.xml`, Gradle build scripts and version catalogs.

use toml_edit::Item;

use super::{Broken, Declared, key_start, toml};
use crate::source::SourceFile;
use crate::survey::script::{self, Language};
use crate::survey::xml;

pub(super) fn pom_xml(file: &SourceFile) -> Vec<Declared> {
    let mut declared: Vec<Declared> = Vec::new();
    let mut group = "";
    let mut within = "";
    for element in xml::elements(file) {
        match element.name() {
            "dependency" | "plugin" | "parent" => {
                within = element.name();
                group = "";
            }
            "groupId" => group = element.text,
            "artifactId" if element.parent() == within => {
                let id = format!("{group}:{}", element.text);
                // Importing a parent's defaults is not using it, building with it is.
                declared.push(Declared::new("maven", &id, within == "plugin", element.start));
            }
            "scope" if element.text == "test" && element.parent() == "dependency" => {
                if let Some(last) = declared.last_mut() {
                    last.development = true;
                }
            }
            _ => {}
        }
    }
    declared
}

pub(super) fn build_gradle(file: &SourceFile) -> Vec<Declared> {
    let entries = script::read(file, Language::Gradle);
    let mut declared = Vec::new();
    script::each_call(&entries, &mut |name, arguments, start| {
        let Some(text) = arguments.first().and_then(|first| first.value.text()) else {
            return;
        };
        if name == "id" || name == "kotlin" {
            declared.push(Declared::new("gradle", &text, false, start));
            return;
        }
        let mut parts = text.split(':');
        if let (Some(group), Some(artifact)) = (parts.next(), parts.next())
            && is_configuration(name)
        {
            let development = name.starts_with("test") || name.starts_with("androidTest");
            declared.push(Declared::new("maven", &format!("{group}:{artifact}"), development, start));
        }
    });
    declared
}

fn is_configuration(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["implementation", "api", "compile", "only", "classpath", "platform", "processor", "flywaymigration"]
        .iter()
        .any(|known| name.ends_with(known))
}

pub(super) fn version_catalog(file: &SourceFile) -> Result<Vec<Declared>, Broken> {
    let document = toml(file)?;
    let libraries = document.as_item().get("libraries").and_then(Item::as_table_like);
    let plugins = document.as_item().get("plugins").and_then(Item::as_table_like);
    let mut declared = Vec::new();
    for (table, ecosystem) in
        [(libraries, "maven"), (plugins, "gradle")].into_iter().filter_map(|(t, e)| Some((t?, e)))
    {
        for (alias, item) in table.iter() {
            if let Some(id) = catalogued(item) {
                declared.push(Declared::new(ecosystem, &id, false, key_start(table, alias)));
            }
        }
    }
    Ok(declared)
}

fn catalogued(item: &Item) -> Option<String> {
    if let Some(text) = item.as_str() {
        let (id, _) = text.rsplit_once(':')?;
        return Some(id.to_owned());
    }
    let table = item.as_table_like()?;
    let text = |key: &str| table.get(key).and_then(Item::as_str);
    if let Some(id) = text("module").or_else(|| text("id")) {
        return Some(id.to_owned());
    }
    Some(format!("{}:{}", text("group")?, text("name")?))
}
