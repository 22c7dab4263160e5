//! [`WrittenKey`]: a key of a text.

use std::borrow::Cow;

use serde::de::{Error as _, MapAccess};
use serde_json::value::RawValue;

/// A key as it is written, and as it is meant.
pub(super) struct WrittenKey<'t> {
    /// With its quotes.
    pub(super) written: &'t str,
    pub(super) name: Cow<'t, str>,
}

impl<'t> WrittenKey<'t> {
    /// Reads the next key of a map; `None` behind the last.
    pub(super) fn next<A: MapAccess<'t>>(access: &mut A) -> Result<Option<Self>, A::Error> {
        let Some(written) = access.next_key::<&RawValue>()? else { return Ok(None) };
        let written = written.get();
        let name = match plain(written) {
            Some(plain) => Cow::Borrowed(plain),
            None => Cow::Owned(serde_json::from_str(written).map_err(A::Error::custom)?),
        };
        Ok(Some(Self { written, name }))
    }
}

/// A text that means what is between its quotes; `None` for others.
pub(super) fn plain(written: &str) -> Option<&str> {
    written.strip_prefix('"')?.strip_suffix('"').filter(|text| !text.contains('\\'))
}
