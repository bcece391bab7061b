//! Turns at a file that is no status file.

use std::time::Duration;

use tallymark_status::{FileLock, StoreError};

#[test]
fn one_at_a_time_and_the_next_when_the_first_is_through() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.md");
    std::fs::write(&path, "").unwrap();
    let first = FileLock::acquire(&path, Duration::from_secs(5)).unwrap();
    let refused = FileLock::acquire(&path, Duration::from_millis(50));
    assert!(matches!(refused, Err(StoreError::LockTimeout { .. })));
    let waiting = std::thread::spawn({
        let path = path.clone();
        move || FileLock::acquire(&path, Duration::from_secs(30)).is_ok()
    });
    drop(first);
    assert!(waiting.join().unwrap());
}

#[test]
fn another_file_of_the_same_folder_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["one.md", "other.md"].map(|name| folder.path().join(name));
    for path in [&one, &other] {
        std::fs::write(path, "").unwrap();
    }
    let _lock = FileLock::acquire(&one, Duration::from_secs(5)).unwrap();
    assert!(FileLock::acquire(&other, Duration::from_secs(5)).is_ok());
}

#[test]
fn no_file_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let refused = FileLock::acquire(&folder.path().join("none.md"), Duration::from_secs(5));
    assert!(matches!(refused, Err(StoreError::Io { .. })));
}
