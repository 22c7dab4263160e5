use std::{
    io::{Read, Write},
    net::TcpListener,
    os::unix::process::ExitStatusExt,
    process::{ExitStatus, Output},
    thread,
};

use k8s_openapi::api::core::v1::Pod;
use kube::{Api, Config, client::ClientBuilder, config::KubeConfigOptions, core::Status};

use super::*;

/// What no person should read: names and shapes of code.
fn is_plain(message: &str) {
    for part in [
        "Status {",
        "Some(",
        "None",
        "Error",
        "Custom",
        "Box",
        "os error",
        "kind:",
        "code:",
        "ErrorKind",
        "\\\"",
        "(\"",
        "Hyper",
        "Serde",
        "UnknownIssuer",
        "{ ",
        "::",
        "Ok(",
        "Err(",
    ] {
        assert!(!message.contains(part), "{part} in: {message}");
    }
    assert!(!message.is_empty() && message.len() < 400, "{message}");
}

fn status(code: u16, reason: &str, message: &str) -> kube::Error {
    kube::Error::Api(Status::failure(message, reason).with_code(code).boxed())
}

#[test]
fn answers_of_the_api_server() {
    for (error, expected) in [
        (status(400, "BadRequest", "the body is no JSON"), "the body is no JSON"),
        (
            status(401, "Unauthorized", "Unauthorized"),
            "log in: the API server does not accept the credentials: Unauthorized",
        ),
        (
            status(403, "Forbidden", "pods is forbidden: User \"a\" cannot list"),
            "pods is forbidden: User \"a\" cannot list",
        ),
        (status(404, "NotFound", "jobs.batch \"a\" not found"), "jobs.batch \"a\" not found"),
        (status(409, "Conflict", "the object has been modified"), "the object has been modified"),
        (
            status(410, "Expired", "too old resource version"),
            "the API server has forgotten that version, and is read anew: too old resource version",
        ),
        (status(413, "RequestEntityTooLarge", "limit is 3145728"), "limit is 3145728"),
        (status(422, "Invalid", "Job.batch \"a\" is invalid"), "Job.batch \"a\" is invalid"),
        (status(429, "TooManyRequests", "try again"), "the API server is busy: try again"),
        (
            status(500, "", "etcdserver: request is too large"),
            "make it smaller: etcd takes 1.5 MiB at once, if it is not configured otherwise: etcdserver: request is too large",
        ),
        (status(500, "InternalError", "no"), "the API server fails: no"),
        (status(503, "", ""), "the API server fails: 503 Service Unavailable"),
        (status(504, "Timeout", ""), "the API server fails: 504 Timeout"),
        (status(418, "", ""), "418 I'm a teapot"),
    ] {
        let message = error_message(&error);
        assert_eq!(message, expected);
        is_plain(&message);
    }
}

#[test]
fn what_else_may_go_wrong() {
    use kube::Error;
    let json = serde_json::from_str::<Vec<u8>>("[").unwrap_err();
    let utf8 = String::from_utf8(vec![0xff]).unwrap_err();
    let io = |kind| io::Error::from(kind);
    let tls = |error| Error::Service(Box::new(io::Error::other(rustls::Error::InvalidCertificate(error))));
    let ran = Output {
        status: ExitStatus::from_raw(256),
        stdout: Vec::new(),
        stderr: b"old\n\ntoken expired\n".into(),
    };
    let exec = AuthError::AuthExecRun { cmd: "aws".into(), out: Box::new(ran) };
    let token = AuthError::ReadTokenFile(io(io::ErrorKind::NotFound), "/token".into());
    for (error, part) in [
        (Error::SerdeError(json), "its answer cannot be read: EOF while parsing"),
        (Error::FromUtf8(utf8), "its answer is not UTF-8"),
        (
            Error::Service(Box::new(io(io::ErrorKind::ConnectionRefused))),
            "nothing listens there: connection refused",
        ),
        (Error::Service("deadline has elapsed".into()), "no answer came in time"),
        (
            Error::ReadEvents(io(io::ErrorKind::UnexpectedEof)),
            "the connection ended in the middle of an answer",
        ),
        (Error::ReadEvents(io::Error::other(io(io::ErrorKind::TimedOut))), "no answer came in time"),
        (tls(CertificateError::UnknownIssuer), "nobody that is trusted has signed it"),
        (tls(CertificateError::Expired), "it has expired"),
        (tls(CertificateError::NotValidForName), "it is another host's"),
        (tls(CertificateError::BadEncoding), "it is not valid"),
        (Error::Auth(exec), "\"aws\" failed (exit status: 1): token expired"),
        (Error::Auth(AuthError::MissingCommand), "log in: command must be specified"),
        (Error::Auth(AuthError::AuthExecStart(io(io::ErrorKind::NotFound))), "there is no such file"),
        (Error::Auth(token), "mend the token file /token"),
        (
            Error::Service(Box::new(Error::Auth(AuthError::MissingCommand))),
            "log in: command must be specified",
        ),
        (
            Error::Discovery(kube::error::DiscoveryError::MissingKind("Cat".into())),
            "does not serve what is asked for",
        ),
        (
            Error::ProxyProtocolUnsupported { proxy_url: Box::new("ftp://me:secret@a".parse().unwrap()) },
            "with ftp or",
        ),
        (Error::LinesCodecMaxLineLengthExceeded, "does not end"),
        (Error::TlsRequired, "TLS required"),
        (Error::InferKubeconfig(KubeconfigError::CurrentContextNotSet), "it has no current-context"),
    ] {
        let message = error_message(&error);
        assert!(message.contains(part), "{part} is not in: {message}");
        assert!(!message.contains("secret"), "{message}");
        is_plain(&message);
    }
}

