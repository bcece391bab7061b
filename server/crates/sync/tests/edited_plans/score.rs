//! What the join found, held against what is known.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;

use tallymark_status::Status;
use tallymark_sync::join;

use crate::draft::{Draft, Origin};
use crate::edits::Edit;
use crate::keeping::{Writer, parse};

/// Counts over entries.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    /// The task of the entry is still in the plan.
    expected: u32,
    /// The entry was joined with a task: with its own.
    right: u32,
    /// With another.
    wrong: u32,
}

impl Counts {
    /// How many of the pairs that were made are right.
    pub fn precision(self) -> f64 {
        ratio(self.right, self.right + self.wrong)
    }

    /// How many of the pairs that there are were made.
    pub fn recall(self) -> f64 {
        ratio(self.right, self.expected)
    }

    fn merge(&mut self, other: Self) {
        self.expected += other.expected;
        self.right += other.right;
        self.wrong += other.wrong;
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) }
}

/// The counts of many plans.
pub struct Score {
    of_edits: BTreeMap<Edit, Counts>,
    of_kinds: BTreeMap<String, Counts>,
    show: u64,
}

impl Score {
    /// Prints the first `show` entries that were misjudged.
    pub fn new(show: u64) -> Self {
        Self { of_edits: BTreeMap::new(), of_kinds: BTreeMap::new(), show }
    }

    /// Joins an edited plan with the status.json from before, and counts. `origins`: for each entry the task that it was
    /// made of. An entry counts for the edit of its own task; an inserted task that was given an entry counts there too.
    pub fn add(
        &mut self,
        draft: &Draft,
        writer: Writer,
        status: Status,
        origins: &[Option<Origin>],
        edits: &HashMap<Origin, Edit>,
    ) {
        let (text, tasks) = draft.write();
        let plan = parse(draft, &text);
        let titles: Vec<&str> = plan.tasks().map(|(task, _)| plan.title(task)).collect();
        let drawn: Vec<&str> = tasks.iter().map(|(_, title)| title.as_str()).collect();
        assert_eq!(titles, drawn, "the plan is read as it was drawn:\n{text}");
        let present: HashSet<Origin> = tasks.iter().filter_map(|(origin, _)| *origin).collect();

        let joined = join(plan, Some(Arc::new(status)));
        for (entry, origin) in origins.iter().enumerate() {
            let found = joined.tasks_of_entries[entry].map(|task| &tasks[task.get()]);
            let here = origin.filter(|origin| present.contains(origin));
            let right = found.is_some_and(|(found, _)| found.is_some() && *found == here);
            let edit = origin.and_then(|origin| edits.get(&origin)).copied().unwrap_or(Edit::Untouched);
            let counts = Counts {
                expected: u32::from(here.is_some()),
                right: u32::from(right),
                wrong: u32::from(found.is_some() && !right),
            };
            self.of_edits.entry(edit).or_default().merge(counts);
            for kind in [format!("{:?}", draft.style), format!("status by {writer:?}")] {
                self.of_kinds.entry(kind).or_default().merge(counts);
            }
            if found.is_some_and(|(found, _)| found.is_none()) {
                self.of_edits.entry(Edit::Insert).or_default().wrong += 1;
            }
            if !right && (here.is_some() || found.is_some()) && self.show > 0 {
                self.show -= 1;
                let own = tasks.iter().find(|(own, _)| here.is_some() && *own == here);
                let how = joined.tasks_of_entries[entry].and_then(|task| joined.matches[task.get()]);
                let status = joined.status_file.as_ref().map(|status| {
                    let entry = tallymark_status::EntryIndex(entry as u32);
                    (status.id(entry).to_owned(), status.description(entry).to_owned())
                });
                println!(
                    "{edit:?} {:?} {writer:?}: {status:?}\n    is    {own:?}\n    found {found:?} by {:?}",
                    draft.style,
                    how.map(|how| how.kind)
                );
            }
        }
    }

    /// The counts of all entries.
    pub fn all(&self) -> Counts {
        let mut all = Counts::default();
        for (edit, counts) in &self.of_edits {
            // What was wrongly given to an inserted task was counted where its entry was.
            if *edit != Edit::Insert {
                all.merge(*counts);
            }
        }
        all
    }

    /// The counts of the entries whose own task was edited.
    pub fn edited(&self) -> Counts {
        let mut edited = Counts::default();
        for (edit, counts) in &self.of_edits {
            if !matches!(edit, Edit::Untouched | Edit::Shifted | Edit::RenamePhase | Edit::Insert) {
                edited.merge(*counts);
            }
        }
        edited
    }

    /// The table.
    pub fn table(&self) -> String {
        let mut table = format!(
            "{:<22} {:>8} {:>8} {:>6} {:>10} {:>8}\n",
            "", "expected", "right", "wrong", "precision", "recall"
        );
        let mut row = |name: &str, counts: Counts| {
            let _ = writeln!(
                table,
                "{name:<22} {:>8} {:>8} {:>6} {:>8.2} % {:>6.2} %",
                counts.expected,
                counts.right,
                counts.wrong,
                counts.precision() * 100.0,
                counts.recall() * 100.0
            );
        };
        for (edit, counts) in &self.of_edits {
            row(&format!("{edit:?}"), *counts);
        }
        for (kind, counts) in &self.of_kinds {
            row(kind, *counts);
        }
        row("edited themselves", self.edited());
        row("all", self.all());
        table
    }
}
