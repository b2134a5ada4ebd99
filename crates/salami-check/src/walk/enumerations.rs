//! Enumerations: their members, how they are found, and what members are beside.

use salami_source::Span;
use salami_syntax::tree::{self, ExprId};

use super::calls::{Given, GivenKind};
use super::{Value, Walker};
use crate::engine::GlobalKey;
use crate::typed::{ClassId, Comparison, Constant, Expr, ExprKind, Kind, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Type, bit};

/// Where the fields of a member are.
const NAME: u16 = 0;
const VALUE: u16 = 1;

impl Walker<'_, '_> {
    /// A member that is also a number or a text, as that: `IntEnum`, `StrEnum`, `class Color(str, Enum)`.
    pub(super) fn as_data(&mut self, value: Value) -> Value {
        let Some(class) = self.only_program_class(value.type_) else {
            return value;
        };
        if self.engine.classes[class as usize].data_type.is_none() {
            return value;
        }
        let span = value.code.span;
        let name = if self.engine.kept_data(class).is_some() {
            crate::engine::DATA
        } else {
            "value"
        };
        let Some((position, field)) = self.engine.field(class, name) else {
            return value;
        };
        let (position, node) = (u16::try_from(position).unwrap_or(u16::MAX), field.node);
        let type_ = self.read(node);
        self.value(
            ExprKind::Field(value.code, ClassId(class), position),
            type_,
            span,
        )
    }

    /// Whether values are members that are also numbers or texts.
    pub(super) fn is_data_member(&self, type_: Type) -> bool {
        self.only_program_class(type_)
            .is_some_and(|class| self.engine.classes[class as usize].data_type.is_some())
    }

    /// A member as what it is beside, where it meets values that are no members.
    pub(super) fn as_data_beside(&mut self, value: Value, other: Type) -> Value {
        if self.engine.types.data(other).instances.is_empty() {
            return self.as_data(value);
        }
        value
    }

    /// The list of an enumeration's members.
    pub(super) fn members(&mut self, class: u32, span: Span) -> Value {
        let (file, start, name) = {
            let info = &self.engine.classes[class as usize];
            (info.file, info.span.start, format!("{}.members", info.name))
        };
        self.class_global(file, start, name, span)
    }

    /// All members of flags that were made, combinations too.
    fn combinations(&mut self, class: u32, span: Span) -> Value {
        let (file, start, name) = {
            let info = &self.engine.classes[class as usize];
            (
                info.file,
                info.span.start + 1,
                format!("{}.combinations", info.name),
            )
        };
        self.class_global(file, start, name, span)
    }

    fn class_global(&mut self, file: u16, start: u32, name: String, span: Span) -> Value {
        let node = self.engine.attribute_node(file, start);
        let type_ = self.read(node);
        let id = self
            .engine
            .global_id(file, GlobalKey::Attribute(start), || name);
        self.value(ExprKind::Global(id), type_, span)
    }

    /// `Color(value)`
    pub(super) fn member_by_value(&mut self, class: u32, value: Value, span: Span) -> Value {
        let value = self.as_data(value);
        if self.engine.classes[class as usize].is_flag {
            return self.flags_of(class, value, span);
        }
        let members = self.members(class, span);
        let name = self.engine.classes[class as usize].name.clone();
        let name = self.constant(Constant::Str(name), span);
        let mut arguments = vec![members, value, name];
        let mut function = "enumeration.by_value";
        if let Some((_, method)) = self.engine.method(class, "_missing_") {
            let own = self.class_value(ClassRef::Program(class), span);
            arguments.push(self.bound_method(method.definition, own, span));
            function = "enumeration.by_value_or_missing";
        }
        match self.prelude_function(function) {
            Some(definition) => self.call_bound(definition, None, None, arguments, span),
            None => self.error_value(span),
        }
    }

