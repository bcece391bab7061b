//! Many writers at one file, and writers that die: nothing acknowledged is lost, and no lock stays in the way.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime},
};

use crate::common::{assert_summary_right, context, file, plan_of, read, request, transition};
use tallymark_status::{Change, Context, Status, Store, StoreError, Word};

/// A lock that is held is no error here, however slow the machine is.
fn patient() -> Context<'static> {
    Context { lock_wait: Duration::from_secs(120), ..context() }
}

fn words(path: &Path) -> Vec<String> {
    let status = Status::from_bytes(read(path).as_bytes());
    assert!(status.readable && status.problems.is_empty(), "{:?}", status.problems);
    assert_summary_right(&status);
    status.entries().map(|(index, _)| status.word(index).to_owned()).collect()
}

#[test]
fn ten_writers_at_ten_tasks_lose_nothing() {
    const ROUNDS: usize = 20;
    for _ in 0..ROUNDS {
        let (_folder, path) = file(&plan_of(10));
        thread::scope(|scope| {
            for id in 1..=10 {
                let path = &path;
                scope.spawn(move || {
                    let store = Store::open(path).unwrap();
                    for to in [Word::InProgress, Word::Completed] {
                        assert!(
                            store.apply(&[transition(&id.to_string(), to)], &patient()).unwrap().changed()
                        );
                    }
                });
            }
        });
        assert_eq!(words(&path), ["completed"; 10]);
        let history = Store::open(&path).unwrap().history().unwrap();
        assert_eq!(history.iter().map(|line| line.seq).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
        let unknown = history.iter().filter(|line| line.actor == "unknown").count();
        assert_eq!(unknown, 0, "every write is one of ours");
    }
}

#[test]
fn of_ten_that_claim_one_task_one_gets_it() {
    let (_folder, path) = file(&plan_of(1));
    let mut claim = transition("1", Word::InProgress);
    claim.expected.status = Some("pending".to_owned());
    let results: Vec<_> = thread::scope(|scope| {
        let claims: Vec<_> = (0..10)
            .map(|_| {
                scope.spawn(|| Store::open(&path).unwrap().apply(std::slice::from_ref(&claim), &patient()))
            })
            .collect();
        claims.into_iter().map(|claim| claim.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().flat_map(|result| result.as_ref().err()).all(|error| error.exit_code() == 3));
}

/// Set for the copy of this test program that [`writers_that_are_killed_lose_nothing_that_was_acknowledged`] starts.
const VICTIM: &str = "TALLYMARK_TEST_VICTIM";

/// The copy's part: changes one task after another, and says each when it is done.
fn be_the_victim(path: &str) {
    let store = Store::open(path).unwrap();
    for step in 0.. {
        let description = step.to_string();
        store.apply(&[request("1", Change::SetDescription(description))], &patient()).unwrap();
        let mut output = std::io::stdout();
        writeln!(output, "done {step}").unwrap();
    }
}

#[test]
fn writers_that_are_killed_lose_nothing_that_was_acknowledged() {
    if let Ok(path) = env::var(VICTIM) {
        return be_the_victim(&path);
    }
    let (folder, path) = file(&plan_of(50));
    let store = Store::open(&path).unwrap();
    for round in 0..40_u64 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "contention::writers_that_are_killed_lose_nothing_that_was_acknowledged",
            ])
            .env(VICTIM, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Once it is at work, at some moment in the milliseconds of a write.
        let acknowledged =
            |line: &String| line.strip_prefix("done ").and_then(|step| step.parse::<u64>().ok());
        let mut last = lines.by_ref().map_while(Result::ok).find_map(|line| acknowledged(&line)).unwrap();
        thread::sleep(Duration::from_micros(round * 397 % 9_000));
        child.kill().unwrap();
        child.wait().unwrap();
        last = lines.map_while(Result::ok).filter_map(|line| acknowledged(&line)).last().unwrap_or(last);
        let status = Status::from_bytes(read(&path).as_bytes());
        assert!(status.readable && status.problems.is_empty(), "round {round}: {:?}", status.problems);
        let step: u64 = status.description(status.find_all("1")[0]).parse().unwrap();
        assert!(step == last || step == last + 1, "round {round}: acknowledged {last}, found {step}");
        // The next writer is not stopped, and sweeps up.
        let start = Instant::now();
        store.apply(&[request("2", Change::SetDescription(round.to_string()))], &patient()).unwrap();
        assert!(start.elapsed() < Duration::from_secs(30), "waited for a dead one");
        let names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| ![".tallymark", "status.json", "status.json.bak"].contains(&name.as_str()))
            .collect();
        assert_eq!(names, Vec::<String>::new(), "round {round}");
    }
}

#[test]
fn a_lock_directory_that_nobody_refreshes_is_taken_over() {
    let (folder, path) = file(&plan_of(1));
    let store = Store::open(&path).unwrap();
    let directory = folder.path().join("status.json.lock");
    // By the clock: it was left long ago.
    fs::create_dir(&directory).unwrap();
    fs::File::open(&directory).unwrap().set_modified(SystemTime::now() - Duration::from_secs(61)).unwrap();
    assert!(store.apply(&[transition("1", Word::InProgress)], &context()).unwrap().changed());
    assert!(!directory.exists());
    // By watching it: its time lies ahead, so that the clock tells nothing.
    fs::create_dir(&directory).unwrap();
    fs::File::open(&directory).unwrap().set_modified(SystemTime::now() + Duration::from_secs(3600)).unwrap();
    let told = std::cell::RefCell::new(Vec::new());
    let context = Context {
        lock_wait: Duration::from_millis(50),
        foreign_stale: Duration::from_millis(300),
        on_notice: &|message| told.borrow_mut().push(message.to_owned()),
        ..context()
    };
    assert!(store.apply(&[transition("1", Word::Completed)], &context).unwrap().changed());
    assert!(!directory.exists());
    let told = told.into_inner();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("status.json.lock and shows no sign of life"), "{told:?}");
}

#[test]
fn a_lock_directory_that_is_refreshed_is_waited_for_and_then_given_up() {
    let (folder, path) = file(&plan_of(1));
    let directory = folder.path().join("status.json.lock");
    fs::create_dir(&directory).unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let refreshed = directory.clone();
    let other = thread::spawn(move || {
        while stopped.recv_timeout(Duration::from_millis(5)).is_err() {
            fs::File::open(&refreshed).unwrap().set_modified(SystemTime::now()).unwrap();
        }
        fs::remove_dir(&refreshed).unwrap();
    });
    let store = Store::open(&path).unwrap();
    let context = Context { lock_wait: Duration::from_millis(300), ..context() };
    let error = store.apply(&[transition("1", Word::Completed)], &context).unwrap_err();
    assert!(matches!(error, StoreError::LockTimeout { foreign: true, .. }), "{error}");
    assert_eq!(error.exit_code(), 4);
    stop.send(()).unwrap();
    other.join().unwrap();
    assert!(store.apply(&[transition("1", Word::Completed)], &context).unwrap().changed());
}

#[test]
fn a_lock_directory_that_something_lies_in_is_not_taken_for_ours() {
    let (folder, path) = file(&plan_of(1));
    let directory = folder.path().join("status.json.lock");
    fs::write(&directory, "").unwrap();
    let error =
        Store::open(&path).unwrap().apply(&[transition("1", Word::Completed)], &context()).unwrap_err();
    assert!(error.to_string().contains("is in the way, and is no folder"), "{error}");
    assert_eq!(words(&path), ["pending"]);
}
