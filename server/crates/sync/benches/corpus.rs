//! How long each real plan at hand takes, from its text to its findings, and the slowest of them:
//! `cargo bench -p tallymark-sync --bench corpus`. No file of theirs should take 20 ms.
//! The plans lie beside the repository and are not part of it; without them it says so.

#![expect(clippy::print_stdout, reason = "the figures are what a person runs this for")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tallymark_plan::{Dialect, Options};
use tallymark_status::Status;
use tallymark_sync::{Analysis, Config, Facts};
use tallymark_text::Source;

/// Each file is taken so often; the shortest counts, as others work on the machine too.
const TIMES: usize = 10;

/// So many of the slowest are told.
const TOLD: usize = 5;

fn main() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["corpus/plans", "corpus/pairs", "seeds"] {
        match std::fs::read_dir(shared.join(folder)) {
            Ok(listing) => files.extend(listing.flatten().map(|entry| entry.path())),
            Err(_) => println!("skipped: {folder} is not there"),
        }
    }
    let mut all: Vec<(Duration, usize, PathBuf)> =
        files.into_iter().filter_map(|path| measure(&path).map(|(time, size)| (time, size, path))).collect();
    all.sort_by(|one, other| other.cmp(one));
    let time: Duration = all.iter().map(|(time, ..)| *time).sum();
    let bytes: usize = all.iter().map(|(_, size, _)| size).sum();
    println!(
        "{} files, {:.2} MB, {:.1} ms on one thread, {:.0} MB/s",
        all.len(),
        bytes as f64 / 1e6,
        milliseconds(time),
        bytes as f64 / 1e6 / time.as_secs_f64()
    );
    for (time, size, path) in all.iter().take(TOLD) {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        println!("{:8.2} ms {:5} KB {name}", milliseconds(*time), size.div_ceil(1000));
    }
}

/// The time from a plan's text to its findings, with the status.json beside it, and the size of its text. A file that is
/// no plan by itself is read as if the settings said that it is one.
fn measure(path: &Path) -> Option<(Duration, usize)> {
    let plan = if path.is_dir() { path.join("plan.md") } else { path.to_owned() };
    let bytes = std::fs::read(plan).ok()?;
    let status = std::fs::read(path.join("status.json")).ok();
    let status = status.map(|bytes| Arc::new(Status::from_bytes(&bytes)));
    let config = Arc::new(Config::default());
    let own = tallymark_plan::parse(Arc::new(Source::from_bytes(&bytes).ok()?), Options::default());
    let dialect = (!own.is_plan()).then_some(Dialect::Plain);
    let once = || {
        let start = Instant::now();
        let source = Arc::new(Source::from_bytes(&bytes).ok()?);
        let plan = tallymark_plan::parse(source, Options { path: "", dialect });
        let analysis = Analysis::new(Arc::new(plan), status.clone(), Facts::default(), config.clone());
        black_box(&analysis);
        Some(start.elapsed())
    };
    (0..TIMES).filter_map(|_| once()).min().map(|time| (time, bytes.len()))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
