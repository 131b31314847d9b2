//! What programs do to data: calls that read alike, and differ in what they reach.

use super::look_alikes::all_as_told;

#[test]
fn the_rows_of_one_owner_are_no_table() {
    all_as_told(&[
        ("app/models/import.rb", "class Import\n  def clear\n    rows.destroy_all\n  end\nend\n", ""),
        ("app/models/user.rb", "user.posts.delete_all\n", ""),
        ("app/models/user.rb", "scope.where(stale: true).delete_all\n", ""),
        ("app/models/user.rb", "stale = Post.where(stale: true)\nstale.delete_all\n", ""),
        ("app/models/user.rb", "Post.delete_all\n", "code-destructive low"),
        ("app/models/user.rb", "Admin::Post.destroy_all\n", "code-destructive low"),
        ("app/models/user.rb", "self.class.delete_all\n", "code-destructive low"),
        ("app/models/user.rb", "posts = Post.all\nposts.delete_all\n", "code-destructive low"),
        ("app/models/user.rb", "[Post, User].each { |one| one.delete_all }\n", "code-destructive low"),
        ("app/models/user.rb", "%i[a b].each { |one| one.delete_all }\n", ""),
        ("app/models/user.rb", "tables.each { |model| model.delete_all }\n", "code-destructive low"),
    ]);
}

#[test]
fn a_path_that_nobody_knows_is_not_the_root() {
    all_as_told(&[
        ("app/Image.php", "<?php\n$to = sys_get_temp_dir() . '/' . $id . '.img';\nFile::delete($to);\n", ""),
        ("app/Image.php", "<?php\n$to = theme_path('');\nFile::deleteDirectory($to);\n", ""),
        ("app/Image.php", "<?php\nunlink($path);\n", ""),
        ("app/Image.php", "<?php\nunlink('/' . $path);\n", ""),
        ("app/image.py", "import shutil\nshutil.rmtree(os.path.join('/', name))\n", ""),
        ("app/image.py", "import shutil\nshutil.rmtree('/')\n", "data-path-removed high"),
        ("app/image.py", "import shutil\nROOT = '/'\nshutil.rmtree(ROOT)\n", "data-path-removed high"),
        (
            "app/image.py",
            "import shutil\nshutil.rmtree(os.path.join(base, 'pgdata'))\n",
            "data-path-removed high",
        ),
        (
            "app/Image.php",
            "<?php\n$to = $base . '/pgdata';\nFile::deleteDirectory($to);\n",
            "data-path-removed high",
        ),
        ("app/Image.php", "<?php\nunlink('storage/shop.sqlite3');\n", "data-path-removed high"),
    ]);
}

#[test]
fn a_statement_in_parts_is_read_to_its_end() {
    let python = |call: &str| format!("def f(db):\n    db.{call}\n");
    for (call, expected) in [
        ("executemany('DELETE FROM ' + TABLE + ' WHERE id = ?', ids)", ""),
        ("executemany('DELETE FROM chunks WHERE id = ?', ids)", ""),
        ("executemany('DELETE FROM chunks ' 'WHERE id = ?', ids)", ""),
        ("execute('DELETE FROM ' + names[kind].lower() + ' WHERE id = 1')", ""),
        ("execute('DELETE FROM ' + TABLE)", "sql-delete-all low"),
        ("executemany('DELETE FROM ' + TABLE + ' -- WHERE id = ?', ids)", "sql-delete-all low"),
        ("execute('DELETE FROM ' + TABLE, ' WHERE id = ?')", "sql-delete-all low"),
        ("execute('DROP TABLE ' + TABLE + ' CASCADE')", "sql-drop-table medium"),
    ] {
        all_as_told(&[("app/store.py", &python(call), expected)]);
    }
    all_as_told(&[
        (
            "app/store.rb",
            "db.execute 'DELETE FROM ' + table\nname = a + ' WHERE id = 1'\n",
            "sql-delete-all low",
        ),
        ("app/store.php", "<?php\n$db->exec('DELETE FROM ' . $table . ' WHERE id = 1');\n", ""),
        ("app/store.php", "<?php\n$db->exec('DELETE FROM ' . $table);\n", "sql-delete-all low"),
        ("app/store.js", "db.query('DELETE FROM ' + table + ' WHERE id = 1');\n", ""),
        ("app/store.js", "db.query('DELETE FROM ' + table);\n", "sql-delete-all low"),
    ]);
}

#[test]
fn what_is_derived_may_be_emptied_to_be_filled_again() {
    let function = |head: &str, empties: &str, then: &str| {
        format!(
            "def {head}(db):\n    {empties}\n    for one in all_of_them():\n        {then}\n\n\ndef g(db):\n    db.insert(1)\n"
        )
    };
    let truncate = "db.execute('TRUNCATE search_terms')";
    let drop = "db.execute('DROP TABLE search_terms')";
    let users = "db.execute('TRUNCATE users')";
    for (text, expected) in [
        (function("fill", truncate, "db.insert(one)"), "sql-truncate info"),
        (function("fill", truncate, "print(one)"), "sql-truncate low"),
        (function("fill", users, "db.insert(one)"), "sql-truncate low"),
        (function("rebuild", users, "db.insert(one)"), "sql-truncate info"),
        (function("rebuild", users, "print(one)"), "sql-truncate low"),
        (function("fill", drop, "db.insert(one)"), "sql-drop-table low"),
        (function("fill", drop, "print(one)"), "sql-drop-table medium"),
        (function("fill", "db.execute('DROP DATABASE search')", "db.insert(one)"), "sql-drop-database high"),
        (function("rise", "db.execute('TRUNCATE schema_version')", "db.insert(one)"), "sql-truncate info"),
    ] {
        all_as_told(&[("app/store.py", &text, expected)]);
    }
    all_as_told(&[(
        "reset.sql",
        "TRUNCATE search_terms;\nINSERT INTO search_terms SELECT 1;\n",
        "sql-truncate medium",
    )]);
}

