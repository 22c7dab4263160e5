//! [`render`]: from a LocustTest to its Service and Jobs. Pure; everything that prints or applies
//! calls this.

use std::collections::HashMap;

use pod::{RenderContext, RolePod};
use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId},
    work::Work,
};
use podgraft_pod::{
    graft::{Grafted, Origins},
    manifest::{self, Document},
    overlay::{self, Conflict, Overlay, OverlayId},
    pod_security::PodSecurityStandard,
};
use serde_json::Value;
use too_large::too_large;
use unsound::Unsound;

use super::{base, config::Config, last_applied, load_test};
use crate::{PerRole, codes, role::Role};

mod cluster_context;
mod layers;
mod misplaced;
mod pod;
mod pod_security;
mod too_large;
mod unsound;
mod v1_words;

pub use cluster_context::ClusterContext;

/// What [`render`] makes of a test.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The test's Service; `None` when the test could not be read.
    pub service: Option<Value>,
    /// The second Service of the test, where it has one.
    pub web_service: Option<Value>,
    /// The Job of each role; `None` when the test could not be read.
    pub by_role: Option<PerRole<RenderedJob>>,
    /// The overlays that apply, as their overrides do.
    pub overlays: Vec<Applied>,
    /// The conflicts among them; each is among the diagnostics too.
    pub conflicts: Vec<Conflict>,
    /// What they aim at and a pod has not, by overlay; each is among the diagnostics too.
    pub missing_targets: Vec<(OverlayId, Diagnostic)>,
    /// The Pod Security Standard that the namespace enforces, where it is known and the configuration has pods judged by
    /// it.
    pub enforced: Option<PodSecurityStandard>,
    /// Errors, warnings and notes. With an error among them, the objects must not be used.
    pub diagnostics: Vec<Diagnostic>,
    /// How many steps it took, as [`Work`] counts them.
    pub steps: u64,
}

/// The Job of a role.
#[derive(Debug)]
pub struct RenderedJob {
    /// The Job.
    pub job: Value,
    /// Where its pod came from.
    pub origins: Origins,
}

/// A Job, and the pod that went into it, whose template is taken.
struct GraftedJob<'a> {
    job: Value,
    pod: Grafted<'a>,
}

/// How many steps a test may take: some three times what the largest takes that an API server stores, where nothing
/// in it or its overlays is multiplied.
const MOST_STEPS: u64 = 6_000_000;

/// That a test was not rendered to the end.
fn too_much_work() -> Diagnostic {
    let message = format!(
        "let fewer patches and constraints meet fewer containers: rendering this test takes more than {MOST_STEPS} steps"
    );
    Diagnostic::error(codes::TOO_MUCH_WORK, message)
        .help("overlays for each container and constraints count once for every container of the pod")
}

/// An overlay that applies to a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its kind.
    pub kind: overlay::OverlayKind,
    /// Its name.
    pub name: String,
    /// Its generation, where it comes from a cluster.
    pub generation: Option<i64>,
}

impl From<&Overlay> for Applied {
    fn from(overlay: &Overlay) -> Self {
        Self { kind: overlay.kind, name: overlay.name.clone(), generation: overlay.generation }
    }
}

impl Rendered {
    /// Whether the test is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The Jobs, the master's first; none when the test could not be read.
    pub fn jobs(&self) -> impl Iterator<Item = (Role, &Value)> {
        self.by_role.iter().flatten().map(|(role, rendered)| (role, &rendered.job))
    }

    /// The Job of a role; `None` when the test could not be read.
    #[must_use]
    pub fn job(&self, role: Role) -> Option<&Value> {
        self.by_role.as_ref().map(|by_role| &by_role.get(role).job)
    }
}

impl RenderedJob {
    /// The final pod template.
    #[must_use]
    pub fn pod_template(&self) -> Option<&Value> {
        self.job.pointer("/spec/template")
    }
}

