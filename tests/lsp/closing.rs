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
