//! Monitoring files that are written whole.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::picture::{Picture, monitoring};
use crate::samples::{heartbeats, registry};
use crate::support::*;

fn place(name: &str) -> (tempfile::TempDir, PathBuf) {
    let (keep, path) = folder();
    let folder = path.with_file_name("monitoring");
    fs::create_dir(&folder).unwrap();
    (keep, folder.join(name))
}

#[test]
fn what_is_there_is_in_the_snapshot_and_each_change_is_told() {
    let (_keep, path) = place("heartbeats.json");
    fs::write(&path, heartbeats(&[("1.1", None)], 1)).unwrap();
    fs::write(path.with_file_name("package.json"), "{\"name\": \"x\"}").unwrap();
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.json"]);
    assert_eq!(picture.monitoring.len(), 1, "{picture:#?}");
    picture.until_as_read(&sidecar, &[&path]);
    assert_eq!(picture.file(&path).unwrap()["format"], "gadugi_heartbeats");

    replace(&path, &heartbeats(&[("1.1", None), ("1.2", None)], 2));
    picture.until_as_read(&sidecar, &[&path]);
    fs::write(&path, heartbeats(&[("1.2", None)], 3)).unwrap();
    picture.until_as_read(&sidecar, &[&path]);

    let other = path.with_file_name("process_registry.json");
    replace(&other, &registry(3, 4));
    picture.until_as_read(&sidecar, &[&path, &other]);
    fs::remove_file(&path).unwrap();
    picture.until_as_read(&sidecar, &[&other]);
    // What is a monitoring file no more is gone, too.
    replace(&other, "{\"name\": \"x\"}");
    picture.until_as_read::<&Path>(&sidecar, &[]);
    assert_eq!(picture.problems, [json!(null); 0]);
}

