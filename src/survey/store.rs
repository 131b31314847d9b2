//! Backups as the backup scripts leave them: `FOLDER/ID/NAME/metadata.json`, which is written last.

use serde::Deserialize;

use crate::effects::facts::Facts;

/// What a backup says about itself. What its metadata does not tell is None.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backup {
    /// Name of its folder: a UTC time and a label.
    pub name: String,
    /// Why it was taken; empty where that is not told.
    pub label: String,
    /// Whether its dump was read back to its end.
    pub verified: bool,
    /// When it began, in seconds since 1970.
    pub created: Option<u64>,
    /// When it was complete.
    pub finished: Option<u64>,
    /// Bytes of its dump.
    pub bytes: Option<u64>,
    /// Rows of all tables.
    pub rows: Option<u64>,
    /// File name of its dump.
    pub file: Option<String>,
    /// Which life the database led then.
    pub environment: Option<String>,
}

impl Backup {
    /// When it was complete; when it began, where only that is told.
    pub fn time(&self) -> Option<u64> {
        self.finished.or(self.created)
    }
}

#[derive(Deserialize)]
struct Metadata {
    verified: bool,
    label: Option<String>,
    created_epoch: Option<u64>,
    finished_epoch: Option<u64>,
    bytes_database: Option<u64>,
    row_count: Option<u64>,
    file_database: Option<String>,
    environment: Option<String>,
}

/// Whether a name in a database's folder looks like that of a backup; their order is that of their times.
pub fn is_name(name: &str) -> bool {
    name.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

/// The backup `name` of the database `id`; None where its metadata is not there or damaged.
pub fn backup(facts: &dyn Facts, folder: &str, id: &str, name: &str) -> Option<Backup> {
    let text = facts.read(&format!("{folder}/{id}/{name}/metadata.json"))?;
    let found: Metadata = serde_json::from_str(&text).ok()?;
    Some(Backup {
        name: name.to_owned(),
        label: found.label.unwrap_or_default(),
        verified: found.verified,
        created: found.created_epoch,
        finished: found.finished_epoch,
        bytes: found.bytes_database,
        rows: found.row_count,
        file: found.file_database,
        environment: found.environment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::facts::InMemory;

    #[test]
    fn a_backup_tells_of_itself_and_a_damaged_one_does_not() {
        let files = [
            ("b/main/20260101T000000Z-a/metadata.json", "{\"verified\": true, \"created_epoch\": 5}"),
            ("b/main/20260102T000000Z-b/metadata.json", "{\"verified\": true, \"created_"),
            ("b/main/latest", "20260101T000000Z-a\n"),
            ("b/main/.work.1.x/metadata", ""),
        ];
        let facts = InMemory(files.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
        let names: Vec<String> = facts.names("b/main").into_iter().filter(|name| is_name(name)).collect();
        assert_eq!(names, ["20260101T000000Z-a", "20260102T000000Z-b"]);
        let first = backup(&facts, "b", "main", &names[0]).expect("readable");
        assert_eq!((first.verified, first.time(), first.rows), (true, Some(5), None));
        assert_eq!(backup(&facts, "b", "main", &names[1]), None);
        assert_eq!(backup(&facts, "b", "main", "nothing"), None);
    }
}
