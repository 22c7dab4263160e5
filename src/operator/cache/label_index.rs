//! [`LabelIndex`]: the objects of a cache by a label's value, so that nobody looks through all of them.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use kube::{
    Resource, ResourceExt,
    runtime::{
        reflector::{ObjectRef, Store},
        watcher::Event,
    },
};

/// Names, by namespace and the value of a label.
type NamesByLabel = HashMap<(String, String), BTreeSet<String>>;

/// The names of the objects of a cache, by namespace and the value of one label.
#[derive(Debug, Clone)]
pub(crate) struct LabelIndex {
    label: &'static str,
    names: Arc<Mutex<NamesByLabel>>,
}

impl LabelIndex {
    /// An index by this label.
    pub(super) fn new(label: &'static str) -> Self {
        Self { label, names: Arc::default() }
    }

    /// Notes what happened to the cache's objects.
    pub(super) fn note<K: Resource>(&self, event: &Event<K>) {
        let (Event::Apply(object) | Event::InitApply(object) | Event::Delete(object)) = event else { return };
        let Some(value) = object.labels().get(self.label) else { return };
        let key = (object.namespace().unwrap_or_default(), value.clone());
        let mut all = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(event, Event::Delete(_)) {
            let left = all.get_mut(&key).map(|names| {
                names.remove(&object.name_any());
                names.is_empty()
            });
            if left == Some(true) {
                all.remove(&key);
            }
        } else {
            all.entry(key).or_default().insert(object.name_any());
        }
    }

    /// The objects of a namespace with this value, in the order of their names.
    pub(super) fn find<K>(&self, store: &Store<K>, namespace: &str, value: &str) -> Vec<Arc<K>>
    where
        K: Resource<DynamicType = ()> + Clone + 'static,
        K::DynamicType: Eq + Hash,
    {
        let key = (namespace.to_owned(), value.to_owned());
        let all = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let names = all.get(&key).into_iter().flatten();
        // What went while the cache was filled anew is not there any more.
        names.filter_map(|name| store.get(&ObjectRef::new(name).within(namespace))).collect()
    }
}
