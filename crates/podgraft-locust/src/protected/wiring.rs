//! That master and workers find each other: the wiring options of container `locust`.

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};

use super::{
    address::is_loopback,
    command_line::{ParseError, ParsedOption},
    config_file,
    environment::flag_value,
    expansion::Expanded,
    invocation::Invocation,
    launch::Lost,
    options::ConnectionOption,
    processes, python_int, refusal, shown,
    table::{
        BIND_HOST, BIND_PORT, EXPECT_WORKERS, MASTER_HOST, MASTER_MODE, MASTER_PORT, ProtectedField,
        WORKER_MODE,
    },
};
use crate::{
    codes,
    pod_context::{self, PodContext},
    ports,
    role::Role,
};

/// Judges the wiring of the final pod, if it has a container `locust` at all.
pub(super) fn judge(subject: &PodContext<'_>) -> Vec<Diagnostic> {
    let Some(container) = pod_context::locust(&subject.at()) else { return Vec::new() };
    let Some(now) = Invocation::read(&container) else { return Vec::new() };
    let base = pod_context::locust(&subject.base_at()).and_then(|container| Invocation::read(&container));
    let wiring = ConnectionCheck { subject, role: subject.role, now, base };
    let mut found = wiring.troubles();
    found.extend(wiring.mode());
    match subject.role {
        Role::Master => {
            found.extend(wiring.expected_workers());
            found.extend(wiring.bind_port());
            found.extend(wiring.bind_host());
        }
        Role::Worker => {
            found.extend(wiring.same(ConnectionOption::MasterHost, &MASTER_HOST));
            found.extend(wiring.same(ConnectionOption::MasterPort, &MASTER_PORT));
        }
    }
    found.extend(processes::judge(subject, &wiring.now));
    found.extend(wiring.lost());
    found.extend(config_file::judge(subject, &container, &wiring.now));
    found.extend(wiring.prefixed_sources(&container));
    found
}

/// One pod's wiring, beside what the operator made.
struct ConnectionCheck<'a> {
    subject: &'a PodContext<'a>,
    role: Role,
    now: Invocation,
    base: Option<Invocation>,
}

