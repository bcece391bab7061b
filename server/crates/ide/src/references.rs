//! Every place that names a task or a phase: in the plan, and in its status.json.

use tallymark_plan::{Target, TaskIndex};
use tallymark_sync::{Analysis, File, NamedAs};
use tallymark_text::Span;

use crate::cursor::{Subject, entry_of, subject_at};

/// A place that names what was asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Reference {
    /// The file.
    pub file: File,
    /// The bytes of the name.
    pub span: Span,
    /// Whether it stands there itself, and is not only named: its own id, its own heading, its own entry.
    pub is_own: bool,
}

/// All places of both files that name what is named at an offset of one of them, those of the plan first, in document order.
pub fn references(analysis: &Analysis, file: File, offset: usize) -> Vec<Reference> {
    let Some((subject, _)) = subject_at(analysis, file, offset) else { return Vec::new() };
    let mut found = in_plan(analysis, subject);
    found.extend(in_status(analysis, subject));
    found.sort_unstable_by_key(|reference| (reference.file, reference.span));
    found.dedup_by_key(|reference| (reference.file, reference.span));
    found
}

/// The places of one file that name what is named at an offset of it. A title names nothing: there the editor's own way of
/// showing a word's twins holds.
pub fn highlights(analysis: &Analysis, file: File, offset: usize) -> Vec<Reference> {
    let Some((subject, span)) = subject_at(analysis, file, offset) else { return Vec::new() };
    let is_line = match (file, subject) {
        (File::Plan, Subject::Task(task)) => span == analysis.joined.plan.task(task).line,
        (File::Plan, Subject::Criterion(_)) => true,
        _ => !span.touches(offset),
    };
    if is_line {
        return Vec::new();
    }
    let mut found = match file {
        File::Plan => in_plan(analysis, subject),
        File::Status => in_status(analysis, subject),
    };
    found.sort_unstable();
    found
}

/// The id under which the task at an offset is known to other files, such as findings, with its task.
pub fn id_of_task_at(analysis: &Analysis, file: File, offset: usize) -> Option<(TaskIndex, &str)> {
    let (Subject::Task(task), _) = subject_at(analysis, file, offset)? else { return None };
    Some((task, analysis.joined.plan.id(task)?))
}

fn in_plan(analysis: &Analysis, subject: Subject) -> Vec<Reference> {
    let plan = &*analysis.joined.plan;
    let reference = |span, is_own| Reference { file: File::Plan, span, is_own };
    match subject {
        Subject::Task(task) => {
            let named = analysis.places_naming(task);
            if named.is_empty() {
                return vec![reference(plan.task(task).line, true)];
            }
            named.into_iter().map(|named| reference(named.span, named.as_what == NamedAs::Own)).collect()
        }
        Subject::Phase(phase) => {
            let own = &plan.phases[phase.get()];
            let number = own.number.map(|number| plan.slice(number));
            let all = plan.dependencies.iter().chain(plan.phase_dependencies.iter().map(|(_, by)| by));
            let named = all.filter(|dependency| match dependency.target {
                Target::Phase(named) => Some(plan.slice(named)) == number,
                Target::Task | Target::Range(..) => false,
            });
            let named = named.map(|dependency| reference(dependency.span, false));
            std::iter::once(reference(own.title, true)).chain(named).collect()
        }
        Subject::Criterion(at) => vec![reference(plan.criteria[at as usize].line, true)],
        Subject::Entry(_) | Subject::Plan => Vec::new(),
    }
}

