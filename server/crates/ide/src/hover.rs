//! Everything known about a task, from both sides.

use tallymark_plan::{Criterion, Meaning, PhaseIndex, TaskIndex};
use tallymark_status::{Entry, EntryIndex, Status};
use tallymark_sync::{Analysis, File, MatchKind, State, Subject};
use tallymark_text::Span;

use crate::Verb;
use crate::markup::Card;
use crate::target::{entry_at, phase_at_line, task_around};
use crate::verb::{Choice, choice};
use crate::waiting::{Waiting, tasks_in};
use crate::words::{age, exact_age, one_line, plain_title, progress_in_words, quoted_name};

/// What is shown at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about, in the file that was asked for.
    pub span: Span,
    /// For clients that show markdown. Texts from the two files are escaped: nothing in them is a link or a picture.
    pub markdown: String,
    /// For all others.
    pub plain: String,
}

/// How many of a list are told before `and 7 more`.
const LISTED: usize = 8;
/// How many characters of notes and errors are told.
const TEXT: usize = 600;

/// What is known about the task, criterion or phase at `offset` of the plan. `now`: milliseconds since 1970-01-01 UTC.
pub fn hover(analysis: &Analysis, offset: usize, now: Option<i64>) -> Option<Hover> {
    let plan = &*analysis.joined.plan;
    if !plan.is_plan() {
        return None;
    }
    if let Some(task) = plan.task_at_line(offset) {
        return Some(task_card(analysis, task, now).hover(plan.task(task).line));
    }
    if let Some(criterion) = criterion_at_line(analysis, offset) {
        return Some(criterion_card(analysis, criterion).hover(criterion.line));
    }
    if let Some(phase) = phase_at_line(plan, offset) {
        return Some(phase_card(analysis, phase).hover(plan.phases[phase.get()].heading));
    }
    let title = plan.title.filter(|title| title.touches(offset))?;
    Some(plan_card(analysis).hover(title))
}

/// What is known about the entry at `offset` of status.json: the task's card, or that the plan has no such task.
pub fn hover_status(analysis: &Analysis, offset: usize, now: Option<i64>) -> Option<Hover> {
    let joined = &analysis.joined;
    let status = joined.status()?;
    let entry = entry_at(status, offset)?;
    let span = status.entry(entry).span;
    // The whole object may be long: what is marked is its id, or its brace.
    let shown = status.entry(entry).id.as_ref().map_or(Span { end: span.start + 1, ..span }, |id| id.span);
    match joined.tasks_of_entries[entry.get()] {
        Some(task) => {
            let mut card = task_card(analysis, task, now);
            let line = joined.plan.source.line_of(joined.plan.task(task).line.start as usize) + 1;
            card.field("in the plan", &format!("{}, line {line}", analysis.facts.plan_path));
            Some(card.hover(shown))
        }
        None => {
            let mut card = Card::new(&one_line(status.id(entry), 80));
            card.sentence(&one_line(status.description(entry), 200));
            card.gap();
            entry_fields(status, status.entry(entry), now, &mut card);
            card.field("in the plan", &format!("no task of {} is this one", analysis.facts.plan_path));
            finding_fields(analysis, Subject::Entry(entry), &mut card);
            Some(card.hover(shown))
        }
    }
}

impl Card {
    fn hover(self, span: Span) -> Hover {
        let (markdown, plain) = self.finish();
        Hover { span, markdown, plain }
    }
}

fn task_card(analysis: &Analysis, task: TaskIndex, now: Option<i64>) -> Card {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let title = one_line(&plain_title(plan.title(task)), 200);
    let mut card = match plan.id(task) {
        Some(id) => Card::new(format!("{} {title}", one_line(id, 40)).trim_end()),
        None => Card::new(&title),
    };
    card.sentence(&state_sentence(analysis, task, now));
    card.gap();
    if let Some(phase) = plan.phase_title(task) {
        card.field("phase", &one_line(&plain_title(phase), 120));
    }
    if let Some((status, entry)) = joined.status().zip(joined.entry(task)) {
        entry_fields(status, status.entry(entry), now, &mut card);
        entry_place(analysis, status, entry, task, &mut card);
    }
    let below = joined.below[task.get()];
    if below.total > 0 {
        card.field("subtasks", &format!("{below} ({})", progress_in_words(below)));
    }
    dependency_fields(analysis, task, &mut card);
    mark_fields(analysis, task, &mut card);
    criteria_fields(analysis, task, &mut card);
    finding_fields(analysis, Subject::Task(task), &mut card);
    card
}

