//! What a service answers when it refuses: a code, an HTTP status and a message, in AWS's own words.
//! How the error is written onto the wire is `wire`'s business.

use serde_json::{Map, Value};

/// A refusal by one of the services.
///
/// `CloudWatch` names an error twice: by its shape (what `__type` holds) and by the code of its older query protocol,
/// which the SDKs show to callers and which travels in the header `x-amzn-query-error`
/// (<https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait>).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServiceError {
    pub(crate) shape: String,
    pub(crate) code: String,
    pub(crate) status: u16,
    pub(crate) message: String,
    /// Further members of the error's structure.
    pub(crate) members: Map<String, Value>,
}

impl ServiceError {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        let code = code.into();
        Self { shape: code.clone(), code, status, message: message.into(), members: Map::new() }
    }

    /// The same error under the name of its shape, where that differs from the code.
    pub(crate) fn shaped(mut self, shape: &str) -> Self {
        shape.clone_into(&mut self.shape);
        self
    }

    pub(crate) fn with_member(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    /// The body cannot be read as the operation's input.
    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::new(400, "SerializationException", message)
    }

    pub(crate) fn unknown_operation(operation: &str) -> Self {
        Self::new(
            400,
            "UnknownOperationException",
            format!("The requested operation {operation} is not served by this stand-in."),
        )
    }

    /// A fault of the stand-in itself, never one that a caller can cause.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(500, "InternalFailure", message)
    }
}

/// Why the control interface refuses something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// A fault rule names an operation that is never called, so it could never strike.
    #[error("no operation is called {0:?}; it is one of the stand-in's operations, or * for any")]
    UnknownOperation(String),
    /// There is no endpoint of that name.
    #[error("there is no endpoint {0:?}")]
    UnknownEndpoint(String),
    /// The endpoint has no such variant.
    #[error("there is no variant {0:?}")]
    UnknownVariant(String),
}
