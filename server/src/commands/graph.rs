//! `tallymark graph`.

mod dot;
pub mod json;
mod layout;
mod mermaid;
mod svg;
mod text;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tallymark_ide::GraphView;
use tallymark_sync::Graph as Waiting;

use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::session::Session;

/// Draw who waits for whom, with the states of the tasks
///
/// As text: the critical path, what is ready, and what blocks most. As Mermaid, DOT or SVG: a picture of all tasks in their
/// phases; where there are more than a picture can hold, of the phases.
#[derive(Args)]
pub struct Graph {
    /// The plan; without it the one that .claude/current-plan.txt names, else the workspace's only plan
    #[arg(value_name = "PLAN")]
    file: Option<PathBuf>,
    /// What to write
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Write one JSON object
    #[arg(long, conflicts_with = "format")]
    json: bool,
    #[command(flatten)]
    choice: Choice,
}

/// What a graph is written as.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// What matters most, for a person
    Text,
    /// For a code block in markdown
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture
    Svg,
}

impl Graph {
    /// Runs the command.
    pub fn run(mut self, session: &mut Session) -> Result<Exit, Failure> {
        if let Some(file) = self.file.take() {
            self.choice.plan = Some(file);
        }
        let current = self.choice.load(session)?;
        let analysis = &current.loaded.analysis;
        let graph = Waiting::new(&analysis.joined);
        let view = GraphView::new(&graph, session.now, &current.workspace.settings.limits());
        let text = match (self.json, self.format) {
            (true, _) => json::render(&view),
            (false, Format::Text) => text::render(&session.output, &view),
            (false, Format::Mermaid) => mermaid::render(&view),
            (false, Format::Dot) => dot::render(&view),
            (false, Format::Svg) => svg::render(&view),
        };
        session.output.text(&text);
        current.shown(session)
    }
}
