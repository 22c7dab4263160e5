//! Claims of storage.

use podgraft_merge::diagnostic::Diagnostic;

use super::mounted::{Mounted, mounts};
use crate::{codes, pod_context::PodContext};
use podgraft_pod::cursor::Cursor;

/// Judges how the pod's containers use its claims.
pub(super) fn judge(subject: &PodContext<'_>, spec: &Cursor<'_>) -> Vec<Diagnostic> {
    let mounts = mounts(spec);
    let mut found = Vec::new();
    for volume in spec.items("volumes") {
        let claim = volume.get("persistentVolumeClaim");
        if claim.as_ref().is_some_and(|claim| claim.is_true("readOnly")) {
            continue;
        }
        let written: Vec<&Mounted<'_>> = mounts
            .get(volume.text("name"))
            .into_iter()
            .flatten()
            .filter(|mounted| mounted.is_writable())
            .collect();
        if let Some(claim) = claim.as_ref().filter(|_| subject.replicas > 1) {
            found.extend(shared(claim, &written, subject));
        }
        if claim.is_some() || volume.has("ephemeral") {
            found.extend(without_group(spec, &written));
        }
    }
    found
}

/// Many pods write into one folder, and perhaps cannot even mount it.
fn shared(claim: &Cursor<'_>, written: &[&Mounted<'_>], subject: &PodContext<'_>) -> Option<Diagnostic> {
    let own_folder = |mounted: &&&Mounted<'_>| mounted.mount.text("subPathExpr").contains("$(");
    let first = written.iter().find(|mounted| !own_folder(mounted))?;
    let (name, count, role) = (claim.text("claimName"), subject.replicas, subject.role);
    let message = format!(
        "add subPathExpr: $(POD_NAME) to this mount, or readOnly: true: {count} {role} pods write into one folder of claim \"{name}\""
    );
    let help = "All pods of the role share the claim. With access mode ReadWriteOnce they can run on one node only \
                (ReadWriteOncePod: one pod only); use a ReadWriteMany claim, or an ephemeral volume, which is a claim \
                for each pod.";
    Some(Diagnostic::warning(codes::SHARED_CLAIM, message).at(first.mount.path.clone()).help(help))
}

/// A user without a group on the volume often may not write there.
fn without_group(spec: &Cursor<'_>, written: &[&Mounted<'_>]) -> Option<Diagnostic> {
    let pod = spec.get("securityContext");
    if pod.as_ref().is_some_and(|context| context.has("fsGroup")) {
        return None;
    }
    let first = written.iter().find(|mounted| is_non_root(pod.as_ref(), &mounted.container))?;
    let (container, path) = (first.container.text("name"), first.mount.text("mountPath"));
    let message = format!(
        "add fsGroup to the pod's securityContext: container \"{container}\" is not root and may not be able to write to {path}"
    );
    let help = "New volumes often belong to root. With fsGroup they belong to that group, as in:\n\n\
                securityContext:\n  fsGroup: 1000";
    Some(Diagnostic::warning(codes::CLAIM_WITHOUT_FSGROUP, message).at(first.mount.path.clone()).help(help))
}

/// Whether a container surely does not run as root; its own context wins over the pod's.
fn is_non_root(pod: Option<&Cursor<'_>>, container: &Cursor<'_>) -> bool {
    let own = container.get("securityContext");
    let contexts = [own.as_ref(), pod];
    let user = contexts.iter().flatten().find_map(|context| context.int("runAsUser"));
    let said = contexts.iter().flatten().find_map(|context| context.value.get("runAsNonRoot")?.as_bool());
    user.is_some_and(|user| user != 0) || (user.is_none() && said == Some(true))
}
