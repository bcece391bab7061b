//! What a plan has to say otherwise when files get other names: its `**Output:**`, and its links.

use tallymark_plan::{IgnoredWhy, Plan};
use tallymark_text::{Edit, Span};

/// A file or folder that gets another name. Absolute paths with `/`, none at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileRename {
    /// What it is called.
    pub from: String,
    /// What it will be called.
    pub to: String,
}

/// The edits of one plan, so that what it leads to is found again after the renames. `path` is the plan's own path before them,
/// `root` that of its workspace, both absolute and with `/`.
pub fn rename_edits(plan: &Plan, path: &str, root: &str, renames: &[FileRename]) -> Vec<Edit> {
    let new_path = renamed(path, renames).unwrap_or_else(|| path.to_owned());
    let (folder, new_folder) = (parent(path), parent(&new_path));
    let mut edits = Vec::new();
    if let Some(span) = plan.output {
        let written = plan.slice(span);
        // From the root, where it leads there; else from the plan's folder: as status.json is looked for. Whether it exists is not
        // known, so it counts what is renamed.
        let from_root = moved(written, root, root, renames);
        let new = from_root.or_else(|| moved(written, folder, new_folder, renames));
        edits.extend(new.filter(|new| new != written).map(|new| Edit::replace(span, new)));
    }
    for span in links(plan) {
        let written = plan.slice(span);
        if let Some(new) = moved_link(written, folder, new_folder, root, renames)
            && new != written
        {
            edits.push(Edit::replace(span, new));
        }
    }
    edits.sort_by_key(|edit| edit.span);
    edits.dedup_by_key(|edit| edit.span);
    edits
}

/// What a link has to say, if something else than now. What is not of this disk (`https:`, `#part`) stays.
fn moved_link(
    written: &str,
    folder: &str,
    new_folder: &str,
    root: &str,
    renames: &[FileRename],
) -> Option<String> {
    let end = written.find(['#', '?']).unwrap_or(written.len());
    let (path, rest) = written.split_at(end);
    let has_scheme = path.split('/').next().is_some_and(|first| first.contains(':'));
    if path.is_empty() || has_scheme {
        return None;
    }
    let decoded = decode(path);
    let new = match decoded.strip_prefix('/') {
        // From the root, as GitHub and editors read it.
        Some(from_root) => format!("/{}", moved(from_root, root, root, renames)?),
        None => moved(&decoded, folder, new_folder, renames).or_else(|| {
            // The plan itself moved: what stayed is reached another way.
            let target = join(folder, &decoded)?;
            (folder != new_folder).then(|| relative(new_folder, &target, decoded.ends_with('/')))
        })?,
    };
    let new = if decoded.starts_with("./") && !new.starts_with("../") { format!("./{new}") } else { new };
    Some(format!("{}{rest}", encode(&new, path)))
}

/// A path from `folder` to something that is renamed, as a path from `new_folder` to its new place.
fn moved(written: &str, folder: &str, new_folder: &str, renames: &[FileRename]) -> Option<String> {
    let target = join(folder, written)?;
    let new = renamed(&target, renames)?;
    Some(relative(new_folder, &new, written.ends_with('/')))
}

/// The new path of what is, or lies in, something that is renamed.
fn renamed(path: &str, renames: &[FileRename]) -> Option<String> {
    renames.iter().find_map(|rename| {
        let rest = path.strip_prefix(&*rename.from)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", rename.to))
    })
}

fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}

/// A path from a folder, without `.` and `..`; `None` if it leads above the disk's root.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.len() > 1 => drop(parts.pop()),
            ".." => return None,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The way from a folder to a path; with a `/` at the end if it is that of a folder.
fn relative(folder: &str, target: &str, is_folder: bool) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (folder.split('/').collect(), target.split('/').collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut way: Vec<&str> = vec![".."; from.len() - common];
    way.extend(&to[common..]);
    let mut way = way.join("/");
    if way.is_empty() {
        way.push('.');
    }
    if is_folder {
        way.push('/');
    }
    way
}

/// `%20` and the like as what they stand for.
fn decode(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let value = (bytes[at] == b'%').then(|| path.get(at + 1..at + 3)).flatten();
        match value.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}

/// Blanks as `%20`, unless the link was written with them, between `<` and `>`.
fn encode(path: &str, as_written: &str) -> String {
    if as_written.contains(' ') { path.to_owned() } else { path.replace(' ', "%20") }
}

