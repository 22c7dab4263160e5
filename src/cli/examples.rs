//! The examples at the end of each command's `--help`. A test runs them all.

use clap::Command;

/// A command's name, and its examples: each a comment, with the exit code where that is not 0, and a line for a shell.
type CommandExamples = (&'static str, &'static [(&'static str, &'static str)]);

const EXAMPLES: &[CommandExamples] = &[
    (
        "render",
        &[
            ("What the operator makes of a test", "podgraft render -f test.yaml"),
            (
                "The workers' Job alone, in a namespace with a label, with the platform's overlays",
                "podgraft render -f test.yaml --overlays overlays/ --namespace team-a=tier=gold --role worker",
            ),
            ("A test that another program writes", "cat test.yaml | podgraft render -f - -o json"),
        ],
    ),
    (
        "diff",
        &[
            ("What a test changes in the pods (exit code 1: something)", "podgraft diff -f test.yaml"),
            (
                "What new overlays would change (exit code 1: something)",
                "podgraft diff -f tests/ --overlays overlays/ --against new-overlays/",
            ),
        ],
    ),
    (
        "validate",
        &[
            ("All tests of a folder, before they are merged", "podgraft validate -f tests/ --deny warnings"),
            (
                "The same as annotations of a GitHub workflow, with the platform's overlays",
                "podgraft validate -f tests/ --overlays overlays/ -o github",
            ),
            (
                "A file with a mistake (exit code 1: it is refused)",
                "sed 's/replicas: .*/replicas: many/' test.yaml | podgraft validate -f -",
            ),
        ],
    ),
    (
        "explain",
        &[
            (
                "Every field that is not the operator's, and who set it",
                "podgraft explain -f test.yaml --overlays overlays/ --changed-only",
            ),
            (
                "The whole story of one field",
                "podgraft explain -f test.yaml '.spec.containers[name=\"locust\"].image'",
            ),
            ("A page for a browser", "podgraft explain -f test.yaml -o html > test.html"),
        ],
    ),
    (
        "patch",
        &[
            (
                "A strategic merge patch, as kubectl patch --local applies it",
                "podgraft patch -f deployment.yaml -p '{spec: {replicas: 3}}'",
            ),
            (
                "What templates of LocustTests write: an item behind those that are there",
                "podgraft patch -f deployment.yaml --dialect extended -p '{spec: {template: {spec: {$append/tolerations: [{key: spot}]}}}}'",
            ),
            (
                "A JSON patch",
                "podgraft patch -f deployment.yaml --type json -p '[{op: add, path: /spec/replicas, value: 3}]'",
            ),
        ],
    ),
    (
        "convert",
        &[
            (
                "A test of the deprecated version in the stored one",
                "podgraft convert -f test-v1.yaml --to v2",
            ),
            (
                "All objects of a folder, those of other kinds as they are",
                "podgraft convert -f tests/ --to v2 > converted.yaml",
            ),
            ("And back", "podgraft convert -f test.yaml --to v1 -o json"),
        ],
    ),
    (
        "operator",
        &[
            (
                "In a pod, one replica of several (exit code 2: there is no cluster here)",
                "podgraft operator --leader-elect --metrics-bind-address :8080",
            ),
            (
                "From a desk, for one namespace (exit code 2: there is no cluster here)",
                "podgraft operator --namespace load-tests --config config.yaml",
            ),
        ],
    ),
    (
        "webhook",
        &[
            (
                "With a certificate that somebody else keeps up to date (exit code 2: there is no cluster here)",
                "podgraft webhook --webhook-bind-address :9443 --webhook-cert-dir certificates",
            ),
            (
                "With one of its own, in a pod (exit code 2: there is no cluster here)",
                "podgraft webhook --webhook-bind-address :9443 --webhook-secret podgraft-webhook --webhook-service podgraft-webhook",
            ),
        ],
    ),
    (
        "crds",
        &[
            ("For kubectl apply --server-side -f -", "podgraft crds"),
            ("As one List in JSON", "podgraft crds -o json > crds.json"),
            (
                "With locust.io/v1, which the operator's webhook converts",
                "podgraft crds --conversion-webhook podgraft/podgraft-webhook",
            ),
        ],
    ),
    (
        "completions",
        &[
            ("For bash, in a file that it reads", "podgraft completions bash > podgraft.bash"),
            ("For fish", "podgraft completions fish > podgraft.fish"),
        ],
    ),
];

/// Puts the examples behind what ends the help of each command.
pub(super) fn with_examples(command: Command) -> Command {
    command.mut_subcommands(|command| {
        let Some((_, examples)) = EXAMPLES.iter().find(|(name, _)| *name == command.get_name()) else {
            return command;
        };
        let before = command.get_after_help().map(|help| format!("{help}\n\n")).unwrap_or_default();
        let lines: Vec<String> =
            examples.iter().map(|(comment, line)| format!("  # {comment}\n  {line}")).collect();
        command.after_long_help(format!("{before}Examples:\n{}", lines.join("\n\n")))
    })
}
