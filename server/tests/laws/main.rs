//! The laws of `docs/architecture.md`, held by reading manifests and sources.

mod broken;
mod checks;
mod read;

use std::fs;

use checks::{
    KEPT, broken_arrows, impurities, loose_locks, misplaced, rooms_untold, rules_without_page,
    slack_manifests,
};
use read::{Text, crate_manifests, files, root, sources};

fn hold(law: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "\nlaw {law} is broken:\n  {}\n", broken.join("\n  "));
}

#[test]
fn rooms_name_only_the_rooms_below_them() {
    hold("1 (arrows)", broken_arrows(&crate_manifests()));
}

#[test]
fn every_room_is_told_of() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).expect("the page on the house");
    hold("1 (rooms)", rooms_untold(&crate_manifests(), &page));
}

#[test]
fn pure_rooms_know_no_disk_no_clock_and_no_editor() {
    hold("2 (pure rooms)", impurities(&crate_manifests(), &sources()));
}

#[test]
fn names_from_outside_stay_in_their_rooms() {
    let sources = sources();
    for kept in KEPT {
        hold(kept.law, misplaced(kept, &sources));
    }
}

#[test]
fn locks_are_taken_in_one_module() {
    hold("6 (locks)", loose_locks(&crate_manifests(), &sources()));
}

#[test]
fn each_rule_is_one_file_with_one_page() {
    let rules = files("server/crates/sync/src/rules", ".rs");
    let registry =
        rules.iter().find(|rule| rule.path.ends_with("rules/mod.rs")).expect("the registry of rules");
    hold("7 (rules)", rules_without_page(&rules, &registry.text, &files("docs/rules", ".md")));
}

#[test]
fn lints_are_on_everywhere() {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace's manifest");
    let mut members = crate_manifests();
    members.extend(files("server", "Cargo.toml").into_iter().filter(|file| file.path == "server/Cargo.toml"));
    hold("of the lints", slack_manifests(&Text::new("Cargo.toml", &text), &members));
}
