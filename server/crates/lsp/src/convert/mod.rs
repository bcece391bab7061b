//! From byte offsets and plain data to what the protocol speaks, and back. The only place that asks for columns.

pub(crate) mod action;
pub(crate) mod call;
pub(crate) mod completion;
pub(crate) mod diagnostic;
pub(crate) mod edit;
pub(crate) mod fold;
pub(crate) mod goto;
pub(crate) mod hint;
pub(crate) mod hover;
pub(crate) mod lens;
pub(crate) mod link;
pub(crate) mod place;
pub(crate) mod position;
pub(crate) mod reference;
pub(crate) mod rename;
pub(crate) mod resolve;
pub(crate) mod selection;
pub(crate) mod symbol;
pub(crate) mod token;
pub(crate) mod workspace_symbol;
