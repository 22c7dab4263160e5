//! [`Trail`]: where a merge is, as a chain on the stack; a [`FieldPath`] is made only when asked for.

use serde_json::Value;

use crate::path::{FieldPath, Segment};

/// One step of a [`Trail`], borrowed from the patch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    Root,
    Field(&'a str),
    /// A field of a type that Kubernetes knows.
    Known(&'static str),
    /// An item of a keyed list, by its first merge key and, where there are two, the second.
    Key(&'a str, &'a Value, Option<(&'a str, &'a str)>),
    /// An item of a set of scalars.
    Item(&'a Value),
    Index(usize),
}

/// The way from the object's root to where a merge is.
#[derive(Debug, Clone, Copy)]
pub struct Trail<'a> {
    parent: Option<&'a Trail<'a>>,
    place: Place<'a>,
    depth: usize,
}

impl<'a> Trail<'a> {
    /// The object itself.
    pub(crate) const ROOT: Trail<'static> = Trail { parent: None, place: Place::Root, depth: 0 };

    pub(crate) fn then<'b>(&'b self, place: Place<'b>) -> Trail<'b>
    where
        'a: 'b,
    {
        Trail { parent: Some(self), place, depth: self.depth + 1 }
    }

    pub(crate) fn field<'b>(&'b self, name: &'b str) -> Trail<'b>
    where
        'a: 'b,
    {
        self.then(Place::Field(name))
    }

    pub(crate) fn index<'b>(&'b self, index: usize) -> Trail<'b>
    where
        'a: 'b,
    {
        self.then(Place::Index(index))
    }

    /// The way to what holds this place; `None` for the object itself.
    pub(crate) fn parent(&self) -> Option<&'a Trail<'a>> {
        self.parent
    }

    /// The innermost step.
    pub(crate) fn place(&self) -> Place<'a> {
        self.place
    }

    /// The innermost field's name; what it is called in messages.
    pub(crate) fn name(&self) -> &'a str {
        match (self.place, self.parent) {
            (Place::Field(name) | Place::Known(name), _) => name,
            (_, Some(parent)) => parent.name(),
            (_, None) => "the object",
        }
    }

    /// How many steps below the root this is.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The path, outermost step first. Allocates.
    #[must_use]
    pub fn path(&self) -> FieldPath {
        let mut segments = Vec::with_capacity(self.depth);
        let mut here = Some(self);
        while let Some(trail) = here {
            segments.extend(trail.segment());
            here = trail.parent;
        }
        segments.reverse();
        FieldPath::new(segments)
    }

    fn segment(&self) -> Option<Segment> {
        Some(match self.place {
            Place::Root => return None,
            Place::Field(name) | Place::Known(name) => Segment::Field(name.to_owned()),
            Place::Key(key, value, second) => {
                let mut keys = vec![(key.to_owned(), value.clone())];
                keys.extend(second.map(|(key, value)| (key.to_owned(), Value::from(value))));
                Segment::Key(keys)
            }
            Place::Item(value) => Segment::Item(value.clone()),
            Place::Index(index) => Segment::Index(index),
        })
    }
}
