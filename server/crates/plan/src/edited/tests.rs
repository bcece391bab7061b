//! A plan after an edit is the plan that reading the whole text gives, whatever is edited.
//!
//! `EDITS=100000 cargo test --release -p tallymark-plan edited` makes so many edits instead of a few thousand; `EDITS_SEED=7` others.

use std::path::Path;
use std::sync::Arc;

use crate::{Changed, Dialect, Options, Plan, Task, parse, parse_to_edit};
use tallymark_text::{Replaced, Source, Span};

/// What is typed, pasted and opened.
const PIECES: &[&str] = &[
    "x",
    "x",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "- ",
    "- [ ] ",
    "- [x] ",
    "  - [ ] sub\n",
    "\n- [ ] 1.9 New\n",
    "\n- [ ] loose\n",
    "\n- [x] 2.1 Twice\n- [ ] 2.1 Twice\n",
    "# ",
    "\n# Title\n",
    "\n## ",
    "\n## Phase 3: More\n",
    "\n## Phase 1: Again\n",
    "\n### Task 7: Step\n",
    "\n### Validation\n",
    "\n**VERIFY Phase 1:**\n",
    "\n**Phase 9: Label**\n",
    "\n```\n",
    "```",
    "~~~\n",
    "<!--",
    "-->",
    "\n<!--\n",
    "\n<!-- tallymark: allow TM103 -->\n",
    "<!-- tallymark: allow-file TM104 -->",
    "\n> quote\n",
    "> ",
    "    ",
    "\t",
    "1. ",
    "\n1. [ ] one\n2. [ ] two\n",
    "2. ",
    "\n---\n",
    "---\n",
    "===\n",
    "\n<div>\n",
    "</div>",
    "<pre>",
    "\n<task type=\"auto\">\n",
    "<name>Task 1: A</name>",
    "(depends: 1.1, 1.2)",
    "\n**Depends on**: Phase 1\n",
    "\nPhase 2 depends on Phase 1\n",
    "\n  - Depends: task 1.1\n",
    "Tasks 1.1-1.3 are [SEQUENTIAL]",
    "[P]",
    "\n**Output:** `docs/y/`\n",
    "Output: ",
    "Progress: 3/7",
    "\nOverall: 40%\n",
    "65%",
    "\n| Phase | Done | Tasks |\n|---|---|---|\n| Phase 1 | 1/2 | 3 |\n",
    "\n## History\n",
    "[a]: /b\n",
    "[x]",
    "[ ]",
    "[~]",
    "[",
    "]",
    "`",
    "**",
    "*",
    "_",
    "\\",
    "é",
    "日本",
    "🚀",
    "\u{a0}",
    "\u{feff}",
    "1.1 ",
    "1.1",
    "T001 ",
    "- [ ] T00",
    "AUTH-01: ",
    ":",
    "Legend",
    "VERIFY",
    "phase 1",
    "&amp;",
    "\\\n",
    "\n- a\n\n  b:\n",
    "\n-\n  Tasks:\n",
    "+ x\n",
    "* [ ] y\n",
    "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - x\n",
];

/// Texts to begin with, each of its kind.
const PHASED: &str = "---\ntitle: x\n---\n# Plan: a\n\n**Output:** `docs/plan-outputs/a/`\n\n## Overview\n\nProgress: 1/4 tasks\n\n## Phase 1: One\n\n**Execution Note:** Tasks 1.1-1.2 are [SEQUENTIAL]\n\n- [ ] 1.1 First (depends: 2.1)\n  - detail\n  - [x] 1.1.1 below\n- [x] 1.2 Second\n\n**VERIFY Phase 1:**\n- [ ] All is well\n- [ ] And good\n\n## Phase 2: Two\n\n**Depends on**: Phase 1\n\n- [ ] 2.1 Third\n\n  ```\n  - [ ] code\n  ```\n\n- [ ] 2.2 Fourth [2/5]\n\n### Notes\n\n> - [ ] quoted\n\n<!-- tallymark: allow TM104 -->\n- [ ] 2.3 Fifth\n";
const LOOSE: &str = "# Things\n\n## Phase 1\n\n- [ ] Write tests\n  - [ ] Write tests\n  - [x] Read\n- [ ] Write tests\n- [ ] Ship\n\n## Phase 2\n\n- [ ] Write tests\n- [ ] 1.1 Ship\n- [ ] 1.1 Ship again\n  - [ ] 1.1.1 x\n- [ ] Other\n";
const STEPS: &str = "# Plan\n\n### Task 1: Make\n\n- [ ] **Step 1: Write**\n- [ ] **Step 2: Run**\n\n### Task 2: Use\n\nProgress: 1/2\n\n- [ ] **Step 1: Call**\n- [x] **Step 2: Done**\n\n### Task 3: End\n\n- [ ] **Step 1: Call**\n\nDepends on: Task 1\n";

