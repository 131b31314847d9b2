//! Connections as calls: a function's name, or its first argument, tells the engine.

use super::super::script::{self, Entry};
use super::super::{Database, url};
use super::Context;
use crate::presets::model::Engine;
use crate::presets::wildcard::matches;

/// A call to look for: `name`, `name=engine` or `name(first argument)=engine`.
struct Wanted<'a> {
    name: &'a str,
    argument: Option<&'a str>,
    engine: Option<&'a str>,
}

pub(super) fn read(context: &Context<'_>) -> Vec<Database> {
    let wanted: Vec<Wanted<'_>> = context.keys.iter().map(|key| Wanted::parse(key)).collect();
    let mut databases = Vec::new();
    script::each_call(context.entries, &mut |name, arguments, start| {
        let call = wanted.iter().find(|wanted| wanted.fits(name, arguments));
        databases.extend(call.and_then(|call| database(context, call, arguments, start)));
    });
    databases
}

impl<'a> Wanted<'a> {
    fn parse(key: &'a str) -> Self {
        let (call, engine) = key.split_once('=').map_or((key, None), |(call, engine)| (call, Some(engine)));
        let (name, argument) = call.split_once('(').map_or((call, None), |(name, rest)| (name, Some(rest)));
        Self { name, argument: argument.map(|argument| argument.trim_end_matches(')')), engine }
    }

    /// Whether a call of `name` is meant; a name without a dot may be a method of anything.
    fn fits(&self, name: &str, arguments: &[Entry]) -> bool {
        let named =
            name == self.name || !self.name.contains('.') && name.rsplit('.').next() == Some(self.name);
        named && self.argument.is_none_or(|wanted| first(arguments).as_deref() == Some(wanted))
    }
}

fn first(arguments: &[Entry]) -> Option<String> {
    arguments.first()?.value.text()
}

fn database(context: &Context<'_>, call: &Wanted<'_>, arguments: &[Entry], start: usize) -> Option<Database> {
    if call.argument.is_some() {
        let engine = context.presets.engine(call.engine?)?;
        return Some(context.database(engine, start, &constants(context, call.name), &[]));
    }
    let connection = arguments.iter().find_map(|argument| url::parse(&argument.value.text()?));
    let engine: &Engine = match call.engine {
        Some(engine) => context.presets.engine(engine)?,
        None => context.presets.by_adapter(&first(arguments)?)?,
    };
    if let Some(connection) = connection {
        return Some(context.connected(engine, &connection, start, arguments, &[]));
    }
    let mut around = arguments.to_vec();
    if let Some(argument) = arguments.first()
        && first(arguments).is_some_and(|name| engine.database_files.iter().any(|glob| matches(glob, &name)))
    {
        around.push(Entry { key: Some("database".to_owned()), ..argument.clone() });
    }
    Some(context.database(engine, start, &around, &[]))
}

/// What `define('DB_NAME', 'x')` and its like set, as entries without the prefix.
fn constants(context: &Context<'_>, name: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    script::each_call(context.entries, &mut |called, arguments, start| {
        if called == name
            && let [key, value, ..] = arguments
            && let Some(key) = key.value.text()
        {
            let known = match &*key {
                "DB_NAME" => "database",
                "DB_HOST" => "host",
                "DB_USER" => "user",
                "DB_PASSWORD" => "password",
                _ => return,
            };
            entries.push(Entry { key: Some(known.to_owned()), start, value: value.value.clone() });
        }
    });
    entries
}
