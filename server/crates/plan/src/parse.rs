//! Markdown to plan: one walk for the blocks, one reading of them, one look at the lines that are left.

use std::sync::Arc;

use tallymark_text::{Source, Span};

use crate::blocks::{self, Blocks};
use crate::evidence::Evidence;
use crate::leftovers::{self, Accounted};
use crate::{
    Dialect, Ignored, IgnoredWhy, Plan, Problem, Verdict, annotations, claims, dependencies, dialects,
    elements, keys, markdown_text, read,
};

/// What the caller knows of the file beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The path from the workspace's root, with `/`: dialects are told by it. Empty if unknown.
    pub path: &'a str,
    /// The dialect that the settings name; sniffed if `None`. A file with a dialect from the settings is always a plan.
    pub dialect: Option<Dialect>,
}

/// Reads a plan. Never fails and never panics, whatever the text.
pub fn parse(source: Arc<Source>, options: Options<'_>) -> Plan {
    Begun::new(&source, options).finish(source)
}

/// Reads a plan; `None` if the text is none. Most markdown is none, and of that no more is read than it takes to tell.
pub fn parse_if_plan(source: Arc<Source>, options: Options<'_>) -> Option<Plan> {
    if options.dialect.is_none() && dialects::is_no_plan_by_path(options.path) {
        return None;
    }
    let begun = Begun::new(&source, options);
    matches!(begun.verdict, Verdict::Plan(_)).then(|| begun.finish(source))
}

/// A text whose blocks and dialect are known.
struct Begun {
    front: Span,
    blocks: Blocks,
    problems: Vec<Problem>,
    dialect: Dialect,
    verdict: Verdict,
}

impl Begun {
    fn new(source: &Source, options: Options<'_>) -> Self {
        let front = crate::front_matter::front_matter(source);
        let elements = elements::find(source);
        let (markdown, problems) = markdown_text::prepare(source, &elements.tags);
        let mut blocks = blocks::walk(&markdown, front.end as usize..markdown.len());
        blocks.add_elements(elements.found);
        let (dialect, verdict) = match options.dialect {
            Some(dialect) => (dialect, Verdict::Plan("the settings name its dialect")),
            None => dialects::sniff(&Evidence::gather(source.text(), &blocks, options.path, front)),
        };
        Self { front, blocks, problems, dialect, verdict }
    }

    fn finish(self, source: Arc<Source>) -> Plan {
        let Self { front, mut blocks, mut problems, dialect, verdict } = self;
        let text = source.text();
        let reading = dialects::reading(dialect);
        let mut found = read::read(&source, &blocks, front, reading);

        let mut ignored = std::mem::take(&mut blocks.ignored);
        if !front.is_empty() {
            ignored.push(Ignored { span: front, why: IgnoredWhy::FrontMatter });
        }
        ignored.append(&mut found.ignored);
        ignored.sort_by_key(|ignored| (ignored.span.start, ignored.span.end));

        let marks = leftovers::offsets(
            found
                .tasks
                .iter()
                .filter_map(|task| task.mark.as_ref())
                .chain(found.criteria.iter().map(|criterion| &criterion.mark))
                .chain(found.phases.iter().filter_map(|phase| phase.mark.as_ref())),
        );
        let accounted =
            Accounted { boxes: &marks, ignored: &ignored, html: &blocks.html, indented: &blocks.indented };
        let deep = std::mem::take(&mut problems);
        problems.append(&mut blocks.problems);
        problems.extend(leftovers::find(&source, &accounted));
        // What is not read has no other problem.
        problems.retain(|problem| {
            let index = deep.partition_point(|deep| deep.span.end <= problem.span.start);
            !deep.get(index).is_some_and(|deep| deep.span.meets(problem.span))
        });
        problems.extend(deep);
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));

        keys::assign(text, &mut found.tasks, reading.ids_restart());
        let dependencies = dependencies::find(text, &mut found.tasks, &ignored);
        let phase_dependencies = dependencies::of_phases(text, &found.phases, &found.tasks, &ignored);
        annotations::execution_notes(&source, &ignored, &mut found.tasks);
        let claims = claims::find(&claims::Around {
            source: &source,
            blocks: &blocks,
            ignored: &ignored,
            phases: &found.phases,
            tasks: &found.tasks,
        });
        Plan {
            dialect,
            verdict,
            title: found.title,
            phases: found.phases,
            tasks: found.tasks,
            criteria: found.criteria,
            dependencies,
            phase_dependencies,
            output: annotations::output(&source, &ignored),
            claims,
            allowances: annotations::allowances(&source, &blocks.comments),
            problems,
            ignored,
            source,
        }
    }
}
