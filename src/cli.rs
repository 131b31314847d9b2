//! The command line: strings in, one thin file a command.

mod audit;
mod demo;
mod detect;
mod guard;
mod hook;
mod init;
mod packaging;
mod preset;
mod rules;
pub mod terminal;
mod undo;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use terminal::Terminal;

/// Guards a repository's databases against accidental loss.
#[derive(Debug, Parser)]
#[command(name = "dbguard", version, about, max_term_width = 80, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
    /// Say only what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Guard a repository: survey it, show what would be written, ask, write
    Init(InitArgs),
    /// Take the last write back, byte for byte
    Undo(UndoArgs),
    /// Watch a database being lost and restored, in a temporary folder
    Demo(DemoArgs),
    /// Show which databases a repository has, with the evidence
    Detect(DetectArgs),
    /// Find what endangers a repository's data: in scripts, workflows, documents, configuration
    #[command(alias = "check")]
    Audit(AuditArgs),
    /// List the rules of the audit
    Rules,
    /// Explain one rule: what it finds, why, and what to do
    Explain {
        /// Its id
        rule: String,
    },
    /// Judge a command before it runs: exit code 0 allow, 10 ask, 20 deny
    Guard(GuardArgs),
    /// Judge what an AI agent is about to do: its hook's JSON on standard input, its own answer out
    Hook(HookArgs),
    /// List the policy presets, or show one
    Preset {
        #[command(subcommand)]
        action: PresetAction,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
struct InitArgs {
    /// The repository
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Policy preset: solo, standard, strict or regulated
    #[arg(long, value_name = "ID")]
    preset: Option<String>,
    /// Show everything that would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write without asking
    #[arg(long, short)]
    yes: bool,
    /// Only these kinds; may be repeated or separated by commas
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kinds())]
    only: Vec<String>,
    /// Also touch files that have uncommitted changes
    #[arg(long)]
    force: bool,
}

fn kinds() -> clap::builder::PossibleValuesParser {
    crate::plan::artifacts::ARTIFACTS.iter().map(|artifact| artifact.id).collect::<Vec<_>>().into()
}

impl InitArgs {
    fn for_demo(root: &Path) -> Self {
        Self {
            path: root.to_owned(),
            preset: None,
            dry_run: false,
            yes: true,
            only: Vec::new(),
            force: false,
        }
    }
}

#[derive(Debug, Args)]
struct UndoArgs {
    /// The repository
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Also take back files that changed since
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Keep the folder, to look around in it
    #[arg(long)]
    keep: bool,
}

#[derive(Debug, Args)]
struct DetectArgs {
    /// The repository
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Output format
    #[arg(long, value_enum, default_value_t = DetectFormat::Human)]
    format: DetectFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DetectFormat {
    /// For people
    Human,
    /// The versioned JSON of docs/cli.md
    Json,
}

#[derive(Debug, Args)]
struct AuditArgs {
    /// The repository
    #[arg(default_value = ".")]
    path: PathBuf,
    /// human, json, sarif, github, gitlab, junit, checkstyle, markdown or html; may be repeated, with =FILE
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human")]
    format: Vec<crate::report::audit::FormatChoice>,
    /// The lowest severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t = Level::High, value_name = "LEVEL")]
    fail_on: Level,
    /// Show and count only what touches lines changed since the merge-base with REF; new migrations are still to run
    #[arg(long, value_name = "REF", conflicts_with_all = ["fix", "unsafe_fix"])]
    since: Option<String>,
    /// Also look at this machine: is the schedule installed, and are the backups that lie here young, whole and large enough
    #[arg(long, conflicts_with = "since")]
    local: bool,
    #[command(flatten)]
    baseline: audit::BaselineArgs,
    #[command(flatten)]
    fix: FixArgs,
}

/// What an audit may mend.
#[derive(Debug, Args)]
struct FixArgs {
    /// Make the changes that cannot alter what a program does; `dbguard undo` takes them back
    #[arg(long)]
    fix: bool,
    /// Make the other changes too: read the diff
    #[arg(long, conflicts_with = "fix")]
    unsafe_fix: bool,
    /// With --fix: also change files that have uncommitted changes
    #[arg(long)]
    force: bool,
}

/// A severity that can fail a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Only what destroys the only copy
    Critical,
    /// And what is one mistake away
    High,
    /// And what makes the accident likelier
    Medium,
    /// And hygiene
    Low,
}

