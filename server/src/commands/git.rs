//! `tallymark git`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, Subcommand};
use tallymark_text::Source;
use tallymark_workspace::read_source;

use crate::exit::{Exit, Failure};
use crate::output::{STRONG, harmless};
use crate::plan_file;
use crate::session::Session;
use crate::whole_file;

/// The line of `.gitattributes` that hands status.json to the merge driver.
const ATTRIBUTE: &str = "status.json merge=tallymark";
/// The line of `.gitignore` for the generation that lies beside status.json: a merge of two of those helps nobody.
const IGNORED: &str = "status.json.bak";
const NAME: (&str, &str) = ("merge.tallymark.name", "status.json, task by task");
const DRIVER: &str = "merge.tallymark.driver";

/// Let Git merge status.json task by task
#[derive(Args)]
pub struct Git {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Install(Install),
    Uninstall(Uninstall),
}

/// Register the merge driver in this repository
///
/// Sets `merge.tallymark` in the repository's own configuration, which is not shared, and adds `status.json merge=tallymark`
/// to .gitattributes, which is; and `status.json.bak`, the generation before the last write, to .gitignore. Who has not
/// installed it merges line by line, as before.
#[derive(Args)]
struct Install {
    /// Write to .git/info instead of .gitattributes and .gitignore: for this clone only
    #[arg(long)]
    private: bool,
    /// Say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Take the registration back
#[derive(Args)]
struct Uninstall {
    /// Say what would be done
    #[arg(long)]
    dry_run: bool,
}

impl Git {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let repository = Repository::find(session)?;
        let lines = match self.what {
            What::Install(install) => repository.install(session, &install)?,
            What::Uninstall(uninstall) => repository.uninstall(session, uninstall.dry_run)?,
        };
        for line in lines {
            session.output.text(&format!("{line}\n"));
        }
        Ok(Exit::Done)
    }
}

/// A repository, asked through Git itself.
struct Repository {
    folder: PathBuf,
    files: [File; 4],
}

/// A file of Git's with a line of ours.
struct File {
    path: PathBuf,
    line: &'static str,
    /// Whether it is of this clone alone.
    private: bool,
}

impl Repository {
    fn find(session: &Session) -> Result<Self, Failure> {
        let folder = session.root_of(&session.folder);
        let ask = |what: &[&str]| git(&folder, what).map(PathBuf::from);
        let top = ask(&["rev-parse", "--show-toplevel"])
            .map_err(|failure| failure.help("run it in the work tree of a Git repository"))?;
        let private = |name| Ok::<_, Failure>(folder.join(ask(&["rev-parse", "--git-path", name])?));
        let files = [
            File { path: top.join(".gitattributes"), line: ATTRIBUTE, private: false },
            File { path: top.join(".gitignore"), line: IGNORED, private: false },
            File { path: private("info/attributes")?, line: ATTRIBUTE, private: true },
            File { path: private("info/exclude")?, line: IGNORED, private: true },
        ];
        Ok(Self { files, folder })
    }

    fn install(&self, session: &Session, install: &Install) -> Result<Vec<String>, Failure> {
        let mut told = Vec::new();
        let would = if install.dry_run { "would be set" } else { "set" };
        for (key, value) in [(NAME.0, NAME.1.to_owned()), (DRIVER, driver())] {
            let known =
                git(&self.folder, &["config", "--local", "--get", key]).is_ok_and(|known| known == value);
            if known {
                told.push(format!("{key} is set already"));
                continue;
            }
            if !install.dry_run {
                git(&self.folder, &["config", "--local", key, &value])?;
            }
            told.push(format!("{key} {would}: {}", session.output.styled(STRONG, &harmless(&value))));
        }
        for file in &self.files {
            if install.private == file.private {
                told.push(file.add(session, install.dry_run)?);
            }
        }
        Ok(told)
    }

