//! Reading a plan, beside pulldown-cmark's bare walk over the same text. `cargo bench -p tallymark-plan`

#![expect(missing_docs, reason = "criterion's macro makes a function without any")]
#![expect(clippy::print_stderr, reason = "the slowest file is meant to be read")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tallymark_plan::{Options, parse};
use tallymark_text::Source;

/// A plan of the home dialect: phases of 25 tasks with details, and criteria.
fn plan(tasks: usize) -> String {
    let mut text =
        String::from("# Implementation plan: a long one\n\n**Output:** `docs/plan-outputs/long/`\n");
    for task in 0..tasks {
        let (phase, number) = (task / 25 + 1, task % 25 + 1);
        if number == 1 {
            let _ = write!(
                text,
                "\n## Phase {phase}: Part {phase} of the whole\n\n**Objective:** Bring part {phase} to its end.\n\n**Tasks:**\n"
            );
        }
        let mark = if task % 3 == 0 { 'x' } else { ' ' };
        let _ = writeln!(text, "- [{mark}] {phase}.{number} Write `module_{task}.rs` and its tests");
        let _ = writeln!(text, "  - Keep *every* byte that it does not understand");
        if number == 25 {
            let _ = write!(
                text,
                "\n**VERIFY Phase {phase}:**\n- [ ] All tests pass\n- [ ] No byte is lost\n\n---\n"
            );
        }
    }
    text
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for tasks in [1_000, 10_000] {
        let source = Arc::new(Source::new(&plan(tasks)));
        group.throughput(Throughput::Bytes(source.len() as u64));
        group.bench_function(BenchmarkId::new("pulldown walk", tasks), |bencher| {
            bencher.iter(|| {
                let parser = pulldown_cmark::Parser::new_ext(source.text(), pulldown_cmark::Options::empty());
                parser.into_offset_iter().map(|(event, range)| black_box((event, range)).1.end).sum::<usize>()
            });
        });
        group.bench_function(BenchmarkId::new("plan", tasks), |bencher| {
            bencher.iter(|| parse(source.clone(), Options::default()));
        });
    }
    group.finish();
}

/// Real plans, which lie beside the project; nothing is measured where they do not. Says which of them takes longest.
fn corpus(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/plans");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    };
    let sources: Vec<(String, Arc<Source>)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let source = Source::from_bytes(&std::fs::read(entry.path()).ok()?).ok()?;
            Some((entry.file_name().to_string_lossy().into_owned(), Arc::new(source)))
        })
        .collect();
    let took = |source: &Arc<Source>| {
        let once = |_| {
            let start = Instant::now();
            black_box(parse(source.clone(), Options::default()));
            start.elapsed()
        };
        (0..5).map(once).min().unwrap_or_default()
    };
    if let Some((time, (name, source))) =
        sources.iter().map(|file| (took(&file.1), file)).max_by_key(|(time, _)| *time)
    {
        let (count, bytes) = (sources.len(), source.len());
        eprintln!(
            "slowest of {count} files: {:.2} ms for the {bytes} bytes of {name}",
            time.as_secs_f64() * 1e3
        );
    }
    let mut group = criterion.benchmark_group("corpus");
    group.throughput(Throughput::Bytes(sources.iter().map(|(_, source)| source.len() as u64).sum()));
    group.bench_function("pulldown walk", |bencher| {
        bencher.iter(|| {
            let walk = |source: &Source| {
                let parser = pulldown_cmark::Parser::new_ext(source.text(), pulldown_cmark::Options::empty());
                parser.into_offset_iter().map(|(event, range)| black_box((event, range)).1.end).sum::<usize>()
            };
            sources.iter().map(|(_, source)| walk(source)).sum::<usize>()
        });
    });
    group.bench_function("plan", |bencher| {
        let tasks = |source: &Arc<Source>| parse(source.clone(), Options::default()).tasks.len();
        bencher.iter(|| sources.iter().map(|(_, source)| tasks(source)).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, read, corpus);
criterion_main!(benches);
