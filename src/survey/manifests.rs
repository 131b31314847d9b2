//! Dependency manifests: what a repository says it is built from.

mod cargo;
mod dotnet;
mod go;
mod jvm;
mod mix;
mod npm;
mod php;
mod python;
mod ruby;

use super::found::Found;
use super::tree::Tree;
use super::{Incomplete, Place};
use crate::source::SourceFile;

/// Directories whose manifests tell of examples and tests rather than of the project.
const ASIDE: [&str; 13] = [
    "__fixtures__",
    "benchmarks",
    "demo",
    "demos",
    "doc",
    "docs",
    "example",
    "examples",
    "fixtures",
    "sample",
    "samples",
    "testdata",
    "website",
];

/// A declared dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// `ecosystem:name`, names in the ecosystem's normal form.
    pub id: String,
    /// Whether it is needed only to develop or test.
    pub development: bool,
    /// Where it is declared.
    pub place: Place,
}

/// What is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    line: usize,
    column: usize,
    message: String,
}

/// Reads the dependencies that one manifest declares.
#[derive(Clone, Copy)]
enum Reader {
    /// A format with a grammar that can be broken.
    Strict(fn(&SourceFile) -> Result<Vec<Declared>, Broken>),
    /// A format that is read as far as it is understood.
    Tolerant(fn(&SourceFile) -> Vec<Declared>),
}

impl Reader {
    fn read(self, file: &SourceFile) -> Result<Vec<Declared>, Broken> {
        match self {
            Self::Strict(read) => read(file),
            Self::Tolerant(read) => Ok(read(file)),
        }
    }
}

/// A dependency, before its manifest is known.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Declared {
    id: String,
    development: bool,
    /// Offset in the manifest.
    start: usize,
}

impl Declared {
    fn new(ecosystem: &str, name: &str, development: bool, start: usize) -> Self {
        Self { id: format!("{ecosystem}:{name}"), development, start }
    }
}

/// Every dependency declared in the repository's own manifests, by path.
pub(super) fn read(tree: &Tree, found: &mut Found) -> Vec<Dependency> {
    let manifests: Vec<(&str, Reader)> =
        tree.paths().filter_map(|path| Some((path, reader_of(path)?))).collect();
    let only_aside = manifests.iter().all(|(path, _)| is_aside(path));
    let mut dependencies = Vec::new();
    for (path, reader) in manifests {
        if is_aside(path) && !only_aside {
            continue;
        }
        let file = match tree.read(path) {
            Ok(file) => file,
            Err(error) => {
                found.incomplete.push(incomplete(path, None, &error.to_string()));
                continue;
            }
        };
        match reader.read(&file) {
            Ok(declared) => dependencies.extend(declared.into_iter().map(|declared| Dependency {
                place: Place::new(path, file.line_of(declared.start)),
                id: declared.id,
                development: declared.development,
            })),
            Err(broken) => found.incomplete.push(incomplete(path, Some(&broken), &broken.message)),
        }
    }
    dependencies
}

/// Whether `path` looks like a list of requirements of pip.
pub(super) fn is_requirements(path: &str) -> bool {
    python::is_requirements(path)
}

/// Whether `path` lies in a directory of examples, documentation or fixtures.
pub(super) fn is_aside(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(directory, _)| directory.split('/').any(|part| ASIDE.contains(&part)))
}

