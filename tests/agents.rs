//! AI agents in a repository: what `init --only agents` writes for each, the launcher with and without dbguard, the self-test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up has to fail")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dbguard::guard::hook::Answer;
use dbguard::guard::hook::probe::{self, Said};
use dbguard::presets::Presets;
use dbguard::presets::agents::Agent;

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    environment: {POSTGRES_PASSWORD: x}\n    volumes: ['pg:/var/lib/postgresql/data']\nvolumes:\n  pg: {}\n";

/// A committed repository with a database; its folder's name has a blank.
struct Repository {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Repository {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("my shop");
        for (path, text) in files.iter().chain(&[("compose.yml", COMPOSE)]) {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        let repository = Self { _folder: folder, root };
        repository.git(&["init", "-q"]);
        repository.git(&["add", "-A"]);
        repository.git(&["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x"]);
        repository
    }

    fn git(&self, arguments: &[&str]) {
        assert!(Command::new("git").args(arguments).current_dir(&self.root).status().unwrap().success());
    }

    fn dbguard(&self, arguments: &[&str]) -> Output {
        let binary = Path::new(env!("CARGO_BIN_EXE_dbguard"));
        let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(binary);
        command
            .args(arguments)
            .current_dir(&self.root)
            .env("PATH", path)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn init(&self) -> String {
        let output = self.dbguard(&["init", "--yes", "--only", "agents"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Every file but git's and those under `.dbguard/journal`.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let walk = walkdir::WalkDir::new(&self.root).into_iter().map(Result::unwrap);
        let files = walk.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
        let kept = files.filter(|path| {
            !path.components().any(|part| matches!(part.as_os_str().to_str(), Some(".git" | "journal")))
        });
        kept.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    }
}

fn hooked() -> impl Iterator<Item = &'static Agent> {
    Presets::embedded_agents().iter().filter(|agent| !agent.onboarding.probe.is_empty())
}

/// A file that shows that a repository is worked on with the agent.
fn sign(agent: &Agent) -> String {
    agent.onboarding.signs.first().unwrap().replace('*', "x")
}

/// The launcher, as a hook starts it, without dbguard.
fn launched(repository: &Repository, shell: &[&str], agent: &Agent, input: &str) -> Answer {
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(".dbguard/hook.sh").arg(&*agent.id).current_dir(&repository.root);
    command.env("PATH", "/usr/bin:/bin").env("HOME", &repository.root);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = u8::try_from(output.status.code().unwrap()).unwrap();
    Answer { stdout: text(output.stdout), stderr: text(output.stderr), code }
}

#[test]
fn c_4_each_agent_gets_its_files_once_and_undo_takes_them_back() {
    for agent in hooked() {
        let repository = Repository::with(&[(&sign(agent), "")]);
        let before = repository.files();
        repository.init();
        let after = repository.files();
        let expected = [&*agent.onboarding.instructions, &*agent.onboarding.settings];
        let own = agent.onboarding.files.iter().map(|file| &*file.path);
        for path in expected.into_iter().filter(|path| !path.is_empty()).chain(own).chain(["AGENTS.md"]) {
            assert!(after.contains_key(&repository.root.join(path)), "{}: {path}", agent.id);
        }
        for (path, text) in &after {
            let is_rule = path.extension().is_some_and(|ending| ending == "md" || ending == "mdc");
            let lines = String::from_utf8_lossy(text).lines().count();
            assert!(!is_rule || lines <= 60, "{}: {lines} lines", path.display());
        }
        assert!(repository.init().contains("nothing to write"), "{}", agent.id);
        assert_eq!(repository.files(), after, "{}", agent.id);
        assert_eq!(repository.dbguard(&["undo"]).status.code(), Some(0));
        assert_eq!(repository.files(), before, "{}", agent.id);
    }
}

#[test]
fn c_4_agents_that_nobody_uses_get_nothing_unless_the_policy_names_them() {
    let repository = Repository::with(&[]);
    repository.init();
    assert!(!repository.root.join(".claude").exists() && !repository.root.join("CLAUDE.md").exists());
    let policy =
        repository.read("dbguard.toml").replace("[paths]", "[agents]\nenable = [\"cursor\"]\n\n[paths]");
    fs::write(repository.root.join("dbguard.toml"), policy).unwrap();
    repository.git(&["add", "-A"]);
    repository.init();
    assert!(repository.root.join(".cursor/hooks.json").exists() && !repository.root.join(".claude").exists());
}

#[test]
fn c_4_what_a_person_has_in_the_settings_stays_byte_for_byte() {
    let own = "{\n\t\"model\": \"x\",\n\t\"hooks\": {\n\t\t\"PreToolUse\": [\n\t\t\t{\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"./mine.sh\"}]}\n\t\t]\n\t}\n}";
    let repository = Repository::with(&[(".claude/settings.json", own), ("CLAUDE.md", "# Mine\n")]);
    repository.init();
    let settings = repository.read(".claude/settings.json");
    let mut lines = settings.lines();
    for line in own.lines() {
        assert!(
            lines.any(|other| other.trim_end_matches(',') == line.trim_end_matches(',')),
            "{line:?} in {settings}"
        );
    }
    assert!(settings.contains(".dbguard/hook.sh"));
    assert!(repository.read("CLAUDE.md").starts_with("# Mine\n"));
    assert_eq!(repository.dbguard(&["hook", "--self-test", "claude-code"]).status.code(), Some(0));
}

#[test]
fn c_4_settings_with_comments_are_left_alone_and_the_text_is_printed() {
    let own = "{\n  // mine\n  \"model\": \"x\"\n}\n";
    let repository = Repository::with(&[(".gemini/settings.json", own)]);
    let said = repository.init();
    assert!(said.contains(".gemini/settings.json:2:3") && said.contains("BeforeTool"), "{said}");
    assert_eq!(repository.read(".gemini/settings.json"), own);
}

#[test]
fn c_4_settings_that_git_ignores_are_left_alone_and_the_rest_is_written() {
    let files = [(".gitignore", ".claude/settings.json\n"), ("CLAUDE.md", "# Mine\n")];
    let repository = Repository::with(&files);
    fs::create_dir(repository.root.join(".claude")).unwrap();
    fs::write(repository.root.join(".claude/settings.json"), "{}").unwrap();
    let said = repository.init();
    assert!(said.contains("git ignores it"), "{said}");
    assert_eq!(repository.read(".claude/settings.json"), "{}");
    assert!(repository.root.join(".dbguard/hook.sh").exists());
}

#[test]
fn c_4_without_dbguard_the_launcher_stops_the_worst_in_any_shell() {
    let signs: Vec<String> = hooked().map(sign).collect();
    let files: Vec<(&str, &str)> = signs.iter().map(|sign| (sign.as_str(), "")).collect();
    let repository = Repository::with(&files);
    repository.init();
    for shell in [&["dash"][..], &["bash", "--posix"], &["busybox", "sh"]] {
        for agent in hooked() {
            let said = |input: &str| probe::meaning(agent, &launched(&repository, shell, agent, input));
            let call = |command: &str| probe::call(agent, command, "/srv/postgres data");
            for command in [
                "docker compose down -v",
                "docker-compose -f a.yml down --remove-orphans --volumes",
                "cd x && docker volume rm shop_pg",
                "psql shop -c \"DROP TABLE\n visits\"",
                "psql -c 'TRUNCATE visits;'",
                "echo 'DELETE FROM visits;' | psql",
                "dropdb shop",
                "redis-cli flushall",
                "npx prisma migrate reset --force",
                "php artisan migrate:fresh",
                "bin/rails db:drop",
                "rm -rf backups/main",
                "terraform destroy -auto-approve",
            ] {
                assert_eq!(said(&call(command)), Said::No, "{} in {shell:?}: {command}", agent.id);
            }
            for command in [
                "git status",
                "docker compose up -d",
                "psql -c 'SELECT 1'",
                "npm test",
                "rm -rf node_modules",
            ] {
                assert_eq!(said(&call(command)), Said::Yes, "{} in {shell:?}: {command}", agent.id);
            }
            assert_eq!(said("{"), Said::No, "{} in {shell:?}", agent.id);
            assert_eq!(said(""), Said::No, "{} in {shell:?}", agent.id);
        }
    }
    let claude = hooked().find(|agent| &*agent.id == "claude-code").unwrap();
    let written = r#"{"tool_name":"Write","tool_input":{"file_path":"a.md","content":"never DROP TABLE x"}}"#;
    assert_eq!(launched(&repository, &["sh"], claude, written), Answer::default());
    let no = launched(&repository, &["sh"], claude, &probe::call(claude, "dropdb shop", "/x"));
    assert!(no.stdout.contains("cargo install dbguard"), "{}", no.stdout);
}

#[test]
fn c_4_the_launcher_passes_shellcheck() {
    let repository = Repository::with(&[]);
    repository.init();
    let output = Command::new("shellcheck")
        .args(["-S", "style", ".dbguard/hook.sh"])
        .current_dir(&repository.root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn c_4_the_self_test_is_green_for_what_init_writes_and_red_for_what_is_broken() {
    for agent in hooked() {
        let repository = Repository::with(&[(&sign(agent), "")]);
        let tested = || repository.dbguard(&["hook", "--self-test", &agent.id]);
        assert_eq!(tested().status.code(), Some(2), "{}: nothing is configured yet", agent.id);
        repository.init();
        let green = tested();
        assert_eq!(green.status.code(), Some(0), "{}: {}", agent.id, String::from_utf8_lossy(&green.stdout));
        fs::write(repository.root.join(".dbguard/hook.sh"), "exit 0\n").unwrap();
        let open = String::from_utf8(tested().stdout).unwrap();
        assert_eq!(
            open.matches("FAILS").count(),
            if &*agent.id == "cursor" { 3 } else { 2 },
            "{}: {open}",
            agent.id
        );
        fs::remove_file(repository.root.join(".dbguard/hook.sh")).unwrap();
        assert_eq!(tested().status.code(), Some(1), "{}", agent.id);
    }
}

#[test]
fn c_4_a_missing_launcher_does_not_lock_every_call() {
    for agent in hooked().filter(|agent| &*agent.id != "cursor") {
        let repository = Repository::with(&[(&sign(agent), "")]);
        repository.init();
        fs::remove_file(repository.root.join(".dbguard/hook.sh")).unwrap();
        let output = repository.dbguard(&["hook", "--self-test", &agent.id]);
        let said = String::from_utf8(output.stdout).unwrap();
        let harmless = said.lines().find(|line| line.contains("harmless")).unwrap().to_owned();
        let locks = harmless.contains("exit 2") && !matches!(&*agent.id, "opencode" | "copilot");
        assert!(!locks, "{}: {harmless}", agent.id);
    }
}
