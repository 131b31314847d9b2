//! One preset's view of a command line: which of its rules, sinks, carriers and runners fit, and what they point at.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::manifest::Pick;
use super::options::{self, Habits, Line};
use super::run::State;
use super::stdout;
use super::value::{UNKNOWN, Value};
use crate::presets::model::Str;
use crate::presets::runners::Runner;
use crate::presets::tools::{Carrier, Output, Rule, Sink, Tool};
use crate::presets::wildcard;

/// A command line that fits a pattern.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading<'a> {
    pub(super) line: Line<'a>,
    /// The words behind those matched.
    pub(super) rest: Vec<&'a Value>,
    /// All that stands behind the program's name.
    pub(super) arguments: &'a [Value],
}

/// Options that ask about the program itself, in every program.
const ABOUT: &str = "--help|--version|-help|-?|help";

/// Options of a line that tell where it takes effect.
pub(super) fn telling_options(words: &[Value], telling: &[Str]) -> Vec<(String, String)> {
    let habits = Habits { takes_value: [telling, &[]], single_dash: true, stop_at: 0 };
    let line = options::read(words.get(1..).unwrap_or_default(), habits);
    let is_telling = |name: &str| telling.iter().any(|known| **known == *name);
    line.options
        .iter()
        .filter(|(name, _)| is_telling(name))
        .filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned())))
        .collect()
}

/// Whether the line only asks about the program, or says that nothing is to be done.
pub(super) fn is_harmless(tool: &Tool, arguments: &[Value]) -> bool {
    // Behind the first word of a program that runs text, a question may be that text's own.
    let asked = options::read(arguments, habits(tool, &[], usize::from(!tool.sinks.is_empty())));
    let line = options::read(arguments, habits(tool, &[], 0));
    asks_about(&asked) || tool.harmless.iter().any(|option| line.has(option))
}

/// The same of a carrier, whose own options stand before the command that it carries.
fn carries_nothing(tool: &Tool, carrier: &Carrier, arguments: &[Value]) -> bool {
    let stop_at = carrier.words.split_whitespace().count() + carrier.skip + 1;
    let line = options::read(arguments, habits(tool, &carrier.takes_value, stop_at));
    tool.harmless.iter().any(|option| line.has(option))
}

/// The line as a program's output is told by it, when that fits.
pub(super) fn output<'a>(tool: &Tool, output: &Output, arguments: &'a [Value]) -> Option<Reading<'a>> {
    let line = options::read(arguments, habits(tool, &[], 0));
    let read = reading(line, &output.words, arguments)?;
    output.with.iter().all(|option| read.line.has(option)).then_some(read)
}

/// Marks that a carrier replaces by a word of its input: `{}`, and what an option names.
pub(super) fn marks<'a>(tool: &Tool, carrier: &Carrier, arguments: &'a [Value]) -> Vec<&'a str> {
    let line = options::read(arguments, habits(tool, &carrier.takes_value, carrier.skip + 1));
    let own = carrier.marks.iter().flat_map(|option| line.values(option)).filter(|mark| !mark.is_empty());
    own.chain(["{}"]).collect()
}

/// `$1` and the following of a text that a shell is given, and `$0` among its variables: the words behind `-c TEXT`, as they stand.
pub(super) fn positional(
    texts: &[Value],
    reading: &Reading<'_>,
    variables: &mut BTreeMap<String, Value>,
) -> Vec<Value> {
    let text = texts.first().and_then(|text| reading.arguments.iter().position(|one| one == text));
    let Some(at) = text else { return reading.rest.iter().map(|word| (*word).clone()).collect() };
    let mut behind = reading.arguments.iter().skip(at + 1).skip_while(|word| word.text() == "--").cloned();
    variables.extend(behind.next().map(|name| ("0".to_owned(), name)));
    behind.collect()
}

fn asks_about(line: &Line<'_>) -> bool {
    line.options.iter().any(|(name, _)| ABOUT.split('|').any(|known| known == *name))
        || line.words.first().is_some_and(|word| word.text() == "help")
}

