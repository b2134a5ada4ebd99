//! Modules made from entropy: any bytes give a module, all zeros the simplest.
//!
//! These modules have every shape that the types admit, so most are nonsense to a verifier. What
//! is generated here and what is asserted of it stay in different files.

use num_bigint::BigInt;
use salami_ir::instruction::{
    Comparison, Destination, Expectation, INSTRUCTIONS, Instruction, OperandSource,
};
use salami_ir::{
    Address, BuiltinException, Capability, Class, ClassIndex, ClassRef, Constant, ConstantIndex,
    Field, FieldDefault, FieldIndex, Function, FunctionIndex, FunctionKind, Global, GlobalIndex,
    Handler, HandlerKind, InputField, LeafImport, LeafIndex, Module, Register, RegisterDeclaration,
    RegisterType, Schema, SchemaIndex, SourceEntry, Tag, TagSet, TypeIndex,
};
use salami_source::Span;

/// Entropy that is read byte by byte, then zeros.
pub struct Entropy<'a> {
    bytes: core::slice::Iter<'a, u8>,
}

impl<'a> Entropy<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: bytes.iter(),
        }
    }

    pub fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or_default()
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit.max(1)
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 != 0
    }

    /// Mostly small, now and then at the far end of its range.
    fn number(&mut self) -> u32 {
        match self.byte() {
            255 => u32::MAX - u32::from(self.byte()),
            254 => u32::from(self.byte()) << 16 | u32::from(self.byte()),
            small => u32::from(small) % 12,
        }
    }

    fn small(&mut self) -> u16 {
        self.number() as u16
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn many<T>(&mut self, limit: usize, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(limit + 1)).map(|_| item(self)).collect()
    }

    fn maybe<T>(&mut self, item: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.flag() { Some(item(self)) } else { None }
    }

    fn string(&mut self) -> String {
        const TEXTS: [&str; 16] = [
            "",
            "x",
            "str.upper",
            "a \"quoted\" \\ one",
            "line\nbreak\ttab\r",
            "; no comment # either",
            "\u{202e}\u{0}\u{7f}",
            "Größe 🍝",
            "k0",
            "$0",
            "end",
            "None",
            "@",
            "'",
            "{}",
            "f0",
        ];
        match self.byte() {
            200.. => self
                .many(6, |entropy| {
                    char::from_u32(u32::from(entropy.byte()) << 8 | u32::from(entropy.byte()))
                        .unwrap_or('?')
                })
                .into_iter()
                .collect(),
            choice => TEXTS[usize::from(choice) % TEXTS.len()].to_owned(),
        }
    }

    fn class_reference(&mut self) -> ClassRef {
        match self.byte() {
            byte if byte & 1 == 0 => ClassRef::Builtin(
                BuiltinException::ALL[usize::from(byte) % BuiltinException::ALL.len()],
            ),
            _ => ClassRef::Module(ClassIndex(self.number())),
        }
    }

    fn span(&mut self) -> Span {
        Span::new(self.number(), self.number())
    }

    fn constants(&mut self) -> Vec<ConstantIndex> {
        self.many(3, |entropy| ConstantIndex(entropy.number()))
    }

    fn schemas(&mut self) -> Vec<SchemaIndex> {
        self.many(3, |entropy| SchemaIndex(entropy.number()))
    }

    fn constant_entry(&mut self) -> Constant {
        match self.below(13) {
            0 => Constant::None,
            1 => Constant::Bool(self.flag()),
            2 => Constant::Int(BigInt::from(self.number()) - 5),
            3 => Constant::Int(
                BigInt::from_signed_bytes_le(&self.many(200, Self::byte)) << (self.below(200) * 40),
            ),
            4 => Constant::Float(
                [
                    0,
                    1 << 63,
                    0x3ff0_0000_0000_0000,
                    0x7ff0 << 48,
                    0xfff0 << 48,
                    0x7ff8 << 48,
                    1,
                    u64::MAX,
                ][self.below(8)],
            ),
            5 => Constant::Float(
                self.many(8, Self::byte)
                    .iter()
                    .fold(0, |bits, byte| bits << 8 | u64::from(*byte)),
            ),
            6 => Constant::Str(self.string()),
            7 => Constant::Bytes(self.many(9, Self::byte)),
            8 => Constant::Tuple(self.constants()),
            9 => Constant::Class(self.class_reference()),
            10 => Constant::Type(self.pick(Tag::ALL)),
            11 => Constant::Ellipsis,
            _ => Constant::Missing,
        }
    }

    fn type_entry(&mut self) -> RegisterType {
        let tags = match self.below(6) {
            0 => TagSet::VALUES,
            1 => TagSet::of(&[self.pick(Tag::ALL)]),
            2 => TagSet::of(&self.many(4, |entropy| entropy.pick(Tag::ALL))),
            3 => TagSet(u64::from(self.byte()) << 56 | u64::from(self.byte())),
            4 => TagSet::of(&[Tag::Object]),
            _ => TagSet::EMPTY,
        };
        RegisterType {
            tags,
            classes: self.maybe(|entropy| entropy.many(3, Self::class_reference)),
        }
    }

    fn class_entry(&mut self) -> Class {
        Class {
            name: self.string(),
            base: self.maybe(Self::class_reference),
            fields: self.many(3, |entropy| Field {
                name: entropy.string(),
                shown: entropy.flag(),
                compared: entropy.flag(),
            }),
            compares_equal: self.flag(),
            compares_order: self.flag(),
            frozen: self.flag(),
            shows_fields: self.flag(),
            is_tuple: self.flag(),
            stands_for: self.maybe(|entropy| entropy.below(9) as u16),
            span: self.span(),
        }
    }

    fn field_default(&mut self) -> FieldDefault {
        match self.below(3) {
            0 => FieldDefault::Constant(ConstantIndex(self.number())),
            1 => FieldDefault::Global(GlobalIndex(self.number())),
            _ => FieldDefault::Empty(self.pick(Tag::ALL)),
        }
    }

    fn schema_entry(&mut self) -> Schema {
        let inner = SchemaIndex(self.number());
        match self.below(19) {
            0 => Schema::Json,
            1 => Schema::None,
            2 => Schema::Bool,
            3 => Schema::Int,
            4 => Schema::Float,
            5 => Schema::Str,
            6 => Schema::List(inner),
            7 => Schema::Dict(inner),
            8 => Schema::Tuple(self.schemas()),
            9 => Schema::TupleOf(inner),
            10 => Schema::Set(inner),
            11 => Schema::Union(self.schemas()),
            12 => Schema::Literal(self.constants()),
            13 => Schema::Record(self.many(3, |entropy| (entropy.string(), inner, entropy.flag()))),
            14 => {
                let class = ClassIndex(self.number());
                Schema::Class(
                    class,
                    self.many(3, |entropy| {
                        (entropy.string(), inner, entropy.maybe(Self::field_default))
                    }),
                )
            }
            15 => Schema::Iso(self.pick(Tag::ALL)),
            16 => Schema::Member(ClassIndex(self.number()), GlobalIndex(self.number())),
            17 => Schema::Stream,
            _ => Schema::Decimal,
        }
    }

    fn instruction(&mut self) -> Instruction {
        let opcode = INSTRUCTIONS[self.below(INSTRUCTIONS.len())].opcode;
        match Instruction::read(opcode, self) {
            Some(Ok(instruction)) => instruction,
            _ => unreachable!("the opcode is in the table, and entropy gives any operand"),
        }
    }

    fn handler(&mut self) -> Handler {
        let [from, to, target] = core::array::from_fn(|_| Address(self.number()));
        let register = Register(self.small());
        let kind = match self.maybe(|entropy| entropy.many(3, Self::class_reference)) {
            Some(classes) => HandlerKind::Catch(classes),
            None => HandlerKind::Cleanup,
        };
        Handler {
            from,
            to,
            target,
            register,
            kind,
        }
    }

    fn function(&mut self) -> Function {
        Function {
            name: self.string(),
            kind: if self.flag() {
                FunctionKind::Generator
            } else {
                FunctionKind::Plain
            },
            parameters: self.small(),
            captures: self.small(),
            result: TypeIndex(self.number()),
            registers: self.many(12, |entropy| RegisterDeclaration {
                bound: TypeIndex(entropy.number()),
                name: entropy.maybe(Self::string),
                key: if entropy.flag() {
                    (entropy.number(), entropy.small())
                } else {
                    (0, 0)
                },
            }),
            code: self.many(12, Self::instruction),
            handlers: self.many(3, Self::handler),
            source_map: self.many(3, |entropy| SourceEntry {
                address: Address(entropy.number()),
                file: entropy.small(),
                span: entropy.span(),
                line: entropy.number(),
            }),
        }
    }
}

