//! What Enter adds at the end of a task: the next task.

use tallymark_plan::{ItemHead, Plan, TaskIndex, item_head};
use tallymark_sync::Analysis;
use tallymark_text::{Edit, Span};

use crate::next_id::{head_of, id_after};

/// The edits that follow a line break which was just typed; the cursor is at `offset`, in the new line.
///
/// Behind a task the next one begins: the same indentation and bullet, an empty box, the next free id. Behind a criterion a
/// criterion begins. Behind an item without words the list ends: what stands of it is taken away. Nothing else is
/// touched: no list without boxes, nothing in code, and no line in which the editor has begun an item itself.
pub fn on_enter(analysis: &Analysis, offset: usize) -> Vec<Edit> {
    let plan = &*analysis.joined.plan;
    on_enter_in_plan(analysis, plan, offset).into_iter().collect()
}

fn on_enter_in_plan(analysis: &Analysis, plan: &Plan, offset: usize) -> Option<Edit> {
    if !plan.is_plan() {
        return None;
    }
    let source = &plan.source;
    let text = source.text();
    let line = source.line_of(offset);
    let above = source.line_span(line.checked_sub(1)?);
    let here = source.line_span(line);
    if !is_blank(&text[here.start as usize..offset]) {
        return None;
    }
    let head = item_head(text, above.start as usize, plan.dialect).filter(|head| head.closed)?;
    let rest = text[offset..here.end as usize].trim_start_matches([' ', '\t']);
    let begin = here.end as usize - rest.len();
    if head.words == head.end {
        let ignored = plan.ignored.partition_point(|ignored| ignored.span.end <= above.start);
        let is_ignored = plan
            .ignored
            .get(ignored)
            .is_some_and(|ignored| ignored.span.contains(head.bullet.start as usize));
        return (rest.is_empty() && !is_ignored)
            .then(|| Edit::replace(Span::new(above.start as usize, begin), ""));
    }
    // The editor has begun the item, or an item was broken in front of another.
    if item_head(text, here.start as usize, plan.dialect).is_some() {
        return None;
    }
    let new = |written: String| Some(Edit::replace(Span::new(here.start as usize, begin), written));
    let Some(task) = plan.task_at_line(above.start as usize) else {
        let index = plan.criteria.partition_point(|criterion| criterion.line.start < above.start);
        let criterion = plan.criteria.get(index).filter(|criterion| criterion.line.start <= above.end)?;
        let goes_on = continues_below(plan, &head, here.end as usize);
        return if goes_on || criterion.mark.outer != head.outer? {
            None
        } else {
            new(item(plan, &head, None))
        };
    };
    if head_of(plan, task) != Some(head) {
        return None;
    }
    if !continues_below(plan, &head, here.end as usize) {
        let next = id_after(analysis, task);
        // Among tasks with ids one without would be a mistake; a plan without ids is continued without.
        return match (plan.id(task), next) {
            (Some(_), None) => None,
            (_, next) => new(item(plan, &head, next.map(|next| next.written()))),
        };
    }
    // What stands below the task would become the new one's: it becomes one of its subtasks instead.
    let (last, child) = last_child(plan, task)?;
    let next = id_after(analysis, last).map(|next| next.written());
    new(item(plan, &child, next))
}

/// Whether there is more of the item below `from`, before the next item beside it.
fn continues_below(plan: &Plan, head: &ItemHead, from: usize) -> bool {
    let text = plan.source.text();
    let line = plan.source.line_of(from) + 1;
    if line >= plan.source.line_count() {
        return false;
    }
    let next = plan.source.line(line);
    let indentation = next.len() - next.trim_start_matches([' ', '\t']).len();
    !is_blank(next) && indentation > head.indentation.len() && from < text.len()
}

/// The last subtask of a task, and the head of the first.
fn last_child(plan: &Plan, task: TaskIndex) -> Option<(TaskIndex, ItemHead)> {
    let end = plan.task(task).block.end;
    let below = task.0 + 1..plan.tasks.partition_point(|other| other.line.start < end) as u32;
    let mut children = below.map(TaskIndex).filter(|&other| plan.task(other).parent == Some(task));
    let first = children.next()?;
    Some((children.next_back().unwrap_or(first), head_of(plan, first)?))
}

