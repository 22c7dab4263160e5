//! What expressions may say, and what keeps them within bounds.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::overlay::Namespace;

/// A pod with what the expressions below ask for.
fn pod() -> serde_json::Value {
    json!({
        "metadata": {"labels": {"team": "search", "example.com/cost": "42"}},
        "spec": {
            "priority": 7,
            "hostNetwork": false,
            "containers": [
                {"name": "locust", "image": "reg.corp/locust:1", "resources": {"limits": {"memory": "1Gi", "cpu": 2}}},
                {"name": "side", "image": "reg.corp/side:1", "args": ["a", "b"]}
            ]
        }
    })
}

fn variables(pod: &serde_json::Value) -> Variables<'_> {
    let labels = BTreeMap::from([("tier".to_owned(), "gold".to_owned())]);
    Variables::new(pod, Some(&Namespace::labelled("team-a", labels)))
}

#[test]
fn policies_mean_what_they_mean_in_kubernetes() {
    let pod = pod();
    let variables = variables(&pod);
    for (source, answer) in [
        ("object.spec.hostNetwork != true", true),
        ("!has(object.spec.hostPID) || !object.spec.hostPID", true),
        ("object.spec.containers.all(c, c.image.startsWith('reg.corp/'))", true),
        ("object.spec.containers.all(c, has(c.args))", false),
        ("object.spec.containers.exists(c, has(c.args) && 'b' in c.args)", true),
        ("object.spec.containers.exists_one(c, c.name == 'locust')", true),
        ("object.spec.containers.map(c, c.name) == ['locust', 'side']", true),
        ("object.spec.containers.filter(c, c.name == 'side').size() == 1", true),
        ("size(object.spec.containers) < 3", true),
        ("'example.com/cost' in object.metadata.labels", true),
        ("object.metadata.labels['example.com/cost'] == '42'", true),
        ("object.metadata.labels.all(key, key.matches('^[a-z./]+$'))", true),
        ("namespaceObject.metadata.labels.tier == 'gold'", true),
        ("namespaceObject.metadata.name == 'team-a'", true),
        ("namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'team-a'", true),
        (
            "quantity(object.spec.containers[0].resources.limits.memory).compareTo(quantity('1024Mi')) == 0",
            true,
        ),
        ("quantity('2Gi').isGreaterThan(quantity('1G'))", true),
        ("isQuantity('500m') && !isQuantity('x')", true),
        ("sets.contains(['a', 'b'], ['a'])", true),
        ("['a', 'b'].join(',') == 'a,b'", true),
        ("'a-b'.replace('-', '+') == 'a+b'", true),
        ("'aaa'.replace('a', 'b', 1) == 'baa' && 'aaa'.replace('a', 'b', -1) == 'bbb'", true),
        ("'ab'.replace('', '-') == '-a-b-'", true),
        ("'REG'.lowerAscii() == 'reg' && ' x '.trim() == 'x'", true),
        ("object.spec.priority > 5 ? true : false", true),
        ("object.spec.priority + 1 == 8", true),
        ("object.spec.containers[0].resources.limits.cpu == 2", true),
        ("string(object.spec.priority) == '7'", true),
        ("{'a': 1}.a == 1", true),
        ("int('3') == 3", true),
    ] {
        let expression = Expression::read(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(expression.holds(&variables), Ok(answer), "{source}");
    }
}

#[test]
fn wrong_expressions_are_told_when_they_are_read() {
    let deep = format!("{}true{}", "(".repeat(200), ")".repeat(200));
    let long = format!("true{}", " || true".repeat(1000));
    for (source, part) in [
        ("", "write an expression"),
        ("object.spec.", "line 1, column"),
        ("objekt.spec.x == 1", "did you mean \"object\""),
        ("params.x == 1", "there is object and namespaceObject"),
        ("object.spec.containers.all(c, d.image == 'x')", "no variable \"d\""),
        ("object.x.startWith('a')", "did you mean \"startsWith\""),
        ("object.x.startsWit('a')", "did you mean \"startsWith\""),
        ("max(1, 2) == 2", "value.max(...)"),
        ("object.x.startsWith('a', 'b')", "with 2 arguments"),
        ("'x'.matches('(')", "correct the pattern"),
        ("Pod{name: 'x'} == object", "there are no types"),
        ("timestamp('2020-01-01T00:00:00Z') == object.x", "no function \"timestamp\""),
        (deep.as_str(), "correct the expression"),
        (long.as_str(), "shorten"),
    ] {
        let error = Expression::read(source).unwrap_err();
        assert!(error.contains(part), "{}: {error}", source.chars().take(60).collect::<String>());
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn what_goes_wrong_is_said_without_the_pod() {
    let pod = pod();
    let variables = variables(&pod);
    for (source, part) in [
        ("object.spec.missing == 1", "there is no \"missing\""),
        ("object.spec.priority", "must be true or false"),
        ("object.spec.priority > 'x'", "different types"),
        ("object.spec.containers[7].name == 'x'", "no such index"),
        ("object.spec.priority / 0 == 1", "divides by zero"),
        ("'x'.matches(object.spec.containers[0].name + '(')", "pattern"),
        ("quantity('x').isInteger()", "quantity"),
    ] {
        let error = Expression::read(source).unwrap().holds(&variables).unwrap_err();
        assert!(error.contains(part), "{source}: {error}");
        assert!(error.len() < 200, "{error}");
    }
}

/// Values at the edges, where silence would let a pod pass.
#[test]
fn edges_are_errors_or_right_answers() {
    let pod = pod();
    let variables = variables(&pod);
    for (source, answer) in [
        ("quantity('9e999').isGreaterThan(quantity('2Gi'))", Some(true)),
        ("quantity('9e999').compareTo(quantity('9e998')) == 1", Some(true)),
        ("quantity('-9e999').isLessThan(quantity('0'))", Some(true)),
        ("quantity('1e-20').sign() == 1", Some(true)),
        ("quantity('1e2000000000').add(1).sign() == 1", None),
        ("[9223372036854775807, 1].sum() > 0", None),
        ("-(-9223372036854775807 - 1) > 0", None),
        ("object.spec.containers.name == 'locust' || true", Some(true)),
        ("object.spec.containers.privileged == false", None),
        ("!object.spec.priority.privileged", None),
        ("size('日本') == 2", Some(true)),
        ("object.spec.containers.contains('x')", None),
        ("[1, 2].exists(n, n / (n - 1) == 2)", Some(true)),
        ("[0, 1].exists(n, 1 / n == 1)", Some(true)),
        ("[0, 1].all(n, 1 / n == 1)", None),
        ("'7'.matches('^\\\\d$') && !'\u{0667}'.matches('^\\\\d$')", Some(true)),
        ("object.?spec.?nothing.?here.orValue(5) == 5", Some(true)),
    ] {
        let found =
            Expression::read(source).unwrap_or_else(|error| panic!("{source}: {error}")).holds(&variables);
        assert_eq!(found.as_ref().ok(), answer.as_ref(), "{source}: {found:?}");
    }
}

/// Whatever goes wrong, the words hold nothing of the pod.
#[test]
fn errors_hold_no_values() {
    let pod =
        json!({"spec": {"containers": [{"env": [{"name": "TOKEN", "value": "s3cret("}]}], "map": {"a": 1}}});
    let variables = variables(&pod);
    let value = "object.spec.containers[0].env[0].value";
    for source in [
        format!("{value}.size() + {value} == 1"),
        format!("object.spec.map[{value}] == 1"),
        format!("'x'.matches({value})"),
        format!("int({value}) == 1"),
        format!("quantity({value}).sign() == 1"),
        format!("{value}.missing == 1"),
        format!("-{value} == 1"),
        value.to_owned(),
        format!("[{value}].sum() == 1"),
        format!("[[{value}]].join() == ''"),
        format!("{value}.charAt(99) == ''"),
        format!("{{{value}: 1, {value}: 2}}.a == 1"),
    ] {
        let error = Expression::read(&source).unwrap().holds(&variables).unwrap_err();
        assert!(!error.contains("s3cret"), "{source}: {error}");
    }
}

#[test]
fn evaluation_is_bounded_whatever_is_written() {
    let items: Vec<String> = (0..400).map(|index| format!("item-{index}-{}", "x".repeat(50))).collect();
    let pod = json!({"spec": {"containers": [{"name": "a", "args": items}]}});
    let variables = Variables::new(&pod, None);
    // Each of these would take hours, or more memory than there is.
    let args = "object.spec.containers[0].args";
    for source in [
        format!("{args}.all(a, {args}.all(b, {args}.all(c, {args}.all(d, a != 'x'))))"),
        format!("{args}.map(a, {args}.map(b, {args}.map(c, a + b + c))).size() > 0"),
        format!("{args}.map(a, {args}.join(',')).map(a, {args}.map(b, a + b).join('')).join('').size() > 0"),
        format!("{args}.join('').replace('', {args}.join('')).replace('', {args}.join('')).size() > 0"),
        format!("{args}.all(a, {args}.all(b, b.matches('^.*$')))"),
        "lists.range(90000).all(i, quantity('1234567890123456789012e1900').add(i).sign() == 1)".to_owned(),
        // An error on one side of "||" must not hide it.
        format!("{args}.all(a, {args}.all(b, {args}.all(c, a != 'x'))) || true"),
    ] {
        let answer = Expression::read(&source).unwrap().holds(&variables);
        assert!(answer.is_err(), "{source}: {answer:?}");
    }
    // The next expression has a budget of its own.
    assert_eq!(Expression::read("has(object.spec)").unwrap().holds(&variables), Ok(true));
}

#[test]
fn expressions_can_be_shared() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Expression>();
}
