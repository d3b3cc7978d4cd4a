//! Where in a file something stands, by its path within the template.

use std::rc::Rc;

use cloudformation_template::Lines;

use crate::properties::is_within;

/// A resource's place in its file.
#[derive(Clone, Debug, Default)]
pub struct SourcePlace {
    pub(super) file: String,
    /// What stands in the file before the paths that problems name, and what of these the file doesn't have.
    pub(super) before: String,
    pub(super) not_there: &'static str,
    /// Members that another resource declares, each with what stands before its path there.
    pub(super) elsewhere: Vec<(String, String)>,
    pub(super) lines: Rc<Lines>,
}

impl SourcePlace {
    /// `template.yaml:12` for a problem's path.
    #[must_use]
    pub fn of(&self, path: &str) -> String {
        match self.line(path) {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }

    /// The line of a problem's path, from 1.
    #[must_use]
    pub fn line(&self, path: &str) -> Option<usize> {
        let elsewhere = self.elsewhere.iter().find(|(member, _)| is_within(path, member));
        if let Some((_, before)) = elsewhere {
            return self.lines.of(&format!("{before}{path}"));
        }
        let path = path.strip_prefix(self.not_there).map_or(path, |rest| rest.trim_start_matches('.'));
        self.lines.of(&format!("{}{path}", self.before))
    }
}
