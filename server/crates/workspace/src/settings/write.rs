//! Writing a setting on a person's behalf, as an edit that keeps everything else.

use std::path::{Path, PathBuf};

use tallymark_plan::Dialect;
use tallymark_text::{Edit, Source, minimal_edits};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::SETTINGS_FILE;
use crate::{ReadError, read_source, relative};

/// An edit of `tallymark.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsEdit {
    /// The file.
    pub path: PathBuf,
    /// Its text now; `None` if it has to be made.
    pub source: Option<Source>,
    /// What changes in it (in an empty text, if it has to be made).
    pub edits: Vec<Edit>,
    /// Its text afterwards.
    pub text: String,
}

/// The edit that makes a plan of the file at `path` (absolute): a `[[dialect]]` for it, at the end of the settings of
/// `root`.
///
/// # Errors
/// The settings file is there and cannot be read, or is no TOML.
pub fn treat_as_plan(root: &Path, path: &Path, dialect: Dialect) -> Result<SettingsEdit, ReadError> {
    let file = root.join(SETTINGS_FILE);
    let source = match read_source(&file) {
        Ok(source) => Some(source),
        Err(error) if error.missing => None,
        Err(error) => return Err(error),
    };
    let old = source.as_ref().map_or("", Source::text);
    let fail = |message: String| ReadError { path: file.clone(), message, missing: false };
    let mut document: DocumentMut = old
        .parse()
        .map_err(|error: toml_edit::TomlError| fail(format!("is no TOML: {}", error.message())))?;
    let mut table = Table::new();
    table.insert("glob", value(globset::escape(&relative(root, path))));
    table.insert("name", value(dialect.name()));
    if !document.contains_key("dialect") {
        document.insert("dialect", Item::ArrayOfTables(ArrayOfTables::new()));
    }
    match document.get_mut("dialect") {
        Some(Item::ArrayOfTables(tables)) => {
            if !old.is_empty() {
                table.decor_mut().set_prefix("\n");
            }
            tables.push(table);
        }
        Some(Item::Value(toml_edit::Value::Array(array))) => array.push(table.into_inline_table()),
        _ => return Err(fail("its `dialect` is no list".into())),
    }
    let mut text = document.to_string();
    if let Some(source) = &source
        && source.line_end() != tallymark_text::LineEnd::Lf
    {
        // toml_edit writes `\n` for what it adds, and keeps what was there.
        text = text.replace("\r\n", "\n").replace('\n', source.line_end().as_str());
    }
    Ok(SettingsEdit { edits: minimal_edits(old, &text), path: file, source, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn after(settings: Option<&str>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        if let Some(text) = settings {
            std::fs::write(root.join(SETTINGS_FILE), text).unwrap();
        }
        let edit = treat_as_plan(root, &root.join("notes/to do [1].md"), Dialect::Plain).unwrap();
        let old = edit.source.as_ref().map_or("", Source::text);
        assert_eq!(tallymark_text::apply_edits(old, &edit.edits).unwrap(), edit.text);
        std::fs::write(&edit.path, &edit.text).unwrap();
        let (settings, problems) = Settings::load(root);
        assert_eq!(problems, []);
        assert_eq!(settings.dialect("notes/to do [1].md"), Some(Dialect::Plain));
        assert_eq!(settings.dialect("notes/to do 1.md"), None);
        edit.text
    }

    const TABLE: &str = "[[dialect]]\nglob = \"notes/to do [[]1[]].md\"\nname = \"plain\"\n";

    #[test]
    fn the_file_is_made_where_there_is_none() {
        assert_eq!(after(None), TABLE);
    }

    #[test]
    fn everything_else_is_kept() {
        let old = "# ours\nboxes   =  \"mirror\" # why\n";
        assert_eq!(after(Some(old)), format!("{old}\n{TABLE}"));
        let old = "[[dialect]]\nglob = \"a.md\"\nname = \"kiro\"\n\n[rules]\n";
        assert!(after(Some(old)).contains(TABLE));
    }

    #[test]
    fn a_list_in_one_line_and_carriage_returns_are_kept() {
        assert!(
            after(Some("dialect = [{ glob = \"a.md\", name = \"kiro\" }]\n"))
                .starts_with("dialect = [{ glob")
        );
        let text = after(Some("boxes = \"mirror\"\r\n"));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn settings_that_are_no_toml_are_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SETTINGS_FILE), "boxes = [").unwrap();
        let error = treat_as_plan(folder.path(), &folder.path().join("a.md"), Dialect::Plain).unwrap_err();
        assert!(error.message.starts_with("is no TOML: "), "{error}");
    }
}
