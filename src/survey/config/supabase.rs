//! `supabase/config.toml`: a whole local stack with PostgreSQL inside.

use super::super::script::{self, Expr};
use super::super::{Confidence, Database};
use super::Context;

pub(super) fn read(context: &Context<'_>) -> Vec<Database> {
    let Some(engine) = context.presets.engine("supabase") else {
        return Vec::new();
    };
    let section = context.entries.iter().find(|entry| entry.key.as_deref() == Some("db"));
    let settings = section.map_or(&[][..], |section| section.value.entries());
    let start = section.map_or(0, |section| section.start);
    let number = |key: &str| script::get(settings, key).and_then(Expr::text);
    let mut database = context.database(engine, start, settings, &[]);
    database.version = number("major_version");
    database.port = number("port").and_then(|port| port.parse().ok());
    // The command line tool creates exactly these.
    database.database = Some("postgres".to_owned());
    database.user = Some("postgres".to_owned());
    database.confidence = Confidence::High;
    vec![database]
}
