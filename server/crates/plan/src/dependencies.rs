//! What a task waits for: `(depends: 1.1, 1.2)`, `(depends on T003)`, `_Depends: 1.2_`, `**Dependencies**: 4.1 ✅, 4.3`.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;
use tallymark_text::Span;

use crate::boxes::line_end;
use crate::ids::reference;
use crate::{Dependency, Ignored, Phase, PhaseIndex, Target, Task};

/// Finds the dependencies of the tasks from `first` on that are told in a part of the text, and gives each task its range of them,
/// as if there were none before. No task before `first` is open in that part.
pub(crate) fn find(
    text: &str,
    part: Range<usize>,
    tasks: &mut [Task],
    first: usize,
    ignored: &[Ignored],
) -> Vec<Dependency> {
    let bytes = text.as_bytes();
    let mut found: Vec<(u32, Dependency)> = Vec::new();
    let mut owners = Owners { next: first, open: Vec::new() };
    let mut skip = ignored[ignored.partition_point(|ignored| (ignored.span.end as usize) <= part.start)..]
        .iter()
        .peekable();
    // "epend": `depends`, `Depends on`, `Dependencies`, `DEPENDS` aside, which nobody writes.
    for at in memmem::find_iter(&bytes[part.clone()], b"epend") {
        let at = part.start + at;
        if at == 0 {
            continue;
        }
        while skip.next_if(|ignored| (ignored.span.end as usize) <= at).is_some() {}
        if skip.peek().is_some_and(|ignored| ignored.span.contains(at)) {
            continue;
        }
        let end = line_end(&bytes[..floor(text, at + LONGEST_LIST)], at);
        let Some(list) = list_after(text, at - 1, end) else { continue };
        let Some(task) = owners.at(tasks, at) else { continue };
        read_list(text, list, end, |dependency| found.push((task, dependency)));
    }
    found.sort_by_key(|&(task, _)| task);
    let mut start = 0;
    for run in found.chunk_by(|left, right| left.0 == right.0) {
        tasks[run[0].0 as usize].dependencies = start..start + run.len() as u32;
        start += run.len() as u32;
    }
    found.into_iter().map(|(_, dependency)| dependency).collect()
}

/// Finds what whole phases wait for: a line between a phase's heading and its first task that begins with `Depends on`,
/// `Dependencies` or `pipeline-start`, and a line outside of tasks that says it by the number: `Phase 3 depends on Phase 2`.
/// Looks at a part of the text, in which no task before `first` is open.
pub(crate) fn of_phases(
    text: &str,
    part: Range<usize>,
    first: usize,
    phases: &[Phase],
    tasks: &[Task],
    ignored: &[Ignored],
) -> Vec<(PhaseIndex, Dependency)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut owners = Owners { next: first, open: Vec::new() };
    let mut numbers: Option<HashMap<&str, Option<PhaseIndex>>> = None;
    for word in [b"epend".as_slice(), b"ipeline-start"] {
        for at in memmem::find_iter(&bytes[part.clone()], word) {
            let Some(at) = (part.start + at).checked_sub(1) else { continue };
            let Some(start) = line_start(bytes, at) else { continue };
            if crate::annotations::is_ignored(ignored, at) {
                continue;
            }
            let end = line_end(&bytes[..floor(text, at + LONGEST_LIST)], at);
            if !bytes[start..at].iter().all(|&byte| is_markup(byte as char)) {
                if word != b"epend" || owners.at(tasks, at).is_some() {
                    continue;
                }
                let Some(list) = list_after(text, at, end) else { continue };
                for number in phases_before(text, start, at) {
                    let numbers = numbers.get_or_insert_with(|| by_number(text, phases));
                    let Some(&Some(phase)) = numbers.get(&text[number.range()]) else { continue };
                    read_list(text, list, end, |dependency| found.push((phase, dependency)));
                }
                continue;
            }
            // The heading above, and no task between.
            let Some(phase) =
                phases.partition_point(|phase| (phase.heading.start as usize) < at).checked_sub(1)
            else {
                continue;
            };
            let task = tasks.partition_point(|task| (task.line.start as usize) < at).checked_sub(1);
            let heading = phases[phase].heading.start;
            if at >= phases[phase].block.end as usize
                || task.is_some_and(|task| tasks[task].line.start >= heading)
            {
                continue;
            }
            let list =
                if word == b"epend" { list_after(text, at, end) } else { pipeline_start(text, at, end) };
            let Some(list) = list else { continue };
            read_list(text, list, end, |dependency| found.push((PhaseIndex(phase as u32), dependency)));
        }
    }
    found.sort_by_key(|(phase, dependency)| (*phase, dependency.span.start));
    found
}

