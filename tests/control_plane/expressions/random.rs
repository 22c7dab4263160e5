//! Random expressions of the type bool, and random objects for them to ask.

use fastrand::Rng;
use serde_json::{Value, json};

/// The numbers, texts, quantities and patterns that are at some edge.
const INTS: [i64; 11] = [0, 1, 2, 3, 7, -1, -2, i64::MAX, i64::MIN, 9_007_199_254_740_993, 1_000_000];
const DOUBLES: [f64; 14] =
    [0.0, -0.0, 0.5, 1.0, 2.0, -1.5, 1e300, 1e-7, 1_234_567.0, 0.0001, 1e21, 1e6, 9.3e18, 123_456.5];
const TEXTS: [&str; 30] = [
    "",
    "a",
    "b",
    "ab",
    "aab",
    "aXbXa",
    "Äéß",
    "日本語",
    "  x \t",
    "a,b,,c",
    "1",
    "-5",
    "+5",
    "1.5",
    "1e3",
    "true",
    "F",
    "0x1",
    "9223372036854775808",
    "NaN",
    "inf",
    "-Infinity",
    "1e999",
    "a\nb",
    "a\"b\\c",
    "reg.corp/x:1",
    "[x]",
    "a&b",
    "a{b}",
    "\u{a0}x\u{2003}",
];
const QUANTITIES: [&str; 56] = [
    "0",
    "1",
    "2",
    "-1",
    "+1",
    "100m",
    "1500m",
    "1.5",
    "0.5",
    ".5",
    "1.",
    ".",
    "-",
    "1.5Gi",
    "2Gi",
    "1Gi",
    "1G",
    "1024Mi",
    "1e3",
    "1E3",
    "1e-3",
    "1e+3",
    "1E",
    "1Ei",
    "8Ei",
    "7Ei",
    "-8Ei",
    "9e999",
    "9e998",
    "1e-20",
    "0.1n",
    "-0.1n",
    "1.0000000001",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "12345678901234567890123",
    "123456789012345678",
    "1234567890123456789",
    "0.000000001",
    "1n",
    "1u",
    "1k",
    "000",
    "00.10",
    "1000000Ki",
    "0Ki",
    "0.5Ki",
    "",
    "x",
    "1 Gi",
    " 1",
    "1e",
    "1Kii",
    "1ee3",
    "1mi",
];
const PATTERNS: [&str; 56] = [
    "a",
    "^a$",
    "^[a-z]+$",
    "\\d+",
    "\\D",
    "\\s",
    "\\S+",
    "\\w+$",
    "\\W",
    "[\\w-]+",
    "[^\\d]",
    "[\\D]",
    "\\bx",
    "\\Bb",
    "a{2}",
    "a{1,}",
    "a{,3}",
    "a{0,2}b",
    "{",
    "}",
    "a{",
    "a{b}",
    "a**",
    "a*?",
    "a{2}{3}",
    "a{1001}",
    "a+?b",
    "(?i)A",
    "(?i:B)c?",
    "(?x)a b",
    "(?P<n>a)",
    "(?<n>a)",
    "(?:a|b)+",
    "(",
    ")",
    "[",
    "]",
    "[]a]",
    "[^]a]",
    "[a-]",
    "[a&&b]",
    "[a--b]",
    "[[a]]",
    "[[:alpha:]]+",
    "[[:foo:]]",
    "é",
    ".",
    "(?s)a.b",
    "(?m)^b",
    "\\Qa.b\\E",
    "\\pL+",
    "\\p{Greek}",
    "\\x41",
    "\\x{e9}",
    "\\1",
    "\\z",
];

/// Makes expressions and objects.
pub(crate) struct Random {
    rng: Rng,
    /// What macros bind around the part that is made, with its type.
    bound: Vec<(String, Type)>,
}

