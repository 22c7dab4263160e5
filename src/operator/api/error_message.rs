//! [`error_message`]: what went wrong between here and the API server, for people.

use std::{error::Error as StdError, io};

use http::StatusCode;
use kube::{
    client::AuthError,
    config::{InferConfigError, KubeconfigError},
    core::Status,
    runtime::watcher,
};
use rustls::CertificateError;

/// How much of an answer is shown that the API server did not write.
const SHOWN: usize = 120;
/// What kube's client gives as the reason of such an answer.
const FOREIGN: &str = "Failed to parse error data";
/// What the API server passes on from etcd.
const TOO_LARGE: &str = "request is too large";

/// What went wrong, and what to do about it.
pub(crate) fn error_message(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status_message(status),
        kube::Error::Auth(error) => auth_error_message(error),
        kube::Error::InferConfig(error) => infer_config_error_message(error),
        kube::Error::InferKubeconfig(error) => kubeconfig_error_message(error),
        kube::Error::SerdeError(error) => {
            format!("check what answers at the cluster's address: its answer cannot be read: {error}")
        }
        kube::Error::FromUtf8(_) => {
            "check what answers at the cluster's address: its answer is not UTF-8".to_owned()
        }
        kube::Error::LinesCodecMaxLineLengthExceeded => "the API server's answer does not end".to_owned(),
        kube::Error::ProxyProtocolUnsupported { proxy_url }
        | kube::Error::ProxyProtocolDisabled { proxy_url, .. } => {
            let scheme = proxy_url.scheme_str().unwrap_or("no protocol");
            format!(
                "name no proxy in the kubeconfig (proxy-url): podgraft speaks to none, with {scheme} or otherwise"
            )
        }
        kube::Error::Discovery(error) => format!("the API server does not serve what is asked for: {error}"),
        other => innermost_message(other),
    }
}

/// Whether etcd would not take an object: as final as what the API server refuses.
pub(crate) fn is_too_large(status: &Status) -> bool {
    status.message.contains(TOO_LARGE)
}

/// What went wrong with a watch.
pub(crate) fn watch_error_message(error: &watcher::Error) -> String {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => error_message(error),
        watcher::Error::WatchError(status) => status_message(status),
        watcher::Error::NoResourceVersion => "the API server cannot watch this kind".to_owned(),
    }
}

/// Whether a watch only has to begin anew, as each does now and then.
pub(crate) fn is_expired_watch(error: &watcher::Error) -> bool {
    let expired = |status: &Status| status.code == StatusCode::GONE.as_u16();
    match error {
        watcher::Error::WatchError(status)
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status)) => expired(status),
        _ => false,
    }
}

/// What is wrong with a kubeconfig.
pub(crate) fn kubeconfig_error_message(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::ReadConfig(error, path) => {
            format!("it cannot be read from {}: {}", path.display(), io_error_message(error))
        }
        KubeconfigError::FindPath => "there is none, and no home directory to look in".to_owned(),
        KubeconfigError::CurrentContextNotSet => "it has no current-context".to_owned(),
        KubeconfigError::LoadContext(name) => format!("it has no context \"{name}\""),
        KubeconfigError::LoadClusterOfContext(name) => {
            format!("it has no cluster \"{name}\", which the context names")
        }
        KubeconfigError::MissingClusterUrl => "the context's cluster has no server".to_owned(),
        other => innermost_message(other),
    }
}

/// Why there is neither a kubeconfig nor a pod's service account.
pub(crate) fn infer_config_error_message(error: &InferConfigError) -> String {
    let kubeconfig = error.source().and_then(|source| source.downcast_ref::<KubeconfigError>());
    let why = kubeconfig.map_or_else(|| "it cannot be read".to_owned(), kubeconfig_error_message);
    format!("{why}; nor is this a pod with a service account")
}

fn auth_error_message(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecRun { cmd, out } => {
            let message = String::from_utf8_lossy(&out.stderr);
            let last = message
                .lines()
                .rev()
                .map(str::trim)
                .find(|line| !line.is_empty())
                .unwrap_or("it says nothing");
            format!(
                "log in: the kubeconfig's command \"{cmd}\" failed ({}): {}",
                out.status,
                first_line(last)
            )
        }
        AuthError::AuthExecStart(error) => {
            format!(
                "install the kubeconfig's login command, or mend its name: it cannot be run: {}",
                io_error_message(error)
            )
        }
        AuthError::ReadTokenFile(error, path) => {
            format!("mend the token file {}: it cannot be read: {}", path.display(), io_error_message(error))
        }
        other => {
            let why =
                other.source().map_or_else(|| without_library_terms(&other.to_string()), innermost_message);
            format!("log in: {why}")
        }
    }
}

