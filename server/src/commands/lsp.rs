//! `tallymark lsp`.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use clap::Args;
use tallymark_lsp::{ClientLog, Options, Program};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
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
#[command(after_help = "TALLYMARK_LOG=debug logs to standard error.")]
pub struct Lsp {
    /// Speak on standard input and output, as always; editors say it
    #[arg(long)]
    stdio: bool,
}

impl Lsp {
    /// Runs the command.
    pub fn run(self, _: &mut Session) -> Result<Exit, Failure> {
        // There is no other transport to choose.
        let Self { stdio: _ } = self;
        let log = ClientLog::default();
        let filter = EnvFilter::try_from_env(LOG).unwrap_or_else(|_| EnvFilter::new("warn"));
        tracing_subscriber::registry()
            .with(filter)
            .with(tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false))
            .with(log.clone())
            .init();
        let options = Options {
            version: VERSION.to_owned(),
            sidecar: sidecar(),
            log,
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
