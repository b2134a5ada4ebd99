//! Indexing: reading, storing and deleting items.

use num_bigint::BigInt;
use salami_source::Span;
use salami_syntax::tree::{self, ExprId};

use super::{Value, Walker};
use crate::codes;
use crate::face::FaceMember;
use crate::typed::{Constant, ExprKind, Kind, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Node, Tuple, Type, TypeData, bit};

impl Walker<'_, '_> {
    pub(super) fn subscript(&mut self, id: ExprId, container: ExprId, index: ExprId) -> Value {
        let container = self.expression(container);
        if self.is_generic_class(container.type_) {
            // `Stack[int]` is the class; what stands in brackets is a type.
            return container;
        }
        let index_value = self.index_value(index);
        let value = self.item_of(container, index_value, id, index);
        if let Some(path) = self.path_of(id)
            && let Some(type_) = self.env.path(&path)
        {
            return self.narrowed(value, type_);
        }
        value
    }

    /// Whether a value is a class with type parameters.
    fn is_generic_class(&self, type_: Type) -> bool {
        let data = self.engine.types.data(type_);
        if data.kinds() != bit(Kind::Type) || data.classes.len() != 1 {
            return false;
        }
        let mut at = data.classes.first().copied();
        while let Some(class) = at {
            match class {
                ClassRef::Native(name) => {
                    return crate::face::class(name).is_some_and(|class| {
                        !class.variables.is_empty() || matches!(name, "tuple" | "type")
                    });
                }
                ClassRef::Program(index) => {
                    let info = &self.engine.classes[index as usize];
                    if info.is_generic {
                        return true;
                    }
                    at = info.base;
                }
            }
        }
        false
    }

