//! The page about the cases.

use std::fmt::Write;

use crate::case::{Act, Case, Evidence, Played, Reference, Unanswered};

const HEAD: &str = "# Complaints, replayed

Other projects let people override the pods that they make, too. This is what their users complained of, and what happens here. \
Each folder beside this page is one complaint: its inputs, the commands, and exactly what must come out (`case.yaml`). \
The commands are run in the case's folder. `cargo test --test complaints` replays them all with the real binary; a case that fails is named. Where it can be done, a step \
replays the other project's way on the same inputs as well, so that the difference is seen and not only claimed.

It is known what another project does from the thread of the *issue* or *pull request*, from its *code* or *documentation* (read in the \
middle of 2026, not run), or *measured*: the case itself runs it. Projects change: follow the reference before you repeat it.

`UPDATE=1 cargo test --test complaints` writes this page.
";

/// The page as it should be.
pub(crate) fn page(cases: &[Case], unanswered: &[Unanswered]) -> String {
    let mut cases: Vec<&Case> = cases.iter().collect();
    cases.sort_by_key(|case| (case.project.to_lowercase(), &case.name));
    let mut page = HEAD.to_owned();
    let projects = cases.chunk_by(|one, next| one.project == next.project);
    writeln!(page, "\n{} complaints are answered:\n\n| project | what it is about |\n|---|---|", cases.len())
        .unwrap();
    for project in projects.clone() {
        let links: Vec<String> =
            project.iter().map(|case| format!("[{}](#{})", case.title, anchor(&case.title))).collect();
        writeln!(page, "| {} | {} |", project[0].project, links.join("<br>")).unwrap();
    }
    let count = unanswered.len();
    writeln!(page, "\n{count} [are not](#what-is-not-answered).").unwrap();
    for project in projects {
        writeln!(page, "\n## {}", project[0].project).unwrap();
        for case in project {
            section(&mut page, case);
        }
    }
    writeln!(page, "\n## What is not answered\n\n| project | complaint | why not | |\n|---|---|---|---|")
        .unwrap();
    for one in unanswered {
        let Unanswered { project, complaint, reason, references } = one;
        let (complaint, reason) = (complaint.trim(), reason.trim());
        writeln!(page, "| {project} | {complaint} | {reason} | {} |", links(references)).unwrap();
    }
    page
}

fn section(page: &mut String, case: &Case) {
    let Case { title, name, references, .. } = case;
    let evidence = match case.evidence {
        Evidence::Code => "code",
        Evidence::Issue => "issue",
        Evidence::Pull => "pull request",
        Evidence::Documentation => "documentation",
        Evidence::Measured => "measured",
    };
    writeln!(page, "\n### {title}\n").unwrap();
    let reference = [links(references), format!("*{evidence}*, [the case]({name})")];
    let reference: Vec<String> = reference.into_iter().filter(|part| !part.is_empty()).collect();
    writeln!(page, "{}\n", reference.join(", ")).unwrap();
    writeln!(page, "There: {}\n\nHere: {}\n", case.theirs.trim(), case.here.trim()).unwrap();
    for step in &case.steps {
        let what = &step.what;
        match step.act() {
            Act::Run(run) => writeln!(page, "- {what}: `podgraft {run}`"),
            Act::DeepMerge(_) => writeln!(page, "- {what}: the test runs it"),
            Act::Played(Played { test, file }) => {
                writeln!(page, "- {what}: `{test}` of [`{file}`](../../{file})")
            }
        }
        .unwrap();
    }
}

fn links(references: &[Reference]) -> String {
    let link = |reference: &Reference| match &reference.url {
        Some(url) => format!("[{}]({url})", reference.id),
        None => reference.id.clone(),
    };
    references.iter().map(link).collect::<Vec<_>>().join(", ")
}

/// The anchor that GitHub makes of a heading.
fn anchor(title: &str) -> String {
    let kept = |letter: char| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        _ => letter.is_alphanumeric().then(|| letter.to_ascii_lowercase()),
    };
    title.chars().filter_map(kept).collect()
}
