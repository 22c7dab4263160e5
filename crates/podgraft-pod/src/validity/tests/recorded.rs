//! The verdict on pods against a real API server's on the same.

use serde_json::Value;

use crate::validity::{Workload, validity};
use podgraft_merge::work::Work;
use podgraft_testkit::edits::{lines, set};

#[test]
fn refuses_what_the_real_api_server_refused_and_nothing_else() {
    let recorded: Value =
        serde_json::from_str(include_str!("../../../../../conformance/judge/recorded.json")).unwrap();
    let base = &recorded["base"];
    let (mut wrong, mut refused) = (Vec::new(), 0);
    let rows = recorded["lines"].as_array().unwrap();
    for row in rows {
        let mut pod = base.clone();
        for edit in row["edits"].as_array().unwrap() {
            set(&mut pod, edit[0].as_str().unwrap(), edit[1].clone());
        }
        let found = validity(&pod, Workload::Job, &Work::unlimited());
        refused += usize::from(row["refused"] == true);
        if row["refused"] != !found.is_empty() {
            wrong.push(format!("{} -> server: {}, we: {:?}", row["edits"], row["refused"], lines(&found)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert!(refused > 800 && rows.len() - refused > 600, "{refused} refused of {}", rows.len());
}
