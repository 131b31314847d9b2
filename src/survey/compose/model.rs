//! The facts: what a Compose file says once everything in it is resolved.

use crate::survey::hidden::Hidden;
use crate::survey::image::ImageRef;
use crate::survey::{Place, VolumeKind};

/// A text and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced {
    /// The text, variables replaced.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// One Compose file.
#[derive(Debug, Clone, Default)]
pub struct ComposeFile {
    /// Root-relative path.
    pub path: String,
    /// Directory, root-relative (empty for the root), that relative paths start from and whose `.env` is read.
    pub directory: String,
    /// Project name, where tracked files tell it: top-level `name:` or `COMPOSE_PROJECT_NAME` in `.env`.
    pub project_name: Option<Sourced>,
    /// The file that this one overrides.
    pub base: Option<String>,
    /// Files merged onto this one by default: `*.override.yml`, later files of `COMPOSE_FILE` or of an include's list.
    pub overrides: Vec<String>,
    /// Files that `include` names.
    pub includes: Vec<String>,
    /// Services; those that only add to a service of the base stand there instead.
    pub services: Vec<Service>,
    /// Top-level volumes, those of the files it is merged with included.
    pub volumes: Vec<Volume>,
    /// Top-level secrets.
    pub secrets: Vec<Secret>,
}

impl ComposeFile {
    /// The service called `name`.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The top-level volume with key `key`.
    pub fn volume(&self, key: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| volume.key == key)
    }

    /// Services that have an image or a build.
    pub fn servers(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.declared.is_some())
    }
}

/// One service, as far as a survey needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its key.
    pub name: String,
    /// Line of the key.
    pub place: Place,
    /// Where it is given an image or a build; in another file when it comes through `extends`.
    pub declared: Option<Place>,
    /// Every place that adds to it, its own key first.
    pub sources: Vec<Place>,
    /// `image:`, variables replaced.
    pub image: Option<Sourced>,
    /// `build:`.
    pub build: Option<Build>,
    /// Everything mounted, in order of declaration.
    pub mounts: Vec<Mount>,
    /// Effective environment, by name: `environment` over `env_file`.
    pub environment: Vec<Variable>,
    /// Files of `env_file`.
    pub env_files: Vec<EnvFile>,
    /// Published and exposed ports.
    pub ports: Vec<Port>,
    /// `container_name:`.
    pub container_name: Option<String>,
    /// `hostname:`.
    pub hostname: Option<String>,
    /// Aliases on any network.
    pub aliases: Vec<String>,
    /// Services that it waits for.
    pub depends_on: Vec<String>,
    /// Profiles; none means that it always starts.
    pub profiles: Vec<String>,
    /// `command:`, list items joined by blanks; may hold a password.
    pub command: Option<Hidden>,
    /// Where `command:` stands.
    pub command_place: Option<Place>,
    /// `entrypoint:`, list items joined by blanks; may hold a password.
    pub entrypoint: Option<Hidden>,
    /// `network_mode:`.
    pub network_mode: Option<Sourced>,
    /// Where `stop_grace_period:` stands.
    pub stop_grace: Option<Place>,
    /// `restart:`.
    pub restart: Option<String>,
    /// Labels as `name=value`.
    pub labels: Vec<String>,
    /// `deploy:` and `scale:`.
    pub deploy: Option<Deploy>,
    /// Where a health check that is not switched off is declared.
    pub healthcheck: Option<Place>,
    /// Keys tagged `!reset` or `!override`: what they had is dropped when this is laid over another.
    pub(super) dropped: Vec<String>,
}

impl Service {
    /// A service that says nothing yet.
    pub(super) fn new(name: &str, place: Place) -> Self {
        Self {
            name: name.to_owned(),
            sources: vec![place.clone()],
            place,
            declared: None,
            image: None,
            build: None,
            mounts: Vec::new(),
            environment: Vec::new(),
            env_files: Vec::new(),
            ports: Vec::new(),
            container_name: None,
            hostname: None,
            aliases: Vec::new(),
            depends_on: Vec::new(),
            profiles: Vec::new(),
            command: None,
            command_place: None,
            entrypoint: None,
            network_mode: None,
            stop_grace: None,
            restart: None,
            labels: Vec::new(),
            deploy: None,
            healthcheck: None,
            dropped: Vec::new(),
        }
    }

