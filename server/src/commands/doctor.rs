//! `tallymark doctor`.

use std::path::Path;

use clap::Args;
use rayon::prelude::*;
use serde::Serialize;
use tallymark_workspace::{Loaded, LocatedBy, discover, load_if_plan, read_bytes};

use crate::arguments::VERSION;
use crate::exit::{Exit, Failure};
use crate::output::{Output, STRONG, WARNING, harmless};
use crate::report::{SCHEMA_VERSION, counted};
use crate::session::{Session, Workspace};

/// More plans than this are only counted where people read.
const MOST_PLANS: usize = 40;

/// A limit of the system's is a number on one line.
const LIMIT_BYTES: u64 = 4096;

/// Show what a bug report needs: version, plans and their status files, settings, limits of the system
///
/// Paths are shown, texts of plans are not.
#[derive(Args)]
pub struct Doctor {
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// All that a bug report needs.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnosis {
    schema_version: u32,
    version: &'static str,
    /// The program that runs.
    executable: Option<String>,
    /// `linux x86_64`
    platform: String,
    /// The root of the workspace.
    root: String,
    settings: Settings,
    /// Variables that change what Tallymark does, as they are set.
    environment: Vec<Setting>,
    plans: Vec<Plan>,
    /// Files that may be plans: so many were looked at.
    files_looked_at: usize,
    /// What could not be read, and why.
    problems: Vec<String>,
    /// What the system allows of watching; empty where it does not say.
    limits: Vec<Limit>,
}

/// The settings file, and what stands in it; all else has its default, or is as the editor's settings say.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Settings {
    /// Null if there is none.
    file: Option<String>,
    /// The lines that set something, each with its number from one.
    lines: Vec<(usize, String)>,
    /// What is wrong in it.
    problems: Vec<String>,
}

/// A name and its value.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Setting {
    name: String,
    value: String,
}

/// A plan.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Plan {
    path: String,
    dialect: &'static str,
    tasks: usize,
    findings: usize,
    /// Where its status.json is, or would be.
    status: String,
    /// Whether it is there.
    exists: bool,
    /// Whether it can be read; without one there is nothing that could not.
    readable: bool,
    /// What led there.
    by: &'static str,
}

/// A limit of the system.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Limit {
    name: &'static str,
    value: u64,
}

impl Doctor {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let diagnosis = diagnose(session);
        session.answer(self.json, Ok(diagnosis), text)
    }
}

fn diagnose(session: &Session) -> Diagnosis {
    let workspace = session.workspace(session.root_of(&session.folder));
    let found = discover(&workspace.root, &[], &workspace.settings);
    let read: Vec<_> = found
        .plans
        .par_iter()
        .map(|path| load_if_plan(&workspace.root, path, &workspace.settings, Some(session.now)))
        .collect();
    let mut problems: Vec<String> =
        found.problems.iter().map(|(path, why)| format!("{}: {why}", session.shown(path))).collect();
    let mut plans = Vec::new();
    for loaded in read {
        match loaded {
            Ok(Some(loaded)) => plans.push(plan(session, &loaded)),
            Ok(None) => {}
            Err(error) => problems.push(error.to_string()),
        }
    }
    let mut environment: Vec<Setting> = std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .filter(|(name, _)| name.starts_with("TALLYMARK_") || name == "NO_COLOR")
        .map(|(name, value)| Setting { name, value })
        .collect();
    environment.sort_by(|a, b| a.name.cmp(&b.name));
    Diagnosis {
        schema_version: SCHEMA_VERSION,
        version: VERSION,
        executable: std::env::current_exe().ok().map(|path| path.display().to_string()),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        root: workspace.root.display().to_string(),
        settings: settings(session, &workspace),
        environment,
        plans,
        files_looked_at: found.looked_at,
        problems,
        limits: limits(),
    }
}

fn settings(session: &Session, workspace: &Workspace) -> Settings {
    let text = workspace.settings.source.as_ref().map_or("", |source| source.text());
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let sets = |(_, line): &(usize, &str)| !line.is_empty() && !line.starts_with('#');
    Settings {
        file: workspace.settings.file.as_deref().map(|path| session.shown(path)),
        lines: lines.filter(sets).map(|(number, line)| (number, line.to_owned())).collect(),
        problems: workspace
            .problems
            .iter()
            .map(|(message, line, column)| format!("{line}:{column}: {message}"))
            .collect(),
    }
}

fn plan(session: &Session, loaded: &Loaded) -> Plan {
    let (joined, located) = (&loaded.analysis.joined, &loaded.located);
    Plan {
        path: session.shown(&loaded.path),
        dialect: joined.plan.dialect.name(),
        tasks: joined.plan.tasks.len(),
        findings: loaded.analysis.findings.len(),
        status: session.shown(&located.path),
        exists: located.exists,
        readable: !located.exists || joined.status().is_some(),
        by: match located.by {
            LocatedBy::Settings => "settings",
            LocatedBy::Shared => "shared by all work trees",
            LocatedBy::Output => "the plan's Output",
            LocatedBy::Convention => "convention",
            LocatedBy::Beside => "beside the plan",
            LocatedBy::Layout => "another program's layout",
        },
    }
}

/// What Linux allows of watching files; other systems have no such files.
fn limits() -> Vec<Limit> {
    ["max_user_watches", "max_user_instances", "max_queued_events"]
        .into_iter()
        .filter_map(|name| {
            let bytes = read_bytes(&Path::new("/proc/sys/fs/inotify").join(name), LIMIT_BYTES).ok()?;
            let value = std::str::from_utf8(&bytes).ok()?.trim().parse().ok()?;
            Some(Limit { name, value })
        })
        .collect()
}

fn text(output: &Output, diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        let gap = " ".repeat(12_usize.saturating_sub(name.len()));
        text.push_str(&format!("{}{gap}{}\n", output.styled(STRONG, name), harmless(value)));
    };
    row("version", diagnosis.version);
    row("program", diagnosis.executable.as_deref().unwrap_or("unknown"));
    row("platform", &diagnosis.platform);
    row("root", &diagnosis.root);
    for setting in &diagnosis.environment {
        row("environment", &format!("{}={}", setting.name, setting.value));
    }
    for limit in &diagnosis.limits {
        row("inotify", &format!("{} {}", limit.name, limit.value));
    }
    row("settings", diagnosis.settings.file.as_deref().unwrap_or("no tallymark.toml, the defaults"));
    for (number, line) in &diagnosis.settings.lines {
        row("", &format!("  {number}: {line}"));
    }
    let looked_at = counted(diagnosis.files_looked_at, "file", "files");
    row("plans", &format!("{} of {looked_at} looked at", diagnosis.plans.len()));
    for plan in diagnosis.plans.iter().take(MOST_PLANS) {
        let state = match (plan.exists, plan.readable) {
            (true, true) => "",
            (true, false) => ", cannot be read",
            (false, _) => ", not there",
        };
        row(
            "",
            &format!(
                "  {} ({}, {}, {}): {} ({}{state})",
                plan.path,
                plan.dialect,
                counted(plan.tasks, "task", "tasks"),
                counted(plan.findings, "finding", "findings"),
                plan.status,
                plan.by,
            ),
        );
    }
    if diagnosis.plans.len() > MOST_PLANS {
        row("", &format!("  and {} more", diagnosis.plans.len() - MOST_PLANS));
    }
    for problem in diagnosis.settings.problems.iter().chain(&diagnosis.problems) {
        let line = format!("problem     {}", harmless(problem));
        text.push_str(&format!("{}\n", output.styled(WARNING, &line)));
    }
    text
}
