//! A status.json made of a plan agrees with that plan, and one change to it is one finding, for every real plan at hand.
//! They lie beside the repository and
//! are not part of it; without them the tests say so and pass.

#![expect(clippy::print_stdout, reason = "a test that skips says so")]

use std::path::Path;
use std::sync::Arc;

use tallymark_plan::{Dialect, Meaning, Options, Plan, Task, TaskForm, TaskIndex};
use tallymark_status::{EntryIndex, NewEntry, Status, Word};
use tallymark_sync::{Analysis, Boxes, Config, Facts, Finding, MatchKind, Subject};
use tallymark_text::Source;

/// The real plans, by path.
fn plans() -> Vec<(String, Arc<Plan>)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let mut plans = Vec::new();
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
            plans.push((path.display().to_string(), Arc::new(plan)));
        }
    }
    println!("{} plans", plans.len());
    plans
}

fn analysis(plan: Arc<Plan>, status: Option<Status>) -> Analysis {
    let config = Config { boxes: Boxes::Mirror, ..Config::default() };
    Analysis::new(plan, status.map(Arc::new), Facts::default(), Arc::new(config))
}

/// The status file of some entries, without the head.
fn status(entries: &[NewEntry]) -> Status {
    let entries: Vec<serde_json::Value> = entries
        .iter()
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

/// What the rules say that compare both sides task by task.
fn comparisons(analysis: &Analysis) -> Vec<(&'static str, Subject)> {
    let of_both =
        |finding: &&Finding| finding.code.starts_with("TM1") && !["TM113", "TM114"].contains(&finding.code);
    analysis.findings.iter().filter(of_both).map(|finding| (finding.code, finding.subject)).collect()
}

#[test]
fn a_new_status_file_agrees_with_its_plan() {
    for (path, plan) in plans() {
        let alone = analysis(plan.clone(), None);
        let both = analysis(plan, Some(status(&alone.initial_entries())));
        for (task, own) in both.joined.plan.tasks() {
            let found = both.joined.matches[task.get()];
            let by = found.map(|found| found.kind);
            let known = [Some(MatchKind::IdAndText), Some(MatchKind::Id)].contains(&by);
            assert!(known, "{path}: {:?} by {by:?}", both.joined.plan.slice(own.line));
            assert_eq!(found.map(|found| found.entry.get()), Some(task.get()), "{path}");
        }
        assert_eq!(both.joined.total.completed, alone.joined.total.completed, "{path}");
        assert_eq!(comparisons(&both), [], "{path}");
    }
}

#[test]
fn one_disagreement_is_one_finding() {
    for (path, plan) in plans() {
        let entries = analysis(plan.clone(), None).initial_entries();
        let with_words = |task: &(TaskIndex, &Task)| plan.title(task.0).contains(char::is_alphabetic);
        let tasks: Vec<TaskIndex> = plan.tasks().filter(with_words).map(|(task, _)| task).collect();
        // The first, the one in the middle, and the last.
        let chosen = [tasks.first(), tasks.get(tasks.len() / 2), tasks.last()];
        for &task in chosen.into_iter().flatten() {
            let at = task.get();
            let subject = Subject::Task(task);
            let told = |change: &dyn Fn(&mut Vec<NewEntry>)| {
                let mut entries = entries.clone();
                change(&mut entries);
                comparisons(&analysis(plan.clone(), Some(status(&entries))))
            };
            let name = format!("{path}: {}", plan.slice(plan.task(task).line));

            let missing = told(&|entries| drop(entries.remove(at)));
            assert_eq!(missing, [("TM101", subject)], "{name}");

            let unknown = NewEntry {
                id: "zz.9".to_owned(),
                phase: String::new(),
                description: "Zyzzyva quux".to_owned(),
                status: Word::Pending,
            };
            let extra = told(&|entries| entries.insert(at, unknown.clone()));
            assert_eq!(extra, [("TM102", Subject::Entry(EntryIndex(at as u32)))], "{name}");

            let ticked = plan.meaning(task) == Meaning::Done;
            let other = if ticked { Word::Pending } else { Word::Completed };
            let disagrees = told(&|entries| entries[at].status = other);
            let has_box = plan.task(task).form == TaskForm::Box && plan.meaning(task) != Meaning::Unknown;
            match ticked {
                true => assert_eq!(disagrees, [("TM103", subject)], "{name}"),
                false if has_box => assert_eq!(disagrees, [("TM104", subject)], "{name}"),
                false => assert_eq!(disagrees, [], "{name}"),
            }

            let another = told(&|entries| entries[at].description = "Zyzzyva quux".to_owned());
            assert_eq!(another, [("TM106", subject)], "{name}");

            let moved = told(&|entries| entries[at].id = "zz.9".to_owned());
            let expected = plan.id(task).map(|_| ("TM108", subject));
            assert_eq!(moved, Vec::from_iter(expected), "{name}");
        }
    }
}
