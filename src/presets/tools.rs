//! What presets know about commands: which invocations do what to data, and which programs carry other programs' text.
//!
//! A pattern of words is written as the words of a command line, separated by blanks; a word may have alternatives (`rm|remove`)
//! and stars (`db:drop*`). An option pattern has alternatives too, each with an optional value: `-v|--volumes`, `--env=prod*`.

use serde::Deserialize;

pub use super::effect::Effect;
use super::model::{List, Str};
use super::runners::Runner;

/// A language that a program runs text in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// A POSIX shell or bash.
    Shell,
    /// SQL, also with the client's own commands (`\i`, `.read`).
    Sql,
    /// JavaScript as mongosh runs it.
    Mongo,
    /// Commands of Redis, one a line.
    RedisCommands,
    /// Cypher, Flux and others that presets know calls of.
    Cypher,
    /// Python.
    Python,
    /// JavaScript or TypeScript.
    JavaScript,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Elixir.
    Elixir,
    /// Perl.
    Perl,
    /// Lua.
    Lua,
    /// Go, C#, Java, Kotlin and others with their comments and strings.
    CLike,
    /// PowerShell and cmd; read as shell, with `\` between folders.
    PowerShell,
    /// The same as base64 of UTF-16.
    PowerShellBase64,
}

/// What the target of a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The database that the project is configured for (`DATABASE_URL`).
    #[default]
    Configured,
    /// A database by name, on the server of the options or the environment.
    Database,
    /// Volumes by name.
    Volume,
    /// All volumes of a Compose project.
    Compose,
    /// Its volumes without a name; named ones stay.
    ComposeAnonymous,
    /// Paths of files or folders; the effect holds only where they are data, a database file or a backup.
    Path,
    /// Something in a cluster or at a provider.
    Remote,
    /// A process on this machine, whatever it holds.
    Machine,
}

/// What is known about one program, or several with the same command line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Names as typed, without folder; stars allowed (`python*`).
    pub programs: List<Str>,
    /// Options that take the next word as their value; `-p=` takes one only where it is joined (`-psecret`).
    #[serde(default)]
    pub takes_value: List<Str>,
    /// Long options have one dash (`-auto-approve`), so `-af` is not `-a -f`.
    #[serde(default)]
    pub single_dash: bool,
    /// Options with which nothing is done, whatever else is said; `--help` and `--version` always are.
    #[serde(default)]
    pub harmless: List<Str>,
    /// Words that ask about the command in front of them when they stand last.
    #[serde(default)]
    pub asks: Str,
    /// Options whose value is sent; one that begins with `@` names a file of it (`-d @query.json`).
    #[serde(default)]
    pub bodies: List<Str>,
    /// Options whose value is always such a file; what it holds counts as the value of the first of `bodies`.
    #[serde(default)]
    pub body_files: List<Str>,
    /// A word that begins with `@` is such a file, and so is standard input, as with httpie.
    #[serde(default)]
    pub body_words: bool,
    /// Beginnings of words that name a file of more words, one a line (`parfile=`).
    #[serde(default)]
    pub word_files: List<Str>,
    /// Invocations that do something to data.
    #[serde(default, rename = "rule")]
    pub rules: List<Rule>,
    /// Where text in another language is run.
    #[serde(default, rename = "sink")]
    pub sinks: List<Sink>,
    /// Where the rest of the line is another command.
    #[serde(default, rename = "carrier")]
    pub carriers: List<Carrier>,
    /// Where a word names a command of a manifest.
    #[serde(default, rename = "runner")]
    pub runners: List<Runner>,
    /// What it prints, where that can be told.
    #[serde(default, rename = "output")]
    pub outputs: List<Output>,
}

/// Options that programs take passwords by, so that no report shows them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Names as typed, without folder.
    pub programs: List<Str>,
    /// The next word is the password, or what follows `=`; one that ends with `=` has it joined, and never behind a blank.
    pub options: List<Str>,
}

/// What a program prints, as far as other commands may run on it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The first words that are no options; empty for any.
    #[serde(default)]
    pub words: Str,
    /// Each of these options is there.
    #[serde(default)]
    pub with: List<Str>,
    /// What it prints; empty: the words behind those matched, one a line.
    #[serde(default)]
    pub text: Str,
    /// It prints what it reads, or a part of that.
    #[serde(default)]
    pub passes: bool,
    /// It prints what `find` finds.
    #[serde(default)]
    pub found: bool,
    /// Options whose value is a pattern of names in the folders behind those matched; a folder is printed with it.
    #[serde(default)]
    pub pattern: List<Str>,
    /// It prints what `fd PATTERN FOLDERS` finds; options that name an ending.
    #[serde(default)]
    pub extension: List<Str>,
}

