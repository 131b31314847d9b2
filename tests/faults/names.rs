//! Names that are hard to quote.

use crate::targets::Target;

pub(crate) fn hostile_names<T: Target>() {
    for (directory, name, table) in [
        ("a b'c \"d\" ü", "it's \"odd\" $(x) `y` ünï", "-t; drop ünï'\"x\\"),
        ("-dash", "-dash=1 host=nowhere", "new\nline.dot"),
    ] {
        let target = T::start_hostile(directory, name, table);
        let contents = target.contents();
        target.run("backup.sh", &["--label", "../x y$(touch z)"], "", 0);
        target.lose_rows();
        target.run("verify-backup.sh", &[], "", 0);
        let backup = target.project().backups("main").pop().unwrap();
        // A list on a command line cannot hold a line end.
        if !table.contains('\n') {
            target.run("restore.sh", &["--tables", table, &backup], &format!("{}\n", target.typed()), 0);
        }
        target.run("restore.sh", &[&backup], &format!("{}\n", target.typed()), 0);
        target.assert_well(&contents, &[backup]);
    }
}
