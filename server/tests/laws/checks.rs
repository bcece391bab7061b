//! The checks: each gives what breaks a law, in words that say what to do about it.

use std::collections::BTreeMap;

use crate::read::{Text, code, crate_of, dependencies, manifest_of, mentions};

/// Who may name whom, of our own crates. A new crate is entered here and in `docs/architecture.md`.
const ARROWS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("events", &[]),
    ("plan", &["text"]),
    ("status", &["text"]),
    ("live", &["text", "events"]),
    ("sync", &["plan", "status", "live", "events", "text"]),
    ("workspace", &["sync", "plan", "status", "live", "events", "text"]),
    ("ide", &["sync", "plan", "status", "live", "events", "text"]),
    ("sidecar", &["live", "events"]),
    ("lsp", &["ide", "workspace", "sync", "plan", "status", "live", "text", "events"]),
];

/// The crates that are functions of their arguments alone. `status` is one too, but for its store.
const PURE: &[&str] = &["text", "plan", "live", "sync", "ide", "events"];

/// The part of `status` that is not: the store.
const STORE: &[&str] = &[
    "server/crates/status/src/aside.rs",
    "server/crates/status/src/directory.rs",
    "server/crates/status/src/history.rs",
    "server/crates/status/src/holder.rs",
    "server/crates/status/src/lock.rs",
    "server/crates/status/src/network.rs",
    "server/crates/status/src/refresher.rs",
    "server/crates/status/src/restore.rs",
    "server/crates/status/src/store.rs",
    "server/crates/status/src/undo.rs",
    "server/crates/status/src/write.rs",
];

/// Crates from outside that bring a disk, a clock, a network, an executor or an editor with them.
const IMPURE_DEPENDENCIES: &[&str] = &[
    "tokio",
    "notify",
    "ignore",
    "fs2",
    "fs4",
    "tempfile",
    "rustix",
    "tower",
    "tower-lsp",
    "lsp-types",
    "ls-types",
];

/// What pure code does not name.
const IMPURE_NAMES: &[&str] = &[
    "std::fs",
    "fs::",
    "std::net",
    "std::process",
    "std::thread",
    "std::io::std",
    "std::time::SystemTime",
    "std::time::Instant",
    "SystemTime::",
    "Instant::",
    "Timestamp::now",
    "Zoned::now",
    "std::env::",
    "tokio::",
    "notify::",
    "tower_lsp",
    "lsp_types",
    "ls_types",
];

/// A name, and the only places that may write it, beside the store where it is about the disk. A place is a path from the
/// root, or the start of one.
pub const KEPT: &[Kept] = &[
    Kept {
        law: "3 (only `lsp` speaks LSP)",
        names: &["tower_lsp", "lsp_types", "ls_types"],
        places: &["server/crates/lsp/"],
        advice: "give plain data with byte spans, and let `lsp` convert it",
    },
    Kept {
        law: "3 (only `text` computes columns)",
        names: &["len_utf16", "encode_utf16"],
        places: &["server/crates/text/"],
        advice: "keep a byte offset; `lsp` and the command line ask `text` for columns",
    },
    Kept {
        law: "3 (only `lsp` and the command line ask for columns)",
        names: &["Encoding::Utf"],
        places: &["server/crates/text/", "server/crates/lsp/", "server/src/"],
        advice: "keep a byte offset until it is printed or sent",
    },
    Kept {
        law: "5 (only `sidecar` watches)",
        names: &["notify::"],
        places: &["server/crates/sidecar/"],
        advice: "take what the sidecar prints",
    },
    Kept {
        law: "2 (only `workspace` reads plans, status files and settings)",
        names: &["fs::read", "File::open"],
        places: &[
            "server/crates/workspace/",
            "server/crates/sidecar/",
            // To see that nobody else wrote the plan meanwhile.
            "server/src/plan_file.rs",
            // To sync its folder.
            "server/src/whole_file.rs",
            // A batch is neither of them, and may come through a pipe.
            "server/src/commands/batch/lines.rs",
        ],
        advice: "let `workspace` read it, which knows limits, links and encodings",
    },
    Kept {
        law: "4 (one door to status.json)",
        names: &[
            "fs::write",
            "fs::rename",
            "fs::copy",
            "fs::remove",
            "fs::create_dir",
            "File::create",
            ".write(true)",
            ".append(true)",
            ".create(true)",
            ".create_new(true)",
            ".set_len(",
            ".persist(",
            "NamedTempFile",
        ],
        places: &[
            // `check --fix` and marks without a status.json: the plan, whole or not at all.
            "server/src/plan_file.rs",
            // What was found out in a task, beside status.json.
            "server/src/commands/findings/text.rs",
            // .gitattributes and .gitignore.
            "server/src/commands/git.rs",
            // The log, and the recording of a session: appended to as it goes.
            "server/src/commands/lsp.rs",
            // Files of our own: findings, baselines, exports, lines for Git.
            "server/src/whole_file.rs",
            // Git's own temporary file, which Git then puts in its place.
            "server/src/commands/merge_driver.rs",
            // Findings files, which bear the ids of tasks in their names.
            "server/src/commands/renumber/findings.rs",
            // "Treat this file as a plan": tallymark.toml, where no editor has it open.
            "server/crates/lsp/src/commands/treat_as_plan.rs",
        ],
        advice: "status.json goes through `status::Store`, a plan through an edit; a new writer is entered here with its reason",
    },
];

