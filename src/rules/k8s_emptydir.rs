//! A database in a pod whose data goes with the pod.

use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::{Database, Origin, Role, VolumeKind, paths};
use crate::yaml::{self, Entry, Node};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "k8s-emptydir",
        title: "Database in Kubernetes without a persistent volume",
        severity: Severity::Critical,
        why: "An `emptyDir` lives as long as its pod, and so does what is written without any mount. A node that is drained, an image \
              that is updated, and the data is gone.",
        evidence: "https://kubernetes.io/docs/concepts/storage/volumes/#emptydir",
        bad: "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: db\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:17\n          volumeMounts:\n            - name: data\n              mountPath: /var/lib/postgresql/data\n      volumes:\n        - name: data\n          emptyDir: {}\n",
        good: "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: db\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:17\n          volumeMounts:\n            - name: data\n              mountPath: /var/lib/postgresql/data\n      volumes:\n        - name: data\n          persistentVolumeClaim:\n            claimName: data\n",
        remedy: "Use a StatefulSet with `volumeClaimTemplates`, or a claim, and switch a chart's `persistence.enabled` on.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let pods = view
        .survey
        .databases
        .iter()
        .filter(|database| database.origin == Origin::Kubernetes && database.version.is_some());
    let mut findings: Vec<Finding> = pods.filter_map(|database| pod(view, database)).collect();
    findings.extend(values(view));
    findings
}

fn pod(view: &View<'_>, database: &Database) -> Option<Finding> {
    let source = database.sources.first()?;
    let engine = view
        .presets
        .engine(&database.engine)
        .filter(|engine| !matches!(engine.role, Role::Cache | Role::Search))?;
    let how = match database.volume_kind {
        VolumeKind::Anonymous => "on an `emptyDir`",
        VolumeKind::Tmpfs => "in memory",
        VolumeKind::None => "in the container itself",
        VolumeKind::Named | VolumeKind::External | VolumeKind::Bind => return None,
    };
    let file = view.tree.read(&source.path).ok()?;
    // A data directory of its own, which the survey does not follow in pods.
    let moved = engine
        .images
        .iter()
        .flat_map(|image| &image.variables.data)
        .any(|name| file.text().contains(&**name));
    if database.volume_kind == VolumeKind::None && moved {
        return None;
    }
    let surroundings = Surroundings::of(&source.path);
    let severity = if surroundings == Surroundings::Production { Severity::Critical } else { Severity::High };
    let message = format!("The data of {} is {how}, and gone with the pod.", engine.title);
    Some(draft::finding(
        &RULE.about,
        Kind::Config,
        draft::line(view, source),
        surroundings.weigh(severity)?,
        message,
    ))
}

/// `persistence.enabled: false` of a database's chart, in values files.
fn values(view: &View<'_>) -> Vec<Finding> {
    let named = |path: &str| paths::is_yaml(path) && paths::name(path).contains("values");
    let mut findings = Vec::new();
    for file in view.tree.paths().filter(|path| named(path)).filter_map(|path| view.tree.read(path).ok()) {
        let Some(severity) = Surroundings::of(file.path()).weigh(Severity::High) else { continue };
        let Ok(root) = yaml::parse_one(&file) else { continue };
        for section in root.entries() {
            let Some(engine) =
                view.presets.by_chart(section.name()).filter(|engine| engine.role != Role::Cache)
            else {
                continue;
            };
            let disabled = section.value.get("enabled").and_then(Node::as_bool) == Some(false);
            for at in off(&section, 0).into_iter().filter(|_| !disabled) {
                let message =
                    format!("The chart keeps the data of {} in its pod: gone with it.", engine.title);
                findings.push(draft::finding(
                    &RULE.about,
                    Kind::Config,
                    draft::line_of(&file, file.line_of(at)),
                    severity,
                    message,
                ));
            }
        }
    }
    findings
}

