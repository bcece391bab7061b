//! TM106: the id agrees, the text is another task's.

use tallymark_plan::TaskIndex;
use tallymark_status::{Change, Status};
use tallymark_text::Edit;

use super::renumber::{self, Number};
use super::{Context, Needs, Reporter, Rule};
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
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    // A key made of the title is no other title.
    let Some(status) = context.status.filter(|status| status.format.keeps_titles()) else { return };
    let mut by_id = 0;
    for (index, _) in context.plan.tasks() {
        let Some(found) = context.joined.matches[index.get()] else { continue };
        by_id += 1;
        if found.kind != MatchKind::IdOnly {
            continue;
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
    fn an_edited_text_is_the_same_task() {
        let case = plan(PLAN).entries(&[("1.1", "Read all the settings", "pending"), ("1.2", "", "pending")]);
        assert_eq!(case.findings("TM106"), [] as [&str; 0]);
    }
}
