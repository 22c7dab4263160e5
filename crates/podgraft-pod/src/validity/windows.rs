//! What pods and containers on Windows run as.

use super::{findings::Findings, formats::SUBDOMAIN};
use crate::cursor::Cursor;

/// The longest credential specification, in bytes.
const LONGEST_SPECIFICATION: usize = 64 * 1024;

/// Judges the options of one security context.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`,
/// `validateWindowsSecurityContextOptions`.
pub(super) fn judge(context: &Cursor<'_>, found: &mut Findings) {
    let Some(windows) = context.get("windowsOptions") else { return };
    if let Some(name) = windows.str("gmsaCredentialSpecName") {
        let path = windows.field("gmsaCredentialSpecName");
        found.written(path, "gmsaCredentialSpecName", name, &SUBDOMAIN);
    }
    match windows.str("gmsaCredentialSpec") {
        Some("") => {
            found.refuse(windows.field("gmsaCredentialSpec"), "remove gmsaCredentialSpec, or write one");
        }
        Some(text) if text.len() > LONGEST_SPECIFICATION => {
            let message = format!("shorten gmsaCredentialSpec to {LONGEST_SPECIFICATION} bytes or less");
            found.refuse(windows.field("gmsaCredentialSpec"), message);
        }
        _ => {}
    }
    if let Some(why) = windows.str("runAsUserName").and_then(wrong_user) {
        let message = format!("write runAsUserName as USER or DOMAIN\\USER: {why}");
        found.refuse(windows.field("runAsUserName"), message);
    }
}

/// Why a text names no user of Windows, if it does not.
fn wrong_user(text: &str) -> Option<&'static str> {
    if text.contains(|letter: char| letter.is_ascii_control()) {
        return Some("it has a control character");
    }
    let (domain, user) = match text.split_once('\\') {
        Some((domain, user)) => (Some(domain), user),
        None => (None, text),
    };
    if user.contains('\\') {
        Some("it has more than one backslash")
    } else if domain.is_some_and(|domain| domain.len() >= 256 || !(is_netbios(domain) || is_dns(domain))) {
        Some("the domain is neither a NetBIOS nor a DNS name")
    } else if user.is_empty() || user.len() > 104 {
        Some("the user has 1 to 104 characters")
    } else if user.chars().all(|letter| matches!(letter, '.' | ' ')) {
        Some("the user has more than periods and spaces")
    } else if user.contains(['"', '/', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@', '[', ']']) {
        Some("the user has none of \" / : ; | = , + * ? < > @ [ ]")
    } else {
        None
    }
}

fn is_netbios(domain: &str) -> bool {
    let barred = ['\\', '/', ':', '*', '?', '"', '<', '>', '|'];
    (1..=15).contains(&domain.chars().count()) && !domain.starts_with('.') && !domain.contains(barred)
}

fn is_dns(domain: &str) -> bool {
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.split('.').all(label)
}

/// Judges which containers are processes of the node itself: all or none, and then on the node's network.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, `validateWindowsHostProcessPod`.
pub(super) fn host_processes(spec: &Cursor<'_>, found: &mut Findings) {
    let of = |at: &Cursor<'_>| {
        let options = at.get("securityContext")?.get("windowsOptions")?;
        Some((options.value.get("hostProcess")?.as_bool()?, options.field("hostProcess")))
    };
    let whole = of(spec).map(|(is_host, _)| is_host);
    let (mut on_host, mut first_off) = (None, None);
    for container in [spec.items("containers"), spec.items("initContainers")].concat() {
        let own = of(&container);
        if let (Some(whole), Some((own, path))) = (whole, &own)
            && whole != *own
        {
            let message = format!("set hostProcess to {whole}, as the pod's, or remove one of them");
            found.refuse(path.clone(), message);
        }
        if own.as_ref().map(|(own, _)| *own).or(whole) == Some(true) {
            let stated = own.or_else(|| of(spec)).map(|(_, path)| path);
            on_host = on_host.or(stated);
        } else if first_off.is_none() {
            let options = container.field("securityContext").field("windowsOptions");
            first_off = Some(options.field("hostProcess"));
        }
    }
    let Some(on_host) = on_host else { return };
    if let Some(path) = first_off {
        found.refuse(path, "set hostProcess to true: all containers of a pod are host processes, or none");
    }
    if !spec.is_true("hostNetwork") {
        // What asks for it is to blame, not who left it out.
        let path = if spec.has("hostNetwork") { spec.field("hostNetwork") } else { on_host };
        let message = "set hostNetwork of the pod to true, or remove hostProcess: host processes are on the node's network";
        found.refuse(path, message);
    }
}
