//! `claude --output-format stream-json --verbose`, with and without `--include-partial-messages`. Programs that took over
//! its lines are read by them too.
//!
//! `result` may say `"subtype":"success"` beside `"is_error":true`: the latter holds. Most lines have no time.

use serde::Deserialize;
use serde_json::value::RawValue;
use tallymark_events::{AgentState, Usage};

use super::{
    line::{Line, object, objects, of_input},
    session::Session,
};
use crate::fields::{Flag, Number, Text, cut};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Block<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_use_id: Text<'a>,
    is_error: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StreamEvent<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    index: Number,
    #[serde(borrow)]
    content_block: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tokens {
    input_tokens: Number,
    cache_creation_input_tokens: Number,
    cache_read_input_tokens: Number,
    output_tokens: Number,
}

impl Tokens {
    fn usage(&self) -> Usage {
        Usage {
            input_tokens: self.input_tokens.count()
                + self.cache_creation_input_tokens.count()
                + self.cache_read_input_tokens.count(),
            output_tokens: self.output_tokens.count(),
            dollars: None,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Request<'a> {
    #[serde(borrow)]
    subtype: Text<'a>,
    #[serde(borrow)]
    tool_use_id: Text<'a>,
}

pub(super) fn take(
    line: &Line<'_>,
    at: Option<i64>,
    session: &mut Session,
    speaker: &mut String,
) -> Result<(), serde_json::Error> {
    if let Some(id) = line.session_id.get()
        && speaker != id
    {
        *speaker = cut(id);
    }
    // A subagent is named by the use of the tool that started it.
    let agent = line.parent_tool_use_id.get().unwrap_or(speaker);
    match line.kind.get() {
        Some("system") => system(line, at, session, speaker),
        Some("stream_event") => event(line, at, session, agent)?,
        Some("assistant") => assistant(line, at, session, agent)?,
        Some("user") => user(line, at, session, agent)?,
        Some("tool_progress") => progress(line, at, session, speaker),
        Some("result") => result(line, at, session, speaker)?,
        Some("control_request") => {
            let request: Request<'_> = object(line.request)?;
            if matches!(request.subtype.get(), Some("can_use_tool" | "request_user_dialog" | "elicitation")) {
                let id = request.tool_use_id.get().or(line.request_id.get()).unwrap_or_default();
                let agent = session.user_of(id).unwrap_or(speaker).to_owned();
                session.worker(&agent, at).asks_person(id, at);
            }
        }
        Some("control_response" | "control_cancel_request") => {
            session.worker(speaker, at).works(at);
        }
        // The set of types is open.
        _ => {}
    }
    Ok(())
}

fn system(line: &Line<'_>, at: Option<i64>, session: &mut Session, speaker: &str) {
    let worker = session.worker(speaker, at);
    match (line.subtype.get(), line.state.get()) {
        (Some("init"), _) => {
            worker.asks_model(at);
            worker.agent.started = worker.agent.started.or(at);
            worker.agent.model = line.model.kept();
            worker.agent.worktree = line.cwd.kept();
        }
        (Some("session_state_changed"), Some("requires_action")) => worker.asks_person("", at),
        (Some("session_state_changed"), Some("running")) => {
            worker.works(at);
        }
        _ => {}
    }
}

fn event(
    line: &Line<'_>,
    at: Option<i64>,
    session: &mut Session,
    agent: &str,
) -> Result<(), serde_json::Error> {
    let event: StreamEvent<'_> = object(line.event)?;
    let index = event.index.whole().unwrap_or(0);
    match event.kind.get() {
        Some("message_start") => {
            let message: Message<'_> = object(event.message)?;
            let tokens: Tokens = object(message.usage)?;
            session.forget_blocks(agent);
            let worker = session.worker(agent, at).works(at);
            worker.message_used(message.id.get().unwrap_or_default(), tokens.usage());
        }
        Some("content_block_start") => {
            let block: Block<'_> = object(event.content_block)?;
            session.worker(agent, at).works(at);
            if let (Some(kind), Some(id)) = (block.kind.get(), block.id.get())
                && kind.ends_with("tool_use")
            {
                session.named(id, agent, block.name.get().unwrap_or(kind), at);
                session.remember_block(agent, index, id);
            }
        }
        Some("content_block_stop") => {
            session.worker(agent, at);
            if let Some(id) = session.block(agent, index) {
                session.input_complete(&id, None, at);
            }
        }
        Some("message_delta") => {
            let tokens: Tokens = object(event.usage)?;
            session.worker(agent, at).message_still_used(tokens.usage());
        }
        _ => {
            session.worker(agent, at);
        }
    }
    Ok(())
}

fn assistant(
    line: &Line<'_>,
    at: Option<i64>,
    session: &mut Session,
    agent: &str,
) -> Result<(), serde_json::Error> {
    let message: Message<'_> = object(line.message)?;
    let tokens: Tokens = object(message.usage)?;
    let worker = session.worker(agent, at).works(at);
    worker.message_used(message.id.get().unwrap_or_default(), tokens.usage());
    if let Some(model) = message.model.kept() {
        worker.agent.model = Some(model);
    }
    for block in objects::<Block<'_>>(message.content)? {
        let Some(kind) = block.kind.get() else { continue };
        if let Some(id) = block.id.get()
            && kind.ends_with("tool_use")
        {
            let (detail, subagent) = of_input(block.input)?;
            session.named(id, agent, block.name.get().unwrap_or(kind), at);
            session.input_complete(id, detail.clone(), at);
            if let Some(subagent) = subagent {
                let worker = session.worker(id, None);
                worker.agent.name = Some(subagent);
                worker.agent.task = detail;
            }
        }
        // Tools that run at the model's own end give their results in the same message.
        result_of(&block, at, session);
    }
    Ok(())
}

fn user(
    line: &Line<'_>,
    at: Option<i64>,
    session: &mut Session,
    agent: &str,
) -> Result<(), serde_json::Error> {
    let message: Message<'_> = object(line.message)?;
    let mut results = 0;
    for block in objects::<Block<'_>>(message.content)? {
        results += usize::from(result_of(&block, at, session));
    }
    let worker = session.worker(agent, at);
    if results == 0 {
        worker.asks_model(at);
    } else {
        worker.works(at);
    }
    Ok(())
}

