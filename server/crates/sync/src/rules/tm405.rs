//! TM405: a monitoring file of this plan cannot be read, or not whole.

use std::collections::BTreeMap;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::live::file_name;
use crate::{File, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM405",
    name: "unreadable-monitoring",
    severity: Severity::Information,
    summary: "a monitoring file is torn, cut short, or cannot be read",
    page: include_str!("../../../../../docs/rules/TM405.md"),
    needs: Needs::Live,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Always],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(live) = context.live else { return };
    let mut files: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for problem in live.problems(context.facts) {
        files.entry(&problem.path).or_insert((&problem.problem.message, 0)).1 += 1;
    }
    for (path, (message, count)) in files {
        let more = if count > 1 { format!("; and {} more", count - 1) } else { String::new() };
        let message = format!("{}: {message}{more}", file_name(path));
        reporter.report(context.file_place(File::Plan), Subject::File, message, Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    #[test]
    fn each_file_is_told_of_once() {
        let file = |name: &str, problems: &str| {
            format!(
                r#"{{"path": "/w/.gadugi/monitoring/{name}", "format": "gadugi_registry", "modified": 0, "problems": [{problems}],
                "runs": [{{"task": "1.1", "name": "Read", "status": "completed"}}]}}"#
            )
        };
        let problem = |at: u64| format!(r#"{{"at": {at}, "message": "torn at byte {at}"}}"#);
        let torn = file("process_registry.json", &format!("{}, {}", problem(7), problem(9)));
        let plan = || plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n");
        assert_eq!(
            plan().live(&[&torn, &file("heartbeats.json", "")]).findings("TM405"),
            [r#"plan:1 "P": process_registry.json: torn at byte 7; and 1 more"#]
        );
        let foreign = torn.replace(r#""task": "1.1", "name": "Read""#, r#""task": "x", "name": "y""#);
        assert_eq!(
            plan().live(&[&foreign]).facts(|facts| facts.only_plan = false).findings("TM405"),
            [""; 0]
        );
    }
}
