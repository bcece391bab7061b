//! What nobody should write, each beside a good file that must be told of all the same.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::picture::{Picture, monitoring};
use crate::samples::{heartbeats, registry, session, tool_result, tool_use};
use crate::support::*;

/// The most that a process has held in memory, the program's text included, where /proc tells.
fn peak_mib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    peak.unwrap_or(0_u64) >> 10
}

/// Puts something bad beside a good file: before the sidecar starts, or while it looks. Gives what was told of both, and
/// holds that the good one is still followed, and that memory stays bounded.
fn beside_a_good_one(name: &str, mib: u64, put: impl Fn(&Path)) -> [Picture; 2] {
    [true, false].map(|before| {
        let (_keep, path) = folder();
        let (good, bad) = (path.with_file_name("good.json"), path.with_file_name(name));
        fs::write(&good, heartbeats(&[("1.1", None)], 1)).unwrap();
        if before {
            put(&bad);
        }
        let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.json", "*.jsonl"]);
        if !before {
            put(&bad);
            // Long enough for all attempts at what looks half-written.
            std::thread::sleep(std::time::Duration::from_millis(1500));
        }
        for minute in 2..4 {
            replace(&good, &heartbeats(&[("1.1", None)], minute));
            let beats = crate::picture::read(&good).unwrap();
            picture.until_file(&sidecar, &good, |file| file["heartbeats"] == beats["heartbeats"]);
        }
        let peak = peak_mib(sidecar.child.id());
        assert!(peak <= mib, "{name}: {peak} MiB at its peak");
        if let Some(file) = picture.monitoring.remove(bad.to_str().unwrap()) {
            picture.monitoring.insert("bad".to_owned(), file);
        }
        picture
    })
}

/// One problem and no more, and nothing is told of the file.
fn is_one_problem(pictures: [Picture; 2], message: &str) {
    for picture in pictures {
        let messages: Vec<&Value> = picture.problems.iter().map(|problem| &problem["message"]).collect();
        assert_eq!(messages, [message]);
        assert_eq!(picture.monitoring.get("bad"), None);
    }
}

#[test]
fn a_registry_of_50_megabytes() {
    let entry = registry(1, 1);
    let long = entry.replace("claude -p", &"x".repeat(50 << 20));
    let pictures = beside_a_good_one("process_registry.json", 64, |path| replace(path, &long));
    is_one_problem(pictures, "is 50 MiB long: monitoring files of more than 16 MiB are not read");
}

#[test]
fn a_registry_of_15_megabytes_is_read() {
    let many = registry(40_000, 1);
    assert!((14 << 20..16 << 20).contains(&many.len()), "{} bytes", many.len());
    for picture in beside_a_good_one("process_registry.json", 80, |path| replace(path, &many)) {
        let file = &picture.monitoring["bad"];
        assert_eq!(file["runs"].as_array().unwrap().len(), 1_000);
        assert_eq!(file["left_out"], 39_000);
    }
}

#[test]
fn a_line_of_20_megabytes_in_a_stream() {
    let long = tool_use("s1", 1).replace("make", &"x".repeat(20 << 20));
    let stream = session("s1") + &long + &tool_use("s1", 2) + &tool_result("s1", 2);
    for picture in beside_a_good_one("agent.jsonl", 48, |path| replace(path, &stream)) {
        let file = &picture.monitoring["bad"];
        assert_eq!(file["problems"].as_array().unwrap().len(), 1, "{file}");
        assert_eq!(file["activities"][0]["id"], "toolu_2", "what follows is read");
    }
}

#[test]
fn bytes_that_are_no_text() {
    let bytes = [heartbeats(&[("1.1", None)], 1).as_bytes(), b"\xff\xfe\x80"].concat();
    for picture in beside_a_good_one("heartbeats.json", 48, |path| fs::write(path, &bytes).unwrap()) {
        // What stands after the value, and that it is no text.
        let problems = picture.monitoring["bad"]["problems"].as_array().unwrap().len();
        assert!((1..=2).contains(&problems), "{problems}");
        assert_eq!(picture.problems, [json!(null); 0]);
    }
    let name = heartbeats(&[("1.1", None)], 1).into_bytes();
    let at = name.windows(4).position(|window| window == b"Task").unwrap();
    let bytes = [&name[..at], b"\xff\xfe", &name[at..]].concat();
    for picture in beside_a_good_one("heartbeats.json", 48, |path| fs::write(path, &bytes).unwrap()) {
        assert_eq!(picture.problems, [json!(null); 0]);
    }
}

#[test]
fn a_pipe_a_device_and_links_in_a_circle() {
    let irregular = "cannot be read as a monitoring file: it is a pipe, socket or device, not a regular file";
    let pictures = beside_a_good_one("heartbeats.json", 48, |path| {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    });
    is_one_problem(pictures, irregular);
    let pictures = beside_a_good_one("heartbeats.json", 48, |path| {
        std::os::unix::fs::symlink("/dev/zero", path).unwrap();
    });
    is_one_problem(pictures, irregular);
    let pictures = beside_a_good_one("heartbeats.json", 48, |path| {
        std::os::unix::fs::symlink("heartbeats.json", path).unwrap();
    });
    for picture in pictures {
        assert_eq!(picture.problems.len(), 1, "{picture:#?}");
    }
}

#[test]
fn nesting_without_end() {
    for open in ["[", "{\"active_processes\":"] {
        let bomb = open.repeat((1 << 20) / open.len());
        for (name, text) in [
            ("heartbeats.json", format!("{{\"timestamp\": \"x\", \"active_processes\": {bomb}")),
            ("agent.jsonl", session("s1") + "{\"type\":\"user\",\"message\":" + &bomb[..900_000] + "\n"),
        ] {
            for picture in beside_a_good_one(name, 80, |path| replace(path, &text)) {
                assert_eq!(picture.problems, [json!(null); 0]);
                let problems = picture.monitoring.get("bad").and_then(|bad| bad["problems"].as_array());
                assert!(problems.is_none_or(|problems| problems.len() == 1), "{problems:?}");
            }
        }
    }
}

#[test]
fn years_without_sense() {
    for year in ["0001", "9999", "-0001", "99999"] {
        let text = heartbeats(&[("1.1", Some(u32::MAX))], 1).replace("2025", year);
        for picture in beside_a_good_one("heartbeats.json", 48, |path| replace(path, &text)) {
            assert_eq!(picture.monitoring["bad"]["runs"][0]["task"], "1.1");
            assert_eq!(picture.processes.get(&u64::from(u32::MAX)), Some(&json!(null)));
        }
    }
}

#[test]
fn nothing_but_zeros() {
    let pictures = beside_a_good_one("heartbeats.json", 48, |path| {
        let mut file = fs::File::create(path).unwrap();
        file.write_all(&[0; 4096]).unwrap();
    });
    // Zeros are no monitoring file, whatever the name says.
    for picture in pictures {
        assert_eq!(picture.problems, [json!(null); 0]);
        assert_eq!(picture.monitoring.get("bad"), None);
    }
}
