use super::*;
use crate::effects::facts::InMemory;

fn decide_in(files: &[(&str, &str)], command: &str) -> Decision {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    judge(command, &InMemory(files), &Knowledge::embedded(), 0).decision
}

#[test]
fn what_is_only_mentioned_is_allowed() {
    for command in ["echo 'rm -rf /var/lib/mysql'", "git commit -m 'rm -rf /var/lib/mysql'", "git status", ""]
    {
        assert_eq!(decide_in(&[], command), Decision::Allow, "{command}");
    }
}

#[test]
fn data_directories_are_not_removed() {
    assert_eq!(decide_in(&[], "rm -rf /var/lib/mysql"), Decision::Deny);
    assert_eq!(decide_in(&[], "rm -rf node_modules"), Decision::Allow);
    assert_eq!(decide_in(&[("x/PG_VERSION", "16")], "rm -rf x"), Decision::Deny);
}

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    volumes: ['pg:/var/lib/postgresql/data']\nvolumes:\n  pg:\n    name: shop_pg\n";

#[test]
fn removing_the_volumes_of_a_project_depends_on_what_these_are() {
    let down = "docker compose down -v";
    let external = COMPOSE.replace("    name: shop_pg", "    external: true\n    name: shop_pg");
    let in_memory = "services:\n  db:\n    image: postgres:16\n    tmpfs: /var/lib/postgresql/data\n";
    let anonymous = "services:\n  db:\n    image: postgres:16\n";
    for (text, decision) in [
        (COMPOSE, Decision::Deny),
        (external.as_str(), Decision::Allow),
        (in_memory, Decision::Allow),
        (anonymous, Decision::Deny),
        ("services: [", Decision::Deny),
    ] {
        assert_eq!(decide_in(&[("docker-compose.yml", text)], down), decision, "{text}");
    }
    assert_eq!(decide_in(&[], down), Decision::Deny, "a project that cannot be seen");
    let files = [("docker-compose.yml", COMPOSE), ("docker-compose.test.yml", COMPOSE), ("sub/x", "")];
    assert_eq!(decide_in(&files, "docker compose -f docker-compose.test.yml down -v"), Decision::Allow);
    assert_eq!(decide_in(&files, "cd sub && docker compose down -v"), Decision::Deny);
    assert_eq!(decide_in(&files, "docker compose down"), Decision::Allow);
}

/// Measured with Compose 1.29: `rm -v` leaves named volumes.
#[test]
fn removing_containers_with_their_volumes_takes_those_without_a_name() {
    let moved = COMPOSE.replace("postgres:16", "postgres:18");
    let elsewhere = "services:\n  db:\n    image: postgres:18\n    environment: {PGDATA: /var/lib/postgresql/data}\n    volumes: ['pg:/var/lib/postgresql/data']\nvolumes: {pg: {}}\n";
    for (text, decision) in [
        (COMPOSE, Decision::Allow),
        ("services:\n  db:\n    image: postgres:16\n", Decision::Deny),
        (
            "services:\n  db:\n    image: postgres:16\n    volumes: [/var/lib/postgresql/data]\n",
            Decision::Deny,
        ),
        (moved.as_str(), Decision::Deny),
        (elsewhere, Decision::Allow),
        ("services: [", Decision::Deny),
    ] {
        for command in ["docker compose rm -fsv db", "docker-compose rm --stop -v"] {
            assert_eq!(decide_in(&[("compose.yml", text)], command), decision, "{command}: {text}");
        }
    }
    assert_eq!(decide_in(&[], "docker compose rm -v"), Decision::Deny, "a project that cannot be seen");
}

#[test]
fn a_command_in_the_parentheses_of_fish_runs() {
    for command in ["echo (dropdb shop)", "set x (dropdb shop)", "x=$(dropdb shop)", "f (echo (dropdb shop))"]
    {
        assert_ne!(decide_in(&[], command), Decision::Allow, "{command}");
    }
    assert_eq!(decide_in(&[], "names=(dropdb shop)"), Decision::Allow, "a list of words");
}

#[test]
fn what_is_lost_is_named() {
    let facts = InMemory([("compose.yml".to_owned(), COMPOSE.to_owned())].into());
    let verdict = judge("docker compose down -v", &facts, &Knowledge::embedded(), 0);
    assert!(verdict.reason.contains("volume shop_pg"), "{}", verdict.reason);
    assert!(verdict.alternative.is_some());
    let clean = judge("docker compose up -d", &facts, &Knowledge::embedded(), 0);
    assert_eq!((clean.reason.as_str(), clean.alternative), ("", None));
}

#[test]
fn a_fresh_verified_backup_turns_a_no_into_a_question() {
    let metadata = |verified: bool| format!("{{\"verified\": {verified}, \"finished_epoch\": 1000000}}");
    let decide_at = |metadata: String, now: u64| {
        let files = [
            ("compose.yml".to_owned(), COMPOSE.to_owned()),
            ("backups/shop/20260101T000000Z-daily/metadata.json".to_owned(), metadata),
        ];
        judge("docker compose down -v", &InMemory(files.into()), &Knowledge::embedded(), now).decision
    };
    assert_eq!(decide_at(metadata(true), 1_000_600), Decision::Ask);
    assert_eq!(decide_at(metadata(true), 1_000_000 + 13 * 3600), Decision::Deny, "too old");
    assert_eq!(decide_at(metadata(false), 1_000_600), Decision::Deny, "not verified");
    assert_eq!(decide_at(metadata(true), 10), Decision::Deny, "from the future");
}