    /// `Permission(value)`: a member, or a combination of members, which is made where it is not known yet.
    fn flags_of(&mut self, class: u32, value: Value, span: Span) -> Value {
        let type_ = self.engine.types.instance(ClassRef::Program(class));
        let mut statements = Vec::new();
        let value = self.hold_value(value, span, &mut statements);
        let (members, known) = (self.members(class, span), self.combinations(class, span));
        let name = self.engine.classes[class as usize].name.clone();
        let name = self.constant(Constant::Str(name), span);
        let (Some(find), Some(name_of)) = (
            self.prelude_function("enumeration.find_flags"),
            self.prelude_function("enumeration.name_of_flags"),
        ) else {
            return self.error_value(span);
        };
        let arguments = vec![members.clone(), known.clone(), value.clone(), name];
        let found = self.call_bound(find, None, None, arguments, span);
        let either = self.join(type_, Type::NONE);
        let hidden = self.hidden(span, 81, either);
        statements.push(Self::statement(
            StmtKind::Assign(Place::Local(hidden), found.code),
            span,
        ));
        let read = self.read_hidden(hidden, either, span);
        let none = self.none(span);
        let test = ExprKind::Compare(Comparison::Is, read.code, none.code);
        let test = self.expr(test, Type::BOOL, span);
        let made = self.hidden(span, 82, type_);
        let new = self.expr(ExprKind::New(ClassId(class)), type_, span);
        let text = self.call_bound(name_of, None, None, vec![members, value.clone()], span);
        let object = self.read_hidden(made, type_, span);
        let mut steps = vec![Self::statement(
            StmtKind::Assign(Place::Local(made), new),
            span,
        )];
        for (position, value) in [(NAME, text), (VALUE, value)] {
            steps.push(self.set_member_field(class, &object.code, position, value, span));
        }
        let append = ExprKind::Leaf("list.append", vec![known.code, object.code.clone()]);
        let append = self.expr(append, Type::NONE, span);
        steps.push(Self::statement(StmtKind::Expr(append), span));
        steps.push(Self::statement(
            StmtKind::Assign(Place::Local(hidden), object.code),
            span,
        ));
        statements.push(Self::statement(StmtKind::If(test, steps, Vec::new()), span));
        let read = self.read_hidden(hidden, either, span);
        let read = self.narrowed(read, type_);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }

    fn set_member_field(
        &mut self,
        class: u32,
        object: &Expr,
        position: u16,
        value: Value,
        span: Span,
    ) -> Stmt {
        let node = self.engine.classes[class as usize].fields[usize::from(position)].node;
        self.engine.types.write(node, value.type_);
        let place = Place::Field(object.clone(), ClassId(class), position);
        Self::statement(StmtKind::Assign(place, value.code), span)
    }

    /// `Color["NAME"]`
    pub(super) fn member_by_name(&mut self, class: u32, name: Value, span: Span) -> Value {
        let members = self.members(class, span);
        match self.prelude_function("enumeration.by_name") {
            Some(definition) => self.call_bound(definition, None, None, vec![members, name], span),
            None => self.error_value(span),
        }
    }

    /// What an enumeration has beside what its class statement says: `__members__`, members of a call.
    pub(super) fn enumeration_attribute(
        &mut self,
        class: u32,
        text: &str,
        span: Span,
    ) -> Option<Value> {
        if !self.engine.classes[class as usize].is_enumeration {
            return None;
        }
        if text == "__members__" {
            let members = self.members(class, span);
            let definition = self.prelude_function("enumeration.by_names")?;
            return Some(self.call_bound(definition, None, None, vec![members], span));
        }
        let position = self.engine.classes[class as usize]
            .made_members
            .iter()
            .position(|(name, _)| name == text)?;
        let file = self.engine.classes[class as usize].file;
        let start = self.made_place(class, position);
        Some(self.class_global(file, start, format!("member.{text}"), span))
    }

    /// Members of a call have no place of their own in the text.
    fn made_place(&self, class: u32, position: usize) -> u32 {
        let start = self.engine.classes[class as usize].span.start;
        let position = u32::try_from(position).unwrap_or(u32::MAX) % 512;
        0x8000_0000_u32
            .wrapping_add(start.wrapping_mul(512))
            .wrapping_add(position)
    }

    /// Makes the members of an enumeration, where its class is defined.
    pub(super) fn define_members(&mut self, class: u32, span: Span, out: &mut Vec<Stmt>) {
        let info = &self.engine.classes[class as usize];
        let mut members: Vec<(String, Option<ExprId>, u32)> = info
            .members
            .iter()
            .map(|(name, id)| (name.clone(), Some(*id), self.tree.expr(*id).span.start))
            .collect();
        for (position, (name, value)) in info.made_members.iter().enumerate() {
            members.push((name.clone(), *value, self.made_place(class, position)));
        }
        let type_ = self.engine.types.instance(ClassRef::Program(class));
        let is_flag = self.engine.classes[class as usize].is_flag;
        let mut made: Vec<(Option<Constant>, Value, bool)> = Vec::new();
        let mut last = 0_i64;
        for (name, id, start) in members {
            let value = self.member_value(class, &name, id, &mut last, span);
            let constant = match value.code.kind.as_ref() {
                ExprKind::Constant(constant) => Some(constant.clone()),
                _ => None,
            };
            let global = self.hidden_global(
                GlobalKey::Attribute(start),
                format!("{}.{name}", self.engine.classes[class as usize].name),
            );
            let node = self.engine.attribute_node(self.file.id, start);
            self.engine.types.write(node, type_);
            // A name with the value of an earlier one is another name of that member.
            let earlier = made
                .iter()
                .find(|(known, ..)| constant.is_some() && *known == constant)
                .map(|(_, member, _)| member.code.clone());
            if let Some(code) = earlier {
                out.push(Self::statement(
                    StmtKind::Assign(Place::Global(global), code),
                    span,
                ));
                continue;
            }
            // Of flags, those with one bit are members; the others have names.
            let is_member = !is_flag
                || match &constant {
                    Some(Constant::Int(bits)) => {
                        i64::try_from(bits).is_ok_and(|bits| bits.count_ones() == 1)
                    }
                    _ => false,
                };
            let new = self.expr(ExprKind::New(ClassId(class)), type_, span);
            out.push(Self::statement(
                StmtKind::Assign(Place::Global(global), new),
                span,
            ));
            let member = self.value(ExprKind::Global(global), type_, span);
            let text = self.constant(Constant::Str(name), span);
            for (position, value) in [(NAME, text), (VALUE, value)] {
                out.push(self.set_member_field(class, &member.code, position, value, span));
            }
            self.initialise_member(class, &member, span, out);
            made.push((constant, member, is_member));
        }
        let list = self.container_at(Kind::List, &[type_], span, 41);
        let all: Vec<Expr> = made
            .iter()
            .map(|(_, member, _)| member.code.clone())
            .collect();
        let codes = made
            .into_iter()
            .filter(|(.., is_member)| *is_member)
            .map(|(_, member, _)| member.code)
            .collect();
        let start = self.engine.classes[class as usize].span.start;
        self.store_members(start, "members", codes, list, span, out);
        if is_flag {
            self.store_members(start + 1, "combinations", all, list, span, out);
        }
    }

