//! Generated documentation is what the code would generate now. `DBGUARD_BLESS=1` writes it.

#![allow(clippy::expect_used, reason = "a test may panic with a message")]

use std::fs;

fn assert_current(path: &str, text: &str) {
    if std::env::var_os("DBGUARD_BLESS").is_some() {
        fs::write(path, text).expect("written");
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "{path} is out of date; run: DBGUARD_BLESS=1 cargo test --test docs_current");
}

#[test]
fn the_policy_schema_is_current() {
    assert_current("docs/dbguard.schema.json", &dbguard::policy::file::schema());
}

#[test]
fn the_schema_of_the_audit_is_current() {
    assert_current("docs/audit.schema.json", &dbguard::report::audit::schema());
}

#[test]
fn c_6_the_page_of_engines_is_current_and_leaves_none_out() {
    let page = dbguard::presets::guide::engines().expect("rendered");
    for engine in &dbguard::presets::Presets::embedded().engines {
        assert!(page.contains(&format!("| `{}` |", engine.id)), "{} is missing", engine.id);
        assert!(page.contains(&*engine.advice), "{}: its advice is missing", engine.id);
    }
    assert_current("docs/engines.md", &page);
}

#[test]
fn every_rule_has_a_current_page_and_there_is_no_other() {
    let rules = dbguard::rules::RULES;
    for rule in rules {
        assert_current(
            &format!("docs/rules/{}.md", rule.about.id),
            &dbguard::report::audit::page(&rule.about),
        );
    }
    assert_eq!(fs::read_dir("docs/rules").expect("docs/rules").count(), rules.len(), "a page without a rule");
}

#[test]
fn c_6_the_top_level_is_what_the_card_says() {
    for entry in ["Cargo.toml", "src", "templates", "presets", "tests", "snapshots", "README.md"] {
        assert!(fs::metadata(entry).is_ok(), "{entry} is missing");
    }
}

#[test]
fn c_5_the_card_names_its_crates() {
    let manifest: toml_edit::DocumentMut =
        fs::read_to_string("Cargo.toml").expect("manifest").parse().expect("valid manifest");
    for name in ["clap", "minijinja", "include_dir", "walkdir", "toml_edit", "console", "git2"] {
        assert!(manifest["dependencies"].get(name).is_some(), "{name} is not a dependency");
    }
}

#[test]
fn every_command_is_documented() {
    let documented = fs::read_to_string("docs/cli.md").expect("docs/cli.md");
    let command = <dbguard::cli::Cli as clap::CommandFactory>::command();
    for sub in command.get_subcommands() {
        assert!(documented.contains(&format!("dbguard {}", sub.get_name())), "{} is missing", sub.get_name());
    }
    let init = command.find_subcommand("init").expect("init");
    for option in init.get_arguments().filter_map(clap::Arg::get_long) {
        assert!(documented.contains(&format!("--{option}")), "--{option} is missing");
    }
}

#[test]
fn every_setting_of_the_policy_is_documented() {
    let documented = fs::read_to_string("docs/policy.md").expect("docs/policy.md");
    let schema: serde_json::Value = serde_json::from_str(&dbguard::policy::file::schema()).expect("JSON");
    let mut settings = Vec::new();
    collect_properties(&schema, &mut settings);
    assert!(settings.len() > 40, "only {settings:?}");
    // As code, as a key or section of an example, or as the last part of a longer name.
    let is_named = |setting: &String| {
        ["`S`", "`S.", "\nS = ", " S = ", "\nS.", "[S]", "[S.", ".S]", "`.S`", "`S, ", " S, ", " S }"]
            .iter()
            .any(|form| documented.contains(&form.replace('S', setting)))
    };
    settings.retain(|setting| !is_named(setting));
    assert!(settings.is_empty(), "docs/policy.md lacks {settings:?}");
}

fn collect_properties(value: &serde_json::Value, into: &mut Vec<String>) {
    if let Some(properties) = value.get("properties").and_then(serde_json::Value::as_object) {
        into.extend(properties.keys().cloned());
    }
    let of_map = value.as_object().into_iter().flat_map(serde_json::Map::values);
    let of_list = value.as_array().into_iter().flatten();
    for child in of_map.chain(of_list) {
        collect_properties(child, into);
    }
}