/// Makes the Services and the Jobs of the LocustTest in `document`, of either version, with the overlays
/// that apply to it.
#[must_use]
pub fn render(document: &Document, cluster_context: &ClusterContext<'_>, config: &Config) -> Rendered {
    let (mut rendered, pods) = run(document, cluster_context, config);
    rendered.by_role = pods
        .map(|pods| pods.map(|_, GraftedJob { job, pod }| RenderedJob { job, origins: Origins::from(pod) }));
    rendered
}

/// The pods that [`render`] makes of a test with which layer set what in them, also of one that is refused, and its
/// diagnostics. No pods when the test could not be read.
pub(crate) fn render_pods<'a>(
    document: &Document,
    cluster_context: &ClusterContext<'a>,
    config: &Config,
) -> (Option<PerRole<Grafted<'a>>>, Vec<Diagnostic>) {
    let (rendered, pods) = run(document, cluster_context, config);
    let with_template = |_, GraftedJob { mut job, mut pod }: GraftedJob<'a>| {
        pod.template = job.pointer_mut("/spec/template").map(Value::take).unwrap_or_default();
        pod
    };
    (pods.map(|pods| pods.map(with_template)), rendered.diagnostics)
}

/// [`render`] without the Jobs, and what they are made of.
fn run<'o>(
    document: &Document,
    cluster_context: &ClusterContext<'o>,
    config: &Config,
) -> (Rendered, Option<PerRole<GraftedJob<'o>>>) {
    let (mut rendered, pods) = run_in_words_of_v2(document, cluster_context, config);
    v1_words::in_words_of_v1(&document.value, &mut rendered.diagnostics);
    (rendered, pods)
}

/// [`run`], with advice for a test of v2.
fn run_in_words_of_v2<'o>(
    document: &Document,
    cluster_context: &ClusterContext<'o>,
    config: &Config,
) -> (Rendered, Option<PerRole<GraftedJob<'o>>>) {
    let object = object_name(&document.value);
    let positioned = |diagnostic: Diagnostic| {
        let position = diagnostic.path.as_ref().and_then(|path| document.position(path));
        Diagnostic { object: Some(object.clone()), position, ..diagnostic }
    };
    let (test, read) = match load_test::read(&document.value) {
        Ok(read) => read,
        Err(errors) => {
            let diagnostics = errors.into_iter().map(positioned).collect();
            return (Rendered { diagnostics, ..Rendered::default() }, None);
        }
    };
    let namespace = cluster_context.namespace_of(&test);
    let host = test.overlay_host(namespace.as_ref());
    let (applying, found) = cluster_context.overlays.applying(&host);
    let lost = last_applied::lost_nulls(&document.value);
    let unrendered = manifest::unrendered_templates(document);
    let unsound = Unsound::of(&read);
    let is_read = !read.iter().any(Diagnostic::is_error);
    let mut diagnostics: Vec<Diagnostic> =
        unrendered.into_iter().chain(read).chain(found).chain(lost).map(positioned).collect();
    let work = Work::limited(MOST_STEPS);
    let context = RenderContext {
        document,
        namespace: namespace.as_ref(),
        applying: &applying,
        pod_security: cluster_context.pod_security,
        work: &work,
    };
    // What the master waits for depends on what the workers became.
    let pods_of_workers = i64::from(test.spec.worker.replicas);
    let worker = RolePod::render(&test, Role::Worker, config, &context, pods_of_workers);
    let workers = pods_of_workers.saturating_mul(crate::protected::workers_per_pod(&worker.grafted.template));
    let master = RolePod::render(&test, Role::Master, config, &context, workers);
    let pods = PerRole { master, worker };
    let of_pods = said_of(&pods).into_iter().filter(|diagnostic| unsound.lets_pass(diagnostic));
    diagnostics.extend(of_pods.map(|diagnostic| diagnostic.of(object.as_str())));
    let master_pod = &pods.master.grafted.template;
    diagnostics.extend(base::service_rules(&test, master_pod).into_iter().map(positioned));
    let overlays = applying.in_order_of_overrides().into_iter().map(Applied::from).collect();
    let mut rendered = Rendered {
        service: Some(base::service(&test, master_pod)),
        web_service: base::web_service(&test),
        overlays,
        enforced: pod_security::enforced(&config.pod_security, namespace.as_ref()),
        diagnostics,
        ..Rendered::default()
    };
    let mut overlaps = Vec::new();
    let jobs = pods.map(|role, RolePod { grafted: mut pod, missing_targets, .. }| {
        rendered.missing_targets.extend(missing_targets);
        overlaps.push((role.as_str(), std::mem::take(&mut pod.overlaps)));
        GraftedJob { job: base::job(&test, role, config, std::mem::take(&mut pod.template)), pod }
    });
    rendered.diagnostics.extend(too_large(&rendered, &jobs, document).map(|one| one.of(object.as_str())));
    rendered.conflicts = overlay::conflicts(overlaps);
    let conflicts = rendered.conflicts.iter().map(|conflict| conflict.diagnostic.clone());
    rendered.diagnostics.extend(conflicts.map(|diagnostic| diagnostic.of(object.as_str())));
    rendered.steps = work.steps();
    if work.is_spent() {
        // What was found of half a pod may be untrue of the whole.
        rendered.diagnostics = vec![too_much_work().of(object.as_str())];
        rendered.conflicts.clear();
        rendered.missing_targets.clear();
    }
    if !is_read {
        // The pods were made for what there is to say of them: something stands in the place of what is wrong.
        let (diagnostics, steps) = (rendered.diagnostics, rendered.steps);
        return (Rendered { diagnostics, steps, ..Rendered::default() }, None);
    }
    (rendered, Some(jobs))
}

