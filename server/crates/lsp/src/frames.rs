//! Messages on the wire: `Content-Length` headers and JSON bodies, read and written without any knowledge of their methods.

use std::io::{self, BufRead, Read};

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};

/// Larger bodies are skipped and refused: no editor sends a message of this size on purpose.
const LARGEST_BODY: u64 = 512 * 1024 * 1024;

/// A header line longer than this is no header.
const LONGEST_HEADER: u64 = 8 * 1024;

/// One message from the client.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A request or a notification.
    Request(Request),
    /// The client's answer to a request of ours.
    Response(Response),
    /// No message that we can act on: what to answer.
    Refused(Response),
}

/// Reads the next message; `None` at the end of the input. `heard` is given its body as it came.
///
/// # Errors
/// The input cannot be read, or ends within a message.
pub(crate) fn read(input: &mut impl BufRead, heard: impl Fn(&[u8])) -> io::Result<Option<Incoming>> {
    loop {
        let Some(length) = read_length(input)? else { return Ok(None) };
        if length > LARGEST_BODY {
            io::copy(&mut input.take(length), &mut io::sink())?;
            return Ok(Some(refuse(Id::Null, Error::invalid_request())));
        }
        let mut body = Vec::new();
        input.take(length).read_to_end(&mut body)?;
        if (body.len() as u64) < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !body.is_empty() {
            heard(&body);
            return Ok(Some(decode(&body)));
        }
    }
}

/// Reads header lines up to the empty line; what is between messages and is no header is skipped.
fn read_length(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.take(LONGEST_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            if length.is_some() {
                return Ok(length);
            }
            continue;
        }
        let Some(colon) = text.iter().position(|&byte| byte == b':') else { continue };
        if text[..colon].eq_ignore_ascii_case(b"content-length") {
            length =
                std::str::from_utf8(text[colon + 1..].trim_ascii()).ok().and_then(|text| text.parse().ok());
        }
    }
}

/// All that a message may hold. A present `null` is told from an absent field, as `"result": null` is an answer.
#[derive(Deserialize)]
struct Envelope {
    jsonrpc: String,
    method: Option<String>,
    #[serde(default, deserialize_with = "present")]
    id: Option<Id>,
    #[serde(default, deserialize_with = "present")]
    params: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    error: Option<ClientError>,
}

/// An error of the client's; fields beyond these are ignored.
#[derive(Deserialize)]
struct ClientError {
    code: i64,
    #[serde(default)]
    message: String,
}

fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn decode(body: &[u8]) -> Incoming {
    // The Language Server Protocol has no batches: one error for the whole of it.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return refuse(Id::Null, Error::invalid_request());
    }
    let envelope: Envelope = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(error) if error.is_data() => return refuse(Id::Null, Error::invalid_request()),
        Err(_) => return refuse(Id::Null, Error::parse_error()),
    };
    let Envelope { jsonrpc, method, id, params, result, error } = envelope;
    if jsonrpc != "2.0" {
        return refuse(id.unwrap_or(Id::Null), Error::invalid_request());
    }
    if let Some(method) = method {
        let mut request = Request::build(method);
        if let Some(params) = params {
            request = request.params(params);
        }
        if let Some(id) = id {
            request = request.id(id);
        }
        return Incoming::Request(request.finish());
    }
    match (id, error, result) {
        (Some(id), Some(error), _) => Incoming::Response(Response::from_error(
            id,
            Error { code: error.code.into(), message: error.message.into(), data: None },
        )),
        (Some(id), None, Some(result)) => Incoming::Response(Response::from_ok(id, result)),
        (id, ..) => refuse(id.unwrap_or(Id::Null), Error::invalid_request()),
    }
}

fn refuse(id: Id, error: Error) -> Incoming {
    Incoming::Refused(Response::from_error(id, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &str) -> Vec<String> {
        let mut input = input.as_bytes();
        let mut messages = Vec::new();
        while let Some(message) = read(&mut input, |_| ()).unwrap() {
            messages.push(match message {
                Incoming::Request(request) => format!("request {request}"),
                Incoming::Response(response) | Incoming::Refused(response) => {
                    serde_json::to_string(&response).unwrap()
                }
            });
        }
        messages
    }

    fn frame(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn a_bad_message_does_not_swallow_the_next() {
        let good = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        for bad in
            ["[]", r#"[{"jsonrpc":"2.0","id":1,"method":"a"}]"#, "{", "5", r#"{"jsonrpc":"1.0","id":null}"#]
        {
            let messages = all(&format!("{}{}", frame(bad), frame(good)));
            assert_eq!(messages.len(), 2, "{bad}: {messages:?}");
            assert!(messages[0].contains("-32600") || messages[0].contains("-32700"), "{bad}: {messages:?}");
            assert!(messages[0].contains(r#""id":null"#), "{bad}: {messages:?}");
            assert_eq!(messages[1], format!("request {good}"));
        }
    }

    #[test]
    fn headers_are_read_as_leniently_as_clients_write_them() {
        let body = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let input = format!(
            "noise\r\ncontent-length: {}\nContent-Type: application/vscode-jsonrpc; charset=utf-8\n\n{body}",
            body.len()
        );
        assert_eq!(all(&input), [format!("request {body}")]);
    }

    #[test]
    fn null_and_absent_results_differ() {
        let messages = all(
            &(frame(r#"{"jsonrpc":"2.0","id":1,"result":null}"#) + &frame(r#"{"jsonrpc":"2.0","id":1}"#))
        );
        assert_eq!(messages[0], r#"{"jsonrpc":"2.0","result":null,"id":1}"#);
        assert!(messages[1].contains("-32600"), "{messages:?}");
    }

    #[test]
    fn an_input_that_ends_within_a_message_is_an_error() {
        assert!(read(&mut "Content-Length: 10\r\n\r\n{".as_bytes(), |_| ()).is_err());
        assert!(read(&mut "".as_bytes(), |_| ()).unwrap().is_none());
    }
}
