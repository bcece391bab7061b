//! Everything known about a task, from both sides.

use tallymark_plan::{Criterion, Meaning, PhaseIndex, Plan, TaskIndex};
use tallymark_status::{Entry, EntryIndex, Status};
use tallymark_sync::{Analysis, Counterpart, File, MatchKind, State, Subject};
use tallymark_text::Span;

use crate::Verb;
use crate::markup::Card;
use crate::target::{entry_at, phase_at_line, tasks_in};
use crate::verb::{Choice, choice};
use crate::waiting::blocked_by;
use crate::words::{age, exact_age, one_line, plain_title, progress_and_rest, quoted_name, tasks};

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
    if let Some(criterion) = criterion_at_line(plan, offset) {
        return Some(criterion_card(analysis, criterion).hover(plan.criteria[criterion as usize].line));
    }
    if let Some(phase) = phase_at_line(plan, offset) {
        return Some(phase_card(analysis, phase).hover(plan.phases[phase.get()].heading));
    }
    let title = plan.title.filter(|title| title.touches(offset))?;
    Some(plan_card(analysis).hover(title))
}

/// What is known about what the entry at `offset` of status.json stands for; or that the plan has nothing of the kind.
pub fn hover_status(analysis: &Analysis, offset: usize, now: Option<i64>) -> Option<Hover> {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let status = joined.status()?;
    let entry = entry_at(status, offset)?;
    let (mut card, in_plan) = match joined.counterparts[entry.get()] {
        Some(Counterpart::Task(task)) => (task_card(analysis, task, now), Some(plan.task(task).line)),
        Some(Counterpart::Criterion(index)) => {
            (criterion_card(analysis, index), Some(plan.criteria[index as usize].line))
        }
        Some(Counterpart::CriteriaOf(phase) | Counterpart::Phase(phase)) => {
            (phase_card(analysis, phase), Some(plan.phases[phase.get()].heading))
        }
        None => {
            let mut card = Card::new(&one_line(status.id(entry), 80));
            card.sentence(&one_line(status.description(entry), 200));
            card.gap();
            card.field("status", &one_line(status.word(entry), 40));
            entry_fields(status, status.entry(entry), now, &mut card);
            (card, None)
        }
    };
    let path = &analysis.facts.plan_path;
    match in_plan {
        Some(line) => {
            let line = plan.source.line_of(line.start as usize) + 1;
            card.field("in the plan", &format!("{path}, line {line}"));
        }
        None => card.field("in the plan", &format!("{path} has no such task")),
    }
    finding_fields(analysis, Subject::Entry(entry), &mut card);
    // The whole object may be long: what is marked is its id, or its brace.
    let span = status.entry(entry).span;
    let shown = status.entry(entry).id.as_ref().map_or(Span { end: span.start + 1, ..span }, |id| id.span);
    Some(card.hover(shown))
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

fn criterion_at_line(plan: &Plan, offset: usize) -> Option<u32> {
    let line = plan.source.line_span(plan.source.line_of(offset));
    let index = plan.criteria.partition_point(|criterion| criterion.line.start < line.start);
    (plan.criteria.get(index)?.line.start <= line.end).then_some(index as u32)
}

fn criterion_card(analysis: &Analysis, index: u32) -> Card {
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

fn phase_card(analysis: &Analysis, phase: PhaseIndex) -> Card {
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

fn plan_card(analysis: &Analysis) -> Card {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let title = plan.title.map_or("", |title| plan.slice(title));
    let mut card = Card::new(&one_line(&plain_title(title), 200));
    card.sentence(&progress_and_rest(joined.total));
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

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture, NOON, billing_at, billing_without_status};

    fn shown(fixture: &Fixture) -> Hover {
        let offset = fixture.span.start as usize;
        let hover = match fixture.file {
            File::Plan => hover(&fixture.analysis, offset, Some(NOON)),
            File::Status => hover_status(&fixture.analysis, offset, Some(NOON)),
        };
        hover.expect("there is something to say here")
    }

    fn markdown(at: &str) -> String {
        shown(&billing_at(at)).markdown
    }

    #[test]
    fn a_task_is_told_from_both_sides() {
        assert_snapshot!(markdown("Write postings"), @r"
        **1.2 Write postings**

        In progress for 12 m, says status.json; its box is open.

        - phase: Phase 1: Ledger
        - started: 12 m ago (2026-01-01T11:48:00.000Z)
        - in status.json: line 6
        - subtasks: 1/2 · 50%, 1 in progress
        - depends on: 1 of 1 task done
          - 1.1 Create the ledger table: completed
        - needed by: 1.3
        ");
    }

    #[test]
    fn a_blocked_task_says_by_what() {
        assert_snapshot!(markdown("Send them"), @r"
        **2.2 Send them by mail**

        Pending, says status.json; its box is open. It is blocked by 2.1 and 1.3.

        - phase: Phase 2: Invoices
        - in status.json: line 11
        - depends on: 0 of 2 tasks done
          - 1.3 Reconcile nightly: pending
          - 2.1 Number invoices: failed
        ");
    }

    #[test]
    fn a_failed_task_tells_its_error() {
        assert_snapshot!(markdown("Number invoices"), @r#"
        **2.1 Number invoices**

        Failed, says status.json; its box is open.

        - phase: Phase 2: Invoices
        - retries: 2
        - error: duplicate key value violates unique constraint "invoice_number"
        - in status.json: line 10
        - depends on: 1 of 1 task done
          - 1.1 Create the ledger table: completed
        - needed by: 2.2
        "#);
    }

    #[test]
    fn texts_from_the_files_are_no_markup() {
        assert_snapshot!(markdown("Create the"), @r"
        **1.1 Create the ledger table**

        Completed, says status.json; its box is ticked.

        - phase: Phase 1: Ledger
        - started: 2 d ago (2025-12-30T12:00:00.000Z)
        - completed: 1 d ago (2025-12-30T12:07:44.137Z)
        - took: 7 m 44 s
        - notes: see \<b\>ddl\</b\> and https\://example.org
        - in status.json: line 4
        - needed by: 1.2, 2.1
        ");
        assert_snapshot!(markdown("Archive"), @r"
        **2.3 Archive \[old\](command:erase) ones**

        Skipped, says status.json; its box is open.

        - phase: Phase 2: Invoices
        - reason: nobody reads them
        - in status.json: line 12
        ");
    }

    #[test]
    fn an_unknown_word_is_shown_as_it_stands() {
        assert_snapshot!(markdown("Print"), @r"
        **2.4 Print**

        status.json says “rolled_back”, which is no status; its box is open.

        - phase: Phase 2: Invoices
        - in status.json: line 13
        ");
    }

    #[test]
    fn a_task_that_status_json_lacks_says_so() {
        assert_snapshot!(markdown("Sort"), @r"
    **2.5 Sort**

    Pending: its box is open, and status.json does not have this task. Nothing stands in its way.

    - phase: Phase 2: Invoices
    - findings: 1
      - warning TM101: 2.5 is not in status.json
    ");
    }

    #[test]
    fn clients_without_markdown_get_plain_text() {
        assert_snapshot!(shown(&billing_at("Create the")).plain, @r"
        1.1 Create the ledger table

        Completed, says status.json; its box is ticked.

        phase: Phase 1: Ledger
        started: 2 d ago (2025-12-30T12:00:00.000Z)
        completed: 1 d ago (2025-12-30T12:07:44.137Z)
        took: 7 m 44 s
        notes: see <b>ddl</b> and https://example.org
        in status.json: line 4
        needed by: 1.2, 2.1
        ");
    }

    #[test]
    fn a_phase_tells_its_progress() {
        assert_snapshot!(markdown("Phase 1: Ledger"), @r"
        **Phase 1: Ledger**

        2/5 · 40%, 2 in progress

        - in progress: 1.2, 1.2.2
        - criteria: 1 of 2 met
          - ✓ The sums agree
          - ○ No posting is an orphan
        ");
    }

    #[test]
    fn a_criterion_is_told_apart_from_tasks() {
        assert_snapshot!(markdown("The sums agree"), @r"
        **V1.1 The sums agree**

        A criterion, met. Criteria are not counted as tasks.

        - phase: Phase 1: Ledger
        ");
    }

    #[test]
    fn the_title_tells_of_the_whole_plan() {
        assert_snapshot!(markdown("Billing"), @r"
        **Billing**

        2/9 · 22%, 2 in progress, 1 failed; 1 skipped, not counted

        - status.json: docs/plan-outputs/billing/status.json
        - read as: phased
        - criteria: 1 of 2 met
        ");
    }

    #[test]
    fn without_a_status_file_the_box_speaks() {
        let text = billing_without_status().replace("1.1 Create", "1.1 $0Create");
        assert_snapshot!(shown(&Fixture::new(&text)).markdown, @r"
        **1.1 Create the ledger table**

        Completed: its box is ticked; there is no status.json.

        - phase: Phase 1: Ledger
        - needed by: 1.2, 2.1
        ");
    }

    #[test]
    fn an_unreadable_status_file_is_said() {
        let text = billing_without_status().replace("2.5 Sort", "2.5 $0Sort");
        assert_snapshot!(shown(&Fixture::new(&format!("{text}//- status.json\n{{"))).markdown, @r"
        **2.5 Sort**

        Pending: its box is open; status.json cannot be read. Nothing stands in its way.

        - phase: Phase 2: Invoices
        - cannot be marked: status.json cannot be read, so nothing is written to it; \`tallymark validate\` says why
        ");
    }

    #[test]
    fn inside_status_json_the_plan_is_told() {
        assert_snapshot!(markdown("\"id\": \"1.3\""), @r"
        **1.3 Reconcile nightly**

        Pending, says status.json; its box is open. It is blocked by 1.2.

        - phase: Phase 1: Ledger
        - in status.json: line 9
        - depends on: 0 of 1 task done
          - 1.2 Write postings: in progress
        - needed by: 2.2
        - in the plan: docs/plans/billing.md, line 11
        ");
        assert_snapshot!(markdown("\"id\": \"9.9\""), @r#"
        **9.9**

        Dream

        - status: done
        - in the plan: docs/plans/billing.md has no such task
        - findings: 3
          - warning TM102 (status.json): status.json has “9.9 Dream”, which is not in the plan
          - warning TM302 (status.json): "done" is no status word: it is taken for completed
          - information TM304 (status.json): 9.9 is completed, but has no completedAt
        "#);
    }

    #[test]
    fn what_is_marked_is_the_line_or_the_id() {
        let fixture = billing_at("Write postings");
        assert_eq!(fixture.line(shown(&fixture).span.start), " 8 - [ ] 1.2 Write postings (depends: 1.1)");
        let fixture = billing_at("\"description\": \"Print\"");
        let source = &fixture.analysis.joined.status().expect("it is readable").source;
        assert_eq!(source.slice(shown(&fixture).span), "\"2.4\"");
    }

    #[test]
    fn elsewhere_nothing_is_said() {
        let fixture = Fixture::new(BILLING);
        let output = fixture.analysis.joined.plan.source.text().find("**Output").expect("it has one");
        assert_eq!(hover(&fixture.analysis, output, Some(NOON)), None);
        assert_eq!(hover_status(&fixture.analysis, 0, Some(NOON)), None);
        assert_eq!(hover(&fixture.analysis, usize::MAX, Some(NOON)), None);
    }
}
