//! Each check finds what it is there to find: bad examples, and good ones beside them.

use crate::checks::{
    KEPT, broken_arrows, impurities, loose_locks, misplaced, rooms_untold, rules_without_page,
    slack_manifests,
};
use crate::read::{Text, without_test_files};

fn source(path: &str, text: &str) -> Vec<Text> {
    without_test_files(vec![Text::new(path, text)])
}

fn manifest(name: &str, dependencies: &str) -> Vec<Text> {
    vec![Text::new(&format!("server/crates/{name}/Cargo.toml"), &format!("[dependencies]\n{dependencies}\n"))]
}

#[test]
fn arrows() {
    assert_eq!(broken_arrows(&manifest("plan", "tallymark-text.workspace = true")).len(), 0);
    assert_eq!(broken_arrows(&manifest("plan", "tallymark-status.workspace = true")).len(), 1);
    assert_eq!(broken_arrows(&manifest("stranger", "")).len(), 1);
    let target = Text::new(
        "server/crates/text/Cargo.toml",
        "[target.'cfg(unix)'.dependencies]\ntallymark-plan = \"1\"",
    );
    assert_eq!(broken_arrows(&[target]).len(), 1);
}

#[test]
fn rooms() {
    let page = "| `server/crates/plan` | reads |";
    assert_eq!(rooms_untold(&manifest("plan", ""), page).len(), 0);
    assert_eq!(rooms_untold(&manifest("planner", ""), page).len(), 1);
}

#[test]
fn purity() {
    assert_eq!(impurities(&manifest("sync", "tokio.workspace = true"), &[]).len(), 1);
    assert_eq!(impurities(&manifest("lsp", "tokio.workspace = true"), &[]).len(), 0);
    let clock = "fn now() -> std::time::SystemTime { todo() }";
    assert_eq!(impurities(&[], &source("server/crates/sync/src/a.rs", clock)).len(), 1);
    assert_eq!(impurities(&[], &source("server/crates/workspace/src/a.rs", clock)).len(), 0);
    assert_eq!(impurities(&[], &source("server/crates/status/src/model.rs", clock)).len(), 1);
    assert_eq!(impurities(&[], &source("server/crates/status/src/lock.rs", clock)).len(), 0);
    let in_tests =
        "pub fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn now() -> std::time::SystemTime {}\n}\n";
    assert_eq!(impurities(&[], &source("server/crates/sync/src/a.rs", in_tests)).len(), 0);
    let in_comment = "/// Not `std::time::SystemTime`.\npub fn a() {}";
    assert_eq!(impurities(&[], &source("server/crates/sync/src/a.rs", in_comment)).len(), 0);
}

#[test]
fn test_files_are_left_out_and_no_others() {
    let sources = vec![
        Text::new("server/crates/sync/src/lib.rs", "#[cfg(test)]\nmod testing;\nmod other;\n"),
        Text::new("server/crates/sync/src/testing.rs", "fn a() { std::fs::read(); }"),
        Text::new("server/crates/sync/src/other.rs", "fn a() { std::fs::read(); }"),
    ];
    let left: Vec<String> = without_test_files(sources).into_iter().map(|source| source.path).collect();
    assert_eq!(left, ["server/crates/sync/src/lib.rs", "server/crates/sync/src/other.rs"]);
}

#[test]
fn names_in_the_wrong_room() {
    let cases = [
        ("server/crates/ide/src/hover.rs", "use tower_lsp::lsp_types::Hover;", 2),
        ("server/crates/lsp/src/hover.rs", "use tower_lsp::lsp_types::Hover;", 0),
        ("server/crates/sync/src/a.rs", "text.encode_utf16().count()", 1),
        ("server/crates/ide/src/hover.rs", "source.position(at, Encoding::Utf16)", 1),
        ("server/src/report/json.rs", "source.position(at, Encoding::Utf16)", 0),
        ("server/crates/lsp/src/engine.rs", "use notify::Watcher;", 1),
        ("server/crates/lsp/src/engine.rs", "std::fs::write(path, text)?;", 1),
        ("server/crates/status/src/write.rs", "std::fs::write(path, text)?;", 0),
        ("server/crates/status/src/model.rs", "std::fs::write(path, text)?;", 1),
        ("server/src/commands/check.rs", "std::fs::read(path)", 1),
        ("server/crates/workspace/src/read.rs", "File::open(path)", 0),
        ("server/crates/lsp/src/engine.rs", "outbox.notify(message); my_notify::send();", 0),
    ];
    for (path, text, expected) in cases {
        let found: usize = KEPT.iter().map(|kept| misplaced(kept, &source(path, text)).len()).sum();
        assert_eq!(found, expected, "{path}: {text}");
    }
}

#[test]
fn locks() {
    let locks = "fs2::FileExt::lock(&file)?;";
    let one = Text::new("server/crates/status/src/lock.rs", locks);
    let other = Text::new("server/crates/status/src/store.rs", locks);
    assert_eq!(loose_locks(&[], &[one, other]).len(), 1);
    let imported = Text::new("server/crates/status/src/lock.rs", "use fs2::FileExt;\nfile.lock()?;");
    assert_eq!(loose_locks(&[], &[imported]).len(), 1);
    assert_eq!(loose_locks(&manifest("sidecar", "fs2.workspace = true"), &[]).len(), 1);
}

#[test]
fn rules() {
    let whole = "code: \"TM103\", page: include_str!(\"docs/rules/TM103.md\") #[test]";
    let rule = |text: &str| [Text::new("server/crates/sync/src/rules/tm103.rs", text)];
    let page = |name: &str, text: &str| [Text::new(&format!("docs/rules/{name}.md"), text)];
    let registry = "&tm103::RULE,";
    let good = page("TM103", "# TM103: ticked-not-completed");
    assert_eq!(rules_without_page(&rule(whole), registry, &good).len(), 0);
    assert_eq!(rules_without_page(&rule(&whole.replace("code", "")), registry, &good).len(), 1);
    assert_eq!(rules_without_page(&rule(&whole.replace("docs", "")), registry, &good).len(), 1);
    assert_eq!(rules_without_page(&rule(&whole.replace("#[test]", "")), registry, &good).len(), 1);
    assert_eq!(rules_without_page(&rule(whole), "", &good).len(), 1);
    assert_eq!(rules_without_page(&rule(whole), registry, &page("TM103", "ticked")).len(), 1);
    assert_eq!(rules_without_page(&rule(whole), registry, &page("TM999", "# TM999: x")).len(), 1);
}

#[test]
fn lints() {
    let root = |text: &str| Text::new("Cargo.toml", text);
    let lints = "[workspace.lints.clippy]\nprint_stdout = \"warn\"\nprint_stderr = \"warn\"\nunwrap_used = \"warn\"\ndbg_macro = \"warn\"\ntodo = \"warn\"\n";
    assert_eq!(slack_manifests(&root(lints), &[]).len(), 0);
    assert_eq!(
        slack_manifests(&root(&lints.replace("print_stdout = \"warn\"", "print_stdout = \"allow\"")), &[])
            .len(),
        1
    );
    assert_eq!(
        slack_manifests(&root(&format!("{lints}[profile.release]\npanic = \"abort\"\n")), &[]).len(),
        1
    );
    assert_eq!(slack_manifests(&root(lints), &manifest("plan", "")).len(), 1);
}
