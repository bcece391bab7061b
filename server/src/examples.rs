//! An example or two of every command, for its help.

/// Each command's name, with lines to type. Of a command below another, both names.
const EXAMPLES: &[(&str, &str)] = &[
    ("check", "tallymark check\ntallymark check docs/plans --format github --fail-on error"),
    ("dialect", "tallymark dialect docs/plans/parser.md"),
    ("explain", "tallymark explain TM103\ntallymark explain docs/plans/parser.md:12"),
    ("sync-check", "tallymark sync-check | jq .inSync"),
    (
        "status",
        "tallymark status\ntallymark status --all\ntallymark status --json | jq '.tasks[] | select(.state == \"failed\")'",
    ),
    ("status init", "tallymark status init docs/plans/parser.md"),
    ("progress", "tallymark progress\ntallymark progress --format markers"),
    ("phases", "tallymark phases"),
    ("all-plans", "tallymark all-plans"),
    ("next", "tallymark next\ntallymark next 3 --json"),
    ("start", "tallymark start 1.2\ntallymark start 1.2 --expect-status pending"),
    ("complete", "tallymark complete 1.2 1.3\ntallymark complete 1.2 --notes \"all tests green\""),
    ("fail", "tallymark fail 2.1 --error \"exit code 137\""),
    ("skip", "tallymark skip 2.2 --reason \"not needed any more\""),
    ("retry", "tallymark retry 2.1"),
    ("reopen", "tallymark reopen 1.1"),
    ("batch", "printf '{\"task\":\"1.2\",\"do\":\"complete\"}\\n' | tallymark batch -"),
    (
        "findings write",
        "tallymark findings write 1.1 --file report.md\nmake bench | tallymark findings write 1.1 --stdin",
    ),
    ("findings read", "tallymark findings read 1.1"),
    ("findings", "tallymark findings read 1.1"),
    ("runs begin", "RUN=$(tallymark runs begin)"),
    ("runs end", "tallymark runs end \"$RUN\" --completed 3 --failed 0"),
    ("runs", "RUN=$(tallymark runs begin)\ntallymark runs end \"$RUN\" --completed 3 --failed 0"),
    ("init", "tallymark init docs/plans/parser.md\ntallymark init --dry-run"),
    ("import", "tallymark import .taskmaster/tasks/tasks.json --dry-run"),
    ("export", "tallymark export --to csv --output tasks.csv"),
    ("history", "tallymark history\ntallymark history 1.2 --json"),
    ("undo", "tallymark undo --dry-run\ntallymark undo"),
    ("validate", "tallymark validate\ntallymark validate --repair --dry-run"),
    ("restore", "tallymark restore --list\ntallymark restore --dry-run"),
    ("renumber", "tallymark renumber --all --dry-run\ntallymark renumber --from 2.2 --to 2.3"),
    ("graph", "tallymark graph"),
    ("retryable", "tallymark retryable --json"),
    ("exhausted", "tallymark exhausted"),
    ("increment-retry", "tallymark increment-retry 2.1 --error \"exit code 137\""),
    ("detect-stuck", "tallymark detect-stuck --minutes 45\ntallymark detect-stuck --mark-failed"),
    ("git", "tallymark git install"),
    ("merge-driver", "tallymark merge-driver base.json ours.json theirs.json"),
    ("lsp", "tallymark lsp"),
    ("stats", "tallymark stats\ntallymark stats --prometheus > /var/lib/node_exporter/tallymark.prom"),
    ("watch", "tallymark watch\ntallymark watch --once --json | jq '.plans[].progress'"),
    (
        "replay",
        "tallymark lsp --record session.jsonl   # as the editor starts it\ntallymark replay session.jsonl",
    ),
    ("doctor", "tallymark doctor"),
    ("sidecar", "tallymark sidecar\ntallymark sidecar docs/plan-outputs/parser/status.json"),
    ("completions", "tallymark completions fish > ~/.config/fish/completions/tallymark.fish"),
];

/// The command line with an example in the help of each command, before what else stands at its end.
pub fn add(mut command: clap::Command) -> clap::Command {
    for (path, lines) in EXAMPLES {
        let names: Vec<&str> = path.split(' ').collect();
        command = add_to(command, &names, lines);
    }
    command
}

fn add_to(command: clap::Command, names: &[&str], lines: &str) -> clap::Command {
    if let [name, rest @ ..] = names {
        return match command.find_subcommand(name) {
            Some(_) => command.mut_subcommand(*name, |below| add_to(below, rest, lines)),
            None => command,
        };
    }
    let header = *command.get_styles().get_header();
    let mut text = format!("{header}Examples:{header:#}");
    for line in lines.lines() {
        text.push_str("\n  ");
        text.push_str(line);
    }
    if let Some(behind) = command.get_after_help() {
        text.push_str(&format!("\n\n{behind}"));
    }
    command.after_help(text)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn every_command_has_an_example_and_every_example_a_command() {
        let command = Arguments::command();
        for (path, lines) in EXAMPLES {
            let mut found = Some(&command);
            for name in path.split(' ') {
                found = found.and_then(|command| command.find_subcommand(name));
            }
            assert!(found.is_some(), "there is no command {path}");
            let first = path.split(' ').next().unwrap_or_default();
            assert!(lines.contains(&format!("tallymark {first}")), "{path}");
        }
        for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
            let name = command.get_name();
            assert!(EXAMPLES.iter().any(|(path, _)| *path == name), "{name} has no example");
        }
    }
}