/// The targets of the plan's links outside code: `[text](target)`, `![picture](target)`, and `[name]: target`.
fn links(plan: &Plan) -> Vec<Span> {
    let text = plan.source.text();
    let in_code = |at: usize| {
        let after = plan.ignored.partition_point(|ignored| ignored.span.start as usize <= at);
        let around = plan.ignored[..after].iter().rev().take(4);
        around
            .filter(|ignored| matches!(ignored.why, IgnoredWhy::Code | IgnoredWhy::Comment))
            .any(|ignored| ignored.span.contains(at))
    };
    let mut found = Vec::new();
    for (at, _) in text.match_indices("](").chain(text.match_indices("]:")) {
        let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let before = &text[line..at];
        let is_definition = text[at..].starts_with("]:");
        let named = before.trim_start();
        let is_name = named.strip_prefix('[').is_some_and(|name| !name.contains(['[', ']']));
        if is_definition && !is_name {
            continue;
        }
        if before.bytes().filter(|&byte| byte == b'`').count() % 2 == 1 && !is_definition {
            // An odd number of backticks before it: inside inline code, unless a stray one.
            let rest = text[at..].split('\n').next().unwrap_or_default();
            if rest.contains('`') {
                continue;
            }
        }
        let rest = text[at + 2..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let lead = rest.len() - rest.trim_start().len();
        let target = &rest[lead..];
        let (skip, length) = match target.strip_prefix('<') {
            Some(inner) => (1, inner.find('>')),
            None if is_definition => (0, Some(target.find([' ', '\t']).unwrap_or(target.len()))),
            None => (0, end_of_target(target)),
        };
        let Some(length) = length.filter(|&length| length > 0) else { continue };
        let start = at + 2 + lead + skip;
        if !in_code(start) {
            found.push(Span::new(start, start + length));
        }
    }
    found
}

/// Where the target of a link ends: at a blank, or at the bracket that closes it.
fn end_of_target(target: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in target.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at),
            b')' => depth -= 1,
            b' ' | b'\t' => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tallymark_plan::Options;
    use tallymark_text::{Source, apply_edits};

    use super::*;

    const TEXT: &str = "# A\n\n**Output:** `docs/plan-outputs/a/`\n\nSee [design](../design.md#why), [twin](<b plan.md>), [web](https://x.y/b.md),\n\
        [top](#a), [root](/docs/design.md \"Title\") and `[no](../design.md)`.\n\n- [ ] 1.1 One\n\n```\n[code](../design.md)\n```\n\n[ref]: ./b%20plan.md\n";

    fn after(path: &str, renames: &[(&str, &str)]) -> Vec<(String, String)> {
        let plan = tallymark_plan::parse(
            Arc::new(Source::new(TEXT)),
            Options { path: "docs/plans/a.md", dialect: None },
        );
        let renames: Vec<FileRename> = renames
            .iter()
            .map(|(from, to)| FileRename { from: format!("/w/{from}"), to: format!("/w/{to}") })
            .collect();
        let edits = rename_edits(&plan, &format!("/w/{path}"), "/w", &renames);
        let new = apply_edits(TEXT, &edits).expect("no two edits meet");
        assert_eq!(new != TEXT, !edits.is_empty());
        edits.iter().map(|edit| (plan.slice(edit.span).to_owned(), edit.text.clone())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect()
    }

    #[test]
    fn a_linked_file_is_found_again() {
        assert_eq!(
            after("docs/plans/a.md", &[("docs/design.md", "docs/why/the design.md")]),
            pairs(&[
                ("../design.md#why", "../why/the%20design.md#why"),
                ("/docs/design.md", "/docs/why/the%20design.md"),
            ])
        );
        assert_eq!(
            after("docs/plans/a.md", &[("docs/plans/b plan.md", "docs/plans/c.md")]),
            pairs(&[("b plan.md", "c.md"), ("./b%20plan.md", "./c.md")])
        );
    }

    #[test]
    fn folders_take_what_lies_in_them_along() {
        assert_eq!(
            after("docs/plans/a.md", &[("docs/plan-outputs", "docs/outputs")]),
            pairs(&[("docs/plan-outputs/a/", "docs/outputs/a/")])
        );
        // The plan and its neighbour move together: what they say of each other stays.
        assert_eq!(
            after("docs/plans/a.md", &[("docs/plans", "docs/old/plans")]),
            pairs(&[("../design.md#why", "../../design.md#why")])
        );
    }

    #[test]
    fn a_plan_that_moves_reaches_what_stayed() {
        assert_eq!(
            after("docs/plans/a.md", &[("docs/plans/a.md", "a.md")]),
            pairs(&[
                ("../design.md#why", "docs/design.md#why"),
                ("b plan.md", "docs/plans/b plan.md"),
                ("./b%20plan.md", "./docs/plans/b%20plan.md"),
            ])
        );
        assert_eq!(after("docs/plans/a.md", &[("docs/plans/a.md", "docs/plans/z.md")]), []);
    }

    #[test]
    fn names_that_only_begin_alike_are_others() {
        assert_eq!(after("docs/plans/a.md", &[("docs/design", "docs/other"), ("docs/plan", "docs/x")]), []);
    }
}
