//! Edits on the shapes that people write.

use super::{Change, Reason, Value, edit, rewrite};
use crate::source::SourceFile;
use proptest::prelude::*;

/// The text after `change`, or the refusal's reason.
fn after(text: &str, change: &Change) -> Result<String, Reason> {
    let file = SourceFile::new("compose.yml", text);
    rewrite(&file, std::slice::from_ref(change))
        .map(|file| file.text().to_owned())
        .map_err(|refusal| refusal.reason)
}

fn named(text: &str) -> Result<String, Reason> {
    after(text, &Change::volume_name("db", "shop_db"))
}

fn mounted(text: &str) -> Result<String, Reason> {
    after(text, &Change::mount("db", Value::text("./backups:/backups")))
}

fn checked(text: &str) -> Result<String, Reason> {
    let value = Value::Map(vec![
        ("test".into(), Value::List(vec![Value::text("CMD"), Value::text("true")])),
        ("retries".into(), Value::plain("5")),
    ]);
    after(text, &Change::service_key("db", "healthcheck", value))
}

#[test]
fn volumes_are_named_whatever_they_hold() {
    let cases = [
        ("volumes:\n  db:\n", "volumes:\n  db:\n    name: shop_db\n"),
        ("volumes:\n    db: # data\n    x:\n", "volumes:\n    db: # data\n        name: shop_db\n    x:\n"),
        ("volumes:\n  db: {}\n", "volumes:\n  db: {name: shop_db}\n"),
        ("volumes:\n  db: ~ # x\n", "volumes:\n  db: {name: shop_db} # x\n"),
        ("volumes:\n  db: { driver: local }\n", "volumes:\n  db: { driver: local, name: shop_db }\n"),
        ("volumes:\n  db: { driver: local, }\n", "volumes:\n  db: { driver: local, name: shop_db, }\n"),
        ("volumes: {db: , x: }\n", "volumes: {db: {name: shop_db} , x: }\n"),
        ("volumes: {db}\n", "volumes: {db: {name: shop_db}}\n"),
        (
            "volumes:\r\n  \"db\":\r\n    driver: local\r\nx-a: 1",
            "volumes:\r\n  \"db\":\r\n    driver: local\r\n    name: shop_db\r\nx-a: 1",
        ),
        ("volumes:\n  db:", "volumes:\n  db:\n    name: shop_db"),
        (
            "volumes:\n  db:\n    external: true\n\n# end\n",
            "volumes:\n  db:\n    external: true\n    name: shop_db\n\n# end\n",
        ),
        (
            "volumes:\n  x:\n     driver: y\n  db:\n",
            "volumes:\n  x:\n     driver: y\n  db:\n     name: shop_db\n",
        ),
        (
            "volumes:\n  db: &keep\n    a: |+\n      x\n\n\nz: 1\n",
            "volumes:\n  db: &keep\n    name: shop_db\n    a: |+\n      x\n\n\nz: 1\n",
        ),
    ];
    for (before, expected) in cases {
        assert_eq!(named(before).as_deref(), Ok(expected), "{before}");
    }
}

#[test]
fn names_are_never_guessed_over() {
    assert_eq!(named("services: {}\n"), Err(Reason::Missing("volumes".into())));
    assert_eq!(named("volumes:\n  other:\n"), Err(Reason::Missing("db".into())));
    assert_eq!(named("volumes:\n  db: {name: other}\n"), Err(Reason::Taken("name".into())));
    assert_eq!(named("volumes:\n  a: &v\n    driver: x\n  db: *v\n"), Err(Reason::Shared));
    assert_eq!(named("volumes:\n  db: &v\n    driver: x\n  a: *v\n"), Err(Reason::Shared));
    assert_eq!(
        named("x: &v {name: a}\nvolumes:\n  db:\n    <<: *v\n"),
        Err(Reason::Inherited("name".into()))
    );
    assert_eq!(named("volumes:\n  db:\n  db:\n"), Err(Reason::Shape("a repeated key")));
    assert_eq!(named("volumes:\n  db:\n---\na: 1\n"), Err(Reason::Shape("not exactly one document")));
    assert!(matches!(named("volumes: [\n"), Err(Reason::Unreadable(_))));
}

