//! Orchestrations played again, generated ones and real ones, at any speed: what the sidecar says at the end is what a
//! cold read of the files says.
//!
//! Each schedule is made from a number and can be played again by it: `TALLYMARK_REPLAY=4711`. `TALLYMARK_REPLAYS=1000`
//! plays as many.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::picture::monitoring;
use crate::samples::{heartbeats, registry, session, tool_result, tool_use};
use crate::support::*;

/// How many schedules are played unless told otherwise.
const SCHEDULES: u64 = 50;

/// At the speed of life, somebody does something about so often.
const PACE: Duration = Duration::from_millis(500);

const GLOBS: [&str; 3] = ["monitoring/*.json", "logs/**/*.jsonl", "states/*/state.json"];

const WHOLE: [&str; 5] = [
    "monitoring/heartbeats.json",
    "monitoring/process_registry.json",
    "monitoring/orchestration-1_status.json",
    "states/one/state.json",
    "states/two/state.json",
];

const STREAMS: [&str; 3] = ["logs/one.jsonl", "logs/deep/two.jsonl", "logs/deep/three.jsonl"];

const FOLDERS: [&str; 6] = ["monitoring", "logs", "logs/deep", "states", "states/one", "states/two"];

/// Numbers in no order, the same ones in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// An orchestration that goes wrong in all the ways that there are.
struct Orchestration {
    top: PathBuf,
    numbers: Numbers,
    /// How many times faster than life.
    speed: u32,
    /// No two things that are written are the same.
    written: usize,
}

impl Orchestration {
    fn pause(&mut self) {
        let share = u32::try_from(self.numbers.below(100)).unwrap();
        std::thread::sleep(PACE * share / 50 / self.speed);
    }

    /// A whole file, of one of two kinds.
    fn content(&mut self) -> String {
        self.written += 1;
        let tasks = 1 + self.numbers.below(12);
        if self.numbers.below(2) == 0 {
            let ids: Vec<String> = (0..tasks).map(|task| format!("1.{task}")).collect();
            let ids: Vec<(&str, Option<u32>)> = ids.iter().map(|id| (id.as_str(), None)).collect();
            heartbeats(&ids, self.written)
        } else {
            registry(tasks, self.written)
        }
    }

    /// Lines of a stream.
    fn lines(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.numbers.below(8) {
            self.written += 1;
            text += &tool_use("s", self.written);
            if self.numbers.below(3) > 0 {
                text += &tool_result("s", self.written);
            }
        }
        text
    }

    /// Somebody does something. It fails where what it needs is not there, which is as good as anything.
    fn step(&mut self) {
        let _ = match self.numbers.below(10) {
            0..4 => self.write_whole(),
            4..8 => self.write_stream(),
            8 => {
                let folder = self.top.join(FOLDERS[self.numbers.below(FOLDERS.len())]);
                fs::create_dir_all(folder)
            }
            _ => self.take_away(),
        };
    }

    fn write_whole(&mut self) -> std::io::Result<()> {
        let path = self.top.join(WHOLE[self.numbers.below(WHOLE.len())]);
        if self.numbers.below(3) > 0 {
            fs::create_dir_all(path.parent().unwrap())?;
        }
        let content = self.content();
        match self.numbers.below(6) {
            // As it should be done.
            0 | 1 => {
                fs::write(path.with_extension("tmp"), &content)?;
                fs::rename(path.with_extension("tmp"), &path)
            }
            2 => fs::write(&path, &content),
            // In place, in two pieces; and in one piece, for the writer dies.
            3 => {
                let cut = self.numbers.below(content.len());
                let mut file = fs::File::create(&path)?;
                file.write_all(&content.as_bytes()[..cut])?;
                if self.numbers.below(4) == 0 {
                    return Ok(());
                }
                self.pause();
                file.write_all(&content.as_bytes()[cut..])
            }
            // Over what was there, whose rest stays.
            4 => {
                let mut file = fs::File::options().write(true).create(true).truncate(false).open(&path)?;
                file.seek(SeekFrom::Start(0))?;
                file.write_all(content.as_bytes())
            }
            _ => fs::remove_file(&path),
        }
    }