    fn store_members(
        &mut self,
        start: u32,
        what: &str,
        codes: Vec<Expr>,
        list: Type,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let code = self.expr(ExprKind::List(codes), list, span);
        let node = self.engine.attribute_node(self.file.id, start);
        self.engine.types.write(node, list);
        let global = self.hidden_global(GlobalKey::Attribute(start), format!("enumeration.{what}"));
        out.push(Self::statement(
            StmtKind::Assign(Place::Global(global), code),
            span,
        ));
    }

    /// `__init__` of an enumeration takes the parts of each member's value.
    fn initialise_member(&mut self, class: u32, member: &Value, span: Span, out: &mut Vec<Stmt>) {
        let Some((_, method)) = self.engine.method(class, "__init__") else {
            return;
        };
        let node = self.engine.classes[class as usize].fields[usize::from(VALUE)].node;
        let type_ = self.read(node);
        let field = ExprKind::Field(member.code.clone(), ClassId(class), VALUE);
        let value = self.value(field, type_, span);
        let data = self.engine.types.data(type_);
        let kind = if data.tuple.is_some() && data.kinds() == bit(Kind::Tuple) {
            GivenKind::Star
        } else {
            GivenKind::Positional
        };
        let given = vec![Given { kind, value, span }];
        let called = self.call_program(
            method.definition,
            None,
            None,
            Some(member.clone()),
            given,
            span,
        );
        out.push(Self::statement(StmtKind::Expr(called.code), span));
    }

    /// The value of a member; `auto()` goes on from the last whole number.
    fn member_value(
        &mut self,
        class: u32,
        name: &str,
        id: Option<ExprId>,
        last: &mut i64,
        span: Span,
    ) -> Value {
        let is_auto = id.is_none_or(|id| {
            matches!(self.tree.expr(id).kind, tree::ExprKind::Call { .. })
                && crate::engine::decorator_name(self.tree, id) == "auto"
        });
        let at = id.map_or(span, |id| self.tree.expr(id).span);
        let info = &self.engine.classes[class as usize];
        let is_text = info.data_type == Some("str") && info.shows_values;
        let value = match id {
            Some(id) if !is_auto => self.expression(id),
            _ if is_text => self.constant(Constant::Str(name.to_lowercase()), at),
            _ if info.is_flag => {
                let highest = 64 - last.max(&mut 0).leading_zeros();
                let next = 1_i64.checked_shl(highest).unwrap_or(0);
                self.constant(Constant::Int(next.into()), at)
            }
            _ => {
                let next = last.saturating_add(1);
                self.constant(Constant::Int(next.into()), at)
            }
        };
        if let ExprKind::Constant(Constant::Int(number)) = value.code.kind.as_ref() {
            *last = i64::try_from(number).unwrap_or(*last);
        }
        value
    }

    /// A name of the body of an enumeration, used in that body: the value, not the member.
    pub(super) fn value_in_body(&mut self, class: u32, member: Value, span: Span) -> Value {
        if !self.engine.classes[class as usize].is_enumeration
            || self.only_program_class(member.type_) != Some(class)
        {
            return member;
        }
        let node = self.engine.classes[class as usize].fields[usize::from(VALUE)].node;
        let type_ = self.read(node);
        let field = ExprKind::Field(member.code, ClassId(class), VALUE);
        self.value(field, type_, span)
    }
}
