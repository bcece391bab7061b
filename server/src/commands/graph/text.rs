//! The graph for a person: the critical path, what is ready, what blocks most, circles.

use std::fmt::Write as _;

use tallymark_plan::TaskIndex;

use crate::output::{BAD, FAINT, Output, STRONG, harmless};
use tallymark_ide::GraphView;

/// How many tasks are named of each.
const SHOWN: usize = 10;

/// The graph in words.
pub fn render(output: &Output, view: &GraphView<'_>) -> String {
    let mut text = format!("{}  {}\n", output.styled(STRONG, &harmless(view.title())), view.joined.total);
    if view.plan().tasks.is_empty() {
        text.push_str("the plan has no tasks\n");
        return text;
    }
    circles(&mut text, output, view);
    critical_path(&mut text, output, view);
    section(&mut text, output, "Ready", view.offers.len());
    for offer in view.offers.iter().take(SHOWN) {
        let behind = match offer.unblocks {
            Some(count @ 1..) => format!("unblocks {count}"),
            _ => String::new(),
        };
        line(&mut text, output, view, offer.task, &behind);
    }
    more(&mut text, view.offers.len());
    let Some(waiting) = &view.waiting else {
        text.push_str("\nWhat blocks most is not counted: the plan is too large for that.\n");
        return text;
    };
    let open = |task: TaskIndex| !view.joined.state(task).is_settled();
    let mut blocking: Vec<TaskIndex> = view
        .plan()
        .tasks()
        .map(|(task, _)| task)
        .filter(|&task| open(task) && waiting[task.get()] > 0)
        .collect();
    blocking.sort_by_key(|task| std::cmp::Reverse(waiting[task.get()]));
    section(&mut text, output, "Blocks most", blocking.len());
    for &task in blocking.iter().take(SHOWN) {
        let count = waiting[task.get()];
        let wait = if count == 1 { "1 task waits".to_owned() } else { format!("{count} tasks wait") };
        line(&mut text, output, view, task, &format!("{wait}, {}", view.joined.state(task).label()));
    }
    more(&mut text, blocking.len());
    text
}

fn circles(text: &mut String, output: &Output, view: &GraphView<'_>) {
    if view.circles.is_empty() {
        return;
    }
    section(text, output, "Circles", view.circles.len());
    for circle in view.circles.iter().take(SHOWN) {
        let mut names: Vec<String> =
            circle.iter().take(SHOWN).map(|&task| harmless(view.name(task))).collect();
        if circle.len() > SHOWN {
            names.push(format!("{} more", circle.len() - SHOWN));
        }
        names.push(names[0].clone());
        _ = writeln!(text, "  {}", output.styled(BAD, &names.join(" → ")));
    }
    more(text, view.circles.len());
}

fn critical_path(text: &mut String, output: &Output, view: &GraphView<'_>) {
    let path = &view.path;
    section(text, output, "Critical path", path.tasks.len());
    if path.tasks.is_empty() {
        text.push_str("  no open task waits for another\n");
    }
    if let Some(hours) = path.hours {
        let without = match path.without_estimate {
            0 => String::new(),
            1 => ", one task without an estimate not counted".to_owned(),
            count => format!(", {count} tasks without an estimate not counted"),
        };
        _ = writeln!(text, "  {} hours{without}", (hours * 10.0).round() / 10.0);
    }
    for &task in path.tasks.iter().take(SHOWN) {
        line(text, output, view, task, view.look(task).name());
    }
    more(text, path.tasks.len());
}

fn section(text: &mut String, output: &Output, name: &str, count: usize) {
    let count = match count {
        0 => "none".to_owned(),
        count => count.to_string(),
    };
    _ = writeln!(text, "\n{} {}", output.styled(STRONG, name), output.styled(FAINT, &format!("({count})")));
}

fn line(text: &mut String, output: &Output, view: &GraphView<'_>, task: TaskIndex, behind: &str) {
    let title = harmless(view.plan().title(task));
    _ = write!(
        text,
        "  {} {}  {title}",
        view.look(task).sign(),
        output.styled(STRONG, &harmless(view.name(task)))
    );
    if !behind.is_empty() {
        _ = write!(text, "  {}", output.styled(FAINT, &format!("({behind})")));
    }
    text.push('\n');
}

fn more(text: &mut String, count: usize) {
    if count > SHOWN {
        _ = writeln!(text, "  … and {} more", count - SHOWN);
    }
}
