//! The orchestrator's own kind: Node programs that lock with the real npm package proper-lockfile. Neither side loses a change
//! of the other, and none of ours is refused.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use tallymark_status::{Context, Status, Store, Word};

use crate::common::{assert_summary_right, context, file, plan_of, read, transition};

/// Changes the tasks of its arguments one after another, each in one read and write under the lock, and prints each that
/// it was let do. The lock is asked for as the orchestrator does: stale after 60 s, with patient retries.
const WRITER: &str = r"
const fs = require('fs'), lockfile = require('proper-lockfile')
const [file, ...ids] = process.argv.slice(2)
;(async () => {
  for (const id of ids) {
    let release
    try {
      release = await lockfile.lock(file, {stale: 60000, retries: {retries: 3000, factor: 1, minTimeout: 5, maxTimeout: 20, randomize: true}})
    } catch (error) { console.log('refused ' + id + ' ' + error.code); continue }
    const status = JSON.parse(fs.readFileSync(file, 'utf8'))
    const task = status.tasks.find(task => task.id === id)
    task.status = 'completed'
    const summary = {totalTasks: status.tasks.length, completed: 0, pending: 0, in_progress: 0, failed: 0, skipped: 0}
    for (const task of status.tasks) summary[task.status]++
    status.summary = summary
    const temporary = file + '.tmp.' + process.pid
    fs.writeFileSync(temporary, JSON.stringify(status, null, 2))
    fs.renameSync(temporary, file)
    console.log('done ' + id)
    await release()
  }
})()
";

/// Puts proper-lockfile and the writer into `folder`; says why if that cannot be done.
fn install(folder: &Path) -> Result<(), String> {
    fs::write(folder.join("package.json"), "{}").map_err(|error| error.to_string())?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let installed = Command::new(npm)
        .args(["install", "--no-audit", "--no-fund", "--silent", "proper-lockfile@4"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("npm: {error}"))?;
    if !installed.status.success() || !folder.join("node_modules/proper-lockfile").is_dir() {
        return Err(format!(
            "npm could not install proper-lockfile: {}",
            String::from_utf8_lossy(&installed.stderr)
        ));
    }
    fs::write(folder.join("writer.js"), WRITER).map_err(|error| error.to_string())
}

/// Leaves these tests out, where there is no Node.
const WITHOUT: &str = "TALLYMARK_TEST_WITHOUT_NODE";

/// `TALLYMARK_TEST_ROUNDS=20 cargo test -p tallymark-status --test store node_writers` runs the rounds that a release should
/// have seen.
fn rounds() -> usize {
    std::env::var("TALLYMARK_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

#[test]
fn node_writers_and_ours_lose_nothing_of_each_other() {
    if std::env::var_os(WITHOUT).is_some() {
        println!("left out, as {WITHOUT} says");
        return;
    }
    let tools = tempfile::tempdir().unwrap();
    if let Err(reason) = install(tools.path()) {
        panic!("this test needs Node and npm ({reason}); {WITHOUT}=1 leaves it out");
    }
    for _ in 0..rounds() {
        round(tools.path());
    }
}

/// Ten of each kind.
fn round(tools: &Path) {
    const WRITERS: usize = 10;
    const EACH: usize = 5;
    let (folder, path) = file(&plan_of(2 * WRITERS * EACH));
    let ids = |writer: usize| (writer * EACH + 1..=(writer + 1) * EACH).map(|id| id.to_string());
    let (sender, lines) = mpsc::channel();
    let mut node = Vec::new();
    for writer in 0..WRITERS {
        let mut child = Command::new("node")
            .arg(tools.join("writer.js"))
            .arg(&path)
            .args(ids(writer))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let sender = sender.clone();
        node.push((
            child,
            thread::spawn(move || output.lines().for_each(|line| sender.send(line.unwrap()).unwrap())),
        ));
    }
    drop(sender);
    // Node takes its time to begin: ours wait for it, or they would be through before.
    let mut said = vec![lines.recv().unwrap()];
    thread::scope(|scope| {
        for writer in WRITERS..2 * WRITERS {
            let path = &path;
            scope.spawn(move || {
                let store = Store::open(path).unwrap();
                let patient = Context { lock_wait: Duration::from_secs(120), ..context() };
                for id in ids(writer) {
                    for to in [Word::InProgress, Word::Failed, Word::InProgress, Word::Completed] {
                        store.apply(&[transition(&id, to)], &patient).unwrap();
                    }
                }
            });
        }
    });
    said.extend(lines);
    for (mut child, reader) in node {
        assert!(child.wait().unwrap().success());
        reader.join().unwrap();
    }
    let (done, refused): (Vec<&str>, Vec<&str>) =
        said.iter().map(String::as_str).partition(|line| line.starts_with("done "));
    let history = Store::open(&path).unwrap().history().unwrap();
    let turns = history.iter().filter(|line| line.actor == "unknown").count();
    println!("Node: {} done, {} refused; the two kinds took turns {turns} times", done.len(), refused.len());
    let status = Status::from_bytes(read(&path).as_bytes());
    assert!(status.readable && status.problems.is_empty(), "{:?}", status.problems);
    assert_summary_right(&status);
    let theirs = done.iter().filter_map(|line| line.strip_prefix("done ")).map(str::to_owned);
    for id in theirs.chain((WRITERS..2 * WRITERS).flat_map(ids)) {
        assert_eq!(status.word(status.find_all(&id)[0]), "completed", "task {id} is lost");
    }
    assert_eq!(refused, Vec::<&str>::new(), "with patient retries nobody is refused");
    assert!(!folder.path().join("status.json.lock").exists());
}
