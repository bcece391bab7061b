//! The settings as one source says them, each checked, each absent where the source is silent.

use std::collections::HashMap;
use std::time::Duration;

use globset::{Glob, GlobBuilder};
use tallymark_plan::Dialect;
use tallymark_sync::{Boxes, Bullet, Format, Limits, Severity, rules};

use crate::nearest;

/// What one source (the command line, the file, the editor) says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Which files may be plans, by their path from the root.
    pub include: Option<Vec<Glob>>,
    /// Which of those are none.
    pub exclude: Option<Vec<Glob>>,
    /// The dialects of files, by their path from the root; the first that matches holds.
    pub dialects: Vec<(Glob, Dialect)>,
    /// Where the status files of plans are, by the plan's path from the root; the first that matches holds.
    pub status_map: Vec<(Glob, String)>,
    /// Where the status files of all other plans are.
    pub status_location: Option<String>,
    /// What the boxes mean.
    pub boxes: Option<Boxes>,
    /// Rules with another severity than their own; `None` is off.
    pub rules: HashMap<&'static str, Option<Severity>>,
    /// From which severity on `check` fails.
    pub fail_on: Option<FailOn>,
    /// The baseline that `check` hides known findings by, from the root.
    pub baseline: Option<String>,
    /// How often and how long.
    pub limits: LimitValues,
    /// What formatting does to plans.
    pub format: FormatValues,
    /// Whether monitoring files are looked at.
    pub monitoring: Option<bool>,
    /// Where they are looked for beside the usual places.
    pub monitoring_paths: Option<Vec<MonitoringPath>>,
}

/// Where the settings say that monitoring files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonitoringPath {
    /// The folder, from the root or absolute, with `/`: as much of the glob as names one.
    pub folder: String,
    /// The rest of it.
    pub glob: String,
}

/// How often and how long, as one source says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitValues {
    /// So often failed tasks are tried again.
    pub retries: Option<u32>,
    /// The wait before the first retry.
    pub backoff: Option<Duration>,
    /// How long a task shows no sign of life until it is stuck.
    pub stuck: Option<Duration>,
    /// How long another program's lock goes unrefreshed until it counts as a dead one's.
    pub foreign_stale: Option<Duration>,
    /// How long to wait for a lock.
    pub lock_wait: Option<Duration>,
    /// How long a process of Gadugi may go without a heartbeat.
    pub gadugi_heartbeat: Option<Duration>,
    /// How long an orchestrator of dev_workflow may.
    pub dev_workflow_heartbeat: Option<Duration>,
    /// How long all others may be silent, agents' streams above all.
    pub silent: Option<Duration>,
}

/// Node writers refresh their lock every five seconds or so: one that was silent for less than this may well be alive.
pub(super) const SHORTEST_FOREIGN_STALE: Duration = Duration::from_secs(10);

/// From which severity on `check` fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// No finding makes it fail.
    Never,
    /// A finding of this severity or above does.
    At(Severity),
}

impl Default for FailOn {
    fn default() -> Self {
        FailOn::At(Severity::Warning)
    }
}

impl FailOn {
    /// Whether a finding of this severity makes `check` fail.
    pub fn fails(self, severity: Severity) -> bool {
        matches!(self, FailOn::At(least) if severity >= least)
    }

    /// The one of a name: a severity, or `never`.
    ///
    /// # Errors
    /// Another word; the names, for a person.
    pub fn from_name(name: &str) -> Result<Self, String> {
        match Severity::from_name(name) {
            Some(severity) => Ok(FailOn::At(severity)),
            None if name == "never" => Ok(FailOn::Never),
            None => Err(unknown("level", name, &["error", "warning", "information", "hint", "never"])),
        }
    }
}

