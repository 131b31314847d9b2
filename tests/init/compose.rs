//! Edits of Compose files, end to end.

use crate::support::{COMPOSE, Sandbox, shop};

/// A Compose file whose database has these volumes, and the top-level rest.
fn with_volumes(volumes: &str, rest: &str) -> String {
    format!("services:\n  db:\n    image: postgres:16\n{volumes}    restart: always\n{rest}")
}

fn lines_added(old: &str, new: &str) -> Vec<String> {
    let mut old = old.lines().peekable();
    let mut added = Vec::new();
    for line in new.lines() {
        if old.peek() == Some(&line) {
            old.next();
        } else {
            added.push(line.to_owned());
        }
    }
    assert_eq!(old.next(), None, "a line was changed or lost:\n{new}");
    added
}

#[test]
fn g0_7_the_mount_is_added_where_the_data_is_outside_of_the_container() {
    let cases = [
        with_volumes("    volumes:\n      - pg:/var/lib/postgresql/data\n", "volumes: {pg: {}}\n"),
        with_volumes(
            "    volumes:\n      - pg:/var/lib/postgresql/data\n",
            "volumes:\n  pg:\n    external: true\n",
        ),
        with_volumes("    volumes:\n      - ./pgdata:/var/lib/postgresql/data\n", ""),
    ];
    for text in cases {
        let sandbox = Sandbox::committed(&[("docker-compose.yml", &text)]);
        sandbox.init();
        let added = lines_added(&text, &sandbox.read("docker-compose.yml"));
        assert_eq!(added, ["      - ./backups:/backups"], "{text}");
    }
}

#[test]
fn g0_7_a_container_that_holds_its_own_data_is_not_touched() {
    let cases = [with_volumes("    volumes:\n      - /var/lib/postgresql/data\n", ""), with_volumes("", "")];
    for text in cases {
        let sandbox = Sandbox::committed(&[("docker-compose.yml", &text)]);
        sandbox.init();
        assert_eq!(sandbox.read("docker-compose.yml"), text);
        let guide = sandbox.read("docs/DATABASE_SAFETY.md");
        assert!(guide.contains("lost when"), "{guide}");
    }
}

#[test]
fn g0_7_the_mount_follows_the_folder_of_the_file_and_the_policy() {
    let sandbox = Sandbox::committed(&[("deploy/prod/compose.yml", COMPOSE)]);
    sandbox.init();
    assert!(sandbox.read("deploy/prod/compose.yml").contains("      - ../../backups:/backups\n"));
}

#[test]
fn g1_4_without_docker_and_policy_no_name_is_guessed() {
    let sandbox = shop();
    let ran = sandbox.init();
    let text = sandbox.read("docker-compose.yml");
    assert!(!text.contains("name:"), "{text}");
    assert!(
        ran.out.contains("docker volume ls --filter label=com.docker.compose.volume=pgdata"),
        "{}",
        ran.out
    );
    assert_eq!(ran.out.matches("no fixed name").count(), 1, "one note for one file: {}", ran.out);
}

#[test]
fn g1_4_a_name_in_the_policy_is_pinned_and_no_top_level_name_appears() {
    let sandbox = shop();
    sandbox.init();
    sandbox.replace("dbguard.toml", "# volume_name = \"\"", "volume_name = \"shop_live_pgdata\"");
    sandbox.commit();
    let before = sandbox.read("docker-compose.yml");
    sandbox.init();
    let after = sandbox.read("docker-compose.yml");
    assert_eq!(lines_added(&before, &after), ["    name: shop_live_pgdata"]);
    assert!(after.contains("  pgdata:\n    name: shop_live_pgdata\n"), "{after}");
    assert!(!after.lines().any(|line| line.starts_with("name:")), "{after}");
    let first = sandbox.files();
    sandbox.init();
    assert_eq!(sandbox.files(), first);
}

/// Answers as a Docker whose containers of this folder mount one volume.
const DOCKER: &str = "#!/bin/sh
case \"$1 $2\" in
  'context inspect') echo unix:///var/run/docker.sock ;;
  'ps -a') case \"$*\" in *service=db*) echo 0123456789ab ;; esac ;;
  'inspect --format') printf 'volume\\t/var/lib/postgresql/data\\tlive_pgdata\\n' ;;
esac
";

#[test]
fn g1_4_a_name_that_docker_tells_is_recorded_and_pinned() {
    let sandbox = shop();
    sandbox.docker(DOCKER);
    let ran = sandbox.init();
    assert!(sandbox.read("dbguard.toml").contains("volume_name = \"live_pgdata\""), "{}", ran.out);
    assert!(sandbox.read("docker-compose.yml").contains("  pgdata:\n    name: live_pgdata\n"), "{}", ran.out);
    assert!(!sandbox.read("docker-compose.yml").contains("redisdata:\n    name"));
    std::fs::remove_file(sandbox.root().parent().unwrap().join("bin/docker")).unwrap();
    let first = sandbox.files();
    sandbox.init();
    assert_eq!(sandbox.files(), first, "without that Docker everything stays");
}
