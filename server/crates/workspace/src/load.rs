//! One plan with all that belongs to it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tallymark_plan::Plan;
use tallymark_status::Status;
use tallymark_sync::{Analysis, Facts, rules};
use tallymark_text::Source;

use crate::monitored::{LiveFacts, signs_of_life};
use crate::read::decode;
use crate::{Located, PLAN_LIMIT, ReadError, Settings, locate_status, read_bytes, read_source, read_status};

/// How long a status.json that cannot be read is left alone before it is read once more.
const PAUSE: Duration = Duration::from_millis(40);

/// A file that was not written to for so long is not being written to.
const QUIET: Duration = Duration::from_secs(2);

/// A plan, where its status.json is, and what can be said of both.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The plan's path, absolute.
    pub path: PathBuf,
    /// Where its status.json is, or would be.
    pub located: Located,
    /// The join and the findings.
    pub analysis: Analysis,
}

/// What is known of the world outside a plan's own files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outside<'a> {
    /// Milliseconds since 1970-01-01 UTC; `None` switches off what needs a clock.
    pub now: Option<i64>,
    /// Who is at work; `None` if nobody looked.
    pub live: Option<&'a LiveFacts>,
}

impl From<Option<i64>> for Outside<'_> {
    fn from(now: Option<i64>) -> Self {
        Self { now, live: None }
    }
}

/// Reads a plan and its status.json, joins them and runs the rules. `outside`: the time alone (milliseconds since 1970-01-01 UTC), or more.
///
/// # Errors
/// The plan cannot be read. A status.json that cannot be read is a finding, not an error.
pub fn load<'a>(
    root: &Path,
    path: &Path,
    settings: &Settings,
    outside: impl Into<Outside<'a>>,
) -> Result<Loaded, ReadError> {
    let plan = parse(root, path, Arc::new(read_source(path)?), settings);
    Ok(finish(root, path, plan, settings, outside.into(), true))
}

/// The same without the rules and their findings: for those who want to know or change states.
///
/// # Errors
/// As those of [`load`].
pub fn load_without_findings(
    root: &Path,
    path: &Path,
    settings: &Settings,
    now: Option<i64>,
) -> Result<Loaded, ReadError> {
    let plan = parse(root, path, Arc::new(read_source(path)?), settings);
    Ok(finish(root, path, plan, settings, now.into(), false))
}

/// The same for a file that may be a plan: `None` if it is none. Most markdown is none, and is told by its bytes alone.
///
/// # Errors
/// The file cannot be read. One in another encoding than UTF-8 is an error only if it would be a plan: a check that passes
/// over a plan because it cannot read it would be wrong, and what is no plan is nobody's business.
pub fn load_if_plan<'a>(
    root: &Path,
    path: &Path,
    settings: &Settings,
    outside: impl Into<Outside<'a>>,
) -> Result<Option<Loaded>, ReadError> {
    let plan = parse_if_plan(root, path, settings)?;
    Ok(plan.map(|plan| finish(root, path, plan, settings, outside.into(), true)))
}

/// Whether the file is a plan; only the file itself is read.
///
/// # Errors
/// As those of [`load_if_plan`].
pub fn is_plan(root: &Path, path: &Path, settings: &Settings) -> Result<bool, ReadError> {
    Ok(parse_if_plan(root, path, settings)?.is_some())
}

fn parse_if_plan(root: &Path, path: &Path, settings: &Settings) -> Result<Option<Plan>, ReadError> {
    let bytes = read_bytes(path, PLAN_LIMIT)?;
    let relative = relative(root, path);
    let dialect = settings.dialect(&relative);
    if dialect.is_none() && !may_hold_tasks(&bytes) && std::str::from_utf8(&bytes).is_ok() {
        return Ok(None);
    }
    let options = tallymark_plan::Options { path: &relative, dialect };
    let source = match decode(path, &bytes) {
        Ok(source) => source,
        Err(error) => {
            let plan = tallymark_plan::parse_if_plan(Arc::new(Source::new(&guess(&bytes))), options);
            return if plan.is_some() { Err(error) } else { Ok(None) };
        }
    };
    Ok(tallymark_plan::parse_if_plan(Arc::new(source), options))
}

/// The same as [`load`] for a plan whose text is at hand (an unsaved buffer).
pub fn load_text<'a>(
    root: &Path,
    path: &Path,
    source: Arc<Source>,
    settings: &Settings,
    outside: impl Into<Outside<'a>>,
) -> Loaded {
    finish(root, path, parse(root, path, source, settings), settings, outside.into(), true)
}

/// Whether a text has anything that a task could be made of: a pair of brackets with at most one character (and blanks)
/// between them, or one of the signs that stand for a mark. A text without is no plan in any dialect.
pub fn may_be_plan(text: &str) -> bool {
    may_hold_tasks(text.as_bytes())
}

fn may_hold_tasks(bytes: &[u8]) -> bool {
    const SIGNS: [&str; 8] = ["✅", "✔", "⏳", "❌", "🔄", "🚧", "☐", "☑"];
    memchr::memchr_iter(b']', bytes).any(|end| {
        // Four bytes hold any character, eight leave room for blanks or a variation selector beside it.
        let near = &bytes[end.saturating_sub(9)..end];
        near.iter().rposition(|&byte| byte == b'[').is_some_and(|open| {
            let inside = &near[open + 1..];
            inside.len() <= 3 || !inside.is_ascii()
        })
    }) || SIGNS.iter().any(|sign| memchr::memmem::find(bytes, sign.as_bytes()).is_some())
}

