//! The plans under `sample-plans/` yield what their `expected.txt` says. `UPDATE_EXPECTED=1` writes the files anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_events::Process;
use tallymark_live::Live;
use tallymark_sync::{File, Finding};
use tallymark_text::{Encoding, Source, apply_edits};
use tallymark_workspace::{
    LiveFacts, Loaded, Outside, Settings, discover, has_only_one_plan, load_if_plan, load_text,
    monitoring_places, read_monitoring,
};

/// `sample-plans/` of the project.
fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../sample-plans")
        .canonicalize()
        .expect("sample-plans/ lies in the project")
}

/// The folders in it, sorted.
fn cases() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(samples())
        .expect("a folder that can be listed")
        .map(|entry| entry.expect("an entry that can be read").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The plans of a case, each with its findings. A case is the root of its plans, and no clock is at hand.
fn plans(case: &Path) -> Vec<Loaded> {
    let (settings, problems) = Settings::load(case);
    assert_eq!(problems, [], "{}", case.display());
    let found = discover(case, &[], &settings);
    found
        .plans
        .iter()
        .filter_map(|path| load_if_plan(case, path, &settings, None).expect("a plan that can be read"))
        .collect()
}

/// When the agents of the samples are looked at: 2026-01-15T08:00:00Z.
const NOW: i64 = 1_768_464_000_000;

/// The plans of a case with what its monitoring files say, at [`NOW`], on a machine without any of the processes that they
/// name. The files were just written, whenever they were checked out.
fn live_plans(case: &Path) -> Vec<Loaded> {
    let (settings, _) = Settings::load(case);
    let mut read = read_monitoring(&monitoring_places(case, &settings));
    assert_eq!(read.unreadable, [], "{}", case.display());
    for file in &mut read.files {
        file.modified = NOW;
    }
    let pids = read.files.iter().flat_map(|file| &file.runs).filter_map(|run| run.pid);
    let processes: Vec<Process> = pids.map(|pid| Process { pid, started: None }).collect();
    let live = Live::new(&read.files, &processes, "here", NOW, &settings.live_limits());
    let facts = LiveFacts { live: Arc::new(live), only_plan: has_only_one_plan(case, &settings) };
    let outside = Outside { now: Some(NOW), live: Some(&facts) };
    let found = discover(case, &[], &settings);
    let load =
        |path: &PathBuf| load_if_plan(case, path, &settings, outside).expect("a plan that can be read");
    found.plans.iter().filter_map(load).collect()
}

/// One finding a line: `path:line:column code severity message`, lines and columns from one, columns in characters.
fn tell(plans: &[Loaded]) -> String {
    let mut told = String::new();
    for loaded in plans {
        for finding in &loaded.analysis.findings {
            let (path, source) = file(loaded, finding);
            let position = source.position(finding.place.span.start as usize, Encoding::Utf32);
            let (line, column) = (position.line + 1, position.column + 1);
            let severity = finding.severity.name();
            writeln!(told, "{path}:{line}:{column} {} {severity} {}", finding.code, finding.message)
                .expect("a string takes what is written");
        }
    }
    told
}

fn file<'a>(loaded: &'a Loaded, finding: &Finding) -> (&'a str, &'a Source) {
    let joined = &loaded.analysis.joined;
    match (finding.place.file, &joined.status_file) {
        (File::Status, Some(status)) => {
            let found = status.place(finding.place.span);
            (&loaded.analysis.facts.status_path, found.source)
        }
        _ => (&loaded.analysis.facts.plan_path, &joined.plan.source),
    }
}

#[test]
fn every_sample_yields_what_is_expected_of_it() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = String::new();
    for case in cases() {
        let told = tell(&plans(&case));
        let path = case.join("expected.txt");
        let expected = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if update {
            fs::write(&path, &told).unwrap();
        } else if told != expected {
            let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
            wrong.push_str(&tallymark_text::unified_diff(&format!("{name}/expected.txt"), &expected, &told));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECTED=1 writes these anew:\n{wrong}");
}

#[test]
fn every_sample_with_monitoring_files_yields_what_is_expected_of_its_agents() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut seen = 0;
    for case in cases().iter().filter(|case| case.join("monitoring").is_dir()) {
        seen += 1;
        let told = tell(&live_plans(case));
        let path = case.join("expected-live.txt");
        if update {
            fs::write(&path, &told).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(told, expected, "{}: UPDATE_EXPECTED=1 writes it anew", case.display());
        for code in ["TM401", "TM402", "TM403", "TM404", "TM405", "TM406"] {
            assert!(told.contains(code), "{code} is not shown by any sample:\n{told}");
        }
    }
    assert_eq!(seen, 1);
}

#[test]
fn safe_fixes_change_no_mark_and_leave_nothing_to_fix_safely() {
    let mut mended = 0;
    for loaded in cases().iter().flat_map(|case| plans(case)) {
        let edits = loaded.analysis.safe_edits();
        let old = Arc::clone(&loaded.analysis.joined.plan);
        let text = apply_edits(old.source.text(), &edits).expect("edits that fit");
        let root = loaded.path.parent().expect("a folder");
        let source = Arc::new(Source::new(&text));
        let again = load_text(root, &loaded.path, source, &Settings::default(), None).analysis;
        assert_eq!(again.safe_edits(), [], "{}", loaded.path.display());
        let new = &again.joined.plan;
        let mut kept = new.tasks().map(|(task, _)| (new.title(task), new.meaning(task)));
        for (task, _) in old.tasks() {
            let told = (old.title(task), old.meaning(task));
            assert!(kept.any(|kept| kept == told), "{told:?} is gone from {}", loaded.path.display());
        }
        mended += new.tasks.len() - old.tasks.len();
    }
    assert!(mended >= 6, "the near-misses are mended: {mended}");
}

#[test]
fn every_sample_holds_a_plan_and_is_told_of_in_the_index() {
    let index = fs::read_to_string(samples().join("README.md")).unwrap();
    for case in cases() {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!plans(&case).is_empty(), "{name} holds no plan");
        assert!(index.contains(&format!("| `{name}` |")), "sample-plans/README.md does not tell of {name}");
    }
}
