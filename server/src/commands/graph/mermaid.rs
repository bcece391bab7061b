//! The graph as Mermaid, for a code block in markdown.

use std::fmt::Write as _;

use tallymark_ide::{GraphView, Look};

/// The longest label, in characters; Mermaid draws boxes as wide as what they hold.
const LONGEST: usize = 60;

/// The graph as a flowchart.
pub fn render(view: &GraphView<'_>) -> String {
    let plan = view.plan();
    let mut text = "flowchart TD\n".to_owned();
    for (at, (phase, tasks)) in view.groups().into_iter().enumerate() {
        let title = view.group_title(phase);
        _ = writeln!(text, "  subgraph g{at}[\"{}\"]", label(if title.is_empty() { " " } else { &title }));
        let mut open: Vec<u32> = Vec::new();
        for task in tasks.clone() {
            let index = tallymark_plan::TaskIndex(task);
            let own = plan.task(index);
            while open.last().is_some_and(|&above| own.parent.is_none_or(|parent| parent.0 != above)) {
                open.pop();
                _ = writeln!(text, "{}end", indent(open.len()));
            }
            let name = label(&format!("{} {}", view.name(index), plan.title(index)));
            let look = view.look(index);
            let has_children = tasks.contains(&(task + 1))
                && plan.tasks.get(task as usize + 1).is_some_and(|next| next.parent == Some(index));
            if has_children {
                _ = writeln!(text, "{}subgraph t{task}[\"{} {name}\"]", indent(open.len()), look.sign());
                open.push(task);
            } else {
                let (sign, class) = (look.sign(), look.name());
                _ = writeln!(text, "{}t{task}[\"{sign} {name}\"]:::{class}", indent(open.len()));
            }
        }
        while open.pop().is_some() {
            _ = writeln!(text, "{}end", indent(open.len()));
        }
        text.push_str("  end\n");
    }
    for (before, after) in &view.arrows {
        // An arrow from a subgraph into itself is none that Mermaid can draw.
        let inside = |outer: u32, inner: u32| {
            outer <= inner && inner <= outer + view.joined.below[outer as usize].total
        };
        if !inside(before.0, after.0) && !inside(after.0, before.0) {
            _ = writeln!(text, "  t{} --> t{}", before.0, after.0);
        }
    }
    for (at, (task, note)) in view.notes.iter().enumerate() {
        _ = writeln!(text, "  n{at}([\"{}\"]) -.-> t{}", label(note), task.0);
    }
    if view.left_out > 0 {
        _ = writeln!(text, "  %% {} more arrows are not drawn", view.left_out);
    }
    for look in Look::ALL {
        let style = match look {
            Look::Done => "fill:#d7f0dd,stroke:#2e7d46,color:#12351d",
            Look::Active => "fill:#d6e8fb,stroke:#1f6fb8,color:#0c2c4a",
            Look::Ready => "fill:#fff,stroke:#1f6fb8,stroke-width:2px,color:#0c2c4a",
            Look::Waiting => "fill:#f3f3f3,stroke:#8a8a8a,color:#333",
            Look::Blocked => "fill:#fdebc8,stroke:#a8690b,color:#4a2f05",
            Look::Failed => "fill:#fbdada,stroke:#b3261e,color:#5c120d",
            Look::Skipped => "fill:#eee,stroke:#aaa,stroke-dasharray:4 3,color:#666",
        };
        _ = writeln!(text, "  classDef {} {style}", look.name());
    }
    text
}

fn indent(depth: usize) -> String {
    "  ".repeat((depth + 2).min(40))
}

/// A text inside quotes: what Mermaid or HTML would take for syntax is written as entities.
fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for (at, character) in text.chars().enumerate() {
        if at == LONGEST {
            label.push('…');
            break;
        }
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | ',' | ':' | '-' | '/' | '(' | ')' => {
                label.push(character);
            }
            _ if character.is_control() => label.push(' '),
            _ if !character.is_ascii() => label.push(character),
            _ => _ = write!(label, "#{};", u32::from(character)),
        }
    }
    label
}
