//! Bytes to module.

use core::fmt;

use num_bigint::BigInt;
use salami_source::Span;

use super::{MAGIC, MAXIMUM_BYTES, VERSION};
use crate::exceptions::BuiltinException;
use crate::index::{
    Address, ClassIndex, ConstantIndex, FieldIndex, FunctionIndex, GlobalIndex, LeafIndex,
    Register, SchemaIndex, TypeIndex,
};
use crate::instruction::{Comparison, Destination, Expectation, Instruction, OperandSource};
use crate::module::{
    Capability, Class, ClassRef, Constant, Field, FieldDefault, Function, FunctionKind, Global,
    Handler, HandlerKind, InputField, LeafImport, Module, RegisterDeclaration, Schema, SourceEntry,
};
use crate::types::{RegisterType, Tag, TagSet};

/// Why bytes are no module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// More than [`MAXIMUM_BYTES`].
    TooLong,
    /// The first bytes are not those of a module.
    NotAModule,
    /// A version of the format that this build does not know.
    UnknownVersion(u8),
    /// The bytes end where more must come.
    Truncated,
    /// Something at this offset is none of what may stand there, or not in its one right form.
    Malformed(usize),
    /// Bytes follow the module, from this offset.
    TrailingBytes(usize),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(formatter, "a module has at most {MAXIMUM_BYTES} bytes"),
            Self::NotAModule => write!(formatter, "these bytes are not an SVM module"),
            Self::UnknownVersion(version) => write!(
                formatter,
                "version {version} of the module format is not known"
            ),
            Self::Truncated => write!(formatter, "the module ends too early"),
            Self::Malformed(offset) => {
                write!(formatter, "the module is malformed at byte {offset}")
            }
            Self::TrailingBytes(offset) => {
                write!(formatter, "bytes follow the module from byte {offset}")
            }
        }
    }
}

impl core::error::Error for DecodeError {}

/// The module of these bytes. O(length) in time and memory.
///
/// # Errors
/// Whatever is not exactly what [`super::encode`] writes for some module.
pub fn decode(bytes: &[u8]) -> Result<Module, DecodeError> {
    if bytes.len() > MAXIMUM_BYTES {
        return Err(DecodeError::TooLong);
    }
    let mut reader = Reader { bytes, at: 0 };
    if reader
        .take(MAGIC.len())
        .map_err(|_| DecodeError::NotAModule)?
        != MAGIC
    {
        return Err(DecodeError::NotAModule);
    }
    let version = reader.byte()?;
    if version != VERSION {
        return Err(DecodeError::UnknownVersion(version));
    }
    let module = Module {
        semantics: reader.small()?,
        name: reader.string()?,
        constants: reader.list(Reader::constant_entry)?,
        types: reader.list(Reader::type_entry)?,
        leaves: reader.list(|reader| {
            Ok(LeafImport {
                name: reader.string()?,
            })
        })?,
        classes: reader.list(Reader::class_entry)?,
        globals: reader.list(|reader| {
            Ok(Global {
                name: reader.string()?,
            })
        })?,
        schemas: reader.list(Reader::schema_entry)?,
        functions: reader.list(Reader::function_entry)?,
        capabilities: reader.list(|reader| {
            Ok(Capability {
                name: reader.string()?,
                parameters: reader.option(|reader| reader.list(Reader::string))?,
                result: reader.option(Reader::schema)?,
            })
        })?,
        entry: FunctionIndex(reader.medium()?),
        inputs: reader.list(|reader| {
            Ok(InputField {
                name: reader.string()?,
                tags: TagSet(reader.number()?),
            })
        })?,
        listing: reader.list(Reader::string)?,
    };
    if reader.at < bytes.len() {
        return Err(DecodeError::TrailingBytes(reader.at));
    }
    Ok(module)
}

type Result<T, E = DecodeError> = core::result::Result<T, E>;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The end of a step, see `step` in `encode.rs`.
fn stepped(from: u32, step: u32) -> u32 {
    from.wrapping_add(step >> 1 ^ (step & 1).wrapping_neg())
}

