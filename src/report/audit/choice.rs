//! `--format NAME[=FILE]`.

use std::path::PathBuf;
use std::str::FromStr;

/// A format of the audit's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Excerpts for people at 80 columns.
    Human,
    /// `dbguard.audit/1`.
    Json,
    /// SARIF 2.1.0 as GitHub reads it.
    Sarif,
    /// Workflow commands that annotate a pull request.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// `JUnit` XML.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// A summary of a job.
    Markdown,
    /// One page that works offline.
    Html,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Human,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Checkstyle,
        Self::Markdown,
        Self::Html,
    ];

    /// The word for it in `--format`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

/// One `--format`: what to write, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatChoice {
    /// The format.
    pub format: Format,
    /// The file; standard output if none.
    pub path: Option<PathBuf>,
}

/// Why a `--format` was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// No such format.
    #[error("no format is named '{name}'; there are {}", known())]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// `json=` without a file.
    #[error("'{format}=' names no file; write {format}=FILE, or {format} alone for standard output")]
    NoFile {
        /// The format's word.
        format: &'static str,
    },
}

impl FromStr for FormatChoice {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        let (name, path) = text.split_once('=').map_or((text, None), |(name, path)| (name, Some(path)));
        let format = Format::ALL
            .into_iter()
            .find(|format| format.word() == name)
            .ok_or_else(|| FormatError::Unknown { name: name.to_owned() })?;
        if path == Some("") {
            return Err(FormatError::NoFile { format: format.word() });
        }
        Ok(Self { format, path: path.map(PathBuf::from) })
    }
}

fn known() -> String {
    Format::ALL.map(Format::word).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_format_and_perhaps_a_file() {
        let choice: FormatChoice = "sarif=out/a=b.sarif".parse().unwrap();
        assert_eq!(choice, FormatChoice { format: Format::Sarif, path: Some("out/a=b.sarif".into()) });
        assert_eq!("json".parse(), Ok(FormatChoice { format: Format::Json, path: None }));
        for format in Format::ALL {
            assert_eq!(format.word().parse(), Ok(FormatChoice { format, path: None }));
        }
    }

    #[test]
    fn errors_say_what_to_write() {
        let unknown = "xml".parse::<FormatChoice>().unwrap_err().to_string();
        assert!(unknown.contains("'xml'") && unknown.contains("human, json, sarif"), "{unknown}");
        let empty = "json=".parse::<FormatChoice>().unwrap_err().to_string();
        assert!(empty.contains("json=FILE"), "{empty}");
    }
}
