//! The SDK's shapes as they are nested: its own reading code is let loose on an [`Explorer`], which answers whatever it is
//! asked for and notes what that was.

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

/// What a member takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Text,
    Boolean,
    Integer,
    Number,
    List(Box<Shape>),
    Map(Box<Shape>),
    /// Its name in the API, and its members.
    Structure(String, Vec<(String, Shape)>),
}

/// The shape that `read` reads.
pub(crate) fn explored<T>(read: impl FnOnce(&mut dyn ShapeDeserializer) -> Result<T, SerdeError>) -> Shape {
    let mut explorer = Explorer { found: Shape::Text };
    read(&mut explorer).unwrap();
    explorer.found
}

struct Explorer {
    found: Shape,
}

impl Explorer {
    fn inner(
        state: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<Box<Shape>, SerdeError> {
        let mut inner = Self { found: Shape::Text };
        state(&mut inner)?;
        Ok(Box::new(inner.found))
    }

    #[allow(clippy::unnecessary_wraps, reason = "it ends every reading function, and those give results")]
    fn note<T: Default>(&mut self, shape: Shape) -> Result<T, SerdeError> {
        self.found = shape;
        Ok(T::default())
    }
}

impl ShapeDeserializer for Explorer {
    fn read_struct(
        &mut self,
        schema: &Schema<'_>,
        state: &mut dyn FnMut(&Schema<'_>, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let mut members = Vec::new();
        for member in schema.members() {
            let shape = Self::inner(&mut |inner| state(member, inner))?;
            members.push((member.member_name().unwrap().to_owned(), *shape));
        }
        self.note(Shape::Structure(schema.shape_id().shape_name().to_owned(), members))
    }

    fn read_list(
        &mut self,
        _schema: &Schema<'_>,
        state: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let item = Self::inner(state)?;
        self.note(Shape::List(item))
    }

    fn read_map(
        &mut self,
        _schema: &Schema<'_>,
        state: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let value = Self::inner(&mut |inner| state("key".to_owned(), inner))?;
        self.note(Shape::Map(value))
    }

    fn read_boolean(&mut self, _schema: &Schema<'_>) -> Result<bool, SerdeError> {
        self.note(Shape::Boolean)
    }

    fn read_byte(&mut self, _schema: &Schema<'_>) -> Result<i8, SerdeError> {
        self.note(Shape::Integer)
    }

    fn read_short(&mut self, _schema: &Schema<'_>) -> Result<i16, SerdeError> {
        self.note(Shape::Integer)
    }

    fn read_integer(&mut self, _schema: &Schema<'_>) -> Result<i32, SerdeError> {
        self.note(Shape::Integer)
    }

    fn read_long(&mut self, _schema: &Schema<'_>) -> Result<i64, SerdeError> {
        self.note(Shape::Integer)
    }

    fn read_float(&mut self, _schema: &Schema<'_>) -> Result<f32, SerdeError> {
        self.note(Shape::Number)
    }

    fn read_double(&mut self, _schema: &Schema<'_>) -> Result<f64, SerdeError> {
        self.note(Shape::Number)
    }

    fn read_big_integer(&mut self, _schema: &Schema<'_>) -> Result<BigInteger, SerdeError> {
        Err(SerdeError::unsupported("an arbitrarily large integer"))
    }

    fn read_big_decimal(&mut self, _schema: &Schema<'_>) -> Result<BigDecimal, SerdeError> {
        Err(SerdeError::unsupported("an arbitrarily precise number"))
    }

    fn read_string(&mut self, _schema: &Schema<'_>) -> Result<String, SerdeError> {
        self.note(Shape::Text)
    }

    fn read_blob(&mut self, _schema: &Schema<'_>) -> Result<Blob, SerdeError> {
        self.note::<String>(Shape::Text).map(Blob::new)
    }

    fn read_timestamp(&mut self, _schema: &Schema<'_>) -> Result<DateTime, SerdeError> {
        self.note(Shape::Text).map(DateTime::from_secs)
    }

    fn read_document(&mut self, _schema: &Schema<'_>) -> Result<Document, SerdeError> {
        Err(SerdeError::unsupported("a free-form document"))
    }

    fn is_null(&self) -> bool {
        false
    }

    fn container_size(&self) -> Option<usize> {
        None
    }
}
