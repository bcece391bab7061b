//! Every monitoring file that was found in the wild, decoded. The snapshots hold no more than counts, states and times.

use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

use tallymark_events::Monitored;
use tallymark_live::{decode, sniff};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/monitoring")
}

/// What a file says, in a few lines: no texts but ids, cut.
fn told(monitored: &Monitored) -> String {
    let Monitored {
        format,
        written,
        orchestrations,
        agents,
        runs,
        activities,
        heartbeats,
        problems,
        left_out,
        ..
    } = monitored;
    let mut lines = format!("{format:?}, written {}\n", time(*written));
    for orchestration in orchestrations {
        let _ = writeln!(
            lines,
            "orchestration {} {:?}, started {}, {:?} in all",
            orchestration.id,
            orchestration.status,
            time(orchestration.started),
            orchestration.total
        );
    }
    let mut states = BTreeMap::<String, usize>::new();
    for agent in agents {
        *states
            .entry(format!("{:?} ({})", agent.state, agent.word.as_deref().unwrap_or("-")))
            .or_default() += 1;
    }
    for (state, number) in states {
        let _ = writeln!(lines, "{number} agents {state}");
    }
    for agent in agents.iter().take(3) {
        let _ = writeln!(
            lines,
            "agent {:.16} seen {}, named {}, in a folder {}",
            agent.id,
            time(agent.last_seen),
            agent.name.is_some(),
            agent.worktree.is_some()
        );
    }
    for run in runs {
        let _ = writeln!(
            lines,
            "run {:.24} {:?} ({}) pid {:?} created {} started {} ended {}{}{}",
            run.task,
            run.status,
            run.word.as_deref().unwrap_or("-"),
            run.pid,
            time(run.created),
            time(run.started),
            time(run.ended),
            if run.prompt_file.is_some() { " prompt" } else { "" },
            if run.error.is_some() { " error" } else { "" },
        );
    }
    for heartbeat in heartbeats {
        let _ = writeln!(lines, "heartbeat {:.24} {}", heartbeat.of, time(Some(heartbeat.at)));
    }
    for problem in problems {
        let _ = writeln!(lines, "problem at {}: {}", problem.at, problem.message);
    }
    assert!(activities.is_empty(), "no stream is among them");
    let _ = write!(lines, "{left_out} left out");
    lines
}

fn time(time: Option<i64>) -> String {
    time.map_or_else(|| "-".to_owned(), tallymark_text::time::format)
}

#[test]
fn every_file_says_what_it_says() {
    let Ok(entries) = fs::read_dir(folder()) else {
        println!("skipped: no corpus of monitoring files beside the repository");
        return;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 27);
    let mut all = String::new();
    for path in &paths {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let bytes = fs::read(path).expect("it can be read");
        // No zone on earth fits this time of change: the corpus has lost the real ones.
        let decoded = decode(name, &bytes, i64::MAX);
        assert_eq!(sniff(name, &bytes), decoded.as_ref().map(|decoded| decoded.format), "{name}");
        let told = decoded.as_ref().map_or_else(|| "none of ours".to_owned(), told);
        let _ = writeln!(all, "{name}\n    {}\n", told.replace('\n', "\n    "));
    }
    insta::assert_snapshot!(all);
}
