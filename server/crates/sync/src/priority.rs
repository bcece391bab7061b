//! How urgent a task is, where the plan or status.json says so.

use memchr::memmem::Finder;
use tallymark_plan::{Plan, TaskIndex};

use crate::Joined;
use crate::remarks::labelled;

/// How urgent a task is. Ordered: what is more urgent comes first. A task of which nothing is said is [`Priority::Medium`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Priority {
    /// `critical`, `urgent`, `P0`.
    Critical,
    /// `high`, `P1`.
    High,
    /// `medium`, `normal`, `P2`.
    #[default]
    Medium,
    /// `low`, `P3` and higher numbers.
    Low,
}

impl Priority {
    /// As a person reads it: `high`.
    pub fn label(self) -> &'static str {
        match self {
            Priority::Critical => "critical",
            Priority::High => "high",
            Priority::Medium => "medium",
            Priority::Low => "low",
        }
    }

    /// The priority that a word means; `None` for one that is none.
    fn of_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "critical" | "urgent" | "highest" | "blocker" | "must" | "p0" | "0" => Priority::Critical,
            "high" | "p1" | "1" => Priority::High,
            "medium" | "med" | "normal" | "moderate" | "should" | "p2" | "2" => Priority::Medium,
            "low" | "lowest" | "minor" | "could" | "p3" | "p4" | "p5" | "3" | "4" | "5" => Priority::Low,
            _ => return None,
        })
    }
}

/// For each task its priority, where the plan has one (`(Priority: HIGH)`, `**Priority**: P1`, `[P1]`), else where the task's
/// entry has a field `priority`. The priority of a phase is not that of its tasks: a plan does its phases in their order.
pub fn priorities(joined: &Joined) -> Vec<Option<Priority>> {
    let plan = &*joined.plan;
    let words = [Finder::new("riority"), Finder::new("RIORITY")];
    let of = |(task, _)| {
        let said = labelled(plan, task, &words).and_then(first_word).and_then(Priority::of_word);
        said.or_else(|| in_brackets(plan, task)).or_else(|| {
            let (status, entry) = joined.status().zip(joined.entry(task))?;
            Priority::of_word(status.str(status.entry(entry).priority.as_ref()?))
        })
    };
    plan.tasks().map(of).collect()
}

fn first_word(text: &str) -> Option<&str> {
    text.split(|character: char| !character.is_ascii_alphanumeric()).find(|word| !word.is_empty())
}

/// `[P1]` or `(P1)` in the title.
fn in_brackets(plan: &Plan, task: TaskIndex) -> Option<Priority> {
    let title = plan.title(task);
    title.match_indices(['[', '(']).find_map(|(at, _)| {
        let inside = title.get(at + 1..at + 3).filter(|inside| inside.starts_with('P'))?;
        let closed = matches!(title.as_bytes().get(at + 3), Some(b']' | b')'));
        Priority::of_word(inside).filter(|_| closed)
    })
}

#[cfg(test)]
mod tests {
    use super::Priority::{Critical, High, Low, Medium};
    use super::priorities;
    use crate::remarks::tests::joined;

    #[test]
    fn the_plan_speaks_first_then_status_json() {
        let joined = joined(
            "# P\n\n## Phase 1: Work (Priority: P0)\n\n- [ ] 1.1 Read (Priority: CRITICAL)\n- [ ] 1.2 Sort\n  - **Priority**: high\n- [ ] 1.3 Write [P2]\n- [ ] 1.4 Send\n- [ ] 1.5 Prioritise: low things\n- [ ] 1.6 [P] Rest\n",
            r#"{"tasks":[{"id":"1.1","status":"pending","priority":"low"},{"id":"1.4","status":"pending","priority":"low"}]}"#,
        );
        assert_eq!(priorities(&joined), [Some(Critical), Some(High), Some(Medium), Some(Low), None, None]);
    }
}
