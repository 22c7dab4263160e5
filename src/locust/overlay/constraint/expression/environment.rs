//! [`Environment`]: what an expression sees.

use std::{collections::HashMap, fmt, sync::Arc};

use kube_cel::{
    KubeCelExt,
    cel::{
        Context, ExecutionError, Value,
        extractors::{Arguments, This},
        objects::{Key, Map},
    },
};
use serde_json::Value as Json;

use super::meter::{Meter, PATTERN, PAY, PAY_BOTH};
use crate::locust::overlay::namespace::Namespace;

/// A compiled pattern may not be larger than this, in bytes.
const PATTERN_SIZE: usize = 64 << 10;
/// The largest text that an expression may make, in bytes.
const TEXT: usize = 1 << 20;

/// The variables and functions of one pod; expressions are evaluated one after another.
pub(in crate::locust::overlay::constraint) struct Environment {
    context: Context<'static>,
    meter: Meter,
    lacks_namespace: bool,
}

impl Environment {
    /// What expressions see of a role's final pod template and its namespace.
    pub(in crate::locust::overlay::constraint) fn new(pod: &Json, namespace: Option<&Namespace>) -> Self {
        let meter = Meter::default();
        let mut context = Context::default().with_all();
        let pay = meter.clone();
        context.add_function(PAY, move |value: Value| pay.pay(&value).map(|()| value));
        let pay = meter.clone();
        context.add_function(PAY_BOTH, move |first: Value, second: Value| {
            pay.pay(&first)?;
            pay.pay(&second).map(|()| second)
        });
        let pay = meter.clone();
        context.add_function("matches", move |This(text): This<Arc<String>>, pattern: Arc<String>| {
            pay.spend(PATTERN)?;
            matches(&text, &pattern)
        });
        context.add_function("replace", replace);
        context.add_function("join", join);
        context.add_variable_from_value("object", value(pod));
        let object = namespace.map_or(Value::Null, |namespace| value(&namespace.object()));
        context.add_variable_from_value("namespaceObject", object);
        let lacks_namespace = namespace.is_none_or(|namespace| namespace.labels.is_none());
        Self { context, meter, lacks_namespace }
    }

    pub(super) fn context(&self) -> &Context<'static> {
        &self.context
    }

    /// Gives the next expression a budget of its own.
    pub(super) fn refill(&self) {
        self.meter.refill();
    }

    pub(super) fn is_spent(&self) -> bool {
        self.meter.is_spent()
    }

    /// Whether the namespace's labels are not known.
    pub(super) fn lacks_namespace(&self) -> bool {
        self.lacks_namespace
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("meter", &self.meter).finish_non_exhaustive()
    }
}

/// JSON as CEL sees it: whole numbers are integers.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => Value::Int(number),
            (None, Some(number), _) => Value::UInt(number),
            (None, None, number) => Value::Float(number.unwrap_or_default()),
        },
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(value).collect())),
        Json::Object(fields) => {
            let entry = |(name, inner): (&String, &Json)| (Key::String(Arc::new(name.clone())), value(inner));
            let map: HashMap<Key, Value> = fields.iter().map(entry).collect();
            Value::Map(Map { map: Arc::new(map) })
        }
    }
}

fn matches(text: &str, pattern: &str) -> Result<bool, ExecutionError> {
    let built = regex::RegexBuilder::new(pattern).size_limit(PATTERN_SIZE).build();
    built.map(|built| built.is_match(text)).map_err(|_| {
        ExecutionError::function_error("matches", format!("the pattern {pattern} is wrong or too large"))
    })
}

/// `replace` with a bound on the result.
fn replace(This(text): This<Arc<String>>, Arguments(arguments): Arguments) -> Result<Value, ExecutionError> {
    let (from, to, most) = match arguments.as_slice() {
        [Value::String(from), Value::String(to)] => (from, to, usize::MAX),
        // A negative number stands for all, as in Kubernetes.
        [Value::String(from), Value::String(to), Value::Int(most)] => {
            (from, to, usize::try_from(*most).unwrap_or(usize::MAX))
        }
        _ => {
            return Err(ExecutionError::function_error("replace", "it takes two texts, and a number or not"));
        }
    };
    let times = text.matches(from.as_str()).take(most).count();
    bounded("replace", text.len().saturating_add(times.saturating_mul(to.len())))?;
    Ok(Value::String(Arc::new(text.replacen(from.as_str(), to, times))))
}

/// `join` with a bound on the result.
fn join(
    This(items): This<Arc<Vec<Value>>>,
    Arguments(arguments): Arguments,
) -> Result<Value, ExecutionError> {
    let wrong = || ExecutionError::function_error("join", "it joins texts, with a text between them");
    let texts: Option<Vec<&str>> = items
        .iter()
        .map(|item| if let Value::String(text) = item { Some(text.as_str()) } else { None })
        .collect();
    let texts = texts.ok_or_else(wrong)?;
    let separator = match arguments.first() {
        Some(Value::String(separator)) => separator.as_str(),
        Some(_) => return Err(wrong()),
        None => "",
    };
    let length: usize = texts.iter().map(|text| text.len() + separator.len()).sum();
    bounded("join", length)?;
    Ok(Value::String(Arc::new(texts.join(separator))))
}

fn bounded(function: &str, length: usize) -> Result<(), ExecutionError> {
    if length <= TEXT {
        return Ok(());
    }
    Err(ExecutionError::function_error(function, format!("the text would be longer than {TEXT} bytes")))
}
