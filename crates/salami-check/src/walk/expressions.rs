//! Expressions.

use salami_source::Span;
use salami_syntax::tree::{self, ExprId, FStringPart};

use super::env::{Path, Step};
use super::{Value, Walker};
use crate::codes;
use crate::engine::GlobalKey;
use crate::names::{Binding, Static};
use crate::typed::{Constant, ExprKind, Kind, Piece, Place, Stmt, StmtKind};
use crate::types::{Callee, ClassRef, Type, TypeData};

impl<'a> Walker<'_, 'a> {
    /// Walks an expression.
    pub(super) fn expression(&mut self, id: ExprId) -> Value {
        let outer = self.raises.take();
        let value = crate::deep(|| self.expression_here(id));
        let raises = std::mem::replace(&mut self.raises, outer);
        match raises {
            Some((exception, message)) if value.type_ == Type::ERROR => {
                let span = self.tree.expr(id).span;
                self.raised_instead(value, exception, message, span)
            }
            Some(raises) => {
                self.raises = Some(raises);
                value
            }
            None => value,
        }
    }

    fn expression_here(&mut self, id: ExprId) -> Value {
        self.engine.types.charge(1);
        let tree = self.tree;
        let expr = tree.expr(id);
        let span = expr.span;
        match &expr.kind {
            tree::ExprKind::None => self.constant(Constant::None, span),
            tree::ExprKind::Ellipsis => self.constant(Constant::Ellipsis, span),
            tree::ExprKind::Bool(value) => self.constant(Constant::Bool(*value), span),
            tree::ExprKind::Int(value) => self.constant(Constant::Int(value.clone()), span),
            tree::ExprKind::Float(value) => self.constant(Constant::Float(*value), span),
            tree::ExprKind::Str(value) => self.constant(Constant::Str(value.clone()), span),
            tree::ExprKind::Bytes(value) => self.constant(Constant::Bytes(value.clone()), span),
            tree::ExprKind::FString(parts) => self.fstring(parts, span),
            tree::ExprKind::Name(_) => self.name(id, span),
            tree::ExprKind::Attribute { value, name } => self.attribute(id, *value, *name),
            tree::ExprKind::Subscript { value, index } => self.subscript(id, *value, *index),
            tree::ExprKind::Slice { .. } => self.index_value(id),
            tree::ExprKind::Call { callee, arguments } => self.call(id, *callee, arguments),
            tree::ExprKind::Unary { operator, operand } => self.unary(*operator, *operand, id),
            tree::ExprKind::Binary {
                operator,
                left,
                right,
            } => {
                let left = self.expression(*left);
                let right = self.expression(*right);
                self.binary(*operator, left, right, span)
            }
            tree::ExprKind::Bool2 { .. } => self.bool_value(id),
            tree::ExprKind::Compare { first, rest } => self.compare(*first, rest, span),
            tree::ExprKind::IfElse {
                test,
                then,
                otherwise,
            } => self.if_else(*test, *then, *otherwise, span),
            tree::ExprKind::Lambda(function) => self.closure(*function, span),
            tree::ExprKind::Tuple(items) => self.tuple_display(items, span),
            tree::ExprKind::List(items) => self.sequence_display(Kind::List, items, span),
            tree::ExprKind::Set(items) => self.sequence_display(Kind::Set, items, span),
            tree::ExprKind::Dict(items) => self.dict_display(items, span),
            tree::ExprKind::Starred(value) => {
                let value = self.expression(*value);
                self.error(
                    codes::FEATURE_UNSUPPORTED,
                    span,
                    "`*` is not possible here",
                    None,
                );
                value
            }
            tree::ExprKind::ListComprehension { element, clauses } => {
                self.comprehension(Kind::List, &[*element], clauses, span)
            }
            tree::ExprKind::SetComprehension { element, clauses } => {
                self.comprehension(Kind::Set, &[*element], clauses, span)
            }
            tree::ExprKind::DictComprehension {
                key,
                value,
                clauses,
            } => self.comprehension(Kind::Dict, &[*key, *value], clauses, span),
            tree::ExprKind::GeneratorExpression { element, clauses } => {
                if self.file.names.inlined.contains(&id) {
                    if self.waits_in(id) {
                        let message = "an asynchronous generator cannot be iterated with `for`";
                        let help = "make a list: `[... async for ...]`".to_owned();
                        self.error(codes::TYPE_ITERABLE, span, message, Some(help));
                        return self.error_value(span);
                    }
                    self.comprehension(Kind::List, &[*element], clauses, span)
                } else {
                    self.generator_expression(id, clauses, span)
                }
            }
            tree::ExprKind::Named { target, value } => {
                let value = self.expression(*value);
                let mut statements = Vec::new();
                let type_ = value.type_;
                let Binding::Variable(variable) = self.file.names.expr(id) else {
                    return value;
                };
                statements.extend(self.assign_variable(variable, value, span));
                let read = self.read_variable(variable, target.span);
                Value {
                    type_,
                    code: self.block_value(statements, read.code, type_, span),
                }
            }
            tree::ExprKind::Await(value) => self.await_expression(*value, span),
            tree::ExprKind::Yield(value) => {
                let value = match value {
                    Some(value) => self.expression(*value),
                    None => self.none(span),
                };
                self.yield_value(value, span)
            }
            tree::ExprKind::YieldFrom(value) => self.yield_from(*value, span),
        }
    }

    /// Statements, then a value.
    pub(super) fn block_value(
        &self,
        statements: Vec<Stmt>,
        code: crate::typed::Expr,
        type_: Type,
        span: Span,
    ) -> crate::typed::Expr {
        if statements.is_empty() {
            code
        } else {
            self.expr(ExprKind::Block(statements, code), type_, span)
        }
    }

    /// A value that statements come before.
    pub(super) fn after(&self, statements: Vec<Stmt>, value: Value, span: Span) -> Value {
        Value {
            type_: value.type_,
            code: self.block_value(statements, value.code, value.type_, span),
        }
    }

    fn name(&mut self, id: ExprId, span: Span) -> Value {
        match self.file.names.expr(id) {
            Binding::Variable(variable) => self.read_variable(variable, span),
            Binding::Static(_) => match self.static_of(id) {
                Some(entity) => self.static_value(entity, span),
                None => self.error_value(span),
            },
            Binding::InClass(class, name) => self.class_name_value(class, name, span),
            Binding::Builtin => {
                let text = self.text(id);
                self.builtin(text, span)
            }
            Binding::Undefined => self.error_value(span),
        }
    }

    /// A static entity as a value.
    pub(super) fn static_value(&mut self, entity: &'a Static, span: Span) -> Value {
        match entity {
            Static::Function(function) => {
                let unit = self.file.names.functions[function.index()];
                let definition = self.engine.definition(self.file.id, unit);
                self.function_value(definition, span)
            }
            Static::Class(class) => {
                let Some(&index) = self.engine.class_index.get(&(self.file.id, class.0)) else {
                    return self.error_value(span);
                };
                self.class_value(ClassRef::Program(index), span)
            }
            Static::Module(module) => self.module_value(module, span),
            // The import said what is missing.
            Static::Imported(module, name) if self.is_missing_in_tool(module, name) => {
                self.error_value(span)
            }
            Static::Imported(module, name) => self.imported(module, name, span),
            Static::Constant(value) => self.expression(*value),
        }
    }

    pub(super) fn module_value(&mut self, module: &str, span: Span) -> Value {
        if crate::tools::is_module(module) {
            return self.tool_module(module, span);
        }
        let Some(face) = crate::face::module(module) else {
            return self.error_value(span);
        };
        let type_ = self.engine.types.intern(TypeData {
            module: Some(face.name),
            ..TypeData::default()
        });
        self.value(ExprKind::Constant(Constant::None), type_, span)
    }

    /// A class as a value.
    pub(super) fn class_value(&mut self, class: ClassRef, span: Span) -> Value {
        let type_ = self.engine.types.class_object(class);
        if let ClassRef::Native(
            name @ ("collections.Counter" | "collections.defaultdict" | "collections.OrderedDict"),
        ) = class
        {
            let short = name.rsplit('.').next().unwrap_or(name).to_owned();
            let short = self.constant(Constant::Str(short), span);
            return self.value(
                ExprKind::Leaf("_leaf.dict_type", vec![short.code]),
                type_,
                span,
            );
        }
        let constant = match class {
            ClassRef::Program(_) => Constant::Class(self.class_reference(class)),
            ClassRef::Native(name) => match crate::face::class(name).map(|class| class.kind) {
                Some(crate::face::ClassKind::Native(kind)) => Constant::Type(kind),
                Some(crate::face::ClassKind::Exception(_)) => {
                    Constant::Class(self.class_reference(class))
                }
                _ => Constant::Type(Kind::Object),
            },
        };
        self.value(ExprKind::Constant(constant), type_, span)
    }

    fn builtin(&mut self, text: &'a str, span: Span) -> Value {
        match text {
            "__name__" => return self.constant(Constant::Str("__main__".to_owned()), span),
            "__file__" => {
                return self.constant(Constant::Str(self.file.source.name().to_owned()), span);
            }
            "__doc__" => return self.none(span),
            // What methods of operators give is asked for it; nothing else sees it.
            "NotImplemented" => return self.constant(Constant::Ellipsis, span),
            _ => {}
        }
        self.imported("builtins", text, span)
    }

    /// The value of a name of a module.
    pub(super) fn imported(&mut self, module: &str, name: &str, span: Span) -> Value {
        use crate::face::{FaceEntry, FaceValue};
        if crate::tools::is_module(module) {
            return self.tool_value(module, name, span);
        }
        let Some(face) = crate::face::module(module) else {
            return self.error_value(span);
        };
        match face.get(name) {
            Some(FaceEntry::Function(function)) => {
                if let Some(definition) = self.prelude_twin(function) {
                    return self.function_value(definition, span);
                }
                let type_ = self
                    .engine
                    .types
                    .function(Callee::Native(face.name, function.name));
                self.native_value(Callee::Native(face.name, function.name), type_, span)
            }
            Some(FaceEntry::Class(class)) => {
                self.class_value(ClassRef::Native(class.qualified), span)
            }
            Some(FaceEntry::Constant(constant)) => match &constant.value {
                FaceValue::Constant(value) => self.constant(value.clone(), span),
                FaceValue::Leaf(leaf) => {
                    let type_ = self.instantiate_plain(&constant.type_, span);
                    self.value(ExprKind::Leaf(leaf, Vec::new()), type_, span)
                }
            },
            Some(FaceEntry::Module(module)) => self.module_value(module, span),
            Some(FaceEntry::Prelude(name)) => self.prelude_value(name, span),
            Some(FaceEntry::Refused(help)) => {
                let message = format!("`{name}` does not exist here");
                let help = self.refused_help(name, help, span);
                self.error(codes::CALL_REFUSED, span, message, help);
                self.error_value(span)
            }
            Some(FaceEntry::Form(form)) => {
                let message = format!("`{form}` is only for annotations");
                self.error(codes::FEATURE_UNSUPPORTED, span, message, None);
                self.error_value(span)
            }
            Some(FaceEntry::Alias(..)) | None => {
                let dotted = format!("{module}.{name}");
                if crate::face::module(&dotted).is_some() {
                    return self.module_value(&dotted, span);
                }
                // An import that brings no such name said so already.
                if self.file.source.slice(span).contains('.') {
                    let help = self.module_name_help(module, name, span);
                    self.error(
                        codes::MODULE_NAME,
                        span,
                        format!("module `{module}` has no `{name}`"),
                        help,
                    );
                }
                self.error_value(span)
            }
        }
    }

    /// The function of the prelude that a native function is in all its forms, so that as a value it
    /// is a function like those of the program.
    fn prelude_twin(
        &mut self,
        function: &crate::face::FaceFunction,
    ) -> Option<crate::engine::DefinitionId> {
        let [signature] = function.overloads.as_slice() else {
            return None;
        };
        let crate::face::Target::Prelude(name) = signature.target else {
            return None;
        };
        let definition = self.prelude_function(name)?;
        let twin = self.engine.syntax(definition)?;
        let is_same =
            twin.parameters.len() == signature.parameters.len()
                && twin.parameters.iter().zip(&signature.parameters).all(
                    |(parameter, declared)| {
                        let is_single = |kind| {
                            !matches!(
                                kind,
                                tree::ParameterKind::VariadicPositional
                                    | tree::ParameterKind::VariadicKeyword
                            )
                        };
                        parameter.default.is_some() == declared.default.is_some()
                            && is_single(parameter.kind)
                            && is_single(declared.kind)
                    },
                );
        is_same.then_some(definition)
    }

    /// A class, function or constant of the prelude.
    fn prelude_value(&mut self, name: &str, span: Span) -> Value {
        let Some((file, entity)) = crate::engine::prelude_static(name) else {
            return self.error_value(span);
        };
        self.engine.add_file(file);
        match entity {
            Static::Function(function) => {
                let unit = file.names.functions[function.index()];
                let definition = self.engine.definition(file.id, unit);
                if name.ends_with("()") {
                    return self.call_bound(definition, None, None, Vec::new(), span);
                }
                self.function_value(definition, span)
            }
            Static::Class(class) => match self.engine.class_index.get(&(file.id, class.0)) {
                Some(&index) => self.class_value(ClassRef::Program(index), span),
                None => self.error_value(span),
            },
            Static::Constant(value) => match super::arguments::literal(file, *value) {
                Some(constant) => self.constant(constant, span),
                None => self.error_value(span),
            },
            Static::Module(_) | Static::Imported(..) => self.error_value(span),
        }
    }

    fn if_else(&mut self, test: ExprId, then: ExprId, otherwise: ExprId, span: Span) -> Value {
        let (code, then_env, rest) = self.condition(test);
        self.env = then_env;
        let then_value = self.branch(then);
        let after_then = std::mem::replace(&mut self.env, rest);
        let otherwise_value = self.branch(otherwise);
        self.env.join(&after_then, &mut self.engine.types);
        let type_ = match (&then_value, &otherwise_value) {
            (Some(then), Some(otherwise)) => self.join(then.type_, otherwise.type_),
            (Some(value), None) | (None, Some(value)) => value.type_,
            (None, None) => Type::NEVER,
        };
        let (then_code, otherwise_code) = match (then_value, otherwise_value) {
            (Some(then), Some(otherwise)) => (then.code, otherwise.code),
            // The other side is never reached, but what the test does must be done.
            (Some(value), None) | (None, Some(value)) => {
                let statement = Self::statement(StmtKind::Expr(code), span);
                return Value {
                    type_,
                    code: self.block_value(vec![statement], value.code, type_, span),
                };
            }
            (None, None) => return Value { type_, code },
        };
        self.value(
            ExprKind::IfElse(code, then_code, otherwise_code),
            type_,
            span,
        )
    }

    /// An expression in a state that may not be reached.
    pub(super) fn branch(&mut self, id: ExprId) -> Option<Value> {
        self.env.reachable.then(|| self.expression(id))
    }

    fn tuple_display(&mut self, items: &'a [ExprId], span: Span) -> Value {
        if items
            .iter()
            .any(|&item| matches!(self.tree.expr(item).kind, tree::ExprKind::Starred(_)))
        {
            return self.starred_tuple(items, span);
        }
        let mut types = Vec::with_capacity(items.len());
        let mut codes = Vec::with_capacity(items.len());
        for &item in items {
            let value = self.expression(item);
            types.push(value.type_);
            codes.push(value.code);
        }
        let type_ = if types.contains(&Type::NEVER) {
            Type::NEVER
        } else {
            self.engine.types.tuple(types)
        };
        self.value(ExprKind::Tuple(codes), type_, span)
    }

    fn starred_tuple(&mut self, items: &'a [ExprId], span: Span) -> Value {
        // Where all parts have known lengths the tuple has too.
        let list = self.sequence_display(Kind::List, items, span);
        let mut elements: Option<Vec<Type>> = Some(Vec::new());
        for &item in items {
            let (inner, is_starred) = match self.tree.expr(item).kind {
                tree::ExprKind::Starred(inner) => (inner, true),
                _ => (item, false),
            };
            let type_ = self.quiet(|walker| walker.expression(inner).type_);
            match (&mut elements, is_starred) {
                (Some(elements), false) => elements.push(type_),
                (Some(known), true) => match self.engine.types.data(type_).tuple.clone() {
                    Some(crate::types::Tuple::Fixed(more)) => known.extend(more),
                    _ => elements = None,
                },
                (None, _) => {}
            }
        }
        let type_ = match elements {
            Some(elements) => self.engine.types.tuple(elements),
            None => {
                let node = self.place_node(span, 0);
                let tuple = Some(crate::types::Tuple::Variadic(node));
                self.engine.types.intern(TypeData {
                    tuple,
                    ..TypeData::default()
                })
            }
        };
        self.value(ExprKind::Leaf("tuple", vec![list.code]), type_, span)
    }

    /// Runs something whose diagnostics and effects on the state are dropped.
    pub(super) fn quiet<R>(&mut self, run: impl FnOnce(&mut Self) -> R) -> R {
        let (found, env, emits) = (self.found.len(), self.env.clone(), self.emits);
        let locals = self.locals.len();
        let raises = self.raises.take();
        self.emits = false;
        let result = run(self);
        self.emits = emits;
        self.raises = raises;
        self.found.truncate(found);
        self.locals.truncate(locals);
        self.env = env;
        result
    }

    pub(super) fn sequence_display(
        &mut self,
        kind: Kind,
        items: &'a [ExprId],
        span: Span,
    ) -> Value {
        let mut element = Type::NEVER;
        let mut codes = Vec::new();
        let mut statements: Vec<Stmt> = Vec::new();
        let mut hidden = None;
        for &item in items {
            if let tree::ExprKind::Starred(inner) = self.tree.expr(item).kind {
                let value = self.expression(inner);
                let value = self.without_generator(value, span);
                let (value, inner_type) = self.iterate(value, inner);
                element = self.join(element, inner_type);
                let local = *hidden.get_or_insert_with(|| {
                    let local =
                        self.push_local(None, crate::typed::Storage::Register, (span.start, 6));
                    let display = display(kind, std::mem::take(&mut codes));
                    statements.push(Self::statement(
                        StmtKind::Assign(
                            Place::Local(local),
                            self.expr(display, Type::NEVER, span),
                        ),
                        span,
                    ));
                    local
                });
                let container = self.expr(ExprKind::Local(local), Type::NEVER, span);
                let leaf = if kind == Kind::List {
                    "_leaf.extend_by_starred"
                } else {
                    "set.update"
                };
                let mut more = value.code;
                if kind == Kind::Set {
                    more = self.expr(ExprKind::Tuple(vec![more]), Type::ERROR, span);
                }
                let extend = self.expr(
                    ExprKind::Leaf(leaf, vec![container, more]),
                    Type::NONE,
                    span,
                );
                statements.push(Self::statement(StmtKind::Expr(extend), span));
                continue;
            }
            let mut value = self.expression(item);
            if kind == Kind::Set {
                self.check_hashable(value.type_, value.code.span);
                value = self.as_key(value);
            }
            element = self.join(element, value.type_);
            match hidden {
                None => codes.push(value.code),
                Some(local) if kind == Kind::List => {
                    statements.push(Self::statement(
                        StmtKind::ListAppend(local, value.code),
                        span,
                    ));
                }
                Some(local) => {
                    statements.push(Self::statement(StmtKind::SetAdd(local, value.code), span))
                }
            }
        }
        let type_ = self.container_at(kind, &[element], span, 0);
        match hidden {
            None => self.value(display(kind, codes), type_, span),
            Some(local) => {
                self.hold(local, type_);
                let values = self.values(type_);
                for statement in &mut statements {
                    fix_values(statement, local, &values);
                }
                let code = self.expr(ExprKind::Local(local), type_, span);
                Value {
                    type_,
                    code: self.block_value(statements, code, type_, span),
                }
            }
        }
    }

    fn dict_display(&mut self, items: &'a [(Option<ExprId>, ExprId)], span: Span) -> Value {
        let key_node = self.place_node(span, 0);
        let value_node = self.place_node(span, 1);
        let type_ = self
            .engine
            .types
            .container(Kind::Dict, [key_node, value_node]);
        self.engine.types.begin_record(value_node);
        let mut codes = Vec::new();
        let mut statements: Vec<Stmt> = Vec::new();
        let mut hidden = None;
        let is_plain = items.len() > 40;
        for (key, value) in items {
            let Some(key) = key else {
                let other = self.expression(*value);
                let other = self.as_data(other);
                self.merge_dict(type_, other.type_, *value);
                let local = *hidden.get_or_insert_with(|| {
                    let local = self.hidden(span, 6, type_);
                    let display =
                        self.expr(ExprKind::Dict(std::mem::take(&mut codes)), type_, span);
                    statements.push(Self::statement(
                        StmtKind::Assign(Place::Local(local), display),
                        span,
                    ));
                    local
                });
                let container = self.expr(ExprKind::Local(local), type_, span);
                let update = self.expr(
                    ExprKind::Leaf("_leaf.update_by_starred", vec![container, other.code]),
                    Type::NONE,
                    span,
                );
                statements.push(Self::statement(StmtKind::Expr(update), span));
                continue;
            };
            let key_value = self.expression(*key);
            self.check_hashable(key_value.type_, key_value.code.span);
            let mut key_value = self.as_key(key_value);
            if hidden.is_some() {
                // A store would work out the value first.
                key_value = self.hold_value(key_value, self.tree.expr(*key).span, &mut statements);
            }
            let value = self.expression(*value);
            self.engine.types.write(key_node, key_value.type_);
            match (&self.tree.expr(*key).kind, is_plain) {
                (tree::ExprKind::Str(text), false) => {
                    self.engine
                        .types
                        .write_field(value_node, text, value.type_, hidden.is_none());
                }
                _ => {
                    self.engine.types.collapse(value_node);
                    self.engine.types.write(value_node, value.type_);
                }
            }
            match hidden {
                None => codes.extend([key_value.code, value.code]),
                Some(local) => {
                    let container = self.expr(ExprKind::Local(local), type_, span);
                    let place = Place::Item(container, key_value.code);
                    statements.push(Self::statement(StmtKind::Assign(place, value.code), span));
                }
            }
        }
        match hidden {
            None => self.value(ExprKind::Dict(codes), type_, span),
            Some(local) => {
                let code = self.expr(ExprKind::Local(local), type_, span);
                Value {
                    type_,
                    code: self.block_value(statements, code, type_, span),
                }
            }
        }
    }

    fn fstring(&mut self, parts: &'a [FStringPart], span: Span) -> Value {
        let mut pieces = Vec::new();
        for part in parts {
            match part {
                FStringPart::Text(text) => pieces.push(Piece::Text(text.clone())),
                FStringPart::Value {
                    value,
                    conversion,
                    spec,
                } => {
                    let value = self.expression(*value);
                    let converted = match conversion {
                        Some('r') => self.represent(value, "repr"),
                        Some('a') => self.represent(value, "ascii"),
                        Some('s') => self.stringify(value),
                        _ => value,
                    };
                    let text = if spec.is_empty() {
                        self.format_plain(converted)
                    } else {
                        self.check_spec(&converted, spec);
                        self.doubt_format(&converted);
                        let spec = self.fstring(spec, span);
                        self.format_with(converted, spec)
                    };
                    pieces.push(Piece::Value(text.code));
                }
            }
        }
        self.value(ExprKind::FString(pieces), Type::STR, span)
    }

    /// A constant format spec that no value of the type takes.
    fn check_spec(&mut self, value: &Value, spec: &[FStringPart]) {
        let [FStringPart::Text(text)] = spec else {
            return;
        };
        let Some(last) = text.chars().last() else {
            return;
        };
        let (name, misfits) = match value.type_ {
            Type::STR => ("str", "bcdeEfFgGnoxX%".contains(last)),
            Type::INT => ("int", last == 's'),
            Type::FLOAT => ("float", "sbcdoxX".contains(last)),
            _ => return,
        };
        if !misfits {
            return;
        }
        let help = match name {
            "str" => "make it a number before: `float(...)`",
            "float" => "write `.0f` to round it, or `int(...)`",
            _ => "write `d`, or make it text: `str(...)`",
        };
        let message = format!("unknown format code '{last}' for a value of type '{name}'");
        let span = value.code.span;
        self.error(codes::TYPE_FORMAT, span, message, Some(help.to_owned()));
    }

    /// A format of what may be no number, text or date: None and containers take none.
    fn doubt_format(&mut self, value: &Value) {
        let type_ = value.type_;
        if self.file.id != 0 || type_ == Type::ERROR || type_ == Type::NEVER {
            return;
        }
        let lacking = self.engine.types.parts(type_).into_iter().find(|&part| {
            let data = self.engine.types.data(part);
            data.json || part == Type::NONE || !data.containers.is_empty() || data.tuple.is_some()
        });
        let Some(part) = lacking else { return };
        let code = match part {
            Type::JSON => codes::TYPE_JSON,
            Type::NONE => codes::TYPE_OPTIONAL,
            _ => codes::TYPE_FORMAT,
        };
        let shown = self.show(type_);
        let span = value.code.span;
        let help = self.doubt_help(span, type_, part);
        let message = format!("`{shown}` may be what takes no format");
        self.assertion(code, span, message, help);
    }

    /// The path of an expression that is a part of a variable's value.
    pub(super) fn path_of(&self, id: ExprId) -> Option<Path> {
        let tree = self.tree;
        let mut steps = Vec::new();
        let mut at = id;
        loop {
            match &tree.expr(at).kind {
                tree::ExprKind::Name(_) => {
                    let Binding::Variable(root) = self.file.names.expr(at) else {
                        return None;
                    };
                    if steps.is_empty() || steps.len() > 6 {
                        return None;
                    }
                    steps.reverse();
                    return Some(Path { root, steps });
                }
                tree::ExprKind::Attribute { value, name } => {
                    steps.push(Step::Field(tree.name(name.name).to_owned()));
                    at = *value;
                }
                tree::ExprKind::Subscript { value, index } => {
                    match &tree.expr(*index).kind {
                        tree::ExprKind::Str(key) => steps.push(Step::Key(key.clone())),
                        tree::ExprKind::Int(index) => {
                            steps.push(Step::Index(i64::try_from(index).ok()?))
                        }
                        _ => return None,
                    }
                    at = *value;
                }
                _ => return None,
            }
        }
    }

    /// The hidden variable of a value that is made once, when the module begins.
    pub(super) fn hidden_global(&mut self, key: GlobalKey, name: String) -> crate::typed::GlobalId {
        self.engine.global_id(self.file.id, key, || name)
    }
}

fn display(kind: Kind, codes: Vec<crate::typed::Expr>) -> ExprKind {
    if kind == Kind::List {
        ExprKind::List(codes)
    } else {
        ExprKind::Set(codes)
    }
}

/// Gives reads of a display under construction the values that it has.
fn fix_values(statement: &mut Stmt, local: crate::typed::LocalId, values: &crate::typed::ValueSet) {
    let fix = |expr: &mut crate::typed::Expr| match &mut *expr.kind {
        ExprKind::Leaf(_, arguments) => {
            if let Some(first) = arguments.first_mut()
                && matches!(*first.kind, ExprKind::Local(known) if known == local)
            {
                first.values = values.clone();
            }
        }
        ExprKind::List(_) | ExprKind::Set(_) => expr.values = values.clone(),
        _ => {}
    };
    match &mut statement.kind {
        StmtKind::Expr(expr) | StmtKind::Assign(Place::Local(_), expr) => fix(expr),
        _ => {}
    }
}
