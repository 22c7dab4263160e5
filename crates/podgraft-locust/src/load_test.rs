//! [`LoadTest`]: a `LocustTest` of either version, read and checked.

mod from_v1;
mod metadata;
mod other_operator;
mod readable;

use std::{collections::BTreeMap, sync::LazyLock};

use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Segment},
};
use podgraft_pod::{
    manifest::nesting::too_deep,
    object::{SpecKind, normalize::normalize, unknown, unquoted},
    overlay::{Namespace, OverlayHost, SpecSchema},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::metadata::Metadata;
use crate::{
    api::{Version, v2},
    codes,
    conversion::{MOVED_FIELDS, is_split_in_v1},
    field_advice::TestAdvice,
    names::{LIBRARY_VOLUME, SECRET_VOLUME_PREFIX, SOURCE_VOLUME, is_reserved_volume},
    overlay_api::OVERLAY_API,
    spec_schemas::{V1, V2},
};

pub use self::metadata::name_of;
pub use self::other_operator::is_of_other_operator;

/// A load test as its author wrote it, in the form of v2.
#[derive(Debug, Clone)]
pub struct LoadTest {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`, where the author wrote one.
    pub namespace: Option<String>,
    /// `metadata.labels`.
    pub labels: BTreeMap<String, String>,
    /// The version in which it was written.
    pub version: Version,
    /// The spec, in the form of v2.
    pub spec: v2::LocustTestSpec,
}

impl LoadTest {
    /// The test as overlays look at it, in this namespace.
    #[must_use]
    pub fn overlay_host<'a>(&'a self, namespace: Option<&'a Namespace>) -> OverlayHost<'a> {
        OverlayHost {
            noun: OVERLAY_API.noun,
            labels: &self.labels,
            namespace,
            overlays: &self.spec.overrides.overlays,
        }
    }

    /// The place in the author's version of a field of v2.
    #[must_use]
    pub fn origin(&self, path: &FieldPath) -> FieldPath {
        if self.version == Version::V2 {
            return path.clone();
        }
        let spec = FieldPath::fields(["spec"]);
        let place = |fields: &[&'static str]| spec.join(&FieldPath::fields(fields.iter().copied()));
        if let Some(moved) = MOVED_FIELDS.iter().find(|field| place(field.v2).contains(path)) {
            let rest = FieldPath::new(path.segments()[1 + moved.v2.len()..].to_vec());
            return place(moved.v1).join(&rest);
        }
        let names: Option<Vec<&str>> = (path.segments().iter().skip(1))
            .map(|segment| if let Segment::Field(name) = segment { Some(name.as_str()) } else { None })
            .collect();
        match names {
            Some(names) if !names.is_empty() && is_split_in_v1(&names) => spec,
            _ => path.clone(),
        }
    }
}

/// The schema of v1 with the pod-shaped fields of v2: those of v1 are open.
static V1_TYPED: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = V1.schema.clone();
    for list in ["volumes", "masterVolumes", "workerVolumes"] {
        schema["properties"][list] = V2.schema["properties"][list].clone();
    }
    schema
});

/// Reads an object of either version, and checks it as the API server checks it on arrival. Returns
/// the test with what there is to say of it, errors among that where the test can be read nevertheless.
///
/// # Errors
/// Everything that is wrong with a test that cannot be read; paths are rooted at the object.
pub fn read(value: &Value) -> Result<(LoadTest, Vec<Diagnostic>), Vec<Diagnostic>> {
    if is_of_other_operator(value) {
        let path = FieldPath::fields(["spec", "locustfile"]);
        return Err(vec![Diagnostic::error(codes::UNSUPPORTED_KIND, other_operator::ADVICE).at(path)]);
    }
    if let Some(error) = too_deep(value) {
        return Err(vec![error]);
    }
    let mut errors = Vec::new();
    let version = version(value, &mut errors);
    let Metadata { name, namespace, labels } = Metadata::read(value, &mut errors);
    let schema_of_spec = if version == Version::V1 { &V1.schema } else { &V2.schema };
    errors.extend(unknown::outside_of_spec(spec_kind(schema_of_spec), value));
    let spec = value.get("spec").filter(|spec| !spec.is_null());
    let mut spec = spec.cloned().unwrap_or_else(|| json!({}));
    normalize(if version == Version::V1 { &V1_TYPED } else { &V2.schema }, &mut spec);
    let SpecSchema { schema, compiled } = if version == Version::V1 { &*V1 } else { &*V2 };
    let root = FieldPath::fields(["spec"]);
    unknown::fields(spec_kind(schema), &spec, &root, &mut errors);
    let mut wrong = Vec::new();
    for (_, error) in compiled.check(&spec) {
        let path = error.path.clone().unwrap_or_default();
        errors.push(error.at(root.join(&path)));
        wrong.push(path);
    }
    errors.extend(fractions(&spec, version, &root));
    if !wrong.is_empty() {
        spec = readable::readable(version, &spec, &wrong);
    }
    let converted: Result<v2::LocustTestSpec, Diagnostic> = match version {
        Version::V2 => typed(&spec),
        Version::V1 => from_v1::spec(value, &spec, &mut errors).and_then(|spec| typed(&spec)),
    };
    let spec = match converted {
        Ok(spec) => spec,
        Err(error) => {
            if !errors.iter().any(Diagnostic::is_error) {
                errors.push(error);
            }
            return Err(errors);
        }
    };
    let test = LoadTest { name, namespace, labels, version, spec };
    errors.extend(typed_rules(&test));
    Ok((test, errors))
}

/// What reading the spec of a test goes by.
fn spec_kind(schema: &Value) -> SpecKind<'_> {
    SpecKind { kind: "LocustTest", schema, advice: &TestAdvice }
}

/// The version of an object. One of an unknown version is read as the version that it looks like.
fn version(value: &Value, errors: &mut Vec<Diagnostic>) -> Version {
    match value.get("apiVersion").and_then(Value::as_str) {
        Some("locust.io/v2") => Version::V2,
        Some("locust.io/v1") => Version::V1,
        other => {
            let written = other.unwrap_or("nothing");
            let message = format!("write apiVersion as locust.io/v2 or locust.io/v1, not as {written}");
            let error = Diagnostic::error(codes::UNSUPPORTED_VERSION, message);
            errors.push(error.at(FieldPath::fields(["apiVersion"])));
            let is_old = value.pointer("/spec/masterCommandSeed").is_some();
            if is_old { Version::V1 } else { Version::V2 }
        }
    }
}

/// The amounts with a fraction that are no texts, where the schema of this version does not look.
fn fractions(spec: &Value, version: Version, root: &FieldPath) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    for name in ["podTemplate", "masterPodTemplate", "workerPodTemplate"] {
        let template = spec.get(name);
        errors.extend(template.into_iter().flat_map(|value| unquoted::in_template(value, &root.field(name))));
    }
    for name in ["volumes", "masterVolumes", "workerVolumes"] {
        let volumes = spec.get(name).filter(|_| version == Version::V1);
        errors.extend(volumes.into_iter().flat_map(|value| unquoted::in_volumes(value, &root.field(name))));
    }
    errors
}

fn typed<T: DeserializeOwned>(spec: &Value) -> Result<T, Diagnostic> {
    serde_json::from_value(spec.clone()).map_err(|error| {
        Diagnostic::error(codes::INVALID_VALUE, format!("correct the spec: {error}"))
            .at(FieldPath::fields(["spec"]))
    })
}

/// The rules of the typed fields that no schema states.
fn typed_rules(test: &LoadTest) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let otel =
        test.spec.observability.as_ref().and_then(|observability| observability.open_telemetry.as_ref());
    if let Some(otel) = otel.filter(|otel| otel.enabled)
        && otel.endpoint.as_deref().unwrap_or_default().is_empty()
    {
        let path = FieldPath::fields(["spec", "observability", "openTelemetry", "endpoint"]);
        errors.push(
            Diagnostic::error(
                codes::MISSING_ENDPOINT,
                "add the endpoint that OpenTelemetry exports to, or disable it",
            )
            .at(path),
        );
    }
    errors.extend(test_file_paths(test));
    let overrides = &test.spec.overrides;
    for (field, volumes) in [
        ("volumes", &overrides.volumes),
        ("masterVolumes", &overrides.master_volumes),
        ("workerVolumes", &overrides.worker_volumes),
    ] {
        for (index, volume) in volumes.iter().enumerate() {
            let name = volume.get("name").and_then(Value::as_str).unwrap_or_default();
            if is_reserved_volume(name) {
                let path = FieldPath::fields(["spec", field]).index(index).field("name");
                let message = format!(
                    "rename the volume \"{name}\": the operator uses {SOURCE_VOLUME}, {LIBRARY_VOLUME} and names that start with {SECRET_VOLUME_PREFIX}"
                );
                errors.push(Diagnostic::error(codes::RESERVED_VOLUME_NAME, message).at(test.origin(&path)));
            }
        }
    }
    errors
}

/// Where the test's files may not be mounted, of those that the test has.
fn test_file_paths(test: &LoadTest) -> Vec<Diagnostic> {
    let Some(files) = &test.spec.test_files else { return Vec::new() };
    let paths = [
        ("srcMountPath", &files.config_map_ref, &files.src_mount_path),
        ("libMountPath", &files.lib_config_map_ref, &files.lib_mount_path),
    ];
    let refused = |(field, config_map, path): (&str, &Option<String>, &Option<String>)| {
        config_map.as_ref().filter(|name| !name.is_empty())?;
        let path = path.as_ref().filter(|path| !path.is_empty())?;
        let hidden = crate::protected::hidden_by_mount(path)?;
        let message = format!(
            "mount the test's files elsewhere than {path}: it would hide {hidden} of the image, and nothing could run"
        );
        let place = FieldPath::fields(["spec", "testFiles", field]);
        Some(Diagnostic::error(codes::INVALID_VALUE, message).at(test.origin(&place)))
    };
    paths.into_iter().filter_map(refused).collect()
}

#[cfg(test)]
mod tests;
