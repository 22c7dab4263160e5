//! The chart: what is made from its values, what real Helm makes of it, and the operator that it installs on a real
//! control plane.
#![cfg(test)]

mod cluster;
mod generated;
mod helm;
mod image;
mod lifecycle;
mod manifests;
mod overlays;
mod pod_process;
mod render;
mod rights;
#[path = "../support/mod.rs"]
mod support;
mod takeover;
mod values;
mod webhooks;
