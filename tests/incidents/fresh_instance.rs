//! G0: a password that no longer fits looks like an empty shop; somebody starts afresh.

use crate::shop::{CUSTOMERS, SECOND, Shop};

pub(crate) fn g0_without_a_wrong_password_ends_in_a_fresh_instance_and_nothing_is_left(major: u32) {
    let Some(shop) = Shop::open(major, "shop") else { return };
    assert_eq!(shop.customers(), Ok(CUSTOMERS));
    shop.write_password(SECOND, SECOND);
    assert!(shop.customers().unwrap_err().contains("password authentication failed"));
    shop.lose_volume(SECOND);
    assert!(shop.customers().unwrap_err().contains("\"customers\" does not exist"), "the loss is real");
}

pub(crate) fn g0_with_the_mismatch_is_named_and_a_fresh_instance_gets_every_row_back(major: u32) {
    let Some(shop) = Shop::open(major, "shop") else { return };
    shop.project.run("backup.sh", &[], "").expect(0);
    shop.write_password(SECOND, crate::shop::FIRST);
    let shown = shop.project.run("validate-env.sh", &[], "").expect(1);
    assert!(
        shown.stdout.contains(".env:1 DB_PASSWORD") && shown.stdout.contains("differ"),
        "{}",
        shown.text()
    );
    let shown = shop.project.run("health.sh", &[], "").expect(1);
    assert!(shown.stdout.contains("main: unknown"), "a failed login is not an empty shop: {}", shown.text());
    shop.project.run("pre-deploy.sh", &[], "").expect_not(0);
    // Nobody reads it, and the volume goes all the same.
    shop.write_password(SECOND, SECOND);
    shop.lose_volume(SECOND);
    let shown = shop.project.run("health.sh", &[], "").expect(4);
    assert!(shown.stderr.contains("the newest backup with rows is"), "{}", shown.text());
    shop.project.run("restore.sh", &[], "shop\n").expect(0);
    assert_eq!(shop.customers(), Ok(CUSTOMERS));
}
