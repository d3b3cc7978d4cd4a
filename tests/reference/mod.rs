//! The reference of properties is what the provider reads.
//!
//! The tables are probed against the code, and the written pages against the tables. `make reference` writes the pages.

mod markdown;
mod probes;
mod published;
mod schema;
mod shapes;

use std::path::Path;
use std::{env, fs};

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::update_endpoint::UpdateEndpointInput;
use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use shapes::{Shape, explored};

fn members<T>(read: impl FnOnce(&mut dyn ShapeDeserializer) -> Result<T, SerdeError>) -> Vec<(String, Shape)> {
    match explored(read) {
        Shape::Structure(_, members) => members,
        other => panic!("not a structure: {other:?}"),
    }
}

/// Compares, or writes where `make reference` asks for that.
fn holds(file: &str, content: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(file);
    if env::var_os("WRITE_REFERENCE").is_some() {
        fs::write(&path, content).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == content, "docs/{file} is stale: run `make reference`");
}

#[test]
fn the_written_page_is_what_the_tables_say() {
    let config = members(CreateEndpointConfigInput::deserialize);
    let deployment = members(UpdateEndpointInput::deserialize);
    holds("properties.md", &markdown::page(&config, &deployment, &probes::alarms_by_default()));
}

#[test]
fn the_written_schema_is_what_the_tables_say() {
    let config = members(CreateEndpointConfigInput::deserialize);
    let deployment = members(UpdateEndpointInput::deserialize);
    let schema = serde_json::to_string_pretty(&schema::schema(&config, &deployment)).unwrap();
    holds("properties.schema.json", &format!("{schema}\n"));
}

/// How well each row of the table is known, in the stand-in's own words for its evidence.
#[test]
fn the_stand_in_s_readme_says_how_well_each_row_is_known() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/aws-stand-in/README.md");
    let text = fs::read_to_string(&readme).unwrap();
    let (before, rest) = text.split_once(published::BEGIN).unwrap();
    let (_, after) = rest.split_once(published::END).unwrap();
    let wanted = format!("{before}{}{}{}{after}", published::BEGIN, published::table(), published::END);
    if env::var_os("WRITE_REFERENCE").is_some() {
        fs::write(&readme, &wanted).unwrap();
    }
    assert!(
        fs::read_to_string(&readme).unwrap() == wanted,
        "crates/aws-stand-in/README.md is stale: run `make reference`"
    );
}
