//! An application that changes its own tables.

use super::{Rule, View, hazards};
use crate::finding::{Description, Finding, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "orm-autosync",
        title: "Application changes or drops its own tables",
        severity: Severity::High,
        why: "The schema follows the code at every start. A field that was renamed is a column dropped and another made; some settings \
              drop everything first. It happens wherever the program starts, with whatever database it finds.",
        evidence: "https://github.com/typeorm/typeorm/issues/2344, https://github.com/sequelize/sequelize/issues/2670",
        bad: "export const source = new DataSource({\n  type: 'postgres',\n  url: process.env.DATABASE_URL,\n  synchronize: true,\n});\n",
        good: "export const source = new DataSource({\n  type: 'postgres',\n  url: process.env.DATABASE_URL,\n  synchronize: false,\n});\n",
        remedy: "Switch it off and change the schema by migrations that are reviewed, backed up before, and run once.",
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

    fn node(package: &str, path: &str, text: &str) -> Vec<String> {
        let manifest = format!("{{\"dependencies\": {{\"{package}\": \"1\"}}}}");
        trial::found(&RULE, &[("package.json", &manifest), (path, text)])
    }

    #[test]
    fn typeorm() {
        let path = "src/data-source.ts";
        assert_eq!(node("typeorm", path, RULE.about.bad), ["src/data-source.ts:4 high"]);
        assert!(node("typeorm", path, RULE.about.good).is_empty());
        assert!(node("left-pad", path, RULE.about.bad).is_empty());
        let conditional = RULE.about.bad.replace("true", "process.env.NODE_ENV !== 'production'");
        assert_eq!(node("typeorm", path, &conditional), ["src/data-source.ts:4 medium"]);
        let comment = RULE.about.good.replace("false,", "false, // synchronize: true");
        assert!(node("typeorm", path, &comment).is_empty());
        assert!(node("typeorm", "src/clock.ts", "clock({ synchronize: true, every: 5 });\n").is_empty());
        assert!(node("typeorm", "test/data-source.ts", RULE.about.bad).is_empty());
        let json = "{\"type\": \"mysql\", \"database\": \"a\", \"dropSchema\": true}";
        assert_eq!(node("typeorm", "ormconfig.json", json), ["ormconfig.json:1 critical"]);
        let memory = RULE.about.bad.replace("process.env.DATABASE_URL", "':memory:'");
        assert!(node("typeorm", path, &memory).is_empty());
    }

    #[test]
    fn sequelize() {
        let sync = |arguments: &str| {
            format!("async function start() {{\n  await sequelize.sync({arguments});\n}}\nstart();\n")
        };
        assert_eq!(node("sequelize", "app.js", &sync("{ force: true }")), ["app.js:2 critical"]);
        assert_eq!(node("sequelize", "app.js", &sync("{ logging: false, alter: true }")), ["app.js:2 high"]);
        assert!(node("sequelize", "app.js", &sync("")).is_empty());
        assert!(node("sequelize", "app.js", &sync("{ force: false }")).is_empty());
        let guarded = "if (process.env.NODE_ENV === 'development') {\n  db.sync({ force: true });\n}\n";
        assert_eq!(node("sequelize", "app.js", guarded), ["app.js:2 high"]);
    }

    #[test]
    fn spring() {
        let manifest = "<project><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId></dependency></dependencies></project>";
        let found = |path: &str, text: &str| trial::found(&RULE, &[("pom.xml", manifest), (path, text)]);
        let path = "src/main/resources/application.properties";
        assert_eq!(
            found(path, "# x\nspring.jpa.hibernate.ddl-auto=create\n"),
            [format!("{path}:2 critical")]
        );
        assert_eq!(found(path, "spring.jpa.hibernate.ddl-auto = update\n"), [format!("{path}:1 low")]);
        assert!(found(path, "spring.jpa.hibernate.ddl-auto=validate\n").is_empty());
        assert!(
            found(path, "spring.datasource.url=jdbc:h2:mem:a\nspring.jpa.hibernate.ddl-auto=create\n")
                .is_empty()
        );
        assert!(
            found(
                "src/main/resources/application-test.yml",
                "spring:\n  jpa:\n    hibernate:\n      ddl-auto: create\n"
            )
            .is_empty()
        );
        let yaml = "spring:\n  jpa:\n    hibernate:\n      ddl-auto: create-drop\n";
        assert_eq!(
            found("src/main/resources/application.yml", yaml),
            ["src/main/resources/application.yml:4 critical"]
        );
    }

    #[test]
    fn entity_framework() {
        let manifest = "<Project><ItemGroup><PackageReference Include=\"Microsoft.EntityFrameworkCore\" Version=\"9\" /></ItemGroup></Project>";
        let found = |text: &str| trial::found(&RULE, &[("App.csproj", manifest), ("Data/Init.cs", text)]);
        let text = "public class Init {\n    public async Task Run() {\n        // drop\n        await _context.Database.EnsureDeletedAsync();\n    }\n}\n";
        assert_eq!(found(text), ["Data/Init.cs:4 high"]);
        let guarded = text.replace("// drop", "if (app.Environment.IsDevelopment())");
        assert_eq!(found(&guarded), ["Data/Init.cs:4 medium"]);
        assert!(found("// context.Database.EnsureDeleted();\n").is_empty());
    }

    #[test]
    fn keys_that_only_look_alike() {
        let path = "src/data-source.ts";
        let at = |text: &str| node("typeorm", path, text);
        assert!(at(&RULE.about.bad.replace("synchronize", "desynchronize")).is_empty());
        assert!(at(&RULE.about.bad.replace("true", "isLocal()")).is_empty());
        assert!(at(&RULE.about.bad.replace("true", "a === b")).is_empty());
        assert_eq!(at(&RULE.about.bad.replace("true", "process.env.NODE_ENV === 'development'")).len(), 1);
        let found = trial::run(
            &RULE,
            &[("package.json", "{\"dependencies\": {\"typeorm\": \"1\"}}"), (path, RULE.about.bad)],
        );
        assert!(found[0].message.contains("`synchronize`"), "{}", found[0].message);
        assert_eq!(found[0].kind, crate::finding::Kind::Code);
    }

    #[test]
    fn a_question_before_the_call() {
        let call = |before: &str| format!("{before}\n  await db.sync({{ force: true }});\n");
        let found = |before: &str| node("sequelize", "app.js", &call(before));
        assert_eq!(found("if (isDev) {"), ["app.js:2 high"]);
        assert_eq!(found("} else if (process.env.APP_ENV === 'local') {"), ["app.js:2 high"]);
        assert_eq!(found("if (ready) {"), ["app.js:2 critical"]);
        assert_eq!(found("const env = process.env.NODE_ENV;"), ["app.js:2 critical"]);
        let after = "db.sync({ force: true });\nif (isDev) {}\n";
        assert_eq!(node("sequelize", "app.js", after), ["app.js:1 critical"]);
        let far = format!("if (isDev) {{}}\n{}db.sync({{ force: true }});\n", "x();\n".repeat(9));
        assert_eq!(node("sequelize", "app.js", &far), ["app.js:11 critical"]);
        assert!(node("sequelize", "app.js", "cache.sync_all({ force: true });\n").is_empty());
    }
}