fn reader_of(path: &str) -> Option<Reader> {
    use Reader::{Strict, Tolerant};
    let name = path.rsplit('/').next()?;
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    Some(match name {
        "package.json" => Strict(npm::package_json),
        "pyproject.toml" => Strict(python::pyproject),
        "Pipfile" => Strict(python::pipfile),
        "setup.py" => Tolerant(python::setup_py),
        "setup.cfg" => Tolerant(python::setup_cfg),
        "Gemfile" | "gems.rb" => Tolerant(ruby::gemfile),
        "composer.json" => Strict(php::composer_json),
        "go.mod" => Tolerant(go::go_mod),
        "Cargo.toml" => Strict(cargo::cargo_toml),
        "pom.xml" => Tolerant(jvm::pom_xml),
        "build.gradle" | "build.gradle.kts" => Tolerant(jvm::build_gradle),
        "mix.exs" => Tolerant(mix::mix_exs),
        "Directory.Packages.props" | "packages.config" => Tolerant(dotnet::project),
        _ if name.ends_with(".versions.toml") => Strict(jvm::version_catalog),
        _ if matches!(extension, "csproj" | "fsproj" | "vbproj") => Tolerant(dotnet::project),
        _ if extension == "gemspec" => Tolerant(ruby::gemfile),
        _ if python::is_requirements(path) => Tolerant(python::requirements),
        _ => return None,
    })
}

fn incomplete(path: &str, broken: Option<&Broken>, message: &str) -> Incomplete {
    Incomplete {
        path: path.to_owned(),
        line: broken.map(|broken| broken.line),
        column: broken.map(|broken| broken.column),
        message: message.to_owned(),
        matters: false,
    }
}

/// Reads a JSON manifest.
fn json(file: &SourceFile) -> Result<crate::json::Value, Broken> {
    crate::json::parse(file).map_err(|error| Broken {
        line: error.line,
        column: error.column,
        message: format!("not JSON: expected {}", error.expected),
    })
}

/// Reads a TOML manifest, with spans.
fn toml(file: &SourceFile) -> Result<toml_edit::Document<&str>, Broken> {
    toml_edit::Document::parse(file.text()).map_err(|error| {
        let position = file.position(error.span().map_or(0, |span| span.start));
        Broken {
            line: position.line,
            column: position.column,
            message: format!("not TOML: {}", error.message()),
        }
    })
}

