//! `Gemfile` and gem specifications.

use super::Declared;
use crate::source::SourceFile;
use crate::survey::script::{self, Language};

pub(super) fn gemfile(file: &SourceFile) -> Vec<Declared> {
    let entries = script::read(file, Language::Ruby);
    let mut declared = Vec::new();
    script::each_call(&entries, &mut |name, arguments, start| {
        let development = match name.rsplit('.').next().unwrap_or(name) {
            "gem" | "add_dependency" | "add_runtime_dependency" => false,
            "add_development_dependency" => true,
            _ => return,
        };
        if let Some(gem) = arguments.first().and_then(|first| first.value.text()) {
            declared.push(Declared::new("gem", &gem, development, start));
        }
    });
    declared
}
