//! `ports:` of a service, in short and long form.

use super::model::Port;
use super::project::Reader;
use crate::yaml::Node;

/// All ports of a service.
pub(super) fn read(reader: Reader<'_>, service: &Node) -> Vec<Port> {
    let items = service.get("ports").map(Node::items).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| if item.is_mapping() { long(reader, item) } else { short(reader, item) })
        .collect()
}

fn long(reader: Reader<'_>, item: &Node) -> Option<Port> {
    let target = number(&reader.text_of(item, "target")?)?;
    let published = reader.text_of(item, "published").and_then(|text| number(&text));
    Some(Port { target, published, host_ip: reader.text_of(item, "host_ip"), place: reader.place(item) })
}

/// `[[IP:]HOST:]CONTAINER[/PROTOCOL]`, ports possibly ranges.
fn short(reader: Reader<'_>, item: &Node) -> Option<Port> {
    let text = reader.text(item)?;
    let (ports, _protocol) = text.split_once('/').unwrap_or((&text, ""));
    let (rest, target) = ports.rsplit_once(':').map_or((None, ports), |(rest, target)| (Some(rest), target));
    let (host_ip, published) = match rest.map(|rest| rest.rsplit_once(':').unwrap_or(("", rest))) {
        Some((address, published)) => (Some(address.trim_matches(['[', ']']).to_owned()), number(published)),
        None => (None, None),
    };
    let host_ip = host_ip.filter(|address| !address.is_empty());
    Some(Port { target: number(target)?, published, host_ip, place: reader.place(item) })
}

fn number(text: &str) -> Option<u16> {
    text.split('-').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::survey::compose::scope::Scope;
    use crate::survey::tree::Tree;
    use crate::yaml;

    fn port(item: &str) -> Option<(u16, Option<u16>, String, bool)> {
        let (tree, scope) = (Tree::in_memory([]), Scope::default());
        let file = SourceFile::new("compose.yml", format!("ports: [{item}]"));
        let reader = Reader { tree: &tree, file: &file, scope: &scope, directory: "" };
        let found = read(reader, &yaml::parse_one(&file).unwrap()).pop()?;
        let loopback = found.is_loopback();
        Some((found.target, found.published, found.host_ip.unwrap_or_default(), loopback))
    }

    #[test]
    fn all_forms_are_understood() {
        let cases = [
            ("5432", (5432, None, "", false)),
            ("'15432:5432'", (5432, Some(15432), "", false)),
            ("'127.0.0.1:15432:5432/tcp'", (5432, Some(15432), "127.0.0.1", true)),
            ("'[::1]:15432:5432'", (5432, Some(15432), "::1", true)),
            ("'127.0.0.1::5432'", (5432, None, "127.0.0.1", true)),
            ("'7000-7005:8000-8005'", (8000, Some(7000), "", false)),
            ("{target: 80, published: '8080', host_ip: 0.0.0.0}", (80, Some(8080), "0.0.0.0", false)),
            ("'${PORT:-5433}:5432'", (5432, Some(5433), "", false)),
        ];
        for (item, (target, published, address, loopback)) in cases {
            assert_eq!(port(item), Some((target, published, address.to_owned(), loopback)), "{item}");
        }
        assert_eq!(port("'not a port'"), None);
    }
}
