//! [`without_generated_suffix`]: messages that do not differ by the names which the API server has made up.

/// How long the suffix is that the API server adds to `generateName`.
const SUFFIX_LENGTH: usize = 5;
/// How much of `generateName` the API server uses.
const PREFIX_LENGTH: usize = 58;

/// A message without the suffixes that the API server has added to the `generateName` of objects: they would differ
/// every time.
pub(super) fn without_generated_suffix(message: &str, generate_name: &str) -> String {
    let start = generate_name.get(..PREFIX_LENGTH).unwrap_or(generate_name);
    let mut parts = message.split(start);
    if start.is_empty() {
        return message.to_owned();
    }
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(start.trim_end_matches('-'));
        let (end, rest) = part.split_at_checked(SUFFIX_LENGTH).unwrap_or((part, ""));
        let is_suffix = end.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        text.push_str(if is_suffix { rest } else { part });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_server_made_up_do_not_differ_each_time() {
        for (message, expected) in [
            ("pods \"peak-master-x7f2q\" is forbidden", "pods \"peak-master\" is forbidden"),
            ("pods \"peak-master-\" is forbidden", "pods \"peak-master\" is forbidden"),
            ("no quota", "no quota"),
            ("peak-master-", "peak-master"),
        ] {
            assert_eq!(without_generated_suffix(message, "peak-master-"), expected);
        }
        assert_eq!(without_generated_suffix("as it is", ""), "as it is");
    }
}
