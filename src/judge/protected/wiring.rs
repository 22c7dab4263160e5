//! That master and workers find each other: the wiring options of container `locust`.

use std::net::{IpAddr, Ipv4Addr};

use super::{
    environment::flag_value,
    expansion::Text,
    invocation::Invocation,
    line::{Given, Trouble},
    options::Wiring,
    refusal,
    table::{
        BIND_HOST, BIND_PORT, EXPECT_WORKERS, MASTER_HOST, MASTER_MODE, MASTER_PORT, ProtectedField,
        WORKER_MODE,
    },
};
use crate::{
    diagnostic::{Code, Diagnostic},
    judge::{Subject, subject},
    path::FieldPath,
    role::Role,
};

/// The port on which every master listens.
const MASTER_LISTENS: i64 = 5557;

/// Judges the wiring of the final pod, if it has a container `locust` at all.
pub(super) fn judge(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let Some(container) = subject::locust(&subject.at()) else { return Vec::new() };
    let Some(now) = Invocation::read(&container) else { return Vec::new() };
    let base = subject::locust(&subject.base_at()).and_then(|container| Invocation::read(&container));
    let wiring = Wires { role: subject.role, now, base };
    let mut found = wiring.troubles();
    found.extend(wiring.mode());
    match subject.role {
        Role::Master => {
            found.extend(wiring.same(Wiring::ExpectWorkers, &EXPECT_WORKERS));
            found.extend(wiring.bind_port());
            found.extend(wiring.bind_host());
        }
        Role::Worker => {
            found.extend(wiring.same(Wiring::MasterHost, &MASTER_HOST));
            found.extend(wiring.same(Wiring::MasterPort, &MASTER_PORT));
        }
    }
    found.extend(wiring.config_file());
    found.extend(wiring.prefixed_sources(&container));
    found
}

/// One pod's wiring, beside what the operator made.
struct Wires {
    role: Role,
    now: Invocation,
    base: Option<Invocation>,
}

