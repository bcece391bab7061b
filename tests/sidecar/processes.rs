//! The processes that monitoring files name.
#![cfg(unix)]

use std::fs;
use std::process::{Child, Command};

use crate::picture::monitoring;
use crate::samples::heartbeats;
use crate::support::*;

/// A process that does nothing. Killed when dropped.
struct Sleeper(Child);

impl Sleeper {
    fn start() -> Sleeper {
        Sleeper(Command::new("sleep").arg("600").spawn().unwrap())
    }

    fn kill(&mut self) {
        // It may be dead already, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn a_process_is_told_with_its_file_and_when_it_ends() {
    let (_keep, path) = folder();
    let path = path.with_file_name("heartbeats.json");
    let (mut one, mut two) = (Sleeper::start(), Sleeper::start());
    let pids = [one.0.id(), two.0.id()];
    fs::write(&path, heartbeats(&[("1.1", Some(pids[0]))], 1)).unwrap();
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.json"]);
    let is_there = |pid: u32| {
        move |picture: &crate::picture::Picture| {
            picture.processes.get(&u64::from(pid)).is_some_and(serde_json::Value::is_i64)
        }
    };
    assert!(is_there(pids[0])(&picture), "{picture:#?}");
    replace(&path, &heartbeats(&[("1.1", Some(pids[0])), ("1.2", Some(pids[1]))], 2));
    picture.until_as_read(&sidecar, &[&path]);
    assert!(is_there(pids[1])(&picture), "it is told before the file that names it");
    for (pid, sleeper) in pids.into_iter().zip([&mut one, &mut two]) {
        sleeper.kill();
        picture.until(&sidecar, "that it has ended", |picture| !is_there(pid)(picture));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn another_process_with_the_same_id_has_another_start() {
    let (_keep, path) = folder();
    let path = path.with_file_name("heartbeats.json");
    let mut one = Sleeper::start();
    let pid = one.0.id();
    fs::write(&path, heartbeats(&[("1.1", Some(pid))], 1)).unwrap();
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.json"]);
    let first = picture.processes[&u64::from(pid)].clone();
    assert!(first.is_i64());
    one.kill();
    // The system counts starts in hundredths of a second: two within one cannot be told apart.
    std::thread::sleep(std::time::Duration::from_millis(50));
    // The system can be told which id to give next, by those whom it allows to.
    let again = (0..200).find_map(|_| {
        fs::write("/proc/sys/kernel/ns_last_pid", (pid - 1).to_string()).ok()?;
        Some(Sleeper::start()).filter(|sleeper| sleeper.0.id() == pid)
    });
    let Some(_again) = again else {
        println!("skipped: no process could be given the id {pid} again");
        return;
    };
    picture.until(&sidecar, "that it is another", |picture| {
        let now = &picture.processes[&u64::from(pid)];
        now.is_i64() && *now != first
    });
}
