//! A claim that goes with the release that made it.

use std::collections::BTreeSet;

use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Confidence, Description, Finding, Kind, Severity};
use crate::source::SourceFile;
use crate::survey::{Role, paths};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "k8s-pvc-lifecycle",
        title: "Volume claim that is deleted with its release",
        severity: Severity::High,
        why: "`helm uninstall`, and an upgrade that no longer has the claim, delete it, and a volume of the usual storage class goes \
              with its claim.",
        evidence: "https://github.com/helm/helm/issues/10820, https://github.com/Altinity/helm-charts/issues/38",
        bad: "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: {{ .Release.Name }}-data\n",
        good: "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: {{ .Release.Name }}-data\n  annotations:\n    helm.sh/resource-policy: keep\n",
        remedy: "Add the annotation `helm.sh/resource-policy: keep`, and use a storage class with `reclaimPolicy: Retain`.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let manifests = view.tree.paths().filter(|path| paths::is_yaml(path) || paths::ending(path) == "tpl");
    let files = manifests.filter_map(|path| view.tree.read(path).ok());
    let claims = files.filter(|file| file.text().contains("ersistentVolumeClaim"));
    let mut charts = BTreeSet::new();
    let found = claims.filter_map(|file| Some((chart_of(file.path()).to_owned(), judge(view, &file)?)));
    found.filter(|(chart, _)| charts.insert(chart.clone())).map(|(_, finding)| finding).collect()
}

/// The folder of the chart that a template belongs to, or the file itself.
fn chart_of(path: &str) -> &str {
    path.split_once("templates/").map_or(path, |(chart, _)| chart.trim_end_matches('/'))
}

/// Whether a chart is one for data that can be made again.
fn is_for_copies(view: &View<'_>, path: &str) -> bool {
    let name = paths::name(chart_of(path));
    let names = name.match_indices('-').map(|(at, _)| &name[at + 1..]).chain([name]);
    names
        .filter_map(|name| view.presets.by_chart(name))
        .any(|engine| matches!(engine.role, Role::Cache | Role::Search))
}

fn judge(view: &View<'_>, file: &SourceFile) -> Option<Finding> {
    let surroundings = Surroundings::of(&outside_templates(file.path()));
    if let Some(line) = deletes(file) {
        let message = "The claims are deleted with the set, and their volumes with them.";
        let place = draft::line_of(file, line);
        return Some(draft::finding(
            &RULE.about,
            Kind::Config,
            place,
            surroundings.weigh(Severity::High)?,
            message,
        ));
    }
    if is_for_copies(view, file.path()) {
        return None;
    }
    let in_chart = file.path().contains("templates/") && is_chart(view, file.path());
    let lines = || file.lines().map(|(number, text)| (number, text.trim()));
    let kept = lines().any(|(_, text)| {
        text.contains("helm.sh/resource-policy") || text.contains("annotations") && text.contains("{{")
    });
    let passed_on = lines().any(|(_, text)| text.contains("nnotations") && text.contains(".Values"));
    let (line, _) = lines()
        .find(|(_, text)| *text == "kind: PersistentVolumeClaim")
        .filter(|_| in_chart && !kept && !passed_on)?;
    let severity = surroundings.weigh(Severity::Medium)?;
    let message = "This claim is part of the release: `helm uninstall` deletes it, and its volume with it.";
    let place = draft::line_of(file, line);
    Some(draft::finding(&RULE.about, Kind::Config, place, severity, message).sure(Confidence::Medium))
}

/// Every chart has a folder `templates`, which says nothing about its life.
fn outside_templates(path: &str) -> String {
    path.split('/').filter(|part| *part != "templates").collect::<Vec<_>>().join("/")
}

fn is_chart(view: &View<'_>, path: &str) -> bool {
    path.split_once("templates/").is_some_and(|(chart, _)| view.tree.has(&format!("{chart}Chart.yaml")))
}

/// The line of `whenDeleted: Delete` below a retention policy.
fn deletes(file: &SourceFile) -> Option<usize> {
    let mut lines =
        file.lines().skip_while(|(_, text)| text.trim() != "persistentVolumeClaimRetentionPolicy:").take(3);
    lines.find(|(_, text)| text.trim() == "whenDeleted: Delete").map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn only_in_charts() {
        let chart = ("chart/Chart.yaml", "name: a\n");
        let found = |text: &str| trial::found(&RULE, &[chart, ("chart/templates/pvc.yaml", text)]);
        assert_eq!(found(RULE.about.bad), ["chart/templates/pvc.yaml:2 medium"]);
        assert!(found(RULE.about.good).is_empty());
        assert!(trial::found(&RULE, &[("k8s/pvc.yaml", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn policies_of_sets() {
        let set = "kind: StatefulSet\nspec:\n  persistentVolumeClaimRetentionPolicy:\n    whenDeleted: Delete\n    whenScaled: Retain\n";
        assert_eq!(trial::found(&RULE, &[("k8s/set.yaml", set)]), ["k8s/set.yaml:4 high"]);
        assert!(trial::found(&RULE, &[("k8s/set.yaml", &set.replace("Delete", "Retain"))]).is_empty());
    }

    #[test]
    fn look_alikes() {
        let found = |chart: &str, file: &str, text: &str| {
            let (chart, path) = (format!("{chart}/Chart.yaml"), format!("{chart}/templates/{file}"));
            trial::found(&RULE, &[(&chart, "name: a\n"), (&path, text)]).len()
        };
        assert_eq!(found("shop", "pvc.yaml", RULE.about.bad), 1);
        assert_eq!(found("shop", "_pvc.tpl", RULE.about.bad), 1);
        assert_eq!(found("shop", "pvc.txt", RULE.about.bad), 0);
        assert_eq!(found("shop-redis", "pvc.yaml", RULE.about.bad), 0);
        assert_eq!(found("redis", "pvc.yaml", RULE.about.bad), 0);
        assert_eq!(found("shop-postgresql", "pvc.yaml", RULE.about.bad), 1);
        assert_eq!(found("tests/shop", "pvc.yaml", RULE.about.bad), 0);
        for passed in [
            "  annotations: {{ toYaml .Values.annotations | nindent 4 }}\n",
            "  annotations:\n    {{- with .Values.persistence.annotations }}\n",
            "  {{- with .Values.pvcAnnotations }}\n",
        ] {
            assert_eq!(found("shop", "pvc.yaml", &format!("{}{passed}", RULE.about.bad)), 0, "{passed}");
        }
        let labelled =
            format!("{}  labels: {{{{ .Values.labels }}}}\n  annotations:\n    team: db\n", RULE.about.bad);
        assert_eq!(found("shop", "pvc.yaml", &labelled), 1);
        assert_eq!(trial::found(&RULE, &[("site/templates/pvc.yaml", RULE.about.bad)]).len(), 0);
    }

    #[test]
    fn one_finding_a_chart() {
        let files = [
            ("shop/Chart.yaml", "name: a\n"),
            ("shop/templates/a.yaml", RULE.about.bad),
            ("shop/templates/b.yaml", RULE.about.bad),
        ];
        assert_eq!(trial::found(&RULE, &files), ["shop/templates/a.yaml:2 medium"]);
    }
}
