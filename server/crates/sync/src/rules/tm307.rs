//! TM307: a task failed, and its retries are used up.

use super::{Context, Needs, Reporter, Rule};
use crate::words::count;
use crate::{File, Place, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM307",
    name: "retries-exhausted",
    severity: Severity::Warning,
    summary: "a task failed, and its retries are used up",
    page: include_str!("../../../../../docs/rules/TM307.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = context.status else { return };
    let mut failed = 0;
    for (index, entry) in status.entries() {
        if State::of_word(status.word(index)) != State::Failed {
            continue;
        }
        failed += 1;
        let retries = context.limits.retries(status, index, context.facts.now.unwrap_or(0));
        let Some((_, span)) = entry.retry_count.filter(|_| !retries.left()) else { continue };
        let message = format!(
            "{} failed, and was tried again {} already; the limit is {}",
            status.id(index),
            count(retries.used as usize, "time"),
            retries.limit
        );
        reporter.report(Place::status(span), Subject::Entry(index), message, Vec::new());
    }
    reporter.once(File::Status, failed, |count| format!("{count} failed tasks have no retry left"));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, plan};

    fn failed(status: &str, retries: &str) -> Case {
        plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n").status(&format!(
            "{{\"tasks\": [{{\"id\": \"1.1\", \"description\": \"Read\", \"status\": \"{status}\"{retries}}}]}}"
        ))
    }

    #[test]
    fn a_failed_task_without_a_retry_left_is_told() {
        assert_eq!(
            failed("failed", ", \"retryCount\": 2").findings("TM307"),
            [r#"status:1 "2": 1.1 failed, and was tried again 2 times already; the limit is 2"#]
        );
    }

    #[test]
    fn with_a_retry_left_or_not_failed_it_is_none() {
        assert_eq!(failed("failed", ", \"retryCount\": 1").findings("TM307"), [""; 0]);
        assert_eq!(failed("failed", "").findings("TM307"), [""; 0]);
        assert_eq!(failed("completed", ", \"retryCount\": 5").findings("TM307"), [""; 0]);
    }

    #[test]
    fn the_limit_is_a_setting() {
        let case = failed("failed", ", \"retryCount\": 2").retries(3);
        assert_eq!(case.findings("TM307"), [""; 0]);
    }
}
