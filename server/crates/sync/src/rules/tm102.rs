//! TM102: status.json has a task that the plan lacks.

use std::collections::HashSet;

use tallymark_plan::{PhaseIndex, Plan, TaskForm};
use tallymark_status::{Change, EntryIndex, Status};
use tallymark_text::{Edit, Span};

use super::{Boxes, Context, Needs, Reads, Reporter, Rule};
use crate::plain::{leading_id, plain};
use crate::words::quoted;
use crate::{File, Finding, Fix, FixAction, Place, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM102",
    name: "not-in-plan",
    severity: Severity::Warning,
    summary: "status.json has a task that the plan lacks",
    page: include_str!("../../../../../docs/rules/TM102.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Entries],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = context.status else { return };
    let epics = epics_of(context, status);
    let may_be_ours = |index: EntryIndex| {
        !status.format.is_shared() || epics.contains(epic(status.id(index)).unwrap_or_default())
    };
    let missing: Vec<EntryIndex> = (0..)
        .map(EntryIndex)
        .zip(context.joined.counterparts.iter())
        .filter(|(_, counterpart)| counterpart.is_none())
        .map(|(index, _)| index)
        .filter(|&index| !is_a_double(context, status, index) && may_be_ours(index))
        .collect();
    if !missing.is_empty() {
        reporter.has_read(Span::new(0, context.plan.source.len()));
    }
    let unread = unread(context.plan, missing.iter().map(|&index| words(status, index)).collect());
    for index in missing {
        if unread.contains(&words(status, index)) {
            continue;
        }
        let (id, entry) = (status.id(index), status.entry(index));
        let mut message = match status.description(index) {
            "" => format!("status.json has {id}, which is not in the plan"),
            text => format!("status.json has {}, which is not in the plan", quoted(&join(id, text))),
        };
        if !status.format.has_own_ids() && context.joined.tasks_with_id(id).next().is_some() {
            message.push_str(&format!("; the plan's {id} is another task"));
        }
        let span = entry.id.as_ref().map_or(entry.span, |id| id.span);
        reporter.report(Place::status(span), Subject::Entry(index), message, Vec::new());
    }
    let all = status.entries.len();
    reporter.once(File::Plan, all, move |count| {
        format!("{count} of the {all} tasks in status.json are not in this plan")
    });
}

/// Those of the texts, as they are compared, that stand in what looks like a task to a person and is not read as one, as it
/// lies in code or is mistyped. TM202 and TM211 tell of it; to say that it is not in the plan would be untrue, and to remove it
/// from status.json a loss.
fn unread(plan: &Plan, mut texts: HashSet<String>) -> HashSet<String> {
    let mut found = HashSet::new();
    texts.remove("");
    if texts.is_empty() {
        return found;
    }
    let mut find = |words: &str| found.extend(texts.get(&plain(words)).cloned());
    let mut tasks = plan.tasks.iter().map(|task| task.line.start).peekable();
    let mut criteria = plan.criteria.iter().map(|criterion| criterion.title.start).peekable();
    let mut end = 0;
    for line in plan.source.text().split_inclusive('\n') {
        end += line.len() as u32;
        let mut is_read = false;
        while tasks.next_if(|&start| start < end).is_some() {
            is_read = true;
        }
        while criteria.next_if(|&start| start < end).is_some() {
            is_read = true;
        }
        let line = line.trim_start_matches(|sign: char| sign.is_whitespace() || "-*+>".contains(sign));
        if is_read || !line.starts_with('[') {
            continue;
        }
        let Some((_, text)) = line.split_once(']') else { continue };
        let text = text.trim_matches(|sign: char| sign.is_whitespace() || sign == '*');
        // `Step 1: Read` is "Read" in status.json.
        if let Some((_, words)) = text.split_once(": ") {
            find(words);
        }
        let words = leading_id(text).map_or(text, |(_, words)| words);
        find(words);
        find(without_labels(words));
    }
    found
}

/// What an entry's description says, as it is compared.
fn words(status: &Status, entry: EntryIndex) -> String {
    let description = status.description(entry);
    plain(leading_id(description).map_or(description, |(_, words)| words))
}

/// A title without the labels in front of it: `[P] [US2] Read` is "Read".
fn without_labels(mut words: &str) -> &str {
    const LONGEST: usize = 12;
    while let Some(rest) = words.strip_prefix('[')
        && let Some(end) = rest.find(']').filter(|&end| end <= LONGEST)
    {
        words = rest[end + 1..].trim_start();
    }
    words
}

/// The epics that the plan has stories of: of a file with the tasks of several plans, only what belongs to one of them is
/// missed. Where ids do not say where a task belongs, nothing is.
fn epics_of<'a>(context: &Context<'a>, status: &Status) -> HashSet<&'a str> {
    if !status.format.is_shared() || status.format.has_own_ids() {
        return HashSet::new();
    }
    context.plan.tasks().filter_map(|(task, _)| epic(context.plan.id(task)?)).collect()
}

