//! Who holds the lock, for those who wait: `.tallymark/holder.json`.

use std::{
    fmt,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::{directory::Identity, time};

/// Who holds the lock on a status file, as it has written down itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// When the process began, in the system's own units: tells it from a later one with the same number.
    #[serde(default)]
    pub started: Option<u64>,
    /// The machine.
    #[serde(default)]
    pub host: String,
    /// The program's name.
    #[serde(default)]
    pub program: String,
    /// Since when it holds the lock.
    #[serde(default)]
    pub since: String,
    /// The lock directory that it made for writers of another kind.
    #[serde(default)]
    pub(crate) directory: Option<Identity>,
    /// It has our lock, and waits itself for another program's lock directory.
    #[serde(default)]
    pub(crate) waits_for_foreign: bool,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        if !self.program.is_empty() {
            write!(f, " ({})", self.program)?;
        }
        if !self.host.is_empty() {
            write!(f, " on {}", self.host)?;
        }
        if !self.since.is_empty() {
            write!(f, " since {}", self.since)?;
        }
        if self.waits_for_foreign {
            f.write_str(", which waits for another program's lock itself")?;
        }
        Ok(())
    }
}

impl Holder {
    /// Whether it is a process of another machine.
    pub(crate) fn is_elsewhere(&self) -> bool {
        !self.host.is_empty() && self.host != *host()
    }

    /// This process, now.
    pub(crate) fn this() -> Self {
        Self {
            pid: std::process::id(),
            started: *STARTED.get_or_init(started),
            host: host().clone(),
            program: PROGRAM.get_or_init(program).clone(),
            since: time::format(now_milliseconds()),
            directory: None,
            waits_for_foreign: false,
        }
    }
}

static STARTED: OnceLock<Option<u64>> = OnceLock::new();
static PROGRAM: OnceLock<String> = OnceLock::new();

fn program() -> String {
    let program = std::env::current_exe().ok();
    program
        .as_deref()
        .and_then(Path::file_stem)
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Field 22 of `/proc/self/stat`: clock ticks from the start of the machine. Other systems have no file that says it.
fn started() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in brackets, and can hold blanks and brackets.
    stat.rsplit_once(") ")?.1.split(' ').nth(19)?.parse().ok()
}

/// The machine's name; empty if it has none.
pub fn host() -> &'static String {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| {
        #[cfg(unix)]
        return rustix::system::uname().nodename().to_string_lossy().into_owned();
        #[cfg(not(unix))]
        return std::env::var("COMPUTERNAME").unwrap_or_default();
    })
}

pub(crate) fn now_milliseconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// `holder.json`. Only who holds the kernel lock writes it; it is emptied when the lock is given back, so that what
/// stands in it when the lock is taken was left by one that died.
pub(crate) struct HolderFile {
    path: PathBuf,
}

impl HolderFile {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("holder.json") }
    }

    /// What it says; `None` if it is empty, or was caught half written.
    pub(crate) fn read(&self) -> Option<Holder> {
        let bytes = std::fs::read(&self.path).ok()?;
        serde_json::Deserializer::from_slice(&bytes).into_iter().next()?.ok()
    }

    /// At no moment it is empty: who is killed here is known all the same. Behind the value the rest of a longer one may stand
    /// for that moment.
    pub(crate) fn write(&self, holder: &Holder) -> io::Result<()> {
        let bytes = serde_json::to_vec(holder)?;
        let mut file = File::options().write(true).create(true).truncate(false).open(&self.path)?;
        file.write_all(&bytes)?;
        file.set_len(bytes.len() as u64)
    }

    pub(crate) fn clear(&self) -> io::Result<()> {
        File::options().write(true).truncate(true).open(&self.path).map(drop)
    }
}
