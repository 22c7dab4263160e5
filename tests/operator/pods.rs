//! Pods that cannot start: told in words, waited for, recovered.

use podgraft_testkit::{cluster::condition, pod_life::Fate};

use crate::scenario::{Place, test};

pub(crate) fn unschedulable_then_scheduled(place: &Place<'_>) {
    let name = place.name("full");
    // Only the workers: which pod is told of first is a matter of chance.
    let workers = format!("{name}-worker");
    place.cluster.life.fate(&workers, Fate::Unschedulable);
    place.apply(&test(&name, "  workerPodTemplate: {spec: {nodeSelector: {disk: fast}}}\n"));
    let said = place.reason(&name, "PodsHealthy", "SchedulingError");
    assert!(said.contains("didn't match Pod's node affinity/selector"), "{said}");
    assert!(said.contains("[.spec.nodeSelector is set by workerPodTemplate]"), "{said}");
    assert_eq!(place.get("locusttest", &name)["status"]["phase"], "Running", "it is waited for");
    place.cluster.life.fate(&workers, Fate::Run);
    place.reason(&name, "PodsHealthy", "PodsHealthy");
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    let told = place.describe(&name);
    assert!(told.contains("PodFailure") && told.contains("PodsRecovered"), "{told}");
}

pub(crate) fn an_image_error_names_the_field_and_recovers(place: &Place<'_>) {
    let name = place.name("image");
    place.cluster.life.fate(&format!("{name}-worker"), Fate::ImageError);
    place.apply(&test(
        &name,
        "  workerPodTemplate: {spec: {containers: [{name: locust, image: 'no/such:image'}]}}\n",
    ));
    let said = place.reason(&name, "PodsHealthy", "ImagePullError");
    assert!(said.contains(".spec.containers[name=\"locust\"].image is set by workerPodTemplate"), "{said}");
    place.cluster.life.fate(&format!("{name}-worker"), Fate::Run);
    place.reason(&name, "PodsHealthy", "PodsHealthy");
    assert_eq!(place.get("locusttest", &name)["status"]["phase"], "Running");
}

pub(crate) fn a_missing_secret_is_told(place: &Place<'_>) {
    let name = place.name("secret");
    place.cluster.life.fate(&format!("{name}-master"), Fate::ConfigError);
    place.apply(&test(
        &name,
        "  masterPodTemplate: {spec: {containers: [{name: locust, envFrom: [{secretRef: {name: token}}]}]}}\n",
    ));
    let said = place.reason(&name, "PodsHealthy", "ConfigurationError");
    assert!(said.contains("secret \"token\" not found"), "{said}");
    assert!(said.contains("envFrom[0].secretRef is set by masterPodTemplate"), "{said}");
}

pub(crate) fn quota_and_pod_security_are_told_before_anything_is_created(place: &Place<'_>) {
    let (strict, full) = (place.name("strict"), place.name("full"));
    let label = "pod-security.kubernetes.io/enforce=baseline";
    place.cluster.plane.kubectl_ok(&["label", "namespace", &place.namespace, label], b"");
    place.apply(&test(&strict, "  podTemplate: {spec: {hostNetwork: true}}\n"));
    let said = place.reason(&strict, "TemplatesApplied", "RefusedByServer");
    assert!(said.contains("violates PodSecurity") && said.contains("hostNetwork"), "{said}");
    assert!(place.get("job", &format!("{strict}-master")).is_null(), "nothing is created");
    assert!(place.describe(&strict).contains("violates PodSecurity"));

    place.kubectl(&["create", "quota", "few", "--hard=requests.cpu=1,limits.cpu=100,requests.memory=100Gi"]);
    place.until("resourcequota", "few", |quota| !quota["status"]["hard"].is_null());
    place.apply(&test(
        &full,
        "  podTemplate: {spec: {containers: [{name: locust, resources: {requests: {cpu: 2}, limits: {cpu: 2}}}]}}\n",
    ));
    let said = place.reason(&full, "TemplatesApplied", "RefusedByServer");
    assert!(said.contains("exceeded quota"), "{said}");
    // With room, it starts by itself.
    place.kubectl(&["delete", "quota", "few"]);
    place.phase(&full, "Running");
}

pub(crate) fn a_missing_service_account_is_told_and_awaited(place: &Place<'_>) {
    let name = place.name("account");
    place.apply(&test(&name, "  workerPodTemplate: {spec: {serviceAccountName: robot}}\n"));
    let said = place.reason(&name, "TemplatesApplied", "RefusedByServer");
    assert!(said.contains("worker's pod") && said.contains("serviceaccount \"robot\" not found"), "{said}");
    place.kubectl(&["create", "serviceaccount", "robot"]);
    place.phase(&name, "Running");
    let stored = place.get("locusttest", &name);
    assert!(
        condition(&stored, "TemplatesApplied")["message"].as_str().unwrap().contains("in a dry run"),
        "{stored:#}"
    );
}

pub(crate) fn creation_failures_later_are_told_too(place: &Place<'_>) {
    let name = place.name("later");
    // Suspended until after the service account is gone: the dry run saw it, the Job controller does not.
    place.kubectl(&["create", "serviceaccount", "robot"]);
    place.apply(&test(
        &name,
        "  job: {suspend: true}\n  workerPodTemplate: {spec: {serviceAccountName: robot}}\n",
    ));
    place.until("job", &format!("{name}-worker"), |job| !job.is_null());
    place.kubectl(&["delete", "serviceaccount", "robot"]);
    for role in ["master", "worker"] {
        let patch = "{\"spec\":{\"suspend\":false}}";
        place.kubectl(&["patch", "job", &format!("{name}-{role}"), "--type=merge", "-p", patch]);
    }
    let said = place.reason(&name, "PodsHealthy", "CreationError");
    assert!(said.contains("worker pods cannot be created"), "{said}");
    assert!(said.contains("[.spec.serviceAccountName is set by workerPodTemplate]"), "{said}");
    place.kubectl(&["create", "serviceaccount", "robot"]);
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    place.reason(&name, "PodsHealthy", "PodsHealthy");
}

pub(crate) fn a_quota_that_is_full_later_is_told_in_time(place: &Place<'_>) {
    let name = place.name("few");
    // The dry run asks for one pod of each role, which there is room for.
    place.kubectl(&["create", "quota", "pods", "--hard=pods=3"]);
    place.until("resourcequota", "pods", |quota| !quota["status"]["hard"].is_null());
    let started = std::time::Instant::now();
    place.apply(&test(&name, "").replace("replicas: 2", "replicas: 5"));
    let said = place.reason(&name, "PodsHealthy", "CreationError");
    let took = started.elapsed();
    assert!(said.contains("2 of 5 worker pods are there; the others cannot be created"), "{said}");
    assert!(said.contains("exceeded quota: pods"), "{said}");
    // Five seconds after the Jobs are there, and not much later.
    assert!(took.as_secs() < 20, "{took:?}");
    let stored = place.get("locusttest", &name);
    assert_eq!(
        (&stored["status"]["phase"], &stored["status"]["reason"]),
        (&"Running".into(), &"CreationError".into())
    );
    place.kubectl(&["delete", "quota", "pods"]);
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    place.reason(&name, "PodsHealthy", "PodsHealthy");
}
