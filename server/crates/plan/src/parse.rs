//! Markdown to plan: one walk for the blocks, one reading of them, one look at the lines that are left.

use std::ops::Range;
use std::sync::Arc;

use tallymark_text::{Source, Span};

use crate::blocks::{self, Block, Blocks};
use crate::cuts::{self, Cut, Place};
use crate::elements::Elements;
use crate::evidence::{self, Counted, Counts, Evidence, Standing};
use crate::headings::Heading;
use crate::leftovers::{self, Accounted};
use crate::read::{self, Found, Part, State};
use crate::trail::{self, Trail};
use crate::{
    Dialect, Ignored, IgnoredWhy, Plan, Problem, Verdict, annotations, claims, dependencies, dialects,
    elements, keys, markdown_text,
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
    Begun::new(&source, options, false).finish(source, options)
}

/// Reads a plan as [`parse`] does, and writes down on the way what [`Plan::edited`] goes on from.
pub fn parse_to_edit(source: Arc<Source>, options: Options<'_>) -> Plan {
    Begun::new(&source, options, true).finish(source, options)
}

/// Reads a plan; `None` if the text is none. Most markdown is none, and of that no more is read than it takes to tell.
pub fn parse_if_plan(source: Arc<Source>, options: Options<'_>) -> Option<Plan> {
    if options.dialect.is_none() && dialects::is_no_plan_by_path(options.path) {
        return None;
    }
    let begun = Begun::new(&source, options, false);
    matches!(begun.verdict, Verdict::Plan(_)).then(|| begun.finish(source, options))
}

/// A text whose blocks and dialect are known.
struct Begun {
    front: Span,
    elements: bool,
    blocks: Blocks,
    problems: Vec<Problem>,
    dialect: Dialect,
    verdict: Verdict,
    /// Where to cut, and what was counted between the cuts; `None` where nobody asks for it.
    cuts: Option<Vec<Place>>,
    counted: Counted,
}

impl Begun {
    fn new(source: &Source, options: Options<'_>, to_edit: bool) -> Self {
        let text = source.text();
        let front = crate::front_matter::front_matter(source);
        let Elements { found: elements, tags } = elements::find(source);
        let (markdown, problems) = markdown_text::prepare(source, 0..text.len(), &tags);
        let mut blocks = blocks::walk(&markdown, front.end as usize..text.len());
        blocks.add_elements(elements);
        let elements = !tags.is_empty() || !blocks.elements.is_empty();
        let cuts = to_edit.then(|| cuts::places(text, &blocks, front.end));
        let counted = evidence::count(
            text,
            &blocks,
            only_title(&blocks),
            Standing::default(),
            cuts.as_deref().unwrap_or_default(),
        );
        let (dialect, verdict) = tell(text, options, front, &blocks, counted.sum());
        Self { front, elements, blocks, problems, dialect, verdict, cuts, counted }
    }

