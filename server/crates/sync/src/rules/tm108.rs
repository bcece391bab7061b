//! TM108: the task is in status.json under another id.

use hashbrown::{HashMap, HashSet};
use tallymark_plan::{PhaseIndex, TaskIndex};
use tallymark_status::{Change, EntryIndex, Status};

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{File, Finding, Fix, FixAction, MatchKind, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM108",
    name: "id-moved",
    severity: Severity::Information,
    summary: "the task is in status.json under another id",
    page: include_str!("../../../../../docs/rules/TM108.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Entries, Reads::Kinds],
    check,
    fixes,
    // Ids move in chains: 1.3 can become 1.4 only when 1.4 has become 1.5. So all of them together is a fix of its own.
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    // A file that numbers its tasks by itself says nothing of the plan's ids.
    let Some(status) = context.status.filter(|status| !status.format.has_own_ids()) else { return };
    let mut matched = 0;
    // A status file that numbers its entries as they come does so where the plan's ids nest: phases in which nothing has
    // moved say nothing of those in which all have.
    let mut matched_in_phases: HashMap<Option<PhaseIndex>, (usize, bool)> = HashMap::new();
    for (index, task) in context.plan.tasks() {
        let Some(found) = context.joined.matches[index.get()] else { continue };
        matched += 1;
        let (in_phase, moves) = matched_in_phases.entry(task.phase).or_default();
        *in_phase += 1;
        if !is_moved(context, status, index) {
            continue;
        }
        *moves = true;
        let (name, id) = (context.name(index), status.id(found.entry));
        let message = match found.kind {
            MatchKind::EmbeddedId => {
                format!("{name} is {id} in status.json, which has the plan's id only in the description")
            }
            _ if id.is_empty() => format!("{name} is in status.json without an id"),
            _ => format!("{name} is in status.json under the id {id}"),
        };
        let entry = status.entry(found.entry);
        let span = entry.id.as_ref().map_or(entry.span, |id| id.span);
        let related =
            Related { place: Place::status(span), message: format!("status.json calls {name} \"{id}\"") };
        reporter.report(context.id_place(index), Subject::Task(index), message, vec![related]);
    }
    let concerned = matched_in_phases.values().filter(|(_, moves)| *moves).map(|(count, _)| count).sum();
    reporter.once(File::Plan, concerned, move |count| {
        format!("{count} of {matched} tasks are in status.json under other ids than in the plan")
    });
}

/// Whether a task with an id of its own has an entry with another.
fn is_moved(context: &Context<'_>, status: &Status, task: TaskIndex) -> bool {
    let (Some(entry), Some(id)) = (context.joined.entry(task), context.plan.id(task)) else { return false };
    let known = status.id(entry);
    known != id && known != context.plan.key(task)
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Some(status) = context.status else { return Vec::new() };
    let mut fixes = Vec::new();
    if let Subject::Task(task) = finding.subject
        && let Some(entry) = context.joined.entry(task)
        && context.joined.entries_with_id(context.plan.key(task)).next().is_none()
    {
        fixes.push(Fix {
            title: format!("Take the plan's id {} into status.json", context.plan.key(task)),
            safe: false,
            preferred: true,
            ask: None,
            action: FixAction::Status(vec![context.request(status, entry, set_id(context, task))]),
        });
    }
    fixes.extend(all(context, status));
    fixes
}

fn set_id(context: &Context<'_>, task: TaskIndex) -> Change {
    Change::SetId(context.plan.key(task).to_owned())
}

/// All moved ids at once; none if one of them is held by an entry that does not move.
fn all(context: &Context<'_>, status: &Status) -> Option<Fix> {
    let moved: Vec<(TaskIndex, EntryIndex)> = context
        .plan
        .tasks()
        .filter(|&(task, _)| is_moved(context, status, task))
        .filter_map(|(task, _)| Some((task, context.joined.entry(task)?)))
        .collect();
    let moving: HashSet<EntryIndex> = moved.iter().map(|&(_, entry)| entry).collect();
    let held = |task: TaskIndex| {
        context.joined.entries_with_id(context.plan.key(task)).any(|holder| !moving.contains(&holder))
    };
    let requests: Vec<_> = moved
        .iter()
        .filter(|&&(task, _)| !held(task))
        .map(|&(task, entry)| context.request(status, entry, set_id(context, task)))
        .collect();
    let all_move = requests.len() == moved.len();
    (requests.len() > 1 && all_move).then(|| Fix {
        title: format!("Take the plan's ids of all {} moved tasks into status.json", requests.len()),
        safe: false,
        preferred: false,
        ask: None,
        action: FixAction::Status(requests),
    })
}

#[cfg(test)]
mod tests {
    use tallymark_status::Change;

    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Parse\n- [ ] 1.3 Join\n";

    #[test]
    fn an_ordinal_with_the_id_in_the_description_is_reported() {
        let case = plan("# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n  - [ ] 1.1.1 Create the reader\n")
            .entries(&[("1.1", "1.1 Read", "pending"), ("1.2", "1.1.1 Create the reader", "pending")]);
        assert_eq!(
            case.findings("TM108"),
            [
                "plan:6 \"1.1.1\": 1.1.1 is 1.2 in status.json, which has the plan's id only in the description | status:3 \"\\\"1.2\\\"\": status.json calls 1.1.1 \"1.2\""
            ]
        );
        assert_eq!(case.fixes("TM108"), ["Take the plan's id 1.1.1 into status.json*"]);
    }

    #[test]
    fn renumbered_tasks_are_found_by_their_text_and_move_together() {
        let case = plan(PLAN).entries(&[("1.1", "Parse", "pending"), ("1.2", "Join", "pending")]);
        assert_eq!(case.findings("TM108").len(), 2);
        // 1.2 is still held, so it can be given only together with the other.
        let title = "Take the plan's ids of all 2 moved tasks into status.json";
        assert_eq!(case.fixes("TM108"), [title]);
        let requests = case.requests("TM108", title);
        let told: Vec<_> =
            requests.iter().map(|request| (request.entry.as_str(), request.change.clone())).collect();
        assert_eq!(
            told,
            [("1.1", Change::SetId("1.2".to_owned())), ("1.2", Change::SetId("1.3".to_owned()))]
        );
    }

    #[test]
    fn an_id_that_another_entry_keeps_is_not_taken() {
        let case = plan("# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Parse\n")
            .entries(&[("1.7", "Parse", "pending"), ("1.2", "Drop the old schema", "pending")]);
        assert_eq!(case.findings("TM108").len(), 1);
        assert_eq!(case.fixes("TM108"), [] as [&str; 0]);
    }

    #[test]
    fn tasks_without_ids_have_none_that_could_move() {
        let case = plan("# Plan\n\n## Phase 1: Work\n\n- [ ] Read\n- [ ] Parse\n")
            .entries(&[("1.1", "Read", "pending"), ("1.2", "Parse", "pending")]);
        assert_eq!(case.findings("TM108"), [] as [&str; 0]);
    }
}