impl Values {
    /// These, and where they are silent, `weaker`. In lists, where the first that matches holds, these come first.
    #[must_use]
    pub(crate) fn or(self, weaker: Values) -> Values {
        let mut merged = Values {
            include: self.include.or(weaker.include),
            exclude: self.exclude.or(weaker.exclude),
            dialects: self.dialects,
            status_map: self.status_map,
            status_location: self.status_location.or(weaker.status_location),
            boxes: self.boxes.or(weaker.boxes),
            rules: weaker.rules,
            fail_on: self.fail_on.or(weaker.fail_on),
            baseline: self.baseline.or(weaker.baseline),
            limits: self.limits.or(weaker.limits),
            format: self.format.or(weaker.format),
            monitoring: self.monitoring.or(weaker.monitoring),
            monitoring_paths: self.monitoring_paths.or(weaker.monitoring_paths),
        };
        merged.dialects.extend(weaker.dialects);
        merged.status_map.extend(weaker.status_map);
        merged.rules.extend(self.rules);
        merged
    }
}

/// What formatting does to plans, as one source says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatValues {
    /// One blank around boxes, and a small `x`.
    pub marks: Option<bool>,
    /// One bullet for all tasks.
    pub bullets: Option<Bullet>,
    /// Ids are counted through.
    pub renumber: Option<bool>,
}

impl FormatValues {
    /// These, and where they are silent, `weaker`.
    fn or(self, weaker: FormatValues) -> FormatValues {
        FormatValues {
            marks: self.marks.or(weaker.marks),
            bullets: self.bullets.or(weaker.bullets),
            renumber: self.renumber.or(weaker.renumber),
        }
    }

    /// What holds with the defaults: nothing.
    pub(super) fn format(self) -> Format {
        Format {
            marks: self.marks.unwrap_or(false),
            bullets: self.bullets,
            renumber: self.renumber.unwrap_or(false),
        }
    }
}

impl LimitValues {
    /// These, and where they are silent, `weaker`.
    fn or(self, weaker: LimitValues) -> LimitValues {
        LimitValues {
            retries: self.retries.or(weaker.retries),
            backoff: self.backoff.or(weaker.backoff),
            stuck: self.stuck.or(weaker.stuck),
            foreign_stale: self.foreign_stale.or(weaker.foreign_stale),
            lock_wait: self.lock_wait.or(weaker.lock_wait),
            gadugi_heartbeat: self.gadugi_heartbeat.or(weaker.gadugi_heartbeat),
            dev_workflow_heartbeat: self.dev_workflow_heartbeat.or(weaker.dev_workflow_heartbeat),
            silent: self.silent.or(weaker.silent),
        }
    }

    /// What holds with the defaults.
    pub(super) fn limits(self) -> Limits {
        let default = Limits::default();
        Limits {
            retries: self.retries.unwrap_or(default.retries),
            backoff: self.backoff.map_or(default.backoff, milliseconds),
            stuck: self.stuck.map_or(default.stuck, milliseconds),
        }
    }

