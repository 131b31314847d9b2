//! Terraform and `OpenTofu` resources, and `CloudFormation` templates, that create a database server.

mod cloudformation;
pub mod hcl;

use super::environment::{self, Clues};
use super::found::Found;
use super::tree::Tree;
use super::{Confidence, Database, Environment, Origin, Place, Role, paths, url};
use crate::presets::Presets;
use crate::presets::model::Engine;

/// Notes the databases of every file that declares infrastructure.
pub fn detect(tree: &Tree, presets: &Presets, found: &mut Found) {
    for path in tree.paths() {
        if matches!(paths::ending(path), "tf" | "tofu") {
            if let Ok(file) = tree.read(path) {
                let blocks = hcl::blocks(file.text());
                found.databases.extend(blocks.iter().filter_map(|block| database(path, block, presets)));
            }
        } else if cloudformation::may_be_template(path) {
            found.databases.extend(cloudformation::databases(tree, path, presets));
        }
    }
}

/// What a declaration of a server tells.
struct Declared<'a> {
    engine: &'a Engine,
    place: Place,
    version: Option<String>,
    name: Option<String>,
    database: Option<String>,
    user: Option<String>,
    port: Option<u16>,
}

impl Declared<'_> {
    fn into_database(self) -> Database {
        let mut database = Database::new(&self.engine.id, Origin::Terraform, self.place);
        database.version = self.version;
        database.database = self.database;
        database.user = self.user;
        database.port = self.port.or_else(|| self.engine.ports.first().copied());
        database.confidence = Confidence::High;
        let path = database.sources.first().map(|place| place.path.clone()).unwrap_or_default();
        database.environment = environment::classify(&Clues {
            host: self.name.as_deref(),
            database: database.database.as_deref(),
            files: &[&path],
            ..Clues::default()
        });
        database.role = if database.environment == Environment::Test { Role::Test } else { self.engine.role };
        database
    }
}

fn database(path: &str, block: &hcl::Block, presets: &Presets) -> Option<Database> {
    let kind = match block.labels.as_slice() {
        [kind, _] if block.keyword == "resource" => kind.clone(),
        [_] if block.keyword == "module" => block.literal("source")?.split("?ref=").next()?.to_owned(),
        _ => return None,
    };
    let engine = presets.by_resource(&kind, |name| block.literal(name))?;
    let text = |names: &[&str]| names.iter().find_map(|name| url::known(&block.literal(name)?));
    let declared = Declared {
        engine,
        place: Place::new(path, block.line),
        version: text(&["engine_version", "redis_version", "database_version", "version", "server_version"]),
        name: text(&["identifier", "cluster_identifier", "name"]).or_else(|| block.labels.last().cloned()),
        database: text(&["db_name", "database_name"]),
        user: text(&["username", "master_username", "administrator_login"]),
        port: text(&["port"]).and_then(|port| port.parse().ok()),
    };
    Some(declared.into_database())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let mut found = Found::default();
        detect(&Tree::in_memory([(path, text)]), &Presets::embedded(), &mut found);
        let line = |database: &Database| {
            let told = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            format!(
                "{} {} {} {:?} @{}",
                database.engine,
                told(&database.version),
                told(&database.database),
                database.environment,
                database.sources[0].line
            )
        };
        found.databases.iter().map(line).collect()
    }

    #[test]
    fn resources_and_modules() {
        let text = "# resource \"aws_db_instance\" \"old\" {}\nresource \"aws_db_instance\" \"main\" {\n  engine         = \"postgres\"\n  engine_version = \"15.4\"\n  db_name        = \"shop\"\n  identifier     = \"shop-prod\"\n  tags = {\n    engine = \"mysql\"\n  }\n}\nresource \"google_redis_instance\" \"cart\" {\n  redis_version = \"REDIS_7_0\"\n}\nmodule \"db\" {\n  source = \"terraform-aws-modules/rds/aws\"\n  engine = \"mysql\"\n}\nresource \"aws_db_instance\" \"unknown\" {\n  engine = var.engine\n}\n";
        assert_eq!(
            found("main.tf", text),
            ["postgres 15.4 shop Production @2", "redis REDIS_7_0 - Unknown @11", "mysql - - Unknown @14"]
        );
    }

    #[test]
    fn comments_strings_and_heredocs_hide_nothing_and_add_nothing() {
        let text = "/* resource \"aws_rds_cluster\" \"a\" { engine = \"aurora-mysql\" } */\nlocals {\n  x = <<-EOT\n    resource \"aws_db_instance\" \"b\" {\n      engine = \"mysql\"\n    }\n  EOT\n  y = \"}\"\n  z = \"${jsonencode({ a = \"}\" })}\"\n}\nresource \"aws_rds_cluster\" \"c\" {\n  engine = \"aurora-postgresql\" // why\n}\n";
        assert_eq!(found("a.tf", text), ["postgres - - Unknown @11"]);
    }

    #[test]
    fn cloudformation_templates() {
        let text = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: postgres\n      EngineVersion: '16.1'\n      DBName: !Ref Name\n  Cache:\n    Type: AWS::ElastiCache::ReplicationGroup\n";
        assert_eq!(found("stack.yaml", text), ["postgres 16.1 - Unknown @4", "redis - - Unknown @10"]);
    }
}
