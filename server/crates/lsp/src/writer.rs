//! The one writer of standard output: a thread of its own with an unbounded queue, so that a client which does not read
//! for a while stops nobody here from reading what it says.

use std::io::Write;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tower_lsp::jsonrpc::{Request, Response};
use tower_lsp::ls_types::PublishDiagnosticsParams;

use crate::encoded;

use crate::record::{Record, Speaker};

/// A message longer than this, in bytes, is more than a pipe holds (64 KiB on Linux).
const LARGE: usize = 64 * 1024;

/// One message to the client.
#[derive(Debug)]
enum Outgoing {
    Response(Response),
    Request(Request),
    Diagnostics(Box<PublishDiagnosticsParams>),
    /// Answered when everything before it is written.
    Flush(Sender<()>),
}

/// Puts messages into the writer's queue; never waits.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    queue: Sender<Outgoing>,
}

impl Writer {
    /// Starts the thread that writes to `output`, and records what it writes. It ends with the last writer, or when nobody reads the output any more.
    pub(crate) fn start(output: impl Write + Send + 'static, record: Option<Record>) -> Self {
        let (queue, messages) = mpsc::channel();
        std::thread::spawn(move || write_all(output, &messages, record.as_ref()));
        Self { queue }
    }

    /// An answer to the client.
    pub(crate) fn respond(&self, response: Response) {
        self.send(Outgoing::Response(response));
    }

    /// A request or notification to the client.
    pub(crate) fn request(&self, request: Request) {
        self.send(Outgoing::Request(request));
    }

    /// `textDocument/publishDiagnostics`, the one message that is large and frequent: it is turned into JSON by the
    /// writer's thread, and without a tree of values in between.
    pub(crate) fn publish(&self, params: PublishDiagnosticsParams) {
        self.send(Outgoing::Diagnostics(Box::new(params)));
    }

    /// Waits until all that was sent is written, but not longer than `limit`.
    pub(crate) fn flush(&self, limit: Duration) {
        let (done, written) = mpsc::channel();
        self.send(Outgoing::Flush(done));
        // An error is the limit, or a client that is gone: nothing more can be done for it in both cases.
        let _ = written.recv_timeout(limit);
    }

    fn send(&self, message: Outgoing) {
        // The thread ends only when the client no longer reads; then the end of the input is near too.
        let _ = self.queue.send(message);
    }
}

/// A notification, for [`Outgoing::Diagnostics`].
#[derive(Serialize)]
struct Notification<'a, P> {
    jsonrpc: &'static str,
    method: &'static str,
    params: &'a P,
}

fn write_all(mut output: impl Write, messages: &Receiver<Outgoing>, record: Option<&Record>) {
    let mut body = Vec::new();
    let mut message_bytes = Vec::new();
    while let Ok(message) = messages.recv() {
        body.clear();
        let encoded = match message {
            Outgoing::Response(response) => encoded::write(&response, &mut body),
            Outgoing::Request(request) => serde_json::to_writer(&mut body, &without_null_params(request)),
            Outgoing::Diagnostics(params) => serde_json::to_writer(
                &mut body,
                &Notification { jsonrpc: "2.0", method: "textDocument/publishDiagnostics", params: &*params },
            ),
            Outgoing::Flush(done) => {
                let _ = done.send(());
                continue;
            }
        };
        if let Err(error) = encoded {
            tracing::error!("a message could not be turned into JSON: {error}");
            continue;
        }
        if let Some(record) = record {
            record.take(Speaker::Server, &body);
        }
        message_bytes.clear();
        message_bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        if body.len() > LARGE {
            // It takes many writes anyway, and a copy of it costs more than one.
            if output.write_all(&message_bytes).and_then(|()| output.write_all(&body)).is_err() {
                return;
            }
            message_bytes.clear();
        } else {
            // One write a message: what reads it is woken once.
            message_bytes.extend_from_slice(&body);
        }
        if output.write_all(&message_bytes).and_then(|()| output.flush()).is_err() {
            return;
        }
    }
}

/// tower-lsp writes `"params": null` where a request has none; the protocol has no such parameters.
fn without_null_params(request: Request) -> Request {
    if request.params() != Some(&Value::Null) {
        return request;
    }
    let (method, id, _) = request.into_parts();
    let request = Request::build(method);
    match id {
        Some(id) => request.id(id).finish(),
        None => request.finish(),
    }
}
