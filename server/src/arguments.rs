//! The command line. Each command's own arguments stand in its file below `commands/`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::commands::*;
use crate::examples;
use crate::exit::{Exit, Failure};
use crate::session::Session;

/// Keeps a plan written in markdown and what has really been done in agreement.
#[derive(Parser)]
#[command(name = "tallymark", version = VERSION, max_term_width = 100, disable_help_subcommand = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What every command takes.
    #[command(flatten)]
    pub shared: Shared,
}

/// Options that every command takes.
#[derive(clap::Args)]
pub struct Shared {
    /// The workspace's root, instead of the nearest folder above with tallymark.toml or .git
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Everywhere")]
    pub root: Option<PathBuf>,
    /// When to write in colour: auto (on a terminal), always, never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Everywhere"
    )]
    pub color: Color,
    /// Whether a program reads what is written.
    #[arg(skip)]
    pub json: bool,
}

/// When to write in colour.
#[derive(Clone, Copy, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// As the library for streams has it.
    pub fn choice(self) -> anstream::ColorChoice {
        match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::AlwaysAnsi,
            Color::Never => anstream::ColorChoice::Never,
        }
    }
}

/// The version, with the commit where it is known.
pub const VERSION: &str = env!("TALLYMARK_VERSION");

/// What can be done. The help shows them in the groups of [`GROUPS`].
#[derive(Subcommand)]
pub enum Command {
    Check(check::Check),
    Dialect(dialect::Dialect),
    Explain(explain::Explain),
    SyncCheck(sync_check::SyncCheck),
    Status(status::Status),
    Progress(progress::Progress),
    Next(next::Next),
    Graph(graph::Graph),
    #[command(visible_alias = "mark-started")]
    Start(start::Start),
    #[command(visible_alias = "mark-complete")]
    Complete(complete::Complete),
    #[command(visible_alias = "mark-failed")]
    Fail(fail::Fail),
    #[command(visible_alias = "mark-skipped")]
    Skip(skip::Skip),
    Retry(retry::Retry),
    Reopen(reopen::Reopen),
    Batch(batch::Batch),
    Undo(undo::Undo),
    Validate(validate::Validate),
    Restore(restore::Restore),
    History(history::History),
    Phases(phases::Phases),
    AllPlans(all_plans::AllPlans),
    Retryable(retryable::Retryable),
    Exhausted(exhausted::Exhausted),
    IncrementRetry(increment_retry::IncrementRetry),
    DetectStuck(detect_stuck::DetectStuck),
    Findings(findings::Findings),
    Runs(runs::Runs),
    // The names under which status-cli has what is grouped here.
    #[command(hide = true)]
    WriteFindings(findings::WriteFindings),
    #[command(hide = true)]
    ReadFindings(findings::ReadFindings),
    #[command(hide = true)]
    StartRun(runs::BeginRun),
    #[command(hide = true)]
    CompleteRun(runs::EndRun),
    Renumber(renumber::Renumber),
    Init(init::Init),
    Import(import::Import),
    Watch(watch::Watch),
    Stats(stats::Stats),
    Export(export::Export),
    Git(git::Git),
    MergeDriver(merge_driver::MergeDriver),
    Lsp(lsp::Lsp),
    Replay(replay::Replay),
    Doctor(doctor::Doctor),
    Sidecar(sidecar::Sidecar),
    Completions(completions::Completions),
}

