//! What is written for other programs says the same when it is read again, as far as their formats go.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use proptest::prelude::*;
use tallymark_status::interchange::{Exported, Head, Record, Target, export, read_csv, records};
use tallymark_status::{Status, Word};
use tallymark_text::Source;

const NOW: i64 = 1_766_458_800_000;

/// Texts with all that formats stumble over.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "Read", " ", ",", "\"", "\\", ";", "\n", "é", "日本", "🚧", "'", "#", ":", "- ", "\t", "null", "1.1",
        "\r\n",
    ]);
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

fn tasks(ids: fn(usize) -> String) -> impl Strategy<Value = Vec<Record>> {
    let time = 1_500_000_000_000_i64..1_900_000_000_000;
    let one = (
        (text(), text(), prop::sample::select(Word::ALL.to_vec())),
        (prop::option::of(time.clone()), prop::option::of(time), prop::option::of(0..10_000_000_i64)),
        (
            prop::option::of(prop::sample::select(vec!["high", "medium", "low", "2", "urgent"])),
            prop::option::of(text()),
            prop::option::of(text()),
            prop::option::of(text()),
        ),
        prop::collection::btree_set(0..8_usize, 0..3),
    );
    prop::collection::vec(one, 0..8).prop_map(move |tasks| {
        let count = tasks.len();
        let mut records = Vec::new();
        for (at, ((phase, title, status), (started_at, completed_at, duration), more, on)) in
            tasks.into_iter().enumerate()
        {
            let (priority, notes, error, reason) = more;
            records.push(Record {
                id: ids(at),
                phase,
                title,
                status,
                started_at,
                completed_at,
                duration,
                priority: priority.map(str::to_owned),
                notes,
                error,
                reason,
                dependencies: on.into_iter().filter(|&on| on < count && on != at).map(ids).collect(),
            });
        }
        records
    })
}

/// Ids of all forms.
fn any_id(at: usize) -> String {
    ["1.1", "T002", "~a2b4c6d8", "Task 3/Step; 1", "3.6a", "2\\1", "5", "1.2"][at].to_owned()
}

/// Ids as Task Master has them.
fn nested_id(at: usize) -> String {
    ["1.1", "1.2", "2", "2.1", "3.1", "3.2", "2.10", "7"][at].to_owned()
}

fn head() -> Head {
    Head { plan_path: "docs/\"plan\".md".into(), plan_name: "A\nplan".into() }
}

fn again(path: &str, exported: &Exported) -> Vec<Record> {
    let status = Status::read(path, Arc::new(Source::new(&exported.text)));
    assert!(status.readable && status.problems.is_empty(), "{:?}\n{}", status.problems, exported.text);
    records(&status, |index| match status.known_word(index) {
        "cancelled" => Word::Skipped,
        word => Word::from_exact(word).unwrap(),
    })
}

fn lost(exported: &Exported, field: &str) -> usize {
    exported.losses.iter().find(|loss| loss.field == field).map_or(0, |loss| loss.tasks)
}

fn count(records: &[Record], what: impl Fn(&Record) -> bool) -> usize {
    records.iter().filter(|record| what(record)).count()
}

