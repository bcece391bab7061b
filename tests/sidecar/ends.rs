//! When it ends.
#![cfg(unix)]

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::support::*;

#[test]
fn it_says_goodbye_on_sigterm() {
    let (_folder, path) = folder();
    let mut sidecar = Sidecar::watching(&[&path]);
    sidecar.expect("snapshot");
    let pid = sidecar.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(sidecar.expect("bye")["reason"], "SIGTERM");
    assert!(sidecar.end().success());
}

#[test]
fn it_ends_when_nobody_reads() {
    let (_folder, path) = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tallymark"))
        .arg("sidecar")
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let (_sender, lines) = channel();
    let mut sidecar = Sidecar { child, lines };
    assert!(sidecar.end().success());
}

/// Somebody else holds the other end of its standard input open, so that it is told nothing there.
#[cfg(target_os = "linux")]
#[test]
fn it_ends_with_its_parent() {
    let (_folder, path) = folder();
    let (input, output) = (path.with_file_name("input"), path.with_file_name("output"));
    assert!(Command::new("mkfifo").arg(&input).status().unwrap().success());
    let mut parent = Command::new("sh")
        .args(["-c", "\"$0\" sidecar --parent < \"$1\" > \"$2\" & wait", env!("CARGO_BIN_EXE_tallymark")])
        .args([&input, &output])
        .spawn()
        .unwrap();
    let _held = fs::File::options().write(true).open(&input).unwrap();
    let says = |text: &str| {
        let until = Instant::now() + PATIENCE;
        while !fs::read_to_string(&output).unwrap_or_default().contains(text) {
            assert!(Instant::now() < until, "it did not say {text}");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    says("snapshot");
    parent.kill().unwrap();
    parent.wait().unwrap();
    says("{\"event\":\"bye\",\"reason\":\"the parent process has ended\"}");
}