/// `In progress for 12 m, says status.json; its box is open.`
fn state_sentence(analysis: &Analysis, task: TaskIndex, now: Option<i64>) -> String {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let state = joined.state(task);
    let mark = plan.task(task).mark;
    let box_word = match mark.map(|mark| mark.meaning) {
        None => "it has no box",
        Some(Meaning::Unknown) => "the mark in its box means nothing here",
        Some(meaning) => match State::of_meaning(meaning) {
            State::Pending => "its box is open",
            State::Completed => "its box is ticked",
            State::InProgress => "its box says in progress",
            State::Blocked => "its box says blocked",
            State::Failed => "its box says failed",
            State::Skipped => "its box says skipped",
            State::Cancelled => "its box says cancelled",
            State::Ready | State::Unknown => "its box is unknown",
        },
    };
    let Some((status, entry)) = joined.status().zip(joined.entry(task)) else {
        let state = capitalized(state.label());
        return match (&joined.status_file, joined.status()) {
            (Some(_), Some(_)) => format!("{state}: {box_word}, and status.json does not have this task."),
            (Some(_), None) => format!("{state}: {box_word}; status.json cannot be read."),
            (None, _) => format!("{state}: {box_word}; there is no status.json."),
        };
    };
    let entry = status.entry(entry);
    let started = entry.started_at.as_ref().and_then(|time| time.milliseconds);
    let word = entry.status.as_ref().map_or("", |word| status.str(word));
    let state = match (state, now.zip(started)) {
        (State::InProgress, Some((now, started))) => format!("In progress for {}", age(now - started)),
        (State::Unknown, _) => {
            return format!("status.json says “{}”, which is no status; {box_word}.", one_line(word, 40));
        }
        _ => capitalized(state.label()),
    };
    // The source's own word is shown where it is another.
    if State::of_word(word).word().is_some_and(|known| known.as_str() == word) {
        format!("{state}, says status.json; {box_word}.")
    } else {
        format!("{state}, says status.json (“{}”); {box_word}.", one_line(word, 40))
    }
}

fn entry_fields(status: &Status, entry: &Entry, now: Option<i64>, card: &mut Card) {
    for (label, time) in [("started", &entry.started_at), ("completed", &entry.completed_at)] {
        if let Some(time) = time {
            let written = one_line(status.str(&time.text), 40);
            match now.zip(time.milliseconds) {
                Some((now, at)) if at <= now => {
                    card.field(label, &format!("{} ago ({written})", age(now - at)))
                }
                Some((now, at)) => card.field(label, &format!("{} ahead ({written})", age(at - now))),
                None => card.field(label, &written),
            }
        }
    }
    if let Some((duration, _)) = entry.duration {
        card.field("took", &exact_age(duration));
    }
    if let Some((retries, _)) = entry.retry_count.filter(|&(retries, _)| retries > 0) {
        card.field("retries", &retries.to_string());
    }
    let texts = [
        ("error", &entry.error),
        ("reason", &entry.reason),
        ("notes", &entry.notes),
        ("findings file", &entry.findings_path),
    ];
    for (label, text) in texts {
        if let Some(text) =
            text.as_ref().map(|text| one_line(status.str(text), TEXT)).filter(|text| !text.is_empty())
        {
            card.field(label, &text);
        }
    }
}

/// Where the entry stands, and what makes it this task's.
fn entry_place(analysis: &Analysis, status: &Status, entry: EntryIndex, task: TaskIndex, card: &mut Card) {
    let line = status.source.line_of(status.entry(entry).span.start as usize) + 1;
    let id = one_line(status.id(entry), 40);
    let kind = analysis.joined.matches[task.get()].map(|found| found.kind);
    let by = match kind {
        None | Some(MatchKind::IdAndText | MatchKind::Id) => String::new(),
        Some(MatchKind::EmbeddedId) => format!(", as {id}; the plan's id stands in its description"),
        Some(MatchKind::Text) => format!(", as {id}; found by its text"),
        Some(MatchKind::IdAndCloseText) => "; its text was edited".to_owned(),
        Some(MatchKind::CloseText) => format!(", as {id}; found by its text, which was edited"),
        Some(MatchKind::IdOnly) => "; only the id agrees, the text is another".to_owned(),
    };
    card.field("in status.json", &format!("line {line}{by}"));
    let other_text = [MatchKind::IdAndCloseText, MatchKind::CloseText, MatchKind::IdOnly];
    if kind.is_some_and(|kind| other_text.contains(&kind)) {
        card.item(&format!("“{}”", one_line(status.description(entry), 160)));
    }
}

