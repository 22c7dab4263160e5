//! What somebody made as bad as an API server stores it takes work in proportion to its size, or is refused.
//!
//! `cargo bench --bench hostile` prints time and memory of the same shapes.

use podgraft::codes;
use podgraft_locust::{self, ClusterContext, Rendered, config::Config, read_overlays};
use podgraft_pod::{manifest, overlay::Namespace};
use podgraft_testkit::hostile::{SHAPES, Shape};

fn render(shape: &Shape, size: usize) -> Rendered {
    let (test, overlays) = shape.make(size);
    let read = |text: &String| {
        let read = manifest::read("hostile", text.as_bytes());
        assert!(read.diagnostics.is_empty(), "{}: {:?}", shape.name, read.diagnostics);
        read.documents
    };
    let overlays = read_overlays(overlays.iter().flat_map(read));
    let namespace = Namespace::named("load");
    let surroundings =
        ClusterContext { overlays: &overlays, namespace: Some(&namespace), pod_security: None };
    podgraft_locust::render(&read(&test)[0], &surroundings, &Config::default())
}

/// `n log n`, with some room for what comes on top of it.
#[test]
fn work_grows_with_the_size() {
    let mut wrong = Vec::new();
    for shape in &SHAPES {
        let steps = [64, 32, 16].map(|part| render(shape, shape.size / part).steps);
        #[expect(clippy::cast_precision_loss, reason = "a ratio for a comparison")]
        let ratios = [steps[1] as f64 / steps[0] as f64, steps[2] as f64 / steps[1] as f64];
        println!("{:<22} {steps:?}", shape.name);
        if ratios.iter().any(|ratio| *ratio > 2.3) {
            wrong.push(format!("{}: {steps:?} steps at n, 2n, 4n", shape.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Only what multiplies is refused for its work.
#[test]
fn the_largest_are_rendered_or_refused_in_words() {
    for shape in &SHAPES {
        // A quarter of the others tells as much, and tests are built without optimisation.
        let is_multiplied = MULTIPLIED.contains(&shape.name);
        let rendered = render(shape, if is_multiplied { shape.size } else { shape.size / 4 });
        let too_much = rendered.diagnostics.iter().any(|found| found.code == codes::TOO_MUCH_WORK);
        assert_eq!(too_much, is_multiplied, "{}: {} steps", shape.name, rendered.steps);
        if too_much {
            assert_eq!(rendered.diagnostics.len(), 1, "{}", shape.name);
            assert!(rendered.is_refused());
        }
    }
}

/// The shapes in which patches meet containers, each of them each.
const MULTIPLIED: [&str; 2] = ["each-container", "constraints"];
