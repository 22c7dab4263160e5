//! Compiled templates do what the written ones do.

use podgraft_merge::schema::Schema;
use podgraft_testkit::compiled_templates::CompiledComparison;

use crate::provenance::generate::Generator;

#[test]
fn on_random_stacks_of_layers() {
    let schema = Schema::pod_template().unwrap();
    let mut compared = CompiledComparison::default();
    for seed in 0..3_000 {
        let stack = Generator::new(seed, true).stack(schema);
        compared.compare(&stack.base, &stack.layers(), schema);
    }
    println!("{compared:?}");
    let CompiledComparison { templates, compiled, each_container } = compared;
    assert!(compiled > templates / 2 && compiled < templates && each_container > 1_000);
}
