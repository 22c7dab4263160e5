//! Every way to write a LocustTest, on a real API server: what arrives is what was meant, or it is refused
//! with words.

mod edits;
mod kustomize;
mod managers;
mod nulls;
mod objects;
mod outcomes;
mod refusals;
mod transitions;
mod versions;

use std::{fs, time::Instant};

use outcomes::Outcomes;
use podgraft_pod::manifest::read;
use podgraft_testkit::{control_plane::ControlPlane, files::root, last_applied};

/// `kubectl apply` keeps a copy of the object in an annotation; annotations may have so many bytes.
const ANNOTATIONS: usize = 262_144;

/// One chapter of the test.
type Check = fn(&ControlPlane, &mut Outcomes);

#[test]
fn what_arrives_is_what_was_meant() {
    let (_turn, plane) = crate::plane();
    plane.install("crds/locusttests.locust.io.yaml", "locusttests");
    let mut outcomes = Outcomes::default();
    let checks: [(&str, Check); 7] = [
        ("transitions", transitions::check),
        ("managers", managers::check),
        ("edits", edits::check),
        ("nulls", nulls::check),
        ("kustomize", kustomize::check),
        ("refusals", refusals::check),
        // Last: it serves another version.
        ("versions", versions::check),
    ];
    for (name, check) in checks {
        let started = Instant::now();
        check(&plane, &mut outcomes);
        println!("{name}: {:.1} s", started.elapsed().as_secs_f32());
    }
    println!("{outcomes}");
}

#[test]
fn every_crd_fits_client_side_apply() {
    let mut count = 0;
    for entry in fs::read_dir(root().join("crds")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        for document in read("-", &fs::read(&path).unwrap()).documents {
            let size = last_applied::KEY.len() + last_applied::copy(&document.value).len();
            println!("{}: {size} bytes", document.value["metadata"]["name"]);
            assert!(
                size * 4 <= ANNOTATIONS * 3,
                "{}: {size} bytes are more than three quarters",
                path.display()
            );
            count += 1;
        }
    }
    assert!(count > 0);
}