/// Ends the use of a tool, if the block is its result.
fn result_of(block: &Block<'_>, at: Option<i64>, session: &mut Session) -> bool {
    let Some(id) = block.tool_use_id.get() else { return false };
    if !block.kind.get().is_some_and(|kind| kind.ends_with("tool_result")) {
        return false;
    }
    session.ended(id, block.is_error.0 == Some(true), at);
    session.rest_subagent(id);
    true
}

/// A tool that runs long says so: under its own id, or under one that is made of it, `<id>-heartbeat-<number>`.
fn progress(line: &Line<'_>, at: Option<i64>, session: &mut Session, speaker: &str) {
    let Some(id) = line.tool_use_id.get() else { return };
    let (id, parent) = match id.rsplit_once("-heartbeat-") {
        Some((id, _)) => (id, None),
        None => (id, line.parent_tool_use_id.get()),
    };
    if session.user_of(id).is_none()
        && let Some(tool) = line.tool_name.get()
    {
        // It was begun before the first line that is known.
        session.named(id, parent.unwrap_or(speaker), tool, at);
        let ran = line.elapsed_time_seconds.0.map(|seconds| (seconds * 1000.0) as i64);
        session.began(id, at.zip(ran).and_then(|(at, ran)| at.checked_sub(ran)));
    }
    session.running(id, at);
    let agent = session.user_of(id).unwrap_or(speaker).to_owned();
    session.worker(&agent, at).works(at);
}

fn result(
    line: &Line<'_>,
    at: Option<i64>,
    session: &mut Session,
    speaker: &str,
) -> Result<(), serde_json::Error> {
    let tokens: Tokens = object(line.usage)?;
    let dollars = line.total_cost_usd.0.filter(|dollars| dollars.is_finite() && *dollars >= 0.0);
    session.worker(speaker, at).used_in_all(Usage { dollars, ..tokens.usage() });
    let failed = line.is_error.0.unwrap_or_else(|| line.subtype.get().is_some_and(|word| word != "success"));
    let state = if failed { AgentState::Error } else { AgentState::Idle };
    session.rest(speaker, state, line.subtype.kept(), at);
    Ok(())
}
