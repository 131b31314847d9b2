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
