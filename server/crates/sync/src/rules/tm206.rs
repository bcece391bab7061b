//! TM206: tasks that wait for each other in a circle.

use std::collections::VecDeque;

use tallymark_plan::TaskIndex;

use super::{Context, Needs, Reporter, Rule};
use crate::{Joined, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM206",
    name: "dependency-cycle",
    severity: Severity::Error,
    summary: "tasks wait for each other in a circle",
    page: include_str!("../../../../../docs/rules/TM206.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

/// So many tasks of a circle are named; the others are counted.
const NAMED: usize = 6;

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let has_status_dependencies = context
        .status
        .is_some_and(|status| status.entries.iter().any(|entry| !entry.dependencies.is_empty()));
    if plan.dependencies.is_empty() && !has_status_dependencies {
        return;
    }
    let Some(graph) = Graph::new(context.joined) else { return };
    for circle in graph.circles() {
        let name = |&task: &u32| context.name(TaskIndex(task));
        let mut told: Vec<String> = circle.iter().take(NAMED).map(name).collect();
        let more = circle.len() - told.len();
        if more > 0 {
            told.push(format!("{more} more"));
        }
        told.push(name(&circle[0]));
        let message = match circle.as_slice() {
            [only] => format!("{} waits for itself", name(only)),
            _ => format!("{} can never begin: each waits for the next", told.join(" → ")),
        };
        let related = circle.iter().skip(1).take(NAMED).map(|task| Related {
            place: Place::plan(plan.tasks[*task as usize].line),
            message: format!("{} waits too", name(task)),
        });
        let first = TaskIndex(circle[0]);
        reporter.report(context.id_place(first), Subject::Task(first), message, related.collect());
    }
}

/// Who waits for whom: for task `i` the tasks `edges[starts[i]..starts[i + 1]]`.
struct Graph {
    starts: Vec<u32>,
    edges: Vec<u32>,
}

impl Graph {
    /// So many dependencies are looked at, ranges and phases taken apart. A plan with more was made by a machine, and
    /// a check at each key press must end.
    const MOST: usize = 1 << 20;

    /// `None` for too many dependencies.
    fn new(joined: &Joined) -> Option<Self> {
        let plan = &joined.plan;
        let mut graph = Self { starts: vec![0], edges: Vec::new() };
        for (task, _) in plan.tasks() {
            let own = plan.id(task);
            let itself =
                plan.dependencies(task).iter().any(|dependency| Some(plan.slice(dependency.span)) == own);
            // An id that two tasks bear may mean the other.
            if itself && own.is_some_and(|id| joined.tasks_with_id(id).count() == 1) {
                graph.edges.push(task.0);
            }
            graph.edges.extend(joined.dependencies(task).into_iter().map(|other| other.0));
            graph.starts.push(graph.edges.len() as u32);
            if graph.edges.len() > Self::MOST {
                return None;
            }
        }
        Some(graph)
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn after(&self, task: u32) -> &[u32] {
        &self.edges[self.starts[task as usize] as usize..self.starts[task as usize + 1] as usize]
    }

    /// For each group of tasks that wait for each other, one shortest circle through its first task.
    fn circles(&self) -> Vec<Vec<u32>> {
        let groups = self.groups();
        let mut firsts: Vec<Option<u32>> = vec![None; self.len()];
        let mut circles = Vec::new();
        for task in 0..self.len() as u32 {
            let group = groups[task as usize];
            if firsts[group as usize].is_none() {
                firsts[group as usize] = Some(task);
                circles.extend(self.shortest(task, &groups));
            }
        }
        circles
    }

    /// The shortest way from a task back to itself inside its group.
    fn shortest(&self, start: u32, groups: &[u32]) -> Option<Vec<u32>> {
        let group = groups[start as usize];
        let mut queue = VecDeque::from([start]);
        let mut before = std::collections::HashMap::new();
        while let Some(task) = queue.pop_front() {
            for &next in self.after(task) {
                if next == start {
                    let mut circle = vec![task];
                    while let Some(&earlier) = before.get(&circle[circle.len() - 1]) {
                        circle.push(earlier);
                    }
                    circle.reverse();
                    return Some(circle);
                }
                if groups[next as usize] == group && !before.contains_key(&next) {
                    before.insert(next, task);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// The strongly connected component of each task, by Tarjan's algorithm with its stack on the heap.
    fn groups(&self) -> Vec<u32> {
        const UNSEEN: u32 = u32::MAX;
        let count = self.len();
        let mut order = vec![UNSEEN; count];
        let mut low = vec![0; count];
        let mut groups = vec![UNSEEN; count];
        let (mut next_order, mut next_group) = (0, 0);
        let mut open: Vec<u32> = Vec::new();
        // A task, and how many of its edges have been followed.
        let mut path: Vec<(u32, usize)> = Vec::new();
        for root in 0..count as u32 {
            if order[root as usize] != UNSEEN {
                continue;
            }
            path.push((root, 0));
            while let Some(&mut (task, ref mut followed)) = path.last_mut() {
                let at = task as usize;
                if *followed == 0 {
                    order[at] = next_order;
                    low[at] = next_order;
                    next_order += 1;
                    open.push(task);
                }
                let next = self.after(task).get(*followed).copied();
                *followed += 1;
                match next {
                    Some(next) if order[next as usize] == UNSEEN => path.push((next, 0)),
                    Some(next) if groups[next as usize] == UNSEEN => {
                        low[at] = low[at].min(order[next as usize])
                    }
                    Some(_) => {}
                    None => {
                        path.pop();
                        if let Some(&(above, _)) = path.last() {
                            low[above as usize] = low[above as usize].min(low[at]);
                        }
                        if low[at] == order[at] {
                            while let Some(member) = open.pop() {
                                groups[member as usize] = next_group;
                                if member == task {
                                    break;
                                }
                            }
                            next_group += 1;
                        }
                    }
                }
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    #[test]
    fn tells_the_circle_task_by_task() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read (depends: 1.3)\n- [ ] 1.2 Sort (depends: 1.1)\n- [ ] 1.3 Write (depends: 1.2)\n- [ ] 1.4 Send (depends: 1.3)\n",
        );
        let findings = case.findings("TM206");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].starts_with(
                r#"plan:5 "1.1": 1.1 → 1.3 → 1.2 → 1.1 can never begin: each waits for the next"#
            ),
            "{findings:?}"
        );
    }

    #[test]
    fn tells_each_circle_once_and_the_shortest_way_round() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 A (depends: 1.2, 1.3)\n- [ ] 1.2 B (depends: 1.3)\n- [ ] 1.3 C (depends: 1.1)\n- [ ] 1.4 D (depends: 1.4)\n",
        );
        let findings = case.findings("TM206");
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("1.1 → 1.3 → 1.1 can never begin"), "{findings:?}");
        assert!(findings[1].ends_with("1.4 waits for itself"), "{findings:?}");
    }

    #[test]
    fn a_long_chain_is_followed_without_recursion() {
        let count = 30_000;
        let tasks: String =
            (1..=count).map(|n| format!("- [ ] T{n:05} Work (depends on T{:05})\n", n % count + 1)).collect();
        let case = plan(&format!("# P\n\n## Phase 1: Work\n\n{tasks}"));
        let findings = case.findings("TM206");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("29994 more → T00001 can never begin"), "{}", &findings[0][..200]);
    }

    #[test]
    fn a_chain_is_no_circle() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 A\n- [ ] 1.2 B (depends: 1.1)\n- [ ] 1.3 C (depends: 1.1, 1.2)\n",
        );
        assert_eq!(case.findings("TM206"), [""; 0]);
    }
}
