//! Runs the program as a user does.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use aws_stand_in::{Config, StandIn};
use metric_math::telemetry::Fleet;
use serde_json::Value;

/// How a run ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// The program, in the repository's root.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monitored-endpoint"));
    command.current_dir(root());
    command
}

/// Runs it to its end.
pub(crate) fn run<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Ran {
    end(program().args(arguments))
}

pub(crate) fn end(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// An account with the endpoint of a fleet that has `lived` for so long.
pub(crate) fn account(fleet: &Fleet, lived: Duration) -> StandIn {
    let stand_in = StandIn::start(Config { transition: Duration::ZERO, ..Config::default() }).unwrap();
    stand_in.host(fleet, lived).unwrap();
    stand_in.simulate(fleet.clone(), lived).unwrap();
    stand_in
}

/// Runs `report` on the account that the stand-in plays.
pub(crate) fn report(stand_in: &StandIn, arguments: &[&str]) -> Ran {
    let mut command = program();
    command
        .env("AWS_ENDPOINT_URL_SAGEMAKER", stand_in.url())
        .env("AWS_ENDPOINT_URL_CLOUDWATCH", stand_in.url())
        .env("AWS_ENDPOINT_URL_PRICING", stand_in.url())
        .env("AWS_ACCESS_KEY_ID", "a")
        .env("AWS_SECRET_ACCESS_KEY", "b")
        .env("AWS_REGION", "us-east-1");
    end(command.arg("report").args(arguments))
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every consumer stack in `examples/`, by its name without the ending.
pub(crate) fn examples() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(root().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    assert!(names.len() >= 4, "{names:?}");
    names
}

/// A file of `cli/tests/files`, as seen from the root.
pub(crate) fn file(name: &str) -> String {
    format!("cli/tests/files/{name}")
}
