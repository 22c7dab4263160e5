//! The codes of the program, and all of the crates below it. A new one also needs an example in `docs/diagnostics`.

pub use podgraft_locust::codes::*;
use podgraft_merge::diagnostic::Code;

/// The topics, in the order in which a reader meets them.
const TOPICS: [&str; 6] =
    ["Files", "Objects", "LocustTests", "Templates and patches", "Overlays", "The final pod"];

/// The catalogue of each crate.
const CATALOGS: [&[Code]; 4] = [
    podgraft_merge::diagnostic::codes::CATALOG,
    podgraft_pod::codes::CATALOG,
    podgraft_locust::codes::CATALOG,
    CATALOG,
];

/// Every code of the program and of the crates below it, by topic.
pub fn all() -> impl Iterator<Item = Code> {
    TOPICS.into_iter().flat_map(|topic| {
        let codes = CATALOGS.into_iter().flatten().copied();
        codes.filter(move |code| code.topic() == topic)
    })
}

podgraft_merge::codes! {
    "LocustTests" {
        NO_LOCUST_TEST "no-locust-test" Error,
            "There is no LocustTest among the objects that were named."
            "Name a file with a LocustTest, and check its apiVersion: locust.io/v2."
        FORBIDDEN_PRIVILEGE "forbidden-privilege" Error,
            "Whoever writes the test may not give its pods what reaches beyond them: the node, another account, a higher priority."
            "Remove it, or have the right given: a verb on podprivileges.locust.io."
        LEFT_OUT "left-out" Note,
            "The file has an object that is no LocustTest: it is not looked at. Overlays are read only from files named by --overlays."
            "Nothing has to be done. Name overlays with --overlays."
        MORE_MESSAGES "more-messages" Note,
            "There are more messages than a report holds: 50,000 errors and 50,000 others."
            "Correct what is reported first."
    }

    "Templates and patches" {
        NO_OBJECTS "no-objects" Error,
            "There is no object to patch."
            "Name a file with an object."
        BAD_REQUEST "bad-request" Error,
            "A line of patch --batch is not a request."
            "Write each line as {\"base\":..,\"patch\":..}."
    }

    "Overlays" {
        UNKNOWN_OVERLAYS "unknown-overlays" Error,
            "The operator cannot read the overlays of its cluster, so it does not know what they demand."
            "Install all CRDs and give the operator its rights, or set clusterOverlays: Off."
        RENDER_FAILED "render-failed" Error,
            "The operator ended in a panic while it rendered the test: a fault of podgraft's. Other tests go on."
            "Report the test. The operator's log has the words of the panic."
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_is_its_own_and_has_a_topic() {
        let listed: BTreeSet<Code> = all().collect();
        assert_eq!(all().count(), listed.len(), "a code is there twice");
        for code in CATALOGS.into_iter().flatten() {
            assert!(listed.contains(code), "{code} is of no topic of the page: {}", code.topic());
        }
    }

    #[test]
    fn each_code_is_explained_in_sentences() {
        for code in all() {
            let is_kebab =
                |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
            assert!(code.as_str().chars().all(is_kebab), "{code}");
            assert!(code.meaning().ends_with('.') && code.remedy().ends_with('.'), "{code}");
            assert!(!code.severities().is_empty(), "{code}");
        }
    }
}
