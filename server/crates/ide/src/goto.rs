//! Ways from a name to what it names, and between the two files.
//!
//! | asked for | from the plan | from status.json |
//! |---|---|---|
//! | definition | the line of the task or phase that is named | the line of the plan that the entry stands for |
//! | declaration | the same, and from a task's details its line | the same |
//! | implementation | the entry in status.json | the same |
//! | type definition | the heading of the task's phase | the same |

use tallymark_plan::PhaseIndex;
use tallymark_sync::{Analysis, File, Place};
use tallymark_text::Span;

use crate::cursor::{Subject, entry_of, named_at, subject_at};
use crate::target::task_around;

/// A way to a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Goto {
    /// What names it, in the file that was asked for.
    pub origin: Span,
    /// All of what is named: a task with its details, a phase with its tasks, an entry.
    pub whole: Place,
    /// What to put the cursor on; lies in `whole`.
    pub shown: Span,
}

/// Where what is named at an offset stands. In the plan only names lead somewhere: an id, a phase that is waited for.
pub fn definition(analysis: &Analysis, file: File, offset: usize) -> Option<Goto> {
    let (subject, origin) = match file {
        File::Plan if analysis.joined.plan.is_plan() => named_at(analysis, offset)?,
        File::Plan => return None,
        File::Status => subject_at(analysis, file, offset)?,
    };
    in_plan(analysis, subject, origin)
}

/// The line of what stands at an offset: from anywhere in a task, its own.
pub fn declaration(analysis: &Analysis, file: File, offset: usize) -> Option<Goto> {
    let (subject, origin) = anywhere(analysis, file, offset)?;
    in_plan(analysis, subject, origin)
}

/// The entry of status.json for what stands at an offset.
pub fn implementation(analysis: &Analysis, file: File, offset: usize) -> Option<Goto> {
    let (subject, origin) = anywhere(analysis, file, offset)?;
    let status = analysis.joined.status()?;
    let entry = status.entry(entry_of(analysis, subject)?);
    let shown = entry.id.as_ref().map_or(Span { end: entry.span.start + 1, ..entry.span }, |id| id.span);
    Some(Goto { origin, whole: Place::status(entry.span), shown })
}

/// The heading of the phase that what stands at an offset belongs to.
pub fn type_definition(analysis: &Analysis, file: File, offset: usize) -> Option<Goto> {
    let (subject, origin) = anywhere(analysis, file, offset)?;
    let plan = &analysis.joined.plan;
    let phase = match subject {
        Subject::Task(task) => plan.task(task).phase,
        Subject::Criterion(criterion) => plan.criteria[criterion as usize].phase,
        Subject::Phase(phase) => Some(phase),
        Subject::Entry(_) | Subject::Plan => None,
    };
    in_plan(analysis, Subject::Phase(phase?), origin)
}

/// What stands at an offset; in the plan also the task that it is a detail of.
fn anywhere(analysis: &Analysis, file: File, offset: usize) -> Option<(Subject, Span)> {
    subject_at(analysis, file, offset).or_else(|| {
        let plan = &*analysis.joined.plan;
        let task = (file == File::Plan && plan.is_plan()).then(|| task_around(plan, offset)).flatten()?;
        Some((Subject::Task(task), plan.source.line_span(plan.source.line_of(offset))))
    })
}

/// Where the plan has it.
fn in_plan(analysis: &Analysis, subject: Subject, origin: Span) -> Option<Goto> {
    let plan = &*analysis.joined.plan;
    let (whole, shown) = match subject {
        Subject::Task(task) => {
            let task = plan.task(task);
            (task.block.cover(task.line), task.id.unwrap_or(task.line))
        }
        Subject::Phase(PhaseIndex(at)) => {
            let phase = &plan.phases[at as usize];
            (phase.block.cover(phase.heading), phase.title)
        }
        Subject::Criterion(at) => {
            let criterion = &plan.criteria[at as usize];
            (criterion.line, criterion.title)
        }
        Subject::Plan => {
            let title = plan.title.unwrap_or(Span::at(0));
            (title, title)
        }
        Subject::Entry(_) => return None,
    };
    Some(Goto { origin, whole: Place::plan(whole.cover(shown)), shown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{BILLING, Fixture, billing_at};

    type Way = fn(&Analysis, File, usize) -> Option<Goto>;

    /// What names it, and the line that the way leads to.
    fn way(fixture: &Fixture, way: Way) -> Option<String> {
        let analysis = &fixture.analysis;
        let goto = way(analysis, fixture.file, fixture.span.start as usize)?;
        assert_eq!(goto.whole.span.cover(goto.shown), goto.whole.span, "{goto:?}");
        let (plan, status) = (&analysis.joined.plan.source, &analysis.joined.status()?.source);
        let origin = match fixture.file {
            File::Plan => plan.slice(goto.origin),
            File::Status => status.slice(goto.origin),
        };
        let line = match goto.whole.file {
            File::Plan => fixture.line(goto.shown.start),
            File::Status => fixture.status_line(goto.shown.start),
        };
        Some(format!("{origin} → {}", line.split(',').next().unwrap_or_default()))
    }

    #[test]
    fn a_dependency_leads_to_its_task() {
        let fixture = billing_at("1.2)\n");
        assert_eq!(way(&fixture, definition).unwrap(), "1.2 →  8 - [ ] 1.2 Write postings (depends: 1.1)");
        assert_eq!(way(&fixture, implementation).unwrap(), "1.2 →  6 { \"id\": \"1.2\"");
        assert_eq!(way(&fixture, type_definition).unwrap(), "1.2 →  5 ## Phase 1: Ledger");
    }

    #[test]
    fn a_title_names_nothing_but_belongs_to_its_task() {
        let fixture = billing_at("Number invoices (");
        assert_eq!(way(&fixture, definition), None);
        let line = "- [ ] 2.1 Number invoices (depends: 1.1)";
        assert_eq!(way(&fixture, declaration).unwrap(), format!("{line} → 19 {line}"));
        assert_eq!(way(&fixture, type_definition).unwrap(), format!("{line} → 17 ## Phase 2: Invoices"));
    }

    #[test]
    fn a_phase_that_is_waited_for_leads_to_its_heading() {
        let text = BILLING.replace("(depends: 2.1, 1.3)", "(depends: Pha$0se 1)");
        assert_eq!(way(&Fixture::new(&text), definition).unwrap(), "Phase 1 →  5 ## Phase 1: Ledger");
    }

    #[test]
    fn an_entry_leads_to_the_plans_line() {
        let entry = billing_at("\"description\": \"Print\"");
        for to_plan in [definition, declaration] {
            assert_eq!(way(&entry, to_plan).unwrap(), "\"2.4\" → 22 - [ ] 2.4 Print");
        }
        let unknown = billing_at("\"description\": \"Dream\"");
        assert_eq!(way(&unknown, definition), None);
        assert_eq!(way(&unknown, implementation).unwrap(), "\"9.9\" → 14 { \"id\": \"9.9\"");
        let path = billing_at("docs/plans/billing.md\",");
        assert_eq!(way(&path, definition).unwrap(), "\"docs/plans/billing.md\" →  1 # Billing");
    }

    #[test]
    fn a_detail_belongs_to_its_task() {
        let text = BILLING.replace("Print\n", "Print\n  In co$0lour.\n");
        assert_eq!(way(&Fixture::new(&text), declaration).unwrap(), "  In colour. → 22 - [ ] 2.4 Print");
    }
}
