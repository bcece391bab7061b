//! The fields of a line that any of the streams has and that are of use. What is deeper is read when its type is known.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fields::{Flag, Moment, Number, Text, one_line};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Line<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) subtype: Text<'a>,
    #[serde(borrow)]
    pub(super) session_id: Text<'a>,
    /// OpenCode's way to write it.
    #[serde(borrow, rename = "sessionID")]
    pub(super) session: Text<'a>,
    #[serde(borrow)]
    pub(super) thread_id: Text<'a>,
    pub(super) timestamp: Moment,
    #[serde(borrow)]
    pub(super) parent_tool_use_id: Text<'a>,
    #[serde(borrow)]
    pub(super) cwd: Text<'a>,
    #[serde(borrow)]
    pub(super) model: Text<'a>,
    #[serde(borrow)]
    pub(super) state: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow)]
    pub(super) role: Text<'a>,
    pub(super) is_error: Flag,
    pub(super) total_cost_usd: Number,
    #[serde(borrow)]
    pub(super) tool_use_id: Text<'a>,
    #[serde(borrow)]
    pub(super) tool_name: Text<'a>,
    #[serde(borrow)]
    pub(super) tool_id: Text<'a>,
    #[serde(borrow)]
    pub(super) request_id: Text<'a>,
    #[serde(borrow)]
    pub(super) call_id: Text<'a>,
    pub(super) elapsed_time_seconds: Number,
    #[serde(borrow)]
    pub(super) message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) event: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) request: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) item: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) part: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) usage: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) stats: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
}

/// The object in `raw`; nothing, if it is absent or no object.
pub(super) fn object<'a, T: Default + Deserialize<'a>>(
    raw: Option<&'a RawValue>,
) -> Result<T, serde_json::Error> {
    match raw.map(RawValue::get) {
        Some(text) if text.starts_with('{') => serde_json::from_str(text),
        _ => Ok(T::default()),
    }
}

/// The objects in the list `raw`; none, if it is absent or no list of objects.
pub(super) fn objects<'a, T: Deserialize<'a>>(
    raw: Option<&'a RawValue>,
) -> Result<Vec<T>, serde_json::Error> {
    let Some(text) = raw.map(RawValue::get).filter(|text| text.starts_with('[')) else {
        return Ok(Vec::new());
    };
    let items: Vec<&RawValue> = serde_json::from_str(text)?;
    items
        .iter()
        .filter(|item| item.get().starts_with('{'))
        .map(|item| serde_json::from_str(item.get()))
        .collect()
}

/// What a tool is used on, told by its input: the fields that tools of these programs have, the most telling first.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Input<'a> {
    #[serde(borrow)]
    command: Text<'a>,
    #[serde(borrow)]
    file_path: Text<'a>,
    #[serde(borrow, rename = "filePath")]
    file: Text<'a>,
    #[serde(borrow)]
    notebook_path: Text<'a>,
    #[serde(borrow)]
    absolute_path: Text<'a>,
    #[serde(borrow)]
    pattern: Text<'a>,
    #[serde(borrow)]
    query: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    path: Text<'a>,
    #[serde(borrow)]
    dir_path: Text<'a>,
    #[serde(borrow)]
    skill: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    prompt: Text<'a>,
    #[serde(borrow)]
    subagent_type: Text<'a>,
}

/// What a tool's input says: in one line, what it is used on; and, of a tool that starts a subagent, its name.
pub(super) fn of_input(
    raw: Option<&RawValue>,
) -> Result<(Option<String>, Option<String>), serde_json::Error> {
    let input: Input<'_> = object(raw)?;
    let telling = [
        &input.command,
        &input.file_path,
        &input.file,
        &input.notebook_path,
        &input.absolute_path,
        &input.pattern,
        &input.query,
        &input.url,
        &input.path,
        &input.dir_path,
        &input.skill,
        &input.description,
        &input.prompt,
    ];
    let detail = telling.iter().find_map(|text| text.get()).map(one_line).filter(|line| !line.is_empty());
    Ok((detail, input.subagent_type.kept()))
}