    fn uninstall(&self, session: &Session, dry_run: bool) -> Result<Vec<String>, Failure> {
        let mut told = Vec::new();
        let done = if dry_run { "would be taken" } else { "taken" };
        if git(&self.folder, &["config", "--local", "--get", DRIVER]).is_ok() {
            if !dry_run {
                git(&self.folder, &["config", "--local", "--remove-section", "merge.tallymark"])?;
            }
            told.push(format!("merge.tallymark {done} out of the repository's configuration"));
        }
        for file in &self.files {
            told.extend(file.take_out(session, dry_run)?);
        }
        if told.is_empty() {
            told.push("it was not installed here".to_owned());
        }
        Ok(told)
    }
}

impl File {
    /// Adds the line, if it is not there.
    fn add(&self, session: &Session, dry_run: bool) -> Result<String, Failure> {
        let shown = harmless(&session.shown(&self.path));
        let line = session.output.styled(STRONG, self.line);
        let old = self.read()?;
        let before = old.as_ref().map_or("", Source::text);
        if self.lines(before).next().is_some() {
            return Ok(format!("{shown} has the line {line} already"));
        }
        let line_end = if before.contains("\r\n") { "\r\n" } else { "\n" };
        let gap = if before.is_empty() || before.ends_with('\n') { "" } else { line_end };
        if dry_run {
            return Ok(format!("{shown} would get the line {line}"));
        }
        self.write(old.as_ref(), &format!("{before}{gap}{}{line_end}", self.line))?;
        Ok(format!("{shown} has the line {line}{}", if self.private { "" } else { "; commit it" }))
    }

    /// Takes the line out, wherever it stands.
    fn take_out(&self, session: &Session, dry_run: bool) -> Result<Option<String>, Failure> {
        let Some(old) = self.read()? else { return Ok(None) };
        let ours: Vec<&str> = self.lines(old.text()).collect();
        if ours.is_empty() {
            return Ok(None);
        }
        let kept: String = old.text().split_inclusive('\n').filter(|line| !ours.contains(line)).collect();
        if !dry_run {
            self.write(Some(&old), &kept)?;
        }
        let would = if dry_run { "would be taken" } else { "taken" };
        Ok(Some(format!("the line {} {would} out of {}", self.line, harmless(&session.shown(&self.path)))))
    }

    fn read(&self) -> Result<Option<Source>, Failure> {
        match read_source(&self.path) {
            Ok(source) => Ok(Some(source)),
            Err(error) if error.missing => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The lines that say what ours says, with their line ends.
    fn lines<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let ours = self.line;
        text.split_inclusive('\n').filter(move |line| line.split_ascii_whitespace().eq(ours.split(' ')))
    }

    /// Writes it, whole or not at all.
    fn write(&self, old: Option<&Source>, text: &str) -> Result<(), Failure> {
        if let Some(old) = old {
            return plan_file::replace(&self.path, old, text);
        }
        let failed = |error: std::io::Error| {
            Failure::could_not(format!("{} could not be written: {error}", self.path.display()))
        };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failed)?;
        whole_file::make(&self.path, text).map_err(failed)
    }
}

/// The driver's command line: by name where a shell finds this very program by it, else by its path.
fn driver() -> String {
    let own = std::env::current_exe().and_then(fs::canonicalize).ok();
    let on_path = std::env::var_os("PATH").and_then(|path| {
        let mut folders = std::env::split_paths(&path).map(|folder| folder.join("tallymark"));
        folders.find(|candidate| candidate.is_file()).and_then(|candidate| fs::canonicalize(candidate).ok())
    });
    let program = match own {
        Some(own) if on_path.as_ref() != Some(&own) => {
            // Git hands it to a shell, which takes forward slashes on Windows too.
            format!("'{}'", own.to_string_lossy().replace('\\', "/").replace('\'', "'\\''"))
        }
        _ => "tallymark".to_owned(),
    };
    format!("{program} merge-driver --marker-size %L %O %A %B %P")
}

/// Runs Git, and gives what it printed.
fn git<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> Result<String, Failure> {
    let output = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .output()
        .map_err(|error| Failure::could_not(format!("git could not be run: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\r', '\n']).to_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(Failure::could_not(
        why.lines().next().unwrap_or("git failed").trim_start_matches("fatal: ").to_owned(),
    ))
}
