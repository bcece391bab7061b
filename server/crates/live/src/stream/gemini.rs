//! `gemini --output-format stream-json`. Every line has its time.

use serde::Deserialize;
use tallymark_events::{AgentState, Usage};

use super::{
    line::{Line, object, of_input},
    session::Session,
};
use crate::fields::{Number, cut};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stats {
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
    if let Some(id) = line.session_id.get() {
        *speaker = cut(id);
    }
    match line.kind.get() {
        Some("init") => {
            let worker = session.worker(speaker, at);
            worker.asks_model(at);
            worker.agent.started = worker.agent.started.or(at);
            worker.agent.model = line.model.kept();
        }
        Some("message") if line.role.get() == Some("user") => session.worker(speaker, at).asks_model(at),
        Some("message") => {
            session.worker(speaker, at).works(at);
        }
        Some("tool_use") => {
            let Some(id) = line.tool_id.get() else { return Ok(()) };
            let (detail, _) = of_input(line.parameters)?;
            session.worker(speaker, at).works(at);
            session.named(id, speaker, line.tool_name.get().unwrap_or("tool"), at);
            session.input_complete(id, detail, at);
        }
        Some("tool_result") => {
            session.worker(speaker, at).works(at);
            session.ended(line.tool_id.get().unwrap_or_default(), line.status.get() == Some("error"), at);
        }
        Some("result") => {
            let stats: Stats = object(line.stats)?;
            session.worker(speaker, at).used_in_all(Usage {
                input_tokens: stats.input_tokens.count(),
                output_tokens: stats.output_tokens.count(),
                dollars: None,
            });
            let failed = line.status.get() == Some("error");
            let state = if failed { AgentState::Error } else { AgentState::Idle };
            session.rest(speaker, state, line.status.kept(), at);
        }
        // `error` is a warning, or is followed by a result that says so.
        _ => {
            session.worker(speaker, at);
        }
    }
    Ok(())
}
