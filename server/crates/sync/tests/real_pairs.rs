//! Plans and status files that a real orchestrator left: nothing floods, and what is reported does not change unseen.
//! They lie beside the repository and are not part of it; without them the tests say so and pass.

#![expect(clippy::print_stdout, reason = "a test that skips says so")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_plan::Options;
use tallymark_status::Status;
use tallymark_sync::{Analysis, Config, Counterpart, Facts, MatchKind};
use tallymark_text::Source;

/// The pairs, by name; none where the folder is not there.
fn pairs() -> Vec<(String, Analysis)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/pairs");
    let Ok(listing) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = listing.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    folders.iter().map(|folder| load(folder)).collect()
}

/// A pair as if it lay where its kind lies: the plan under `docs/plans`, its output where the plan says.
fn load(folder: &Path) -> (String, Analysis) {
    let name = folder.file_name().expect("a folder's name").to_string_lossy().into_owned();
    let text = std::fs::read(folder.join("plan.md")).expect("a plan");
    let source = Arc::new(Source::from_bytes(&text).expect("UTF-8"));
    let path = format!("docs/plans/{name}.md");
    let plan = tallymark_plan::parse(source, Options { path: &path, dialect: None });
    let status = Status::from_bytes(&std::fs::read(folder.join("status.json")).expect("a status file"));
    let facts = Facts {
        plan_path: path,
        status_path: format!("docs/plan-outputs/{name}/status.json"),
        ..Facts::default()
    };
    let analysis = Analysis::new(Arc::new(plan), Some(Arc::new(status)), facts, Arc::new(Config::default()));
    (name, analysis)
}

#[test]
fn what_is_reported_of_each_pair() {
    let pairs = pairs();
    if pairs.is_empty() {
        return;
    }
    let mut told = String::new();
    for (name, analysis) in &pairs {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &analysis.findings {
            *counts.entry(finding.code).or_default() += 1;
        }
        let joined = &analysis.joined;
        told.push_str(&format!(
            "{name}: {} tasks, {} criteria, {} entries, {}\n",
            joined.plan.tasks.len(),
            joined.plan.criteria.len(),
            joined.tasks_of_entries.len(),
            joined.total
        ));
        for (code, count) in counts {
            let once =
                analysis.findings.iter().any(|finding| finding.code == code && finding.stands_for_many);
            told.push_str(&format!("    {code} {count}{}\n", if once { ", for the whole file" } else { "" }));
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn how_the_entries_of_each_pair_find_their_tasks() {
    let pairs = pairs();
    if pairs.is_empty() {
        return;
    }
    let mut told = String::new();
    for (name, analysis) in &pairs {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (at, counterpart) in analysis.joined.counterparts.iter().enumerate() {
            let how = match counterpart {
                None => "nothing".to_owned(),
                Some(Counterpart::Task(task)) => {
                    let found = analysis.joined.matches[task.get()].expect("a match of both sides");
                    assert_eq!(found.entry.get(), at);
                    format!("a task by {:?}", found.kind)
                }
                Some(Counterpart::Criterion(_)) => "a criterion".to_owned(),
                Some(Counterpart::CriteriaOf(_)) => "all criteria of a phase".to_owned(),
                Some(Counterpart::Phase(_)) => "a heading".to_owned(),
            };
            *counts.entry(how).or_default() += 1;
        }
        told.push_str(&format!("{name}: {counts:?}\n"));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn no_rule_floods() {
    for (name, analysis) in pairs() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &analysis.findings {
            *counts.entry(finding.code).or_default() += 1;
        }
        let size = analysis.joined.plan.tasks.len().max(analysis.joined.tasks_of_entries.len());
        for (code, count) in counts {
            assert!(count < 5 || count * 2 <= size, "{name}: {count} times {code} over {size} tasks");
        }
        // One to one: no entry is two tasks' entry.
        let mut entries: Vec<_> =
            analysis.joined.matches.iter().flatten().map(|found| found.entry.get()).collect();
        let all = entries.len();
        entries.sort_unstable();
        entries.dedup();
        assert_eq!(entries.len(), all, "{name}");
        let by_id = analysis.joined.matches.iter().flatten().filter(|found| found.kind == MatchKind::IdOnly);
        assert!(by_id.count() * 10 <= size, "{name}");
    }
}