#[test]
fn the_environment_decides_by_whole_words() {
    let variable = |value: &str| format!("RAILS_ENV={value} rails db:drop");
    assert_eq!(decide_in(&[], &variable("test")), Decision::Allow);
    assert_eq!(decide_in(&[], &variable("production")), Decision::Deny);
    assert_eq!(decide_in(&[], &variable("contest")), Decision::Deny);
    assert_eq!(decide_in(&[], "rails db:drop"), Decision::Deny);
    assert_eq!(decide_in(&[], "dropdb -h 127.0.0.1 shop_test"), Decision::Allow);
    assert_eq!(
        decide_in(&[], "dropdb -h prod-db.internal shop_test"),
        Decision::Deny,
        "a production word wins"
    );
    let dotenv = |url: &str| decide_in(&[(".env", &format!("DATABASE_URL={url}\n"))], "rails db:drop");
    assert_eq!(dotenv("postgres://a:b@localhost/shop_test"), Decision::Allow);
    assert_eq!(dotenv("postgres://a:test@db.example.com/shop"), Decision::Deny, "a password is no name");
}

#[test]
fn text_that_cannot_be_parsed_is_asked_about_only_where_it_names_a_program_that_can_harm() {
    assert_eq!(decide_in(&[], "if ($?) { Write-Host 'done' }"), Decision::Allow);
    assert!(decide_in(&[], "if ($?) { rails about } }") >= Decision::Ask);
}

const NOW: u64 = 1_800_000_000; // 2027-01-15

fn decide_under(policy: &str, command: &str) -> Decision {
    verdict_under(policy, command).decision
}

fn verdict_under(policy: &str, command: &str) -> Verdict {
    let policy = format!("version = 1\n{policy}");
    let files = [("dbguard.toml", policy.as_str()), ("compose.yml", COMPOSE), ("sub/x", "")];
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    judge(command, &InMemory(files), &Knowledge::embedded(), NOW)
}

#[test]
fn a_policy_can_only_make_effects_stricter() {
    let down = "docker system prune -f";
    assert_eq!(decide_under("", down), Decision::Ask);
    assert_eq!(decide_under("[guard.effects]\nprunes = \"deny\"", down), Decision::Deny);
    assert_eq!(
        decide_under("[guard.effects]\ndestroys-volume = \"ask\"", "docker compose down -v"),
        Decision::Deny
    );
    let test_database = "dropdb shop_test";
    assert_eq!(decide_under("", test_database), Decision::Allow);
    assert_eq!(decide_under("[guard.effects]\ndestroys-database = \"ask\"", test_database), Decision::Ask);
}

fn exception(decision: &str, expires: &str) -> String {
    format!(
        "[[guard.exception]]\ncommand = \"docker compose down -v\"\ndecision = \"{decision}\"\n\
         reason = \"only fixtures\"\nexpires = \"{expires}\"\n"
    )
}

#[test]
fn an_exception_lets_exactly_one_command_through_for_a_while() {
    let good = exception("allow", "2027-01-16");
    let verdict = verdict_under(&good, "docker  compose down -v");
    assert_eq!(verdict.decision, Decision::Allow);
    assert_eq!(verdict.effects[0].exception.as_deref(), Some("only fixtures"));
    assert_eq!(decide_under(&exception("ask", "2027-01-16"), "docker compose down -v"), Decision::Ask);
    assert_eq!(
        decide_under(&exception("allow", "2027-01-15"), "docker compose down -v"),
        Decision::Deny,
        "over"
    );
    for other in [
        "docker compose -p shop down -v",
        "docker compose down -v --rmi all",
        "cd sub && docker compose down -v",
        "COMPOSE_FILE=compose.yml docker compose down -v",
        "ssh prod docker compose down -v",
        "docker compose down -v; docker volume rm shop_pg",
    ] {
        assert_eq!(decide_under(&good, other), Decision::Deny, "{other}");
    }
}

#[test]
fn an_exception_never_covers_production() {
    let declared = "[[database]]\nid = \"main\"\nengine = \"postgres\"\nrun = \"direct\"\ndatabase = \"shop\"\nenvironment = \"production\"\n";
    let exception = exception("allow", "2027-01-16").replace("docker compose down -v", "dropdb shop");
    assert_eq!(decide_under(&exception, "dropdb shop"), Decision::Allow);
    assert_eq!(decide_under(&format!("{exception}{declared}"), "dropdb shop"), Decision::Ask);
}

#[test]
fn a_declared_environment_counts_more_than_a_name() {
    let entry = |environment: &str, name: &str| {
        format!(
            "[[database]]\nid = \"main\"\nengine = \"postgres\"\nrun = \"direct\"\ndatabase = \"{name}\"\nenvironment = \"{environment}\"\n"
        )
    };
    assert_eq!(decide_under(&entry("production", "contest_test"), "dropdb contest_test"), Decision::Deny);
    assert_eq!(decide_under(&entry("test", "scratch"), "dropdb scratch"), Decision::Allow);
    assert_eq!(decide_under(&entry("auto", "scratch"), "dropdb scratch"), Decision::Deny);
}

#[test]
fn nothing_of_a_broken_policy_counts_and_it_is_said_why() {
    let broken = format!("{}colour = 1\n", exception("allow", "2027-01-16"));
    let verdict = verdict_under(&broken, "docker compose down -v");
    assert_eq!(verdict.decision, Decision::Deny);
    assert!(verdict.reason.contains("dbguard.toml:7:1: unknown key `colour`"), "{}", verdict.reason);
    assert_eq!(decide_under(&broken, "docker compose up -d"), Decision::Allow);
}
