//! Programs that run a command by a name which a manifest of the repository defines.

use serde::Deserialize;

use super::model::{List, Str};

/// A manifest that defines commands by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manifest {
    /// `package.json`, `scripts`.
    PackageJson,
    /// `composer.json`, `scripts`.
    ComposerJson,
    /// `Makefile`, `makefile`, `GNUmakefile`.
    Makefile,
    /// `justfile`, `.justfile`.
    Justfile,
    /// `Taskfile.yml`, `Taskfile.yaml`.
    Taskfile,
    /// `deno.json`, `tasks`.
    DenoJson,
    /// `mise.toml`, `tasks`.
    Mise,
    /// `mix.exs`, `aliases`.
    MixExs,
    /// `project.json` of Nx, `targets`.
    Nx,
    /// `moon.yml`, `tasks`.
    Moon,
    /// `Rakefile` and `lib/tasks/*.rake`.
    Rake,
    /// `tasks.py` of Invoke.
    Invoke,
    /// `fabfile.py` of Fabric.
    Fabric,
    /// `pyproject.toml`, the runner's `tables`.
    Pyproject,
    /// `Pipfile`, the runner's `tables`.
    Pipfile,
    /// `.cargo/config.toml`, `alias`.
    CargoAlias,
    /// The source of a program of the workspace.
    CargoSource,
    /// A workflow of GitHub, by its file or name.
    Workflow,
    /// A file of objects of Kubernetes.
    Objects,
}

/// Where a word names a command of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runner {
    /// The first words that are no options; the next one is the name.
    #[serde(default)]
    pub words: Str,
    /// Options of this sub-command that take the next word.
    #[serde(default)]
    pub takes_value: List<Str>,
    /// Options whose value is the name, instead of a word.
    #[serde(default)]
    pub name: List<Str>,
    /// Names that it runs; empty for any.
    #[serde(default)]
    pub only: Str,
    /// Where the name is defined.
    pub manifest: Manifest,
    /// Options that name the folder of the manifest.
    #[serde(default)]
    pub folder: List<Str>,
    /// Options that name the manifest, or the repository that it is in.
    #[serde(default)]
    pub file: List<Str>,
    /// Every word is a name, as with make.
    #[serde(default)]
    pub all: bool,
    /// The line that each object of a file stands for; its kind and name follow.
    #[serde(default)]
    pub line: Str,
    /// Names that are commands of the program itself.
    #[serde(default)]
    pub unless: Str,
    /// Tables of a TOML manifest that hold the commands (`tool.hatch.envs.*.scripts`).
    #[serde(default)]
    pub tables: List<Str>,
    /// Words behind which another name begins (`:::`).
    #[serde(default)]
    pub separators: List<Str>,
    /// Options that name the packages of the workspace whose command it is (`--filter`).
    #[serde(default)]
    pub packages: List<Str>,
    /// Options with which it is that of every package (`--recursive`); `*` for always, unless packages are named.
    #[serde(default)]
    pub everywhere: List<Str>,
    /// The word of the line, counted from 1, that names the package (`workspace NAME`); 0 for none.
    #[serde(default)]
    pub package_word: usize,
}
