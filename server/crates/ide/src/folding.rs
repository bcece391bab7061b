//! What can be folded away.

use tallymark_plan::IgnoredWhy;
use tallymark_sync::{Analysis, Progress};
use tallymark_text::Source;

/// Lines that can be folded below their first one. Lines count from zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The line that stays.
    pub first_line: u32,
    /// The last line that goes.
    pub last_line: u32,
    /// What it is.
    pub kind: FoldKind,
    /// What is shown beside the line that stays: how far that is which is folded; empty if there is nothing to tell.
    pub collapsed: String,
}

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// A phase with something left to do.
    Phase,
    /// A phase in which all is done: editors fold all of these with one command.
    FinishedPhase,
    /// A task with its details and subtasks.
    Task,
    /// A code block.
    Code,
    /// A comment.
    Comment,
    /// Front matter.
    FrontMatter,
}

/// What can be folded in a plan, from the top, the outer before the inner: phases, tasks of several lines, code blocks, comments, front matter.
/// Empty lines at an end stay.
pub fn folds(analysis: &Analysis) -> Vec<Fold> {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    if !plan.is_plan() {
        return Vec::new();
    }
    let source = &*plan.source;
    let mut folds = Vec::with_capacity(plan.phases.len());
    for (phase, progress) in plan.phases.iter().zip(&joined.phases) {
        let is_finished = progress.counted() > 0 && progress.completed == progress.counted();
        let kind = if is_finished { FoldKind::FinishedPhase } else { FoldKind::Phase };
        push(source, phase.heading.start, phase.block.end, kind, told(*progress), &mut folds);
    }
    for (task, progress) in plan.tasks.iter().zip(joined.below.iter()) {
        push(source, task.line.start, task.block.end, FoldKind::Task, told(*progress), &mut folds);
    }
    for ignored in &plan.ignored {
        let kind = match ignored.why {
            IgnoredWhy::Code => FoldKind::Code,
            IgnoredWhy::Comment => FoldKind::Comment,
            IgnoredWhy::FrontMatter => FoldKind::FrontMatter,
            IgnoredWhy::Quote | IgnoredWhy::Legend | IgnoredWhy::Repetition => continue,
        };
        push(source, ignored.span.start, ignored.span.end, kind, String::new(), &mut folds);
    }
    // An editor keeps one fold a line: the outer one.
    folds.sort_by_key(|fold| (fold.first_line, std::cmp::Reverse(fold.last_line)));
    folds.dedup_by_key(|fold| fold.first_line);
    folds
}

fn told(progress: Progress) -> String {
    if progress.total > 0 { progress.to_string() } else { String::new() }
}

fn push(source: &Source, start: u32, end: u32, kind: FoldKind, collapsed: String, folds: &mut Vec<Fold>) {
    let text = source.text().get(start as usize..end as usize).unwrap_or_default();
    let end = start as usize + text.trim_end().len();
    // Most tasks are one line: nothing is looked up for them.
    if !source.text()[start as usize..end].contains(['\n', '\r']) {
        return;
    }
    let (first_line, last_line) = (source.line_of(start as usize) as u32, source.line_of(end) as u32);
    if last_line > first_line {
        folds.push(Fold { first_line, last_line, kind, collapsed });
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture};

    fn shown(text: &str) -> String {
        let folds = folds(&Fixture::new(text).analysis);
        let lines = folds.iter().map(|fold| {
            format!("{}–{} {:?} {}\n", fold.first_line + 1, fold.last_line + 1, fold.kind, fold.collapsed)
        });
        lines.collect()
    }

    #[test]
    fn phases_and_tasks_with_something_below_them_can_be_folded() {
        assert_snapshot!(shown(BILLING), @r"
        5–15 Phase 2/5 · 40%
        8–10 Task 1/2 · 50%
        17–23 Phase 0/4 · 0%
        ");
    }

    #[test]
    fn what_is_finished_is_told_apart_and_empty_lines_stay() {
        let text = "---\r\na: b\r\n---\r\n# A\r\n\r\n## Phase 1: B\r\n\r\n- [x] 1.1 Ü\r\n  more\r\n\r\n  ```\r\n  - [ ] no\r\n  ```\r\n\r\n\r\n## Phase 2: C\r\n";
        assert_snapshot!(shown(text), @r"
        1–3 FrontMatter 
        6–13 FinishedPhase 1/1 · 100%
        8–13 Task 
        11–13 Code 
        ");
    }

    #[test]
    fn what_is_no_plan_is_left_to_others() {
        assert_eq!(shown("//- README.md\n# A\n\n- [ ] b\n  c\n"), "");
    }
}
