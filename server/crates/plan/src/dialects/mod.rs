//! The dialects: one file each, behind [`Reading`]. A new one is a file here, a variant of [`Dialect`], and a page under
//! `docs/dialects/`.

mod action_plan;
mod backlog;
mod bmad;
mod exec_plan;
mod feature_spec;
mod gsd;
mod kiro;
mod openspec;
mod phased;
mod plain;
mod progress_report;
mod spec_kit;
mod superpowers;

use tallymark_text::Span;

pub(crate) use gsd::PHASE;
pub(crate) use superpowers::is_task_heading;

use crate::evidence::Evidence;
use crate::headings::{PHASE_WORDS, PhaseName, phase_name};
use crate::ids::IdForms;
use crate::{Dialect, Meaning, Verdict};

/// What a dialect decides. The defaults are what most share.
pub(crate) trait Reading: Sync {
    /// Why a file is of this dialect, in words for `tallymark explain`; `None` if it is not.
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str>;

    /// The marks beside ` `, `x` and `X`, with what they mean. The first of a meaning is the one that is written.
    fn marks(&self) -> &'static [(&'static str, Meaning)] {
        &[]
    }

    /// Which ids it knows beside `1.1`.
    fn ids(&self) -> IdForms {
        IdForms::default()
    }

    /// Whether a heading begins a phase.
    fn phase(&self, text: &str, _level: u8, span: Span) -> Option<PhaseName> {
        phase_name(text, span, PHASE_WORDS)
    }

    /// Whether a phase without tasks and criteria is one (it may be a time-line, or a wish).
    fn keeps_empty_phases(&self) -> bool {
        true
    }

    /// What the file is as a whole.
    fn whole_file(&self) -> WholeFile {
        WholeFile::Plan
    }

    /// Whether a heading that has an id is a task.
    fn is_task_heading(&self, _words: &str) -> bool {
        false
    }

    /// Whether the text below repeats the tasks that are headings, in lists that sum them up.
    fn repeats_headings(&self) -> bool {
        false
    }

    /// Words for the state of the whole file beside those that all know. The first of a meaning is the one that is written.
    fn status_words(&self) -> &'static [(&'static str, Meaning)] {
        &[]
    }

    /// Whether items `**Phase 1: Name**` with a box may stand for the phases that are told below them.
    fn has_phase_index(&self) -> bool {
        false
    }

    /// Whether XML elements are tasks, and hold criteria.
    fn has_elements(&self) -> bool {
        false
    }

    /// Whether ids start again below each task.
    fn ids_restart(&self) -> bool {
        false
    }

    /// Whether an item `1.1` that stands beside the item `1` is a part of it.
    fn nests_by_id(&self) -> bool {
        false
    }

    /// Whether a list item without a box is a task.
    fn is_step(&self, _place: &Place<'_>) -> bool {
        false
    }

    /// Whether a box at the end of an item with an id makes it a task: `- 1.1: Title [x] COMPLETE`.
    fn trailing_boxes(&self) -> bool {
        false
    }

    /// Whether an item whose box holds `mark` explains the marks.
    fn is_legend(&self, _mark: &str) -> bool {
        false
    }
}

/// What a file is as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WholeFile {
    /// A plan: phases and tasks stand in it.
    Plan,
    /// One phase, by its title, with its state in a line `Status: done`.
    Phase,
    /// One task, by its front matter or else by its title.
    Task,
}

/// Where a list item stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'t> {
    /// The words of the heading above it.
    pub heading: &'t str,
    /// Whether that heading is a phase's.
    pub under_phase: bool,
    /// Whether the item's bullet is a number.
    pub ordered: bool,
    /// Whether it stands in no other item.
    pub outermost: bool,
}

/// The reading of a dialect.
pub(crate) fn reading(dialect: Dialect) -> &'static dyn Reading {
    match dialect {
        Dialect::Phased => &phased::Phased,
        Dialect::ActionPlan => &action_plan::ActionPlan,
        Dialect::FeatureSpec => &feature_spec::FeatureSpec,
        Dialect::ProgressReport => &progress_report::ProgressReport,
        Dialect::SpecKit => &spec_kit::SpecKit,
        Dialect::Kiro => &kiro::Kiro,
        Dialect::OpenSpec => &openspec::OpenSpec,
        Dialect::Backlog => &backlog::Backlog,
        Dialect::Gsd => &gsd::Gsd,
        Dialect::Superpowers => &superpowers::Superpowers,
        Dialect::Bmad => &bmad::Bmad,
        Dialect::ExecPlan => &exec_plan::ExecPlan,
        Dialect::Plain => &plain::Plain,
    }
}

