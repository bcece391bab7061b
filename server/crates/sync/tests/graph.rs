//! Who waits for whom: counted against a slow and simple way, and bounded.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use tallymark_plan::{Dialect, Options, TaskIndex};
use tallymark_sync::next::offers;
use tallymark_sync::{Graph, Joined, State, join};
use tallymark_text::Source;

fn joined(text: &str) -> Joined {
    let options = Options { path: "docs/plans/plan.md", dialect: Some(Dialect::Phased) };
    join(Arc::new(tallymark_plan::parse(Arc::new(Source::new(text)), options)), None)
}

fn names(joined: &Joined, tasks: &[TaskIndex]) -> Vec<String> {
    tasks.iter().map(|&task| joined.plan.name(task).to_owned()).collect()
}

#[test]
fn the_longest_chain_by_number_and_by_hours() {
    let plan = "# P\n\n## Phase 1: Work\n\n- [x] 1.1 A\n- [ ] 1.2 B (depends: 1.1)\n- [ ] 1.3 C (depends: 1.2)\n- [ ] 1.4 D (depends: 1.3)\n- [ ] 1.5 E\n";
    let joined_plan = joined(plan);
    let path = Graph::new(&joined_plan).critical_path();
    assert_eq!(
        (names(&joined_plan, &path.tasks), path.hours),
        (vec!["1.2".into(), "1.3".into(), "1.4".into()], None)
    );

    let timed = plan.replace("C (", "C [2h] (").replace("B (", "B [1h] (").replace("E\n", "E (2 days)\n");
    let timed = joined(&timed);
    let path = Graph::new(&timed).critical_path();
    assert_eq!(
        (names(&timed, &path.tasks), path.hours, path.without_estimate),
        (vec!["1.5".into()], Some(16.0), 0)
    );
}

#[test]
fn a_task_with_open_tasks_below_it_counts_through_them() {
    let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Outer\n  - [ ] 1.1.1 One\n  - [ ] 1.1.2 Two (depends: 1.1.1)\n- [ ] 1.2 After (depends: 1.1)\n";
    let joined = joined(text);
    let graph = Graph::new(&joined);
    assert_eq!(names(&joined, &graph.critical_path().tasks), ["1.1.1", "1.1.2", "1.2"]);
    assert_eq!(graph.waiting_counts(), Some(vec![1, 2, 1, 0]));
}

#[test]
fn circles_are_told_once_and_nothing_in_them_is_offered() {
    let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 A (depends: 1.3)\n- [ ] 1.2 B (depends: 1.1)\n- [ ] 1.3 C (depends: 1.2)\n- [ ] 1.4 D (depends: 1.4)\n- [ ] 1.5 Outer\n  - [ ] 1.5.1 Inner (depends: 1.6)\n- [ ] 1.6 Deadlock (depends: 1.5)\n- [ ] 1.7 Free\n";
    let joined = joined(text);
    let graph = Graph::new(&joined);
    let circles: Vec<_> = graph.circles().iter().map(|circle| names(&joined, circle)).collect();
    assert_eq!(circles, [vec!["1.1", "1.3", "1.2"], vec!["1.4"], vec!["1.5", "1.5.1", "1.6"]]);
    let offered: Vec<TaskIndex> = offers(&graph, 0, |_| Some(0)).iter().map(|offer| offer.task).collect();
    assert_eq!(names(&joined, &offered), ["1.7"]);
    assert_eq!(names(&joined, &graph.critical_path().tasks), [""; 0]);
}

#[test]
fn a_failed_task_is_offered_when_its_time_has_come() {
    let status = r#"{"tasks":[{"id":"1.1","description":"Read","status":"failed"}]}"#;
    let plan = joined("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n").plan;
    let status = tallymark_status::Status::parse(Arc::new(Source::new(status)));
    let joined = join(plan, Some(Arc::new(status)));
    let graph = Graph::new(&joined);
    assert_eq!(offers(&graph, 99, |_| Some(100)), []);
    assert_eq!(offers(&graph, 99, |_| None), []);
    let offer = offers(&graph, 100, |_| Some(100))[0];
    assert!(offer.retry && offer.task == TaskIndex(0), "{offer:?}");
}

