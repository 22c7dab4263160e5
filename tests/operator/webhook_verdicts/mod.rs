//! The same verdict and the same words from `render`, from `kubectl apply` with the webhook, and from the operator
//! where there is no webhook: makes the page docs/webhook-verdicts.md.

mod elsewhere;
mod input;
mod verdict;

use std::{
    fmt::Write,
    thread::sleep,
    time::{Duration, Instant},
};

use input::{CONFIG, Input};
use podgraft_testkit::{
    cluster::Cluster,
    files::{root, text},
    operator_process::OperatorProcess,
    snapshot::assert_file,
    webhook_process::{WebhookProcess, base64, write_certificate},
};
use verdict::Verdict;

use crate::{cluster, scenario::test, support::podgraft};

/// Where everything is applied.
const NAMESPACE: &str = "load";
/// The configuration that makes the API server ask the webhook.
const CONFIGURATION: &str = "verdicts";
/// How long the API server may take until it asks the webhook, or until it does not any more, and the webhook's cache to
/// have overlays that were applied just now.
const SETTLED: Duration = Duration::from_secs(15);

/// The ways to apply an object, in the order of the columns.
const WAYS: [&[&str]; 3] =
    [&["apply"], &["apply", "--server-side", "--force-conflicts"], &["apply", "--dry-run=server"]];

/// Where verdicts differ, and why.
const DIFFERENT: [(&str, &str); 10] = [
    ("duplicate-overlay", "In a cluster the second one is the first one, applied again."),
    (
        "invalid-namespace",
        "kubectl and the API server leave the namespace out of an object that is in none, and nobody behind them sees it.",
    ),
    ("generated-name", "`kubectl apply` takes only names; `kubectl create` makes one of `generateName`."),
    (
        "lookalike-character",
        "The server has the text without the quotes of YAML, within which these characters are meant.",
    ),
    (
        "lost-null",
        "Applied on the server side the null arrives, and is refused as [`null`](diagnostics.md#null).",
    ),
    (
        "null",
        "`kubectl apply` drops nulls before it sends an object. Its annotation still has them: a warning instead, [`lost-null`](diagnostics.md#lost-null).",
    ),
    ("06-null-value", "As `null` above."),
    (
        "23-bind-host-by-env",
        "Others read admission answers and statuses: the value of the variable is left out there.",
    ),
    ("24-bind-port-by-env", "As `23-bind-host-by-env`."),
    ("50-loopback-as-a-number", "As `23-bind-host-by-env`."),
];

const INTRODUCTION: &str = "# The same verdict everywhere

A wrong LocustTest or overlay is refused with the same words by `podgraft render`, by `kubectl apply` where the [webhook](operator.md#the-webhook) is
asked, and by the operator where it is not. This page is made by a test on a real API server (`UPDATE=1 cargo test --test operator webhook_verdicts`),
with the examples of the [diagnostics](diagnostics.md) and with the inputs that the project keeps of attempts and mistakes. \"Same\" means the same verdict and the
first line of `render` word for word, \"as left\" the words of the cell before; kubectl prints a warning without `warning` and with the path behind it, and a status has the words of the line with the path and the
layer before them. Notes are for the command line only.
";

/// What everybody says of an input.
struct Row {
    input: Input,
    rendered: Verdict,
    /// What kubectl says, in the order of [`WAYS`].
    applied: Vec<Verdict>,
    /// What the operator says where the webhook is off.
    operator: Verdict,
}

#[test]
fn webhook_verdicts() {
    let (_turn, cluster) = cluster();
    cluster.plane.kubectl_ok(&["create", "namespace", NAMESPACE], b"");
    let folder = cluster.plane.folder().join("verdicts");
    let authority = write_certificate(&folder);
    let mut codes = [input::examples(), input::reaching_the_webhook(&folder)].concat();
    assert!(codes.len() > 80, "{}", codes.len());
    codes.sort_by(|one, other| one.name.cmp(&other.name));
    let [attempts, mistakes] = ["tests/refused/protected", "tests/refused/mistakes"].map(input::of_folder);
    let webhook = WebhookProcess::of_folder(&cluster, &folder, &["--config", CONFIG]);
    cluster.apply(&configuration(webhook.port, &authority));
    until_refused(&cluster, true);
    let mut rows = [codes, attempts, mistakes]
        .map(|inputs| inputs.into_iter().map(|input| reviewed(&cluster, input)).collect::<Vec<Row>>());
    let told = rows[0].iter().map(|row| row.input.name.clone()).collect();
    let elsewhere = elsewhere::rows(&cluster, &told);
    cluster.plane.kubectl_ok(&["delete", "validatingwebhookconfiguration", CONFIGURATION], b"");
    until_refused(&cluster, false);
    drop(webhook);
    remove(&cluster, true);
    let arguments = ["--config", CONFIG];
    let _operator = OperatorProcess::start(&cluster, &cluster.plane.kubeconfig("podgraft"), &arguments);
    rows.iter_mut().flatten().for_each(|row| reconcile(&cluster, row));
    assert_file(&root().join("docs/webhook-verdicts.md"), &page(&rows, &elsewhere));
    let wrong: Vec<String> = rows.iter().flatten().filter(|row| row.is_wrong()).map(Row::line).collect();
    assert!(wrong.is_empty(), "another verdict, or a stale explanation of one:\n{}", wrong.concat());
}

/// Makes the API server ask about everything that tests are made of.
fn configuration(port: u16, authority: &str) -> String {
    let bundle = base64(authority.as_bytes());
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {{name: {CONFIGURATION}}}\nwebhooks:\n\
         - name: verdicts.locust.io\n  admissionReviewVersions: [v1]\n  sideEffects: None\n  failurePolicy: Fail\n  timeoutSeconds: 30\n  \
         clientConfig: {{caBundle: {bundle}, url: 'https://localhost:{port}/validate'}}\n  \
         rules: [{{apiGroups: [locust.io], apiVersions: ['*'], operations: [CREATE, UPDATE], \
         resources: [locusttests, podoverlays, clusterpodoverlays]}}]\n"
    )
}

