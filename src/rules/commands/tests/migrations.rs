//! Steps of a schema's history, in folders that say so and elsewhere.

use super::look_alikes::all_as_told;

#[test]
fn files_that_say_that_they_are_a_step() {
    let goose = "-- +goose Up\nDROP TABLE old;\n-- +goose Down\nDROP TABLE new;\n";
    all_as_told(&[
        ("internal/sql/schema/002.sql", goose, "sql-drop-table info"),
        ("internal/sql/002_x.down.sql", "DROP TABLE new;\n", ""),
        ("internal/sql/002_x.up.sql", "DROP TABLE old;\n", "sql-drop-table info"),
        ("internal/sql/tidy.up.sh.sql", "DROP TABLE old;\n", "sql-drop-table medium"),
        ("internal/sql/tidy.sql", "-- goes up\nDROP TABLE old;\n", "sql-drop-table medium"),
        ("internal/sql/tidy.sql", "-- up\nDROP TABLE old;\n", "sql-drop-table medium"),
        ("internal/sql/tidy.sql", "-- migrate:up\nDROP TABLE old;\n", "sql-drop-table info"),
    ]);
}

#[test]
fn programs_that_are_a_step() {
    let drop =
        "\tif _, err := tx.Exec(\"DROP TABLE a\"); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n";
    let function = |head: &str| format!("func {head}(tx *sql.Tx) error {{\n{drop}");
    let list =
        format!("var migrations = []func(tx *sql.Tx) error{{\n\tfunc(tx *sql.Tx) error {{\n{drop},\n}}\n");
    let empty = "func Up00002(tx *sql.Tx) error {\n\treturn nil\n}\n";
    all_as_told(&[
        ("internal/steps/00002.go", &format!("{empty}{}", function("Down00002")), "sql-drop-table info"),
        ("internal/steps/00002.go", &format!("{empty}{}", function("Reset")), "sql-drop-table medium"),
        ("internal/steps/00002.go", &function("Down00002"), "sql-drop-table medium"),
        ("internal/migrations/00002.go", &function("Down00002"), "sql-drop-table info"),
        ("internal/database/migrations.go", &list, "sql-drop-table info"),
        ("internal/database/reset_migrations.go", &list, "sql-drop-table medium"),
        ("internal/database/store.go", &list, "sql-drop-table medium"),
    ]);
}
