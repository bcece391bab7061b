//! The agents' streams, line by line as the programs write them.

use tallymark_events::{Agent, AgentState, Format, Monitored, Stage, WaitsFor};
use tallymark_live::{Stream, decode, sniff};

/// A stream that somebody looks at, one line a second from 1000 s on.
fn followed(lines: &[&str]) -> Monitored {
    let mut stream = Stream::new("/plans/agent.jsonl");
    for (second, line) in (1000..).zip(lines) {
        stream.push(format!("{line}\n").as_bytes(), Some(second * 1000));
    }
    stream.monitored(0).expect("it is a stream")
}

fn only_agent(monitored: &Monitored) -> &Agent {
    assert_eq!(monitored.agents.len(), 1, "{:?}", monitored.agents);
    &monitored.agents[0]
}

const CLAUDE_INIT: &str = r#"{"type":"system","subtype":"init","cwd":"/repo","session_id":"s1","tools":["Bash"],"model":"claude-opus-4-8","permissionMode":"default"}"#;

/// A tool's life in a stream with partial messages.
const CLAUDE_PARTIAL: &[&str] = &[
    CLAUDE_INIT,
    r#"{"type":"stream_event","event":{"type":"message_start","message":{"id":"msg_1","role":"assistant","content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}}},"session_id":"s1","parent_tool_use_id":null,"uuid":"u1"}"#,
    r#"{"type":"stream_event","event":{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"Bash","input":{}}},"session_id":"s1","parent_tool_use_id":null}"#,
    r#"{"type":"stream_event","event":{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"command\": \"cargo te"}},"session_id":"s1"}"#,
    r#"{"type":"stream_event","event":{"type":"content_block_stop","index":1},"session_id":"s1","parent_tool_use_id":null}"#,
    r#"{"type":"assistant","message":{"id":"msg_1","role":"assistant","model":"claude-opus-4-8","content":[{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"command":"cargo test\n  --workspace","description":"Run tests"}}],"usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}},"parent_tool_use_id":null,"session_id":"s1"}"#,
    r#"{"type":"stream_event","event":{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":25}},"session_id":"s1","parent_tool_use_id":null}"#,
    r#"{"type":"tool_progress","tool_use_id":"toolu_1-heartbeat-0","tool_name":"Bash","parent_tool_use_id":"toolu_1","elapsed_time_seconds":30,"heartbeat":true,"session_id":"s1"}"#,
    r#"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"ok","is_error":false}]},"parent_tool_use_id":null,"session_id":"s1"}"#,
];

#[test]
fn a_tool_is_named_then_complete_then_running_then_ended() {
    let stages: Vec<(Stage, Option<WaitsFor>, Option<i64>)> = (3..=CLAUDE_PARTIAL.len())
        .map(|lines| {
            let told = followed(&CLAUDE_PARTIAL[..lines]);
            let agent = only_agent(&told);
            (told.activities[0].stage, agent.waits_for, agent.waits_since)
        })
        .collect();
    let (model, tool) = (Some(WaitsFor::Model), Some(WaitsFor::Tool));
    assert_eq!(
        stages,
        [
            (Stage::Named, model, Some(1_000_000)),
            (Stage::Named, model, Some(1_000_000)),
            (Stage::InputComplete, tool, Some(1_004_000)),
            (Stage::InputComplete, tool, Some(1_004_000)),
            (Stage::InputComplete, tool, Some(1_004_000)),
            (Stage::Running, tool, Some(1_004_000)),
            (Stage::Ended, model, Some(1_008_000)),
        ]
    );
    let told = followed(CLAUDE_PARTIAL);
    let used = &told.activities[0];
    assert_eq!((used.named, used.started, used.ended), (Some(1_002_000), Some(1_004_000), Some(1_008_000)));
    assert_eq!(used.detail.as_deref(), Some("cargo test --workspace"));
    assert!(!used.failed);
    let agent = only_agent(&told);
    assert_eq!((agent.usage.input_tokens, agent.usage.output_tokens), (100, 25));
    assert_eq!((agent.started, agent.last_seen), (Some(1_000_000), Some(1_008_000)));
    assert_eq!((agent.worktree.as_deref(), agent.model.as_deref()), (Some("/repo"), Some("claude-opus-4-8")));
}

