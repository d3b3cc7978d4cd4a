//! `monitored-endpoint`: what a declaration will give before it costs anything, and what an endpoint is doing now.
//!
//! The command line around the provider's own library: it validates and plans with the same code as the Lambda function, draws with
//! `dashboard-picture`, and never changes anything in AWS.

mod account;
mod arguments;
mod deploy_assets;
mod explain;
mod output;
mod panels;
mod picture;
mod plan;
mod preview;
mod report;
mod simulation;
mod subject;
mod template;
mod verify;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use monitored_endpoint::reconcile::reason;

use arguments::Format;
use deploy_assets::DeployAssets;
use explain::Explain;
use output::{Said, Status, pretty};
use plan::PlanArguments;
use preview::Preview;
use report::Report;
use verify::Verify;

/// Looks at monitored SageMaker endpoints: what a declaration will give before it costs anything, and what an endpoint is
/// doing now.
///
/// Exit codes: 0 when all is fine, 1 when the declaration has problems or an endpoint isn't as assumed, 2 when a file, an option or
/// AWS is in the way.
#[derive(Debug, Parser)]
#[command(name = "monitored-endpoint", version, max_term_width = 120)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// For people, or for programs.
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    Preview(Preview),
    Plan(PlanArguments),
    Explain(Explain),
    Report(Report),
    Verify(Verify),
    DeployAssets(DeployAssets),
    /// Print a completion script for a shell, such as `monitored-endpoint completions bash`.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

fn main() -> ExitCode {
    let Arguments { command, format } = Arguments::parse();
    if format.is_statement() && !matches!(command, Command::Report(_)) {
        return ExitCode::from(complain(Status::Unusable, "only report has --format csv and --format focus", format));
    }
    let said = match &command {
        Command::Preview(preview) => preview.run().map_err(|error| (error.status(), reason(&error))),
        Command::Plan(plan) => plan.run().map_err(|error| (error.status(), reason(&error))),
        Command::Explain(explain) => explain.run().map_err(|error| (error.status(), reason(&error))),
        Command::Report(report) => report.run(format).map_err(|error| (Status::Unusable, reason(&error))),
        Command::Verify(verify) => verify.run().map_err(|error| (Status::Unusable, reason(&error))),
        Command::DeployAssets(assets) => assets.run().map_err(|error| (Status::Unusable, reason(&error))),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "monitored-endpoint", &mut script);
            // A reader that went away has read enough.
            let _ = io::stdout().write_all(&script);
            return ExitCode::SUCCESS;
        }
    };
    let code = match said {
        Ok(said) => print(&said, format),
        Err((status, error)) => complain(status, &error, format),
    };
    ExitCode::from(code)
}

/// Prints what was said. A reader that went away (`| head`) has read enough.
fn print(said: &Said, format: Format) -> u8 {
    let text = match format {
        Format::Text | Format::Csv | Format::Focus => said.text.trim_end().to_owned(),
        Format::Json => pretty(&said.json),
    };
    let _ = writeln!(io::stdout(), "{text}");
    said.status.code()
}

fn complain(status: Status, error: &str, format: Format) -> u8 {
    if format == Format::Json {
        let json = serde_json::json!({ "Status": status.name(), "Error": error });
        let _ = writeln!(io::stdout(), "{}", pretty(&json));
    }
    let _ = writeln!(io::stderr(), "monitored-endpoint: {error}");
    status.code()
}
