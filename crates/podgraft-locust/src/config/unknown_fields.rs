//! How the setting `unknownFields` is written: a module for serde's `with`.

use podgraft_merge::patch::UnknownFields;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

const REFUSE: &str = "Refuse";
const WARN: &str = "Warn";

/// Writes the setting.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field on by reference")]
pub(super) fn serialize<S: Serializer>(setting: &UnknownFields, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match setting {
        UnknownFields::Refuse => REFUSE,
        UnknownFields::Warn => WARN,
    })
}

/// Reads the setting.
///
/// # Errors
/// For any other text.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UnknownFields, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        REFUSE => Ok(UnknownFields::Refuse),
        WARN => Ok(UnknownFields::Warn),
        other => Err(D::Error::unknown_variant(other, &[REFUSE, WARN])),
    }
}
