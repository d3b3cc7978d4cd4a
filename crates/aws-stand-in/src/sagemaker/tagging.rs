//! `AddTags`, `ListTags` and `DeleteTags`, on any resource that exists here.

use crate::sagemaker::Context;
use aws_sdk_sagemaker::{
    operation::{
        add_tags::{AddTagsInput, AddTagsOutput},
        delete_tags::{DeleteTagsInput, DeleteTagsOutput},
        list_tags::{ListTagsInput, ListTagsOutput},
    },
    types::Tag,
};

use super::{State, refuse};
use crate::{
    error::ServiceError,
    page,
    tag::{self, Tags},
};

const DEFAULT_PAGE: usize = 50;

impl State {
    /// Gives a new resource its tags, or says why it can't have them.
    pub(super) fn first_tags(tags: &[Tag]) -> Result<Tags, ServiceError> {
        merge(&Tags::new(), tags)
    }

    fn tags_of(&mut self, arn: &str) -> Result<&mut Tags, ServiceError> {
        self.tags.get_mut(arn).ok_or_else(|| refuse("Resource does not exist."))
    }
}

fn merge(existing: &Tags, added: &[Tag]) -> Result<Tags, ServiceError> {
    let pairs =
        added.iter().map(|tag| (tag.key().unwrap_or_default().to_owned(), tag.value().unwrap_or_default().to_owned()));
    tag::merge(existing, pairs).map_err(|error| match error {
        tag::TagError::TooMany => ServiceError::new(400, "ResourceLimitExceeded", error.to_string()),
        other => refuse(other.to_string()),
    })
}

fn shown(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub(super) fn add(context: &mut Context<'_>, input: &AddTagsInput) -> Result<AddTagsOutput, ServiceError> {
    let tags = context.state.tags_of(input.resource_arn().unwrap_or_default())?;
    *tags = merge(tags, input.tags())?;
    Ok(AddTagsOutput::builder().set_tags(Some(shown(tags))).build())
}

pub(super) fn list(context: &mut Context<'_>, input: &ListTagsInput) -> Result<ListTagsOutput, ServiceError> {
    let arn = input.resource_arn().unwrap_or_default();
    let tags = shown(context.state.tags_of(arn)?);
    let size = input.max_results().and_then(|size| usize::try_from(size).ok()).unwrap_or(DEFAULT_PAGE);
    let page = page::cut(&format!("tags of {arn}"), tags, input.next_token(), size)
        .map_err(|_| refuse("Invalid NextToken."))?;
    Ok(ListTagsOutput::builder().set_tags(Some(page.items)).set_next_token(page.next).build())
}

pub(super) fn delete(context: &mut Context<'_>, input: &DeleteTagsInput) -> Result<DeleteTagsOutput, ServiceError> {
    let tags = context.state.tags_of(input.resource_arn().unwrap_or_default())?;
    tags.retain(|key, _| !input.tag_keys().contains(key));
    Ok(DeleteTagsOutput::builder().build())
}
