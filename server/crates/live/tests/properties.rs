//! What holds for any bytes: nothing panics, and where a stream is cut makes no difference.

use proptest::prelude::*;
use tallymark_live::{Stream, decode, sniff};

/// Lines of all four streams, of none, and halves of lines.
const LINES: &[&str] = &[
    r#"{"type":"system","subtype":"init","cwd":"/r","session_id":"s1","model":"m"}"#,
    r#"{"type":"stream_event","event":{"type":"message_start","message":{"id":"m1","usage":{"input_tokens":1}}},"session_id":"s1"}"#,
    r#"{"type":"stream_event","event":{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t1","name":"Bash"}},"session_id":"s1"}"#,
    r#"{"type":"stream_event","event":{"type":"content_block_stop","index":0},"session_id":"s1"}"#,
    r#"{"type":"assistant","message":{"id":"m1","content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"größer 🙂"}}]},"session_id":"s1"}"#,
    r#"{"type":"assistant","message":{"id":"m2","content":[{"type":"tool_use","id":"t2","name":"Read","input":{"command":"\ud83d"}}]},"session_id":"s1","parent_tool_use_id":"t1"}"#,
    r#"{"type":"tool_progress","tool_use_id":"t1-heartbeat-0","tool_name":"Bash","parent_tool_use_id":"t1","elapsed_time_seconds":30,"session_id":"s1"}"#,
    r#"{"type":"control_request","request_id":"r","request":{"subtype":"can_use_tool","tool_use_id":"t2"}}"#,
    r#"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t1","is_error":true}]},"session_id":"s1","timestamp":"2026-01-01T00:00:00Z"}"#,
    r#"{"type":"result","subtype":"success","is_error":false,"session_id":"s1","total_cost_usd":0.1,"usage":{"output_tokens":5}}"#,
    r#"{"type":"thread.started","thread_id":"c1"}"#,
    r#"{"type":"item.started","item":{"id":"i1","type":"command_execution","command":"ls"}}"#,
    r#"{"type":"item.completed","item":{"id":"i1","type":"command_execution","command":"ls","exit_code":1}}"#,
    r#"{"type":"turn.completed","usage":{"input_tokens":7}}"#,
    r#"{"type":"init","timestamp":"2026-01-01T00:00:00Z","session_id":"g1","model":"m"}"#,
    r#"{"type":"tool_use","timestamp":"2026-01-01T00:00:01Z","tool_name":"glob","tool_id":"g","parameters":{}}"#,
    r#"{"type":"tool_use","timestamp":1774585965531,"sessionID":"o1","part":{"callID":"c","tool":"glob","state":{"status":"running","input":{"pattern":"*"}}}}"#,
    r#"{"type":"assistant","message":{"#,
    "noise between the lines",
    "",
    "\r",
    "\u{fffd}{\"a\":1}",
];

/// Bytes of a stream: lines in any order, broken bytes among them.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        8 => proptest::sample::select(LINES).prop_map(|line| line.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
        1 => (proptest::sample::select(LINES), any::<u8>(), any::<proptest::sample::Index>()).prop_map(|(line, byte, at)| {
            let mut line = line.as_bytes().to_vec();
            if !line.is_empty() {
                let at = at.index(line.len());
                line[at] = byte;
            }
            line
        }),
    ];
    proptest::collection::vec(line, 0..40).prop_map(|lines| lines.join(&b'\n'))
}

/// Beginnings of files of each kind, to be broken.
const FILES: &[&str] = &[
    r#"{"timestamp":"2025-08-12T05:00:00","processes":{"a":{"task_id":"a","status":"running","pid":1,"created_at":"2025-08-12T04:00:00"}}}"#,
    r#"{"timestamp":"2025-08-12T05:00:00","active_processes":[{"task_id":"a","status":"running","last_heartbeat":"2025-08-12T04:00:00"}]}"#,
    r#"{"orchestration_id":"orchestration-20250807-190534","timestamp":"2025-08-07 19:08:34.783013","total_processes":13,"status_breakdown":{"failed":12},"active_processes":[]}"#,
    r#"{"task_id":"e","status":"in_progress","current_phase":9,"current_phase_name":"x","updated_at":"2025-08-30T03:34:58.093363+00:00Z","error_info":{"message":"m"}}"#,
    r#"{"checkpoint_id":"b","created_at":"2025-08-30T03:34:58+00:00Z","state":{"task_id":"e","status":"in_progress"}}"#,
    r#"{"Agents":{"a":{"Id":"a","Status":1,"LastPing":"2025-09-17T04:18:49.3676115+04:00"}},"TaskQueue":[{"Id":"q","Command":"c","Status":3}],"Repositories":{"r":{"IdleCount":1}}}"#,
    r#"{"instances":[{"id":"o","pid":1,"plan_path":"p","status":"running","last_heartbeat":1755000000000}],"lastCleanup":0}"#,
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn where_a_stream_is_cut_makes_no_difference(
        bytes in streams(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
    ) {
        let mut whole = Stream::new("/x");
        whole.push(&bytes, Some(5));
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.sort_unstable();
        let mut pieces = Stream::new("/x");
        let mut from = 0;
        for to in places.into_iter().chain([bytes.len()]) {
            pieces.push(&bytes[from..to], Some(5));
            from = to;
        }
        prop_assert_eq!(pieces.monitored(9), whole.monitored(9));
    }

    #[test]
    fn what_is_decoded_is_what_was_sniffed(bytes in streams()) {
        let decoded = decode("/x", &bytes, 9);
        prop_assert_eq!(decoded.map(|decoded| decoded.format), sniff("/x", &bytes));
    }

    #[test]
    fn any_bytes_are_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300), modified in any::<i64>()) {
        let _ = decode("/r/.claude/orchestrator-registry.json", &bytes, modified);
    }

    #[test]
    fn broken_files_are_no_harm(
        file in proptest::sample::select(FILES),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        end in any::<proptest::sample::Index>(),
        modified in any::<i64>(),
    ) {
        prop_assert!(decode("/x", file.as_bytes(), 0).is_some());
        let mut bytes = file.as_bytes().to_vec();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(end.index(bytes.len() + 1));
        let _ = decode("/x", &bytes, modified);
    }
}

#[test]
fn every_beginning_of_every_file_is_no_harm() {
    for file in FILES.iter().chain(LINES) {
        for end in 0..=file.len() {
            let _ = decode("/x", &file.as_bytes()[..end], 1_755_000_000_000);
        }
    }
}
