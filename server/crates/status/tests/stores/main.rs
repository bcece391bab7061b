//! What other programs keep instead of a status.json.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod formats;

use std::sync::Arc;

use tallymark_status::Status;
use tallymark_text::Source;

fn read(path: &str, text: &str) -> Status {
    Status::read(path, Arc::new(Source::new(text)))
}

/// Each entry in a line: id, title, status word (= its meaning), dependencies; and what stands in the file for the first three.
fn told(status: &Status) -> Vec<String> {
    let text = |text: &Option<tallymark_status::Text>| {
        text.as_ref().map_or("–".to_owned(), |text| {
            format!("{} ({})", status.str(text), status.source.slice(text.span))
        })
    };
    status
        .entries()
        .map(|(index, entry)| {
            let after: Vec<&str> = entry.dependencies.iter().map(|id| status.str(id)).collect();
            format!(
                "{} | {} | {} = {} | after {}",
                text(&entry.id),
                text(&entry.description),
                text(&entry.status),
                status.known_word(index),
                after.join(", ")
            )
        })
        .collect()
}

/// The problems, each with what stands at its place.
fn problems(status: &Status) -> Vec<String> {
    let slice = |span| status.source.slice(span).chars().take(30).collect::<String>();
    status.problems.iter().map(|problem| format!("{:?} at {:?}", problem.kind, slice(problem.span))).collect()
}