/// An invocation that does something to data.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The first words that are no options; empty for any.
    #[serde(default)]
    pub words: Str,
    /// A word that stands anywhere among those that are no options.
    #[serde(default)]
    pub among: Str,
    /// A word with which the rule does not fit, wherever it stands.
    #[serde(default)]
    pub unless: Str,
    /// Each of these options is there.
    #[serde(default)]
    pub with: List<Str>,
    /// None of these is.
    #[serde(default)]
    pub without: List<Str>,
    /// One of these options has a value of which nothing can be told.
    #[serde(default)]
    pub untold: List<Str>,
    /// Options whose value is a file; only where that cannot be read, so that nothing else tells.
    #[serde(default)]
    pub unread: List<Str>,
    /// Only where the line or `.env` names a server that is not this machine.
    #[serde(default)]
    pub shared: bool,
    /// Options of this sub-command that take the next word.
    #[serde(default)]
    pub takes_value: List<Str>,
    /// A variable that must be set on the line or exported before it (`NAME=pattern`).
    #[serde(default)]
    pub environment: List<Str>,
    /// What it does.
    pub effect: Effect,
    /// What the target names.
    #[serde(default)]
    pub scope: Scope,
    /// Where the target stands: `rest` (all words after those matched), `first`, `second`, `last`, `.`
    /// (the current folder), `found` (what `find` finds), `input` (each line that it reads), a beginning (`of=`), or options (`-d|--database`).
    #[serde(default)]
    pub target: Str,
    /// At least this many words follow those matched.
    #[serde(default)]
    pub least: usize,
    /// At most this many do.
    #[serde(default)]
    pub most: Option<usize>,
    /// A safer command, one line.
    #[serde(default)]
    pub instead: Str,
    /// What people do not expect about it, one sentence; empty when the effect says all.
    #[serde(default)]
    pub why: Str,
}

/// Where a program runs text in another language.
#[allow(clippy::struct_excessive_bools, reason = "each is a key of its own in a preset")]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sink {
    /// The first words that are no options; empty for any.
    #[serde(default)]
    pub words: Str,
    /// None of these options is there.
    #[serde(default)]
    pub without: List<Str>,
    /// Options of this sub-command that take the next word.
    #[serde(default)]
    pub takes_value: List<Str>,
    /// The language.
    pub language: Language,
    /// Options whose value is text.
    #[serde(default)]
    pub text: List<Str>,
    /// The text is what stands behind this key, in JSON or as `KEY=…`; a list is several lines.
    #[serde(default)]
    pub within: Str,
    /// A text that begins with `@` names a file of it, as with curl.
    #[serde(default)]
    pub text_files: bool,
    /// Each word is a text of its own, not a part of one.
    #[serde(default)]
    pub each: bool,
    /// Options whose value is a file of text.
    #[serde(default)]
    pub file: List<Str>,
    /// Several files stand in one value, with commas between them.
    #[serde(default)]
    pub comma: bool,
    /// Words that begin with one of these name a file of text (`@script.sql`); where nothing is behind it, the next word does.
    #[serde(default)]
    pub file_marks: List<Str>,
    /// The ending of a file that is named without one.
    #[serde(default)]
    pub file_ending: Str,
    /// The word, counted from 1 after those matched, from which on the words are text.
    #[serde(default)]
    pub text_word: usize,
    /// Only that word is text; those behind it are something else (`trap TEXT SIGNAL…`).
    #[serde(default)]
    pub one_word: bool,
    /// The word, counted from 1 after those matched, that is a file of text.
    #[serde(default)]
    pub file_word: usize,
    /// A folder stands for its files with this ending (`.go`).
    #[serde(default)]
    pub folder: Str,
    /// Reads text from standard input when no text is given otherwise.
    #[serde(default)]
    pub stdin: bool,
    /// Statements that change the schema commit by themselves, so that a ROLLBACK takes nothing back.
    #[serde(default)]
    pub implicit_commit: bool,
    /// Where the database is named: an option, or `first`, `second`.
    #[serde(default)]
    pub database: Str,
    /// Where the host is named.
    #[serde(default)]
    pub host: Str,
}