    /// The image that tells what the container is: the base of its build where that is known, else `image:`.
    pub fn image_reference(&self) -> Option<ImageRef> {
        self.image_references().into_iter().next()
    }

    /// All images that tell what the container is, the more telling first: the base of its build, then `image:`.
    pub fn image_references(&self) -> Vec<ImageRef> {
        let base = self.build.as_ref().and_then(|build| build.base.as_ref());
        let texts = base.into_iter().chain(&self.image);
        texts.filter_map(|image| ImageRef::parse(&image.text)).collect()
    }

    /// The variable called `name`.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.environment.iter().find(|variable| variable.name == name)
    }

    /// The mount at `target`; a trailing slash makes no difference.
    pub fn mount_at(&self, target: &str) -> Option<&Mount> {
        let wanted = target.trim_end_matches('/');
        self.mounts.iter().find(|mount| mount.target.trim_end_matches('/') == wanted)
    }
}

/// Whether a mount at `target` holds `directory`.
pub fn covers(target: &str, directory: &str) -> bool {
    let target = target.trim_end_matches('/');
    let rest = directory.trim_end_matches('/').strip_prefix(target);
    !target.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `deploy:` of a service, as far as its data is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deploy {
    /// How many containers share the service's volumes: `replicas`, or `scale:`.
    pub replicas: Option<u32>,
    /// Where that is said.
    pub replicas_place: Option<Place>,
    /// Whether the new container starts while the old one still runs.
    pub start_first: bool,
    /// `placement.constraints`.
    pub constraints: Vec<String>,
    /// Whether keys are used that only a cluster of machines obeys.
    pub clustered: bool,
}

/// `build:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Build context as declared, variables replaced.
    pub context: String,
    /// Root-relative path of the Dockerfile, where it lies in the repository.
    pub dockerfile: Option<String>,
    /// Target stage.
    pub target: Option<String>,
    /// The image that the build starts from, and where the Dockerfile says so.
    pub base: Option<Sourced>,
}

/// Something mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Kind of source.
    pub kind: VolumeKind,
    /// Volume key or bind source as declared, variables replaced.
    pub source: Option<String>,
    /// Real name of the volume, where tracked files tell it for certain.
    pub volume_name: Option<String>,
    /// For binds inside the repository: root-relative path.
    pub host_path: Option<String>,
    /// Mount point as declared.
    pub target: String,
    /// Sub-directory of the volume that is mounted.
    pub subpath: Option<String>,
    /// Whether the container may only read.
    pub read_only: bool,
    /// Where it is declared.
    pub place: Place,
}

/// An environment variable of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; none when it is only passed on and nothing sets it.
    pub value: Option<Hidden>,
    /// Where the value is really set: the Compose file, or the dotenv file that a reference or `env_file` leads to.
    pub place: Place,
    /// The name it is set under at that place.
    pub set_as: String,
}

/// One entry of `env_file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvFile {
    /// Root-relative path, whether or not the file exists; as declared when it leads out of the repository.
    pub path: String,
    /// Whether Compose fails without it.
    pub required: bool,
    /// Where it is named.
    pub place: Place,
}

/// A port of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Port inside the container; the first of a range.
    pub target: u16,
    /// Port of the host; the first of a range; none when the host picks one.
    pub published: Option<u16>,
    /// Address of the host that it is bound to.
    pub host_ip: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

impl Port {
    /// Whether only this machine can reach the published port.
    pub fn is_loopback(&self) -> bool {
        let address = self.host_ip.as_deref().unwrap_or_default();
        address.starts_with("127.") || address == "::1" || address == "localhost"
    }
}

/// A top-level volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its key.
    pub key: String,
    /// Line of the key.
    pub place: Place,
    /// `name:` (or the name under `external:`), where tracked files tell it for certain.
    pub name: Option<String>,
    /// Whether `name:` is given at all.
    pub named: bool,
    /// Whether it lives outside Compose's control.
    pub external: bool,
    /// `driver:`.
    pub driver: Option<String>,
    /// Device that the driver binds (`driver_opts.device`), such as a directory of the host.
    pub device: Option<String>,
}

/// A top-level secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its key.
    pub key: String,
    /// Line of the key.
    pub place: Place,
    /// Root-relative path of the file that holds it, as declared when it leads out of the repository.
    pub file: Option<String>,
    /// Environment variable that holds it.
    pub environment: Option<String>,
}
