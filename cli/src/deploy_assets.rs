//! `deploy-assets`: writes the provider's stack and packages, which a release carries with the program, to where they are deployed
//! from.
//!
//! A release has no compiler's work left to do: template and packages were built together, and `SHA256SUMS` says what each file has to
//! be. Nothing is written unless every file is, and a file of somebody else's is never overwritten by accident. AWS isn't called.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use clap::{Args, ValueEnum};
use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::output::{Said, Status};

/// Names another folder of release assets than the one that was installed with the program.
const ASSETS: &str = "MONITORED_ENDPOINT_ASSETS";
/// The checksums of everything in that folder, as `sha256sum` writes them.
const CHECKSUMS: &str = "SHA256SUMS";
/// The names of a release's wheels, one for each system. None is on `PyPI`.
const WHEEL: &str = "monitored_endpoint-*.whl";

/// Write the provider's stack and packages to a folder, ready for `sam deploy` or `aws cloudformation package`.
///
/// A release carries them; nothing is compiled, and AWS isn't called. A file that is there already and differs is kept unless
/// --force is given.
#[derive(Debug, Args)]
pub(crate) struct DeployAssets {
    /// The folder to write to. It is created if it doesn't exist.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The instruction set of the functions.
    #[arg(long, value_enum, default_value_t)]
    architecture: Architecture,
    /// Overwrite files that differ.
    #[arg(long)]
    force: bool,
}

/// The instruction sets that AWS Lambda has, by its own names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Architecture {
    /// Graviton, the cheaper one.
    #[default]
    #[value(name = "arm64")]
    Arm64,
    /// Intel and AMD.
    #[value(name = "x86_64")]
    X86,
}

impl Architecture {
    fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86 => "x86_64",
        }
    }

    /// The template that `sam deploy` and `aws cloudformation package` take. It names the packages in the same folder.
    fn template(self) -> String {
        format!("template-{}.yaml", self.name())
    }

    /// All that is written: the functions' packages, the templates that name them, and those that take them from a bucket.
    fn files(self) -> [String; 7] {
        let name = self.name();
        [
            format!("provider-{name}.zip"),
            format!("widgets-{name}.zip"),
            self.template(),
            "template-from-bucket.json".to_owned(),
            format!("hook-{name}.zip"),
            format!("hook-{name}.yaml"),
            "hook-from-bucket.json".to_owned(),
        ]
    }
}

/// Why nothing was written, or not everything.
#[derive(Debug, Error)]
pub(crate) enum AssetsError {
    /// The program is no release, or its assets were removed.
    #[error(
        "{folder} has no {CHECKSUMS}, so there is nothing to deploy: a release's wheel installs the program with its packages \
         (`pip install {WHEEL}`), {ASSETS} names the folder of a downloaded release, and a checkout is deployed with `sam build` and \
         `sam deploy`"
    )]
    NoAssets { folder: String },
    /// The release has packages for the other instruction set only.
    #[error("{folder} has no {file}, only {listed}; give the --architecture of those")]
    NotListed { folder: String, file: String, listed: String },
    /// A file isn't what was released.
    #[error(
        "{file} is damaged: its SHA-256 is {found}, and {CHECKSUMS} has {expected}; nothing was written, install the release again"
    )]
    Damaged { file: String, found: String, expected: String },
    /// Something else of that name is there.
    #[error("nothing was written: --force would overwrite {files}, which this release has differently")]
    Differs { files: String },
    /// The file system is in the way.
    #[error("{path}")]
    File { path: String, source: io::Error },
}

/// A file of the release whose checksum is right.
struct Asset {
    name: String,
    bytes: Vec<u8>,
    checksum: String,
    /// Whether the target folder has exactly this file.
    is_there: bool,
}

impl DeployAssets {
    pub(crate) fn run(&self) -> Result<Said, AssetsError> {
        let assets = read(&folder()?, &self.architecture.files(), &self.out)?;
        if !self.force {
            refuse_to_overwrite(&assets, &self.out)?;
        }
        fs::create_dir_all(&self.out).map_err(at(&self.out))?;
        for asset in assets.iter().filter(|asset| !asset.is_there) {
            let path = self.out.join(&asset.name);
            fs::write(&path, &asset.bytes).map_err(at(&path))?;
        }
        Ok(self.say(&assets))
    }

    fn say(&self, assets: &[Asset]) -> Said {
        let mut text = format!("In {}, checked against the release's checksums:\n", self.out.display());
        for asset in assets {
            let done = if asset.is_there { "unchanged" } else { "written" };
            let _ = writeln!(text, "  {:<26} {:>9} bytes  {done}", asset.name, asset.bytes.len());
        }
        let next = self.next();
        let _ = writeln!(text, "\nDeploy it once for each account and Region, with the AWS SAM CLI:\n\n  {}", next.sam);
        let _ = writeln!(
            text,
            "\nor with the AWS CLI, through a bucket of yours in the same Region:\n\n  {}\n  {}",
            next.package, next.deploy
        );
        text.push_str(
            "\nhook-*.yaml is the guardrail, a stack of its own that nothing else needs: docs/guardrail.md of the project.\n\
             The files from-bucket.json are for stack sets: docs/many-accounts.md says how.\n",
        );
        let files = assets
            .iter()
            .map(|asset| json!({ "Name": asset.name, "Bytes": asset.bytes.len(), "Sha256": asset.checksum, "Written": !asset.is_there }))
            .collect::<Vec<_>>();
        let json = json!({
            "Status": Status::Fine.name(),
            "Folder": self.out.display().to_string(),
            "Architecture": self.architecture.name(),
            "Files": files,
            "Next": { "Sam": [next.sam], "Aws": [next.package, next.deploy] },
        });
        Said { text, json, status: Status::Fine }
    }

