//! A file that may be a monitoring file, and what was said about it.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tallymark_events::Monitored;

use crate::look::{Stamp, open_regular};
use crate::stream::Following;
use crate::watch::AGAIN;

/// Larger files are not read whole: what is read is in memory while it is decoded, and read again at every change.
const WHOLE: u64 = 16 << 20;

/// By so many first bytes the formats can be told.
const HEAD: u64 = 64 << 10;

/// No file is told of more often.
const PAUSE: Duration = Duration::from_millis(100);

/// If nothing is new but that there was a sign of life, a stream is told of no more often than this.
const PAUSE_OF_STREAMS: Duration = Duration::from_secs(1);

/// A look that took long is not repeated before so many times that long, so that no file takes more than a twentieth of
/// a processor.
const REST: u32 = 20;

/// What was written so shortly ago was written now.
const JUST_NOW: Duration = Duration::from_secs(2);

/// A file that may be a monitoring file.
#[derive(Debug)]
pub(crate) struct MonitoringFile {
    path: PathBuf,
    content: Content,
    stamp: Stamp,
    told: Option<Box<Monitored>>,
    told_at: Option<Instant>,
    trouble: Option<String>,
    /// It came while we looked.
    appeared: bool,
    /// It is not there.
    missing: bool,
    attempts: usize,
    /// When to look again.
    again: Option<Instant>,
    /// Not to be looked at before.
    rests_until: Option<Instant>,
}

/// What was in it when it was last read.
#[derive(Debug)]
enum Content {
    Unknown,
    /// It was read whole, and has this hash.
    Whole(blake3::Hash),
    Stream(Box<Following>),
}

/// What one look saw.
#[derive(Debug)]
enum Sight {
    Missing,
    /// It is there, and this is the matter with it.
    Trouble(String),
    /// As it was.
    Same,
    /// Only a part of it has been read.
    Part,
    /// No monitoring file.
    Foreign,
    Monitored(Box<Monitored>),
}

/// What is to be said after a look.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct News {
    /// It is a monitoring file no more.
    pub(crate) gone: bool,
    /// It says something else.
    pub(crate) told: bool,
    /// What is the matter with it.
    pub(crate) trouble: Option<String>,
}

impl MonitoringFile {
    /// A file that was found, and whether that is because it is new.
    pub(crate) fn new(path: PathBuf, appeared: bool) -> MonitoringFile {
        MonitoringFile {
            path,
            content: Content::Unknown,
            stamp: Stamp::default(),
            told: None,
            told_at: None,
            trouble: None,
            appeared,
            missing: false,
            attempts: 0,
            again: None,
            rests_until: None,
        }
    }

    /// The path that it was found by.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What was said last.
    pub(crate) fn told(&self) -> Option<&Monitored> {
        self.told.as_deref()
    }

    /// When to look again though nothing is heard of it.
    pub(crate) fn again(&self) -> Option<Instant> {
        self.again
    }

    /// It is not there, and that has been said.
    pub(crate) fn is_over(&self) -> bool {
        self.missing && self.told.is_none() && self.again.is_none()
    }

    /// Whether the file system says another thing than at the last look.
    pub(crate) fn may_have_changed(&self) -> bool {
        self.again.is_none() && (self.stamp.is_recent() || Stamp::of(&self.path) != self.stamp)
    }

    /// Something happened to it: looks, if it may be looked at already.
    pub(crate) fn touched(&mut self, now: Instant) -> News {
        match self.rests_until {
            Some(until) if until > now => {
                self.again = Some(self.again.map_or(until, |again| again.min(until)));
                News::default()
            }
            _ => self.look(false),
        }
    }

    /// Looks at it. What looks like the middle of a change is looked at again before it is told, unless it is to be told
    /// `at_once`.
    pub(crate) fn look(&mut self, at_once: bool) -> News {
        let now = Instant::now();
        let sight = self.read();
        let settled = match &sight {
            Sight::Missing | Sight::Trouble(_) => false,
            Sight::Foreign => self.told.is_none(),
            // Streams say of a line that it cannot be read only when it is over.
            Sight::Monitored(monitored) => {
                monitored.problems.is_empty() || matches!(self.content, Content::Stream(_))
            }
            Sight::Same | Sight::Part => true,
        };
        let ended = Instant::now();
        if !settled && !at_once && !self.is_told(&sight) {
            // An event in between does not use up an attempt.
            if self.again.is_some_and(|again| again > now) {
                return News::default();
            }
            if let Some(&pause) = AGAIN.get(self.attempts) {
                self.again = Some(ended + pause);
                self.attempts += 1;
                return News::default();
            }
        }
        self.attempts = 0;
        self.again = None;
        self.rests_until = Some(ended + PAUSE.max((ended - now) * REST));
        self.take(sight, ended)
    }

    /// Whether that is what was said last.
    fn is_told(&self, sight: &Sight) -> bool {
        match sight {
            Sight::Missing => self.missing && self.told.is_none(),
            Sight::Trouble(trouble) => self.trouble.as_ref() == Some(trouble),
            _ => false,
        }
    }

