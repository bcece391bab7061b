//! The law on real files: nothing that a person would take for a checkbox is dropped.
//!
//! The files are data that lies beside the project; where it is not there, the tests say so and pass.

#![expect(clippy::print_stderr, reason = "a skipped test says so, and the comparison is meant to be read")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_plan::{Dialect, IgnoredWhy, LineKind, Options, Plan, TaskForm, line_kind, parse};
use tallymark_text::Source;

mod scan;

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared")
}

/// The markdown files of a folder of the data, with their names; said and empty if it is not there.
fn files(folder: &str) -> Vec<(String, PathBuf)> {
    let folder = shared().join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut files: Vec<(String, PathBuf)> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .flat_map(|path| if path.is_dir() { vec![path.join("plan.md")] } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path))
        .collect();
    files.sort();
    files
}

/// The path that each corpus file has in its repository, and the two counts of its boxes.
fn table() -> BTreeMap<String, (String, u32, u32)> {
    let Ok(text) = std::fs::read_to_string(shared().join("corpus/plans.tsv")) else { return BTreeMap::new() };
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let count = |cell: &str| cell.parse().expect("a count");
            (cells[0].to_owned(), (cells[2].to_owned(), count(cells[5]), count(cells[7])))
        })
        .collect()
}

fn read(path: &Path, options: Options<'_>) -> Plan {
    let bytes = std::fs::read(path).expect("readable");
    parse(Arc::new(Source::from_bytes(&bytes).expect("UTF-8")), options)
}

#[test]
fn no_box_is_dropped() {
    let mut dropped = String::new();
    let mut seen = 0;
    let table = table();
    for folder in ["seeds", "corpus/plans", "corpus/pairs"] {
        for (name, path) in files(folder) {
            let real = table.get(&name).map_or("", |(path, _, _)| path.as_str());
            for dialect in std::iter::once(None).chain(Dialect::ALL.map(Some)) {
                let plan = read(&path, Options { path: real, dialect });
                for line in scan::boxes(plan.source.text()) {
                    seen += 1;
                    match line_kind(&plan, line) {
                        LineKind::Task(_) | LineKind::Criterion(_) | LineKind::Problem(_) => {}
                        LineKind::Ignored(IgnoredWhy::Legend | IgnoredWhy::Repetition) => {}
                        kind => {
                            let _ = writeln!(dropped, "{name}:{} as {dialect:?} is {kind:?}", line + 1);
                        }
                    }
                }
            }
        }
    }
    eprintln!("{seen} boxes looked at");
    assert!(
        dropped.is_empty(),
        "these look like boxes and are neither task, criterion nor problem:\n{dropped}"
    );
}

#[test]
fn every_difference_to_the_two_counts_is_accounted_for() {
    let table = table();
    let reasons = reasons();
    let mut wrong = String::new();
    let mut unused: Vec<&String> = reasons.keys().collect();
    let (mut ours_total, mut gfm_total, mut regex_total) = (0, 0, 0);
    for (name, path) in files("corpus/plans") {
        let Some((real, gfm, regex)) = table.get(&name) else { continue };
        let plan = read(&path, Options { path: real, dialect: None });
        // Tasks that are headings, steps or front matter have no box to count.
        let boxes = plan.tasks.iter().filter(|task| task.form == TaskForm::Box).count();
        let ours = (boxes + plan.criteria.len()) as u32;
        ours_total += ours;
        gfm_total += gfm;
        regex_total += regex;
        let row = (ours, *gfm, *regex);
        match reasons.get(&name) {
            None if ours == *gfm && ours == *regex => {}
            None => {
                let _ = writeln!(wrong, "{name}\t{ours}\t{gfm}\t{regex}\t(no reason given)");
            }
            Some((known, reason)) => {
                unused.retain(|unused| *unused != &name);
                if *known != row {
                    let _ = writeln!(
                        wrong,
                        "{name}\t{ours}\t{gfm}\t{regex}\t(the table says {known:?}: {reason})"
                    );
                } else {
                    eprintln!("{name}: {ours} of ours, {gfm} GFM, {regex} by the expression: {reason}");
                }
            }
        }
    }
    if table.is_empty() {
        return;
    }
    eprintln!("together: {ours_total} of ours, {gfm_total} GFM, {regex_total} by the expression");
    assert!(wrong.is_empty(), "differences that corpus_differences.tsv does not account for:\n{wrong}");
    assert!(unused.is_empty(), "rows of corpus_differences.tsv that no difference needs: {unused:?}");
}

