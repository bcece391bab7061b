//! The outline.

use tallymark_plan::{PhaseIndex, Plan, TaskIndex};
use tallymark_sync::{Analysis, State};
use tallymark_text::Span;

use crate::words::{one_line, plain_title};

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

/// How many characters of a name are shown.
const NAME: usize = 120;

/// The outline of a plan: phases and tasks, nested, and one line for the criteria of each phase. A list of every
/// criterion would bury the tasks.
pub fn symbols(analysis: &Analysis) -> Vec<Symbol> {
    let plan = &*analysis.joined.plan;
    if !plan.is_plan() {
        return Vec::new();
    }
    let depths = phase_depths(plan);
    let mut symbols = Vec::with_capacity(plan.phases.len() + plan.tasks.len());
    for (index, &depth) in depths.iter().enumerate() {
        symbols.push(phase_symbol(analysis, PhaseIndex(index as u32), depth));
    }
    for (task, _) in plan.tasks() {
        symbols.push(task_symbol(analysis, task, &depths));
    }
    criteria_symbols(analysis, &depths, &mut symbols);
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
        name: name(&plain_title(plan.slice(own.title))),
        detail: if progress.total > 0 { progress.to_string() } else { String::new() },
        kind: SymbolKind::Phase,
        span: own.block.cover(own.heading),
        line: own.heading,
    }
}

fn task_symbol(analysis: &Analysis, task: TaskIndex, depths: &[u32]) -> Symbol {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let own = plan.task(task);
    let state = joined.state(task);
    let below = joined.below[task.get()];
    let detail = match (state, below.total) {
        (State::Pending, 0) => String::new(),
        (State::Pending, _) => below.to_string(),
        (_, 0) => state.label().to_owned(),
        _ => format!("{}, {below}", state.label()),
    };
    let title = plain_title(plan.title(task));
    let name = match plan.id(task) {
        Some(id) => name(&[id, " ", &title].concat()),
        None => name(&title),
    };
    Symbol {
        depth: own.phase.map_or(0, |phase| depths[phase.get()] + 1) + u32::from(own.depth),
        name,
        detail,
        kind: SymbolKind::Task(state),
        span: own.block.cover(own.line),
        line: own.line,
    }
}

/// One line for each run of criteria that belong to a phase and to no task.
fn criteria_symbols(analysis: &Analysis, depths: &[u32], symbols: &mut Vec<Symbol>) {
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
            depth: criterion.phase.map_or(0, |phase| depths[phase.get()] + 1),
            name: "Criteria".to_owned(),
            detail: format!("{met}/{}", end - first),
            kind: SymbolKind::Criteria,
            span: criterion.line.cover(plan.criteria[end - 1].line),
            line: criterion.line,
        });
        first = end;
    }
}

fn name(text: &str) -> String {
    let name = one_line(text, NAME);
    if name.is_empty() { "(no title)".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture};

    fn outline(text: &str) -> String {
        let fixture = Fixture::new(text);
        let mut shown = String::new();
        for symbol in symbols(&fixture.analysis) {
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
        for symbol in symbols(&fixture.analysis) {
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