impl ConnectionCheck<'_> {
    fn mode_field(&self) -> &'static ProtectedField {
        match self.role {
            Role::Master => &MASTER_MODE,
            Role::Worker => &WORKER_MODE,
        }
    }

    fn troubles(&self) -> Vec<Diagnostic> {
        let say = |(path, trouble): &(FieldPath, ParseError)| {
            let message = match trouble {
                ParseError::Ambiguous { written, options } => {
                    format!(
                        "write the option \"{}\" in full: it may mean {}",
                        shown(written),
                        options.join(" or ")
                    )
                }
                ParseError::NoValue(option) => {
                    format!(
                        "give {0} its value, as in {0}=VALUE: Locust refuses it without one",
                        option.flag()
                    )
                }
                ParseError::UnwantedValue(option) => {
                    format!("write {} alone, or leave it out: it is a flag and takes no value", option.flag())
                }
                ParseError::Unseen(written) => {
                    format!(
                        "write \"{}\" without the reference: it may become an option that the operator needs",
                        shown(written)
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
            Role::Master => {
                (ConnectionOption::Master, ConnectionOption::Worker, "LOCUST_MODE_WORKER", "worker")
            }
            Role::Worker => {
                (ConnectionOption::Worker, ConnectionOption::Master, "LOCUST_MODE_MASTER", "master")
            }
        };
        let mut found = Vec::new();
        // What the operator wrote must be there: a variable in its place would be one more thing to know.
        if !self.now.line.is_written(own) {
            let message =
                format!("add {} to the args: Locust runs as the test's {} by it", own.flag(), self.role);
            found.push(refusal(self.mode_field(), self.now.args.clone(), message));
        }
        if let Some(given) = self.now.line.last(other) {
            let message = match given.variable {
                Some(variable) => format!(
                    "remove the variable {variable}, or set it to \"false\": it makes the {} a {counterpart} as well",
                    self.role
                ),
                None => {
                    format!(
                        "remove {}: the {} pod must not be a {counterpart} as well",
                        other.flag(),
                        self.role
                    )
                }
            };
            found.push(refusal(self.mode_field(), given.path.clone(), message));
        } else if let Some((value, path)) = self.now.environment.get(variable) {
            let wrong = match value.known().map(flag_value) {
                Some(Some(_)) => None,
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
    fn same(&self, option: ConnectionOption, field: &'static ProtectedField) -> Option<Diagnostic> {
        let base = self.base.as_ref().and_then(|base| base.line.last(option)).and_then(value)?;
        self.equal(option, field, base)
    }

    /// The master waits for the workers that there will be.
    fn expected_workers(&self) -> Option<Diagnostic> {
        let wanted = Expanded::Known(self.subject.workers.to_string());
        self.equal(ConnectionOption::ExpectWorkers, &EXPECT_WORKERS, &wanted)
    }

    fn equal(
        &self,
        option: ConnectionOption,
        field: &'static ProtectedField,
        base: &Expanded,
    ) -> Option<Diagnostic> {
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
        let message = match (now.known(), given.variable) {
            (_, Some(variable)) => {
                format!(
                    "remove the variable {variable}, and add {flag}={wanted} to the args: the operator set it"
                )
            }
            (Some(now), None) => format!(
                "set {flag} back to {wanted}, or leave it as it was: \"{}\" breaks the test",
                shown(now)
            ),
            (None, None) => {
                format!("write {flag}={wanted}: what \"{}\" will be cannot be seen", shown(now.written()))
            }
        };
        Some(refusal(field, given.path.clone(), message))
    }

    fn bind_port(&self) -> Option<Diagnostic> {
        let wrong = |text: &Expanded| {
            text.known().is_none_or(|text| python_int(text) != Some(ports::MASTER_PORT.into())).then(|| {
                format!(
                    "remove it, or set it to {}: the workers connect there, not to \"{}\"",
                    ports::MASTER_PORT,
                    shown(text.written())
                )
            })
        };
        self.bind(ConnectionOption::BindPort, &BIND_PORT, wrong)
    }

    fn bind_host(&self) -> Option<Diagnostic> {
        let wrong = |text: &Expanded| match text.known() {
            Some(host) if !host.is_empty() && !is_loopback(host) && !self.is_alias_of_loopback(host) => None,
            Some(host) => Some(format!(
                "remove it, or set it to \"*\": no worker reaches \"{}\" of another pod",
                shown(host)
            )),
            None => Some(format!(
                "remove it, or set it to \"*\": what \"{}\" will be cannot be seen",
                shown(text.written())
            )),
        };
        self.bind(ConnectionOption::BindHost, &BIND_HOST, wrong)
    }

    /// Whether the pod's hosts file says that a name is a loopback address.
    fn is_alias_of_loopback(&self, host: &str) -> bool {
        let aliases = self.subject.at().get("spec").map_or_else(Vec::new, |spec| spec.items("hostAliases"));
        let mut loopback = aliases.into_iter().filter(|alias| is_loopback(alias.text("ip")));
        loopback.any(|alias| alias.texts("hostnames").iter().any(|(name, _)| name.eq_ignore_ascii_case(host)))
    }

    /// Judges an option that the operator does not set, on the line or by its variable.
    fn bind(
        &self,
        option: ConnectionOption,
        field: &'static ProtectedField,
        wrong: impl Fn(&Expanded) -> Option<String>,
    ) -> Option<Diagnostic> {
        let given = self.now.line.last(option)?;
        let wrong = wrong(value(given)?)?;
        let message = match given.variable {
            Some(variable) => format!("the variable {variable} does not fit: {wrong}"),
            None => format!("{} does not fit: {wrong}", option.flag()),
        };
        Some(refusal(field, given.path.clone(), message))
    }

    /// A shell that keeps arguments from Locust.
    fn lost(&self) -> Option<Diagnostic> {
        let (path, lost) = self.now.lost.as_ref()?;
        let message = match lost {
            Lost::All => "end the script with exec locust \"$@\", and write the word locust behind it: no argument of the operator reaches Locust".to_owned(),
            Lost::First(first) => format!(
                "write the word locust behind the script: the shell takes the first argument, \"{}\", for its own name",
                shown(first)
            ),
        };
        let help = "A shell hands arguments on only where its script names them, and the first word behind the script is its $0:\n\n\
                    command: [sh, -c, 'pip install -r /lotest/src/requirements.txt && exec locust \"$@\"', locust]";
        Some(Diagnostic::warning(codes::LOST_ARGUMENTS, message).at(path.clone()).help(help))
    }

    /// `envFrom` with a prefix that fits Locust's own variables: likely to be meant for Locust.
    fn prefixed_sources(&self, container: &podgraft_pod::cursor::Cursor<'_>) -> Vec<Diagnostic> {
        let counts: &[&str] = match self.role {
            Role::Master => &[
                "LOCUST_MODE_WORKER",
                "LOCUST_MASTER_BIND_PORT",
                "LOCUST_MASTER_BIND_HOST",
                "LOCUST_PROCESSES",
            ],
            Role::Worker => &["LOCUST_MODE_MASTER", "LOCUST_PROCESSES"],
        };
        let aimed = |prefix: &str| !prefix.is_empty() && counts.iter().any(|name| name.starts_with(prefix));
        let note = |source: podgraft_pod::cursor::Cursor<'_>| {
            let prefix = source.str("prefix").filter(|prefix| aimed(prefix))?;
            let names: Vec<&str> = counts.iter().filter(|name| name.starts_with(prefix)).copied().collect();
            let message =
                format!("make sure that this source sets none of {}: nobody sees it here", names.join(", "));
            Some(Diagnostic::note(codes::UNSEEN_ENV, message).at(source.field("prefix")))
        };
        container.items("envFrom").into_iter().filter_map(note).collect()
    }
}

fn value(given: &ParsedOption) -> Option<&Expanded> {
    given.value.as_ref()
}

/// Whether two values mean the same: numbers as Python reads them, otherwise letter by letter.
fn same_value(one: &Expanded, other: &Expanded) -> bool {
    match (one.known(), other.known()) {
        (Some(one), Some(other)) => {
            one == other || python_int(one).is_some_and(|number| python_int(other) == Some(number))
        }
        _ => one == other,
    }
}
