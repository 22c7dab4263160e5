//! [`BindAddress`]: where a server listens, if it does.

use std::net::SocketAddr;

/// Where a server listens, if it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct BindAddress(pub(super) Option<SocketAddr>);

/// Reads `0`, `:8081` or `127.0.0.1:8081`, as the public operator does.
pub(super) fn bind_address(text: &str) -> Result<BindAddress, String> {
    if text == "0" || text.is_empty() {
        return Ok(BindAddress(None));
    }
    let whole = text.strip_prefix(':').map_or_else(|| text.to_owned(), |port| format!("[::]:{port}"));
    whole
        .parse()
        .map(|address| BindAddress(Some(address)))
        .map_err(|_| "write it as :8081 or 127.0.0.1:8081".into())
}