#[test]
fn wide_dependencies_of_many_tasks_stay_small() {
    // Each of 5,000 tasks waits for the 5,000 of the phase before: 25 million pairs.
    let phase = |phase: u32, depends: &str| -> String {
        let tasks = (1..=5_000).map(|n| format!("- [ ] {phase}.{n} Work{depends}\n"));
        format!("\n## Phase {phase}: Work\n\n{}", tasks.collect::<String>())
    };
    let joined = joined(&format!("# P\n{}{}", phase(1, ""), phase(2, " (depends: Phase 1)")));
    let graph = Graph::new(&joined);
    let counts = graph.waiting_counts().expect("few enough to count");
    assert!(counts[..5_000].iter().all(|&count| count == 5_000));
    assert!(counts[5_000..].iter().all(|&count| count == 0));
    assert_eq!(graph.critical_path().tasks.len(), 2);
}

/// What waits for a task, found by walking from each task alone.
fn slow_count(joined: &Joined, done: TaskIndex) -> u32 {
    let plan = &joined.plan;
    let open = |task: TaskIndex| !joined.state(task).is_settled();
    let above = |task: TaskIndex| {
        std::iter::successors(plan.task(task).parent, |&above| plan.task(above).parent).collect::<Vec<_>>()
    };
    let related = |one: TaskIndex, other: TaskIndex| {
        one == other || above(one).contains(&other) || above(other).contains(&one)
    };
    // What has to be done before a task begins, and before it is done.
    let mut waiting = 0;
    for (start, _) in plan.tasks().filter(|&(task, _)| open(task)) {
        let (mut begun, mut ended) = (HashSet::new(), HashSet::new());
        let mut queue = vec![(start, false)];
        while let Some((task, end)) = queue.pop() {
            if !open(task) || !(if end { ended.insert(task) } else { begun.insert(task) }) {
                continue;
            }
            if end {
                queue.push((task, false));
                let below = plan.tasks().filter(|(_, own)| own.parent == Some(task));
                queue.extend(below.map(|(below, _)| (below, true)));
            } else {
                queue.extend(plan.task(task).parent.map(|parent| (parent, false)));
                let named = joined.dependencies(task).into_iter();
                queue.extend(named.filter(|&named| !related(named, task)).map(|named| (named, true)));
            }
        }
        waiting += u32::from(ended.contains(&done) && start != done);
    }
    waiting
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_waits_is_counted_right(
        tasks in prop::collection::vec((any::<bool>(), any::<bool>(), prop::collection::vec(1..40_u32, 0..3), 0..12_u32), 1..40)
    ) {
        let mut text = "# P\n\n## Phase 1: Work\n\n".to_owned();
        for (at, (done, below, waits, wide)) in tasks.iter().enumerate() {
            let indent = if *below && at > 0 { "  " } else { "" };
            let mark = if *done { "x" } else { " " };
            let mut named: Vec<String> = waits.iter().filter(|&&n| n as usize != at + 1).map(|n| format!("T{n:03}")).collect();
            if *wide > 9 {
                named.push(format!("T001-T{:03}", wide * 3));
            }
            let depends = if named.is_empty() { String::new() } else { format!(" (depends: {})", named.join(", ")) };
            text.push_str(&format!("{indent}- [{mark}] T{:03} Work{depends}\n", at + 1));
        }
        let options = Options { path: "specs/a/tasks.md", dialect: Some(Dialect::SpecKit) };
        let joined = join(Arc::new(tallymark_plan::parse(Arc::new(Source::new(&text)), options)), None);
        prop_assert_eq!(joined.plan.tasks.len(), tasks.len());
        let graph = Graph::new(&joined);
        let counts = graph.waiting_counts().expect("a small plan");
        for (task, _) in joined.plan.tasks().filter(|&(task, _)| joined.state(task) != State::Completed) {
            prop_assert_eq!(counts[task.get()], slow_count(&joined, task), "{} in\n{}", joined.plan.name(task), text);
        }
        for circle in graph.circles() {
            prop_assert!(circle.iter().all(|&task| !joined.state(task).is_settled()));
        }
    }
}
