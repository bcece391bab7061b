//! What can be written in a plan.

use tallymark_plan::{Dialect, ItemHead, Meaning, PhaseIndex, Plan, TaskIndex, dependency_at, item_head};
use tallymark_sync::Analysis;
use tallymark_text::Span;

use super::{Completion, CompletionKind, Completions, MOST_COMPLETIONS, may_be_meant, task_offer};
use crate::next_id::{first_id, id_after};
use crate::words::{one_line, plain_title};

/// What can be written at `offset`.
pub(super) fn completions(analysis: &Analysis, offset: usize) -> Completions {
    let plan = &*analysis.joined.plan;
    let ignored = plan.ignored.partition_point(|ignored| (ignored.span.end as usize) <= offset);
    let is_ignored = plan.ignored.get(ignored).is_some_and(|ignored| ignored.span.contains(offset));
    if !plan.is_plan() || is_ignored {
        return Completions::default();
    }
    let text = plan.source.text();
    let line = plan.source.line_span(plan.source.line_of(offset));
    let whole = |items| Completions { items, is_incomplete: false };
    if let Some(head) = item_head(text, line.start as usize, plan.dialect) {
        if let Some(outer) = head.outer.filter(|outer| {
            (outer.start as usize) < offset && offset <= outer.end as usize - usize::from(head.closed)
        }) {
            return whole(marks(plan, &head, outer, offset));
        }
        if offset > head.bullet.end as usize
            && let Some(item) = new_id(analysis, &head, offset)
        {
            return whole(vec![item]);
        }
    }
    if let Some(span) = dependency_at(text, line.start as usize, offset) {
        return dependencies(analysis, span, offset);
    }
    whole(next_phase(plan, analysis, line, offset).into_iter().collect())
}

/// The dialect's marks. An unclosed box is taken to be as long as the cursor says.
fn marks(plan: &Plan, head: &ItemHead, outer: Span, offset: usize) -> Vec<Completion> {
    let span = if head.closed { outer } else { Span::new(outer.start as usize, offset) };
    let behind = plan.source.text().as_bytes().get(span.end as usize);
    // Without a blank behind it a box is none.
    let blank = if matches!(behind, Some(b' ' | b'\t')) { "" } else { " " };
    let offer = |(mark, meaning): (&str, Meaning)| {
        let label = format!("[{mark}]");
        Completion {
            detail: meaning_in_words(meaning).to_owned(),
            span,
            text: format!("{label}{blank}"),
            snippet: None,
            filter: label.clone(),
            label,
            kind: CompletionKind::Mark(meaning),
            task: None,
        }
    };
    plan.dialect.marks().map(offer).collect()
}

fn meaning_in_words(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Open => "open",
        Meaning::Queued => "queued",
        Meaning::InProgress => "in progress",
        Meaning::Blocked => "blocked",
        Meaning::Done => "done",
        Meaning::Failed => "failed",
        Meaning::Skipped => "skipped",
        Meaning::Cancelled => "cancelled",
        Meaning::Unknown => "no meaning here",
    }
}

/// The next free id where an item is being begun: behind its bullet or its box, with nothing but the beginning of an id there.
fn new_id(analysis: &Analysis, head: &ItemHead, offset: usize) -> Option<Completion> {
    let plan = &*analysis.joined.plan;
    let text = plan.source.text();
    let from = match head.outer {
        Some(outer) if head.closed && outer.end as usize <= offset => outer.end as usize,
        Some(_) => return None,
        None => head.bullet.end as usize,
    };
    let start = offset
        .min(from + text[from..head.end].len() - text[from..head.end].trim_start_matches([' ', '\t']).len());
    // A blank stands between box and id.
    if start == from {
        return None;
    }
    let written = text[start..head.end].trim_end_matches([' ', '\t']);
    let is_id = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '*' | '_' | ':')
    };
    if offset > start + written.len() || !written.chars().all(is_id) {
        return None;
    }
    let line = plan.source.line_of(offset);
    let next = task_beside(plan, head, line)
        .map_or_else(|| first_id(analysis, phase_of_line(plan, line)?), |task| id_after(analysis, task))?;
    let written_id = next.written();
    if !written_id.starts_with(written) && !next.id.starts_with(written) {
        return None;
    }
    let has_box = head.outer.is_some();
    Some(Completion {
        label: if has_box { next.id.clone() } else { format!("[ ] {}", next.id) },
        detail: "the next free id".to_owned(),
        span: Span::new(start, head.end.min(start + written.len())),
        text: if has_box { written_id } else { format!("[ ] {written_id}") },
        snippet: None,
        filter: next.id,
        kind: CompletionKind::NewId,
        task: None,
    })
}