impl<'a> Reader<'a> {
    fn malformed<T>(at: usize) -> Result<T> {
        Err(DecodeError::Malformed(at))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..length).ok_or(DecodeError::Truncated)?;
        self.at += length;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        self.take(1)
            .map(|bytes| bytes.first().copied().unwrap_or_default())
    }

    fn number(&mut self) -> Result<u64> {
        let start = self.at;
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Self::malformed(start);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                // A zero at the end would be a second form of the same number.
                return if byte == 0 && shift > 0 {
                    Self::malformed(start)
                } else {
                    Ok(number)
                };
            }
        }
        Self::malformed(start)
    }

    fn medium(&mut self) -> Result<u32> {
        let start = self.at;
        u32::try_from(self.number()?).or(Self::malformed(start))
    }

    fn small(&mut self) -> Result<u16> {
        let start = self.at;
        u16::try_from(self.number()?).or(Self::malformed(start))
    }

    fn flags<const COUNT: usize>(&mut self) -> Result<[bool; COUNT]> {
        let start = self.at;
        let bits = self.byte()?;
        if u32::from(bits) >> COUNT != 0 {
            return Self::malformed(start);
        }
        Ok(core::array::from_fn(|index| bits >> index & 1 != 0))
    }

    /// A count of items of at least one byte each, so never more than there are bytes left.
    fn length(&mut self) -> Result<usize> {
        let length = self.number()?;
        let left = self.bytes.len().saturating_sub(self.at);
        usize::try_from(length)
            .ok()
            .filter(|&length| length <= left)
            .ok_or(DecodeError::Truncated)
    }

    fn blob(&mut self) -> Result<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    fn string(&mut self) -> Result<String> {
        let start = self.at;
        match core::str::from_utf8(self.blob()?) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Self::malformed(start),
        }
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let length = self.length()?;
        // An item in memory may be many times its shortest form, so memory follows what was read.
        let mut items = Vec::with_capacity(length.min(64));
        for _ in 0..length {
            items.push(read(self)?);
        }
        Ok(items)
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        let [present] = self.flags()?;
        if present {
            read(self).map(Some)
        } else {
            Ok(None)
        }
    }

    fn tag(&mut self) -> Result<Tag> {
        let start = self.at;
        let index = usize::from(self.byte()?);
        Tag::ALL
            .get(index)
            .copied()
            .ok_or(DecodeError::Malformed(start))
    }

    fn class_reference(&mut self) -> Result<ClassRef> {
        let start = self.at;
        let number = self.number()?;
        let class = if number & 1 == 0 {
            let index = usize::try_from(number >> 1).ok();
            index
                .and_then(|index| BuiltinException::ALL.get(index))
                .copied()
                .map(ClassRef::Builtin)
        } else {
            u32::try_from(number >> 1)
                .ok()
                .map(|index| ClassRef::Module(ClassIndex(index)))
        };
        class.ok_or(DecodeError::Malformed(start))
    }

    fn constants(&mut self) -> Result<Vec<ConstantIndex>> {
        self.list(Self::constant)
    }

    fn constant_entry(&mut self) -> Result<Constant> {
        let start = self.at;
        Ok(match self.byte()? {
            0 => Constant::None,
            1 => Constant::Bool(false),
            2 => Constant::Bool(true),
            3 => {
                let bytes = self.blob()?;
                let value = BigInt::from_signed_bytes_le(bytes);
                if value.to_signed_bytes_le() != bytes {
                    return Self::malformed(start);
                }
                Constant::Int(value)
            }
            4 => {
                let mut bits = [0; 8];
                bits.copy_from_slice(self.take(8)?);
                Constant::Float(u64::from_le_bytes(bits))
            }
            5 => Constant::Str(self.string()?),
            6 => Constant::Bytes(self.blob()?.to_vec()),
            7 => Constant::Tuple(self.constants()?),
            8 => Constant::Class(self.class_reference()?),
            9 => Constant::Type(self.tag()?),
            10 => Constant::Ellipsis,
            11 => Constant::Missing,
            _ => return Self::malformed(start),
        })
    }

    fn type_entry(&mut self) -> Result<RegisterType> {
        let tags = TagSet(self.number()?);
        Ok(RegisterType {
            tags,
            classes: self.option(|reader| reader.list(Self::class_reference))?,
        })
    }

    fn class_entry(&mut self) -> Result<Class> {
        let name = self.string()?;
        let base = self.option(Self::class_reference)?;
        let fields = self.list(|reader| {
            let name = reader.string()?;
            let [shown, compared] = reader.flags()?;
            Ok(Field {
                name,
                shown,
                compared,
            })
        })?;
        let [
            compares_equal,
            compares_order,
            frozen,
            shows_fields,
            is_tuple,
        ] = self.flags()?;
        let stands_for = self.option(Self::small)?;
        let span = Span::new(self.medium()?, self.medium()?);
        Ok(Class {
            name,
            base,
            fields,
            compares_equal,
            compares_order,
            frozen,
            shows_fields,
            is_tuple,
            stands_for,
            span,
        })
    }

    fn schema_entry(&mut self) -> Result<Schema> {
        let start = self.at;
        Ok(match self.byte()? {
            0 => Schema::Json,
            1 => Schema::None,
            2 => Schema::Bool,
            3 => Schema::Int,
            4 => Schema::Float,
            5 => Schema::Str,
            6 => Schema::List(self.schema()?),
            7 => Schema::Dict(self.schema()?),
            8 => Schema::Tuple(self.list(Self::schema)?),
            9 => Schema::TupleOf(self.schema()?),
            10 => Schema::Set(self.schema()?),
            11 => Schema::Union(self.list(Self::schema)?),
            12 => Schema::Literal(self.constants()?),
            13 => Schema::Record(self.list(|reader| {
                let name = reader.string()?;
                let schema = reader.schema()?;
                let [required] = reader.flags()?;
                Ok((name, schema, required))
            })?),
            14 => {
                let class = self.class()?;
                let fields = self.list(|reader| {
                    let name = reader.string()?;
                    let schema = reader.schema()?;
                    Ok((name, schema, reader.option(Self::field_default)?))
                })?;
                Schema::Class(class, fields)
            }
            15 => Schema::Iso(self.tag()?),
            16 => Schema::Decimal,
            17 => Schema::Member(self.class()?, GlobalIndex(self.medium()?)),
            18 => Schema::Stream,
            _ => return Self::malformed(start),
        })
    }

    fn field_default(&mut self) -> Result<FieldDefault> {
        let start = self.at;
        Ok(match self.byte()? {
            0 => FieldDefault::Constant(self.constant()?),
            1 => FieldDefault::Global(GlobalIndex(self.medium()?)),
            2 => FieldDefault::Empty(self.tag()?),
            _ => return Self::malformed(start),
        })
    }

    fn function_entry(&mut self) -> Result<Function> {
        let name = self.string()?;
        let start = self.at;
        let Some(&kind) = FunctionKind::ALL.get(usize::from(self.byte()?)) else {
            return Self::malformed(start);
        };
        let parameters = self.small()?;
        let captures = self.small()?;
        let result = self.register_type()?;
        let registers = self.list(|reader| {
            let bound = reader.register_type()?;
            let name = reader.option(Self::string)?;
            Ok(RegisterDeclaration {
                bound,
                name,
                key: (reader.medium()?, reader.small()?),
            })
        })?;
        let code = self.list(Self::instruction)?;
        let handlers = self.list(Self::handler)?;
        let mut last = (0, 0, 0);
        let source_map = self.list(|reader| {
            let address = stepped(last.0, reader.medium()?);
            let file = reader.small()?;
            let start = stepped(last.1, reader.medium()?);
            let end = stepped(start, reader.medium()?);
            let line = stepped(last.2, reader.medium()?);
            last = (address, start, line);
            Ok(SourceEntry {
                address: Address(address),
                file,
                span: Span::new(start, end),
                line,
            })
        })?;
        Ok(Function {
            name,
            kind,
            parameters,
            captures,
            result,
            registers,
            code,
            handlers,
            source_map,
        })
    }

    fn handler(&mut self) -> Result<Handler> {
        let from = self.address()?;
        let to = self.address()?;
        let target = self.address()?;
        let register = self.register()?;
        let [catches] = self.flags()?;
        let kind = if catches {
            HandlerKind::Catch(self.list(Self::class_reference)?)
        } else {
            HandlerKind::Cleanup
        };
        Ok(Handler {
            from,
            to,
            target,
            register,
            kind,
        })
    }

    fn instruction(&mut self) -> Result<Instruction> {
        let start = self.at;
        let opcode = self.byte()?;
        Instruction::read(opcode, self).unwrap_or(Self::malformed(start))
    }
}

