//! What can be written in status.json.

use tallymark_plan::PhaseIndex;
use tallymark_status::Word;
use tallymark_sync::Analysis;
use tallymark_text::{Source, Span};

use super::{Completion, CompletionKind, Completions, MOST_COMPLETIONS, may_be_meant, task_offer};
use crate::target::entry_at;
use crate::words::{one_line, plain_title};

/// What can be written at `offset`: values of `status`, `id` and `phase`, in their quotes. The file need not be valid; it seldom is
/// while it is being written.
pub(super) fn completions(analysis: &Analysis, offset: usize) -> Completions {
    let joined = &analysis.joined;
    let none = Completions::default();
    let Some(status) = joined.status_file.as_deref().filter(|status| status.format.is_ours()) else {
        return none;
    };
    if !joined.plan.is_plan() {
        return none;
    }
    let Some((field, span)) = value_at(&status.source, offset) else { return none };
    let written = status.source.slice(Span::new(span.start as usize, offset));
    let whole = |items| Completions { items, is_incomplete: false };
    match field {
        "status" => whole(Word::ALL.into_iter().map(|word| word_offer(word, span)).collect()),
        "phase" => {
            let phases = (0..joined.plan.phases.len()).take(MOST_COMPLETIONS);
            whole(phases.map(|index| phase_offer(analysis, PhaseIndex(index as u32), span)).collect())
        }
        "id" => missing_ids(analysis, written, span),
        _ => none,
    }
}

fn word_offer(word: Word, span: Span) -> Completion {
    let text = word.as_str().to_owned();
    Completion {
        detail: "a status".to_owned(),
        filter: text.clone(),
        label: text.clone(),
        span,
        text,
        snippet: None,
        kind: CompletionKind::Status,
        task: None,
    }
}

fn phase_offer(analysis: &Analysis, phase: PhaseIndex, span: Span) -> Completion {
    let plan = &*analysis.joined.plan;
    let title = plan.slice(plan.phases[phase.get()].title);
    Completion {
        label: one_line(&plain_title(title), super::TITLE),
        detail: analysis.joined.phases[phase.get()].to_string(),
        span,
        text: in_quotes(title),
        snippet: None,
        filter: title.to_owned(),
        kind: CompletionKind::Phase,
        task: None,
    }
}

/// The keys of the tasks that status.json has no entry of, in document order; before them that of the task which the entry at the
/// cursor is already taken for.
fn missing_ids(analysis: &Analysis, written: &str, span: Span) -> Completions {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let here = joined.status().and_then(|status| entry_at(status, span.start as usize));
    let own = here.and_then(|entry| joined.tasks_of_entries[entry.get()]);
    let missing = plan.tasks().map(|(task, _)| task).filter(|&task| joined.entry(task).is_none());
    let mut meant = own
        .into_iter()
        .chain(missing)
        .filter(|&task| may_be_meant(plan.key(task), plan.title(task), written));
    let offer = |task| task_offer(analysis, task, span, in_quotes(plan.key(task)));
    let items: Vec<Completion> = meant.by_ref().take(MOST_COMPLETIONS).map(offer).collect();
    Completions { is_incomplete: meant.next().is_some(), items }
}

/// A text as it stands between the quotes of a JSON string.
fn in_quotes(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The field and the bytes between the quotes of the string that `offset` lies in, as far as its line tells: a JSON string has no
/// line breaks. A string that is not closed yet ends at the offset.
fn value_at(source: &Source, offset: usize) -> Option<(&str, Span)> {
    let line = source.line_span(source.line_of(offset));
    let text = source.text();
    // The strings of the line, from the left.
    let mut open: Option<usize> = None;
    let mut before: Option<Span> = None;
    let mut escaped = false;
    for (at, byte) in text.as_bytes()[..offset].iter().enumerate().skip(line.start as usize) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if open.is_some() => escaped = true,
            b'"' => match open.take() {
                Some(start) => before = Some(Span::new(start, at)),
                None => open = Some(at + 1),
            },
            _ => {}
        }
    }
    let start = open?;
    let field = before?;
    if text[field.end as usize + 1..start - 1].trim() != ":" {
        return None;
    }
    let rest = &text.as_bytes()[offset..line.end as usize];
    let close =
        rest.iter().position(|byte| matches!(byte, b'"' | b',' | b'{' | b'}')).filter(|&at| rest[at] == b'"');
    Some((source.slice(field), Span::new(start, offset + close.unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::super::tests::offered;

    #[test]
    fn a_status_is_offered_the_words_that_there_are() {
        let words = offered("\"rolled_back\"", "\"rol$0led_back\"");
        assert_eq!(words.len(), 5);
        assert_eq!(words[1], r#""rolled_back" → "in_progress" (a status)"#);
    }

    #[test]
    fn an_id_is_offered_the_tasks_that_the_file_has_not() {
        assert_eq!(offered("\"id\": \"9.9\"", "\"id\": \"$0\""), [r#""" → "2.5" (Sort)"#]);
        assert_eq!(offered("\"id\": \"9.9\"", "\"id\": \"so$0\""), [r#""so" → "2.5" (Sort)"#]);
        assert_eq!(offered("\"id\": \"9.9\"", "\"id\": \"3$0\""), [""; 0]);
        // By its description the entry is that of 2.2 already.
        let described = offered("\"id\": \"2.2\"", "\"id\": \"$0\"");
        assert_eq!(described, [r#""" → "2.2" (Send them by mail)"#, r#""" → "2.5" (Sort)"#]);
    }

    #[test]
    fn a_file_that_is_not_valid_yet_is_offered_something_too() {
        let broken = offered("\"status\": \"rolled_back\" }", "\"status\": \"$0 }");
        assert_eq!(broken.len(), 5);
        assert_eq!(broken[0], r#""" → "pending" (a status)"#);
    }

    #[test]
    fn phases_are_offered_as_the_plan_names_them() {
        let phases = offered("\"phase\": \"Phase 2: Invoices\"", "\"phase\": \"$0\"");
        assert_eq!(phases[1], r#""" → "Phase 2: Invoices" (0/4 · 0%)"#);
        assert_eq!(offered("\"notes\": \"see", "\"notes\": \"$0see"), [""; 0]);
        assert_eq!(offered("\"planPath\"", "\"plan$0Path\""), [""; 0]);
    }
}
