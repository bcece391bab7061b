//! The join and the rules over a plan of 10,000 tasks: `cargo bench -p tallymark-sync`.

#![expect(missing_docs, reason = "the macros of criterion make public functions")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use tallymark_plan::{Dialect, Options, Plan};
use tallymark_status::Status;
use tallymark_sync::{Analysis, Config, Facts, join};
use tallymark_text::Source;

const PHASES: usize = 100;
const TASKS_IN_PHASE: usize = 100;

fn title(phase: usize, task: usize) -> String {
    let verbs = ["Create", "Implement", "Document", "Measure", "Remove"];
    format!(
        "{} the `module_{phase}_{task}` of the part number {} with tests and notes",
        verbs[task % verbs.len()],
        phase * TASKS_IN_PHASE + task
    )
}

fn plan() -> Arc<Plan> {
    let mut text = String::from("# Plan\n");
    for phase in 1..=PHASES {
        text.push_str(&format!("\n## Phase {phase}: Part {phase}\n\n"));
        for task in 1..=TASKS_IN_PHASE {
            text.push_str(&format!("- [ ] {phase}.{task} {}\n", title(phase, task)));
        }
    }
    let options = Options { path: "docs/plans/large.md", dialect: Some(Dialect::Phased) };
    Arc::new(tallymark_plan::parse(Arc::new(Source::new(&text)), options))
}

/// A status file whose entries have what `entry` makes of phase and task: id and description.
fn status(entry: impl Fn(usize, usize) -> (String, String)) -> Arc<Status> {
    let mut text = String::from("{\"tasks\": [");
    for phase in 1..=PHASES {
        for task in 1..=TASKS_IN_PHASE {
            let (id, description) = entry(phase, task);
            let comma = if phase == 1 && task == 1 { "" } else { "," };
            text.push_str(&format!(
                "{comma}\n{{\"id\": \"{id}\", \"phase\": \"Phase {phase}: Part {phase}\", \"description\": \"{description}\", \"status\": \"pending\"}}"
            ));
        }
    }
    text.push_str("\n]}");
    Arc::new(Status::parse(Arc::new(Source::new(&text))))
}

fn benchmark(criterion: &mut Criterion) {
    let plan = plan();
    assert_eq!(plan.tasks.len(), PHASES * TASKS_IN_PHASE);
    let cases = [
        ("same ids and texts", status(|phase, task| (format!("{phase}.{task}"), title(phase, task)))),
        (
            "ids in the descriptions",
            status(|phase, task| {
                (format!("x{phase}.{task}"), format!("{phase}.{task} {}", title(phase, task)))
            }),
        ),
        (
            "texts alone",
            status(|phase, task| (format!("x{phase}.{task}"), title(phase, task).to_uppercase())),
        ),
        (
            "all texts edited",
            status(|phase, task| (format!("{phase}.{task}"), title(phase, task).replace("the part", "part"))),
        ),
        (
            "close texts alone in one phase of ten",
            status(|phase, task| {
                let moved = if phase % 10 == 0 { "x" } else { "" };
                (format!("{moved}{phase}.{task}"), title(phase, task).replace("the part", "part"))
            }),
        ),
        (
            "another plan's",
            status(|phase, task| {
                (format!("x{phase}.{task}"), format!("Wholly unrelated {phase} and {task} words"))
            }),
        ),
    ];
    let mut group = criterion.benchmark_group("join, 10,000 tasks");
    group.sample_size(20);
    for (name, status) in &cases {
        group.bench_function(*name, |bencher| {
            bencher.iter(|| black_box(join(plan.clone(), Some(status.clone()))));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("join and rules, 10,000 tasks");
    group.sample_size(20);
    let config = Arc::new(Config::default());
    for (name, status) in [&cases[0], &cases[1], &cases[5]] {
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                black_box(Analysis::new(plan.clone(), Some(status.clone()), Facts::default(), config.clone()))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
