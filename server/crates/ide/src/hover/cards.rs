//! The cards: what is told of a task, a criterion, a phase, a plan, and of an entry of status.json.

use tallymark_plan::{Criterion, Meaning, PhaseIndex, Plan, TaskIndex};
use tallymark_status::{Entry, EntryIndex, Status};
use tallymark_sync::{Analysis, File, MatchKind, State, Subject};
use tallymark_text::{Span, age, exact_age};

use crate::Verb;
use crate::live::live_fields;
use crate::markup::Card;
use crate::target::tasks_in;
use crate::verb::{Choice, choice};
use crate::waiting::blocked_by;
use crate::words::{one_line, plain_title, progress_and_rest, quoted_name, tasks};

/// How many of a list are told before `and 7 more`.
const LISTED: usize = 8;
/// How many characters of notes and errors are told.
const TEXT: usize = 600;

pub(super) fn task_card(analysis: &Analysis, task: TaskIndex, now: Option<i64>) -> Card {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let mut card = Card::new(&full_name(plan, task));
    card.sentence(&state_sentence(analysis, task, now));
    card.gap();
    if let Some(phase) = plan.phase_title(task) {
        card.field("phase", &one_line(&plain_title(phase), 120));
    }
    if let Some((status, entry)) = joined.status().zip(joined.entry(task)) {
        entry_fields(status, status.entry(entry), now, &mut card);
        entry_place(analysis, status, entry, task, &mut card);
    }
    live_fields(analysis, task, now, &mut card);
    let below = joined.below[task.get()];
    if below.total > 0 {
        card.field("subtasks", &progress_and_rest(below));
    }
    dependency_fields(analysis, task, &mut card);
    mark_fields(analysis, task, &mut card);
    criteria_fields(analysis, &criteria_of_task(plan, task), &mut card);
    finding_fields(analysis, Subject::Task(task), &mut card);
    card
}

/// `Pending, says status.json; its box is open. It is blocked by 1.2.`
fn state_sentence(analysis: &Analysis, task: TaskIndex, now: Option<i64>) -> String {
    let state = said_state(analysis, task, now);
    match blocked_by(&analysis.joined, task) {
        Some(blockers) if !analysis.joined.state(task).is_settled() => format!("{state} It is {blockers}."),
        None if analysis.joined.state(task) == State::Pending => {
            format!("{state} Nothing stands in its way.")
        }
        _ => state,
    }
}

/// `In progress for 12 m, says status.json; its box is open.`
fn said_state(analysis: &Analysis, task: TaskIndex, now: Option<i64>) -> String {
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
    let name = joined.status_file.as_deref().map_or("status.json", |status| status.format.file_name());
    let Some((status, entry)) = joined.status().zip(joined.entry(task)) else {
        let state = capitalized(state.label());
        return match (joined.unreadable_status(), joined.status()) {
            (None, Some(_)) => format!("{state}: {box_word}, and {name} does not have this task."),
            (Some(_), _) => format!("{state}: {box_word}; {name} cannot be read."),
            (None, None) => format!("{state}: {box_word}; there is no status.json."),
        };
    };
    let entry = status.entry(entry);
    let started = entry.started_at.as_ref().and_then(|time| time.milliseconds);
    let word = entry.status.as_ref().map_or("", |word| status.str(word));
    let state = match (state, now.zip(started)) {
        (State::InProgress, Some((now, started))) => format!("In progress for {}", age(now - started)),
        (State::Unknown, _) => {
            return format!("{name} says “{}”, which is no status; {box_word}.", one_line(word, 40));
        }
        _ => capitalized(state.label()),
    };
    // The source's own word is shown where it is another.
    if State::of_word(word).word().is_some_and(|known| known.as_str() == word) {
        format!("{state}, says {name}; {box_word}.")
    } else {
        format!("{state}, says {name} (“{}”); {box_word}.", one_line(word, 40))
    }
}

pub(super) fn entry_fields(status: &Status, entry: &Entry, now: Option<i64>, card: &mut Card) {
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
    let dependencies = joined.dependencies(task);
    if !dependencies.is_empty() {
        let done = dependencies.iter().filter(|&&other| joined.state(other).is_settled()).count();
        card.field("depends on", &format!("{} of {} done", done, tasks(dependencies.len())));
        for &other in dependencies.iter().take(LISTED) {
            card.item(&format!("{}: {}", full_name(plan, other), joined.state(other).label()));
        }
        more(dependencies.len(), card);
    }
    let names_others = |other: TaskIndex| {
        let entry = joined.status().zip(joined.entry(other));
        let in_entry = entry.is_some_and(|(status, entry)| !status.entry(entry).dependencies.is_empty());
        in_entry || !plan.dependencies(other).is_empty()
    };
    let mut waiting = plan
        .tasks()
        .map(|(other, _)| other)
        .filter(|&other| names_others(other) && joined.waits_for(other, task));
    let mut names: Vec<String> =
        waiting.by_ref().take(LISTED).map(|other| quoted_name(plan, other)).collect();
    if waiting.next().is_some() {
        names.push("…".to_owned());
    }
    if !names.is_empty() {
        card.field("needed by", &names.join(", "));
    }
}

