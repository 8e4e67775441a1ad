//! Where the files of an exercise lie, relative to the root of the workbook.

use std::fs;
use std::path::Path;

use super::Exercise;

impl Exercise {
    /// What the learner edits.
    pub fn file(&self) -> String {
        format!("lessons/{}/exercises/{}.rs", self.lesson, self.name)
    }

    /// The page that says what it must do.
    pub fn contract(&self) -> String {
        format!("book/exercises/{}.md", self.name)
    }

    /// The same file as it was before anybody edited it.
    pub fn shipped(&self) -> String {
        let Exercise { lesson, name, .. } = self;
        format!("lessons/{lesson}/exercises/as-shipped/{name}.rs")
    }

    /// A program that passes.
    pub fn solution(&self) -> String {
        let Exercise { lesson, name, .. } = self;
        format!("lessons/{lesson}/answers/{name}--solution.rs")
    }

    /// A program in Python that passes, if there is one.
    pub fn solution_in_python(&self, root: &Path) -> Option<String> {
        let folder = format!("lessons/{}/answers", self.lesson);
        let begin = format!("{}--right-", self.name);
        let entries = fs::read_dir(root.join(&folder)).ok()?.flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let right = |name: &String| name.starts_with(&begin) && name.ends_with(".py");
        let first = names.filter(right).min()?;
        Some(format!("{folder}/{first}"))
    }
}
