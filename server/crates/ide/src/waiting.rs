//! What stands in a task's way, in words.

use tallymark_plan::TaskIndex;
use tallymark_sync::{Joined, State};

use crate::words::quoted_name;

/// How many blockers are named.
const NAMED: usize = 3;

/// `blocked by 1.2, 1.3, 1.4 and more`; `None` if nothing stands in the task's way.
pub(crate) fn blocked_by(joined: &Joined, task: TaskIndex) -> Option<String> {
    let mut blockers: Vec<TaskIndex> = Vec::new();
    // One may be named twice: by itself, and in a range. Those after the few that are shown are not gone through.
    for blocker in joined.blockers(task) {
        if !blockers.contains(&blocker) {
            blockers.push(blocker);
        }
        if blockers.len() > NAMED {
            break;
        }
    }
    let names: Vec<String> =
        blockers.iter().take(NAMED).map(|&blocker| quoted_name(&joined.plan, blocker)).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("blocked by {one}")),
        _ if blockers.len() > NAMED => Some(format!("blocked by {} and more", names.join(", "))),
        [others @ .., last] => Some(format!("blocked by {} and {last}", others.join(", "))),
    }
}

/// The same, with what the one blocker is doing, where there is but one that has begun: `blocked by 1.2, in progress`.
pub(crate) fn blocked_by_whom(joined: &Joined, task: TaskIndex) -> Option<String> {
    let words = blocked_by(joined, task)?;
    let mut blockers = joined.blockers(task);
    let first = blockers.next()?;
    let is_one = blockers.all(|other| other == first);
    let state = joined.state(first);
    let has_begun = matches!(state, State::InProgress | State::Failed);
    Some(if is_one && has_begun { format!("{words}, {}", state.label()) } else { words })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    fn blocked(depends: &str) -> Option<String> {
        let text = format!(
            "# A\n\n## Phase 1: B\n\n- [x] 1.1 One\n- [ ] 1.2 Two\n- [ ] 1.3 Three\n- [ ] 1.4 Four\n- [ ] 1.5 Five\n\n\
             ## Phase 2: C\n\n- [ ] 2.1 Last (depends: {depends})\n"
        );
        blocked_by(&Fixture::new(&text).analysis.joined, TaskIndex(5))
    }

    #[test]
    fn one_blocker_that_has_begun_says_so() {
        let whom = |mark: &str| {
            let text = format!("## Phase 1: A\n- [{mark}] 1.1 A\n- [ ] 1.2 B (depends: 1.1)\n");
            blocked_by_whom(&Fixture::new(&text).analysis.joined, TaskIndex(1))
        };
        assert_eq!(whom("~").as_deref(), Some("blocked by 1.1, in progress"));
        assert_eq!(whom(" ").as_deref(), Some("blocked by 1.1"));
        assert_eq!(whom("x"), None);
    }

    #[test]
    fn blockers_are_named_once_and_in_their_order() {
        let cases = [
            ("1.1", None),
            ("1.2", Some("blocked by 1.2")),
            ("1.3, 1.2", Some("blocked by 1.3 and 1.2")),
            ("1.1-1.4", Some("blocked by 1.2, 1.3 and 1.4")),
            ("1.3, 1.2-1.4", Some("blocked by 1.3, 1.2 and 1.4")),
            ("Phase 1", Some("blocked by 1.2, 1.3, 1.4 and more")),
        ];
        for (depends, expected) in cases {
            assert_eq!(blocked(depends).as_deref(), expected, "depends: {depends}");
        }
    }
}