/// The task above a line that an item with this indentation stands beside.
fn task_beside(plan: &Plan, head: &ItemHead, line: usize) -> Option<TaskIndex> {
    let phase = phase_of_line(plan, line);
    let start = plan.source.line_span(line).start;
    let mut above = plan.tasks.partition_point(|task| task.line.start < start);
    while let Some(index) = above.checked_sub(1) {
        let task = TaskIndex(index as u32);
        if plan.task(task).phase != phase {
            return None;
        }
        let own = plan.task(task).line.start;
        let indentation = own - plan.source.line_span(plan.source.line_of(own as usize)).start;
        if indentation <= head.indentation.len() as u32 {
            // A first subtask has nothing beside it.
            return (indentation == head.indentation.len() as u32).then_some(task);
        }
        above = plan.task(task).parent.map_or(index, |parent| parent.get() + 1);
        above = above.min(index);
    }
    None
}

fn phase_of_line(plan: &Plan, line: usize) -> Option<PhaseIndex> {
    let start = plan.source.line_span(line).start;
    let above = plan.phases.partition_point(|phase| phase.heading.start <= start);
    let index = (0..above).rev().find(|&index| plan.phases[index].block.end >= start)?;
    Some(PhaseIndex(index as u32))
}

/// The tasks that can be waited for, those of the same phase and nearest above first; then phases.
fn dependencies(analysis: &Analysis, span: Span, offset: usize) -> Completions {
    let plan = &*analysis.joined.plan;
    let written = plan.slice(Span::new(span.start as usize, offset));
    let own = crate::target::task_around(plan, offset);
    let is_own = |task: TaskIndex| {
        let mut above = own;
        while let Some(one) = above {
            if one == task {
                return true;
            }
            above = plan.task(one).parent;
        }
        false
    };
    let listed = own.map_or(&[][..], |own| plan.dependencies(own));
    let is_listed = |id: &str| listed.iter().any(|one| one.span != span && plan.slice(one.span) == id);
    let here = own.map_or_else(
        || plan.tasks.partition_point(|task| (task.line.start as usize) < offset),
        TaskIndex::get,
    );
    let phase = own.and_then(|own| plan.task(own).phase);
    let mut items = Vec::new();
    let mut is_incomplete = false;
    let nearest_first =
        (0..here).rev().chain(here + 1..plan.tasks.len()).map(|index| TaskIndex(index as u32));
    for in_phase in [true, false] {
        for task in nearest_first.clone().filter(|&task| (plan.task(task).phase == phase) == in_phase) {
            let Some(id) = plan.id(task) else { continue };
            if !may_be_meant(id, plan.title(task), written) || is_own(task) || is_listed(id) {
                continue;
            }
            if items.len() == MOST_COMPLETIONS {
                is_incomplete = true;
                break;
            }
            items.push(task_offer(analysis, task, span, id.to_owned()));
        }
    }
    if written.is_empty()
        || "phase".starts_with(&written.to_lowercase())
        || written.to_lowercase().starts_with("phase")
    {
        items.extend(phases_before(plan, phase, span).take(MOST_COMPLETIONS));
    }
    Completions { items, is_incomplete }
}

fn phases_before(plan: &Plan, own: Option<PhaseIndex>, span: Span) -> impl Iterator<Item = Completion> {
    let end = own.map_or(plan.phases.len(), PhaseIndex::get);
    plan.phases[..end].iter().rev().filter_map(move |phase| {
        let text = format!("Phase {}", plan.slice(phase.number?));
        Some(Completion {
            detail: one_line(&plain_title(plan.slice(phase.title)), super::TITLE),
            label: text.clone(),
            filter: text.clone(),
            span,
            text,
            snippet: None,
            kind: CompletionKind::Phase,
            task: None,
        })
    })
}

/// The heading of the next phase, as the one above is written, in a line that begins one.
fn next_phase(plan: &Plan, analysis: &Analysis, line: Span, offset: usize) -> Option<Completion> {
    let text = plan.source.text();
    let written = &text[line.start as usize..offset];
    let rest = text[offset..line.end as usize].trim();
    let words = written.trim_start_matches('#');
    let level = written.len() - words.len();
    if level == 0 || !words.starts_with(' ') || !rest.is_empty() {
        return None;
    }
    let start = line.start as usize + written.len() - words.trim_start().len();
    let above = plan.phases[..plan.phases.partition_point(|phase| phase.heading.start < line.start)]
        .iter()
        .rev()
        .find(|phase| usize::from(phase.level) == level && phase.number.is_some())?;
    let number = above.number?;
    let (before, after) = split_at(plan.slice(above.title), number, above.title)?;
    let next = plan.slice(number).parse::<u32>().ok()? + 1;
    let taken = |number: u32| {
        let number = number.to_string();
        plan.phases.iter().any(|phase| phase.number.is_some_and(|own| plan.slice(own) == number))
    };
    let next = (next..next.checked_add(1_000)?).find(|&number| !taken(number))?;
    // What stands between the number and the words: `: `, `. `, ` – `.
    let between = &after[..after.find(char::is_alphanumeric).unwrap_or(after.len())];
    let heading = format!("{before}{next}{between}");
    if !heading.to_lowercase().starts_with(&words.trim_start().to_lowercase()) {
        return None;
    }
    let task = plan
        .tasks
        .iter()
        .position(|task| task.phase.is_some_and(|phase| plan.phases[phase.get()].heading == above.heading));
    let first = task.and_then(|task| crate::next_id::head_of(plan, TaskIndex(task as u32)));
    let snippet = first.filter(|first| first.id.is_some() && plan.dialect != Dialect::SpecKit).map(|first| {
        let end = plan.source.line_end().as_str();
        let bullet = plan.slice(first.bullet);
        format!("{}${{1:Name}}{end}{end}{bullet} [ ] {next}.1 ${{2:First task}}", escaped(&heading))
    });
    let in_use = analysis.joined.tasks_with_id(&format!("{next}.1")).next().is_some();
    Some(Completion {
        label: heading.trim_end().to_owned(),
        detail: "the next phase".to_owned(),
        span: Span::new(start, line.end as usize),
        text: heading.clone(),
        snippet: snippet.filter(|_| !in_use),
        filter: heading,
        kind: CompletionKind::Phase,
        task: None,
    })
}

