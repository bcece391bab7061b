//! Commands as they are called: a name, and one object of arguments that names the plan by its URI.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tallymark_ide::Question;
use tallymark_status::{Change, Expected, FieldChange, Json, NewEntry, Request, Word};
use tallymark_sync::{File, Place};
use tallymark_text::{Edit, Span};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{ExecuteCommandParams, Uri};

use super::Command;

const MARK: &str = "tallymark.mark";
const UNDO: &str = "tallymark.undo";
const CHANGE_STATUS: &str = "tallymark.status.apply";
const EDIT: &str = "tallymark.edit";
const RENUMBER: &str = "tallymark.renumber";
const INIT: &str = "tallymark.init";
const RESTORE: &str = "tallymark.restore";
const SHOW: &str = "tallymark.show";
const TREAT_AS_PLAN: &str = "tallymark.treatAsPlan";
const OPEN: &str = "tallymark.open";

/// The names of all commands.
pub(crate) const NAMES: &[&str] =
    &[MARK, UNDO, CHANGE_STATUS, EDIT, RENUMBER, INIT, RESTORE, SHOW, TREAT_AS_PLAN, OPEN];

/// The plan that every command is about.
#[derive(Debug, Serialize, Deserialize)]
struct OnPlan<A> {
    plan: Uri,
    #[serde(flatten)]
    arguments: A,
}

#[derive(Debug, Serialize, Deserialize)]
struct NoArguments {}

