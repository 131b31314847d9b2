//! Every command of a repository that would do something to data, with its context: seen once, told by many rules.

mod direction;
mod files;
mod leftover;
mod own;
mod rebuilt;
mod related;
mod report;
mod settled;
mod table;
mod trigger;
mod wording;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::files::{InTree, Projects};
use self::trigger::Trigger;
use super::View;
use super::context::{Context, Role};
use crate::effects::knowledge::Knowledge;
use crate::effects::{self, Analysis, Effect, Found};
use crate::finding::{Finding, Place};
use crate::presets::tools::Language;
use crate::source::SourceFile;
use crate::survey::passages::{self, Form, Passage};

/// A command that would do something to data.
#[derive(Debug, Clone)]
pub struct Command {
    /// Where it stands.
    pub place: Place,
    /// The command as written.
    pub text: String,
    /// What it would do.
    pub found: Found,
    /// What stands around it.
    pub context: Context,
    /// How the passage stands in its file.
    pub form: Form,
    /// The script, target or job that it belongs to; may be empty.
    pub name: String,
    /// A step of the way, in the file or in its migrations: what the file itself creates again, or has been applied long ago.
    pub settled: bool,
    /// The program fills again what it empties.
    pub rebuilt: bool,
    /// The rule that tells of it.
    pub rule: &'static str,
}

/// The findings of the rule `id`.
pub(super) fn findings(view: &View<'_>, rule: &'static super::Rule) -> Vec<Finding> {
    let commands = view.commands.get_or_init(|| seen(view));
    let told = commands.iter().filter(|one| one.rule == rule.about.id);
    told.map(|one| report::finding(one, rule, view, commands)).collect()
}

/// All commands of the tree, one for each effect at a place.
fn seen(view: &View<'_>) -> Vec<Command> {
    let knowledge = Knowledge::embedded();
    let look = Look {
        view,
        trigger: Trigger::new(&knowledge),
        knowledge,
        projects: Projects::of(view.tree),
        own: own::files(view.tree),
    };
    let mut commands = Vec::new();
    for path in view.tree.paths().filter(|path| !look.is_own(path) && passages::may_hold_commands(path)) {
        if let Ok(file) = view.tree.read(path) {
            let mut found = look.file(&file);
            own::leave_out_blocks(&file, &mut found);
            commands.extend(one_each(found));
        }
    }
    commands
}

/// Of several effects at one place the worst is told; it is what the others come to.
fn one_each(mut commands: Vec<Command>) -> Vec<Command> {
    commands.sort_by(|left, right| {
        let key = |one: &Command| (one.place.line, one.form, one.found.effect, one.place.column);
        key(left).cmp(&key(right))
    });
    let mut kept: BTreeMap<(usize, usize), Command> = BTreeMap::new();
    for command in commands {
        // Statements of one line, and what is nested in one command, are one act.
        let key = (command.place.line, 0);
        let worse = kept.get(&key).is_none_or(|known| {
            (command.found.effect, command.form) < (known.found.effect, known.form)
                && command.form == known.form
        });
        if worse {
            kept.insert(key, command);
        }
    }
    kept.into_values().collect()
}

struct Look<'a> {
    view: &'a View<'a>,
    knowledge: Knowledge,
    trigger: Trigger,
    projects: Projects<'a>,
    own: Vec<String>,
}

