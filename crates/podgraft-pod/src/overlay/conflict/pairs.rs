//! Which of those that write one place differently to tell of, two by two.

use std::collections::BTreeMap;

/// Of so many that write one place, every two that differ are told. Of more, everybody is told of one that
/// differs before and one after: a thousand of them are no half million pairs.
const FEW: usize = 16;

/// What one member of a group does to a place.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// Its place in the group.
    pub(super) member: usize,
    /// What it writes there; equal texts are no conflict.
    pub(super) what: String,
    /// Whether it removes or replaces everything there, rather than writing below it.
    pub(super) sweeps: bool,
}

/// The pairs of members to tell of, earlier first; `written` is in the order of members. Two that only write
/// below the place do not meet there.
pub(super) fn pairs(written: &[Written]) -> Vec<(usize, usize)> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let all: Vec<Numbered> = written
        .iter()
        .map(|one| {
            let next = known.len();
            let what = *known.entry(&one.what).or_insert(next);
            Numbered { member: one.member, what, sweeps: one.sweeps }
        })
        .collect();
    if known.len() < 2 {
        return Vec::new();
    }
    if all.len() <= FEW { of_few(&all) } else { of_many(&all) }
}

/// A [`Written`] with a number for what it writes.
#[derive(Debug, Clone, Copy)]
struct Numbered {
    member: usize,
    what: usize,
    sweeps: bool,
}

fn of_few(all: &[Numbered]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (index, later) in all.iter().enumerate() {
        let differs = |earlier: &&Numbered| earlier.what != later.what && (earlier.sweeps || later.sweeps);
        pairs.extend(all[..index].iter().filter(differs).map(|earlier| (earlier.member, later.member)));
    }
    pairs
}

fn of_many(all: &[Numbered]) -> Vec<(usize, usize)> {
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
        let met = if one.sweeps { &anybody } else { &sweepers };
        let other = met.other_than(one.what);
        anybody.note(*one);
        if one.sweeps {
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

    /// What each member writes, a letter each; a capital sweeps.
    fn written(letters: &str) -> Vec<Written> {
        let one = |(member, letter): (usize, char)| Written {
            member,
            what: letter.to_lowercase().to_string(),
            sweeps: letter.is_uppercase(),
        };
        letters.chars().enumerate().map(one).collect()
    }

    #[test]
    fn of_few_every_two_that_differ_are_told() {
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
    fn of_many_everybody_is_told_who_is_told_of_few() {
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
                    sweeps: one.sweeps,
                })
                .collect();
            let told = |pairs: &[(usize, usize)]| -> BTreeSet<usize> {
                pairs.iter().flat_map(|(earlier, later)| [*earlier, *later]).collect()
            };
            let (many, every) = (of_many(&all), of_few(&all));
            assert_eq!(told(&many), told(&every), "{letters}");
            assert!(many.iter().all(|pair| every.contains(pair)), "{letters}: {many:?}");
            assert!(many.len() <= 2 * all.len(), "{letters}");
        }
    }
}
