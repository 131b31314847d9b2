//! Commands that differ by a word: which rule tells of each, and how bad it is.

use super::{COMPOSE, audit};
use crate::finding::{Finding, Kind};

/// What is told of the commands of one file beside the Compose file, as `rule severity`.
fn told(path: &str, text: &str) -> Vec<String> {
    found(path, text).iter().map(|one| format!("{} {}", one.rule, one.severity.word())).collect()
}

fn found(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = audit(&[("compose.yml", COMPOSE), (path, text)]);
    findings.retain(|one| one.command.is_some());
    findings
}

pub(super) fn all_as_told(cases: &[(&str, &str, &str)]) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|(path, text, expected)| (path, text, expected, told(path, text).join(", ")))
        .filter(|(_, _, expected, told)| *expected != told)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn volumes_and_what_is_unused() {
    all_as_told(&[
        ("deploy.sh", "docker volume rm pgdata\n", "ci-deploy-volume-removal critical"),
        ("start.sh", "docker volume rm pgdata\n", "docker-volume-rm critical"),
        ("scripts/deploy-notes.sh", "docker volume rm pgdata\n", "docker-volume-rm high"),
        ("clean.sh", "docker compose down\n", ""),
        ("clean.sh", "docker compose down --rmi all\n", ""),
        ("clean.sh", "docker compose down --volumes\n", "compose-down-volumes high"),
        ("clean.sh", "docker-compose rm -fsv\n", "compose-down-volumes low"),
        ("clean.sh", "docker run -v a:b c\n", ""),
        ("clean.sh", "docker volume prune -af\n", "docker-prune medium"),
        ("clean.sh", "docker system prune -af --volumes\n", "docker-prune medium"),
        ("clean.sh", "docker system prune -af\n", "docker-prune info"),
        ("clean.sh", "docker image prune -f\n", ""),
        ("clean.sh", "colima delete\n", "docker-volume-rm low"),
        ("clean.sh", "docker rm -f web\n", "container-removed info"),
        ("clean.sh", "$dc down -t 30 --remove-orphans\n", ""),
        ("clean.sh", "$dc down -v\n", "compose-down-volumes high"),
        ("clean.sh", "$cli db:drop\n", "sql-drop-database high"),
        ("README.md", "It lies at `<DATA_DIR>/db.sqlite3`.\n", ""),
    ]);
}

/// What no other word in the file gives away.
#[test]
fn commands_that_programs_run() {
    all_as_told(&[
        (
            "ops/reset.py",
            "import subprocess\nsubprocess.run(['docker', 'compose', 'down', '-v'])\n",
            "compose-down-volumes high",
        ),
        (
            "ops/reset.js",
            "const { execSync } = require('child_process');\nexecSync('docker volume rm pgdata');\n",
            "docker-volume-rm high",
        ),
        ("ops/reset.rb", "system('docker volume rm pgdata')\n", "docker-volume-rm high"),
        ("ops/list.py", "import subprocess\nsubprocess.run(['docker', 'compose', 'ps'])\n", ""),
        ("ops/back.sh", "python manage.py migrate visits zero\n", "script-destructive high"),
        ("ops/load.sh", "rails db:structure:load\n", "script-destructive high"),
    ]);
}

#[test]
fn folders_and_backups() {
    all_as_told(&[
        ("clean.sh", "rm -rf /var/lib/postgresql/data\n", "data-path-removed high"),
        ("clean.sh", "rm -rf node_modules\n", ""),
        ("clean.sh", "rm -rf \"$DATA_DIR\"/*\n", "unset-var-rm high"),
        ("clean.sh", "rm -rf \"${DATA_DIR:?}\"/*\n", "data-path-removed high"),
        ("clean.sh", "rsync -a --delete build/ host:/srv/app/\n", ""),
        ("clean.sh", "rsync -a --delete build/ host:/srv/pgdata/\n", "deploy-sync-delete medium"),
        ("clean.sh", "rsync -a build/ host:/srv/app/\n", ""),
        ("clean.sh", "aws s3 sync --delete . s3://shop-backups\n", "deploy-sync-delete medium"),
        ("clean.sh", "rm -rf backups/\n", "backup-removed medium"),
        ("clean.sh", "find backups -mtime +7 -delete\n", "backup-removed info"),
        ("README.md", "```sh\nrm -rf backups/\n```\n", "backup-removed info"),
    ]);
}

