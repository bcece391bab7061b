//! From a plan to its status.json. The order is that of `docs/formats.md`.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use tallymark_plan::Plan;
use tallymark_status::{Format, Status};

use crate::{Repository, Settings, layouts, relative};

/// The one name that a status file has, unless the settings say otherwise.
const STATUS_FILE: &str = "status.json";

/// The folder of ours in the one that all work trees of a Git repository share.
const SHARED_FOLDER: &str = "tallymark";

/// Where a plan's status.json is, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The first that exists, a status.json or what another program keeps; where `init` would write it if none does.
    pub path: PathBuf,
    /// Where a status.json is, or where `init` would write it.
    pub own: PathBuf,
    /// Which of several lists in the file is the plan's, where it holds several.
    pub list: Option<String>,
    /// Whether it exists.
    pub exists: bool,
    /// What led there.
    pub by: LocatedBy,
    /// Another one that exists too.
    pub other: Option<PathBuf>,
    /// Every path that could hold it, best first: what has to be watched.
    pub candidates: Vec<PathBuf>,
    /// Whether the plan's Output lies under `plan-outputs/`, so that a status.json is expected.
    pub expected: bool,
}

/// What led to a status.json.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LocatedBy {
    /// The settings' map.
    Settings,
    /// The settings' `location = "git-common-dir"`: one for all work trees.
    Shared,
    /// The plan's `**Output:**`.
    Output,
    /// `docs/plan-outputs/<stem>/`, or its archive.
    Convention,
    /// Beside the plan.
    Beside,
    /// Where another program has its own: Task Master, Kiro, BMAD, beads.
    Layout,
}

impl Located {
    /// The real path of the plan's status.json, if it is there and not another program's: no two plans may have the same.
    pub fn own_file(&self) -> Option<PathBuf> {
        (self.exists && self.own == self.path).then(|| self.path.canonicalize().ok()).flatten()
    }

    /// Of what the file holds, what is about the plan.
    pub fn of_plan(&self, status: Arc<Status>) -> Arc<Status> {
        status.of_list(self.list.as_deref())
    }
}

