//! The command line of one program: which words are options, which are their values, and what is left.

use super::value::Value;
use crate::presets::model::Str;
use crate::presets::wildcard;

/// A command line, read with one program's habits.
#[derive(Debug, Clone, Default)]
pub struct Line<'a> {
    /// Options with their values.
    pub options: Vec<(&'a str, Option<&'a str>)>,
    /// Words that are neither.
    pub words: Vec<&'a Value>,
    /// Where in the arguments each word stands.
    pub places: Vec<usize>,
}

/// How a program reads its options.
#[derive(Debug, Clone, Copy)]
pub struct Habits<'p> {
    /// Options that take the next word, in two lists.
    pub takes_value: [&'p [Str]; 2],
    /// Long options have one dash.
    pub single_dash: bool,
    /// Reading stops at the word with this number, counted from 1; 0 for never.
    pub stop_at: usize,
}

/// Reads the arguments behind a program's name.
pub fn read<'a>(arguments: &'a [Value], habits: Habits<'_>) -> Line<'a> {
    let mut line = Line::default();
    let mut at = 0;
    let mut only_words = false;
    while let Some(value) = arguments.get(at) {
        let text = value.text();
        let stopped = habits.stop_at > 0 && line.words.len() + 1 >= habits.stop_at && !text.starts_with('-');
        if only_words || !text.starts_with('-') || text == "-" {
            line.words.push(value);
            line.places.push(at);
        } else if text == "--" {
            only_words = true;
        } else {
            at += option(text, arguments.get(at + 1), habits, &mut line);
        }
        if stopped {
            return line;
        }
        at += 1;
    }
    line
}

/// Reads one option; 1 when it took the next word.
fn option<'a>(text: &'a str, next: Option<&'a Value>, habits: Habits<'_>, line: &mut Line<'a>) -> usize {
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    let inline = text.split_once('=').map(|(_, value)| value);
    let whole = text.starts_with("--") || habits.single_dash || text.len() == 2 || takes(habits, name);
    if !whole {
        return cluster(text, next, habits, line);
    }
    if inline.is_some() || !takes(habits, name) {
        line.options.push((name, inline));
        return 0;
    }
    line.options.push((name, next.map(Value::text)));
    usize::from(next.is_some())
}

/// `-af` is `-a -f`; `-ofile` is `-o file` where `-o` takes a value. The cluster as a whole counts as well, for programs
/// that have such an option.
fn cluster<'a>(text: &'a str, next: Option<&'a Value>, habits: Habits<'_>, line: &mut Line<'a>) -> usize {
    line.options
        .push((text.split_once('=').map_or(text, |(name, _)| name), text.split_once('=').map(|it| it.1)));
    for (at, letter) in text.char_indices().skip(1) {
        let Some(name) = short(letter) else { return 0 };
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        if takes_joined(habits, name) {
            line.options.push((name, Some(rest)));
            return 0;
        }
        if takes(habits, name) {
            if rest.is_empty() {
                line.options.push((name, next.map(Value::text)));
                return usize::from(next.is_some());
            }
            line.options.push((name, Some(rest.strip_prefix('=').unwrap_or(rest))));
            return 0;
        }
        if let Some(value) = rest.strip_prefix('=') {
            line.options.push((name, Some(value)));
            return 0;
        }
        line.options.push((name, None));
    }
    0
}

fn takes(habits: Habits<'_>, name: &str) -> bool {
    habits.takes_value.iter().any(|list| list.iter().any(|known| &**known == name))
}

fn takes_joined(habits: Habits<'_>, name: &str) -> bool {
    habits.takes_value.iter().any(|list| list.iter().any(|known| known.strip_suffix('=') == Some(name)))
}

/// `-x` for a letter.
fn short(letter: char) -> Option<&'static str> {
    const ALL: &str = "-a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t-u-v-w-x-y-z-A-B-C-D-E-F-G-H-I-J-K-L-M-N-O-P-Q-R-S-T-U-V-W-X-Y-Z-0-1-2-3-4-5-6-7-8-9";
    let at = ALL.find(letter).filter(|_| letter.is_ascii_alphanumeric())?;
    ALL.get(at - 1..=at)
}

impl<'a> Line<'a> {
    /// Whether an option of this pattern (`-v|--volumes`, `--env=prod*`) is there. A flag that is switched off is not.
    pub fn has(&self, pattern: &str) -> bool {
        pattern.split('|').any(|one| {
            let (name, wanted) = one.split_once('=').map_or((one, None), |(name, value)| (name, Some(value)));
            self.options.iter().any(|(given, value)| {
                wildcard::matches_exactly(name, given)
                    && match wanted {
                        Some(wanted) => value.is_some_and(|value| wildcard::matches(wanted, value)),
                        None => !matches!(*value, Some("false" | "0" | "no" | "none")),
                    }
            })
        })
    }

    /// The values of all options of this pattern, in order.
    pub fn values(&self, names: &str) -> Vec<&'a str> {
        let is_named = |given: &str| names.split('|').any(|name| name == given);
        self.options.iter().filter(|(given, _)| is_named(given)).filter_map(|(_, value)| *value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<Value> {
        text.split_whitespace().map(Value::known).collect()
    }

    fn habits(takes: &[Str], single_dash: bool) -> Habits<'_> {
        Habits { takes_value: [takes, &[]], single_dash, stop_at: 0 }
    }

    #[test]
    fn options_are_read_in_every_spelling() {
        let takes = [Str("-f".into()), Str("--file".into()), Str("-c".into())];
        let line = values("-af x --file=y -cZ down --volumes=false -v=true -- -w");
        let read = read(&line, habits(&takes, false));
        assert_eq!(read.words.iter().map(|word| word.text()).collect::<Vec<_>>(), ["down", "-w"]);
        assert_eq!(read.values("-f|--file"), ["x", "y"]);
        assert_eq!(read.values("-c"), ["Z"]);
        assert!(read.has("-a") && read.has("-v|--volumes") && !read.has("--volumes"));
    }

    #[test]
    fn one_dash_may_be_a_long_option() {
        let line = values("apply -auto-approve -var x=y");
        let takes = [Str("-var".into())];
        let read = read(&line, habits(&takes, true));
        assert!(read.has("-auto-approve") && !read.has("-a"));
        assert_eq!(read.words.len(), 1);
    }
}