impl Command {
    /// Does it.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        match self {
            Command::Check(command) => command.run(session),
            Command::Dialect(command) => command.run(session),
            Command::Explain(command) => command.run(session),
            Command::SyncCheck(command) => command.run(session),
            Command::Status(command) => command.run(session),
            Command::Progress(command) => command.run(session),
            Command::Graph(command) => command.run(session),
            Command::Next(command) => command.run(session),
            Command::Start(command) => command.run(session),
            Command::Complete(command) => command.run(session),
            Command::Fail(command) => command.run(session),
            Command::Skip(command) => command.run(session),
            Command::Retry(command) => command.run(session),
            Command::Reopen(command) => command.run(session),
            Command::Batch(command) => command.run(session),
            Command::Undo(command) => command.run(session),
            Command::Validate(command) => command.run(session),
            Command::Restore(command) => command.run(session),
            Command::History(command) => command.run(session),
            Command::Phases(command) => command.run(session),
            Command::AllPlans(command) => command.run(session),
            Command::Retryable(command) => command.run(session),
            Command::Exhausted(command) => command.run(session),
            Command::IncrementRetry(command) => command.run(session),
            Command::DetectStuck(command) => command.run(session),
            Command::Findings(command) => command.run(session),
            Command::Runs(command) => command.run(session),
            Command::WriteFindings(command) => command.run(session),
            Command::ReadFindings(command) => command.run(session),
            Command::StartRun(command) => command.run(session),
            Command::CompleteRun(command) => command.run(session),
            Command::Renumber(command) => command.run(session),
            Command::Init(command) => command.run(session),
            Command::Import(command) => command.run(session),
            Command::Watch(command) => command.run(session),
            Command::Stats(command) => command.run(session),
            Command::Export(command) => command.run(session),
            Command::Git(command) => command.run(session),
            Command::MergeDriver(command) => command.run(session),
            Command::Lsp(command) => command.run(session),
            Command::Doctor(command) => command.run(session),
            Command::Replay(command) => command.run(session),
            Command::Sidecar(command) => command.run(session),
            Command::Completions(command) => command.run(session),
        }
    }
}

/// The groups of the help, each with its commands.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Check", &["check", "dialect", "explain", "sync-check"]),
    (
        "Status",
        &[
            "status",
            "progress",
            "phases",
            "all-plans",
            "next",
            "graph",
            "start",
            "complete",
            "fail",
            "skip",
            "retry",
            "reopen",
            "batch",
            "findings",
            "runs",
            "renumber",
            "init",
        ],
    ),
    (
        "Recover",
        &[
            "history",
            "undo",
            "validate",
            "restore",
            "retryable",
            "exhausted",
            "increment-retry",
            "detect-stuck",
        ],
    ),
    ("Live", &["watch", "stats", "sidecar"]),
    ("Tools", &["export", "import", "git", "merge-driver", "lsp", "replay", "doctor", "completions"]),
];

/// Reads the command line; prints help, version or what is wrong with it, and ends the process, where that is all.
pub fn parse() -> Arguments {
    let mut matches = command().get_matches();
    let json = wants_json(&matches);
    let mut arguments = Arguments::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.exit());
    arguments.shared.json = json;
    arguments
}

/// Whether the command was given `--json`: then what goes wrong is told so too.
fn wants_json(matches: &clap::ArgMatches) -> bool {
    let mut below = matches;
    while let Some((_, matches)) = below.subcommand() {
        below = matches;
    }
    matches!(below.try_get_one::<bool>("json"), Ok(Some(true)))
}

/// The command line as clap has it, with the commands of the help in groups.
pub fn command() -> clap::Command {
    let command = examples::add(Arguments::command());
    let header = command.get_styles().get_header();
    let literal = command.get_styles().get_literal();
    let mut groups = String::new();
    let widest = GROUPS.iter().flat_map(|(_, names)| *names).map(|name| name.len()).max().unwrap_or(0);
    for (group, names) in GROUPS {
        _ = writeln!(groups, "{header}{group}:{header:#}");
        for name in names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            _ = writeln!(groups, "  {literal}{name:<widest$}{literal:#}  {about}");
        }
        groups.push('\n');
    }
    let template =
        format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{{options}}{{after-help}}");
    command.help_template(template).after_help("`tallymark COMMAND --help` tells more of a command.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_command_stands_in_a_group() {
        command().debug_assert();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let mut all: Vec<String> = Arguments::command()
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
            .map(|command| command.get_name().to_owned())
            .collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }
}
