//! What the sidecar stands on is taken away: watches, folders, its reader.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::picture::monitoring;
use crate::samples::{heartbeats, session, tool_result, tool_use};
use crate::support::*;

/// The system gives out no more watches, in a user namespace where that can be arranged.
#[cfg(target_os = "linux")]
#[test]
fn without_watches_it_looks_every_second_and_says_so_once() {
    use std::process::Command;

    let limit = "echo 2 > /proc/sys/user/max_inotify_watches && exec \"$0\" \"$@\"";
    let in_namespace = |program: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "sh", "-c", limit, program]);
        command
    };
    if !in_namespace("true").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: the number of watches cannot be limited here");
        return;
    }
    let (_keep, path) = folder();
    let files: Vec<PathBuf> = (0..6).map(|n| path.with_file_name(format!("w{n}/heartbeats.json"))).collect();
    for file in &files {
        fs::create_dir(file.parent().unwrap()).unwrap();
        fs::write(file, heartbeats(&[("1.1", None)], 1)).unwrap();
    }
    let command = in_namespace(env!("CARGO_BIN_EXE_tallymark"));
    let (sidecar, mut picture) =
        crate::picture::monitoring_with(command, path.parent().unwrap(), &["*/heartbeats.json"]);
    for round in 2..4 {
        for file in &files {
            replace(file, &heartbeats(&[("1.1", None)], round));
        }
        picture.until_as_read(&sidecar, &files);
    }
    let new = path.with_file_name("w9/heartbeats.json");
    fs::create_dir(new.parent().unwrap()).unwrap();
    fs::write(&new, heartbeats(&[("9", None)], 1)).unwrap();
    fs::remove_dir_all(files[5].parent().unwrap()).unwrap();
    let all: Vec<&PathBuf> = files[..5].iter().chain([&new]).collect();
    picture.until_as_read(&sidecar, &all);
    assert_eq!(picture.problems.len(), 1, "{:?}", picture.problems);
    let message = "cannot be watched for changes (the system's limit of watches is reached): looking every second instead";
    assert_eq!(picture.problems[0]["message"], message);
}

/// As many events as minutes bring, while nobody reads.
#[test]
fn a_reader_that_sleeps_wakes_up_to_what_is_there() {
    let (_keep, path) = folder();
    let (beats, stream) = (path.with_file_name("heartbeats.json"), path.with_file_name("agent.jsonl"));
    fs::write(&beats, heartbeats(&[("1.1", None)], 1)).unwrap();
    fs::write(&stream, session("s1")).unwrap();
    let top = path.parent().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_tallymark"))
        .args(["sidecar", "--parent", "--monitor"])
        .arg(top.join("*.json*"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let tasks: Vec<String> = (0..300).map(|task| format!("1.{task}")).collect();
    let tasks: Vec<(&str, Option<u32>)> = tasks.iter().map(|task| (task.as_str(), None)).collect();
    use std::io::Write;
    for round in 0..100 {
        // Some 80 KB a line, ten times a second at most.
        replace(&beats, &heartbeats(&tasks, round));
        let mut file = fs::File::options().append(true).open(&stream).unwrap();
        for number in round * 100..(round + 1) * 100 {
            file.write_all((tool_use("s1", number) + &tool_result("s1", number)).as_bytes()).unwrap();
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    #[cfg(unix)]
    {
        let resident = resident_kib(child.id());
        assert!(resident.is_none_or(|kib| kib < 16_000), "{resident:?} KiB for lines that nobody read");
    }
    let sidecar = Sidecar { lines: read_lines(&mut child), child };
    let mut picture = crate::picture::Picture::default();
    picture.until_as_read(&sidecar, &[&beats, &stream]);
}

#[test]
fn the_folder_goes_and_comes_back_in_the_middle_of_everything() {
    let (_keep, path) = folder();
    let top = path.with_file_name("top");
    let (beats, stream) = (top.join("a/heartbeats.json"), top.join("b/agent.jsonl"));
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["top/a/*.json", "top/*/*.jsonl"]);
    for round in 1..8 {
        for file in [&beats, &stream] {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
        }
        fs::write(&beats, heartbeats(&[("1.1", None)], round)).unwrap();
        fs::write(&stream, session("s1") + &tool_use("s1", round)).unwrap();
        if round % 2 == 0 {
            picture.until_as_read(&sidecar, &[&beats, &stream]);
        }
        fs::remove_dir_all(&top).unwrap();
        if round % 3 == 0 {
            picture.until_as_read::<&PathBuf>(&sidecar, &[]);
        }
    }
    fs::create_dir_all(beats.parent().unwrap()).unwrap();
    fs::write(&beats, heartbeats(&[("2", None)], 9)).unwrap();
    picture.until_as_read(&sidecar, &[&beats]);
}