/// Finds the status.json of the plan at `plan_path` (absolute): the first candidate that exists. The candidates: what the
/// settings name, in the folder that all work trees share if they ask for that, the plan's Output from the root and from the plan's folder, `docs/plan-outputs/<stem>/` and
/// `docs/plan-outputs/archive/<stem>/`, and the plan's own folder. Without any of them, what other programs keep for it.
pub fn locate_status(root: &Path, plan_path: &Path, plan: &Plan, settings: &Settings) -> Located {
    let plan_relative = relative(root, plan_path);
    let folder = plan_path.parent().unwrap_or(root);
    let stem = plan_path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut found = Candidates { root, folder, list: Vec::with_capacity(6) };

    let mut list = None;
    if let Some(path) = settings.status_path(&plan_relative) {
        let (path, name) = split_list(&path);
        list = name.map(str::to_owned);
        found.push(root, &from_home(path), LocatedBy::Settings);
    }
    if settings.shares_status(&plan_relative)
        && let Some(repository) = Repository::of(root)
    {
        let plan = plan_path.strip_prefix(&repository.top).unwrap_or(Path::new(&stem)).with_extension("");
        let folder = repository.common.join(SHARED_FOLDER).join(plan);
        found.push(&folder, STATUS_FILE, LocatedBy::Shared);
    }
    let output = plan.output.map(|span| output_path(plan.slice(span))).filter(|output| !output.is_empty());
    let expected = output.as_deref().is_some_and(lies_under_plan_outputs);
    if let Some(output) = &output {
        found.push(root, output, LocatedBy::Output);
        found.push(folder, output, LocatedBy::Output);
    }
    for outputs in ["docs/plan-outputs", "docs/plan-outputs/archive"] {
        found.push(root, &format!("{outputs}/{stem}/{STATUS_FILE}"), LocatedBy::Convention);
    }
    let siblings = is_of_sibling(&folder.join(STATUS_FILE), plan_path);
    if !siblings {
        found.push(folder, STATUS_FILE, LocatedBy::Beside);
    }

    let existing: Vec<usize> = (0..found.list.len()).filter(|&at| exists(&found.list[at].0)).collect();
    let new = || {
        // Where a new one belongs: an Output may name a product folder, and the convention is one of `docs/plans`.
        let conventional = siblings || plan_relative.starts_with("docs/plans/");
        found
            .list
            .iter()
            .position(|(_, by)| match by {
                LocatedBy::Settings => !is_foreign(&found.list[0].0),
                LocatedBy::Shared | LocatedBy::Beside | LocatedBy::Layout => true,
                LocatedBy::Output => expected,
                LocatedBy::Convention => conventional,
            })
            .unwrap_or(found.list.len() - 1)
    };
    let chosen = existing.first().copied().unwrap_or_else(new);
    let named = found.list[0].1 == LocatedBy::Settings;
    let own = match existing.first() {
        Some(&at) if !is_foreign(&found.list[at].0) => at,
        _ => new(),
    };
    let own = found.list[own].0.clone();
    let list = list.or_else(|| Some(stem.clone()));
    let mut candidates: Vec<PathBuf> = found.list.iter().map(|(path, _)| path.clone()).collect();
    if existing.is_empty() && !named {
        let (other, looked_at) = layouts::find(root, plan_path, plan);
        candidates.extend(looked_at);
        if let Some((path, _)) = other {
            let by = LocatedBy::Layout;
            return Located { path, own, list, exists: true, by, other: None, candidates, expected };
        }
    }
    let real = |at: usize| found.list[at].0.canonicalize().ok();
    let other = existing.get(1..).unwrap_or_default().iter().find(|&&at| real(at) != real(chosen));
    Located {
        path: found.list[chosen].0.clone(),
        own,
        list,
        exists: !existing.is_empty(),
        by: found.list[chosen].1,
        other: other.map(|&at| found.list[at].0.clone()),
        candidates,
        expected,
    }
}

/// Paths that may hold a plan's status.json, each once.
struct Candidates<'a> {
    root: &'a Path,
    folder: &'a Path,
    list: Vec<(PathBuf, LocatedBy)>,
}

impl Candidates<'_> {
    /// Adds a path from `base`, unless it leads out of both the root and the plan's folder: a plan from elsewhere must not
    /// make a command write where nobody expects it. What the settings name is free.
    fn push(&mut self, base: &Path, path: &str, by: LocatedBy) {
        let path = normal(&base.join(path));
        let inside = path.starts_with(self.root) || path.starts_with(self.folder);
        if (inside || matches!(by, LocatedBy::Settings | LocatedBy::Shared))
            && !self.list.iter().any(|(known, _)| *known == path)
        {
            self.list.push((path, by));
        }
    }
}

/// Whether the status.json beside a plan is that of another plan in the same folder, as its `planPath` says. Elsewhere
/// `planPath` decides nothing: it is stale wherever a plan was moved with its status.json. But where several plans lie in one
/// folder, only one of them can have the file beside them, and a mark for one must not land on another's task.
fn is_of_sibling(status: &Path, plan_path: &Path) -> bool {
    // It stands in the head, before the tasks.
    const HEAD: u64 = 16 * 1024;
    let mut head = Vec::new();
    let read = std::fs::File::open(status).and_then(|file| match file.metadata()?.is_file() {
        true => file.take(HEAD).read_to_end(&mut head),
        false => Ok(0),
    });
    if read.is_err() {
        return false;
    }
    let head = String::from_utf8_lossy(&head);
    let value = head.split_once("\"planPath\"").and_then(|(_, rest)| rest.trim_start().strip_prefix(':'));
    let Some(value) = value else { return false };
    let mut values = serde_json::Deserializer::from_str(value).into_iter::<String>();
    let Some(Ok(named)) = values.next() else { return false };
    let Some(name) = named.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()) else { return false };
    plan_path.file_name().is_some_and(|own| own != name)
        && status.with_file_name(name).is_file()
        && named.rsplit(['/', '\\']).nth(1).is_none_or(|folder| {
            // The folder of the same name, where it names one.
            status.parent().and_then(Path::file_name).is_some_and(|own| own == folder)
        })
}

