//! Laws that hold for any text at all.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use tallymark_plan::{Dependency, Dialect, LineKind, Options, Plan, Target, TaskIndex, line_kind, parse};
use tallymark_text::{Edit, Source, Span, apply_edits};

/// What plans are made of, and what goes wrong in them.
const TOKENS: &[&str] = &[
    "- ",
    "* ",
    "1. ",
    "12) ",
    "-",
    "[ ]",
    "[x]",
    "[X]",
    "[~]",
    "[-]",
    "[]",
    "[ x]",
    "[✅/❌]",
    "[\u{a0}]",
    " ",
    "  ",
    "    ",
    "\t",
    "\u{a0}",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "# ",
    "## ",
    "### ",
    "Phase 1: ",
    "Phase 2",
    "第一阶段",
    "Этап 3：",
    "Step 1: ",
    "DISCREPANCY #1: ",
    "**",
    "VERIFY",
    "**VERIFY Phase 1:**",
    "Acceptance Criteria:",
    "Tasks:",
    "`",
    "```",
    "~~~",
    "<!--",
    "-->",
    "<!-- tallymark: allow TM103, TM104 -->",
    "<div>",
    "<details>",
    "> ",
    "| ",
    "1.1",
    "1.1.2",
    "2.10 ",
    "3.6a",
    "T001",
    "[P]",
    "[US1]",
    "(depends: 1.1, 1.2-1.4)",
    "(depends on ",
    "_Depends: 1.1_",
    "Dependencies: ",
    "Phases 1 and 2 depend on Phases 1-3",
    "pipeline-start: when 1.1",
    "[SEQUENTIAL]",
    "Tasks 1.1-1.3 are [PARALLEL]",
    "**Output:** `docs/x/`",
    "Status: 65% done",
    "Progress: 3/7",
    "✅",
    "⏳",
    "️",
    "é",
    "words",
    "---",
    "===",
    "\0",
    "\u{feff}",
    "e\u{301}",
    "]",
    "(",
    ")",
    ":",
    "*",
    "_",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(TOKENS), 0..120).prop_map(|tokens| tokens.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => soup(),
        1 => any::<String>(),
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

fn dialect() -> impl Strategy<Value = Option<Dialect>> {
    prop::option::of(prop::sample::select(Dialect::ALL.as_slice()))
}

/// Whether a span lies in the text and cuts no character.
fn fits(plan: &Plan, span: Span) -> bool {
    plan.source.text().get(span.range()).is_some()
}

fn check(plan: &Plan) {
    let fits = |span: Span| assert!(fits(plan, span), "{span:?} does not fit");
    let ascending = |starts: &mut dyn Iterator<Item = u32>| {
        let starts: Vec<u32> = starts.collect();
        assert!(starts.is_sorted(), "{starts:?}");
    };
    for phase in &plan.phases {
        [phase.heading, phase.block, phase.title].into_iter().chain(phase.number).for_each(fits);
        assert_eq!(phase.heading.cover(phase.block), phase.block);
        assert_eq!(phase.heading.cover(phase.title), phase.heading);
    }
    let names_something = |dependency: &Dependency| {
        fits(dependency.span);
        match dependency.target {
            Target::Task => {}
            Target::Range(first, last) => assert_eq!(first.cover(last), dependency.span),
            Target::Phase(number) => assert_eq!(number.cover(dependency.span), dependency.span),
        }
    };
    let mut keys = HashSet::new();
    for (index, task) in plan.tasks() {
        [task.block, task.line, task.title].into_iter().chain(task.id).for_each(fits);
        assert!(plan.slice(task.line).lines().count() <= 1 || task.form == tallymark_plan::TaskForm::Heading);
        assert_eq!(task.line.cover(task.block), task.block, "the line lies in the block");
        assert_eq!(task.line.cover(task.title), task.line, "the title lies in the line");
        if let Some(mark) = task.mark {
            assert_eq!(mark.outer.cover(mark.span), mark.outer);
            assert_eq!(task.line.cover(mark.outer), task.line);
        }
        if let Some(parent) = task.parent {
            assert!(parent < index, "a parent comes before its children");
            assert_eq!(plan.task(parent).depth + 1, task.depth);
            assert_eq!(plan.task(parent).block.cover(task.block), plan.task(parent).block);
        } else {
            assert_eq!(task.depth, 0);
        }
        assert!(task.phase.is_none_or(|phase| phase.get() < plan.phases.len()));
        let key = plan.key(index);
        assert!(!key.is_empty(), "a key is never empty");
        assert!(keys.insert(key.to_owned()), "{key} is the key of two tasks");
        plan.dependencies(index).iter().for_each(names_something);
    }
    assert!(plan.phase_dependencies.is_sorted_by_key(|(phase, _)| *phase), "they are found by their phase");
    for (phase, dependency) in &plan.phase_dependencies {
        assert!(phase.get() < plan.phases.len());
        names_something(dependency);
    }
    for criterion in &plan.criteria {
        [criterion.line, criterion.title, criterion.mark.span, criterion.mark.outer]
            .into_iter()
            .for_each(fits);
        assert!(criterion.ordinal > 0);
        assert!(criterion.task.is_none_or(|task| task.get() < plan.tasks.len()));
        assert!(criterion.phase.is_none_or(|phase| phase.get() < plan.phases.len()));
    }
    for problem in &plan.problems {
        fits(problem.span);
        assert!(!problem.span.is_empty(), "a problem has a place");
        assert!(apply_edits(plan.source.text(), &problem.mend).is_ok(), "{problem:?}");
    }
    plan.ignored.iter().for_each(|ignored| fits(ignored.span));
    plan.claims.iter().for_each(|claim| fits(claim.span));
    for allowance in &plan.allowances {
        fits(allowance.scope);
        assert_eq!(allowance.scope.cover(allowance.span), allowance.scope);
        allowance.codes.iter().for_each(|&code| {
            assert_eq!(allowance.span.cover(code), allowance.span);
            assert!(!plan.slice(code).contains([',', ' ']), "{:?}", plan.slice(code));
        });
    }
    plan.output.into_iter().chain(plan.title).for_each(fits);
    ascending(&mut plan.tasks.iter().map(|task| task.line.start));
    ascending(&mut plan.criteria.iter().map(|criterion| criterion.line.start));
    ascending(&mut plan.phases.iter().map(|phase| phase.heading.start));
    ascending(&mut plan.problems.iter().map(|problem| problem.span.start));
    ascending(&mut plan.ignored.iter().map(|ignored| ignored.span.start));
    ascending(&mut plan.claims.iter().map(|claim| claim.span.start));
    for line in 0..plan.source.line_count() {
        if let LineKind::Task(task) = line_kind(plan, line) {
            assert_eq!(plan.source.line_of(plan.task(task).line.start as usize), line);
        }
    }
}

/// The keys of all tasks that have no id.
fn derived(plan: &Plan) -> Vec<String> {
    let nameless = |index: &TaskIndex| plan.task(*index).id.is_none();
    plan.tasks().map(|(index, _)| index).filter(nameless).map(|index| plan.key(index).to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_a_sound_plan(text in any_text(), dialect in dialect()) {
        check(&parse(Arc::new(Source::new(&text)), Options { path: "", dialect }));
    }

    /// An empty line, a paragraph or a phase more or less moves tasks, and renames none.
    #[test]
    fn keys_do_not_depend_on_the_place(titles in prop::collection::vec("[a-c]{1,2}( [a-c])?", 1..8), gap in "\n{1,3}") {
        let list = |separator: &str| {
            titles.iter().map(|title| format!("- [ ] {title}")).collect::<Vec<_>>().join(separator)
        };
        let read = |text: String| {
            derived(&parse(Arc::new(Source::new(&text)), Options { path: "", dialect: Some(Dialect::Plain) }))
        };
        prop_assert_eq!(read(list("\n")), read(format!("# Title\n\n## Phase 1: x\n\nText.\n\n{}", list(&gap))));
    }

    /// Whatever ends the lines, the plan is the same.
    #[test]
    fn line_ends_change_nothing(text in soup(), dialect in dialect()) {
        let text = text.replace(['\r', '\0'], "");
        let shape = |text: &str| {
            let plan = parse(Arc::new(Source::new(text)), Options { path: "", dialect });
            let titles: Vec<String> = plan.tasks().map(|(index, _)| format!("{}|{}", plan.key(index), plan.title(index))).collect();
            (titles, plan.phases.len(), plan.criteria.len(), plan.problems.iter().map(|problem| problem.kind).collect::<Vec<_>>())
        };
        prop_assert_eq!(shape(&text), shape(&text.replace('\n', "\r\n")));
        prop_assert_eq!(shape(&text), shape(&text.replace('\n', "\r")));
    }

    /// What mends a near-miss makes a task or a criterion of it.
    #[test]
    fn mending_makes_a_task(line in prop::sample::select(&["-[ ] a", "- []a", "- [] a", "- [ ]a", "- [x ] a", "-\u{a0}[ ] a", "- [\u{a0}] a", "[ ] a", "1.[x] a"][..]), before in prop::sample::select(&["", "text\n\n", "- [ ] b\n", "## Phase 1: x\n\n"][..])) {
        let text = format!("{before}{line}\n");
        let options = Options { path: "", dialect: Some(Dialect::Plain) };
        let plan = parse(Arc::new(Source::new(&text)), options);
        prop_assert_eq!(plan.problems.len(), 1, "{:?}", plan.problems);
        let mended = apply_edits(&text, &plan.problems[0].mend).expect("edits that apply");
        let after = parse(Arc::new(Source::new(&mended)), options);
        prop_assert_eq!(after.problems.len(), 0, "{:?}", mended);
        prop_assert_eq!(after.tasks.len(), plan.tasks.len() + 1, "{:?}", mended);
    }

    /// Other marks in the boxes make the plan that a reading of the text would make.
    #[test]
    fn a_plan_with_other_marks_is_what_would_be_read(text in soup(), dialect in dialect(), signs in prop::collection::vec(prop::sample::select(&[" ", "x", "X", "~", "-", "!", ">", "?", "q"][..]), 1..8)) {
        let path = "plans/plan.md";
        let plan = parse(Arc::new(Source::new(&text)), Options { path, dialect });
        let options = Options { path, dialect: Some(plan.dialect) };
        let plan = parse(Arc::clone(&plan.source), options);
        let marks = plan.tasks.iter().filter_map(|task| task.mark).filter(|mark| mark.span.len() == 1);
        let edits: Vec<Edit> = marks.zip(signs.iter().cycle()).map(|(mark, sign)| Edit::replace(mark.span, (*sign).to_owned())).collect();
        let Ok(edited) = apply_edits(plan.source.text(), &edits) else { return Ok(()) };
        let source = Arc::new(plan.source.with_text(&edited));
        if let Some(with_marks) = plan.with_marks_of(&source) {
            prop_assert_eq!(format!("{with_marks:#?}"), format!("{:#?}", parse(source, options)));
        }
    }
}

/// Marks are taken over, and with them alone; a text with more that is new is read.
#[test]
fn only_other_marks_are_taken_over() {
    let parsed =
        |text: &str| parse(Arc::new(Source::new(text)), Options { path: "", dialect: Some(Dialect::Phased) });
    let plan = parsed("## Phase 1: a\n\n- [ ] 1.1 One\n- [x] 1.2 Two\n- [ ] 1.3 Three\n");
    let with_marks_of = |text: &str| plan.with_marks_of(&Arc::new(Source::new(text)));
    let other = "## Phase 1: a\n\n- [~] 1.1 One\n- [x] 1.2 Two\n- [x] 1.3 Three\n";
    let remarked = with_marks_of(other).expect("only marks differ");
    assert_eq!(format!("{remarked:#?}"), format!("{:#?}", parsed(other)));
    for other in [
        "## Phase 1: b\n\n- [ ] 1.1 One\n- [x] 1.2 Two\n- [ ] 1.3 Three\n",
        "## Phase 1: a\n\n- [x] 1.1 One\n- [x] 1.2 Two\n- [ ] 1.3 Threx\n",
        "## Phase 1: a\n\n- [x] 1.1 Ons\n- [x] 1.2 Two\n- [x] 1.3 Three\n",
        "## Phase 1: a\n\n- [?] 1.1 One\n- [x] 1.2 Two\n- [ ] 1.3 Three\n",
        "## Phase 1: a\n\n- [x] 1.1 One\n- [x] 1.2 Two\n- [ ] 1.3 Three\n\n",
        "\u{feff}## Phase 1: a\n\n- [x] 1.1 One\n- [x] 1.2 Two\n- [ ] 1.3 Three\n",
    ] {
        assert!(with_marks_of(other).is_none(), "{other}");
    }
}
