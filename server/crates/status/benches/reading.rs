#![allow(missing_docs, reason = "criterion's macro makes public functions")]
//! How long it takes to read a status file of 1,000 and of 10,000 entries.

use std::{fmt::Write, hint::black_box, sync::Arc};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use tallymark_status::Status;
use tallymark_text::Source;

/// A file as the orchestrator writes it: half of its tasks completed.
fn file(entries: usize) -> String {
    let mut text = String::from("{\n  \"planPath\": \"docs/plans/x.md\",\n  \"tasks\": [");
    for entry in 0..entries {
        let comma = if entry == 0 { "" } else { "," };
        let (phase, task) = (entry / 10 + 1, entry % 10 + 1);
        write!(
            text,
            "{comma}\n    {{\n      \"id\": \"{phase}.{task}\",\n      \"phase\": \"Phase {phase}: The phase\",\n      \
             \"description\": \"Create what task {task} of this phase needs in src/module.rs\",\n"
        )
        .expect("a string takes all");
        text.push_str(if entry % 2 == 0 {
            "      \"status\": \"completed\",\n      \"startedAt\": \"2025-12-24T02:41:12.418Z\",\n      \
             \"completedAt\": \"2025-12-24T02:44:26.326Z\",\n      \"duration\": 193908\n    }"
        } else {
            "      \"status\": \"pending\"\n    }"
        });
    }
    text.push_str("\n  ],\n  \"runs\": [],\n  \"summary\": { \"totalTasks\": 0 }\n}");
    text
}

fn reading(criterion: &mut Criterion) {
    for entries in [1_000, 10_000] {
        let source = Arc::new(Source::new(&file(entries)));
        let mut group = criterion.benchmark_group("reading");
        group.throughput(criterion::Throughput::Bytes(source.len() as u64));
        group.bench_function(format!("{entries} entries"), |bencher| {
            bencher.iter_batched(
                || Arc::clone(&source),
                |source| black_box(Status::parse(source)),
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, reading);
criterion_main!(benches);
