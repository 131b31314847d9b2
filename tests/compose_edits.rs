//! A thousand generated Compose files: every edit has exactly the intended effect and leaves all other lines alone, or is
//! refused.

#[path = "compose_edits/compose_text.rs"]
mod compose_text;

use std::cell::Cell;

use dbguard::source::SourceFile;
use dbguard::yaml::edit::{Change, Reason, Value, rewrite};
use dbguard::yaml::{Node, parse_one};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::json;
use similar::{ChangeTag, TextDiff};

use compose_text::{Dice, compose_text};

const CASES: u32 = 1_000;

#[test]
fn g0_7_g1_4_edits_of_generated_compose_files_are_exact_or_refused() {
    let (made, refused) = (Cell::new(0_u32), Cell::new(0_u32));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let choices = proptest::collection::vec(any::<u8>(), 300);
    let outcome = TestRunner::new(config).run(&choices, |choices| {
        let text = compose_text(&mut Dice::new(&choices));
        for (change, effect) in changes() {
            let counter = if check(&text, &change, effect)? { &made } else { &refused };
            counter.set(counter.get() + 1);
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    println!("{} edits made, {} refused", made.get(), refused.get());
    assert!(refused.get() * 6 < made.get() + refused.get(), "{} of {} refused", refused.get(), CASES * 3);
}

type Effect = fn(&mut serde_json::Value) -> Option<()>;

fn changes() -> Vec<(Change, Effect)> {
    let test = Value::List(vec![Value::text("CMD-SHELL"), Value::text("pg_isready -U \"$$POSTGRES_USER\"")]);
    let health = Value::Map(vec![("test".into(), test), ("retries".into(), Value::plain("5"))]);
    vec![
        (Change::volume_name("db_data", "shop_db_data"), |data| {
            let volume = data.get_mut("volumes")?.get_mut("db_data")?;
            *volume = if volume.is_null() { json!({}) } else { volume.take() };
            volume.as_object_mut()?.insert("name".into(), json!("shop_db_data"));
            Some(())
        }),
        (Change::mount("db", Value::text("./backups:/backups")), |data| {
            let service = data.get_mut("services")?.get_mut("db")?.as_object_mut()?;
            let list = service.entry("volumes").or_insert(json!([]));
            *list = if list.is_null() { json!([]) } else { list.take() };
            list.as_array_mut()?.push(json!("./backups:/backups"));
            Some(())
        }),
        (Change::service_key("db", "healthcheck", health), |data| {
            let service = data.get_mut("services")?.get_mut("db")?.as_object_mut()?;
            let check = json!({"test": ["CMD-SHELL", "pg_isready -U \"$$POSTGRES_USER\""], "retries": "5"});
            service.insert("healthcheck".into(), check).is_none().then_some(())
        }),
    ]
}

/// Whether the edit was made; a wrong one is an error.
fn check(text: &str, change: &Change, effect: Effect) -> Result<bool, TestCaseError> {
    let before = SourceFile::new("compose.yml", text);
    let Ok(root) = parse_one(&before) else {
        return Err(TestCaseError::fail(format!("the generator wrote invalid YAML:\n{text}")));
    };
    let after = match rewrite(&before, std::slice::from_ref(change)) {
        Ok(after) => after,
        Err(refusal) => {
            prop_assert!(refusal.reason != Reason::Unproven, "unproven {change:?}:\n{text}");
            return Ok(false);
        }
    };
    let mut expected = data(&root);
    prop_assert!(effect(&mut expected).is_some(), "an edit where none applies:\n{text}");
    let found = data(&parse_one(&after).map_err(|error| TestCaseError::fail(error.to_string()))?);
    prop_assert!(same(&expected, &found), "{change:?}\n--- before\n{text}\n--- after\n{}", after.text());
    prop_assert!(lines_are_kept(text, after.text()), "lines changed\n{text}\n---\n{}", after.text());
    Ok(true)
}

/// What the document means: aliases and merge keys resolved.
fn data(node: &Node) -> serde_json::Value {
    if node.is_mapping() {
        return node.entries().iter().map(|entry| (entry.name().to_owned(), data(entry.value))).collect();
    }
    if node.is_sequence() {
        return node.items().iter().map(data).collect();
    }
    node.as_str().map_or(serde_json::Value::Null, |text| json!(text))
}

/// Equal, wherever in a list the new item went.
fn same(expected: &serde_json::Value, found: &serde_json::Value) -> bool {
    let list = |data: &serde_json::Value| {
        let items = data.pointer("/services/db/volumes").and_then(serde_json::Value::as_array).cloned();
        items.map(|items| items.iter().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>())
    };
    let without = |data: &serde_json::Value| {
        let mut rest = data.clone();
        if let Some(volumes) = rest.pointer_mut("/services/db/volumes") {
            *volumes = json!(null);
        }
        rest
    };
    list(expected) == list(found) && without(expected) == without(found)
}

/// Every old line is still there, in order, but for one that may have changed in place; line endings are as they were.
fn lines_are_kept(before: &str, after: &str) -> bool {
    let line_feeds = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let (returns, feeds) = line_feeds(after);
    if (returns != 0 && returns != feeds) || (returns == 0) != (line_feeds(before).0 == 0) {
        return false;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let diff = TextDiff::from_slices(&old, &new);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    let (lost, gained) = (count(ChangeTag::Delete), count(ChangeTag::Insert));
    before.ends_with('\n') == after.ends_with('\n') && (lost == 0 || (lost, gained) == (1, 1))
}