impl Wires {
    fn mode_field(&self) -> &'static ProtectedField {
        match self.role {
            Role::Master => &MASTER_MODE,
            Role::Worker => &WORKER_MODE,
        }
    }

    fn troubles(&self) -> Vec<Diagnostic> {
        let say = |(path, trouble): &(FieldPath, Trouble)| {
            let message = match trouble {
                Trouble::Ambiguous { written, options } => {
                    format!("write the option \"{written}\" in full: it may mean {}", options.join(" or "))
                }
                Trouble::NoValue(option) => {
                    format!(
                        "give {0} its value, as in {0}=VALUE: Locust refuses it without one",
                        option.flag()
                    )
                }
                Trouble::UnwantedValue(option) => {
                    format!("write {} alone, or leave it out: it is a flag and takes no value", option.flag())
                }
                Trouble::Unseen(written) => {
                    format!(
                        "write \"{written}\" without the reference: it may become an option that the operator needs"
                    )
                }
            };
            refusal(self.mode_field(), path.clone(), message)
        };
        self.now.line.troubles.iter().map(say).collect()
    }

    /// The role's own flag is there, and the other's is neither on the line nor in the environment.
    fn mode(&self) -> Vec<Diagnostic> {
        let (own, other, variable, counterpart) = match self.role {
            Role::Master => (Wiring::Master, Wiring::Worker, "LOCUST_MODE_WORKER", "worker"),
            Role::Worker => (Wiring::Worker, Wiring::Master, "LOCUST_MODE_MASTER", "master"),
        };
        let mut found = Vec::new();
        if self.now.line.last(own).is_none() {
            let message =
                format!("add {} to the args: Locust runs as the test's {} by it", own.flag(), self.role);
            found.push(refusal(self.mode_field(), self.now.args.clone(), message));
        }
        if let Some(given) = self.now.line.last(other) {
            let message =
                format!("remove {}: the {} pod must not be a {counterpart} as well", other.flag(), self.role);
            found.push(refusal(self.mode_field(), given.path.clone(), message));
        } else if let Some((value, path)) = self.now.environment.get(variable) {
            let wrong = match value.known().map(flag_value) {
                Some(Some(false)) => None,
                Some(Some(true)) => Some(format!("it makes the {} a {counterpart} as well", self.role)),
                Some(None) => Some("Locust takes only true and false here, and refuses to start".to_owned()),
                None => Some("what it will be cannot be seen".to_owned()),
            };
            found.extend(wrong.map(|wrong| {
                let message = format!("remove the variable {variable}, or set it to \"false\": {wrong}");
                refusal(self.mode_field(), path.clone(), message)
            }));
        }
        found
    }

    /// The option has the value that the operator gave it.
    fn same(&self, option: Wiring, field: &'static ProtectedField) -> Option<Diagnostic> {
        let base = self.base.as_ref().and_then(|base| base.line.last(option)).and_then(value)?;
        let flag = option.flag();
        let wanted = base.written();
        let Some(given) = self.now.line.last(option) else {
            let message = format!("add {flag}={wanted} to the args: the operator set it");
            return Some(refusal(field, self.now.args.clone(), message));
        };
        let now = value(given)?;
        if same_value(now, base) {
            return None;
        }
        let message = match now.known() {
            Some(now) => {
                format!("set {flag} back to {wanted}, or leave it as it was: \"{now}\" breaks the test")
            }
            None => format!("write {flag}={wanted}: what \"{}\" will be cannot be seen", now.written()),
        };
        Some(refusal(field, given.path.clone(), message))
    }

    fn bind_port(&self) -> Vec<Diagnostic> {
        let wrong = |text: &Text| {
            text.known().is_none_or(|text| python_int(text) != Some(MASTER_LISTENS)).then(|| {
                format!(
                    "remove it, or set it to {MASTER_LISTENS}: the workers connect there, not to \"{}\"",
                    text.written()
                )
            })
        };
        self.bind(Wiring::BindPort, "LOCUST_MASTER_BIND_PORT", &BIND_PORT, wrong)
    }

    fn bind_host(&self) -> Vec<Diagnostic> {
        let wrong = |text: &Text| match text.known() {
            Some(host) if !is_loopback(host) => None,
            Some(host) => {
                Some(format!("remove it, or set it to \"*\": no worker reaches \"{host}\" of another pod"))
            }
            None => Some(format!(
                "remove it, or set it to \"*\": what \"{}\" will be cannot be seen",
                text.written()
            )),
        };
        self.bind(Wiring::BindHost, "LOCUST_MASTER_BIND_HOST", &BIND_HOST, wrong)
    }

    /// Judges an option that the operator does not set, on the line and in the environment.
    fn bind(
        &self,
        option: Wiring,
        variable: &str,
        field: &'static ProtectedField,
        wrong: impl Fn(&Text) -> Option<String>,
    ) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if let Some((given, text)) = self.now.line.last(option).and_then(|given| Some((given, value(given)?)))
        {
            let message = wrong(text).map(|wrong| format!("{} does not fit: {wrong}", option.flag()));
            found.extend(message.map(|message| refusal(field, given.path.clone(), message)));
        }
        // An abbreviation does not keep ConfigArgParse from asking the environment.
        if !self.now.line.speaks_of(option)
            && let Some((text, path)) = self.now.environment.get(variable)
        {
            let message = wrong(text).map(|wrong| format!("the variable {variable} does not fit: {wrong}"));
            found.extend(message.map(|message| refusal(field, path.clone(), message)));
        }
        found
    }

    fn config_file(&self) -> Option<Diagnostic> {
        let given = self.now.line.last(Wiring::Config)?;
        let file = given.value.as_ref().map_or("", Text::written);
        let message = format!(
            "check that \"{file}\" sets no mode, address or port of master and workers: nobody sees it here"
        );
        let help = "Locust reads more options from the file given by --config. If it sets worker, master-bind-host or \
                    master-bind-port, the pods of the test may not find each other.";
        Some(Diagnostic::warning(Code::UnseenConfig, message).at(given.path.clone()).help(help))
    }

    /// `envFrom` with a prefix that fits Locust's own variables: likely to be meant for Locust.
    fn prefixed_sources(&self, container: &crate::judge::at::At<'_>) -> Vec<Diagnostic> {
        let counts: &[&str] = match self.role {
            Role::Master => &["LOCUST_MODE_WORKER", "LOCUST_MASTER_BIND_PORT", "LOCUST_MASTER_BIND_HOST"],
            Role::Worker => &["LOCUST_MODE_MASTER"],
        };
        let aimed = |prefix: &str| !prefix.is_empty() && counts.iter().any(|name| name.starts_with(prefix));
        let note = |source: crate::judge::at::At<'_>| {
            let prefix = source.str("prefix").filter(|prefix| aimed(prefix))?;
            let names: Vec<&str> = counts.iter().filter(|name| name.starts_with(prefix)).copied().collect();
            let message =
                format!("make sure that this source sets none of {}: nobody sees it here", names.join(", "));
            Some(Diagnostic::note(Code::UnseenEnv, message).at(source.field("prefix")))
        };
        container.items("envFrom").into_iter().filter_map(note).collect()
    }
}

fn value(given: &Given) -> Option<&Text> {
    given.value.as_ref()
}

/// Whether two values mean the same: numbers as Python reads them, otherwise letter by letter.
fn same_value(one: &Text, other: &Text) -> bool {
    match (one.known(), other.known()) {
        (Some(one), Some(other)) => {
            one == other || python_int(one).is_some_and(|number| python_int(other) == Some(number))
        }
        _ => one == other,
    }
}

/// Python's `int()` of a text: spaces around, a sign, and single underscores between digits.
pub(super) fn python_int(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let well_formed =
        digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    well_formed.then(|| text.replace('_', "").parse().ok()).flatten()
}

/// Whether an address that Locust binds to is reached only from within its own pod. `ZeroMQ` also
/// takes the names of interfaces, so `lo` is one.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim().trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_lowercase();
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().as_ref().is_some_and(Ipv4Addr::is_loopback)
        }
        Err(_) => {
            matches!(
                bare.as_str(),
                "lo" | "localhost" | "ip6-localhost" | "ip6-loopback" | "localhost.localdomain"
            ) || bare.ends_with(".localhost")
                || bare.starts_with("127.")
        }
    }
}