impl Level {
    const fn severity(self) -> crate::finding::Severity {
        match self {
            Self::Critical => crate::finding::Severity::Critical,
            Self::High => crate::finding::Severity::High,
            Self::Medium => crate::finding::Severity::Medium,
            Self::Low => crate::finding::Severity::Low,
        }
    }
}

#[derive(Debug, Args)]
struct GuardArgs {
    /// Shell text to judge; it is not run
    #[arg(long, value_name = "TEXT", conflicts_with = "words")]
    command: Option<String>,
    /// Print functions that judge what is typed in this shell before it runs
    #[arg(long, value_enum, value_name = "SHELL", conflicts_with_all = ["words", "command", "format"])]
    shell_init: Option<Shell>,
    /// Output format
    #[arg(long, value_enum, default_value_t = GuardFormat::Human)]
    format: GuardFormat,
    /// The command, word by word
    #[arg(last = true)]
    words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// bash, 3.2 or newer
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

#[derive(Debug, Args)]
struct HookArgs {
    /// claude-code, codex, copilot, cursor, gemini, opencode, vscode or windsurf
    agent: String,
    /// Start the hook that is configured in this repository, and see whether it works
    #[arg(long)]
    self_test: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GuardFormat {
    /// For people
    Human,
    /// The versioned JSON of docs/cli.md
    Json,
}

#[derive(Debug, Subcommand)]
enum PresetAction {
    /// All policy presets, one a line
    List,
    /// Frequencies, retention and limits of one preset
    Show {
        /// Its id
        id: String,
    },
}

/// Exit codes of the design, by name.
pub mod exit {
    /// Done, nothing to do, or a dry run.
    pub const DONE: u8 = 0;
    /// Refused, in conflict, or waiting for `--yes`.
    pub const REFUSED: u8 = 1;
    /// Wrong usage or configuration.
    pub const USAGE: u8 = 2;
    /// No database.
    pub const NO_DATABASE: u8 = 3;
    /// Something that matters could not be read.
    pub const INCOMPLETE: u8 = 4;
    /// `guard`: a person has to agree.
    pub const ASK: u8 = 10;
    /// `guard`: no.
    pub const DENY: u8 = 20;
}

/// Why a command ended badly: what to print, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// For people; empty when everything has been said.
    pub message: String,
    /// Process exit code.
    pub code: u8,
}

impl Failure {
    /// A failure with something to say.
    pub fn new(code: u8, message: impl std::fmt::Display) -> Self {
        Self { message: message.to_string(), code }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        // A reader that has seen enough (`| head`) is no failure of ours.
        let code = if error.kind() == std::io::ErrorKind::BrokenPipe { exit::DONE } else { exit::REFUSED };
        let message =
            if code == exit::DONE { String::new() } else { format!("cannot write the output: {error}") };
        Self { message, code }
    }
}

/// What a command returns: its exit code, or why it failed.
pub type Outcome = Result<u8, Failure>;

/// Runs the command that was typed; returns the exit code.
pub fn run(cli: &Cli) -> Outcome {
    let mut terminal = Terminal::new(cli.color, cli.quiet, cli.verbose);
    match &cli.command {
        Command::Init(args) => init::run(args, &mut terminal),
        Command::Undo(args) => undo::run(args, &mut terminal),
        Command::Demo(args) => demo::run(args, &mut terminal),
        Command::Detect(args) => detect::run(args, &mut terminal),
        Command::Audit(args) => audit::run(args, &mut terminal),
        Command::Rules => rules::list(&mut terminal),
        Command::Explain { rule } => rules::explain(rule, &mut terminal),
        Command::Guard(args) => guard::run(args, &mut terminal),
        Command::Hook(args) => hook::run(args, &mut terminal),
        Command::Preset { action } => preset::run(action, &mut terminal),
        Command::Completions { shell } => packaging::completions(*shell, &mut terminal),
        Command::Man => packaging::man(&mut terminal),
    }
}