impl OperandSource for Reader<'_> {
    type Error = DecodeError;

    fn register(&mut self) -> Result<Register> {
        self.small().map(Register)
    }

    fn destination(&mut self) -> Result<Destination> {
        self.register().map(Destination)
    }

    fn registers(&mut self) -> Result<Vec<Register>> {
        self.list(Self::register)
    }

    fn destinations(&mut self) -> Result<Vec<Destination>> {
        self.list(Self::destination)
    }

    fn address(&mut self) -> Result<Address> {
        self.medium().map(Address)
    }

    fn constant(&mut self) -> Result<ConstantIndex> {
        self.medium().map(ConstantIndex)
    }

    fn register_type(&mut self) -> Result<TypeIndex> {
        self.medium().map(TypeIndex)
    }

    fn function(&mut self) -> Result<FunctionIndex> {
        self.medium().map(FunctionIndex)
    }

    fn leaf(&mut self) -> Result<LeafIndex> {
        self.medium().map(LeafIndex)
    }

    fn class(&mut self) -> Result<ClassIndex> {
        self.medium().map(ClassIndex)
    }

    fn field(&mut self) -> Result<FieldIndex> {
        self.small().map(FieldIndex)
    }

    fn global(&mut self) -> Result<GlobalIndex> {
        self.medium().map(GlobalIndex)
    }

    fn schema(&mut self) -> Result<SchemaIndex> {
        self.medium().map(SchemaIndex)
    }

    fn comparison(&mut self) -> Result<Comparison> {
        let start = self.at;
        let index = usize::from(self.byte()?);
        Comparison::ALL
            .get(index)
            .copied()
            .ok_or(DecodeError::Malformed(start))
    }

    fn expectation(&mut self) -> Result<Expectation> {
        let start = self.at;
        Ok(match self.byte()? {
            0 => Expectation::Guard,
            1 => Expectation::Attribute(self.string()?),
            2 => Expectation::Callable,
            3 => Expectation::Type(self.string()?),
            _ => return Self::malformed(start),
        })
    }

    fn text(&mut self) -> Result<String> {
        self.string()
    }

    fn count(&mut self) -> Result<u16> {
        self.small()
    }
}
