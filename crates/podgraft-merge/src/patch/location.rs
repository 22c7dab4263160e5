//! [`LazyLocation`]: where a merge in progress is. A chain on the stack, from which a [`FieldPath`]
//! is only made when somebody needs it.

use std::{cell::Cell, num::NonZeroU32};

use serde_json::Value;

use crate::{
    path::{FieldPath, Segment},
    schema::SecondaryKey,
};

/// The innermost step of a [`LazyLocation`], borrowed from the patch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LocationSegment<'a> {
    Root,
    Field(&'a str),
    /// A field of a type that Kubernetes knows.
    Known(&'static str),
    /// An item of a keyed list, by its first merge key and, where there are two, the second.
    Key(&'a str, &'a Value, Option<&'a SecondaryKey>),
    /// An item of a set of scalars.
    Item(&'a Value),
    Index(usize),
}

/// The place that a merge is at, as a chain of borrowed segments from the innermost to the root.
#[derive(Debug)]
pub struct LazyLocation<'a> {
    parent: Option<&'a LazyLocation<'a>>,
    segment: LocationSegment<'a>,
    depth: usize,
    /// What the provenance wrote this place down as, so that a merge of many fields in one place writes it once.
    logged: Cell<Option<NonZeroU32>>,
}

impl<'a> LazyLocation<'a> {
    /// The object itself.
    pub(crate) const fn root() -> LazyLocation<'static> {
        LazyLocation { parent: None, segment: LocationSegment::Root, depth: 0, logged: Cell::new(None) }
    }

    pub(crate) fn push<'b>(&'b self, segment: LocationSegment<'b>) -> LazyLocation<'b>
    where
        'a: 'b,
    {
        LazyLocation { parent: Some(self), segment, depth: self.depth + 1, logged: Cell::new(None) }
    }

    pub(crate) fn field<'b>(&'b self, name: &'b str) -> LazyLocation<'b>
    where
        'a: 'b,
    {
        self.push(LocationSegment::Field(name))
    }

    pub(crate) fn index<'b>(&'b self, index: usize) -> LazyLocation<'b>
    where
        'a: 'b,
    {
        self.push(LocationSegment::Index(index))
    }

    /// The location of the map or list that holds this one; `None` for the object itself.
    pub(crate) fn parent(&self) -> Option<&'a LazyLocation<'a>> {
        self.parent
    }

    /// The innermost segment.
    pub(crate) fn segment(&self) -> LocationSegment<'a> {
        self.segment
    }

    /// The number under which the provenance wrote this place down, if it did.
    pub(crate) fn logged(&self) -> Option<NonZeroU32> {
        self.logged.get()
    }

    pub(crate) fn set_logged(&self, number: NonZeroU32) {
        self.logged.set(Some(number));
    }

    /// The name of the innermost field, for messages.
    pub(crate) fn field_name(&self) -> &'a str {
        match (self.segment, self.parent) {
            (LocationSegment::Field(name) | LocationSegment::Known(name), _) => name,
            (_, Some(parent)) => parent.field_name(),
            (_, None) => "the object",
        }
    }

    /// How many segments below the root this is.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The path. Allocates.
    #[must_use]
    pub fn path(&self) -> FieldPath {
        let mut segments = Vec::with_capacity(self.depth);
        let mut here = Some(self);
        while let Some(location) = here {
            segments.extend(location.to_segment());
            here = location.parent;
        }
        segments.reverse();
        FieldPath::new(segments)
    }

    fn to_segment(&self) -> Option<Segment> {
        Some(match self.segment {
            LocationSegment::Root => return None,
            LocationSegment::Field(name) | LocationSegment::Known(name) => Segment::Field(name.to_owned()),
            LocationSegment::Key(key, value, second) => {
                let mut keys = vec![(key.to_owned(), value.clone())];
                keys.extend(second.map(|second| (second.name().to_owned(), second.value())));
                Segment::Key(keys)
            }
            LocationSegment::Item(value) => Segment::Item(value.clone()),
            LocationSegment::Index(index) => Segment::Index(index),
        })
    }
}
