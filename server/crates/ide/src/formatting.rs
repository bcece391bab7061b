//! Plans in one form.

use std::sync::Arc;

use tallymark_plan::{Options, Plan, item_head};
use tallymark_sync::{Analysis, Format};
use tallymark_text::{Edit, Source, Span, apply_edits};

/// The edits that give the lines which `span` touches the form that the settings name ([`Format`]), as few and as small as
/// can be; none where nothing is on. Ids are counted through only where `span` is the whole plan.
///
/// Formatting never changes what a plan says: the result is read again, and what would read otherwise is left undone. A second
/// time there is nothing to do.
pub fn format_plan(analysis: &Analysis, span: Span) -> Vec<Edit> {
    let plan = &*analysis.joined.plan;
    let format = analysis.config.format;
    if !plan.is_plan() || !format.is_on() {
        return Vec::new();
    }
    let (boxes, bullets) = edits_of_lines(plan, format, span);
    let mut edits = Vec::new();
    // Each by itself: where one would change what the plan says, the other may still be done.
    for more in [boxes, bullets] {
        let mut with_more = edits.clone();
        with_more.extend(more);
        if with_more.len() > edits.len() && says_the_same(analysis, &with_more) {
            edits = with_more;
        }
    }
    if format.renumber && span.start == 0 && span.end as usize >= plan.source.len() {
        edits.extend(counted_through(analysis, &edits));
    }
    edits.sort();
    edits
}

/// The edits of boxes and of bullets.
fn edits_of_lines(plan: &Plan, format: Format, span: Span) -> (Vec<Edit>, Vec<Edit>) {
    let text = plan.source.text();
    let (mut boxes, mut bullets) = (Vec::new(), Vec::new());
    let first = plan.source.line_span(plan.source.line_of(span.start as usize)).start;
    let tasks = plan.tasks.iter().filter_map(|task| Some((task.line.start, task.mark?)));
    let criteria = plan.criteria.iter().map(|criterion| (criterion.line.start, criterion.mark));
    for (start, mark) in tasks.chain(criteria).filter(|(start, _)| first <= *start && *start <= span.end) {
        let line = plan.source.line_span(plan.source.line_of(start as usize));
        let Some(head) = item_head(text, line.start as usize, plan.dialect) else { continue };
        let Some(outer) = head.outer.filter(|outer| *outer == mark.outer && head.closed) else { continue };
        if format.marks {
            let behind = &text[outer.end as usize..head.end];
            let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
            // Kiro's `[ ]*` has its star at the box.
            let spans = [
                (Span::new(head.bullet.end as usize, outer.start as usize), " "),
                (Span::new(outer.end as usize, outer.end as usize + blanks), " "),
            ];
            let is_wrong = |(span, wanted): &(Span, &str)| !span.is_empty() && plan.slice(*span) != *wanted;
            boxes
                .extend(spans.into_iter().filter(is_wrong).map(|(span, wanted)| Edit::replace(span, wanted)));
            if plan.slice(mark.span) == "X" {
                boxes.push(Edit::replace(mark.span, "x"));
            }
        }
        if let Some(bullet) = format.bullets.map(tallymark_sync::Bullet::as_str) {
            let written = plan.slice(head.bullet);
            if written.len() == 1 && written != bullet {
                bullets.push(Edit::replace(head.bullet, bullet));
            }
        }
    }
    (boxes, bullets)
}

/// Whether the plan says the same after these edits: the same tasks, criteria, phases and dependencies with the same keys, marks,
/// words and parents, and nothing that is read worse.
fn says_the_same(analysis: &Analysis, edits: &[Edit]) -> bool {
    let plan = &*analysis.joined.plan;
    let Ok(text) = apply_edits(plan.source.text(), edits) else { return false };
    let options = Options { path: &analysis.facts.plan_path, dialect: Some(plan.dialect) };
    let edited = tallymark_plan::parse(Arc::new(Source::new(&text)), options);
    let tasks = |plan: &Plan| {
        let told = |(index, task): (_, &tallymark_plan::Task)| {
            let words = (plan.key(index).to_owned(), plan.title(index).to_owned());
            let place = (task.parent, task.phase, task.depth, task.parallel, task.optional);
            (words, place, plan.meaning(index), task.dependencies.clone())
        };
        plan.tasks().map(told).collect::<Vec<_>>()
    };
    let criteria = |plan: &Plan| {
        let told = |one: &tallymark_plan::Criterion| {
            (plan.slice(one.title).to_owned(), one.mark.meaning, one.phase, one.task)
        };
        plan.criteria.iter().map(told).collect::<Vec<_>>()
    };
    let dependencies =
        |plan: &Plan| plan.dependencies.iter().map(|one| plan.slice(one.span).to_owned()).collect::<Vec<_>>();
    let phases =
        |plan: &Plan| plan.phases.iter().map(|phase| plan.slice(phase.title).to_owned()).collect::<Vec<_>>();
    tasks(plan) == tasks(&edited)
        && criteria(plan) == criteria(&edited)
        && dependencies(plan) == dependencies(&edited)
        && phases(plan) == phases(&edited)
        && edited.problems.len() <= plan.problems.len()
        && edited.claims.len() == plan.claims.len()
        && edited.ignored.len() == plan.ignored.len()
}