/// What rules know of the world outside the two files. `now`: milliseconds since 1970-01-01 UTC.
pub fn facts(root: &Path, path: &Path, located: &Located, now: Option<i64>) -> Facts {
    Facts {
        now,
        plan_path: relative(root, path),
        status_path: relative(root, &located.path),
        own_status_path: (located.own != located.path).then(|| relative(root, &located.own)),
        other_status_path: located.other.as_deref().map(|other| relative(root, other)),
        status_expected: located.expected,
        ..Facts::default()
    }
}

/// Of the files that the plan's tasks name, those that are neither below the root nor beside the plan; `None` where no rule
/// asks for them.
pub fn missing_files(root: &Path, path: &Path, plan: &Plan, settings: &Settings) -> Option<BTreeSet<String>> {
    if !settings.rules().asks_for_files() || !plan.is_plan() {
        return None;
    }
    let named: BTreeSet<&str> = rules::files_named(plan).map(|(_, file)| file).collect();
    let beside = path.parent().unwrap_or(root);
    // What cannot be asked for may be there.
    let is_there =
        |file: &&str| [root, beside].iter().any(|folder| folder.join(file).try_exists().unwrap_or(true));
    Some(named.into_iter().filter(|file| !is_there(file)).map(str::to_owned).collect())
}

/// A path from the root, with `/`; the path itself if it lies elsewhere.
pub fn relative(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    if std::path::MAIN_SEPARATOR == '\\' { relative.replace('\\', "/") } else { relative.into_owned() }
}

/// The text of bytes that are no UTF-8, as well as it can be made out.
fn guess(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |bytes: &[u8], order: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).map(|pair| order([pair[0], pair.get(1).copied().unwrap_or(0)]));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(wide(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(wide(rest, u16::from_be_bytes)),
        _ => String::from_utf8_lossy(bytes),
    }
}

fn parse(root: &Path, path: &Path, source: Arc<Source>, settings: &Settings) -> Plan {
    let relative = relative(root, path);
    let dialect = settings.dialect(&relative);
    tallymark_plan::parse(source, tallymark_plan::Options { path: &relative, dialect })
}

fn finish(
    root: &Path,
    path: &Path,
    plan: Plan,
    settings: &Settings,
    outside: Outside<'_>,
    findings: bool,
) -> Loaded {
    let located = locate_status(root, path, &plan, settings);
    // A file that is no plan has no status.json, whatever lies beside it.
    let status = (located.exists && plan.is_plan()).then(|| read_status_patiently(&located.path)).flatten();
    let mut facts = facts(root, path, &located, outside.now);
    let status = status.map(|status| located.of_plan(Arc::new(status)));
    if let Some(LiveFacts { live, only_plan }) = outside.live {
        facts.live = Some(Arc::clone(live));
        facts.only_plan = *only_plan;
        // Without a history nothing is known that status.json does not say.
        facts.signs = Arc::new(signs_of_life(&located.path).unwrap_or_default());
    }
    let config = settings.rules();
    let analysis = if findings {
        facts.missing_files = missing_files(root, path, &plan, settings);
        Analysis::new(Arc::new(plan), status, facts, config)
    } else {
        Analysis::without_findings(Arc::new(plan), status, facts, config)
    };
    Loaded { path: path.to_owned(), located, analysis }
}

/// Reads a status.json, and once more if it is broken and was just written to: its writer may be in the middle of it.
fn read_status_patiently(path: &Path) -> Option<Status> {
    let status = read_status(path);
    if status.as_ref().is_some_and(|status| !status.readable) && just_written(path) {
        std::thread::sleep(PAUSE);
        return read_status(path);
    }
    status
}

pub(crate) fn just_written(path: &Path) -> bool {
    let modified =
        std::fs::metadata(path).ok().filter(Metadata::is_file).and_then(|file| file.modified().ok());
    // A time in the future is a clock that disagrees with ours: it says nothing.
    modified.is_some_and(|modified| modified.elapsed().map_or(true, |age| age < QUIET))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_that_looks_like_a_box_may_be_a_plan() {
        for text in ["- [ ] a", "-[]a", "- [x ] a", "- [✅/❌] a", "- [✔️] a", "### 4.1 Name ✅", "[\u{a0}]"]
        {
            assert!(may_be_plan(text), "{text}");
        }
        for text in ["", "# Title\n\nText with a [link](target) and [reference][target].\n", "]]]"] {
            assert!(!may_be_plan(text), "{text}");
        }
    }

    #[test]
    fn bytes_in_another_encoding_are_guessed_at() {
        let wide = |order: fn(u16) -> [u8; 2], mark: [u8; 2]| {
            let units = "- [ ] ü🚧".encode_utf16().flat_map(order);
            mark.into_iter().chain(units).collect::<Vec<u8>>()
        };
        assert_eq!(guess(&wide(u16::to_le_bytes, [0xff, 0xfe])), "- [ ] ü🚧");
        assert_eq!(guess(&wide(u16::to_be_bytes, [0xfe, 0xff])), "- [ ] ü🚧");
        assert_eq!(guess(b"- [ ] caf\xe9"), "- [ ] caf\u{fffd}");
        assert_eq!(guess(b"\xff\xfe-"), "-");
    }

    #[test]
    fn a_path_elsewhere_stays_as_it_is() {
        assert_eq!(relative(Path::new("/a"), Path::new("/a/b/c.md")), "b/c.md");
        assert_eq!(relative(Path::new("/a"), Path::new("/z/c.md")), "/z/c.md");
    }
}
