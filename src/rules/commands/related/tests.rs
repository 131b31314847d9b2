//! Places of commands in small repositories.

use crate::rules::{RULES, trial};

const COMPOSE: &str = "name: shop
services:
  db:
    image: postgres:16
    container_name: shop-db
    environment:
      POSTGRES_DB: shop
    volumes: ['pg:/var/lib/postgresql/data']
  cache:
    image: redis:7
    volumes: ['./redis:/data']
  web:
    image: nginx
    volumes: ['uploads:/srv']
volumes:
  pg: {}
  uploads: {}
";

/// The related places of the findings at `path:line`, of every rule.
fn related(files: &[(&str, &str)], path: &str, line: usize) -> Vec<String> {
    let findings = RULES.iter().flat_map(|rule| trial::run(rule, files));
    let here =
        findings.filter(|one| one.command.is_some() && one.place.path == path && one.place.line == line);
    let places = here.flat_map(|one| one.related);
    places.map(|one| format!("{}:{} {}", one.place.path, one.place.line, one.message)).collect()
}

/// The same of a script of one line beside the Compose file above.
fn of(command: &str) -> Vec<String> {
    related(&[("compose.yml", COMPOSE), ("x.sh", &format!("#!/bin/sh\n{command}\n"))], "x.sh", 2)
}

const DATABASE: &str = "compose.yml:3 db, the PostgreSQL database";
const VOLUME: &str = "compose.yml:16 the volume pg that goes";

#[test]
fn a_teardown_leads_to_the_volume_and_then_to_its_database() {
    assert_eq!(of("docker compose down -v"), [VOLUME, DATABASE]);
    assert_eq!(of("docker compose -f compose.yml down -v"), [VOLUME, DATABASE]);
    assert_eq!(of("docker compose -f other.yml down -v"), Vec::<String>::new());
    assert_eq!(of("docker compose -p shop-test down -v"), Vec::<String>::new());
    assert_eq!(of("ssh host docker compose down -v"), Vec::<String>::new());
}

#[test]
fn anonymous_volumes_are_all_that_rm_takes() {
    assert_eq!(of("docker compose rm -fsv db"), Vec::<String>::new());
    let compose = ("compose.yml", "services:\n  db:\n    image: postgres:16\n");
    let files = [compose, ("x.sh", "#!/bin/sh\ndocker compose rm -fsv db\n")];
    assert_eq!(related(&files, "x.sh", 2), ["compose.yml:2 db, the PostgreSQL database"]);
}

#[test]
fn external_volumes_and_test_files_are_not_lost() {
    let external = COMPOSE.replace("pg: {}", "pg: {external: true}");
    let files = [("compose.yml", &*external), ("x.sh", "#!/bin/sh\ndocker compose down -v\n")];
    assert_eq!(related(&files, "x.sh", 2), Vec::<String>::new());
    let test = "#!/bin/sh\ndocker compose -f docker-compose.test.yml down -v\n";
    let files = [("docker-compose.test.yml", COMPOSE), ("x.sh", test)];
    assert_eq!(related(&files, "x.sh", 2), Vec::<String>::new());
}

#[test]
fn many_databases_stand_without_their_volumes() {
    let service = |name: &str| {
        format!("  {name}:\n    image: postgres:16\n    volumes: ['{name}:/var/lib/postgresql/data']\n")
    };
    let services = ["a", "b", "c"].map(service).concat();
    let compose = format!("services:\n{services}volumes: {{a: {{}}, b: {{}}, c: {{}}}}\n");
    let files = [("compose.yml", &*compose), ("x.sh", "#!/bin/sh\ndocker compose down -v\n")];
    let lines = ["2 a", "5 b", "8 c"].map(|line| format!("compose.yml:{line}, the PostgreSQL database"));
    assert_eq!(related(&files, "x.sh", 2), lines);
}

