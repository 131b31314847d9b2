//! `dbguard guard --shell-init`: real interactive shells on a pseudo-terminal, in which somebody types.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up has to fail")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A shell in which somebody types, in a folder of its own. Its `dropdb` only writes down that it ran.
struct Typed {
    folder: tempfile::TempDir,
    shell: Child,
    lines: usize,
}

impl Typed {
    /// Starts `command` with the files of `config`; `@` stands for the folder in both.
    fn start(command: &str, config: (&str, &str)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dbguard"), bin.join("dbguard")).unwrap();
        let program = format!("#!/bin/sh\necho \"$@\" >>'{}/dropped'\n", folder.path().display());
        fs::write(bin.join("dropdb"), program).unwrap();
        fs::set_permissions(bin.join("dropdb"), fs::Permissions::from_mode(0o755)).unwrap();
        let here = folder.path().display().to_string();
        let file = folder.path().join(config.0);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, config.1.replace('@', &here)).unwrap();
        let shell = Command::new("script")
            .args(["-q", "-c", &command.replace('@', &here), "/dev/null"])
            .current_dir(folder.path())
            .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()))
            .envs([("HOME", here.as_str()), ("TERM", "dumb")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut typed = Self { folder, shell, lines: 0 };
        typed.line("");
        typed
    }

    /// Types a line, and returns when the shell has dealt with it.
    fn line(&mut self, text: &str) {
        self.lines += 1;
        let done = self.folder.path().join(format!("done.{}", self.lines));
        let mut stdin = self.shell.stdin.as_ref().unwrap();
        write!(stdin, "{text}\r").unwrap();
        let start = Instant::now();
        while !done.exists() {
            assert!(start.elapsed() < Duration::from_secs(60), "the shell hangs at: {text}");
            // Typed again: a shell that is still starting may drop what it is given.
            write!(stdin, "touch {}\r", done.display()).unwrap();
            wait_for(&done, Duration::from_secs(3));
        }
    }

    /// The databases that were dropped.
    fn dropped(&self) -> String {
        fs::read_to_string(self.folder.path().join("dropped")).unwrap_or_default()
    }
}

impl Drop for Typed {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

fn wait_for(path: &Path, most: Duration) {
    let start = Instant::now();
    while !path.exists() && start.elapsed() < most {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What every shell must do; the loop is written in its own language.
fn judges_what_is_typed(mut shell: Typed, a_loop: &str, output: &str) {
    shell.line("dropdb shop");
    shell.line(a_loop);
    shell.line(" dropdb spaced");
    shell.line("true; dropdb second | cat");
    shell.line(output);
    assert_eq!(shell.dropped(), "", "denied lines ran");
    shell.line("dropdb shop_test; true");
    assert_eq!(shell.dropped(), "shop_test\n", "an allowed line did not run");
    shell.line("dropdb --help; docker system prune -f; dropdb asked_test\rn");
    shell.line("dropdb --help; docker system prune --help; dropdb free_test");
    assert!(!shell.dropped().contains("asked"), "a no was taken for a yes");
    assert!(shell.dropped().contains("free_test"));
    shell.line("dbguard_off");
    shell.line("dropdb unguarded");
    assert!(shell.dropped().contains("unguarded"));
    shell.line("dbguard_on");
    shell.line("dropdb again");
    assert!(!shell.dropped().contains("again"));
}

fn bash(rest: &str) -> Typed {
    let rc = format!("PS1='$ '\n{rest}\neval \"$(dbguard guard --shell-init bash)\"\n");
    Typed::start("bash --rcfile @/rc -i", ("rc", &rc))
}

#[test]
fn c_4_bash_judges_what_is_typed() {
    judges_what_is_typed(bash(""), "for i in 1 2; do dropdb loop$i; done", "echo $(dropdb inner)");
}

#[test]
fn c_4_bash_keeps_the_users_prompt_commands() {
    for own in ["PROMPT_COMMAND='echo x >>@/prompts'", "PROMPT_COMMAND=('true' 'echo x >>@/prompts')"] {
        let mut shell = bash(own);
        shell.line("dropdb shop");
        let before = fs::read_to_string(shell.folder.path().join("prompts")).unwrap().len();
        shell.line("dropdb shop");
        assert!(fs::read_to_string(shell.folder.path().join("prompts")).unwrap().len() > before, "{own}");
        assert_eq!(shell.dropped(), "", "{own}");
    }
}

#[test]
fn c_4_bash_judges_lines_that_the_history_leaves_out() {
    let mut shell = bash("HISTCONTROL=ignoreboth");
    shell.line(" dropdb spaced");
    shell.line(" true; dropdb second");
    shell.line("f() { dropdb inside; }; f");
    assert_eq!(shell.dropped(), "");
}

#[test]
fn c_4_zsh_judges_what_is_typed() {
    let config = (".zshrc", "PS1='$ '\neval \"$(dbguard guard --shell-init zsh)\"\n");
    let mut shell = Typed::start("zsh -i", config);
    shell.line("if true; then\rdropdb continued\rfi");
    assert_eq!(shell.dropped(), "");
    judges_what_is_typed(shell, "for i in 1 2; do dropdb loop$i; done", "echo $(dropdb inner)");
}

#[test]
fn c_4_fish_judges_what_is_typed() {
    let config = (".config/fish/config.fish", "dbguard guard --shell-init fish | source\n");
    let shell = Typed::start("fish -i", config);
    judges_what_is_typed(shell, "dropdb loop; and dropdb loop", "echo (dropdb inner)");
}

#[test]
fn c_4_a_shell_without_dbguard_goes_on() {
    let mut shell = bash("");
    fs::remove_file(shell.folder.path().join("bin/dbguard")).unwrap();
    shell.line("hash -r; dropdb shop");
    assert_eq!(shell.dropped(), "shop\n");
}
