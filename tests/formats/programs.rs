//! Other programs, as judges.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The path of an installed program; none, after saying so, if there is no such program.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        println!("NOT RUN: needs {name}; tests/run installs it");
    }
    found
}

/// A Python that has `module`; none, after saying so. The distribution's modules are not those of another Python.
pub(crate) fn python_with(module: &str) -> Option<&'static str> {
    let has = |python: &&str| {
        let import = format!("import {module}");
        Command::new(python)
            .args(["-c", &import])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let found = ["/usr/bin/python3", "python3"].into_iter().find(has);
    if found.is_none() {
        println!("NOT RUN: needs Python's {module}; tests/run installs it");
    }
    found
}

/// Standard output of a program that is given `input`; the test fails with its complaints if it does.
pub(crate) fn answer(program: impl AsRef<Path>, arguments: &[&str], input: &str) -> String {
    let program = program.as_ref();
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {arguments:?}: {complaints}", program.display());
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
