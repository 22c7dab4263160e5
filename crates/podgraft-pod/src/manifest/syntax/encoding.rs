//! Bytes that are not UTF-8.

use super::{super::document::Mark, Cause};

/// How a file becomes UTF-8.
pub(super) const HOW: &str = "in an editor choose UTF-8 when saving; in PowerShell write with Out-File -Encoding utf8; elsewhere run iconv -f FROM -t UTF-8";

/// What Windows-1252 has at 0x80 to 0x9F; a space where it has nothing.
const WINDOWS_1252: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// Says which encoding the bytes of a file are in, which are no UTF-8 from this one on.
pub(in crate::manifest) fn not_utf8(bytes: &[u8], valid: usize) -> Cause {
    let before = String::from_utf8_lossy(&bytes[..valid]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    let mark = Mark { line, column };
    let zeros = bytes.split(|byte| *byte == 0).count() - 1;
    let is_utf_16 =
        zeros > bytes.len() / 4 || bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if is_utf_16 {
        let message = "save the file as UTF-8: it is UTF-16, as Windows programs write it";
        return Cause::new(mark, message).help(HOW);
    }
    let byte = bytes.get(valid).copied().unwrap_or_default();
    let shown = match byte {
        0x80..=0x9f => WINDOWS_1252.chars().nth(usize::from(byte - 0x80)).filter(|letter| *letter != ' '),
        0xa0.. => Some(char::from(byte)),
        _ => None,
    };
    // A letter of a Western encoding stands between others; what is no text at all has zeros in it.
    let message = match shown.filter(|_| !bytes.contains(&0)) {
        Some(letter) => format!(
            "save the file as UTF-8: the byte 0x{byte:02X} is not, and would be {letter} in Windows-1252"
        ),
        None => format!("save the file as UTF-8: the byte 0x{byte:02X} is not"),
    };
    Cause::new(mark, message).help(HOW)
}
