//! The outline.

use tallymark_plan::{PhaseIndex, Plan, Task, TaskForm, TaskIndex};
use tallymark_sync::{Analysis, State};
use tallymark_text::Span;

use crate::words::{detail, outline_name, plain_title, task_name};

/// A line of the outline. The list is flat and in document order; `depth` says what lies below what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// How deep it lies; at most one more than the one before it.
    pub depth: u32,
    /// What it is called; never empty.
    pub name: String,
    /// State and progress: `in progress`, `3/7 · 43%`.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All that belongs to it.
    pub span: Span,
    /// Its own line; lies in `span`.
    pub line: Span,
}

/// What a line of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A phase.
    Phase,
    /// A task, in this state.
    Task(State),
    /// All criteria of a phase that belong to no task, as one line.
    Criteria,
}

/// What an outline holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Outline {
    /// Phases and tasks.
    #[default]
    Full,
    /// What is no heading: for editors that show the headings of every markdown file themselves, and would show each twice.
    WithoutHeadings,
}

/// The outline of a plan: phases and tasks, nested, and one line for the criteria of each phase. A list of every
/// criterion would bury the tasks.
pub fn symbols(analysis: &Analysis, outline: Outline) -> Vec<Symbol> {
    let plan = &*analysis.joined.plan;
    if !plan.is_plan() {
        return Vec::new();
    }
    let mut symbols = Vec::with_capacity(plan.phases.len() + plan.tasks.len());
    match outline {
        Outline::Full => {
            let depths = phase_depths(plan);
            for (index, &depth) in depths.iter().enumerate() {
                symbols.push(phase_symbol(analysis, PhaseIndex(index as u32), depth));
            }
            for (task, own) in plan.tasks() {
                let depth = own.phase.map_or(0, |phase| depths[phase.get()] + 1) + u32::from(own.depth);
                symbols.push(task_symbol(analysis, task, depth));
            }
            criteria_symbols(analysis, |phase| depths[phase.get()] + 1, &mut symbols);
        }
        Outline::WithoutHeadings => {
            let mut depths = vec![0; plan.tasks.len()];
            for (task, own) in plan.tasks() {
                let is_shown = |task: &Task| task.form != TaskForm::Heading;
                let above = own
                    .parent
                    .map_or(0, |parent| depths[parent.get()] + u32::from(is_shown(plan.task(parent))));
                depths[task.get()] = above;
                if is_shown(own) {
                    symbols.push(task_symbol(analysis, task, above));
                }
            }
            criteria_symbols(analysis, |_| 0, &mut symbols);
        }
    }
    // A heading that is a phase and a task both: the phase is the outer one.
    symbols.sort_by_key(|symbol| (symbol.line.start, symbol.kind != SymbolKind::Phase));
    // What cannot lie so deep, because nothing is above it, lies as deep as it can.
    let mut before = None;
    for symbol in &mut symbols {
        symbol.depth = symbol.depth.min(before.map_or(0, |depth: u32| depth + 1));
        before = Some(symbol.depth);
    }
    symbols
}

/// For each phase, how many phases it lies in.
fn phase_depths(plan: &Plan) -> Vec<u32> {
    let mut open: Vec<Span> = Vec::new();
    plan.phases
        .iter()
        .map(|phase| {
            while open.last().is_some_and(|outer| outer.end <= phase.heading.start) {
                open.pop();
            }
            open.push(phase.block);
            open.len() as u32 - 1
        })
        .collect()
}

fn phase_symbol(analysis: &Analysis, phase: PhaseIndex, depth: u32) -> Symbol {
    let plan = &*analysis.joined.plan;
    let own = &plan.phases[phase.get()];
    let progress = analysis.joined.phases[phase.get()];
    Symbol {
        depth,
        name: outline_name(&plain_title(plan.slice(own.title))),
        detail: if progress.total > 0 { progress.to_string() } else { String::new() },
        kind: SymbolKind::Phase,
        span: own.block.cover(own.heading),
        line: own.heading,
    }
}

fn task_symbol(analysis: &Analysis, task: TaskIndex, depth: u32) -> Symbol {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let own = plan.task(task);
    Symbol {
        depth,
        name: task_name(plan, task),
        detail: detail(joined, task),
        kind: SymbolKind::Task(joined.state(task)),
        span: own.block.cover(own.line),
        line: own.line,
    }
}