#[test]
fn what_is_done_already_is_left_alone() {
    for text in ["volumes:\n  db:\n    name: 'shop_db'\n", "volumes: {db: {name: shop_db}}\n"] {
        let file = SourceFile::new("compose.yml", text);
        assert_eq!(edit(&file, &Change::volume_name("db", "shop_db")), Ok(None));
    }
    let text = "services:\n  db:\n    volumes: [\"./backups:/backups\"]\n";
    assert_eq!(mounted(text).as_deref(), Ok(text));
}

#[test]
fn mounts_join_lists_of_every_style() {
    let cases = [
        (
            "    volumes:\n      - a:/a # x\n    image: y\n",
            "    volumes:\n      - a:/a # x\n      - ./backups:/backups\n    image: y\n",
        ),
        (
            "    volumes:\n    - a:/a\n    # end\n",
            "    volumes:\n    - a:/a\n    - ./backups:/backups\n    # end\n",
        ),
        ("    volumes: [a:/a]\n", "    volumes: [a:/a, ./backups:/backups]\n"),
        ("    volumes: []\n", "    volumes: [./backups:/backups]\n"),
        ("    volumes:\n    image: x\n", "    volumes:\n      - ./backups:/backups\n    image: x\n"),
        ("    image: x\n", "    image: x\n    volumes:\n      - ./backups:/backups\n"),
        (
            "    image: x\n    ports:\n    - 1:1\n",
            "    image: x\n    ports:\n    - 1:1\n    volumes:\n    - ./backups:/backups\n",
        ),
        (
            "    volumes:\n      -   type: bind\n          source: a\n",
            "    volumes:\n      -   type: bind\n          source: a\n      - ./backups:/backups\n",
        ),
        (
            "    volumes:\n      - >-\n        a:/a\n",
            "    volumes:\n      - >-\n        a:/a\n      - ./backups:/backups\n",
        ),
    ];
    for (before, expected) in cases {
        let wrap = |body: &str| format!("services:\n  db:\n{body}  web: {{}}\n");
        assert_eq!(mounted(&wrap(before)), Ok(wrap(expected)), "{before}");
    }
    let flow = mounted("services: {db: {image: x}}\n");
    assert_eq!(flow.as_deref(), Ok("services: {db: {image: x, volumes: [./backups:/backups]}}\n"));
}

#[test]
fn shared_lists_are_left_to_people() {
    let merged = "x-db: &db\n  volumes: [a:/a]\nservices:\n  db:\n    <<: *db\n";
    assert_eq!(mounted(merged), Err(Reason::Inherited("volumes".into())));
    let anchored = "services:\n  db:\n    volumes: &v [a:/a]\n  web:\n    volumes: *v\n";
    assert_eq!(mounted(anchored), Err(Reason::Shared));
    let service = "services:\n  db: &db\n    image: x\n  web:\n    <<: *db\n";
    assert_eq!(mounted(service), Err(Reason::Shared));
}

#[test]
fn services_get_new_keys_in_their_own_style() {
    let text = "services:\n    db:\n        image: x\n        ports:\n        - 1:1\n\n    web: {}";
    let expected = "services:\n    db:\n        image: x\n        ports:\n        - 1:1\n        healthcheck:\n            test:\n            - CMD\n            - 'true'\n            retries: 5\n\n    web: {}";
    assert_eq!(checked(text).as_deref(), Ok(expected));
    let flow = checked("services:\n  db: {image: x}\n").unwrap();
    assert_eq!(flow, "services:\n  db: {image: x, healthcheck: {test: [CMD, 'true'], retries: 5}}\n");
}

#[test]
fn refusals_carry_the_lines_to_add_by_hand() {
    let file = SourceFile::new("compose.yml", "volumes:\n  db: {name: x}\n");
    let refusal = edit(&file, &Change::volume_name("db", "shop_db")).unwrap_err();
    assert_eq!((refusal.line, refusal.patch.as_str()), (Some(2), "volumes:\n  db:\n    name: shop_db\n"));
    assert!(refusal.to_string().starts_with("compose.yml:2: `name` is already set to something else"));
}

proptest! {
    #[test]
    fn never_panics_on_yaml_like_text(
        text in "(services:|volumes:|  db:|  - |\n|\r\n| |\t|[a-z]|[\\[\\]{}&*!|>'\"#,~?-]|<<: \\*a|é|\u{feff}){0,40}"
    ) {
        let _ = (named(&text), mounted(&text), checked(&text));
    }
}
