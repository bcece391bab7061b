//! `opencode run --format json`. Every line has its time, in milliseconds; a tool is mostly told when it has ended, with
//! the time at which it began.

use serde::Deserialize;
use serde_json::value::RawValue;
use tallymark_events::{AgentState, Usage};

use super::{
    line::{Line, object, of_input},
    session::Session,
};
use crate::fields::{Moment, Number, Text, cut, one_line};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, rename = "callID")]
    call: Text<'a>,
    #[serde(borrow)]
    tool: Text<'a>,
    #[serde(borrow)]
    reason: Text<'a>,
    #[serde(borrow)]
    state: Option<&'a RawValue>,
    #[serde(borrow)]
    tokens: Option<&'a RawValue>,
    cost: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct State<'a> {
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    time: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Times {
    start: Moment,
    end: Moment,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tokens<'a> {
    input: Number,
    output: Number,
    reasoning: Number,
    #[serde(borrow)]
    cache: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cache {
    read: Number,
    write: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

pub(super) fn take(
    line: &Line<'_>,
    at: Option<i64>,
    session: &mut Session,
    speaker: &mut String,
) -> Result<(), serde_json::Error> {
    if let Some(id) = line.session.get()
        && speaker != id
    {
        *speaker = cut(id);
    }
    match line.kind.get() {
        Some("step_start") => {
            let worker = session.worker(speaker, at);
            worker.asks_model(at);
            worker.agent.started = worker.agent.started.or(at);
        }
        Some("tool_use") => tool(&object(line.part)?, at, session, speaker)?,
        Some("step_finish") => {
            let part: Part<'_> = object(line.part)?;
            let tokens: Tokens<'_> = object(part.tokens)?;
            let cache: Cache = object(tokens.cache)?;
            let worker = session.worker(speaker, at);
            worker.step_used(Usage {
                input_tokens: tokens.input.count() + cache.read.count() + cache.write.count(),
                output_tokens: tokens.output.count() + tokens.reasoning.count(),
                dollars: part.cost.0.filter(|dollars| *dollars >= 0.0),
            });
            // A step that ends with the use of tools is followed by the next.
            if matches!(part.reason.get(), Some("tool-calls" | "tool_calls")) {
                worker.asks_model(at);
            } else {
                session.rest(speaker, AgentState::Idle, part.reason.kept(), at);
            }
        }
        Some("error") => {
            let failure: Failure<'_> = object(line.error)?;
            session.rest(speaker, AgentState::Error, failure.name.kept(), at);
        }
        Some("text" | "reasoning") => {
            session.worker(speaker, at).works(at);
        }
        _ => {
            session.worker(speaker, at);
        }
    }
    Ok(())
}

fn tool(
    part: &Part<'_>,
    at: Option<i64>,
    session: &mut Session,
    speaker: &str,
) -> Result<(), serde_json::Error> {
    let state: State<'_> = object(part.state)?;
    let times: Times = object(state.time)?;
    let (detail, _) = of_input(state.input)?;
    let detail = detail.or_else(|| state.title.get().map(one_line));
    let id = part.call.get().or(part.id.get()).unwrap_or_default();
    session.worker(speaker, at).works(at);
    let is_known = session.user_of(id).is_some();
    session.named(id, speaker, part.tool.get().unwrap_or("tool"), at);
    let status = state.status.get();
    if status == Some("pending") {
        return Ok(());
    }
    session.input_complete(id, detail, times.start.0.or(at));
    if !is_known && times.start.0.is_some() {
        session.began(id, times.start.0);
    }
    match status {
        Some("running") => session.running(id, at),
        Some(status) => session.ended(id, status == "error", times.end.0.or(at)),
        None => {}
    }
    Ok(())
}
