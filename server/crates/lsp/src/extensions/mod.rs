//! What can be asked beyond the protocol: few requests, for status bars, tree views and webviews of editors' plugins.
//! `docs/lsp-extensions.md` describes them, and a test holds its list to this one.

pub(crate) mod activity;
pub(crate) mod content;
pub(crate) mod discovered;
pub(crate) mod graph;
pub(crate) mod plans;
pub(crate) mod status;
mod subject;
pub(crate) mod summary;
pub(crate) mod tasks;
pub(crate) mod timeline;

use serde::Deserialize;
use tower_lsp::LspServiceBuilder;
use tower_lsp::ls_types::{LSPAny, TextDocumentIdentifier};

use crate::event::Answer;
use crate::facade::Facade;

pub(crate) use subject::Subject;

/// All requests, with the handlers that stand for them.
macro_rules! methods {
    ($($name:literal => $handler:path,)*) => {
        /// The requests beyond the protocol.
        pub(crate) const METHODS: &[&str] = &[$($name),*];

        /// Has the service take them.
        pub(crate) fn register(service: LspServiceBuilder<Facade>) -> LspServiceBuilder<Facade> {
            service$(.custom_method($name, $handler))*
                // The protocol's own name for the last, which its types do not know yet.
                .custom_method(content::METHOD, Facade::content)
        }
    };
}

methods! {
    "tallymark/status" => Facade::status,
    "tallymark/plans" => Facade::plans,
    "tallymark/tasks" => Facade::tasks,
    "tallymark/activity" => Facade::activity,
    "tallymark/timeline" => Facade::timeline,
    "tallymark/graph" => Facade::graph,
    "tallymark/content" => Facade::content,
}

/// The one notification beyond the protocol: the answer to `tallymark/plans` would be another than the last one.
pub(crate) const PLANS_CHANGED: &str = "tallymark/plansChanged";

/// A request beyond the protocol.
#[derive(Debug)]
pub(crate) enum Extension {
    /// `tallymark/status`
    Status(DocumentParams, Answer<status::Answered>),
    /// `tallymark/plans`
    Plans(plans::Params, Answer<plans::Answered>),
    /// `tallymark/tasks`
    Tasks(DocumentParams, Answer<Option<tasks::Answered>>),
    /// `tallymark/activity`
    Activity(DocumentParams, Answer<Option<activity::Answered>>),
    /// `tallymark/timeline`
    Timeline(DocumentParams, Answer<Option<timeline::Answered>>),
    /// `tallymark/content`, and the protocol's own `workspace/textDocumentContent`
    Content(content::Params, Answer<content::Answered>),
    /// `tallymark/graph`
    Graph(DocumentParams, Answer<Option<graph::Answered>>),
}

/// The parameters of a question about one document.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentParams {
    /// The plan, or its status.json. Open or not; what is open counts as the client shows it.
    pub(crate) text_document: TextDocumentIdentifier,
}

/// What plugins are told at `initialize`: what they can ask.
pub(crate) fn offered() -> LSPAny {
    serde_json::json!({"tallymark": {"requests": METHODS, "notifications": [PLANS_CHANGED]}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_describes_what_there_is() {
        let page = include_str!("../../../../../docs/lsp-extensions.md");
        let described: Vec<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
            .filter(|name| name.starts_with("tallymark/"))
            .collect();
        let there: Vec<&str> = METHODS.iter().copied().chain([PLANS_CHANGED]).collect();
        assert_eq!(described, there);
    }
}
