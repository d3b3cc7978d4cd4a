//! The stand-in as a program: starts the server, prints its address, and runs until it gets a signal.

use std::{
    fs,
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use aws_stand_in::{Config, StandIn};
use clap::Parser;
use metric_math::telemetry::{Facts, FactsError};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

/// A strict local stand-in for the `SageMaker`, `CloudWatch`, Price List and `DynamoDB` operations that monitored-endpoint uses.
///
/// Prints one line of JSON once it answers: {"ready":true,"url":"http://127.0.0.1:PORT"}.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on: another than loopback lets containers, and everyone else who reaches it, call the stand-in.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// The port; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The Region it answers for.
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// The account that resources belong to.
    #[arg(long, default_value = "123456789012", value_parser = account)]
    account: String,
    /// How long an endpoint takes to be created, updated or deleted, in milliseconds.
    #[arg(long, default_value_t = 50)]
    transition_ms: u64,
    /// Refuse a `ModelName` that names no model made here, as AWS does.
    #[arg(long)]
    models_must_exist: bool,
    /// A `DynamoDB` table that exists, with the partition key `Resource`; may be given several times.
    #[arg(long = "table", value_name = "NAME")]
    tables: Vec<String>,
    /// Have every simulated fleet publish as an endpoint did: a file that `monitored-endpoint verify --facts` wrote.
    #[arg(long, value_name = "FILE", value_parser = facts)]
    facts: Option<Facts>,
    /// End when standard input does, so that a parent which dies takes the stand-in along.
    #[arg(long)]
    exit_with_stdin: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(io::stderr)
        .init();
    let arguments = Arguments::parse();
    // Before the ready line: whoever has read it may send a signal at once.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stand_in = StandIn::start(Config {
        listen: arguments.listen,
        port: arguments.port,
        region: arguments.region,
        account: arguments.account,
        transition: Duration::from_millis(arguments.transition_ms),
        models_must_exist: arguments.models_must_exist,
        tables: arguments.tables,
        facts: arguments.facts.unwrap_or_default(),
    })?;
    let ready = serde_json::json!({ "ready": true, "url": stand_in.url() });
    writeln!(io::stdout(), "{ready}")?;
    let parent_is_gone = end_of_input(arguments.exit_with_stdin);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = parent_is_gone => {}
    }
    Ok(())
}

/// Waits for the end of standard input, or for ever where that isn't wanted.
async fn end_of_input(wanted: bool) {
    if !wanted {
        return std::future::pending().await;
    }
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let mut scrap = [0; 256];
        while matches!(io::stdin().read(&mut scrap), Ok(1..)) {}
        // Nobody listens any more if the program is ending anyway.
        let _ = ended.send(());
    });
    let _ = end.await;
}

/// What a file of facts says.
fn facts(path: &str) -> Result<Facts, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    text.parse().map_err(|error: FactsError| error.to_string())
}

/// The id of an AWS account: twelve digits.
fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account has twelve digits".to_owned())
    }
}
