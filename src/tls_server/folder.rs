//! A certificate in a folder that somebody else keeps up to date, as cert-manager does.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{ServingCertificate, read_pair};

/// How often the files are read: the kubelet brings them up to date about once a minute.
const EVERY: Duration = Duration::from_secs(5);

/// The files of a certificate and of its key.
type PairFiles = (Vec<u8>, Vec<u8>);

/// Shows the certificate in this folder, and another one as soon as it is there. One that cannot be read leaves the
/// last one as it is.
pub(crate) async fn keep_up_to_date(folder: PathBuf, serving: Arc<ServingCertificate>) {
    let (mut shown, mut said) = (None, String::new());
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        let problem = match read(&folder) {
            Ok(files) if shown.as_ref() == Some(&files) => String::new(),
            Ok(files) => match read_pair(&files.0, &files.1) {
                Ok(pair) => {
                    serving.set(pair);
                    tracing::info!(folder = %folder.display(), "the certificate is shown");
                    shown = Some(files);
                    String::new()
                }
                Err(problem) => problem,
            },
            Err(error) => error.to_string(),
        };
        if !problem.is_empty() && problem != said {
            tracing::warn!(folder = %folder.display(), problem, "the certificate cannot be used");
        }
        said = problem;
    }
}

fn read(folder: &Path) -> io::Result<PairFiles> {
    let file = |name: &str| {
        let file = folder.join(name);
        fs::read(&file).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))
    };
    Ok((file("tls.crt")?, file("tls.key")?))
}
