//! What is broken: the fixtures beside this checkout, and small seeds written here.

use std::path::{Path, PathBuf};

use xtask::fuzz::rounds::Source;
use xtask::lab::variable;

use super::texts;
use super::tree::{Named, Node, Packing};

/// No folder of fixtures: there are none of this kind.
pub const NONE: &str = "";

/// Inputs of one reader before they are broken.
#[derive(Debug, Default)]
pub struct Seeds {
    /// Single files, of which a few make an input.
    pub pool: Vec<Named>,
    /// Inputs that only make sense whole.
    pub whole: Vec<Vec<Named>>,
    /// So many files of the pool at most.
    pub together: usize,
}

impl Seeds {
    /// One input.
    pub fn pick(&self, source: &mut Source) -> Vec<Named> {
        let is_whole = self.pool.is_empty() || (!self.whole.is_empty() && source.below(2) == 0);
        if is_whole {
            return self.whole[source.below(self.whole.len())].clone();
        }
        let many = if source.below(2) == 0 { 1 } else { 1 + source.below(self.together) };
        let mut picked: Vec<Named> = (0..many).map(|_| self.pool[source.below(self.pool.len())].clone()).collect();
        picked.sort_by(|(one, _), (other, _)| one.cmp(other));
        picked.dedup_by(|(one, _), (other, _)| one == other);
        picked
    }

    /// Single files for pieces of other inputs.
    pub fn others(&self) -> &[Named] {
        if self.pool.is_empty() { &self.whole[0] } else { &self.pool }
    }

    /// Files of a folder of fixtures, and of text written here.
    pub fn of(folder: &str, together: usize, texts: &[(&str, &str)]) -> Self {
        let mut pool = fixtures(folder);
        pool.extend(texts.iter().map(|(name, text)| file(name, text)));
        Self { pool, whole: Vec::new(), together }
    }

    pub fn and_whole(mut self, files: &[(&str, &str)]) -> Self {
        self.whole.push(files.iter().map(|(name, text)| file(name, text)).collect());
        self
    }
}

pub fn file(name: &str, text: &str) -> Named {
    (name.to_owned(), Node::File(text.as_bytes().to_vec()))
}

/// An archive of texts.
pub fn archive(packing: Packing, files: &[(&str, &str)]) -> Node {
    let member =
        |(name, text): &(&str, &str)| (name.as_bytes().to_vec(), Node::File(texts::on_a_server(text).into_bytes()));
    Node::Packed(packing, files.iter().map(member).collect())
}

/// Files of a folder of fixtures; none, and said so, where there are none.
fn fixtures(folder: &str) -> Vec<Named> {
    if folder == NONE {
        return Vec::new();
    }
    let root = match variable("HOSTWRIGHT_FIXTURES") {
        Some(root) => Some(PathBuf::from(root)),
        None => Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|above| above.join("shared/fixtures"))
            .find(|found| found.is_dir()),
    };
    let Some(root) = root.map(|root| root.join(folder)).filter(|root| root.is_dir()) else {
        println!("no fixtures of {folder} beside this checkout: only the seeds of the test are broken");
        return Vec::new();
    };
    let mut found = Vec::new();
    below(&root, "", &mut found);
    found
}

fn below(folder: &Path, prefix: &str, found: &mut Vec<Named>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // Proxmox is told by the folder what a file is.
            below(&path, &format!("{prefix}{}/", name.trim_end_matches("-conf")), found);
        } else if name != "SOURCES.md" {
            found.push((format!("{prefix}{name}"), Node::File(std::fs::read(&path).unwrap())));
        }
    }
}

/// A dump of WHMCS and archives of cPanel that are made up, where they are compiled in.
#[cfg(feature = "synthetic")]
pub mod made_up {
    use hostwright_importer::sources::{cpanel, whmcs};

    use super::super::opened::opened;
    use super::super::tree::{Named, Node};

    pub fn whmcs_dumps() -> Vec<Vec<Named>> {
        let dump = |clients, seed| {
            let mut bytes = Vec::new();
            whmcs::synthetic::write(&mut bytes, clients, seed).unwrap();
            vec![("whmcs.sql".to_owned(), Node::File(bytes))]
        };
        vec![dump(1, 1), dump(2, 2), dump(7, 3)]
    }

    pub fn cpanel_archives() -> Vec<Vec<Named>> {
        let folder = tempfile::tempdir().unwrap();
        cpanel::synthetic::write(folder.path(), 30, 7).unwrap();
        let mut found = Vec::new();
        super::below(folder.path(), "", &mut found);
        let open = |(name, node): &Named| match node {
            Node::File(bytes) => vec![(name.clone(), opened(bytes.clone(), 0))],
            node @ Node::Packed(..) => vec![(name.clone(), node.clone())],
        };
        let mut all: Vec<Vec<Named>> = found.iter().map(open).collect();
        all.extend(found.into_iter().map(|one| vec![one]));
        all
    }
}

#[cfg(not(feature = "synthetic"))]
pub mod made_up {
    use super::super::tree::Named;

    pub fn whmcs_dumps() -> Vec<Vec<Named>> {
        Vec::new()
    }

    pub fn cpanel_archives() -> Vec<Vec<Named>> {
        Vec::new()
    }
}