/// The types that parts are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Int,
    Uint,
    Double,
    Text,
    Quantity,
    Ints,
    Texts,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), bound: Vec::new() }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())]
    }

    /// An object's spec: a pod template's, and lists of values at the edges, three of each.
    pub(crate) fn spec(&mut self) -> Value {
        let mut three =
            |from: &[&str]| -> Vec<Value> { (0..3).map(|_| Value::from(self.pick(from))).collect() };
        let (texts, quantities, patterns) = (three(&TEXTS), three(&QUANTITIES), three(&PATTERNS));
        let ints: Vec<i64> = (0..3).map(|_| self.pick(&INTS)).collect();
        let doubles: Vec<f64> = (0..3).map(|_| self.pick(&DOUBLES)).collect();
        let containers: Vec<Value> = (0..self.rng.usize(1..4)).map(|index| self.container(index)).collect();
        json!({
            "containers": containers,
            "hostNetwork": self.rng.bool(),
            "nodeSelector": {"pool": self.pick(&TEXTS), "a.b/c": "1"},
            "nothing": null,
            "empty": [], "none": {},
            "ints": ints, "doubles": doubles, "texts": texts, "quantities": quantities, "patterns": patterns,
            "mixed": [self.pick(&INTS), self.pick(&DOUBLES), self.pick(&TEXTS), null, true, [1, [2]], {"a": 1}],
        })
    }

    fn container(&mut self, index: usize) -> Value {
        let mut container = json!({"name": self.pick(&["locust", "side", "proxy"]), "image": self.pick(&["reg.corp/a:1", "b"])});
        if self.rng.bool() {
            container["resources"] =
                json!({"limits": {"memory": self.pick(&QUANTITIES), "cpu": self.pick(&INTS)}});
        }
        if self.rng.bool() {
            container["args"] = json!([self.pick(&TEXTS), self.pick(&TEXTS)]);
        }
        if self.rng.bool() {
            container["ports"] = json!([{"containerPort": 8080 + index}]);
        }
        container
    }

    /// An expression that is true or false, or has an error.
    pub(crate) fn expression(&mut self) -> String {
        self.bound.clear();
        let depth = self.rng.usize(1..5);
        self.truth(depth)
    }

    fn truth(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        if depth == 0 {
            return match self.rng.u8(..4) {
                0 => "true".to_owned(),
                1 => "false".to_owned(),
                2 => "object.spec.hostNetwork".to_owned(),
                _ => format!(
                    "has({})",
                    self.pick(&[
                        "object.spec.nothing",
                        "object.spec.nothing.x",
                        "object.spec.missing",
                        "object.spec.missing.x",
                        "object.spec.ints.x",
                        "object.spec.hostNetwork.x",
                        "object.spec.none.x",
                        "object.spec.nodeSelector.pool"
                    ])
                ),
            };
        }
        match self.rng.u8(..26) {
            0 => format!("!({})", self.truth(d)),
            1 => format!("({} && {})", self.truth(d), self.truth(d)),
            2 => format!("({} || {})", self.truth(d), self.truth(d)),
            3 => format!("({} ? {} : {})", self.truth(d), self.truth(d), self.truth(d)),
            4..=6 => {
                let ty = self.pick(&[Type::Int, Type::Uint, Type::Double, Type::Text]);
                let operator = self.pick(&["==", "!=", "<", "<=", ">", ">="]);
                format!("({} {operator} {})", self.of(ty, d), self.of(ty, d))
            }
            7 => {
                let one = self.pick(&[Type::Int, Type::Uint, Type::Double]);
                let other = self.pick(&[Type::Int, Type::Uint, Type::Double]);
                let operator = self.pick(&["==", "!=", "<", "<=", ">", ">="]);
                format!("(dyn({}) {operator} dyn({}))", self.of(one, d), self.of(other, d))
            }
            8 => {
                let ty = self.pick(&[Type::Ints, Type::Texts]);
                format!("({} {} {})", self.of(ty, d), self.pick(&["==", "!="]), self.of(ty, d))
            }
            9 => format!("({} in {})", self.of(Type::Int, d), self.of(Type::Ints, d)),
            10 => {
                let text = self.of(Type::Text, d);
                if self.rng.bool() {
                    format!("({text} in {})", self.of(Type::Texts, d))
                } else {
                    format!(
                        "({text} in {})",
                        self.pick(&["object.spec.nodeSelector", "object.spec.none", "{'a': 1, 'b': 2}"])
                    )
                }
            }
            11 => {
                let name = self.pick(&["contains", "startsWith", "endsWith"]);
                format!("{}.{name}({})", self.of(Type::Text, d), self.of(Type::Text, d))
            }
            12 => format!("{}.matches({})", self.of(Type::Text, d), self.pattern()),
            13 => format!("isQuantity({})", self.quantity_text()),
            14 | 15 => {
                let name = self.pick(&["isGreaterThan", "isLessThan"]);
                format!("{}.{name}({})", self.of(Type::Quantity, d), self.of(Type::Quantity, d))
            }
            16 => match self.rng.u8(..3) {
                0 => format!("{}.isInteger()", self.of(Type::Quantity, d)),
                _ => format!("({} == {})", self.of(Type::Quantity, d), self.quantity()),
            },
            17 => {
                let name = self.pick(&["sets.contains", "sets.equivalent", "sets.intersects"]);
                let ty = self.pick(&[Type::Ints, Type::Texts]);
                format!("{name}({}, {})", self.of(ty, d), self.of(ty, d))
            }
            18 => {
                let ty = self.pick(&[Type::Ints, Type::Texts]);
                format!("{}.isSorted()", self.of(ty, d))
            }
            19 => match self.rng.u8(..3) {
                0 => format!("{}.includes({})", self.of(Type::Ints, d), self.of(Type::Int, d)),
                1 => format!("{}.includes({})", self.of(Type::Texts, d), self.of(Type::Text, d)),
                _ => format!("object.spec.mixed.includes({})", self.anything(d)),
            },
            20..=22 => self.quantified(d),
            23 => format!("bool({})", self.of(Type::Text, d)),
            24 => match self.rng.u8(..4) {
                0 => format!("({} == {})", self.anything(d), self.anything(d)),
                1 => format!("({} < {})", self.anything(d), self.anything(d)),
                2 => format!("({} in object.spec.mixed)", self.anything(d)),
                _ => format!("({} == object.spec.mixed[{}])", self.anything(d), self.of(Type::Int, 0)),
            },
            _ => {
                let field = self.pick(&["hostNetwork", "nothing", "missing", "none", "texts"]);
                match self.rng.u8(..3) {
                    0 => format!("object.spec.?{field}.hasValue()"),
                    1 => format!("object.?spec.?{field}.orValue(true)"),
                    _ => format!("object.spec.?{field}.?x.hasValue()"),
                }
            }
        }
    }

    /// A loop whose body is true or false.
    fn quantified(&mut self, depth: usize) -> String {
        let name = format!("v{}", self.bound.len());
        let macro_name = self.pick(&["all", "exists", "exists_one"]);
        let (range, ty) = match self.rng.u8(..5) {
            0 => ("object.spec.ints".to_owned(), Type::Int),
            1 => ("object.spec.texts".to_owned(), Type::Text),
            2 => ("object.spec.nodeSelector".to_owned(), Type::Text),
            3 => (self.of(Type::Ints, depth), Type::Int),
            _ => {
                let body = self.pick(&[
                    "has(c.args)",
                    "c.args.size() > 1",
                    "c.name == 'locust'",
                    "c.image.startsWith('reg.corp/')",
                    "quantity(c.resources.limits.memory).isLessThan(quantity('2Gi'))",
                    "c.resources.limits.cpu < 3",
                    "has(c.resources) && has(c.resources.limits) && isQuantity(c.resources.limits.memory)",
                    "c.?resources.limits.memory.orValue('') == '1Gi'",
                    "c.ports.exists(p, p.containerPort == 8080)",
                    "'ports' in c",
                    "c['args'][1] == 'a'",
                    "c.args.join(',').contains('a')",
                ]);
                return format!("object.spec.containers.{macro_name}(c, {body})");
            }
        };
        self.bound.push((name.clone(), ty));
        let body = self.truth(depth);
        self.bound.pop();
        format!("{range}.{macro_name}({name}, {body})")
    }

    fn of(&mut self, ty: Type, depth: usize) -> String {
        // Now and then something else than what is wanted.
        if self.rng.u8(..60) == 0 {
            return self.anything(0);
        }
        let bound: Vec<String> =
            self.bound.iter().filter(|(_, bound)| *bound == ty).map(|(name, _)| name.clone()).collect();
        if !bound.is_empty() && self.rng.bool() {
            return bound[self.rng.usize(..bound.len())].clone();
        }
        match ty {
            Type::Int => self.int(depth),
            Type::Uint => self.uint(depth),
            Type::Double => self.double(depth),
            Type::Text => self.text(depth),
            Type::Quantity => self.quantity_of(depth),
            Type::Ints => self.ints(depth),
            Type::Texts => self.texts(depth),
        }
    }

    /// Something of any type.
    fn anything(&mut self, depth: usize) -> String {
        match self.rng.u8(..7) {
            0 => format!("object.spec.mixed[{}]", self.rng.u8(..8)),
            1 => format!("dyn({})", self.of(Type::Int, depth)),
            2 => format!("dyn({})", self.of(Type::Text, depth)),
            3 => format!("dyn({})", self.of(Type::Double, depth)),
            4 => "object.spec.nothing".to_owned(),
            5 => "object.spec.nodeSelector".to_owned(),
            _ => format!("object.spec.{}", self.pick(&["ints", "texts", "doubles", "empty", "none"])),
        }
    }

    fn int(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.rng.u8(..if depth == 0 { 3 } else { 18 }) {
            0 | 1 => self.pick(&INTS).to_string(),
            2 => format!("object.spec.ints[{}]", self.rng.u8(..3)),
            3 => format!("-({})", self.of(Type::Int, d)),
            4..=6 => {
                let operator = self.pick(&["+", "-", "*", "/", "%"]);
                format!("({} {operator} {})", self.of(Type::Int, d), self.of(Type::Int, d))
            }
            7 => format!("size({})", self.of(Type::Text, d)),
            8 => format!("{}.size()", self.of(Type::Texts, d)),
            9 => {
                let name = self.pick(&["indexOf", "lastIndexOf"]);
                if self.rng.bool() {
                    format!("{}.{name}({})", self.of(Type::Text, d), self.of(Type::Text, d))
                } else {
                    format!("{}.{name}({}, {})", self.of(Type::Text, d), self.of(Type::Text, d), self.place())
                }
            }
            10 => format!(
                "{}.{}({})",
                self.of(Type::Ints, d),
                self.pick(&["indexOf", "lastIndexOf"]),
                self.of(Type::Int, d)
            ),
            11 => format!("int({})", self.of(Type::Text, d)),
            12 => format!("int({})", self.of(Type::Double, d)),
            13 => format!("int({})", self.of(Type::Uint, d)),
            14 => format!("{}.{}()", self.of(Type::Ints, d), self.pick(&["sum", "min", "max"])),
            15 => format!("{}.compareTo({})", self.of(Type::Quantity, d), self.of(Type::Quantity, d)),
            16 => format!("{}.{}()", self.of(Type::Quantity, d), self.pick(&["sign", "asInteger"])),
            _ => format!("({} ? {} : {})", self.truth(d), self.of(Type::Int, d), self.of(Type::Int, d)),
        }
    }

    fn uint(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.rng.u8(..if depth == 0 { 2 } else { 6 }) {
            0 | 1 => format!("{}u", self.pick(&[0, 1, 2, 7, u64::MAX, 9_223_372_036_854_775_808])),
            2 => format!("uint({})", self.of(Type::Int, d)),
            3 => format!("uint({})", self.of(Type::Text, d)),
            4 => format!("uint({})", self.of(Type::Double, d)),
            _ => {
                let operator = self.pick(&["+", "-", "*", "/", "%"]);
                format!("({} {operator} {})", self.of(Type::Uint, d), self.of(Type::Uint, d))
            }
        }
    }

    fn double(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.rng.u8(..if depth == 0 { 3 } else { 9 }) {
            0 => format!("{:?}", self.pick(&DOUBLES)),
            1 | 2 => format!("object.spec.doubles[{}]", self.rng.u8(..3)),
            3 => format!("double({})", self.of(Type::Int, d)),
            4 => format!("double({})", self.of(Type::Text, d)),
            5 => format!("{}.asApproximateFloat()", self.of(Type::Quantity, d)),
            6 => format!("-({})", self.of(Type::Double, d)),
            7 => format!("object.spec.doubles.{}()", self.pick(&["min", "max", "sum"])),
            _ => {
                let operator = self.pick(&["+", "-", "*", "/"]);
                format!("({} {operator} {})", self.of(Type::Double, d), self.of(Type::Double, d))
            }
        }
    }

    fn text(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.rng.u8(..if depth == 0 { 4 } else { 22 }) {
            0 | 1 => literal(self.pick(&TEXTS)),
            2 => format!("object.spec.texts[{}]", self.rng.u8(..3)),
            3 => self
                .pick(&[
                    "object.spec.nodeSelector.pool",
                    "object.spec.nodeSelector['a.b/c']",
                    "object.metadata.labels.team",
                    "namespaceObject.metadata.labels.tier",
                    "namespaceObject.metadata.name",
                ])
                .to_owned(),
            4 => format!("({} + {})", self.of(Type::Text, d), self.of(Type::Text, d)),
            5 => format!("{}.{}()", self.of(Type::Text, d), self.pick(&["lowerAscii", "upperAscii", "trim"])),
            6 => format!("{}.charAt({})", self.of(Type::Text, d), self.place()),
            7 => format!("{}.substring({})", self.of(Type::Text, d), self.place()),
            8 => format!("{}.substring({}, {})", self.of(Type::Text, d), self.place(), self.place()),
            9 => format!(
                "{}.replace({}, {})",
                self.of(Type::Text, d),
                self.of(Type::Text, d),
                self.of(Type::Text, d)
            ),
            10 => format!(
                "{}.replace({}, {}, {})",
                self.of(Type::Text, d),
                self.of(Type::Text, d),
                self.of(Type::Text, d),
                self.place()
            ),
            11 => format!("{}.join()", self.of(Type::Texts, d)),
            12 => format!("{}.join({})", self.of(Type::Texts, d), self.of(Type::Text, d)),
            13 => format!("strings.quote({})", self.of(Type::Text, d)),
            14 => format!("string({})", self.of(Type::Int, d)),
            15 => format!("string({})", self.of(Type::Double, d)),
            16 => format!("string({})", self.truth(d)),
            17 => format!("string(bytes({}))", self.of(Type::Text, d)),
            18 => format!("{}.find({})", self.of(Type::Text, d), self.pattern()),
            19 => format!("{}.{}()", self.of(Type::Texts, d), self.pick(&["min", "max"])),
            20 => format!(
                "{}.{}().orValue({})",
                self.of(Type::Texts, d),
                self.pick(&["first", "last"]),
                self.of(Type::Text, d)
            ),
            _ => format!("{}[{}]", self.of(Type::Texts, d), self.place()),
        }
    }

    fn ints(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.rng.u8(..if depth == 0 { 3 } else { 12 }) {
            0 => format!("[{}, {}]", self.pick(&INTS), self.pick(&INTS)),
            1 | 2 => "object.spec.ints".to_owned(),
            3 => format!("({} + {})", self.of(Type::Ints, d), self.of(Type::Ints, d)),
            4 => format!("lists.range({})", self.rng.u8(..5)),
            5 => format!("{}.{}()", self.of(Type::Ints, d), self.pick(&["sort", "reverse", "distinct"])),
            6 => format!("{}.slice({}, {})", self.of(Type::Ints, d), self.place(), self.place()),
            7 => format!("object.spec.mixed.flatten({})", self.place()),
            8 => format!("[{}, {}].flatten()", self.of(Type::Ints, d), self.of(Type::Ints, d)),
            9 => self.mapped(Type::Int, Type::Int, d),
            10 => self.filtered(Type::Int, d),
            _ => self.mapped(Type::Text, Type::Int, d),
        }
    }

    fn texts(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.rng.u8(..if depth == 0 { 4 } else { 13 }) {
            0 => format!("[{}, {}]", literal(self.pick(&TEXTS)), literal(self.pick(&TEXTS))),
            1 | 2 => "object.spec.texts".to_owned(),
            3 => "object.spec.containers.map(c, c.name)".to_owned(),
            4 => format!("({} + {})", self.of(Type::Texts, d), self.of(Type::Texts, d)),
            5 => format!("{}.{}()", self.of(Type::Texts, d), self.pick(&["sort", "reverse", "distinct"])),
            6 => format!("{}.slice({}, {})", self.of(Type::Texts, d), self.place(), self.place()),
            7 => format!("{}.split({})", self.of(Type::Text, d), self.of(Type::Text, d)),
            8 => format!("{}.split({}, {})", self.of(Type::Text, d), self.of(Type::Text, d), self.place()),
            9 => self.mapped(Type::Int, Type::Text, d),
            10 => self.mapped(Type::Text, Type::Text, d),
            11 => self.filtered(Type::Text, d),
            _ => {
                if self.rng.bool() {
                    format!("{}.findAll({})", self.of(Type::Text, d), self.pattern())
                } else {
                    format!("{}.findAll({}, {})", self.of(Type::Text, d), self.pattern(), self.place())
                }
            }
        }
    }

    fn mapped(&mut self, from: Type, to: Type, depth: usize) -> String {
        let name = format!("v{}", self.bound.len());
        let range = self.of(if from == Type::Int { Type::Ints } else { Type::Texts }, depth);
        self.bound.push((name.clone(), from));
        let body = self.of(to, depth);
        let condition =
            if self.rng.u8(..4) == 0 { format!("{}, ", self.truth(depth)) } else { String::new() };
        self.bound.pop();
        format!("{range}.map({name}, {condition}{body})")
    }

    fn filtered(&mut self, ty: Type, depth: usize) -> String {
        let name = format!("v{}", self.bound.len());
        let range = self.of(if ty == Type::Int { Type::Ints } else { Type::Texts }, depth);
        self.bound.push((name.clone(), ty));
        let body = self.truth(depth);
        self.bound.pop();
        format!("{range}.filter({name}, {body})")
    }

    fn quantity_of(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.rng.u8(..if depth == 0 { 1 } else { 3 }) {
            0 => self.quantity(),
            1 => format!("{}.{}({})", self.quantity_of(d), self.pick(&["add", "sub"]), self.quantity_of(d)),
            _ => format!("{}.{}({})", self.quantity_of(d), self.pick(&["add", "sub"]), self.of(Type::Int, d)),
        }
    }

    fn quantity(&mut self) -> String {
        format!("quantity({})", self.quantity_text())
    }

    fn quantity_text(&mut self) -> String {
        match self.rng.u8(..5) {
            0 => format!("object.spec.quantities[{}]", self.rng.u8(..3)),
            1 => "object.spec.containers[0].resources.limits.memory".to_owned(),
            _ => literal(self.pick(&QUANTITIES)),
        }
    }

    /// A small number, which may be beyond the ends.
    fn place(&mut self) -> String {
        match self.rng.u8(..12) {
            0 => "-1".to_owned(),
            1 => "object.spec.ints[0]".to_owned(),
            _ => self.rng.u8(..5).to_string(),
        }
    }

    fn pattern(&mut self) -> String {
        match self.rng.u8(..4) {
            0 => format!("object.spec.patterns[{}]", self.rng.u8(..3)),
            _ => literal(self.pick(&PATTERNS)),
        }
    }
}

/// A text as an expression writes it.
fn literal(text: &str) -> String {
    let mut written = String::from("'");
    for letter in text.chars() {
        match letter {
            '\'' | '\\' => written.extend(['\\', letter]),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            _ => written.push(letter),
        }
    }
    written.push('\'');
    written
}
