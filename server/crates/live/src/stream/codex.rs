//! `codex exec --json`. No line has a time, and `error` alone is a notice of a retry: `turn.failed` is the end.

use serde::Deserialize;
use serde_json::value::RawValue;
use tallymark_events::{AgentState, Usage};

use super::{
    line::{Line, object, objects},
    session::Session,
};
use crate::fields::{Number, Text, cut, one_line};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    exit_code: Number,
    #[serde(borrow)]
    command: Text<'a>,
    #[serde(borrow)]
    server: Text<'a>,
    #[serde(borrow)]
    tool: Text<'a>,
    #[serde(borrow)]
    query: Text<'a>,
    #[serde(borrow)]
    prompt: Text<'a>,
    #[serde(borrow)]
    changes: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Change<'a> {
    #[serde(borrow)]
    path: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tokens {
    /// Those from the cache are in it.
    input_tokens: Number,
    output_tokens: Number,
}

pub(super) fn take(
    line: &Line<'_>,
    at: Option<i64>,
    session: &mut Session,
    speaker: &mut String,
) -> Result<(), serde_json::Error> {
    if let Some(id) = line.thread_id.get() {
        *speaker = cut(id);
    }
    match line.kind.get() {
        Some("thread.started") => {
            let worker = session.worker(speaker, at);
            worker.asks_model(at);
            worker.agent.started = worker.agent.started.or(at);
        }
        Some("turn.started") => session.worker(speaker, at).asks_model(at),
        Some("item.started" | "item.updated") => item(line, at, session, speaker, false)?,
        Some("item.completed") => item(line, at, session, speaker, true)?,
        Some("turn.completed") => {
            let tokens: Tokens = object(line.usage)?;
            // The sum of the thread so far.
            session.worker(speaker, at).used_in_all(Usage {
                input_tokens: tokens.input_tokens.count(),
                output_tokens: tokens.output_tokens.count(),
                dollars: None,
            });
            session.rest(speaker, AgentState::Idle, line.kind.kept(), at);
        }
        Some("turn.failed") => session.rest(speaker, AgentState::Error, line.kind.kept(), at),
        Some("request_user_input") => {
            let id = line.call_id.get().unwrap_or_default();
            session.worker(speaker, at).asks_person(id, at);
        }
        _ => {
            session.worker(speaker, at);
        }
    }
    Ok(())
}

fn item(
    line: &Line<'_>,
    at: Option<i64>,
    session: &mut Session,
    speaker: &str,
    completed: bool,
) -> Result<(), serde_json::Error> {
    let item: Item<'_> = object(line.item)?;
    let Some(kind) = item.kind.get() else { return Ok(()) };
    session.worker(speaker, at).works(at);
    // The others are what the model says and thinks.
    if !matches!(
        kind,
        "command_execution" | "file_change" | "mcp_tool_call" | "collab_tool_call" | "web_search"
    ) {
        return Ok(());
    }
    let tool = match (item.server.get(), item.tool.get()) {
        (Some(server), Some(tool)) => format!("{server}.{tool}"),
        (_, Some(tool)) => tool.to_owned(),
        _ => kind.to_owned(),
    };
    let changes = objects::<Change<'_>>(item.changes)?;
    let detail = [&item.command, &item.query, &item.prompt]
        .into_iter()
        .chain(changes.iter().map(|change| &change.path))
        .find_map(|text| text.get())
        .map(one_line);
    let id = item.id.get().unwrap_or(kind);
    let is_known = session.user_of(id).is_some();
    session.named(id, speaker, &tool, at);
    session.input_complete(id, detail, at);
    if completed {
        if !is_known {
            // Changes of files are told when they are made.
            session.began(id, None);
        }
        let failed = matches!(item.status.get(), Some("failed" | "declined"))
            || item.exit_code.whole().is_some_and(|code| code != 0);
        session.ended(id, failed, at);
    } else {
        session.running(id, at);
    }
    Ok(())
}
