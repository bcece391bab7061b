//! One client served from its first message to its last.

use std::io::{self, BufReader, Read, Write};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::runtime;
use tokio::sync::mpsc;
use tower::{Service, ServiceExt};
use tower_lsp::jsonrpc::Request;
use tower_lsp::{ClientSocket, LspService};

use crate::encoded;
use crate::engine::Engine;
use crate::event::{Event, Handle};
use crate::extensions;
use crate::facade::Facade;
use crate::frames::{self, Incoming};
use crate::guard::Guard;
use crate::log::{ClientLog, LogLevel};
use crate::outbox::Outbox;
use crate::record::{Record, Speaker};
use crate::sidecar::{self, Program};
use crate::writer::Writer;

/// So much of the input is read at once. A client that types faster than is analysed is heard in whole bursts.
const READ_AHEAD: usize = 256 * 1024;

/// What is still to be written when the client says `exit` is written within this time, or not at all.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// How a server is run.
#[derive(Debug, Default)]
pub struct Options {
    /// The program's version, for `serverInfo`.
    pub version: String,
    /// How to start the sidecar; without one, files are polled.
    pub sidecar: Option<Program>,
    /// The layer that shows our warnings in the client's log.
    pub log: ClientLog,
    /// How much is logged, changed as the client wishes; without one, it stays.
    pub level: Option<LogLevel>,
    /// Where all that is said is recorded.
    pub record: Option<Record>,
    /// Answer `tallymark/test/panic`.
    pub test_hooks: bool,
}

/// Serves one client, until it says `exit` or closes `input`. Gives the process's exit code: 0 after `shutdown`, else 1.
///
/// Threads that read `input` or write `output` may still be waiting when it returns: the process is to end then.
///
/// # Errors
/// The asynchronous runtime cannot be started.
pub fn serve(input: impl Read, output: impl Write + Send + 'static, options: Options) -> io::Result<u8> {
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("tallymark")
        .enable_all()
        .build()?;
    let writer = Writer::start(output, options.record.clone());
    options.log.connect(writer.clone());
    let (events_in, events) = std::sync::mpsc::channel();
    let engine = Handle::new(events_in);
    let (files, orders) = mpsc::unbounded_channel();
    runtime.spawn(sidecar::supervise(options.sidecar, orders, engine.clone()));

    let mut client = None;
    let facade = Facade { engine: engine.clone() };
    let mut service = LspService::build(|new| {
        client = Some(new);
        facade
    });
    if options.test_hooks {
        service = service.custom_method("tallymark/test/panic", Facade::panic);
    }
    let service = service.custom_method("$/setTrace", Facade::set_trace);
    let (service, socket) = encoded::register(extensions::register(service)).finish();
    if let Some(client) = client {
        let outbox = Outbox::new(runtime.handle().clone(), writer.clone(), client, files);
        let log = options.level.map(|level| (level, options.log));
        let engine = Engine::new(events, engine.clone(), outbox, options.version, log);
        std::thread::Builder::new().name("engine".to_owned()).spawn(move || engine.run())?;
    }
    let mut connection = Connection {
        runtime: runtime.handle().clone(),
        service: Guard::new(service),
        writer: writer.clone(),
        engine,
        record: options.record,
        shut_down: false,
    };
    let ended = connection.listen(input, socket);
    if let Err(error) = ended {
        tracing::info!("the client's input ended: {error}");
    }
    writer.flush(LAST_WORDS);
    runtime.shutdown_background();
    Ok(u8::from(!connection.shut_down))
}

/// What reads the client's messages and gives them to the service.
struct Connection<S> {
    runtime: runtime::Handle,
    service: S,
    writer: Writer,
    engine: Handle,
    record: Option<Record>,
    shut_down: bool,
}

impl<S> Connection<S>
where
    S: Service<Request, Response = Option<tower_lsp::jsonrpc::Response>>,
    S::Future: Send + Unpin + 'static,
{
    /// Reads until `exit` or the end of the input.
    fn listen(&mut self, input: impl Read, socket: ClientSocket) -> io::Result<()> {
        let (mut requests, mut responses) = socket.split();
        let writer = self.writer.clone();
        self.runtime.spawn(async move {
            while let Some(request) = requests.next().await {
                writer.request(request);
            }
        });
        let mut input = BufReader::with_capacity(READ_AHEAD, input);
        let record = self.record.take();
        let heard = |body: &[u8]| {
            if let Some(record) = &record {
                record.take(Speaker::Client, body);
            }
        };
        while let Some(message) = frames::read(&mut input, heard)? {
            if !input.buffer().is_empty() {
                self.engine.set_more_to_come(true);
            }
            match message {
                Incoming::Request(request) => {
                    let exits = request.method() == "exit";
                    self.shut_down |= request.method() == "shutdown";
                    if request.method() == "initialize"
                        && let Some(capabilities) =
                            request.params().and_then(|params| params.get("capabilities"))
                    {
                        self.engine.tell(Event::Capabilities(capabilities.clone()));
                    }
                    self.hand_over(request);
                    if exits {
                        break;
                    }
                }
                // The sink refuses answers only after `exit`.
                Incoming::Response(response) => drop(self.runtime.block_on(responses.send(response))),
                Incoming::Refused(response) => self.writer.respond(response),
            }
            if input.buffer().is_empty() {
                self.engine.set_more_to_come(false);
            }
        }
        Ok(())
    }

    /// Gives a request to the service and runs its handler up to the first wait, here and now: its event is in the
    /// engine's channel before the next message is read.
    fn hand_over(&mut self, request: Request) {
        tracing::debug!("the editor says {}", request.method());
        let ready = self.service.ready().now_or_never();
        let Some(Ok(service)) = ready else { return };
        let mut answer = service.call(encoded::route(request));
        match answer.poll_unpin(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(Some(response))) => self.writer.respond(response),
            Poll::Ready(_) => {}
            Poll::Pending => {
                let writer = self.writer.clone();
                self.runtime.spawn(async move {
                    if let Ok(Some(response)) = answer.await {
                        writer.respond(response);
                    }
                });
            }
        }
    }
}
