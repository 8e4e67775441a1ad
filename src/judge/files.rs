//! Where the files of an exercise lie, relative to the root of the workbook.

use super::Exercise;

impl Exercise {
    /// What the learner edits.
    pub fn file(&self) -> String {
        format!("lessons/{}/exercises/{}.rs", self.lesson, self.name)
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
}
