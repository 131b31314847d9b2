//! G2: a test suite empties the database that it is pointed at.

use crate::shop::{CUSTOMERS, Shop};

pub(crate) fn g2_without_tests_wipe_the_database_they_find(major: u32) {
    let Some(shop) = Shop::open(major, "shop_production") else { return };
    let url = url_of(&shop);
    let output = std::process::Command::new("sh")
        .args(&Shop::wiping_command()[1..])
        .env("PATH", shop.server.path())
        .env("DATABASE_URL", &url)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(shop.customers(), Ok(0), "the loss is real");
}

pub(crate) fn g2_with_production_is_refused_and_elsewhere_every_row_comes_back(major: u32) {
    let Some(mut shop) = Shop::open(major, "shop_production") else { return };
    run_tests(&mut shop, 3);
    assert_eq!(shop.customers(), Ok(CUSTOMERS), "refused before anything ran");
    let Some(mut shop) = Shop::open(major, "shop") else { return };
    let text = run_tests(&mut shop, 7);
    assert!(text.contains("customers") && text.contains("1234"), "it names the table and its rows: {text}");
    assert_eq!(shop.customers(), Ok(0));
    let backup = shop.project.backups("main").remove(0);
    assert!(backup.ends_with("-pre-test"), "{backup}");
    shop.project.run("restore.sh", &[&backup], "shop\n").expect(0);
    assert_eq!(shop.customers(), Ok(CUSTOMERS));
}

fn run_tests(shop: &mut Shop, code: i32) -> String {
    let url = url_of(shop);
    shop.project.set("DATABASE_URL", &url);
    let command = Shop::wiping_command();
    let words: Vec<&str> = std::iter::once("--").chain(command.iter().map(String::as_str)).collect();
    shop.project.run("safe-test.sh", &words, "").expect(code).text()
}

fn url_of(shop: &Shop) -> String {
    let text = std::fs::read_to_string(shop.project.root.join(".env")).unwrap();
    text.lines().find_map(|line| line.strip_prefix("DATABASE_URL=")).unwrap().to_owned()
}
