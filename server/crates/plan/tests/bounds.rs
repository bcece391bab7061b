//! Hostile input: it is read in bounded time and on a small stack, and what is not read is said.

use std::sync::Arc;

use tallymark_plan::{Dialect, Options, Plan, ProblemKind, parse};
use tallymark_text::Source;

/// Reads on a stack of 256 KiB: whatever recursed over its input would end here.
fn read(text: String) -> Plan {
    let read =
        move || parse(Arc::new(Source::new(&text)), Options { path: "", dialect: Some(Dialect::Phased) });
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(read).expect("a thread");
    thread.join().expect("no panic")
}

fn too_deep(plan: &Plan) -> usize {
    plan.problems.iter().filter(|problem| problem.kind == ProblemKind::TooDeep).count()
}

#[test]
fn a_hundred_thousand_tasks() {
    let ids: String = (0..100_000).map(|n| format!("- [ ] {}.{} work\n", n / 100 + 1, n % 100 + 1)).collect();
    let plan = read(ids);
    assert_eq!(plan.tasks.len(), 100_000);
    assert!(plan.tasks.iter().all(|task| task.derived_key.is_none()), "ids that are unique are the keys");

    let plan = read("- [ ] 1.1 the same\n".repeat(20_000));
    assert_eq!(plan.key(tallymark_plan::TaskIndex(19_999)), "1.1-20000");
    let plan = read("- [ ] the same\n".repeat(20_000));
    assert!(plan.key(tallymark_plan::TaskIndex(19_999)).ends_with("-20000"));
}

#[test]
fn ten_thousand_levels() {
    let after = "\n\n## Phase 1: after\n\n- [ ] 1.1 still read\n";
    for deep in [
        ">".repeat(10_000),
        "> ".repeat(10_000),
        "- ".repeat(10_000),
        "1. ".repeat(10_000),
        "> - ".repeat(10_000),
    ] {
        let plan = read(format!("{deep}[ ] too deep{after}"));
        assert_eq!((too_deep(&plan), plan.problems.len(), plan.tasks.len()), (1, 1, 1), "{}", &deep[..8]);
    }
    // A ladder of items; the lines that are too deep are one stretch.
    let ladder: String = (0..1_000).map(|level| format!("{}- [ ] step\n", "  ".repeat(level))).collect();
    let plan = read(format!("{ladder}{after}"));
    assert_eq!(too_deep(&plan), 1);
    assert!(plan.tasks.len() > 100 && plan.tasks.len() < 400, "{}", plan.tasks.len());
    // Deep below many quotes and items, lines go on lazily.
    let plan = read(format!("{}a\n{}{after}", "> - ".repeat(31), "b\n".repeat(50_000)));
    assert_eq!((too_deep(&plan), plan.tasks.len()), (0, 1));
    // Long, but not deep.
    let plan =
        read(format!("{}\n{}\n{}{after}", "-".repeat(10_000), "- ".repeat(10_000), "* ".repeat(5_000)));
    assert_eq!((too_deep(&plan), plan.tasks.len()), (0, 1));
}

#[test]
fn nothing_is_looked_at_again_and_again() {
    let size = 150_000;
    for token in [
        "[",
        "[]",
        "[ ] ",
        "![",
        "[a](",
        "[a](<b",
        "`",
        "*a_ ",
        "**",
        "<",
        "<!-- ",
        "<?",
        "<![CDATA[",
        "&amp",
        "\0",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "depends: (",
        "1.2, ",
        "[PARALLEL]",
        "Tasks 1.1 [SEQUENTIAL]\n",
        "Status: 1% ",
        "Status: 1%\n",
        "Output ",
        "**Output:** \n",
        "<!-- tallymark: allow TM103 -->",
        "```\n",
        "- ```\n",
        "~~~",
        "| [ ] ",
        "| [x] |\n",
        "# [ ] ",
        "## Phase 1\n",
        "**a:**\n",
        "a:\n",
        "<div>\n",
        "> a\n\n",
        "(P) ",
        "### 1.1 a ✅\n",
        "1",
        "1. [x] a\n",
        "- [ ]* a\n",
        "_Depends: 1.1_ ",
        "a\n=\n",
        "- [ ] **a\n",
        "[x]: /a\n",
        "é",
        "第1阶段",
        "\u{feff}",
    ] {
        let repeated = token.repeat(size / token.len());
        for text in [
            repeated.clone(),
            format!("## Phase 1: x\n\n- [ ] 1.1 {repeated}"),
            format!("- a\n  - b {repeated}\n\n  - [ ] c"),
        ] {
            let plan = read(text);
            assert!(plan.tasks.len() <= size, "{token:?}");
        }
    }
}
