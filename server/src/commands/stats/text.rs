//! The figures for people.

use std::fmt::Write as _;

use tallymark_text::exact_age;
use unicode_width::UnicodeWidthStr;

use super::{Times, Told};
use crate::output::{FAINT, Output, STRONG, harmless};
use crate::report::counted;

/// The figures, and a line for every agent.
pub fn text(output: &Output, told: &Told) -> String {
    let mut text = String::new();
    if told.attempts == 0 {
        return "nothing was begun yet\n".to_owned();
    }
    let tried = format!(
        "{} tried, {}",
        counted(told.tasks, "task", "tasks"),
        counted(told.attempts, "attempt", "attempts")
    );
    let ends = [
        (told.completed, "completed"),
        (told.failed, "failed"),
        (told.cancelled, "cancelled"),
        (told.open, "under way"),
    ];
    let ends: Vec<String> =
        ends.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    _ = writeln!(text, "{}: {}", output.styled(STRONG, &tried), ends.join(", "));
    let mut line = |name: &str, value: String| _ = writeln!(text, "  {name:<13}{value}");
    if let Some(rate) = told.failure_rate {
        let of = told.completed + told.failed;
        line("failure rate", format!("{}  ({} of {of} that ended)", percent(rate), told.failed));
    }
    if let Some(rate) = told.retry_rate {
        line(
            "retried",
            format!("{}  ({} of {})", percent(rate), told.retried, counted(told.tasks, "task", "tasks")),
        );
    }
    for (name, times) in [
        ("assignment", &told.assignment),
        ("duration", &told.duration),
        ("until failed", &told.failed_duration),
    ] {
        if let Some(times) = times {
            line(name, spread(times));
        }
    }
    if let Some(speed_up) = told.speed_up {
        let wall = exact_age(told.wall_ms);
        line(
            "worked",
            format!(
                "{wall}, {} at once at most; {speed_up:.1} times as fast as one after the other",
                told.at_once
            ),
        );
    }
    if let Some(cost) = told.cost {
        line("cost", format!("${cost:.2}"));
    }
    if told.tokens > 0 {
        line("tokens", told.tokens.to_string());
    }
    if !told.agents.is_empty() {
        text.push('\n');
        agents(output, told, &mut text);
    }
    text
}

fn agents(output: &Output, told: &Told, text: &mut String) {
    let names: Vec<String> = told.agents.iter().map(|agent| harmless(&agent.name)).collect();
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0).max("agent".len());
    let head = format!("{:<widest$}  attempts  completed  failed  busy        utilised  cost", "agent");
    _ = writeln!(text, "{}", output.styled(FAINT, head.trim_end()));
    for (agent, name) in told.agents.iter().zip(names) {
        let gap = " ".repeat(widest - name.width());
        let utilised = agent.utilisation.map_or("–".to_owned(), percent);
        let cost = agent.cost.map_or("–".to_owned(), |cost| format!("${cost:.2}"));
        _ = writeln!(
            text,
            "{name}{gap}  {:>8}  {:>9}  {:>6}  {:<10}  {utilised:>8}  {cost}",
            agent.attempts,
            agent.completed,
            agent.failed,
            exact_age(agent.busy_ms)
        );
    }
}

fn spread(times: &Times) -> String {
    let [median, p95, longest] = [times.median_ms, times.p95_ms, times.longest_ms].map(exact_age);
    format!("median {median}, p95 {p95}, longest {longest}  ({} measured)", times.count)
}

fn percent(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}
