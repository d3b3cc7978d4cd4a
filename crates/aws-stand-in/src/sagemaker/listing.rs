//! What `SageMaker`'s List operations share: filters, order and pages.
//! Callers are in charge of what a summary looks like.

use aws_sdk_sagemaker::types::OrderKey;
use aws_smithy_types::DateTime;

use super::refuse;
use crate::{
    clock::{Millis, date_time},
    error::ServiceError,
    page::{self, Page},
};

const DEFAULT_PAGE: usize = 10;

/// One resource, as far as filters and order look at it.
pub(super) struct Listed<'a, T> {
    pub(super) resource: &'a T,
    pub(super) name: &'a str,
    pub(super) created: Millis,
    pub(super) status: &'a str,
}

/// What a request wants to see of a listing.
pub(super) struct Wanted<'a> {
    /// The listing's name in its page tokens.
    pub(super) listing: &'a str,
    /// `Name`, `CreationTime` or `Status`; newest first unless the request says otherwise.
    pub(super) sort_by: Option<&'a str>,
    pub(super) order: Option<&'a OrderKey>,
    pub(super) name_contains: Option<&'a str>,
    pub(super) created_after: Option<&'a DateTime>,
    pub(super) created_before: Option<&'a DateTime>,
    pub(super) token: Option<&'a str>,
    pub(super) size: Option<i32>,
}

pub(super) fn page<'a, T>(mut all: Vec<Listed<'a, T>>, wanted: &Wanted<'_>) -> Result<Page<&'a T>, ServiceError> {
    all.retain(|one| {
        wanted.name_contains.is_none_or(|part| one.name.to_lowercase().contains(&part.to_lowercase()))
            && wanted.created_after.is_none_or(|after| date_time(one.created) > *after)
            && wanted.created_before.is_none_or(|before| date_time(one.created) < *before)
    });
    let sort_by = wanted.sort_by.unwrap_or("CreationTime");
    all.sort_by(|a, b| match sort_by {
        "Name" => a.name.cmp(b.name),
        "Status" => (a.status, a.name).cmp(&(b.status, b.name)),
        _ => (a.created, a.name).cmp(&(b.created, b.name)),
    });
    if wanted.order.unwrap_or(&OrderKey::Descending) == &OrderKey::Descending {
        all.reverse();
    }
    let size = wanted.size.and_then(|size| usize::try_from(size).ok()).unwrap_or(DEFAULT_PAGE);
    let all = all.into_iter().map(|one| one.resource).collect();
    page::cut(wanted.listing, all, wanted.token, size).map_err(|_| refuse("Invalid NextToken."))
}