/// `corpus_dialects.tsv` lists the dialect that each file is told to be of, `-` for no plan. `UPDATE_EXPECTED=1` writes it anew.
#[test]
fn each_file_is_of_the_dialect_that_is_listed() {
    let table = table();
    let mut listing = String::from("file\tdialect\ttasks\tcriteria\n");
    for (name, path) in files("corpus/plans") {
        let Some((real, _, _)) = table.get(&name) else { continue };
        let plan = read(&path, Options { path: real, dialect: None });
        let dialect = if plan.is_plan() { plan.dialect.name() } else { "-" };
        let (tasks, criteria) = (plan.tasks.len(), plan.criteria.len());
        let _ = writeln!(listing, "{name}\t{dialect}\t{tasks}\t{criteria}");
    }
    if table.is_empty() {
        return;
    }
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus_dialects.tsv");
        std::fs::write(path, &listing).expect("the listing can be written");
        return;
    }
    let expected = include_str!("corpus_dialects.tsv");
    for (now, before) in listing.lines().zip(expected.lines()) {
        assert_eq!(now, before, "`UPDATE_EXPECTED=1` writes the listing anew");
    }
    assert_eq!(listing.lines().count(), expected.lines().count());
}

/// The rows of `corpus_differences.tsv`: tasks and criteria of ours that are boxes, GFM task items, lines by the expression, and why they differ.
fn reasons() -> BTreeMap<String, ((u32, u32, u32), String)> {
    include_str!("corpus_differences.tsv")
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let count = |cell: &str| cell.parse().expect("a count");
            assert!(cells[4].len() > 10, "{}: a reason is needed", cells[0]);
            (cells[0].to_owned(), ((count(cells[1]), count(cells[2]), count(cells[3])), cells[4].to_owned()))
        })
        .collect()
}

#[test]
fn the_seeds_are_read_as_a_person_reads_them() {
    let expected = [
        ("000-phase4-discrepancies-action-plan.md", Dialect::ActionPlan, 5, 18, 26),
        ("001-fix-orchestrator-implementation.md", Dialect::FeatureSpec, 9, 29, 10),
        ("002-fix-orchestrator-bugs.md", Dialect::Phased, 10, 40, 42),
        ("003-m4-progress-report.md", Dialect::ProgressReport, 0, 4, 0),
    ];
    for ((name, path), (expected_name, dialect, phases, tasks, criteria)) in
        files("seeds").into_iter().zip(expected)
    {
        assert_eq!(name, expected_name);
        let plan = read(&path, Options::default());
        assert!(plan.is_plan(), "{name}: {:?}", plan.verdict);
        assert_eq!(
            (plan.dialect, plan.phases.len(), plan.tasks.len(), plan.criteria.len(), plan.problems.len()),
            (dialect, phases, tasks, criteria, 0),
            "{name}"
        );
    }
}

#[test]
fn each_pair_has_a_phased_plan() {
    for (_, path) in files("corpus/pairs") {
        let plan = read(&path, Options::default());
        assert!(plan.is_plan() && plan.dialect == Dialect::Phased, "{}: {:?}", path.display(), plan.verdict);
        assert!(
            plan.tasks.iter().all(|task| task.phase.is_some()),
            "{}: a task without a phase",
            path.display()
        );
    }
}