    /// An index: an expression or a slice.
    pub(super) fn index_value(&mut self, index: ExprId) -> Value {
        let tree = self.tree;
        let span = tree.expr(index).span;
        let tree::ExprKind::Slice { start, stop, step } = &tree.expr(index).kind else {
            return self.expression(index);
        };
        let mut parts = Vec::new();
        for part in [start, stop, step] {
            let value = match part {
                Some(part) => self.expression(*part),
                None => self.none(span),
            };
            let data = self.engine.types.data(value.type_);
            let allowed = bit(Kind::None) | bit(Kind::Int) | bit(Kind::Bool);
            if !data.error && data.kinds() & allowed == 0 && value.type_ != Type::NEVER {
                let text = self.show(value.type_);
                self.error(
                    codes::TYPE_SUBSCRIPT,
                    value.code.span,
                    format!("a slice takes `int`, not `{text}`"),
                    Some("make it an int: `int(...)`; to divide use `//`".to_owned()),
                );
            } else if data.kinds() & !allowed != 0 && !data.error {
                let text = self.show(value.type_);
                let (code, at) = (self.doubt(value.type_), value.code.span);
                self.assertion(
                    code,
                    at,
                    format!("a slice takes `int`; this may be `{text}`"),
                    None,
                );
            }
            parts.push(value.code);
        }
        let type_ = self.engine.types.scalar(Kind::Slice);
        let mut parts = parts.into_iter();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(start), Some(stop), Some(step)) => {
                self.value(ExprKind::Slice(start, stop, step), type_, span)
            }
            _ => self.error_value(span),
        }
    }

    /// The code of an assertion about a type.
    pub(super) fn doubt(&self, type_: Type) -> &'static str {
        let data = self.engine.types.data(type_);
        if data.json {
            codes::TYPE_JSON
        } else if data.has_none() {
            codes::TYPE_OPTIONAL
        } else {
            codes::TYPE_SUBSCRIPT
        }
    }

    /// `container[index]`
    pub(super) fn item_of(
        &mut self,
        container: Value,
        index: Value,
        id: ExprId,
        index_id: ExprId,
    ) -> Value {
        let span = self.tree.expr(id).span;
        if container.type_ == Type::ERROR || index.type_ == Type::ERROR {
            return self.error_value(span);
        }
        if let Some(class) = self.enumeration(container.type_) {
            return self.member_by_name(class, index, span);
        }
        let container = self.as_sequence(container);
        let index = self.index_of(&container, index, false);
        if self.split(container.type_, &["__getitem__"]).is_some() {
            let mut statements = Vec::new();
            let held = self.hold_value(container, span, &mut statements);
            let index = self.hold_value(index, span, &mut statements);
            let value = self
                .by_object(&held, &["__getitem__"], span, |walker, container| {
                    walker.item_of(container, index.clone(), id, index_id)
                })
                .unwrap_or_else(|| self.error_value(span));
            let type_ = value.type_;
            let code = self.block_value(statements, value.code, type_, span);
            return Value { type_, code };
        }
        if let Some(class) = self.only_program_class(container.type_)
            && self.engine.method(class, "__getitem__").is_some()
        {
            return self.call_method_named(container, "__getitem__", vec![index], span);
        }
        // A dict whose missing items a function of the program makes.
        if let Some(found) = self.member_of_part(container.type_, "__getitem__")
            && let FaceMember::Method(function) = found.member
            && function
                .overloads
                .iter()
                .any(|signature| matches!(signature.target, crate::face::Target::Prelude(_)))
        {
            let given = vec![super::calls::Given::positional(index)];
            let held = container;
            return self
                .call_native_method(held, &found, "__getitem__", given, span)
                .unwrap_or_else(|| self.error_value(span));
        }
        let data = self.engine.types.data(container.type_);
        if !data.json
            && data.kinds() == bit(Kind::Dict)
            && let Some(keys) = data.get(Kind::Dict).map(|dict| dict.nodes[0])
            && self.has_other_keys(keys, index_id)
        {
            return self.error_value(span);
        }
        let spelled = self.engine.types.spell_out_json(container.type_);
        let mut result = Type::NEVER;
        let (mut fits, mut misfit) = (false, None);
        for part in self.engine.types.parts(spelled) {
            match self.item_of_part(part, index.type_, index_id, span) {
                Some(type_) => {
                    fits = true;
                    result = self.join(result, type_);
                }
                None => misfit = Some(part),
            }
        }
        if let Some(part) = misfit {
            self.report_item(container.type_, part, index.type_, fits, span);
            if !fits {
                result = Type::ERROR;
            }
        }
        self.value(ExprKind::Item(container.code, index.code), result, span)
    }

    /// An index; of a dict it is a key.
    fn index_of(&mut self, container: &Value, index: Value, is_kept: bool) -> Value {
        let data = self.engine.types.data(container.type_);
        if let Some(dict) = data.get(Kind::Dict) {
            let (node, dict_class) = (dict.nodes[0], dict.class);
            let key = self.read(node);
            let index = if key == Type::NEVER {
                index
            } else {
                self.as_data_beside(index, key)
            };
            // What a defaultdict has not it makes.
            let is_made = dict_class.starts_with("collections.defaultdict");
            return if is_kept || is_made {
                self.as_key(index)
            } else {
                self.as_wanted_key(index)
            };
        }
        if data.instances.is_empty() {
            if let Some(class) = self.only_program_class(index.type_)
                && self.engine.method(class, "__index__").is_some()
            {
                let span = index.code.span;
                return self.call_method_named(index, "__index__", Vec::new(), span);
            }
            return self.as_data(index);
        }
        index
    }

    fn report_item(&mut self, container: Type, part: Type, index: Type, fits: bool, span: Span) {
        let (container_text, index_text) = (self.show(container), self.show(index));
        let can_index = self.member_of_part(part, "__getitem__").is_some();
        let message = if can_index {
            format!("`{container_text}` cannot be indexed with `{index_text}`")
        } else {
            format!("`{container_text}` cannot be indexed")
        };
        if fits {
            let code = self.doubt(container);
            let message = format!("{message}, if it is `{}`", self.show(part));
            let help = self.container_doubt_help(container, part, span);
            self.assertion(code, span, message, help);
            return;
        }
        let code = if container == Type::NONE {
            codes::TYPE_OPTIONAL
        } else {
            codes::TYPE_SUBSCRIPT
        };
        let help = self.item_help(container, index, span);
        self.error(code, span, message, help);
    }

    /// What indexing a part gives; `None` if it cannot be indexed so.
    fn item_of_part(
        &mut self,
        part: Type,
        index: Type,
        index_id: ExprId,
        span: Span,
    ) -> Option<Type> {
        let data = self.engine.types.data(part).clone();
        let kinds = self.engine.types.data(index).kinds();
        let is_position = kinds & (bit(Kind::Int) | bit(Kind::Bool)) != 0;
        let is_slice = kinds & bit(Kind::Slice) != 0;
        if index == Type::NEVER {
            return Some(Type::NEVER);
        }
        if let Some(container) = data.containers.first() {
            let node = container.nodes[0];
            match container.kind {
                Kind::List if is_slice => {
                    let element = self.read(node);
                    return Some(self.container_at(Kind::List, &[element], span, 80));
                }
                Kind::List => return is_position.then(|| self.read(node)),
                Kind::Dict => {
                    if container.class == "collections.defaultdict" {
                        // Reading makes the item that is missing.
                        self.engine.types.write(node, index);
                    }
                    return Some(self.dict_item(container.nodes, index_id));
                }
                _ => {}
            }
        }
        match &data.tuple {
            Some(Tuple::Fixed(elements)) => {
                if is_slice {
                    return Some(self.tuple_slice(elements, index_id, span));
                }
                if !is_position {
                    return None;
                }
                return Some(match constant_index(self, index_id) {
                    Some(position) => {
                        let length = i64::try_from(elements.len()).ok()?;
                        let position = if position < 0 {
                            position + length
                        } else {
                            position
                        };
                        usize::try_from(position)
                            .ok()
                            .and_then(|position| elements.get(position).copied())
                            .unwrap_or(Type::NEVER)
                    }
                    None => self.element_quietly(part)?,
                });
            }
            Some(Tuple::Variadic(node)) => {
                if is_slice {
                    return Some(part);
                }
                return is_position.then(|| self.read(*node));
            }
            None => {}
        }
        match part {
            Type::STR => return (is_position || is_slice).then_some(Type::STR),
            Type::BYTES if is_slice => return Some(Type::BYTES),
            Type::BYTES => return is_position.then_some(Type::INT),
            _ => {}
        }
        if let Some(crate::types::ClassRef::Program(_)) = data.instances.first() {
            return None;
        }
        let given = self.native_operator(part, "__getitem__", index, span)?;
        Some(self.matched_item(part, index_id).unwrap_or(given))
    }

    fn dict_item(&mut self, nodes: [Node; 2], index_id: ExprId) -> Type {
        let variant = self.variant;
        if let tree::ExprKind::Str(key) = &self.tree.expr(index_id).kind {
            if let Some(field) = self.engine.types.record_field(nodes[1], key, variant) {
                return self.read(field.node);
            }
            if self.engine.types.is_record(nodes[1]) {
                // What flows in by other ways than constant keys.
                let others = self.read(nodes[1]);
                if others == Type::NEVER && self.misspells_key(nodes[1], key, index_id) {
                    return Type::ERROR;
                }
                return others;
            }
        }
        self.engine.types.read_values(nodes[1], variant)
    }

    fn tuple_slice(&mut self, elements: &[Type], index_id: ExprId, span: Span) -> Type {
        let bounds = match &self.tree.expr(index_id).kind {
            tree::ExprKind::Slice {
                start,
                stop,
                step: None,
            } => {
                let bound = |part: &Option<ExprId>, default: i64| match part {
                    None => Some(default),
                    Some(part) => constant_index(self, *part),
                };
                let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
                let fix = |position: i64| {
                    if position < 0 {
                        (position + length).max(0)
                    } else {
                        position.min(length)
                    }
                };
                bound(start, 0)
                    .zip(bound(stop, length))
                    .map(|(start, stop)| (fix(start), fix(stop)))
            }
            _ => None,
        };
        match bounds {
            Some((start, stop)) => {
                let start = usize::try_from(start).unwrap_or(0);
                let stop = usize::try_from(stop).unwrap_or(0).max(start);
                let slice = elements.get(start..stop).unwrap_or(&[]).to_vec();
                self.engine.types.tuple(slice)
            }
            None => {
                let node = self.place_node(span, 82);
                for &element in elements {
                    self.engine.types.write(node, element);
                }
                let tuple = Some(Tuple::Variadic(node));
                self.engine.types.intern(TypeData {
                    tuple,
                    ..TypeData::default()
                })
            }
        }
    }

    pub(super) fn store_item(
        &mut self,
        container: ExprId,
        index: ExprId,
        value: Value,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        if let tree::ExprKind::Attribute {
            value: object,
            name,
        } = &self.tree.expr(container).kind
            && self.tree.name(name.name) == "__dict__"
        {
            let object = self.expression(*object);
            let key = self.index_value(index);
            if let Some(stored) = self.store_in_dict(object, key, value.clone(), span) {
                out.push(stored);
                return;
            }
        }
        let container = self.expression(container);
        let index_value = self.index_value(index);
        self.write_item(container, index_value, index, value, span, out);
    }

    /// `container[index] = value`
    pub(super) fn write_item(
        &mut self,
        container: Value,
        index: Value,
        index_id: ExprId,
        value: Value,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let index = self.index_of(&container, index, true);
        let is_slice = self.engine.types.data(index.type_).kinds() == bit(Kind::Slice);
        let value = if is_slice && self.only_program_class(container.type_).is_none() {
            self.without_generator(value, span)
        } else {
            value
        };
        if self.split(container.type_, &["__setitem__"]).is_some() {
            let held = self.hold_value(container, span, out);
            let index = self.hold_value(index, span, out);
            let value = self.hold_value(value, span, out);
            let methods = ["__setitem__"];
            self.by_object_statements(&held, &methods, span, out, |walker, container, out| {
                walker.write_item(container, index.clone(), index_id, value.clone(), span, out);
            });
            return;
        }
        if let Some(class) = self.only_program_class(container.type_)
            && self.engine.method(class, "__setitem__").is_some()
        {
            let call = self.call_method_named(container, "__setitem__", vec![index, value], span);
            out.push(Self::statement(StmtKind::Expr(call.code), span));
            return;
        }
        let data = self.engine.types.data(container.type_).clone();
        if !data.error && index.type_ != Type::ERROR {
            let spelled = self.engine.types.spell_out_json(container.type_);
            let (mut fits, mut misfit) = (false, None);
            for part in self.engine.types.parts(spelled) {
                if self.write_item_of_part(part, &index, index_id, value.type_) {
                    fits = true;
                } else {
                    misfit = Some(part);
                }
            }
            if let Some(part) = misfit {
                let text = self.show(part);
                let message =
                    format!("`{text}` does not take items: `x[...] = value` is not possible");
                if fits {
                    let code = self.doubt(container.type_);
                    self.assertion(
                        code,
                        span,
                        message,
                        Some("test the value before".to_owned()),
                    );
                } else {
                    let help = self.store_help(part, span);
                    let code = if part == Type::NONE {
                        codes::TYPE_OPTIONAL
                    } else {
                        codes::TYPE_SUBSCRIPT
                    };
                    self.error(code, span, message, help);
                }
            }
        }
        self.env
            .forget_step(|step| !matches!(step, super::env::Step::Field(_)));
        out.push(Self::statement(
            StmtKind::Assign(Place::Item(container.code, index.code), value.code),
            span,
        ));
    }

    fn write_item_of_part(
        &mut self,
        part: Type,
        index: &Value,
        index_id: ExprId,
        value: Type,
    ) -> bool {
        let data = self.engine.types.data(part).clone();
        let Some(container) = data.containers.first() else {
            return false;
        };
        let nodes = container.nodes;
        let kinds = self.engine.types.data(index.type_).kinds();
        match container.kind {
            Kind::List | Kind::Deque => {
                if kinds & bit(Kind::Slice) != 0 {
                    let Some(element) = self.element_quietly(value) else {
                        return false;
                    };
                    self.engine.types.write(nodes[0], element);
                    return true;
                }
                if kinds & (bit(Kind::Int) | bit(Kind::Bool)) == 0 {
                    return false;
                }
                self.engine.types.write(nodes[0], value);
                true
            }
            Kind::Dict => {
                self.check_hashable(index.type_, index.code.span);
                self.engine.types.write(nodes[0], index.type_);
                match &self.tree.expr(index_id).kind {
                    tree::ExprKind::Str(key) => {
                        self.engine.types.write_field(nodes[1], key, value, false)
                    }
                    _ => {
                        self.engine.types.collapse(nodes[1]);
                        self.engine.types.write(nodes[1], value);
                    }
                }
                true
            }
            _ => false,
        }
    }

    pub(super) fn delete_item(
        &mut self,
        container: ExprId,
        index: ExprId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let container = self.expression(container);
        let index_value = self.index_value(index);
        let index_value = self.index_of(&container, index_value, false);
        if let Some(class) = self.only_program_class(container.type_)
            && self.engine.method(class, "__delitem__").is_some()
        {
            let call = self.call_method_named(container, "__delitem__", vec![index_value], span);
            out.push(Self::statement(StmtKind::Expr(call.code), span));
            return;
        }
        let spelled = self.engine.types.spell_out_json(container.type_);
        let (mut fits, mut misfit) = (container.type_ == Type::ERROR, None);
        for part in self.engine.types.parts(spelled) {
            let data = self.engine.types.data(part).clone();
            match data.containers.first() {
                Some(dict) if dict.kind == Kind::Dict => {
                    let key = match &self.tree.expr(index).kind {
                        tree::ExprKind::Str(key) => Some(key.as_str()),
                        _ => None,
                    };
                    self.engine.types.may_miss(dict.nodes[1], key);
                    fits = true;
                }
                Some(list) if matches!(list.kind, Kind::List | Kind::Deque) => fits = true,
                _ => misfit = Some(part),
            }
        }
        if let Some(part) = misfit
            && !fits
        {
            let text = self.show(part);
            self.error(
                codes::TYPE_SUBSCRIPT,
                span,
                format!("items of `{text}` cannot be deleted"),
                None,
            );
        } else if misfit.is_some() {
            let code = self.doubt(container.type_);
            let text = self.show(container.type_);
            self.assertion(
                code,
                span,
                format!("items of `{text}` may not be deletable"),
                None,
            );
        }
        self.env
            .forget_step(|step| !matches!(step, super::env::Step::Field(_)));
        let place = Place::Item(container.code, index_value.code);
        out.push(Self::statement(StmtKind::Delete(place), span));
    }

    /// A dict takes in all of another.
    pub(super) fn merge_dict(&mut self, dict: Type, other: Type, source: ExprId) {
        let Some(nodes) = self
            .engine
            .types
            .data(dict)
            .get(Kind::Dict)
            .map(|dict| dict.nodes)
        else {
            return;
        };
        let spelled = self.engine.types.spell_out_json(other);
        let has_dict = self.engine.types.data(spelled).get(Kind::Dict).is_some();
        if has_dict {
            self.merge_into_dict(nodes, spelled);
        } else if other != Type::ERROR {
            let text = self.show(other);
            let span = self.tree.expr(source).span;
            self.error(
                codes::TYPE_ARGUMENT,
                span,
                format!("`**` needs a dict, not `{text}`"),
                None,
            );
        }
    }

    pub(super) fn merge_into_dict(&mut self, nodes: [Node; 2], other: Type) {
        let Some(theirs) = self
            .engine
            .types
            .data(other)
            .get(Kind::Dict)
            .map(|dict| dict.nodes)
        else {
            return;
        };
        let key = self.read(theirs[0]);
        self.engine.types.write(nodes[0], key);
        let variant = self.variant;
        match self.engine.types.record(theirs[1], variant) {
            Some(record) => {
                for (key, field) in record.fields {
                    let content = self.read(field.node);
                    self.engine
                        .types
                        .write_field(nodes[1], &key, content, !field.may_miss);
                }
            }
            None => {
                let content = self.engine.types.read_values(theirs[1], variant);
                self.engine.types.collapse(nodes[1]);
                self.engine.types.write(nodes[1], content);
            }
        }
    }

    /// Whether a native part has a member that is a method.
    pub(super) fn has_native_method(&mut self, part: Type, name: &str) -> bool {
        self.member_of_part(part, name)
            .is_some_and(|found| matches!(found.member, FaceMember::Method(_)))
    }
}

/// The integer that an index is, if it is a literal.
fn constant_index(walker: &Walker<'_, '_>, id: ExprId) -> Option<i64> {
    match super::arguments::literal(walker.file, id)? {
        Constant::Int(value) => i64::try_from(&value as &BigInt).ok(),
        _ => None,
    }
}
