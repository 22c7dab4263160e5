//! [`CompiledComparison`]: whether compiled templates do what the written ones do: the same value, diagnostics, provenance
//! and work, also where the work is not enough.

use podgraft_merge::{
    diagnostic::Diagnostic,
    layers::{Folded, Layer, Patch, fold},
    patch::CompiledTemplate,
    schema::Schema,
    work::Work,
};
use serde_json::Value;

/// How many templates were compared, and how many of them could be compiled.
#[derive(Debug, Default)]
pub struct CompiledComparison {
    /// All of them.
    pub templates: usize,
    /// Those that could be compiled.
    pub compiled: usize,
    /// Those of them that are for each container.
    pub each_container: usize,
}

impl CompiledComparison {
    /// Folds layers as they are written, and with all compiled that can be.
    ///
    /// # Panics
    /// Where that is not the same.
    pub fn compare(&mut self, base: &Value, written: &[Layer<'_>], schema: Schema) {
        let templates: Vec<Option<CompiledTemplate>> =
            written.iter().map(|layer| compile(layer.patch, schema)).collect();
        let compiled: Vec<Layer<'_>> = written
            .iter()
            .zip(&templates)
            .map(|(layer, template)| Layer {
                patch: template.as_ref().map_or(layer.patch, Patch::Compiled),
                ..layer.clone()
            })
            .collect();
        let (all, expected) = outcomes(base, &compiled, written, schema, &Work::unlimited);
        assert_eq!(all, expected);
        let half = expected.steps / 2;
        let (part, expected) = outcomes(base, &compiled, written, schema, &|| Work::limited(half));
        assert_eq!(part, expected, "with half of the work");
        self.templates += templates.len();
        self.compiled += templates.iter().flatten().count();
        self.each_container += templates.iter().flatten().filter(|one| one.is_for_each_container()).count();
    }
}

/// All that a fold has to say.
#[derive(Debug, PartialEq)]
struct Outcome {
    value: Value,
    diagnostics: Vec<(usize, Diagnostic)>,
    provenance: String,
    steps: u64,
}

fn outcomes(
    base: &Value,
    compiled: &[Layer<'_>],
    written: &[Layer<'_>],
    schema: Schema,
    work: &dyn Fn() -> Work,
) -> (Outcome, Outcome) {
    let of = |layers| {
        let work = work();
        let Folded { value, provenance, diagnostics } = fold(base.clone(), layers, schema, &work);
        let provenance = format!("{:?} {:?}", provenance.leaves(&value), provenance.removed(&value));
        Outcome { value, diagnostics, provenance, steps: work.steps() }
    };
    (of(compiled), of(written))
}

fn compile(patch: Patch<'_>, schema: Schema) -> Option<CompiledTemplate> {
    match patch {
        Patch::Template(patch) => CompiledTemplate::new(patch, schema),
        Patch::EachContainer(patch) => CompiledTemplate::for_each_container(patch, schema),
        Patch::Compiled(template) => Some(template.clone()),
    }
}