#[test]
fn statements_by_what_they_do() {
    let sql = |statement: &str| format!("psql shop -c '{statement}'\n");
    for (statement, expected) in [
        ("DROP DATABASE shop", "sql-drop-database high"),
        ("DROP SCHEMA public CASCADE", "sql-drop-schema high"),
        ("DROP TABLE users", "sql-drop-table medium"),
        ("ALTER TABLE users DROP COLUMN mail", "sql-drop-column low"),
        ("TRUNCATE users", "sql-truncate medium"),
        ("DELETE FROM users", "sql-delete-all medium"),
        ("DELETE FROM users WHERE id = 1", ""),
        ("UPDATE users SET a = 1", "sql-update-all low"),
        ("UPDATE users SET a = 1 WHERE id = 1", ""),
        ("SELECT 1", ""),
        ("CREATE TABLE a (id int)", ""),
    ] {
        assert_eq!(told("clean.sh", &sql(statement)).join(", "), expected, "{statement}");
    }
    all_as_told(&[
        ("README.md", "Use `DROP TABLE` with care.\n", "sql-drop-table info"),
        ("README.md", "Then `DROP TABLE users` it.\n", "sql-drop-table low"),
        ("db/migrations/1_a.sql", "DROP TABLE users;\n", "sql-drop-table info"),
        ("db/old_migrations/1_a.sql", "DROP TABLE users;\n", "sql-drop-table info"),
        ("db/clean.sql", "DROP TABLE users;\n", "sql-drop-table medium"),
        (
            "db/schema.sql",
            "DROP TABLE IF EXISTS users;\nCREATE TABLE users (id int);\n",
            "sql-drop-table info",
        ),
        (
            "db/schema.sql",
            "DROP TABLE IF EXISTS users;\nCREATE TABLE orders (id int);\n",
            "sql-drop-table medium",
        ),
    ]);
}

#[test]
fn restores_and_pushes() {
    all_as_told(&[
        ("restore.sh", "pg_restore --clean -d shop shop.dump\n", "restore-clobber medium"),
        ("restore.sh", "createdb shop\npg_restore --clean -d shop shop.dump\n", "restore-clobber info"),
        ("restore.sh", "createdb other\npg_restore --clean -d shop shop.dump\n", "restore-clobber medium"),
        ("README.md", "```sh\npg_restore --clean -d shop shop.dump\n```\n", "restore-clobber low"),
        ("README.md", "```sh\npsql shop < shop.sql\n```\n", ""),
        ("docker-entrypoint.sh", "npx prisma db push\n", "prototype-push-in-deploy medium"),
        ("scripts/push.sh", "npx prisma db push\n", "prototype-push-in-deploy info"),
        ("docker-entrypoint.sh", "npx prisma migrate deploy\n", ""),
    ]);
}

#[test]
fn migrations_switches_and_machines() {
    all_as_told(&[
        ("clean.sh", "alembic downgrade -1\n", "migrations-reset low"),
        ("clean.sh", "alembic upgrade head\n", ""),
        ("clean.sh", "export DISABLE_DATABASE_ENVIRONMENT_CHECK=1\nrails db:drop\n", "safety-override high"),
        ("clean.sh", "DISABLE_DATABASE_ENVIRONMENT_CHECK=1 rails db:drop\n", "safety-override high"),
        ("clean.sh", "rails db:drop\n", "script-destructive high"),
        ("docker-entrypoint.sh", "rails db:drop\n", "start-destructive critical"),
        ("README.md", "```sh\nrails db:drop\n```\n", "docs-destructive medium"),
        ("src/db.js", "db.dropDatabase();\n", "code-destructive medium"),
        ("clean.sh", "terraform destroy -auto-approve\n", "infrastructure-destroyed medium"),
        ("clean.sh", "terraform apply -auto-approve\n", "infrastructure-destroyed info"),
        ("clean.sh", "terraform plan\n", ""),
        ("clean.sh", "argocd app sync shop --prune\n", "docker-prune info"),
    ]);
}

