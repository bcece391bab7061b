//! TM105: the same task, its wording edited on one side.

use tallymark_plan::TaskIndex;
use tallymark_status::{Change, EntryIndex, Status};
use tallymark_text::Span;

use super::tm208::closing_sign;
use super::{Context, Needs, Reporter, Rule};
use crate::plain::{leading_id, plain};
use crate::words::{quoted_apart, without_emphasis, word_difference};
use crate::{File, Finding, Fix, FixAction, MatchKind, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM105",
    name: "title-drift",
    severity: Severity::Information,
    summary: "the same task, its wording edited on one side",
    page: include_str!("../../../../../docs/rules/TM105.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: Some(each_task),
    reads: &[],
    check,
    fixes,
    fix_all: Some(|count| format!("Take the plan's wording of all {count} tasks into status.json")),
};

/// Tasks with an entry.
const MATCHED: usize = 0;

fn each_task(context: &Context<'_>, index: TaskIndex, reporter: &mut Reporter<'_>) {
    // A key made of the title is no other title.
    let Some(status) = context.status.filter(|status| status.format.keeps_titles()) else { return };
    let Some(found) = context.joined.matches[index.get()] else { return };
    reporter.count(MATCHED);
    if !differs(context, status, index, found.entry, found.kind) {
        return;
    }
    let (_, description) = parts(status, found.entry);
    let title = context.plan.title(index);
    let (here, there) = quoted_apart(title, description);
    let message = match context.plan.id(index) {
        Some(id) => format!("{id} is {here} here, and {there} in status.json"),
        None => format!("{here} is {there} in status.json"),
    };
    let entry = status.entry(found.entry);
    let span = entry.description.as_ref().map_or(entry.span, |description| description.span);
    let related = Related { place: Place::status(span), message: format!("status.json says {there}") };
    reporter.report(context.title_place(index), Subject::Task(index), message, vec![related]);
}

fn check(_: &Context<'_>, reporter: &mut Reporter<'_>) {
    let matched = reporter.counted(MATCHED);
    reporter.once(File::Plan, matched, move |count| {
        format!("{count} of {matched} tasks are worded otherwise in status.json than here")
    });
}

/// Whether a task's text and its entry's differ. How they found each other tells most of it.
fn differs(
    context: &Context<'_>,
    status: &Status,
    task: TaskIndex,
    entry: EntryIndex,
    kind: MatchKind,
) -> bool {
    match kind {
        MatchKind::IdAndCloseText | MatchKind::CloseText => !only_signed(context, status, task, entry),
        MatchKind::EmbeddedId => {
            let (_, description) = parts(status, entry);
            description != context.plan.title(task) && plain(description) != plain(context.plan.title(task))
        }
        MatchKind::IdAndText | MatchKind::Text | MatchKind::Id | MatchKind::IdOnly => false,
    }
}

/// Whether all that the plan has more is a sign behind the words (`Read ✅ DONE`): that says how the task stands, TM208 looks
/// after it, and it is no other wording.
fn only_signed(context: &Context<'_>, status: &Status, task: TaskIndex, entry: EntryIndex) -> bool {
    let title = context.plan.task(task).title;
    closing_sign(context.plan, title).is_some_and(|sign| {
        let words = Span { start: title.start, end: sign.span.start };
        plain(context.plan.slice(words)) == plain(parts(status, entry).1)
    })
}

/// The id that a description begins with, up to the words, and the words.
fn parts(status: &Status, entry: EntryIndex) -> (&str, &str) {
    let description = status.description(entry);
    let words = leading_id(description).map_or(description, |(_, words)| words);
    (&description[..description.len() - words.len()], words)
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let (Subject::Task(task), Some(status)) = (finding.subject, context.status) else { return Vec::new() };
    let Some(entry) = context.joined.entry(task) else { return Vec::new() };
    let (id, _) = parts(status, entry);
    let change = Change::SetDescription(format!("{id}{}", without_emphasis(context.plan.title(task))));
    let take = Fix {
        title: format!("Take the plan's wording of {} into status.json", context.name(task)),
        safe: false,
        preferred: true,
        ask: None,
        action: FixAction::Status(vec![context.request(status, entry, change)]),
    };
    let (_, description) = parts(status, entry);
    let show = Fix {
        title: format!("Show how {} differs in status.json", context.name(task)),
        safe: false,
        preferred: false,
        ask: None,
        action: FixAction::Show(format!(
            "{}, [- only in status.json -] {{+ only in the plan +}}: {}",
            context.name(task),
            word_difference(&without_emphasis(description), &without_emphasis(context.plan.title(task)))
        )),
    };
    vec![take, show]
}

#[cfg(test)]
mod tests {
    use tallymark_status::Change;

    use crate::FixAction;
    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read all the settings\n- [ ] 1.2 Parse\n";

    #[test]
    fn a_sign_behind_the_words_is_no_other_wording() {
        let entries = [("1.1", "Read all the settings", "pending"), ("1.2", "Parse", "pending")];
        for sign in ["✅", "✅ COMPLETE", "❌ FAILED"] {
            let text = PLAN.replace("the settings", &format!("the settings {sign}"));
            assert_eq!(plan(&text).entries(&entries).findings("TM105"), [""; 0], "{sign}");
        }
        let text = PLAN.replace("the settings", "settings ✅");
        assert_eq!(plan(&text).entries(&entries).findings("TM105").len(), 1);
    }

    #[test]
    fn an_edited_text_is_told_with_both_wordings() {
        let case = plan(PLAN)
            .entries(&[("1.1", "1.1 Read the settings", "pending"), ("1.2", "1.2 **parse**.", "pending")]);
        assert_eq!(
            case.findings("TM105"),
            [
                "plan:5 \"Read all the settings\": 1.1 is “Read all the settings” here, and “Read the settings” in status.json | status:2 \"\\\"1.1 Read the settings\\\"\": status.json says “Read the settings”"
            ]
        );
        let shown = "1.1, [- only in status.json -] {+ only in the plan +}: Read {+ all +} the settings";
        let action = case.action("TM105", "Show how 1.1 differs in status.json");
        assert_eq!(action, FixAction::Show(shown.to_owned()));
        // The id that stands in the description stays there.
        let requests = case.requests("TM105", "Take the plan's wording of 1.1 into status.json");
        assert_eq!(requests[0].change, Change::SetDescription("1.1 Read all the settings".to_owned()));
    }
}
