//! Marking tasks from the editor.
