//! Who works on a task, in the words of an editor: behind its line, above it, and in its card.

use tallymark_events::{Activity, RunStatus, Stage, Usage};
use tallymark_live::{Liveness, Standing};
use tallymark_plan::TaskIndex;
use tallymark_sync::{Analysis, LiveTask};
use tallymark_text::{age, exact_age};

use crate::markup::Card;
use crate::words::{one_line, quoted_name};
use crate::{CodeLens, Effect, HintKind, InlayHint};

/// How many uses of tools are listed.
const LISTED: usize = 10;
/// How many characters of an agent's name, of a tool's, and of what it is used on are shown.
const NAME: usize = 24;
const DETAIL: usize = 100;

/// The hint of a task of which a monitoring file tells something worth its line: that somebody works on it, is silent, or has
/// ended. `now`: milliseconds since 1970-01-01 UTC; a picture that is older goes on with the time.
pub(crate) fn live_hint(analysis: &Analysis, task: TaskIndex, now: Option<i64>) -> Option<InlayHint> {
    let live = analysis.live.as_ref()?;
    let known = live.of(task)?;
    let now = now.unwrap_or(live.live.now);
    let label = label(&known, now)?;
    let mut lines = Vec::new();
    if let Some(standing) = known.standing() {
        lines.push(capital(&lasting(standing, now)));
    }
    lines.extend(facts(&known).map(|(label, value)| format!("{}: {value}", capital(label))));
    lines.extend(known.recent(LISTED).into_iter().map(|activity| told(activity, now)));
    let tooltip = lines.iter().map(|line| one_line(line, 200)).collect::<Vec<_>>().join("\n");
    let offset = analysis.joined.plan.task(task).line.end;
    Some(InlayHint { offset, label, tooltip, kind: HintKind::Live })
}

/// `● agent-2 · Bash · 0:42`, `silent 3 m`, `✓ 12 m · $0.31`; `None` if there is nothing to say.
fn label(known: &LiveTask<'_>, now: i64) -> Option<String> {
    if let Some((run, took)) = known.ended() {
        let sign = match run.run.status {
            RunStatus::Completed => "✓",
            RunStatus::Failed => "✗",
            RunStatus::TimedOut => "✗ timed out",
            _ => "✗ cancelled",
        };
        let parts = [took.map(age), cost(known.usage())];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        return (!parts.is_empty()).then(|| format!("{sign} {}", parts.join(" · ")));
    }
    let standing = known.standing()?;
    let since = now.saturating_sub(standing.since);
    match standing.liveness {
        Liveness::Silent | Liveness::Gone => Some(format!("{} {}", standing.liveness.word(), age(since))),
        Liveness::Idle | Liveness::Ended => None,
        Liveness::Working
        | Liveness::WaitingForModel
        | Liveness::WaitingForTool
        | Liveness::WaitingForPerson => {
            let mut parts = Vec::new();
            if let Some((agent, activity)) = known.activity() {
                parts.push(one_line(agent.name(), NAME));
                parts.push(one_line(&activity.tool, NAME));
                parts.extend(activity.started.or(activity.named).map(|at| clock(now.saturating_sub(at))));
            } else {
                parts.extend(known.running_agents().next().map(|agent| one_line(agent.name(), NAME)));
                parts.push(standing.liveness.word().to_owned());
                parts.push(clock(since));
            }
            let more = known.running_agents().count().saturating_sub(1);
            let more = if more > 0 { format!(" +{more}") } else { String::new() };
            let sign = if standing.liveness == Liveness::WaitingForPerson { "?" } else { "●" };
            Some(format!("{sign} {}{more}", parts.join(" · ")))
        }
    }
}

/// `waiting for a tool for 42 s: Bash has not ended in its stream`.
fn lasting(standing: &Standing, now: i64) -> String {
    let (word, since) = (standing.liveness.word(), age(now.saturating_sub(standing.since)));
    match standing.liveness {
        Liveness::Ended => format!("{word} {since} ago: {}", standing.why),
        _ => format!("{word} for {since}: {}", standing.why),
    }
}

