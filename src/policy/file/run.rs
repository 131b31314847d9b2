//! The ways in which the scripts reach a database.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DatabaseEntry;

/// How the scripts reach a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Run {
    /// Inside its Compose service.
    Compose,
    /// Inside a container of docker or podman.
    Container,
    /// Inside a pod, by kubectl.
    Kubernetes,
    /// By a client on this machine over the network.
    Direct,
    /// It is a file.
    File,
}

impl DatabaseEntry {
    /// What the way of running needs and this entry lacks.
    pub fn missing_part(&self) -> Option<&'static str> {
        let names = [&self.container, &self.context, &self.namespace, &self.selector];
        if names.into_iter().flatten().any(|name| name.is_empty() || name.starts_with('-')) {
            return Some(
                "`container`, `context`, `namespace` and `selector` are not empty and do not begin with `-`",
            );
        }
        match self.run {
            Run::Compose if self.service.is_none() => Some("`run = \"compose\"` needs `service`"),
            Run::Compose if self.compose_files.is_empty() => {
                Some("`run = \"compose\"` needs `compose_files`")
            }
            Run::Container if self.container.is_none() => {
                Some("`run = \"container\"` needs `container`: a name, or a label as `key=value`")
            }
            Run::Kubernetes if self.selector.is_none() => {
                Some("`run = \"kubernetes\"` needs `selector`: labels that only the pod has")
            }
            Run::File if self.path.is_none() && self.credentials.is_empty() => {
                Some("`run = \"file\"` needs `path`, or `credentials` that tell it")
            }
            Run::Compose | Run::Container | Run::Kubernetes | Run::Direct | Run::File => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::file::PolicyFile;

    fn problem(lines: &str) -> Option<&'static str> {
        let text = format!("version = 1\n[[database]]\nid = \"main\"\nengine = \"postgres\"\n{lines}");
        toml_edit::de::from_str::<PolicyFile>(&text).unwrap().databases[0].missing_part()
    }

    #[test]
    fn each_way_of_running_says_what_it_needs() {
        assert!(problem("run = \"container\"").is_some_and(|text| text.contains("`container`: a name")));
        assert!(problem("run = \"kubernetes\"").is_some_and(|text| text.contains("`selector`: labels")));
        assert!(problem("run = \"kubernetes\"\nselector = \"--all-namespaces\"").is_some());
        assert_eq!(problem("run = \"container\"\ncontainer = \"org.example.role=db\""), None);
        assert_eq!(problem("run = \"kubernetes\"\nselector = \"app=db\""), None);
    }
}
