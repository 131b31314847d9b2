//! `.dbguard/manifest.toml`: what dbguard generated, so that it can tell its own bytes from a person's.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use git2::{ObjectType, Oid};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use crate::repo_path::RepoPath;

/// Root-relative path of the manifest.
pub const MANIFEST_PATH: &str = ".dbguard/manifest.toml";
/// Root-relative path of the ignore file that keeps dbguard's local state out of git.
pub const STATE_IGNORE_PATH: &str = ".dbguard/.gitignore";
/// Directory of the last renderings, the bases of three-way merges.
pub const BASE_DIR: &str = ".dbguard/base";

const HEADER: &str = "# What dbguard generated and what it looked like. Commit this file; do not edit it.\n";
const VERSION: i64 = 1;

/// Who may change a generated thing, and how much of its file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ownership {
    /// The whole file is generated; a person's edits are merged.
    WholeFile,
    /// The lines between two markers are generated, the rest is a person's.
    Block,
    /// Single keys of a person's file.
    Keys,
    /// Written once; the person's from then on.
    Once,
}

/// One generated thing. Its key in the manifest is the path and, for blocks, the block's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Root-relative path.
    pub path: String,
    /// Id of the managed block; only with [`Ownership::Block`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// Template that it came from, relative to `templates/`.
    pub template: String,
    /// Version of dbguard that last wrote it.
    pub tool: String,
    /// Who owns it.
    pub ownership: Ownership,
    /// SHA-256 of the file as dbguard left it, in hexadecimal.
    pub sha256: String,
    /// Git blob id of the last rendering; only for whole files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
    /// SHA-256 of the block's lines; only for blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_sha256: Option<String>,
    /// Dotted keys that dbguard set; only with [`Ownership::Keys`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
}

/// All entries, by path and block id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    entries: BTreeMap<(String, String), Entry>,
}

/// A manifest that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{MANIFEST_PATH}:{line}: {problem}; restore it from git, or delete it to start over")]
pub struct ManifestError {
    /// Line from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: i64,
    #[serde(default)]
    file: Vec<Entry>,
}

impl Manifest {
    /// Reads the text of a manifest.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let document: Document = toml_edit::de::from_str(text).map_err(|error| ManifestError {
            line: line_at(text, error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })?;
        if document.version != VERSION {
            let problem = format!("version {} is not one that this dbguard knows", document.version);
            return Err(ManifestError { line: 1, problem });
        }
        let mut manifest = Self::default();
        for entry in document.file {
            RepoPath::parse(entry.path.as_str())
                .map_err(|error| ManifestError { line: 1, problem: error.to_string() })?;
            manifest.set(entry);
        }
        Ok(manifest)
    }

    /// The manifest as TOML, sorted: the same entries always give the same bytes.
    pub fn to_text(&self) -> String {
        let mut document = DocumentMut::new();
        document.insert("version", toml_edit::value(VERSION));
        let tables: ArrayOfTables = self.entries.values().map(table).collect();
        if !tables.is_empty() {
            document.insert("file", Item::ArrayOfTables(tables));
        }
        format!("{HEADER}{document}")
    }

    /// The entry of a path and block; `block` is `None` for anything but a block.
    pub fn get(&self, path: &RepoPath, block: Option<&str>) -> Option<&Entry> {
        self.entries.get(&(path.as_str().to_owned(), block.unwrap_or_default().to_owned()))
    }

    /// All entries of one path.
    pub fn at<'a>(&'a self, path: &'a RepoPath) -> impl Iterator<Item = &'a Entry> {
        self.entries.values().filter(move |entry| entry.path == path.as_str())
    }

    /// All entries, sorted by path and block.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Adds or replaces an entry. An entry that says the same keeps the version that wrote it.
    pub fn set(&mut self, entry: Entry) {
        let key = (entry.path.clone(), entry.block.clone().unwrap_or_default());
        let known = self.entries.get(&key).filter(|known| known.says_the_same(&entry));
        let tool = known.map_or_else(|| entry.tool.clone(), |known| known.tool.clone());
        self.entries.insert(key, Entry { tool, ..entry });
    }
}

