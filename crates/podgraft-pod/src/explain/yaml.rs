//! [`to_yaml`]: the merged pods as YAML, with the layer of each leaf beside it.

use std::collections::HashMap;

use podgraft_merge::path::{FieldPath, Segment};

use super::{ExplainedPod, Filtered, FilteredPod, LeafAttribution, LeafHistory};
use crate::{manifest::to_yaml_line, overlay::Band};

/// Comments start here at the latest, however long other lines are.
const WIDEST: usize = 64;

/// The chosen leaves as YAML: one document for each pod, and behind each line who set it. The name of an item
/// is there with its fields, whoever set it. `colour` puts escape sequences for a terminal around comments.
#[must_use]
pub fn to_yaml(objects: &[Filtered<'_>], colour: bool) -> String {
    let mut documents = Vec::new();
    for object in objects {
        let refused = if object.explanation.is_refused() { ", refused" } else { "" };
        for pod in &object.pods {
            let title = format!("# {}, {}{refused}\n", object.explanation.title(), pod.pod.role);
            documents.push(title + &document(pod, colour));
        }
    }
    documents.join("---\n")
}

fn document(pod: &FilteredPod<'_>, colour: bool) -> String {
    let mut writer = Writer::new(pod);
    pod.leaves.iter().for_each(|told| writer.leaf(told));
    let mut text = String::new();
    if writer.lines.is_empty() && pod.removed.is_empty() {
        return "# nothing to tell\n".to_owned();
    }
    let width = |line: &YamlLine<'_>| line.text.chars().count();
    let widest = writer.lines.iter().map(width).filter(|width| *width <= WIDEST).max().unwrap_or_default();
    for line in &writer.lines {
        text.push_str(&line.text);
        if let Some(setter) = line.setter {
            text.extend(std::iter::repeat_n(' ', widest.saturating_sub(width(line)) + 2));
            text.push_str(&paint(&format!("# {}", who(pod.pod, setter)), pod.pod, setter, colour));
        }
        text.push('\n');
    }
    if !pod.removed.is_empty() {
        text.push_str("# removed:\n");
    }
    for told in &pod.removed {
        let value = to_yaml_line(&told.value);
        let line = format!("#   {}: {value}  # by {}", told.path, who(pod.pod, &told.setter));
        text.push_str(&paint(&line, pod.pod, &told.setter, colour));
        text.push('\n');
    }
    text
}

/// The layer, and why where that does not go without saying.
pub(super) fn who(pod: &ExplainedPod, setter: &LeafAttribution) -> String {
    let name = pod.layer_name(setter.layer);
    setter.why.words().map_or_else(|| name.to_owned(), |why| format!("{name}, {why}"))
}

fn paint(text: &str, pod: &ExplainedPod, setter: &LeafAttribution, colour: bool) -> String {
    if !colour {
        return text.to_owned();
    }
    let band = pod.layers.get(setter.layer).and_then(|layer| layer.band);
    let code = match band {
        None => "2",
        Some(Band::Object) => "36",
        Some(band) if band.is_override() => "35",
        Some(_) => "34",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

struct YamlLine<'t> {
    text: String,
    setter: Option<&'t LeafAttribution>,
}

/// Writes leaves, in order, as lines of YAML.
struct Writer<'t> {
    /// Every leaf of the pod, chosen or not: items have their names from here.
    names: HashMap<String, &'t LeafHistory>,
    chosen: HashMap<String, &'t LeafHistory>,
    lines: Vec<YamlLine<'t>>,
    /// The path of the leaf before.
    before: Vec<Segment>,
    /// The dashes of items that have been begun, with what they are indented by.
    begun: String,
}

impl<'t> Writer<'t> {
    fn new(pod: &FilteredPod<'t>) -> Self {
        let is_name = |told: &&LeafHistory| {
            let segments = told.path.segments();
            matches!(segments, [.., Segment::Key(keys), Segment::Field(name)] if keys.iter().any(|(key, _)| key == name))
        };
        let names = pod.pod.leaves.iter().filter(is_name).map(|told| (told.path.to_string(), told)).collect();
        let chosen =
            pod.leaves.iter().copied().filter(is_name).map(|told| (told.path.to_string(), told)).collect();
        Self { names, chosen, lines: Vec::new(), before: Vec::new(), begun: String::new() }
    }

    fn leaf(&mut self, told: &'t LeafHistory) {
        let segments = told.path.segments();
        let same = self.before.iter().zip(segments).take_while(|(before, now)| before == now).count();
        for depth in same..segments.len() {
            self.segment(segments, depth, told);
        }
        self.before = segments.to_vec();
    }

    fn segment(&mut self, segments: &[Segment], depth: usize, told: &'t LeafHistory) {
        let is_last = depth + 1 == segments.len();
        let pad = " ".repeat(indent(segments, depth));
        match &segments[depth] {
            Segment::Field(name) => {
                if is_last && is_name_of(segments, name) && self.names.contains_key(&told.path.to_string()) {
                    // It is there already, first in its item.
                    return;
                }
                let value = if is_last { format!(" {}", to_yaml_line(&told.value)) } else { String::new() };
                self.line(&pad, &format!("{}:{value}", key(name)), is_last.then_some(&told.setter));
            }
            _ if is_last => {
                let text = format!("- {}", to_yaml_line(&told.value));
                self.line(&pad, &text, Some(&told.setter));
            }
            segment => {
                if self.begun.is_empty() {
                    self.begun = pad;
                }
                self.begun.push_str("- ");
                if let Segment::Key(keys) = segment {
                    self.item(&FieldPath::new(segments[..=depth].to_vec()), keys);
                }
            }
        }
    }

    /// Begins an item with its name.
    fn item(&mut self, path: &FieldPath, keys: &[(String, serde_json::Value)]) {
        let pad = " ".repeat(indent(path.segments(), path.segments().len()));
        for (name, _) in keys {
            let place = path.field(name.as_str()).to_string();
            let Some(told) = self.names.get(&place).copied() else { continue };
            let setter = self.chosen.get(&place).map(|told| &told.setter);
            self.line(&pad, &format!("{}: {}", key(name), to_yaml_line(&told.value)), setter);
        }
    }

    fn line(&mut self, pad: &str, text: &str, setter: Option<&'t LeafAttribution>) {
        let begun = std::mem::take(&mut self.begun);
        let start = if begun.is_empty() { pad } else { &begun };
        self.lines.push(YamlLine { text: format!("{start}{text}"), setter });
    }
}

fn key(name: &str) -> String {
    to_yaml_line(&name.into())
}

/// Whether the last field of a path is a merge key of the item that it is in.
fn is_name_of(segments: &[Segment], name: &str) -> bool {
    let item = segments.len().checked_sub(2).and_then(|index| segments.get(index));
    matches!(item, Some(Segment::Key(keys)) if keys.iter().any(|(key, _)| key == name))
}

/// By how much the line of the segment at `depth` is indented: a list is not indented below its key.
fn indent(segments: &[Segment], depth: usize) -> usize {
    let is_field =
        |index: usize| segments.get(index).is_none_or(|segment| matches!(segment, Segment::Field(_)));
    2 * (0..depth).filter(|index| !is_field(*index) || is_field(index + 1)).count()
}
