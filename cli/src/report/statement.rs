//! Statements of costs: `--format csv` and `--format focus`.

use std::io::{self, Write};

use monitored_endpoint::chargeback::{Asked, Collector, PriceSource, Statement, focus, table};
use monitored_endpoint::reconcile::reason;
use monitored_endpoint::spec::EndpointName;
use monitored_endpoint::usage::Moment;
use serde_json::Value;

use super::price::PriceArgument;
use super::{Report, ReportError};
use crate::arguments::Format;
use crate::output::{Said, Status, lines};

/// What was read, and what is missing.
struct Collected {
    statements: Vec<Statement>,
    /// Why endpoints could not be read, in sentences.
    missing: Vec<String>,
}

impl Report {
    /// The rows for programs; what must be known to read them goes to standard error.
    pub(super) async fn statement(&self, format: Format) -> Result<Said, ReportError> {
        let Collected { statements, mut missing } = self.collect().await?;
        let text = if format == Format::Focus {
            missing.extend(statements.iter().flat_map(Statement::unpriced));
            focus(&statements, self.billing_account.as_deref())
        } else {
            table(&statements)
        };
        let several = statements.len() > 1;
        let note = |statement: &Statement, note: &String| {
            if several { format!("{}: {note}", statement.endpoint) } else { note.clone() }
        };
        let notes: Vec<String> = statements
            .iter()
            .flat_map(|statement| statement.notes.iter().map(move |text| note(statement, text)))
            .collect();
        // Whoever closed standard error doesn't want to know.
        let _ = io::stderr().write_all((lines("note: ", &notes) + &lines("missing: ", &missing)).as_bytes());
        let status = if missing.is_empty() { Status::Fine } else { Status::Unusable };
        Ok(Said { text, json: Value::Null, status })
    }

    async fn collect(&self) -> Result<Collected, ReportError> {
        let config = self.account.open().await?;
        let collector = Collector::new(&config);
        let endpoints = if self.all_endpoints { collector.endpoints().await? } else { self.endpoints.clone() };
        let now = Moment::now();
        let asked: Vec<Asked> = endpoints.iter().map(|endpoint| self.asked(endpoint, now)).collect();
        let mut answer = Collected { statements: Vec::new(), missing: Vec::new() };
        for (endpoint, statement) in endpoints.iter().zip(collector.statements(&asked).await) {
            match statement {
                Ok(statement) => answer.statements.push(statement),
                Err(error) if self.is_about_one() => return Err(error.into()),
                Err(error) => answer.missing.push(format!("{endpoint}: {}", reason(&error))),
            }
        }
        let variants = answer.statements.iter().flat_map(|statement| &statement.variants);
        let variants: Vec<&str> = variants.map(|variant| variant.name.as_str()).collect();
        if answer.missing.is_empty() {
            let names: Vec<&str> = endpoints.iter().map(EndpointName::as_str).collect();
            self.refuse_unknown_variants(&names.join(", "), &variants)?;
        }
        Ok(answer)
    }

    fn asked(&self, endpoint: &EndpointName, now: Moment) -> Asked {
        let prices = if self.price.contains(&PriceArgument::Auto) {
            PriceSource::PriceList
        } else {
            PriceSource::Dashboard(self.dashboard.clone())
        };
        Asked { endpoint: endpoint.clone(), range: self.range(now), now, terms: self.terms(), prices }
    }

    fn is_about_one(&self) -> bool {
        !self.all_endpoints && self.endpoints.len() == 1
    }
}
