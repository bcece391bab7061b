//! What a growing selection takes in next.

use tallymark_sync::Analysis;
use tallymark_text::Span;

use crate::target::task_around;

/// What a selection at `offset` of the plan grows to, step by step, each lying in the next: the word, the title, the line, the
/// task with its details and subtasks, the tasks above it with theirs, the phases, the file. `None` for what is no plan.
pub fn selection_steps(analysis: &Analysis, offset: usize) -> Option<Vec<Span>> {
    let plan = &*analysis.joined.plan;
    if !plan.is_plan() {
        return None;
    }
    let source = &plan.source;
    let offset = offset.min(source.len());
    let mut steps = Vec::with_capacity(8);
    let line = source.line_span(source.line_of(offset));
    steps.push(word_at(source.text(), line, offset));
    let task = task_around(plan, offset);
    if let Some(own) = task.map(|task| plan.task(task)).filter(|own| line.touches(own.line.start as usize)) {
        if let Some(id) = own.id {
            steps.push(id);
        }
        steps.push(own.title);
        steps.push(own.line);
    }
    let index = plan.criteria.partition_point(|criterion| criterion.line.start < line.start);
    if let Some(criterion) = plan.criteria.get(index) {
        steps.extend([criterion.title, criterion.line]);
    }
    let phase = plan.phases.partition_point(|phase| phase.heading.start < line.start);
    if let Some(phase) = plan.phases.get(phase) {
        steps.push(phase.title);
    }
    steps.push(trimmed(source.text(), line));
    let mut above = task;
    while let Some(task) = above {
        steps.push(trimmed(source.text(), plan.task(task).block));
        above = plan.task(task).parent;
    }
    // The innermost phase is the last that begins before the place and has not ended.
    let begun = plan.phases.partition_point(|phase| phase.heading.start as usize <= offset);
    for phase in plan.phases[..begun].iter().rev() {
        if phase.block.touches(offset) {
            steps.push(trimmed(source.text(), phase.heading.cover(phase.block)));
            if phase.level <= 1 {
                break;
            }
        }
    }
    steps.push(Span::new(0, source.len()));
    // What does not hold the step before it, or is the same, is none.
    let mut nested: Vec<Span> = Vec::with_capacity(steps.len());
    for step in steps {
        let inner = nested.last().copied().unwrap_or(Span::at(offset));
        let holds = step.start <= inner.start && inner.end <= step.end;
        if holds && (nested.is_empty() || step != inner) {
            nested.push(step);
        }
    }
    Some(nested)
}

/// The word at a place of a line: letters and digits, and signs that stand between them (`1.2`, `in_progress`); empty between words.
fn word_at(text: &str, line: Span, offset: usize) -> Span {
    let is_word =
        |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '\'');
    let before = &text[line.start as usize..offset.min(line.end as usize)];
    let after = &text[offset.min(line.end as usize)..line.end as usize];
    let start = before.trim_end_matches(is_word).len();
    let length = after.len() - after.trim_start_matches(is_word).len();
    let (start, end) = (line.start as usize + start, offset.min(line.end as usize) + length);
    let edge = |character: char| !character.is_alphanumeric();
    // A full stop at the end of a sentence is none of its last word.
    let word = text[start..end].trim_end_matches(edge);
    let skipped = word.len() - word.trim_start_matches(edge).len();
    let word = Span::new(start + skipped, start + word.len().max(skipped));
    if word.touches(offset) { word } else { Span::at(offset) }
}

/// A span without the blanks and line ends around it.
fn trimmed(text: &str, span: Span) -> Span {
    let inside = &text[span.range()];
    let start = span.start as usize + inside.len() - inside.trim_start().len();
    Span::new(start.min(span.end as usize), (start + inside.trim().len()).min(span.end as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Fixture, billing_at};

    /// The steps, each as its first and last words.
    fn steps(fixture: &Fixture) -> Vec<String> {
        let source = &fixture.analysis.joined.plan.source;
        let steps = selection_steps(&fixture.analysis, fixture.span.start as usize).unwrap();
        let ends = |text: &str| match text.split_once('\n') {
            Some((first, _)) => format!("{first} … {}", text.trim_end().lines().last().unwrap()),
            None => text.to_owned(),
        };
        steps.into_iter().map(|span| ends(source.slice(span))).collect()
    }

    #[test]
    fn a_selection_grows_from_the_word_to_the_file() {
        assert_eq!(
            steps(&billing_at("bit side")),
            [
                "Debit",
                "Debit side",
                "- [x] 1.2.1 Debit side",
                "- [ ] 1.2 Write postings (depends: 1.1) …   - [ ] 1.2.2 Credit side",
                "## Phase 1: Ledger … - [ ] No posting is an orphan",
                "# Billing … - [ ] 2.5 Sort",
            ]
        );
        assert_eq!(
            steps(&billing_at("2.1, 1.3)"))[..2],
            ["2.1", "- [ ] 2.2 Send them by mail (depends: 2.1, 1.3)"]
        );
        assert_eq!(
            steps(&billing_at("osting is an"))[..3],
            ["posting", "No posting is an orphan", "- [ ] No posting is an orphan"]
        );
        assert_eq!(
            steps(&billing_at("nvoices\n"))[..3],
            ["Invoices", "Phase 2: Invoices", "## Phase 2: Invoices"]
        );
    }

    #[test]
    fn between_words_and_in_an_empty_line_it_begins_with_nothing() {
        assert_eq!(steps(&billing_at("  - [x] 1.2.1"))[0], "");
        assert_eq!(steps(&billing_at("\n- [x] 1.1"))[0], "");
        let fixture = Fixture::new("//- docs/plans/x.md\n# Ü\n## Phase 1: A\n- [ ] 1.1 Öl$0wechsel 🎉.\n");
        assert_eq!(steps(&fixture)[..2], ["Ölwechsel", "Ölwechsel 🎉."]);
    }
}
