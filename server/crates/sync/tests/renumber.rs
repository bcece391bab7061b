//! Renumbering changes ids and what names them, and nothing else.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use tallymark_plan::{Dialect, Options, Plan, TaskIndex};
use tallymark_status::{Change, Status};
use tallymark_sync::{Analysis, Config, Facts, RenumberRefusalKind, Renumbering};
use tallymark_text::{Source, apply_edits};

fn analysis_of(text: &str, status: Option<&str>, path: &str, dialect: Option<Dialect>) -> Analysis {
    let options = Options { path, dialect };
    let plan = tallymark_plan::parse(Arc::new(Source::new(text)), options);
    let status = status.map(|status| Arc::new(Status::parse(Arc::new(Source::new(status)))));
    let facts = Facts { plan_path: path.to_owned(), ..Facts::default() };
    Analysis::new(Arc::new(plan), status, facts, Arc::new(Config::default()))
}

fn analysis(text: &str, status: Option<&str>) -> Analysis {
    analysis_of(text, status, "docs/plans/plan.md", Some(Dialect::Phased))
}

fn task(analysis: &Analysis, id: &str) -> TaskIndex {
    analysis.joined.tasks_with_id(id).next().expect("a task with this id")
}

fn renumbered(analysis: &Analysis, from: &str, to: &str) -> Renumbering {
    analysis.renumbering(&[(task(analysis, from), to.to_owned())]).expect("it can be renumbered")
}

fn text_after(analysis: &Analysis, renumbering: &Renumbering) -> String {
    apply_edits(analysis.joined.plan.source.text(), &renumbering.edits).expect("edits that fit")
}

const PLAN: &str = "\
# Plan for 1.2

## Phase 1: Work

- [ ] 1.1 Read v1.2 and 1.2.1 of 2025.1.2
- [x] **1.2**: Sort
  - [ ] 1.2.1 Open
  - [ ] 1.2.2 Close (depends: 1.2.1)
- [ ] 1.3 Write (depends: 1.1-1.2, 1.2)
- [ ] 1.4 Send after 1.2 seconds

Task 1.2 comes before tasks 1.1, **1.2** and 1.3. See `1.2`, or `x 1.2`, and at 1.2 more.

| Task | Version |
|------|---------|
| 1.2  | 1.2     |
| 1.1, 1.2 ✅ | 3 |

```
task 1.2
```
";