#[test]
fn jobs_on_machines_that_stay() {
    let job = |more: &str| format!("jobs:\n  a:\n{more}    steps:\n      - run: docker compose down -v\n");
    let path = ".github/workflows/check.yml";
    all_as_told(&[
        (path, &job("    runs-on: ubuntu-latest\n"), "compose-down-volumes low"),
        (path, &job("    runs-on: [self-hosted]\n"), "compose-down-volumes critical"),
        (
            path,
            &job("    env: {DATABASE_URL: '${{ secrets.DATABASE_URL }}'}\n"),
            "compose-down-volumes critical",
        ),
        (".github/workflows/deploy.yml", &job(""), "ci-deploy-volume-removal critical"),
    ]);
}

#[test]
fn the_kind_of_file_is_told() {
    let step = "jobs:\n  a:\n    steps:\n      - run: docker compose down -v\n";
    let kind = |path: &str, text: &str| found(path, text).first().map(|one| one.kind);
    for (path, text, expected) in [
        (".github/workflows/a.yml", step, Kind::Ci),
        (".circleci/config.yml", "jobs:\n  a:\n    steps:\n      - run: docker compose down -v\n", Kind::Ci),
        (".gitlab-ci.yml", "a:\n  script:\n    - docker compose down -v\n", Kind::Ci),
        (
            "bitbucket-pipelines.yml",
            "pipelines:\n  default:\n    - step:\n        script:\n          - docker compose down -v\n",
            Kind::Ci,
        ),
        ("Procfile", "release: docker compose down -v\n", Kind::Config),
        ("clean.sh", "docker compose down -v\n", Kind::Script),
        ("README.md", "```sh\ndocker compose down -v\n```\n", Kind::Doc),
        ("db/clean.sql", "DROP TABLE users;\n", Kind::Code),
    ] {
        assert_eq!(kind(path, text), Some(expected), "{path}");
    }
}

#[test]
fn who_runs_it_what_is_lost_and_what_to_do_instead_are_told() {
    let message = |path: &str, text: &str| found(path, text)[0].message.clone();
    let by_hand = message("clean.sh", "docker compose down -v\n");
    assert!(by_hand.contains("volume pg") && by_hand.contains("A person runs it by name."), "{by_hand}");
    let copied = message("README.md", "```sh\ndocker compose down -v\n```\n");
    assert!(copied.contains("People and agents copy it"), "{copied}");
    let forbidden = message("AGENTS.md", "Never run `docker compose down -v`.\n");
    assert!(forbidden.contains("The text forbids it."), "{forbidden}");
    let for_tests = message("tests/clean.sh", "docker compose down -v\n");
    assert!(for_tests.contains("for tests or for the job alone"), "{for_tests}");
    assert!(!by_hand.contains("for tests") && !by_hand.contains("forbids"), "{by_hand}");
    let script = "{\"scripts\": {\"wipe\": \"npm run reset\", \"reset\": \"prisma migrate reset --force\"}}";
    let findings = found("package.json", script);
    let through = findings.iter().find(|one| one.command.as_deref() == Some("npm run reset"));
    assert!(through.is_some_and(|one| one.message.contains("through npm reset")), "{findings:?}");
    let help = &found("clean.sh", "docker compose down -v\n")[0].help;
    assert!(help.starts_with("Instead: docker compose down\n"), "{help}");
}

#[test]
fn generated_files_and_blocks_are_left_out_and_nothing_else() {
    let manifest = "version = 1\ntool = \"dbguard 0.1.0\"\n";
    let block = "# >>> dbguard:rules: managed\ndocker compose down -v\n# <<< dbguard:rules\ndropdb shop\n";
    assert_eq!(told("clean.sh", block), ["sql-drop-database high"]);
    assert!(audit(&[(".dbguard/manifest.toml", manifest)]).is_empty());
}
