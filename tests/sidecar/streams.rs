//! Agents' streams, which grow line by line.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::picture::monitoring;
use crate::samples::{session, tool_result, tool_use};
use crate::support::*;

fn append(path: &Path, text: &str) {
    let mut file = fs::File::options().append(true).create(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn stream() -> (tempfile::TempDir, PathBuf) {
    let (keep, path) = folder();
    (keep, path.with_file_name("agent.jsonl"))
}

fn used(session: &str, numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| tool_use(session, number) + &tool_result(session, number)).collect()
}

/// How many bytes a process has read, where /proc tells.
fn bytes_read(pid: u32) -> Option<u64> {
    let io = fs::read_to_string(format!("/proc/{pid}/io")).ok()?;
    io.lines().find_map(|line| line.strip_prefix("rchar: ")?.parse().ok())
}

#[test]
fn what_was_read_is_not_read_again() {
    let (_keep, path) = stream();
    append(&path, &(session("s1") + &used("s1", 0..20_000)));
    let length = fs::metadata(&path).unwrap().len();
    assert!(length > 8 << 20, "it is to take more than one turn");
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.jsonl"]);
    picture.until_as_read(&sidecar, &[&path]);
    let before = bytes_read(sidecar.child.id());
    for number in 20_000..20_050 {
        append(&path, &used("s1", number..number + 1));
        std::thread::sleep(Duration::from_millis(5));
    }
    picture.until_as_read(&sidecar, &[&path]);
    if let (Some(before), Some(after)) = (before, bytes_read(sidecar.child.id())) {
        assert!(after - before < 1 << 20, "{} bytes were read for 50 uses", after - before);
    }
}

#[test]
fn what_is_written_while_it_looks_has_a_time() {
    let (_keep, path) = stream();
    append(&path, &(session("s1") + &used("s1", 0..1)));
    let old = fs::File::options().write(true).open(&path).unwrap();
    old.set_modified(std::time::SystemTime::now() - Duration::from_secs(3600)).unwrap();
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.jsonl"]);
    picture.until_as_read(&sidecar, &[&path]);
    append(&path, &tool_use("s1", 1));
    picture.until_as_read(&sidecar, &[&path]);
    let activities = picture.file(&path).unwrap()["activities"].as_array().unwrap();
    let times: Vec<bool> = activities.iter().map(|activity| activity["started"].is_i64()).collect();
    assert_eq!(times, [false, true], "{activities:?}");
}

#[test]
fn rotated_cut_short_or_written_anew_it_is_read_from_its_beginning() {
    let (_keep, path) = stream();
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.jsonl"]);
    append(&path, &(session("s1") + &used("s1", 0..5)));
    picture.until_as_read(&sidecar, &[&path]);
    // Rotated.
    fs::rename(&path, path.with_extension("jsonl.1")).unwrap();
    append(&path, &(session("s2") + &used("s2", 10..12)));
    picture.until_as_read(&sidecar, &[&path]);
    // Cut short.
    fs::write(&path, session("s3")).unwrap();
    picture.until_as_read(&sidecar, &[&path]);
    // Another of the same length or longer, in the same file.
    fs::write(&path, session("s4") + &used("s4", 20..30)).unwrap();
    picture.until_as_read(&sidecar, &[&path]);
    // Cut in the middle of a line, and of the line's end.
    let line = tool_use("s4", 31);
    for piece in [&line[..20], &line[20..line.len() - 1], "\n"] {
        append(&path, piece);
        picture.until_as_read(&sidecar, &[&path]);
    }
    fs::remove_file(&path).unwrap();
    picture.until_as_read::<&Path>(&sidecar, &[]);
}

#[test]
fn a_stream_that_pours_gives_ten_lines_a_second_and_its_last_word() {
    let (_keep, path) = stream();
    append(&path, &session("s1"));
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.jsonl"]);
    picture.until_as_read(&sidecar, &[&path]);
    let told = picture.lines.get("monitored").copied().unwrap_or_default();
    let started = Instant::now();
    for number in 0..1_000 {
        append(&path, &used("s1", number..number + 1));
        std::thread::sleep(Duration::from_millis(1));
    }
    picture.until_as_read(&sidecar, &[&path]);
    let tenths = usize::try_from(started.elapsed().as_millis()).unwrap() / 100;
    let told = picture.lines["monitored"] - told;
    assert!(told <= tenths + 2, "{told} lines in {tenths} tenths of a second");
}
