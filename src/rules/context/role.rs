//! Who runs a passage, and what kind of place it stands in.

use crate::effects::Found;
use crate::source::SourceFile;
use crate::survey::environment::{self, Clues};
use crate::survey::passages::{Form, Passage};
use crate::survey::{Environment, paths};

/// Who runs a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Nobody: a start, a deployment, a schedule.
    ByItself,
    /// A person, by name.
    ByHand,
    /// A person or an agent who copies it.
    Copied,
    /// Nobody: it is a comment.
    Told,
}

impl Role {
    /// Steps away from running by itself.
    pub const fn steps(self) -> usize {
        match self {
            Self::ByItself => 0,
            Self::ByHand => 1,
            Self::Copied => 2,
            Self::Told => 4,
        }
    }

    /// Who runs a passage of the file at `path`.
    pub fn of(path: &str, passage: &Passage) -> Self {
        match passage.form {
            Form::Step => Self::ByItself,
            Form::Script if starts_by_itself(path) => Self::ByItself,
            Form::Recipe if runs_unasked(&passage.name) => Self::ByItself,
            Form::Script | Form::Recipe | Form::Source | Form::Statements => Self::ByHand,
            Form::Block | Form::Inline | Form::Advice => Self::Copied,
            Form::Comment => Self::Told,
        }
    }
}

/// Whether a passage belongs to tests, or to a project that exists for them, by whole words of its path and its name. What a
/// document says is not for tests because of its name.
pub fn is_for_tests(path: &str, passage: &Passage) -> bool {
    let files = [path, passage.name.as_str()];
    !matches!(passage.form, Form::Block | Form::Inline)
        && environment::classify(&Clues { files: &files, ..Clues::default() }) == Environment::Test
}

/// Scripts that a container, a machine or a platform starts.
fn starts_by_itself(path: &str) -> bool {
    let name = paths::name(path).to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    let words: Vec<&str> = stem.split(['-', '_']).collect();
    words.iter().any(|word| matches!(*word, "entrypoint" | "cron" | "boot" | "bootstrap" | "startup"))
        || matches!(stem, "start" | "run" | "init" | "release" | "deploy")
        || paths::folder(path).split('/').any(|folder| folder.starts_with("cron."))
}

/// Scripts of a manifest that other tools run without being asked, and what runs before and behind them.
fn runs_unasked(name: &str) -> bool {
    let around = name.strip_prefix("pre").or_else(|| name.strip_prefix("post"));
    [Some(name), around].into_iter().flatten().any(is_step_of_a_platform)
        || name.starts_with("start:prod")
        || name == "post-install-cmd"
        || name == "post-update-cmd"
}

fn is_step_of_a_platform(name: &str) -> bool {
    matches!(
        name,
        "start"
            | "build"
            | "install"
            | "prepare"
            | "deploy"
            | "release"
            | "vercel-build"
            | "heroku-build"
            | "serve"
    )
}

/// Whether it runs on a machine that is thrown away after the job, against data that is there for the job.
pub(super) fn is_hosted(file: &SourceFile, passage: &Passage, found: &Found) -> bool {
    let path = file.path();
    let workflow = path.contains(".github/workflows/")
        || path.starts_with(".circleci/")
        || path.starts_with(".gitlab-ci")
        || path.ends_with("azure-pipelines.yml")
        || path.ends_with("bitbucket-pipelines.yml")
        || path.ends_with(".travis.yml");
    if !workflow || passage.form != Form::Step {
        return false;
    }
    let text = file.text();
    let reaches_out =
        passage.text.contains("ssh ") || text.contains("ssh-action") || text.contains("self-hosted");
    let secret = text.contains("secrets.DATABASE_URL")
        || text.contains("secrets.DB_")
        || text.contains("secrets.PROD");
    let files = [path, passage.name.as_str()];
    let environment = environment::classify(&Clues { files: &files, ..Clues::default() });
    let deploys = format!("{path} {}", passage.name).to_ascii_lowercase().contains("deploy");
    let kept = matches!(environment, Environment::Production | Environment::Staging);
    let inside = found.around.elsewhere && found.via.iter().any(|step| step.starts_with("ssh"));
    !reaches_out && !secret && !deploys && !kept && !inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::passages;

    fn first(path: &str, text: &str) -> Role {
        let file = SourceFile::new(path, text);
        let found = passages::read(&file);
        Role::of(path, &found[0])
    }

    #[test]
    fn roles_of_files() {
        assert_eq!(first("docker-entrypoint.sh", "ls"), Role::ByItself);
        assert_eq!(first("scripts/clean.sh", "ls"), Role::ByHand);
        assert_eq!(first("package.json", "{\"scripts\": {\"postinstall\": \"x\"}}"), Role::ByItself);
        assert_eq!(first("package.json", "{\"scripts\": {\"reset\": \"x\"}}"), Role::ByHand);
        assert_eq!(first("README.md", "```sh\nls\n```\n"), Role::Copied);
        assert_eq!(first("Makefile", "# a b\n"), Role::Told);
    }

    #[test]
    fn whole_words_of_a_path_make_a_test() {
        let for_tests = |path: &str| {
            let file = SourceFile::new(path, "ls");
            is_for_tests(path, &passages::read(&file)[0])
        };
        assert!(for_tests("tests/clean.sh"));
        assert!(!for_tests("scripts/latest.sh"));
        assert!(!for_tests("examples/a.sh"));
    }
}
