//! [`Children`]: a tree of the places to which something happened.

use std::{borrow::Cow, collections::BTreeMap};

use super::name::Name;
use crate::path::Segment;

/// The fields or items of a value to which something happened: `N` is a node of the tree, `I` what is known of an item
/// of an atomic list.
#[derive(Debug, Default)]
pub(super) enum Children<N, I> {
    #[default]
    Nothing,
    /// Fields, items by merge key, items of a set: by name.
    Few(Vec<(Cow<'static, str>, N)>),
    /// The same, where there are many.
    Many(BTreeMap<Cow<'static, str>, N>),
    /// Attribution of the items of an atomic list, by index; those that are not here are as the list is. Nothing
    /// below them ever changes by itself.
    Items(Vec<Option<I>>),
}

/// Up to this many names, searching is quicker than a tree, and smaller.
const FEW: usize = 12;

impl<N: Default, I> Children<N, I> {
    /// Every named node, with its name.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &N)> {
        let (few, many) = match self {
            Self::Few(few) => (few.as_slice(), None),
            Self::Many(many) => (&[][..], Some(many)),
            Self::Nothing | Self::Items(_) => (&[][..], None),
        };
        let few = few.iter().map(|(name, node)| (&**name, node));
        few.chain(many.into_iter().flat_map(|many| many.iter()).map(|(name, node)| (&**name, node)))
    }

    /// The node of the place that this segment leads to, if anything happened to it.
    pub(super) fn get(&self, segment: &Segment) -> Option<&N> {
        let name = Name::of_segment(segment)?;
        match self {
            Self::Few(few) => few.iter().find(|(known, _)| **known == *name).map(|(_, node)| node),
            Self::Many(many) => many.get(&*name),
            Self::Nothing | Self::Items(_) => None,
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        match self {
            Self::Few(few) => few.iter().any(|(known, _)| **known == *name),
            Self::Many(many) => many.contains_key(name),
            Self::Nothing | Self::Items(_) => false,
        }
    }

    /// The node of this name; a new one if there is none.
    pub(super) fn entry(&mut self, name: &Name<'_>) -> &mut N {
        if let Self::Few(few) = self
            && few.len() == FEW
            && !few.iter().any(|(known, _)| **known == **name)
        {
            let many = few.drain(..).collect();
            *self = Self::Many(many);
        }
        match self {
            Self::Few(few) => {
                let index = few.iter().position(|(known, _)| **known == **name).unwrap_or(few.len());
                if index == few.len() {
                    few.push((name.keep(), N::default()));
                }
                &mut few[index].1
            }
            Self::Many(many) => many.entry(name.keep()).or_default(),
            Self::Nothing | Self::Items(_) => {
                *self = Self::Few(Vec::with_capacity(1));
                self.entry(name)
            }
        }
    }

    /// Attribution of the items of an atomic list.
    pub(super) fn items(&self) -> &[Option<I>] {
        match self {
            Self::Items(items) => items,
            _ => &[],
        }
    }

    /// The same, to be changed.
    pub(super) fn items_mut(&mut self) -> Option<&mut Vec<Option<I>>> {
        if !matches!(self, Self::Items(_)) {
            *self = Self::Items(Vec::new());
        }
        match self {
            Self::Items(items) => Some(items),
            _ => None,
        }
    }
}
