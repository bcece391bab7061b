//! The language server: facade, engine, outbox, guard and conversions. The only room that knows tower-lsp.
