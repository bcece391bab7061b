//! The graph as DOT, for Graphviz.

use std::fmt::Write as _;

use tallymark_plan::TaskIndex;

use tallymark_ide::{GraphView, Look};

/// The graph as a digraph, a cluster for each phase and for each task with tasks below it.
pub fn render(view: &GraphView<'_>) -> String {
    let plan = view.plan();
    let mut text = format!(
        "digraph plan {{\n  label={};\n  rankdir=TB;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n",
        quoted(view.title())
    );
    for (at, (phase, tasks)) in view.groups().into_iter().enumerate() {
        let title = view.group_title(phase);
        _ = writeln!(text, "  subgraph cluster_g{at} {{\n    label={};", quoted(&title));
        let mut open: Vec<u32> = Vec::new();
        for task in tasks {
            let index = TaskIndex(task);
            let own = plan.task(index);
            while open.last().is_some_and(|&above| own.parent.is_none_or(|parent| parent.0 != above)) {
                open.pop();
                text.push_str("    }\n");
            }
            if plan.tasks.get(task as usize + 1).is_some_and(|next| next.parent == Some(index)) {
                _ = writeln!(text, "    subgraph cluster_t{task} {{ label=\"\";");
                open.push(task);
            }
            let look = view.look(index);
            let name = quoted(&format!("{} {} {}", look.sign(), view.name(index), plan.title(index)));
            _ = writeln!(text, "    t{task} [label={name}, {}];", style(look));
        }
        open.iter().for_each(|_| text.push_str("    }\n"));
        text.push_str("  }\n");
    }
    for (before, after) in &view.arrows {
        _ = writeln!(text, "  t{} -> t{};", before.0, after.0);
    }
    for (at, (task, note)) in view.notes.iter().enumerate() {
        let note = quoted(note);
        _ = writeln!(
            text,
            "  n{at} [label={note}, shape=plaintext, style=\"\"];\n  n{at} -> t{} [style=dashed];",
            task.0
        );
    }
    if view.left_out > 0 {
        _ = writeln!(text, "  // {} more arrows are not drawn", view.left_out);
    }
    text.push_str("}\n");
    text
}

fn style(look: Look) -> &'static str {
    match look {
        Look::Done => "fillcolor=\"#d7f0dd\", color=\"#2e7d46\"",
        Look::Active => "fillcolor=\"#d6e8fb\", color=\"#1f6fb8\"",
        Look::Ready => "fillcolor=\"#ffffff\", color=\"#1f6fb8\", penwidth=2",
        Look::Waiting => "fillcolor=\"#f3f3f3\", color=\"#8a8a8a\"",
        Look::Blocked => "fillcolor=\"#fdebc8\", color=\"#a8690b\"",
        Look::Failed => "fillcolor=\"#fbdada\", color=\"#b3261e\"",
        Look::Skipped => "fillcolor=\"#eeeeee\", color=\"#aaaaaa\"",
    }
}

/// A quoted string. A backslash is doubled: DOT would make line ends and more of some.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            _ if character.is_control() => quoted.push(' '),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
