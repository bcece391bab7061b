//! Each dialect by its page in `docs/dialects/`: what the page says is what the parser does.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use tallymark_plan::{Dialect, Meaning, Options, Plan, TaskForm, parse};
use tallymark_text::Source;

fn page(dialect: Dialect) -> String {
    let name = format!("../../../docs/dialects/{}.md", dialect.name());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The sample on a page.
fn sample(page: &str) -> &str {
    let start = page.find("````markdown\n").expect("a sample") + "````markdown\n".len();
    &page[start..start + page[start..].find("````\n").expect("the end of the sample")]
}

fn read(text: &str, dialect: Option<Dialect>) -> Plan {
    parse(Arc::new(Source::new(text)), Options { path: "", dialect })
}

/// One line for each thing in a plan, in document order.
fn listing(plan: &Plan) -> String {
    let mut lines: Vec<(u32, String)> = Vec::new();
    for phase in &plan.phases {
        let number = phase.number.map_or("-", |number| plan.slice(number));
        let mark = phase.mark.map_or(String::new(), |mark| format!(" {:?}", mark.meaning));
        lines.push((phase.heading.start, format!("phase {number} · {}{mark}", plan.slice(phase.title))));
    }
    for (index, task) in plan.tasks() {
        let mut line =
            format!("{}{} · {}", "  ".repeat(task.depth as usize + 1), plan.key(index), plan.title(index));
        let mark = task.mark.map_or("no mark".to_owned(), |mark| format!("{:?}", mark.meaning));
        let _ = write!(line, " · {mark}");
        match task.form {
            TaskForm::Box => {}
            form => {
                let _ = write!(line, " · {form:?}");
            }
        }
        for (flag, word) in
            [(task.parallel, "parallel"), (task.sequential, "sequential"), (task.optional, "optional")]
        {
            if flag {
                let _ = write!(line, " · {word}");
            }
        }
        for dependency in plan.dependencies(index) {
            let _ = write!(line, " · after {}", plan.slice(dependency.span));
        }
        lines.push((task.line.start, line));
    }
    for criterion in &plan.criteria {
        let phase = criterion
            .phase
            .and_then(|phase| plan.phases[phase.get()].number)
            .map_or("", |number| plan.slice(number));
        let (title, mark) = (plan.slice(criterion.title), criterion.mark.meaning);
        lines.push((criterion.line.start, format!("  V{phase}.{} · {title} · {mark:?}", criterion.ordinal)));
    }
    for problem in &plan.problems {
        lines.push((problem.span.start, format!("  problem: {}", problem.kind.words())));
    }
    for ignored in &plan.ignored {
        lines.push((ignored.span.start, format!("  ignored: {}", ignored.why.words())));
    }
    for claim in &plan.claims {
        lines.push((claim.span.start, format!("  claim: {} {:?}", plan.slice(claim.span), claim.kind)));
    }
    for allowance in &plan.allowances {
        let codes: Vec<&str> = allowance.codes.iter().map(|&code| plan.slice(code)).collect();
        lines.push((
            allowance.span.start,
            format!("  allowed: {} in {:?}", codes.join(" "), plan.slice(allowance.scope)),
        ));
    }
    if let Some(output) = plan.output {
        lines.push((output.start, format!("  output: {}", plan.slice(output))));
    }
    lines.sort_by_key(|&(start, _)| start);
    let head = format!("{} · {:?}\n", plan.dialect.name(), plan.verdict);
    lines.into_iter().fold(head, |all, (_, line)| all + &line + "\n")
}

#[test]
fn each_page_has_the_counts_of_its_sample() {
    for dialect in Dialect::ALL {
        let page = page(dialect);
        let plan = read(sample(&page), Some(dialect));
        let counts = format!(
            "Phases: {} · tasks: {} · criteria: {}",
            plan.phases.len(),
            plan.tasks.len(),
            plan.criteria.len()
        );
        assert!(
            page.contains(&counts),
            "the page of {} should say: {counts}\n{}",
            dialect.name(),
            listing(&plan)
        );
        assert_eq!(plan.problems, [], "{}", dialect.name());
        assert!(page.starts_with(&format!("# {}\n", dialect.name())));
    }
}

#[test]
fn each_sample_is_told_by_what_stands_in_it() {
    for dialect in Dialect::ALL.into_iter().filter(|dialect| !matches!(dialect, Dialect::Plain)) {
        let page = page(dialect);
        let path = if dialect == Dialect::OpenSpec { "openspec/changes/colour/tasks.md" } else { "" };
        let plan = parse(Arc::new(Source::new(sample(&page))), Options { path, dialect: None });
        assert_eq!((plan.dialect, plan.is_plan()), (dialect, true), "{:?}", plan.verdict);
    }
    let page = page(Dialect::Plain);
    assert!(!read(sample(&page), None).is_plan(), "a plain list is a plan only if the settings say so");
}

#[test]
fn each_page_has_the_marks_of_its_dialect() {
    let words = |meaning: Meaning| match meaning {
        Meaning::Open => "open",
        Meaning::Queued => "queued",
        Meaning::InProgress => "in progress",
        Meaning::Blocked => "blocked",
        Meaning::Done => "done",
        Meaning::Failed => "failed",
        Meaning::Skipped => "skipped",
        Meaning::Cancelled => "cancelled",
        Meaning::Unknown => "unknown",
    };
    for dialect in Dialect::ALL {
        let page = page(dialect);
        for mark in [" ", "x", "X", "~", "-", "/", ">", "!", "?", "*"] {
            let meaning = dialect.meaning_of(mark);
            let row = format!("| `[{mark}]` | {} |", words(meaning));
            assert_eq!(page.contains(&row), meaning != Meaning::Unknown, "{}: {row}", dialect.name());
        }
        for meaning in [
            Meaning::Open,
            Meaning::Queued,
            Meaning::InProgress,
            Meaning::Blocked,
            Meaning::Done,
            Meaning::Failed,
            Meaning::Skipped,
            Meaning::Cancelled,
        ] {
            if let Some(mark) = dialect.mark_for(meaning) {
                assert_eq!(
                    dialect.meaning_of(mark),
                    meaning,
                    "{}: what is written is read back",
                    dialect.name()
                );
            }
        }
        assert_eq!(dialect.mark_for(Meaning::Unknown), None);
    }
}

#[test]
fn samples() {
    for dialect in Dialect::ALL {
        let page = page(dialect);
        insta::assert_snapshot!(dialect.name(), listing(&read(sample(&page), Some(dialect))));
    }
}

/// What plans of the wild show, one text for each oddity.
#[test]
fn oddities() {
    let texts = [
        (
            "ids",
            "## Phase 1: a\n- [ ] 1.1: colon\n- [ ] 1.2. full stop\n- [ ] 1.3 - dash\n- [ ] **1.4** bold\n- [ ] **1.5 all bold**\n- [ ] **1.6:** bold colon\n- [ ] 1.7a letter\n- [ ] Task 1.8: word\n- [ ] `ABC-1`: prefix\n- [ ] V1. prefix\n- [ ] 1.9：宽\n- [ ] 1.5x no id\n- [ ] 2024-01-02 no id\n- [ ] 3 no id\n",
        ),
        (
            "keys",
            "- [ ] 1.1 a\n- [ ] 1.1 b\n- [ ] 1.1-2 c\n- [ ] x\n  - [ ] 2.1 y\n  - [ ] same\n- [ ] z\n  - [ ] 2.1 y\n  - [ ] same\n  - [ ] **same**\n",
        ),
        (
            "near misses",
            "# t\n\n-[ ] a\n\n- [] b\n- [ ]c\n- [x ] d\n- [\u{a0}] e\n-\u{a0}[ ] f\n\n[ ] g\n\n- [ ]\n- h [x] DONE\n\n| [ ] | i |\n|---|---|\n\n<div>\n- [ ] j\n</div>\n\n    - [ ] k\n",
        ),
        (
            "no boxes",
            "- [link](x)\n- [x](y)\n- [1] citation\n- [^1] note\n- [word] text\n- [x]: /url\n- `[ ]` code\n",
        ),
        (
            "criteria",
            "## Phase 1: a\n- [ ] 1.1 b\n  - **Acceptance Criteria:**\n    - [ ] c\n  - [ ] d\n- [ ] **VERIFY 1**: e\n\n**Definition of Done**\n- [ ] f\n- [ ] 1.2 an id makes a task\n\n**Tasks:**\n- [ ] g\n\n#### Phase 1 Validation\n- [ ] h\n\n## Success Criteria\n### Speed\n- [ ] i\n\n## Phase 2: Validation of j\n- [ ] k\n",
        ),
        (
            "phases",
            "# Phase 0: the title is no phase\n## ✅ Phase 1: a [x] COMPLETE ✅\n- [x] 1.1 b\n## Phase 2 — c\n### Phase 2 Tasks\n- [ ] 2.1 d\n## Этап 3：e\n- [ ] f\n## 第四阶段 g\n- [ ] h\n**Phase 5: i**\n- [ ] j\n**VERIFY:**\n- [ ] verified\n## Notes\n- [ ] k\n",
        ),
        (
            "blocks",
            "---\ntitle: [ ] x\n- [ ] a\n---\n\n- [ ] b\n\n  details\n\n  ```\n  - [ ] code\n  ```\n- [ ] c\nlazy line\n1. [ ] d\n   1) [x] e\n\n> - [ ] quoted\n\n<!-- - [ ] comment -->\n\nTitle\n=====\n\n- - [ ] f\n",
        ),
        ("unclosed", "- [ ] a\n\n```sh\n- [ ] b\n- [ ] c\n"),
        (
            "allowances",
            "- [ ] a <!-- tallymark: allow TM103 -->\n<!-- tallymark: allow TM104, TM201 -- on purpose -->\n- [ ] b\n<!-- tallymark: allow-file TM215 -->\n`<!-- tallymark: allow TM1 -->`\n",
        ),
        (
            "dependencies",
            "- [ ] 1.1 a (depends: 1.2, 1.4-1.6, Phase 2)\n- [ ] 1.2 b [P] (depends on T003)\n  - Depends on: 1.1 ✅, 1.3 (pending), and 1.4\n  - Install dependencies: npm\n- [ ] 1.3 dependencies are none\n",
        ),
        (
            "claims",
            "**Current Status**: 65% implemented, 35% missing\n**Target Status**: 100% implemented\n**Overall Progress:** 3/7 tasks\nStatus: In Progress\n- 100% of tasks\nDate of status: 2025/11/01\n",
        ),
        ("legend", "## Legend\n- [ ] open\n- [x] done\n\n## Work\n- [x] = done\n- [ ] a = b\n- [x] c\n"),
        ("marks", "- [x] a ~~b~~ `c`\n* [~] d\n+ [>] e\n- [✅] f\n- [√] g\n- [✅/❌] h\n- [x]\u{3000}i\n"),
    ];
    for (name, text) in texts {
        insta::assert_snapshot!(
            name.replace(' ', "_"),
            format!("{text}\n---\n{}", listing(&read(text, Some(Dialect::Phased))))
        );
    }
}

#[test]
fn what_is_no_plan_says_why() {
    let three = "# Project\n\n- [ ] a\n- [ ] b\n- [x] c\n";
    let phased = "## Phase 1: a\n- [ ] 1.1 b\n- [ ] 1.2 c\n";
    for (path, text, why) in [
        ("README.md", phased, "a page about the project"),
        ("notes.md", three, "only if the settings say so"),
        ("notes.md", "# Title\n\nwords\n", "no boxes"),
        ("notes.md", "# t\n## Acceptance Criteria\n- [ ] a\n", "no task"),
        ("AGENTS.md", phased, "instructs agents"),
        (".claude/commands/x.md", phased, "instructions for agents"),
        ("templates/plan.md", phased, "a folder of templates"),
        ("docs/plan-template.md", phased, "a template"),
    ] {
        let plan = parse(Arc::new(Source::new(text)), Options { path, dialect: None });
        let tallymark_plan::Verdict::NotAPlan(told) = plan.verdict else {
            panic!("{path} is taken for a plan")
        };
        assert!(told.contains(why), "{path}: {told}");
        // The settings overrule.
        let plan = parse(Arc::new(Source::new(text)), Options { path, dialect: Some(Dialect::Plain) });
        assert!(plan.is_plan());
    }
    assert!(
        parse(Arc::new(Source::new(three)), Options { path: "docs/plans/x.md", dialect: None }).is_plan()
    );
    assert!(read(phased, None).is_plan());
}

/// The fence on the page of GSD that is a PLAN file.
#[test]
fn the_plan_file_on_the_page_of_gsd() {
    let page = page(Dialect::Gsd);
    let start = page.find("```markdown\n---").expect("a PLAN file") + "```markdown\n".len();
    let text = &page[start..start + page[start..].find("\n```\n").expect("its end") + 1];
    let path = ".planning/phases/01-wood/01-02-PLAN.md";
    for path in [path, ""] {
        let plan = parse(Arc::new(Source::new(text)), Options { path, dialect: None });
        assert_eq!((plan.dialect, plan.is_plan(), plan.problems.len()), (Dialect::Gsd, true, 0), "{path}");
        let tasks: Vec<(Option<&str>, &str)> =
            plan.tasks().map(|(task, _)| (plan.id(task), plan.title(task))).collect();
        assert_eq!(tasks, [(Some("1"), "Nail the roof"), (None, "checkpoint:human-verify")]);
        assert!(plan.slice(plan.tasks[0].block).ends_with("stays on</verify>\n</task>"));
        assert_eq!(plan.criteria.len(), 1);
    }
}

#[test]
fn a_backlog_task_without_front_matter_is_its_title() {
    let text = "# Task epic-11.4: Move the roof\n\n**Status**: COMPLETED\n\n## Success Criteria\n\n- [ ] Dry\n\n## Steps\n\n- [x] Lift\n";
    let path = "backlog/tasks/task-epic-11.4-move-the-roof.md";
    let plan = parse(Arc::new(Source::new(text)), Options { path, dialect: None });
    assert_eq!((plan.dialect, plan.is_plan()), (Dialect::Backlog, true));
    insta::assert_snapshot!("backlog_title", listing(&plan));
}

#[test]
fn the_labels_of_spec_kit_in_every_order() {
    let text = "## Phase 1: Setup\n\n- [ ] T001 [P] [US1] a (depends on T002, T003)\n- [ ] T002 [US1] [P] b\n- [ ] T003 [P][US2] c\n- [ ] [T004] [P] d\n- [X] T006a [US1, US2] e\n- [ ] T007 [Story] f\n- [ ] T008: [P] g [US3]\n- [ ] T009 [USA] h\n\n**Checkpoint**: all is set up\n\n- [ ] T010 i\n";
    insta::assert_snapshot!("spec_kit_labels", listing(&read(text, Some(Dialect::SpecKit))));
}

#[test]
fn of_two_boxes_for_one_phase_the_first_has_the_say() {
    let text = "# Roadmap\n\n- [x] **Phase 1: Set up**\n- [ ] **Phase 1: Set up again**\n\n### Phase 1: Set up\n\n- [ ] 01-01: Begin\n- [ ] 01-02: Go on\n";
    for _ in 0..20 {
        let plan = read(text, Some(Dialect::Gsd));
        assert_eq!(plan.phases[0].mark.map(|mark| mark.meaning), Some(Meaning::Done));
    }
}
