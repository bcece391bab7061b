//! A plan as its author has it in mind, and how each dialect writes it down.

use tallymark_plan::Dialect;

use crate::chance::Chance;
use crate::wording;

/// Which task this is, whatever it is called and wherever it stands. The two halves of a split task share it.
pub type Origin = u32;

/// How a plan is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// `## Phase 1: …`, `- [ ] 1.1 …`, subtasks 1.1.1, criteria below `**VERIFY Phase 1:**`.
    Phased,
    /// The same, but ids in bold.
    PhasedBold,
    /// `## 1. …`, `- [ ] 1.1 …`.
    OpenSpec,
    /// `- [ ] 1. …` for what is a phase elsewhere, `  - [ ] 1.1 …` below.
    Kiro,
    /// `## Phase 1: …`, `- [ ] T001 …`.
    SpecKit,
    /// `## …`, `- [ ] …`, without ids.
    Plain,
}

impl Style {
    pub const ALL: [Self; 6] =
        [Self::Phased, Self::PhasedBold, Self::OpenSpec, Self::Kiro, Self::SpecKit, Self::Plain];

    pub fn dialect(self) -> Dialect {
        match self {
            Self::Phased | Self::PhasedBold => Dialect::Phased,
            Self::OpenSpec => Dialect::OpenSpec,
            Self::Kiro => Dialect::Kiro,
            Self::SpecKit => Dialect::SpecKit,
            Self::Plain => Dialect::Plain,
        }
    }

    fn has_subtasks(self) -> bool {
        matches!(self, Self::Phased | Self::PhasedBold | Self::Plain)
    }
}

#[derive(Clone, Debug)]
pub struct Task {
    /// `None` for one that was inserted.
    pub origin: Option<Origin>,
    /// As written; empty if tasks have none.
    pub id: String,
    pub title: String,
    pub done: bool,
    pub subtasks: Vec<Task>,
}

#[derive(Clone, Debug)]
pub struct Phase {
    /// Of a Kiro plan, where a phase is a task.
    pub origin: Option<Origin>,
    pub number: String,
    pub title: String,
    pub tasks: Vec<Task>,
    pub criteria: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Draft {
    pub style: Style,
    pub phases: Vec<Phase>,
}

impl Draft {
    /// A plan of about `size` tasks.
    pub fn new(chance: &mut Chance, style: Style, size: usize) -> Self {
        let mut origins = 0..;
        let mut left = size;
        let mut phases: Vec<Phase> = Vec::new();
        while left > 0 {
            let count = chance.between(2, 12).min(left);
            left -= count;
            let title = wording::phase(chance, phases.len());
            let mut tasks: Vec<Task> = Vec::new();
            for _ in 0..count {
                let title = fresh_title(chance, &tasks);
                tasks.push(Task {
                    origin: origins.next(),
                    id: String::new(),
                    title,
                    done: chance.percent(40),
                    subtasks: Vec::new(),
                });
                if style.has_subtasks() && chance.percent(20) {
                    for _ in 0..chance.between(1, 3) {
                        let Some(task) = tasks.last_mut() else { break };
                        let title = fresh_title(chance, &task.subtasks);
                        let subtask = Task {
                            origin: origins.next(),
                            id: String::new(),
                            title,
                            done: false,
                            subtasks: Vec::new(),
                        };
                        task.subtasks.push(subtask);
                    }
                }
            }
            let criteria = if matches!(style, Style::Phased | Style::PhasedBold) && chance.percent(60) {
                (0..chance.between(1, 3)).map(|_| wording::criterion(chance)).collect()
            } else {
                Vec::new()
            };
            let origin = (style == Style::Kiro).then(|| origins.next()).flatten();
            phases.push(Phase { origin, number: String::new(), title, tasks, criteria });
        }
        let mut draft = Self { style, phases };
        draft.number_all();
        draft
    }

    /// Numbers all phases and tasks in sequence.
    pub fn number_all(&mut self) {
        let mut running = 0;
        for (at, phase) in self.phases.iter_mut().enumerate() {
            phase.number = (at + 1).to_string();
            number_tasks(self.style, phase, &mut running);
        }
    }

    /// The markdown, and for each task in its order where it comes from.
    pub fn write(&self) -> (String, Vec<(Option<Origin>, String)>) {
        let mut text = String::from("# The plan\n");
        let mut tasks = Vec::new();
        for phase in &self.phases {
            let (number, title) = (&phase.number, &phase.title);
            match self.style {
                Style::Phased | Style::PhasedBold | Style::SpecKit => {
                    text.push_str(&format!("\n## Phase {number}: {title}\n\n"));
                }
                Style::OpenSpec => text.push_str(&format!("\n## {number}. {title}\n\n")),
                Style::Plain => text.push_str(&format!("\n## {title}\n\n")),
                Style::Kiro => {
                    text.push_str(&format!("\n- [ ] {number}. {title}\n"));
                    tasks.push((phase.origin, title.clone()));
                }
            }
            let indent = if self.style == Style::Kiro { "  " } else { "" };
            for task in &phase.tasks {
                self.write_task(&mut text, &mut tasks, task, indent);
            }
            if !phase.criteria.is_empty() {
                text.push_str(&format!("\n**VERIFY Phase {number}:**\n"));
                for criterion in &phase.criteria {
                    text.push_str(&format!("- [ ] {criterion}\n"));
                }
            }
        }
        (text, tasks)
    }

    fn write_task(
        &self,
        text: &mut String,
        tasks: &mut Vec<(Option<Origin>, String)>,
        task: &Task,
        indent: &str,
    ) {
        let mark = if task.done { 'x' } else { ' ' };
        let id = match (task.id.as_str(), self.style) {
            ("", _) => String::new(),
            (id, Style::PhasedBold) => format!("**{id}** "),
            (id, _) => format!("{id} "),
        };
        text.push_str(&format!("{indent}- [{mark}] {id}{}\n", task.title));
        tasks.push((task.origin, task.title.clone()));
        if self.style == Style::Kiro {
            text.push_str("    - _Requirements: 1.1, 2.3_\n");
        }
        for subtask in &task.subtasks {
            self.write_task(text, tasks, subtask, "  ");
        }
    }
}

/// Numbers the tasks of a phase; `running` counts those of plans that are numbered from end to end.
pub fn number_tasks(style: Style, phase: &mut Phase, running: &mut usize) {
    for (at, task) in phase.tasks.iter_mut().enumerate() {
        *running += 1;
        task.id = match style {
            Style::Plain => String::new(),
            Style::SpecKit => format!("T{running:03}"),
            _ => format!("{}.{}", phase.number, at + 1),
        };
        number_subtasks(task);
    }
}

/// Numbers the tasks below a task by its id.
pub fn number_subtasks(task: &mut Task) {
    for (at, subtask) in task.subtasks.iter_mut().enumerate() {
        subtask.id = if task.id.is_empty() { String::new() } else { format!("{}.{}", task.id, at + 1) };
    }
}

/// A title that none of the tasks beside it has: two of one name in one place nobody could tell apart.
pub fn fresh_title(chance: &mut Chance, beside: &[Task]) -> String {
    loop {
        let title = wording::title(chance);
        if beside.iter().all(|task| task.title != title) {
            return title;
        }
    }
}