/// Waits until a wrong test is refused when it is written, or is not any more.
fn until_refused(cluster: &Cluster, is_refused: bool) {
    let wrong = test("wrong", "  podTemplate: {spec: {hostNetwrok: true}}\n");
    let arguments = ["create", "--dry-run=server", "-n", NAMESPACE, "-f", "-"];
    let started = Instant::now();
    while cluster.plane.kubectl(&arguments, wrong.as_bytes()).status.success() == is_refused {
        assert!(started.elapsed() < SETTLED, "the API server does not learn of the configuration");
        sleep(Duration::from_millis(100));
    }
}

/// Renders an input, and applies it in every way.
fn reviewed(cluster: &Cluster, input: Input) -> Row {
    let rendered = rendered(&input);
    let applied = WAYS.iter().map(|way| {
        let started = Instant::now();
        loop {
            let verdict = applied(cluster, way, &input, &rendered);
            // What is refused left nothing behind, but for overlays that were stored before.
            if input.overlays.is_some() || !verdict.is_refused() {
                remove(cluster, input.overlays.is_some());
            }
            let may_change = input.overlays.is_some() && started.elapsed() < SETTLED;
            if verdict.agrees(&rendered) || !may_change || is_different(&input.name) {
                break verdict;
            }
        }
    });
    let applied = applied.collect();
    Row { input, rendered, applied, operator: Verdict::Accepted(None) }
}

/// What `render` says.
fn rendered(input: &Input) -> Verdict {
    let labels = format!("{NAMESPACE}=kubernetes.io/metadata.name={NAMESPACE}");
    let file = input.rendered.as_ref().unwrap_or(&input.test);
    let mut arguments = vec!["render", "--config", CONFIG, "-n", labels.as_str(), "-f", file];
    arguments.extend(input.overlays.iter().flat_map(|file| ["--overlays", file.as_str()]));
    Verdict::of_render(text(&podgraft(&arguments, b"").stderr))
}

/// What kubectl says: of the overlays where they are refused, of the test otherwise.
fn applied(cluster: &Cluster, way: &[&str], input: &Input, rendered: &Verdict) -> Verdict {
    let folder = format!("{}/", cluster.plane.folder().join("verdicts").display());
    let apply = |way: &[&str], file: &str| {
        let output = cluster.plane.kubectl(&[way, &["-n", NAMESPACE, "-f", file]].concat(), b"");
        Verdict::of_kubectl(&output, &folder, rendered)
    };
    if let Some(overlays) = &input.overlays {
        let verdict = apply(way, overlays);
        if verdict.is_refused() {
            return verdict;
        }
        apply(WAYS[1], overlays);
    }
    apply(way, &input.test)
}