/// The line as a rule reads it, when the rule fits with these words: its own, or those behind its first one (`$DC` for
/// `docker`, and the rule's words begin with `compose`).
pub(super) fn rule<'a>(
    tool: &Tool,
    rule: &Rule,
    words: &str,
    arguments: &'a [Value],
    state: &State,
) -> Option<Reading<'a>> {
    if !may_begin(words, arguments) {
        return None;
    }
    let line = options::read(arguments, habits(tool, &rule.takes_value, 0));
    fits(tool, rule, reading(line, words, arguments)?, state)
}

/// Whether the first word of a pattern stands somewhere, which is told without reading the options.
fn may_begin(words: &str, arguments: &[Value]) -> bool {
    words.split_whitespace().next().is_none_or(|first| arguments.iter().any(|word| matches_word(first, word)))
}

fn fits<'a>(tool: &Tool, rule: &Rule, reading: Reading<'a>, state: &State) -> Option<Reading<'a>> {
    let line = &reading.line;
    let asked = line.words.last().is_some_and(|last| !tool.asks.is_empty() && matches_word(&tool.asks, last));
    let fits = !asks_about(line)
        && !asked
        && !tool.harmless.iter().any(|option| line.has(option))
        && rule.with.iter().all(|option| line.has(option))
        && !rule.without.iter().any(|option| line.has(option))
        && reading.rest.len() >= rule.least
        && rule.most.is_none_or(|most| reading.rest.len() <= most)
        && (rule.among.is_empty() || line.words.iter().any(|word| matches_word(&rule.among, word)))
        && (rule.unless.is_empty() || !line.words.iter().any(|word| matches_word(&rule.unless, word)))
        && rule.environment.iter().all(|one| is_set(one, state))
        && (rule.untold.is_empty() || rule.untold.iter().any(|option| is_untold(line, option)));
    fits.then_some(reading)
}

/// The words without those that look like a cluster of options (`-filer`) but hold letters that the tool has no option for: the
/// program may be another one.
pub(super) fn without_foreign_clusters<'a>(
    tool: &Tool,
    rule: &Rule,
    arguments: &'a [Value],
) -> Cow<'a, [Value]> {
    let is_cluster = |word: &Value| {
        word.text().len() > 2 && word.text().starts_with('-') && !word.text().starts_with("--")
    };
    let is_foreign =
        |word: &Value| is_cluster(word) && !tool.single_dash && !has_letters(tool, rule, word.text());
    if !arguments.iter().any(is_foreign) {
        return Cow::Borrowed(arguments);
    }
    arguments.iter().filter(|word| !is_foreign(word)).cloned().collect()
}

/// Whether each letter is an option of the tool, up to one that takes the rest as its value.
fn has_letters(tool: &Tool, rule: &Rule, word: &str) -> bool {
    let takes: Vec<&str> =
        tool.takes_value.iter().chain(&rule.takes_value).map(|one| one.trim_end_matches('=')).collect();
    let flags = tool.rules.iter().flat_map(|rule| rule.with.iter().chain(&rule.without));
    let flags = flags.chain(&tool.harmless).flat_map(|pattern| pattern.split('|'));
    let flags: Vec<&str> = flags.map(|one| one.split('=').next().unwrap_or_default()).collect();
    let mut letters = word.chars().skip(1).map(|letter| format!("-{letter}"));
    let mut value = false;
    letters.all(|name| {
        let known = value || takes.contains(&name.as_str()) || flags.contains(&name.as_str());
        value |= takes.contains(&name.as_str());
        known
    })
}

/// Whether nothing of an option's value can be told.
fn is_untold(line: &Line<'_>, option: &str) -> bool {
    line.values(option)
        .iter()
        .any(|value| value.contains(UNKNOWN) && !value.contains(|letter: char| letter.is_alphanumeric()))
}

fn is_set(pattern: &str, state: &State) -> bool {
    let (name, wanted) = pattern.split_once('=').unwrap_or((pattern, "*"));
    state.variables.get(name).is_some_and(|value| wildcard::matches(wanted, value.text()))
}

fn habits<'p>(tool: &'p Tool, more: &'p [Str], stop_at: usize) -> Habits<'p> {
    Habits { takes_value: [&tool.takes_value, more], single_dash: tool.single_dash, stop_at }
}

