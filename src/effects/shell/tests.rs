use super::*;

/// The commands of a text as `name argument…`, expansions in brackets.
fn commands(nodes: &[Node], out: &mut Vec<String>) {
    for node in nodes {
        match node {
            Node::Command(command) => out.push(shown(command)),
            Node::Pipeline(inner) => {
                out.push("pipe".to_owned());
                commands(inner, out);
            }
            Node::Group(inner) => commands(inner, out),
            Node::Redirected(inner, _) => commands(std::slice::from_ref(&**inner), out),
            Node::Function(name, _) => out.push(format!("function {name}")),
            Node::Loop(name, _, body) => {
                out.push(format!("for {name}"));
                commands(body, out);
            }
            Node::Lines(names, body) => {
                out.push(format!("lines {}", names.join(" ")));
                commands(body, out);
            }
        }
    }
}

fn shown(command: &Command) -> String {
    let word = |word: &Word| {
        let parts = word.parts.iter().map(|part| match part {
            Part::Literal(text) => text.clone(),
            Part::Variable(name, _) => format!("[{name}]"),
            Part::Output(..) => "[output]".to_owned(),
            Part::File(_) => "[file]".to_owned(),
            Part::List(elements) => format!("[{} elements]", elements.len()),
            Part::Unknown => "[?]".to_owned(),
        });
        parts.collect::<String>()
    };
    let assigned = command.assignments.iter().map(|(name, value)| format!("{name}={}", word(value)));
    let redirects = command.redirects.iter().map(|redirect| match redirect {
        Redirect::Write(path) => format!(">{}", word(path)),
        Redirect::Append(path) => format!(">>{}", word(path)),
        Redirect::Read(path) => format!("<{}", word(path)),
        Redirect::Text(text) => format!("<<{}", word(text)),
    });
    assigned.chain(command.words.iter().map(word)).chain(redirects).collect::<Vec<_>>().join(" ")
}

#[test]
fn texts_become_commands() {
    for (text, expected) in [
        (
            "A=1 B=\"$C x\" docker $(echo a) $D \"$@\" >f <in 2>&1 &",
            "A=1 B=[C] x docker [output] [D] [@] >f <in",
        ),
        (
            "cat <<'EOF' | psql -d clinic && echo x\ndrop it;\nEOF\necho hi",
            "pipe; cat <<drop it;\n; psql -d clinic; echo x; echo hi",
        ),
        ("psql clinic <<SQL >out\nBEGIN $X;\nSQL\n", "psql clinic >out <<BEGIN [X];\n"),
        ("bash <<< \"dropdb clinic\"", "bash <<dropdb clinic"),
        ("for v in a b; do x $v; done", "for v; x [v]"),
        ("a=(x {y,z}); a+=(w); b=1; b+=2", "a=[3 elements]; a=[2 elements]; b=1; b=[b]2"),
        ("while IFS= read -r -d '' f; do x \"$f\"; done", "lines f; x [f]"),
        ("rm -rf ./{a,b} '{c,d}' ${e[@]}", "rm -rf ./a ./b {c,d} [e[@]]"),
        ("f() { a; }; f x", "function f; f x"),
        ("if a; then b; elif c; then d; else e; fi", "a; b; c; d; e"),
        ("! a && (b; c) || { d; }", "a; b; c; d"),
        ("! { a; }; if ! for v in x; do b; done; then ! ! c; fi", "a; for v; b; c"),
        ("coproc { a; }; coproc W (b); coproc c -d; echo coproc d", "a; b; c -d; echo coproc d"),
        ("x=`! { a; }`; case y in y) ! { b; } ;; esac", "x=[output]; b"),
        ("true\n\\dropdb \\-e a\\ b '! x'", "true; dropdb -e a b ! x"),
        ("echo $'a\\nb\\x41' 'q'\"r\"s\\ t", "echo a\nbA qrs t"),
        ("> f", ">f"),
        ("docker compose \\\n  down \\\n  -v", "docker compose down -v"),
        ("\\docker down", "docker down"),
        ("case $a in x) b;; *) c;; esac", "b; c"),
        ("while read l; do dropdb $l; done < f", "lines l; dropdb [l]"),
    ] {
        let parsed = parse(text);
        let mut out = Vec::new();
        commands(&parsed.body, &mut out);
        assert_eq!(out.join("; "), expected, "{text}");
        assert!(parsed.sound, "{text}");
    }
}

#[test]
fn what_cannot_be_parsed_is_unsound_and_still_looked_through() {
    let parsed = parse("docker compose down -v; if ($?) { docker compose up -d }");
    assert!(!parsed.sound);
    let mut out = Vec::new();
    commands(&parsed.body, &mut out);
    assert!(out.contains(&"docker compose down -v".to_owned()), "{out:?}");
}

#[test]
fn letters_outside_ascii_are_kept_and_do_no_harm() {
    for text in ["echo {é..☃}", "rm -rf 'données/б'", "{☃", "a {1☃", "x=☃ {1..☃}"] {
        let mut out = Vec::new();
        commands(&parse(text).body, &mut out);
        let letters: String = text.chars().filter(|letter| !letter.is_ascii()).collect();
        let kept: String = out.concat().chars().filter(|letter| !letter.is_ascii()).collect();
        assert!(kept == letters || out.is_empty(), "{text}: {out:?}");
    }
}
