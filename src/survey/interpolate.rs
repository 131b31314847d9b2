//! Compose's replacement of variables in text: all its forms, nested defaults included.

/// Deepest nesting of defaults that is followed.
const MAX_DEPTH: usize = 20;

/// Text after replacement.
#[derive(Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The result. Unset variables without a default are empty; what is no valid reference stays as written.
    pub text: String,
    /// Variables that were needed and are not set.
    pub unset: Vec<String>,
    /// The variable that alone made up the whole result, if one did.
    pub sole: Option<String>,
}

/// Replaces `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?error}`, `${NAME?error}`,
/// `${NAME:+other}`, `${NAME+other}` and `$$` in `text`; `lookup` gives the value of a variable that is set.
pub fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Expansion {
    let mut expander = Expander { lookup, unset: Vec::new() };
    let result = expander.run(text, 0);
    Expansion { text: result, unset: expander.unset, sole: sole_reference(text, lookup) }
}

struct Expander<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    unset: Vec<String>,
}

impl Expander<'_> {
    fn run(&mut self, text: &str, depth: usize) -> String {
        if depth > MAX_DEPTH {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let taken = match reference(rest) {
                Some((Reference::Dollar, taken)) => {
                    out.push('$');
                    taken
                }
                Some((Reference::Variable { name, operator, argument }, taken)) => {
                    out.push_str(&self.value(name, operator, argument, depth));
                    taken
                }
                None => {
                    out.push('$');
                    1
                }
            };
            rest = &rest[taken..];
        }
        out.push_str(rest);
        out
    }

    fn value(&mut self, name: &str, operator: &str, argument: &str, depth: usize) -> String {
        let set = (self.lookup)(name);
        let usable = set.filter(|value| !operator.starts_with(':') || !value.is_empty());
        match (usable, operator) {
            (Some(_), ":+" | "+") | (None, ":-" | "-") => self.run(argument, depth + 1),
            (None, ":+" | "+") => String::new(),
            (Some(value), _) => value,
            (None, _) => {
                self.unset.push(name.to_owned());
                String::new()
            }
        }
    }
}

enum Reference<'a> {
    Dollar,
    Variable { name: &'a str, operator: &'a str, argument: &'a str },
}

/// The reference that `text`, which starts with `$`, begins with, and its length.
fn reference(text: &str) -> Option<(Reference<'_>, usize)> {
    let rest = &text[1..];
    if rest.starts_with('$') {
        return Some((Reference::Dollar, 2));
    }
    let Some(body) = rest.strip_prefix('{') else {
        let name = leading_name(rest)?;
        return Some((Reference::Variable { name, operator: "", argument: "" }, 1 + name.len()));
    };
    let body = &body[..closing_brace(body)?];
    let name = leading_name(body)?;
    let after = &body[name.len()..];
    let operator = [":-", ":?", ":+", "-", "?", "+"].into_iter().find(|operator| after.starts_with(operator));
    let taken = body.len() + 3;
    match operator {
        Some(operator) => {
            let argument = &after[operator.len()..];
            Some((Reference::Variable { name, operator, argument }, taken))
        }
        None if after.is_empty() => Some((Reference::Variable { name, operator: "", argument: "" }, taken)),
        None => None,
    }
}

fn leading_name(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let name = &text[..end];
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then_some(name)
}

/// Offset of the brace that closes an already opened `${`, those of nested references skipped.
fn closing_brace(body: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut before = ' ';
    for (at, c) in body.char_indices() {
        match c {
            '{' if before == '$' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
        before = c;
    }
    None
}

fn sole_reference(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    if !text.starts_with('$') {
        return None;
    }
    match reference(text)? {
        (Reference::Variable { name, operator, argument }, taken) if taken == text.len() => {
            let used = lookup(name).is_some_and(|value| !operator.starts_with(':') || !value.is_empty());
            if operator.ends_with('+') {
                return None;
            }
            if used { Some(name.to_owned()) } else { sole_reference(argument, lookup) }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(name: &str) -> Option<String> {
        match name {
            "A" => Some("one".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    fn text(template: &str) -> String {
        expand(template, &set).text
    }

    #[test]
    fn every_form_is_understood() {
        let cases = [
            ("$A-${A}", "one-one"),
            ("${A:-x}${N:-x}${EMPTY:-x}", "onexx"),
            ("${A-x}${N-x}[${EMPTY-x}]", "onex[]"),
            ("${A:?x}${N:?x}${A?x}", "oneone"),
            ("${A:+x}[${N:+x}][${EMPTY:+x}]", "x[][]"),
            ("${A+x}[${N+x}]${EMPTY+x}", "x[]x"),
            ("${N:-${M:-${A}}}/b", "one/b"),
            ("${N:-a:b-c}", "a:b-c"),
            ("$$A $${A}", "$A ${A}"),
            ("${N:-}", ""),
        ];
        for (template, expected) in cases {
            assert_eq!(text(template), expected, "{template}");
        }
    }

    #[test]
    fn what_is_no_reference_stays() {
        for template in ["$", "a$", "$1", "${", "${A", "${A!}", "${-x}", "5 $ each", "$ {A}"] {
            assert_eq!(text(template), template);
        }
    }

    #[test]
    fn the_only_variable_is_named() {
        let sole = |template| expand(template, &set).sole;
        assert_eq!(sole("${A}").as_deref(), Some("A"));
        assert_eq!(sole("${N:-$A}").as_deref(), Some("A"));
        assert_eq!((sole("x$A"), sole("${N:-x}"), sole("${A}${A}")), (None, None, None));
        assert_eq!(expand("${N:?required}", &set).unset, ["N"]);
    }

    proptest! {
        #[test]
        fn never_panics(template in "([A-Z${}:?+-]|é){0,40}") {
            expand(&template, &set);
        }
    }
}
