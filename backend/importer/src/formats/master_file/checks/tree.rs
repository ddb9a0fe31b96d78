//! The names of a zone with what stands at each.

use std::collections::BTreeMap;

use super::super::fault::Place;
use super::super::name::Name;
use super::super::types;
use super::{A, AAAA, CNAME, DNAME, NS};

/// One record.
pub(super) struct Item {
    pub index: usize,
    pub kind: u16,
    pub wire: Vec<u8>,
    pub ttl: Option<u32>,
    pub line: Option<u64>,
}

/// All records of one name.
pub(super) struct Node {
    pub name: Name,
    pub text: String,
    pub items: Vec<Item>,
}

impl Node {
    pub(super) fn has(&self, kind: u16) -> bool {
        self.items.iter().any(|item| item.kind == kind)
    }

    pub(super) fn of(&self, kind: u16) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.kind == kind)
    }

    pub(super) fn has_address(&self) -> bool {
        self.has(A) || self.has(AAAA)
    }

    /// Where a fault of one of its records is; `kind` is the type's name, made by the caller.
    pub(super) fn at<'a>(&'a self, item: &Item, kind: &'a str) -> Place<'a> {
        Place { owner: &self.text, kind: Some(kind), line: item.line, index: Some(item.index) }
    }
}

/// What becomes of a question for the address of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It is answered here.
    Address,
    /// Nothing is there.
    Nothing,
    /// The name is another's alias.
    Cname,
    /// The name is below a DNAME.
    BelowDname,
    /// Another zone answers.
    Elsewhere,
}

pub(super) struct Tree {
    pub apex: Name,
    pub apex_text: String,
    nodes: BTreeMap<Vec<u8>, Node>,
}

impl Tree {
    pub(super) fn new(apex: Name) -> Self {
        Self { apex_text: apex.text(), apex, nodes: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, owner: &Name, item: Item) {
        let node = self.nodes.entry(owner.key()).or_insert_with(|| Node {
            text: owner.text(),
            name: owner.clone(),
            items: Vec::new(),
        });
        node.items.push(item);
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    pub(super) fn node(&self, name: &Name) -> Option<&Node> {
        self.nodes.get(&name.lower().key())
    }

    pub(super) fn apex_node(&self) -> Option<&Node> {
        self.node(&self.apex)
    }

    pub(super) fn is_apex(&self, node: &Node) -> bool {
        node.name == self.apex
    }

    /// A name exists if something stands at it or below it.
    fn exists(&self, name: &Name) -> bool {
        let key = name.lower().key();
        self.nodes.range(key.clone()..).next().is_some_and(|(first, _)| first.starts_with(&key))
    }

    /// The names above, from the apex down to the parent.
    fn above(&self, name: &Name) -> Vec<Name> {
        let mut all = Vec::new();
        let mut current = name.parent();
        while let Some(name) = current {
            if !name.is_within(&self.apex) {
                break;
            }
            current = name.parent();
            all.push(name);
        }
        all.reverse();
        all
    }

    /// The uppermost delegation or DNAME above a name: what hides it.
    pub(super) fn hidden_by(&self, name: &Name) -> Option<(&Node, u16)> {
        self.above(name).iter().filter_map(|above| self.node(above)).find_map(|node| {
            if node.has(DNAME) {
                Some((node, DNAME))
            } else if node.has(NS) && !self.is_apex(node) {
                Some((node, NS))
            } else {
                None
            }
        })
    }

    /// Where a question for the address of a name ends.
    pub(super) fn find_address(&self, name: &Name) -> Found {
        if !name.is_within(&self.apex) {
            return Found::Elsewhere;
        }
        match self.hidden_by(name) {
            Some((_, DNAME)) => return Found::BelowDname,
            Some(_) => return Found::Elsewhere,
            None => {}
        }
        let node = self.node(name).or_else(|| self.wildcard(name));
        match node {
            Some(node) if node.has_address() => Found::Address,
            Some(node) if node.has(NS) && !self.is_apex(node) => Found::Elsewhere,
            Some(node) if node.has(CNAME) => Found::Cname,
            _ => Found::Nothing,
        }
    }

    /// The wildcard that answers for a name that does not exist.
    pub(super) fn wildcard(&self, name: &Name) -> Option<&Node> {
        if self.exists(name) {
            return None;
        }
        let closest = self.above(name).into_iter().rev().find(|above| self.exists(above))?;
        let star = Name::read(b"*", Some(&closest)).ok()?;
        self.node(&star)
    }
}

/// The name of an item's type, for [`Node::at`].
pub(super) fn kind_name(item: &Item) -> String {
    types::name(item.kind)
}