/// A path of the settings without the name of a list behind `#`: `.taskmaster/tasks/tasks.json#next`.
fn split_list(path: &str) -> (&str, Option<&str>) {
    match path.split_once('#') {
        Some((path, list)) if !list.is_empty() => (path, Some(list)),
        _ => (path, None),
    }
}

/// A path with the home folder for `~`.
fn from_home(path: &str) -> String {
    let home = || std::env::var("HOME").or_else(|_| std::env::var("USERPROFILE")).ok();
    match path.strip_prefix("~/").zip(home()) {
        Some((rest, home)) => format!("{}/{rest}", home.trim_end_matches(['/', '\\'])),
        None => path.to_owned(),
    }
}

/// Whether a path that the settings name is another program's, by its name: no status.json is made there.
fn is_foreign(path: &Path) -> bool {
    path.is_dir() || Format::of(&path.to_string_lossy().replace('\\', "/"), "") != Format::StatusJson
}

/// The status file that an Output names, as a relative path with `/`: the folder's, or the JSON file itself.
fn output_path(output: &str) -> String {
    let output = output.trim().trim_matches('`').replace('\\', "/");
    let output = output.trim_start_matches('/').trim_end_matches('/');
    if output.is_empty() || output.contains("://") || output.contains('\0') {
        String::new()
    } else if output.ends_with(".json") {
        output.to_owned()
    } else {
        format!("{output}/{STATUS_FILE}")
    }
}

fn lies_under_plan_outputs(output: &str) -> bool {
    output.split('/').rev().skip(1).any(|part| part == "plan-outputs")
}

/// The path without `.` and `..`, by its words alone.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            part => result.push(part),
        }
    }
    result
}