#[test]
fn what_a_test_removes_it_has_made() {
    let removes = |path: &str| format!("import shutil\nshutil.rmtree('{path}')\n");
    all_as_told(&[
        ("tests/test_a.py", &removes("tmp-theme/pgdata"), "data-path-removed info"),
        ("tests/test_a.py", &removes("/var/lib/postgresql/data"), "data-path-removed low"),
        ("app/a.py", &removes("tmp-theme/pgdata"), "data-path-removed high"),
        ("tests/clean.sh", "rm -rf tmp-theme/pgdata\n", "data-path-removed low"),
    ]);
}

#[test]
fn pieces_that_a_script_made_itself() {
    // Where a dump is taken before, that counts as a guard.
    let cases = [
        ("sed -i.bak 's/a/b/' notes.md\nrm notes.md.bak\n", "info"),
        ("rm notes.md.bak\n", "medium"),
        ("rm notes.md.bak\nsed -i.bak 's/a/b/' notes.md\n", "medium"),
        ("cp -p a.sql a.sql.bak\nrm -f a.sql.bak other.sql.bak\n", "medium"),
        ("cp -p a.sql a.sql.bak\nrm -f a.sql.bak\n", "info"),
        ("cp -p a.sql a.sql.bak\nrm -f *.bak\n", "medium"),
        ("OUT=backups/shop.dump\npg_dump shop > \"$OUT\" || { rm -f \"$OUT\"; exit 1; }\n", "info"),
        (
            "OUT=backups/shop.dump\nif ! pg_dump shop > \"$OUT\"; then\n  rm -f \"$OUT\"\n  exit 1\nfi\n",
            "info",
        ),
        ("OUT=backups/shop.dump\npg_dump shop --file=$OUT\n[ -s $OUT ] || rm -f ${OUT}\n", "info"),
        ("OUT=backups/shop.dump\npg_dump shop > \"$OUT\"\nrm -f \"$OUT\"\nexit 0\n", "low"),
        ("OUT=backups/shop.dump\nif true; then\n  pg_dump shop > $OUT\n  rm -f $OUT\nfi\nexit 1\n", "low"),
        ("OUT=backups/shop.dump\nrm -f $OUT || exit 1\npg_dump shop > $OUT\n", "medium"),
        (
            "TMP=backups/shop.dump.part\npg_dump shop > \"$TMP\"\ngzip -c \"$TMP\" > x\nrm -f \"$TMP\"\n",
            "info",
        ),
        ("pg_dump shop > backups/a.dump || rm -rf backups/\n", "low"),
    ];
    let told = cases.map(|(text, expected)| (text, format!("backup-removed {expected}")));
    all_as_told(&told.each_ref().map(|(text, expected)| ("scripts/backup.sh", *text, expected.as_str())));
}

#[test]
fn tables_that_a_program_makes_for_passing_data() {
    let program = |kind: &str, name: &str| {
        format!(
            "async function fill() {{\n  await db.query(`DROP TABLE IF EXISTS {name} CASCADE`);\n  await db.query(`\n    CREATE {kind}TABLE ${{this.work}} (id int)`);\n}}\n"
        )
    };
    all_as_told(&[
        ("tasks/score.ts", &program("UNLOGGED ", "${this.work}"), "sql-drop-table info"),
        ("tasks/score.ts", &program("TEMPORARY ", "${this.work}"), "sql-drop-table info"),
        ("tasks/score.ts", &program("", "${this.work}"), "sql-drop-table medium"),
        ("tasks/score.ts", &program("UNLOGGED ", "users"), "sql-drop-table medium"),
    ]);
}

#[test]
fn backups_that_go_by_age_or_number() {
    let looped = |list: &str| format!("{list} | while read OLD; do\n  rm -f \"backups/$OLD\"\ndone\n");
    all_as_told(&[
        ("rotate.sh", &looped("find backups -name '*.dump' -mtime +7"), "backup-removed info"),
        ("rotate.sh", &looped("ls -t backups/*.dump | tail -n +11"), "backup-removed info"),
        ("rotate.sh", "ls -t backups/*.dump | tail -n +11 | xargs rm -f\n", "backup-removed info"),
        ("rotate.sh", &looped("ls backups/*.dump"), "backup-removed medium"),
        (
            "rotate.sh",
            "find logs -mtime +7 | while read OLD; do\n  rm \"$OLD\"\ndone\nrm -f backups/*.dump\n",
            "backup-removed medium",
        ),
    ]);
}