#[derive(Debug, Serialize, Deserialize)]
struct MarkArguments {
    keys: Vec<String>,
    #[serde(with = "word")]
    to: Word,
    #[serde(default, skip_serializing_if = "is_false")]
    reopen: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<QuestionName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum QuestionName {
    Error,
    Reason,
}

#[derive(Debug, Serialize, Deserialize)]
struct ChangeStatusArguments {
    requests: Vec<RequestArguments>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ask: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestArguments {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    entry: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected_status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected_revision: Option<String>,
    change: ChangeArguments,
}

/// The changes that the store knows, as objects with one member: the change's name.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum ChangeArguments {
    Transition {
        #[serde(with = "word")]
        to: Word,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notes: Option<String>,
        #[serde(default, skip_serializing_if = "is_false")]
        reopen: bool,
    },
    Add {
        id: String,
        phase: String,
        description: String,
        #[serde(with = "word")]
        status: Word,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    Remove {},
    SetId(String),
    SetDescription(String),
    SetPhase(String),
    MendWord(#[serde(with = "word")] Word),
    ClearError {},
    SetFields(Vec<FieldArguments>),
    Settle {
        field: String,
        value: String,
    },
    RecomputeSummary {},
    SetCurrentPhase(String),
    SetPlanPath(String),
    SetFindingsPath(String),
    CountRetry {
        error: Option<String>,
    },
    BeginRun {},
    EndRun {
        run: String,
        completed: u32,
        failed: u32,
    },
}

/// A member of an entry with its values, the texts of JSON values, before and after.
#[derive(Debug, Serialize, Deserialize)]
struct FieldArguments {
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    was: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now: Option<String>,
}

impl FieldArguments {
    fn of(change: FieldChange) -> Self {
        let text = |value: Option<Json>| value.map(|value| value.as_str().to_owned());
        Self { key: change.key, was: text(change.was), now: text(change.now) }
    }

    fn read(self) -> std::result::Result<FieldChange, String> {
        let value = |text: Option<String>| text.as_deref().map(Json::parse).transpose();
        let wrong = |error| format!("setFields: a value of {:?} is no JSON: {error}", self.key);
        Ok(FieldChange {
            was: value(self.was).map_err(wrong)?,
            now: value(self.now).map_err(wrong)?,
            key: self.key,
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct RenumberArguments {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<NewId>,
}

/// A task's key, and the id that it gets.
#[derive(Debug, Serialize, Deserialize)]
struct NewId {
    key: String,
    to: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct EditArguments {
    version: i32,
    edits: Vec<EditArgument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ask: Option<String>,
}

/// An edit in bytes of the plan's text (UTF-8, without a byte order mark).
#[derive(Debug, Serialize, Deserialize)]
struct EditArgument {
    start: u32,
    end: u32,
    text: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct ShowArguments {
    text: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct OpenArguments {
    file: FileName,
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum FileName {
    Plan,
    Status,
}

/// A status word as status.json has it.
mod word {
    use super::*;

    pub(super) fn serialize<S: serde::Serializer>(
        word: &Word,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(word.as_str())
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Word, D::Error> {
        let text = String::deserialize(deserializer)?;
        Word::from_exact(&text).ok_or_else(|| {
            let known: Vec<&str> = Word::ALL.iter().map(|word| word.as_str()).collect();
            serde::de::Error::custom(format!("no status is called {text:?}; there are {}", known.join(", ")))
        })
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // What `skip_serializing_if` calls takes a reference.
fn is_false(value: &bool) -> bool {
    !value
}

/// The plan and the command of a call.
///
/// # Errors
/// An unknown command, or arguments that are not those of the command: which, and what is wrong with them.
pub(crate) fn parse(params: ExecuteCommandParams) -> Result<(Uri, Command)> {
    let name = params.command.as_str();
    let argument = params.arguments.into_iter().next().unwrap_or_default();
    match name {
        MARK => read(name, argument, |arguments: MarkArguments| {
            Ok(Command::Mark {
                keys: arguments.keys,
                to: arguments.to,
                reopen: arguments.reopen,
                question: arguments.question.map(|question| match question {
                    QuestionName::Error => Question::Error,
                    QuestionName::Reason => Question::Reason,
                }),
                reason: arguments.reason.filter(|reason| !reason.trim().is_empty()),
            })
        }),
        CHANGE_STATUS => read(name, argument, |arguments: ChangeStatusArguments| {
            let requests: std::result::Result<Vec<Request>, String> =
                arguments.requests.into_iter().map(request).collect();
            Ok(Command::ChangeStatus { requests: requests?, ask: arguments.ask })
        }),
        EDIT => read(name, argument, |arguments: EditArguments| {
            let edits = arguments.edits.into_iter().map(|edit| Edit {
                span: Span { start: edit.start, end: edit.end.max(edit.start) },
                text: edit.text,
            });
            Ok(Command::Edit { version: arguments.version, edits: edits.collect(), ask: arguments.ask })
        }),
        RENUMBER => read(name, argument, |arguments: RenumberArguments| {
            let changes = arguments.changes.into_iter().map(|change| (change.key, change.to)).collect();
            Ok(Command::Renumber { changes })
        }),
        UNDO => read(name, argument, |NoArguments {}| Ok(Command::Undo)),
        INIT => read(name, argument, |NoArguments {}| Ok(Command::Init)),
        RESTORE => read(name, argument, |NoArguments {}| Ok(Command::Restore)),
        SHOW => read(name, argument, |arguments: ShowArguments| Ok(Command::Show(arguments.text))),
        TREAT_AS_PLAN => read(name, argument, |NoArguments {}| Ok(Command::TreatAsPlan)),
        OPEN => read(name, argument, |arguments: OpenArguments| {
            let file = match arguments.file {
                FileName::Plan => File::Plan,
                FileName::Status => File::Status,
            };
            let span = Span { start: arguments.start, end: arguments.end.max(arguments.start) };
            Ok(Command::Open(Place { file, span }))
        }),
        _ => Err(Error::invalid_params(format!(
            "there is no command {name:?}; there are {}",
            NAMES.join(", ")
        ))),
    }
}

fn read<A: for<'de> Deserialize<'de>>(
    name: &str,
    argument: Value,
    command: impl FnOnce(A) -> std::result::Result<Command, String>,
) -> Result<(Uri, Command)> {
    let refuse = |why: String| Error::invalid_params(format!("{name}: {why}"));
    let call: OnPlan<A> = serde_json::from_value(argument).map_err(|error| refuse(error.to_string()))?;
    Ok((call.plan, command(call.arguments).map_err(refuse)?))
}

impl Command {
    /// The name and the argument that call this command for a plan.
    pub(crate) fn to_call(&self, plan: &Uri) -> (&'static str, Value) {
        match self {
            Command::Mark { keys, to, reopen, question, reason } => {
                let question = question.map(|question| match question {
                    Question::Error => QuestionName::Error,
                    Question::Reason => QuestionName::Reason,
                });
                let (keys, reason) = (keys.clone(), reason.clone());
                (MARK, write(plan, MarkArguments { keys, to: *to, reopen: *reopen, question, reason }))
            }
            Command::ChangeStatus { requests, ask } => {
                let requests = requests.iter().map(request_arguments).collect();
                (CHANGE_STATUS, write(plan, ChangeStatusArguments { requests, ask: ask.clone() }))
            }
            Command::Edit { version, edits, ask } => {
                let argument = |edit: &Edit| EditArgument {
                    start: edit.span.start,
                    end: edit.span.end,
                    text: edit.text.clone(),
                };
                let edits = edits.iter().map(argument).collect();
                (EDIT, write(plan, EditArguments { version: *version, edits, ask: ask.clone() }))
            }
            Command::Renumber { changes } => {
                let change = |(key, to): &(String, String)| NewId { key: key.clone(), to: to.clone() };
                (RENUMBER, write(plan, RenumberArguments { changes: changes.iter().map(change).collect() }))
            }
            Command::Undo => (UNDO, write(plan, NoArguments {})),
            Command::Init => (INIT, write(plan, NoArguments {})),
            Command::Restore => (RESTORE, write(plan, NoArguments {})),
            Command::Show(text) => (SHOW, write(plan, ShowArguments { text: text.clone() })),
            Command::TreatAsPlan => (TREAT_AS_PLAN, write(plan, NoArguments {})),
            Command::Open(place) => {
                let file = match place.file {
                    File::Plan => FileName::Plan,
                    File::Status => FileName::Status,
                };
                (OPEN, write(plan, OpenArguments { file, start: place.span.start, end: place.span.end }))
            }
        }
    }
}

fn write<A: Serialize>(plan: &Uri, arguments: A) -> Value {
    // Strings, numbers and maps with string keys: there is nothing that JSON cannot hold.
    serde_json::to_value(OnPlan { plan: plan.clone(), arguments }).unwrap_or_default()
}

fn request(arguments: RequestArguments) -> std::result::Result<Request, String> {
    let revision = arguments.expected_revision.map(|text| text.parse()).transpose();
    Ok(Request {
        entry: arguments.entry,
        expected: Expected {
            status: arguments.expected_status,
            revision: revision.map_err(|_| "expectedRevision is no revision".to_owned())?,
        },
        change: match arguments.change {
            ChangeArguments::Transition { to, reason, notes, reopen } => {
                Change::Transition { to, reason, notes, reopen }
            }
            ChangeArguments::Add { id, phase, description, status, after } => {
                Change::Add { entry: NewEntry { id, phase, description, status }, after }
            }
            ChangeArguments::Remove {} => Change::Remove,
            ChangeArguments::SetId(id) => Change::SetId(id),
            ChangeArguments::SetDescription(description) => Change::SetDescription(description),
            ChangeArguments::SetPhase(phase) => Change::SetPhase(phase),
            ChangeArguments::MendWord(word) => Change::MendWord(word),
            ChangeArguments::ClearError {} => Change::ClearError,
            ChangeArguments::SetFields(fields) => {
                let fields: std::result::Result<_, _> =
                    fields.into_iter().map(FieldArguments::read).collect();
                Change::SetFields(fields?)
            }
            ChangeArguments::Settle { field, value } => Change::Settle { field, value },
            ChangeArguments::RecomputeSummary {} => Change::RecomputeSummary,
            ChangeArguments::SetCurrentPhase(phase) => Change::SetCurrentPhase(phase),
            ChangeArguments::SetPlanPath(path) => Change::SetPlanPath(path),
            ChangeArguments::SetFindingsPath(path) => Change::SetFindingsPath(path),
            ChangeArguments::CountRetry { error } => Change::CountRetry { error },
            ChangeArguments::BeginRun {} => Change::BeginRun,
            ChangeArguments::EndRun { run, completed, failed } => Change::EndRun { run, completed, failed },
        },
    })
}

fn request_arguments(request: &Request) -> RequestArguments {
    RequestArguments {
        entry: request.entry.clone(),
        expected_status: request.expected.status.clone(),
        expected_revision: request.expected.revision.map(|revision| revision.to_string()),
        change: match request.change.clone() {
            Change::Transition { to, reason, notes, reopen } => {
                ChangeArguments::Transition { to, reason, notes, reopen }
            }
            Change::Add { entry: NewEntry { id, phase, description, status }, after } => {
                ChangeArguments::Add { id, phase, description, status, after }
            }
            Change::Remove => ChangeArguments::Remove {},
            Change::SetId(id) => ChangeArguments::SetId(id),
            Change::SetDescription(description) => ChangeArguments::SetDescription(description),
            Change::SetPhase(phase) => ChangeArguments::SetPhase(phase),
            Change::MendWord(word) => ChangeArguments::MendWord(word),
            Change::ClearError => ChangeArguments::ClearError {},
            Change::SetFields(fields) => {
                ChangeArguments::SetFields(fields.into_iter().map(FieldArguments::of).collect())
            }
            Change::Settle { field, value } => ChangeArguments::Settle { field, value },
            Change::RecomputeSummary => ChangeArguments::RecomputeSummary {},
            Change::SetCurrentPhase(phase) => ChangeArguments::SetCurrentPhase(phase),
            Change::SetPlanPath(path) => ChangeArguments::SetPlanPath(path),
            Change::SetFindingsPath(path) => ChangeArguments::SetFindingsPath(path),
            Change::CountRetry { error } => ChangeArguments::CountRetry { error },
            Change::BeginRun => ChangeArguments::BeginRun {},
            Change::EndRun { run, completed, failed } => ChangeArguments::EndRun { run, completed, failed },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a code action carries out to the client is what comes back from it.
    #[test]
    fn a_call_is_read_as_it_was_written() {
        let request = |change| Request {
            entry: "1.1".to_owned(),
            expected: Expected {
                status: Some("pending".to_owned()),
                revision: Some(tallymark_status::Revision(7)),
            },
            change,
        };
        let text = || "text".to_owned();
        let entry = NewEntry { id: text(), phase: text(), description: text(), status: Word::Failed };
        let changes = [
            Change::Transition { to: Word::Completed, reason: Some(text()), notes: None, reopen: true },
            Change::Add { entry, after: Some(text()) },
            Change::Remove,
            Change::SetId(text()),
            Change::SetDescription(text()),
            Change::SetPhase(text()),
            Change::MendWord(Word::Skipped),
            Change::ClearError,
            Change::SetFields(vec![FieldChange { key: text(), was: None, now: Json::parse("[1.0]").ok() }]),
            Change::Settle { field: text(), value: text() },
            Change::RecomputeSummary,
            Change::SetCurrentPhase(text()),
            Change::SetPlanPath(text()),
            Change::SetFindingsPath(text()),
            Change::CountRetry { error: Some(text()) },
            Change::BeginRun,
            Change::EndRun { run: text(), completed: 3, failed: 1 },
        ];
        let commands = [
            Command::Mark {
                keys: vec![text()],
                to: Word::Failed,
                reopen: false,
                question: Some(Question::Error),
                reason: Some(text()),
            },
            Command::ChangeStatus { requests: changes.map(request).into(), ask: Some(text()) },
            Command::Edit { version: 3, edits: vec![Edit::insert(4, "x")], ask: None },
            Command::Undo,
            Command::Init,
            Command::Restore,
            Command::Show(text()),
            Command::TreatAsPlan,
            Command::Open(Place::status(Span::new(1, 2))),
        ];
        let plan: Uri = "file:///a/b%20c.md".parse().unwrap();
        for command in commands {
            let (name, argument) = command.to_call(&plan);
            assert!(NAMES.contains(&name));
            let params = ExecuteCommandParams {
                command: name.to_owned(),
                arguments: vec![argument],
                ..ExecuteCommandParams::default()
            };
            assert_eq!(parse(params), Ok((plan.clone(), command)));
        }
    }

    #[test]
    fn a_call_that_is_none_says_what_is_wrong() {
        let error = |name: &str, argument: Value| {
            let arguments = vec![argument];
            parse(ExecuteCommandParams { command: name.to_owned(), arguments, ..Default::default() })
                .unwrap_err()
                .message
                .into_owned()
        };
        assert!(error("tallymark.burn", Value::Null).starts_with("there is no command \"tallymark.burn\""));
        let wrong = serde_json::json!({"plan": "file:///a.md", "keys": ["1"], "to": "done"});
        assert_eq!(
            error(MARK, wrong),
            "tallymark.mark: no status is called \"done\"; there are pending, in_progress, completed, failed, skipped"
        );
    }
}
