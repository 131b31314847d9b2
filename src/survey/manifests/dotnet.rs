//! Projects of .NET and their central package versions.

use super::Declared;
use crate::source::SourceFile;
use crate::survey::xml;

/// The packages of a project; its SDKs count too (`nuget:microsoft.net.sdk.web`).
pub(super) fn project(file: &SourceFile) -> Vec<Declared> {
    let mut declared = Vec::new();
    for element in xml::elements(file) {
        let name = match element.name() {
            "PackageReference" | "PackageVersion" | "GlobalPackageReference" => {
                element.attribute("Include").or_else(|| element.attribute("Update"))
            }
            "package" => element.attribute("id"),
            "Project" => element.attribute("Sdk"),
            "Sdk" => element.attribute("Name"),
            _ => None,
        };
        for name in name.into_iter().flat_map(|names| names.split(';')) {
            // An SDK may carry a version: `Aspire.AppHost.Sdk/9.0.0`.
            let name = name.split('/').next().unwrap_or_default().trim().to_ascii_lowercase();
            declared.push(Declared::new("nuget", &name, false, element.start));
        }
    }
    declared
}
