#![allow(missing_docs, reason = "criterion's macro makes public functions")]
//! Decoding 50 MB: a registry, and a stream with partial messages.

use std::{fmt::Write, hint::black_box};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tallymark_live::{Stream, decode};

const SIZE: usize = 50_000_000;

fn registry() -> String {
    let mut text = String::with_capacity(SIZE + 1000);
    text.push_str(r#"{"timestamp":"2025-08-12T05:00:00.000000","processes":{"#);
    let mut number = 0;
    while text.len() < SIZE {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            text,
            r#"{comma}"task-{number}":{{"task_id":"task-{number}","task_name":"Fix type errors in module {number}","status":"completed","command":"claude /agent:workflow-manager","working_directory":"/home/me/src/project/.worktrees/task-{number}","created_at":"2025-08-12T04:00:00.369872","prompt_file":"/home/me/src/project/.worktrees/task-{number}/prompts/task-{number}-workflow.md","pid":null,"started_at":"2025-08-12T04:00:01.385763","completed_at":"2025-08-12T04:02:12.737979","last_heartbeat":"2025-08-12T04:02:12.737949","exit_code":null,"error_message":"Process became unresponsive (heartbeat timeout)","resource_usage":null}}"#
        );
        number += 1;
    }
    text + "}}"
}

fn stream() -> String {
    let mut text = String::with_capacity(SIZE + 10_000);
    text.push_str("{\"type\":\"system\",\"subtype\":\"init\",\"cwd\":\"/repo\",\"session_id\":\"s1\",\"model\":\"m\"}\n");
    let output = "test result: ok. 12 passed; 0 failed\\n".repeat(50);
    let mut number = 0;
    while text.len() < SIZE {
        for word in 0..20 {
            let _ = writeln!(
                text,
                r#"{{"type":"stream_event","event":{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"word {word} of it"}}}},"session_id":"s1","parent_tool_use_id":null,"uuid":"48ed5b8d-48b7-424e-8105-f1ecd53fa41a"}}"#
            );
        }
        let _ = writeln!(
            text,
            r#"{{"type":"assistant","message":{{"id":"msg_{number}","role":"assistant","content":[{{"type":"tool_use","id":"toolu_{number}","name":"Bash","input":{{"command":"cargo test --workspace"}}}}],"usage":{{"input_tokens":10,"output_tokens":20}}}},"session_id":"s1"}}"#
        );
        let _ = writeln!(
            text,
            r#"{{"type":"user","message":{{"role":"user","content":[{{"type":"tool_result","tool_use_id":"toolu_{number}","content":"{output}"}}]}},"session_id":"s1"}}"#
        );
        number += 1;
    }
    text
}

fn decoding(criterion: &mut Criterion) {
    let registry = registry();
    let stream = stream();
    let mut group = criterion.benchmark_group("decoding");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(registry.len() as u64));
    group.bench_function("registry", |bencher| {
        bencher.iter(|| decode("/x", black_box(registry.as_bytes()), 1_755_000_000_000));
    });
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group.bench_function("stream", |bencher| {
        bencher.iter(|| decode("/x", black_box(stream.as_bytes()), 1_755_000_000_000));
    });
    group.bench_function("stream in pieces of 8 KiB", |bencher| {
        bencher.iter(|| {
            let mut followed = Stream::new("/x");
            for piece in black_box(stream.as_bytes()).chunks(8192) {
                followed.push(piece, Some(1));
            }
            followed.monitored(0)
        });
    });
    group.finish();
}

criterion_group!(benches, decoding);
criterion_main!(benches);
