//! A stream, followed: what was read once is not read again.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use tallymark_events::Monitored;
use tallymark_live::Stream;

use crate::look::{Identity, identity};

/// So much is read at once; others have their turn before the rest is read.
const TURN: u64 = 8 << 20;

const PIECE: usize = 64 << 10;

/// By these first and last bytes of what was read, a stream is known again.
const HEAD: usize = 1 << 10;
const TAIL: usize = 64;

/// A stream, and how far it has been read.
pub(crate) struct Following {
    stream: Stream,
    identity: Option<Identity>,
    offset: u64,
    /// What stands before this was written nobody knows when.
    cold: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Following {
    /// Nothing has been read yet. What is in a `cold` one was not written just now.
    pub(crate) fn new(path: &Path, metadata: &Metadata, cold: bool) -> Following {
        Following {
            stream: Stream::new(&path.to_string_lossy()),
            identity: identity(metadata),
            offset: 0,
            cold: if cold { metadata.len() } else { 0 },
            head: Vec::new(),
            tail: Vec::new(),
        }
    }

    /// Whether this is the same stream, grown or as it was: not another file in its place, nor cut short, nor written anew.
    pub(crate) fn goes_on_in(&self, file: &mut File, metadata: &Metadata) -> io::Result<bool> {
        if identity(metadata) != self.identity || metadata.len() < self.offset {
            return Ok(false);
        }
        let mut bytes = [0; HEAD];
        for (known, at) in [(&self.head, 0), (&self.tail, self.offset - self.tail.len() as u64)] {
            let bytes = &mut bytes[..known.len()];
            file.seek(SeekFrom::Start(at))?;
            match file.read_exact(bytes) {
                Ok(()) if bytes == known.as_slice() => {}
                Ok(()) => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Reads on. `now` is the time, in milliseconds since 1970-01-01 UTC. Gives whether there is more to read.
    pub(crate) fn read(&mut self, file: &mut File, now: i64) -> io::Result<bool> {
        file.seek(SeekFrom::Start(self.offset))?;
        let mut piece = vec![0; PIECE];
        let end = self.offset + TURN;
        while self.offset < end {
            let left = match self.cold.saturating_sub(self.offset) {
                0 => PIECE,
                cold => usize::try_from(cold).map_or(PIECE, |cold| cold.min(PIECE)),
            };
            let count = match file.read(&mut piece[..left]) {
                Ok(0) => return Ok(false),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let new = &piece[..count];
            self.stream.push(new, (self.offset >= self.cold).then_some(now));
            self.offset += count as u64;
            self.head.extend_from_slice(&new[..count.min(HEAD - self.head.len())]);
            self.tail.extend_from_slice(&new[count.saturating_sub(TAIL)..]);
            self.tail.drain(..self.tail.len().saturating_sub(TAIL));
        }
        Ok(true)
    }

    /// What it says so far.
    pub(crate) fn monitored(&self, modified: i64) -> Option<Monitored> {
        self.stream.monitored(modified)
    }
}

impl std::fmt::Debug for Following {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Following").field("offset", &self.offset).finish_non_exhaustive()
    }
}