#[test]
fn a_cold_stream_has_no_times_but_all_else() {
    let bytes = CLAUDE_PARTIAL.join("\n");
    let told = decode("/x/agent.jsonl", bytes.as_bytes(), 7).expect("a stream");
    assert_eq!(told.activities[0].stage, Stage::Ended, "the last line needs no end");
    assert_eq!(told.activities[0].started, None);
    assert_eq!(only_agent(&told).last_seen, None);
    assert_eq!((told.format, told.modified), (Format::ClaudeStream, 7));
}

#[test]
fn parallel_tools_end_in_their_own_order() {
    let told = followed(&[
        CLAUDE_INIT,
        r#"{"type":"assistant","message":{"id":"m","content":[{"type":"tool_use","id":"a","name":"Read","input":{"file_path":"/a"}},{"type":"tool_use","id":"b","name":"Grep","input":{"pattern":"x"}}]},"session_id":"s1"}"#,
        r#"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"b","content":"no","is_error":true}]},"session_id":"s1"}"#,
    ]);
    let stages: Vec<_> =
        told.activities.iter().map(|used| (used.id.as_str(), used.stage, used.failed)).collect();
    assert_eq!(stages, [("a", Stage::InputComplete, false), ("b", Stage::Ended, true)]);
    assert_eq!(only_agent(&told).waits_for, Some(WaitsFor::Tool));
}

#[test]
fn a_subagent_is_an_agent_of_its_own_until_its_task_ends() {
    let lines = [
        CLAUDE_INIT,
        r#"{"type":"assistant","message":{"id":"m1","content":[{"type":"tool_use","id":"task_1","name":"Task","input":{"description":"Look around","subagent_type":"explorer","prompt":"Look."}}]},"session_id":"s1","parent_tool_use_id":null}"#,
        r#"{"type":"assistant","message":{"id":"m2","content":[{"type":"tool_use","id":"read_1","name":"Read","input":{"file_path":"/x"}}]},"session_id":"s1","parent_tool_use_id":"task_1"}"#,
        r#"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"read_1","content":"x"}]},"session_id":"s1","parent_tool_use_id":"task_1"}"#,
        r#"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"task_1","content":"found"}]},"session_id":"s1","parent_tool_use_id":null}"#,
    ];
    let told = followed(&lines[..3]);
    let names: Vec<_> = told.agents.iter().map(|agent| (agent.id.as_str(), agent.name.as_deref())).collect();
    assert_eq!(names, [("s1", None), ("task_1", Some("explorer"))]);
    assert!(told.agents.iter().all(|agent| agent.waits_for == Some(WaitsFor::Tool)));
    assert_eq!(told.activities[1].agent, "task_1");
    let told = followed(&lines);
    assert_eq!(told.agents[1].state, AgentState::Idle);
    assert_eq!((told.agents[1].waits_for, told.agents[0].waits_for), (None, Some(WaitsFor::Model)));
}

#[test]
fn a_permission_is_waited_for_until_its_tool_ends() {
    let lines = [
        CLAUDE_INIT,
        r#"{"type":"assistant","message":{"id":"m","content":[{"type":"tool_use","id":"t1","name":"Write","input":{"file_path":"/x"}}]},"session_id":"s1"}"#,
        r#"{"type":"control_request","request_id":"req-1","request":{"subtype":"can_use_tool","tool_name":"Write","input":{"file_path":"/x"},"tool_use_id":"t1"}}"#,
        r#"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]},"session_id":"s1"}"#,
    ];
    let asked = followed(&lines[..3]);
    let agent = only_agent(&asked);
    assert_eq!((agent.waits_for, agent.waits_since), (Some(WaitsFor::Person), Some(1_002_000)));
    assert_eq!(only_agent(&followed(&lines)).waits_for, Some(WaitsFor::Model));
    let stopped = followed(&[
        CLAUDE_INIT,
        r#"{"type":"system","subtype":"session_state_changed","state":"requires_action","session_id":"s1"}"#,
    ]);
    assert_eq!(only_agent(&stopped).waits_for, Some(WaitsFor::Person));
}

