use super::*;
use Effect::{
    DestroysBackup, DestroysDatabase, DestroysRows, DestroysSchema, DestroysTable, DropsColumn,
    OverwritesDatabase, WeakensGuard,
};

fn effects(sql: &str) -> Vec<Effect> {
    read(sql, Dialect::Transactional).statements.into_iter().map(|statement| statement.effect).collect()
}

#[test]
fn what_destroys_is_seen_in_every_spelling() {
    for (sql, expected) in [
        ("drop database if exists clinic with (force)", DestroysDatabase),
        ("DROP KEYSPACE clinic", DestroysDatabase),
        ("CREATE OR REPLACE DATABASE x", DestroysDatabase),
        ("CREATE OR REPLACE TABLE shop.visits (id int)", DestroysTable),
        ("REMOVE NAMESPACE main", DestroysDatabase),
        ("DROP SCHEMA public CASCADE; CREATE SCHEMA public;", DestroysSchema),
        ("Drop   Table appointments", DestroysTable),
        ("drop/* hm */table\n-- no\n x", DestroysTable),
        ("DROP TABLE IF EXISTS \"a b\", c", DestroysTable),
        ("/*!50000 DROP TABLE x */", DestroysTable),
        ("DROP OWNED BY app", DestroysTable),
        ("truncate visits", DestroysRows),
        ("TRUNCATE TABLE ONLY a, b RESTART IDENTITY CASCADE", DestroysRows),
        ("TRUNCATE TABLE {{ table }}", DestroysRows),
        ("delete from users", DestroysRows),
        ("DELETE FROM invoices WHERE true", DestroysRows),
        ("DELETE FROM x WHERE 1=1", DestroysRows),
        ("DELETE FROM x WHERE (1 = 1 OR id = 3)", DestroysRows),
        ("DELETE FROM x WHERE id = id", DestroysRows),
        ("DELETE FROM x WHERE name LIKE '%'", DestroysRows),
        ("DELETE FROM x WHERE a IS NULL OR a IS NOT NULL", DestroysRows),
        ("DELETE FROM x WHERE id IN (SELECT id FROM x)", DestroysRows),
        ("WITH gone AS (DELETE FROM x RETURNING *) SELECT * FROM gone", DestroysRows),
        ("EXPLAIN ANALYZE DELETE FROM x", DestroysRows),
        ("DO $$ BEGIN DELETE FROM x; END $$", DestroysRows),
        ("DO $$BEGIN EXECUTE 'DROP TABLE x'; END$$", DestroysTable),
        ("EXEC('DROP TABLE x')", DestroysTable),
        ("EXEC sp_executesql N'DELETE FROM x'", DestroysRows),
        ("PREPARE s FROM 'DROP TABLE x'", DestroysTable),
        ("SELECT dblink_exec('dbname=x', 'DROP TABLE y')", DestroysTable),
        ("ALTER TABLE x DROP COLUMN y", DropsColumn),
        ("ALTER TABLE x DROP y", DropsColumn),
        ("ALTER TABLE x ADD a int, DROP COLUMN IF EXISTS y", DropsColumn),
        ("ALTER TABLE x DROP PARTITION p0", DestroysRows),
        ("ALTER TABLE x DELETE WHERE 1", DestroysRows),
        ("DROP EXTENSION hstore CASCADE", DropsColumn),
        ("UPDATE accounts SET balance = 0", OverwritesDatabase),
        ("UPDATE accounts SET balance = 0 WHERE true", OverwritesDatabase),
        ("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE", OverwritesDatabase),
        ("RESTORE DATABASE x FROM DISK = 'y'", OverwritesDatabase),
        ("PURGE BINARY LOGS BEFORE NOW()", DestroysBackup),
        ("RESET MASTER", DestroysBackup),
        ("ALTER SYSTEM SET archive_mode = off", WeakensGuard),
        ("BEGIN; DROP TABLE invoices; COMMIT;", DestroysTable),
        ("DELIMITER //\nDROP TABLE x//\n", DestroysTable),
        ("SELECT 1\nGO\nDROP TABLE x\nGO\n", DestroysTable),
        ("COPY t FROM STDIN;\n1\tdrop\n\\.\nDROP TABLE t;", DestroysTable),
        ("CREATE TABLE IF NOT EXISTS t(x); DROP TABLE t;", DestroysTable),
    ] {
        assert_eq!(effects(sql), [expected], "{sql}");
        assert!(read(sql, Dialect::Transactional).understood, "{sql}");
    }
}

