#![allow(missing_docs, reason = "criterion's macro makes public functions")]
//! How long one change takes, from the lock to the synced folder, on files of 100, 1,000 and 10,000 tasks; and beside it the
//! floor: write, sync, rename, sync the folder.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use criterion::{Criterion, criterion_group, criterion_main};
use tallymark_status::{Change, Context, Expected, NewEntry, NewFile, Request, Store, Word};

fn new_file(tasks: usize) -> NewFile {
    let task = |task| NewEntry {
        id: format!("{}.{}", task / 10 + 1, task % 10 + 1),
        phase: format!("Phase {}: The phase", task / 10 + 1),
        description: format!("Create what task {task} of this phase needs in src/module.rs"),
        status: Word::Pending,
    };
    NewFile {
        plan_path: "docs/plans/x.md".to_owned(),
        plan_name: "X".to_owned(),
        tasks: (0..tasks).map(task).collect(),
    }
}

fn floor(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn changing(criterion: &mut Criterion) {
    for tasks in [100, 1_000, 10_000] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("status.json");
        let context = Context::new(1_766_458_801_500, "bench");
        let (store, _) = Store::create(&path, &new_file(tasks), &context).expect("a new file");
        let id = format!("{}.1", tasks / 20 + 1);
        let change = |to| Request {
            entry: id.clone(),
            expected: Expected::default(),
            change: Change::Transition { to, reason: None, notes: None, reopen: false },
        };
        let requests = [change(Word::InProgress), change(Word::Pending)];
        let mut turn = 0;
        let mut group = criterion.benchmark_group("changing");
        group.sample_size(50);
        group.bench_function(format!("one of {tasks} tasks"), |bencher| {
            bencher.iter(|| {
                turn = 1 - turn;
                store.apply(std::slice::from_ref(&requests[1 - turn]), &context).expect("a change")
            });
        });
        let bytes = fs::read(&path).expect("the file");
        let other = folder.path().join("floor.json");
        group.bench_function(format!("floor, {} bytes", bytes.len()), |bencher| {
            bencher.iter(|| floor(&other, &bytes).expect("a write"));
        });
        group.bench_function(format!("dry run, one of {tasks} tasks"), |bencher| {
            bencher
                .iter(|| store.dry_run(std::slice::from_ref(&requests[turn]), &context).expect("a change"));
        });
        group.finish();
    }
}

criterion_group!(benches, changing);
criterion_main!(benches);
