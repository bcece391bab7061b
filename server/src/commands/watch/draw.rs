//! Draws the view.
//!
//! Everything that is told by a colour is told by a sign or a word too. What comes from files is made harmless before
//! it is drawn: a terminal obeys control characters, whoever wrote them.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph, Wrap};
use tallymark_events::{Count, TaskState};
use tallymark_ide::age;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::rows::{ActivityRow, AgentRow, Doing};
use super::view::{Mode, Shown, View};
use crate::output::harmless;

/// What is drawn beside the view itself.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Now, where the plans are, in milliseconds since 1970-01-01 UTC.
    pub now: i64,
    /// Counts up while something moves.
    pub frame: usize,
    /// Whether there are colours.
    pub colour: bool,
    /// The agents.
    pub agents: &'a [AgentRow],
    /// What they did last, the newest first.
    pub activities: &'a [ActivityRow],
    /// What is wrong.
    pub alerts: &'a [String],
}

/// Less than this is no window to show anything in.
const SMALLEST: (u16, u16) = (30, 8);

/// A spinner turns only where somebody works.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// Draws all of it.
pub fn draw(frame: &mut Frame, view: &View, moment: &Moment) {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let words = format!("a window of {} × {} is needed", SMALLEST.0, SMALLEST.1);
        return frame.render_widget(Paragraph::new(words).wrap(Wrap { trim: true }), area);
    }
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(2), Constraint::Min(3), Constraint::Length(1)]).areas(area);
    draw_head(frame, head, view, moment);
    draw_body(frame, body, view, moment);
    draw_foot(frame, foot, view, moment);
    match view.mode {
        Mode::Details => draw_details(frame, area, view, moment),
        Mode::Help => draw_help(frame, area, view),
        _ => {}
    }
}

fn draw_head(frame: &mut Frame, area: Rect, view: &View, moment: &Moment) {
    let [title, bar] = Layout::vertical([Constraint::Length(1), Constraint::Length(1)]).areas(area);
    let clock = clock(moment.now);
    let (name, count) = match view.plan() {
        Some(plan) => (plan.title.clone().unwrap_or_else(|| plan.path.clone()), view.picture.plans.len()),
        None => ("tallymark".to_owned(), 0),
    };
    let which = if count > 1 { format!(" {}/{count} ", view.plan_number()) } else { " ".to_owned() };
    let right = format!("{which}{clock}");
    let room = usize::from(area.width).saturating_sub(right.width());
    let name = cut(&harmless(&name), room);
    let gap = " ".repeat(room.saturating_sub(name.width()));
    frame.render_widget(
        Line::from(vec![Span::styled(name, bold()), Span::raw(gap), Span::styled(right, dim())]),
        title,
    );
    let Some(plan) = view.plan() else { return };
    let progress = plan.progress;
    let mut spans = bar_of(progress, 32.min(usize::from(area.width) / 3), moment);
    spans.push(Span::styled(format!("  {}", counted(progress)), bold()));
    let facts = [
        (progress.in_progress, "in progress", Color::Cyan),
        (progress.failed, "failed", Color::Red),
        (progress.skipped, "skipped", Color::DarkGray),
        (plan.findings, if plan.findings == 1 { "finding" } else { "findings" }, Color::Yellow),
    ];
    for (count, what, colour) in facts.into_iter().filter(|(count, ..)| *count > 0) {
        spans.push(Span::styled(format!("  {count} {what}"), moment.style(colour)));
    }
    frame.render_widget(Line::from(spans), bar);
}

fn draw_body(frame: &mut Frame, area: Rect, view: &View, moment: &Moment) {
    if view.plan().is_none() {
        return draw_nothing(frame, area, view);
    }
    let alerts = (moment.alerts.len().min(3)) as u16;
    let phases = view.plan().map_or(0, |plan| plan.phases.len());
    let upper = match area.height {
        0..=9 => 0,
        10..=15 => 5,
        _ => (phases.max(moment.agents.len()).clamp(2, usize::from(area.height) / 3) + 2) as u16,
    };
    // Where nobody tells of agents, the room is the plan's.
    let lower = match moment.activities.len() {
        0 => 0,
        count if area.height >= 18 => count.min(4) as u16 + 2,
        _ => 0,
    };
    let [alerts, upper, tasks, lower] = Layout::vertical([
        Constraint::Length(alerts),
        Constraint::Length(upper),
        Constraint::Min(3),
        Constraint::Length(lower),
    ])
    .areas(area);
    draw_alerts(frame, alerts, moment);
    if upper.height > 0 {
        let wide = area.width >= 60 && !moment.agents.is_empty();
        let shares = if wide {
            [Constraint::Percentage(48), Constraint::Percentage(52)]
        } else {
            [Constraint::Percentage(100), Constraint::Length(0)]
        };
        let [left, right] = Layout::horizontal(shares).areas(upper);
        draw_phases(frame, left, view, moment);
        if wide {
            draw_agents(frame, right, moment);
        }
    }
    draw_tasks(frame, tasks, view, moment);
    if lower.height > 0 {
        draw_activities(frame, lower, moment);
    }
}

