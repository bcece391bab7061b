//! Colours: semantic tokens, whole, of a range, and what changed since the last time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tallymark_ide::{Token, TokenKind};
use tallymark_sync::State;
use tallymark_text::{Encoding, Source, Span};
use tower_lsp::ls_types::*;

use super::position;
use crate::session::Session;
use crate::snapshot::Snapshot;

/// The types of our tokens, all from the protocol's own list, so that every theme has colours for them.
const TYPES: [&str; 4] = ["enumMember", "variable", "namespace", "number"];

/// Said of what stands at the place where it is made: the id in a task's line, the number in a phase's heading.
const DECLARATION: u32 = 1;

/// The modifiers. Beside the first these are ours, one a state; `docs/language-server.md` has them.
const MODIFIERS: [&str; 10] = [
    "declaration",
    "pending",
    "ready",
    "inProgress",
    "blocked",
    "completed",
    "failed",
    "skipped",
    "cancelled",
    "unknown",
];

/// What is said of our tokens in the capabilities.
pub(crate) fn provider() -> SemanticTokensServerCapabilities {
    SemanticTokensServerCapabilities::SemanticTokensOptions(SemanticTokensOptions {
        legend: SemanticTokensLegend {
            token_types: TYPES.map(SemanticTokenType::new).into(),
            token_modifiers: MODIFIERS.map(SemanticTokenModifier::new).into(),
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
        ..SemanticTokensOptions::default()
    })
}

/// What the client was last told of each document, so that it can be told only what changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToldTokens(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    last: u64,
    documents: HashMap<Uri, Arc<Told>>,
}

/// The tokens of a document as they were told.
#[derive(Debug)]
struct Told {
    id: u64,
    source: Arc<Source>,
    tokens: Vec<Token>,
}

impl ToldTokens {
    /// Remembers what is told now, and gives it a name.
    fn remember(&self, uri: &Uri, source: &Arc<Source>, tokens: Vec<Token>) -> Arc<Told> {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.last += 1;
        let told = Arc::new(Told { id: memory.last, source: Arc::clone(source), tokens });
        memory.documents.insert(uri.clone(), Arc::clone(&told));
        told
    }

    /// What was told under a name.
    fn told(&self, uri: &Uri, id: &str) -> Option<Arc<Told>> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.documents.get(uri).filter(|told| told.id.to_string() == id).cloned()
    }

    /// Forgets a document that was closed.
    pub(crate) fn forget(&self, uri: &Uri) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).documents.remove(uri);
    }
}

/// All tokens of a plan.
pub(crate) fn full(snapshot: &Snapshot, session: &Session) -> SemanticTokens {
    let source = &snapshot.analysis.joined.plan.source;
    let tokens = tallymark_ide::tokens(&snapshot.analysis, whole(source));
    let data = encode(source, None, &tokens, session.encoding);
    let told = session.told_tokens.remember(&snapshot.uri, source, tokens);
    SemanticTokens { result_id: Some(told.id.to_string()), data }
}

/// The tokens of a range of lines.
pub(crate) fn of_range(snapshot: &Snapshot, range: Range, session: &Session) -> SemanticTokens {
    let source = &snapshot.analysis.joined.plan.source;
    let asked = position::span(source, range, session.encoding);
    // Whole lines: a token that the range cuts is in it.
    let start = source.line_span(source.line_of(asked.start as usize)).start;
    let end = source.full_line_span(source.line_of(asked.end as usize)).end;
    let tokens = tallymark_ide::tokens(&snapshot.analysis, Span { start, end: end.max(start) });
    SemanticTokens { result_id: None, data: encode(source, None, &tokens, session.encoding) }
}

/// What changed since the tokens of that name; all tokens if those are not known any more.
pub(crate) fn delta(snapshot: &Snapshot, previous: &str, session: &Session) -> SemanticTokensFullDeltaResult {
    let Some(told) = session.told_tokens.told(&snapshot.uri, previous) else {
        return full(snapshot, session).into();
    };
    let source = &snapshot.analysis.joined.plan.source;
    let tokens = tallymark_ide::tokens(&snapshot.analysis, whole(source));
    let (kept, tail) = unchanged(&told, source, &tokens);
    let changed = &tokens[kept..tokens.len() - tail];
    let deleted = told.tokens.len() - kept - tail;
    let edit = (deleted > 0 || !changed.is_empty()).then(|| SemanticTokensEdit {
        // Counted in numbers, of which a token has five.
        start: kept as u32 * 5,
        delete_count: deleted as u32 * 5,
        data: Some(encode(source, kept.checked_sub(1).map(|last| &tokens[last]), changed, session.encoding)),
    });
    let told = session.told_tokens.remember(&snapshot.uri, source, tokens);
    SemanticTokensDelta { result_id: Some(told.id.to_string()), edits: edit.into_iter().collect() }.into()
}