    fn take(&mut self, sight: Sight, now: Instant) -> News {
        self.missing = matches!(sight, Sight::Missing);
        let mut news = News::default();
        match sight {
            Sight::Same => {}
            Sight::Part => self.again = Some(now),
            Sight::Missing | Sight::Foreign => {
                news.gone = self.told.take().is_some();
                self.trouble = None;
            }
            Sight::Trouble(trouble) => {
                news.gone = self.told.take().is_some();
                if self.trouble.as_ref() != Some(&trouble) {
                    news.trouble = Some(trouble.clone());
                    self.trouble = Some(trouble);
                }
            }
            Sight::Monitored(monitored) => {
                self.trouble = None;
                match self.told.as_deref() {
                    Some(told) if *told == *monitored => return news,
                    Some(told)
                        if matches!(self.content, Content::Stream(_)) && is_only_life(told, &monitored) =>
                    {
                        let from = self.told_at.map_or(now, |told_at| told_at + PAUSE_OF_STREAMS);
                        if from > now {
                            self.again = Some(from);
                            return news;
                        }
                    }
                    _ => {}
                }
                self.told = Some(monitored);
                self.told_at = Some(now);
                news.told = true;
            }
        }
        news
    }

    fn read(&mut self) -> Sight {
        let opened = open_regular(&self.path);
        self.stamp = opened
            .as_ref()
            .map_or_else(|_| Stamp::of(&self.path), |(_, metadata)| Stamp::from_metadata(metadata));
        let read = opened.and_then(|(mut file, metadata)| self.read_file(&mut file, &metadata));
        match read {
            Ok(sight) => sight,
            Err(error) => {
                self.content = Content::Unknown;
                match error.kind() {
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Sight::Missing,
                    _ => Sight::Trouble(format!("cannot be read as a monitoring file: {error}")),
                }
            }
        }
    }

    fn read_file(&mut self, file: &mut File, metadata: &Metadata) -> io::Result<Sight> {
        let modified = metadata.modified().ok();
        let mut cold = false;
        if let Content::Stream(following) = &self.content
            && !following.goes_on_in(file, metadata)?
        {
            self.content = Content::Unknown;
        } else if matches!(self.content, Content::Unknown) {
            // Of what stood in it before we looked, nobody knows when it was written.
            let is_new = modified.is_some_and(|modified| modified.elapsed().is_ok_and(|age| age < JUST_NOW));
            cold = !(self.appeared && is_new);
        }
        if !matches!(self.content, Content::Stream(_)) {
            if let Some(sight) = self.read_whole(file, metadata, modified)? {
                return Ok(sight);
            }
            self.content = Content::Stream(Box::new(Following::new(&self.path, metadata, cold)));
        }
        let Content::Stream(following) = &mut self.content else { return Ok(Sight::Same) };
        let has_more = following.read(file, milliseconds(SystemTime::now()))?;
        if has_more {
            return Ok(Sight::Part);
        }
        let monitored = following.monitored(modified.map_or(0, milliseconds));
        Ok(monitored.map_or(Sight::Foreign, |monitored| Sight::Monitored(Box::new(monitored))))
    }

    /// Reads a file that is no stream; `None` if it is one.
    fn read_whole(
        &mut self,
        file: &mut File,
        metadata: &Metadata,
        modified: Option<SystemTime>,
    ) -> io::Result<Option<Sight>> {
        let path = self.path.to_string_lossy().into_owned();
        let mut bytes =
            Vec::with_capacity(usize::try_from(metadata.len().min(WHOLE)).unwrap_or_default() + 1);
        file.take(HEAD).read_to_end(&mut bytes)?;
        let format = tallymark_live::sniff(&path, &bytes);
        if format.is_some_and(|format| format.is_stream()) {
            return Ok(None);
        }
        let may_be_one = format.is_some() || path.ends_with(".json");
        if bytes.len() as u64 == HEAD && may_be_one {
            if metadata.len() > WHOLE {
                self.content = Content::Unknown;
                let (is, most) = (metadata.len() >> 20, WHOLE >> 20);
                return Ok(Some(Sight::Trouble(format!(
                    "is {is} MiB long: monitoring files of more than {most} MiB are not read"
                ))));
            }
            file.take(WHOLE - HEAD).read_to_end(&mut bytes)?;
        }
        let hash = blake3::hash(&bytes);
        if matches!(self.content, Content::Whole(known) if known == hash) && self.attempts == 0 {
            return Ok(Some(Sight::Same));
        }
        self.content = Content::Whole(hash);
        let monitored = tallymark_live::decode(&path, &bytes, modified.map_or(0, milliseconds));
        Ok(Some(monitored.map_or(Sight::Foreign, |monitored| Sight::Monitored(Box::new(monitored)))))
    }
}

/// Whether nothing but times and counts are others, as with every word of a long answer.
fn is_only_life(told: &Monitored, new: &Monitored) -> bool {
    let mut new = new.clone();
    new.modified = told.modified;
    new.written = told.written;
    for (new, told) in new.agents.iter_mut().zip(&told.agents) {
        new.last_seen = told.last_seen;
        new.usage = told.usage;
    }
    for (new, told) in new.heartbeats.iter_mut().zip(&told.heartbeats) {
        new.at = told.at;
    }
    new == *told
}

/// Milliseconds since 1970-01-01 UTC.
pub(crate) fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.map_or_else(
        |before| -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
    )
}
