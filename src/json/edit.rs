//! Edits of a person's JSON file that are proven before they are used: parsed again, the text differs in nothing but what was asked
//! for. Everything that stands there keeps its bytes.

use serde_json::{Map, Value as Data};

use super::{Kind, Value, parse};
use crate::source::{Edit, SourceFile, apply};

/// Something that should be in a JSON file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An item of the array under `keys`. An item that holds `mark` in one of its strings is an older one and is replaced.
    Item {
        /// From the top to the array.
        keys: Vec<String>,
        /// The item.
        item: Data,
        /// What tells an item of ours; none for items that are simply there or not.
        mark: Option<String>,
    },
    /// A value where there is none.
    Default {
        /// From the top to the value.
        keys: Vec<String>,
        /// The value.
        value: Data,
    },
}

/// Why a file cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is no plain JSON: comments, trailing commas, or a mistake.
    #[error("{path}:{line}:{column}: {reason}")]
    NotJson {
        /// Root-relative path.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// Something else stands where an object or an array is needed.
    #[error("{path}: `{key}` is something else than {wanted}")]
    Shape {
        /// Root-relative path.
        path: String,
        /// The keys to it, with dots.
        key: String,
        /// What is needed.
        wanted: &'static str,
    },
    /// The edit would change something else as well, such as a key that stands there twice.
    #[error("{path}: `{key}` cannot be put in without touching something else")]
    Unproven {
        /// Root-relative path.
        path: String,
        /// The keys to it, with dots.
        key: String,
    },
}

/// The text with the change made; the same text where nothing has to change.
pub fn edited(file: &SourceFile, change: &Change) -> Result<String, EditError> {
    let before: Data = serde_json::from_str(file.text()).map_err(|error| EditError::NotJson {
        path: file.path().to_owned(),
        line: error.line(),
        column: error.column(),
        reason: "it is not plain JSON".to_owned(),
    })?;
    let mut wanted = before.clone();
    put(&mut wanted, change.keys(), change).map_err(|(key, wanted)| EditError::Shape {
        path: file.path().to_owned(),
        key,
        wanted,
    })?;
    if wanted == before {
        return Ok(file.text().to_owned());
    }
    let unproven = || EditError::Unproven { path: file.path().to_owned(), key: change.keys().join(".") };
    let root = parse(file).map_err(|_| unproven())?;
    let edit = place(file, &root, change).ok_or_else(unproven)?;
    let text = apply(&[edit], file.text()).ok_or_else(unproven)?;
    let after: Data = serde_json::from_str(&text).map_err(|_| unproven())?;
    if after == wanted { Ok(text) } else { Err(unproven()) }
}

/// A new file that holds the changes.
pub fn fresh(changes: &[Change]) -> String {
    let mut data = Data::Object(Map::new());
    for change in changes {
        // Nothing stands in the way in an empty object, unless two changes contradict each other: then the first one counts.
        let _ = put(&mut data, change.keys(), change);
    }
    format!("{data:#}\n")
}

impl Change {
    /// From the top to what changes.
    pub fn keys(&self) -> &[String] {
        match self {
            Self::Item { keys, .. } | Self::Default { keys, .. } => keys,
        }
    }
}

