//! [`pairs`]: which writers of one place to report, two by two.

use std::collections::BTreeMap;

/// Up to so many writers of one place, all pairs that differ are reported. Above that, at most two pairs a writer (the
/// nearest before and after that differ), to stay linear.
const MAX_FOR_ALL_PAIRS: usize = 16;

/// What one member of a group does to a place.
#[derive(Debug, Clone)]
pub(super) struct Write {
    /// Its place in the group.
    pub(super) member: usize,
    /// What it writes there; equal texts are no conflict.
    pub(super) what: String,
    /// Whether it removes or replaces everything there, rather than writing below it.
    pub(super) overwrites: bool,
}

/// The pairs of members to tell of, earlier first; `writes` is in the order of members. Two that only write
/// below the place do not meet there.
pub(super) fn pairs(writes: &[Write]) -> Vec<(usize, usize)> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let all: Vec<Numbered> = writes
        .iter()
        .map(|one| {
            let next = known.len();
            let what = *known.entry(&one.what).or_insert(next);
            Numbered { member: one.member, what, overwrites: one.overwrites }
        })
        .collect();
    if known.len() < 2 {
        return Vec::new();
    }
    if all.len() <= MAX_FOR_ALL_PAIRS { all_pairs(&all) } else { sampled_pairs(&all) }
}

/// A [`Write`] with a number for what it writes.
#[derive(Debug, Clone, Copy)]
struct Numbered {
    member: usize,
    what: usize,
    overwrites: bool,
}

fn all_pairs(all: &[Numbered]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (index, later) in all.iter().enumerate() {
        let differs =
            |earlier: &&Numbered| earlier.what != later.what && (earlier.overwrites || later.overwrites);
        pairs.extend(all[..index].iter().filter(differs).map(|earlier| (earlier.member, later.member)));
    }
    pairs
}

fn sampled_pairs(all: &[Numbered]) -> Vec<(usize, usize)> {
    let before = nearest(all.iter()).map(|(one, other)| (other, one));
    let mut pairs: Vec<(usize, usize)> = before.chain(nearest(all.iter().rev())).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Each member, with the last one before it that it meets and that writes something else.
fn nearest<'a>(all: impl Iterator<Item = &'a Numbered>) -> impl Iterator<Item = (usize, usize)> {
    let (mut anybody, mut sweepers) = (Last::default(), Last::default());
    all.filter_map(move |one| {
        let met = if one.overwrites { &anybody } else { &sweepers };
        let other = met.other_than(one.what);
        anybody.note(*one);
        if one.overwrites {
            sweepers.note(*one);
        }
        Some((one.member, other?.member))
    })
}

/// The last of some, and the last that wrote something else than that.
#[derive(Default)]
struct Last {
    last: Option<Numbered>,
    other: Option<Numbered>,
}

impl Last {
    fn note(&mut self, one: Numbered) {
        if self.last.is_some_and(|last| last.what != one.what) {
            self.other = self.last;
        }
        self.last = Some(one);
    }

    fn other_than(&self, what: usize) -> Option<Numbered> {
        self.last.filter(|last| last.what != what).or(self.other)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What each member writes, a letter each; a capital overwrites.
    fn written(letters: &str) -> Vec<Write> {
        let one = |(member, letter): (usize, char)| Write {
            member,
            what: letter.to_lowercase().to_string(),
            overwrites: letter.is_uppercase(),
        };
        letters.chars().enumerate().map(one).collect()
    }

    #[test]
    fn all_pairs_every_two_that_differ_are_told() {
        for (letters, expected) in [
            ("", &[][..]),
            ("A", &[]),
            ("AAA", &[]),
            ("AAB", &[(0, 2), (1, 2)]),
            ("ABA", &[(0, 1), (1, 2)]),
            ("ABC", &[(0, 1), (0, 2), (1, 2)]),
            ("ab", &[]),
            ("aB", &[(0, 1)]),
            ("aBb", &[(0, 1)]),
        ] {
            let mut found = pairs(&written(letters));
            found.sort_unstable();
            assert_eq!(found, expected, "{letters}");
        }
    }

    #[test]
    fn sampled_pairs_everybody_is_told_who_is_told_all_pairs() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..2_000 {
            let length = random.usize(2..40);
            let letter = |_| char::from(b"aAbBcC"[random.usize(..6)]);
            let letters: String = (0..length).map(letter).collect();
            let all: Vec<Numbered> = written(&letters)
                .iter()
                .map(|one| Numbered {
                    member: one.member,
                    what: usize::from(one.what.as_bytes()[0]),
                    overwrites: one.overwrites,
                })
                .collect();
            let told = |pairs: &[(usize, usize)]| -> BTreeSet<usize> {
                pairs.iter().flat_map(|(earlier, later)| [*earlier, *later]).collect()
            };
            let (many, every) = (sampled_pairs(&all), all_pairs(&all));
            assert_eq!(told(&many), told(&every), "{letters}");
            assert!(many.iter().all(|pair| every.contains(pair)), "{letters}: {many:?}");
            assert!(many.len() <= 2 * all.len(), "{letters}");
        }
    }
}