fn in_status(analysis: &Analysis, subject: Subject) -> Vec<Reference> {
    let joined = &analysis.joined;
    let Some(status) = joined.status() else { return Vec::new() };
    let reference = |span, is_own| Reference { file: File::Status, span, is_own };
    let Some(entry) = entry_of(analysis, subject) else { return Vec::new() };
    let own = status.entry(entry);
    let shown = own.id.as_ref().map_or(Span { end: own.span.start + 1, ..own.span }, |id| id.span);
    let mut found = vec![reference(shown, true)];
    let id = status.id(entry);
    // Two entries of one id: who names it names the first, or nobody knows whom.
    if !id.is_empty() && joined.entries_with_id(id).count() == 1 {
        for (_, other) in status.entries() {
            let named = other.dependencies.iter().chain(&other.dependents);
            let named = named.filter(|named| status.str(named) == id);
            found.extend(named.map(|named| reference(named.span, false)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{BILLING, Fixture, billing_at};

    fn told(fixture: &Fixture, found: &[Reference]) -> Vec<String> {
        let analysis = &fixture.analysis;
        let tell = |reference: &Reference| {
            let own = if reference.is_own { "!" } else { "" };
            let start = reference.span.start;
            match reference.file {
                File::Plan => {
                    let source = &analysis.joined.plan.source;
                    let line = source.line_of(start as usize) + 1;
                    format!("plan {line}: {}{own}", source.slice(reference.span))
                }
                File::Status => {
                    let source = &analysis.joined.status().expect("there is one").source;
                    let line = source.line_of(start as usize) + 1;
                    format!("status {line}: {}{own}", source.slice(reference.span))
                }
            }
        };
        found.iter().map(tell).collect()
    }

    fn found(fixture: &Fixture) -> Vec<String> {
        told(fixture, &references(&fixture.analysis, fixture.file, fixture.span.start as usize))
    }

    fn shown(fixture: &Fixture) -> Vec<String> {
        told(fixture, &highlights(&fixture.analysis, fixture.file, fixture.span.start as usize))
    }

    #[test]
    fn a_task_is_found_in_both_files_from_either() {
        let expected = ["plan 7: 1.1!", "plan 8: 1.1", "plan 19: 1.1", "status 4: \"1.1\"!"];
        for at in ["1.1 Create", "1.1)\n  - [x]", "\"Create the ledger"] {
            assert_eq!(found(&billing_at(at)), expected, "{at}");
        }
    }

    #[test]
    fn prose_tables_and_ranges_name_tasks() {
        let text = format!(
            "{}{}",
            "//- docs/plans/x.md\n# X\n\n## Phase 1: A\n\n- [ ] 1.1 One\n- [ ] 1$0.2 Two\n- [ ] 1.3 Three (depends: 1.1-1.3)\n\n",
            "Task 1.2 needs version 1.2.\n\n| Task | After |\n|---|---|\n| 1.3 | 1.2 |\n\n```\nTask 1.2\n```\n"
        );
        let expected = ["plan 6: 1.2!", "plan 7: 1.1-1.3", "plan 9: 1.2", "plan 13: 1.2"];
        assert_eq!(found(&Fixture::new(&text)), expected);
    }

    #[test]
    fn dependencies_in_status_json_name_their_tasks() {
        let text = BILLING.replace(
            "\"description\": \"Reconcile nightly\",",
            "\"description\": \"Reconcile nightly\", \"dependencies\": [\"1$0.2\"],",
        );
        let fixture = Fixture::new(&text);
        let expected = ["plan 8: 1.2!", "plan 11: 1.2", "status 6: \"1.2\"!", "status 9: \"1.2\""];
        assert_eq!(found(&fixture), expected);
        assert_eq!(shown(&fixture), expected[2..]);
    }

    #[test]
    fn a_phase_is_named_by_who_waits_for_it() {
        let text = BILLING.replace("(depends: 2.1, 1.3)", "(depends: Pha$0se 1)");
        assert_eq!(shown(&Fixture::new(&text)), ["plan 5: Phase 1: Ledger!", "plan 20: Phase 1"]);
    }

    #[test]
    fn only_names_are_highlighted() {
        assert_eq!(shown(&billing_at("1.2 Write")), ["plan 8: 1.2!", "plan 11: 1.2"]);
        assert_eq!(shown(&billing_at("Write postings (")), [""; 0]);
        assert_eq!(found(&billing_at("The sums agree")), ["plan 14: - [x] The sums agree!"]);
    }
}
