//! How long a task takes, where the plan says so.

use memchr::memmem::Finder;
use tallymark_plan::Plan;

use crate::{Joined, State, remarks::labelled};

/// A working day and a working week in hours.
const DAY: f64 = 8.0;
const WEEK: f64 = 5.0 * DAY;

/// The work of a plan in hours, by its own estimates.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Effort {
    /// Of the completed tasks.
    pub completed: f64,
    /// Of all tasks but the skipped and cancelled ones.
    pub total: f64,
    /// So many of these have no estimate; they count as nothing.
    pub without_estimate: u32,
}

impl Effort {
    /// How much of the work is completed, rounded down; 100 only when all of it is.
    pub fn percent(self) -> u32 {
        (self.completed / self.total * 100.0 + 1e-9).floor().clamp(0.0, 100.0) as u32
    }
}

impl Joined {
    /// How much of the work is done, by the estimates of the plan; `None` where less than half of its tasks have one. Only
    /// tasks without subtasks count: what a parent says is what its subtasks take together.
    pub fn effort(&self) -> Option<Effort> {
        let plan = &*self.plan;
        let estimates = estimates(plan);
        let mut effort = Effort { completed: 0.0, total: 0.0, without_estimate: 0 };
        let mut leaves = 0;
        for (task, _) in plan.tasks().filter(|&(task, _)| self.below[task.get()].total == 0) {
            let state = self.state(task);
            if matches!(state, State::Skipped | State::Cancelled) {
                continue;
            }
            leaves += 1;
            match estimates[task.get()] {
                Some(hours) => {
                    effort.total += hours;
                    effort.completed += if state == State::Completed { hours } else { 0.0 };
                }
                None => effort.without_estimate += 1,
            }
        }
        (effort.total > 0.0 && effort.without_estimate * 2 <= leaves).then_some(effort)
    }
}

/// For each task its estimate in hours: `Estimate: 2-3 hours` (the middle), `**Effort**: 1 day`, `Title (30 min)`.
pub(crate) fn estimates(plan: &Plan) -> Vec<Option<f64>> {
    let words = ["stimate", "stimated", "ffort", "uration"].map(Finder::new);
    let of = |(task, _)| {
        let label = labelled(plan, task, &words).and_then(hours);
        label.or_else(|| in_brackets(plan.title(task)))
    };
    plan.tasks().map(of).collect()
}

/// The estimate in brackets at the end of a title: `(2h)`, `[~3 hours]`.
fn in_brackets(title: &str) -> Option<f64> {
    let title = title.trim_end_matches(['*', '_', ' ']);
    let inside = match title.as_bytes().last()? {
        b')' => &title[title.rfind('(')? + 1..title.len() - 1],
        b']' => &title[title.rfind('[')? + 1..title.len() - 1],
        _ => return None,
    };
    hours(inside.trim_start_matches(['~', '≈', ' ']))
}

/// The hours that a text begins with: `2h`, `2-3 hours`, `1.5 days`, `30 min`; `None` for anything else.
fn hours(text: &str) -> Option<f64> {
    let (from, rest) = number(text)?;
    let bare = rest.trim_start();
    let to = ["-", "–", "—", "to "].iter().find_map(|dash| number(bare.strip_prefix(dash)?.trim_start()));
    let (amount, rest) = to.map_or((from, rest), |(to, rest)| ((from + to) / 2.0, rest));
    let unit = rest.trim_start();
    let length = unit.bytes().take_while(u8::is_ascii_alphabetic).count();
    let hours = match unit[..length].to_ascii_lowercase().as_str() {
        "h" | "hr" | "hrs" | "hour" | "hours" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 1.0 / 60.0,
        "d" | "day" | "days" => DAY,
        "w" | "wk" | "wks" | "week" | "weeks" => WEEK,
        _ => return None,
    };
    Some(amount * hours)
}

/// The number that a text begins with, and what is behind it.
fn number(text: &str) -> Option<(f64, &str)> {
    let length = text.bytes().take(9).take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    Some((text[..length].parse().ok()?, &text[length..]))
}

#[cfg(test)]
mod tests {
    use super::{estimates, hours};
    use crate::remarks::tests::parsed;

    #[test]
    fn amounts_in_all_spellings() {
        for (text, expected) in [
            ("2h", Some(2.0)),
            ("2-3 hours", Some(2.5)),
            ("1 to 2 days", Some(12.0)),
            ("30 min", Some(0.5)),
            ("0.5 d left", Some(4.0)),
            ("1–2 weeks", Some(60.0)),
            ("3", None),
            ("S", None),
            ("2 people", None),
            ("1.2.3 h", None),
            ("", None),
        ] {
            assert_eq!(hours(text), expected, "{text}");
        }
    }

    #[test]
    fn labels_and_brackets_outside_code_and_of_the_task_itself() {
        let plan = parsed(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read (2h)\n- [ ] 1.2 Sort\n  - **Time Estimate**: ~1-2 days\n- [ ] 1.3 Write\n  ```\n  duration: 3h\n  ```\n- [ ] 1.4 Outer\n  - [ ] 1.4.1 Inner [30 min]\n- [ ] 1.5 Send (3 files)\n",
        );
        assert_eq!(estimates(&plan), [Some(2.0), Some(12.0), None, None, Some(0.5), None]);
    }
}