fn is_markup(character: char) -> bool {
    matches!(character, ' ' | '\t' | '*' | '_' | '-' | '+')
}

/// How far behind the start of its line the word may stand with which a phase's dependencies begin.
const LONGEST_SUBJECT: usize = 200;

/// The start of the line of `at`, if it is near.
fn line_start(bytes: &[u8], at: usize) -> Option<usize> {
    let from = at.saturating_sub(LONGEST_SUBJECT);
    let end = memchr::memrchr2(b'\n', b'\r', &bytes[from..at]);
    end.map(|end| from + end + 1).or((from == 0).then_some(0))
}

/// The phases by their numbers; `None` for a number that several have.
fn by_number<'t>(text: &'t str, phases: &[Phase]) -> HashMap<&'t str, Option<PhaseIndex>> {
    let mut numbers = HashMap::with_capacity(phases.len());
    for (at, phase) in (0..).zip(phases) {
        if let Some(number) = phase.number {
            let own = numbers.entry(&text[number.range()]).or_insert(Some(PhaseIndex(at)));
            *own = own.filter(|own| own.0 == at);
        }
    }
    numbers
}

/// The numbers of the phases that a line is about before it says `depends` at `at`: `- **Phase 3** depends`,
/// `Phase 3 (Billing): depends`, `Phases 3 and 4 depend`. None if anything else stands there.
fn phases_before(text: &str, start: usize, at: usize) -> Vec<Span> {
    /// More in one line are no sentence.
    const MOST: usize = 4;
    let line = &text[start..at];
    let from = start + line.len() - line.trim_start_matches(is_markup).len();
    let mut numbers = Vec::new();
    let mut last = from;
    let mut only_phases = true;
    read_list(text, from, at, |dependency| match dependency.target {
        Target::Phase(number) => {
            only_phases &= !numbers.is_empty() || dependency.span.start as usize == from;
            numbers.push(number);
            last = number.end as usize;
        }
        Target::Task | Target::Range(..) => only_phases = false,
    });
    let rest = text[last..at].trim_matches(|character| is_markup(character) || character == ':');
    let rest = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).map_or(rest, |_| "");
    let said = only_phases && numbers.len() <= MOST && matches!(rest, "" | "also" | "both" | "all");
    if said { numbers } else { Vec::new() }
}

/// `pipeline-start:** when 1.3 completes`: where the first id may be.
fn pipeline_start(text: &str, at: usize, end: usize) -> Option<usize> {
    let rest = text[at..end].trim_start_matches(['p', 'P']).strip_prefix("ipeline-start")?;
    let value =
        rest.trim_start_matches(['*', '_', ' ']).strip_prefix(':')?.trim_start_matches(['*', '_', ' ']);
    let value = ["when ", "When ", "after ", "After "]
        .iter()
        .find_map(|word| value.strip_prefix(word))
        .unwrap_or(value);
    Some(end - value.len())
}

/// How many bytes behind its word a list of dependencies is read. A line may be a whole file long.
const LONGEST_LIST: usize = 4_000;

/// The char boundary at or before `at`, at most the text's length.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whether the words in a bracket at the end of a title are dependencies.
pub(crate) fn begins(words: &str) -> bool {
    matches!(words.as_bytes().first(), Some(b'd' | b'D')) && list_after(words, 0, words.len()).is_some()
}

