//! A content management system that fits the database to its code.

use super::{Rule, View, hazards};
use crate::finding::{Description, Finding, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "cms-autoschema",
        title: "Content management system drops what its code does not know",
        severity: Severity::Medium,
        why: "Started from another branch, or with a content type renamed, such a system removes the tables and columns that this \
              code does not have, with everything in them.",
        evidence: "https://github.com/strapi/strapi/issues/19141, https://github.com/payloadcms/payload/issues/4580",
        bad: "export default buildConfig({\n  db: postgresAdapter({ pool: { connectionString: process.env.DATABASE_URI } }),\n});\n",
        good: "export default buildConfig({\n  db: postgresAdapter({ push: false, pool: { connectionString: process.env.DATABASE_URI } }),\n});\n",
        remedy: "Switch the automatic changes off and use the system's migrations.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    hazards::find(view, &RULE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn payload() {
        let manifest = ("package.json", "{\"dependencies\": {\"payload\": \"3\"}}");
        let found = |text: &str| trial::found(&RULE, &[manifest, ("src/payload.config.ts", text)]);
        assert_eq!(found(RULE.about.bad), ["src/payload.config.ts:2 medium"]);
        assert!(found(RULE.about.good).is_empty());
        assert!(found("export default buildConfig({ db: mongooseAdapter({ url: '' }) });\n").is_empty());
    }

    #[test]
    fn strapi() {
        let manifest = ("package.json", "{\"dependencies\": {\"@strapi/strapi\": \"5\"}}");
        let found = |text: &str| trial::found(&RULE, &[manifest, ("config/database.js", text)]);
        let config =
            "module.exports = ({ env }) => ({ connection: { client: 'postgres', connection: {} } });\n";
        assert_eq!(found(config), ["config/database.js:1 medium"]);
        assert!(
            found(
                &config.replace("connection: {} }", "connection: {} }, settings: { forceMigration: false }")
            )
            .is_empty()
        );
        assert!(found(&config.replace("postgres", "sqlite")).is_empty());
    }
}
