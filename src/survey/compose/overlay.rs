//! Compose's rules for laying one description of a service over another.

use super::environment;
use super::model::{Mount, Service, Variable, Volume};

/// Lays `over` over `service`: single values are replaced, lists and maps joined, `!reset` and `!override` obeyed. The
/// name and place stay those of `service`; where `over` stands is added to the sources.
pub(super) fn apply(service: &mut Service, over: Service) {
    over.dropped.iter().for_each(|key| drop_key(service, key));
    replace(&mut service.declared, over.declared);
    replace(&mut service.image, over.image);
    replace(&mut service.build, over.build);
    replace(&mut service.container_name, over.container_name);
    replace(&mut service.hostname, over.hostname);
    replace(&mut service.command, over.command);
    replace(&mut service.command_place, over.command_place);
    replace(&mut service.entrypoint, over.entrypoint);
    replace(&mut service.network_mode, over.network_mode);
    replace(&mut service.stop_grace, over.stop_grace);
    replace(&mut service.restart, over.restart);
    replace(&mut service.deploy, over.deploy);
    join(&mut service.labels, over.labels);
    replace(&mut service.healthcheck, over.healthcheck);
    mounts(&mut service.mounts, over.mounts);
    variables(&mut service.environment, over.environment);
    join(&mut service.env_files, over.env_files);
    join(&mut service.ports, over.ports);
    join(&mut service.aliases, over.aliases);
    join(&mut service.depends_on, over.depends_on);
    join(&mut service.profiles, over.profiles);
    join(&mut service.sources, over.sources);
}

/// Adds the volumes of another file; what it says about a volume that both know wins.
pub(super) fn volumes(known: &mut Vec<Volume>, over: &[Volume]) {
    for volume in over {
        match known.iter_mut().find(|earlier| earlier.key == volume.key) {
            Some(earlier) => {
                earlier.external |= volume.external;
                earlier.named |= volume.named;
                replace(&mut earlier.name, volume.name.clone());
                replace(&mut earlier.driver, volume.driver.clone());
                replace(&mut earlier.device, volume.device.clone());
            }
            None => known.push(volume.clone()),
        }
    }
}

fn drop_key(service: &mut Service, key: &str) {
    match key {
        "image" => service.image = None,
        "build" => service.build = None,
        "volumes" | "tmpfs" => service.mounts.clear(),
        "environment" => service.environment.clear(),
        "env_file" => service.env_files.clear(),
        "ports" => service.ports.clear(),
        "container_name" => service.container_name = None,
        "hostname" => service.hostname = None,
        "networks" => service.aliases.clear(),
        "depends_on" => service.depends_on.clear(),
        "profiles" => service.profiles.clear(),
        "command" => service.command = None,
        "entrypoint" => service.entrypoint = None,
        "labels" => service.labels.clear(),
        "deploy" => service.deploy = None,
        "healthcheck" => service.healthcheck = None,
        _ => {}
    }
}

fn replace<T>(value: &mut Option<T>, over: Option<T>) {
    if over.is_some() {
        *value = over;
    }
}

fn join<T: PartialEq>(values: &mut Vec<T>, over: Vec<T>) {
    for value in over {
        if !values.contains(&value) {
            values.push(value);
        }
    }
}

fn mounts(known: &mut Vec<Mount>, over: Vec<Mount>) {
    for mount in over {
        let same =
            |earlier: &&mut Mount| earlier.target.trim_end_matches('/') == mount.target.trim_end_matches('/');
        match known.iter_mut().find(same) {
            Some(earlier) => *earlier = mount,
            None => known.push(mount),
        }
    }
}

fn variables(known: &mut Vec<Variable>, over: Vec<Variable>) {
    for variable in over {
        environment::set(known, variable);
    }
}
