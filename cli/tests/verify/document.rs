//! The page about `verify` shows what it prints.

use super::good::dashboard;

use super::world::{COMPONENTS, World, good};
use crate::support::root;

/// Runs of the page, in its order.
fn runs() -> [String; 2] {
    let as_people_name = |text: String| text.replace("secret-variant", "AllTraffic").replace("secret-", "");
    let world = World::new(COMPONENTS, &good(COMPONENTS));
    world.put_dashboard(&dashboard());
    let fine = world.verify(&[]).out;
    let mut published = good(COMPONENTS);
    for one in &mut published {
        if let Some(gpu) = one.metric.dimensions.remove("GpuId") {
            one.metric.dimensions.insert("DeviceId".to_owned(), gpu);
        }
        if one.metric.name == "CPUUtilization" {
            one.values = one.values.repeat(2);
        }
    }
    let world = World::new(COMPONENTS, &published);
    world.put_dashboard(&dashboard());
    [fine, world.verify(&[]).out].map(as_people_name)
}

/// `WRITE_REFERENCE=1` writes it anew.
#[test]
fn the_page_shows_what_is_printed() {
    const START: &str = "```text\n";
    let path = root().join("docs/verify.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut parts = page.split(START);
    let mut written = parts.next().unwrap().to_owned();
    let mut runs = runs().into_iter();
    for part in parts {
        let (_, rest) = part.split_once("```\n").unwrap();
        written.extend([START, runs.next().unwrap().trim_end(), "\n```\n", rest]);
    }
    assert!(runs.next().is_none(), "the page shows fewer runs");
    if std::env::var_os("WRITE_REFERENCE").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    assert!(
        page == written || std::env::var_os("WRITE_REFERENCE").is_some(),
        "docs/verify.md shows something else:\n{written}"
    );
}
