//! How sessions end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

/// What the issue promises; a promise and not a measurement, so it is generous.
const SOON: Duration = Duration::from_secs(1);

#[test]
fn exit_ends_the_process_though_its_input_stays_open() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    client.diagnostics(&workspace.plan(), 1);
    client.request("shutdown", Value::Null).unwrap();
    let said = Instant::now();
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), 0);
    assert!(said.elapsed() < SOON, "it took {:?}", said.elapsed());
}

#[test]
fn exit_without_shutdown_ends_with_1() {
    let workspace = Workspace::empty();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), 1);
}

#[test]
fn exit_before_initialize_ends_too() {
    let mut client = Client::spawn(&Setup::new(&Workspace::empty().root()));
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), 1);
}

#[test]
fn a_closed_input_ends_the_process() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    client.diagnostics(&workspace.plan(), 1);
    client.hang_up();
    assert_eq!(client.exit_code(), 1);
}

#[test]
fn after_shutdown_requests_are_refused() {
    let mut client = Client::start(&Setup::new(&Workspace::empty().root()));
    client.request("shutdown", Value::Null).unwrap();
    let error = client.request("textDocument/hover", json!({})).unwrap_err();
    assert_eq!(error["code"], -32600);
}

/// The children of a process, by `/proc`.
#[cfg(target_os = "linux")]
fn children(process: u32) -> Vec<u32> {
    let folder = format!("/proc/{process}/task");
    let threads = std::fs::read_dir(folder).unwrap();
    let lists =
        threads.map(|thread| std::fs::read_to_string(thread.unwrap().path().join("children")).unwrap());
    lists.collect::<String>().split_whitespace().map(|child| child.parse().unwrap()).collect()
}

/// An editor that is killed closes the pipes and says nothing. The server ends within a second, and so does the watcher
/// that it has started.
#[cfg(target_os = "linux")]
#[test]
fn a_client_that_dies_leaves_no_process() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    client.diagnostics(&workspace.plan(), 1);
    let patience = Instant::now();
    let watchers = loop {
        let watchers = children(client.process());
        if !watchers.is_empty() {
            break watchers;
        }
        assert!(patience.elapsed() < 20 * SOON, "no watcher was started");
        std::thread::sleep(Duration::from_millis(5));
    };
    let died = Instant::now();
    client.hang_up();
    assert_eq!(client.exit_code(), 1);
    let gone = |process: &u32| {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // One that nobody has waited for yet has ended too.
        state.is_empty() || state.contains(") Z ")
    };
    while !watchers.iter().all(gone) {
        assert!(died.elapsed() < SOON, "the watcher lives on");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(died.elapsed() < SOON, "it took {:?}", died.elapsed());
}
