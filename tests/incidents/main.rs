//! The five incidents that this project comes from, each twice: without the scripts, where the data is really lost, and with
//! them, where the step is refused or every row comes back. On PostgreSQL 15, 16 and 18; the one about volumes is in
//! compose.rs, on real containers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod changed_password;
mod compose;
mod fresh_instance;
mod reset;
mod shop;
#[path = "../support/mod.rs"]
mod support;
mod wiped_by_tests;

/// One test for each incident and version of PostgreSQL.
macro_rules! on_each_version {
    ($($home:ident :: $incident:ident),* $(,)?) => {
        $(mod $incident {
            #[test] fn on_15() { super::$home::$incident(15); }
            #[test] fn on_16() { super::$home::$incident(16); }
            #[test] fn on_18() { super::$home::$incident(18); }
        })*
    };
}

on_each_version!(
    fresh_instance::g0_without_a_wrong_password_ends_in_a_fresh_instance_and_nothing_is_left,
    fresh_instance::g0_with_the_mismatch_is_named_and_a_fresh_instance_gets_every_row_back,
    compose::g1_without_a_renamed_folder_starts_with_an_empty_volume,
    compose::g1_with_a_renamed_folder_is_refused_and_a_name_brings_every_row_back,
    wiped_by_tests::g2_without_tests_wipe_the_database_they_find,
    wiped_by_tests::g2_with_production_is_refused_and_elsewhere_every_row_comes_back,
    reset::g3_without_a_reset_of_a_supabase_like_server_loses_everything,
    reset::g3_with_a_reset_takes_a_backup_first_and_every_row_comes_back,
    changed_password::g4_without_a_deploy_with_another_password_ends_in_a_deleted_volume,
    changed_password::g4_with_the_server_takes_the_new_password_and_keeps_every_row,
);