#[test]
fn of_what_did_not_change_nothing_is_told() {
    let (_keep, path) = place("heartbeats.json");
    let content = heartbeats(&[("1.1", None)], 1);
    fs::write(&path, &content).unwrap();
    let (mut sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.json"]);
    fs::write(&path, &content).unwrap();
    replace(&path, &content);
    fs::write(path.with_file_name("other.json"), "{}").unwrap();
    fs::write(path.with_file_name("other.txt"), "{}").unwrap();
    fs::create_dir(path.with_file_name("folder.json")).unwrap();
    sidecar.is_silent_for(Duration::from_millis(500));
    replace(&path, &heartbeats(&[("1.1", None)], 2));
    picture.until_as_read(&sidecar, &[&path]);
}

#[test]
fn one_half_written_is_told_when_it_is_whole_and_one_that_stays_torn_as_it_is() {
    let (_keep, path) = place("process_registry.json");
    fs::write(&path, registry(5, 1)).unwrap();
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.json"]);
    let next = registry(6, 2);
    let (first, second) = next.as_bytes().split_at(next.len() / 2);
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(first).unwrap();
    std::thread::sleep(Duration::from_millis(60));
    file.write_all(second).unwrap();
    let lines = picture.lines.get("monitored").copied().unwrap_or_default();
    picture.until_as_read(&sidecar, &[&path]);
    assert_eq!(picture.lines["monitored"], lines + 1, "only the whole one is told");

    // A shorter one, written over a longer one in place: the rest of the longer one stays.
    let torn = registry(2, 3) + &next[next.len() - 200..];
    fs::write(&path, torn).unwrap();
    picture.until_as_read(&sidecar, &[&path]);
    assert_ne!(picture.file(&path).unwrap()["problems"], json!(null));
}

#[test]
fn folders_may_come_later_go_and_return() {
    let (_keep, path) = folder();
    let top = path.parent().unwrap();
    let globs = [".gadugi/monitoring/*.json", ".github/workflow-states/*/state.json"];
    let (sidecar, mut picture) = monitoring(top, &globs);
    let beats = top.join(".gadugi/monitoring/heartbeats.json");
    let others: Vec<PathBuf> =
        (0..3).map(|task| top.join(format!(".github/workflow-states/t{task}/state.json"))).collect();
    for round in 1..4 {
        fs::create_dir_all(beats.parent().unwrap()).unwrap();
        fs::write(&beats, heartbeats(&[("1.1", None)], round)).unwrap();
        picture.until_as_read(&sidecar, &[&beats]);
        for other in &others {
            fs::create_dir_all(other.parent().unwrap()).unwrap();
            fs::write(other, registry(2, round)).unwrap();
        }
        let all: Vec<&PathBuf> = others.iter().chain([&beats]).collect();
        picture.until_as_read(&sidecar, &all);
        fs::remove_dir_all(top.join(".gadugi")).unwrap();
        picture.until_as_read(&sidecar, &others);
        fs::rename(top.join(".github"), top.join(format!("moved-{round}"))).unwrap();
        picture.until_as_read::<&Path>(&sidecar, &[]);
    }
}

#[test]
fn another_order_forgets_what_it_does_not_name() {
    let (_keep, path) = place("heartbeats.json");
    fs::write(&path, heartbeats(&[("1.1", None)], 1)).unwrap();
    let top = path.parent().unwrap();
    let (mut sidecar, mut stdin) = Sidecar::with_parent();
    sidecar.expect("hello");
    sidecar.expect("snapshot");
    let place = json!({"folder": top, "globs": ["*.json"]});
    for (globs, told) in [(json!([place]), 1), (json!([]), 0), (json!([place, place]), 1)] {
        writeln!(stdin, "{}", json!({"command": "watch", "files": [path], "monitoring": globs})).unwrap();
        let snapshot = sidecar.expect("snapshot");
        assert_eq!(snapshot["monitoring"].as_array().map_or(0, Vec::len), told, "{snapshot}");
        assert_eq!(snapshot["files"].as_array().unwrap().len(), 1);
    }
    // Both a named file and a monitoring file: told as both.
    replace(&path, &heartbeats(&[("1.1", None)], 2));
    let mut events = [0, 1].map(|_| sidecar.lines.recv_timeout(PATIENCE).unwrap()["event"].to_string());
    events.sort();
    assert_eq!(events, ["\"changed\"", "\"monitored\""]);
    let glob = json!({"folder": top, "globs": ["../x"]});
    writeln!(stdin, "{}", json!({"command": "watch", "files": [], "monitoring": [glob]})).unwrap();
    let message = "the glob `../x` cannot be used: it leads out of its folder";
    assert_eq!(sidecar.expect("problem")["message"], message);
}

#[test]
fn the_command_line_names_places_too_and_the_workspace_has_usual_ones() {
    let (_keep, path) = place("heartbeats.json");
    let top = path.parent().unwrap().parent().unwrap();
    let (usual, stream) =
        (top.join(".gadugi/monitoring/heartbeats.json"), top.join("agents/heartbeats.json"));
    for file in [&path, &usual, &stream] {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, heartbeats(&[("1.1", None)], 1)).unwrap();
    }
    fs::write(top.join("tallymark.toml"), "[monitoring]\npaths = [\"agents/*.json\"]\n").unwrap();
    let sidecar = Sidecar::start(|command| {
        command.arg("--root").arg(top).args(["--monitor", "monitoring/*.json"]).current_dir(top)
    });
    let mut picture = Picture::default();
    picture.until_as_read(&sidecar, &[&path, &usual, &stream]);

    // Files alone, and nothing but them.
    let mut sidecar = Sidecar::watching(&[&path]);
    assert_eq!(sidecar.expect("snapshot")["monitoring"], json!(null));
    let mut refused = Sidecar::start(|command| command.args(["--monitor", "*/../x"]));
    assert_eq!(refused.end().code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_link_and_what_it_leads_to_are_one_file() {
    let (_keep, path) = place("one.json");
    let store = path.parent().unwrap().with_file_name("store");
    fs::create_dir(&store).unwrap();
    let other = store.join("two.json");
    fs::write(&path, heartbeats(&[("1.1", None)], 1)).unwrap();
    fs::write(&other, heartbeats(&[("2.1", None)], 1)).unwrap();
    std::os::unix::fs::symlink("one.json", path.with_file_name("latest.json")).unwrap();
    let link = path.with_file_name("other.json");
    std::os::unix::fs::symlink(&other, &link).unwrap();
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.json"]);
    picture.until_as_read(&sidecar, &[&path, &link]);
    replace(&other, &heartbeats(&[("2.1", None), ("2.2", None)], 2));
    picture.until_as_read(&sidecar, &[&path, &link]);
}
