//! podgraft beside Kubernetes' own code, in Go: the merge, the reading of YAML, the schema table. And what needs the same
//! random pairs: where the two dialects agree.
#![cfg(test)]

mod agreement;
mod compare;
mod compiled;
mod dialect;
mod differences;
mod generate;
mod manifest;
mod pair;
mod pod_security;
mod process;
mod schema;
