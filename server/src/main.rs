//! `tallymark`: arguments, one command, an exit code.

mod answer;
mod arguments;
mod bar;
mod commands;
mod current;
mod examples;
mod exit;
mod failed;
mod judgement;
mod live;
mod marking;
mod output;
mod plan_file;
mod plan_lines;
mod plan_state;
mod report;
#[cfg(test)]
mod schema;
mod session;
mod times;
mod whole_file;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = arguments::parse();
    session::Session::new(&arguments.shared).run(|session| arguments.command.run(session))
}