fn whole(source: &Source) -> Span {
    // A text of 4 GiB is none, so there is one behind the end.
    Span::new(0, source.len() + 1)
}

/// How many tokens at the beginning and at the end are told with the same numbers as before. A token's numbers are its
/// distances from the one before it: at the end, where the text moved as a whole, all but the first keep them.
fn unchanged(told: &Told, source: &Source, tokens: &[Token]) -> (usize, usize) {
    let (old, new) = (told.source.text().as_bytes(), source.text().as_bytes());
    let head = common_prefix(old, new) as u32;
    let shorter = old.len().min(new.len()) - head as usize;
    let tail = common_suffix(&old[old.len() - shorter..], &new[new.len() - shorter..]) as u32;
    let same_head =
        told.tokens.iter().zip(tokens).take_while(|(one, other)| one == other && one.span.end <= head);
    let kept = same_head.count();
    let shift = new.len() as i64 - old.len() as i64;
    let moved = |one: &Token, other: &Token| {
        i64::from(one.span.start) + shift == i64::from(other.span.start)
            && one.span.len() == other.span.len()
            && (one.kind, one.state) == (other.kind, other.state)
            && one.span.start >= old.len() as u32 - tail
    };
    let pairs = told.tokens[kept..].iter().rev().zip(tokens[kept..].iter().rev());
    let same_tail = pairs.take_while(|(one, other)| moved(one, other)).count();
    // The first of them follows another token than before, or at another distance.
    (kept, same_tail.saturating_sub(1))
}

/// How many bytes are compared at once.
const CHUNK: usize = 1024;

fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    let chunks = one.chunks(CHUNK).zip(other.chunks(CHUNK)).take_while(|(one, other)| one == other).count();
    let from = (chunks * CHUNK).min(one.len()).min(other.len());
    from + one[from..].iter().zip(&other[from..]).take_while(|(one, other)| one == other).count()
}

fn common_suffix(one: &[u8], other: &[u8]) -> usize {
    let chunks = one.rchunks(CHUNK).zip(other.rchunks(CHUNK)).take_while(|(one, other)| one == other).count();
    let from = (chunks * CHUNK).min(one.len()).min(other.len());
    let rest = one[..one.len() - from].iter().rev().zip(other[..other.len() - from].iter().rev());
    from + rest.take_while(|(one, other)| one == other).count()
}

/// The tokens as the protocol counts them, each from the one before it; the first from `before`.
fn encode(
    source: &Source,
    before: Option<&Token>,
    tokens: &[Token],
    encoding: Encoding,
) -> Vec<SemanticToken> {
    let text = source.text();
    let width = |from: u32, to: u32| encoding.width_of(&text[from as usize..to as usize]) as u32;
    let start_of = |line: usize| source.line_span(line).start;
    let mut line = before.map_or(0, |token| source.line_of(token.span.start as usize));
    let mut last = before.map_or(0, |token| token.span.start);
    let mut next_line = source.full_line_span(line).end;
    let mut data = Vec::with_capacity(tokens.len());
    for token in tokens {
        let mut delta_line = 0;
        if token.span.start >= next_line && line + 1 < source.line_count() {
            let own = source.line_of(token.span.start as usize);
            delta_line = (own - line) as u32;
            line = own;
            last = start_of(line);
            next_line = source.full_line_span(line).end;
        }
        data.push(SemanticToken {
            delta_line,
            delta_start: width(last, token.span.start),
            length: width(token.span.start, token.span.end),
            token_type: token_type(token.kind),
            token_modifiers_bitset: modifiers(token),
        });
        last = token.span.start;
    }
    data
}

/// Index into [`TYPES`].
fn token_type(kind: TokenKind) -> u32 {
    match kind {
        TokenKind::Mark => 0,
        TokenKind::Id | TokenKind::Dependency => 1,
        TokenKind::Phase | TokenKind::PhaseDependency => 2,
        TokenKind::Claim => 3,
    }
}

/// A bit for each of [`MODIFIERS`].
fn modifiers(token: &Token) -> u32 {
    let declares = matches!(token.kind, TokenKind::Id | TokenKind::Phase);
    let state = token.state.map_or(0, |state| match state {
        State::Pending => 1 << 1,
        State::Ready => 1 << 2,
        State::InProgress => 1 << 3,
        State::Blocked => 1 << 4,
        State::Completed => 1 << 5,
        State::Failed => 1 << 6,
        State::Skipped => 1 << 7,
        State::Cancelled => 1 << 8,
        State::Unknown => 1 << 9,
    });
    state | if declares { DECLARATION } else { 0 }
}
