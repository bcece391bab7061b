//! `tallymark/content`: texts that are in no file, for previews and diffs. Clients that speak 3.18 of the protocol ask for them by its own
//! `workspace/textDocumentContent`.
//!
//! A text is named by a URI: `tallymark:/<which>/<name>?<the plan's URI, percent-encoded>`.

use serde::{Deserialize, Serialize};
use tallymark_ide::FixPreview;
use tallymark_status::{Context, Request, Store};
use tallymark_sync::File;
use tallymark_text::unified_diff;
use tower_lsp::ls_types::Uri;

use super::Subject;

/// The scheme of our URIs.
pub(crate) const SCHEME: &str = "tallymark";

/// The protocol's own method.
pub(crate) const METHOD: &str = "workspace/textDocumentContent";

/// The parameters.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Params {
    /// Which text.
    pub(crate) uri: String,
}

/// The text.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Answered {
    /// What it is.
    pub(crate) text: String,
}

/// Which text is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// `as-status`: the plan with the boxes as status.json has them.
    AsStatus,
    /// `safe-fixes`: what all safe fixes would change.
    SafeFixes,
    /// `fix/<code>/<plan or status>/<byte>/<number>`: what one fix would change.
    Fix {
        /// The rule.
        code: String,
        /// The file that the finding is in.
        file: File,
        /// The byte at which it begins.
        start: u32,
        /// Which of its fixes, from zero.
        fix: usize,
    },
}

/// What a URI names: a text, and the plan that it is about.
pub(crate) fn read(uri: &str) -> Option<(View, Uri)> {
    let rest = uri.strip_prefix(SCHEME)?.strip_prefix(':')?;
    let (path, plan) = rest.split_once('?')?;
    let plan = decoded(plan)?.parse().ok()?;
    let path = decoded(path)?;
    let mut names = path.trim_start_matches('/').split('/');
    let view = match names.next()? {
        "as-status" => View::AsStatus,
        "safe-fixes" => View::SafeFixes,
        "fix" => View::Fix {
            code: names.next()?.to_owned(),
            file: match names.next()? {
                "plan" => File::Plan,
                "status" => File::Status,
                _ => return None,
            },
            start: names.next()?.parse().ok()?,
            fix: names.next()?.parse().ok()?,
        },
        _ => return None,
    };
    Some((view, plan))
}

/// A text without its percent escapes. Clients escape more than they must, each in its way.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        if first != b'%' {
            bytes.push(first);
            rest = behind;
            continue;
        }
        let digits = std::str::from_utf8(behind.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &behind[2..];
    }
    String::from_utf8(bytes).ok()
}

/// The text; a sentence that says why there is none. `now`: milliseconds since 1970-01-01 UTC.
pub(crate) fn answer(view: &View, subject: Option<&Subject>, now: i64) -> Answered {
    let text = match subject {
        Some(subject) => text(view, subject, now),
        None => "There is no plan at this place any more.\n".to_owned(),
    };
    Answered { text }
}

fn text(view: &View, subject: &Subject, now: i64) -> String {
    let analysis = subject.analysis();
    match view {
        View::AsStatus => tallymark_ide::as_status_sees_it(analysis, Some(now)),
        View::SafeFixes => match tallymark_ide::safe_fixes_preview(analysis) {
            diff if diff.is_empty() => "There is nothing that can be mended safely.\n".to_owned(),
            diff => diff,
        },
        View::Fix { code, file, start, fix } => {
            match tallymark_ide::fix_preview(analysis, code, *file, *start, *fix) {
                Some(FixPreview::Plan(diff)) => diff,
                Some(FixPreview::Status(requests)) => status_diff(subject, &requests, now),
                Some(FixPreview::Words(words)) => words + "\n",
                None => "This has been mended, or has moved.\n".to_owned(),
            }
        }
    }
}

/// What the store would make of status.json, without its lock and without writing.
fn status_diff(subject: &Subject, requests: &[Request], now: i64) -> String {
    let Some(located) = subject.located() else { return "The plan is not saved yet.\n".to_owned() };
    let would = || {
        let store = Store::open(located.path.clone())?;
        let as_it_is = store.dry_run(&[], &Context::new(now, SCHEME))?;
        Ok((as_it_is, store.dry_run(requests, &Context::new(now, SCHEME))?))
    };
    let diff: Result<_, tallymark_status::StoreError> = would();
    match diff {
        Ok((old, new)) => {
            let path = &subject.analysis().facts.status_path;
            unified_diff(path, old.status.source.text(), new.status.source.text())
        }
        Err(refused) => format!("{refused}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_read_however_a_client_escapes_it() {
        let plan = "file:///home/%C3%BC%20b/a%23.md";
        let escaped = "file%3A%2F%2F%2Fhome%2F%25C3%25BC%2520b%2Fa%2523.md";
        let (view, read_plan) = read(&format!("tallymark:/as-status/a.md?{escaped}")).unwrap();
        assert_eq!((view, read_plan.as_str()), (View::AsStatus, plan));
        let fix = read(&format!("tallymark:/fix/TM205/plan/1234/0/a.md.diff?{escaped}")).unwrap().0;
        assert_eq!(fix, View::Fix { code: "TM205".to_owned(), file: File::Plan, start: 1234, fix: 0 });
        for bad in
            ["tallymark:/as-status/a.md", "tallymark:/other/a?x:y", "file:///a", "tallymark:/fix/TM205?x:y"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
