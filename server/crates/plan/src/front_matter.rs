//! Front matter, cut off at byte 0 and nowhere else: pulldown-cmark's metadata blocks would take a `---` in the middle
//! of a plan for one, and swallow a phase.

use tallymark_text::{Source, Span};

/// The bytes of the front matter with its fences; empty if there is none. Between the fences anything goes: broken YAML is
/// front matter all the same.
pub(crate) fn front_matter(source: &Source) -> Span {
    let fence = match source.line(0).trim_end() {
        "---" => "---",
        "+++" => "+++",
        _ => return Span::default(),
    };
    // A thematic break on the first line is no front matter: that has a key on its second line (or ends there).
    let second = source.line(1).trim_end();
    let is_key = second == fence
        || second.starts_with('#')
        || second.find([':', '=']).is_some_and(|at| at > 0 && !second[..at].contains(['*', '[', '`']));
    if !is_key {
        return Span::default();
    }
    for line in 1..source.line_count() {
        let text = source.line(line).trim_end();
        if text == fence || (fence == "---" && text == "...") {
            return Span::new(0, source.full_line_span(line).end as usize);
        }
    }
    Span::default()
}