/// What is said of the pods: once, where it is true of all.
fn said_of<'p>(pods: &'p PerRole<RolePod<'_>>) -> Vec<Diagnostic> {
    // By what is cheap to look up, as there may be very many.
    let key = |diagnostic: &Diagnostic| {
        (diagnostic.path.as_ref().map(ToString::to_string), diagnostic.message.clone())
    };
    let by_key = |pod: &'p RolePod<'_>| {
        let mut found: HashMap<_, Vec<&'p Diagnostic>> = HashMap::new();
        for diagnostic in &pod.diagnostics {
            found.entry(key(diagnostic)).or_default().push(diagnostic);
        }
        found
    };
    let said: Vec<_> = pods.iter().map(|(_, pod)| by_key(pod)).collect();
    let said_of_all = move |diagnostic: &Diagnostic| {
        let key = key(diagnostic);
        said.iter().all(|said| said.get(&key).is_some_and(|found| found.contains(&diagnostic)))
    };
    let mut once = Vec::new();
    for (role, pod) in pods {
        for diagnostic in &pod.diagnostics {
            match (said_of_all(diagnostic), role) {
                (true, Role::Worker) => {}
                (true, Role::Master) => once.push(diagnostic.clone()),
                (false, _) => once.push(for_role(diagnostic.clone(), role)),
            }
        }
    }
    once
}

/// Says which role's pod a diagnostic is about, where that is not clear from its layer.
fn for_role(diagnostic: Diagnostic, role: Role) -> Diagnostic {
    let layer = match diagnostic.layer.clone() {
        Some(layer) if layers::is_of_both_roles(&layer) => Some(layer.in_result(&format!("{role} pod"))),
        Some(layer) => Some(layer),
        // What is said of the whole pod names no layer.
        None if diagnostic.path.is_none() => Some(LayerId::result(format!("{role} pod"))),
        None => None,
    };
    Diagnostic { layer, ..diagnostic }
}

/// The object's kind, namespace and name, for people.
fn object_name(value: &Value) -> String {
    let name = load_test::name_of(value).unwrap_or_else(|| "without a name".to_owned());
    match value.pointer("/metadata/namespace").and_then(Value::as_str) {
        Some(namespace) => format!("LocustTest {namespace}/{name}"),
        None => format!("LocustTest {name}"),
    }
}
