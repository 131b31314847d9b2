//! One command in many surroundings: who runs it, what stands before it, what the text says about it.

use super::{COMPOSE, audit};
use crate::finding::Severity;

pub(super) const DOWN: &str = "docker compose down -v";

/// The severity of the worst command of each file; all of them are looked at in one repository.
pub(super) fn weighed(files: &[(String, String)]) -> Vec<Option<Severity>> {
    let mut all = vec![("compose.yml", COMPOSE)];
    all.extend(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let found = audit(&all);
    let of = |path: &str| {
        let commands = found.iter().filter(|one| one.command.is_some() && one.place.path == path);
        commands.map(|one| one.severity).max()
    };
    files.iter().map(|(path, _)| of(path)).collect()
}

/// Asserts that each of the files weighs as told.
fn all_weigh(expected: Severity, files: &[(String, String)]) {
    let severities = weighed(files);
    let wrong: Vec<_> =
        files.iter().zip(severities).filter(|(_, severity)| *severity != Some(expected)).collect();
    assert!(wrong.is_empty(), "{expected:?}: {wrong:#?}");
}

/// A document for each text, with the command where `$` stands.
fn documents(texts: &[&str]) -> Vec<(String, String)> {
    let name = |number: usize| format!("docs/{number}.md");
    texts.iter().enumerate().map(|(number, text)| (name(number), text.replace('$', DOWN))).collect()
}

/// A script for each text, which is followed by the command.
fn scripts(texts: &[&str]) -> Vec<(String, String)> {
    let name = |number: usize| format!("ops/clean{number}.sh");
    texts.iter().enumerate().map(|(number, text)| (name(number), format!("{text}\n{DOWN}\n"))).collect()
}

fn at(paths: &[&str], text: &str) -> Vec<(String, String)> {
    paths.iter().map(|path| ((*path).to_owned(), text.to_owned())).collect()
}

#[test]
fn sentences_that_forbid() {
    let sentences = [
        "Never run `$`.",
        "Do not run `$`.",
        "Don't run `$`.",
        "Don’t run `$`.",
        "Dont run `$`.",
        "You must not run `$`.",
        "You mustn't run `$`.",
        "You should not run `$`.",
        "You shouldn't run `$`.",
        "It is not allowed: `$`.",
        "Forbidden: `$`.",
        "Prohibited: `$`.",
        "Avoid `$`.",
        "Blocked: `$`.",
        "The hook blocks `$`.",
        "`$` requires approval.",
        "`$` and the like require approval.",
        "`$` needs approval.",
        "No `$` without approval.",
        "Run `$` only, and without confirmation it stops.",
        "Nothing like `$` without user confirmation.",
        "It will not run `$` without asking.",
        "Stop it instead of `$`.",
        "Stop it rather than `$`.",
        "Wrong: `$`",
        "An anti-pattern: `$`",
        "There is no `$` here.",
        "❌ `$`",
        "⛔ `$`",
        "🚫 `$`",
        "🛑 `$`",
        "Führe `$` nie aus.",
        "Führe `$` niemals aus.",
        "Führe `$` nicht aus.",
        "Führe `$` keinesfalls aus.",
        "Verboten: `$`",
        "Zu vermeiden: `$`",
        "Ne pas lancer `$`.",
        "Ne lancez jamais `$`.",
        "C'est interdit : `$`",
        "À éviter : `$`",
        "Nunca ejecute `$`.",
        "Jamás ejecute `$`.",
        "No usar `$`.",
        "No ejecutar `$`.",
        "Prohibido: `$`",
        "Evitar `$`.",
        "Não execute `$`.",
        "Proibido: `$`",
        "Mai eseguire `$`.",
        "Non usare `$`.",
        "Vietato: `$`",
        "Никогда: `$`",
        "Нельзя `$`.",
        "Не запускайте `$`.",
        "Не используйте `$`.",
        "Запрещено: `$`",
        "不要运行 `$`",
        "禁止 `$`",
        "切勿运行 `$`",
        "绝不运行 `$`",
        "请勿运行 `$`",
        "严禁 `$`",
        "`$` をしないでください",
    ];
    all_weigh(Severity::Info, &documents(&sentences));
}

#[test]
fn sentences_that_advise() {
    let sentences = [
        "Run `$`.",
        "Do not forget `$`.",
        "Don't forget `$`.",
        "Don't worry, `$` helps.",
        "Do not worry, `$` helps.",
        "Never mind, `$` helps.",
        "If you don't like it, `$`.",
        "If you do not like it, `$`.",
        "You don't need it any more: `$`.",
        "You do not need it any more: `$`.",
        "It doesn't start? `$`.",
        "Still not working: `$`.",
        "Run `$`, if not yet done.",
        "You don't have data: `$`.",
        "You do not have data: `$`.",
        "You don't want to keep it: `$`.",
        "The mainframe: `$`",
        "Communicate: `$`",
        "A genie: `$`",
        "Unwrong: `$`",
        "Avoided: `$`",
    ];
    all_weigh(Severity::Medium, &documents(&sentences));
}

#[test]
fn headings_that_forbid_and_others() {
    let under = |heading: &str| format!("# Guide\n\n{heading}\n\nText.\n\n```sh\n$\n```\n");
    let documents_under = |headings: &[&str]| {
        let texts: Vec<String> = headings.iter().map(|heading| under(heading)).collect();
        documents(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let forbidding = [
        "## Never",
        "## ❌ These",
        "## 2. Do not run",
        "## Forbidden",
        "## Risky commands",
        "## Commands to avoid",
        "## What not to do",
        "## What you never do",
        "## Our safety rules",
        "## The incident",
        "## Past incidents",
        "## A post-mortem",
        "## The postmortem",
        "## Some lessons learned",
        "## And what happened",
        "## Destructive commands",
        "## The dangerous operations",
        "## All blocked actions",
        "## All forbidden commands",
        "## The protected operations",
        "## Never\n\n### Here",
    ];
    all_weigh(Severity::Info, &documents_under(&forbidding));
    let others = [
        "## Usage",
        "## Not allowed to connect",
        "## Blocked by the firewall",
        "## Connections that never close",
        "## Commands",
        "## Destructive",
        "## Neverland",
        "## Never\n\n## Usage",
        "## Never\n\n### A\n\n#### B\n\n##### C",
    ];
    all_weigh(Severity::Medium, &documents_under(&others));
}

#[test]
fn what_asks_looks_or_dumps_first() {
    let asks = [
        "read -p 'Sure? ' x",
        "read -r x",
        "read -n 1 x",
        "read -er x",
        "gum confirm 'Sure?'",
        "confirm 'Sure?'",
        "whiptail --yesno Sure 8 40",
        "dialog --yesno Sure 8 40",
    ];
    let decides = [
        "if [ \"$x\" != y ]; then exit 1; fi",
        "[[ $x == y ]] || exit 1",
        "case $x in y) ;; *) exit 1 ;; esac",
    ];
    let asking: Vec<String> = asks.iter().map(|ask| format!("{ask}\n{}", decides[0])).collect();
    let deciding: Vec<String> = decides.iter().map(|decision| format!("{}\n{decision}", asks[0])).collect();
    let names = ["NODE_ENV", "APP_ENV", "RAILS_ENV", "MIX_ENV", "ENVIRONMENT", "DJANGO_ENV", "FLASK_ENV"];
    let looking = names.map(|name| format!("if [ \"${name}\" = production ]; then exit 1; fi"));
    let others = [
        "case $APP_ENV in production) exit 1 ;; esac",
        "[ $APP_ENV = production ] && exit 1",
        "[[ $APP_ENV == production ]] && exit 1",
        "if test $APP_ENV = production; then exit 1; fi",
        "pg_dump shop > a.sql",
        "pg_basebackup -D a",
        "mysqldump shop > a.sql",
        "mariadb-dump shop > a.sql",
        "mongodump --out a",
        "sqlite3 shop.db '.backup a.db'",
        "sqlite3 shop.db \".backup a.db\"",
        "scripts/backup.sh",
        "heroku pg:backups:capture",
        "make db-backup",
        "npm run backup-database",
    ];
    let texts = asking.iter().chain(&deciding).chain(&looking).map(String::as_str).chain(others);
    all_weigh(Severity::Medium, &scripts(&texts.collect::<Vec<_>>()));
    all_weigh(
        Severity::High,
        &scripts(&[
            "echo Sure",
            "read -r x",
            "while read -r x; do [[ -n $x ]]; done < a",
            "export APP_ENV=a",
            "# pg_dump a",
            "tar cf a.tar .",
            "if [ -n \"$x\" ]; then exit 1; fi",
        ]),
    );
    let far = format!("First `pg_dump`.\n{}\n```sh\n$\n```\n", "\n".repeat(12));
    all_weigh(
        Severity::Low,
        &documents(&[
            "First `pg_dump shop`.\n\n```sh\n# then\n$\n```\n",
            "```sh\npg_dump shop > a\n$\n```\n",
        ]),
    );
    all_weigh(
        Severity::Medium,
        &documents(&[
            "First `pg_dump shop`.\n\n## Then\n\n```sh\n$\n```\n",
            &far,
            "```sh\n$\npg_dump shop\n```\n",
        ]),
    );
}

#[test]
fn what_runs_by_itself() {
    let scripts = [
        "docker-entrypoint.sh",
        "ops/cron.sh",
        "boot.sh",
        "bin/bootstrap.sh",
        "db_startup.sh",
        "start.sh",
        "run.sh",
        "init.sh",
        "release.sh",
        "deploy.sh",
        "etc/cron.daily/clean.sh",
    ];
    all_weigh(Severity::Critical, &at(&scripts, DOWN));
    let by_hand = ["ops/clean.sh", "restart.sh", "runner.sh", "init-old.sh", "cron/clean.sh", "upstart.sh"];
    all_weigh(Severity::High, &at(&by_hand, DOWN));
    let manifest = |name: &str| {
        (
            format!("{}/package.json", name.replace(':', "-")),
            format!("{{\"scripts\": {{\"{name}\": \"{DOWN}\"}}}}"),
        )
    };
    let unasked = [
        "start",
        "build",
        "install",
        "prepare",
        "deploy",
        "release",
        "vercel-build",
        "heroku-build",
        "serve",
        "prestart",
        "postinstall",
        "start:prod",
    ];
    all_weigh(Severity::Critical, &unasked.map(manifest));
    all_weigh(Severity::High, &["reset", "start:dev", "clean", "rebuild"].map(manifest));
    let composer = |name: &str| {
        (format!("{name}/composer.json"), format!("{{\"scripts\": {{\"{name}\": [\"{DOWN}\"]}}}}"))
    };
    all_weigh(Severity::Critical, &["post-install-cmd", "post-update-cmd"].map(composer));
    all_weigh(Severity::High, &["post-clean-cmd"].map(composer));
}

#[test]
fn jobs_on_machines_of_the_service_and_others() {
    let job = |more: &str, run: &str| format!("jobs:\n  a:\n{more}    steps:\n      - run: {run}\n");
    let hosted = [
        (".github/workflows/check.yml", job("", DOWN)),
        (".circleci/config.yml", job("", DOWN)),
        (".gitlab-ci.yml", format!("a:\n  script:\n    - {DOWN}\n")),
        ("azure-pipelines.yml", format!("steps:\n  - script: {DOWN}\n")),
        (
            "bitbucket-pipelines.yml",
            format!("pipelines:\n  default:\n    - step:\n        script:\n          - {DOWN}\n"),
        ),
        (".travis.yml", format!("script:\n  - {DOWN}\n")),
    ];
    all_weigh(Severity::Low, &hosted.map(|(path, text)| (path.to_owned(), text)));
    let workflow = |number: usize, text: String| (format!(".github/workflows/check{number}.yml"), text);
    let reaching = [
        job("    runs-on: self-hosted\n", DOWN),
        job("    env: {A: '${{ secrets.DATABASE_URL }}'}\n", DOWN),
        job("    env: {A: '${{ secrets.DB_HOST }}'}\n", DOWN),
        job("    env: {A: '${{ secrets.PROD_HOST }}'}\n", DOWN),
        job("", &format!("ssh shop.example.com '{DOWN}'")),
        job("", DOWN).replace("    steps:\n", "    steps:\n      - uses: appleboy/ssh-action@v1\n"),
        job("", DOWN).replace("  a:", "  deploy:"),
        job("", DOWN).replace("  a:", "  production:"),
        job("", DOWN).replace("  a:", "  staging:"),
    ];
    let reaching = reaching.into_iter().enumerate().map(|(number, text)| workflow(number, text));
    all_weigh(Severity::Critical, &reaching.collect::<Vec<_>>());
    all_weigh(Severity::Critical, &at(&[".github/workflows/deploy.yml"], &job("", DOWN)));
    all_weigh(Severity::Critical, &at(&["Procfile"], &format!("web: {DOWN}\n")));
}

#[test]
fn what_is_at_stake() {
    let warned = "> **Warning:** this deletes all data. Take a backup first.\n\n```sh\n$\n```\n";
    all_weigh(Severity::Info, &documents(&[warned]));
    all_weigh(Severity::Medium, &documents(&["> **Warning:** this is slow.\n\n```sh\n$\n```\n"]));
    all_weigh(Severity::Low, &at(&["tests/clean.sh", "test/start.sh"], DOWN));
    // A document about tests is not for tests, and an example is copied like any other.
    all_weigh(
        Severity::Medium,
        &at(&["docs/test.md", "examples/README.md"], &format!("```sh\n{DOWN}\n```\n")),
    );
    let of = |compose: &str| {
        let found = audit(&[("compose.yml", compose), ("clean.sh", DOWN)]);
        found.iter().filter(|one| one.command.is_some()).map(|one| one.severity).max()
    };
    assert_eq!(of(COMPOSE), Some(Severity::High));
    assert_eq!(of(&COMPOSE.replace("pg: {}", "pg: {external: true, name: x}")), Some(Severity::Info));
    assert_eq!(of("services:\n  web:\n    image: nginx\n"), Some(Severity::Low));
}
