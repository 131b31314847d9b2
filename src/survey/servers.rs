//! Compose services that are database servers.

use super::compose::{ComposeFacts, ComposeFile, Mount, Service};
use super::environment::{self, Clues};
use super::image::ImageRef;
use super::variables::{self, Setting};
use super::{Confidence, Database, Environment, Origin, Place, Role, VolumeKind};
use crate::presets::Presets;
use crate::presets::images::KnownImage;
use crate::presets::model::Str;

/// Words of an image's name that tell that it only works beside a server.
const COMPANIONS: [&str; 12] = [
    "backup",
    "exporter",
    "admin",
    "proxy",
    "pooler",
    "operator",
    "client",
    "tools",
    "metrics",
    "sidecar",
    "migrate",
    "migrations",
];

/// One database for each Compose file and service that gives an image or a build of an engine.
pub fn databases(compose: &ComposeFacts, presets: &Presets) -> Vec<Database> {
    compose.servers().filter_map(|(file, service)| database(file, service, presets)).collect()
}

/// Connections that the other services of the Compose files name in their environment.
pub fn connections(compose: &ComposeFacts, presets: &Presets) -> Vec<Database> {
    let mut databases = Vec::new();
    for file in &compose.files {
        for service in file.services.iter().filter(|service| recognise(service, presets).is_none()) {
            let settings = settings(service);
            let mut told = variables::databases(&settings, presets, Origin::Env);
            for database in &mut told {
                database.compose_file = Some(file.path.clone());
            }
            databases.extend(told);
        }
    }
    databases
}

/// The image of an engine that `service` runs, or behaves like.
pub fn known<'a>(service: &Service, presets: &'a Presets) -> Option<KnownImage<'a>> {
    recognise(service, presets).map(|recognised| recognised.known)
}

struct Recognised<'a> {
    known: KnownImage<'a>,
    tag: Option<String>,
    confidence: Confidence,
}

fn recognise<'a>(service: &Service, presets: &'a Presets) -> Option<Recognised<'a>> {
    let images = service.image_references();
    let named = images.iter().find_map(|image| {
        let known = presets.by_image(image)?;
        Some(Recognised { known, tag: image.tag.clone(), confidence: Confidence::High })
    });
    named.or_else(|| by_behaviour(service, &images, presets))
}

/// An image that no preset knows, but that keeps data where an engine does and takes that engine's first-start variables.
fn by_behaviour<'a>(service: &Service, images: &[ImageRef], presets: &'a Presets) -> Option<Recognised<'a>> {
    let companion = images.iter().any(|image| {
        image
            .name()
            .split(['-', '_'])
            .any(|word| COMPANIONS.iter().any(|known| word.eq_ignore_ascii_case(known)))
    });
    if companion {
        return None;
    }
    let engine = presets.engines.iter().find(|engine| {
        let Some(image) = engine.images.first() else { return false };
        let mounted = |path: &str| path.matches('/').count() > 2 && service.mount_at(path).is_some();
        image.data.iter().any(|directory| mounted(&directory.path))
            && image.variables.first_init.iter().any(|name| service.variable(name).is_some())
    })?;
    let known = presets.by_image(&ImageRef::parse(engine.images.first()?.pattern.rsplit('/').next()?)?)?;
    Some(Recognised { known, tag: None, confidence: Confidence::Medium })
}

fn database(file: &ComposeFile, service: &Service, presets: &Presets) -> Option<Database> {
    let Recognised { known, tag, confidence } = recognise(service, presets)?;
    let declared = service.image.as_ref().map_or(&service.place, |image| &image.place);
    let mut database = Database::new(&known.engine.id, Origin::Compose, declared.clone());
    let others = service.declared.iter().chain(&service.sources);
    for place in others.filter(|place| **place != service.place || place.path != declared.path) {
        if !database.sources.contains(place) {
            database.sources.push(place.clone());
        }
    }
    database.version = tag;
    database.confidence = confidence;
    database.compose_file = Some(file.path.clone());
    database.compose_service = Some(service.name.clone());
    database.host = Some(service.name.clone());
    take_mount(&mut database, service, known);
    take_identity(&mut database, service, known);
    take_ports(&mut database, service, &known.engine.ports);
    settle(&mut database, service, known.engine.role);
    Some(database)
}

