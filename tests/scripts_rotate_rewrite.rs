//! Writing a new password into one place: every printable character, every form, and not one other byte changed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::literal_string_with_formatting_args,
    reason = "a test that cannot set up its server or its files has to fail; dollars and braces belong to the formats"
)]

mod support;

use std::fs;
use std::process::Command;

use serde_json::json;
use support::project::Project;

/// Stands for the value in a form.
const MARK: &str = "@@";
const OLD: &str = "old-Secret";

/// One form of a place: what, kind, path, key, service; the files with a mark where the value is.
struct Form {
    place: [&'static str; 5],
    files: &'static [(&'static str, &'static str)],
    /// Passwords with other characters than letters, digits and `._~-` are refused or come out right.
    plain_only: bool,
}

const fn form(place: [&'static str; 5], files: &'static [(&'static str, &'static str)]) -> Form {
    Form { place, files, plain_only: false }
}

const fn plain(place: [&'static str; 5], files: &'static [(&'static str, &'static str)]) -> Form {
    Form { place, files, plain_only: true }
}

const ENV: [&str; 5] = ["password", "dotenv", ".env", "PW", ""];
const ENV_URL: [&str; 5] = ["url", "dotenv", ".env", "URL", ""];
const COMPOSE: [&str; 5] = ["password", "compose", "c.yml", "PW", "db"];
const COMPOSE_URL: [&str; 5] = ["url", "compose", "c.yml", "URL", "db"];

const FORMS: &[Form] = &[
    form(ENV, &[(".env", "# PW=no\nA='1'\nPW=@@\nB=\"2\"\n")]),
    form(ENV, &[(".env", "A=1\r\nexport PW = '@@'  # note\r\nB=2\r\n")]),
    form(ENV, &[(".env", "PW=first\nPW=\"@@\" # 'note'\nPWX=2")]),
    form(ENV, &[(".env", "A=1\nPW=@@")]),
    form(ENV, &[(".env", "REF=@@\nPW=${REF}\nC=3\n")]),
    form(ENV, &[(".env", "REF='@@'\nPW=\"${REF:?is needed}\" # c\n")]),
    form(ENV_URL, &[(".env", "A=1\nURL=postgres://us%20er:@@@h:1/d?x=y&z=1 # note\nB=2\n")]),
    form(ENV_URL, &[(".env", "URL='redis://:@@@h:1/0'\r\n")]),
    form(ENV_URL, &[(".env", "URL=\"mysql://${WHO:-u}:@@@h/d?charset=utf8\"\nB=2")]),
    plain(ENV_URL, &[(".env", "PW=@@\nURL=postgres://u:${PW}@h/d\nB=2\n")]),
    form(
        COMPOSE,
        &[(
            "c.yml",
            "services:\n  web:\n    environment:\n      PW: other\n  db:\n    environment:\n      PW: @@ # note\n      B: 2\n",
        )],
    ),
    form(COMPOSE, &[("c.yml", "services:\n  db:\n    environment:\n      \"PW\":   '@@'\n      B: 2\n")]),
    form(
        COMPOSE,
        &[("c.yml", "services:\r\n  db:\r\n    environment:\r\n      PW: \"@@\" # note\r\n      B: 2")],
    ),
    form(
        COMPOSE,
        &[("c.yml", "services:\n  db:\n    environment:\n    - A=1\n    - PW=@@ # note\n    - B=2\n")],
    ),
    form(COMPOSE, &[("c.yml", "services:\n  db:\n    environment:\n      - 'PW=@@'\n      - \"B=2\"\n")]),
    form(COMPOSE, &[("c.yml", "services:\n  db:\n    environment:\n      - \"PW=@@\"\n      - B\n")]),
    form(
        COMPOSE,
        &[("c.yml", "services:\n  db:\n    environment:\n      PW: ${PW:?x}\n"), (".env", "A=1\nPW=@@\n")],
    ),
    form(COMPOSE, &[("c.yml", "services:\n  db:\n    environment:\n    - PW\n"), (".env", "PW='@@'")]),
    form(
        COMPOSE,
        &[("c.yml", "services:\n  db:\n    environment:\n      PW:\n      B: 1\n"), (".env", "PW=@@")],
    ),
    plain(
        COMPOSE,
        &[("c.yml", "services:\n  db:\n    environment:\n      PW: \"${NONE:-@@}\" # note\n      B: 1\n")],
    ),
    form(
        COMPOSE_URL,
        &[("c.yml", "services:\n  db:\n    environment:\n      URL: postgres://u:@@@h/d?a=b # note\n")],
    ),
    form(
        COMPOSE_URL,
        &[("c.yml", "services:\n  db:\n    environment:\n      - \"URL=postgres://u:@@@h/d$$x\"\n")],
    ),
    plain(
        COMPOSE_URL,
        &[
            ("c.yml", "services:\n  db:\n    environment:\n      URL: \"postgres://u:${PW:?x}@h/d\"\n"),
            (".env", "PW=@@"),
        ],
    ),
    plain(
        COMPOSE_URL,
        &[("c.yml", "services:\n  db:\n    environment:\n      URL: postgres://u:${NONE:-@@}@h/d\n")],
    ),
    form(["password", "file", "secret", "", ""], &[("secret", "@@")]),
    form(["password", "file", "secret", "", ""], &[("secret", "@@\n\n")]),
    form(["url", "file", "secret", "", ""], &[("secret", "postgres://u:@@@h/d\n")]),
    form(
        ["url", "literal-url-in", "a.py", "engine", ""],
        &[("a.py", "x = 'http://e.org'\nengine = create(\"postgres://u:@@@h/d\", 1)\n")],
    ),
    plain(
        ["url", "literal-url-in", "a.ini", "url", ""],
        &[("a.ini", "[a]\nurl = postgres://u:@@@h/d\nb = 100%%\n")],
    ),
];

/// Each character that is neither letter nor digit at the beginning, in the middle and at the end; and whole mixtures.
fn passwords() -> Vec<String> {
    let special: Vec<char> = (' '..='~').filter(|one| !one.is_ascii_alphanumeric()).collect();
    let step = if std::env::var_os("DBGUARD_TEST_FULL").is_some() { 1 } else { 8 };
    let mut all: Vec<String> = (0..special.len())
        .step_by(step)
        .map(|at| {
            let one = |offset: usize| special[(at + offset) % special.len()];
            (0..step).fold(format!("{}Ab", one(0)), |text, more| format!("{text}{0}{0}x{0}", one(more)))
                + &format!("9{}", one(step))
        })
        .collect();
    all.push(special.iter().collect());
    all.push(special.iter().rev().collect());
    for more in [
        "Generated0Password1Of2Forty3Characters40",
        "${HOME} $(id) $$ `id` %41 \\n",
        "a'b\"c\\d",
        "12345678",
        "trailing\\",
        " # note: b",
        "@@@://x:y@z/?#",
    ] {
        all.push(more.to_owned());
    }
    all
}

const LOOP: &str = r#"
n=0; ROLE=u LEAVE=''
while IFS= read -r NEW_PASSWORD; do
  n=$((n + 1)) status=0
  for file in "$FORM"/*; do cat "$file" >"$ROOT/$(basename "$file" | sed 's/^dot/./')"; done
  WHY=''
  rewrite_place "$@" || status=$?
  mkdir "$OUT/$n"
  for file in "$FORM"/*; do name="$(basename "$file" | sed 's/^dot/./')"; cat "$ROOT/$name" >"$OUT/$n/$name"; done
  printf '%s %s' "$status" "$WHY" >"$OUT/$n/status"
done <"$PASSWORDS"
"#;

/// Rewrites one form for every password; gives status and files of each.
fn rewritten(form: &Form, passwords: &[String]) -> Vec<(String, Vec<String>)> {
    let project = Project::new("rewrite", &[json!({})]);
    let scratch = tempfile::tempdir().unwrap();
    let [templates, out, list] = ["form", "out", "list"].map(|name| scratch.path().join(name));
    fs::create_dir(&templates).unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(&list, passwords.join("\n") + "\n").unwrap();
    for (file, text) in form.files {
        fs::write(
            templates.join(file.replacen('.', if file.starts_with('.') { "dot" } else { "." }, 1)),
            text.replacen(MARK, OLD, 1),
        )
        .unwrap();
    }
    let scripts = project.root.join("scripts/db").display().to_string();
    let program = format!(
        "set -euo pipefail; . '{scripts}/lib/core.sh'; start '{scripts}'; use_database main; . '{scripts}/lib/rewrite.sh'; {LOOP}"
    );
    let output = Command::new("bash")
        .args(["-c", &program, "bash"])
        .args(form.place)
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .envs([("FORM", &templates), ("OUT", &out), ("PASSWORDS", &list)])
        .output()
        .unwrap();
    assert!(output.status.success(), "{:?}: {}", form.files, String::from_utf8_lossy(&output.stderr));
    (1..=passwords.len())
        .map(|n| {
            let read = |file: &str| fs::read_to_string(out.join(n.to_string()).join(file)).unwrap();
            (read("status"), form.files.iter().map(|(file, _)| read(file)).collect())
        })
        .collect()
}

/// The bytes before and after the value, without the quotes that may change with it.
fn around(text: &str) -> (&str, &str) {
    let (before, after) = text.split_once(MARK).unwrap();
    (before.trim_end_matches(['\'', '"']), after.trim_start_matches(['\'', '"']))
}

#[test]
fn g4_1_every_printable_password_is_written_to_every_form_of_place_and_no_other_byte_changes() {
    let passwords = passwords();
    std::thread::scope(|scope| {
        for half in FORMS.chunks(FORMS.len().div_ceil(2)) {
            scope.spawn(|| half.iter().for_each(|form| check(form, &passwords)));
        }
    });
}

fn check(form: &Form, passwords: &[String]) {
    let mut written = 0;
    for (password, (status, files)) in passwords.iter().zip(rewritten(form, passwords)) {
        let is_plain = password.chars().all(|one| one.is_ascii_alphanumeric() || "._~-".contains(one));
        if !status.starts_with("0 ") {
            assert!(form.plain_only && !is_plain, "{:?} refuses {password:?}: {status}", form.files);
            continue;
        }
        written += 1;
        for ((_, template), text) in form.files.iter().zip(files) {
            if !template.contains(MARK) {
                assert_eq!(text, *template);
                continue;
            }
            let (before, after) = entry_around(template);
            assert!(
                text.starts_with(before) && text.ends_with(after),
                "{password:?}: {template:?} became {text:?}"
            );
            assert!(
                text.len() < before.len() + after.len() + 3 * password.len() + 12,
                "{password:?}: {text:?}"
            );
            assert!(!text.contains(OLD), "{text:?}");
        }
    }
    assert!(written > 0, "{:?}", form.files);
}

/// As `around`; a list's entry may be quoted as a whole.
fn entry_around(template: &str) -> (&str, &str) {
    let (before, after) = around(template);
    (
        before
            .strip_suffix("PW=")
            .filter(|rest| rest.ends_with("- ") || rest.ends_with(['\'', '"']))
            .map_or(before, |rest| rest.trim_end_matches(['\'', '"'])),
        after,
    )
}

#[test]
fn g4_1_a_form_that_cannot_be_rewritten_is_refused_and_stays_as_it_is() {
    let forms = [
        form(ENV, &[(".env", "A=1\nPW=a${A}b\n")]),
        form(ENV, &[(".env", "PW=\"two\nlines\"\n")]),
        form(COMPOSE, &[("c.yml", "services:\n  db:\n    environment:\n      PW: |-\n        x\n")]),
        form(COMPOSE, &[("c.yml", "services:\n  db:\n    environment:\n      PW: *anchor\n")]),
        form(COMPOSE, &[("c.yml", "services:\n  db:\n    environment: {PW: x}\n")]),
        form(COMPOSE, &[("c.yml", "services:\n  db:\n    environment:\n      PW: ${NONE:?x}\n")]),
        form(COMPOSE, &[("c.yml", "services:\n  db:\n    environment:\n      PW: a${NONE:-x}\n")]),
        form(
            COMPOSE,
            &[("c.yml", "services:\n  db:\n    environment:\n      PW: ${PATH}\n"), (".env", "PATH=x\n")],
        ),
        form(ENV_URL, &[(".env", "URL=postgres://u:x@h/d?password=y\n")]),
        form(["password", "file", "secret", "", ""], &[("secret", "two\nlines\n")]),
        form(["password", "file", "secret", "", ""], &[("secret", "a carriage return\r\n")]),
    ];
    for form in forms {
        for (status, files) in rewritten(&form, &["Generated0Password".to_owned()]) {
            assert!(status.starts_with("1 ") && status.len() > 10, "{:?}: {status}", form.files);
            let untouched: Vec<_> = form.files.iter().map(|(_, text)| (*text).to_owned()).collect();
            if !form.place[2].is_empty() && form.place[0] != "url" {
                assert_eq!(files, untouched);
            }
        }
    }
}
