//! Contents that are unlike a textbook's.

use crate::targets::Target;

pub(crate) fn huge_row<T: Target>() {
    let Some(target) = T::start("huge_row") else { return };
    target.add_huge_row();
    let contents = target.contents();
    let backups = [target.back_up()];
    target.lose_rows();
    target.run("restore.sh", &[&backups[0]], &format!("{}\n", target.typed()), 0);
    target.assert_well(&contents, &backups);
}

pub(crate) fn no_tables<T: Target>() {
    let Some(target) = T::start("no_tables") else { return };
    let contents = target.contents();
    let backups = [target.back_up()];
    target.drop_everything();
    assert!(target.run("health.sh", &[], "", 4).stdout.contains("main: empty"));
    target.back_up();
    target.run("verify-backup.sh", &[], "", 0);
    // Without a name, the backup with rows: not the one of the emptied database.
    target.run("restore.sh", &[], &format!("{}\n", target.typed()), 0);
    target.assert_well(&contents, &backups);
}

pub(crate) fn views_triggers_and_large_objects<T: Target>() {
    let Some(target) = T::start("odd_things") else { return };
    target.add_odd_things();
    let contents = target.contents();
    let backups = [target.back_up()];
    target.lose_rows();
    target.run("verify-backup.sh", &[], "", 0);
    target.run("restore.sh", &[&backups[0]], &format!("{}\n", target.typed()), 0);
    target.assert_well(&contents, &backups);
}
