use serde_json::json;

use super::*;

#[test]
fn items_are_known_by_key_and_the_rest_by_their_order() {
    let job = Schema::for_kind("batch/v1", "Job");
    let pod = |containers: Value| json!({"spec": {"template": {"spec": {"containers": containers}}}});
    let before = pod(json!([{"name": "a", "args": ["x"]}, {"name": "b", "image": "old"}]));
    let after = pod(json!([{"name": "c"}, {"name": "b", "image": "new"}, {"name": "a", "args": ["x", "y"]}]));
    let said: Vec<String> = differences(&before, &after, job).iter().map(ToString::to_string).collect();
    let at = ".spec.template.spec.containers";
    assert_eq!(
        said,
        [
            format!("{at}[name=\"a\"].args[1]: nothing -> \"y\""),
            format!("{at}[name=\"b\"].image: \"old\" -> \"new\""),
            format!("{at}[name=\"c\"]: nothing -> {{\"name\":\"c\"}}"),
        ]
    );
    assert!(differences(&before, &before, job).is_empty());
}

#[test]
fn items_are_known_by_all_their_keys() {
    let pod = |spec: Value| json!({ "spec": spec });
    let ports = |ports: Value| pod(json!({ "containers": [{ "name": "a", "ports": ports }] }));
    let says = |before: &Value, after: &Value| -> Vec<String> {
        differences(before, after, Schema::for_kind("v1", "Pod")).iter().map(ToString::to_string).collect()
    };
    let before = ports(json!([{ "containerPort": 53, "protocol": "UDP" }, { "containerPort": 53 }]));
    let after = ports(
        json!([{ "containerPort": 53, "protocol": "TCP", "name": "dns" }, { "containerPort": 53, "protocol": "UDP" }]),
    );
    let at = ".spec.containers[name=\"a\"].ports[containerPort=53,protocol=\"TCP\"]";
    assert_eq!(
        says(&before, &after),
        [format!("{at}.name: nothing -> \"dns\""), format!("{at}.protocol: nothing -> \"TCP\"")]
    );
    let spread = |skew: u8| {
        let constraint =
            |when: &str, skew| json!({ "topologyKey": "zone", "whenUnsatisfiable": when, "maxSkew": skew });
        pod(
            json!({ "topologySpreadConstraints": [constraint("DoNotSchedule", 1), constraint("ScheduleAnyway", skew)] }),
        )
    };
    let at =
        ".spec.topologySpreadConstraints[topologyKey=\"zone\",whenUnsatisfiable=\"ScheduleAnyway\"].maxSkew";
    assert_eq!(says(&spread(1), &spread(2)), [format!("{at}: 1 -> 2")]);
}

#[test]
fn a_flag_that_goes_is_one_difference() {
    let pod = |args: Value| json!({"spec": {"containers": [{"name": "locust", "args": args}]}});
    let before = pod(json!(["--headless", "--csv=out", "--users=10", "--run-time=1m", "--only-summary"]));
    let after = pod(json!(["--headless", "--users=20", "--run-time=1m", "--only-summary"]));
    let said: Vec<String> = differences(&before, &after, Schema::for_kind("v1", "Pod"))
        .iter()
        .map(|one| format!("{one} ({})", one.path_after))
        .collect();
    let at = ".spec.containers[name=\"locust\"].args";
    assert_eq!(
        said,
        [
            format!("{at}[1]: \"--csv=out\" -> nothing ({at}[1])"),
            format!("{at}[2]: \"--users=10\" -> \"--users=20\" ({at}[1])"),
        ]
    );
}

/// The second object, made of the first by its differences alone.
fn applied(before: &Value, differences: &[Difference]) -> Value {
    let mut result = before.clone();
    // What changed or went is where the first object has it, so the last goes first.
    for one in differences.iter().rev().filter(|one| one.before.is_some()) {
        write(&mut result, one.path.segments(), one.after.as_ref(), false);
    }
    for one in differences.iter().filter(|one| one.before.is_none()) {
        write(&mut result, one.path_after.segments(), one.after.as_ref(), true);
    }
    result
}

fn write(place: &mut Value, path: &[Segment], value: Option<&Value>, inserts: bool) {
    let (first, rest) = path.split_first().unwrap();
    match (first, place) {
        (Segment::Field(name), Value::Object(fields)) => match (rest, value) {
            ([], Some(value)) => {
                fields.insert(name.clone(), value.clone());
            }
            ([], None) => {
                fields.remove(name);
            }
            _ => write(fields.get_mut(name).unwrap(), rest, value, inserts),
        },
        (Segment::Index(index), Value::Array(items)) => match (rest, value) {
            ([], Some(value)) if inserts => items.insert(*index, value.clone()),
            ([], Some(value)) => items[*index] = value.clone(),
            ([], None) => drop(items.remove(*index)),
            _ => write(&mut items[*index], rest, value, inserts),
        },
        (segment, place) => panic!("{segment:?} of {place}"),
    }
}

fn random(random: &mut fastrand::Rng, depth: usize) -> Value {
    match random.u8(0..if depth == 0 { 3 } else { 5 }) {
        0 => random.u8(0..3).into(),
        1 => format!("--flag{}={}", random.u8(0..3), random.u8(0..3)).into(),
        2 => ["--headless", "--master", "a"][random.usize(0..3)].into(),
        3 => (0..random.usize(0..7)).map(|_| self::random(random, depth - 1)).collect(),
        _ => {
            let fields = (0..random.usize(0..4))
                .map(|_| (format!("f{}", random.u8(0..4)), self::random(random, depth - 1)));
            Value::Object(fields.collect())
        }
    }
}

#[test]
fn differences_make_the_second_object_of_the_first() {
    for seed in 0..3_000 {
        let mut numbers = fastrand::Rng::with_seed(seed);
        let before =
            json!({ "list": (0..numbers.usize(0..9)).map(|_| random(&mut numbers, 2)).collect::<Value>() });
        let mut after = before.clone();
        let items = after["list"].as_array_mut().unwrap();
        for _ in 0..numbers.usize(0..4) {
            let at = numbers.usize(0..=items.len());
            match numbers.u8(0..3) {
                0 => items.insert(at, random(&mut numbers, 2)),
                1 if at < items.len() => drop(items.remove(at)),
                _ if at < items.len() => items[at] = random(&mut numbers, 2),
                _ => {}
            }
        }
        let found = differences(&before, &after, None);
        assert_eq!(applied(&before, &found), after, "seed {seed}: {found:#?}");
        assert_eq!(found.is_empty(), before == after, "seed {seed}");
    }
}

#[test]
fn an_item_more_or_less_is_one_difference() {
    for seed in 0..2_000 {
        let mut numbers = fastrand::Rng::with_seed(seed);
        let before: Vec<Value> = (0..numbers.usize(1..12)).map(|_| random(&mut numbers, 2)).collect();
        let mut after = before.clone();
        after.remove(numbers.usize(0..after.len()));
        let (before, after) = (json!({ "args": before }), json!({ "args": after }));
        assert_eq!(differences(&before, &after, None).len(), 1, "seed {seed}");
        assert_eq!(differences(&after, &before, None).len(), 1, "seed {seed}");
    }
}
