//! Comprehensions, generator expressions and iteration.

use salami_source::Span;
use salami_syntax::tree::{Clause, ExprId};

use super::{Value, Walker};
use crate::codes;
use crate::names::VariableKind;
use crate::typed::{Capture, ExprKind, Kind, Place, Stmt, StmtKind};
use crate::types::{Callee, Type};

impl<'a> Walker<'_, 'a> {
    /// A list, set or dict comprehension: loops that fill a hidden variable.
    pub(super) fn comprehension(
        &mut self,
        kind: Kind,
        elements: &[ExprId],
        clauses: &'a [Clause],
        span: Span,
    ) -> Value {
        let decided = self.decided.take();
        let result = self.comprehension_into(kind, elements.to_vec(), clauses, span);
        self.decided = decided;
        self.env.paths.clear();
        result
    }

    fn comprehension_into(
        &mut self,
        kind: Kind,
        elements: Vec<ExprId>,
        clauses: &'a [Clause],
        span: Span,
    ) -> Value {
        let first = self.place_node(span, 0);
        let second = if kind == Kind::Dict {
            let node = self.place_node(span, 1);
            self.engine.types.collapse(node);
            node
        } else {
            first
        };
        let type_ = self.engine.types.container(kind, [first, second]);
        let target = self.hidden(span, 12, type_);
        let display = match kind {
            Kind::Dict => ExprKind::Dict(Vec::new()),
            Kind::Set => ExprKind::Set(Vec::new()),
            _ => ExprKind::List(Vec::new()),
        };
        let empty = self.expr(display, type_, span);
        let mut statements = vec![Self::statement(
            StmtKind::Assign(Place::Local(target), empty),
            span,
        )];
        self.fresh_cells(clauses, span, &mut statements);
        self.clauses(clauses, 0, span, &mut statements, &mut |walker, out| {
            let values: Vec<Value> = elements
                .iter()
                .map(|&element| walker.expression(element))
                .collect();
            let mut values = values.into_iter();
            let Some(mut value) = values.next() else {
                return;
            };
            if matches!(kind, Kind::Dict | Kind::Set) {
                value = walker.as_key(value);
            }
            walker.engine.types.write(first, value.type_);
            match (kind, values.next()) {
                (Kind::Dict, Some(item)) => {
                    walker.check_hashable(value.type_, value.code.span);
                    walker.engine.types.write(second, item.type_);
                    let mut before = Vec::new();
                    let key = walker.hold_value(value, span, &mut before);
                    out.extend(before);
                    let container = walker.read_hidden(target, type_, span);
                    let place = Place::Item(container.code, key.code);
                    out.push(Self::statement(StmtKind::Assign(place, item.code), span));
                }
                (Kind::Set, _) => {
                    walker.check_hashable(value.type_, value.code.span);
                    out.push(Self::statement(StmtKind::SetAdd(target, value.code), span));
                }
                _ => out.push(Self::statement(
                    StmtKind::ListAppend(target, value.code),
                    span,
                )),
            }
        });
        let read = self.read_hidden(target, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }

    /// Variables of a comprehension that functions in it capture are new each time it runs.
    pub(super) fn fresh_cells(&mut self, clauses: &'a [Clause], span: Span, out: &mut Vec<Stmt>) {
        for clause in clauses {
            let mut pending = vec![clause.target];
            while let Some(id) = pending.pop() {
                match &self.tree.expr(id).kind {
                    salami_syntax::tree::ExprKind::Name(_) => {
                        if let crate::names::Binding::Variable(variable) = self.file.names.expr(id)
                            && self.is_cell(variable)
                            && let Some(local) = self.places[variable as usize]
                        {
                            out.push(Self::statement(StmtKind::FreshCell(local), span));
                        }
                    }
                    salami_syntax::tree::ExprKind::Tuple(items)
                    | salami_syntax::tree::ExprKind::List(items) => {
                        pending.extend(items);
                    }
                    salami_syntax::tree::ExprKind::Starred(inner) => pending.push(*inner),
                    _ => {}
                }
            }
        }
    }

    pub(super) fn clauses(
        &mut self,
        clauses: &'a [Clause],
        depth: usize,
        span: Span,
        out: &mut Vec<Stmt>,
        innermost: &mut dyn FnMut(&mut Self, &mut Vec<Stmt>),
    ) {
        let Some((clause, rest)) = clauses.split_first() else {
            return;
        };
        let iterable = self.expression(clause.iterable);
        self.clause(clause, rest, iterable, depth, span, out, innermost);
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a clause")]
    fn clause(
        &mut self,
        clause: &'a Clause,
        rest: &'a [Clause],
        iterable: Value,
        depth: usize,
        span: Span,
        out: &mut Vec<Stmt>,
        innermost: &mut dyn FnMut(&mut Self, &mut Vec<Stmt>),
    ) {
        let (iterated, element) = if clause.is_async {
            self.iterate_async(iterable, clause.iterable)
        } else {
            self.iterate(iterable, clause.iterable)
        };
        let iterated_type = iterated.type_;
        let role = u16::try_from(depth + 1).unwrap_or(u16::MAX);
        let before = self.env.clone();
        let key = (None, self.tree.expr(clause.target).span);
        let ((local, body, after), _) = self.looped(key, role, |walker| {
            let after = walker.env.clone();
            let element = if clause.is_async {
                walker.after_call();
                walker.element_of_async(iterated_type, element)
            } else {
                walker.element_again(iterated_type, element)
            };
            if element == Type::NEVER {
                walker.stop();
            }
            let mut body = Vec::new();
            let local = walker.loop_target(clause.target, element, &mut body);
            let mut tests = Vec::new();
            for &condition in &clause.conditions {
                if !walker.env.reachable {
                    break;
                }
                let (code, then, _) = walker.condition(condition);
                walker.env = then;
                tests.push(code);
            }
            let mut inner = Vec::new();
            if walker.env.reachable {
                if rest.is_empty() {
                    innermost(walker, &mut inner);
                } else {
                    crate::deep(|| walker.clauses(rest, depth + 1, span, &mut inner, innermost));
                    if let Some((flag, value)) = walker.decided {
                        let read = walker.read_hidden(flag, Type::BOOL, span).code;
                        let test = if value {
                            read
                        } else {
                            walker.expr(
                                ExprKind::Unary(crate::typed::Unary::Not, read),
                                Type::BOOL,
                                span,
                            )
                        };
                        let stop = Self::statement(StmtKind::Break, span);
                        inner.push(Self::statement(
                            StmtKind::If(test, vec![stop], Vec::new()),
                            span,
                        ));
                    }
                }
            }
            for test in tests.into_iter().rev() {
                inner = vec![Self::statement(StmtKind::If(test, inner, Vec::new()), span)];
            }
            body.extend(inner);
            (local, body, after)
        });
        self.env = after;
        self.env.reachable = before.reachable;
        out.push(Self::statement(
            StmtKind::For(local, iterated.code, body, Vec::new()),
            span,
        ));
    }

    /// A generator expression as a value: a call of its hidden function.
    pub(super) fn generator_expression(
        &mut self,
        id: ExprId,
        clauses: &'a [Clause],
        span: Span,
    ) -> Value {
        let Some(&unit_id) = self.file.names.generators.get(&id) else {
            return self.error_value(span);
        };
        let definition = self.engine.definition(self.file.id, unit_id);
        let Some(first) = clauses.first() else {
            return self.error_value(span);
        };
        let iterable = self.expression(first.iterable);
        let (iterable, _) = if first.is_async {
            self.iterate_async(iterable, first.iterable)
        } else {
            self.iterate(iterable, first.iterable)
        };
        let unit = &self.file.names.units[unit_id.index()];
        let mut captures = Vec::new();
        for variable in &unit.variables {
            if let VariableKind::Captured(outer) = variable.kind
                && let Some(Some(local)) = self.places.get(outer as usize)
            {
                captures.push(Capture::Local(*local));
            }
        }
        if captures.is_empty() {
            return self.call_bound(definition, None, None, vec![iterable], span);
        }
        let maker = Some(self.variant);
        let type_ = self.engine.types.function(Callee::Program {
            definition,
            maker,
            receiver: None,
        });
        let open = if self.emits {
            let variant = self.engine.request_joined(
                definition,
                maker,
                &[],
                Some((self.variant, span)),
                true,
            );
            self.engine.function_id(variant)
        } else {
            crate::typed::FunctionId(0)
        };
        let closure = self.value(ExprKind::Closure(open, captures), type_, span);
        self.call_bound(definition, maker, Some(closure.code), vec![iterable], span)
    }

    /// The body of a generator expression's function.
    pub(super) fn generator_body(&mut self, id: ExprId, out: &mut Vec<Stmt>) {
        let tree = self.tree;
        let salami_syntax::tree::ExprKind::GeneratorExpression { element, clauses } =
            &tree.expr(id).kind
        else {
            return;
        };
        let Some((first, rest)) = clauses.split_first() else {
            return;
        };
        if !self.env.reachable {
            return;
        }
        let span = tree.expr(id).span;
        let iterable = self.read_variable(0, tree.expr(first.iterable).span);
        self.clause(first, rest, iterable, 0, span, out, &mut |walker, out| {
            let value = walker.expression(*element);
            let given = walker.yield_value(value, span);
            out.push(Self::statement(StmtKind::Expr(given.code), span));
        });
    }

    // ---- iteration

    /// What a `for` iterates, and what it gives.
    pub(super) fn iterate(&mut self, value: Value, source: ExprId) -> (Value, Type) {
        let span = self.tree.expr(source).span;
        let value = self.as_sequence(value);
        if value.type_ == Type::ERROR {
            return (value, Type::ERROR);
        }
        if value.type_ == Type::NEVER {
            self.stop();
            return (value, Type::NEVER);
        }
        let mut element = Type::NEVER;
        let mut fits = false;
        let mut misfit = None;
        let spelled = self.engine.types.spell_out_json(value.type_);
        for part in self.engine.types.parts(spelled) {
            match self.element_of_part(part) {
                Some(inner) => {
                    fits = true;
                    element = self.join(element, inner);
                }
                None => misfit = Some(part),
            }
        }
        if let Some(part) = misfit {
            let shown = self.show(value.type_);
            if fits {
                let code = match self.doubt(value.type_) {
                    codes::TYPE_SUBSCRIPT => codes::TYPE_ITERABLE,
                    code => code,
                };
                let help = self.doubt_help(span, value.type_, part);
                let part = self.show(part);
                self.assertion(
                    code,
                    span,
                    format!("`{shown}` may be `{part}`, which cannot be iterated"),
                    help,
                );
            } else {
                let help = self.iterable_help(part, span);
                let code = if part == Type::NONE {
                    codes::TYPE_OPTIONAL
                } else {
                    codes::TYPE_ITERABLE
                };
                self.error(code, span, format!("`{shown}` cannot be iterated"), help);
                return (value, Type::ERROR);
            }
        }
        let (value, _) = self.iterate_value(value);
        (value, element)
    }

    /// The code of what is iterated: objects of the program give their own iterator.
    pub(super) fn iterate_value(&mut self, value: Value) -> (Value, ()) {
        let at = value.code.span;
        if let Some(several) = self.by_object(&value, &["__iter__"], at, |walker, value| {
            walker.iterate_value(value).0
        }) {
            return (several, ());
        }
        let Some(class) = self.only_program_class(value.type_) else {
            return (value, ());
        };
        if self.engine.method(class, "__iter__").is_none() {
            if self.engine.method(class, "__getitem__").is_some()
                && let Some(definition) = self.prelude_function("iteration.iterate_items")
            {
                let items = self.call_bound(definition, None, None, vec![value], at);
                return (items, ());
            }
            return (value, ());
        }
        let span = value.code.span;
        let own = value.type_;
        let iterator = self.call_method_named(value, "__iter__", Vec::new(), span);
        if iterator.type_ == own || self.only_program_class(iterator.type_).is_some() {
            let name = "iteration.iterate_object";
            if let Some(definition) = self.prelude_function(name) {
                return (
                    self.call_bound(definition, None, None, vec![iterator], span),
                    (),
                );
            }
            return (
                self.unsupported(
                    span,
                    "an iterator class with `__next__`",
                    "write `__iter__` as a generator: use `yield`",
                ),
                (),
            );
        }
        (iterator, ())
    }

    /// What iterating gives by now: the body of the loop may have added to it.
    pub(super) fn element_again(&mut self, iterated: Type, known: Type) -> Type {
        if known == Type::ERROR || iterated == Type::ERROR {
            return known;
        }
        let spelled = self.engine.types.spell_out_json(iterated);
        let mut element = known;
        for part in self.engine.types.parts(spelled) {
            if let Some(inner) = self.element_of_part(part) {
                element = self.join(element, inner);
            }
        }
        element
    }
}