/// A new item beside another: `- [ ] 1.4 `.
fn item(plan: &Plan, beside: &ItemHead, id: Option<String>) -> String {
    let bullet = plan.slice(beside.bullet);
    let bullet = match bullet.trim_end_matches(['.', ')']).parse::<u32>() {
        Ok(number) => format!("{}{}", number.saturating_add(1), &bullet[bullet.len() - 1..]),
        Err(_) => bullet.to_owned(),
    };
    format!("{}{bullet} [ ] {}", plan.slice(beside.indentation), id.unwrap_or_default())
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use tallymark_text::apply_edits;

    use super::*;
    use crate::fixture::Fixture;

    const PLAN: &str = "# P\n\n## Phase 1: A\n\n- [x] 1.1 One\n- [ ] 1.2 Zwölf 🎉\n  - [ ] 1.2.1 Sub\n    with a detail\n\n\
                        **VERIFY:**\n- [ ] It works\n\n## Phase 2: B\n\n- [ ] 2.1 Zwei\n";

    /// What becomes of a plan when Enter was typed: `$0` stands behind the line break.
    fn typed(before: &str, after: &str) -> String {
        let text = PLAN.replacen(before, after, 1);
        assert_ne!(text, PLAN, "{before:?} does not stand in the plan");
        let fixture = Fixture::new(&text);
        let plan = &fixture.analysis.joined.plan;
        let edits = on_enter(&fixture.analysis, fixture.span.start as usize);
        let edited = apply_edits(plan.source.text(), &edits).unwrap();
        // The line above and the new one.
        let line = plan.source.line_of(fixture.span.start as usize);
        let lines: Vec<&str> = edited.lines().skip(line - 1).take(2).collect();
        if edits.is_empty() { "nothing".to_owned() } else { lines.join("|") }
    }

    #[test]
    fn behind_a_task_the_next_one_begins() {
        assert_eq!(typed("Zwei\n", "Zwei\n$0\n"), "- [ ] 2.1 Zwei|- [ ] 2.2 ");
        assert_eq!(typed("One\n", "One\n$0\n"), "- [x] 1.1 One|- [ ] 1.3 ");
        assert_eq!(typed("One\n", "On\n$0e\n"), "- [x] 1.1 On|- [ ] 1.3 e");
        assert_eq!(typed("It works\n", "It works\n$0\n"), "- [ ] It works|- [ ] ");
    }

    #[test]
    fn what_the_editor_indented_is_replaced_and_what_it_began_is_left() {
        assert_eq!(typed("Zwei\n", "Zwei\n    $0\n"), "- [ ] 2.1 Zwei|- [ ] 2.2 ");
        assert_eq!(typed("Zwei\n", "Zwei\n$0- [ ] \n"), "nothing");
        assert_eq!(typed("Zwei\n", "Zwei\n- $0\n"), "nothing");
        assert_eq!(typed("Zwei\n", "Zwei\n- [ ] $0\n"), "nothing");
    }

    #[test]
    fn subtasks_keep_their_parent() {
        assert_eq!(typed("🎉\n", "🎉\n$0\n"), "- [ ] 1.2 Zwölf 🎉|  - [ ] 1.2.2 ");
        // What stands below is the task's own words: a new task would take them.
        assert_eq!(typed("Sub\n", "Sub\n  $0\n"), "nothing");
        assert_eq!(typed("detail\n", "detail\n    $0\n"), "nothing");
    }

    #[test]
    fn an_empty_item_ends_the_list() {
        assert_eq!(typed("Zwei\n", "Zwei\n- [ ] 2.2 \n$0\n"), "");
        assert_eq!(typed("Zwei\n", "Zwei\r\n- [ ] \r\n  $0\r\n"), "");
        let text = PLAN.replace("2.1 Zwei\n", "2.1 Zwei\n- [ ] 2.2 \n$0");
        let fixture = Fixture::new(&text);
        let edits = on_enter(&fixture.analysis, fixture.span.start as usize);
        assert_eq!(apply_edits(fixture.analysis.joined.plan.source.text(), &edits).unwrap(), PLAN);
    }

    #[test]
    fn code_and_lists_without_boxes_are_left() {
        assert_eq!(typed("Zwei\n", "Zwei\n\n```\n- [ ] 2.2 Code\n$0\n```\n"), "nothing");
        assert_eq!(typed("Zwei\n", "Zwei\n\n```\n- [ ] \n$0\n```\n"), "nothing");
        assert_eq!(typed("Zwei\n", "Zwei\n\n- a note\n$0\n"), "nothing");
        assert_eq!(typed("# P\n", "# P\n$0\n"), "nothing");
    }

    #[test]
    fn numbered_bullets_are_counted_on() {
        assert_eq!(typed("- [ ] 2.1 Zwei\n", "3. [ ] 2.1 Zwei\n$0\n"), "3. [ ] 2.1 Zwei|4. [ ] 2.2 ");
    }
}