/// What the API server says, and what to do about it.
pub(crate) fn status_message(status: &Status) -> String {
    let message = status.message.trim();
    let code = StatusCode::from_u16(status.code).ok();
    let name = code.and_then(|code| code.canonical_reason()).unwrap_or("no reason given");
    if status.reason == FOREIGN {
        let message = if message.is_empty() { String::new() } else { format!(": {}", first_line(message)) };
        return format!(
            "check what answers at the cluster's address: {} {name}, not in the API server's words{message}",
            status.code
        );
    }
    let message = match (message, status.reason.as_str()) {
        ("", "") => format!("{} {name}", status.code),
        ("", reason) => format!("{} {reason}", status.code),
        (message, _) => message.to_owned(),
    };
    match status.code {
        401 => format!("log in: the API server does not accept the credentials: {message}"),
        410 => format!("the API server has forgotten that version, and is read anew: {message}"),
        429 => format!("the API server is busy: {message}"),
        _ if message.contains(TOO_LARGE) => {
            format!(
                "make it smaller: etcd takes 1.5 MiB at once, if it is not configured otherwise: {message}"
            )
        }
        500 | 502..=504 => format!("the API server fails: {message}"),
        _ => message,
    }
}

/// The first line of a text, if it is short.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

/// The cause that says most: the first that is known here, else the innermost.
fn innermost_message(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(error) = cause.downcast_ref::<kube::Error>()
            && matches!(error, kube::Error::Api(_) | kube::Error::Auth(_))
        {
            return error_message(error);
        }
        if let Some(error) = cause.downcast_ref::<AuthError>() {
            return auth_error_message(error);
        }
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return tls_error_message(error);
        }
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            // What another error is wrapped in says less than that.
            match error.get_ref() {
                Some(inner) => return innermost_message(inner),
                None => return io_error_message(error),
            }
        }
        last = cause;
        next = cause.source();
    }
    without_library_terms(&last.to_string())
}

fn io_error_message(error: &io::Error) -> String {
    let message = match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there: connection refused",
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            "the connection broke"
        }
        io::ErrorKind::UnexpectedEof => "the connection ended in the middle of an answer",
        io::ErrorKind::TimedOut => "no answer came in time",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "there is no way to that address"
        }
        io::ErrorKind::NotFound => "there is no such file",
        io::ErrorKind::PermissionDenied => "permission denied",
        _ => return without_library_terms(&error.to_string()),
    };
    message.to_owned()
}

fn tls_error_message(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(why) => {
            let why = match why {
                CertificateError::UnknownIssuer => "nobody that is trusted has signed it",
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    "it is not valid yet"
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "it is another host's"
                }
                CertificateError::Revoked => "it is revoked",
                _ => "it is not valid",
            };
            format!(
                "check the kubeconfig's server and certificate-authority: the certificate of what answers is not \
                 accepted: {why}"
            )
        }
        rustls::Error::InvalidMessage(_) => {
            "check the kubeconfig's server: what answers there does not speak TLS".to_owned()
        }
        rustls::Error::AlertReceived(_) => {
            "check the kubeconfig's client certificate: what answers ended the TLS handshake".to_owned()
        }
        _ => "the TLS connection failed".to_owned(),
    }
}

/// A text of the libraries without what only they need.
fn without_library_terms(text: &str) -> String {
    let text = match text.rfind(" (os error ") {
        Some(at) => &text[..at],
        None => text,
    };
    match text {
        "deadline has elapsed" | "operation timed out" => "no answer came in time".to_owned(),
        // hyper's words.
        "connection closed before message completed" | "end of file before message length reached" => {
            "the connection ended in the middle of an answer".to_owned()
        }
        text if text.starts_with("invalid HTTP") => {
            "check what answers at the cluster's address: it does not speak HTTP".to_owned()
        }
        text if text.contains("dns error") || text.contains("lookup address") => {
            "check the kubeconfig's server: its host name is not known".to_owned()
        }
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
