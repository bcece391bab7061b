//! Answers to questions about a document. Each is answered from one snapshot, and `null` where there is nothing to say.

use std::sync::Arc;

use tallymark_sync::File;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::*;

use crate::convert;
use crate::encoded::Encoded;
use crate::engine::now;
use crate::event::{Answer, Query};
use crate::navigation;
use crate::session::{Session, Transport};
use crate::snapshot::Snapshot;

/// Answers a question on a snapshot, with which of its two files the question is about; `all` are those of all open plans, for
/// a question that is about them too.
pub(crate) fn answer(
    query: Query,
    snapshot: Option<(Arc<Snapshot>, File)>,
    all: &[Arc<Snapshot>],
    session: &Session,
) {
    let on_file = snapshot.as_ref().map(|(snapshot, file)| (&**snapshot, *file));
    // Only marking a file as a plan can be done to one that is none.
    let on_plan = on_file.filter(|(snapshot, _)| snapshot.is_plan());
    match query {
        Query::Hover(params, answer) => {
            let at = params.text_document_position_params.position;
            let hover = |(snapshot, file)| convert::hover::hover(snapshot, file, at, session, now());
            send(answer, on_plan.and_then(hover));
        }
        Query::Completion(params, answer) => {
            let position = &params.text_document_position;
            let offers = |(snapshot, file)| convert::completion::offers(snapshot, file, position, session);
            send(answer, on_plan.and_then(offers));
        }
        Query::ResolveCompletion(item, answer) => {
            send(
                answer,
                convert::completion::resolve(*item, on_plan.map(|(snapshot, _)| snapshot), session, now()),
            );
        }
        Query::Typed(params, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan && params.ch == "\n");
            let at = params.text_document_position.position;
            send(answer, plan.map(|(snapshot, _)| convert::edit::typed(snapshot, at, session)));
        }
        Query::Format(_, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            send(answer, plan.map(|(snapshot, _)| convert::edit::formatted(snapshot, None, session)));
        }
        Query::FormatRange(params, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            let edits = |snapshot| convert::edit::formatted(snapshot, Some(params.range), session);
            send(answer, plan.map(|(snapshot, _)| edits(snapshot)));
        }
        Query::Folds(_, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            send(answer, plan.map(|(snapshot, _)| convert::fold::folds(snapshot, session)));
        }
        Query::Selections(params, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            let steps = |snapshot| convert::selection::selections(snapshot, &params.positions, session);
            send(answer, plan.and_then(|(snapshot, _)| steps(snapshot)));
        }
        Query::Tokens(_, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            send(answer, plan.map(|(snapshot, _)| convert::token::full(snapshot, session).into()));
        }
        Query::TokensDelta(params, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            let delta = |snapshot| convert::token::delta(snapshot, &params.previous_result_id, session);
            send(answer, plan.map(|(snapshot, _)| delta(snapshot)));
        }
        Query::TokensOfRange(params, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            let tokens = |snapshot| convert::token::of_range(snapshot, params.range, session);
            send(answer, plan.map(|(snapshot, _)| tokens(snapshot).into()));
        }
        Query::ResolveHint(hint, answer) => {
            send(
                answer,
                convert::hint::resolve(*hint, on_plan.map(|(snapshot, _)| snapshot), session, now()),
            );
        }
        Query::ResolveLens(lens, answer) => {
            let resolved = convert::lens::resolve(*lens, on_plan, session);
            let _: std::result::Result<(), Result<_>> = answer.send(resolved);
        }
        Query::ResolveAction(action, answer) => {
            let resolved = convert::action::resolve(*action, on_plan, session);
            let _: std::result::Result<(), Result<_>> = answer.send(resolved);
        }
        Query::Symbols(_, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            let symbols = plan.map(|(snapshot, _)| convert::symbol::symbols(snapshot, session));
            send(answer, Encoded::new(&symbols));
        }
        Query::Actions(params, answer) => {
            let actions = |(snapshot, file)| convert::action::actions(snapshot, file, &params, session);
            send(answer, on_file.map(actions));
        }
        Query::Lenses(params, answer) => {
            let lenses =
                |(snapshot, file)| convert::lens::lenses(snapshot, file, &params.text_document.uri, session);
            send(answer, on_plan.map(lenses));
        }
        Query::Hints(params, answer) => {
            let hints = |(snapshot, file)| convert::hint::hints(snapshot, file, params.range, session, now());
            send(answer, on_plan.map(hints));
        }
        Query::Diagnostics(_, answer) => {
            // A client that is told is not answered too, or it shows each finding twice.
            let pulled = on_plan.filter(|_| session.transport == Transport::Pull);
            let items = pulled.map_or_else(Vec::new, |(snapshot, file)| {
                convert::diagnostic::diagnostics(snapshot, file, session)
            });
            let report = FullDocumentDiagnosticReport { result_id: None, items };
            let report = RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: report,
            };
            send(answer, DocumentDiagnosticReport::Full(report).into());
        }
        Query::Navigation(question) => navigation::answer(question, on_plan, all, session),
        Query::PrepareRename(params, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            send(
                answer,
                plan.and_then(|(snapshot, _)| convert::rename::prepare(snapshot, params.position, session)),
            );
        }
        Query::Rename(params, answer) => {
            let plan = on_plan.filter(|(_, file)| *file == File::Plan);
            let edit = plan.map(|(snapshot, _)| convert::rename::rename(snapshot, &params, session));
            let _: std::result::Result<(), Result<_>> = answer.send(edit.transpose());
        }
    }
}

fn send<T>(answer: Answer<T>, value: T) {
    // Nobody waits any more: the client cancelled the request.
    let _: std::result::Result<(), Result<T>> = answer.send(Ok(value));
}
