use super::*;
use crate::metrics::Stat;

fn id(number: usize) -> Expr<Alarm> {
    Expr::series(&MetricId::numbered(IdLetter::INSTANCES, number))
}

#[test]
fn an_id_is_a_letter_and_a_number_and_so_are_its_parts() {
    let dollars = MetricId::numbered(IdLetter::DOLLARS, 3);
    assert_eq!((dollars.as_str(), dollars.part(1).as_str()), ("d3", "d3_1"));
}

#[test]
fn parentheses_stand_where_they_are_needed_and_nowhere_else() {
    assert_eq!((id(0) * 60.0 / 4.0).to_string(), "i0 * 60 / 4");
    assert_eq!((id(0) - (id(1) - id(2))).to_string(), "i0 - (i1 - i2)");
    assert_eq!((id(0) / (id(1) * 2.0)).to_string(), "i0 / (i1 * 2)");
    assert_eq!(((id(0) + id(1)) * 2.0).to_string(), "(i0 + i1) * 2");
    assert_eq!((id(0) + id(1) * 2.0).to_string(), "i0 + i1 * 2");
    assert_eq!((id(0) - -1.0).to_string(), "i0 - (-1)");
    assert_eq!((id(0) * 0.0).to_string(), "i0 * 0");
}

#[test]
fn numbers_have_no_exponent() {
    assert_eq!(Expr::<Alarm>::number(0.000_000_25).to_string(), "0.00000025");
    assert_eq!(Expr::<Alarm>::number(5.752).to_string(), "5.752");
}

#[test]
fn functions_are_written_in_capitals() {
    let reserved = Expr::<Alarm>::series(&MetricId::numbered(IdLetter::RESERVED, 0)).filled_with(0.0);
    let unused = Expr::number(100.0) - reserved;
    assert_eq!(unused.to_string(), "100 - FILL(r0, 0)");
    assert_eq!(Expr::sum_of([id(0), id(1)]).to_string(), "SUM([i0, i1])");
    let percent = Expr::<Alarm>::series(&MetricId::numbered(IdLetter::RESERVED, 0));
    let percent = percent.or_zero_where(&MetricId::numbered(IdLetter::INSTANCES, 0));
    assert_eq!(percent.to_string(), "SUM([r0, i0 * 0])");
    let graph = Expr::<Graph>::from(id(0)) / Expr::period_of(&MetricId::numbered(IdLetter::INSTANCES, 0));
    assert_eq!(graph.running_sum().to_string(), "RUNNING_SUM(i0 / PERIOD(i0))");
}

#[test]
fn conditions_and_the_highest() {
    assert_eq!(Expr::highest(vec![id(0)]), id(0));
    assert_eq!(Expr::highest(vec![id(0), id(1)]).to_string(), "MAX([i0, i1])");
    assert_eq!(Expr::where_positive(id(0), id(1) * 2.0).to_string(), "IF(i0 > 0, i1 * 2)");
}

#[test]
fn searches_are_summed_sorted_and_listed() {
    let search = || Expr::search(Search::new("NS", &["A"], "M", Stat::Average));
    let zero = || Expr::from(id(0) * 0.0);
    assert_eq!(Expr::sum_of([search(), zero()]).to_string(), format!("SUM([{}, i0 * 0])", search()));
    let sorted = search().sorted_by_mean(Order::HighestFirst, 10);
    assert_eq!(sorted.to_string(), format!("SORT({}, AVG, DESC, 10)", search()));
    assert_eq!(Expr::list(vec![search()]), search());
    assert_eq!(Expr::list(vec![zero(), zero()]).to_string(), "[i0 * 0, i0 * 0]");
}

#[test]
fn a_period_has_a_least_length() {
    let period = Expr::period_of_at_least(&MetricId::numbered(IdLetter::INSTANCES, 0), 60.0);
    assert_eq!(period.to_string(), "(PERIOD(i0) > 60) * (PERIOD(i0) - 60) + 60");
}
