//! Reading a plan, beside pulldown-cmark's bare walk over the same text. `cargo bench -p tallymark-plan`

#![expect(missing_docs, reason = "criterion's macro makes a function without any")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

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

criterion_group!(benches, read);
criterion_main!(benches);
