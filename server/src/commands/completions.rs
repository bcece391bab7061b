//! `tallymark completions`.

use clap::Args;
use clap_complete::Shell;

use crate::exit::{Exit, Failure};
use crate::session::Session;

/// Print a shell's completions of this command line
#[derive(Args)]
#[command(
    after_help = "bash:  tallymark completions bash > ~/.local/share/bash-completion/completions/tallymark\n\
zsh:   tallymark completions zsh > ~/.zfunc/_tallymark\n\
fish:  tallymark completions fish > ~/.config/fish/completions/tallymark.fish"
)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::arguments::command(), "tallymark", &mut script);
        session.output.text(&String::from_utf8_lossy(&script));
        Ok(Exit::Done)
    }
}