/// The line with the words behind those of the pattern, when it begins with them.
fn reading<'a>(line: Line<'a>, pattern: &str, arguments: &'a [Value]) -> Option<Reading<'a>> {
    let patterns: Vec<_> = pattern.split_whitespace().collect();
    if line.words.len() < patterns.len() {
        return None;
    }
    if !patterns.iter().zip(&line.words).all(|(pattern, word)| matches_word(pattern, word)) {
        return None;
    }
    let rest = line.words.iter().skip(patterns.len()).copied().collect();
    Some(Reading { line, rest, arguments })
}

fn matches_word(pattern: &str, word: &Value) -> bool {
    pattern.split('|').any(|one| wildcard::matches(one, word.text()))
}

/// What a rule's target names, one entry a thing.
pub(super) fn targets(rule: &Rule, reading: &Reading<'_>) -> Vec<String> {
    let word = |at: Option<&&Value>| at.map(|value| value.text().to_owned()).into_iter().collect();
    match &*rule.target {
        "" => Vec::new(),
        "." => vec![".".to_owned()],
        "rest" => reading.rest.iter().map(|value| value.text().to_owned()).collect(),
        "first" => word(reading.rest.first()),
        "second" => word(reading.rest.get(1)),
        "last" => word(reading.rest.last()),
        "found" => stdout::find(reading.arguments).text().lines().map(str::to_owned).collect(),
        // `of=`: what follows it in words of that beginning.
        prefix if prefix.ends_with('=') => {
            let words = reading.line.words.iter().filter_map(|word| word.text().strip_prefix(prefix));
            words.map(str::to_owned).collect()
        }
        options => reading.line.values(options).into_iter().map(str::to_owned).collect(),
    }
}

/// What stands at a place such as `-d|--dbname|first`; the options come before the word.
pub(super) fn place(place: &str, reading: &Reading<'_>) -> Option<String> {
    let by_option = reading.line.values(place).into_iter().next().map(str::to_owned);
    let word = |name: &str, at: usize| {
        place
            .split('|')
            .any(|one| one == name)
            .then(|| reading.rest.get(at))
            .flatten()
            .map(|value| value.text().to_owned())
    };
    by_option.or_else(|| word("first", 0)).or_else(|| word("second", 1))
}

/// The carrier that fits with the most words, and the command that it carries.
pub(super) fn carrier<'t>(tool: &'t Tool, arguments: &[Value]) -> Option<(&'t Carrier, Vec<Value>)> {
    let by_words = |carrier: &&Carrier| carrier.words.split_whitespace().count();
    let mut carriers: Vec<_> = tool.carriers.iter().collect();
    carriers.sort_by_key(|carrier| std::cmp::Reverse(by_words(carrier)));
    let fits = |carrier: &&Carrier| !carries_nothing(tool, carrier, arguments);
    carriers.into_iter().filter(fits).find_map(|carrier| Some((carrier, carried(tool, carrier, arguments)?)))
}

/// What a carrier mounts: volume or folder of ours, and where it is seen.
pub(super) fn mounts(tool: &Tool, carrier: &Carrier, arguments: &[Value]) -> Vec<(String, String)> {
    let stop_at = carrier.words.split_whitespace().count() + carrier.skip + 1;
    let line = options::read(arguments, habits(tool, &carrier.takes_value, stop_at));
    let values = carrier.mounts.iter().flat_map(|option| line.values(option));
    values.filter_map(|value| by_keys(value).or_else(|| by_colon(value))).collect()
}

fn by_colon(value: &str) -> Option<(String, String)> {
    let mut parts = value.split(':');
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}

fn by_keys(value: &str) -> Option<(String, String)> {
    let of = |names: [&str; 3]| {
        value
            .split(',')
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| names.contains(key))
            .map(|(_, value)| value.to_owned())
    };
    Some((of(["source", "src", "volume"])?, of(["target", "destination", "dst"])?))
}

fn carried(tool: &Tool, carrier: &Carrier, arguments: &[Value]) -> Option<Vec<Value>> {
    let patterns = carrier.words.split_whitespace().count();
    let begins = |words: &[&Value]| {
        carrier.words.split_whitespace().zip(words).all(|(pattern, word)| matches_word(pattern, word))
    };
    let stop_at = patterns + carrier.skip + 1;
    let line = options::read(arguments, habits(tool, &carrier.takes_value, stop_at));
    if line.words.len() < patterns || !begins(&line.words) {
        return None;
    }
    if let Some(command) = by_entrypoint(carrier, &line, stop_at, arguments) {
        return Some(command);
    }
    let start = if carrier.after.is_empty() {
        *line.places.get(stop_at - 1)?
    } else {
        let mark =
            arguments.iter().position(|value| carrier.after.iter().any(|mark| **mark == *value.text()))?;
        mark + 1
    };
    let inner = arguments.get(start..)?;
    (!inner.is_empty()).then(|| trimmed(inner))
}

