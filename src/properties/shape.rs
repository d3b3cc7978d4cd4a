//! Reads any shape of the SDK from a declaration, through the schema that the SDK itself carries.
//!
//! That is why no AWS structure is written down here by hand, and why a member that the service gains works with the
//! next SDK: the schema says which members there are and of which type. A scalar that can't be read is noted as a
//! problem and a default takes its place, so that reading goes on; the result counts only when there are no problems.

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

use super::node::Node;
use super::within_limits;

/// A [`ShapeDeserializer`] over one value of a declaration.
pub(super) struct ShapeReader<'v> {
    node: Node<'v>,
}

impl<'v> ShapeReader<'v> {
    pub(super) fn new(node: Node<'v>) -> Self {
        Self { node }
    }

    fn at(&self, schema: &Schema<'_>) -> Node<'v> {
        self.node.clone().secret(schema.sensitive().is_some())
    }

    fn sized<T: TryFrom<i64> + Default>(&self, schema: &Schema<'_>) -> T {
        let node = self.at(schema);
        let sized = node.sized();
        if let Some(integer) = sized.as_ref().and_then(|_| node.integer()) {
            within_limits::integer(&node, integer);
        }
        sized.unwrap_or_default()
    }

    fn number(&self, schema: &Schema<'_>) -> f64 {
        let node = self.at(schema);
        let number = node.number();
        if let Some(number) = number {
            within_limits::number(&node, number);
        }
        number.unwrap_or_default()
    }

    fn unsupported<T>(&self, kind: &str) -> Result<T, SerdeError> {
        self.node.invalid(format!("{kind} can't be given in a declaration"));
        Err(SerdeError::unsupported(kind))
    }
}

impl ShapeDeserializer for ShapeReader<'_> {
    fn read_struct(
        &mut self,
        schema: &Schema<'_>,
        state: &mut dyn FnMut(&Schema<'_>, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let given = self.node.object();
        if let Some(given) = given {
            within_limits::object(&self.node, given);
        }
        for (name, value) in given.into_iter().flatten() {
            match schema.member_schema(name) {
                Some(_) if value.is_null() => {}
                // A member that can't be read has noted its problem; the others are read all the same.
                Some(member) => drop(state(member, &mut ShapeReader::new(self.node.child(name, value)))),
                None => self.node.unknown(name, schema.members().iter().filter_map(|member| member.member_name())),
            }
        }
        Ok(())
    }

    fn read_list(
        &mut self,
        _schema: &Schema<'_>,
        state: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let items = self.node.items();
        if let Some(items) = &items {
            within_limits::list(&self.node, items.len());
        }
        for item in items.into_iter().flatten() {
            drop(state(&mut ShapeReader::new(item)));
        }
        Ok(())
    }

    fn read_map(
        &mut self,
        _schema: &Schema<'_>,
        state: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        for (key, value) in self.node.object().into_iter().flatten() {
            drop(state(key.clone(), &mut ShapeReader::new(self.node.child(key, value))));
        }
        Ok(())
    }

    fn read_boolean(&mut self, schema: &Schema<'_>) -> Result<bool, SerdeError> {
        Ok(self.at(schema).boolean().unwrap_or_default())
    }

    fn read_byte(&mut self, schema: &Schema<'_>) -> Result<i8, SerdeError> {
        Ok(self.sized(schema))
    }

    fn read_short(&mut self, schema: &Schema<'_>) -> Result<i16, SerdeError> {
        Ok(self.sized(schema))
    }

    fn read_integer(&mut self, schema: &Schema<'_>) -> Result<i32, SerdeError> {
        Ok(self.sized(schema))
    }

    fn read_long(&mut self, schema: &Schema<'_>) -> Result<i64, SerdeError> {
        Ok(self.sized(schema))
    }

    #[allow(clippy::cast_possible_truncation, reason = "the API's own type is a 32-bit float")]
    fn read_float(&mut self, schema: &Schema<'_>) -> Result<f32, SerdeError> {
        Ok(self.number(schema) as f32)
    }

    fn read_double(&mut self, schema: &Schema<'_>) -> Result<f64, SerdeError> {
        Ok(self.number(schema))
    }

    fn read_big_integer(&mut self, _schema: &Schema<'_>) -> Result<BigInteger, SerdeError> {
        self.unsupported("an arbitrarily large integer")
    }

    fn read_big_decimal(&mut self, _schema: &Schema<'_>) -> Result<BigDecimal, SerdeError> {
        self.unsupported("an arbitrarily precise number")
    }

    fn read_string(&mut self, schema: &Schema<'_>) -> Result<String, SerdeError> {
        let node = self.at(schema);
        let text = node.text();
        if let Some(text) = &text {
            within_limits::text(&node, text);
        }
        Ok(text.unwrap_or_default())
    }

    fn read_blob(&mut self, schema: &Schema<'_>) -> Result<Blob, SerdeError> {
        let node = self.at(schema);
        let bytes = node.text().and_then(|text| {
            aws_smithy_types::base64::decode(text).map_err(|_| node.invalid("expected base64".to_owned())).ok()
        });
        Ok(Blob::new(bytes.unwrap_or_default()))
    }

    fn read_timestamp(&mut self, schema: &Schema<'_>) -> Result<DateTime, SerdeError> {
        let node = self.at(schema);
        let time = node.text().and_then(|text| {
            DateTime::from_str(&text, Format::DateTimeWithOffset)
                .map_err(|_| {
                    node.invalid(format!("expected a time such as 2026-01-31T12:00:00Z, got {}", node.quoted()));
                })
                .ok()
        });
        Ok(time.unwrap_or_else(|| DateTime::from_secs(0)))
    }

    fn read_document(&mut self, _schema: &Schema<'_>) -> Result<Document, SerdeError> {
        self.unsupported("a free-form document")
    }

    fn is_null(&self) -> bool {
        self.node.is_null()
    }

    fn container_size(&self) -> Option<usize> {
        None
    }
}
