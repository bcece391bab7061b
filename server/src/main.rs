//! `tallymark`: arguments, one command, an exit code.

mod answer;
mod arguments;
mod bar;
mod commands;
mod current;
mod exit;
mod judgement;
mod marking;
mod output;
mod plan_file;
mod report;
mod session;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = arguments::parse();
    session::Session::new(&arguments.shared).run(|session| arguments.command.run(session))
}