/// Before there is a plan, and where there is none.
fn draw_nothing(frame: &mut Frame, area: Rect, view: &View) {
    let words = match (&view.picture.ended, view.picture.complete) {
        (Some(why), _) => harmless(why),
        (None, false) => "Looking for plans …".to_owned(),
        (None, true) => {
            "There is no plan here yet. A plan is markdown with tasks like `- [ ] 1.1 Write the parser`."
                .to_owned()
        }
    };
    frame.render_widget(Paragraph::new(words).wrap(Wrap { trim: true }).style(dim()), area);
}

fn draw_alerts(frame: &mut Frame, area: Rect, moment: &Moment) {
    let shown = usize::from(area.height);
    let mut lines: Vec<Line> = Vec::with_capacity(shown);
    for (at, alert) in moment.alerts.iter().take(shown).enumerate() {
        let more = moment.alerts.len() - shown;
        let more = if at + 1 == shown && more > 0 { format!(" (and {more} more)") } else { String::new() };
        let room = usize::from(area.width).saturating_sub(2 + more.width());
        lines.push(Line::styled(
            format!("! {}{more}", cut(&harmless(alert), room)),
            moment.style(Color::Yellow),
        ));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn draw_phases(frame: &mut Frame, area: Rect, view: &View, moment: &Moment) {
    let block = framed("Phases");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let Some(plan) = view.plan() else { return };
    let rows = usize::from(inner.height);
    // The phase in which something goes on is in sight.
    let current = plan.phases.iter().position(|phase| phase.progress.in_progress > 0);
    let current =
        current.or_else(|| plan.phases.iter().position(|phase| !is_done(phase.progress))).unwrap_or(0);
    let first = current.saturating_sub(rows / 2).min(plan.phases.len().saturating_sub(rows));
    let lines = plan.phases.iter().skip(first).take(rows).map(|phase| {
        let progress = phase.progress;
        let (sign, colour) = match () {
            () if is_done(progress) => ("✓", Color::Green),
            () if progress.failed > 0 => ("✗", Color::Red),
            () if progress.completed + progress.in_progress > 0 => ("›", Color::Cyan),
            () => (" ", Color::DarkGray),
        };
        let count = counted(progress);
        let room = usize::from(inner.width).saturating_sub(3 + count.width());
        let title = cut(&harmless(&phase.title), room);
        let gap = " ".repeat(room.saturating_sub(title.width()));
        Line::from(vec![
            Span::styled(format!("{sign} "), moment.style(colour)),
            Span::raw(format!("{title}{gap} ")),
            Span::styled(count, dim()),
        ])
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
}

fn draw_agents(frame: &mut Frame, area: Rect, moment: &Moment) {
    let block = framed(&format!("Agents {}", moment.agents.len()));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let lines = moment
        .agents
        .iter()
        .take(usize::from(inner.height))
        .map(|agent| agent_line(agent, inner.width, moment));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
}

fn agent_line<'a>(agent: &AgentRow, width: u16, moment: &Moment) -> Line<'a> {
    let (sign, style) = sign_of(agent.doing, moment);
    let heard = agent.heard.map(|heard| format!(" ♥{}", age(moment.now - heard))).unwrap_or_default();
    let task = agent.task.as_deref().map(|task| format!(" {}", cut(&harmless(task), 12))).unwrap_or_default();
    let name = cut(&harmless(&agent.name), 16);
    let since = agent.since.map(|since| format!(" {}", running(moment.now - since))).unwrap_or_default();
    let fixed = 3 + name.width() + task.width() + heard.width() + since.width();
    let words = cut(&harmless(&agent.words), usize::from(width).saturating_sub(fixed));
    let gap = usize::from(width).saturating_sub(fixed + words.width());
    Line::from(vec![
        Span::styled(format!("{sign} "), style),
        Span::styled(name, bold()),
        Span::styled(task, dim()),
        Span::raw(format!(" {words}{since}{}", " ".repeat(gap))),
        Span::styled(heard, dim()),
    ])
}

fn sign_of(doing: Doing, moment: &Moment) -> (&'static str, Style) {
    match doing {
        Doing::WaitsForPerson => ("?", moment.style(Color::Magenta).add_modifier(Modifier::BOLD)),
        Doing::Works => (SPINNER[moment.frame % SPINNER.len()], moment.style(Color::Cyan)),
        Doing::Waits => ("◌", moment.style(Color::Blue)),
        Doing::Silent => ("…", moment.style(Color::Yellow)),
        Doing::Gone => ("✗", moment.style(Color::Red)),
        Doing::Error => ("!", moment.style(Color::Red)),
        Doing::Idle => ("·", dim()),
    }
}

fn draw_tasks(frame: &mut Frame, area: Rect, view: &View, moment: &Moment) {
    let tasks = view.tasks();
    let filter = if view.filter.is_empty() { String::new() } else { format!(" /{}", harmless(&view.filter)) };
    let title = format!("{} {}{filter}", view.shown.name(), tasks.len());
    let block = framed(&title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if tasks.is_empty() {
        let words = match view.shown {
            _ if !view.filter.is_empty() => "no task has that in its id or title; Esc clears the filter",
            Shown::Now => "nothing is in progress; 2 shows what is open",
            Shown::Open => "nothing is open",
            Shown::Failed => "nothing failed",
            Shown::All => "the plan has no tasks",
        };
        return frame.render_widget(Paragraph::new(words).style(dim()), inner);
    }
    let rows = usize::from(inner.height);
    let chosen = view.chosen_task().map(|task| task.key.clone());
    let at = tasks.iter().position(|task| Some(&task.key) == chosen.as_ref()).unwrap_or(0);
    let first = at
        .saturating_sub(rows.saturating_sub(1))
        .max(at.saturating_sub(rows / 2))
        .min(tasks.len().saturating_sub(rows));
    let lines = tasks.iter().skip(first).take(rows).map(|task| {
        let line = task_line(task, inner.width, moment);
        if Some(&task.key) == chosen.as_ref() {
            line.style(Style::new().add_modifier(Modifier::REVERSED))
        } else {
            line
        }
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
}

fn task_line<'a>(task: &TaskState, width: u16, moment: &Moment) -> Line<'a> {
    let agent = moment.agents.iter().find(|agent| agent.task.as_deref() == Some(&task.key));
    let (sign, style) = match (task.state.as_str(), agent) {
        (_, Some(agent)) => sign_of(agent.doing, moment),
        ("in_progress", None) => ("●", moment.style(Color::Cyan)),
        ("completed", None) => ("✓", moment.style(Color::Green)),
        ("failed", None) => ("✗", moment.style(Color::Red)),
        ("blocked", None) => ("■", moment.style(Color::Yellow)),
        ("skipped" | "cancelled", None) => ("-", dim()),
        _ => ("·", dim()),
    };
    let detail = task_detail(task, agent, moment.now);
    let key = cut(&harmless(&task.key), 14);
    let room = usize::from(width).saturating_sub(4 + key.width());
    let detail = cut(&detail, room / 2);
    let title = cut(&harmless(&task.title), room.saturating_sub(detail.width() + 1));
    let gap = " ".repeat(room.saturating_sub(title.width() + detail.width()));
    Line::from(vec![
        Span::styled(format!("{sign} "), style),
        Span::styled(format!("{key} "), bold()),
        Span::raw(format!("{title}{gap}")),
        Span::styled(detail, dim()),
    ])
}

/// What is to be known of a task just now.
fn task_detail(task: &TaskState, agent: Option<&AgentRow>, now: i64) -> String {
    let since = task.started.map(|started| age(now - started));
    let text = match (task.state.as_str(), agent) {
        (_, Some(agent)) => {
            let since = agent.since.map(|since| format!(" {}", running(now - since))).unwrap_or_default();
            format!("{} · {}{since}", agent.name, agent.words)
        }
        ("in_progress", None) => since.map_or_else(String::new, |since| format!("no agent · {since}")),
        ("failed", None) => task.error.clone().unwrap_or_default(),
        ("completed", None) => {
            let took = task.started.zip(task.ended).map(|(started, ended)| age(ended - started));
            took.map_or_else(String::new, |took| format!("took {took}"))
        }
        _ if !task.waits_for.is_empty() => format!("waits for {}", task.waits_for.join(", ")),
        _ => String::new(),
    };
    harmless(&text)
}

fn draw_activities(frame: &mut Frame, area: Rect, moment: &Moment) {
    let block = framed("Activity");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let lines = moment.activities.iter().take(usize::from(inner.height)).map(|activity| {
        let at = activity.at.map_or_else(|| " ".repeat(8), clock);
        let took = activity.took.map(running).unwrap_or_default();
        let agent = cut(&harmless(&activity.agent), 16);
        let (sign, style) = match (activity.ended, activity.failed) {
            (false, _) => (SPINNER[moment.frame % SPINNER.len()], moment.style(Color::Cyan)),
            (true, true) => ("✗", moment.style(Color::Red)),
            (true, false) => ("✓", moment.style(Color::Green)),
        };
        let fixed = 13 + agent.width() + took.width();
        let what = cut(&harmless(&activity.what), usize::from(inner.width).saturating_sub(fixed));
        let gap = " ".repeat(usize::from(inner.width).saturating_sub(fixed + what.width()));
        Line::from(vec![
            Span::styled(format!("{at} "), dim()),
            Span::styled(format!("{sign} "), style),
            Span::styled(format!("{agent} "), bold()),
            Span::raw(format!("{what}{gap} ")),
            Span::styled(took, dim()),
        ])
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
}

fn draw_foot(frame: &mut Frame, area: Rect, view: &View, moment: &Moment) {
    let width = usize::from(area.width);
    let line = match (&view.mode, &view.message, &view.picture.ended) {
        (Mode::Filter, ..) => Line::from(vec![
            Span::styled("filter: ", bold()),
            Span::raw(tail(&harmless(&view.filter), width.saturating_sub(10))),
            Span::styled("▏", dim()),
        ]),
        (Mode::Ask(verb, answer), ..) => {
            let question = verb.asks().map_or("", |(question, _)| question);
            Line::from(vec![
                Span::styled(format!("{question} "), bold()),
                Span::raw(tail(&harmless(answer), width.saturating_sub(question.width() + 2))),
                Span::styled("▏", dim()),
            ])
        }
        (_, Some((message, good)), _) => {
            let style = if *good { moment.style(Color::Green) } else { moment.style(Color::Red) };
            Line::styled(cut(&harmless(message), width), style)
        }
        (_, None, Some(why)) => Line::styled(cut(&harmless(why), width), moment.style(Color::Yellow)),
        (_, None, None) => Line::styled(cut(&keys_in_short(view), width), dim()),
    };
    frame.render_widget(line, area);
}

fn keys_in_short(view: &View) -> String {
    let plans = if view.picture.plans.len() > 1 { "  Tab plan" } else { "" };
    let marks = if view.read_only { "" } else { "  s start  c complete  f fail" };
    format!("q quit  ? keys  1-4 show  / filter{plans}  Enter details{marks}")
}

fn draw_details(frame: &mut Frame, area: Rect, view: &View, moment: &Moment) {
    let Some(task) = view.chosen_task() else { return };
    let phase =
        task.phase.and_then(|phase| view.plan()?.phases.get(phase as usize)).map(|phase| phase.title.clone());
    let mut lines = vec![Line::styled(harmless(&task.title), bold()), Line::default()];
    let mut fact = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            lines.push(Line::from(vec![
                Span::styled(format!("{name:<10}"), dim()),
                Span::raw(harmless(&value)),
            ]));
        }
    };
    let moment_of =
        |time: Option<i64>| time.map(|time| format!("{} ({} ago)", clock(time), age(moment.now - time)));
    fact("state", Some(task.state.replace('_', " ")));
    fact("phase", phase);
    fact("line", view.plan().map(|plan| format!("{}:{}", plan.path, task.line)));
    fact("started", moment_of(task.started));
    fact("ended", moment_of(task.ended));
    fact("waits for", Some(task.waits_for.join(", ")));
    fact("error", task.error.clone());
    for agent in moment.agents.iter().filter(|agent| agent.task.as_deref() == Some(&task.key)) {
        let since = agent.since.map(|since| format!(" {}", running(moment.now - since))).unwrap_or_default();
        fact("agent", Some(format!("{} · {}{since}", agent.name, agent.words)));
        fact("", Some(agent.why.clone()));
        for activity in moment.activities.iter().filter(|activity| activity.agent == agent.name) {
            let took = activity.took.map(|took| format!(" · {}", running(took))).unwrap_or_default();
            fact("", Some(format!("{}{took}", activity.what)));
        }
    }
    popup(frame, area, &format!("Task {}", harmless(&task.key)), lines);
}

fn draw_help(frame: &mut Frame, area: Rect, view: &View) {
    let keys = [
        ("↑ ↓  j k", "choose a task (PgUp, PgDn, Home, End)"),
        ("Enter", "all that is known of it"),
        ("1 2 3 4", "show what is in progress, open, failed, all (v: the next)"),
        ("/", "only tasks with a word in id or title (Esc: all)"),
        ("Tab", "the next plan (Shift-Tab: the one before)"),
        ("s c f", "start, complete, fail the chosen task"),
        ("x r o", "skip, retry, reopen it"),
        ("q", "quit"),
    ];
    let mut lines: Vec<Line> = keys
        .into_iter()
        .map(|(key, what)| Line::from(vec![Span::styled(format!("{key:<10}"), bold()), Span::raw(what)]))
        .collect();
    lines.push(Line::default());
    lines.push(Line::raw("A sign turns: an agent works.  ◌ it waits for the model or a tool."));
    lines.push(Line::raw("? it waits for a person.  … nothing is heard of it.  ✗ it is gone."));
    if view.read_only {
        lines.push(Line::raw("Marking is off: these lines come from elsewhere."));
    }
    popup(frame, area, "Keys", lines);
}

fn popup(frame: &mut Frame, area: Rect, title: &str, lines: Vec<Line>) {
    let width = area.width.saturating_sub(4).min(90);
    let inside = usize::from(width.saturating_sub(2)).max(1);
    let needed: usize = lines.iter().map(|line| line.width().div_ceil(inside).max(1)).sum();
    let height = (needed as u16).saturating_add(2).min(area.height);
    let place =
        Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height);
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }).block(framed(title)), place);
}

fn framed(title: &str) -> Block<'static> {
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(dim())
        .title(Span::styled(format!(" {title} "), bold()))
}

fn bar_of<'a>(progress: Count, width: usize, moment: &Moment) -> Vec<Span<'a>> {
    let counted = (progress.total - progress.skipped.min(progress.total)).max(1) as usize;
    let done = (progress.completed as usize * width / counted).min(width);
    let active = (progress.in_progress as usize * width).div_ceil(counted).min(width - done);
    vec![
        Span::styled("━".repeat(done), moment.style(Color::Green)),
        Span::styled("╍".repeat(active), moment.style(Color::Cyan)),
        Span::styled("─".repeat(width - done - active), dim()),
    ]
}

/// `3/7 · 43%`, as everywhere.
pub fn counted(count: Count) -> String {
    tallymark_sync::Progress {
        completed: count.completed,
        in_progress: count.in_progress,
        failed: count.failed,
        skipped: count.skipped,
        total: count.total,
    }
    .to_string()
}

fn is_done(progress: Count) -> bool {
    progress.total > 0 && progress.completed + progress.skipped >= progress.total && progress.completed > 0
}

impl Moment<'_> {
    fn style(&self, colour: Color) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new() }
    }
}

fn bold() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

/// A time of day in the machine's own zone.
fn clock(time: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(time).unwrap_or_default();
    time.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S").to_string()
}

/// How long something has run, to be watched: `0:42`, `12:05`, `1:02:03`; after a day nobody watches the seconds: `3 d`.
pub fn running(milliseconds: i64) -> String {
    let seconds = (milliseconds / 1000).max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours >= 24 {
        age(milliseconds)
    } else if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A text in so many columns, with `…` where something is cut off.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut room = columns.saturating_sub(1);
    let fits = |letter: &char| {
        let width = letter.width().unwrap_or(0);
        let fits = width <= room;
        room = room.saturating_sub(if fits { width } else { room });
        fits
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The end of a text in so many columns: where a person is typing.
fn tail(text: &str, columns: usize) -> String {
    let mut from = text.len();
    let mut width = 0;
    for (at, letter) in text.char_indices().rev() {
        width += letter.width().unwrap_or(0);
        if width > columns {
            break;
        }
        from = at;
    }
    text[from..].to_owned()
}
