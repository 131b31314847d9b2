//! The survey for people: one screen of 80 columns.

use console::{Style, measure_text_width, truncate_str};

use crate::report::wrap::wrap;
use crate::source::printable;
use crate::survey::{Confidence, Database, Role, Survey, VolumeKind};

/// Columns of the screen.
pub const WIDTH: usize = 80;

/// Where the survey looks for databases.
const LOOKED_FOR: [&str; 2] = [
    "Looked for: Compose services, connection URLs in dotenv files, configuration of",
    "frameworks, CI services, Helm, Kubernetes and Terraform files, drivers.",
];

/// A line as styled pieces, and the address that it leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(Vec<(Tone, String)>, Option<String>);

/// How a piece of a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// The word that matters.
    Strong,
    /// For reference.
    Faint,
    /// Good news.
    Good,
    /// Needs a person's eye.
    Warning,
    /// Bad news.
    Bad,
}

impl Line {
    /// One piece of text.
    pub fn of(tone: Tone, text: impl Into<String>) -> Self {
        Self(vec![(tone, text.into())], None)
    }

    /// The same, leading to `address` where a terminal can follow it.
    #[must_use]
    pub fn leading_to(self, address: Option<String>) -> Self {
        Self(self.0, address)
    }

    /// Another piece behind it.
    #[must_use]
    pub fn and(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.0.push((tone, text.into()));
        self
    }

    /// The line without colour.
    pub fn plain(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect::<String>().trim_end().to_owned()
    }

    /// The line with or without colour.
    pub fn paint(&self, coloured: bool) -> String {
        if !coloured {
            return self.plain();
        }
        let paint =
            |(tone, text): &(Tone, String)| tone.style().force_styling(true).apply_to(text).to_string();
        self.0.iter().map(paint).collect()
    }
}

impl Line {
    /// The line in colour and with its link, for a terminal.
    pub fn paint_linked(&self) -> String {
        let text = self.paint(true);
        match &self.1 {
            Some(address) => format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            None => text,
        }
    }
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dim(),
            Self::Good => Style::new().green(),
            Self::Warning => Style::new().yellow(),
            Self::Bad => Style::new().red(),
        }
    }
}

/// What the survey found: a database per line, then everything else in short.
pub fn detected(survey: &Survey) -> Vec<Line> {
    let mut lines = Vec::new();
    if survey.databases.is_empty() {
        lines.push(Line::of(Tone::Strong, "No database found."));
        lines.extend(LOOKED_FOR.map(|text| Line::of(Tone::Plain, text)));
    } else {
        lines.push(Line::of(Tone::Strong, count(survey.databases.len(), "database")));
        lines.push(Line::default());
        lines.extend(survey.databases.iter().map(database_line));
    }
    lines.push(Line::default());
    lines.extend(around(survey));
    lines.extend(incomplete(survey));
    lines
}

/// `1 database`, `2 databases`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Engine and version, where it runs, its volume, how sure, and the file and line that told.
pub fn database_line(database: &Database) -> Line {
    let version = database.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    let source =
        database.sources.first().map(|place| format!("{}:{}", place.path, place.line)).unwrap_or_default();
    let tone = if database.confidence == Confidence::Low { Tone::Warning } else { Tone::Good };
    Line::of(Tone::Plain, "  ")
        .and(Tone::Strong, column(&format!("{}{version}", database.engine), 15))
        .and(Tone::Plain, column(&whereabouts(database), 16))
        .and(Tone::Plain, column(&volume(database), 16))
        .and(tone, column(sureness(database.confidence), 8))
        .and(Tone::Faint, from_the_end(&source, WIDTH - 57))
}

fn whereabouts(database: &Database) -> String {
    let place = match (&database.compose_service, &database.database, &database.host) {
        (Some(service), _, _) => service.clone(),
        (None, Some(path), _) if matches!(database.engine.as_str(), "sqlite" | "duckdb" | "libsql") => {
            path.clone()
        }
        (None, Some(name), Some(host)) => format!("{host}/{name}"),
        (None, None, Some(host)) => host.clone(),
        (None, Some(name), None) => name.clone(),
        (None, None, None) => "–".to_owned(),
    };
    match database.role {
        Role::Test | Role::Cache | Role::Queue | Role::Search => {
            format!("{place} ({})", role_word(database.role))
        }
        Role::Primary | Role::Unknown => place,
    }
}

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Primary => "primary",
        Role::Cache => "cache",
        Role::Queue => "queue",
        Role::Search => "search",
        Role::Test => "test",
        Role::Unknown => "unknown",
    }
}

