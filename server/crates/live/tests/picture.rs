//! Monitoring files folded into one picture, at times that a test chooses.

use serde_json::{Value, json};
use tallymark_events::{Monitored, Process, RunStatus};
use tallymark_live::{Limits, Live, Liveness};

/// 2026-01-15T08:00:00Z.
const NOW: i64 = 1_768_464_000_000;
const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

fn file(path: &str, format: &str, written: i64, mut rest: Value) -> Monitored {
    let head = json!({"path": path, "format": format, "modified": written, "written": written});
    let (Value::Object(head), Some(rest)) = (head, rest.as_object_mut()) else { panic!("objects") };
    rest.extend(head);
    serde_json::from_value(Value::Object(rest.clone())).expect("a monitoring file")
}

fn registry(written: i64, runs: Value) -> Monitored {
    file("/w/.gadugi/monitoring/process_registry.json", "gadugi_registry", written, json!({"runs": runs}))
}

fn heartbeats(written: i64, runs: Value, beats: Value) -> Monitored {
    file(
        "/w/.gadugi/monitoring/heartbeats.json",
        "gadugi_heartbeats",
        written,
        json!({"runs": runs, "heartbeats": beats}),
    )
}

fn stream(path: &str, agent: Value, activities: Value) -> Monitored {
    file(path, "claude_stream", NOW, json!({"agents": [agent], "activities": activities}))
}

fn live(files: &[Monitored], processes: &[Process], now: i64) -> Live {
    Live::new(files, processes, "here", now, &Limits::default())
}

#[test]
fn registry_and_heartbeats_tell_of_one_run_and_the_newest_wins() {
    let files = [
        registry(
            NOW - MINUTE,
            json!([{"task": "1.2", "name": "Parse", "status": "running", "started": NOW - 5 * MINUTE, "created": NOW - 6 * MINUTE}]),
        ),
        heartbeats(
            NOW - 10 * SECOND,
            json!([{"task": "1.2", "status": "running", "pid": 77}]),
            json!([{"of": "1.2", "at": NOW - 10 * SECOND}]),
        ),
    ];
    let picture = live(&files, &[], NOW);
    let [run] = &picture.runs[..] else { panic!("{:?}", picture.runs) };
    assert_eq!((run.run.name.as_deref(), run.run.pid, run.attempts), (Some("Parse"), Some(77), 1));
    assert_eq!(run.run.started, Some(NOW - 5 * MINUTE));
    assert_eq!((run.standing.liveness, run.last_sign), (Liveness::Working, Some(NOW - 10 * SECOND)));
    assert_eq!(run.standing.since, NOW - 5 * MINUTE);
    // Two minutes later nobody has beaten.
    let later = live(&files, &[], NOW + 2 * MINUTE);
    assert_eq!(later.runs[0].standing.liveness, Liveness::Silent);
    // The registry says that it is over.
    let over = registry(
        NOW,
        json!([{"task": "1.2", "status": "completed", "started": NOW - 5 * MINUTE, "ended": NOW - SECOND, "error": "timeout"}]),
    );
    let picture = live(&[files[1].clone(), over], &[], NOW);
    assert_eq!((picture.runs.len(), picture.runs[0].run.status), (1, RunStatus::Completed));
    assert_eq!(picture.runs[0].standing.liveness, Liveness::Ended);
}

#[test]
fn attempts_are_counted_by_their_beginnings_and_the_last_one_is_told() {
    let report = |name: &str, written: i64, run: Value| {
        file(
            &format!("/w/.gadugi/monitoring/orchestration-{name}_status.json"),
            "gadugi_report",
            written,
            json!({"runs": [run]}),
        )
    };
    let files = [
        report("a", NOW - 9 * DAY, json!({"task": "t", "status": "failed"})),
        registry(
            NOW - DAY,
            json!([{"task": "t", "status": "failed", "started": NOW - DAY, "error": "boom"}]),
        ),
        report("b", NOW - MINUTE, json!({"task": "t", "status": "running", "started": NOW - 2 * MINUTE})),
        report(
            "c",
            NOW - SECOND,
            json!({"task": "t", "status": "running", "started": NOW - 2 * MINUTE + 1500}),
        ),
    ];
    let picture = live(&files, &[], NOW);
    let [run] = &picture.runs[..] else { panic!("{:?}", picture.runs) };
    assert_eq!((run.attempts, run.run.status, run.run.error.as_deref()), (3, RunStatus::Running, None));
    assert!(run.path.ends_with("c_status.json"));
    // Another project's task of that id is another.
    let mut elsewhere = files[1].clone();
    elsewhere.path = "/v/.gadugi/monitoring/process_registry.json".to_owned();
    assert_eq!(live(&[files[1].clone(), elsewhere], &[], NOW).runs.len(), 2);
}

