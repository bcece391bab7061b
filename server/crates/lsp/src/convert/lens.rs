//! Lines above lines.

use tallymark_sync::File;
use tower_lsp::ls_types::{CodeLens, Command};

use super::{action, diagnostic, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// The lenses of one of the two files. One that does nothing has a command without a name: it only tells.
pub(crate) fn lenses(snapshot: &Snapshot, file: File, session: &Session) -> Vec<CodeLens> {
    let Some(source) = diagnostic::source(&snapshot.analysis, file) else { return Vec::new() };
    if !session.settings.lenses {
        return Vec::new();
    }
    let lenses = match file {
        File::Plan => tallymark_ide::code_lenses(&snapshot.analysis),
        File::Status => tallymark_ide::status_code_lenses(&snapshot.analysis),
    };
    lenses
        .into_iter()
        .map(|lens| {
            let command = match lens.effect {
                Some(effect) => action::command(snapshot, lens.title, effect, None),
                None => Command { title: lens.title, command: String::new(), arguments: None },
            };
            CodeLens {
                range: position::range(source, lens.span, session.encoding),
                command: Some(command),
                data: None,
            }
        })
        .collect()
}