/// Tells a file's dialect, and whether it is a plan at all.
pub(crate) fn sniff(seen: &Evidence<'_>) -> (Dialect, Verdict) {
    if let Some(why) = no_plan_by_path(seen) {
        return (Dialect::Plain, Verdict::NotAPlan(why));
    }
    for dialect in Dialect::ALL {
        if let Some(why) = reading(dialect).recognise(seen) {
            return (dialect, Verdict::Plan(why));
        }
    }
    let why = if seen.boxes == 0 {
        "it has no boxes, and no headings that are tasks"
    } else if seen.criteria == seen.boxes {
        "all its boxes stand under headings that announce criteria; there is no task"
    } else {
        "its boxes have neither phases nor ids that a dialect knows; a plain checklist is a plan only if the settings say so"
    };
    (Dialect::Plain, Verdict::NotAPlan(why))
}

/// Whether a file's path alone tells that it is no plan.
pub(crate) fn is_no_plan_by_path(path: &str) -> bool {
    no_plan_by_path(&Evidence::of_path(path)).is_some()
}

/// Files that hold boxes for another purpose, by their place and name.
fn no_plan_by_path(seen: &Evidence<'_>) -> Option<&'static str> {
    let name = seen.file_name();
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let is = |known: &str| stem.eq_ignore_ascii_case(known);
    if is("readme") || is("changelog") || is("contributing") || is("code_of_conduct") || is("license") {
        return Some("it is a page about the project, by its name");
    }
    if is("agents") || is("claude") || is("gemini") || is("skill") || name.ends_with(".agent.md") {
        return Some("it instructs agents, by its name: its boxes are examples");
    }
    let lower_ends =
        |end: &str| stem.len() >= end.len() && stem[stem.len() - end.len()..].eq_ignore_ascii_case(end);
    if stem.is_ascii() && (lower_ends("-template") || lower_ends("_template") || is("template")) {
        return Some("it is a template, by its name: its tasks are samples");
    }
    if seen.in_folder("templates") {
        return Some("it lies in a folder of templates: its tasks are samples");
    }
    let records = [
        "SUMMARY",
        "VERIFICATION",
        "VALIDATION",
        "RESEARCH",
        "CONTEXT",
        "REVIEW",
        "UAT",
        "STATE",
        "PROJECT",
        "MILESTONES",
    ];
    if seen.in_folder(".planning") && records.iter().any(|end| stem.ends_with(end)) {
        return Some("it is a record that stands beside the plans of GSD, by its name");
    }
    let instructs = [
        ".claude/commands",
        ".claude/agents",
        ".claude/skills",
        ".codex/skills",
        ".github/agents",
        ".cursor/rules",
        "skills",
        "commands",
        "agents",
    ];
    if instructs.iter().any(|folder| seen.in_folder(folder)) {
        return Some("it lies in a folder of instructions for agents: its boxes are examples");
    }
    None
}

/// What a mark means in a dialect.
pub(crate) fn meaning(reading: &dyn Reading, mark: &str) -> Meaning {
    match mark {
        " " => Meaning::Open,
        "x" | "X" => Meaning::Done,
        "✅" | "✔" | "✔\u{fe0f}" | "✓" | "√" | "☑" => Meaning::Done,
        _ => reading
            .marks()
            .iter()
            .find(|(known, _)| *known == mark)
            .map_or(Meaning::Unknown, |&(_, meaning)| meaning),
    }
}

impl Dialect {
    /// The mark that says `meaning` in this dialect; `None` if it has none for it.
    pub fn mark_for(self, meaning: Meaning) -> Option<&'static str> {
        match meaning {
            Meaning::Open => Some(" "),
            Meaning::Done => Some("x"),
            Meaning::Unknown => None,
            _ => reading(self).marks().iter().find(|(_, known)| *known == meaning).map(|&(mark, _)| mark),
        }
    }

    /// The word that says `meaning` in the front matter of a task; `None` if the dialect has none for it.
    pub fn word_for(self, meaning: Meaning) -> Option<&'static str> {
        reading(self).status_words().iter().find(|(_, known)| *known == meaning).map(|&(word, _)| word)
    }

    /// What a mark between brackets means in this dialect.
    pub fn meaning_of(self, mark: &str) -> Meaning {
        meaning(reading(self), mark)
    }
}