#[test]
fn what_is_error_says_holds_against_success() {
    let told = followed(&[
        CLAUDE_INIT,
        r#"{"type":"assistant","message":{"id":"m","content":[{"type":"tool_use","id":"t","name":"Bash","input":{}}]},"session_id":"s1"}"#,
        r#"{"type":"result","subtype":"success","is_error":true,"result":"API Error","session_id":"s1","total_cost_usd":0.42,"usage":{"input_tokens":100,"output_tokens":20}}"#,
    ]);
    let agent = only_agent(&told);
    assert_eq!(
        (agent.state, agent.word.as_deref(), agent.waits_for),
        (AgentState::Error, Some("success"), None)
    );
    assert_eq!(agent.usage.dollars, Some(0.42));
    // What was open gives no result any more.
    assert_eq!((told.activities[0].stage, told.activities[0].failed), (Stage::Ended, true));
}

#[test]
fn codex() {
    let lines = [
        r#"{"type":"thread.started","thread_id":"0199a213-81c0"}"#,
        r#"{"type":"turn.started"}"#,
        r#"{"type":"item.completed","item":{"id":"item_0","type":"reasoning","text":"Look first."}}"#,
        r#"{"type":"item.started","item":{"id":"item_1","type":"command_execution","command":"/bin/bash -lc 'rg x'","aggregated_output":"","exit_code":null,"status":"in_progress"}}"#,
        r#"{"type":"error","message":"stream disconnected; retrying 1/5"}"#,
        r#"{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"/bin/bash -lc 'rg x'","aggregated_output":"","exit_code":1,"status":"completed"}}"#,
        r#"{"type":"item.completed","item":{"id":"item_2","type":"file_change","changes":[{"path":"src/a.rs","kind":"update"}],"status":"completed"}}"#,
        r#"{"type":"item.started","item":{"id":"item_3","type":"mcp_tool_call","server":"docs","tool":"find","arguments":{},"status":"in_progress"}}"#,
        r#"{"type":"item.completed","item":{"id":"item_3","type":"mcp_tool_call","server":"docs","tool":"find","arguments":{},"result":null,"status":"failed"}}"#,
        r#"{"type":"turn.completed","usage":{"input_tokens":23552,"cached_input_tokens":6016,"output_tokens":41}}"#,
    ];
    let running = followed(&lines[..5]);
    assert_eq!(running.format, Format::CodexStream);
    assert_eq!(running.activities[0].stage, Stage::Running);
    assert_eq!(only_agent(&running).waits_for, Some(WaitsFor::Tool));
    let told = followed(&lines);
    let used: Vec<_> = told
        .activities
        .iter()
        .map(|used| (used.tool.as_str(), used.detail.as_deref(), used.started, used.ended, used.failed))
        .collect();
    assert_eq!(
        used,
        [
            ("command_execution", Some("/bin/bash -lc 'rg x'"), Some(1_003_000), Some(1_005_000), true),
            ("file_change", Some("src/a.rs"), None, Some(1_006_000), false),
            ("docs.find", None, Some(1_007_000), Some(1_008_000), true),
        ]
    );
    let agent = only_agent(&told);
    assert_eq!(
        (agent.state, agent.usage.input_tokens, agent.usage.output_tokens),
        (AgentState::Idle, 23552, 41)
    );
    let failed = followed(&[lines[0], lines[1], r#"{"type":"turn.failed","error":{"message":"401"}}"#]);
    assert_eq!(only_agent(&failed).state, AgentState::Error);
}

#[test]
fn gemini() {
    let lines = [
        "Created execution plan for SessionEnd: 2 hook(s) to execute in parallel",
        r#"{"type":"init","timestamp":"2025-10-10T12:00:00.000Z","session_id":"g1","model":"gemini-3-pro"}"#,
        r#"{"type":"message","timestamp":"2025-10-10T12:00:00.100Z","role":"user","content":"List files"}"#,
        r#"{"type":"tool_use","timestamp":"2025-10-10T12:00:01.000Z","tool_name":"glob","tool_id":"g-1","parameters":{"pattern":"**/*.ts"}}"#,
        r#"{"type":"tool_result","timestamp":"2025-10-10T12:00:02.500Z","tool_id":"g-1","status":"success","output":"a.ts"}"#,
        r#"{"type":"message","timestamp":"2025-10-10T12:00:03.000Z","role":"assistant","content":"One file.","delta":true}"#,
        r#"{"type":"result","timestamp":"2025-10-10T12:00:04.000Z","status":"success","stats":{"total_tokens":150,"input_tokens":100,"output_tokens":50,"cached":10,"input":90,"duration_ms":4000,"tool_calls":1}}"#,
    ];
    let told = decode("/x/gemini.jsonl", lines.join("\r\n").as_bytes(), 0).expect("a stream");
    assert_eq!((told.format, told.written), (Format::GeminiStream, Some(1_760_097_604_000)));
    let used = &told.activities[0];
    assert_eq!((used.tool.as_str(), used.detail.as_deref()), ("glob", Some("**/*.ts")));
    assert_eq!(used.ended.zip(used.started).map(|(ended, started)| ended - started), Some(1500));
    let agent = only_agent(&told);
    assert_eq!(
        (agent.state, agent.usage.input_tokens, agent.usage.output_tokens),
        (AgentState::Idle, 100, 50)
    );
    assert_eq!(agent.started, Some(1_760_097_600_000));
}

#[test]
fn opencode() {
    let lines = [
        r#"{"type":"step_start","timestamp":1774585960000,"sessionID":"ses_abc","part":{"id":"prt_1","sessionID":"ses_abc","type":"step-start"}}"#,
        r#"{"type":"tool_use","timestamp":1774585965531,"sessionID":"ses_abc","part":{"id":"prt_3","type":"tool","callID":"call_1","tool":"glob","state":{"status":"completed","input":{"pattern":"**/*Dockerfile*"},"output":"/workspace/Dockerfile","time":{"start":1774585965514,"end":1774585965530}}}}"#,
        r#"{"type":"step_finish","timestamp":1774585966000,"sessionID":"ses_abc","part":{"id":"prt_4","type":"step-finish","reason":"tool-calls","cost":0.25,"tokens":{"input":100,"output":50,"reasoning":25,"cache":{"read":1000,"write":10}}}}"#,
        r#"{"type":"step_finish","timestamp":1774585967000,"sessionID":"ses_abc","part":{"id":"prt_5","type":"step-finish","reason":"stop","cost":0.5,"tokens":{"input":1,"output":2,"reasoning":3,"cache":{"read":4,"write":5}}}}"#,
        r#"{"type":"error","timestamp":1774585968000,"sessionID":"ses_abc","error":{"name":"APIError","data":{"message":"Rate limit"}}}"#,
    ];
    let told = decode("/x/opencode.jsonl", lines[..4].join("\n").as_bytes(), 0).expect("a stream");
    assert_eq!(told.format, Format::OpencodeStream);
    let used = &told.activities[0];
    assert_eq!((used.started, used.ended), (Some(1_774_585_965_514), Some(1_774_585_965_530)));
    let agent = only_agent(&told);
    assert_eq!((agent.usage.input_tokens, agent.usage.output_tokens), (1120, 80));
    assert_eq!((agent.usage.dollars, agent.state), (Some(0.75), AgentState::Idle));
    let failed = decode("/x/opencode.jsonl", lines.join("\n").as_bytes(), 0).expect("a stream");
    assert_eq!(only_agent(&failed).state, AgentState::Error);
    assert_eq!(only_agent(&failed).word.as_deref(), Some("APIError"));
}

#[test]
fn lines_that_are_none_of_the_stream_cost_nothing() {
    let told = followed(&[
        "",
        "npm WARN deprecated",
        r#"{"warning":"using fallback model"}"#,
        CLAUDE_INIT,
        "\r",
        r#"{"type":"a_type_of_tomorrow","session_id":"s1","message":[{"deep":[[[]]]}]}"#,
        r#"{"type":"assistant","session_id":"s1","message":"no object"}"#,
        r#"{"type":"user","session_id":"s1","message":{"content":"a prompt"}}{"type":"result","subtype":"success","is_error":false,"session_id":"s1"}"#,
    ]);
    assert_eq!(told.problems, []);
    assert_eq!(only_agent(&told).state, AgentState::Idle, "two objects stood in one line");
}

#[test]
fn a_torn_line_is_told_with_its_place_and_the_next_is_read() {
    let text = format!("\u{feff}{CLAUDE_INIT}\n{{\"type\":\"assistant\",\"mess\n{}\n", CLAUDE_PARTIAL[5]);
    let told = decode("/x/a.jsonl", text.as_bytes(), 0).expect("a stream");
    assert_eq!(told.problems.len(), 1);
    assert_eq!(told.problems[0].at, CLAUDE_INIT.len() as u64 + 4);
    assert_eq!(told.activities.len(), 1);
}

#[test]
fn half_a_character_costs_neither_its_line_nor_the_next() {
    let mut bytes = CLAUDE_INIT.as_bytes().to_vec();
    bytes.extend_from_slice(b"\n{\"type\":\"assistant\",\"session_id\":\"s1\",\"message\":{\"id\":\"m\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"Bash\",\"input\":{\"command\":\"echo \\ud83d\"}}]}}\n");
    bytes.extend_from_slice(b"{\"type\":\"assistant\",\"session_id\":\"s1\",\"message\":{\"id\":\"m\",\"content\":[{\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"Bash\",\"input\":{\"command\":\"echo \xff\"}}]}}\n");
    let told = decode("/x/a.jsonl", &bytes, 0).expect("a stream");
    let details: Vec<_> = told.activities.iter().filter_map(|used| used.detail.as_deref()).collect();
    assert_eq!(details, ["echo \u{fffd}", "echo \u{fffd}"]);
    assert_eq!(told.problems.len(), 1, "{:?}", told.problems);
}

#[test]
fn a_line_of_20_megabytes_is_passed_over_and_the_state_survives() {
    let huge = format!(
        r#"{{"type":"user","session_id":"s1","message":{{"content":[{{"type":"tool_result","tool_use_id":"toolu_1","content":"{}"}}]}}}}"#,
        "x".repeat(20 << 20)
    );
    let long =
        format!(r#"{{"type":"user","session_id":"s1","message":{{"content":"{}"}}}}"#, "y".repeat(100 << 10));
    let told = followed(&[CLAUDE_INIT, CLAUDE_PARTIAL[5], &huge, &long]);
    assert_eq!(told.problems.len(), 1);
    assert_eq!(told.problems[0].at, (CLAUDE_INIT.len() + CLAUDE_PARTIAL[5].len() + 2) as u64);
    assert_eq!(told.activities[0].stage, Stage::InputComplete, "its result was in the line");
    assert_eq!(only_agent(&told).waits_since, Some(1_001_000), "the long line was read");
}

#[test]
fn what_would_grow_without_end_is_cut() {
    let mut stream = Stream::new("/x");
    stream.push(format!("{CLAUDE_INIT}\n").as_bytes(), Some(1));
    for number in 0..1000 {
        let text = "é".repeat(300);
        stream.push(format!(r#"{{"type":"assistant","session_id":"s1","message":{{"id":"m{number}","content":[{{"type":"tool_use","id":"t{number}","name":"Bash","input":{{"command":"{text}"}}}}]}}}}{}"#, "\n").as_bytes(), Some(2));
    }
    for number in 700..850 {
        stream.push(format!(r#"{{"type":"user","session_id":"s1","message":{{"content":[{{"type":"tool_result","tool_use_id":"t{number}"}}]}}}}{}"#, "\n").as_bytes(), Some(3));
    }
    let told = stream.monitored(0).expect("a stream");
    let ended = told.activities.iter().filter(|used| used.stage == Stage::Ended).count();
    // Of a thousand the last 256 are known, 744 to 999; of those 744 to 849 have ended, of which the last 32 are kept.
    assert_eq!((told.activities.len(), ended, told.left_out), (150 + 32, 32, 744 + 74));
    assert!(
        told.activities
            .iter()
            .all(|used| used.detail.as_ref().is_some_and(|text| text.chars().count() == 200))
    );
    assert_eq!(told.activities.last().map(|used| used.id.as_str()), Some("t999"));
}

#[test]
fn other_programs_lines_are_met_with_silence() {
    for lines in [
        r#"{"type":"text","text":"hello"}"#,
        r#"{"parentUuid":null,"sessionId":"x","type":"user","message":{"role":"user","content":"hi"},"timestamp":"2026-01-01T00:00:00Z"}"#,
        r#"{"type":"tool_use","timestamp":"2026-01-01T00:00:00Z","tool_name":"bash","tool_input":{}}"#,
        r#"{"type":"init"}"#,
        r#"{"level":"info","message":"x"}"#,
        "not JSON at all",
        "",
    ] {
        assert_eq!(sniff("/x/log.jsonl", lines.as_bytes()), None, "{lines}");
        assert_eq!(decode("/x/log.jsonl", lines.as_bytes(), 0), None, "{lines}");
    }
}