/// Where the rest of the line is another command.
#[allow(clippy::struct_excessive_bools, reason = "each is a key of its own in a preset")]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// The first words that are no options; empty for any.
    #[serde(default)]
    pub words: Str,
    /// Options of this sub-command that take the next word.
    #[serde(default)]
    pub takes_value: List<Str>,
    /// Words to pass over before the command begins (the host of ssh, the container of exec); assignments always are.
    #[serde(default)]
    pub skip: usize,
    /// Options after which the command begins (`--`, `-c`); empty: after the words passed over.
    #[serde(default)]
    pub after: List<Str>,
    /// The words are joined and read as shell text again, as ssh does.
    #[serde(default)]
    pub shell: bool,
    /// The language of those words, where it is another one.
    #[serde(default)]
    pub language: Option<Language>,
    /// Words from standard input are appended, as xargs does.
    #[serde(default)]
    pub appends: bool,
    /// Options that name the mark in whose place a word of the input is put (`-I`); `{}` always is one.
    #[serde(default)]
    pub marks: List<Str>,
    /// Its own output stands in the command, as with `find -exec`.
    #[serde(default)]
    pub found: bool,
    /// Options that name the program which the words behind those passed over are for (`--entrypoint`).
    #[serde(default)]
    pub entrypoint: List<Str>,
    /// Options that put a volume or folder of ours into the container (`NAME:PATH`, or `source=NAME,target=PATH`).
    #[serde(default)]
    pub mounts: List<Str>,
    /// Words that end one command and begin the next (`+`); each is one more command of the same program.
    #[serde(default)]
    pub separators: List<Str>,
    /// It runs on another machine or in a container, whose paths are not ours.
    #[serde(default)]
    pub elsewhere: bool,
}

/// A call in a program's text that does something to data, compared token by token: `drop_all(`, `deleteMany({})`. `_` stands for
/// one token, `...` for any up to the closing bracket.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Languages that it occurs in.
    pub languages: List<Language>,
    /// The tokens.
    pub text: Str,
    /// What it does.
    pub effect: Effect,
    /// It is given a path, and the effect holds only where that is data; the tokens end before the bracket.
    #[serde(default)]
    pub path: bool,
    /// The first `_` is a class, which stands for a whole table; a variable there holds the rows of one owner.
    #[serde(default)]
    pub class: bool,
    /// A safer way, one line.
    #[serde(default)]
    pub instead: Str,
}

/// A call in a program's text that hands its string to another language: `execute("DROP TABLE x")`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextCall {
    /// Languages that it occurs in.
    pub languages: List<Language>,
    /// Names of the functions, without what they belong to.
    pub names: List<Str>,
    /// What the string is.
    pub text: Language,
    /// Strings in front of a command's words (the file of `execvp`).
    #[serde(default)]
    pub skip: usize,
    /// The names are no functions: what is assigned to them is run later (`CommandText = "…"`).
    #[serde(default)]
    pub assigned: bool,
}

/// Files and folders that hold what a team cannot afford to lose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Absolute folders (`/var/lib/mysql`), names of folders (`pgdata`) and of files (`*.sqlite3`); stars allowed.
    pub names: List<Str>,
    /// Files that tell, wherever they lie, that a folder is one (`PG_VERSION`).
    #[serde(default)]
    pub signs: List<Str>,
    /// Variables that name the first of these folders where nothing sets them (`PGDATA`).
    #[serde(default)]
    pub variables: List<Str>,
    /// What removing it does.
    pub effect: Effect,
}

/// How the language of a script is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The language.
    pub language: Language,
    /// Beginnings of an interpreter's name, on a first line with `#!`.
    #[serde(default)]
    pub interpreters: List<Str>,
    /// Endings of the file's name, without the dot.
    #[serde(default)]
    pub endings: List<Str>,
}

/// A command line that must have an effect, or, without one, must have none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandExample {
    /// Shell text.
    pub command: Str,
    /// The worst effect that must be found.
    #[serde(default)]
    pub effect: Option<Effect>,
}

/// A family of tools: `presets/tools/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    /// Lower-case id, the file's name.
    pub id: Str,
    /// Name for people.
    pub title: Str,
    /// Programs that everybody runs all day: letting an agent run them unasked is no finding.
    #[serde(default)]
    pub ordinary: bool,
    /// Its programs.
    #[serde(default, rename = "tool")]
    pub programs: List<Tool>,
    /// Calls in programs' text.
    #[serde(default, rename = "call")]
    pub calls: List<Call>,
    /// Calls that hand text to another language.
    #[serde(default, rename = "text_call")]
    pub text_calls: List<TextCall>,
    /// Where data lies in files.
    #[serde(default, rename = "place")]
    pub places: List<Place>,
    /// Names of folders whose contents one command makes again.
    #[serde(default)]
    pub made_again: List<Str>,
    /// Folders that hold so much that data goes with them, wherever it lies.
    #[serde(default)]
    pub roots: List<Str>,
    /// Functions that only show their arguments.
    #[serde(default)]
    pub shows: List<Str>,
    /// Options whose value says which environment, server or project is meant, in any program.
    #[serde(default)]
    pub telling: List<Str>,
    /// Options that passwords are given by.
    #[serde(default, rename = "secret")]
    pub secrets: List<Secret>,
    /// How a script's language is told.
    #[serde(default, rename = "script")]
    pub scripts: List<Script>,
    /// Commands with and without effect, run by a test.
    #[serde(default, rename = "command")]
    pub commands: List<CommandExample>,
}