    fn next(&self) -> Next {
        let template = shell_word(&self.out.join(self.architecture.template()));
        let packaged = shell_word(&self.out.join("packaged.yaml"));
        let stack = "--stack-name monitored-endpoint --capabilities CAPABILITY_IAM";
        Next {
            sam: format!("sam deploy --template-file {template} --resolve-s3 {stack}"),
            package: format!(
                "aws cloudformation package --template-file {template} --s3-bucket YOUR-BUCKET --output-template-file {packaged}"
            ),
            deploy: format!("aws cloudformation deploy --template-file {packaged} {stack}"),
        }
    }
}

/// The commands that deploy what was written.
struct Next {
    sam: String,
    package: String,
    deploy: String,
}

/// Where the release's assets are.
fn folder() -> Result<PathBuf, AssetsError> {
    if let Some(named) = env::var_os(ASSETS).filter(|named| !named.is_empty()) {
        return Ok(named.into());
    }
    // pipx and others link to the program, and the assets are next to the program itself.
    let executable = env::current_exe().and_then(fs::canonicalize).map_err(at(Path::new("this program")))?;
    Ok(installed_beside(&executable))
}

/// Where a wheel's data is installed: `share` under the prefix of the environment, whose `bin` (`Scripts` on Windows) has the program.
fn installed_beside(executable: &Path) -> PathBuf {
    let prefix = executable.parent().and_then(Path::parent).unwrap_or(executable);
    prefix.join("share").join("monitored-endpoint")
}

/// The files of that name in `folder`, each held against its checksum, and compared with what is in `out`.
fn read(folder: &Path, names: &[String], out: &Path) -> Result<Vec<Asset>, AssetsError> {
    let checksums = checksums(folder)?;
    let asset = |name: &String| {
        let expected = checksums.get(name).ok_or_else(|| AssetsError::NotListed {
            folder: folder.display().to_string(),
            file: name.clone(),
            listed: checksums.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
        })?;
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(at(&path))?;
        let found = sha256(&bytes);
        if found != *expected {
            return Err(AssetsError::Damaged { file: path.display().to_string(), found, expected: expected.clone() });
        }
        let target = out.join(name);
        let is_there = match fs::read(&target) {
            Ok(existing) => existing == bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(at(&target)(error)),
        };
        Ok(Asset { name: name.clone(), bytes, checksum: found, is_there })
    };
    names.iter().map(asset).collect()
}

/// What `SHA256SUMS` says, by file name. A line that isn't one lists nothing.
fn checksums(folder: &Path) -> Result<BTreeMap<String, String>, AssetsError> {
    let path = folder.join(CHECKSUMS);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(AssetsError::NoAssets { folder: folder.display().to_string() });
        }
        Err(error) => return Err(at(&path)(error)),
    };
    // Two spaces, or a space and an asterisk: text and binary mode, which are the same here.
    let entry = |line: &str| {
        let (checksum, name) = line.split_once(' ')?;
        Some((name.trim_start_matches([' ', '*']).to_owned(), checksum.to_ascii_lowercase()))
    };
    Ok(text.lines().filter_map(entry).collect())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Refuses where a file of one of the names is there and isn't the release's.
fn refuse_to_overwrite(assets: &[Asset], out: &Path) -> Result<(), AssetsError> {
    let differing = assets
        .iter()
        .map(|asset| (asset, out.join(&asset.name)))
        .filter(|(asset, path)| !asset.is_there && path.exists());
    let files = differing.map(|(_, path)| path.display().to_string()).collect::<Vec<_>>();
    if files.is_empty() { Ok(()) } else { Err(AssetsError::Differs { files: files.join(", ") }) }
}

/// A path as one word of a POSIX shell.
fn shell_word(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |character: char| character.is_alphanumeric() || "/._-+:@%,=".contains(character);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// What the file system refused, and where.
fn at(path: &Path) -> impl FnOnce(io::Error) -> AssetsError {
    let path = path.display().to_string();
    move |source| AssetsError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_under_the_prefix_that_the_program_is_installed_in() {
        let folder = installed_beside(Path::new("/home/me/.venv/bin/monitored-endpoint"));
        assert_eq!(folder, Path::new("/home/me/.venv/share/monitored-endpoint"));
    }

    #[test]
    fn a_path_with_spaces_or_quotes_stays_one_word() {
        assert_eq!(shell_word(Path::new("out/a-1.yaml")), "out/a-1.yaml");
        assert_eq!(shell_word(Path::new("my files/it's")), r"'my files/it'\''s'");
    }

    #[test]
    fn checksums_are_known_ones() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
