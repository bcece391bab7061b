//! Our own log: what of it the client is shown, and how much is logged, which can be changed while the server runs.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tower_lsp::jsonrpc::Request;
use tower_lsp::ls_types::{LogMessageParams, LogTraceParams, MessageType, TraceValue};
use tracing::field::{Field, Visit};
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::writer::Writer;

/// A layer that shows the client our log: as `window/logMessage` what is at least a warning, and as `$/logTrace` the rest
/// while the client wants it. Silent until a server runs.
#[derive(Clone, Debug, Default)]
pub struct ClientLog {
    writer: Arc<OnceLock<Writer>>,
    trace: Arc<AtomicU8>,
}

/// The client wants no `$/logTrace`.
const OFF: u8 = 0;
/// It wants the messages.
const MESSAGES: u8 = 1;
/// It wants their details too.
const VERBOSE: u8 = 2;

impl ClientLog {
    /// From now on the client is told.
    pub(crate) fn connect(&self, writer: Writer) {
        // A second server in one process would log to the first one's client; there is none.
        let _ = self.writer.set(writer);
    }

    /// What the client wants to be told from now on.
    fn set_trace(&self, trace: TraceValue) {
        let trace = match trace {
            TraceValue::Off => OFF,
            TraceValue::Messages => MESSAGES,
            TraceValue::Verbose => VERBOSE,
        };
        self.trace.store(trace, Ordering::Relaxed);
    }
}

impl<S: Subscriber> Layer<S> for ClientLog {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        // The libraries' warnings are about the protocol, not about plans: they stay in the log.
        if !metadata.target().starts_with("tallymark") {
            return;
        }
        let Some(writer) = self.writer.get() else { return };
        let mut message = Message::default();
        event.record(&mut message);
        let trace = self.trace.load(Ordering::Relaxed);
        let (method, params) = if *metadata.level() <= Level::WARN {
            let typ =
                if *metadata.level() == Level::ERROR { MessageType::ERROR } else { MessageType::WARNING };
            let params = LogMessageParams { typ, message: message.text + &message.fields };
            ("window/logMessage", serde_json::to_value(params))
        } else if trace != OFF {
            let verbose = Some(message.fields).filter(|fields| trace == VERBOSE && !fields.is_empty());
            let params = LogTraceParams { message: message.text, verbose };
            ("$/logTrace", serde_json::to_value(params))
        } else {
            return;
        };
        if let Ok(params) = params {
            writer.request(Request::build(method).params(params).finish());
        }
    }
}

/// The text of an event, and its other fields.
#[derive(Default)]
struct Message {
    text: String,
    fields: String,
}

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = if field.name() == "message" {
            write!(self.text, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}

/// Puts a filter into force, as `warn` or `tallymark_lsp=debug,warn`; the error says what is wrong with it.
type SetFilter = dyn Fn(&str) -> Result<(), String> + Send + Sync;

/// How much is logged. Cheap to clone.
#[derive(Clone)]
pub struct LogLevel {
    set: Arc<SetFilter>,
    state: Arc<Mutex<Wanted>>,
}

/// What is wanted of the log.
struct Wanted {
    /// By whoever started us.
    start: String,
    /// By the client's settings; they come before that.
    settings: Option<String>,
    /// By `$/setTrace`: more than the others, never less.
    trace: TraceValue,
}

impl fmt::Debug for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogLevel").finish_non_exhaustive()
    }
}

impl LogLevel {
    /// The filter that is in force, and how to put another into force.
    pub fn new(start: String, set: impl Fn(&str) -> Result<(), String> + Send + Sync + 'static) -> Self {
        let state = Wanted { start, settings: None, trace: TraceValue::Off };
        Self { set: Arc::new(set), state: Arc::new(Mutex::new(state)) }
    }

    /// The client's settings want this.
    pub(crate) fn set_settings(&self, filter: Option<&str>) {
        self.change(|wanted| {
            let changed = wanted.settings.as_deref() != filter;
            wanted.settings = filter.map(str::to_owned);
            changed
        });
    }

    /// `$/setTrace`, or what `initialize` says of it.
    pub(crate) fn set_trace(&self, log: &ClientLog, trace: TraceValue) {
        log.set_trace(trace);
        self.change(|wanted| std::mem::replace(&mut wanted.trace, trace) != trace);
    }

    fn change(&self, change: impl FnOnce(&mut Wanted) -> bool) {
        let filter = {
            let mut wanted = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if !change(&mut wanted) {
                return;
            }
            wanted.filter()
        };
        // Outside the lock, and nothing is logged while the filter is exchanged.
        if let Err(error) = (self.set)(&filter) {
            tracing::warn!("the log goes on as it was: {error}");
        }
    }
}

impl Wanted {
    fn filter(&self) -> String {
        let base = self.settings.as_ref().unwrap_or(&self.start);
        match self.trace {
            TraceValue::Off => base.clone(),
            TraceValue::Messages => format!("{base},tallymark_lsp::server=debug"),
            TraceValue::Verbose => format!("{base},tallymark=debug"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_come_before_the_start_and_the_trace_adds_to_both() {
        let filters: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&filters);
        let level = LogLevel::new("warn".to_owned(), move |filter| {
            kept.lock().unwrap().push(filter.to_owned());
            Ok(())
        });
        let log = ClientLog::default();
        level.set_settings(None);
        level.set_trace(&log, TraceValue::Verbose);
        level.set_settings(Some("error"));
        level.set_settings(Some("error"));
        level.set_trace(&log, TraceValue::Messages);
        level.set_trace(&log, TraceValue::Off);
        level.set_settings(None);
        let expected = [
            "warn,tallymark=debug",
            "error,tallymark=debug",
            "error,tallymark_lsp::server=debug",
            "error",
            "warn",
        ];
        assert_eq!(*filters.lock().unwrap(), expected);
    }
}