impl Entry {
    fn says_the_same(&self, other: &Self) -> bool {
        Self { tool: other.tool.clone(), ..self.clone() } == *other
    }
}

/// SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The id that git would give `bytes` as a blob; computed without a repository.
pub fn blob_id(bytes: &[u8]) -> String {
    Oid::hash_object(ObjectType::Blob, bytes).map(|id| id.to_string()).unwrap_or_default()
}

fn table(entry: &Entry) -> Table {
    let ownership = match entry.ownership {
        Ownership::WholeFile => "whole-file",
        Ownership::Block => "block",
        Ownership::Keys => "keys",
        Ownership::Once => "once",
    };
    let mut table = Table::new();
    let mut put = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            table.insert(key, toml_edit::value(value));
        }
    };
    put("path", Some(&entry.path));
    put("block", entry.block.as_deref());
    put("template", Some(&entry.template));
    put("tool", Some(&entry.tool));
    put("ownership", Some(ownership));
    put("sha256", Some(&entry.sha256));
    put("blob", entry.blob.as_deref());
    put("block_sha256", entry.block_sha256.as_deref());
    if !entry.keys.is_empty() {
        table.insert("keys", toml_edit::value(entry.keys.iter().collect::<toml_edit::Array>()));
    }
    table
}

fn line_at(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, block: Option<&str>) -> Entry {
        Entry {
            path: path.to_owned(),
            block: block.map(str::to_owned),
            template: "t".to_owned(),
            tool: "0.1.0".to_owned(),
            ownership: if block.is_some() { Ownership::Block } else { Ownership::WholeFile },
            sha256: sha256(b"x"),
            blob: Some(blob_id(b"x")),
            block_sha256: None,
            keys: vec!["a.b".to_owned(), "c".to_owned()],
        }
    }

    #[test]
    fn ids_are_those_of_sha256sum_and_git() {
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn text_is_sorted_and_round_trips() {
        let mut manifest = Manifest::default();
        for (path, block) in [("z \"q\"\n", None), ("a", Some("y")), ("a", Some("x"))] {
            manifest.set(entry(path, block));
        }
        let text = manifest.to_text();
        assert_eq!(Manifest::parse(&text).unwrap(), manifest);
        assert_eq!(Manifest::parse(&text).unwrap().to_text(), text);
        assert!(text.find("\"x\"").unwrap() < text.find("\"y\"").unwrap(), "{text}");
        assert_eq!(Manifest::parse(&Manifest::default().to_text()).unwrap(), Manifest::default());
    }

    #[test]
    fn a_newer_tool_alone_changes_nothing() {
        let mut manifest = Manifest::default();
        manifest.set(entry("a", None));
        let before = manifest.to_text();
        manifest.set(Entry { tool: "9.9.9".to_owned(), ..entry("a", None) });
        assert_eq!(manifest.to_text(), before);
        manifest.set(Entry { tool: "9.9.9".to_owned(), sha256: sha256(b"y"), ..entry("a", None) });
        assert!(manifest.to_text().contains("9.9.9"));
    }

    #[test]
    fn errors_name_the_line() {
        let text = "version = 1\n\n[[file]]\npath = \"a\"\nsurprise = 1\n";
        assert_eq!(Manifest::parse(text).unwrap_err().line, 5);
        assert!(Manifest::parse("version = 2\n").is_err());
        assert_eq!(Manifest::parse("version = 1\n<<<<<<< ours\n").unwrap_err().line, 2);
        let outside = Manifest { entries: [((String::new(), String::new()), entry("../x", None))].into() };
        assert!(Manifest::parse(&outside.to_text()).is_err());
    }
}