impl OperandSource for Entropy<'_> {
    type Error = core::convert::Infallible;

    fn register(&mut self) -> Result<Register, Self::Error> {
        Ok(Register(self.small()))
    }
    fn destination(&mut self) -> Result<Destination, Self::Error> {
        self.register().map(Destination)
    }
    fn registers(&mut self) -> Result<Vec<Register>, Self::Error> {
        Ok(self.many(4, |entropy| Register(entropy.small())))
    }
    fn destinations(&mut self) -> Result<Vec<Destination>, Self::Error> {
        Ok(self.many(4, |entropy| Destination(Register(entropy.small()))))
    }
    fn address(&mut self) -> Result<Address, Self::Error> {
        Ok(Address(self.number()))
    }
    fn constant(&mut self) -> Result<ConstantIndex, Self::Error> {
        Ok(ConstantIndex(self.number()))
    }
    fn register_type(&mut self) -> Result<TypeIndex, Self::Error> {
        Ok(TypeIndex(self.number()))
    }
    fn function(&mut self) -> Result<FunctionIndex, Self::Error> {
        Ok(FunctionIndex(self.number()))
    }
    fn leaf(&mut self) -> Result<LeafIndex, Self::Error> {
        Ok(LeafIndex(self.number()))
    }
    fn class(&mut self) -> Result<ClassIndex, Self::Error> {
        Ok(ClassIndex(self.number()))
    }
    fn field(&mut self) -> Result<FieldIndex, Self::Error> {
        Ok(FieldIndex(self.small()))
    }
    fn global(&mut self) -> Result<GlobalIndex, Self::Error> {
        Ok(GlobalIndex(self.number()))
    }
    fn schema(&mut self) -> Result<SchemaIndex, Self::Error> {
        Ok(SchemaIndex(self.number()))
    }
    fn comparison(&mut self) -> Result<Comparison, Self::Error> {
        Ok(self.pick(Comparison::ALL))
    }
    fn expectation(&mut self) -> Result<Expectation, Self::Error> {
        Ok(match self.below(4) {
            0 => Expectation::Guard,
            1 => Expectation::Attribute(self.string()),
            2 => Expectation::Callable,
            _ => Expectation::Type(self.string()),
        })
    }
    fn text(&mut self) -> Result<String, Self::Error> {
        Ok(self.string())
    }
    fn count(&mut self) -> Result<u16, Self::Error> {
        Ok(self.small())
    }
}

/// A module of any shape.
pub fn any_module(entropy: &[u8]) -> Module {
    let mut entropy = Entropy::new(entropy);
    let functions = entropy.many(3, Entropy::function);
    Module {
        functions,
        semantics: entropy.small(),
        name: entropy.string(),
        constants: entropy.many(8, Entropy::constant_entry),
        types: entropy.many(8, Entropy::type_entry),
        leaves: entropy.many(6, |entropy| LeafImport {
            name: entropy.string(),
        }),
        classes: entropy.many(3, Entropy::class_entry),
        globals: entropy.many(6, |entropy| Global {
            name: entropy.string(),
        }),
        schemas: entropy.many(4, Entropy::schema_entry),
        capabilities: entropy.many(2, |entropy| Capability {
            name: entropy.string(),
            parameters: entropy.maybe(|entropy| entropy.many(2, Entropy::string)),
            result: entropy
                .many(1, |entropy| SchemaIndex(entropy.number()))
                .pop(),
        }),
        entry: FunctionIndex(entropy.number()),
        inputs: entropy.many(2, |entropy| InputField {
            name: entropy.string(),
            tags: TagSet(u64::from(entropy.number()) << 12),
        }),
        listing: entropy.many(2, Entropy::string),
    }
}