/// The command that `--entrypoint sh IMAGE -c TEXT` runs: the option's words, and all that stands behind the image.
fn by_entrypoint(
    carrier: &Carrier,
    line: &Line<'_>,
    stop_at: usize,
    arguments: &[Value],
) -> Option<Vec<Value>> {
    let program = carrier.entrypoint.iter().flat_map(|option| line.values(option)).next()?;
    let image = *line.places.get(stop_at.checked_sub(2)?)?;
    let words = program.split_whitespace().map(Value::known);
    Some(words.chain(arguments.iter().skip(image + 1).cloned()).collect())
}

/// Without the end mark of `find -exec`, and with what `parallel` appends.
fn trimmed(words: &[Value]) -> Vec<Value> {
    words
        .iter()
        .take_while(|word| !matches!(word.text(), ";" | "+"))
        .filter(|word| word.text() != ":::")
        .cloned()
        .collect()
}

/// The runner that fits, and the line as it reads it.
pub(super) fn runner<'t, 'a>(tool: &'t Tool, arguments: &'a [Value]) -> Option<(&'t Runner, Reading<'a>)> {
    let by_words = |runner: &&Runner| runner.words.split_whitespace().count();
    let mut runners: Vec<_> = tool.runners.iter().collect();
    runners.sort_by_key(|runner| std::cmp::Reverse(by_words(runner)));
    runners.into_iter().find_map(|runner| {
        let line = options::read(arguments, habits(tool, &runner.takes_value, 0));
        let read = reading(line, &runner.words, arguments)?;
        let named = read.rest.first().is_none_or(|name| {
            let own = !runner.unless.is_empty() && matches_word(&runner.unless, name);
            !own && (runner.only.is_empty() || matches_word(&runner.only, name))
        });
        let by_option = runner.name.iter().any(|option| !read.line.values(option).is_empty());
        let by_word = runner.name.is_empty() && (runner.all || !read.rest.is_empty());
        (named && (by_option || by_word)).then_some((runner, read))
    })
}

/// The first name, and those behind a word that separates.
pub(super) fn first_names(runner: &Runner, names: &[String]) -> Vec<String> {
    let parts = names.split(|name| runner.separators.iter().any(|mark| **mark == **name));
    parts.filter_map(|part| part.first().cloned()).collect()
}

/// Whose command a runner's line means, in a workspace.
pub(super) fn pick<'a>(runner: &Runner, reading: &Reading<'a>) -> Pick<'a> {
    let by_word = runner.package_word.checked_sub(1).and_then(|at| reading.line.words.get(at));
    let mut named: Vec<&str> = by_word.map(|word| word.text()).into_iter().collect();
    named.extend(runner.packages.iter().flat_map(|option| reading.line.values(option)));
    let everywhere = |option: &&Str| &***option != "*" && reading.line.has(option);
    if runner.everywhere.iter().any(|option| everywhere(&option)) {
        Pick::All
    } else if !named.is_empty() {
        Pick::Named(named)
    } else if runner.everywhere.is_empty() || !runner.everywhere.iter().any(|one| &**one == "*") {
        Pick::Here
    } else {
        Pick::All
    }
}

/// A manifest's text with what the caller appends, as npm does behind `--`; make takes no words.
pub(super) fn with_arguments(text: &str, runner: &Runner, reading: &Reading<'_>) -> String {
    if runner.all || reading.rest.len() < 2 {
        return text.to_owned();
    }
    let more = reading.rest.iter().skip(1).map(|word| quoted(&word.shown())).collect::<Vec<_>>().join(" ");
    format!("{text} {more}")
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The line as a sink reads it, when the sink fits.
pub(super) fn sink<'a>(tool: &Tool, sink: &Sink, arguments: &'a [Value]) -> Option<Reading<'a>> {
    // Behind a text or file word, options belong to that text: `python x.py -c y`.
    let last = sink.text_word.max(sink.file_word);
    let stop_at = if last == 0 { 0 } else { sink.words.split_whitespace().count() + last };
    let mut takes: Vec<Str> = sink.takes_value.to_vec();
    takes.extend(sink.text.iter().chain(sink.file.iter()).cloned());
    let line = options::read(arguments, habits(tool, &takes, 0));
    let stopped = options::read(arguments, habits(tool, &takes, stop_at));
    let line = if stop_at > 0 && !takes_text_by_option(sink, &stopped) && sink.file_word > 0 {
        stopped
    } else {
        line
    };
    if sink.without.iter().any(|option| line.has(option)) {
        return None;
    }
    let line = tail_of(line, arguments, sink.file_word > 0 && stop_at > 0, stop_at);
    reading(line, &sink.words, arguments)
}