type Misfit = (String, &'static str);

/// Makes the change to the data: what the edited text has to say.
fn put(data: &mut Data, keys: &[String], change: &Change) -> Result<(), Misfit> {
    let key_so_far = |left: usize| change.keys()[..change.keys().len() - left].join(".");
    if let Some((first, rest)) = keys.split_first() {
        let object = data.as_object_mut().ok_or_else(|| (key_so_far(keys.len()), "an object"))?;
        let empty = match change {
            Change::Item { .. } if rest.is_empty() => Data::Array(Vec::new()),
            Change::Default { value, .. } if rest.is_empty() => value.clone(),
            Change::Item { .. } | Change::Default { .. } => Data::Object(Map::new()),
        };
        return put(object.entry(first.clone()).or_insert(empty), rest, change);
    }
    let Change::Item { item, mark, .. } = change else { return Ok(()) };
    let items = data.as_array_mut().ok_or_else(|| (key_so_far(0), "a list"))?;
    if items.contains(item) {
        return Ok(());
    }
    match items.iter_mut().find(|one| is_ours(one, mark.as_deref(), item)) {
        Some(older) => *older = item.clone(),
        None => items.push(item.clone()),
    }
    Ok(())
}

/// Whether an item is an older one of ours for the same tools: it holds the mark, and the same matcher if it has one.
fn is_ours(one: &Data, mark: Option<&str>, item: &Data) -> bool {
    let Some(mark) = mark else { return false };
    one.get("matcher") == item.get("matcher") && holds(one, mark)
}

/// Whether a string in the data holds a text.
pub fn holds(data: &Data, text: &str) -> bool {
    match data {
        Data::String(string) => string.contains(text),
        Data::Array(items) => items.iter().any(|item| holds(item, text)),
        Data::Object(members) => members.values().any(|value| holds(value, text)),
        Data::Null | Data::Bool(_) | Data::Number(_) => false,
    }
}

/// The one edit that makes the change.
fn place(file: &SourceFile, root: &Value, change: &Change) -> Option<Edit> {
    let (mut at, mut depth) = (root, 0);
    while let Some(next) = change.keys().get(depth).and_then(|key| at.get(key)) {
        (at, depth) = (next, depth + 1);
    }
    let missing = change.keys().get(depth..)?;
    let style = Style::of(file);
    if let Some((first, rest)) = missing.split_first() {
        return style.append(file, at, Some(first), &nested(rest, change), depth);
    }
    let Change::Item { item, mark, .. } = change else { return None };
    let data = |value: &Value| serde_json::from_str::<Data>(file.slice(value.span())).ok();
    let older =
        at.items().iter().find(|one| data(one).is_some_and(|one| is_ours(&one, mark.as_deref(), item)));
    match older {
        Some(older) => Some(Edit { span: older.span(), replacement: style.render(item, depth + 1) }),
        None => style.append(file, at, None, item, depth),
    }
}

fn nested(keys: &[String], change: &Change) -> Data {
    let inner = match change {
        Change::Item { item, .. } => Data::Array(vec![item.clone()]),
        Change::Default { value, .. } => value.clone(),
    };
    keys.iter().rev().fold(inner, |inner, key| Data::Object(Map::from_iter([(key.clone(), inner)])))
}

/// How the file is laid out.
struct Style {
    indent: String,
    line_end: &'static str,
}

impl Style {
    /// Indented as its first indented line is; two blanks where there is none.
    fn of(file: &SourceFile) -> Self {
        let blanks = |line: &str| -> String {
            line.chars().take_while(|letter| matches!(letter, ' ' | '\t')).collect()
        };
        let indent = file.lines().map(|(_, line)| blanks(line)).find(|blanks| !blanks.is_empty());
        let line_end = if file.text().contains("\r\n") { "\r\n" } else { "\n" };
        Self { indent: indent.unwrap_or_else(|| "  ".to_owned()), line_end }
    }

    /// A value as it stands at a depth.
    fn render(&self, value: &Data, depth: usize) -> String {
        let rows = format!("{value:#}");
        let rows = rows.lines().map(|row| {
            let content = row.trim_start_matches(' ');
            (self.indent.repeat((row.len() - content.len()) / 2), content)
        });
        let rows: Vec<String> = rows.map(|(inner, content)| format!("{inner}{content}")).collect();
        rows.join(&format!("{}{}", self.line_end, self.indent.repeat(depth)))
    }

    /// Adds a member or an item at the end of an object or an array; what stands in one line stays there.
    fn append(
        &self,
        file: &SourceFile,
        container: &Value,
        key: Option<&str>,
        value: &Data,
        depth: usize,
    ) -> Option<Edit> {
        let last = match &container.kind {
            Kind::Object(members) => members.last().map(|member| member.value.end),
            Kind::Array(items) => items.last().map(|item| item.end),
            Kind::Word(_) | Kind::Text(_) => return None,
        };
        let key = key.map(|key| format!("{}: ", Data::String(key.to_owned()))).unwrap_or_default();
        let in_one_line = !file.slice(container.span()).contains('\n');
        if let Some(end) = last.filter(|_| in_one_line) {
            return Some(Edit::insert(end, format!(", {key}{value}")));
        }
        let inside = format!("{}{}", self.line_end, self.indent.repeat(depth + 1));
        let addition = format!("{inside}{key}{}", self.render(value, depth + 1));
        if let Some(end) = last {
            return Some(Edit::insert(end, format!(",{addition}")));
        }
        let bracket = |at: usize| file.text().get(at..=at).unwrap_or_default();
        let (open, close) = (bracket(container.start), bracket(container.end - 1));
        let last = format!("{}{}", self.line_end, self.indent.repeat(depth));
        Some(Edit { span: container.span(), replacement: format!("{open}{addition}{last}{close}") })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn hook(command: &str) -> Change {
        Change::Item {
            keys: vec!["hooks".to_owned(), "PreToolUse".to_owned()],
            item: json!({"matcher": "Bash", "hooks": [{"type": "command", "command": command}]}),
            mark: Some("hook.sh".to_owned()),
        }
    }

    fn made(text: &str, change: &Change) -> String {
        edited(&SourceFile::new("s.json", text), change).expect("edit")
    }

    #[test]
    fn a_hook_is_added_beside_those_of_others() {
        let text = "{\n    \"model\": \"x\",\n    \"hooks\": {\n        \"PreToolUse\": [\n            {\"matcher\": \"Bash\", \"hooks\": []}\n        ]\n    }\n}\n";
        let after = made(text, &hook("sh hook.sh"));
        insta::assert_snapshot!(after, @r#"
        {
            "model": "x",
            "hooks": {
                "PreToolUse": [
                    {"matcher": "Bash", "hooks": []},
                    {
                        "matcher": "Bash",
                        "hooks": [
                            {
                                "type": "command",
                                "command": "sh hook.sh"
                            }
                        ]
                    }
                ]
            }
        }
        "#);
        assert_eq!(made(&after, &hook("sh hook.sh")), after, "a second time");
        let newer = made(&after, &hook("sh ./hook.sh"));
        assert_eq!(newer, after.replace("sh hook.sh", "sh ./hook.sh"));
    }

    #[test]
    fn missing_keys_are_made() {
        for text in
            ["{}", "{\n}\n", "{\"a\": 1}", "{\r\n\t\"hooks\": {}\r\n}", "{\"hooks\": {\"PreToolUse\": []}}"]
        {
            let after = made(text, &hook("sh hook.sh"));
            assert_eq!(made(&after, &hook("sh hook.sh")), after);
            assert_eq!(text.contains("\r\n"), after.contains("\r\n"));
        }
        assert_eq!(fresh(&[hook("x")]).lines().next(), Some("{"));
    }

    #[test]
    fn a_default_changes_nothing_that_is_there() {
        let change = Change::Default { keys: vec!["version".to_owned()], value: json!(1) };
        assert_eq!(made("{\"version\": 2}", &change), "{\"version\": 2}");
        assert_eq!(made("{\"a\": 2}", &change), "{\"a\": 2, \"version\": 1}");
    }

    #[test]
    fn what_cannot_be_edited_is_refused_with_a_reason() {
        let refused =
            |text: &str| edited(&SourceFile::new("s.json", text), &hook("x")).expect_err(text).to_string();
        assert_eq!(refused("{\n  // mine\n}"), "s.json:2:3: it is not plain JSON");
        assert_eq!(refused("{\"hooks\": []}"), "s.json: `hooks` is something else than an object");
        assert_eq!(
            refused("{\"hooks\": {\"PreToolUse\": {}}}"),
            "s.json: `hooks.PreToolUse` is something else than a list"
        );
        assert_eq!(refused("[]"), "s.json: `` is something else than an object");
    }

    fn any_json() -> impl Strategy<Value = Data> {
        let leaf = prop_oneof![
            Just(Data::Null),
            any::<bool>().prop_map(Data::Bool),
            any::<i32>().prop_map(|number| json!(number)),
            "[a-z\"\\\\é ]{0,6}".prop_map(Data::String)
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Data::Array),
                prop::collection::vec(("(hooks|PreToolUse|[a-c]{1,2})", inner), 0..4)
                    .prop_map(|members| Data::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_edit_keeps_all_else_and_is_made_once(data in any_json(), pretty in any::<bool>()) {
            let text = if pretty { format!("{data:#}\n") } else { data.to_string() };
            let file = SourceFile::new("s.json", text.as_str());
            if let Ok(after) = edited(&file, &hook("sh hook.sh")) {
                prop_assert_eq!(made(&after, &hook("sh hook.sh")), after.clone());
                // Every line of the person's is still there, in order, but for a comma.
                let mut lines = after.lines().map(|line| line.trim_end_matches(','));
                for line in text.lines().map(|line| line.trim_end_matches(',')).filter(|_| pretty) {
                    let line = line.strip_suffix("{}").or(line.strip_suffix("[]")).unwrap_or(line);
                    prop_assert!(lines.any(|other| other.starts_with(line)), "{} is gone from\n{}", line, after);
                }
            }
        }
    }
}
