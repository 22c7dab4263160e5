//! Random lists, expanded as a kubelet expands them before and after.

use serde_json::json;

use super::*;

/// What a kubelet makes of a list.
fn kubelet(list: &[Value]) -> BTreeMap<String, String> {
    let mut env: BTreeMap<String, String> = BTreeMap::new();
    for variable in list {
        let mut value = variable["value"].as_str().unwrap_or_default().to_owned();
        if value.is_empty() && !variable["valueFrom"].is_null() {
            value = format!("<{}>", variable["valueFrom"]);
        } else {
            value = expanded(&value, &env);
        }
        env.insert(name(variable).to_owned(), value);
    }
    env
}

/// One pass over a text: what comes out is not expanded again.
fn expanded(value: &str, env: &BTreeMap<String, String>) -> String {
    let mut patches = value.split("$(");
    let mut text = patches.next().unwrap().to_owned();
    for piece in patches {
        let (name, rest) = piece.split_once(')').unwrap();
        text += &env.get(name).cloned().unwrap_or_else(|| format!("$({name})"));
        text += rest;
    }
    text
}

/// The list that comes out.
fn applied(lower: &[Value], written: &[Value], order: &Order) -> Vec<Value> {
    let mut list = lower.to_vec();
    for (index, place) in &order.places {
        let variable = &written[*index];
        let below = list.iter().position(|below| name(below) == name(variable));
        match (place, below) {
            (Placement::Merged, Some(below)) => {
                if variable.as_object().unwrap().len() > 1 {
                    list[below] = variable.clone();
                }
            }
            (Placement::Moved, Some(below)) => {
                list.remove(below);
                list.push(variable.clone());
            }
            (Placement::Behind, None) => list.push(variable.clone()),
            wrong => panic!("{wrong:?} of {variable}"),
        }
    }
    list
}

/// Without a name alone over a lower variable, which keeps that one.
fn meant(lower: &[Value], written: &[Value]) -> Vec<Value> {
    let is_silent = |variable: &&Value| {
        variable.as_object().unwrap().len() == 1 && lower.iter().any(|below| name(below) == name(variable))
    };
    lower.iter().chain(written.iter().filter(|variable| !is_silent(variable))).cloned().collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn name(&mut self) -> String {
        ["A", "B", "C", "D"][usize::try_from(self.below(4)).unwrap()].to_owned()
    }

    fn variable(&mut self) -> Value {
        let name = self.name();
        match self.below(8) {
            0 => json!({"name": name}),
            1 => json!({"name": name, "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}),
            2 | 3 => json!({"name": name, "value": self.below(3).to_string()}),
            4 => json!({"name": name, "value": format!("$({}):$({})", self.name(), self.name())}),
            _ => json!({"name": name, "value": format!("x$({})", self.name())}),
        }
    }

    fn list(&mut self, longest: u64) -> Vec<Value> {
        (0..self.below(longest + 1)).map(|_| self.variable()).collect()
    }
}

/// Every order of a list.
fn orders(list: &[Value]) -> Vec<Vec<Value>> {
    let Some((first, rest)) = list.split_first() else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for shorter in orders(rest) {
        for place in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(place, first.clone());
            all.push(longer);
        }
    }
    all
}

#[test]
fn a_kubelet_makes_the_same_of_both_or_names_are_named() {
    let mut random = Random(7);
    let (mut moved, mut named) = (0, 0);
    for _ in 0..20_000 {
        let mut lower = random.list(4);
        let mut seen = Vec::new();
        lower.retain(|variable| {
            let is_new = !seen.contains(&name(variable).to_owned());
            seen.push(name(variable).to_owned());
            is_new
        });
        let written = random.list(5);
        let order = order(&lower, &written);
        let list = applied(&lower, &written, &order);
        let (before, after) = (kubelet(&meant(&lower, &written)), kubelet(&list));
        moved += usize::from(order.places.iter().any(|(_, place)| *place == Placement::Moved));
        if order.changed.is_empty() {
            assert_eq!(after, before, "{lower:?} {written:?} {order:?}");
            continue;
        }
        named += 1;
        let kept = orders(&list).iter().any(|list| kubelet(list) == before);
        // ValueTable that are equal by chance are no reason to keep silent.
        let is_chance = some_value_is_there_twice(&meant(&lower, &written));
        assert!(!kept || is_chance, "{lower:?} {written:?} {order:?}");
    }
    println!("{moved} moved, {named} named");
    assert!(moved > 1000 && named > 1000, "{moved} moved, {named} named");
}

/// Whether two variables of the list come to the same value.
fn some_value_is_there_twice(list: &[Value]) -> bool {
    let values = (1..=list.len()).map(|length| kubelet(&list[..length])[name(&list[length - 1])].clone());
    let values: Vec<String> = values.collect();
    let mut distinct = values.clone();
    distinct.sort();
    distinct.dedup();
    distinct.len() < values.len()
}

#[test]
fn nothing_moves_without_need() {
    let lower = [json!({"name": "POD_NAME", "valueFrom": {}}), json!({"name": "A", "value": "1"})];
    let changed = |names: &[(&str, &str)]| -> Vec<(String, String)> {
        names.iter().map(|(name, other)| ((*name).to_owned(), (*other).to_owned())).collect()
    };
    for (written, place, names) in [
        (json!([{"name": "A", "value": "2"}]), Placement::Merged, changed(&[])),
        (
            json!([{"name": "NODE", "value": "n"}, {"name": "A", "value": "$(NODE)"}]),
            Placement::Moved,
            changed(&[]),
        ),
        (json!([{"name": "A"}]), Placement::Merged, changed(&[])),
        (
            json!([{"name": "B", "value": "$(A)"}, {"name": "A", "value": "2"}]),
            Placement::Merged,
            changed(&[("B", "A")]),
        ),
        (json!([{"name": "A", "value": "$(A)2"}]), Placement::Merged, changed(&[("A", "A")])),
    ] {
        let order = order(&lower, written.as_array().unwrap());
        let of_a = order.places.iter().find(|(index, _)| written[*index]["name"] == "A").unwrap().1;
        assert_eq!((of_a, order.changed), (place, names), "{written}");
    }
}

#[test]
fn values_that_grow_without_bound_are_not_expanded() {
    let variable =
        |n: usize| json!({"name": format!("A{n}"), "value": format!("$(A{0})$(A{0})", n.max(1) - 1)});
    let written: Vec<Value> = (0..3000).map(variable).collect();
    let again = [written.clone(), written].concat();
    assert_eq!(order(&[], &again).places.len(), 3000);
}