/// A generator of numbers: the same edits each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// A stretch to replace, and by what.
fn edit(numbers: &mut Numbers, text: &str) -> (Span, String) {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(numbers.below(text.len() + 1));
    let line = text[start..].find('\n').map_or(text.len(), |end| start + end + 1);
    let lines = |count: usize| text[line..].split_inclusive('\n').take(count).map(str::len).sum::<usize>();
    let piece = PIECES[numbers.below(PIECES.len())].to_owned();
    match numbers.below(10) {
        // Typing.
        0..=3 => (Span::at(start), piece),
        // Replacing.
        4 => (Span::new(start, boundary(start + numbers.below(12))), piece),
        // At the beginning of a line.
        5 => (Span::at(line), piece),
        // Deleting some bytes.
        6 | 7 => (Span::new(start, boundary(start + 1 + numbers.below(4))), String::new()),
        // Deleting lines.
        8 => (Span::new(line, line + lines(1 + numbers.below(3))), String::new()),
        // Pasting lines that stand elsewhere.
        _ => {
            let from = boundary(numbers.below(text.len() + 1));
            let pasted = text[from..].split_inclusive('\n').skip(1).take(1 + numbers.below(6));
            (Span::at(line), pasted.collect())
        }
    }
}

/// That two plans of one text are the same.
fn same(edited: &Plan, whole: &Plan, what: &dyn Fn() -> String) {
    macro_rules! same {
        ($($field:ident),*) => {
            $(assert!(edited.$field == whole.$field, "{} differ: {}", stringify!($field), what());)*
        };
    }
    same!(
        dialect,
        verdict,
        title,
        phases,
        criteria,
        tasks,
        dependencies,
        phase_dependencies,
        output,
        claims,
        allowances,
        problems,
        ignored,
        source
    );
}

/// That what is said to be unchanged is.
fn unchanged(old: &Plan, new: &Plan, changed: &Changed) {
    assert_eq!(
        old.tasks.len() as u32 - changed.tasks.old.len() as u32,
        new.tasks.len() as u32 - changed.tasks.new.len() as u32
    );
    if changed.everything {
        return;
    }
    assert!(
        old.source.text()[..changed.bytes.old.start as usize]
            == new.source.text()[..changed.bytes.new.start as usize]
    );
    assert!(
        old.source.text()[changed.bytes.old.end as usize..]
            == new.source.text()[changed.bytes.new.end as usize..]
    );
    let words = |plan: &Plan, task: &Task| {
        let slice = |span| plan.slice(span).to_owned();
        (
            slice(task.line),
            task.id.map(slice),
            slice(task.title),
            task.mark,
            task.form,
            task.depth,
            task.parallel,
            task.sequential,
        )
    };
    for (index, task) in old.tasks() {
        let Some(now) = changed.tasks.place(index.0) else { continue };
        let now = crate::TaskIndex(now);
        let (line, id, title, mark, ..) = words(old, task);
        let (new_line, new_id, new_title, new_mark, ..) = words(new, new.task(now));
        assert_eq!(
            (line, id, title, mark.map(|mark| mark.meaning)),
            (new_line, new_id, new_title, new_mark.map(|mark| mark.meaning))
        );
        assert_eq!(task.parallel, new.task(now).parallel);
        assert_eq!(task.sequential, new.task(now).sequential);
        if !changed.keys {
            assert_eq!(old.key(index), new.key(now));
        }
        let outside = |parent: u32| changed.tasks.place(parent);
        if let Some(parent) = task.parent.and_then(|parent| outside(parent.0)) {
            assert_eq!(Some(parent), new.task(now).parent.map(|parent| parent.0));
        }
        if let Some(phase) = task.phase.and_then(|phase| changed.phases.place(phase.0)) {
            assert_eq!(Some(phase), new.task(now).phase.map(|phase| phase.0));
        }
        let waits = |plan: &Plan, task| {
            plan.dependencies(task).iter().map(|one| plan.slice(one.span).to_owned()).collect::<Vec<_>>()
        };
        if !changed.keys && task.form == crate::TaskForm::Box {
            assert_eq!(waits(old, index), waits(new, now));
        }
    }
}