/// The edits that count the ids through, where no status.json knows them, beside others that do not touch them.
fn counted_through(analysis: &Analysis, others: &[Edit]) -> Vec<Edit> {
    if analysis.joined.status_file.is_some() {
        return Vec::new();
    }
    let counted = analysis.counted_ids();
    let renumbering = if counted.is_empty() { None } else { analysis.renumbering(&counted).ok() };
    let edits = renumbering.map(|renumbering| renumbering.edits).unwrap_or_default();
    let together: Vec<Edit> = others.iter().chain(&edits).cloned().collect();
    // They were read again by themselves; where they meet, neither knows of the other.
    if apply_edits(analysis.joined.plan.source.text(), &together).is_ok() { edits } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use tallymark_sync::{Bullet, Config};

    use super::*;
    use crate::fixture::Fixture;

    /// A plan after formatting; `$0` may mark a range.
    fn formatted(text: &str, format: Format) -> String {
        let mut fixture = Fixture::new(text);
        fixture.analysis.config = Arc::new(Config { format, ..Config::default() });
        let edits = format_plan(&fixture.analysis, fixture.span);
        let source = &fixture.analysis.joined.plan.source;
        // Small edits: none holds a line end.
        assert!(edits.iter().all(|edit| !source.slice(edit.span).contains(['\n', '\r'])), "{edits:?}");
        apply_edits(source.text(), &edits).unwrap()
    }

    const ALL: Format = Format { marks: true, bullets: Some(Bullet::Dash), renumber: true };
    const UNTIDY: &str = "# P\n\n## Phase 1: A\n\n*   [X]  1.1 Ä\n+ [ ] 1.3 B (depends: 1.1)\n  * [ ]   1.3.1 C\n\n    + [ ] no\n\n**VERIFY:**\n* [X] It works\n";

    #[test]
    fn nothing_is_done_unless_it_is_asked_for() {
        assert_eq!(formatted(UNTIDY, Format::default()), UNTIDY);
    }

    #[test]
    fn boxes_bullets_and_ids_get_one_form() {
        let marks = formatted(UNTIDY, Format { marks: true, ..Format::default() });
        assert!(
            marks.contains("\n* [x] 1.1 Ä\n+ [ ] 1.3 B") && marks.contains("\n* [x] It works"),
            "{marks}"
        );
        let bullets = formatted(UNTIDY, Format { bullets: Some(Bullet::Star), ..Format::default() });
        assert!(bullets.contains("\n*   [X]  1.1 Ä\n* [ ] 1.3 B"), "{bullets}");
        let all = formatted(UNTIDY, ALL);
        assert!(all.contains("\n- [x] 1.1 Ä\n- [ ] 1.2 B (depends: 1.1)\n  - [ ] 1.2.1 C\n"), "{all}");
        assert_eq!(formatted(&all, ALL), all);
    }

    #[test]
    fn ids_that_a_status_file_knows_are_left() {
        let with_status = format!("{UNTIDY}//- status.json\n{{\"tasks\":[]}}\n");
        assert!(formatted(&with_status, ALL).contains("- [ ] 1.3 B"));
    }

    #[test]
    fn a_range_is_its_lines_and_no_more() {
        let text = UNTIDY.replace("+ [ ] 1.3", "+ [$0 ] 1.3");
        let range = formatted(&text, ALL);
        assert_eq!(range, UNTIDY.replace("+ [ ] 1.3", "- [ ] 1.3"));
    }

    #[test]
    fn what_would_change_the_plan_is_left() {
        // With one blank behind the bullet the second line would not lie below the first any more.
        let text = "# P\n\n## Phase 1: A\n\n1.   [ ] 1.1 A\n     - [ ] 1.1.1 B\n\n  ```\n  x\n  ```\n";
        let after = formatted(text, ALL);
        let plan = |text: &str| {
            let fixture = Fixture::new(text);
            let plan = &fixture.analysis.joined.plan;
            plan.tasks().map(|(task, own)| (plan.key(task).to_owned(), own.parent)).collect::<Vec<_>>()
        };
        assert_eq!(plan(&after), plan(text));
    }
}
