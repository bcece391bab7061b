//! What a plan says of a task beside its title: `Estimate: 2-3 hours`, `(Priority: HIGH)`.

use memchr::memmem::Finder;
use tallymark_plan::{Plan, TaskIndex};

/// So many bytes of a task's own text are looked at. What stands further down is prose.
const LONGEST: usize = 4_000;

/// The text of a task that is not that of a task below it: its line and its details.
pub(crate) fn own_text(plan: &Plan, task: TaskIndex) -> &str {
    let own = plan.task(task);
    let next = plan.tasks.get(task.get() + 1).map_or(own.block.end, |next| next.line.start);
    let (start, end) = (own.line.start as usize, own.block.end.min(next) as usize);
    let text = plan.source.text();
    let mut end = end.min(start + LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(start..end).unwrap_or_default()
}

/// What stands behind the first label whose word ends in `word`: `2-3 hours` behind `**Time Estimate**:`. Code does not count.
pub(crate) fn labelled<'p>(plan: &'p Plan, task: TaskIndex, words: &[Finder<'_>]) -> Option<&'p str> {
    /// Between the word and its colon: `d`, `**`, ` time`, ` (dev)`.
    const LONGEST_LABEL: usize = 16;
    let text = own_text(plan, task);
    let start = plan.task(task).line.start as usize;
    let is_code = |at: usize| {
        let ignored = &plan.ignored;
        let behind = ignored.partition_point(|ignored| ignored.span.end as usize <= start + at);
        ignored.get(behind).is_some_and(|ignored| ignored.span.contains(start + at))
    };
    let mut places: Vec<usize> = words
        .iter()
        .flat_map(|word| word.find_iter(text.as_bytes()).map(|at| at + word.needle().len()))
        .collect();
    places.sort_unstable();
    places.into_iter().filter(|&at| !is_code(at)).find_map(|at| {
        let line = text[at..].lines().next()?;
        let colon = line.find(':').filter(|&colon| colon <= LONGEST_LABEL)?;
        Some(line[colon + 1..].trim_start_matches([' ', '\t', '*', '_', '`', '~', '≈']))
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use tallymark_plan::{Dialect, Options, Plan};
    use tallymark_status::Status;
    use tallymark_text::Source;

    use crate::{Joined, join};

    /// A plan in the home dialect.
    pub(crate) fn parsed(text: &str) -> Plan {
        let options = Options { path: "docs/plans/plan.md", dialect: Some(Dialect::Phased) };
        tallymark_plan::parse(Arc::new(Source::new(text)), options)
    }

    /// A plan with its status.json; an empty text for none.
    pub(crate) fn joined(plan: &str, status: &str) -> Joined {
        let status = (!status.is_empty()).then(|| Arc::new(Status::parse(Arc::new(Source::new(status)))));
        join(Arc::new(parsed(plan)), status)
    }
}
