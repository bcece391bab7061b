//! Everything an editor may ask, asked of real plans: answers lie in the text, nest, and belong to the lines they are
//! given for. The files lie beside the repository and are not part of it; without them the tests say so and pass.

#![expect(clippy::print_stdout, reason = "a test that skips says so")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_ide::*;
use tallymark_plan::Options;
use tallymark_status::Status;
use tallymark_sync::{Analysis, Bullet, Config, Facts, File, Format};
use tallymark_text::{Source, Span, apply_edits};

/// 2026-01-01T12:00:00Z.
const NOON: Option<i64> = Some(1_767_268_800_000);

/// The plans below a folder, each with the `status.json` beside it, if there is one.
fn analyses(folder: &str) -> Vec<(PathBuf, Analysis)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus").join(folder);
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
    }
    let mut folders = vec![folder];
    let mut analyses = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let Ok(source) = Source::from_bytes(&std::fs::read(&path).expect("a plan")) else { continue };
                let plan = tallymark_plan::parse(Arc::new(source), Options::default());
                let status = std::fs::read(path.with_file_name("status.json")).ok();
                let status = status.map(|bytes| Arc::new(Status::from_bytes(&bytes)));
                let facts = Facts { now: NOON, ..Facts::default() };
                analyses
                    .push((path, Analysis::new(Arc::new(plan), status, facts, Arc::new(Config::default()))));
            }
        }
    }
    analyses
}

/// Whether a span can be cut out of a text.
fn lies_in(text: &str, span: Span) -> bool {
    text.get(span.range()).is_some()
}

/// Formatting changes no task, and a second time nothing.
fn formatting(path: &Path, analysis: &Analysis) {
    let format = Format { marks: true, bullets: Some(Bullet::Star), renumber: false };
    let told = |text: &str| {
        let options =
            Options { path: &analysis.facts.plan_path, dialect: Some(analysis.joined.plan.dialect) };
        let plan = Arc::new(tallymark_plan::parse(Arc::new(Source::new(text)), options));
        let config = Arc::new(Config { format, ..Config::default() });
        let analysis = Analysis::new(Arc::clone(&plan), None, analysis.facts.clone(), config);
        let tasks: Vec<_> = plan
            .tasks()
            .map(|(task, own)| (plan.key(task).to_owned(), plan.meaning(task), own.parent, own.phase))
            .collect();
        (tasks, analysis)
    };
    let text = analysis.joined.plan.source.text();
    let (before, unformatted) = told(text);
    let edits = format_plan(&unformatted, Span::new(0, text.len()));
    let formatted = apply_edits(text, &edits).expect("edits that fit");
    let (after, again) = told(&formatted);
    assert_eq!(after, before, "{}", path.display());
    assert_eq!(format_plan(&again, Span::new(0, formatted.len())), [], "{}", path.display());
}

fn check(path: &Path, analysis: &Analysis) {
    let at = path.display();
    let source = &analysis.joined.plan.source;
    let text = source.text();
    let all = Span::new(0, text.len());

    let mut above: Vec<Span> = Vec::new();
    for symbol in symbols(analysis, Outline::Full) {
        assert!(
            lies_in(text, symbol.span) && symbol.span.cover(symbol.line) == symbol.span,
            "{at}: {symbol:?}"
        );
        assert!(!symbol.name.is_empty() && symbol.depth as usize <= above.len(), "{at}: {symbol:?}");
        above.truncate(symbol.depth as usize);
        above.push(symbol.span);
    }

    let hints = inlay_hints(analysis, all, NOON);
    let mut by_line = Vec::new();
    for line in 0..source.line_count() {
        let span = source.line_span(line);
        by_line.extend(inlay_hints(analysis, span, NOON));
        if let Some(hover) = hover(analysis, span.start as usize, NOON) {
            assert!(lies_in(text, hover.span) && !hover.markdown.contains("\n\n\n"), "{at}: {hover:?}");
        }
        for action in mark_actions(analysis, File::Plan, Span::at(span.end as usize)) {
            assert!(!action.title.contains('\n'), "{at}: {action:?}");
        }
    }
    assert_eq!(by_line, hints, "{at}: hints by line and of the whole");
    assert!(hints.iter().all(|hint| !hint.label.contains('\n')), "{at}: {hints:?}");

    let folds = folds(analysis);
    assert!(folds.is_sorted_by_key(|fold| fold.first_line), "{at}: {folds:?}");
    let lines = source.line_count() as u32;
    assert!(folds.iter().all(|fold| fold.first_line < fold.last_line && fold.last_line < lines), "{at}");

    let tokens = tokens(analysis, all);
    let mut end = 0;
    for token in &tokens {
        assert!(token.span.start >= end && lies_in(text, token.span), "{at}: {token:?}");
        assert!(!source.slice(token.span).contains(['\n', '\r']), "{at}: {token:?}");
        end = token.span.end;
    }
    let mut by_line = Vec::new();
    for line in 0..source.line_count() {
        by_line.extend(tallymark_ide::tokens(analysis, source.full_line_span(line)));
        let end = source.line_span(line).end as usize;
        let steps = selection_steps(analysis, end).unwrap_or_default();
        assert!(
            steps.windows(2).all(|two| two[0].cover(two[1]) == two[1] && two[0] != two[1]),
            "{at}: {steps:?}"
        );
        assert!(steps.iter().all(|&step| lies_in(text, step) && step.touches(end)), "{at}: {steps:?}");
        for item in completions(analysis, end).items {
            assert!(lies_in(text, item.span) && item.span.touches(end), "{at}: {item:?}");
        }
        let edits = on_enter(analysis, end);
        assert!(apply_edits(text, &edits).is_ok(), "{at}: {edits:?}");
    }
    assert_eq!(by_line, tokens, "{at}: tokens by line and of the whole");

    formatting(path, analysis);

    assert!(code_lenses(analysis).iter().all(|lens| lies_in(text, lens.span)), "{at}");
    assert!(diagnostics(analysis, File::Plan).iter().all(|one| lies_in(text, one.span)), "{at}");
    if let Some(status) = analysis.joined.status() {
        let text = status.source.text();
        assert!(diagnostics(analysis, File::Status).iter().all(|one| lies_in(text, one.span)), "{at}");
        for entry in &status.entries {
            let hover = hover_status(analysis, entry.span.start as usize, NOON);
            assert!(hover.is_some_and(|hover| lies_in(text, hover.span)), "{at}: {entry:?}");
        }
    }
    for action in fix_actions(analysis, File::Plan, all).into_iter().chain(fix_all(analysis)) {
        if let Effect::EditPlan(edits) = action.effect {
            assert!(apply_edits(text, &edits).is_ok(), "{at}: {}", action.title);
        }
    }
}

#[test]
fn real_plans_are_shown_whole_and_in_order() {
    for (path, analysis) in analyses("plans") {
        check(&path, &analysis);
    }
}

#[test]
fn real_pairs_are_shown_whole_and_in_order() {
    for (path, analysis) in analyses("pairs") {
        check(&path, &analysis);
    }
}
