//! [`Correspondence`]: which field of one version is which of the other.
//!
//! # Source
//! locust-k8s-operator 2.3.0, `api/v1/locusttest_conversion.go`: the pairs of fields.

use std::sync::LazyLock;

use super::{Version, field_conversion::FieldConversion};

/// A field that both versions have, at another place or in another form.
#[derive(Debug)]
pub(super) struct Correspondence {
    v1: &'static [&'static str],
    v2: &'static [&'static str],
    pub(super) conversion: FieldConversion,
}

impl Correspondence {
    /// Where a version has the field, below the spec.
    pub(super) fn path(&self, version: Version) -> &'static [&'static str] {
        match version {
            Version::V1 => self.v1,
            Version::V2 => self.v2,
        }
    }
}

/// Every field whose place or form differs. What is not in the way of these has the same name and form in both.
pub(super) const CORRESPONDENCES: &[Correspondence] = &[
    same(&["masterCommandSeed"], &["master", "command"]),
    same(&["workerCommandSeed"], &["worker", "command"]),
    same(&["labels", "master"], &["master", "labels"]),
    same(&["labels", "worker"], &["worker", "labels"]),
    same(&["annotations", "master"], &["master", "annotations"]),
    same(&["annotations", "worker"], &["worker", "annotations"]),
    same(&["configMap"], &["testFiles", "configMapRef"]),
    same(&["libConfigMap"], &["testFiles", "libConfigMapRef"]),
    same(&["observability", "metricsExporter"], &["observability", "metricsExporter"]),
    Correspondence {
        v1: &["workerReplicas"],
        v2: &["worker", "replicas"],
        conversion: FieldConversion::Replicas,
    },
    Correspondence {
        v1: &["imagePullSecrets"],
        v2: &["imagePullSecrets"],
        conversion: FieldConversion::PullSecrets,
    },
    Correspondence {
        v1: &["tolerations"],
        v2: &["scheduling", "tolerations"],
        conversion: FieldConversion::Tolerations,
    },
    Correspondence {
        v1: &["affinity", "nodeAffinity", REQUIRED],
        v2: &["scheduling", "affinity", "nodeAffinity", REQUIRED],
        conversion: FieldConversion::NodeLabels,
    },
];

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// The fields of v2 that v1 has not at all, beside those in the way of [`CORRESPONDENCES`].
const ONLY_V2: [&str; 2] = ["env", "security"];

const fn same(v1: &'static [&'static str], v2: &'static [&'static str]) -> Correspondence {
    Correspondence { v1, v2, conversion: FieldConversion::Same }
}

/// Whether a field of the spec in a version has a place or a form of that version's own.
pub(super) fn is_own_field(version: Version, name: &str) -> bool {
    CORRESPONDENCES.iter().any(|field| field.path(version).first() == Some(&name))
        || version == Version::V2 && ONLY_V2.contains(&name)
}

/// Whether fields of [`CORRESPONDENCES`] are below this place of a spec: what else is there is kept field by field.
pub(super) fn is_above_corresponding(version: Version, path: &[&str]) -> bool {
    CORRESPONDENCES.iter().any(|field| {
        let field = field.path(version);
        field.len() > path.len() && field.starts_with(path)
    })
}

/// A place below the spec that v1 and v2 have each for itself.
#[derive(Debug)]
pub(crate) struct MovedField {
    pub(crate) v1: &'static [&'static str],
    pub(crate) v2: &'static [&'static str],
}

/// Every place that the versions have each for itself, without what is equal at their ends.
pub(crate) static MOVED_FIELDS: LazyLock<Vec<MovedField>> = LazyLock::new(|| {
    let moved = CORRESPONDENCES.iter().filter(|field| field.v1 != field.v2);
    let shortened = moved.map(|field| {
        let equal = field.v1.iter().rev().zip(field.v2.iter().rev()).take_while(|(v1, v2)| v1 == v2).count();
        // The field itself has a name in both.
        let equal = equal.min(field.v1.len() - 1).min(field.v2.len() - 1);
        MovedField { v1: &field.v1[..field.v1.len() - equal], v2: &field.v2[..field.v2.len() - equal] }
    });
    shortened.collect()
});

/// Whether this place of v2, below the spec, is a map that v1 has not, but whose fields it has in part.
pub(crate) fn is_split_in_v1(path: &[&str]) -> bool {
    MOVED_FIELDS.iter().any(|field| field.v2.len() > path.len() && field.v2.starts_with(path))
}
