//! Answers that are JSON text already.
//!
//! tower-lsp turns each answer into a tree of values before it is written: for the outline of 10,000 tasks that takes longer than
//! all the rest. The requests in [`METHODS`] are routed to handlers that answer with text, which the writer writes as it is.

use serde::{Serialize, Serializer};
use tower_lsp::LspServiceBuilder;
use tower_lsp::jsonrpc::{Request, Response};

use crate::facade::Facade;

/// The requests whose answers are large, with the names that their handlers have instead: tower-lsp lets no handler take the place of
/// its own.
const METHODS: [(&str, &str); 1] = [("textDocument/documentSymbol", "tallymark/encoded/documentSymbol")];

/// What tells such a text from all others: no text of ours begins with a NUL.
const MARK: char = '\0';

/// An answer as JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encoded(String);

impl Encoded {
    /// Turns an answer into text; `null` if it cannot be, which no type of the protocol's is.
    pub(crate) fn new(answer: &impl Serialize) -> Self {
        let mut text = vec![MARK as u8];
        let written = serde_json::to_writer(&mut text, answer);
        let text = written.ok().and_then(|()| String::from_utf8(text).ok());
        Self(text.unwrap_or_else(|| format!("{MARK}null")))
    }
}

impl Serialize for Encoded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Has the service take these requests.
pub(crate) fn register(service: LspServiceBuilder<Facade>) -> LspServiceBuilder<Facade> {
    service.custom_method(METHODS[0].1, Facade::document_symbol)
}

/// A request under the name that its handler has here.
pub(crate) fn route(request: Request) -> Request {
    let Some((_, name)) = METHODS.iter().find(|(method, _)| *method == request.method()) else {
        return request;
    };
    let (_, id, params) = request.into_parts();
    let mut request = Request::build(*name);
    if let Some(params) = params {
        request = request.params(params);
    }
    match id {
        Some(id) => request.id(id).finish(),
        None => request.finish(),
    }
}

/// Writes a response: its result as it is, if that is text already.
pub(crate) fn write(response: &Response, body: &mut Vec<u8>) -> serde_json::Result<()> {
    let text = response.result().and_then(|result| result.as_str()?.strip_prefix(MARK));
    let Some(text) = text else { return serde_json::to_writer(body, response) };
    body.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"result\":");
    body.extend_from_slice(text.as_bytes());
    body.extend_from_slice(b",\"id\":");
    serde_json::to_writer(&mut *body, response.id())?;
    body.push(b'}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tower_lsp::jsonrpc::Id;

    use super::*;

    fn written(result: Value) -> Value {
        let mut body = Vec::new();
        write(&Response::from_ok(Id::Number(7), result), &mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    #[test]
    fn an_encoded_answer_is_written_as_if_it_were_not() {
        let answers =
            [json!(null), json!([{"name": "a \"quoted\" ∞ name", "kind": 3}]), json!("text"), json!("")];
        for answer in answers {
            let encoded = serde_json::to_value(Encoded::new(&answer)).unwrap();
            assert_ne!(encoded, answer);
            let expected = json!({"jsonrpc": "2.0", "id": 7, "result": answer});
            assert_eq!(written(encoded), expected);
            assert_eq!(written(answer), expected);
        }
    }

    #[test]
    fn only_large_answers_are_routed() {
        for (method, name) in METHODS {
            let request = Request::build(method).params(json!({"a": 1})).id(3).finish();
            assert_eq!(route(request), Request::build(name).params(json!({"a": 1})).id(3).finish());
        }
        let other = Request::build("textDocument/hover").id(3).finish();
        assert_eq!(route(other.clone()), other);
    }
}
