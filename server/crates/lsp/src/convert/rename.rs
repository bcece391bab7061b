//! Giving a task another id, as the client's rename. It edits the plan only: status.json takes the new ids by TM108's fix.

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;

use super::{edit, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// "Request failed": the request was sound and cannot be carried out, as LSP 3.17 has it.
const REQUEST_FAILED: i64 = -32803;

/// The id at a position, where it can be another.
pub(crate) fn prepare(snapshot: &Snapshot, at: Position, session: &Session) -> Option<PrepareRenameResponse> {
    let source = &snapshot.analysis.joined.plan.source;
    let (_, span) = snapshot.analysis.id_at(position::offset(source, at, session.encoding))?;
    Some(PrepareRenameResponse::RangeWithPlaceholder {
        range: position::range(source, span, session.encoding),
        placeholder: source.slice(span).to_owned(),
    })
}

/// The edits that give the task at a position another id.
///
/// # Errors
/// There is no id, or the new one cannot be given; the client shows why.
pub(crate) fn rename(snapshot: &Snapshot, params: &RenameParams, session: &Session) -> Result<WorkspaceEdit> {
    let source = &snapshot.analysis.joined.plan.source;
    let failed = |message: String| Error {
        code: ErrorCode::ServerError(REQUEST_FAILED),
        message: message.into(),
        data: None,
    };
    let offset = position::offset(source, params.text_document_position.position, session.encoding);
    let (task, _) =
        snapshot.analysis.id_at(offset).ok_or_else(|| failed("there is no id of a task here".to_owned()))?;
    let renumbering = snapshot
        .analysis
        .renumbering(&[(task, params.new_name.trim().to_owned())])
        .map_err(|refusal| failed(refusal.message))?;
    let edits = edit::text_edits(source, &renumbering.edits, session.encoding);
    Ok(edit::workspace_edit(&snapshot.uri, Some(snapshot.version), edits, session))
}