proptest! {
    #[test]
    fn json_and_csv_lose_nothing(tasks in tasks(any_id)) {
        let json = export(&tasks, &head(), Target::Json, NOW);
        prop_assert_eq!(&json.losses, &[]);
        prop_assert_eq!(&again("status.json", &json), &tasks);
        let csv = export(&tasks, &head(), Target::Csv, NOW);
        prop_assert_eq!(&csv.losses, &[]);
        prop_assert_eq!(&read_csv(&csv.text).unwrap(), &tasks);
    }

    #[test]
    fn beads_keep_ids_titles_states_times_and_dependencies(tasks in tasks(any_id)) {
        let exported = export(&tasks, &head(), Target::Beads, NOW);
        let expected: Vec<Record> = tasks.iter().cloned().map(|task| Record {
            phase: String::new(),
            status: match task.status {
                Word::Failed => Word::Pending,
                Word::Skipped => Word::Completed,
                word => word,
            },
            // What is closed was closed at some time.
            completed_at: task.completed_at.or_else(|| {
                matches!(task.status, Word::Completed | Word::Skipped).then_some(NOW)
            }),
            duration: None,
            priority: task.priority.filter(|priority| priority == "2"),
            error: None,
            reason: task.reason.filter(|_| task.status == Word::Skipped),
            ..task
        }).collect();
        prop_assert_eq!(&again("issues.jsonl", &exported), &expected);
        prop_assert_eq!(lost(&exported, "status failed"), count(&tasks, |task| task.status == Word::Failed));
        prop_assert_eq!(lost(&exported, "status skipped"), count(&tasks, |task| task.status == Word::Skipped));
        prop_assert_eq!(lost(&exported, "error"), count(&tasks, |task| task.error.is_some()));
        prop_assert_eq!(lost(&exported, "phase"), tasks.len());
    }

    #[test]
    fn task_master_keeps_numbers_titles_states_and_the_dependencies_it_can_say(tasks in tasks(nested_id)) {
        let exported = export(&tasks, &head(), Target::TaskMaster, NOW);
        let read = again(".taskmaster/tasks/tasks.json", &exported);
        prop_assert_eq!(lost(&exported, "id"), 0);
        let phases = count(&read, |task| tasks.iter().all(|own| own.id != task.id));
        prop_assert_eq!(read.len(), tasks.len() + phases, "a task for each phase that has none");
        for task in &tasks {
            let found = read.iter().find(|found| found.id == task.id).unwrap();
            prop_assert_eq!(&found.title, &task.title);
            let expected = if task.status == Word::Failed { Word::Pending } else { task.status };
            prop_assert_eq!(found.status, expected);
            let inside = task.id.contains('.');
            let sayable = |id: &&String| !inside || id.contains('.');
            let expected: Vec<&String> = task.dependencies.iter().filter(sayable).collect();
            prop_assert_eq!(found.dependencies.iter().collect::<Vec<_>>(), expected);
        }
        let whole = |task: &Record| task.id.contains('.') && task.dependencies.iter().any(|id| !id.contains('.'));
        prop_assert_eq!(lost(&exported, "dependencies of a subtask on a whole task"), count(&tasks, whole));
    }

    #[test]
    fn ids_that_task_master_does_not_know_are_numbered_and_that_is_said(tasks in tasks(any_id)) {
        let exported = export(&tasks, &head(), Target::TaskMaster, NOW);
        let read = again(".taskmaster/tasks/tasks.json", &exported);
        let titles = |tasks: &[Record]| tasks.iter().map(|task| task.title.clone()).collect::<Vec<_>>();
        if tasks.len() > 1 {
            prop_assert_eq!(lost(&exported, "id"), tasks.len());
            prop_assert_eq!(titles(&read), titles(&tasks));
            let dependencies = |tasks: &[Record]| tasks.iter().map(|task| task.dependencies.len()).sum::<usize>();
            prop_assert_eq!(dependencies(&read), dependencies(&tasks));
        }
    }

    #[test]
    fn any_table_is_read_or_refused_with_a_line(text in "[a-z,\"\r\n;\\\\ ]{0,60}") {
        let table = format!("id,status,title\n{text}");
        if let Err(error) = read_csv(&table) {
            prop_assert!(error.line >= 1 && error.line <= table.lines().count() + 1);
        }
    }
}

#[test]
fn a_table_that_is_wrong_says_where() {
    let told = |text: &str| read_csv(text).unwrap_err().to_string();
    assert_eq!(told(""), "line 1: the table is empty");
    assert_eq!(told("id,title\n"), "line 1: there is no column `status`; the first line names the columns");
    assert_eq!(told("id,status\n1,done\n"), "line 2: status is none of the five words: \"done\"");
    assert_eq!(told("id,status\n1,\"pending\n2,x"), "line 2: this quote is never closed");
    assert_eq!(told("id,status\n\"a\nb\",pending\n,pending\n"), "line 4: the id is empty");
    assert_eq!(
        told("id,status,started_at\n1,pending,yesterday"),
        "line 2: started_at is no time: \"yesterday\""
    );
    let read = read_csv("\u{feff}Status,ID,colour\npending,7,red\n\n,,\n").unwrap();
    assert_eq!((read.len(), read[0].id.as_str(), read[0].status), (1, "7", Word::Pending));
}
