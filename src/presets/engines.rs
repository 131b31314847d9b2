//! Which engine a scheme, driver, variable or declared resource belongs to.

use super::model::{Engine, Str};
use super::{Presets, wildcard};

/// What an environment variable says about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The whole URL.
    Url,
    /// The host.
    Host,
    /// The port.
    Port,
    /// The database's name or path.
    Database,
    /// The user.
    User,
    /// The password.
    Password,
}

impl Presets {
    /// The engine of a URL scheme, with or without a driver suffix (`postgresql+asyncpg`, `mongodb+srv`, `rediss`).
    pub fn by_scheme(&self, scheme: &str) -> Option<&Engine> {
        let scheme = scheme.trim_start_matches("jdbc:").trim_start_matches("r2dbc:");
        let base = scheme.split('+').next().unwrap_or(scheme);
        self.find(|engine| holds(&engine.url_schemes, scheme))
            .or_else(|| self.find(|engine| holds(&engine.url_schemes, base)))
    }

    /// The engine that a framework's setting names: its id, a URL scheme, or another known name (`pgsql`,
    /// `django.db.backends.postgresql`, `Ecto.Adapters.MyXQL`).
    pub fn by_adapter(&self, name: &str) -> Option<&Engine> {
        let name = name.trim().trim_start_matches(':');
        self.find(|engine| engine.id.eq_ignore_ascii_case(name) || holds(&engine.adapters, name))
            .or_else(|| self.by_scheme(name))
    }

    /// The engine that a driver package is for (`npm:pg`, `pypi:psycopg2`).
    pub fn by_driver(&self, package: &str) -> Option<&Engine> {
        let package = match package.strip_prefix("pypi:") {
            Some(name) => format!("pypi:{}", name.replace(['_', '.'], "-")),
            None => package.to_owned(),
        };
        self.find(|engine| holds(&engine.drivers, &package))
    }

    /// The engine and the part of its connection that an environment variable carries. A prefix of whole words is allowed
    /// (`CELERY_REDIS_URL`); of all names that fit, the longest decides.
    pub fn by_variable(&self, name: &str) -> Option<(&Engine, Part)> {
        self.engines
            .iter()
            .flat_map(|engine| parts(engine).into_iter().map(move |(part, names)| (engine, part, names)))
            .flat_map(|(engine, part, names)| names.iter().map(move |known| (engine, part, known)))
            .filter(|(_, _, known)| is_suffix(name, known))
            .max_by_key(|(_, _, known)| known.len())
            .map(|(engine, part, _)| (engine, part))
    }

    /// The engine that usually listens on `port`; nothing where several do.
    pub fn by_port(&self, port: u16) -> Option<&Engine> {
        let mut engines = self.engines.iter().filter(|engine| engine.ports.first() == Some(&port));
        engines.next().filter(|_| engines.next().is_none())
    }

    /// The engine that a Helm chart installs.
    pub fn by_chart(&self, name: &str) -> Option<&Engine> {
        self.find(|engine| holds(&engine.helm_charts, name))
    }

    /// The engine that a Kubernetes custom resource creates, from its `kind` and `apiVersion`.
    pub fn by_kind(&self, kind: &str, api_version: &str) -> Option<&Engine> {
        let group = api_version.split('/').next().unwrap_or_default();
        self.find(|engine| {
            engine.kubernetes_kinds.iter().any(|known| {
                known.split_once('.').is_some_and(|(known_kind, known_group)| {
                    known_kind.eq_ignore_ascii_case(kind) && known_group == group
                })
            })
        })
    }

    /// The engine that an infrastructure resource creates. `attribute` tells the value of one of its attributes; an entry
    /// that names an attribute goes before one that does not.
    pub fn by_resource(&self, kind: &str, attribute: impl Fn(&str) -> Option<String>) -> Option<&Engine> {
        let narrowed = |entry: &Str| {
            resource(entry).1.is_some_and(|(name, pattern)| {
                resource(entry).0.eq_ignore_ascii_case(kind)
                    && attribute(name).is_some_and(|value| wildcard::matches(pattern, &value))
            })
        };
        let plain = |entry: &Str| resource(entry).1.is_none() && entry.eq_ignore_ascii_case(kind);
        self.find(|engine| engine.terraform.iter().any(narrowed))
            .or_else(|| self.find(|engine| engine.terraform.iter().any(plain)))
    }