    fn write_stream(&mut self) -> std::io::Result<()> {
        let path = self.top.join(STREAMS[self.numbers.below(STREAMS.len())]);
        if self.numbers.below(3) > 0 {
            fs::create_dir_all(path.parent().unwrap())?;
        }
        let lines = self.lines();
        self.written += 1;
        let session = session(&format!("s{}", self.written));
        match self.numbers.below(10) {
            0 => fs::write(&path, session + &lines),
            // Rotated.
            1 => {
                fs::rename(&path, path.with_extension("jsonl.1"))?;
                fs::write(&path, session + &lines)
            }
            2 => fs::File::create(&path)?.write_all(session.as_bytes()),
            3 => fs::remove_file(&path),
            // Replaced.
            4 => {
                fs::write(path.with_extension("tmp"), session + &lines)?;
                fs::rename(path.with_extension("tmp"), &path)
            }
            way => {
                let mut file = fs::File::options().append(true).open(&path)?;
                // In two pieces; in one that ends in the middle, for the writer dies; or whole.
                let cut = if way < 8 { lines.len() } else { self.numbers.below(lines.len()) };
                file.write_all(&lines.as_bytes()[..cut])?;
                if way == 9 {
                    return Ok(());
                }
                self.pause();
                file.write_all(&lines.as_bytes()[cut..])
            }
        }
    }

    fn take_away(&mut self) -> std::io::Result<()> {
        let folder = self.top.join(FOLDERS[self.numbers.below(FOLDERS.len())]);
        if self.numbers.below(2) == 0 {
            return fs::remove_dir_all(folder);
        }
        self.written += 1;
        let aside = self.top.join(format!("moved-{}", self.written));
        fs::rename(&folder, &aside)?;
        if self.numbers.below(2) == 0 {
            self.pause();
            return fs::rename(&aside, &folder);
        }
        Ok(())
    }
}

/// Plays one schedule, and holds what was said against what is there, in the middle and at the end.
fn play(seed: u64) {
    let (_keep, path) = folder();
    let top = path.parent().unwrap().to_owned();
    // Any seed but zero does; neighbours are to differ at once.
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let speed = [1, 10, 100, 1000][[0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3][numbers.below(12)]];
    let steps = match speed {
        1 => 1 + numbers.below(8),
        10 => 1 + numbers.below(30),
        _ => 1 + numbers.below(120),
    };
    let mut orchestration = Orchestration { top: top.clone(), numbers, speed, written: 0 };
    let begun = orchestration.numbers.below(steps);
    for _ in 0..begun {
        orchestration.step();
    }
    let (sidecar, mut picture) = monitoring(&top, &GLOBS);
    let files: Vec<PathBuf> = WHOLE.iter().chain(&STREAMS).map(|name| top.join(name)).collect();
    for step in begun..steps {
        orchestration.step();
        orchestration.pause();
        if step == steps / 2 {
            picture.until_as_read(&sidecar, &files);
        }
    }
    picture.until_as_read(&sidecar, &files);
}

#[test]
fn what_was_said_at_the_end_is_what_a_cold_read_says() {
    let number = |name: &str| std::env::var(name).ok().map(|number| number.parse::<u64>().unwrap());
    let seeds = match number("TALLYMARK_REPLAY") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + number("TALLYMARK_REPLAYS").unwrap_or(SCHEDULES),
    };
    let next = AtomicU64::new(seeds.start);
    let failed = std::thread::scope(|scope| {
        let players: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut failed = Vec::new();
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= seeds.end {
                            return failed;
                        }
                        if std::panic::catch_unwind(|| play(seed)).is_err() {
                            failed.push(seed);
                        }
                    }
                })
            })
            .collect();
        players.into_iter().flat_map(|player| player.join().unwrap()).collect::<Vec<u64>>()
    });
    assert_eq!(failed, [0; 0], "these schedules ended otherwise; TALLYMARK_REPLAY plays one again");
}

/// The versions of real files, one after the other in the place of the first.
#[test]
fn real_files_played_in_their_order() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/monitoring");
    let Ok(entries) = fs::read_dir(&corpus) else {
        println!("skipped: {} is not there", corpus.display());
        return;
    };
    // `project__path__name@version.json`
    let mut versions: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some((file, _)) = name.rsplit_once('@') else { continue };
        versions.entry(file.to_owned()).or_default().push(entry.path());
    }
    assert!(versions.values().any(|versions| versions.len() > 3), "nothing to play");
    let (_keep, path) = folder();
    let (sidecar, mut picture) = monitoring(path.parent().unwrap(), &["*.json"]);
    let longest = versions.values().map(Vec::len).max().unwrap_or_default();
    let files: Vec<PathBuf> =
        versions.keys().map(|name| path.with_file_name(format!("{name}.json"))).collect();
    for round in 0..longest {
        for (file, versions) in files.iter().zip(versions.values()) {
            let Some(version) = versions.get(round) else { continue };
            let content = fs::read_to_string(version).unwrap();
            if round % 2 == 0 {
                replace(file, &content);
            } else {
                fs::write(file, content).unwrap();
            }
        }
        picture.until_as_read(&sidecar, &files);
    }
}