fn dependency_fields(analysis: &Analysis, task: TaskIndex, card: &mut Card) {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let waiting = Waiting::new(joined);
    let dependencies = plan.dependencies(task);
    if !dependencies.is_empty() {
        let summary = match waiting.blocked_by(task) {
            Some(blockers) => blockers.sentence(),
            None => "all done".to_owned(),
        };
        card.field("depends on", &summary);
        for dependency in dependencies.iter().take(LISTED) {
            let written = one_line(plan.slice(dependency.span), 40);
            let targets = waiting.targets(dependency);
            match targets.len() {
                0 => card.item(&format!("{written}: no task of this name")),
                1 => {
                    let other = TaskIndex(targets.start);
                    let title = one_line(&plain_title(plan.title(other)), 80);
                    card.item(&format!("{written} {title}: {}", joined.state(other).label()));
                }
                count => {
                    let done =
                        targets.filter(|&index| joined.state(TaskIndex(index)) == State::Completed).count();
                    card.item(&format!("{written}: {done} of {count} completed"));
                }
            }
        }
        more(dependencies.len(), card);
    }
    let wanted_by: Vec<TaskIndex> = plan
        .tasks()
        .filter(|(other, own)| *other != task && !own.dependencies.is_empty())
        .filter(|(other, _)| {
            plan.dependencies(*other).iter().any(|dependency| waiting.targets(dependency).contains(&task.0))
        })
        .map(|(other, _)| other)
        .collect();
    if !wanted_by.is_empty() {
        let names: Vec<String> =
            wanted_by.iter().take(LISTED).map(|&other| quoted_name(plan, other)).collect();
        let rest = wanted_by.len() - names.len();
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        card.field("needed by", &format!("{}{rest}", names.join(", ")));
    }
}

/// Why the task cannot be marked now, where something else than a dependency stands in the way.
fn mark_fields(analysis: &Analysis, task: TaskIndex, card: &mut Card) {
    let waiting = Waiting::new(&analysis.joined);
    if let Choice::Closed(reason) = choice(analysis, &waiting, task, Verb::Complete) {
        card.field("cannot be marked", &reason);
    }
}

fn criteria_fields(analysis: &Analysis, task: TaskIndex, card: &mut Card) {
    let plan = &*analysis.joined.plan;
    let block = plan.task(task).block;
    let first = plan.criteria.partition_point(|criterion| criterion.line.start < block.start);
    let criteria: Vec<&Criterion> = plan.criteria[first..]
        .iter()
        .take_while(|criterion| criterion.line.start < block.end)
        .filter(|criterion| criterion.task == Some(task))
        .collect();
    list_criteria(analysis, &criteria, card);
}

fn list_criteria(analysis: &Analysis, criteria: &[&Criterion], card: &mut Card) {
    let plan = &*analysis.joined.plan;
    if criteria.is_empty() {
        return;
    }
    let met = criteria.iter().filter(|criterion| criterion.mark.meaning == Meaning::Done).count();
    card.field("criteria", &format!("{met} of {} met", criteria.len()));
    for criterion in criteria.iter().take(LISTED) {
        let sign = if criterion.mark.meaning == Meaning::Done { "✓" } else { "○" };
        card.item(&format!("{sign} {}", one_line(&plain_title(plan.slice(criterion.title)), 120)));
    }
    more(criteria.len(), card);
}

fn finding_fields(analysis: &Analysis, subject: Subject, card: &mut Card) {
    let findings: Vec<_> = analysis.findings.iter().filter(|finding| finding.subject == subject).collect();
    if findings.is_empty() {
        return;
    }
    card.field("findings", &findings.len().to_string());
    for finding in findings.iter().take(LISTED) {
        let place = if finding.place.file == File::Status { " (status.json)" } else { "" };
        card.item(&format!(
            "{} {}{place}: {}",
            finding.severity.name(),
            finding.code,
            one_line(&finding.message, 300)
        ));
    }
    more(findings.len(), card);
}

