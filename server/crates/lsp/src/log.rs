//! Warnings and errors of Tallymark's own, shown in the client's log.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use tower_lsp::jsonrpc::Request;
use tower_lsp::ls_types::{LogMessageParams, MessageType};
use tracing::field::{Field, Visit};
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::writer::Writer;

/// A layer that sends what is at least a warning to the client as `window/logMessage`. Silent until a server runs.
#[derive(Clone, Debug, Default)]
pub struct ClientLog {
    writer: Arc<OnceLock<Writer>>,
}

impl ClientLog {
    /// From now on the client is told.
    pub(crate) fn connect(&self, writer: Writer) {
        // A second server in one process would log to the first one's client; there is none.
        let _ = self.writer.set(writer);
    }
}

impl<S: Subscriber> Layer<S> for ClientLog {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        // The libraries' warnings are about the protocol, not about plans: they stay on standard error.
        if *metadata.level() > Level::WARN || !metadata.target().starts_with("tallymark") {
            return;
        }
        let Some(writer) = self.writer.get() else { return };
        let mut message = Message(String::new());
        event.record(&mut message);
        let typ = if *metadata.level() == Level::ERROR { MessageType::ERROR } else { MessageType::WARNING };
        let params = LogMessageParams { typ, message: message.0 };
        if let Ok(params) = serde_json::to_value(params) {
            writer.request(Request::build("window/logMessage").params(params).finish());
        }
    }
}

/// The text of an event: its message, then its other fields.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = if field.name() == "message" {
            write!(self.0, "{value:?}")
        } else {
            write!(self.0, " {}={value:?}", field.name())
        };
    }
}
