//! Files that are watched by name.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::*;

#[test]
fn says_who_it_is_what_is_there_and_what_changes() {
    let (_folder, path) = folder();
    fs::write(&path, "{}").unwrap();
    let mut sidecar = Sidecar::start(|command| command.arg(&path));
    let hello = sidecar.expect("hello");
    assert_eq!(hello["version"], 1);
    assert_eq!(hello["tallymark"], env!("CARGO_PKG_VERSION"));
    assert_eq!(hello["pid"], sidecar.child.id());
    assert_eq!(sidecar.expect("snapshot")["files"], json!([state(&path, "{}")]));
    for content in ["{\"a\": 1}", "{}", "[]"] {
        replace(&path, content);
        assert_eq!(sidecar.change(), state(&path, content));
    }
}

#[test]
fn speaks_of_change_only() {
    let (_folder, path) = folder();
    fs::write(&path, "{}").unwrap();
    let mut sidecar = Sidecar::watching(&[&path]);
    sidecar.expect("snapshot");
    // Read, touched, replaced by the same, and a neighbour written.
    fs::read(&path).unwrap();
    fs::write(&path, "{}").unwrap();
    replace(&path, "{}");
    fs::write(path.with_file_name("other.json"), "{}").unwrap();
    sidecar.is_silent_for(Duration::from_millis(300));
    replace(&path, "[]");
    assert_eq!(sidecar.change(), state(&path, "[]"));
}

#[test]
fn a_file_half_written_in_place_is_told_when_it_is_whole() {
    let (_folder, path) = folder();
    fs::write(&path, "{}").unwrap();
    let mut sidecar = Sidecar::watching(&[&path]);
    sidecar.expect("snapshot");
    let mut file = fs::File::create(&path).unwrap();
    for piece in ["{\"tasks\"", ": [{}", "]}"] {
        std::thread::sleep(Duration::from_millis(15));
        file.write_all(piece.as_bytes()).unwrap();
    }
    assert_eq!(sidecar.change(), state(&path, "{\"tasks\": [{}]}"));
}

#[test]
fn a_file_that_stays_cut_short_is_told_as_it_is() {
    let (_folder, path) = folder();
    fs::write(&path, "{}").unwrap();
    let mut sidecar = Sidecar::watching(&[&path]);
    sidecar.expect("snapshot");
    fs::write(&path, "{\"tasks\": [").unwrap();
    assert_eq!(sidecar.change(), state(&path, "{\"tasks\": ["));
}

#[test]
fn the_folder_need_not_exist_and_may_go_and_return() {
    let (_folder, path) = folder();
    let top = path.with_file_name("docs");
    let deep = top.join("plan-outputs/one/status.json");
    let mut sidecar = Sidecar::watching(&[&deep]);
    assert_eq!(sidecar.expect("snapshot")["files"], json!([missing(&deep)]));
    for content in ["{\"round\": 1}", "{\"round\": 2}", "{\"round\": 3}"] {
        fs::create_dir_all(deep.parent().unwrap()).unwrap();
        fs::write(&deep, content).unwrap();
        assert_eq!(sidecar.change(), state(&deep, content));
        fs::remove_dir_all(&top).unwrap();
        assert_eq!(sidecar.change(), missing(&deep));
    }
}

#[test]
fn a_folder_moved_away_and_another_in_its_place_are_seen() {
    let (_folder, path) = folder();
    let (one, archive) = (path.with_file_name("one"), path.with_file_name("archive"));
    let file = one.join("status.json");
    fs::create_dir(&one).unwrap();
    fs::write(&file, "{}").unwrap();
    let mut sidecar = Sidecar::watching(&[&file]);
    sidecar.expect("snapshot");
    fs::rename(&one, &archive).unwrap();
    assert_eq!(sidecar.change(), missing(&file));
    // The old folder's changes are none of ours any more.
    replace(&archive.join("status.json"), "[1]");
    fs::create_dir(&one).unwrap();
    fs::write(&file, "[2]").unwrap();
    assert_eq!(sidecar.change(), state(&file, "[2]"));
    replace(&file, "[3]");
    assert_eq!(sidecar.change(), state(&file, "[3]"));
}