/// Makes edits, one after the other, and compares after each. Gives how many were made without reading all.
fn follow(text: &str, options: Options<'_>, edits: usize, numbers: &mut Numbers) -> usize {
    let mut plan = parse_to_edit(Arc::new(Source::new(text)), options);
    same(&plan, &parse(Arc::clone(&plan.source), options), &|| text.to_owned());
    let mut quick = 0;
    for _ in 0..edits {
        let mut source = (*plan.source).clone();
        let mut replaced: Option<Replaced> = None;
        // Now and then several at once.
        for _ in 0..1 + numbers.below(8) / 7 {
            let (span, with) = edit(numbers, source.text());
            source.replace(span, &with);
            let one = Replaced::new(span, with.len());
            replaced = Some(replaced.map_or(one, |before| before.then(one)));
        }
        let replaced = replaced.unwrap();
        let source = Arc::new(source);
        let (edited, changed) = plan.edited(&source, replaced, options);
        let whole = parse(Arc::clone(&source), options);
        same(&edited, &whole, &|| {
            let around = |text: &str, span: Span| {
                // Enough of a plan to see it, and not all of a long one.
                let from =
                    text[..span.start as usize].char_indices().rev().nth(1_500).map_or(0, |(at, _)| at);
                text[from..].chars().take(3_000).collect::<String>()
            };
            let (old, new) = (around(plan.source.text(), replaced.old), around(source.text(), replaced.new));
            format!("{replaced:?} {options:?}\n{old:?}\n{new:?}")
        });
        unchanged(&plan, &edited, &changed);
        quick += usize::from(!changed.everything);
        plan = edited;
        if plan.source.len() > text.len() * 2 + 4_000 {
            break;
        }
    }
    quick
}

fn edits() -> usize {
    std::env::var("EDITS").ok().and_then(|edits| edits.parse().ok()).unwrap_or(2_000)
}

fn numbers(own: u64) -> Numbers {
    let seed: u64 = std::env::var("EDITS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    Numbers(seed.wrapping_mul(1_000_003).wrapping_add(own))
}

#[test]
fn small_plans() {
    let mut numbers = numbers(1);
    let rounds = edits() / 40;
    let dialects = [
        None,
        None,
        Some(Dialect::Phased),
        Some(Dialect::SpecKit),
        Some(Dialect::Superpowers),
        Some(Dialect::Plain),
        Some(Dialect::OpenSpec),
    ];
    let mut quick = 0;
    for round in 0..rounds {
        let text = [PHASED, LOOSE, STEPS][round % 3];
        let dialect = dialects[numbers.below(dialects.len())];
        let text = if numbers.below(4) == 0 { text.replace('\n', "\r\n") } else { text.to_owned() };
        quick += follow(&text, Options { path: "docs/plans/a.md", dialect }, 40, &mut numbers);
    }
    assert!(quick > rounds * 10, "only {quick} were made without reading all");
}

/// Plans as long as real ones: many cuts.
#[test]
fn long_plans() {
    let mut numbers = numbers(2);
    for round in 0..edits() / 200 {
        let mut text = String::from("# Plan\n\n");
        for phase in 1..=4 + numbers.below(6) {
            text += &format!("## Phase {phase}: Part\n\n");
            for task in 1..=5 + numbers.below(20) {
                let id = if round % 2 == 0 { format!("{phase}.{task} ") } else { String::new() };
                text += &format!("- [ ] {id}Make the thing number {} of this kind\n", numbers.below(60));
                match numbers.below(8) {
                    0 => text += "  - Depends: 1.1\n\n",
                    1 => text += "\n  ```sh\n  run --it\n  ```\n\n",
                    2 => text += "  - [x] a smaller one\n",
                    3 => text += "  which goes on\n  **Note:** about 40% of it\n",
                    _ => {}
                }
            }
            if numbers.below(2) == 0 {
                text += "\n**VERIFY:**\n- [ ] It works\n- [x] It holds\n";
            }
            text += "\n";
        }
        follow(&text, Options { path: "docs/plans/a.md", dialect: None }, 50, &mut numbers);
    }
}

/// Real files: the seeds and the corpus, where they are at hand.
#[test]
fn real_files() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let mut files = Vec::new();
    for folder in ["seeds", "corpus"] {
        let mut folders = vec![shared.join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "md") {
                    files.push(path);
                }
            }
        }
    }
    if files.is_empty() {
        eprintln!("skipped: no real files at {}", shared.display());
        return;
    }
    files.sort();
    let mut numbers = numbers(3);
    let mut left = edits();
    while left > 0 {
        let path = &files[numbers.below(files.len())];
        let Ok(source) = Source::from_bytes(&std::fs::read(path).unwrap_or_default()) else { continue };
        let own = path.to_string_lossy().replace('\\', "/");
        follow(source.text(), Options { path: &own, dialect: None }, 20, &mut numbers);
        left = left.saturating_sub(20);
    }
}