fn take_mount(database: &mut Database, service: &Service, known: KnownImage<'_>) {
    let moved = value(service, &known.variables().data);
    let directories: Vec<&str> =
        moved.as_deref().into_iter().chain(known.data_directory()).chain(known.data_directories()).collect();
    let Some(mount) = covering(&service.mounts, &directories) else { return };
    database.volume.clone_from(&mount.source);
    database.volume_name.clone_from(&mount.volume_name);
    database.volume_kind = mount.kind;
    database.data_mount = Some(mount.target.clone());
}

/// The mount at one of `directories`, else above one of them, else below.
fn covering<'a>(mounts: &'a [Mount], directories: &[&str]) -> Option<&'a Mount> {
    let find = |accept: &dyn Fn(&str, &str) -> bool| {
        directories.iter().find_map(|directory| {
            let directory = directory.trim_end_matches('/');
            mounts.iter().find(|mount| accept(mount.target.trim_end_matches('/'), directory))
        })
    };
    find(&|target, directory| target == directory)
        .or_else(|| find(&|target, directory| !target.is_empty() && is_below(directory, target)))
        .or_else(|| find(&|target, directory| is_below(target, directory) && !is_file_name(target)))
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'))
}

fn is_file_name(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'))
}

fn take_identity(database: &mut Database, service: &Service, known: KnownImage<'_>) {
    let variables = known.variables();
    database.database = value(service, &variables.database);
    database.user = match service
        .environment
        .iter()
        .find(|variable| variables.user.iter().any(|name| **name == *variable.name))
    {
        Some(_) => value(service, &variables.user),
        None => variables.default_user.as_deref().map(str::to_owned),
    };
    let password = variables
        .password
        .iter()
        .find_map(|name| service.variable(name).or_else(|| service.variable(&format!("{name}_FILE"))));
    database.password_source = password.map(|variable| variables::source(&variable.place, &variable.set_as));
}

/// Value of the first of `names` that is set to something known.
fn value(service: &Service, names: &[Str]) -> Option<String> {
    let values = names.iter().filter_map(|name| service.variable(name)?.value.as_ref());
    values.map(|value| value.reveal().trim()).find_map(super::url::known)
}

fn take_ports(database: &mut Database, service: &Service, ports: &[u16]) {
    let server = service.ports.iter().filter(|port| ports.contains(&port.target));
    database.port = server.clone().map(|port| port.target).next().or_else(|| ports.first().copied());
    database.published_ports = server.filter_map(|port| port.published).collect();
    let names = service.container_name.iter().chain(&service.hostname).chain(&service.aliases);
    database.aliases = names.filter(|name| **name != service.name).cloned().collect();
}

fn settle(database: &mut Database, service: &Service, role: Role) {
    let own: Vec<Setting> = settings(service);
    let variables: Vec<&str> = own
        .iter()
        .filter(|setting| setting.key.ends_with("_ENV"))
        .map(|setting| setting.value.as_str())
        .collect();
    let file = database.compose_file.clone().unwrap_or_default();
    database.environment = environment::classify(&Clues {
        host: Some(&service.name),
        database: database.database.as_deref(),
        variables: &variables,
        files: &[&file],
        is_local: true,
    });
    let throw_away = database.environment == Environment::Test || database.volume_kind == VolumeKind::Tmpfs;
    database.role = if throw_away { Role::Test } else { role };
}