    /// How long somebody who is said to be at work may be silent, with the defaults.
    pub(super) fn live(self) -> tallymark_live::Limits {
        let default = tallymark_live::Limits::default();
        tallymark_live::Limits {
            gadugi: self.gadugi_heartbeat.map_or(default.gadugi, milliseconds),
            dev_workflow: self.dev_workflow_heartbeat.map_or(default.dev_workflow, milliseconds),
            silent: self.silent.map_or(default.silent, milliseconds),
            tool: self.stuck.map_or(default.tool, milliseconds),
        }
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// A span of time: a whole number with its unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = match text[digits..].trim_start() {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" | "min" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let milliseconds = text[..digits].parse::<u64>().ok().zip(unit).and_then(|(n, unit)| n.checked_mul(unit));
    milliseconds
        .map(Duration::from_millis)
        .ok_or_else(|| format!("`{text}` is no time: write a whole number and ms, s, m or h, as in \"90s\""))
}

/// A glob over paths from the root: `*` stays in its folder, `**` does not, a pattern without `/` holds in every folder,
/// and one that ends with `/` for everything below.
pub(super) fn glob(pattern: &str) -> Result<Glob, String> {
    let trimmed = pattern.strip_prefix("./").unwrap_or(pattern);
    let mut whole = String::with_capacity(trimmed.len() + 5);
    if !trimmed.contains('/') {
        whole.push_str("**/");
    }
    whole.push_str(trimmed.trim_start_matches('/'));
    if trimmed.ends_with('/') {
        whole.push_str("**");
    }
    GlobBuilder::new(&whole)
        .literal_separator(true)
        .build()
        .map_err(|error| format!("`{pattern}` is no glob: {}", error.kind()))
}

/// A glob over monitoring files. What names a folder is cut off it: that is what is watched, and it may lie anywhere.
pub(crate) fn monitoring_path(pattern: &str) -> Result<MonitoringPath, String> {
    let path = pattern.replace('\\', "/");
    if path.trim_matches('/').is_empty() {
        return Err("the path is empty".to_owned());
    }
    let is_glob = |name: &str| name.contains(['*', '?', '[', '{']);
    let names: Vec<&str> = path.split('/').collect();
    // The last name is the file's.
    let first = names.iter().position(|name| is_glob(name)).unwrap_or(usize::MAX).min(names.len() - 1);
    let (folder, glob) = (names[..first].join("/"), names[first..].join("/"));
    if names[first..].contains(&"..") {
        return Err(format!("`{pattern}` leads out of a folder that is not named"));
    }
    // What begins with a slash is a folder of the disk, also if it is the topmost.
    let folder = if first == 1 && folder.is_empty() { "/".to_owned() } else { folder };
    let glob = if glob.is_empty() { "**".to_owned() } else { glob };
    GlobBuilder::new(&glob)
        .literal_separator(true)
        .build()
        .map_err(|error| format!("`{pattern}` is no glob: {}", error.kind()))?;
    Ok(MonitoringPath { folder, glob })
}

pub(super) fn dialect(name: &str) -> Result<Dialect, String> {
    Dialect::from_name(name).ok_or_else(|| unknown("dialect", name, &Dialect::ALL.map(Dialect::name)))
}

pub(super) fn boxes(name: &str) -> Result<Boxes, String> {
    match name {
        "auto" => Ok(Boxes::Auto),
        "reference" => Ok(Boxes::Reference),
        "mirror" => Ok(Boxes::Mirror),
        _ => Err(unknown("meaning of boxes", name, &["auto", "reference", "mirror"])),
    }
}

pub(super) fn bullet(sign: &str) -> Result<Bullet, String> {
    let bullet = Bullet::ALL.into_iter().find(|bullet| bullet.as_str() == sign);
    bullet.ok_or_else(|| unknown("bullet", sign, &Bullet::ALL.map(Bullet::as_str)))
}

pub(super) fn rule(code_or_name: &str) -> Result<&'static str, String> {
    rules::find(code_or_name).map(|rule| rule.code).ok_or_else(|| {
        let names = rules::RULES.iter().flat_map(|rule| [rule.code, rule.name]);
        let close = nearest(code_or_name, names, 1);
        let hint = close.first().map_or(String::new(), |name| format!("; did you mean `{name}`?"));
        format!("no rule is called `{code_or_name}`{hint}")
    })
}

pub(super) fn severity(name: &str) -> Result<Option<Severity>, String> {
    match Severity::from_name(name) {
        Some(severity) => Ok(Some(severity)),
        None if name == "off" => Ok(None),
        None => Err(unknown("severity", name, &["error", "warning", "information", "hint", "off"])),
    }
}

pub(super) fn file(path: &str) -> Result<String, String> {
    if path.trim().is_empty() { Err("the path is empty".to_owned()) } else { Ok(path.to_owned()) }
}

pub(super) fn location(path: &str) -> Result<String, String> {
    let rest = path.replace("{stem}", "").replace("{folder}", "");
    if path.trim().is_empty() {
        Err("the path is empty".to_owned())
    } else if rest.contains(['{', '}']) {
        Err(format!("`{path}` holds another placeholder than {{stem}} and {{folder}}"))
    } else {
        Ok(path.replace('\\', "/"))
    }
}

/// "no key is called …", with the nearest, or else with all names.
pub(super) fn unknown(what: &str, name: &str, names: &[&str]) -> String {
    match nearest(name, names.iter().copied(), 1).first() {
        Some(close) => format!("no {what} is called `{name}`; did you mean `{close}`?"),
        None => format!("no {what} is called `{name}`; there are `{}`", names.join("`, `")),
    }
}