    fn finish(self, source: Arc<Source>, options: Options<'_>) -> Plan {
        let Self { front, elements, mut blocks, problems: deep, dialect, verdict, cuts, counted } = self;
        let text = source.text();
        let reading = dialects::reading(dialect);
        let mut found = read::read(&Part {
            text,
            blocks: &blocks,
            front,
            reading,
            only_title: only_title(&blocks),
            state: State::default(),
            phases: &[],
            tasks: &[],
            cuts: cuts.as_deref().unwrap_or_default(),
            end: None,
        });
        let mut all_phases = None;
        if !reading.keeps_empty_phases() {
            all_phases = cuts.is_some().then(|| found.phases.clone());
            found.drop_empty_phases();
        }
        if !front.is_empty() {
            blocks.ignored.push(Ignored { span: front, why: IgnoredWhy::FrontMatter });
        }
        let whole = front.end as usize..text.len();
        let Unread { ignored, problems } = unread(&source, whole.clone(), &mut blocks, deep, &mut found);

        let mut keys = cuts.as_ref().map(|_| keys::Known::default());
        keys::assign(text, &mut found.tasks, reading.ids_restart(), keys.as_mut());
        let dependencies = dependencies::find(text, whole.clone(), &mut found.tasks, 0, &ignored);
        let phase_dependencies =
            dependencies::of_phases(text, whole.clone(), 0, &found.phases, &found.tasks, &ignored);
        let notes = annotations::notes(&source, whole.clone(), &ignored);
        annotations::mark_noted(text, notes.iter().map(|(_, note)| note), &mut found.tasks);
        let headings = headings(&blocks);
        let claims = claims::find(&claims::Around {
            source: &source,
            part: whole.clone(),
            first_task: 0,
            headings: &headings,
            only_title: only_title(&blocks),
            ignored: &ignored,
            phases: &found.phases,
            tasks: &found.tasks,
        });
        let output = annotations::output(&source, whole, &ignored);
        let allowances = annotations::allowances(&source, &blocks.comments);
        let trail = match (cuts, keys) {
            (Some(places), Some(keys)) if !elements && trail::can_follow(&blocks, reading) => {
                let first = (State::default(), Standing::default());
                Some(Arc::new(Trail {
                    path: options.path.into(),
                    dialect: options.dialect,
                    front,
                    all_phases,
                    counts: counted.sum(),
                    cuts: cuts_from(first, front.end, 0, &places, &found.states, &counted),
                    headings,
                    comments: std::mem::take(&mut blocks.comments),
                    notes,
                    output,
                    keys,
                    may_have_elements: trail::may_have_elements(text),
                }))
            }
            _ => None,
        };
        Plan {
            dialect,
            verdict,
            title: found.title,
            phases: found.phases,
            tasks: found.tasks,
            criteria: found.criteria,
            dependencies,
            phase_dependencies,
            output: output.and_then(|line| line.path),
            claims,
            allowances,
            problems,
            ignored,
            trail,
            source,
        }
    }
}

/// The dialect of a text, and whether it is a plan.
pub(crate) fn tell(
    text: &str,
    options: Options<'_>,
    front: Span,
    blocks: &Blocks,
    counts: Counts,
) -> (Dialect, Verdict) {
    match options.dialect {
        Some(dialect) => (dialect, Verdict::Plan("the settings name its dialect")),
        None => dialects::sniff(&Evidence::new(text, options.path, front, &blocks.elements, counts)),
    }
}

/// Whether there is one heading of the first level, which is the title then.
pub(crate) fn only_title(blocks: &Blocks) -> bool {
    blocks.headings_of_first_level == 1
}

/// The headings outside lists and quotes.
pub(crate) fn headings(blocks: &Blocks) -> Vec<Heading> {
    let headings = blocks.order.iter().filter_map(|block| match *block {
        Block::Heading { level, span, text } => Some(Heading { level, start: span.start, text }),
        _ => None,
    });
    headings.collect()
}

/// The cuts of a part that begins at `at` with a heading of `level`, or with none.
pub(crate) fn cuts_from(
    (state, standing): (State, Standing),
    at: u32,
    level: u8,
    places: &[Place],
    states: &[State],
    counted: &Counted,
) -> Vec<Cut> {
    let mut cuts = Vec::with_capacity(places.len() + 1);
    cuts.push(Cut { at, level, state, standing, counts: counted.parts[0] });
    for (index, place) in places.iter().enumerate() {
        cuts.push(Cut {
            at: place.at,
            level: place.level,
            state: states[index],
            standing: counted.standing[index],
            counts: counted.parts[index + 1],
        });
    }
    cuts
}

/// What of a part of a text is no part of the plan.
pub(crate) struct Unread {
    pub ignored: Vec<Ignored>,
    pub problems: Vec<Problem>,
}

/// Accounts for what the reader has left of a part of a text. `deep`: what was not read at all.
pub(crate) fn unread(
    source: &Source,
    part: Range<usize>,
    blocks: &mut Blocks,
    deep: Vec<Problem>,
    found: &mut Found,
) -> Unread {
    let mut ignored = std::mem::take(&mut blocks.ignored);
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
    let mut problems = std::mem::take(&mut blocks.problems);
    problems.extend(leftovers::find(source, part, &accounted));
    // What is not read has no other problem.
    problems.retain(|problem| {
        let index = deep.partition_point(|deep| deep.span.end <= problem.span.start);
        !deep.get(index).is_some_and(|deep| deep.span.meets(problem.span))
    });
    problems.extend(deep);
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    Unread { ignored, problems }
}
