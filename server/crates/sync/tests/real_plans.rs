//! A status.json made of a plan agrees with that plan, for every real plan at hand. They lie beside the repository and
//! are not part of it; without them the test says so and passes.

#![expect(clippy::print_stdout, reason = "a test that skips says so")]

use std::path::Path;
use std::sync::Arc;

use tallymark_plan::{Dialect, Options, Plan};
use tallymark_status::Status;
use tallymark_sync::{Analysis, Config, Facts, MatchKind};
use tallymark_text::Source;

fn analysis(plan: Arc<Plan>, status: Option<Status>) -> Analysis {
    Analysis::new(plan, status.map(Arc::new), Facts::default(), Arc::new(Config::default()))
}

/// What `tallymark init` writes, without the head.
fn new_status(analysis: &Analysis) -> Status {
    let entries: Vec<serde_json::Value> = analysis
        .initial_entries()
        .into_iter()
        .map(|entry| {
            serde_json::json!({
                "id": entry.id,
                "phase": entry.phase,
                "description": entry.description,
                "status": entry.status.as_str()
            })
        })
        .collect();
    let text = serde_json::json!({ "tasks": entries }).to_string();
    Status::parse(Arc::new(Source::new(&text)))
}

#[test]
fn a_new_status_file_agrees_with_its_plan() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let mut plans = 0;
    for folder in ["corpus/plans", "seeds", "corpus/pairs"] {
        let Ok(listing) = std::fs::read_dir(shared.join(folder)) else {
            println!("skipped: {folder} is not there");
            continue;
        };
        for path in listing.flatten().map(|entry| entry.path()) {
            let path = if path.is_dir() { path.join("plan.md") } else { path };
            let Ok(source) = Source::from_bytes(&std::fs::read(&path).expect("a file")) else { continue };
            // `owner__repository__path__of__the__file.md`
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let name = name.splitn(3, "__").last().unwrap_or_default().replace("__", "/");
            let source = Arc::new(source);
            let options = Options { path: &name, dialect: None };
            let mut plan = tallymark_plan::parse(source.clone(), options);
            if !plan.is_plan() {
                // As if the settings said that it is one.
                let options = Options { dialect: Some(Dialect::Plain), ..options };
                plan = tallymark_plan::parse(source, options);
            }
            let plan = Arc::new(plan);
            plans += 1;
            let alone = analysis(plan.clone(), None);
            let both = analysis(plan, Some(new_status(&alone)));
            for (task, own) in both.joined.plan.tasks() {
                let found = both.joined.matches[task.get()];
                let by = found.map(|found| found.kind);
                let known = [Some(MatchKind::IdAndText), Some(MatchKind::Id)].contains(&by);
                assert!(known, "{}: {:?} by {by:?}", path.display(), both.joined.plan.slice(own.line));
                assert_eq!(found.map(|found| found.entry.get()), Some(task.get()), "{}", path.display());
            }
            assert_eq!(both.joined.total.completed, alone.joined.total.completed, "{}", path.display());
            for finding in &both.findings {
                let of_both = finding.code.starts_with("TM1") && !["TM113", "TM114"].contains(&finding.code);
                assert!(!of_both, "{}: {} {}", path.display(), finding.code, finding.message);
            }
        }
    }
    println!("{plans} plans");
}