/// A name and where it may stand.
pub struct Kept {
    pub law: &'static str,
    names: &'static [&'static str],
    places: &'static [&'static str],
    advice: &'static str,
}

impl Kept {
    /// Whether the store may write the names too.
    fn is_about_the_disk(&self) -> bool {
        self.names.iter().any(|name| name.starts_with("fs::"))
    }
}

/// Law 1: who names whom.
pub fn broken_arrows(manifests: &[Text]) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut broken = Vec::new();
    for manifest in manifests {
        let name = crate_of(&manifest.path);
        let Some(allowed) = allowed.get(name) else {
            broken.push(format!(
                "{}: a crate that no law knows; enter it in ARROWS and in docs/architecture.md",
                manifest.path
            ));
            continue;
        };
        for dependency in dependencies(manifest) {
            if let Some(ours) = dependency.strip_prefix("tallymark-").filter(|ours| !allowed.contains(ours)) {
                broken.push(format!("{}: `{name}` may not name `{ours}`, only {allowed:?}; move what needs both up to a room that sees both", manifest.path));
            }
        }
    }
    broken
}

/// Each room stands in the page on the house.
pub fn rooms_untold(manifests: &[Text], page: &str) -> Vec<String> {
    let untold = |manifest: &&Text| !page.contains(&format!("`server/crates/{}`", crate_of(&manifest.path)));
    manifests
        .iter()
        .filter(untold)
        .map(|manifest| format!("{}: docs/architecture.md does not say what this room does", manifest.path))
        .collect()
}

/// Law 2: pure crates.
pub fn impurities(manifests: &[Text], sources: &[Text]) -> Vec<String> {
    let pure = |path: &str| {
        let name = crate_of(path);
        PURE.contains(&name) || (name == "status" && path.ends_with(".rs") && !STORE.contains(&path))
    };
    let advice = "pass what it needs in as an argument (`now` in milliseconds, a text, `Facts`)";
    let mut found = Vec::new();
    for manifest in manifests.iter().filter(|manifest| pure(&manifest.path)) {
        for dependency in dependencies(manifest) {
            if IMPURE_DEPENDENCIES.iter().any(|impure| dependency == *impure) {
                found.push(format!("{}: depends on `{dependency}`; {advice}", manifest.path));
            }
        }
    }
    for source in sources.iter().filter(|source| pure(&source.path)) {
        found
            .extend(mentions(source, IMPURE_NAMES).into_iter().map(|mention| format!("{mention}; {advice}")));
    }
    found
}

/// A name that stands where it may not.
pub fn misplaced(kept: &Kept, sources: &[Text]) -> Vec<String> {
    sources
        .iter()
        .filter(|source| !kept.places.iter().any(|place| source.path.starts_with(place)))
        .filter(|source| !(kept.is_about_the_disk() && STORE.contains(&source.path.as_str())))
        .flat_map(|source| mentions(source, kept.names))
        .map(|mention| format!("{mention}; {}", kept.advice))
        .collect()
}

