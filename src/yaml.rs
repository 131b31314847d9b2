//! YAML with a memory of where everything stands: what every reader of YAML in the program uses.

mod build;
pub mod edit;
mod tree;

pub use tree::{Entry, Node, Style};

use crate::source::SourceFile;

/// Most nodes that a file may have once its aliases are followed.
pub const MAX_NODES: u64 = 5_000_000;

/// Deepest nesting once aliases are followed.
pub const MAX_DEPTH: usize = 1_000;

/// Why a text is not YAML that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    /// The text breaks YAML's grammar.
    #[error("{path}:{line}:{column}: {reason}; correct the YAML there")]
    Syntax {
        /// Root-relative path.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What the grammar wanted, one line, nothing of the file's own text.
        reason: String,
    },
    /// Aliases that contain themselves, nest too deeply, or multiply beyond reason.
    #[error("{path}:{line}:{column}: {reason}; write that part out instead of using an alias")]
    Alias {
        /// Root-relative path.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// Which limit was met.
        reason: &'static str,
    },
}

impl YamlError {
    /// Line and column, both from 1.
    pub fn at(&self) -> (usize, usize) {
        match self {
            Self::Syntax { line, column, .. } | Self::Alias { line, column, .. } => (*line, *column),
        }
    }

    /// What is wrong, without the place.
    pub fn reason(&self) -> &str {
        match self {
            Self::Syntax { reason, .. } => reason,
            Self::Alias { reason, .. } => reason,
        }
    }
}

/// The documents of `file`, in order. A file without any content has none; an empty document is a null node.
pub fn parse(file: &SourceFile) -> Result<Vec<Node>, YamlError> {
    build::documents(file)
}

/// The first document of `file`, or a null node when it has none.
pub fn parse_one(file: &SourceFile) -> Result<Node, YamlError> {
    Ok(parse(file)?.into_iter().next().unwrap_or_else(Node::null))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Result<Vec<Node>, YamlError> {
        parse(&SourceFile::new("a.yml", text))
    }

    #[test]
    fn empty_files_and_documents_are_fine() {
        assert_eq!(parsed("").unwrap().len(), 0);
        assert_eq!(parsed("# only a comment\n").unwrap().len(), 0);
        let documents = parsed("---\n---\na: 1\n...\n").unwrap();
        assert_eq!(documents.len(), 2);
        assert!(documents[0].is_null());
        assert_eq!(documents[1].get("a").and_then(Node::as_str), Some("1"));
    }

    #[test]
    fn errors_name_the_line_and_column() {
        let error = parsed("a: 1\nb: [1, 2\nc: }\n").unwrap_err();
        assert!(error.to_string().starts_with("a.yml:3:"), "{error}");
        assert!(error.at().0 == 3 && !error.reason().is_empty());
    }

    #[test]
    fn self_containing_aliases_are_refused() {
        assert!(parsed("a: &x [1, *x]\n").is_err());
        assert!(parsed("a: *nowhere\n").is_err());
    }

    #[test]
    fn alias_bombs_end_in_an_error_not_in_memory() {
        let mut lines = vec!["a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned()];
        for level in 1..40 {
            let items = format!("*a{}, ", level - 1).repeat(10);
            lines.push(format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(matches!(parsed(&lines.concat()), Err(YamlError::Alias { .. })));
    }

    #[test]
    fn deep_nesting_ends_in_an_error() {
        assert!(parsed(&"[".repeat(50_000)).is_err());
        assert!(parsed(&"- ".repeat(50_000)).is_err());
        let mut chain = vec!["a0: &a0 x\n".to_owned()];
        for level in 1..3_000 {
            chain.push(format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert!(matches!(parsed(&chain.concat()), Err(YamlError::Alias { .. })));
    }

    #[test]
    fn carriage_returns_marks_and_tabs_are_survived() {
        let text = "\u{feff}a:\r\n  b: é\r\n\t\r\n  c:\td\r\n";
        let file = SourceFile::new("a.yml", text);
        let node = parse_one(&file).unwrap();
        let value = node.path(&["a", "c"]).unwrap();
        assert_eq!((value.as_str(), file.slice(value.span())), (Some("d"), "d"));
        assert_eq!(file.slice(node.path(&["a", "b"]).unwrap().span()), "é");
    }

    proptest! {
        #[test]
        fn never_panics_on_any_text(text in "\\PC*") {
            let _ = parsed(&text);
        }

        #[test]
        fn never_panics_on_yaml_like_text(text in "([ \\t\\r\\na-c:#&*!|>'\"{}\\[\\],?%<-]|é|\u{feff}){0,60}") {
            let file = SourceFile::new("a.yml", text.as_str());
            if let Ok(documents) = parse(&file) {
                for document in &documents {
                    let _ = (document.entries().len(), document.get("a").is_some(), document.duplicate_keys());
                    prop_assert!(text.get(document.span().range()).is_some());
                }
            }
        }
    }
}
