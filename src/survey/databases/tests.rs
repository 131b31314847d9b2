use super::*;
use crate::presets::Presets;
use crate::survey::tree::Tree;
use crate::survey::{self, Environment};

fn found(files: &[(&str, &str)]) -> Vec<Database> {
    survey::read(&Tree::in_memory(files.iter().copied()), &Presets::embedded()).databases
}

fn ids(files: &[(&str, &str)]) -> Vec<String> {
    found(files).into_iter().map(|database| database.id).collect()
}

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    container_name: shop_db\n    environment: {POSTGRES_DB: shop, POSTGRES_USER: me}\n    ports: ['5433:5432']\n";

#[test]
fn a_url_that_leads_to_a_compose_service_is_no_second_database() {
    for url in [
        "postgres://me:x@db:5432/shop",
        "postgres://me:x@shop_db/shop",
        "postgres://me:x@localhost:5433/shop",
        "postgres://me:x@[::1]:5433/shop",
        "postgres://me:x@127.0.0.1:5433",
    ] {
        let env = format!("DATABASE_URL={url}\n");
        let databases = found(&[("docker-compose.yml", COMPOSE), (".env", &env)]);
        assert_eq!(databases.len(), 1, "{url}: {databases:?}");
        assert_eq!(databases[0].sources.last().map(|place| place.path.as_str()), Some(".env"), "{url}");
    }
}

#[test]
fn other_databases_servers_and_environments_stay_apart() {
    for (path, url) in [
        (".env", "postgres://me:x@localhost:5432/shop"),
        (".env", "postgres://me:x@db/shop_test"),
        (".env.production", "postgres://me:x@db/shop"),
        (".env", "mysql://me:x@db/shop"),
    ] {
        let env = format!("DATABASE_URL={url}\n");
        assert_eq!(found(&[("docker-compose.yml", COMPOSE), (path, &env)]).len(), 2, "{path} {url}");
    }
}

#[test]
fn an_application_tells_the_name_of_its_database() {
    let text = "services:\n  app:\n    image: node\n    environment: ['MONGODB_URL=mongodb://mongo:27017/shop']\n  mongo:\n    image: mongo:7\n";
    let databases = found(&[("compose.yaml", text)]);
    assert_eq!((databases.len(), databases[0].database.as_deref()), (1, Some("shop")));
}

#[test]
fn variables_without_a_host_belong_to_the_compose_file_beside_them() {
    let databases =
        found(&[("a/compose.yaml", COMPOSE), ("a/.env", "POSTGRES_DB=shop\nPOSTGRES_PASSWORD=x\n")]);
    assert_eq!(databases.len(), 1);
    assert_eq!(databases[0].password_source.as_deref(), Some("a/.env:2 POSTGRES_PASSWORD"));
}

#[test]
fn every_compose_file_has_its_own_entry() {
    let files = [("a/compose.yaml", COMPOSE), ("b/compose.yaml", COMPOSE), ("docker-compose.yml", COMPOSE)];
    assert_eq!(ids(&files), ["postgres", "a-postgres", "b-postgres"]);
}

#[test]
fn ids_are_unique_and_plain() {
    let text = "services:\n  Plausible_DB:\n    image: postgres\n  db:\n    image: mysql\n  cache:\n    image: redis\n";
    let variant = text.replace("postgres", "postgres:15");
    let ids = ids(&[("docker-compose.yml", text), ("docker-compose.prod.yml", &variant)]);
    assert_eq!(ids, ["plausible-db", "mysql", "redis", "plausible-db-2", "mysql-2", "redis-2"]);
}

#[test]
fn the_same_url_in_two_places_is_one_database() {
    let databases = found(&[
        (".env.example", "DATABASE_URL=postgres://a:b@localhost/x\n"),
        (".env.sample", "DATABASE_URL=postgres://c:d@127.0.0.1/x\n"),
    ]);
    assert_eq!((databases.len(), databases[0].sources.len()), (1, 2));
    assert_eq!(databases[0].environment, Environment::Development);
}

#[test]
fn drivers_count_only_while_nothing_else_is_known() {
    let driver = ("requirements.txt", "psycopg2-binary==2.9\n");
    let alone = found(&[driver]);
    assert_eq!(alone.iter().map(|database| &*database.engine).collect::<Vec<_>>(), ["postgres"]);
    assert_eq!(alone[0].confidence, Confidence::Low);
    let with_another = found(&[driver, (".env", "DATABASE_URL=mysql://u:x@localhost/a\n")]);
    assert_eq!(with_another.iter().map(|database| &*database.engine).collect::<Vec<_>>(), ["mysql"]);
}

#[test]
fn the_order_of_files_changes_nothing() {
    let files = [
        ("b/compose.yaml", COMPOSE),
        ("docker-compose.yml", COMPOSE),
        (".env", "REDIS_URL=redis://cache/0\n"),
    ];
    let mut reversed = files;
    reversed.reverse();
    assert_eq!(found(&files), found(&reversed));
}
