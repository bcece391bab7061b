//! A small tower service around tower-lsp's own: a panic in a handler becomes an error answer to that one request and a
//! log line, and `null` parameters are taken as absent ones.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use serde_json::{Map, Value};
use tower::Service;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

/// The guarded service.
#[derive(Debug)]
pub(crate) struct Guard<S> {
    inner: S,
}

impl<S> Guard<S> {
    /// Guards `inner`.
    pub(crate) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S> Service<Request> for Guard<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Unpin,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Guarded<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let method = request.method().to_owned();
        let id = request.id().cloned();
        let request = without_null_params(request);
        match catch_unwind(AssertUnwindSafe(|| self.inner.call(request))) {
            Ok(answer) => Guarded { answer: Some(answer), method, id, panicked: None },
            Err(panic) => Guarded { answer: None, method, id, panicked: Some(panic_message(&*panic)) },
        }
    }
}

/// The answer of a guarded handler.
#[derive(Debug)]
pub(crate) struct Guarded<F> {
    /// `None` once the handler has panicked: it must not be polled again.
    answer: Option<F>,
    method: String,
    id: Option<Id>,
    panicked: Option<String>,
}

impl<F, E> Future for Guarded<F>
where
    F: Future<Output = Result<Option<Response>, E>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(answer) = &mut self.answer {
            match catch_unwind(AssertUnwindSafe(|| Pin::new(answer).poll(context))) {
                Ok(polled) => return polled,
                Err(panic) => {
                    self.panicked = Some(panic_message(&*panic));
                    self.answer = None;
                }
            }
        }
        let message = self.panicked.take().unwrap_or_default();
        tracing::error!("{} failed inside Tallymark: {message}", self.method);
        let response = self.id.take().map(|id| Response::from_error(id, internal_error(&message)));
        Poll::Ready(Ok(response))
    }
}

/// The error that a request gets whose work inside Tallymark panicked.
pub(crate) fn internal_error(message: &str) -> Error {
    Error {
        code: ErrorCode::InternalError,
        message: format!("Tallymark failed at this request and goes on: {message}").into(),
        data: None,
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

/// Some clients write `"params": null` (or `{}`) where the protocol has none, and `null` where it has an empty object.
/// tower-lsp refuses both.
fn without_null_params(request: Request) -> Request {
    let takes_none = matches!(request.method(), "shutdown" | "exit");
    if !takes_none && request.params() != Some(&Value::Null) {
        return request;
    }
    let (method, id, _) = request.into_parts();
    let mut request = Request::build(method);
    if !takes_none {
        request = request.params(Value::Object(Map::new()));
    }
    if let Some(id) = id {
        request = request.id(id);
    }
    request.finish()
}