/// Law 6: one module locks, and names the trait in full.
pub fn loose_locks(manifests: &[Text], sources: &[Text]) -> Vec<String> {
    let mut broken = Vec::new();
    for manifest in manifests {
        let depends = dependencies(manifest).iter().any(|name| name == "fs2" || name == "fs4");
        if depends && crate_of(&manifest.path) != "status" {
            broken.push(format!("{}: depends on fs2; ask the store of `status` instead", manifest.path));
        }
    }
    let locking: Vec<&Text> =
        sources.iter().filter(|source| !mentions(source, &["fs2", "fs4"]).is_empty()).collect();
    if locking.len() > 1 {
        let paths: Vec<&str> = locking.iter().map(|source| source.path.as_str()).collect();
        broken.push(format!(
            "{}: locks are taken in more than one module; move them into one",
            paths.join(", ")
        ));
    }
    for source in &locking {
        for (line, text) in code(&source.text) {
            if text.contains("use fs2") || text.contains("use fs4") {
                broken.push(format!("{}:{line}: brings the trait into scope; std has methods of the same names, so write `fs2::FileExt::lock(&file)` in full", source.path));
            }
        }
    }
    for source in sources {
        let methods = [".lock_exclusive(", ".lock_shared(", ".try_lock_exclusive(", ".try_lock_shared("];
        broken.extend(
            mentions(source, &methods)
                .into_iter()
                .map(|mention| format!("{mention}; write `fs2::FileExt::lock(&file)` in full")),
        );
    }
    broken
}

/// Law 7: each rule is one file with one page.
pub fn rules_without_page(rules: &[Text], registry: &str, pages: &[Text]) -> Vec<String> {
    let stem = |text: &Text| {
        let name = text.path.rsplit_once('/').map_or(text.path.as_str(), |(_, name)| name);
        name.split_once('.').map_or(name, |(stem, _)| stem).to_uppercase()
    };
    let is_rule = |stem: &str| {
        stem.len() == 5 && stem.starts_with("TM") && stem[2..].bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut broken = Vec::new();
    let codes: Vec<String> = rules.iter().map(stem).filter(|stem| is_rule(stem)).collect();
    for rule in rules.iter().filter(|rule| is_rule(&stem(rule))) {
        let code = stem(rule);
        let wanted = [
            (format!("code: \"{code}\""), "its code is that of its file"),
            (format!("docs/rules/{code}.md\""), "it includes its page"),
            ("#[test]".to_owned(), "its tests stand in its file"),
        ];
        for (words, law) in wanted {
            if !rule.text.contains(&words) {
                broken.push(format!("{}: lacks `{words}`: {law}", rule.path));
            }
        }
        if !registry.contains(&format!("&{}::RULE", code.to_lowercase())) {
            broken.push(format!("{}: is not in RULES; enter it in rules/mod.rs", rule.path));
        }
    }
    for page in pages {
        let code = stem(page);
        if is_rule(&code) && !codes.contains(&code) {
            broken.push(format!(
                "{}: the page of no rule; write server/crates/sync/src/rules/{}.rs",
                page.path,
                code.to_lowercase()
            ));
        }
        if is_rule(&code) && !page.text.starts_with(&format!("# {code}")) {
            broken.push(format!("{}: begins with its code: `# {code}: name`", page.path));
        }
    }
    broken
}

/// The lints and profiles that the laws lean on.
pub fn slack_manifests(root: &Text, members: &[Text]) -> Vec<String> {
    let document = manifest_of(root);
    let mut broken = Vec::new();
    for lint in ["print_stdout", "print_stderr", "unwrap_used", "dbg_macro", "todo"] {
        let level = document
            .get("workspace")
            .and_then(|table| table.get("lints")?.get("clippy")?.get(lint)?.as_str());
        if !matches!(level, Some("warn" | "deny")) {
            broken.push(format!("{}: the clippy lint `{lint}` is off; stdout belongs to the protocol, and a panic ends a server", root.path));
        }
    }
    if root.text.lines().any(|line| line.trim_start().starts_with("panic") && line.contains("abort")) {
        broken.push(format!("{}: a profile aborts on panic; the guard answers a panicking request with an error, and lives on", root.path));
    }
    for member in members {
        let lints = manifest_of(member).get("lints").and_then(|table| table.get("workspace")?.as_bool());
        if lints != Some(true) {
            broken.push(format!("{}: write `[lints] workspace = true`", member.path));
        }
    }
    broken
}
