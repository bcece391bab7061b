//! Plans as they should not be: what is broken is said or read around, and the rest is read.

use std::sync::Arc;

use tallymark_plan::{Dialect, IgnoredWhy, LineKind, Options, Plan, ProblemKind, line_kind, parse};
use tallymark_text::Source;

mod scan;

/// A sound plan, to stand behind what is broken.
const REST: &str = "## Phase 9: Rest\n\n- [ ] 9.1 Still read\n- [x] 9.2 Also read\n";

fn read(text: &str, path: &str) -> Plan {
    parse(Arc::new(Source::new(text)), Options { path, dialect: None })
}

fn titles(plan: &Plan) -> Vec<&str> {
    plan.tasks().map(|(task, _)| plan.title(task)).collect()
}

/// Every box is a task, a criterion or a problem, in whichever dialect.
fn nothing_is_dropped(text: &str) {
    for dialect in std::iter::once(None).chain(Dialect::ALL.map(Some)) {
        let plan = parse(Arc::new(Source::new(text)), Options { path: "docs/plans/a.md", dialect });
        for line in scan::boxes(plan.source.text()) {
            let kind = line_kind(&plan, line);
            let told = matches!(
                kind,
                LineKind::Task(_)
                    | LineKind::Criterion(_)
                    | LineKind::Problem(_)
                    | LineKind::Ignored(IgnoredWhy::Legend | IgnoredWhy::Repetition)
            );
            assert!(told, "line {} as {dialect:?} is {kind:?}:\n{}", line + 1, plan.source.line(line));
        }
    }
}

#[test]
fn broken_front_matter() {
    for front in [
        "---\ntitle: \"open quote\nlist: [1, 2\n\t: x\n---\n\n",
        "---\n: : :\n- - -\n{{{\n---\n",
        "---\nid: never closed\ntitle: x\n\n",
        "---\nid: a\nid: b\ntitle: >-\nstatus:\n---\n",
        "---\ntitle: 'no end\n---",
        "+++\ntitle = \n+++\n",
        "---\n---\n",
        "---\r\nid: \"\r\ntitle: |\r\n---\r\n",
    ] {
        let text = format!("{front}\n{REST}");
        let plan = read(&text, "docs/plans/a.md");
        assert_eq!(titles(&plan), ["Still read", "Also read"], "{front:?}");
        assert!(plan.is_plan());
        nothing_is_dropped(&text);
    }
    // A task file whose front matter lacks what it needs, or has it twice.
    let path = "backlog/tasks/task-1 - a.md";
    let plan = read("---\nid: A-1\nid: A-2\ntitle: Twice\nstatus: Done\n---\n\n- [ ] part\n", path);
    assert_eq!((plan.id(tallymark_plan::TaskIndex(0)), plan.tasks.len()), (Some("A-1"), 2));
    let plan = read("---\nid:\ntitle: ''\nstatus: [\n---\n\n# Task 7: Read the title\n\n- [ ] part\n", path);
    assert_eq!((titles(&plan), plan.dialect), (vec!["Read the title", "part"], Dialect::Backlog));
}

#[test]
fn fences_and_comments_that_are_never_closed() {
    let before = "# P\n\n## Phase 1: Before\n\n- [ ] 1.1 Read\n\n";
    let plan = read(&format!("{before}```python\n- [ ] 1.2 swallowed\n\n{REST}"), "");
    assert_eq!(titles(&plan), ["Read"]);
    let problems: Vec<ProblemKind> = plan.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(problems, [ProblemKind::UnclosedFence { swallowed: 3 }]);

    let plan = read(&format!("{before}<!-- a note\n- [ ] 1.2 swallowed\n\n{REST}"), "");
    assert_eq!(titles(&plan), ["Read"]);
    let problems: Vec<ProblemKind> = plan.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(problems, [ProblemKind::UnclosedComment { swallowed: 3 }]);

    // In a list item both end with the item.
    for opening in ["```", "<!--"] {
        let plan = read(&format!("{before}- [ ] 1.2 Item\n  {opening}\n  - [ ] inside\n\n{REST}"), "");
        assert!(titles(&plan).contains(&"Still read"), "{opening}: {:?}", titles(&plan));
    }

    // Elements that are never closed, or closed without having been opened.
    let text = "---\nphase: 1\nplan: 1\n---\n</task>\n<task type=\"auto\">\n<name>Task 1: Open\n<task>\n<name>Task 2: Closed</name>\n</verification>\n<verification>\n- [ ] dry\n<task>\n";
    let plan = read(text, ".planning/phases/01-a/01-01-PLAN.md");
    assert_eq!((titles(&plan), plan.criteria.len()), (vec!["Open", "Closed"], 1));
    nothing_is_dropped(text);
}