fn settings(service: &Service) -> Vec<Setting> {
    let known = service.environment.iter().filter_map(|variable| {
        let value = variable.value.as_ref()?.reveal().to_owned();
        Some(Setting { key: variable.name.clone(), value, place: Place::clone(&variable.place) })
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::compose;
    use crate::survey::tree::Tree;

    fn found(files: &[(&str, &str)]) -> Vec<Database> {
        databases(&compose::read(&Tree::in_memory(files.iter().copied())), &Presets::embedded())
    }

    #[test]
    fn a_service_with_everything_declared() {
        let text = "services:\n  db:\n    image: postgres:16-alpine\n    container_name: app_db\n    environment:\n      POSTGRES_DB: app\n      POSTGRES_PASSWORD: x\n    ports: ['5433:5432']\n    volumes: [pgdata:/var/lib/postgresql/data/]\nvolumes:\n  pgdata:\n    name: real\n";
        let databases = found(&[("docker-compose.yml", text)]);
        let [db] = databases.as_slice() else { panic!("{databases:?}") };
        assert_eq!(
            (&*db.engine, db.version.as_deref(), &db.sources[0]),
            ("postgres", Some("16-alpine"), &Place::new("docker-compose.yml", 3))
        );
        assert_eq!(
            (db.volume.as_deref(), db.volume_name.as_deref(), db.volume_kind),
            (Some("pgdata"), Some("real"), VolumeKind::Named)
        );
        assert_eq!(db.data_mount.as_deref(), Some("/var/lib/postgresql/data/"));
        assert_eq!(
            (db.database.as_deref(), db.user.as_deref(), db.port),
            (Some("app"), Some("postgres"), Some(5432))
        );
        assert_eq!(db.password_source.as_deref(), Some("docker-compose.yml:7 POSTGRES_PASSWORD"));
        assert_eq!(
            (db.environment, &db.aliases, &db.published_ports),
            (Environment::Development, &vec!["app_db".to_owned()], &vec![5433])
        );
    }

    #[test]
    fn mounts_above_and_below_count_but_not_files() {
        for (mount, expected) in [
            ("x:/var/lib/postgresql", true),
            ("x:/var/lib/postgresql/data/pgdata", true),
            ("./init.sql:/var/lib/postgresql/data/init.sql", false),
            ("./init:/docker-entrypoint-initdb.d", false),
            ("x:/var/lib/postgresql-backup", false),
        ] {
            let text = format!("services:\n  db:\n    image: postgres:15\n    volumes: ['{mount}']\n");
            assert_eq!(found(&[("compose.yaml", &text)])[0].data_mount.is_some(), expected, "{mount}");
        }
    }

    #[test]
    fn a_moved_data_directory_is_followed() {
        let text = "services:\n  db:\n    image: postgres:15\n    environment: {PGDATA: /pg}\n    volumes: [a:/pg]\n";
        assert_eq!(found(&[("compose.yaml", text)])[0].volume.as_deref(), Some("a"));
    }

    #[test]
    fn look_alikes_are_no_databases_and_unknown_images_are_known_by_what_they_do() {
        let text = "services:\n  admin:\n    image: dpage/pgadmin4\n  save:\n    image: acme/postgres-backup\n    environment: {POSTGRES_PASSWORD: x}\n    volumes: [a:/var/lib/postgresql/data]\n  own:\n    image: acme/warehouse\n    environment: {POSTGRES_PASSWORD: x}\n    volumes: [a:/var/lib/postgresql/data]\n";
        let databases = found(&[("compose.yaml", text)]);
        let services: Vec<_> = databases.iter().filter_map(|db| db.compose_service.as_deref()).collect();
        assert_eq!(services, ["own"]);
        assert_eq!((databases[0].confidence, databases[0].version.as_deref()), (Confidence::Medium, None));
    }

    #[test]
    fn applications_name_the_connections_they_use() {
        let text = "services:\n  app:\n    image: node\n    environment: ['DATABASE_URL=mongodb://db:27017/shop']\n  db:\n    image: mongo\n";
        let told =
            connections(&compose::read(&Tree::in_memory([("compose.yaml", text)])), &Presets::embedded());
        assert_eq!(
            (told.len(), told[0].host.as_deref(), told[0].database.as_deref()),
            (1, Some("db"), Some("shop"))
        );
    }
}