/// If a list of dependencies begins with the word at `at` (`depends`, `Dependencies`, `dependent on`): where its first id may be.
fn list_after(text: &str, at: usize, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if !matches!(bytes[at], b'd' | b'D') || (at > 0 && bytes[at - 1].is_ascii_alphanumeric()) {
        return None;
    }
    let mut behind = at + bytes[at..end].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = &text[at..behind];
    if !["depends", "dependencies", "dependency", "depend", "dependson"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
    {
        return None;
    }
    let mut told = false;
    // ` on`, `:`, `**`, `_`, blanks, in the orders people write them.
    loop {
        match bytes.get(behind..end)?.first() {
            Some(b' ' | b'*' | b'_' | b'`' | b'\t') => behind += 1,
            Some(b':') => {
                told = true;
                behind += 1;
            }
            Some(b'o' | b'O')
                if bytes[behind..end].get(1).is_some_and(|byte| matches!(byte, b'n' | b'N'))
                    && bytes[behind..end].get(2).is_some_and(|byte| !byte.is_ascii_alphanumeric()) =>
            {
                told = true;
                behind += 2;
            }
            _ => break,
        }
    }
    told.then_some(behind)
}

/// Reads ids from `at` on, as long as there are any: `1.1, 1.2`, `T001–T004`, `Phase 1 and 2.3`, `Phases 1 and 2`, with signs
/// and remarks in brackets between them. Of a range of phases its ends are read.
fn read_list(text: &str, mut at: usize, end: usize, mut push: impl FnMut(Dependency)) {
    let skip = |at: usize| {
        let rest = &text[at..end];
        let mut left = rest;
        loop {
            let before = left;
            left = left.trim_start_matches([
                ' ', '\t', ',', ';', '&', '+', '`', '*', '_', '[', ']', '#', '、', '，',
            ]);
            for word in ["and ", "tasks ", "task ", "Tasks ", "Task ", "und ", "et ", "y "] {
                left = left.strip_prefix(word).unwrap_or(left);
            }
            if let Some(remark) = left.strip_prefix('(') {
                left = remark.find(')').map_or("", |close| &remark[close + 1..]);
            }
            // Emoji: `4.1 ✅, 4.3`.
            left = left
                .trim_start_matches(|character: char| !character.is_ascii() && !character.is_alphanumeric());
            if left.len() == before.len() {
                return end - left.len();
            }
        }
    };
    // Behind `Phases`, whole numbers are those of phases.
    let mut plural = false;
    loop {
        at = skip(at);
        let rest = &text[at..end];
        let phase = ["Phases ", "Phase ", "phases ", "phase "].iter().find(|word| rest.starts_with(**word));
        let from = at + phase.map_or(0, |word| word.len());
        let Some(length) = reference(&text[from..end]) else { return };
        let first = Span::new(from, from + length);
        if let Some(word) = phase {
            plural = word.ends_with("s ");
        }
        let number = |span: Span| text[span.range()].bytes().all(|byte| byte.is_ascii_digit());
        if phase.is_some() || (plural && number(first)) {
            push(Dependency { span: Span::new(at, from + length), target: Target::Phase(first) });
            at = from + length;
            if plural {
                at += text[at..end].len() - text[at..end].trim_start_matches(['-', '–', '—']).len();
            }
            continue;
        }
        at = from + length;
        let range = ["-", "–", "—", " - ", " – ", " to ", " through ", "..", "~"].iter().find_map(|dash| {
            let behind = at + text[at..end].strip_prefix(dash).map(|_| dash.len())?;
            Some((behind, reference(&text[behind..end])?))
        });
        if let Some((behind, length)) = range {
            let last = Span::new(behind, behind + length);
            push(Dependency { span: first.cover(last), target: Target::Range(first, last) });
            at = behind + length;
        } else {
            push(Dependency { span: first, target: Target::Task });
        }
    }
}

/// The id, number or `Phase 2` that is being written at `at` in a list of dependencies of the line that begins at
/// `line_start`: from its first letter to behind the last that belongs to it; empty where it has yet to begin. `None` outside of such a list.
pub fn dependency_at(text: &str, line_start: usize, at: usize) -> Option<Span> {
    let end = line_end(text.as_bytes(), at);
    // The last word before the place that such a list can begin with.
    let before = &text.as_bytes()[line_start.max(floor(text, at.saturating_sub(LONGEST_LIST)))..at];
    let from = at - before.len();
    let word = memmem::rfind_iter(before, b"epend").find(|&word| word > 0)? + from - 1;
    let list = list_after(text, word, at)?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
    let bytes = text.as_bytes();
    let mut start = at - bytes[list..at].iter().rev().take_while(|byte| is_part(byte)).count();
    // `ABC-1` is one id, `1.1-1.4` are two.
    if text[list..start].ends_with('-') {
        let capitals =
            bytes[list..start - 1].iter().rev().take_while(|byte| byte.is_ascii_uppercase()).count();
        start -= if capitals > 0 { capitals + 1 } else { 0 };
    }
    // `Phase 2` is one name.
    for word in ["Phase ", "phase "] {
        if text[list..start].ends_with(word) {
            start -= word.len();
        }
    }
    let stop = at + bytes[at..end].iter().take_while(|byte| is_part(byte)).count();
    // What stands before it is a list, too, up to its end.
    let mut read = list;
    read_list(text, list, start, |dependency| read = dependency.span.end as usize);
    let is_between = |character: char| " \t,;&+`*_[]#(、，-–—~.".contains(character) || !character.is_ascii();
    let rest = text[read..start].trim_matches(is_between);
    let continues =
        rest.is_empty() || matches!(rest, "and" | "und" | "et" | "y" | "to" | "through" | "task" | "tasks");
    continues.then(|| Span::new(start, stop))
}

/// Tells the innermost task around ascending offsets.
struct Owners {
    next: usize,
    open: Vec<u32>,
}

impl Owners {
    fn at(&mut self, tasks: &[Task], at: usize) -> Option<u32> {
        while tasks.get(self.next).is_some_and(|task| task.block.start as usize <= at) {
            while self
                .open
                .last()
                .is_some_and(|&open| tasks[open as usize].block.end <= tasks[self.next].block.start)
            {
                self.open.pop();
            }
            self.open.push(self.next as u32);
            self.next += 1;
        }
        while self.open.last().is_some_and(|&open| (tasks[open as usize].block.end as usize) <= at) {
            self.open.pop();
        }
        self.open.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_in_a_list_of_dependencies_is_told_from_what_stands_behind_it() {
        let cases = [
            ("- [ ] 1.2 Write (depends: |", Some("")),
            ("- [ ] 1.2 Write (depends: |)", Some("")),
            ("- [ ] 1.2 Write (depends: 1.|1)", Some("1.1")),
            ("- [ ] 1.2 Write (depends on 1.1, |2)", Some("2")),
            ("- [ ] 1.2 Write (depends on 1.1 and T0|)", Some("T0")),
            ("  - **Dependencies**: 4.1 ✅, 4|", Some("4")),
            ("  - _Depends: Phase 2|_", Some("Phase 2")),
            ("- [ ] 1.2 Ü (depends: 1.1-1|)", Some("1")),
            ("- [ ] 1.2 (depends on AB-1, AB-|)", Some("AB-")),
            ("- [ ] 1.2 It depends on 1.1 being there |", None),
            ("- [ ] 1.2 (depends: 1.1) |", None),
            ("- [ ] 1.2 (depends: 1.1) and th|", None),
            ("- [ ] 1.2 Appendix 1|", None),
            ("- [ ] 1.2 depends |", None),
            ("- [ ] 1.2 |(depends: 1.1)", None),
        ];
        for (line, expected) in cases {
            let at = line.find('|').unwrap();
            let text = format!("first\n{}\nlast", line.replace('|', ""));
            let span = dependency_at(&text, 6, 6 + at);
            assert_eq!(span.map(|span| &text[span.range()]), expected, "{line}");
        }
    }
}