impl Look<'_> {
    fn is_own(&self, path: &str) -> bool {
        path.starts_with(".dbguard/") || self.own.iter().any(|own| own == path)
    }

    fn file(&self, file: &SourceFile) -> Vec<Command> {
        let facts = self.projects.around(file.path());
        let passages = passages::read(file);
        let wanted = |passage: &&Passage| self.trigger.wants(passage, &self.knowledge);
        let worth = passages.iter().filter(|passage| !is_placeholder(passage)).filter(wanted);
        worth.flat_map(|passage| self.passage(file, passage, &facts)).collect()
    }

    fn passage(&self, file: &SourceFile, passage: &Passage, facts: &InTree<'_>) -> Vec<Command> {
        let found = self.effects(passage, facts);
        let told = found.into_iter().filter(|found| is_told(found, passage));
        told.map(|found| self.command(file, passage, found, facts)).collect()
    }

    fn command(&self, file: &SourceFile, passage: &Passage, found: Found, facts: &InTree<'_>) -> Command {
        let part = wording::part(passage, &found);
        let span = passage.place(&part);
        let mut command = Command {
            place: Place::of(file, span),
            text: wording::written(passage, &found, &part),
            context: Context::read(file, passage, &found, span, facts),
            form: passage.form,
            name: passage.name.clone(),
            settled: settled::is_settled(self.view, file, passage, &found),
            rebuilt: rebuilt::is_rebuilt(file, passage, &found),
            found,
            rule: "",
        };
        if settled::is_pending(self.view, file, passage, &command.found) {
            command.context.role = Role::ByItself;
        }
        command.rule = table::rule(&command);
        command
    }

    /// What a passage would do. A document's block that is no sound shell text as a whole is read line by line.
    fn effects(&self, passage: &Passage, facts: &InTree<'_>) -> Vec<Found> {
        let analysis = self.analysed(&passage.text, passage.language, facts);
        if matches!(passage.form, Form::Advice | Form::Comment) && analysis.found.is_empty() {
            return self.behind_words(passage, facts);
        }
        if analysis.sound || !is_loose(passage) {
            return analysis.found;
        }
        let mut found = Vec::new();
        let mut at = 0;
        for line in passage.text.split_inclusive('\n') {
            if self.trigger.names_a_program(line) {
                let one = self.analysed(line.trim_end(), passage.language, facts);
                found.extend(one.found.into_iter().map(|mut effect| {
                    effect.span = effect.span.start + at..effect.span.end + at;
                    effect
                }));
            }
            at += line.len();
        }
        found
    }

    /// A command that a sentence leads into: `To start over: docker compose down -v`.
    fn behind_words(&self, passage: &Passage, facts: &InTree<'_>) -> Vec<Found> {
        let text = passage.text.as_str();
        let words =
            text.split_whitespace().map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word));
        let mut starts =
            words.filter(|(_, word)| self.trigger.names_a_program(word)).map(|(at, _)| at).take(4);
        let found = starts.find_map(|at| {
            let found = self.analysed(text.get(at..)?, passage.language, facts).found;
            (!found.is_empty()).then_some((at, found))
        });
        let Some((at, mut found)) = found else { return Vec::new() };
        for one in &mut found {
            one.span = one.span.start + at..one.span.end + at;
        }
        found
    }

    fn analysed(&self, text: &str, language: Language, facts: &InTree<'_>) -> Analysis {
        match language {
            Language::Shell | Language::PowerShell => effects::analyse(text, facts, &self.knowledge),
            Language::Sql
            | Language::Mongo
            | Language::RedisCommands
            | Language::Cypher
            | Language::Python
            | Language::JavaScript
            | Language::Ruby
            | Language::Php
            | Language::Elixir
            | Language::Perl
            | Language::Lua
            | Language::PowerShellBase64
            | Language::CLike => effects::analyse_language(text, language, facts, &self.knowledge),
        }
    }
}

/// `<DATA_DIR>/db.sqlite3` in a sentence is a path to fill in, not a redirection.
fn is_placeholder(passage: &Passage) -> bool {
    passage.form == Form::Inline && passage.text.starts_with('<')
}

fn is_loose(passage: &Passage) -> bool {
    passage.language == Language::Shell && matches!(passage.form, Form::Block | Form::Inline | Form::Advice)
}

/// What is worth telling: a doubt is none outside of a hook, and what a script of the repository does is told there.
fn is_told(found: &Found, passage: &Passage) -> bool {
    let through_script = found.via.iter().any(|step| files::is_script(step));
    let harmless = matches!(found.effect, Effect::Untold | Effect::Reads | Effect::SchemaChange);
    let far_fetched = passage.form == Form::Comment && found.via.len() > 1;
    !(harmless || through_script || far_fetched)
}
