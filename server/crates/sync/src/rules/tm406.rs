//! TM406: an agent works on a task that the plan does not have.

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::live::file_name;
use crate::words::quoted;
use crate::{File, Severity, Subject, Unknown};

pub(super) static RULE: Rule = Rule {
    code: "TM406",
    name: "unknown-task",
    severity: Severity::Information,
    summary: "an agent is working on a task that the plan does not have",
    page: include_str!("../../../../../docs/rules/TM406.md"),
    needs: Needs::Live,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Always],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(known) = context.live else { return };
    let live = &known.live;
    for &unknown in known.unknown() {
        let (who, task, name, path) = match unknown {
            Unknown::Run(at) => {
                let run = &live.runs[at];
                let agent = run.agents.first().map(|&agent| live.agents[agent].name());
                (agent, &run.run.task, run.run.name.as_deref(), &run.path)
            }
            Unknown::Agent(at) => {
                let agent = &live.agents[at];
                let Some(task) = &agent.agent.task else { continue };
                (Some(agent.name()), task, None, &agent.path)
            }
        };
        let name =
            name.filter(|name| name != task).map_or(String::new(), |name| format!(" {}", quoted(name)));
        let message = format!(
            "{} works on {task}{name} ({}), which this plan does not have",
            who.unwrap_or("an agent"),
            file_name(path)
        );
        reporter.report(context.file_place(File::Plan), Subject::File, message, Vec::new());
    }
    let concerned = known.tasks().filter(|(_, task)| task.is_running()).count() + known.unknown().len();
    reporter.once(File::Plan, concerned, move |count| {
        format!("agents work on {count} tasks that this plan does not have")
    });
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, NOW, plan};

    fn case(task: &str, status: &str) -> Case {
        let file = format!(
            r#"{{"path": "/w/.gadugi/monitoring/process_registry.json", "format": "gadugi_registry", "modified": {NOW},
            "runs": [{{"task": "{task}", "name": "Ship the moon", "status": "{status}"}}]}}"#
        );
        plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n").live(&[&file])
    }

    #[test]
    fn a_running_task_that_the_plan_lacks_is_reported() {
        assert_eq!(
            case("9.9", "running").findings("TM406"),
            [
                r#"plan:1 "P": an agent works on 9.9 “Ship the moon” (process_registry.json), which this plan does not have"#
            ]
        );
    }

    #[test]
    fn what_is_over_or_is_no_task_of_a_plan_or_may_be_another_plans_is_not() {
        assert_eq!(case("9.9", "completed").findings("TM406"), [""; 0]);
        assert_eq!(case("pr270-review", "running").findings("TM406"), [""; 0]);
        let elsewhere = case("9.9", "running").facts(|facts| facts.only_plan = false);
        assert_eq!(elsewhere.findings("TM406"), [""; 0]);
    }
}