    /// The engine whose embedded databases have such file names.
    pub fn by_file_name(&self, name: &str) -> Option<&Engine> {
        self.engines
            .iter()
            .flat_map(|engine| engine.database_files.iter().map(move |pattern| (engine, pattern)))
            .filter(|(_, pattern)| wildcard::matches(pattern, name))
            .max_by_key(|(_, pattern)| pattern.len())
            .map(|(engine, _)| engine)
    }

    fn find(&self, accept: impl Fn(&Engine) -> bool) -> Option<&Engine> {
        self.engines.iter().find(|engine| accept(engine))
    }
}

fn holds(names: &[Str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn parts(engine: &Engine) -> [(Part, &[Str]); 6] {
    let names = &engine.connection;
    [
        (Part::Url, &names.url),
        (Part::Host, &names.host),
        (Part::Port, &names.port),
        (Part::Database, &names.database),
        (Part::User, &names.user),
        (Part::Password, &names.password),
    ]
}

fn is_suffix(name: &str, known: &str) -> bool {
    let Some(start) = name.len().checked_sub(known.len()) else { return false };
    name.get(start..).is_some_and(|tail| tail.eq_ignore_ascii_case(known))
        && name.get(..start).is_some_and(|head| head.is_empty() || head.ends_with('_'))
}

/// A resource entry as (type, attribute and the pattern of its value); the type may hold `::`.
fn resource(entry: &str) -> (&str, Option<(&str, &str)>) {
    match entry.rsplit_once('=') {
        Some((left, pattern)) => match left.rsplit_once(':') {
            Some((kind, name)) => (kind, Some((name, pattern))),
            None => (entry, None),
        },
        None => (entry, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets::model::EngineExample;
    use crate::survey::image::ImageRef;
    use crate::survey::url;

    fn id(engine: Option<&Engine>) -> Option<&str> {
        engine.map(|engine| &*engine.id)
    }

    #[test]
    fn schemes_with_drivers() {
        let presets = Presets::embedded();
        for (scheme, engine) in [
            ("postgresql+asyncpg", "postgres"),
            ("mysql2", "mysql"),
            ("mongodb+srv", "mongodb"),
            ("rediss", "redis"),
            ("jdbc:postgresql", "postgres"),
            ("neo4j+s", "neo4j"),
            ("libsql", "libsql"),
            ("SQLite", "sqlite"),
        ] {
            assert_eq!(id(presets.by_scheme(scheme)), Some(engine), "{scheme}");
        }
        assert_eq!(id(presets.by_scheme("https")), None);
    }

    #[test]
    fn adapters_drivers_and_variables() {
        let presets = Presets::embedded();
        assert_eq!(id(presets.by_adapter("django.db.backends.postgresql")), Some("postgres"));
        assert_eq!(id(presets.by_adapter("Ecto.Adapters.MyXQL")), Some("mysql"));
        assert_eq!(id(presets.by_adapter("better-sqlite3")), Some("sqlite"));
        assert_eq!(id(presets.by_driver("pypi:psycopg2_binary")), Some("postgres"));
        let variable =
            |name: &str| presets.by_variable(name).map(|(engine, part)| (engine.id.to_string(), part));
        assert_eq!(variable("CELERY_REDIS_URL"), Some(("redis".to_owned(), Part::Url)));
        assert_eq!(variable("MONGO_INITDB_DATABASE"), Some(("mongodb".to_owned(), Part::Database)));
        assert_eq!(variable("NOTREDIS_URL"), None);
        assert_eq!(variable("DATABASE_URL"), None);
    }

    #[test]
    fn declared_resources() {
        let presets = Presets::embedded();
        let with = |value: &'static str| move |_: &str| Some(value.to_owned());
        assert_eq!(id(presets.by_resource("aws_db_instance", with("sqlserver-ex"))), Some("mssql"));
        assert_eq!(id(presets.by_resource("aws_db_instance", |_| None)), None);
        assert_eq!(id(presets.by_resource("aws_elasticache_replication_group", |_| None)), Some("redis"));
        assert_eq!(
            id(presets.by_resource("aws_elasticache_replication_group", with("valkey"))),
            Some("valkey")
        );
        assert_eq!(id(presets.by_resource("AWS::RDS::DBInstance", with("postgres"))), Some("postgres"));
        assert_eq!(id(presets.by_kind("Cluster", "postgresql.cnpg.io/v1")), Some("postgres"));
        assert_eq!(id(presets.by_kind("Cluster", "cluster.x-k8s.io/v1")), None);
        assert_eq!(id(presets.by_port(5432)), Some("postgres"));
        assert_eq!(id(presets.by_port(3306)), None);
        assert_eq!(id(presets.by_file_name("production.sqlite3")), Some("sqlite"));
        assert_eq!(id(presets.by_file_name("a.mv.db")), Some("h2"));
    }

    #[test]
    fn every_engine_recognises_its_examples_and_not_its_look_alikes() {
        let presets = Presets::embedded();
        for engine in &presets.engines {
            assert!(!engine.examples.is_empty(), "{} has no example", engine.id);
            assert!(
                engine.examples.iter().any(|example| !example.matches),
                "{} has no look-alike",
                engine.id
            );
            for example in &engine.examples {
                let seen = recognised(&presets, example);
                assert_eq!(
                    seen.as_deref() == Some(&*engine.id),
                    example.matches,
                    "{}: {example:?} is {seen:?}",
                    engine.id
                );
            }
        }
    }

    fn recognised(presets: &Presets, example: &EngineExample) -> Option<String> {
        if let Some(image) = &example.image {
            let known = presets.by_image(&ImageRef::parse(image)?)?;
            if example.matches && example.data.is_some() {
                assert_eq!(known.data_directory(), example.data.as_deref(), "{image}");
            }
            return Some(known.engine.id.to_string());
        }
        if let Some(text) = &example.url {
            return id(presets.by_scheme(&url::parse(text)?.scheme)).map(str::to_owned);
        }
        id(presets.by_driver(example.driver.as_deref()?)).map(str::to_owned)
    }

    #[test]
    fn detect_only_engines_say_what_to_do_instead() {
        use crate::presets::model::Support;
        for engine in &Presets::embedded().engines {
            assert_eq!(engine.advice.is_empty(), engine.support == Support::Full, "{}", engine.id);
        }
    }

    #[test]
    fn engines_with_scripts_say_what_those_do_and_leave_out() {
        use crate::presets::model::Support;
        for engine in &Presets::embedded().engines {
            let scripts = crate::template::raw(&format!("scripts/lib/{}.sh", engine.id)).is_ok();
            assert_eq!(engine.support == Support::Full, scripts, "{}: scripts exist", engine.id);
            assert_eq!(engine.guard.is_some(), scripts, "{}: [guard]", engine.id);
            let Some(guard) = &engine.guard else { continue };
            for text in [&guard.covers, &guard.verified_by, &guard.restored_by] {
                assert!(text.ends_with('.'), "{}: {text}", engine.id);
            }
            assert!(!guard.leaves_out.is_empty() && !guard.tested.is_empty(), "{}", engine.id);
        }
    }

    #[test]
    fn names_belong_to_one_engine_only() {
        let presets = Presets::embedded();
        for engine in &presets.engines {
            for scheme in &engine.url_schemes {
                assert_eq!(id(presets.by_scheme(scheme)), Some(&*engine.id), "scheme {scheme}");
            }
            for adapter in &engine.adapters {
                assert_eq!(id(presets.by_adapter(adapter)), Some(&*engine.id), "adapter {adapter}");
            }
            for driver in &engine.drivers {
                assert_eq!(id(presets.by_driver(driver)), Some(&*engine.id), "driver {driver}");
            }
            for chart in &engine.helm_charts {
                assert_eq!(id(presets.by_chart(chart)), Some(&*engine.id), "chart {chart}");
            }
        }
    }
}
