//! After any edit the analysis that follows it equals one that is made anew: the matches, states and counts, and each finding.
//!
//! `EDITS=100000 cargo test --release -p tallymark-sync --test edits` makes as many edits on each plan; `EDITS_SEED=7` other ones.

#![expect(clippy::print_stdout, reason = "a test that skips says so")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_plan::{Options, Plan};
use tallymark_status::Status;
use tallymark_sync::{Analysis, Boxes, Config, Facts, Memory};
use tallymark_text::{Replaced, Source, Span};

/// Edits made on each plan.
fn edits() -> usize {
    number("EDITS").unwrap_or(40)
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

/// A source of chance that is the same in each run.
struct Chance(u64);

impl Chance {
    fn new(salt: usize) -> Self {
        let seed = number("EDITS_SEED").unwrap_or(1);
        Self(
            (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
                ^ (salt as u64 + 1).wrapping_mul(0xd134_2543_de82_ef95),
        )
    }

    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 16) % count.max(1) as u64) as usize
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// What is typed.
const TYPED: &[&str] =
    &["x", "e", " ", "1", ".", "ü", "(", "`", "*", "-", "]", "[", ")", "\n", "✅", "â", "†’", "—"];

/// What is pasted.
const PASTED: &[&str] = &[
    " (depends: 1.2)",
    " (depends: 9.9)",
    " ✅ DONE",
    " `src/a.rs`",
    "â†’",
    "65% done",
    "3/7 tasks",
    "\n- [ ] 9.9 Another",
    "\n# Heading\n",
    "\n```\n",
    "\n  - a detail",
    "\n<!-- tallymark: allow TM103 -->",
    "\n#",
    " [P]",
    "\n\n",
    "- [x] ",
    "**Total tasks:** 12",
];

/// One edit of a text.
fn edit(text: &str, plan: &Plan, chance: &mut Chance) -> (Span, &'static str) {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    // Mostly inside the line of a task, sometimes at its ends, sometimes anywhere.
    let place = match chance.below(10) {
        0 => Span::new(0, text.len()),
        1 if !plan.criteria.is_empty() => plan.criteria[chance.below(plan.criteria.len())].line,
        2 if !plan.tasks.is_empty() => plan.tasks[chance.below(plan.tasks.len())].block,
        3 if !plan.claims.is_empty() => plan.claims[chance.below(plan.claims.len())].span,
        _ if plan.tasks.is_empty() => Span::new(0, text.len()),
        4 => plan.tasks[chance.below(plan.tasks.len())].line,
        _ => {
            let task = &plan.tasks[chance.below(plan.tasks.len())];
            match (chance.below(4), task.mark) {
                (0, Some(mark)) => {
                    let other = chance.of(&["x", " ", "-", "?", "x", " "]);
                    return (mark.span, other);
                }
                _ => task.title,
            }
        }
    };
    let at = boundary(place.start as usize + chance.below(place.len() + 1));
    match chance.below(8) {
        0 | 1 => (Span::new(at, boundary(at + 1 + chance.below(3))), ""),
        2 => (Span::at(at), chance.of(PASTED)),
        3 => (Span::new(at, boundary(at + chance.below(12))), chance.of(TYPED)),
        _ => (Span::at(at), chance.of(TYPED)),
    }
}

/// How many edits were made, and how many of them were followed.
#[derive(Default)]
struct Score {
    made: usize,
    followed: usize,
}

/// Makes edits one after the other, each followed from the analysis before, and compares each with one made anew.
fn try_edits(
    name: &str,
    text: &str,
    status: Option<Arc<Status>>,
    boxes: Boxes,
    salt: usize,
    score: &mut Score,
) {
    let mut chance = Chance::new(salt);
    let path = format!("docs/plans/{name}.md");
    let options = Options { path: &path, dialect: None };
    let config = Arc::new(Config { boxes, ..Config::default() });
    let mut now = 1_770_000_000_000;
    let facts = |now| Facts {
        now: Some(now),
        plan_path: path.clone(),
        status_path: format!("docs/plan-outputs/{name}/status.json"),
        ..Facts::default()
    };
    let original = tallymark_plan::parse_to_edit(Arc::new(Source::new(text)), options);
    if !original.is_plan() {
        return;
    }
    let begin =
        |plan: Arc<Plan>, now| Analysis::with_memory(plan, status.clone(), facts(now), Arc::clone(&config));
    let (mut analysis, mut memory): (Analysis, Memory) = begin(Arc::new(original), now);
    for step in 0..edits() {
        let before = Arc::clone(&analysis.joined.plan);
        let (span, with) = edit(before.source.text(), &before, &mut chance);
        let mut source = (*before.source).clone();
        source.replace(span, with);
        let source = Arc::new(source);
        let replaced = Replaced::new(span, with.len());
        now += chance.of(&[0, 1, 1_000, 100_000_000]);
        let (plan, changed) = before.edited(&source, replaced, options);
        let plan = Arc::new(plan);
        let anew = begin(Arc::clone(&plan), now);
        score.made += 1;
        match analysis.after(&mut memory, plan, &changed, facts(now)) {
            Some(after) => {
                score.followed += 1;
                let what =
                    format!("{name}, step {step}: {with:?} for {:?} at {}", before.slice(span), span.start);
                assert_same(&after, &anew.0, &what);
                analysis = after;
                if chance.below(50) == 0 {
                    (analysis, memory) = anew;
                }
            }
            None => (analysis, memory) = anew,
        }
        // A plan that has become none, or very long, is begun again.
        if !analysis.joined.plan.is_plan() || source.len() > text.len() + 4_000 {
            (analysis, memory) =
                begin(Arc::new(tallymark_plan::parse_to_edit(Arc::new(Source::new(text)), options)), now);
        }
    }
}

fn assert_same(one: &Analysis, other: &Analysis, what: &str) {
    let (a, b) = (&one.joined, &other.joined);
    assert_eq!(a.matches, b.matches, "matches: {what}");
    assert_eq!(a.tasks_of_entries, b.tasks_of_entries, "tasks of entries: {what}");
    assert_eq!(a.counterparts, b.counterparts, "counterparts: {what}");
    assert_eq!(a.entries_of_criteria, b.entries_of_criteria, "entries of criteria: {what}");
    assert_eq!(a.states, b.states, "states: {what}");
    assert_eq!(a.below, b.below, "progress below tasks: {what}");
    assert_eq!(a.phases, b.phases, "progress of phases: {what}");
    assert_eq!(a.total, b.total, "progress: {what}");
    assert_eq!(one.boxes, other.boxes, "boxes: {what}");
    for finding in &one.findings {
        assert!(other.findings.contains(finding), "not found anew: {finding:?}: {what}");
    }
    for finding in &other.findings {
        assert!(one.findings.contains(finding), "not found: {finding:?}: {what}");
    }
    assert_eq!(one.findings, other.findings, "the order of findings: {what}");
    assert_eq!(one.broken_rules, other.broken_rules, "broken rules: {what}");
    for (task, _) in a.plan.tasks() {
        assert!(a.blockers(task).eq(b.blockers(task)), "blockers of task {}: {what}", task.0);
    }
}

/// All files with this ending in a folder beside the repository.
fn shared(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared").join(folder);
    let Ok(listing) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = listing.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[test]
fn of_real_pairs() {
    let mut score = Score::default();
    for (salt, folder) in shared("corpus/pairs").iter().enumerate() {
        let name = folder.file_name().expect("a folder's name").to_string_lossy().into_owned();
        let text = String::from_utf8(std::fs::read(folder.join("plan.md")).expect("a plan")).expect("UTF-8");
        let status = std::fs::read(folder.join("status.json")).expect("a status file");
        let status = Arc::new(Status::from_bytes(&status));
        for boxes in [Boxes::Auto, Boxes::Mirror, Boxes::Reference] {
            try_edits(&name, &text, Some(Arc::clone(&status)), boxes, salt * 3, &mut score);
        }
    }
    tell(&score);
}

#[test]
fn of_real_plans() {
    let mut score = Score::default();
    let plans = shared("corpus/plans").into_iter().chain(shared("seeds"));
    for (salt, path) in plans.enumerate() {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if text.len() < 60_000 {
            try_edits(&name, &text, None, Boxes::Auto, salt, &mut score);
        }
    }
    tell(&score);
}

/// Plans as they are not found in the wild: the same ids and titles many times, statuses of all kinds, many without an entry.
#[test]
fn of_made_plans() {
    let mut score = Score::default();
    for salt in 0..30 {
        let mut chance = Chance::new(1_000 + salt);
        let (text, status) = made(&mut chance);
        let status = Arc::new(Status::parse(Arc::new(Source::new(&status))));
        let boxes = chance.of(&[Boxes::Auto, Boxes::Mirror, Boxes::Reference]);
        try_edits("made", &text, Some(status), boxes, salt, &mut score);
    }
    assert!(score.followed * 3 > score.made, "only {} of {} were followed", score.followed, score.made);
}

fn made(chance: &mut Chance) -> (String, String) {
    const TITLES: &[&str] = &[
        "Read the file",
        "Write the file",
        "Close the lock of the file",
        "Test it ✅",
        "Read `src/a.rs` and `src/b.rs`",
        "Say what was read",
        "Measure reading and writing → both",
    ];
    let mut text = "# Implementation Plan: Made\n\n**Progress:** 3/7 tasks\n\n".to_owned();
    let mut entries = Vec::new();
    for phase in 1..=2 + chance.below(4) {
        let sign = chance.of(&["", "", " ✅"]);
        text.push_str(&format!("## Phase {phase}: Part {phase}{sign}\n\n"));
        for task in 1..=1 + chance.below(6) {
            let step = if chance.below(8) == 0 { task + 1 } else { task };
            let title = chance.of(TITLES);
            let depends =
                chance.of(&["", "", "", " (depends: 1.1)", " (depends: 1.1-1.3)", " (depends: 7.7)"]);
            let parallel = chance.of(&["", "", "[PARALLEL] "]);
            let mark = chance.of(&[" ", "x", "-"]);
            text.push_str(&format!("- [{mark}] {phase}.{step} {parallel}{title}{depends}\n"));
            if chance.below(3) == 0 {
                let mark = chance.of(&[" ", "x"]);
                text.push_str(&format!("  - [{mark}] {phase}.{step}.1 {}\n", chance.of(TITLES)));
            }
            if chance.below(4) > 0 {
                let status = chance.of(&["pending", "completed", "in_progress", "failed", "skipped", "done"]);
                let id = match chance.below(6) {
                    0 => format!("9.{step}"),
                    _ => format!("{phase}.{step}"),
                };
                let description = match chance.below(5) {
                    0 => chance.of(TITLES).to_owned(),
                    1 => format!("{phase}.{step} {title}"),
                    2 => format!("{title} again"),
                    _ => title.to_owned(),
                };
                let in_phase = if chance.below(6) == 0 { 1 } else { phase };
                entries.push(format!(
                    "{{\"id\": \"{id}\", \"phase\": \"Phase {in_phase}: Part {in_phase}\", \"description\": \"{description}\", \
                     \"status\": \"{status}\", \"startedAt\": \"2026-02-0{}T10:00:00.000Z\"}}",
                    1 + chance.below(9)
                ));
            }
        }
        text.push_str(&format!(
            "\n**VERIFY Phase {phase}:**\n- [{}] All is read\n- [ ] Nothing is lost\n\n",
            chance.of(&[" ", "x"])
        ));
    }
    (text, format!("{{\"tasks\": [\n{}\n]}}", entries.join(",\n")))
}

fn tell(score: &Score) {
    println!("{} edits, {} of them followed", score.made, score.followed);
}