#[test]
fn what_goes_wrong_with_a_watch() {
    let gone = || Status::failure("too old resource version", "Expired").with_code(410);
    let expired = watcher::Error::WatchError(gone().boxed());
    assert!(is_expired_watch(&expired));
    is_plain(&watch_error_message(&expired));
    for error in [
        watcher::Error::InitialListFailed(status(403, "Forbidden", "pods is forbidden")),
        watcher::Error::WatchStartFailed(status(500, "InternalError", "no")),
        watcher::Error::WatchFailed(kube::Error::TlsRequired),
        watcher::Error::NoResourceVersion,
    ] {
        assert!(!is_expired_watch(&error));
        is_plain(&watch_error_message(&error));
    }
}

/// The message about a server that answers so: nothing at all for an empty answer.
fn served(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    asked(Config::new(address.parse().unwrap()))
}

/// The message when a pod is asked for.
fn asked(mut config: Config) -> String {
    config.default_retry = false;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = ClientBuilder::try_from(config).unwrap().build();
        let pods: Api<Pod> = Api::namespaced(client, "default");
        let message = error_message(&pods.get("a").await.unwrap_err());
        is_plain(&message);
        message
    })
}

#[test]
fn servers_that_are_no_api_server() {
    for (answer, part) in [
        ("", "the connection"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
            "its answer cannot be read: invalid type: sequence",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html", "its answer cannot be read: expected value"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", "the connection ended in the middle of an answer"),
        (
            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 11\r\n\r\n<html>\noops",
            "502 Bad Gateway, not in the API server's words: <html>",
        ),
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "404 Not Found, not in the API server's words",
        ),
        ("SSH-2.0-OpenSSH_9\r\n", "check what answers"),
    ] {
        let message = served(answer);
        assert!(message.contains(part), "{part} is not in: {message}");
    }
}

#[test]
fn servers_that_cannot_be_reached() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let at = |address: String| Config::new(address.parse().unwrap());
    assert_eq!(asked(at(format!("http://127.0.0.1:{port}"))), "nothing listens there: connection refused");
    assert_eq!(
        asked(at("https://podgraft.invalid".to_owned())),
        "check the kubeconfig's server: its host name is not known"
    );
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut slow = at(format!("http://{}", silent.local_addr().unwrap()));
    slow.read_timeout = Some(std::time::Duration::from_millis(200));
    assert_eq!(asked(slow), "no answer came in time");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = at(format!("https://{}", listener.local_addr().unwrap()));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    assert_eq!(asked(plain), "check the kubeconfig's server: what answers there does not speak TLS");
}

#[test]
fn kubeconfigs_that_are_none() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let missing = kube::config::Kubeconfig::read_from("/nowhere/config").unwrap_err();
    assert_eq!(
        kubeconfig_error_message(&missing),
        "it cannot be read from /nowhere/config: there is no such file"
    );
    for (text, expected) in [
        ("{}", "it has no current-context"),
        ("current-context: a", "it has no context \"a\""),
        (
            "current-context: a\ncontexts: [{name: a, context: {cluster: b}}]",
            "it has no cluster \"b\", which the context names",
        ),
    ] {
        let kubeconfig = kube::config::Kubeconfig::from_yaml(text).unwrap();
        let options = KubeConfigOptions::default();
        let error = runtime.block_on(Config::from_custom_kubeconfig(kubeconfig, &options)).unwrap_err();
        let message = kubeconfig_error_message(&error);
        assert_eq!(message, expected);
        is_plain(&message);
    }
    is_plain(&kubeconfig_error_message(&kube::config::Kubeconfig::from_yaml("a: [").unwrap_err()));
}
