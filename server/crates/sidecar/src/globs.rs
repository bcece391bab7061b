//! Globs, one name at a time, so that only folders are listed that can hold what is looked for.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet};

/// A glob, taken apart at its slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    pub(crate) steps: Vec<Step>,
}

/// What one name on the way may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// This one.
    Name(OsString),
    /// One like this.
    Like(Like),
    /// `**`: any number of folders, also none.
    Deep,
}

/// Names like `*.json`.
#[derive(Clone, Debug)]
pub(crate) struct Like {
    text: Arc<str>,
    set: Arc<GlobSet>,
}

impl Glob {
    /// Takes a glob apart, or says what is the matter with it.
    pub(crate) fn new(text: &str) -> Result<Glob, String> {
        let mut steps = Vec::new();
        for name in text.split('/').filter(|name| !matches!(*name, "" | ".")) {
            let step = match name {
                ".." => return Err("it leads out of its folder".to_owned()),
                "**" if steps.last() == Some(&Step::Deep) => continue,
                "**" => Step::Deep,
                _ if name.contains(['*', '?', '[', '{', '\\']) => Step::Like(Like::new(name)?),
                _ => Step::Name(name.into()),
            };
            steps.push(step);
        }
        match steps.last() {
            None => Err("it is empty".to_owned()),
            // All files below.
            Some(Step::Deep) => {
                steps.push(Step::Like(Like::new("*")?));
                Ok(Glob { steps })
            }
            Some(_) => Ok(Glob { steps }),
        }
    }
}

impl Like {
    fn new(text: &str) -> Result<Like, String> {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob = glob.map_err(|error| error.kind().to_string())?;
        let set = GlobSet::builder().add(glob).build().map_err(|error| error.kind().to_string())?;
        Ok(Like { text: text.into(), set: Arc::new(set) })
    }

    /// Whether this name is like it.
    pub(crate) fn matches(&self, name: &OsStr) -> bool {
        self.set.is_match(Path::new(name))
    }
}

impl PartialEq for Like {
    fn eq(&self, other: &Like) -> bool {
        self.text == other.text
    }
}

impl Eq for Like {}