/// One line for each run of criteria that belong to a phase and to no task.
fn criteria_symbols(analysis: &Analysis, below: impl Fn(PhaseIndex) -> u32, symbols: &mut Vec<Symbol>) {
    let plan = &*analysis.joined.plan;
    let free = |index: usize| plan.criteria.get(index).filter(|criterion| criterion.task.is_none());
    let mut first = 0;
    while first < plan.criteria.len() {
        let Some(criterion) = free(first) else {
            first += 1;
            continue;
        };
        let mut end = first + 1;
        while free(end).is_some_and(|next| next.phase == criterion.phase) {
            end += 1;
        }
        let met = (first..end)
            .filter(|&index| analysis.joined.criterion_state(index as u32) == State::Completed)
            .count();
        symbols.push(Symbol {
            depth: criterion.phase.map_or(0, &below),
            name: "Criteria".to_owned(),
            detail: format!("{met}/{}", end - first),
            kind: SymbolKind::Criteria,
            span: criterion.line.cover(plan.criteria[end - 1].line),
            line: criterion.line,
        });
        first = end;
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture};

    fn outline(text: &str) -> String {
        outline_of(text, Outline::Full)
    }

    fn outline_of(text: &str, outline: Outline) -> String {
        let fixture = Fixture::new(text);
        let mut shown = String::new();
        for symbol in symbols(&fixture.analysis, outline) {
            let indent = "  ".repeat(symbol.depth as usize);
            let kind = match symbol.kind {
                SymbolKind::Phase => '#',
                SymbolKind::Task(_) => '-',
                SymbolKind::Criteria => '?',
            };
            shown.push_str(format!("{indent}{kind} {} | {}", symbol.name, symbol.detail).trim_end());
            shown.push('\n');
        }
        shown
    }

    #[test]
    fn the_outline_has_phases_tasks_and_one_line_for_the_criteria() {
        assert_snapshot!(outline(BILLING), @r"
        # Phase 1: Ledger | 2/5 · 40%
          - 1.1 Create the ledger table | completed
          - 1.2 Write postings | in progress, 1/2 · 50%
            - 1.2.1 Debit side | completed
            - 1.2.2 Credit side | in progress
          - 1.3 Reconcile nightly |
          ? Criteria | 1/2
        # Phase 2: Invoices | 0/4 · 0%
          - 2.1 Number invoices | failed
          - 2.2 Send them by mail |
          - 2.3 Archive [old](command:erase) ones | skipped
          - 2.4 Print | unknown
          - 2.5 Sort |
        ");
    }

    #[test]
    fn an_editor_that_shows_headings_itself_gets_what_lies_below_them() {
        let text = "# Report\n\n## Phase 1: Engine\n\n### Task 1: Build\n\n- [x] **Step 1: Draw**\n  - [ ] Cut\n\n### Task 2: Run\n\n- [ ] **Step 1: Start**\n";
        let shown = outline_of(text, Outline::WithoutHeadings);
        assert!(!shown.contains("Task 1") && !shown.contains("Phase"), "{shown}");
        assert!(shown.contains("Draw | completed") && shown.contains("Start"), "{shown}");
        assert_eq!(
            outline_of(BILLING, Outline::WithoutHeadings).lines().next(),
            Some("- 1.1 Create the ledger table | completed")
        );
    }

    #[test]
    fn phases_and_tasks_nest() {
        let text = "# Nested\n\n- [ ] Before all\n\n## Phase 1: Outer\n\n- [ ] 1.1 One\n\n### Phase 1.1: Inner\n\n- [ ] 1.1.1 Two\n  - [ ] 1.1.1.1 Three\n\n## Phase 2: **Other**\n\n- [ ] ``` `\n";
        assert_snapshot!(outline(text), @r"
        - Before all |
        # Phase 1: Outer | 0/3 · 0%
          - 1.1 One |
          # Phase 1.1: Inner | 0/2 · 0%
            - 1.1.1 Two | 0/1 · 0%
              - 1.1.1.1 Three |
        # Phase 2: Other | 0/1 · 0%
          - (no title) |
        ");
    }

    #[test]
    fn every_line_lies_in_its_span_and_below_what_is_above_it() {
        let fixture = Fixture::new(BILLING);
        let mut above: Vec<Span> = Vec::new();
        for symbol in symbols(&fixture.analysis, Outline::Full) {
            assert_eq!(symbol.span.cover(symbol.line), symbol.span, "{symbol:?}");
            above.truncate(symbol.depth as usize);
            assert_eq!(
                above.len(),
                symbol.depth as usize,
                "{symbol:?} lies deeper than one below the line before"
            );
            if let Some(outer) = above.last() {
                assert_eq!(outer.cover(symbol.span), *outer, "{symbol:?}");
            }
            above.push(symbol.span);
        }
    }

    #[test]
    fn a_file_that_is_no_plan_has_none() {
        assert_eq!(outline("# Read me\n\nWords.\n"), "");
    }
}