fn epic(id: &str) -> Option<&str> {
    id.split_once('.').map(|(epic, _)| epic)
}

/// Whether another entry of the same id has its place in the plan: then TM303 reports the double.
fn is_a_double(context: &Context<'_>, status: &Status, entry: EntryIndex) -> bool {
    context
        .joined
        .entries_with_id(status.id(entry))
        .any(|other| other != entry && context.joined.counterparts[other.get()].is_some())
}

fn join(id: &str, text: &str) -> String {
    match id {
        _ if text.starts_with(id) => text.to_owned(),
        id => format!("{id} {text}"),
    }
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let (Subject::Entry(entry), Some(status)) = (finding.subject, context.status) else { return Vec::new() };
    let mut fixes = Vec::new();
    let id = status.id(entry);
    if let Some(edit) = line_for(context, status, entry) {
        fixes.push(Fix {
            title: format!("Add {id} to the plan"),
            safe: false,
            preferred: false,
            ask: None,
            action: FixAction::Plan(vec![edit]),
        });
    }
    if !id.is_empty() {
        fixes.push(Fix {
            title: format!("Remove {id} from status.json"),
            safe: false,
            preferred: false,
            ask: Some(format!("Remove {id} from status.json? Its times and notes go with it.")),
            action: FixAction::Status(vec![context.request(status, entry, Change::Remove)]),
        });
    }
    fixes
}

/// A line for an entry, behind the last task of the phase that it names; none if the plan has no such phase, no box in
/// it to take after, or the id already.
fn line_for(context: &Context<'_>, status: &Status, entry: EntryIndex) -> Option<Edit> {
    let plan = context.plan;
    let id = status.id(entry);
    let phase = status.entry(entry).phase.as_ref().map(|phase| status.str(phase))?;
    let phase = context.joined.phase_named(phase)?;
    let (line, end) = last_box(plan, phase)?;
    let description = status.description(entry).lines().next()?.trim();
    if description.is_empty() || context.joined.tasks_with_id(id).next().is_some() {
        return None;
    }
    let completed = State::of_entry(status, entry) == State::Completed;
    let mark = if completed && context.boxes == Boxes::Mirror { 'x' } else { ' ' };
    let bullet = line.chars().next().filter(|bullet| matches!(bullet, '-' | '*' | '+'))?;
    let text = if id.starts_with('~') { description.to_owned() } else { join(id, description) };
    let line_end = plan.source.line_end().as_str();
    Some(Edit::insert(end, format!("{line_end}{bullet} [{mark}] {text}")))
}

