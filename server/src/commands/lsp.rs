//! `tallymark lsp`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use clap::Args;
use tallymark_lsp::{ClientLog, LogLevel, Options, Program, Record};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload;
use tracing_subscriber::util::SubscriberInitExt;

use crate::arguments::VERSION;
use crate::exit::{Exit, Failure};
use crate::session::Session;

/// What is logged to standard error: `info`, `debug`, `tallymark_lsp=debug,warn`. Warnings go to the editor's log always.
const LOG: &str = "TALLYMARK_LOG";

/// Another executable to start as the sidecar; empty for none.
const SIDECAR: &str = "TALLYMARK_SIDECAR";

/// Makes the server answer `tallymark/test/panic`.
const TEST_HOOKS: &str = "TALLYMARK_TEST_HOOKS";

/// Serve an editor: the Language Server Protocol on standard input and output
#[derive(Args)]
#[command(
    after_help = "TALLYMARK_LOG=debug logs more; the editor's setting `tallymark.log` and its trace change that while the server runs."
)]
pub struct Lsp {
    /// Speak on standard input and output, as always; editors say it
    #[arg(long)]
    stdio: bool,
    /// Append the log to this file instead of writing it to standard error
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Record all that editor and server say to each other in this file, for `tallymark replay`
    ///
    /// JSON lines, with the texts of the plans that were opened: read it before you send it to anybody.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

impl Lsp {
    /// Runs the command.
    pub fn run(self, _: &mut Session) -> Result<Exit, Failure> {
        // There is no other transport to choose.
        let Self { stdio: _, log: log_file, record } = self;
        let log = ClientLog::default();
        let level = start_log(log_file.as_deref(), log.clone())?;
        let record = record.map(|path| {
            let file = File::create(&path).map_err(|error| cannot_write(&path, &error))?;
            Record::begin(file, VERSION).map_err(|error| cannot_write(&path, &error))
        });
        let record = record.transpose()?;
        let options = Options {
            version: VERSION.to_owned(),
            sidecar: sidecar(),
            log,
            level: Some(level),
            record,
            test_hooks: std::env::var_os(TEST_HOOKS).is_some(),
        };
        let could_not =
            |error: io::Error| Failure::could_not(format!("the server could not be started: {error}"));
        let output = standard_output().map_err(could_not)?;
        match tallymark_lsp::serve(io::stdin().lock(), output, options).map_err(could_not)? {
            0 => Ok(Exit::Done),
            // The protocol's exit code for a client that did not say `shutdown`.
            _ => Ok(Exit::Found),
        }
    }
}

/// Starts the log, to a file or to standard error, and gives the way to change how much is logged.
fn start_log(path: Option<&Path>, client: ClientLog) -> Result<LogLevel, Failure> {
    let start = std::env::var(LOG).ok().filter(|filter| EnvFilter::try_new(filter).is_ok());
    let start = start.unwrap_or_else(|| "warn".to_owned());
    let (filter, handle) = reload::Layer::new(EnvFilter::new(&start));
    let writer = match path {
        Some(path) => {
            let file = File::options().create(true).append(true).open(path);
            BoxMakeWriter::new(Mutex::new(file.map_err(|error| cannot_write(path, &error))?))
        }
        None => BoxMakeWriter::new(io::stderr),
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false))
        .with(client)
        .init();
    Ok(LogLevel::new(start, move |filter| {
        let filter = EnvFilter::try_new(filter).map_err(|error| format!("`{filter}`: {error}"))?;
        handle.reload(filter).map_err(|error| error.to_string())
    }))
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::could_not(format!("{} cannot be written: {error}", path.display()))
}

/// Standard output without the buffer that writes line by line: a message has a line end in its middle.
fn standard_output() -> io::Result<File> {
    #[cfg(unix)]
    let owned = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?;
    #[cfg(windows)]
    let owned = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned()?;
    Ok(File::from(owned))
}

fn sidecar() -> Option<Program> {
    match std::env::var_os(SIDECAR) {
        Some(path) if path.is_empty() => None,
        Some(path) => {
            Some(Program { path: PathBuf::from(path), arguments: vec!["sidecar".into(), "--parent".into()] })
        }
        None => Program::own().ok(),
    }
}
