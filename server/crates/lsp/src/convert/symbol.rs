//! The outline.

use tallymark_ide::{Symbol, SymbolKind as Kind};
use tallymark_text::{Source, Span};
use tower_lsp::ls_types::{
    DocumentSymbol, DocumentSymbolResponse, Location, Range, SymbolInformation, SymbolKind,
};

use super::position;
use crate::session::Session;
use crate::snapshot::Snapshot;

/// Deeper ones stand at this depth: a message nested as deep as a plan can be would break who reads it.
const DEEPEST: u32 = 48;

/// The outline of a plan: a tree where the client takes one, else a list.
pub(crate) fn symbols(snapshot: &Snapshot, session: &Session) -> DocumentSymbolResponse {
    let symbols = tallymark_ide::symbols(&snapshot.analysis, session.settings.outline);
    let source = &snapshot.analysis.joined.plan.source;
    if session.can.symbol_tree {
        return DocumentSymbolResponse::Nested(tree(symbols, source, session));
    }
    DocumentSymbolResponse::Flat(list(symbols, snapshot, source, session))
}

fn tree(symbols: Vec<Symbol>, source: &Source, session: &Session) -> Vec<DocumentSymbol> {
    let mut roots = Vec::new();
    // The symbols that the next may lie in, outermost first; the one at index i is at depth i.
    let mut open: Vec<DocumentSymbol> = Vec::new();
    for symbol in symbols {
        close(&mut open, &mut roots, symbol.depth.min(DEEPEST) as usize);
        open.push(node(symbol, source, session));
    }
    close(&mut open, &mut roots, 0);
    roots
}

/// Puts the symbols at `depth` and deeper into those above them.
fn close(open: &mut Vec<DocumentSymbol>, roots: &mut Vec<DocumentSymbol>, depth: usize) {
    while open.len() > depth
        && let Some(done) = open.pop()
    {
        match open.last_mut() {
            Some(above) => above.children.get_or_insert_default().push(done),
            None => roots.push(done),
        }
    }
}

fn node(symbol: Symbol, source: &Source, session: &Session) -> DocumentSymbol {
    let line = position::range(source, symbol.line, session.encoding);
    let range = around(source, symbol.span, symbol.line, line, session);
    #[allow(deprecated)] // The field has no other way to be set, and no meaning.
    DocumentSymbol {
        name: symbol.name,
        detail: Some(symbol.detail).filter(|detail| !detail.is_empty()),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range,
        selection_range: line,
        children: None,
    }
}

/// The range of a span around a line whose range is known: most spans begin where their lines begin, and of a plan with
/// thousands of tasks each place costs.
fn around(source: &Source, span: Span, line: Span, known: Range, session: &Session) -> Range {
    let at = |offset: u32| position::position(source, offset as usize, session.encoding);
    Range {
        start: if span.start == line.start { known.start } else { at(span.start) },
        end: if span.end == line.end { known.end } else { at(span.end) },
    }
}

fn list(
    symbols: Vec<Symbol>,
    snapshot: &Snapshot,
    source: &Source,
    session: &Session,
) -> Vec<SymbolInformation> {
    // The name of the last symbol at each depth.
    let mut above: Vec<String> = Vec::new();
    let mut list = Vec::with_capacity(symbols.len());
    for symbol in symbols {
        above.truncate(symbol.depth as usize);
        let range = position::range(source, symbol.span, session.encoding);
        #[allow(deprecated)] // As above.
        list.push(SymbolInformation {
            name: symbol.name.clone(),
            kind: kind(symbol.kind),
            tags: None,
            deprecated: None,
            location: Location { uri: snapshot.uri.clone(), range },
            container_name: above.last().cloned(),
        });
        above.push(symbol.name);
    }
    list
}

/// The protocol has no kind for tasks; these have icons that editors show and that differ.
pub(crate) fn kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Phase => SymbolKind::NAMESPACE,
        Kind::Task(_) => SymbolKind::EVENT,
        Kind::Criteria => SymbolKind::BOOLEAN,
    }
}
