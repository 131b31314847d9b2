//! `go.mod`: direct requirements only.

use super::Declared;
use crate::source::SourceFile;

pub(super) fn go_mod(file: &SourceFile) -> Vec<Declared> {
    let mut declared = Vec::new();
    let mut inside = false;
    let mut start = 0;
    for line in file.text().split_inclusive('\n') {
        let text = line.trim();
        let required = if inside { Some(text) } else { text.strip_prefix("require ") };
        if text.starts_with("require") && text.ends_with('(') {
            inside = true;
        } else if text == ")" {
            inside = false;
        } else if let Some(module) = required.filter(|_| !text.contains("// indirect")) {
            let module = module.split_whitespace().next().unwrap_or_default();
            if module.contains('.') && !module.starts_with("//") {
                declared.push(Declared::new("go", module, false, start));
            }
        }
        start += line.len();
    }
    declared
}