/// The line of a phase's last task without a parent, and where its block ends.
fn last_box(plan: &Plan, phase: PhaseIndex) -> Option<(&str, usize)> {
    let task = plan
        .tasks
        .iter()
        .rev()
        .find(|task| task.phase == Some(phase) && task.parent.is_none() && task.form == TaskForm::Box)?;
    let start = task.block.start as usize;
    let end = start + plan.slice(task.block).trim_end().len();
    Some((plan.slice(task.line), end))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n  - with care\n\n**VERIFY Phase 1:**\n- [ ] All is read\n\n## Phase 2: Rest\n";

    #[test]
    fn an_entry_without_task_is_reported_in_status_json() {
        let case = plan(PLAN).entries(&[("1.1", "Read", "pending"), ("1.4", "Drop the schema", "completed")]);
        assert_eq!(
            case.findings("TM102"),
            ["status:3 \"\\\"1.4\\\"\": status.json has “1.4 Drop the schema”, which is not in the plan"]
        );
        assert_eq!(case.fixes("TM102"), ["Add 1.4 to the plan", "Remove 1.4 from status.json"]);
        assert!(
            case.fixed("TM102", "Add 1.4 to the plan")
                .contains("- [ ] 1.1 Read\n  - with care\n- [x] 1.4 Drop the schema\n\n**VERIFY")
        );
    }

    #[test]
    fn what_stands_in_the_plan_unread_is_not_called_missing() {
        for line in [
            "- [x ] 1.2 Sort the rows",
            "-[ ] 1.2 Sort the rows",
            "-[ ] 1.2 [P] [US2] Sort the rows",
            "```\n- [ ] 1.2 Sort the rows",
            "```\n- [ ] 1.2 Sort the rows\n```",
        ] {
            let text = format!("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n{line}\n");
            let case = plan(&text).entries(&[
                ("1.1", "Read", "pending"),
                ("1.2", "Sort the rows", "pending"),
                ("1.3", "Write", "pending"),
            ]);
            let findings = case.findings("TM102");
            assert_eq!(findings.len(), 1, "{line}: {findings:?}");
            assert!(findings[0].contains("“1.3 Write”"), "{line}: {findings:?}");
        }
    }

    #[test]
    fn only_what_is_not_read_is_unread() {
        let unread = |text: &str| {
            let texts = ["read", "sort", "write", ""].map(str::to_owned).into();
            let found = super::unread(&plan(text).analysis().joined.plan, texts);
            found.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(unread(PLAN), [""; 0]);
        assert_eq!(unread(&format!("{PLAN}\n-[ ] 2.1 Sort\n")), ["sort"]);
    }

    #[test]
    fn an_entry_that_stands_for_a_criterion_or_a_heading_is_in_the_plan() {
        let case = plan(PLAN).entries(&[
            ("1.1", "Read", "pending"),
            ("1.30", "All is read", "pending"),
            ("2.1", "Phase 2: Rest", "pending"),
        ]);
        assert_eq!(case.findings("TM102"), [] as [&str; 0]);
        let case = plan(PLAN).entries(&[
            ("1.1", "Read", "pending"),
            ("1.2", "**VERIFY 1**: all is read. And well", "pending"),
        ]);
        assert_eq!(case.findings("TM102"), [] as [&str; 0]);
    }

    #[test]
    fn a_number_that_the_plan_gave_to_another_task_is_said() {
        let case =
            plan(PLAN).entries(&[("2.1", "1.1 Read", "pending"), ("1.1", "Drop the schema", "pending")]);
        assert_eq!(
            case.findings("TM102"),
            [
                "status:3 \"\\\"1.1\\\"\": status.json has “1.1 Drop the schema”, which is not in the plan; the plan's 1.1 is another task"
            ]
        );
    }

    #[test]
    fn another_plans_status_file_is_told_once() {
        let entries: Vec<(String, String)> = (1..=8)
            .map(|number| (format!("7.{number}"), format!("Unrelated piece number {number}")))
            .collect();
        let entries: Vec<_> =
            entries.iter().map(|(id, text)| (id.as_str(), text.as_str(), "pending")).collect();
        let findings = plan(PLAN).entries(&entries).findings("TM102");
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0].starts_with("plan:1 \"Plan\": 8 of the 8 tasks in status.json are not in this plan")
        );
    }
}
