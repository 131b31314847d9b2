//! `dbguard demo`, the first command that a visitor runs.

use std::process::Command;

use crate::support::{Sandbox, binary, ran};

#[test]
fn c_7_the_demo_loses_rows_and_brings_them_back() {
    let sandbox = Sandbox::new(&[]);
    let mut command: Command = sandbox.command(binary());
    command.arg("demo").env("PATH", std::env::var_os("PATH").unwrap()).env("TMPDIR", sandbox.root());
    let shown = ran(&mut command).expect(0);
    let counts: Vec<_> =
        shown.out.lines().filter(|line| line.contains(" customers, ") && line.ends_with(" orders")).collect();
    let [before, lost, after] = counts.as_slice() else { panic!("{}", shown.out) };
    assert_eq!(before, after);
    assert_ne!(before, lost, "the accident is real");
    assert!(lost.starts_with('0') || lost.contains(", 0 orders"), "{lost}");
    assert_eq!(sandbox.files().len(), 0, "the temporary folder is gone");
}