/// Attempts, tokens and cost, and what went wrong.
fn facts(known: &LiveTask<'_>) -> impl Iterator<Item = (&'static str, String)> {
    let usage = known.usage();
    let attempts = known.attempts();
    let tokens = (usage.input_tokens > 0 || usage.output_tokens > 0)
        .then(|| format!("{} in, {} out", usage.input_tokens, usage.output_tokens));
    let error = known.runs.first().filter(|run| run.run.status != RunStatus::Completed);
    let error = error.and_then(|run| run.run.error.as_deref()).map(|error| one_line(error, 200));
    [
        ("agents", Some(agents(known)).filter(|agents| !agents.is_empty())),
        ("attempts", (attempts > 1).then(|| attempts.to_string())),
        ("tokens", tokens),
        ("cost", cost(usage)),
        ("error of the run", error),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
}

fn agents(known: &LiveTask<'_>) -> String {
    const NAMED: usize = 4;
    let names = known.running_agents().take(NAMED).map(|agent| one_line(agent.name(), NAME));
    let mut names: Vec<String> = names.collect();
    let more = known.running_agents().count().saturating_sub(NAMED);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

fn cost(usage: Usage) -> Option<String> {
    usage
        .dollars
        .filter(|dollars| dollars.is_finite() && *dollars >= 0.0)
        .map(|dollars| format!("${dollars:.2}"))
}

/// A use of a tool on one line: `Bash cargo test: 0:42, running`.
fn told(activity: &Activity, now: i64) -> String {
    let tool = one_line(&activity.tool, NAME);
    let detail = activity.detail.as_deref().map(|detail| one_line(detail, DETAIL)).unwrap_or_default();
    let what = if detail.is_empty() { tool } else { format!("{tool} {detail}") };
    let how = match (activity.stage, activity.started.or(activity.named), activity.ended) {
        (Stage::Ended, Some(begun), Some(ended)) => {
            let took = exact_age(ended.saturating_sub(begun));
            if activity.failed { format!("failed after {took}") } else { took }
        }
        (Stage::Ended, ..) => if activity.failed { "failed" } else { "ended" }.to_owned(),
        (Stage::Named, ..) => "its input is being written".to_owned(),
        (_, Some(begun), _) => format!("running for {}", clock(now.saturating_sub(begun))),
        (_, None, _) => "running".to_owned(),
    };
    format!("{what}: {how}")
}

/// A running time as a clock shows it: `0:42`, `1:02:03`. One that has not begun is `0:00`.
fn clock(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    match seconds {
        0..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Tells in a card who works on a task, and what they did last.
pub(crate) fn live_fields(analysis: &Analysis, task: TaskIndex, now: Option<i64>, card: &mut Card) {
    let Some(live) = &analysis.live else { return };
    let Some(known) = live.of(task) else { return };
    let now = now.unwrap_or(live.live.now);
    if let Some(standing) = known.standing() {
        card.field("live", &one_line(&lasting(standing, now), 240));
    }
    for (label, value) in facts(&known) {
        card.field(label, &value);
    }
    let recent = known.recent(LISTED);
    if !recent.is_empty() {
        card.field("activity", "the last first");
        for activity in recent {
            card.item(&told(activity, now));
        }
    }
}

/// The lens above a task that somebody works on: what they do.
pub(crate) fn live_lens(analysis: &Analysis, task: TaskIndex) -> Option<CodeLens> {
    let live = analysis.live.as_ref()?;
    let known = live.of(task).filter(LiveTask::is_running)?;
    let now = live.live.now;
    let name = quoted_name(&analysis.joined.plan, task);
    let mut lines =
        vec![format!("{name}: {}", known.standing().map_or("", |standing| standing.liveness.word()))];
    lines.extend(known.recent(LISTED).into_iter().map(|activity| told(activity, now)));
    Some(CodeLens {
        span: analysis.joined.plan.task(task).line,
        title: "running: show activity".to_owned(),
        effect: Some(Effect::Show(lines.join("\n"))),
        tooltip: format!("Shows the last {LISTED} uses of tools"),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use insta::assert_snapshot;
    use tallymark_live::{Limits, Live};
    use tallymark_sync::{Analysis, Facts};

    use crate::fixture::{BILLING, Fixture, NOON};
    use crate::{code_lenses, hover, inlay_hints};

    fn billing() -> Fixture {
        let registry = format!(
            r#"{{"path": "/w/.gadugi/monitoring/process_registry.json", "format": "gadugi_registry", "modified": {now}, "runs": [
            {{"task": "1.1", "name": "Create the ledger table", "status": "completed", "started": {t12}, "ended": {now}, "usage": {{"input_tokens": 9000, "output_tokens": 700, "dollars": 0.314}}}},
            {{"task": "1.2.2", "name": "Credit side", "status": "running", "agent": "a2", "started": {t12}, "attempt": 2}},
            {{"task": "2.1", "name": "Number invoices", "status": "running", "started": {t12}}}],
            "heartbeats": [{{"of": "2.1", "at": {t3}}}]}}"#,
            now = NOON,
            t12 = NOON - 12 * 60_000,
            t3 = NOON - 3 * 60_000
        );
        let stream = format!(
            r#"{{"path": "/w/logs/a2.jsonl", "format": "claude_stream", "modified": {now},
            "agents": [{{"id": "a2", "name": "agent-2", "state": "working", "last_seen": {last}, "waits_for": "tool", "waits_since": {last}}}],
            "activities": [
              {{"id": "t1", "agent": "a2", "tool": "Read", "detail": "src/[ledger](x).rs", "stage": "ended", "started": {first}, "ended": {last}}},
              {{"id": "t2", "agent": "a2", "tool": "Edit", "stage": "ended", "started": {second}, "ended": {last}, "failed": true}},
              {{"id": "t3", "agent": "a2", "tool": "Bash", "detail": "cargo \u001b[31mtest", "stage": "running", "started": {last}}}]}}"#,
            now = NOON,
            first = NOON - 47_000,
            second = NOON - 45_000,
            last = NOON - 42_000
        );
        let files = [&registry, &stream].map(|file| serde_json::from_str(file).expect("a decoded file"));
        let live = Live::new(&files, &[], "here", NOON, &Limits::default());
        let fixture = Fixture::new(BILLING);
        let Analysis { joined, facts, config, .. } = fixture.analysis;
        let facts = Facts { live: Some(Arc::new(live)), only_plan: true, ..facts };
        let analysis = Analysis::new(joined.plan, joined.status_file, facts, config);
        Fixture { analysis, ..fixture }
    }

    #[test]
    fn who_works_stands_behind_the_line() {
        let fixture = billing();
        let hints = inlay_hints(&fixture.analysis, fixture.span, Some(NOON));
        let live = hints.iter().filter(|hint| hint.kind == crate::HintKind::Live);
        let told: Vec<String> = live
            .map(|hint| format!("{}  ‹{}›\n{}\n", fixture.line(hint.offset), hint.label, hint.tooltip))
            .collect();
        assert_snapshot!(told.concat(), @r"
         7 - [x] 1.1 Create the `ledger` table  ‹✓ 12 m · $0.31›
        Ended 0 s ago: it says that it is completed
        Tokens: 9000 in, 700 out
        Cost: $0.31
        10 - [ ] 1.2.2 Credit side  ‹● agent-2 · Bash · 0:42›
        Waiting for a tool for 42 s: Bash has not ended in its stream
        Agents: agent-2
        Attempts: 2
        Bash cargo [31mtest: running for 0:42
        Edit: failed after 3 s
        Read src/[ledger](x).rs: 5 s
        19 - [ ] 2.1 Number invoices (depends: 1.1)  ‹silent 3 m›
        Silent for 3 m: the last heartbeat was 3 m ago
        ");
    }

    #[test]
    fn hover_and_lens_tell_what_was_done_last() {
        let fixture = billing();
        let plan = &fixture.analysis.joined.plan;
        let task = fixture.analysis.joined.task_with_key("1.2.2").unwrap();
        let at = plan.task(task).title.start as usize;
        let told = hover(&fixture.analysis, at, Some(NOON)).expect("a card");
        assert_snapshot!(told.markdown, @r"
        **1.2.2 Credit side**

        In progress for 40 s, says status.json; its box is open.

        - phase: Phase 1: Ledger
        - started: 40 s ago (2026-01-01T11:59:20.000Z)
        - in status.json: line 8
        - live: waiting for a tool for 42 s: Bash has not ended in its stream
        - agents: agent-2
        - attempts: 2
        - activity: the last first
          - Bash cargo \[31mtest: running for 0:42
          - Edit: failed after 3 s
          - Read src/\[ledger\](x).rs: 5 s
        ");
        let lenses = code_lenses(&fixture.analysis);
        let lens = lenses.iter().find(|lens| lens.title.starts_with("running")).expect("a lens");
        let Some(crate::Effect::Show(text)) = &lens.effect else { panic!("{lens:?}") };
        assert_snapshot!(text, @r"
        1.2.2: waiting for a tool
        Bash cargo [31mtest: running for 0:42
        Edit: failed after 3 s
        Read src/[ledger](x).rs: 5 s
        ");
    }
}
