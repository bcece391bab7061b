//! `validate` and `restore`: what is wrong with a status.json, what can be mended, and what can be brought back.

use crate::support::{PLAN, PLAN_TEXT, STATUS, STATUS_TEXT, Workspace};

const FOLDER: &str = "docs/plan-outputs/parser/.tallymark";

/// A workspace whose status.json is this text.
fn with_status(text: impl AsRef<[u8]>) -> Workspace {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    workspace.write(STATUS, text);
    workspace
}

/// The files that were kept as they were.
fn kept(workspace: &Workspace) -> Vec<Vec<u8>> {
    let files =
        std::fs::read_dir(workspace.path(FOLDER)).into_iter().flatten().map(|file| file.unwrap().path());
    let broken = files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("broken-"));
    broken.map(|path| std::fs::read(path).unwrap()).collect()
}

/// Three changes, so that there are generations, and then a file that is cut short.
fn cut_short() -> Workspace {
    let workspace = Workspace::sample();
    workspace.run(&["start", "1.2", "--actor", "ann@host"]).exits(0);
    workspace.run(&["complete", "1.2", "--notes", "good", "--actor", "ann@host"]).exits(0);
    workspace.run(&["skip", "2.2", "--reason", "later", "--actor", "bo"]).exits(0);
    let status = workspace.read(STATUS);
    workspace.write(STATUS, &status[..status.find("\"id\": \"2.1\"").unwrap()]);
    workspace
}

#[test]
fn a_whole_file_is_validated_and_left() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = workspace.run(&["validate"]);
    // The sample's one inconsistency is between plan and status, and stands in the plan.
    assert_eq!(run.exits(0).out, format!("{STATUS}\nnothing is wrong with it\n"));
    let told = workspace.run(&["validate", "--json", "--repair"]).exits(0).json();
    assert_eq!((&told["ok"], &told["repaired"], &told["kept"]), (&true.into(), &false.into(), &().into()));
    assert_eq!(workspace.files(), before);
}

