//! Aliases of mix.exs.

/// The commands of an alias: the strings of the list behind its name.
pub(super) fn alias(text: &str, name: &str) -> Option<Vec<String>> {
    let heads = [format!("\"{name}\":"), format!("{name}:")];
    let row =
        text.lines().find(|row| heads.iter().any(|head| row.trim_start().starts_with(head.as_str())))?;
    let (_, list) = row.split_once('[')?;
    let steps = list.split('"').skip(1).step_by(2);
    Some(steps.filter(|step| *step != name).map(|step| format!("mix {step}")).collect())
}
