//! Statements.

use salami_source::Span;
use salami_syntax::tree::{self, ExprId, FunctionBody, StmtId};

use super::env::{Env, Known};
use super::{Loop, Value, Walker};
use crate::codes;
use crate::engine::VariantKey;
use crate::names::{Binding, Static, UnitKind, VariableKind};
use crate::typed::{Constant, ExprKind, Failure, FunctionKind, Place, Stmt, StmtKind, ValueSet};
use crate::types::Type;

/// So many branches of an `if` are nested; longer chains are cut into pieces.
const NESTED_BRANCHES: usize = 32;

impl<'a> Walker<'_, 'a> {
    /// Walks the whole unit.
    pub(super) fn body(&mut self) -> Vec<Stmt> {
        let mut out = Vec::new();
        self.enter(&mut out);
        match self.unit.kind {
            UnitKind::Module => {
                if self.file.id == 0 {
                    self.prelude_bodies(&mut out);
                }
                let tree = self.tree;
                if self.file.id == 0 {
                    let mut body = self.block(&tree.body);
                    self.tell_uncaught(&mut body);
                    out.append(&mut body);
                } else {
                    self.block_into(&tree.body, &mut out);
                    self.add_result(Type::NONE);
                }
            }
            UnitKind::Function(function)
                if let Some(tool) = self.engine.tools.function(self.file.id, function) =>
            {
                self.tool_body(function, tool, &mut out);
            }
            UnitKind::Function(function) => match &self.tree.function(function).body {
                FunctionBody::Block(statements) => {
                    let from = out.len();
                    self.block_into(statements, &mut out);
                    self.end_of_function();
                    if self.file.id == 0 && crate::check::calls_from_outside(self.file, function) {
                        let mut body = out.split_off(from);
                        self.tell_uncaught(&mut body);
                        out.append(&mut body);
                    }
                }
                FunctionBody::Expression(value) if self.env.reachable => {
                    let value = self.expression(*value);
                    let span = value.code.span;
                    self.add_result(value.type_);
                    out.push(Self::statement(StmtKind::Return(Some(value.code)), span));
                }
                FunctionBody::Expression(_) => {}
            },
            UnitKind::Generator(id) => {
                self.generator_body(id, &mut out);
            }
        }
        self.made_by_call();
        out
    }

    /// Runs the bodies of the prelude files that have state.
    fn prelude_bodies(&mut self, out: &mut Vec<Stmt>) {
        for class in 0..self.engine.classes.len() {
            if self.engine.classes[class].file != 0 {
                let class = u32::try_from(class).unwrap_or(u32::MAX);
                self.define_numbers(class, Span::default(), out);
            }
        }
        for file in self.engine.bodies.clone() {
            let definition = self.engine.definition(file, crate::names::UnitId::MODULE);
            let span = Span::default();
            let call = self.call_bound(definition, None, None, Vec::new(), span);
            out.push(Self::statement(StmtKind::Expr(call.code), span));
        }
    }

    fn end_of_function(&mut self) {
        if self.env.reachable {
            if matches!(
                self.function_kind(),
                FunctionKind::Plain | FunctionKind::Coroutine
            ) {
                self.check_missing_return();
            }
            self.add_result(Type::NONE);
        }
    }

    fn add_result(&mut self, type_: Type) {
        if self.env.reachable {
            let variant = self.engine.variant(self.variant);
            let node = match self.function_kind() {
                FunctionKind::Plain => variant.result,
                _ => variant.returned,
            };
            self.engine.types.write(node, type_);
        }
    }

    /// What holds when the unit begins.
    fn enter(&mut self, out: &mut Vec<Stmt>) {
        let parameters = self.engine.variant(self.variant).parameters.clone();
        for index in 0..self.unit.variables.len() {
            let variable = u32::try_from(index).unwrap_or(u32::MAX);
            let known = match self.unit.variables[index].kind {
                VariableKind::Captured(_) => {
                    if let Some(local) = self.places[index] {
                        self.locals[local.index()].values = ValueSet::ANY;
                    }
                    Known {
                        type_: Known::SHARED,
                        may_be_unset: !self.captures_parameter(variable),
                    }
                }
                VariableKind::Global(_) if self.unit.kind != UnitKind::Module => Known {
                    type_: Known::SHARED,
                    may_be_unset: false,
                },
                _ => Known::UNSET,
            };
            self.env.variables.set(index, known);
        }
        let is_open = self.engine.variant(self.variant).key == VariantKey::Open;
        if self.is_dead_open() {
            // Nobody calls it through a function value.
            self.stop();
            return;
        }
        for (index, &node) in parameters.iter().enumerate() {
            let variable = u32::try_from(index).unwrap_or(u32::MAX);
            let type_ = self.read(node);
            if type_ == Type::OMITTED {
                if let Some(local) = self.places[index] {
                    self.locals[local.index()].values = ValueSet::ANY;
                }
                self.omitted(variable, out);
                continue;
            }
            if !is_open {
                self.set_variable(variable, type_);
                continue;
            }
            if type_ == Type::NEVER {
                self.stop();
                continue;
            }
            let span = self.unit.variables[index].span;
            let parameter = crate::typed::LocalId(variable);
            let raw = self.expr(ExprKind::Local(parameter), Type::ERROR, span);
            let values = self.values(type_);
            let code = crate::typed::Expr {
                kind: Box::new(ExprKind::Expect(raw, values.clone(), Failure::Guard)),
                values,
                span,
            };
            out.extend(self.assign_variable(variable, Value { type_, code }, span));
        }
    }

    /// Whether a captured variable is a parameter of its owner: it always has a value.
    fn captures_parameter(&self, variable: u32) -> bool {
        let mut unit = self.unit;
        let mut index = variable;
        while let VariableKind::Captured(outer) = unit.variables[index as usize].kind {
            let Some(parent) = unit.parent else {
                return false;
            };
            unit = &self.file.names.units[parent.index()];
            index = outer;
        }
        match unit.kind {
            UnitKind::Function(function) => {
                (index as usize) < self.tree.function(function).parameters.len()
            }
            UnitKind::Module | UnitKind::Generator(_) => false,
        }
    }

    /// Walks a block.
    pub(super) fn block(&mut self, statements: &'a [StmtId]) -> Vec<Stmt> {
        let mut out = Vec::new();
        self.block_into(statements, &mut out);
        out
    }

    pub(super) fn block_into(&mut self, statements: &'a [StmtId], out: &mut Vec<Stmt>) {
        for &statement in statements {
            if !self.env.reachable {
                break;
            }
            if !self.engine.step() {
                self.stop();
                break;
            }
            let length = out.len();
            crate::deep(|| self.statement_into(statement, out));
            if let Some((exception, message)) = self.raises.take() {
                let span = self.tree.stmt(statement).span;
                Self::without_last_store(out, length, span);
                let is_augmented = matches!(
                    self.tree.stmt(statement).kind,
                    tree::StmtKind::AugmentedAssign { .. }
                );
                let message = if is_augmented {
                    super::expected_texts::in_place(&message)
                } else {
                    message
                };
                let raised = self.raising(exception, message, span);
                out.push(Self::statement(StmtKind::Expr(raised.code), span));
                self.stop();
            }
        }
    }

    pub(super) fn statement_into(&mut self, id: StmtId, out: &mut Vec<Stmt>) {
        let tree = self.tree;
        let statement = tree.stmt(id);
        let span = statement.span;
        match &statement.kind {
            tree::StmtKind::Expr(value) => {
                if matches!(
                    tree.expr(*value).kind,
                    tree::ExprKind::Str(_) | tree::ExprKind::Ellipsis
                ) {
                    return;
                }
                let value = self.expression(*value);
                self.forgotten_await(value.type_, span, "nothing uses the value");
                out.push(Self::statement(StmtKind::Expr(value.code), span));
                if value.type_ == Type::NEVER {
                    self.stop();
                }
            }
            tree::StmtKind::Assign { targets, value } => self.assign(targets, *value, span, out),
            tree::StmtKind::AnnotatedAssign {
                target,
                annotation,
                value,
            } => {
                let is_alias = matches!(
                    crate::engine::entry_named(self.file, *annotation),
                    Some(crate::face::FaceEntry::Form("TypeAlias"))
                );
                if is_alias && value.is_some_and(|value| self.is_typing_form(value)) {
                    return;
                }
                self.annotated_assign(*target, *annotation, *value, span, out);
            }
            tree::StmtKind::AugmentedAssign {
                target,
                operator,
                value,
            } => {
                self.augmented_assign(*target, *operator, *value, span, out);
            }
            tree::StmtKind::If {
                branches,
                otherwise,
            } => self.if_statement(branches, otherwise, span, out),
            tree::StmtKind::While {
                test,
                body,
                otherwise,
            } => {
                self.while_statement(id, *test, body, otherwise, span, out);
            }
            tree::StmtKind::For {
                target,
                iterable,
                body,
                otherwise,
                is_async,
            } => {
                let iterable = (*iterable, *is_async);
                self.for_statement(id, *target, iterable, body, otherwise, span, out);
            }
            tree::StmtKind::Break => {
                let env = self.env.clone();
                if let Some(innermost) = self.loops.last_mut() {
                    innermost.breaks.push(env);
                }
                self.stop();
                out.push(Self::statement(StmtKind::Break, span));
            }
            tree::StmtKind::Continue => {
                let env = self.env.clone();
                if let Some(innermost) = self.loops.last_mut() {
                    innermost.continues.push(env);
                }
                self.stop();
                out.push(Self::statement(StmtKind::Continue, span));
            }
            tree::StmtKind::Pass | tree::StmtKind::Global(_) | tree::StmtKind::Nonlocal(_) => {}
            tree::StmtKind::Return(value) => self.return_statement(*value, span, out),
            tree::StmtKind::Raise { exception, cause } => {
                self.raise_statement(*exception, *cause, span, out)
            }
            tree::StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => {
                self.try_statement(body, handlers, otherwise, finally, span, out);
            }
            tree::StmtKind::With {
                items,
                body,
                is_async,
            } => {
                self.with_statement(items, body, *is_async, span, out);
            }
            tree::StmtKind::Match { subject, cases } => {
                self.match_statement(*subject, cases, span, out)
            }
            tree::StmtKind::Assert { test, message } => {
                self.assert_statement(*test, *message, span, out)
            }
            tree::StmtKind::Delete(targets) => {
                for &target in targets {
                    self.delete(target, span, out);
                }
            }
            tree::StmtKind::Import(aliases) => {
                for alias in aliases {
                    self.check_module(&alias.name, alias.span);
                }
            }
            tree::StmtKind::ImportFrom {
                module,
                names,
                module_span,
            } => {
                self.check_import(module, *module_span, names);
            }
            tree::StmtKind::Function(function) => self.define_function(*function, span, out),
            tree::StmtKind::Class(class) => self.define_class(*class, span, out),
        }
    }

    fn assign(&mut self, targets: &'a [ExprId], value: ExprId, span: Span, out: &mut Vec<Stmt>) {
        if self.is_typing_form(value) || self.assign_gathered(targets, value, span, out) {
            return;
        }
        let value = self.expression(value);
        if !self.env.reachable || value.type_ == Type::NEVER {
            out.push(Self::statement(StmtKind::Expr(value.code), span));
            self.stop();
            return;
        }
        if let [target] = targets {
            self.store(*target, value, span, out);
            return;
        }
        let hidden = self.hidden(span, 1, value.type_);
        let type_ = value.type_;
        out.push(Self::statement(
            StmtKind::Assign(Place::Local(hidden), value.code),
            span,
        ));
        for &target in targets {
            let value = self.read_hidden(hidden, type_, span);
            self.store(target, value, span, out);
        }
    }

    fn if_statement(
        &mut self,
        branches: &'a [(ExprId, Vec<StmtId>)],
        otherwise: &'a [StmtId],
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let mut end = self.env.dead();
        let mut typed = Vec::new();
        for (test, body) in branches {
            if !self.env.reachable {
                break;
            }
            let (code, then, rest) = self.condition(*test);
            self.env = then;
            let body = self.block(body);
            end.join(&self.env, &mut self.engine.types);
            self.env = rest;
            typed.push((code, body));
        }
        let last = self.block(otherwise);
        self.env.join(&end, &mut self.engine.types);
        self.chain(typed, last, span, out);
    }

    /// Branches of which the first whose test holds is run. They are nested; where there are many,
    /// the chain is cut, and a hidden variable tells whether it goes on.
    pub(super) fn chain(
        &mut self,
        branches: Vec<(crate::typed::Expr, Vec<Stmt>)>,
        last: Vec<Stmt>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let nest = |piece: Vec<(crate::typed::Expr, Vec<Stmt>)>, last: Vec<Stmt>| {
            let mut rest = last;
            for (code, body) in piece.into_iter().rev() {
                rest = vec![Self::statement(StmtKind::If(code, body, rest), span)];
            }
            rest
        };
        if branches.len() <= NESTED_BRANCHES {
            out.extend(nest(branches, last));
            return;
        }
        let goes_on = self.hidden(span, 2, Type::BOOL);
        let set = |walker: &mut Self, flag: bool| {
            let value = walker.constant(Constant::Bool(flag), span);
            Self::statement(StmtKind::Assign(Place::Local(goes_on), value.code), span)
        };
        let mut branches = branches.into_iter().peekable();
        let mut is_first = true;
        let mut last = Some(last);
        while branches.peek().is_some() {
            let piece: Vec<_> = branches.by_ref().take(NESTED_BRANCHES).collect();
            let end = if branches.peek().is_some() {
                vec![set(self, true)]
            } else {
                last.take().unwrap_or_default()
            };
            let clear = set(self, false);
            let body = nest(piece, end);
            if is_first {
                out.push(clear);
                out.extend(body);
            } else {
                let test = self.read_hidden(goes_on, Type::BOOL, span);
                let mut inner = vec![clear];
                inner.extend(body);
                out.push(Self::statement(
                    StmtKind::If(test.code, inner, Vec::new()),
                    span,
                ));
            }
            is_first = false;
        }
    }

    /// Walks a loop until its head does not change: `round` walks test and body once from the
    /// state at the head and leaves the state at the end of the body; what it gives is kept.
    pub(super) fn looped<R>(
        &mut self,
        key: (Option<StmtId>, Span),
        role: u16,
        mut round: impl FnMut(&mut Self) -> R,
    ) -> (R, Vec<Env>) {
        let mut head = self.env.clone();
        if let Some(known) = self
            .engine
            .variant(self.variant)
            .heads
            .get(&(key, role))
            .cloned()
        {
            head.join(&known, &mut self.engine.types);
        }
        let (found, locals) = (self.found.len(), self.locals.len());
        loop {
            self.env.clone_from(&head);
            self.found.truncate(found);
            self.locals.truncate(locals);
            self.loops.push(Loop {
                breaks: Vec::new(),
                continues: Vec::new(),
            });
            let result = round(self);
            let Some(finished) = self.loops.pop() else {
                return (result, Vec::new());
            };
            let mut new = head.clone();
            let mut end = self.env.clone();
            for env in &finished.continues {
                end.join(env, &mut self.engine.types);
            }
            // What an error left behind would silence that very error in the next round.
            for index in head.variables.differences(&end.variables) {
                let known = head.variables.get(index);
                if end.variables.get(index).type_ == Type::ERROR && known != Known::UNSET {
                    end.variables.set(index, known);
                }
            }
            new.join(&end, &mut self.engine.types);
            if new.same(&head, &mut self.engine.types) || !self.engine.step() {
                self.engine
                    .variant_mut(self.variant)
                    .heads
                    .insert((key, role), head);
                return (result, finished.breaks);
            }
            head = new;
        }
    }

    fn while_statement(
        &mut self,
        id: StmtId,
        test: ExprId,
        body: &'a [StmtId],
        otherwise: &'a [StmtId],
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let ((code, body, rest), breaks) = self.looped((Some(id), span), 0, |walker| {
            let (code, then, rest) = walker.condition(test);
            walker.env = then;
            let body = walker.block(body);
            (code, body, rest)
        });
        self.env = rest;
        let otherwise = self.block(otherwise);
        let mut end = self.env.dead();
        end.join(&self.env, &mut self.engine.types);
        for env in &breaks {
            end.join(env, &mut self.engine.types);
        }
        self.env = end;
        out.push(Self::statement(
            StmtKind::While(code, body, otherwise),
            span,
        ));
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a for statement")]
    fn for_statement(
        &mut self,
        id: StmtId,
        target: ExprId,
        (iterable, is_async): (ExprId, bool),
        body: &'a [StmtId],
        otherwise: &'a [StmtId],
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let iterable_value = self.expression(iterable);
        let (iterated, element) = if is_async {
            self.iterate_async(iterable_value, iterable)
        } else {
            self.iterate(iterable_value, iterable)
        };
        if !self.env.reachable || self.raises.is_some() {
            out.push(Self::statement(StmtKind::Expr(iterated.code), span));
            return;
        }
        let iterated_type = iterated.type_;
        let mut iterated = iterated;
        let closes = !is_async && self.is_left_early(iterable, iterated_type, body);
        if closes {
            let hidden = self.hidden(span, 22, iterated_type);
            let made = StmtKind::Assign(Place::Local(hidden), iterated.code);
            out.push(Self::statement(made, span));
            iterated = self.read_hidden(hidden, iterated_type, span);
            self.closing.push(iterated.clone());
        }
        let ((local, body, rest), breaks) = self.looped((Some(id), span), 0, |walker| {
            let rest = walker.env.clone();
            let element = if is_async {
                walker.after_call();
                walker.element_of_async(iterated_type, element)
            } else {
                walker.element_again(iterated_type, element)
            };
            if element == Type::NEVER {
                walker.stop();
            }
            let mut statements = Vec::new();
            let local = walker.loop_target(target, element, &mut statements);
            walker.block_into(body, &mut statements);
            (local, statements, rest)
        });
        self.env = rest;
        let otherwise = self.block(otherwise);
        let mut end = self.env.dead();
        end.join(&self.env, &mut self.engine.types);
        for env in &breaks {
            end.join(env, &mut self.engine.types);
        }
        self.env = end;
        let generator = iterated.clone();
        out.push(Self::statement(
            StmtKind::For(local, iterated.code, body, otherwise),
            span,
        ));
        if closes {
            self.closing.pop();
            if self.env.reachable {
                self.close_generator(generator, span, out);
            }
        }
    }

    fn return_statement(&mut self, value: Option<ExprId>, span: Span, out: &mut Vec<Stmt>) {
        let is_bound = matches!(
            self.function_kind(),
            FunctionKind::Plain | FunctionKind::Coroutine
        );
        match value {
            None => {
                self.add_result(Type::NONE);
                self.close_generators(span, out);
                out.push(Self::statement(StmtKind::Return(None), span));
            }
            Some(id) => {
                let value = self.expression(id);
                let value = if is_bound {
                    self.returned(value, id)
                } else {
                    value
                };
                self.add_result(value.type_);
                let value = if self.closing.is_empty() || value.type_ == Type::NEVER {
                    value
                } else {
                    let held = self.hold_value(value, span, out);
                    self.close_generators(span, out);
                    held
                };
                let kind = if value.type_ == Type::NEVER {
                    StmtKind::Expr(value.code)
                } else {
                    StmtKind::Return(Some(value.code))
                };
                out.push(Self::statement(kind, span));
            }
        }
        self.stop();
    }

    fn assert_statement(
        &mut self,
        test: ExprId,
        message: Option<ExprId>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let (code, then, rest) = self.condition(test);
        self.env = rest;
        let mut arguments = Vec::new();
        if let Some(message) = message
            && self.env.reachable
        {
            arguments.push(self.expression(message));
        }
        let exception = self.new_exception("AssertionError", arguments, span);
        let raise = Self::statement(StmtKind::Raise(exception.code, None), span);
        out.push(Self::statement(
            StmtKind::If(code, Vec::new(), vec![raise]),
            span,
        ));
        self.env = then;
    }

    fn delete(&mut self, target: ExprId, span: Span, out: &mut Vec<Stmt>) {
        let tree = self.tree;
        match &tree.expr(target).kind {
            tree::ExprKind::Name(_) => {
                let Binding::Variable(variable) = self.file.names.expr(target) else {
                    return;
                };
                if self.unit.variables[variable as usize].kind != VariableKind::Local {
                    let at = tree.expr(target).span;
                    let what = "deleting a variable that other functions use";
                    self.unsupported(at, what, "assign None to it instead");
                    return;
                }
                self.read_variable(variable, tree.expr(target).span);
                if let Some(place) = self.variable_place(variable) {
                    out.push(Self::statement(StmtKind::Delete(place), span));
                }
                self.know(variable, Known::UNSET);
            }
            tree::ExprKind::Tuple(items) | tree::ExprKind::List(items) => {
                for &item in items {
                    self.delete(item, span, out);
                }
            }
            tree::ExprKind::Subscript { value, index } => {
                self.delete_item(*value, *index, span, out)
            }
            tree::ExprKind::Attribute { value, name } => {
                self.delete_attribute(*value, *name, span, out);
            }
            _ => {}
        }
    }

    fn check_module(&mut self, name: &str, span: Span) -> bool {
        if crate::tools::is_module(name) {
            return self.check_tool_import(name, span);
        }
        if crate::face::module(name).is_some()
            && (name != "_leaf" || self.file.id != 0)
            && name != "builtins"
        {
            return true;
        }
        if matches!(name, "__future__" | "typing" | "typing_extensions" | "abc") {
            return true;
        }
        let help = self.module_help(name, span);
        self.error(
            codes::MODULE_UNSUPPORTED,
            span,
            format!("module `{name}` is not available"),
            help,
        );
        false
    }

    fn check_import(&mut self, module: &str, span: Span, names: &[tree::ImportAlias]) {
        if !self.check_module(module, span) || module == "__future__" {
            return;
        }
        if crate::tools::is_module(module) {
            for alias in names {
                self.check_tool_name(module, &alias.name, alias.span);
            }
            return;
        }
        let Some(face) = crate::face::module(module) else {
            return;
        };
        for alias in names {
            match face.get(&alias.name) {
                Some(crate::face::FaceEntry::Refused(help)) => {
                    let message = format!("`{module}.{}` does not exist here", alias.name);
                    self.error(
                        codes::CALL_REFUSED,
                        alias.span,
                        message,
                        Some((*help).to_owned()),
                    );
                }
                Some(_) => {}
                None if crate::face::module(&format!("{module}.{}", alias.name)).is_some() => {}
                None => {
                    let message = format!("module `{module}` has no `{}`", alias.name);
                    let help = self.imported_name_help(module, alias);
                    self.error(codes::MODULE_NAME, alias.span, message, help);
                }
            }
        }
    }

    /// The static entity that a name expression means.
    pub(super) fn static_of(&self, id: ExprId) -> Option<&'a Static> {
        match self.file.names.expr(id) {
            Binding::Static(index) => self.file.names.statics.get(index as usize),
            _ => None,
        }
    }
}