fn volume(database: &Database) -> String {
    let name = database.volume.as_deref().unwrap_or_default();
    match database.volume_kind {
        VolumeKind::Named => name.to_owned(),
        VolumeKind::External => format!("{name} external"),
        VolumeKind::Bind => from_the_end(name, 15),
        VolumeKind::Anonymous => "unnamed volume".to_owned(),
        VolumeKind::Tmpfs => "in memory".to_owned(),
        VolumeKind::None if database.compose_service.is_some() => "no volume".to_owned(),
        VolumeKind::None => "–".to_owned(),
    }
}

fn sureness(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "certain",
        Confidence::Medium => "likely",
        Confidence::Low => "a hint",
    }
}

fn around(survey: &Survey) -> Vec<Line> {
    let stack: Vec<String> = survey.frameworks.iter().chain(&survey.orms).cloned().collect();
    let rows = [
        ("stack", stack),
        ("migrate", survey.migrate_commands.clone()),
        ("test", survey.test_commands.clone()),
        ("compose", survey.compose_files.clone()),
        ("ci", survey.ci.clone()),
        ("agents", survey.agent_files.clone()),
        ("backups", survey.backup_scripts.clone()),
    ];
    rows.into_iter().filter(|(_, items)| !items.is_empty()).map(|(name, items)| row(name, &items)).collect()
}

fn row(name: &str, items: &[String]) -> Line {
    let room = WIDTH - 11;
    let mut shown = items.len();
    let text = |shown: usize| {
        let more = items.len() - shown;
        let tail = if more == 0 { String::new() } else { format!(" +{more} more") };
        format!("{}{tail}", printable(&items.get(..shown).unwrap_or_default().join(", ")))
    };
    while shown > 1 && measure_text_width(&text(shown)) > room {
        shown -= 1;
    }
    Line::of(Tone::Faint, format!("  {name:9}")).and(Tone::Plain, truncate_str(&text(shown), room, "…"))
}

fn incomplete(survey: &Survey) -> Vec<Line> {
    if survey.incomplete.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::default(), Line::of(Tone::Warning, "Not read:")];
    for file in &survey.incomplete {
        let at = file.line.map(|line| format!(":{line}")).unwrap_or_default();
        let path = format!("  {}{at}: ", printable(&file.path));
        let message = printable(&file.message);
        if measure_text_width(&path) + measure_text_width(&message) <= WIDTH {
            lines.push(Line::of(Tone::Plain, path + &message));
            continue;
        }
        lines.push(Line::of(Tone::Plain, path));
        lines.extend(
            wrap(&message, WIDTH - 6).into_iter().map(|text| Line::of(Tone::Plain, format!("      {text}"))),
        );
    }
    lines
}

/// `text` cut or padded to `width` columns, the last of them blank.
fn column(text: &str, width: usize) -> String {
    let text = printable(text);
    let cut = truncate_str(&text, width - 1, "…");
    format!("{cut}{}", " ".repeat(width - measure_text_width(&cut)))
}

/// The end of `text`, which is what tells paths apart.
fn from_the_end(text: &str, width: usize) -> String {
    let text = printable(text);
    if measure_text_width(&text) <= width {
        return text;
    }
    let mut tail: Vec<char> = Vec::new();
    for c in text.chars().rev() {
        if measure_text_width(&tail.iter().collect::<String>()) + 2 > width {
            break;
        }
        tail.push(c);
    }
    format!("…{}", tail.iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::{Origin, Place};

    #[test]
    fn a_database_line_fits_eighty_columns_and_names_its_source() {
        let place = Place::new("deploy/environments/production/docker-compose.production.yml", 1234);
        let mut database = Database::new("postgres", Origin::Compose, place);
        database.version = Some("16.4-alpine-with-a-long-tag".to_owned());
        database.compose_service = Some("a-very-long-service-name-indeed".to_owned());
        database.volume = Some("production_postgres_data_volume".to_owned());
        database.volume_kind = VolumeKind::Named;
        let line = database_line(&database).plain();
        assert!(measure_text_width(&line) <= WIDTH, "{line:?}");
        assert!(line.ends_with("production.yml:1234"), "{line:?}");
    }
}
