//! Many stacks at once, against CloudWatch's real quotas for an account and Region.

use std::thread;
use std::time::{Duration, Instant};

use aws_stand_in::{Config, Fault};

use crate::matrix::is_full;
use crate::support::declaration::shared_gpus;
use crate::support::event::{CONFIG, Event};
use crate::support::harness::Aws;
use crate::support::lambda::Lambda;
use crate::support::receiver::AnswerReceiver;

/// Calls a second: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>.
const QUOTAS: [(&str, u32); 6] = [
    ("PutMetricAlarm", 3),
    ("DeleteAlarms", 3),
    ("DescribeAlarms", 9),
    ("PutDashboard", 10),
    ("GetDashboard", 10),
    ("ListMetrics", 25),
];

/// Creates so many stacks at the same moment, each by a process of its own. How long the slowest took, and the reasons of
/// those that failed.
fn at_once(stacks: usize) -> (Duration, Vec<String>) {
    let aws = Aws::start(Config { transition: Duration::ZERO, ..Config::default() });
    for (operation, per_second) in QUOTAS {
        aws.let_fail(operation, None, Fault::Quota(per_second));
    }
    let mut processes: Vec<Lambda> = (0..stacks).map(|_| aws.process(&[])).collect();
    let started = Instant::now();
    let mut failed = Vec::new();
    thread::scope(|scope| {
        let running: Vec<_> = processes
            .iter_mut()
            .enumerate()
            .map(|(number, process)| {
                scope.spawn(move || {
                    let receiver = AnswerReceiver::start();
                    let event = Event::create(CONFIG, &shared_gpus(&format!("chat-{number}")));
                    process.invoke(&event.of_stack(&format!("stack-{number}")).answered_at(&receiver.url()));
                    receiver.take_one()
                })
            })
            .collect();
        for one in running {
            let answer = one.join().unwrap();
            if answer["Status"] != "SUCCESS" {
                failed.push(answer["Reason"].as_str().unwrap_or_default().to_owned());
            }
        }
    });
    let took = started.elapsed();
    let made = |kind: &str| aws.state()[kind].as_array().map_or(0, Vec::len);
    let succeeded = stacks - failed.len();
    let all = (made("endpoint_configs"), made("dashboards"), made("alarms"));
    assert_eq!(all, (succeeded, succeeded, succeeded), "those that failed left nothing, the others made everything");
    (took, failed)
}

#[test]
fn stacks_made_at_once_wait_for_their_turn_at_cloudwatch_s_quotas() {
    let stacks = if is_full() { 100 } else { 15 };
    let (took, failed) = at_once(stacks);
    println!("\nLoad: {stacks} stacks at once, the slowest after {:.0} s, {} failed", took.as_secs_f64(), failed.len());
    assert!(failed.is_empty(), "{failed:?}");
    if !is_full() {
        return;
    }
    // How many are too many, and what becomes of them: nothing is left of those that fail.
    for stacks in [300, 600, 900] {
        let (took, failed) = at_once(stacks);
        println!(
            "Load: {stacks} stacks at once, the slowest after {:.0} s, {} failed",
            took.as_secs_f64(),
            failed.len()
        );
        if let Some(reason) = failed.first() {
            println!("  such as: {reason}");
        }
    }
}
