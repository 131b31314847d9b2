//! `mix.exs`.

use super::Declared;
use crate::source::SourceFile;
use crate::survey::script::{self, Expr, Kind, Language};

pub(super) fn mix_exs(file: &SourceFile) -> Vec<Declared> {
    let entries = script::read(file, Language::Elixir);
    let mut declared = Vec::new();
    script::each_entry(&entries, &mut |entry| {
        let Kind::Group(members) = &entry.value.kind else {
            return;
        };
        // `{:name, "~> 1.0", only: :test}`
        if let [name, version, ..] = members.as_slice()
            && let Kind::Name(package) = &name.value.kind
            && (matches!(version.value.kind, Kind::Text(_)) || version.key.is_some())
        {
            let only = script::get(members, "only").is_some_and(|only| !names_production(only));
            declared.push(Declared::new("hex", package, only, entry.start));
        }
    });
    declared
}

fn names_production(only: &Expr) -> bool {
    let is_prod = |expr: &Expr| expr.kind == Kind::Name("prod".to_owned());
    is_prod(only) || only.entries().iter().any(|entry| is_prod(&entry.value))
}