#[test]
fn a_stream_belongs_to_the_run_that_its_name_branch_or_worktree_says() {
    let runs = json!([
        {"task": "1.1", "status": "running", "started": NOW - MINUTE, "worktree": "/t/one"},
        {"task": "1.2", "status": "running", "started": NOW - MINUTE, "branch": "fix/two"},
        {"task": "1.3", "status": "running", "started": NOW - MINUTE, "prompt_file": "prompts/third-thing.md"},
        {"task": "1.4", "status": "running", "started": NOW - MINUTE, "agent": "s4"},
        {"task": "1.5", "status": "running", "started": NOW - MINUTE},
    ]);
    let tools =
        json!([{"id": "t1", "agent": "s", "tool": "Bash", "stage": "running", "started": NOW - 42 * SECOND}]);
    let agent = |id: &str, extra: Value| {
        let mut agent = json!({"id": id, "state": "working", "last_seen": NOW - 42 * SECOND, "waits_for": "tool", "waits_since": NOW - 42 * SECOND, "usage": {"input_tokens": 10, "output_tokens": 5, "dollars": 0.25}});
        agent.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        agent
    };
    let files = [
        registry(NOW - SECOND, runs),
        stream("/w/logs/a.jsonl", agent("s", json!({"worktree": "/t/one"})), tools),
        stream("/w/logs/b.jsonl", agent("s2", json!({"branch": "fix/two"})), json!([])),
        stream("/w/logs/third-thing.jsonl", agent("s3", json!({})), json!([])),
        stream("/w/logs/d.jsonl", agent("s4", json!({})), json!([])),
        stream("/w/logs/agent-1.5.jsonl", agent("s5", json!({})), json!([])),
        stream("/w/logs/nobody.jsonl", agent("s6", json!({"worktree": "/else"})), json!([])),
    ];
    let picture = live(&files, &[], NOW);
    let told: Vec<(&str, Vec<&str>)> = picture
        .runs
        .iter()
        .map(|run| {
            let agents = run.agents.iter().map(|&agent| picture.agents[agent].agent.id.as_str());
            (run.run.task.as_str(), agents.collect())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("1.1", vec!["s"]),
            ("1.2", vec!["s2"]),
            ("1.3", vec!["s3"]),
            ("1.4", vec!["s4"]),
            ("1.5", vec!["s5"])
        ]
    );
    let run = &picture.runs[0];
    assert_eq!(run.standing.liveness, Liveness::WaitingForTool);
    assert_eq!(run.standing.why, "Bash has not ended in its stream");
    assert_eq!(run.standing.since, NOW - 42 * SECOND);
    assert_eq!(run.usage(&picture).dollars, Some(0.25));
    assert_eq!(picture.agents[0].activity().map(|activity| activity.tool.as_str()), Some("Bash"));
    assert_eq!(picture.agents[5].runs, [0; 0], "who names nothing that a run has belongs to none");
}

#[test]
fn only_this_machines_processes_are_looked_at_and_only_with_their_start() {
    let agent = |host: &str| {
        file(
            "/w/orchestrator-state.json",
            "orchestra",
            NOW - MINUTE,
            json!({"agents": [{"id": "a", "state": "working", "pid": 7, "started": NOW - DAY, "host": host, "last_seen": NOW - MINUTE}]}),
        )
    };
    let standing =
        |host, started| live(&[agent(host)], &[Process { pid: 7, started }], NOW).agents[0].standing.clone();
    assert_eq!(standing("here", None).liveness, Liveness::Gone);
    assert_eq!(standing("there", None).liveness, Liveness::Working);
    assert_eq!(standing("here", Some(NOW - DAY)).liveness, Liveness::Working);
    let reused = standing("here", Some(NOW - MINUTE));
    assert_eq!(reused.liveness, Liveness::Gone);
    assert_eq!(reused.why, "process 7 is another one, begun later, and the last sign of life was 1 m ago");
}

#[test]
fn a_heartbeat_of_the_year_9999_keeps_nobody_alive() {
    const YEAR_9999: i64 = 253_370_764_800_000;
    let of = |at: i64| {
        let beats = json!([{"of": "1", "at": NOW - DAY}, {"of": "1", "at": at}]);
        live(&[heartbeats(NOW, json!([{"task": "1", "status": "running"}]), beats)], &[], NOW).runs[0].clone()
    };
    assert_eq!(of(YEAR_9999).standing.liveness, Liveness::Silent);
    assert_eq!(of(YEAR_9999).last_sign, Some(NOW - DAY));
    assert_eq!(of(NOW + MINUTE).standing.liveness, Liveness::Working, "a clock that runs ahead a little");
}

#[test]
fn years_pass_in_a_moment() {
    let files = [heartbeats(
        NOW,
        json!([{"task": "1", "status": "running", "started": NOW - MINUTE}]),
        json!([{"of": "1", "at": NOW}]),
    )];
    let limits = Limits::default();
    let mut silent_at = None;
    for hours in 0..3 * 365 * 24 {
        let now = NOW + hours * 60 * MINUTE;
        let picture = Live::new(&files, &[], "here", now, &limits);
        match (picture.runs[0].standing.liveness, silent_at) {
            (Liveness::Working, None) | (Liveness::Silent, Some(_)) => {}
            (Liveness::Silent, None) => silent_at = Some(now),
            other => panic!("{other:?} at {now}"),
        }
    }
    assert_eq!(silent_at, Some(NOW + 60 * MINUTE));
    assert_eq!(Live::new(&files, &[], "here", i64::MAX, &limits).runs[0].standing.liveness, Liveness::Silent);
    assert_eq!(
        Live::new(&files, &[], "here", i64::MIN, &limits).runs[0].standing.liveness,
        Liveness::Working
    );
}
