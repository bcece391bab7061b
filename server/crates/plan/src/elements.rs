//! XML elements in the prompts of agents: `<task>` with a `<name>`, `<verification>` around boxes.
//!
//! To markdown a line that is nothing but a tag begins HTML, in which no list is seen up to the next blank line. To the people and the
//! agents who write such plans it is a heading. So where a file has tasks as elements, its tags are taken out of the text that
//! the markdown parser sees.

use memchr::memmem;
use tallymark_text::{Source, Span};

use crate::boxes::{skip_blanks, trim_end};

/// Something that elements say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Element {
    /// The line with the tag, without its blanks.
    pub line: Span,
    pub kind: ElementKind,
}

/// What an element is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ElementKind {
    /// `<name>Task 1: Title</name>` inside `<task>`; the words between the tags, and the bytes of the whole `<task>`.
    Task { name: Span, block: Span },
    /// `<verification>`, `<success_criteria>`: boxes in it verify.
    Criteria,
    /// The end of that.
    CriteriaEnd,
}

/// The elements whose boxes verify.
const CRITERIA: [&str; 4] = ["verification", "success_criteria", "acceptance_criteria", "verify"];

/// The elements of a file that has tasks as elements, and the lines that are nothing but a tag.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    pub found: Vec<Element>,
    pub tags: Vec<Span>,
}

/// Looks at each line that begins with a tag. Nothing is found where no `<task` has a `<name>`.
pub(crate) fn find(source: &Source) -> Elements {
    let text = source.text();
    let bytes = text.as_bytes();
    let mut elements = Elements::default();
    if memmem::find(bytes, b"<task").is_none() || memmem::find(bytes, b"<name>").is_none() {
        return elements;
    }
    // Where the open `<task>` begins, its line, and how many elements were found before it.
    let mut task: Option<(Span, usize)> = None;
    // The place in `found` of the task whose end is looked for.
    let mut open: Option<usize> = None;
    for line in 0..source.line_count() {
        let span = source.line_span(line);
        let start = skip_blanks(bytes, span.start as usize).min(span.end as usize);
        let end = trim_end(bytes, start, span.end as usize);
        let words = &text[start..end];
        if !words.starts_with('<') {
            continue;
        }
        let line = Span::new(start, end);
        if words.starts_with("<task ") || words == "<task>" {
            task = Some((line, elements.found.len()));
            open = None;
        } else if words == "</task>" {
            if let (Some((tag, before)), None) = (task.take(), open) {
                // A checkpoint has no name: its type stands for it.
                let kind =
                    ElementKind::Task { name: type_of(text, tag), block: Span::new(tag.start as usize, end) };
                elements.found.insert(before, Element { line: tag, kind });
            }
            if let Some(Element { kind: ElementKind::Task { block, .. }, .. }) =
                open.take().and_then(|at| elements.found.get_mut(at))
            {
                *block = Span::new(block.start as usize, end);
            }
        } else if let (Some((tag, _)), Some(rest)) = (task, words.strip_prefix("<name>"))
            && open.is_none()
        {
            let from = end - rest.len();
            let length = rest.find("</name>").unwrap_or(rest.len());
            let kind = ElementKind::Task {
                name: Span::new(from, from + length),
                block: Span::new(tag.start as usize, end),
            };
            open = Some(elements.found.len());
            elements.found.push(Element { line, kind });
        }
        if let Some((name, closes)) = sole_tag(words) {
            elements.tags.push(line);
            if CRITERIA.contains(&name) {
                let kind = if closes { ElementKind::CriteriaEnd } else { ElementKind::Criteria };
                elements.found.push(Element { line, kind });
            }
        }
    }
    elements
}

/// The type that a `<task type="checkpoint:human-verify">` has; the whole tag if it has none.
fn type_of(text: &str, tag: Span) -> Span {
    let words = &text[tag.range()];
    let found = words.find("type=\"").and_then(|at| {
        let from = at + "type=\"".len();
        Some((from, from + words[from..].find('"')?))
    });
    found.map_or(tag, |(from, to)| Span::new(tag.start as usize + from, tag.start as usize + to))
}

/// The name of the tag that is all of a line, and whether it closes its element.
fn sole_tag(words: &str) -> Option<(&str, bool)> {
    let inside = words.strip_prefix('<')?.strip_suffix('>')?;
    let (inside, closes) = inside.strip_prefix('/').map_or((inside, false), |inside| (inside, true));
    let length = inside.bytes().take_while(|byte| byte.is_ascii_lowercase() || *byte == b'_').count();
    let behind = &inside[length..];
    (length > 0 && !behind.contains(['<', '>']) && (behind.is_empty() || behind.starts_with(' ')))
        .then_some((&inside[..length], closes))
}