#[test]
fn what_an_ancestor_does_unwatched_is_seen_by_the_next_tick() {
    let (_folder, path) = folder();
    let top = path.with_file_name("docs");
    let file = top.join("plan-outputs/one/status.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "{}").unwrap();
    let mut sidecar = Sidecar::watching(&[&file]);
    sidecar.expect("snapshot");
    fs::rename(&top, path.with_file_name("elsewhere")).unwrap();
    assert_eq!(sidecar.change(), missing(&file));
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_when_it_and_when_its_target_changes() {
    use std::os::unix::fs::symlink;
    let (_folder, path) = folder();
    let store = path.with_file_name("store");
    fs::create_dir(&store).unwrap();
    fs::write(store.join("one.json"), "[1]").unwrap();
    fs::write(store.join("two.json"), "[2]").unwrap();
    symlink("store/one.json", &path).unwrap();
    let mut sidecar = Sidecar::watching(&[&path]);
    assert_eq!(sidecar.expect("snapshot")["files"], json!([state(&path, "[1]")]));
    replace(&store.join("one.json"), "[1, 1]");
    assert_eq!(sidecar.change(), state(&path, "[1, 1]"));
    let new = path.with_file_name("new");
    symlink("store/two.json", &new).unwrap();
    fs::rename(&new, &path).unwrap();
    assert_eq!(sidecar.change(), state(&path, "[2]"));
    replace(&store.join("two.json"), "[2, 2]");
    assert_eq!(sidecar.change(), state(&path, "[2, 2]"));
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_files_place_is_an_error_and_stops_nothing() {
    let (_folder, path) = folder();
    fs::write(&path, "{}").unwrap();
    let other = path.with_file_name("plan.md");
    let mut sidecar = Sidecar::watching(&[&path, &other]);
    sidecar.expect("snapshot");
    let pipe = path.with_file_name("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::rename(&pipe, &path).unwrap();
    let error = "it is a pipe, socket or device, not a regular file";
    assert_eq!(sidecar.change(), json!({"path": path, "bytes": 0, "error": error}));
    // Whole from the first moment on: a file that is still being written is told of empty first.
    replace(&other, "# Plan\n");
    assert_eq!(sidecar.change(), state(&other, "# Plan\n"));
    replace(&path, "[]");
    assert_eq!(sidecar.change(), state(&path, "[]"));
}

/// With no descriptors left for the system's watcher, which is one of the ways in which it can fail.
#[cfg(target_os = "linux")]
#[test]
fn without_the_systems_watcher_it_looks_every_second_and_says_so_once() {
    let (_folder, path) = folder();
    let one = path.with_file_name("one.json");
    fs::write(&path, "{}").unwrap();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 7; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_tallymark"), "sidecar"])
        .args([&one, &path])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = read_lines(&mut child);
    let mut sidecar = Sidecar { child, lines };
    sidecar.expect("hello");
    let problem = sidecar.expect("problem");
    let message =
        "cannot be watched for changes (Too many open files (os error 24)): looking every second instead";
    assert_eq!(problem, json!({"event": "problem", "path": path.parent(), "message": message}));
    assert_eq!(sidecar.expect("snapshot")["files"], json!([missing(&one), state(&path, "{}")]));
    replace(&path, "[]");
    assert_eq!(sidecar.change(), state(&path, "[]"));
    fs::write(&one, "[1]").unwrap();
    assert_eq!(sidecar.change(), state(&one, "[1]"));
}

#[test]
fn commands_choose_the_files_and_the_end_of_input_is_the_end() {
    let (_folder, one) = folder();
    let two = one.with_file_name("two/status.json");
    fs::write(&one, "[1]").unwrap();
    let (mut sidecar, mut stdin) = Sidecar::with_parent();
    sidecar.expect("hello");
    assert_eq!(sidecar.expect("snapshot")["files"], json!([]));
    writeln!(stdin, "{}", json!({"command": "watch", "files": [one, two]})).unwrap();
    assert_eq!(sidecar.expect("snapshot")["files"], json!([state(&one, "[1]"), missing(&two)]));
    writeln!(stdin, "{}", json!({"command": "watch", "files": [two]})).unwrap();
    assert_eq!(sidecar.expect("snapshot")["files"], json!([missing(&two)]));
    replace(&one, "[]");
    fs::create_dir(two.parent().unwrap()).unwrap();
    fs::write(&two, "[2]").unwrap();
    assert_eq!(sidecar.change(), state(&two, "[2]"));
    writeln!(stdin, "what?").unwrap();
    let problem = sidecar.expect("problem");
    assert!(problem["message"].as_str().unwrap().starts_with("a command was not understood"), "{problem}");
    drop(stdin);
    assert_eq!(sidecar.expect("bye")["reason"], "standard input has ended");
    assert!(sidecar.end().success());
}

#[test]
fn without_files_it_tells_how_the_plans_of_the_workspace_stand() {
    let (_keep, status) = folder();
    let folder = status.parent().unwrap();
    let plan = folder.join("plan.md");
    fs::write(&plan, "# A\n\n## Phase 1: B\n\n- [ ] 1.1 One\n- [ ] 1.2 Two\n").unwrap();
    fs::write(folder.join("notes.md"), "No plan.\n").unwrap();
    let mut sidecar = Sidecar::start(|command| command.arg("--root").arg(folder));
    sidecar.expect("hello");
    let first = sidecar.expect("snapshot");
    assert_eq!(first["plans"].as_array().unwrap().len(), 1);
    assert_eq!(first["plans"][0]["path"], plan.to_str().unwrap());
    assert_eq!(first["plans"][0]["progress"]["total"], 2);

    replace(&plan, "# A\n\n## Phase 1: B\n\n- [x] 1.1 One\n- [ ] 1.2 Two\n");
    sidecar.change();
    let second = sidecar.expect("plan");
    assert_eq!(second["plan"]["tasks"][0]["state"], "completed");
    assert_eq!(second["plan"]["phases"][0]["progress"]["completed"], 1);

    let entry = r#"{"tasks":[{"id":"1.2","description":"Two","status":"in_progress","startedAt":"2026-01-02T03:04:05.000Z"}]}"#;
    replace(&status, entry);
    assert_eq!(sidecar.change()["path"], status.to_str().unwrap());
    let third = sidecar.expect("plan");
    assert_eq!(third["plan"]["tasks"][1]["state"], "in_progress");
    assert_eq!(third["plan"]["tasks"][1]["started"], 1_767_323_045_000_i64);

    fs::remove_file(&plan).unwrap();
    sidecar.change();
    assert_eq!(sidecar.expect("gone")["path"], plan.to_str().unwrap());
}

#[cfg(unix)]
#[test]
fn a_reader_that_stalls_gets_a_fresh_snapshot_and_costs_no_memory() {
    let (_folder, path) = folder();
    fs::write(&path, "[1]").unwrap();
    let files: Vec<PathBuf> =
        (0..1000).map(|n| path.with_file_name(format!("{n:0>200}.json"))).chain([path.clone()]).collect();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tallymark"))
        .args(["sidecar", "--parent"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Each of these makes a line of 250 KB, if it is not overtaken, that nobody takes.
    for round in 0..150 {
        writeln!(stdin, "{}", json!({"command": "watch", "files": files})).unwrap();
        replace(&path, &format!("[{round}]"));
        std::thread::sleep(Duration::from_millis(10));
    }
    replace(&path, "\"last\"");
    std::thread::sleep(Duration::from_millis(300));
    let resident = resident_kib(child.id());
    assert!(resident.is_none_or(|kib| kib < 12_000), "{resident:?} KiB for lines that nobody read");
    let lines = read_lines(&mut child);
    let sidecar = Sidecar { child, lines };
    let last = state(&path, "\"last\"");
    loop {
        let line = sidecar.lines.recv_timeout(PATIENCE).expect("the last state is told");
        let told =
            line["files"].as_array().is_some_and(|files| files.contains(&last)) || line["file"] == last;
        if told {
            break;
        }
    }
}

/// Folders and files are made, moved, replaced and removed in any order and quickly; when that is over, what was said last
/// is what is there.
#[test]
fn what_it_said_last_is_what_is_there() {
    let (_folder, path) = folder();
    let top = path.parent().unwrap();
    let folders = [top.join("a"), top.join("a/b"), top.join("a/b/c"), top.join("d")];
    let files: Vec<PathBuf> = folders.iter().map(|folder| folder.join("status.json")).collect();
    let mut sidecar = Sidecar::watching(&files);
    let mut told: HashMap<PathBuf, Value> = files.iter().map(|file| (file.clone(), missing(file))).collect();
    sidecar.expect("snapshot");
    // Any numbers do, as long as they are the same in every run.
    let mut random = 88_172_645_463_325_252_u64;
    let mut below = |limit: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % limit as u64) as usize
    };
    for round in 0..12 {
        for step in 0..1 + below(10) {
            let (folder, file) = (&folders[below(4)], &files[below(4)]);
            let content = format!("{{\"round\": {round}, \"step\": {step}}}");
            // Most of these fail now and then, as what they need is not there; that is as good as anything.
            let _ = match below(6) {
                0 | 1 => fs::create_dir_all(folder),
                2 => fs::remove_dir_all(folder),
                3 => fs::rename(folder, top.join(format!("moved-{round}-{step}"))),
                4 => fs::write(file.with_extension("tmp"), &content)
                    .and_then(|()| fs::rename(file.with_extension("tmp"), file)),
                _ => fs::write(file, &content),
            };
            std::thread::sleep(Duration::from_millis([0, 0, 2, 20][below(4)]));
        }
        let there: HashMap<PathBuf, Value> = files
            .iter()
            .map(|file| {
                let now =
                    fs::read_to_string(file).map_or_else(|_| missing(file), |content| state(file, &content));
                (file.clone(), now)
            })
            .collect();
        while told != there {
            let line = sidecar.lines.recv_timeout(PATIENCE).expect("all is told");
            if line["event"] == "changed" {
                let file = &line["file"];
                told.insert(PathBuf::from(file["path"].as_str().unwrap()), file.clone());
            }
        }
    }
}
