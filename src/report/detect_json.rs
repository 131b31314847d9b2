//! `dbguard.detect/1`: the survey as JSON.

use serde::Serialize;

use crate::survey::{Database, Evidence, Incomplete, Survey};

/// Name and version of the format.
pub const SCHEMA: &str = "dbguard.detect/1";

#[derive(Serialize)]
struct Detect<'a> {
    schema: &'static str,
    root: &'a str,
    languages: &'a [String],
    package_managers: &'a [String],
    frameworks: &'a [String],
    orms: &'a [String],
    test_commands: &'a [String],
    migrate_commands: &'a [String],
    databases: &'a [Database],
    compose_files: &'a [String],
    env_files: &'a [String],
    ci: &'a [String],
    agent_files: &'a [String],
    backup_scripts: &'a [String],
    migrations: &'a [String],
    evidence: &'a [Evidence],
    incomplete: &'a [Incomplete],
}

/// The survey of `root` as indented JSON with a final newline.
pub fn render(root: &str, survey: &Survey) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&Detect {
        schema: SCHEMA,
        root,
        languages: &survey.languages,
        package_managers: &survey.package_managers,
        frameworks: &survey.frameworks,
        orms: &survey.orms,
        test_commands: &survey.test_commands,
        migrate_commands: &survey.migrate_commands,
        databases: &survey.databases,
        compose_files: &survey.compose_files,
        env_files: &survey.env_files,
        ci: &survey.ci,
        agent_files: &survey.agent_files,
        backup_scripts: &survey.backup_scripts,
        migrations: &survey.migrations,
        evidence: &survey.evidence,
        incomplete: &survey.incomplete,
    })?;
    text.push('\n');
    Ok(text)
}
