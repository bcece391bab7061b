//! What the parts of a plan mean, for colours.

use tallymark_plan::{Target, TaskForm, TaskIndex};
use tallymark_sync::{Analysis, State};
use tallymark_text::Span;

use crate::target::tasks_in;

/// A part of the text that means something. No two overlap, none holds a line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
    /// The state of the task that it belongs to or names.
    pub state: Option<State>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// The box of a task or a criterion, with its brackets; an emoji that stands for one.
    Mark,
    /// The id of a task, in its own line.
    Id,
    /// The id of a task that another one waits for.
    Dependency,
    /// The number of a phase, in its heading.
    Phase,
    /// A phase that is waited for.
    PhaseDependency,
    /// A statement about progress.
    Claim,
}

/// The tokens of a plan in the lines that `span` touches, in their order. A mark bears the state that its task is in, which status.json may
/// say, not the box. Nothing for what is no plan.
pub fn tokens(analysis: &Analysis, span: Span) -> Vec<Token> {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    if !plan.is_plan() {
        return Vec::new();
    }
    let tasks = tasks_in(plan, span);
    let mut tokens = Vec::with_capacity(tasks.len() * 3);
    let inside = |start: u32| span.start <= start && start < span.end;
    for index in tasks.clone() {
        task_tokens(analysis, TaskIndex(index), &mut tokens);
    }
    // A task that begins above the span may say more in the lines that the span holds.
    let mut above = tasks.start.checked_sub(1).map(TaskIndex);
    while let Some(task) = above {
        task_tokens(analysis, task, &mut tokens);
        above = plan.task(task).parent;
    }
    // In front matter the id may stand above the line that stands for the task.
    if plan.tasks.first().is_some_and(|first| first.form == TaskForm::FrontMatter) {
        task_tokens(analysis, TaskIndex(0), &mut tokens);
    }
    let criteria = plan.criteria.partition_point(|criterion| criterion.line.start < span.start);
    for (criterion, index) in plan.criteria[criteria..].iter().zip(criteria as u32..) {
        if criterion.line.start >= span.end {
            break;
        }
        let state = Some(joined.criterion_state(index));
        tokens.push(Token { span: criterion.mark.outer, kind: TokenKind::Mark, state });
    }
    let phases = plan.phases.partition_point(|phase| phase.heading.start < span.start);
    for phase in plan.phases[phases..].iter().take_while(|phase| phase.heading.start < span.end) {
        if let Some(number) = phase.number {
            tokens.push(Token { span: number, kind: TokenKind::Phase, state: None });
        }
        if let Some(mark) = phase.mark {
            let state = Some(State::of_meaning(mark.meaning));
            tokens.push(Token { span: mark.outer, kind: TokenKind::Mark, state });
        }
    }
    for (_, dependency) in plan.phase_dependencies.iter().filter(|(_, one)| inside(one.span.start)) {
        tokens.push(Token { span: dependency.span, kind: dependency_kind(dependency.target), state: None });
    }
    for claim in plan.claims.iter().filter(|claim| inside(claim.span.start)) {
        tokens.push(Token { span: claim.span, kind: TokenKind::Claim, state: None });
    }
    if !tokens.is_sorted_by_key(|token| token.span.start) {
        tokens.sort_by_key(|token| token.span.start);
    }
    let mut end = 0;
    tokens.retain(|token| {
        let apart = token.span.start >= end && inside(token.span.start) && !token.span.is_empty();
        let one_line = apart && !plan.slice(token.span).contains(['\n', '\r']);
        if one_line {
            end = token.span.end;
        }
        one_line
    });
    tokens
}

fn task_tokens(analysis: &Analysis, task: TaskIndex, tokens: &mut Vec<Token>) {
    let plan = &*analysis.joined.plan;
    let own = plan.task(task);
    let state = Some(analysis.joined.state(task));
    let mark = own.mark.map(|mark| Token { span: mark.outer, kind: TokenKind::Mark, state });
    let id = own.id.map(|span| Token { span, kind: TokenKind::Id, state });
    tokens.extend(mark);
    tokens.extend(id);
    for dependency in plan.dependencies(task) {
        match dependency.target {
            Target::Task => {
                let state = state_of_named(analysis, dependency.span, task);
                tokens.push(Token { span: dependency.span, kind: TokenKind::Dependency, state });
            }
            Target::Range(first, last) => {
                for span in [first, last] {
                    let state = state_of_named(analysis, span, task);
                    tokens.push(Token { span, kind: TokenKind::Dependency, state });
                }
            }
            Target::Phase(_) => {
                tokens.push(Token { span: dependency.span, kind: TokenKind::PhaseDependency, state: None });
            }
        }
    }
}

