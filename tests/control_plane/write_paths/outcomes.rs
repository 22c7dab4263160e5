//! What came of each way to write, as a table that the test prints.

use std::fmt;

#[derive(Default)]
pub(crate) struct Outcomes(Vec<[String; 3]>);

impl Outcomes {
    pub(crate) fn add(&mut self, path: &str, what: &str, outcome: &str) {
        self.0.push([path, what, outcome].map(str::to_owned));
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (first, second) = (width(0), width(1));
        for [path, what, outcome] in &self.0 {
            writeln!(to, "{path:first$}  {what:second$}  {outcome}")?;
        }
        Ok(())
    }
}
