use super::*;

const HEAD: &str = "{\"schema\":\"dbguard.baseline/1\"}\n";

fn line(path: &str, severity: &str, count: usize) -> String {
    let context = "0123456789abcdef0123456789abcdef";
    format!(
        "{{\"path\":\"{path}\",\"rule\":\"a\",\"context\":\"{context}\",\"severity\":\"{severity}\",\
         \"count\":{count},\"hint\":\"A title\"}}\n"
    )
}

fn written(text: &str) -> String {
    Baseline::parse(text).expect("valid").render().expect("JSON")
}

fn error(text: &str) -> String {
    Baseline::parse(text).expect_err(text).to_string()
}

#[test]
fn a_file_is_written_as_it_was_read() {
    let text = [HEAD, &line("a \\\"b\\\".sh", "low", 2), &line("ü.md", "critical", 1)].concat();
    assert_eq!(written(&text), text);
    assert_eq!(written(HEAD), HEAD);
}

#[test]
fn order_repetition_line_ends_and_marks_of_editors_do_not_matter() {
    let sorted = [HEAD, &line("a", "low", 2), &line("b", "high", 1)].concat();
    let merged = [HEAD, &line("b", "high", 1), HEAD, &line("a", "low", 2), &line("a", "low", 1)].concat();
    assert_eq!(written(&merged), sorted);
    assert_eq!(written(&sorted.replace('\n', "\r\n")), sorted);
    assert_eq!(written(&format!("\u{feff}{sorted}\n\n")), sorted);
    assert_eq!(written(sorted.trim_end()), sorted);
}

#[test]
fn what_is_no_baseline_is_told_with_its_place() {
    let with = |row: &str| format!("{HEAD}\n{row}");
    let whole = line("a", "high", 1);
    for (text, expected) in [
        (String::new(), "1:1: this is no baseline: the first line must be"),
        ("{}\n".to_owned(), "1:1: this is no baseline"),
        (whole.clone(), "1:1: this is no baseline"),
        (HEAD.replace("/1", "/2"), "1:1: `dbguard.baseline/2` is not known to this dbguard"),
        ([HEAD, &HEAD.replace("/1", "/2")].concat(), "2:1: `dbguard.baseline/2` is not known"),
        (with("<<<<<<< HEAD\n"), "3:1: a merge conflict is not resolved"),
        (format!("<<<<<<< HEAD\n{HEAD}"), "1:1: a merge conflict is not resolved"),
        (with("nonsense"), "3:2: expected ident"),
        (with(&whole.replace("\"hint\"", "\"hnt\"")), "3:101: unknown field `hnt`"),
        (with(&whole.replace(",\"hint\":\"A title\"", "")), "missing field `hint`"),
        (with(&whole.replace("high", "awful")), "unknown variant `awful`"),
        (with(&whole.replace("\"count\":1", "\"count\":0")), "3:1: `count` must be at least 1"),
        (with(&whole.replace("\"count\":1", "\"count\":-1")), "invalid value"),
        (with(&whole.replace("0123456789abcdef0", "x")), "3:1: `context` is not 32 hexadecimal digits"),
        (with(&whole.replace("\"path\":\"a\"", "\"path\":\"\"")), "3:1: `path` and `rule` must not be empty"),
        (with(&whole[..40]), "EOF"),
    ] {
        let told = error(&text);
        assert!(told.contains(expected), "{text}\n{told}");
    }
}
