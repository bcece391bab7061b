//! TM106: the id agrees, the text is another task's.

use tallymark_plan::TaskIndex;
use tallymark_status::{Change, EntryIndex, Status};
use tallymark_text::Edit;

use super::renumber::{self, Number};
use super::{Context, Needs, Reporter, Rule};
use crate::close::is_edited;
use crate::plain::{leading_id, plain};
use crate::words::{quoted, without_emphasis};
use crate::{File, Finding, Fix, FixAction, MatchKind, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM106",
    name: "same-id-another-task",
    severity: Severity::Warning,
    summary: "the id agrees, the text is another task's",
    page: include_str!("../../../../../docs/rules/TM106.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: Some(each_task),
    reads: &[],
    check,
    fixes,
    fix_all: None,
};

/// Tasks with an entry.
const MATCHED: usize = 0;

fn each_task(context: &Context<'_>, index: TaskIndex, reporter: &mut Reporter<'_>) {
    // A key made of the title is no other title.
    let Some(status) = context.status.filter(|status| status.format.keeps_titles()) else { return };
    let Some(found) = context.joined.matches[index.get()] else { return };
    reporter.count(MATCHED);
    if found.kind != MatchKind::IdOnly {
        return;
    }
    let description = status.description(found.entry);
    let message = format!(
        "{} is {} in the plan, but {} in status.json",
        context.name(index),
        quoted(context.plan.title(index)),
        quoted(description)
    );
    let entry = status.entry(found.entry);
    let span = entry.description.as_ref().map_or(entry.span, |description| description.span);
    let related = Related {
        place: Place::status(span),
        message: format!("status.json has another task under {}", status.id(found.entry)),
    };
    reporter.report(context.title_place(index), Subject::Task(index), message, vec![related]);
}

fn check(_: &Context<'_>, reporter: &mut Reporter<'_>) {
    let by_id = reporter.counted(MATCHED);
    reporter.once(File::Plan, by_id, move |count| {
        format!("{count} of {by_id} tasks share only their ids with status.json: the texts are other tasks'")
    });
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let (Subject::Task(task), Some(status)) = (finding.subject, context.status) else { return Vec::new() };
    let Some(entry) = context.joined.entry(task) else { return Vec::new() };
    let name = context.name(task);
    let change = Change::SetDescription(without_emphasis(context.plan.title(task)));
    let mut fixes = vec![Fix {
        title: format!("It is the same task: take the plan's wording of {name} into status.json"),
        safe: false,
        preferred: false,
        ask: Some(format!(
            "status.json says that {} is \"{}\". Is this really the plan's {name}? Its status, times and notes stay.",
            quoted(status.description(entry)),
            status.word(entry)
        )),
        action: FixAction::Status(vec![context.request(status, entry, change)]),
    }];
    fixes.extend(relinked(context, status, task, entry));
    if let Some((next, edits)) = renumbered(context, status, task) {
        fixes.push(Fix {
            title: format!("It is another task: renumber the plan's {name} to {next}"),
            safe: false,
            preferred: false,
            ask: None,
            action: FixAction::Plan(edits),
        });
    }
    fixes
}

/// The entry gets the id of the one task whose text its own resembles, if nothing better stands for that task. Where that
/// task's entry resembles this one, the two exchange their ids.
fn relinked(context: &Context<'_>, status: &Status, task: TaskIndex, entry: EntryIndex) -> Option<Fix> {
    /// Among more tasks without an entry of their own a resemblance says little, and takes long to find.
    const MOST: usize = 64;
    let (plan, joined) = (context.plan, context.joined);
    let text = |entry: EntryIndex| {
        let description = status.description(entry);
        plain(leading_id(description).map_or(description, |(_, words)| words))
    };
    let resembles = |task: TaskIndex, text: &str| is_edited(&plain(plan.title(task)), text);
    let own = text(entry);
    let unclear = |other: TaskIndex| {
        let found = joined.matches[other.get()];
        other != task && found.is_none_or(|found| found.kind == MatchKind::IdOnly)
    };
    let others: Vec<TaskIndex> =
        plan.tasks().map(|(other, _)| other).filter(|&other| unclear(other)).take(MOST + 1).collect();
    if others.len() > MOST {
        return None;
    }
    let mut alike = others.into_iter().filter(|&other| resembles(other, &own));
    let other = alike.next().filter(|_| alike.next().is_none())?;
    let (id, other_id) = (plan.id(task)?, plan.id(other)?);
    let set = |entry, task| context.request(status, entry, Change::SetId(plan.key(task).to_owned()));
    let (title, requests) = match joined.entry(other) {
        Some(theirs) if resembles(task, &text(theirs)) => (
            format!("Exchange {id} and {other_id} in status.json"),
            vec![set(entry, other), set(theirs, task)],
        ),
        None if joined.entries_with_id(plan.key(other)).next().is_none() => {
            (format!("It is {other_id}: give it that id in status.json"), vec![set(entry, other)])
        }
        _ => return None,
    };
    Some(Fix {
        title,
        safe: false,
        preferred: false,
        ask: Some(format!(
            "{} is {id} in status.json, {}. Is it the plan's {other_id}, {}?",
            quoted(status.description(entry)),
            status.word(entry),
            quoted(plan.title(other))
        )),
        action: FixAction::Status(requests),
    })
}

/// The first id of the task's series that is larger than all in the plan and in status.json, and the edits that give it to
/// the task.
fn renumbered(context: &Context<'_>, status: &Status, task: TaskIndex) -> Option<(String, Vec<Edit>)> {
    let plan = context.plan;
    let number = Number::of(plan.id(task)?)?;
    let in_plan = plan.tasks().filter_map(|(task, _)| plan.id(task));
    let in_status = status.entries().map(|(entry, _)| status.id(entry));
    let same_series =
        in_plan.chain(in_status).filter_map(Number::of).filter(|other| other.prefix == number.prefix);
    let next = number.with(same_series.map(|other| other.value()).max()?.checked_add(1)?);
    let edits = renumber::edits(plan, &[(task, next.clone())])?;
    Some((next, edits))
}

#[cfg(test)]
mod tests {
    use tallymark_status::Change;

    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [x] 1.1 Read the settings\n- [ ] 1.2 Parse\n";

    #[test]
    fn another_text_under_the_same_id_is_reported() {
        let case =
            plan(PLAN).entries(&[("1.1", "Drop the old schema", "pending"), ("1.2", "Parse", "pending")]);
        assert_eq!(
            case.findings("TM106"),
            [
                "plan:5 \"Read the settings\": 1.1 is “Read the settings” in the plan, but “Drop the old schema” in status.json | status:2 \"\\\"Drop the old schema\\\"\": status.json has another task under 1.1"
            ]
        );
        // Whether that other task is done says nothing of this one.
        assert_eq!(case.findings("TM103"), [] as [&str; 0]);
        assert_eq!(
            case.fixes("TM106"),
            [
                "It is the same task: take the plan's wording of 1.1 into status.json",
                "It is another task: renumber the plan's 1.1 to 1.3"
            ]
        );
        let renumbered = case.fixed("TM106", "It is another task: renumber the plan's 1.1 to 1.3");
        assert!(renumbered.contains("- [x] 1.3 Read the settings\n"), "{renumbered}");
    }

    #[test]
    fn an_entry_that_resembles_one_other_task_can_be_its() {
        let text = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read the settings from disk\n- [ ] 1.2 Parse markdown into tasks\n";
        let case = plan(text).entries(&[
            ("1.1", "Parse tasks quickly", "completed"),
            ("1.2", "Settings read lazily", "pending"),
        ]);
        assert_eq!(case.findings("TM106").len(), 2, "{:?}", case.findings("TM106"));
        let requests = case.requests("TM106", "Exchange 1.1 and 1.2 in status.json");
        let told: Vec<_> =
            requests.iter().map(|request| (request.entry.as_str(), request.change.clone())).collect();
        assert_eq!(
            told,
            [("1.1", Change::SetId("1.2".to_owned())), ("1.2", Change::SetId("1.1".to_owned()))]
        );
    }

    #[test]
    fn an_edited_text_is_the_same_task() {
        let case = plan(PLAN).entries(&[("1.1", "Read all the settings", "pending"), ("1.2", "", "pending")]);
        assert_eq!(case.findings("TM106"), [] as [&str; 0]);
    }
}
