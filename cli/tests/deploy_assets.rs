//! `deploy-assets`: what of a release is written where, and what is refused.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::support::{Ran, end, program};

const WRITTEN: [&str; 7] = [
    "hook-arm64.yaml",
    "hook-arm64.zip",
    "hook-from-bucket.json",
    "provider-arm64.zip",
    "template-arm64.yaml",
    "template-from-bucket.json",
    "widgets-arm64.zip",
];

/// A folder with a release for one instruction set, and one to write to that isn't there yet.
struct World {
    _folder: TempDir,
    release: PathBuf,
    out: PathBuf,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let release = folder.path().join("release");
    fs::create_dir(&release).unwrap();
    let mut sums = String::new();
    for name in WRITTEN {
        let content = format!("the release's {name}");
        let digest = Sha256::digest(content.as_bytes());
        for byte in digest {
            write!(sums, "{byte:02x}").unwrap();
        }
        writeln!(sums, "  {name}").unwrap();
        fs::write(release.join(name), content).unwrap();
    }
    fs::write(release.join("SHA256SUMS"), sums).unwrap();
    let out = folder.path().join("a folder").join("out");
    World { _folder: folder, release, out }
}

impl World {
    fn deploy_assets(&self, more: &[&str]) -> Ran {
        let mut command = program();
        command
            .env("MONITORED_ENDPOINT_ASSETS", &self.release)
            .arg("deploy-assets")
            .arg("--out")
            .arg(&self.out)
            .args(more);
        end(&mut command)
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_release_is_written_and_what_to_run_next_is_said() {
    let world = world();
    let ran = world.deploy_assets(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(names(&world.out), WRITTEN);
    for name in WRITTEN {
        assert_eq!(fs::read(world.out.join(name)).unwrap(), fs::read(world.release.join(name)).unwrap());
    }
    let template = format!("'{}'", world.out.join("template-arm64.yaml").display());
    assert!(ran.out.contains(&format!("sam deploy --template-file {template} --resolve-s3")), "{}", ran.out);
    assert!(
        ran.out.contains(&format!("aws cloudformation package --template-file {template} --s3-bucket")),
        "{}",
        ran.out
    );
}

#[test]
fn a_second_run_writes_nothing() {
    let world = world();
    world.deploy_assets(&[]);
    let said = world.deploy_assets(&["--format", "json"]).json();
    let files = said["Files"].as_array().unwrap();
    assert_eq!(files.len(), WRITTEN.len());
    assert!(files.iter().all(|file| file["Written"] == false), "{said}");
}

#[test]
fn a_file_that_differs_is_kept_unless_forced() {
    let world = world();
    fs::create_dir_all(&world.out).unwrap();
    let mine = world.out.join("template-arm64.yaml");
    fs::write(&mine, "mine").unwrap();
    let ran = world.deploy_assets(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("template-arm64.yaml") && ran.err.contains("--force"), "{}", ran.err);
    assert_eq!((names(&world.out).len(), fs::read_to_string(&mine).unwrap()), (1, "mine".to_owned()));

    assert_eq!(world.deploy_assets(&["--force"]).code, 0);
    assert_eq!(names(&world.out), WRITTEN);
    assert_ne!(fs::read_to_string(&mine).unwrap(), "mine");
}

#[test]
fn a_damaged_file_is_refused_before_anything_is_written() {
    let world = world();
    fs::write(world.release.join("widgets-arm64.zip"), "half of it").unwrap();
    let ran = world.deploy_assets(&["--force"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("widgets-arm64.zip is damaged"), "{}", ran.err);
    assert!(!world.out.exists());
}

#[test]
fn an_instruction_set_that_the_release_lacks_is_answered_with_what_it_has() {
    let ran = world().deploy_assets(&["--architecture", "x86_64"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no provider-x86_64.zip") && ran.err.contains("provider-arm64.zip"), "{}", ran.err);
}

#[test]
fn a_program_that_is_no_release_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program();
    command.env_remove("MONITORED_ENDPOINT_ASSETS").arg("deploy-assets").arg("--out").arg(folder.path().join("out"));
    let ran = end(&mut command);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("pip install monitored_endpoint-*.whl") && ran.err.contains("sam build"), "{}", ran.err);
    assert_eq!(ran.err.trim().lines().count(), 1);
}