/// Offsets of `enabled: false` below a `persistence:`.
fn off(entry: &Entry<'_>, depth: usize) -> Vec<usize> {
    if entry.name() == "persistence" {
        let enabled = entry.value.entry("enabled").filter(|enabled| enabled.value.as_bool() == Some(false));
        return enabled.map(|enabled| enabled.key.start()).into_iter().collect();
    }
    // Copies that follow a primary can be made again.
    if depth > 2
        || matches!(entry.name(), "readReplicas" | "secondary" | "slave" | "replica" | "metrics" | "backup")
    {
        return Vec::new();
    }
    entry.value.entries().iter().flat_map(|inner| off(inner, depth + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "k8s/db.yaml");
    }

    #[test]
    fn caches_tests_and_templates_of_claims() {
        let cache =
            RULE.about.bad.replace("postgres:17", "redis:7").replace("/var/lib/postgresql/data", "/data");
        assert!(trial::found(&RULE, &[("k8s/db.yaml", &cache)]).is_empty());
        assert!(trial::found(&RULE, &[("test/db.yaml", RULE.about.bad)]).is_empty());
        let prod = trial::found(&RULE, &[("prod/db.yaml", RULE.about.bad)]);
        assert_eq!(prod, ["prod/db.yaml:10 critical"]);
    }

    #[test]
    fn values_of_charts() {
        let found = |text: &str| trial::found(&RULE, &[("values.yaml", text)]);
        assert_eq!(
            found("postgresql:\n  primary:\n    persistence:\n      enabled: false\n"),
            ["values.yaml:4 high"]
        );
        assert!(found("postgresql:\n  enabled: false\n  persistence:\n    enabled: false\n").is_empty());
        assert!(found("redis:\n  persistence:\n    enabled: false\n").is_empty());
        assert!(found("grafana:\n  persistence:\n    enabled: false\n").is_empty());
    }

    #[test]
    fn what_else_a_pod_may_do() {
        let found = |text: &str| trial::found(&RULE, &[("k8s/db.yaml", text)]);
        assert_eq!(found(RULE.about.bad), ["k8s/db.yaml:10 high"]);
        let nothing = RULE.about.bad.replace("mountPath: /var/lib/postgresql/data", "mountPath: /tmp");
        assert_eq!(found(&nothing), ["k8s/db.yaml:10 high"]);
        let moved = nothing.replace(
            "          volumeMounts:\n",
            "          env:\n            - {name: PGDATA, value: /tmp/pg}\n          volumeMounts:\n",
        );
        assert_eq!(found(&moved), Vec::<String>::new());
        let beside = RULE.about.bad.replace(
            "          volumeMounts:\n",
            "          env:\n            - {name: PGDATA, value: /var/lib/postgresql/data/pg}\n          volumeMounts:\n",
        );
        assert_eq!(found(&beside).len(), 1);
        let memory = RULE.about.bad.replace("emptyDir: {}", "emptyDir: {medium: Memory}");
        assert_eq!(found(&memory).len(), 1);
        let search = RULE
            .about
            .bad
            .replace("postgres:17", "elasticsearch:8.1.0")
            .replace("/var/lib/postgresql/data", "/usr/share/elasticsearch/data");
        assert_eq!(found(&search), Vec::<String>::new());
        let crlf = RULE.about.bad.replace('\n', "\r\n");
        assert_eq!(found(&crlf), ["k8s/db.yaml:10 high"]);
    }

    #[test]
    fn sections_of_values_that_are_copies_or_elsewhere() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]);
        let off = "    persistence:\n      enabled: false\n";
        assert_eq!(found("values.prod.yaml", &format!("mysql:\n  primary:\n{off}")).len(), 1);
        assert_eq!(found("charts/values.yml", "mongodb:\n  persistence: {enabled: false}\n").len(), 1);
        for copy in ["readReplicas", "secondary", "metrics", "backup"] {
            assert!(found("values.yaml", &format!("postgresql:\n  {copy}:\n{off}")).is_empty(), "{copy}");
        }
        for (path, text) in [
            ("values.yaml", "postgresql:\n  persistence:\n    enabled: true\n"),
            ("values.yaml", "postgresql:\n  persistence:\n    size: 8Gi\n"),
            ("config.yaml", "postgresql:\n  persistence:\n    enabled: false\n"),
            ("values.txt", "postgresql:\n  persistence:\n    enabled: false\n"),
            ("ci/values.yaml", "postgresql:\n  persistence:\n    enabled: false\n"),
            (
                "values.yaml",
                "postgresql:\n  a:\n    b:\n      c:\n        persistence:\n          enabled: false\n",
            ),
        ] {
            assert!(found(path, text).is_empty(), "{path} {text}");
        }
    }
}
