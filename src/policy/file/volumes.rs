//! The section `[volumes]` of `dbguard.toml`: which class a volume has, whatever its names suggest.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::presets::model::VolumeClass;

/// Classes by the key of a volume in the Compose file, or by the source of a bind mount as it is written there.
pub type Volumes = BTreeMap<String, VolumeClass>;

impl JsonSchema for VolumeClass {
    fn schema_name() -> Cow<'static, str> {
        "VolumeClass".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "How much it matters that a volume is lost.",
            "type": "string",
            "enum": ["critical", "important", "recreatable"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::load::Loaded;

    #[test]
    fn g4_8_a_class_is_one_of_three_and_a_mistake_has_a_place() {
        let parse = |text: &str| Loaded::parse(&format!("version = 1\n[volumes]\n{text}\n"));
        let file = parse("cache = \"recreatable\"\n\"./media files\" = \"critical\"").expect("valid").file;
        assert_eq!(file.volumes.get("./media files"), Some(&VolumeClass::Critical));
        let error = parse("cache = \"recreateable\"").expect_err("misspelt").to_string();
        assert!(
            error.starts_with("dbguard.toml:3:9: ") && error.ends_with("did you mean `recreatable`?"),
            "{error}"
        );
    }
}
