#![allow(missing_docs, reason = "criterion's macro makes public functions")]
//! What an editor's questions cost on a plan of 10,000 tasks: those about a screen, and those about the whole file.

use std::{fmt::Write, hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use tallymark_ide::{
    Outline, code_lenses, diagnostics, fix_actions, fix_all, hover, inlay_hints, mark_actions, symbols,
};
use tallymark_plan::Options;
use tallymark_status::Status;
use tallymark_sync::{Analysis, Config, Facts, File};
use tallymark_text::{Source, Span};

const TASKS: usize = 10_000;
const NOON: i64 = 1_767_268_800_000;

/// 100 tasks a phase, each waiting for the one before it; a third completed, some in progress, some failed.
fn analysis() -> Analysis {
    let mut plan = String::from("# Bench\n");
    let mut status = String::from("{\"tasks\":[");
    for task in 0..TASKS {
        let (phase, number) = (task / 100 + 1, task % 100 + 1);
        if number == 1 {
            write!(plan, "\n## Phase {phase}: Part {phase}\n\n").expect("a string takes all");
        }
        let depends = if number > 1 { format!(" (depends: {phase}.{})", number - 1) } else { String::new() };
        writeln!(plan, "- [ ] {phase}.{number} Write module {task} and its tests{depends}")
            .expect("a string takes all");
        let comma = if task == 0 { "" } else { "," };
        let rest = match task % 6 {
            0 | 1 => "\"status\":\"completed\",\"duration\":193908",
            2 => "\"status\":\"in_progress\",\"startedAt\":\"2026-01-01T11:48:00.000Z\"",
            3 => "\"status\":\"failed\",\"error\":\"the tests of this module do not pass yet\"",
            _ => "\"status\":\"pending\"",
        };
        write!(
            status,
            "{comma}{{\"id\":\"{phase}.{number}\",\"phase\":\"Phase {phase}: Part {phase}\",\
             \"description\":\"Write module {task} and its tests\",{rest}}}"
        )
        .expect("a string takes all");
    }
    status.push_str("]}");
    let plan = tallymark_plan::parse(Arc::new(Source::new(&plan)), Options::default());
    assert_eq!(plan.tasks.len(), TASKS);
    let status = Status::parse(Arc::new(Source::new(&status)));
    let facts = Facts { now: Some(NOON), ..Facts::default() };
    Analysis::new(Arc::new(plan), Some(Arc::new(status)), facts, Arc::new(Config::default()))
}

fn features(criterion: &mut Criterion) {
    let analysis = analysis();
    let plan = &analysis.joined.plan;
    let middle = plan.tasks[TASKS / 2].line;
    let screen = Span { start: middle.start, end: plan.tasks[TASKS / 2 + 50].line.end };
    let all = Span::new(0, plan.source.len());
    let analysis = black_box(&analysis);

    let mut group = criterion.benchmark_group("a screen");
    group.bench_function("hints", |bencher| bencher.iter(|| inlay_hints(analysis, screen, Some(NOON))));
    group.bench_function("hover", |bencher| {
        bencher.iter(|| hover(analysis, middle.start as usize, Some(NOON)));
    });
    group.bench_function("marks", |bencher| bencher.iter(|| mark_actions(analysis, File::Plan, middle)));
    group.bench_function("fixes", |bencher| bencher.iter(|| fix_actions(analysis, File::Plan, middle)));
    group.finish();

    let mut group = criterion.benchmark_group("the whole file");
    group.sample_size(20);
    group.bench_function("hints", |bencher| bencher.iter(|| inlay_hints(analysis, all, Some(NOON))));
    group.bench_function("lenses", |bencher| bencher.iter(|| code_lenses(analysis)));
    group.bench_function("symbols", |bencher| bencher.iter(|| symbols(analysis, Outline::Full)));
    group.bench_function("diagnostics", |bencher| bencher.iter(|| diagnostics(analysis, File::Plan)));
    group.bench_function("marks", |bencher| bencher.iter(|| mark_actions(analysis, File::Plan, all)));
    group.bench_function("safe fixes", |bencher| bencher.iter(|| fix_all(analysis)));
    group.finish();
}

criterion_group!(benches, features);
criterion_main!(benches);