#[test]
fn what_only_looks_like_it_is_not() {
    for sql in [
        "SELECT 'DROP TABLE x' AS note",
        "select 1 -- drop table visits",
        "comment on table visits is 'do not drop table'",
        "SELECT truncate(price, 2) FROM t",
        "DELETE FROM sessions WHERE id = 42",
        "DELETE FROM carts WHERE updated_at < NOW() - INTERVAL 90 DAY",
        "DELETE FROM x USING y WHERE x.id = y.id",
        "DELETE FROM x WHERE a BETWEEN 1 AND 2",
        "DELETE FROM x LIMIT 10",
        "GRANT DELETE, TRUNCATE ON x TO y",
        "REVOKE DROP ON x FROM y",
        "CREATE TABLE a (b int REFERENCES c ON DELETE CASCADE)",
        "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c ON DELETE CASCADE",
        "ALTER TABLE a DROP CONSTRAINT b",
        "ALTER TABLE a ALTER COLUMN b DROP NOT NULL",
        "ALTER TABLE a ALTER b DROP DEFAULT",
        "DROP INDEX x",
        "DROP VIEW x",
        "DROP TEMPORARY TABLE x",
        "CREATE TEMP TABLE t AS SELECT 1; TRUNCATE t; DROP TABLE t;",
        "create table t(x); drop table t;",
        "EXPLAIN DELETE FROM x",
        "BEGIN; DROP TABLE x; ROLLBACK;",
        "CREATE FUNCTION f() RETURNS void AS $$ BEGIN DELETE FROM x; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER t BEFORE DELETE ON x FOR EACH ROW BEGIN DELETE FROM y; END;",
        "INSERT INTO x VALUES ('a; DROP TABLE y')",
        "UPDATE x SET a = 1 WHERE id = 3",
        "SHOW CREATE TABLE x",
        "SELECT \"delete\" FROM x",
        "",
    ] {
        assert_eq!(effects(sql), [], "{sql}");
    }
}

#[test]
fn a_rollback_takes_back_what_the_server_can() {
    let sql = "BEGIN; DELETE FROM x; DROP TABLE y; ROLLBACK; TRUNCATE z;";
    assert_eq!(effects(sql), [DestroysRows]);
    let mysql: Vec<_> =
        read(sql, Dialect::ImplicitCommit).statements.into_iter().map(|one| one.effect).collect();
    assert_eq!(mysql, [DestroysRows, DestroysTable, DestroysRows]);
    assert_eq!(effects("BEGIN; DROP TABLE y; ROLLBACK TO s; COMMIT;"), [DestroysTable]);
}

#[test]
fn the_clients_own_lines_are_seen() {
    let directives = |sql: &str| read(sql, Dialect::Transactional).directives;
    assert!(matches!(&directives("\\i wipe.sql\n")[..], [Directive::Include(path, _)] if path == "wipe.sql"));
    assert!(matches!(&directives(".read wipe.sql")[..], [Directive::Include(path, _)] if path == "wipe.sql"));
    assert!(
        matches!(&directives("SOURCE wipe.sql;")[..], [Directive::Include(path, _)] if path == "wipe.sql")
    );
    assert!(matches!(&directives("\\! rm -rf x")[..], [Directive::Shell(text, _)] if text == "rm -rf x"));
    assert!(
        matches!(&directives("COPY t TO PROGRAM 'rm x'")[..], [Directive::Shell(text, _)] if text == "rm x")
    );
    assert!(
        matches!(&directives("\\c other\nUSE third;")[..], [Directive::Connect(a, _), Directive::Connect(b, _)] if a == "other" && b == "third")
    );
    assert!(
        matches!(&directives(".restore main old.db")[..], [Directive::Restore(path, _)] if path == "old.db")
    );
}

#[test]
fn what_cannot_be_told_is_said() {
    for sql in [
        "SELECT 'endless",
        "SELECT format('x') \\gexec",
        "EXEC(@q)",
        "EXEC sp_executesql @q, N'@p int'",
        "PREPARE s FROM @x",
        "$UNKNOWN",
        "SELECT 1; $UNKNOWN;",
    ] {
        assert!(!read(sql, Dialect::Transactional).understood, "{sql}");
    }
    assert_eq!(effects("DELETE FROM $UNKNOWN"), [DestroysRows]);
    assert_eq!(effects("DELETE FROM x WHERE $UNKNOWN"), []);
}

mod any_text {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn never_panics(text in ".{0,300}") {
            let _ = read(&text, Dialect::Transactional);
        }

        #[test]
        fn never_panics_on_sql_letters(text in "[A-Za-z$'\"`;()\\\\/*\n .,=-]{0,120}") {
            let _ = read(&text, Dialect::ImplicitCommit);
        }

        #[test]
        fn blanks_comments_and_case_hide_nothing(
            statement in prop::sample::select(vec!["DROP TABLE x", "TRUNCATE TABLE x", "DELETE FROM x", "DROP DATABASE x"]),
            gap in prop::sample::select(vec![" ", "\n", "\t ", " /* y */ ", " -- y\n", "/**/"]),
            lower in any::<bool>(),
        ) {
            let text = statement.replace(' ', gap);
            let text = if lower { text.to_lowercase() } else { text };
            prop_assert_eq!(effects(&text).len(), 1, "{}", text);
        }
    }
}
