//! A whole cluster to play with, on loopback: `cargo run --example dev`.
//!
//! Starts etcd, kube-apiserver and kube-controller-manager (built or found by `conformance/build.sh`),
//! installs the CRDs, runs the operator, and lets every pod run. Ends, and leaves nothing behind, on Ctrl-C.
#![allow(clippy::unwrap_used, reason = "what goes wrong here ends the program")]

use podgraft::operator::{
    self, Settings,
    logging::{self, LogFormat},
    settings::{DryRunMode, ProcessSettings},
};
use podgraft_testkit::{
    control_plane::ControlPlane,
    pod_life::{PodLife, config},
};

fn main() {
    let plane = ControlPlane::start_all(&[
        ("crds/locusttests.locust.io.yaml", "locusttests"),
        ("crds/clusterpodoverlays.locust.io.yaml", "clusterpodoverlays"),
        ("crds/podoverlays.locust.io.yaml", "podoverlays"),
    ]);
    let kubeconfig = plane.kubeconfig("admin");
    let _life = PodLife::start(&kubeconfig);
    println!("A cluster with the operator is ready. In another terminal:\n");
    println!("  export KUBECONFIG={kubeconfig}");
    println!("  export PATH={}:$PATH", plane.binary("kubectl").parent().unwrap().display());
    println!("  kubectl apply -f docs/examples/a-shared-results/v2.yaml");
    println!("  kubectl get locusttests --watch\n");
    println!("Ctrl-C ends it all.");
    logging::start(LogFormat::Text, "info,kube_client=off,kube_runtime=warn");
    let settings = Settings {
        process: ProcessSettings::default(),
        concurrency: 4,
        dry_run: DryRunMode::Pod,
        election: None,
        overlays: None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async { operator::run(config(&kubeconfig).await, settings).await }).unwrap();
}
