//! What can be written at a place.

mod in_plan;
mod in_status;

use tallymark_plan::{Meaning, TaskIndex};
use tallymark_sync::Analysis;
use tallymark_text::Span;

use crate::Hover;
use crate::words::{one_line, plain_title};

/// Something that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What a list shows: `1.2`, `[x]`.
    pub label: String,
    /// What it is, in a few words: a task's title, what a mark means.
    pub detail: String,
    /// What stands in its place now: around the cursor, in one line.
    pub span: Span,
    /// What it is replaced by.
    pub text: String,
    /// The same with places to go to, in the protocol's syntax for snippets, where there are any.
    pub snippet: Option<String>,
    /// What is compared with the text between the start of the span and the cursor.
    pub filter: String,
    /// What sort of thing it is.
    pub kind: CompletionKind,
    /// The task that it names: more of it is told when it is asked for.
    pub task: Option<TaskIndex>,
}

/// What sort of thing is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// The id of a task that is there.
    Task,
    /// An id that is free.
    NewId,
    /// A phase.
    Phase,
    /// A mark in a box.
    Mark(Meaning),
    /// A status word.
    Status,
}

/// What can be written at a place, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The offers.
    pub items: Vec<Completion>,
    /// There are more than are listed: another letter may bring others.
    pub is_incomplete: bool,
}

/// How many tasks are offered at once. A plan may have a hundred thousand, and nobody reads a longer list.
pub const MOST_COMPLETIONS: usize = 100;

/// The signs behind which something may be offered without being asked for.
pub const COMPLETION_TRIGGERS: [&str; 6] = ["[", " ", ":", ",", "#", "\""];

/// What can be written at `offset` of the plan: marks in a box, the next free id behind one, tasks and phases in a
/// list of dependencies, the next phase in a heading.
pub fn completions(analysis: &Analysis, offset: usize) -> Completions {
    in_plan::completions(analysis, offset)
}

/// What can be written at `offset` of status.json: status words, ids that the plan has and the file has not, phases.
pub fn status_completions(analysis: &Analysis, offset: usize) -> Completions {
    in_status::completions(analysis, offset)
}

/// All that is known of the task that an offer names, by its key. `now`: milliseconds since 1970-01-01 UTC.
pub fn completion_details(analysis: &Analysis, key: &str, now: Option<i64>) -> Option<Hover> {
    let task = analysis.joined.task_with_key(key)?;
    crate::hover(analysis, analysis.joined.plan.task(task).line.start as usize, now)
}

/// How many characters of a title are shown.
const TITLE: usize = 80;

/// The id of a task, as an offer.
fn task_offer(analysis: &Analysis, task: TaskIndex, span: Span, text: String) -> Completion {
    let plan = &*analysis.joined.plan;
    let title = one_line(&plain_title(plan.title(task)), TITLE);
    Completion {
        detail: title.clone(),
        filter: format!("{text} {title}"),
        label: text.clone(),
        span,
        text,
        snippet: None,
        kind: CompletionKind::Task,
        task: Some(task),
    }
}

/// Whether a task may be meant by what was written so far: by its id from the front, or by a word of its title. Asked of every
/// task of a plan at each key.
fn may_be_meant(id: &str, title: &str, written: &str) -> bool {
    let starts = |text: &[u8]| {
        text.get(..written.len()).is_some_and(|front| front.eq_ignore_ascii_case(written.as_bytes()))
    };
    let Some(first) = written.bytes().next() else { return true };
    if starts(id.as_bytes()) {
        return true;
    }
    // Who types a number means an id.
    if first.is_ascii_digit() {
        return false;
    }
    if !written.is_ascii() {
        let written = written.to_lowercase();
        let mut words = title.split(|character: char| !character.is_alphanumeric());
        return words.any(|word| word.to_lowercase().starts_with(&written));
    }
    let bytes = title.as_bytes();
    let mut inside = false;
    bytes.iter().enumerate().any(|(at, byte)| {
        let begins = !inside;
        inside = byte.is_ascii_alphanumeric() || !byte.is_ascii();
        begins && byte.eq_ignore_ascii_case(&first) && starts(&bytes[at..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{BILLING, Fixture, NOON};

    /// The labels and details that are offered at `$0` in place of the first `before`.
    pub(super) fn offered(before: &str, after: &str) -> Vec<String> {
        shown(&BILLING.replacen(before, after, 1))
    }

    pub(super) fn shown(text: &str) -> Vec<String> {
        let fixture = Fixture::new(text);
        let at = fixture.span.start as usize;
        let (offers, source) = match fixture.file {
            tallymark_sync::File::Plan => {
                (completions(&fixture.analysis, at), &fixture.analysis.joined.plan.source)
            }
            tallymark_sync::File::Status => {
                let status = fixture.analysis.joined.status_file.as_ref().unwrap();
                (status_completions(&fixture.analysis, at), &status.source)
            }
        };
        for offer in &offers.items {
            assert!(offer.span.touches(at), "{offer:?} at {at}");
            assert_eq!(source.line_of(offer.span.start as usize), source.line_of(offer.span.end as usize));
            let written = &source.text()[offer.span.start as usize..at];
            assert!(offer.filter.starts_with(written) || !written.starts_with('['), "{offer:?}: {written:?}");
        }
        let written = |offer: &Completion| source.slice(offer.span).to_owned();
        offers
            .items
            .iter()
            .map(|offer| format!("{:?} → {:?} ({})", written(offer), offer.text, offer.detail))
            .collect()
    }

    #[test]
    fn more_of_a_task_is_told_when_it_is_asked_for() {
        let fixture = Fixture::new(BILLING);
        let details = completion_details(&fixture.analysis, "2.2", Some(NOON)).unwrap();
        assert!(details.plain.contains("Send them by mail"), "{details:?}");
        assert_eq!(completion_details(&fixture.analysis, "7.7", Some(NOON)), None);
    }

    #[test]
    fn a_task_is_meant_by_its_id_or_a_word_of_its_title() {
        for written in ["", "1", "1.2", "sen", "BY", "mail", "öl", "ÖLE"] {
            assert!(may_be_meant("1.2", "Send them by-mail Ölen", written), "{written}");
        }
        for written in ["2", "1.3", "end", "len", "en", "mails", "lö"] {
            assert!(!may_be_meant("1.2", "Send them by-mail Ölen", written), "{written}");
        }
    }

    #[test]
    fn a_file_that_is_no_plan_is_offered_nothing() {
        assert_eq!(shown("//- README.md\n# Read me\n- [$0\n"), [""; 0]);
    }
}
