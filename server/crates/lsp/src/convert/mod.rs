//! From byte offsets and plain data to what the protocol speaks, and back. The only place that asks for columns.

pub(crate) mod action;
pub(crate) mod completion;
pub(crate) mod diagnostic;
pub(crate) mod edit;
pub(crate) mod fold;
pub(crate) mod hint;
pub(crate) mod hover;
pub(crate) mod lens;
pub(crate) mod position;
pub(crate) mod rename;
pub(crate) mod resolve;
pub(crate) mod selection;
pub(crate) mod symbol;
pub(crate) mod token;
