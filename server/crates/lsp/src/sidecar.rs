//! The sidecar, supervised: started when there is something to watch, started again with a growing delay when it ends,
//! done without meanwhile (files are polled), and missed aloud only once.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tallymark_events as events;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use crate::event::{Event, Handle};
use crate::files::{Files, Order};
use crate::live::LiveChange;

/// The delay before the first new start; it doubles each time.
const FIRST_DELAY: Duration = Duration::from_millis(500);

/// The delay grows up to this.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// One that ran so long was healthy: the delay begins anew.
const HEALTHY: Duration = Duration::from_secs(60);

/// What is told of monitoring files goes to the engine at once, and then at most this often: an agent can say a hundred
/// things in a second, and each is a look at its plans.
const LIVE_PAUSE: Duration = Duration::from_millis(200);

/// Without a sidecar, files are looked at this often.
const POLL: Duration = Duration::from_millis(500);

/// How to start a sidecar.
#[derive(Clone, Debug)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

impl Program {
    /// This executable as a sidecar.
    ///
    /// # Errors
    /// The system does not say where it is.
    pub fn own() -> std::io::Result<Self> {
        Ok(Self { path: std::env::current_exe()?, arguments: vec!["sidecar".into(), "--parent".into()] })
    }
}

/// Why one run of the sidecar is over.
enum End {
    /// The server ends.
    Server,
    /// The sidecar ended, or cannot be used, for this reason.
    Sidecar(String),
}

/// Follows the engine's orders until it ends.
pub(crate) async fn supervise(
    program: Option<Program>,
    mut orders: UnboundedReceiver<Order>,
    engine: Handle,
) {
    let mut files = Files::new(engine.clone());
    let mut delay = FIRST_DELAY;
    let mut missed = false;
    loop {
        // Nothing to watch: no process either.
        while files.is_idle() {
            let Some(order) = orders.recv().await else { return };
            follow(order, &mut files).await;
        }
        let started = Instant::now();
        let end = match &program {
            Some(program) => watch(program, &engine, &mut files, &mut orders).await,
            None => End::Sidecar("no sidecar is set up".to_owned()),
        };
        let End::Sidecar(reason) = end else { return };
        if started.elapsed() >= HEALTHY {
            (delay, missed) = (FIRST_DELAY, false);
        }
        if !missed {
            tracing::warn!(
                "changes of status.json are looked for every half second, and nothing is heard of agents, as the watcher is not there: {reason}"
            );
            missed = true;
        } else {
            // What it told last stays until it is back, but not when that takes long: it would look alive.
            engine.tell(Event::Live(LiveChange::Lost));
        }
        if poll_for(delay, &mut files, &mut orders).await.is_none() {
            return;
        }
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}

/// Carries out an order. Gives whether other files are watched now.
async fn follow(order: Order, files: &mut Files) -> bool {
    match order {
        Order::Watch(paths, places) => {
            files.set_watched(paths, places);
            true
        }
        Order::LookAt(paths) => {
            for path in paths {
                files.look(&path, None).await;
            }
            false
        }
    }
}

/// Polls for a while; `None` when the server ends.
async fn poll_for(time: Duration, files: &mut Files, orders: &mut UnboundedReceiver<Order>) -> Option<()> {
    let end = Instant::now() + time;
    while Instant::now() < end {
        files.poll().await;
        let next = (Instant::now() + POLL).min(end);
        while let Ok(order) = tokio::time::timeout_at(next, orders.recv()).await {
            follow(order?, files).await;
        }
    }
    Some(())
}

/// Runs one sidecar until it ends.
async fn watch(
    program: &Program,
    engine: &Handle,
    files: &mut Files,
    orders: &mut UnboundedReceiver<Order>,
) -> End {
    let mut child = match start(program) {
        Ok(child) => child,
        Err(error) => return End::Sidecar(format!("{} does not start: {error}", program.path.display())),
    };
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return End::Sidecar("it has no standard streams".to_owned());
    };
    let mut lines = BufReader::new(output).lines();
    let live = LiveLines { engine, host: String::new(), waiting: Vec::new(), next: Instant::now() };
    let end = talk(&mut input, &mut lines, live, files, orders).await;
    // It ends when its input does; it is not asked twice.
    drop(input);
    if tokio::time::timeout(Duration::from_millis(200), child.wait()).await.is_err() {
        // A child that cannot be killed is gone already.
        let _ = child.kill().await;
    }
    end
}