/// Whether something is there, be it readable or not.
fn exists(path: &Path) -> bool {
    match path.try_exists() {
        Ok(exists) => exists,
        Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tallymark_text::{Source, Span};

    use super::*;

    /// A root with files, and the plan `docs/plans/fix.md` with an Output.
    struct Case {
        folder: tempfile::TempDir,
        output: &'static str,
        settings: &'static str,
    }

    fn case(output: &'static str, files: &[&str]) -> Case {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        }
        Case { folder, output, settings: "" }
    }

    impl Case {
        fn locate(&self, plan_path: &str) -> Located {
            let root = self.folder.path();
            std::fs::write(root.join("tallymark.toml"), self.settings).unwrap();
            let (settings, problems) = Settings::load(root);
            assert_eq!(problems, []);
            let source = Arc::new(Source::new(self.output));
            let mut plan = tallymark_plan::parse(source, tallymark_plan::Options::default());
            plan.output = (!self.output.is_empty()).then(|| Span::new(0, self.output.len()));
            locate_status(root, &root.join(plan_path), &plan, &settings)
        }

        fn path(&self, located: &Path) -> String {
            relative(self.folder.path(), located)
        }
    }

    #[test]
    fn the_output_is_looked_for_from_the_root_and_then_from_the_plans_folder() {
        let case = case("../out", &["docs/out/status.json"]);
        let located = case.locate("docs/plans/fix.md");
        assert_eq!(
            (case.path(&located.path).as_str(), located.by),
            ("docs/out/status.json", LocatedBy::Output)
        );
        assert!(located.exists && !located.expected);
    }

    #[test]
    fn the_convention_comes_before_the_archive_and_the_plans_own_folder() {
        let case = case("", &["docs/plan-outputs/archive/fix/status.json", "docs/plans/status.json"]);
        let located = case.locate("docs/plans/fix.md");
        assert_eq!(case.path(&located.path), "docs/plan-outputs/archive/fix/status.json");
        assert_eq!(case.path(&located.other.unwrap()), "docs/plans/status.json");
    }

    #[test]
    fn the_settings_map_wins() {
        let mut case =
            case("docs/plan-outputs/fix/", &["docs/plan-outputs/fix/status.json", "state/fix.json"]);
        case.settings = "[status]\nmap = { \"docs/plans/*.md\" = \"state/{stem}.json\" }\n";
        let located = case.locate("docs/plans/fix.md");
        assert_eq!((case.path(&located.path).as_str(), located.by), ("state/fix.json", LocatedBy::Settings));
        assert_eq!(case.path(&located.other.unwrap()), "docs/plan-outputs/fix/status.json");
    }

    #[test]
    fn the_file_beside_two_plans_is_of_the_one_that_it_names() {
        let case = case("", &["docs/notes/status.json", "docs/notes/kettle.md", "docs/notes/toaster.md"]);
        let root = case.folder.path();
        let named = |path: &str| {
            let text = format!("{{ \"planPath\": \"{path}\", \"tasks\": [] }}");
            std::fs::write(root.join("docs/notes/status.json"), text).unwrap();
        };
        named("docs/notes/kettle.md");
        let kettle = case.locate("docs/notes/kettle.md");
        assert_eq!((case.path(&kettle.path).as_str(), kettle.exists), ("docs/notes/status.json", true));
        let toaster = case.locate("docs/notes/toaster.md");
        assert_eq!(case.path(&toaster.path), "docs/plan-outputs/toaster/status.json");
        assert!(!toaster.exists);
        // A stale name is of no plan that is there.
        named("docs/plans/moved.md");
        assert!(case.locate("docs/notes/toaster.md").exists);
    }

    #[test]
    fn one_file_under_two_names_is_one() {
        let case = case("docs/plan-outputs/./fix", &["docs/plan-outputs/fix/status.json"]);
        assert_eq!(case.locate("docs/plans/fix.md").other, None);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_same_file_is_no_second_one() {
        let case = case("", &["docs/plan-outputs/fix/status.json", "docs/plans/x"]);
        let root = case.folder.path();
        std::os::unix::fs::symlink(
            root.join("docs/plan-outputs/fix/status.json"),
            root.join("docs/plans/status.json"),
        )
        .unwrap();
        assert_eq!(case.locate("docs/plans/fix.md").other, None);
    }

    #[test]
    fn a_new_one_goes_where_its_kind_of_plan_has_it() {
        let at = |output, plan| {
            let case = case(output, &[]);
            let located = case.locate(plan);
            assert!(!located.exists);
            case.path(&located.path)
        };
        assert_eq!(at("docs/plan-outputs/x/", "docs/plans/fix.md"), "docs/plan-outputs/x/status.json");
        assert_eq!(at("src/product/", "docs/plans/fix.md"), "docs/plan-outputs/fix/status.json");
        assert_eq!(at("", "docs/plans/fix.md"), "docs/plan-outputs/fix/status.json");
        assert_eq!(at("src/product/", "specs/1/tasks.md"), "specs/1/status.json");
        assert_eq!(at("", "specs/1/tasks.md"), "specs/1/status.json");
    }

    #[test]
    fn an_output_that_leads_out_of_the_workspace_is_not_followed() {
        let case = case("../../../../../../etc", &[]);
        for candidate in case.locate("docs/plans/fix.md").candidates {
            assert!(candidate.starts_with(case.folder.path()), "{candidate:?}");
        }
    }

    #[test]
    fn odd_outputs_name_nothing() {
        assert_eq!(output_path(" / "), "");
        assert_eq!(output_path("https://example.org/x"), "");
        assert_eq!(output_path("`a\\b/`"), "a/b/status.json");
        assert_eq!(output_path("a/own.json"), "a/own.json");
        assert!(lies_under_plan_outputs("docs/plan-outputs/x/status.json"));
        assert!(!lies_under_plan_outputs("plan-outputs"));
    }
}
