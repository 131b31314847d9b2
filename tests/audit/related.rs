//! Places that explain a command, in every format that shows them.

use serde_json::Value;

use super::{audit, repository};

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    volumes: ['pg:/var/lib/postgresql/data']\nvolumes:\n  pg: {}\n";
const PACKAGE: &str = "{\n  \"scripts\": {\n    \"down\": \"docker compose down -v\"\n  }\n}\n";
const README: &str = "# Shop\n\n```sh\nnpm run down\n```\n";
const FILES: [(&str, &str); 3] = [("compose.yml", COMPOSE), ("package.json", PACKAGE), ("README.md", README)];

/// What `dbguard audit` prints about the three files.
fn printed(format: &str) -> String {
    let root = repository(&FILES);
    let output = audit(root.path(), &["--format", format, "."]);
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn json_and_sarif_list_the_same_places() {
    let json: Value = serde_json::from_str(&printed("json")).expect("JSON");
    let findings = json["findings"].as_array().expect("findings");
    let told = findings.iter().find(|one| one["path"] == "README.md").expect("the document's finding");
    let places = told["related"].as_array().expect("places").iter();
    let places: Vec<String> =
        places.map(|one| format!("{}:{}", one["path"].as_str().unwrap_or_default(), one["line"])).collect();
    assert_eq!(places, ["package.json:3", "compose.yml:6", "compose.yml:2"]);

    let sarif: Value = serde_json::from_str(&printed("sarif")).expect("SARIF");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let path = "/physicalLocation/artifactLocation/uri";
    let told = results.iter().find(|one| one["locations"][0].pointer(path) == Some(&"README.md".into()));
    let related = told.expect("the document's result")["relatedLocations"].as_array().expect("places").iter();
    let places: Vec<String> = related
        .map(|one| {
            let line = &one["physicalLocation"]["region"]["startLine"];
            format!("{}:{line}", one.pointer(path).and_then(Value::as_str).unwrap_or_default())
        })
        .collect();
    assert_eq!(places, ["package.json:3", "compose.yml:6", "compose.yml:2"]);
}

#[test]
fn people_read_one_line_for_each() {
    let text = printed("human");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| line.starts_with("see ")).collect();
    let volume =
        ["see compose.yml:6 the volume pg that goes", "see compose.yml:2 db, the PostgreSQL database"];
    let script = "see package.json:3 down of package.json runs it";
    for wanted in volume.into_iter().chain([script]) {
        assert!(lines.contains(&wanted), "{wanted} is not in {lines:?}");
    }
}

#[test]
fn on_the_map_a_teardown_in_a_document_belongs_to_the_database() {
    let page = printed("html");
    let cards = page.split("<article").filter(|card| card.contains("· compose-down-volumes ·"));
    let databases: Vec<&str> =
        cards.filter_map(|card| card.split_once("data-databases=\"")?.1.split('"').next()).collect();
    assert_eq!(databases, ["postgres", "postgres"], "the document's and the script's");
}