#[test]
fn two_dialects_in_one_file() {
    let spec_kit = "## Phase 1: Setup\n\n- [X] T001 [P] Make\n- [ ] T002 Link\n- [ ] T003 Run\n\n";
    let superpowers = "### Task 4: Test\n\n- [ ] **Step 1: Write**\n- [ ] **Step 2: Run**\n\n";
    let kiro = "- [-] 5. Build\n  - [ ]* 5.1 Test\n    - _Requirements: 1.1_\n- [~] 6. Ship\n\n";
    let openspec = "## 7. Group\n\n- [ ] 7.1 Read\n- [ ] 7.1a Write\n\n";
    let parts = [spec_kit, superpowers, kiro, openspec, REST];
    for first in parts {
        for second in parts {
            let text = format!("# Two\n\n{first}{second}");
            nothing_is_dropped(&text);
            let plan = read(&text, "docs/plans/two.md");
            let boxes = scan::boxes(&text).len();
            let told = plan.tasks.iter().filter(|task| task.mark.is_some()).count() + plan.criteria.len();
            assert_eq!(told, boxes, "{}: {text}", plan.dialect.name());
        }
    }
    // The one that speaks more loudly gives the file its dialect.
    assert_eq!(read(&format!("{spec_kit}{REST}"), "").dialect, Dialect::SpecKit);
}

#[test]
fn ids_of_ten_thousand_digits() {
    let long = "1".repeat(10_000);
    let dotted = "1.".repeat(5_000);
    let text = format!(
        "## Phase {long}: Long\n\n- [ ] {long} a\n- [ ] 1.{long} b\n- [ ] {dotted}1 c\n- [ ] T{long} d\n- [ ] 01-{long}: e\n- [ ] 1.1 f (depends: {long}, 1.{long}-2.{long})\n\n### Task {long}: g\n\n- [ ] **Step {long}: h**\n\n{REST}"
    );
    for dialect in Dialect::ALL {
        let source = Arc::new(Source::new(&text));
        let plan = parse(source, Options { path: "", dialect: Some(dialect) });
        assert!(titles(&plan).contains(&"Still read"), "{}", dialect.name());
        let longest = plan.tasks().filter_map(|(task, _)| plan.id(task)).map(str::len).max();
        assert!(longest.is_some_and(|longest| longest < 100), "{}: {longest:?}", dialect.name());
    }
    nothing_is_dropped(&text);
}

#[test]
fn right_to_left_text() {
    let text = "# خطة\n\n## Phase 1: المرحلة الأولى\n\n- [x] 1.1 اقرأ الإعدادات (depends: 1.2)\n- [ ] 1.2 כתוב את הבדיקות\n- [ ] \u{202e}1.3 reversed\u{202c}\n\n**VERIFY Phase 1:**\n- [ ] כל הבדיקות עוברות\n";
    let plan = read(text, "");
    assert_eq!(plan.tasks.len(), 3);
    assert_eq!(plan.id(tallymark_plan::TaskIndex(1)), Some("1.2"));
    assert_eq!(plan.title(tallymark_plan::TaskIndex(0)), "اقرأ الإعدادات");
    assert_eq!((plan.dependencies.len(), plan.criteria.len()), (1, 1));
    // A mark that turns the direction of writing is no part of an id: the task has none, and is not lost.
    assert_eq!(plan.id(tallymark_plan::TaskIndex(2)), None);
    nothing_is_dropped(text);
}

#[test]
fn double_encoded_text() {
    // ✅, → and ❌, read with the wrong character set.
    let text = "# Plan\n\n## Phase 1: Build âœ…\n\n- [âœ…] 1.1 Read â†’ write\n- [ ] 1.2 Parse ‚ùå\n- [√¢≈ì‚Ä¶] 1.3 Join\n\n### üö® DISCREPANCY #1: lost\n";
    let plan = read(text, "");
    assert!(titles(&plan).contains(&"Parse ‚ùå"), "{:?}", titles(&plan));
    assert_eq!(plan.phases.len(), 1);
    nothing_is_dropped(text);
}

#[test]
fn empty_files() {
    for text in ["", "\n", "\u{feff}", "   \n\t\n", "---\n---\n", "\0", "\r"] {
        for dialect in std::iter::once(None).chain(Dialect::ALL.map(Some)) {
            let plan = parse(Arc::new(Source::new(text)), Options { path: "", dialect });
            assert_eq!((plan.tasks.len(), plan.problems.len()), (0, 0), "{text:?} as {dialect:?}");
            assert_eq!(plan.is_plan(), dialect.is_some());
        }
    }
}

/// 64 MiB are read in one go: as many tasks as there are, on one line or on many.
#[test]
fn sixty_four_mebibytes() {
    const SIZE: usize = 64 << 20;
    let line = format!("- [ ] 1.1 {}\n", "words of a long task ".repeat(200));
    let text = format!("{}{REST}", line.repeat(SIZE / line.len()));
    let plan = read(&text, "docs/plans/a.md");
    assert_eq!(plan.tasks.len(), SIZE / line.len() + 2);
    let text = format!("# P\n\n- [ ] 1.1 {}\n\n{REST}", "x".repeat(SIZE));
    let plan = read(&text, "docs/plans/a.md");
    assert_eq!(plan.tasks.len(), 3);
}
