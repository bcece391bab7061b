//! Lines above lines.

use tallymark_sync::File;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{CodeLens, Command, Uri};

use super::resolve::Data;
use super::{action, diagnostic, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// The lenses of one of the two files; `document` is the one that was asked about. A client that says so asks for the commands of
/// those that it shows ([`resolve`]).
pub(crate) fn lenses(snapshot: &Snapshot, file: File, document: &Uri, session: &Session) -> Vec<CodeLens> {
    let Some(source) = diagnostic::source(&snapshot.analysis, file) else { return Vec::new() };
    let later = session.can.resolve_lenses;
    let convert = |(index, lens): (usize, tallymark_ide::CodeLens)| CodeLens {
        range: position::range(source, lens.span, session.encoding),
        data: later.then(|| Data::write(document, snapshot, index)).flatten(),
        command: (!later).then(|| command(snapshot, lens)),
    };
    all(snapshot, file, session).into_iter().enumerate().map(convert).collect()
}

fn all(snapshot: &Snapshot, file: File, session: &Session) -> Vec<tallymark_ide::CodeLens> {
    match file {
        _ if !session.settings.lenses => Vec::new(),
        File::Plan => tallymark_ide::code_lenses(&snapshot.analysis),
        File::Status => tallymark_ide::status_code_lenses(&snapshot.analysis),
    }
}

/// What a lens says and does, with all that the server needs to do it. One that does nothing has a command without a name: it only tells.
fn command(snapshot: &Snapshot, lens: tallymark_ide::CodeLens) -> Command {
    match lens.effect {
        Some(effect) => action::command(snapshot, lens.title, effect, None),
        None => Command { title: lens.title, command: String::new(), arguments: None },
    }
}

/// Adds the command.
///
/// # Errors
/// The plan or its status.json is not what it was any more, as the protocol has a code for: the client asks for all lenses again.
pub(crate) fn resolve(
    lens: CodeLens,
    on_plan: Option<(&Snapshot, File)>,
    session: &Session,
) -> Result<CodeLens> {
    let data = Data::<usize>::read(lens.data.as_ref());
    let current = data.zip(on_plan).filter(|(data, (snapshot, _))| data.is_of(snapshot));
    let own = current.and_then(|(data, (snapshot, file))| {
        let own = all(snapshot, file, session).into_iter().nth(data.item)?;
        let source = diagnostic::source(&snapshot.analysis, file)?;
        let range = position::range(source, own.span, session.encoding);
        (range == lens.range).then(|| command(snapshot, own))
    });
    match own {
        Some(command) => Ok(CodeLens { command: Some(command), ..lens }),
        None => Err(Error {
            code: ErrorCode::ContentModified,
            message: "the plan was edited meanwhile".into(),
            data: None,
        }),
    }
}