#[test]
fn all_that_surely_names_the_task_follows_and_nothing_else() {
    let analysis = analysis(PLAN, None);
    let renumbering = renumbered(&analysis, "1.2", "1.7");
    insta::assert_snapshot!(text_after(&analysis, &renumbering), @r"
    # Plan for 1.2

    ## Phase 1: Work

    - [ ] 1.1 Read v1.2 and 1.2.1 of 2025.1.2
    - [x] **1.7**: Sort
      - [ ] 1.7.1 Open
      - [ ] 1.7.2 Close (depends: 1.7.1)
    - [ ] 1.3 Write (depends: 1.1-1.7, 1.7)
    - [ ] 1.4 Send after 1.2 seconds

    Task 1.7 comes before tasks 1.1, **1.7** and 1.3. See `1.7`, or `x 1.2`, and at 1.2 more.

    | Task | Version |
    |------|---------|
    | 1.7  | 1.2     |
    | 1.1, 1.7 ✅ | 3 |

    ```
    task 1.2
    ```
    ");
    let source = &analysis.joined.plan.source;
    let lines: Vec<usize> =
        renumbering.uncertain.iter().map(|span| source.line_of(span.start as usize) + 1).collect();
    assert_eq!(lines, [1, 5, 10, 12, 12, 16, 20]);
    let ids: Vec<_> = renumbering.tasks.iter().map(|one| (one.from.as_str(), one.to.as_str())).collect();
    assert_eq!(ids, [("1.2", "1.7"), ("1.2.1", "1.7.1"), ("1.2.2", "1.7.2")]);
}

#[test]
fn an_id_with_letters_is_known_anywhere_but_in_code_and_names() {
    let text = "# Tasks: X\n\n## Phase 1: Setup\n\n- [ ] T001 Read\n- [ ] T002 [P] Sort (depends on T001)\n- [ ] T003 Do as T001, T001-T002 and [T001](#t001) say, not XT001, T001a, `git commit T001` or a/T001\n";
    let analysis = analysis_of(text, None, "specs/a/tasks.md", Some(Dialect::SpecKit));
    let renumbering = renumbered(&analysis, "T001", "T009");
    insta::assert_snapshot!(text_after(&analysis, &renumbering), @r"
    # Tasks: X

    ## Phase 1: Setup

    - [ ] T009 Read
    - [ ] T002 [P] Sort (depends on T009)
    - [ ] T003 Do as T009, T009-T002 and [T009](#t001) say, not XT001, T001a, `git commit T001` or a/T001
    ");
    assert_eq!(renumbering.uncertain.len(), 1);
}

#[test]
fn what_is_taken_or_no_id_is_refused() {
    let analysis = analysis(PLAN, None);
    let refused = |from: &str, to: &str| {
        let refusal = analysis.renumbering(&[(task(&analysis, from), to.to_owned())]).unwrap_err();
        (refusal.kind, refusal.message)
    };
    assert_eq!(
        refused("1.2", "1.3"),
        (RenumberRefusalKind::Taken, "1.3 is the id of “Write” already".to_owned())
    );
    for wrong in ["", "two words", "1.3 (x)", "x", "1.2]"] {
        assert_eq!(refused("1.2", wrong).0, RenumberRefusalKind::NotAnId, "{wrong}");
    }
}

#[test]
fn two_tasks_can_swap_their_ids_and_the_store_is_told_of_both() {
    let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read the file\n- [ ] 1.2 Sort the lines (depends: 1.1)\n- [ ] 1.3 Send all (depends: 1.1, 1.2)\n";
    let status = r#"{"tasks":[{"id":"1.1","description":"Read the file","status":"completed","findingsPath":"docs/findings/1-1.md"},{"id":"1.2","description":"Sort the lines","status":"pending"}]}"#;
    let analysis = analysis(text, Some(status));
    let (one, two) = (task(&analysis, "1.1"), task(&analysis, "1.2"));
    let swap = analysis.renumbering(&[(one, "1.2".to_owned()), (two, "1.1".to_owned())]).unwrap();
    assert_eq!(
        text_after(&analysis, &swap),
        "# P\n\n## Phase 1: Work\n\n- [ ] 1.2 Read the file\n- [ ] 1.1 Sort the lines (depends: 1.2)\n- [ ] 1.3 Send all (depends: 1.2, 1.1)\n"
    );
    let asked: Vec<_> =
        swap.requests.iter().map(|request| (request.entry.as_str(), request.change.clone())).collect();
    assert_eq!(
        asked,
        [
            ("1.1", Change::SetId("1.2".to_owned())),
            ("1.1", Change::SetFindingsPath("docs/findings/1-2.md".to_owned())),
            ("1.2", Change::SetId("1.1".to_owned())),
        ]
    );
    assert_eq!(swap.findings[0].to, "docs/findings/1-2.md");
    assert_eq!(swap.findings[1].from, "findings/1-2.md");
}

#[test]
fn an_id_that_status_json_uses_for_something_else_is_refused() {
    let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read the file\n";
    let status = r#"{"tasks":[{"id":"1.1","description":"Read the file","status":"pending"},{"id":"1.2","description":"Drop the old schema","status":"pending"}]}"#;
    let analysis = analysis(text, Some(status));
    let refusal = analysis.renumbering(&[(task(&analysis, "1.1"), "1.2".to_owned())]).unwrap_err();
    assert_eq!(refusal.kind, RenumberRefusalKind::Taken);
    assert_eq!(refusal.message, "status.json has 1.2 for “Drop the old schema”, so 1.1 cannot have it");
    let broken = self::analysis(text, Some("{"));
    let refusal = broken.renumbering(&[(task(&broken, "1.1"), "1.2".to_owned())]).unwrap_err();
    assert_eq!(refusal.kind, RenumberRefusalKind::Unreadable);
}

#[test]
fn keys_that_hold_the_id_of_the_task_above_move_with_it() {
    let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n  - [ ] Open it\n- [ ] 1.2 Write\n";
    let before = analysis(text, None);
    let key = before.joined.plan.key(TaskIndex(1)).to_owned();
    let status = format!(r#"{{"tasks":[{{"id":"{key}","description":"Open it","status":"pending"}}]}}"#);
    let analysis = analysis(text, Some(&status));
    let renumbering = renumbered(&analysis, "1.1", "1.9");
    let after = self::analysis(&text_after(&analysis, &renumbering), None);
    let new = after.joined.plan.key(TaskIndex(1)).to_owned();
    assert_ne!(new, key);
    assert_eq!(renumbering.requests[0].change, Change::SetId(new));
}

#[test]
fn counting_through_closes_gaps_and_follows_the_phases() {
    let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 A\n- [ ] 1.3 B\n  - [ ] 1.3.2 C\n- [ ] 1.3a D (depends: 1.3)\n\n## Phase 2: Rest\n\n- [ ] 2.1 E\n- [ ] 1.4 F (depends: 1.3.2)\n- [ ] 2.2 G\n";
    let analysis = analysis(text, None);
    let all = analysis.renumbering(&analysis.counted_ids()).unwrap();
    let after = text_after(&analysis, &all);
    insta::assert_snapshot!(after, @r"
    # P

    ## Phase 1: Work

    - [ ] 1.1 A
    - [ ] 1.2 B
      - [ ] 1.2.1 C
    - [ ] 1.3 D (depends: 1.2)

    ## Phase 2: Rest

    - [ ] 2.1 E
    - [ ] 2.2 F (depends: 1.2.1)
    - [ ] 2.3 G
    ");
    let again = self::analysis(&after, None);
    assert_eq!(again.counted_ids(), []);
}

#[test]
fn the_id_at_a_place_is_found_where_it_is_written_and_where_it_is_named() {
    let analysis = analysis(PLAN, None);
    let at = |needle: &str, inside: usize| {
        let offset = PLAN.find(needle).expect("it is there") + inside;
        analysis
            .id_at(offset)
            .map(|(task, span)| (analysis.joined.plan.name(task), analysis.joined.plan.slice(span)))
    };
    assert_eq!(at("**1.2**: Sort", 3), Some(("1.2", "1.2")));
    assert_eq!(at("1.1-1.2, 1.2)", 0), Some(("1.1", "1.1")));
    assert_eq!(at("1.1-1.2, 1.2)", 5), Some(("1.2", "1.2")));
    assert_eq!(at("Task 1.2 comes", 6), Some(("1.2", "1.2")));
    assert_eq!(at("after 1.2 seconds", 7), None);
    assert_eq!(at("Sort", 1), None);
}

/// Renumbers all tasks to ids that are free, and back.
fn there_and_back(before: &Analysis, path: &str) {
    let plan = &before.joined.plan;
    let fresh: Vec<(TaskIndex, String)> = plan
        .tasks()
        .filter(|&(task, own)| {
            let once = plan.id(task).is_some_and(|id| before.joined.tasks_with_id(id).count() == 1);
            once && own.parent.is_none_or(|parent| plan.id(parent).is_none())
        })
        .filter_map(|(task, _)| Some((task, another(plan.id(task)?)?)))
        .collect();
    let Ok(there) = before.renumbering(&fresh) else { return };
    // An id that a child shared with a task elsewhere is not free when it is given back.
    if there.tasks.iter().any(|one| before.joined.tasks_with_id(&one.from).count() > 1) {
        return;
    }
    let text = text_after(before, &there);
    let after = analysis_of(&text, None, path, Some(plan.dialect));
    same_join(plan, &after.joined.plan);
    let back: Vec<(TaskIndex, String)> = there.tasks.iter().map(|one| (one.task, one.from.clone())).collect();
    let back = after.renumbering(&back).expect("the old ids are free again");
    assert_eq!(text_after(&after, &back), plan.source.text(), "{path}");
    // What no edit touches is the same, byte for byte.
    let (mut old_at, mut new_at) = (0, 0);
    for edit in &there.edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let length = start - old_at;
        assert_eq!(plan.source.text()[old_at..start], text[new_at..new_at + length]);
        (old_at, new_at) = (end, new_at + length + edit.text.len());
    }
    assert_eq!(plan.source.text()[old_at..], text[new_at..]);
}

/// An id of the same form that no plan has: its last number far above.
fn another(id: &str) -> Option<String> {
    let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count();
    (1..=3)
        .contains(&digits)
        .then(|| format!("{}7{:0>3}", &id[..id.len() - digits], &id[id.len() - digits..]))
}

fn same_join(before: &Plan, after: &Plan) {
    assert_eq!(before.tasks.len(), after.tasks.len());
    for (task, own) in before.tasks() {
        let other = after.task(task);
        assert_eq!((own.parent, own.phase, own.form), (other.parent, other.phase, other.form));
    }
}

#[test]
fn the_seeds_come_back_as_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/seeds");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    for file in files {
        let path = file.expect("a readable folder").path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a readable seed");
        let name = format!("docs/plans/{}", path.file_name().unwrap_or_default().to_string_lossy());
        let before = analysis_of(&text, None, &name, None);
        there_and_back(&before, &name);
        // Counting through twice is counting through once.
        if let Ok(all) = before.renumbering(&before.counted_ids()) {
            let again =
                analysis_of(&text_after(&before, &all), None, &name, Some(before.joined.plan.dialect));
            assert_eq!(again.counted_ids(), [], "{name}");
        }
    }
}

/// A line of a plan, in many forms.
fn line() -> impl Strategy<Value = String> {
    let id = (1..4_u32, 1..12_u32).prop_map(|(phase, number)| format!("{phase}.{number}"));
    prop_oneof![
        4 => (id.clone(), any::<bool>(), prop::option::of(id.clone())).prop_map(|(id, done, waits)| {
            let waits = waits.map(|waits| format!(" (depends: {waits})")).unwrap_or_default();
            format!("- [{}] {id} Do it{waits}", if done { "x" } else { " " })
        }),
        1 => (id.clone(), 1..4_u32).prop_map(|(id, n)| format!("  - [ ] {id}.{n} Part of it")),
        1 => (1..4_u32).prop_map(|phase| format!("\n## Phase {phase}: Some of it\n")),
        1 => id.clone().prop_map(|id| format!("\nAs task {id} says, not v{id}, {id}.0 or 20{id}; see `{id}`.\n")),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| format!("\n| Task | Waits |\n|---|---|\n| {a} | {b}, {a} |\n")),
        1 => (id.clone(), id).prop_map(|(a, b)| format!("- [ ] {a} Next (depends: {b}-{a})")),
        1 => Just("\n```\n- [ ] 1.1 code\n```\n".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn there_and_back_is_where_it_began(lines in prop::collection::vec(line(), 1..40), crlf in any::<bool>()) {
        let mut text = format!("# Plan\n\n## Phase 1: Work\n\n{}\n", lines.join("\n"));
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        there_and_back(&analysis(&text, None), "docs/plans/plan.md");
    }

    #[test]
    fn the_join_is_the_same_afterwards(
        lines in prop::collection::vec(line(), 1..30),
        chosen in any::<prop::sample::Index>(),
        number in 40..50_u32,
    ) {
        let text = format!("# Plan\n\n## Phase 1: Work\n\n{}\n", lines.join("\n"));
        let first = analysis(&text, None);
        let entries: Vec<_> = first.initial_entries();
        let entries: Vec<serde_json::Value> = entries
            .iter()
            .map(|entry| serde_json::json!({
                "id": entry.id, "phase": entry.phase, "description": entry.description, "status": entry.status.as_str(),
            }))
            .collect();
        let status = serde_json::json!({ "tasks": entries }).to_string();
        let before = analysis(&text, Some(&status));
        prop_assume!(!before.joined.plan.tasks.is_empty());
        let task = TaskIndex(chosen.index(before.joined.plan.tasks.len()) as u32);
        let Ok(renumbering) = before.renumbering(&[(task, format!("9.{number}"))]) else { return Ok(()) };
        // What the store does with ids, done by hand.
        let mut values: serde_json::Value = serde_json::from_str(&status).unwrap();
        let mut ids: Vec<(usize, String)> = Vec::new();
        for request in &renumbering.requests {
            let Change::SetId(new) = &request.change else { continue };
            let at = entries.iter().position(|entry| entry["id"] == *request.entry).unwrap();
            ids.push((at, new.clone()));
        }
        for (at, new) in ids {
            values["tasks"][at]["id"] = new.into();
        }
        let after = analysis(&text_after(&before, &renumbering), Some(&values.to_string()));
        let entries_of = |analysis: &Analysis| -> Vec<_> {
            analysis.joined.matches.iter().map(|found| found.map(|found| found.entry)).collect()
        };
        prop_assert_eq!(entries_of(&before), entries_of(&after), "{}", text);
    }
}

#[test]
fn what_whole_phases_wait_for_follows() {
    let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n\n## Phase 2: Rest\n\n**pipeline-start:** when 1.2 completes\n\n- [ ] 2.1 Sleep\n\n## Dependencies\n\n- Phase 2 depends on 1.1 and 1.2\n";
    let analysis = analysis(text, None);
    let renumbering = renumbered(&analysis, "1.2", "1.7");
    let expected = text
        .replace("] 1.2 Sort", "] 1.7 Sort")
        .replace("when 1.2", "when 1.7")
        .replace("and 1.2", "and 1.7");
    assert_eq!(text_after(&analysis, &renumbering), expected);
    let place = text.find("1.2 completes").unwrap();
    assert_eq!(analysis.id_at(place).map(|(found, _)| found), Some(task(&analysis, "1.2")));
}
