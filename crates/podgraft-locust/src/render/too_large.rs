//! [`too_large`]: whether etcd would take what is made of a test.

use std::io;

use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId},
    path::{FieldPath, Segment},
    schema::FieldType,
};
use serde_json::Value;

use super::{GraftedJob, Rendered};
use crate::{PerRole, codes};
use podgraft_pod::manifest::Document;

/// What etcd takes in one request, where it is not configured otherwise.
///
/// # Source
/// etcd, `server/embed/config.go`, `DefaultMaxRequestBytes`.
const ETCD_TAKES: usize = 1_572_864;
/// What is kept free beside the objects: their revision's metadata, and what the API server adds.
const KEPT_FREE: usize = 65_536;

/// That the Services and the Jobs of a test, which are frozen in one object when it starts, are more than etcd takes;
/// with the largest field of the larger pod.
pub(super) fn too_large(
    rendered: &Rendered,
    jobs: &PerRole<GraftedJob<'_>>,
    document: &Document,
) -> Option<Diagnostic> {
    let sizes = jobs.iter().map(|(_, grafted)| (bytes(&grafted.job), grafted));
    let services = [&rendered.service, &rendered.web_service].into_iter().flatten().map(bytes);
    let all = services.chain(sizes.clone().map(|(bytes, _)| bytes)).sum::<usize>();
    if all <= ETCD_TAKES - KEPT_FREE {
        return None;
    }
    let (_, GraftedJob { job, pod }) = sizes.max_by_key(|(bytes, _)| *bytes)?;
    let (largest, steps) = largest(job.pointer("/spec/template")?, FieldType::pod_template());
    let path = FieldPath::new(steps);
    let layer = pod.provenance().and_then(|provenance| provenance.last_change(&path));
    let layer = layer.and_then(|layer| pod.layers.get(layer));
    let message = format!(
        "make this smaller, or mount it from a ConfigMap: it has {largest} bytes, and the Jobs of the test have {all}; etcd takes \
         {ETCD_TAKES} at once, and both Jobs are kept in one object when the test starts"
    );
    let mut diagnostic = Diagnostic::error(codes::TOO_LARGE_TO_STORE, message).at(path.clone());
    diagnostic.layer = Some(layer.map_or_else(LayerId::base, |layer| layer.id.clone()));
    Some(diagnostic.positioned(layer.and_then(|layer| layer.position(Some(&path), document))))
}

/// Counts what is written.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        self.0 += written.len();
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many bytes a value has as the API server gets it.
fn bytes(value: &Value) -> usize {
    let mut count = Count(0);
    // Counting cannot fail.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

/// How large the largest field of a value is, and where: as deep as one field is more than half of what is around it.
fn largest(value: &Value, mut ty: FieldType) -> (usize, Vec<Segment>) {
    let (mut here, mut size, mut path) = (value, bytes(value), Vec::new());
    loop {
        let sized =
            ty.children(here).into_iter().map(|(segment, value, ty)| (bytes(value), segment, value, ty));
        let Some((most, segment, value, inner)) = sized.max_by_key(|(bytes, ..)| *bytes) else {
            return (size, path);
        };
        if most * 2 <= size {
            return (size, path);
        }
        path.push(segment);
        (here, size, ty) = (value, most, inner);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_largest_field_is_found_as_deep_as_it_is_most() {
        let long = "x".repeat(1_000);
        let pod = json!({"spec": {"containers": [
            {"name": "locust", "env": [{"name": "A", "value": long}, {"name": "B", "value": "b"}]},
            {"name": "other"}
        ]}});
        let (size, steps) = largest(&pod, FieldType::pod_template());
        let path = FieldPath::new(steps).to_string();
        assert_eq!((size, path.as_str()), (1_002, ".spec.containers[name=\"locust\"].env[name=\"A\"].value"));
        let many: Vec<Value> = (0..100).map(|index| json!(format!("--flag-{index}"))).collect();
        let pod = json!({"spec": {"containers": [{"name": "locust", "args": many}]}});
        let (_, steps) = largest(&pod, FieldType::pod_template());
        assert_eq!(FieldPath::new(steps).to_string(), ".spec.containers[name=\"locust\"].args");
    }
}
