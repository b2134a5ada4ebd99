//! Operators whose operands do not fit.

use salami_source::{Edit, Span};
use salami_syntax::tree::{BinaryOperator, ExprId, ExprKind, StmtKind};

use super::super::Walker;
use crate::help::Help;
use crate::typed::Kind;
use crate::types::{Type, bit};

/// The operands of an operator at a place.
struct Operands {
    left: ExprId,
    right: ExprId,
    /// Whether it is an assignment such as `+=`.
    in_place: bool,
}

const NUMBERS: u64 = bit(Kind::Int) | bit(Kind::Float) | bit(Kind::Bool);

impl Walker<'_, '_> {
    fn operands(&self, symbol: &str, span: Span) -> Option<Operands> {
        let found = self.tree.exprs.iter().find_map(|expr| match &expr.kind {
            ExprKind::Binary {
                operator,
                left,
                right,
            } if expr.span == span && operator.symbol() == symbol => Some((*left, *right)),
            ExprKind::Compare { first, rest } if expr.span == span => match rest.as_slice() {
                [(operator, right)] if operator.symbol() == symbol => Some((*first, *right)),
                _ => None,
            },
            _ => None,
        });
        if let Some((left, right)) = found {
            return Some(Operands {
                left,
                right,
                in_place: false,
            });
        }
        self.tree
            .stmts
            .iter()
            .find_map(|statement| match statement.kind {
                StmtKind::AugmentedAssign {
                    target,
                    operator,
                    value,
                } if statement.span == span
                    && operator.symbol() == symbol.trim_end_matches('=') =>
                {
                    Some(Operands {
                        left: target,
                        right: value,
                        in_place: true,
                    })
                }
                _ => None,
            })
    }