#[test]
fn what_needs_no_guess_is_mended_and_the_original_kept() {
    let extra = r#"{
      "id": "2.2",
      "phase": "Phase 2: Writing",
      "description": "Round trip",
      "status": "pending"
    },
    {
      "id": 3,"#;
    let mut broken = STATUS_TEXT.replace("\"totalTasks\": 5", "\"totalTasks\": 50");
    broken = broken.replacen("{\n      \"id\": \"1.1\",", &format!("{extra}\n      \"status\": \"failed\",\n      \"status\": \"skipped\",\n      \"duration\": \"1500\"\n    }},\n    {{\n      \"id\": \"1.1\","), 1);
    let broken = format!("\u{feff}\u{feff}{broken}\n  }}\n}}");
    let workspace = with_status(&broken);
    // Other programs cannot read it at all.
    workspace.run(&["validate"]).exits(2);
    let before = workspace.files();
    let dry = workspace.run(&["validate", "--repair", "--dry-run"]);
    assert!(
        dry.out.contains("to be mended:") && dry.out.contains("nothing was written (--dry-run)"),
        "{}",
        dry.out
    );
    assert_eq!(workspace.files(), before);
    let told = workspace.run(&["validate", "--repair", "--json"]).json();
    let mends: Vec<&str> =
        told["mends"].as_array().unwrap().iter().map(|mend| mend.as_str().unwrap()).collect();
    insta::assert_snapshot!(mends.join("\n"), @r#"
    of 2 byte order marks one left
    what stood behind the end, from line 59 on, taken away
    of `status`, which stood twice in the entry of task 3, the last one left, which counts
    a second entry of task 2.2 that says the same taken out
    `id` is "3" now instead of 3
    `duration` is 1500 now instead of "1500"
    the summary counted anew
    "#);
    assert_eq!(kept(&workspace), [broken.as_bytes()]);
    let status: serde_json::Value =
        serde_json::from_str(workspace.read(STATUS).trim_start_matches('\u{feff}')).unwrap();
    assert_eq!(status["summary"]["totalTasks"], 6);
    assert_eq!(status["tasks"].as_array().unwrap().len(), 6);
    assert_eq!(workspace.run(&["validate", "--repair", "--json"]).json()["mends"], serde_json::json!([]));
    workspace.run(&["complete", "1.3"]).exits(0);
}

#[test]
fn what_would_need_a_guess_is_left_and_the_way_out_named() {
    let cases: [(&str, &[u8], i32, &str); 7] = [
        ("cut short", &STATUS_TEXT.as_bytes()[..300], 2, "tallymark restore"),
        ("another program's", br#"{"name": "x", "version": "1"}"#, 2, "tallymark restore"),
        ("newer", br#"{"schema_version": 2, "tasks": [{"id": "1.1", "status": "pending"}]}"#, 2, "a newer one can write it"),
        ("no text", b"\xff\x00\x01{", 2, "tallymark restore"),
        ("two files", b"{\"tasks\": [{\"id\": \"1.1\", \"status\": \"pending\"}]}\n{\"tasks\": [{\"id\": \"1.1\", \"status\": \"completed\"}]}", 2, "nobody can tell"),
        ("two ids", br#"{"tasks": [{"id": "1.1", "status": "pending"}, {"id": "1.1", "status": "completed"}]}"#, 1, "TM303"),
        ("a number for an id", br#"{"tasks": [{"id": 1.10, "status": "pending"}]}"#, 1, "TM306"),
    ];
    for (what, bytes, exit, way) in cases {
        let workspace = with_status(bytes);
        let before = workspace.files();
        let run = workspace.run(&["validate", "--repair"]);
        assert!(run.code == exit && run.out.contains(way), "{what}: {run:?}");
        assert_eq!(workspace.files(), before, "{what}");
    }
}

#[test]
fn a_mark_on_a_file_that_is_not_to_be_written_names_the_command_that_helps() {
    let numeric = br#"{"tasks": [{"id": 7, "description": "Property tests", "status": "pending"}]}"#;
    let doubled = br#"{"tasks": [{"id": "1.3", "status": "pending"}, {"id": "1.3", "status": "failed"}]}"#;
    let newer = br#"{"schema_version": 2, "tasks": [{"id": "1.3", "status": "pending"}]}"#;
    let tail = format!("{STATUS_TEXT}\n}}");
    let cases: [(&[u8], i32, &str); 5] = [
        (&STATUS_TEXT.as_bytes()[..300], 2, "tallymark restore"),
        (numeric, 2, "tallymark validate --repair"),
        (doubled, 1, "tallymark validate"),
        (newer, 2, "a newer one can write it"),
        (tail.as_bytes(), 2, "tallymark validate --repair"),
    ];
    for (bytes, exit, way) in cases {
        let workspace = with_status(bytes);
        let before = workspace.files();
        let run = workspace.run(&["complete", "1.3"]);
        assert!(run.code == exit && run.err.contains(way), "{run:?}");
        assert_eq!(workspace.files(), before);
    }
}

#[test]
fn a_file_of_more_than_200_mb_is_not_touched() {
    let workspace = Workspace::sample();
    let file = std::fs::File::options().write(true).open(workspace.path(STATUS)).unwrap();
    // A hole: it takes no room on the disk.
    file.set_len(201 * 1024 * 1024).unwrap();
    let run = workspace.run(&["complete", "1.3"]);
    assert!(run.exits(2).err.contains("tallymark restore"), "{}", run.err);
    let run = workspace.run(&["validate", "--repair"]);
    assert!(run.exits(2).out.contains("larger than 200 MB"), "{}", run.out);
    assert_eq!(std::fs::metadata(workspace.path(STATUS)).unwrap().len(), 201 * 1024 * 1024);
}

#[test]
fn two_plans_with_one_status_json_are_told() {
    let workspace = Workspace::sample();
    workspace.write("docs/plans/other.md", PLAN_TEXT);
    let run = workspace.run(&["validate", "--plan", PLAN]);
    assert!(run.exits(1).out.contains("docs/plans/other.md has the same status.json"), "{}", run.out);
}

#[test]
fn the_newest_whole_generation_and_the_history_bring_all_back() {
    let workspace = cut_short();
    let broken = workspace.read(STATUS);
    let before = workspace.files();
    let dry = workspace.run(&["restore", "--dry-run"]);
    assert!(dry.exits(0).out.contains("would be brought back from generation 1"), "{}", dry.out);
    assert_eq!(workspace.files(), before);
    let told = workspace.run(&["restore", "--json"]).exits(0).json();
    assert_eq!(
        (&told["base"], &told["generation"], &told["missed"]),
        (&"generation".into(), &1.into(), &serde_json::json!([]))
    );
    assert_eq!(told["replayed"].as_array().unwrap().len(), 1);
    // Three entries of the broken file can be read, and all of them are as they were.
    assert_eq!((&told["compared"], &told["differences"]), (&3.into(), &serde_json::json!([])));
    assert_eq!(kept(&workspace), [broken.as_bytes()]);
    let status: serde_json::Value = serde_json::from_str(&workspace.read(STATUS)).unwrap();
    let states: Vec<_> = status["tasks"].as_array().unwrap().iter().map(|task| &task["status"]).collect();
    assert_eq!(states, ["completed", "completed", "in_progress", "failed", "skipped"]);
    assert_eq!(
        (&status["tasks"][1]["notes"], &status["tasks"][4]["skipReason"]),
        (&"good".into(), &"later".into())
    );
    workspace.run(&["complete", "1.3"]).exits(0);
}

#[test]
fn without_a_generation_plan_and_history_are_what_is_left_and_the_loss_is_told() {
    let workspace = cut_short();
    std::fs::remove_dir_all(workspace.path(FOLDER).join("backup")).unwrap();
    std::fs::remove_file(workspace.path("docs/plan-outputs/parser/status.json.bak")).unwrap();
    let run = workspace.run(&["restore"]);
    run.exits(0);
    let out = run.out.lines().filter(|line| !line.contains("broken-")).collect::<Vec<_>>().join("\n");
    assert!(
        out.contains("from the marks of the plan") && out.contains("done again from the history: 3 changes"),
        "{out}"
    );
    assert!(
        out.contains("3 tasks can be read in the file that was there, and 2 are not as they were:"),
        "{out}"
    );
    assert!(out.contains("1.3  status was \"in_progress\", is \"pending\""), "{out}");
}

#[test]
fn a_lost_file_comes_back_and_a_whole_one_goes_only_when_asked() {
    let workspace = Workspace::sample();
    workspace.run(&["complete", "1.3"]).exits(0);
    let done = workspace.read(STATUS);
    let run = workspace.run(&["restore"]);
    assert!(run.exits(2).err.contains("name with `--from` what shall take its place"), "{}", run.err);
    let run = workspace.run(&["restore", "--list"]);
    assert!(run.exits(0).out.starts_with("1  5 tasks"), "{}", run.out);
    workspace.run(&["restore", "--from", "1"]).exits(0);
    assert_eq!(workspace.read(STATUS), STATUS_TEXT);
    assert_eq!(kept(&workspace), [done.as_bytes()]);
    // A restore is a change like others.
    workspace.run(&["undo"]).exits(0);
    assert_eq!(workspace.read(STATUS), done);
    std::fs::remove_file(workspace.path(STATUS)).unwrap();
    workspace.run(&["restore"]).exits(0);
    assert!(workspace.exists(STATUS));
    workspace.run(&["restore", "--from", "5"]).exits(2);
    let run = workspace.run(&["restore", "--from", "6"]);
    assert!(run.exits(2).err.contains("a number from 1 to 5, `history` or `plan`"), "{}", run.err);
}

#[test]
fn where_there_never_was_a_status_file_none_is_brought_back() {
    let workspace = Workspace::sample();
    std::fs::remove_file(workspace.path(STATUS)).unwrap();
    let before = workspace.files();
    let run = workspace.run(&["restore"]);
    assert!(run.exits(2).err.contains("`tallymark init` makes one"), "{}", run.err);
    assert_eq!(workspace.files(), before);
    // Who asks for the plan gets it.
    workspace.run(&["restore", "--from", "plan"]).exits(0);
}

#[test]
fn another_programs_file_and_a_newer_one_are_not_replaced_unasked() {
    for text in
        [r#"{"name": "x"}"#, r#"{"schema_version": 2, "tasks": [{"id": "1.1", "status": "pending"}]}"#]
    {
        let workspace = Workspace::sample();
        workspace.run(&["complete", "1.3"]).exits(0);
        workspace.write(STATUS, text);
        let run = workspace.run(&["restore"]);
        // The way that is named can be gone.
        let newer = text.contains("schema_version");
        assert!(newer || run.err.contains("`tallymark restore --from 1` puts generation 1"), "{}", run.err);
        for other in [&["complete", "2.1"][..], &["init"]] {
            let told = workspace.run(other).err;
            assert!(newer || told.contains("`tallymark restore --from 1` brings it back"), "{told}");
        }
        run.exits(2);
        assert_eq!(workspace.read(STATUS), text);
        workspace.run(&["restore", "--from", "1"]).exits(0);
        assert_eq!(kept(&workspace), [text.as_bytes()]);
    }
}

#[test]
fn what_another_program_wrote_in_between_is_told_as_lost() {
    let workspace = Workspace::sample();
    workspace.run(&["start", "1.2"]).exits(0);
    workspace.write(STATUS, workspace.read(STATUS).replace("out of paper", "out of ink"));
    workspace.run(&["complete", "1.2"]).exits(0);
    // Only the generation from before is left.
    std::fs::remove_file(workspace.path("docs/plan-outputs/parser/status.json.bak")).unwrap();
    workspace.write(STATUS, "");
    let told = workspace.run(&["restore", "--json"]).exits(0).json();
    assert_eq!(told["missed"][0]["change"], "unknown");
    assert_eq!(told["generation"], 2);
    let status = workspace.read(STATUS);
    assert!(status.contains("out of paper"), "{status}");
}
