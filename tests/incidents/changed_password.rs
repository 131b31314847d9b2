//! G4: a deploy brings another password; the workflow deletes the volume because the server does not take it.

use crate::shop::{CUSTOMERS, SECOND, Shop};

pub(crate) fn g4_without_a_deploy_with_another_password_ends_in_a_deleted_volume(major: u32) {
    let Some(shop) = Shop::open(major, "shop") else { return };
    shop.write_password(SECOND, SECOND);
    assert!(shop.customers().unwrap_err().contains("password authentication failed"));
    shop.lose_volume(SECOND);
    assert!(shop.customers().unwrap_err().contains("\"customers\" does not exist"), "the loss is real");
}

pub(crate) fn g4_with_the_server_takes_the_new_password_and_keeps_every_row(major: u32) {
    let Some(shop) = Shop::open(major, "shop") else { return };
    shop.project.run("rotate-password.sh", &["--stdin", "--yes"], &format!("{SECOND}\n")).expect(0);
    assert_eq!(shop.customers(), Ok(CUSTOMERS));
    shop.project.run("validate-env.sh", &[], "").expect(0);
    let text = std::fs::read_to_string(shop.project.root.join(".env")).unwrap();
    assert!(text.contains(SECOND), "the new password is in the file");
}