/// Offset of the key of `name` in `table`.
fn key_start(table: &dyn toml_edit::TableLike, name: &str) -> usize {
    table.key(name).and_then(toml_edit::Key::span).map_or(0, |span| span.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(path: &str, text: &str) -> Vec<String> {
        let tree = Tree::in_memory([(path, text)]);
        let dependencies = read(&tree, &mut Found::default());
        dependencies
            .into_iter()
            .map(|it| format!("{}{}:{}", it.id, if it.development { "?" } else { "" }, it.place.line))
            .collect()
    }

    #[test]
    fn reads_javascript_and_php() {
        let text =
            "{\"dependencies\": {\"@prisma/client\": \"1\"},\n\"devDependencies\": {\"prisma\": \"1\"}}";
        assert_eq!(ids("web/package.json", text), ["npm:@prisma/client:1", "npm:prisma?:2"]);
        assert_eq!(
            ids("composer.json", "{\"require\": {\"Laravel/Framework\": \"^11\"}}"),
            ["composer:laravel/framework:1"]
        );
    }

    #[test]
    fn reads_python() {
        assert_eq!(
            ids(
                "requirements/dev.txt",
                "# Flask\n-r base.txt\nFlask_SQLAlchemy[x]==3 ; python_version>'3'\nfoo @ https://x\n"
            ),
            ["pypi:flask-sqlalchemy?:3", "pypi:foo?:4"]
        );
        let pep = "[project]\ndependencies = ['Django>=4', 'psycopg[binary]']\n[dependency-groups]\ndev = ['pytest']\n";
        assert_eq!(ids("pyproject.toml", pep), ["pypi:django:2", "pypi:psycopg:2", "pypi:pytest?:4"]);
        let poetry = "[tool.poetry.dependencies]\npython = '^3'\nfastapi = '1'\n[tool.poetry.group.dev.dependencies]\nblack='1'\n";
        assert_eq!(ids("pyproject.toml", poetry), ["pypi:python:2", "pypi:fastapi:3", "pypi:black?:5"]);
        assert_eq!(ids("Pipfile", "[packages]\ndjango = '*'\n"), ["pypi:django:2"]);
        assert_eq!(
            ids("setup.py", "setup(install_requires=[\n  'sqlalchemy>=2',\n])"),
            ["pypi:sqlalchemy:2"]
        );
        assert_eq!(
            ids("setup.cfg", "[options]\ninstall_requires =\n    alembic\n[x]\ny=z\n"),
            ["pypi:alembic:3"]
        );
    }

    #[test]
    fn reads_ruby_go_rust_and_elixir() {
        assert_eq!(
            ids("Gemfile", "source 'x'\ngem \"rails\", '~> 8'\ngroup :test do\n  gem 'pg'\nend\n"),
            ["gem:rails:2", "gem:pg:4"]
        );
        let module = "module x\nrequire gorm.io/gorm v1\nrequire (\n\tgithub.com/lib/pq v1\n\tx.y/z v0 // indirect\n)\n";
        assert_eq!(ids("go.mod", module), ["go:gorm.io/gorm:2", "go:github.com/lib/pq:4"]);
        let cargo = "[dependencies]\nsqlx = { version = '1' }\n[dev-dependencies]\nx = '1'\n[workspace.dependencies]\ndiesel = '2'\n[target.'cfg(unix)'.dependencies]\ny='1'\n";
        assert_eq!(ids("Cargo.toml", cargo), ["cargo:sqlx:2", "cargo:x?:4", "cargo:diesel:6", "cargo:y:8"]);
        assert_eq!(
            ids("mix.exs", "defp deps do\n [\n {:ecto_sql, \"~> 3\"},\n {:x, \"1\", only: :test}]\nend"),
            ["hex:ecto_sql:3", "hex:x?:4"]
        );
    }

    #[test]
    fn reads_the_jvm_and_dotnet() {
        let pom = "<project><dependencies><dependency><groupId>org.flywaydb</groupId>\n<artifactId>flyway-core</artifactId></dependency></dependencies></project>";
        assert_eq!(ids("pom.xml", pom), ["maven:org.flywaydb:flyway-core:2"]);
        let gradle = "plugins { id 'org.springframework.boot' version '3' }\ndependencies {\n  implementation(\"a.b:c:1\")\n  testImplementation 'd:e'\n}";
        assert_eq!(
            ids("build.gradle", gradle),
            ["gradle:org.springframework.boot:1", "maven:a.b:c:3", "maven:d:e?:4"]
        );
        let catalog = "[libraries]\na = { module = 'x:y', version = '1' }\nb = 'p:q:1'\nc = { group = 'g', name = 'n' }\n";
        assert_eq!(ids("gradle/libs.versions.toml", catalog), ["maven:x:y:2", "maven:p:q:3", "maven:g:n:4"]);
        let project = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><ItemGroup>\n<PackageReference Include=\"Npgsql.EntityFrameworkCore.PostgreSQL\" /></ItemGroup></Project>";
        assert_eq!(
            ids("Web.csproj", project),
            ["nuget:microsoft.net.sdk.web:1", "nuget:npgsql.entityframeworkcore.postgresql:2"]
        );
    }

    #[test]
    fn a_broken_manifest_is_reported_and_the_rest_is_read() {
        let tree =
            Tree::in_memory([("a/package.json", "{\n  oops"), ("go.mod", "require gorm.io/gorm v1\n")]);
        let mut found = Found::default();
        assert_eq!(read(&tree, &mut found).len(), 1);
        assert_eq!((found.incomplete[0].line, found.incomplete[0].matters), (Some(2), false));
    }

    #[test]
    fn examples_count_only_when_there_is_nothing_else() {
        let text = "{\"dependencies\": {\"express\": \"4\"}}";
        assert_eq!(ids("examples/package.json", text).len(), 1);
        let tree = Tree::in_memory([("docs/package.json", text), ("go.mod", "module x\n")]);
        assert!(read(&tree, &mut Found::default()).is_empty());
    }
}