#[test]
fn what_is_named_is_found_where_only_one_fits() {
    assert_eq!(of("docker volume rm shop_pg"), [VOLUME, DATABASE]);
    assert_eq!(of("docker volume rm pg"), Vec::<String>::new());
    assert_eq!(of("docker rm -f shop-db"), [DATABASE]);
    assert_eq!(of("dropdb shop"), [DATABASE]);
    assert_eq!(of("dropdb other"), Vec::<String>::new());
    assert_eq!(of("dropdb -h db.example.com shop"), Vec::<String>::new());
    assert_eq!(of("dropdb -h \"$PGHOST_PROD\" shop"), Vec::<String>::new());
    assert_eq!(of("dropdb -h localhost shop"), [DATABASE]);
    assert_eq!(of("docker compose exec db dropdb shop"), [DATABASE]);
    let two = COMPOSE.replace(
        "  cache:\n    image: redis:7",
        "  cache:\n    image: postgres:16\n    environment: {POSTGRES_DB: shop}",
    );
    let files = [("compose.yml", &*two), ("x.sh", "#!/bin/sh\ndropdb shop\n")];
    assert_eq!(related(&files, "x.sh", 2), Vec::<String>::new());
}

#[test]
fn a_folder_leads_to_the_database_that_is_bound_to_it() {
    let compose =
        "services:\n  db:\n    image: postgres:16\n    volumes: ['./pgdata:/var/lib/postgresql/data']\n";
    let of = |command: &str| {
        let script = format!("#!/bin/sh\n{command}\n");
        related(&[("app/compose.yml", compose), ("app/x.sh", &script)], "app/x.sh", 2)
    };
    let database = ["app/compose.yml:2 db, the PostgreSQL database"];
    assert_eq!(of("rm -rf ./pgdata"), database);
    assert_eq!(of("rm -rf pgdata/*"), database);
    assert_eq!(of("rm -rf /var/lib/postgresql/data"), Vec::<String>::new());
}

#[test]
fn what_a_tool_is_configured_for_is_the_only_primary_database() {
    assert_eq!(of("npx prisma migrate reset --force"), [DATABASE]);
    assert_eq!(of("DATABASE_URL=postgres://localhost/other npx prisma migrate reset"), Vec::<String>::new());
    assert_eq!(of("DATABASE_URL=postgres://localhost/shop npx prisma migrate reset"), [DATABASE]);
    let two = COMPOSE.replace("redis:7", "postgres:16");
    let files = [("compose.yml", &*two), ("x.sh", "#!/bin/sh\nnpx prisma migrate reset --force\n")];
    assert_eq!(related(&files, "x.sh", 2), Vec::<String>::new());
}

#[test]
fn another_projects_database_and_a_developers_are_not_meant() {
    let script = "#!/bin/sh\nnpx prisma migrate reset --force\n";
    let files = |compose| [(compose, COMPOSE), ("web/package.json", "{}"), ("web/x.sh", script)];
    let database = "compose.yml:3 db, the PostgreSQL database";
    assert_eq!(related(&files("web/compose.yml"), "web/x.sh", 2), [format!("web/{database}")]);
    assert_eq!(related(&files("compose.yml"), "web/x.sh", 2), [database]);
    assert_eq!(related(&files("api/compose.yml"), "web/x.sh", 2), Vec::<String>::new());
    let production = script.replace("npx", "DATABASE_URL=postgres://db.prod.example.com/shop npx");
    let files = [("compose.yml", COMPOSE), ("x.sh", &*production)];
    assert_eq!(related(&files, "x.sh", 2), Vec::<String>::new());
}

#[test]
fn steps_stand_before_what_is_lost() {
    let package =
        "{\n \"scripts\": {\n  \"fresh\": \"npm run down\",\n  \"down\": \"docker compose down -v\"\n }\n}\n";
    let readme = "# Shop\n\n```sh\nnpm run fresh\n```\n\n```sh\nmake down\n```\n";
    let makefile = "down:\n\tdocker compose down -v\n";
    let files =
        [("compose.yml", COMPOSE), ("package.json", package), ("Makefile", makefile), ("README.md", readme)];
    let scripts =
        ["package.json:3 fresh of package.json runs it", "package.json:4 down of package.json runs it"];
    assert_eq!(related(&files, "README.md", 4), [&scripts[..], &[VOLUME, DATABASE]].concat());
    assert_eq!(related(&files, "README.md", 8), ["Makefile:2 down of Makefile runs it", VOLUME, DATABASE]);
    assert_eq!(related(&files, "package.json", 4), [VOLUME, DATABASE]);
}