fn more(count: usize, card: &mut Card) {
    if count > LISTED {
        card.item(&format!("and {} more", count - LISTED));
    }
}

fn criterion_at_line(analysis: &Analysis, offset: usize) -> Option<&Criterion> {
    let plan = &*analysis.joined.plan;
    let line = plan.source.line_span(plan.source.line_of(offset));
    let index = plan.criteria.partition_point(|criterion| criterion.line.start < line.start);
    plan.criteria.get(index).filter(|criterion| criterion.line.start <= line.end)
}

fn criterion_card(analysis: &Analysis, criterion: &Criterion) -> Card {
    let plan = &*analysis.joined.plan;
    let phase = criterion.phase.map(|phase| &plan.phases[phase.get()]);
    let number = phase.and_then(|phase| phase.number).map_or("", |number| plan.slice(number));
    let title = one_line(&plain_title(plan.slice(criterion.title)), 200);
    let mut card = Card::new(&format!("V{number}.{} {title}", criterion.ordinal));
    card.sentence(match criterion.mark.meaning {
        Meaning::Done => "A criterion, met. Criteria are not counted as tasks.",
        Meaning::Unknown => {
            "A criterion; the mark in its box means nothing here. Criteria are not counted as tasks."
        }
        _ => "A criterion, not yet met. Criteria are not counted as tasks.",
    });
    card.gap();
    if let Some(phase) = phase {
        card.field("phase", &one_line(&plain_title(plan.slice(phase.title)), 120));
    }
    if let Some(task) = criterion.task.or_else(|| task_around(plan, criterion.line.start as usize)) {
        card.field("task", &quoted_name(plan, task));
    }
    card
}

fn phase_card(analysis: &Analysis, phase: PhaseIndex) -> Card {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let own = &plan.phases[phase.get()];
    let progress = joined.phases[phase.get()];
    let mut card = Card::new(&one_line(&plain_title(plan.slice(own.title)), 200));
    card.sentence(&format!("{progress} ({})", progress_in_words(progress)));
    card.gap();
    let tasks =
        || tasks_in(plan, own.block).map(TaskIndex).filter(|&task| plan.task(task).phase == Some(phase));
    for (label, state) in [("in progress", State::InProgress), ("failed", State::Failed)] {
        let names: Vec<String> = tasks()
            .filter(|&task| joined.state(task) == state)
            .take(LISTED)
            .map(|task| quoted_name(plan, task))
            .collect();
        if !names.is_empty() {
            card.field(label, &names.join(", "));
        }
    }
    let first = plan.criteria.partition_point(|criterion| criterion.line.start < own.block.start);
    let criteria: Vec<&Criterion> = plan.criteria[first..]
        .iter()
        .take_while(|criterion| criterion.line.start < own.block.end)
        .filter(|criterion| criterion.phase == Some(phase) && criterion.task.is_none())
        .collect();
    list_criteria(analysis, &criteria, &mut card);
    finding_fields(analysis, Subject::Phase(phase), &mut card);
    card
}

fn plan_card(analysis: &Analysis) -> Card {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let title = plan.title.map_or("", |title| plan.slice(title));
    let mut card = Card::new(&one_line(&plain_title(title), 200));
    card.sentence(&format!("{} ({})", joined.total, progress_in_words(joined.total)));
    card.gap();
    let path = &analysis.facts.status_path;
    card.field(
        "status.json",
        &match (&joined.status_file, joined.status()) {
            (Some(_), Some(_)) => path.clone(),
            (Some(_), None) => format!("{path} cannot be read"),
            (None, _) => format!("none yet; `tallymark init` would make {path}"),
        },
    );
    card.field("read as", plan.dialect.name());
    if !plan.criteria.is_empty() {
        let met = plan.criteria.iter().filter(|criterion| criterion.mark.meaning == Meaning::Done).count();
        card.field("criteria", &format!("{met} of {} met", plan.criteria.len()));
    }
    finding_fields(analysis, Subject::File, &mut card);
    card
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
