//! The text that dbguard generates: templates embedded in the binary, and how values are quoted into them.
//!
//! Syntax: `{{{ expression }}}`, `{{% block %}}`, `{{# comment #}}`. Triple and percent-padded braces keep bash,
//! GitHub Actions and Go templates readable as they are. A missing value is an error, never an empty string.
//! Filters: `sh`, `yaml`, `toml`, `md` and `md_code`; each makes one value safe in the language it is named after.

mod filters;

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde::Serialize;

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static ENVIRONMENT: LazyLock<Result<Environment<'static>, TemplateError>> = LazyLock::new(environment);

/// Why a template gave no text. Always a defect of a template or of the context given to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// No such file under `templates/`.
    #[error("no template is named '{name}'")]
    Missing {
        /// The name asked for, relative to `templates/`.
        name: String,
    },
    /// The embedded file is not UTF-8 text.
    #[error("template '{name}' is not UTF-8 text")]
    NotText {
        /// Relative to `templates/`.
        name: String,
    },
    /// The template does not parse, or the context lacks what it asks for.
    #[error("templates/{name}:{line}: {detail}")]
    Render {
        /// Relative to `templates/`; the included template if that is where it went wrong.
        name: String,
        /// Line from 1; 0 when unknown.
        line: usize,
        /// What the engine says.
        detail: String,
    },
}

/// Renders `templates/<name>` with `context`, whose fields are the variables; line ends are always `\n`.
pub fn render(name: &str, context: impl Serialize) -> Result<String, TemplateError> {
    raw(name)?;
    let environment = ENVIRONMENT.as_ref().map_err(Clone::clone)?;
    let text = environment
        .get_template(name)
        .and_then(|template| template.render(Value::from(Serde(context))))
        .map_err(|error| render_error(name, &error))?;
    Ok(text.replace("\r\n", "\n"))
}

/// The exact text of `templates/<name>`, for files that are copied as they are.
pub fn raw(name: &str) -> Result<&'static str, TemplateError> {
    let file = TEMPLATES.get_file(name).ok_or_else(|| TemplateError::Missing { name: name.to_owned() })?;
    file.contents_utf8().ok_or_else(|| TemplateError::NotText { name: name.to_owned() })
}

/// The names of all templates, sorted, relative to `templates/`.
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    collect(&TEMPLATES, &mut names);
    names.sort();
    names
}

fn collect(dir: &Dir<'static>, names: &mut Vec<String>) {
    names.extend(dir.files().map(|file| file.path().to_string_lossy().replace('\\', "/")));
    for child in dir.dirs() {
        collect(child, names);
    }
}

fn environment() -> Result<Environment<'static>, TemplateError> {
    let mut environment = Environment::new();
    environment.set_syntax(syntax().map_err(|error| render_error("", &error))?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(escape_for);
    environment.set_formatter(|out, state, value| {
        if value.is_none() {
            return Err(Error::new(ErrorKind::UndefinedError, "the value is none; test it with an if"));
        }
        match bool::try_from(value.clone()) {
            Ok(truth) if value.kind() == minijinja::value::ValueKind::Bool => {
                out.write_str(if truth { "true" } else { "false" }).map_err(Error::from)
            }
            _ => minijinja::escape_formatter(out, state, value),
        }
    });
    environment.set_loader(|name| Ok(raw(name).ok().map(|text| text.replace("\r\n", "\n"))));
    filters::register(&mut environment);
    Ok(environment)
}

/// Pages are escaped on their own; every other language has its filter.
fn escape_for(name: &str) -> AutoEscape {
    let is_page = std::path::Path::new(name).extension().is_some_and(|extension| extension == "html");
    if is_page { AutoEscape::Html } else { AutoEscape::None }
}

fn syntax() -> Result<SyntaxConfig, Error> {
    SyntaxConfig::builder()
        .variable_delimiters("{{{", "}}}")
        .block_delimiters("{{%", "%}}")
        .comment_delimiters("{{#", "#}}")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
}

fn render_error(name: &str, error: &Error) -> TemplateError {
    TemplateError::Render {
        name: error.name().unwrap_or(name).to_owned(),
        line: error.line().unwrap_or(0),
        detail: error.detail().map_or_else(|| error.kind().to_string(), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str, context: impl Serialize) -> Result<String, TemplateError> {
        let environment = environment().unwrap();
        environment
            .render_named_str("case", source, Value::from(Serde(context)))
            .map_err(|error| render_error("case", &error))
    }

    #[derive(Serialize)]
    struct Case {
        name: &'static str,
        none: Option<u8>,
        yes: bool,
        items: Vec<&'static str>,
    }

    fn case() -> Case {
        Case { name: "it's", none: None, yes: true, items: vec!["a", "b c"] }
    }

    #[test]
    fn other_languages_braces_pass_through() {
        let source = "${#arr[@]} ${{ secrets.X }} {{ .Values.y }} {% raw %} <<EOF [[ -n $a ]] {# no #}\n";
        assert_eq!(text(source, case()).unwrap(), source);
    }

    #[test]
    fn blocks_leave_no_blank_lines() {
        let source = "a\n  {{% if yes %}}\nb {{{ yes }}}\n  {{% endif %}}\n{{# note #}}\nc\n";
        assert_eq!(text(source, case()).unwrap(), "a\nb true\nc\n");
    }

    #[test]
    fn filters_quote() {
        let source = "{{{ name | sh }}} {{{ items | sh }}} {{{ name | yaml }}} {{{ name | toml }}}";
        assert_eq!(text(source, case()).unwrap(), r#"'it'\''s' a 'b c' "it's" "it's""#);
    }

    #[test]
    fn missing_values_are_errors_with_a_line() {
        let error = text("a\n\n{{{ nothing }}}", case()).unwrap_err();
        assert!(matches!(&error, TemplateError::Render { line: 3, name, .. } if name == "case"), "{error:?}");
        assert!(text("{{{ none }}}", case()).is_err());
        assert!(text("{{{ nothing | sh }}}", case()).is_err());
        assert!(text("{{% if %}}", case()).is_err());
    }

    #[test]
    fn every_embedded_template_parses_or_is_static() {
        assert!(names().contains(&"dbguard/gitignore".to_owned()));
        assert!(matches!(raw("no/such"), Err(TemplateError::Missing { .. })));
        assert_eq!(render("dbguard/gitignore", ()).unwrap(), raw("dbguard/gitignore").unwrap());
    }
}