    /// What to write for `left symbol right`, which is not possible between these types.
    pub(in crate::walk) fn operator_help(
        &self,
        symbol: &str,
        left: Type,
        right: Type,
        span: Span,
    ) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        let Some(operands) = self.operands(symbol, span) else {
            return Help::default();
        };
        let mut help = self.help_with(symbol, left, right, &operands, span);
        // What is assigned to cannot be a call: not `str(n) += text`.
        let target = self.tree.expr(operands.left).span;
        if operands.in_place
            && let Some(edit) = help.edits.iter_mut().find(|edit| edit.span == target)
        {
            let (left, right) = (self.text(operands.left), self.text(operands.right));
            let operator = symbol.trim_end_matches('=');
            let code = format!("{left} = {} {operator} {right}", edit.replacement);
            help.text = Some(format!("write `{code}`"));
            *edit = Edit::new(span, code);
        }
        help
    }

    fn help_with(
        &self,
        symbol: &str,
        left: Type,
        right: Type,
        operands: &Operands,
        span: Span,
    ) -> Help {
        let &Operands {
            left: left_id,
            right: right_id,
            in_place,
        } = operands;
        for (type_, id) in [(left, left_id), (right, right_id)] {
            if self.is_function(type_) {
                return self.uncalled_help(id);
            }
            if self.is_coroutine(type_) {
                return self.await_help(id);
            }
        }
        for (type_, id) in [(left, left_id), (right, right_id)] {
            if type_ == Type::NONE && !matches!(self.tree.expr(id).kind, ExprKind::None) {
                return self.none_help(id);
            }
        }
        if let Some(help) = self.text_and_number(symbol, left, right, left_id, right_id) {
            return help;
        }
        if let Some(help) = self.with_decimal(left, right, left_id, right_id) {
            return help;
        }
        if let Some(help) = self.with_date(left, right, left_id, right_id) {
            return help;
        }
        self.with_list(symbol, left, right, left_id, right_id, in_place, span)
            .unwrap_or_default()
    }

    /// What to write where only some values of the operands do not fit: the type of each with
    /// the part that does not.
    pub(in crate::walk) fn operand_doubt_help(
        &mut self,
        symbol: &str,
        left: (Type, Type),
        right: (Type, Type),
        span: Span,
    ) -> Help {
        let is_doubtful = |(type_, part): (Type, Type)| {
            part == Type::NONE || self.engine.types.data(type_).json || type_ != part
        };
        let operands = if self.speaks() {
            self.operands(symbol, span)
        } else {
            None
        };
        let at = |id: Option<ExprId>| id.map_or(Span::default(), |id| self.tree.expr(id).span);
        let (left_at, right_at) = (
            at(operands.as_ref().map(|operands| operands.left)),
            at(operands.as_ref().map(|operands| operands.right)),
        );
        let left_is_it = is_doubtful(left)
            && (left.1 == Type::NONE || right.1 != Type::NONE || !is_doubtful(right));
        let other = if left_is_it { right.0 } else { left.0 };
        let (doubtful, id) = match &operands {
            Some(operands) if left_is_it => (left.0, Some(operands.left)),
            Some(operands) => (right.0, Some(operands.right)),
            None => (Type::NEVER, None),
        };
        if let Some(id) = id
            && self.engine.types.data(doubtful).json
        {
            let wanted = match other {
                Type::INT => Some("int"),
                Type::FLOAT => Some("float"),
                Type::STR => Some("str"),
                _ => None,
            };
            return self.json_help(id, wanted);
        }
        if left_is_it {
            self.doubt_help(left_at, left.0, left.1)
        } else {
            self.doubt_help(right_at, right.0, right.1)
        }
    }

    fn is_number(&self, type_: Type) -> bool {
        let kinds = self.engine.types.data(type_).kinds();
        kinds != 0 && kinds & !NUMBERS == 0
    }

    /// Text with something else.
    fn text_and_number(
        &self,
        symbol: &str,
        left: Type,
        right: Type,
        left_id: ExprId,
        right_id: ExprId,
    ) -> Option<Help> {
        let (text_id, other, other_id) = match (left, right) {
            (Type::STR, _) => (left_id, right, right_id),
            (_, Type::STR) => (right_id, left, left_id),
            _ => return None,
        };
        let is_number = self.is_number(other);
        let looks_like_number = match &self.tree.expr(text_id).kind {
            ExprKind::Str(text) => text.trim().parse::<f64>().is_ok(),
            ExprKind::FString(_) | ExprKind::Binary { .. } => false,
            _ => left != Type::STR || symbol != "+",
        };
        if is_number && looks_like_number {
            let function = if other == Type::FLOAT { "float" } else { "int" };
            return Some(self.in_call(function, text_id));
        }
        if symbol == "+" && other != Type::ERROR {
            return Some(if self.is_kind(other, Kind::List) {
                let code = format!("''.join({})", self.text(other_id));
                self.instead(other_id, code)
            } else if self.is_kind(other, Kind::Bytes) {
                self.instead(other_id, format!("{}.decode()", self.atom(other_id)))
            } else {
                self.in_call("str", other_id)
            });
        }
        if is_number && matches!(symbol, "<" | "<=" | ">" | ">=") {
            return Some(self.in_call("str", other_id));
        }
        None
    }

    fn with_decimal(
        &self,
        left: Type,
        right: Type,
        left_id: ExprId,
        right_id: ExprId,
    ) -> Option<Help> {
        let id = match (left, right) {
            (Type::FLOAT, other) if self.is_kind(other, Kind::Decimal) => left_id,
            (other, Type::FLOAT) if self.is_kind(other, Kind::Decimal) => right_id,
            _ => return None,
        };
        let (decimal, import) = self.importing("decimal", "Decimal");
        let text = self.text(id);
        let code = match self.tree.expr(id).kind {
            ExprKind::Float(_) => {
                let quote = self.quote_at(self.tree.expr(id).span);
                format!("{decimal}({quote}{text}{quote})")
            }
            _ => format!("{decimal}(str({text}))"),
        };
        let mut help = self.instead(id, code);
        help.edits.extend(import);
        Some(help)
    }

    fn with_date(
        &self,
        left: Type,
        right: Type,
        left_id: ExprId,
        right_id: ExprId,
    ) -> Option<Help> {
        let is_date =
            |type_| self.is_kind(type_, Kind::Date) || self.is_kind(type_, Kind::DateTime);
        if is_date(left) && self.is_number(right) {
            let (timedelta, import) = self.importing("datetime", "timedelta");
            let code = format!("{timedelta}(days={})", self.text(right_id));
            let mut help = self.instead(right_id, code);
            help.edits.extend(import);
            return Some(help);
        }
        if self.is_kind(left, Kind::TimeDelta) && self.is_number(right) {
            return Some(self.instead(left_id, format!("{}.days", self.atom(left_id))));
        }
        if self.is_kind(left, Kind::DateTime) && self.is_kind(right, Kind::Date) {
            return Some(self.instead(left_id, format!("{}.date()", self.atom(left_id))));
        }
        if self.is_kind(left, Kind::Date) && self.is_kind(right, Kind::DateTime) {
            return Some(self.instead(right_id, format!("{}.date()", self.atom(right_id))));
        }
        for (date, text, id) in [(left, right, right_id), (right, left, left_id)] {
            if is_date(date) && text == Type::STR {
                let class = if self.is_kind(date, Kind::Date) {
                    "date"
                } else {
                    "datetime"
                };
                let (class, import) = self.importing("datetime", class);
                let mut help = self.in_call(&format!("{class}.fromisoformat"), id);
                help.edits.extend(import);
                return Some(help);
            }
        }
        None
    }

    #[allow(clippy::too_many_arguments, reason = "what the code is made of")]
    fn with_list(
        &self,
        symbol: &str,
        left: Type,
        right: Type,
        left_id: ExprId,
        right_id: ExprId,
        in_place: bool,
        span: Span,
    ) -> Option<Help> {
        let (left_text, right_text) = (self.text(left_id), self.text(right_id));
        let is_list = |type_| self.is_kind(type_, Kind::List);
        if is_list(left) && is_list(right) && matches!(symbol, "*" | "-" | "/") && !in_place {
            let code = if symbol == "-" {
                format!("[item for item in {left_text} if item not in {right_text}]")
            } else {
                format!("[a {symbol} b for a, b in zip({left_text}, {right_text})]")
            };
            return Some(Help::new(format!("write `{code}`")).edit(span, code));
        }
        if is_list(left) && self.is_number(right) && symbol != "+" && !in_place {
            let code = format!("[item {symbol} {right_text} for item in {left_text}]");
            return Some(Help::new(format!("write `{code}`")).edit(span, code));
        }
        if is_list(left) && symbol == "+" {
            let is_many = self.is_lazy(right)
                || [
                    Kind::Tuple,
                    Kind::Set,
                    Kind::FrozenSet,
                    Kind::Range,
                    Kind::Dict,
                ]
                .iter()
                .any(|&kind| self.is_kind(right, kind));
            if is_many {
                return Some(self.in_call("list", right_id));
            }
            return Some(self.instead(right_id, format!("[{right_text}]")));
        }
        if is_list(right) && symbol == "+" {
            if self.is_kind(left, Kind::Tuple) {
                return Some(self.in_call("tuple", right_id));
            }
            return Some(self.instead(left_id, format!("[{left_text}]")));
        }
        if self.is_kind(left, Kind::Tuple) && symbol == "+" {
            return Some(self.instead(right_id, format!("({right_text},)")));
        }
        if self.is_kind(left, Kind::Set) && symbol == "+" {
            return self.replace_operator("|", left_id, right_id);
        }
        if self.is_kind(left, Kind::Dict) && symbol == "+" {
            return self.replace_operator("|", left_id, right_id);
        }
        if self.is_kind(left, Kind::Set) && is_list(right) {
            return Some(self.in_call("set", right_id));
        }
        None
    }

    /// The same operands with another operator.
    fn replace_operator(&self, operator: &str, left: ExprId, right: ExprId) -> Option<Help> {
        let (left, right) = (self.tree.expr(left).span, self.tree.expr(right).span);
        let code = format!(
            "{} {operator} {}",
            self.file.source.slice(left),
            self.file.source.slice(right)
        );
        Some(Help::new(format!("write `{code}`")).edit(left.cover(right), code))
    }

    /// `/` of two whole numbers where an int is wanted: `//`.
    pub(in crate::walk) fn whole_help(&self, id: ExprId) -> Help {
        if let ExprKind::Binary {
            operator: BinaryOperator::Divide,
            left,
            right,
        } = self.tree.expr(id).kind
        {
            let between = Span::new(
                self.tree.expr(left).span.end,
                self.tree.expr(right).span.start,
            );
            let text = self.file.source.slice(between);
            if let Some(slash) = text.find('/') {
                let at = between.start + u32::try_from(slash).unwrap_or(0);
                let code = format!("{} // {}", self.text(left), self.text(right));
                let mut help = Help::new(format!("write `{code}`, which gives an int"));
                help.edits.push(Edit::new(Span::new(at, at + 1), "//"));
                return help;
            }
        }
        self.in_call("int", id)
    }
}