/// Removes what was applied, if anything was.
fn remove(cluster: &Cluster, with_overlays: bool) {
    cluster.plane.kubectl_ok(&["delete", "locusttests", "--all", "-n", NAMESPACE], b"");
    if with_overlays {
        let arguments = ["delete", "podoverlays,clusterpodoverlays", "--all", "-n", NAMESPACE];
        cluster.plane.kubectl_ok(&arguments, b"");
    }
}

/// Applies an input where nobody but the operator judges it.
fn reconcile(cluster: &Cluster, row: &mut Row) {
    let apply = |file: &str| {
        // What only one way takes is taken by that.
        let ways = if row.input.name == "too-large-to-store" || row.input.name == "too-much-work" {
            WAYS[1]
        } else {
            WAYS[0]
        };
        let output = cluster.plane.kubectl(&[ways, &["-n", NAMESPACE, "-f", file]].concat(), b"");
        (output.status.success(), Verdict::of_kubectl(&output, "", &row.rendered))
    };
    let overlays = row.input.overlays.as_ref().map(|file| apply(file));
    let test = apply(&row.input.test);
    row.operator = match (overlays, test) {
        (Some((false, refused)), _) | (_, (false, refused)) => refused,
        _ => verdict::of_operator(cluster, NAMESPACE, &row.rendered),
    };
    remove(cluster, row.input.overlays.is_some());
}

fn is_different(name: &str) -> bool {
    DIFFERENT.iter().any(|(known, _)| *known == name)
}

impl Row {
    /// Whether kubectl or the API server refuse it before the webhook is asked, whichever way it is applied.
    fn is_earlier(&self) -> bool {
        self.applied.iter().all(Verdict::is_earlier)
    }

    /// Whether somebody has another verdict that is not explained, or nobody has one that is.
    fn is_wrong(&self) -> bool {
        let is_same =
            self.applied.iter().chain([&self.operator]).all(|verdict| verdict.agrees(&self.rendered));
        is_same == is_different(&self.input.name)
    }

    /// The row of a table.
    fn line(&self) -> String {
        let mut cells = vec![self.input.link(), self.rendered.cell()];
        let mut left = &self.rendered;
        for verdict in self.applied.iter().chain([&self.operator]) {
            cells.push(verdict.cell_beside(&self.rendered, left));
            left = verdict;
        }
        format!("| {} |\n", cells.join(" | "))
    }

    /// The row of a table of what is refused earlier.
    fn line_of_words(&self) -> String {
        let [client_side, server_side, _] = self.applied.as_slice() else { unreachable!("one for each way") };
        let server_side = server_side.cell_beside(&self.rendered, client_side);
        let cells = [self.input.link(), self.rendered.cell(), client_side.cell(), server_side];
        format!("| {} |\n", cells.join(" | "))
    }
}

const HEAD: &str = "| input | `podgraft render` | `kubectl apply` | `kubectl apply --server-side` | `kubectl apply --dry-run=server` | operator, without the webhook |
|---|---|---|---|---|---|
";
const HEAD_OF_WORDS: &str =
    "| input | `podgraft render` | `kubectl apply`, also `--dry-run=server` | `kubectl apply --server-side` |
|---|---|---|---|
";

/// The page.
fn page(rows: &[Vec<Row>; 3], elsewhere: &str) -> String {
    let [codes, attempts, mistakes] = rows;
    let mut page = INTRODUCTION.to_owned();
    page += "\n## Diagnostics that reach the webhook\n\n";
    page += HEAD;
    page.extend(codes.iter().filter(|row| !row.is_earlier()).map(Row::line));
    page += "\n## Diagnostics whose examples are refused before\n\nkubectl, or the API server by the schema, refuse them in words of their own. Where the same code can be reached by \
             another input, that is in the table above, without a link.\n\n";
    page += HEAD_OF_WORDS;
    page.extend(codes.iter().filter(|row| row.is_earlier()).map(Row::line_of_words));
    page += "\n## Where the verdicts differ\n\n";
    for (name, why) in DIFFERENT {
        writeln!(page, "- `{name}`: {why}").unwrap();
    }
    page += "\n## Diagnostics that no object in a cluster has\n\n| code | who answers |\n|---|---|\n";
    page += elsewhere;
    for (title, rows) in
        [("Attempts to get round the protected fields", attempts), ("Common mistakes", mistakes)]
    {
        write!(page, "\n## {title}\n\n{HEAD}").unwrap();
        page.extend(rows.iter().map(Row::line));
    }
    page
}
