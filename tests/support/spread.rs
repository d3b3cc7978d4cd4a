//! A part of many, spread evenly.

/// So many of `all`, in their order.
pub(crate) fn spread<T>(all: Vec<T>, at_most: usize) -> Vec<T> {
    let count = all.len();
    let is_wanted = |at: usize| count <= at_most || at * at_most / count != (at + 1) * at_most / count;
    all.into_iter().enumerate().filter(|(at, _)| is_wanted(*at)).map(|(_, one)| one).collect()
}