fn takes_text_by_option(sink: &Sink, line: &Line<'_>) -> bool {
    sink.text.iter().any(|option| !line.values(option).is_empty())
}

/// All words behind the last one read, which belong to the script.
fn tail_of<'a>(mut line: Line<'a>, arguments: &'a [Value], is_script: bool, stop_at: usize) -> Line<'a> {
    let whole = is_script && line.words.len() >= stop_at;
    let Some(last) = line.places.last().copied().filter(|_| whole) else { return line };
    for (at, value) in arguments.iter().enumerate().skip(last + 1) {
        if !line.places.contains(&at) {
            line.words.push(value);
            line.places.push(at);
        }
    }
    line
}

/// Texts that a sink finds on the line.
pub(super) fn texts(sink: &Sink, reading: &Reading<'_>) -> Vec<Value> {
    let by_option = sink.text.iter().flat_map(|option| reading.line.values(option));
    let mut texts: Vec<_> =
        by_option.filter_map(|text| within(&sink.within, text)).map(Value::known).collect();
    if let Some(at) = sink.text_word.checked_sub(1) {
        let most = if sink.one_word { 1 } else { usize::MAX };
        let words: Vec<_> = reading.rest.iter().skip(at).take(most).map(|word| word.text()).collect();
        let separate = sink.each || sink.language == crate::presets::tools::Language::Sql;
        if separate {
            texts.extend(words.into_iter().map(Value::known));
        } else if !words.is_empty() {
            texts.push(Value(words.join(" ")));
        }
    }
    texts
}

/// The strings behind a key, one a line; the whole text where no key is asked for.
fn within(key: &str, text: &str) -> Option<String> {
    if key.is_empty() {
        return Some(text.to_owned());
    }
    let (_, behind) = text.split_once(key)?;
    let value = behind.trim_start_matches(['"', ' ', ':', '=']);
    let Some(list) = value.strip_prefix('[') else { return Some(value.trim_matches('"').to_owned()) };
    let strings = list.split(']').next()?.split('"').skip(1).step_by(2);
    Some(strings.collect::<Vec<_>>().join("\n"))
}

/// Files of text that a sink is given.
pub(super) fn files(sink: &Sink, reading: &Reading<'_>) -> Vec<Value> {
    let by_option = sink.file.iter().flat_map(|option| reading.line.values(option)).map(Value::known);
    let by_option = by_option.flat_map(|path| {
        let separator = if sink.comma { ',' } else { '\0' };
        path.text().split(separator).map(Value::known).collect::<Vec<_>>()
    });
    let mut files: Vec<_> = by_option.filter(|path| path.text() != "-").collect();
    files.extend(marked(sink, reading));
    let by_text = sink.text.iter().any(|option| !reading.line.values(option).is_empty());
    if let Some(at) = sink.file_word.checked_sub(1).filter(|_| !by_text) {
        files.extend(reading.rest.get(at).filter(|path| path.text() != "-").map(|path| (*path).clone()));
    }
    files
}

/// Files that are named behind a mark, without it.
pub(super) fn marked(sink: &Sink, reading: &Reading<'_>) -> Vec<Value> {
    let words = reading.rest.iter().enumerate();
    let named = words.filter_map(|(at, word)| {
        let behind = sink.file_marks.iter().find_map(|mark| word.text().strip_prefix(&**mark))?;
        let path = behind.trim_start_matches(['@', '=']);
        if path.is_empty() {
            reading.rest.get(at + 1).map(|next| (*next).clone())
        } else {
            Some(Value::known(path))
        }
    });
    named.collect()
}