/// Id and title.
fn full_name(plan: &Plan, task: TaskIndex) -> String {
    let title = one_line(&plain_title(plan.title(task)), 160);
    match plan.id(task) {
        Some(id) => format!("{} {title}", one_line(id, 24)).trim_end().to_owned(),
        None => title,
    }
}

/// Why the task cannot be marked now, where something else than a dependency stands in the way.
fn mark_fields(analysis: &Analysis, task: TaskIndex, card: &mut Card) {
    if let Choice::Refused(reason) = choice(analysis, task, Verb::Complete) {
        card.field("cannot be marked", &reason);
    }
}

/// The criteria below a task.
fn criteria_of_task(plan: &Plan, task: TaskIndex) -> Vec<u32> {
    criteria_in(plan, plan.task(task).block, |criterion| criterion.task == Some(task))
}

/// The criteria of a phase that belong to no task.
fn criteria_of_phase(plan: &Plan, phase: PhaseIndex) -> Vec<u32> {
    let block = plan.phases[phase.get()].block;
    criteria_in(plan, block, |criterion| criterion.phase == Some(phase) && criterion.task.is_none())
}

fn criteria_in(plan: &Plan, block: Span, wanted: impl Fn(&Criterion) -> bool) -> Vec<u32> {
    let first = plan.criteria.partition_point(|criterion| criterion.line.start < block.start);
    let end = plan.criteria.partition_point(|criterion| criterion.line.start < block.end);
    (first as u32..end as u32).filter(|&index| wanted(&plan.criteria[index as usize])).collect()
}

fn criteria_fields(analysis: &Analysis, criteria: &[u32], card: &mut Card) {
    let joined = &analysis.joined;
    if criteria.is_empty() {
        return;
    }
    let met = |criterion: u32| joined.criterion_state(criterion) == State::Completed;
    let count = criteria.iter().filter(|&&criterion| met(criterion)).count();
    card.field("criteria", &format!("{count} of {} met", criteria.len()));
    for &criterion in criteria.iter().take(LISTED) {
        let sign = if met(criterion) { "✓" } else { "○" };
        let title = joined.plan.slice(joined.plan.criteria[criterion as usize].title);
        card.item(&format!("{sign} {}", one_line(&plain_title(title), 120)));
    }
    more(criteria.len(), card);
}

pub(super) fn finding_fields(analysis: &Analysis, subject: Subject, card: &mut Card) {
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

pub(super) fn criterion_card(analysis: &Analysis, index: u32) -> Card {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let criterion = &plan.criteria[index as usize];
    let phase = criterion.phase.map(|phase| &plan.phases[phase.get()]);
    let number = phase.and_then(|phase| phase.number).map_or("", |number| plan.slice(number));
    let title = one_line(&plain_title(plan.slice(criterion.title)), 200);
    let mut card = Card::new(&format!("V{number}.{} {title}", criterion.ordinal));
    let state = match joined.criterion_state(index) {
        State::Completed => "met",
        State::Unknown => "whose mark means nothing here",
        _ => "not yet met",
    };
    let by = match joined.status().and(joined.entries_of_criteria[index as usize]) {
        Some(_) => ", says status.json",
        None => "",
    };
    card.sentence(&format!("A criterion, {state}{by}. Criteria are not counted as tasks."));
    card.gap();
    if let Some(phase) = phase {
        card.field("phase", &one_line(&plain_title(plan.slice(phase.title)), 120));
    }
    if let Some(task) = criterion.task {
        card.field("task", &full_name(plan, task));
    }
    card
}

pub(super) fn phase_card(analysis: &Analysis, phase: PhaseIndex) -> Card {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let own = &plan.phases[phase.get()];
    let progress = joined.phases[phase.get()];
    let mut card = Card::new(&one_line(&plain_title(plan.slice(own.title)), 200));
    card.sentence(&progress_and_rest(progress));
    card.gap();
    let tasks = || tasks_in(plan, own.block).map(TaskIndex);
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
    criteria_fields(analysis, &criteria_of_phase(plan, phase), &mut card);
    finding_fields(analysis, Subject::Phase(phase), &mut card);
    card
}

pub(super) fn plan_card(analysis: &Analysis) -> Card {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let title = plan.title.map_or("", |title| plan.slice(title));
    let mut card = Card::new(&one_line(&plain_title(title), 200));
    card.sentence(&progress_and_rest(joined.total));
    card.gap();
    let path = &analysis.facts.status_path;
    card.field(
        "status.json",
        &match (joined.unreadable_status(), joined.status()) {
            (None, Some(_)) => path.clone(),
            (Some(_), _) => format!("{path} cannot be read"),
            (None, None) => {
                let own = analysis.facts.own_status_path.as_ref().unwrap_or(path);
                format!("none yet; `tallymark init` would make {own}")
            }
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
