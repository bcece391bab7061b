//! The figures as Prometheus reads them: its text format 0.0.4, in seconds, as its naming rules want.

use std::fmt::Write as _;

use super::{Times, Told};

/// All metrics.
pub fn text(told: &Told) -> String {
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, samples: &[(String, Option<f64>)]| {
        if samples.iter().all(|(_, value)| value.is_none()) {
            return;
        }
        _ = writeln!(text, "# HELP tallymark_{name} {help}\n# TYPE tallymark_{name} gauge");
        for (labels, value) in samples {
            if let Some(value) = value {
                _ = writeln!(text, "tallymark_{name}{labels} {value}");
            }
        }
    };
    let whole = |value: Option<f64>| [(String::new(), value)];
    gauge("plans", "Plans looked at.", &whole(Some(told.plans as f64)));
    gauge("tasks_tried", "Tasks that were tried.", &whole(Some(told.tasks as f64)));
    gauge("tasks_retried", "Tasks that were tried more than once.", &whole(Some(told.retried as f64)));
    let outcomes = [
        ("completed", told.completed),
        ("failed", told.failed),
        ("cancelled", told.cancelled),
        ("open", told.open),
    ];
    let outcomes =
        outcomes.map(|(outcome, count)| (format!("{{outcome=\"{outcome}\"}}"), Some(count as f64)));
    gauge("attempts", "Attempts at tasks, by how they ended.", &outcomes);
    gauge(
        "failure_rate",
        "Of the attempts that ended well or badly, the part that ended badly.",
        &whole(told.failure_rate),
    );
    gauge(
        "retry_rate",
        "Of the tasks that were tried, the part that was tried more than once.",
        &whole(told.retry_rate),
    );
    let quantiles = |times: &Option<Times>| match times {
        None => Vec::new(),
        Some(times) => [("0.5", times.median_ms), ("0.95", times.p95_ms), ("1", times.longest_ms)]
            .map(|(quantile, ms)| (format!("{{quantile=\"{quantile}\"}}"), Some(seconds(ms))))
            .to_vec(),
    };
    gauge("assignment_seconds", "From asked for to begun.", &quantiles(&told.assignment));
    gauge("task_duration_seconds", "From begun to ended well.", &quantiles(&told.duration));
    gauge("task_failed_duration_seconds", "From begun to ended badly.", &quantiles(&told.failed_duration));
    gauge("wall_seconds", "The time in which anybody worked.", &whole(Some(seconds(told.wall_ms))));
    gauge("at_once", "The most that went on at once.", &whole(Some(told.at_once as f64)));
    gauge("speed_up", "All time worked by the time in which anybody worked.", &whole(told.speed_up));
    gauge("cost_dollars", "What the attempts cost, in US dollars.", &whole(told.cost));
    gauge("tokens", "Tokens read and written.", &whole(Some(told.tokens as f64)));
    let by_agent = |value: &dyn Fn(&super::Agent) -> Option<f64>| -> Vec<_> {
        told.agents
            .iter()
            .map(|agent| (format!("{{agent=\"{}\"}}", escaped(&agent.name)), value(agent)))
            .collect()
    };
    gauge("agent_attempts", "Attempts, by agent.", &by_agent(&|agent| Some(agent.attempts as f64)));
    gauge("agent_busy_seconds", "Time worked, by agent.", &by_agent(&|agent| Some(seconds(agent.busy_ms))));
    gauge(
        "agent_utilisation",
        "The part of its time in which an agent worked.",
        &by_agent(&|agent| agent.utilisation),
    );
    gauge("agent_cost_dollars", "What an agent cost, in US dollars.", &by_agent(&|agent| agent.cost));
    text
}

fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}

/// A label's value, as the format escapes it; other control characters become a blank, as some readers stop at them.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
