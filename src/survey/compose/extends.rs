//! `extends`: services built on others, of the same file or another.

use std::rc::Rc;

use super::documents::{Document, Documents};
use super::model::Service;
use super::project::Reader;
use super::scope::Scope;
use super::{discovery, names, overlay, service};
use crate::survey::tree::Tree;
use crate::yaml::{Entry, Node};

/// Reads services with what they extend.
pub(super) struct Extender<'a, 't> {
    pub(super) tree: &'a Tree,
    pub(super) documents: &'a mut Documents<'t>,
    pub(super) scope: &'a Scope,
}

impl Extender<'_, '_> {
    /// The service `entry` of `document`, whose relative paths start from `directory`.
    pub(super) fn read(&mut self, document: &Rc<Document>, directory: &str, entry: Entry<'_>) -> Service {
        self.follow(document, directory, entry, &mut Vec::new())
    }

    fn follow(
        &mut self,
        document: &Rc<Document>,
        directory: &str,
        entry: Entry<'_>,
        seen: &mut Vec<(String, String)>,
    ) -> Service {
        let own = service::read(Reader::new(self.tree, document, self.scope, directory), entry);
        let key = (document.file.path().to_owned(), own.name.clone());
        if seen.contains(&key) {
            return own;
        }
        seen.push(key);
        let Some(mut extended) = self.extended(document, directory, entry.value, seen) else { return own };
        extended.name.clone_from(&own.name);
        extended.place = own.place.clone();
        extended.sources.retain(|place| !own.sources.contains(place));
        extended.sources = own.sources.iter().cloned().chain(extended.sources).collect();
        // Compose never inherits these through `extends`.
        extended.depends_on.clear();
        overlay::apply(&mut extended, own);
        extended
    }

    fn extended(
        &mut self,
        document: &Rc<Document>,
        directory: &str,
        node: &Node,
        seen: &mut Vec<(String, String)>,
    ) -> Option<Service> {
        let reader = Reader::new(self.tree, document, self.scope, directory);
        let extends = node.get("extends")?;
        let name =
            if extends.is_mapping() { reader.text_of(extends, "service") } else { reader.text(extends) }?;
        let line = document.file.line_of(extends.start());
        let (other, other_directory) = match reader.text_of(extends, "file") {
            None => (Rc::clone(document), directory.to_owned()),
            Some(file) => {
                let path = names::join(directory, &file).filter(|path| self.tree.has(path));
                let Some(path) = path else {
                    let message = format!("extends a service of {file}, which is not in the repository");
                    self.documents.note(document.file.path(), line, message);
                    return None;
                };
                (self.documents.get(&path)?, names::split(&path).0.to_owned())
            }
        };
        let Some(entry) = discovery::services(&other.root).and_then(|services| services.entry(&name)) else {
            let message = format!("extends the service {name}, which {} does not have", other.file.path());
            self.documents.note(document.file.path(), line, message);
            return None;
        };
        Some(self.follow(&other, &other_directory, entry, seen))
    }
}
