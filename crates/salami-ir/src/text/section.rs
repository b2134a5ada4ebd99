//! The lines outside functions.

use salami_source::{Diagnostic, Span};

use super::lexer::Token;
use super::line::Line;
use super::literal;
use super::parse::Assembler;
use crate::index::{ClassIndex, ConstantIndex, GlobalIndex, SchemaIndex, TypeIndex};
use crate::module::{
    Capability, Class, Constant, Field, FieldDefault, Global, InputField, LeafImport, Schema,
};
use crate::place::Place;
use crate::types::TagSet;

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Assembler<'_> {
    /// A line that starts with the name of a section, which was read.
    pub(super) fn section(
        &mut self,
        section: &str,
        line: &mut Line<'_, '_>,
    ) -> Result<(), Diagnostic> {
        match section {
            "MODULE" => {
                self.module.name = line.text()?;
                if line.accept_word("semantics") {
                    self.module.semantics = line.number()?;
                }
            }
            "ENTRY" => {
                self.places.insert(Place::Entry, line.whole());
                self.module.entry = self.tables.function(line)?;
            }
            "REQUIRE" => self.requirement(line)?,
            "INPUT" => self.input(line)?,
            "LISTING" => {
                let text = line.text()?;
                self.module.listing.push(text);
            }
            "CONSTANT" => self.constant(line)?,
            "LEAF" => {
                let next = self.tables.leaves.count();
                self.places.insert(Place::Leaf(next), line.whole());
                line.declared_index("l", "leaf", next)?;
                line.mark("=")?;
                let name = line.text()?;
                self.tables
                    .leaves
                    .declare(literal::text(&name), LeafImport { name });
            }
            "GLOBAL" => {
                line.declared_index("g", "global", self.tables.globals.count())?;
                line.mark("=")?;
                let name = line.text()?;
                self.tables
                    .globals
                    .declare(literal::text(&name), Global { name });
            }
            "TYPE" => {
                let next = self.tables.types.count();
                self.places
                    .insert(Place::Type(TypeIndex(next)), line.whole());
                line.declared_index("t", "type", next)?;
                line.mark("=")?;
                let entry = line.register_type(&self.tables.class_names)?;
                self.tables
                    .types
                    .declare(literal::register_type(&entry), entry);
            }
            "CLASS" => self.class(line)?,
            "FIELD" => self.field(line)?,
            _ => {
                let next = count(self.module.schemas.len());
                self.places
                    .insert(Place::Schema(SchemaIndex(next)), line.whole());
                line.declared_index("s", "schema", next)?;
                line.mark("=")?;
                let schema = self.schema(line)?;
                self.module.schemas.push(schema);
            }
        }
        Ok(())
    }

    /// `INPUT "email": string`
    fn input(&mut self, line: &mut Line<'_, '_>) -> Result<(), Diagnostic> {
        let next = count(self.module.inputs.len());
        self.places.insert(Place::Input(next), line.whole());
        let name = match line.peek() {
            Some(Token::Text(_)) => line.text()?,
            Some(Token::Register(name)) => {
                line.skip();
                (*name).to_owned()
            }
            _ => line
                .any_word("an input's name, such as `\"email\"`")?
                .to_owned(),
        };
        line.accept_mark(":");
        let mut tags = TagSet::EMPTY;
        loop {
            let word = line.any_word("a type, such as `string` or `number`")?;
            match literal::spoken_type(word) {
                Some(spoken) => tags = tags.union(spoken),
                None => {
                    const KNOWN: [&str; 8] = [
                        "string", "number", "integer", "boolean", "object", "array", "null", "any",
                    ];
                    let meant = match word.to_lowercase().as_str() {
                        "text" => Some("string"),
                        other => super::near::nearest(other, KNOWN.into_iter()),
                    };
                    let problem = line.error(format!("there is no type `{word}`"));
                    let known =
                        "inputs are string, number, integer, boolean, object, array, null or any";
                    return Err(match meant {
                        Some(meant) => problem
                            .with_help(format!("did you mean `{meant}`? {known}"))
                            .with_edit(line.last_span(), meant),
                        None => problem.with_help(known),
                    });
                }
            }
            if !line.accept_mark("|") && !line.accept_word("or") {
                break;
            }
        }
        self.module.inputs.push(InputField { name, tags });
        Ok(())
    }

    fn requirement(&mut self, line: &mut Line<'_, '_>) -> Result<(), Diagnostic> {
        self.places.insert(
            Place::Capability(count(self.module.capabilities.len())),
            line.whole(),
        );
        line.accept_mark(":");
        let name = match line.peek() {
            Some(Token::Text(_)) => line.text()?,
            _ => line
                .any_word("a tool, such as `slack.send_message`")?
                .to_owned(),
        };
        let mut parameters = None;
        if line.accept_mark("(") {
            let names = parameters.get_or_insert_with(Vec::new);
            while !line.accept_mark(")") {
                names.push(match line.peek() {
                    Some(Token::Text(_)) => line.text()?,
                    _ => line.any_word("a parameter's name")?.to_owned(),
                });
            }
        }
        let result = if line.accept_mark("->") {
            Some(SchemaIndex(line.index("s", "schema")?))
        } else {
            None
        };
        self.module.capabilities.push(Capability {
            name,
            parameters,
            result,
        });
        Ok(())
    }

    fn constant(&mut self, line: &mut Line<'_, '_>) -> Result<(), Diagnostic> {
        let next = self.tables.constants.count();
        self.places
            .insert(Place::Constant(ConstantIndex(next)), line.whole());
        line.declared_index("k", "constant", next)?;
        line.mark("=")?;
        let constant = if line.accept_mark("(") {
            let mut elements = Vec::new();
            while !line.accept_mark(")") {
                elements.push(ConstantIndex(line.index("k", "constant")?));
            }
            Constant::Tuple(elements)
        } else {
            line.constant(&self.tables.class_names)?
        };
        // A tuple is never looked up; its key only has to differ from every literal.
        let literal = literal::constant(&constant).unwrap_or_else(|| format!("({next}"));
        self.tables.constants.declare(literal, constant);
        Ok(())
    }

    fn class(&mut self, line: &mut Line<'_, '_>) -> Result<(), Diagnostic> {
        let next = count(self.module.classes.len());
        self.places
            .insert(Place::Class(ClassIndex(next)), line.whole());
        // Also a class whose line has errors takes its index, so that what follows keeps its own.
        self.module.classes.push(Class::default());
        line.declared_index("c", "class", next)?;
        let mut class = Class {
            name: line.text()?,
            ..Class::default()
        };
        loop {
            if line.accept_word("base") {
                class.base = Some(line.class(&self.tables.class_names)?);
            } else if line.accept_word("span") {
                class.span = Span::new(line.number()?, line.number()?);
            } else if line.accept_word("compares_equal") {
                class.compares_equal = true;
            } else if line.accept_word("compares_order") {
                class.compares_order = true;
            } else if line.accept_word("frozen") {
                class.frozen = true;
            } else if line.accept_word("shows_fields") {
                class.shows_fields = true;
            } else if line.accept_word("is_tuple") {
                class.is_tuple = true;
            } else if line.accept_word("stands_for") {
                class.stands_for = Some(line.number()?);
            } else {
                break;
            }
        }
        if let Some(last) = self.module.classes.last_mut() {
            *last = class;
        }
        Ok(())
    }

    fn field(&mut self, line: &mut Line<'_, '_>) -> Result<(), Diagnostic> {
        let name = line.text()?;
        let shown = line.accept_word("shown");
        let compared = line.accept_word("compared");
        match self.module.classes.last_mut() {
            Some(class) => class.fields.push(Field {
                name,
                shown,
                compared,
            }),
            None => return line.refuse("a field follows the class that it belongs to"),
        }
        Ok(())
    }

    fn schema_index(line: &mut Line<'_, '_>) -> Result<SchemaIndex, Diagnostic> {
        line.index("s", "schema").map(SchemaIndex)
    }

    fn schema(&mut self, line: &mut Line<'_, '_>) -> Result<Schema, Diagnostic> {
        let word = line.any_word("a schema, such as `list s0`")?;
        Ok(match word {
            "json" => Schema::Json,
            "none" => Schema::None,
            "bool" => Schema::Bool,
            "int" => Schema::Int,
            "float" => Schema::Float,
            "str" => Schema::Str,
            "decimal" => Schema::Decimal,
            "stream" => Schema::Stream,
            "list" => Schema::List(Self::schema_index(line)?),
            "dict" => Schema::Dict(Self::schema_index(line)?),
            "tuple_of" => Schema::TupleOf(Self::schema_index(line)?),
            "set" => Schema::Set(Self::schema_index(line)?),
            "iso" => Schema::Iso(line.tag()?),
            "tuple" => Schema::Tuple(Self::items(line, false, Self::schema_index)?),
            "union" => Schema::Union(Self::items(line, false, Self::schema_index)?),
            "literal" => Schema::Literal(Self::items(line, false, |line| {
                self.tables.constant(line).map(ConstantIndex)
            })?),
            "record" => Schema::Record(Self::items(line, true, |line| {
                let (name, schema) = (line.text()?, Self::schema_index(line)?);
                let required = line.accept_word("required");
                if !required {
                    line.word("optional")?;
                }
                Ok((name, schema, required))
            })?),
            "class" => {
                let class = ClassIndex(line.index("c", "class")?);
                let fields = Self::items(line, true, |line| {
                    let (name, schema) = (line.text()?, Self::schema_index(line)?);
                    let default = if line.accept_word("default") {
                        Some(FieldDefault::Constant(ConstantIndex(
                            self.tables.constant(line)?,
                        )))
                    } else if line.accept_word("global") {
                        let global = GlobalIndex(line.index("g", "global")?);
                        Some(FieldDefault::Global(global))
                    } else if line.accept_word("empty") {
                        Some(FieldDefault::Empty(line.tag()?))
                    } else {
                        None
                    };
                    Ok((name, schema, default))
                })?;
                Schema::Class(class, fields)
            }
            "member" => {
                let class = ClassIndex(line.index("c", "class")?);
                Schema::Member(class, GlobalIndex(line.index("g", "global")?))
            }
            _ => return line.refuse(format!("there is no schema `{word}`")),
        })
    }

    fn items<T>(
        line: &mut Line<'_, '_>,
        commas: bool,
        mut item: impl FnMut(&mut Line<'_, '_>) -> Result<T, Diagnostic>,
    ) -> Result<Vec<T>, Diagnostic> {
        let mut items = Vec::new();
        line.mark("(")?;
        while !line.accept_mark(")") {
            if commas && !items.is_empty() {
                line.mark(",")?;
            }
            items.push(item(line)?);
        }
        Ok(items)
    }
}
