//! G1: a folder is renamed, and Compose attaches a volume of the new name. On real containers.

use crate::support::lab::Lab;

/// What the application finds.
const ROWS: &str = "SELECT count(*) FROM items";

pub(crate) fn g1_without_a_renamed_folder_starts_with_an_empty_volume(major: u32) {
    let Some(mut lab) = Lab::start_version(&format!("renamedbare{major}"), major) else { return };
    lab.compose(&["down", "-t", "1"]);
    lab.rename("another name");
    lab.compose(&["up", "-d", "db"]);
    lab.await_ready();
    assert!(lab.try_sql(ROWS).unwrap_err().contains("\"items\" does not exist"), "the loss is real");
    // The old volume goes with its own project name.
    lab.compose(&["down", "-v", "-t", "1"]);
    lab.rename(&format!("renamedbare{major}"));
}

pub(crate) fn g1_with_a_renamed_folder_is_refused_and_a_name_brings_every_row_back(major: u32) {
    let Some(mut lab) = Lab::start_version(&format!("renamed{major}"), major) else { return };
    lab.project.run("compose.sh", &["up", "-d"], "").expect(0);
    lab.compose(&["down", "-t", "1"]);
    lab.rename("another name");
    let shown = lab.project.run("compose.sh", &["up", "-d", "db"], "").expect(3);
    let old = format!("renamed{major}_data");
    assert!(shown.stderr.contains(&format!("{old}: holds postgres {major}")), "{}", shown.text());
    let path = lab.project.root.join("docker-compose.yml");
    let text = std::fs::read_to_string(&path).unwrap();
    let named = text.replace("  data: {}", &format!("  data:\n    name: {old}"));
    std::fs::write(&path, named.replace("version: '3'", "version: '3.5'")).unwrap();
    lab.project.run("compose.sh", &["up", "-d", "db"], "").expect(0);
    lab.await_ready();
    assert_eq!(lab.sql(ROWS), "5000");
}
