//! What an author reads of a review: the errors as `render` prints them, and the warnings as they fit.

use annotate_snippets::Renderer;
use podgraft_merge::diagnostic::{Diagnostic, Severity};

use super::review::Verdict;
use crate::diagnostic_text;

/// How many errors of one object are written; the others are counted, as `render` does.
const SHOWN: usize = 100;
/// How many characters a warning has at most.
///
/// # Source
/// Kubernetes, `staging/src/k8s.io/apiserver/pkg/endpoints/filters/warning.go`: when all warnings of a request are
/// longer than 4,096 characters, each is cut to 256, and what is beyond 4,096 is dropped.
const LONGEST: usize = 256;
/// How many characters all warnings of one answer have at most.
const ALL: usize = 4_096;
/// What is kept free for the last one, which counts the others.
const LAST: usize = 80;

/// What these diagnostics say of an object. `elsewhere` is where those are that do not fit.
pub(crate) fn verdict(diagnostics: &[Diagnostic], elsewhere: &str) -> Verdict {
    let (errors, others): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        diagnostics.iter().partition(|diagnostic| diagnostic.is_error());
    let warnings = others.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Warning);
    Verdict {
        refusal: (!errors.is_empty()).then(|| refusal(&errors)),
        warnings: fitting(warnings.map(warning), elsewhere),
    }
}

/// The errors, as `render` prints them.
fn refusal(errors: &[&Diagnostic]) -> String {
    let renderer = Renderer::plain();
    let shown = errors.iter().take(SHOWN).map(|error| diagnostic_text::text(&renderer, error, &[]));
    let mut texts: Vec<String> = shown.collect();
    if errors.len() > SHOWN {
        texts.push(format!("and {} more errors; podgraft validate has them", errors.len() - SHOWN));
    }
    texts.join("\n\n")
}

/// A warning on one line: kubectl prints `Warning: ` before it.
fn warning(diagnostic: &Diagnostic) -> String {
    let mut text = format!("[{}] {}", diagnostic.code, diagnostic.message);
    if let Some(path) = &diagnostic.path {
        text = format!("{text} ({path})");
    }
    one_line(text)
}

/// A text as a warning: without what a header of HTTP has no room for, and not too long.
#[expect(clippy::needless_pass_by_value, reason = "what it makes takes its place")]
pub(crate) fn one_line(text: String) -> String {
    let plain = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut plain: String = plain.collect();
    if let Some((end, _)) = plain.char_indices().nth(LONGEST) {
        let end = plain[..end].char_indices().next_back().map_or(0, |(last, _)| last);
        plain.truncate(end);
        plain.push('…');
    }
    plain
}

/// As many warnings as fit, the last of which counts the others.
pub(crate) fn fitting(warnings: impl IntoIterator<Item = String>, elsewhere: &str) -> Vec<String> {
    let warnings: Vec<String> = warnings.into_iter().collect();
    let length = |text: &String| text.chars().count();
    if warnings.iter().map(length).sum::<usize>() <= ALL {
        return warnings;
    }
    let all = warnings.len();
    let mut left = ALL - LAST;
    let fits = |warning: &String| {
        let room = left.checked_sub(length(warning));
        left = room.unwrap_or(0);
        room.is_some()
    };
    let mut fitting: Vec<String> = warnings.into_iter().take_while(fits).collect();
    fitting.push(format!("and {} more, see {elsewhere}", all - fitting.len()));
    fitting
}

#[cfg(test)]
mod tests {
    use podgraft_merge::path::FieldPath;

    use super::*;
    use crate::codes;

    fn told(count: usize, message: &str) -> Vec<Diagnostic> {
        let one = |index| {
            Diagnostic::warning(codes::UNUSED_VOLUME, format!("{index} {message}"))
                .at(FieldPath::fields(["spec"]))
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn warnings_are_cut_and_counted() {
        let few = verdict(&told(2, "remove the volume"), "status");
        assert_eq!(few.refusal, None);
        assert_eq!(few.warnings[0], "[unused-volume] 0 remove the volume (.spec)");
        let many = verdict(&told(1_000, &"ä\n".repeat(500)), "status").warnings;
        assert!(many.iter().all(|one| one.chars().count() <= LONGEST), "{many:?}");
        assert!(many.iter().map(|one| one.chars().count()).sum::<usize>() <= ALL);
        assert!(many[0].ends_with('…') && !many[0].contains('\n'), "{}", many[0]);
        assert_eq!(many.last().unwrap(), &format!("and {} more, see status", 1_000 - (many.len() - 1)));
        assert!(many.len() > 14, "{}", many.len());
        let exact = fitting(vec!["x".repeat(256); 16], "status");
        assert_eq!(exact.len(), 16, "exactly as much as fits");
    }

    #[test]
    fn errors_are_whole_and_as_render_prints_them() {
        let long = "write it so ".repeat(500);
        let mut all = told(1, "warned");
        all.push(Diagnostic::error(codes::UNKNOWN_FIELD, &*long).help("like this").of("LocustTest a"));
        let verdict = verdict(&all, "status");
        let refusal = verdict.refusal.unwrap();
        assert!(refusal.starts_with(&format!("error[unknown-field]: {long}\n")), "{refusal}");
        assert!(refusal.contains("= help: like this"), "{refusal}");
        assert_eq!(verdict.warnings.len(), 1);
        let many = vec![Diagnostic::error(codes::UNKNOWN_FIELD, "error"); SHOWN + 3];
        let refusal = super::verdict(&many, "status").refusal.unwrap();
        assert!(refusal.ends_with("and 3 more errors; podgraft validate has them"), "{refusal}");
    }
}
