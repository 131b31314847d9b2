//! Jenkinsfiles: the strings of `sh`, `bat` and `powershell`.

use super::{Form, Passage};
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};

pub(super) fn read(file: &SourceFile) -> Vec<Passage> {
    let text = file.text();
    let mut passages = Vec::new();
    for step in ["sh", "bat", "powershell"] {
        for (at, _) in text.match_indices(step) {
            let before = text[..at].chars().next_back();
            if before
                .is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '"' | '\''))
            {
                continue;
            }
            let line = text[..at].rsplit('\n').next().unwrap_or_default();
            if line.trim_start().starts_with("//") {
                continue;
            }
            if let Some(span) = argument(text, at + step.len()) {
                passages.push(Passage::slice(file, span, Language::Shell, Form::Step).named("pipeline"));
            }
        }
    }
    passages
}

/// The string that follows a step's name: `'…'`, `"""…"""`, `(script: '…')`.
fn argument(text: &str, from: usize) -> Option<Span> {
    let rest = text.get(from..)?;
    let line = rest.split('\n').next()?;
    let open = rest.find(['"', '\''])?;
    let between = &rest[..open];
    let fits = between.trim().is_empty() && open > 0
        || between.trim_start().starts_with('(') && open <= line.len() && !between.contains(')');
    if !fits || !between.trim_end().ends_with(['(', ':']) && !between.trim().is_empty() {
        return None;
    }
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest[open..].starts_with(quote))?;
    let start = from + open + quote.len();
    let length = text.get(start..)?.find(quote)?;
    Some(Span::new(start, start + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_steps() {
        let text = "stage('x') {\n sh 'a -v'\n sh(script: \"b\", returnStdout: true)\n sh \"\"\"\n  c\n\"\"\"\n // sh 'd'\n publish 'e'\n}\n";
        let file = SourceFile::new("Jenkinsfile", text);
        let texts: Vec<_> = read(&file).into_iter().map(|one| one.text.trim().to_owned()).collect();
        assert_eq!(texts, ["a -v", "b", "c"]);
    }
}