/// A text before and behind a part of it.
fn split_at(text: &str, part: Span, whole: Span) -> Option<(&str, &str)> {
    let from = part.start.checked_sub(whole.start)? as usize;
    Some((text.get(..from)?, text.get(from + part.len()..)?))
}

/// A text in a snippet.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::tests::{offered, shown};

    #[test]
    fn a_box_is_offered_the_marks_of_the_dialect() {
        assert_snapshot!(offered("- [ ] 2.4", "- [$0 ] 2.4").join("\n"), @r#"
        "[ ]" → "[ ]" (open)
        "[ ]" → "[x]" (done)
        "[ ]" → "[~]" (in progress)
        "[ ]" → "[/]" (in progress)
        "#);
        assert_eq!(offered("- [ ] 2.5 Sort", "- [ ] 2.5 Sört 🎉\r\n- [$0")[0], r#""[" → "[ ] " (open)"#);
        assert_eq!(offered("- [ ] 2.5 Sort", "- [ ] 2.5 Sort\n- [$0]")[1], r#""[]" → "[x] " (done)"#);
    }

    #[test]
    fn a_new_item_is_offered_the_next_free_id() {
        let after = |line: &str| offered("- [ ] 2.5 Sort\n", &format!("- [ ] 2.5 Sort\n{line}\n"));
        assert_eq!(after("- [ ] $0"), [r#""" → "2.6 " (the next free id)"#]);
        assert_eq!(after("- [ ] 2.$0"), [r#""2." → "2.6 " (the next free id)"#]);
        assert_eq!(after("- $0"), [r#""" → "[ ] 2.6 " (the next free id)"#]);
        assert_eq!(after("- [ ] 3$0"), [""; 0]);
        assert_eq!(after("- [ ] Words $0"), [""; 0]);
        assert_eq!(after("- [ ]$0"), [""; 0]);
        assert_eq!(after("```\n- [ ] $0\n```"), [""; 0]);
        assert_eq!(
            offered("  - [ ] 1.2.2", "  - [ ] $0\n  - [ ] 1.2.2"),
            [r#""" → "1.2.3 " (the next free id)"#]
        );
        assert_eq!(
            shown("## Phase 1: A\n- [ ] 1.1 A\n## Phase 2: B\n- [ ] $0"),
            [r#""" → "2.1 " (the next free id)"#]
        );
    }

    #[test]
    fn a_list_of_dependencies_is_offered_tasks_and_phases() {
        assert_snapshot!(offered("2.1, 1.3)", "$0)").join("\n"), @r#"
        "" → "2.1" (Number invoices)
        "" → "2.3" (Archive [old](command:erase) ones)
        "" → "2.4" (Print)
        "" → "2.5" (Sort)
        "" → "1.3" (Reconcile nightly)
        "" → "1.2.2" (Credit side)
        "" → "1.2.1" (Debit side)
        "" → "1.2" (Write postings)
        "" → "1.1" (Create the ledger table)
        "" → "Phase 1" (Phase 1: Ledger)
        "#);
        assert_eq!(offered("2.1, 1.3)", "2.1, 1.3$0)"), [r#""1.3" → "1.3" (Reconcile nightly)"#]);
        // By a word of its title; what is listed already is not offered again.
        assert_eq!(offered("2.1, 1.3)", "2.1, 1.3, n$0)"), [r#""n" → "1.3" (Reconcile nightly)"#; 0]);
        assert_eq!(offered("2.1, 1.3)", "2.1, rec$0)"), [r#""rec" → "1.3" (Reconcile nightly)"#]);
        assert_eq!(offered("2.1, 1.3)", "2.1, Phase $0)"), [r#""Phase " → "Phase 1" (Phase 1: Ledger)"#]);
    }

    #[test]
    fn a_heading_is_offered_the_next_phase() {
        let end = |line: &str| offered("- [ ] 2.5 Sort\n", &format!("- [ ] 2.5 Sort\n\n{line}\n"));
        assert_eq!(end("## $0"), [r#""" → "Phase 3: " (the next phase)"#]);
        assert_eq!(end("## Ph$0"), [r#""Ph" → "Phase 3: " (the next phase)"#]);
        assert_eq!(end("### Ph$0"), [""; 0]);
        assert_eq!(end("## Risks$0"), [""; 0]);
    }
}