fn start(program: &Program) -> std::io::Result<Child> {
    Command::new(&program.path)
        .args(&program.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
}

async fn talk(
    input: &mut ChildStdin,
    lines: &mut Lines<BufReader<ChildStdout>>,
    mut live: LiveLines<'_>,
    files: &mut Files,
    orders: &mut UnboundedReceiver<Order>,
) -> End {
    if let Err(error) = tell(input, files).await {
        return End::Sidecar(error.to_string());
    }
    loop {
        tokio::select! {
            order = orders.recv() => {
                let Some(order) = order else { return End::Server };
                if follow(order, files).await && let Err(error) = tell(input, files).await {
                    return End::Sidecar(error.to_string());
                }
            }
            () = tokio::time::sleep_until(live.next), if !live.waiting.is_empty() => live.tell(),
            line = lines.next_line() => match line {
                Ok(Some(line)) => {
                    if let Err(reason) = hear(&line, &mut live, files).await {
                        return End::Sidecar(reason);
                    }
                }
                Ok(None) => return End::Sidecar("it ended".to_owned()),
                Err(error) => return End::Sidecar(error.to_string()),
            }
        }
    }
}

/// Tells the sidecar what to watch.
async fn tell(input: &mut ChildStdin, files: &Files) -> std::io::Result<()> {
    let paths = files.watched().iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let mut line =
        serde_json::to_vec(&events::Command::Watch { files: paths, monitoring: files.places().to_vec() })?;
    line.push(b'\n');
    input.write_all(&line).await?;
    input.flush().await
}

/// What was told of monitoring files, on its way to the engine.
struct LiveLines<'a> {
    engine: &'a Handle,
    host: String,
    waiting: Vec<LiveChange>,
    /// When something may be told again.
    next: Instant,
}

impl LiveLines<'_> {
    /// Takes what was told: a later word about the same file replaces an earlier one.
    fn take(&mut self, change: LiveChange) {
        if let LiveChange::File(file) = &change {
            let same =
                |other: &LiveChange| matches!(other, LiveChange::File(other) if other.path == file.path);
            self.waiting.retain(|other| !same(other));
        }
        self.waiting.push(change);
        if self.next <= Instant::now() {
            self.tell();
        }
    }

    fn tell(&mut self) {
        for change in self.waiting.drain(..) {
            self.engine.tell(Event::Live(change));
        }
        self.next = Instant::now() + LIVE_PAUSE;
    }
}

/// Takes a line of the sidecar's. `Err` says why it cannot be used.
async fn hear(line: &str, live: &mut LiveLines<'_>, files: &mut Files) -> Result<(), String> {
    let Ok(event) = serde_json::from_str::<events::Event>(line) else {
        // A newer sidecar may say more than we know.
        tracing::debug!("the watcher said something unknown: {line}");
        return Ok(());
    };
    match event {
        events::Event::Hello { version, .. } if version > events::VERSION => {
            return Err(format!("it speaks version {version}, we know {}", events::VERSION));
        }
        events::Event::Hello { host, .. } => live.host = host,
        events::Event::Snapshot { files: states, monitoring, processes, .. } => {
            let host = live.host.clone();
            live.waiting.clear();
            live.take(LiveChange::Everything { host, files: monitoring, processes });
            for state in states {
                look(&state, files).await;
            }
        }
        events::Event::Changed { file } => look(&file, files).await,
        events::Event::Problem { path, message } => {
            tracing::warn!("{}{message}", path.map_or_else(String::new, |path| format!("{path}: ")));
        }
        events::Event::Bye { reason } => return Err(format!("it ended: {reason}")),
        events::Event::Monitored { file } => live.take(LiveChange::File(file)),
        events::Event::Gone { path } => live.take(LiveChange::Gone(path)),
        events::Event::Process { process } => live.take(LiveChange::Process(process)),
        events::Event::Plan { .. } | events::Event::Tick { .. } => {}
    }
    Ok(())
}

async fn look(state: &events::FileState, files: &mut Files) {
    let hash = state.hash.as_deref().and_then(|hash| hash.parse().ok());
    files.look(Path::new(&state.path), hash).await;
}