fn dependency_kind(target: Target) -> TokenKind {
    match target {
        Target::Task | Target::Range(..) => TokenKind::Dependency,
        Target::Phase(_) => TokenKind::PhaseDependency,
    }
}

/// The state of the one task that an id names there.
fn state_of_named(analysis: &Analysis, id: Span, by: TaskIndex) -> Option<State> {
    let joined = &analysis.joined;
    let mut named = joined.named(joined.plan.slice(id), by);
    let first = named.next()?;
    named.next().is_none().then(|| joined.state(first))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture};

    fn shown(text: &str, span: Option<Span>) -> String {
        let fixture = Fixture::new(text);
        let plan = &fixture.analysis.joined.plan;
        let span = span.unwrap_or(Span::new(0, plan.source.len()));
        let tokens = tokens(&fixture.analysis, span);
        let mut lines = String::new();
        for (index, token) in tokens.iter().enumerate() {
            let line = plan.source.line_of(token.span.start as usize);
            let same = index > 0 && plan.source.line_of(tokens[index - 1].span.start as usize) == line;
            let state = token.state.map_or(String::new(), |state| format!(" {}", state.label()));
            let own = format!("{:?} {:?}{state}", plan.slice(token.span), token.kind);
            lines += &if same { format!(", {own}") } else { format!("\n{:>2} {own}", line + 1) };
        }
        lines
    }

    #[test]
    fn ids_marks_and_what_is_waited_for_have_their_tasks_state() {
        assert_snapshot!(shown(BILLING, None), @r#"

         5 "1" Phase
         7 "[x]" Mark completed, "1.1" Id completed
         8 "[ ]" Mark in progress, "1.2" Id in progress, "1.1" Dependency completed
         9 "[x]" Mark completed, "1.2.1" Id completed
        10 "[ ]" Mark in progress, "1.2.2" Id in progress
        11 "[ ]" Mark pending, "1.3" Id pending, "1.2" Dependency in progress
        14 "[x]" Mark completed
        15 "[ ]" Mark pending
        17 "2" Phase
        19 "[ ]" Mark failed, "2.1" Id failed, "1.1" Dependency completed
        20 "[ ]" Mark pending, "2.2" Id pending, "2.1" Dependency failed, "1.3" Dependency pending
        21 "[ ]" Mark skipped, "2.3" Id skipped
        22 "[ ]" Mark unknown, "2.4" Id unknown
        23 "[ ]" Mark pending, "2.5" Id pending
        "#);
    }

    #[test]
    fn ranges_phases_claims_and_emoji_have_tokens_and_code_has_none() {
        let text = "# P (50% complete)\n\n## Phase 1: A ✅\n\n- [x] 1.1 Ä\n- [~] 1.2 B\n\n## Phase 2: B\n\n- [ ] 2.1 C\n  - Depends on: Phase 1, 1.1-1.2, 7.7\n\n```\n- [ ] 2.2 D\n```\n";
        assert_snapshot!(shown(text, None), @r#"

         1 "50% complete" Claim
         3 "1" Phase, "✅" Mark completed
         5 "[x]" Mark completed, "1.1" Id completed
         6 "[~]" Mark in progress, "1.2" Id in progress
         8 "2" Phase
        10 "[ ]" Mark pending, "2.1" Id pending
        11 "Phase 1" PhaseDependency, "1.1" Dependency completed, "1.2" Dependency in progress, "7.7" Dependency
        "#);
    }

    #[test]
    fn a_range_has_the_tokens_of_its_lines() {
        let start = BILLING.find("## Phase 2").unwrap() - BILLING.find("# Billing").unwrap();
        let span = Span::new(start, start + 20);
        assert_snapshot!(shown(BILLING, Some(span)), @r#"

        17 "2" Phase
        "#);
        assert_eq!(shown("//- README.md\n# Read me\n- [ ] a\n", None), "");
    }
}
