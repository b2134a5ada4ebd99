//! `"...".format(...)` and `"..." % ...` with objects that show themselves by methods of the program: a template that is
//! written out is rewritten, so that these objects are texts before a leaf sees them.

use salami_source::Span;

use super::calls::{Given, GivenKind};
use super::{Value, Walker};
use crate::typed::{Constant, ExprKind, Stmt};
use crate::types::{ClassRef, Type};

/// The methods by which an object shows itself.
const SHOWING: &[&str] = &["__str__", "__repr__", "__format__"];

/// A replacement field of a template.
struct Field<'t> {
    /// What stands before it, braces as they were.
    before: &'t str,
    /// The number or name, empty where it counts by itself.
    name: &'t str,
    /// Attributes and indices after the name.
    access: &'t str,
    /// `r`, `s` or `a`.
    conversion: Option<char>,
    /// The specification after the colon.
    spec: &'t str,
}

impl Walker<'_, '_> {
    fn shows_itself(&mut self, type_: Type) -> bool {
        self.reaches(type_, SHOWING)
    }

    /// A call of `str.format` or `str.format_map` with such objects; None where there are none.
    pub(super) fn format_template(
        &mut self,
        receiver: &Value,
        name: &str,
        given: &[Given],
        span: Span,
    ) -> Option<Value> {
        let types: Vec<Type> = given.iter().map(|argument| argument.value.type_).collect();
        if !types.into_iter().any(|type_| self.shows_itself(type_)) {
            return None;
        }
        let plain = given
            .iter()
            .all(|argument| matches!(argument.kind, GivenKind::Positional | GivenKind::Keyword(_)));
        let rewritten = match &*receiver.code.kind {
            ExprKind::Constant(Constant::Str(template)) if name == "format" && plain => {
                let template = template.clone();
                self.rewrite_format(&template, given, span)
            }
            _ => None,
        };
        Some(rewritten.unwrap_or_else(|| {
            let what =
                "formatting objects that show themselves by a template that is not written out";
            self.unsupported(span, what, "use an f-string: `f\"{value}\"`")
        }))
    }

    fn rewrite_format(&mut self, template: &str, given: &[Given], span: Span) -> Option<Value> {
        let (fields, rest) = fields(template)?;
        let mut statements: Vec<Stmt> = Vec::new();
        let held: Vec<(Option<String>, Value)> = given
            .iter()
            .map(|argument| {
                let name = match &argument.kind {
                    GivenKind::Keyword(name) => Some((*name).to_string()),
                    _ => None,
                };
                let at = argument.value.code.span;
                (
                    name,
                    self.hold_value(argument.value.clone(), at, &mut statements),
                )
            })
            .collect();
        let (mut text, mut values, mut counted) = (String::new(), Vec::new(), 0);
        for field in fields {
            let found = find(&held, field.name, &mut counted)?;
            let shows = self.shows_itself(found.type_);
            let value = match (shows, field.conversion) {
                (true, _) if !field.access.is_empty() || field.spec.contains('{') => return None,
                (true, Some(conversion)) => self.converted(found, conversion, span),
                (true, None) => {
                    let spec = self.constant(Constant::Str(field.spec.to_owned()), span);
                    self.format_with(found, spec)
                }
                (false, _) => found,
            };
            text.push_str(field.before);
            text.push_str(&format!("{{{}{}", values.len(), field.access));
            values.push(value);
            if let Some(conversion) = field.conversion.filter(|_| !shows) {
                text.push_str(&format!("!{conversion}"));
            }
            if shows && field.conversion.is_none() {
                text.push('}');
                continue;
            }
            if !field.spec.is_empty() {
                text.push(':');
                let (inner, tail) = fields_of_spec(field.spec)?;
                for nested in inner {
                    text.push_str(nested.before);
                    text.push_str(&format!("{{{}}}", values.len()));
                    values.push(find(&held, nested.name, &mut counted)?);
                }
                text.push_str(tail);
            }
            text.push('}');
        }
        text.push_str(rest);
        let template = self.constant(Constant::Str(text), span);
        let given = values.into_iter().map(Given::positional).collect();
        let found = self.member_of_part(Type::STR, "format")?;
        let result = self.call_native_method(template, &found, "format", given, span)?;
        Some(self.after(statements, result, span))
    }

    /// `str(value)`, `repr(value)` or `ascii(value)`.
    fn converted(&mut self, value: Value, conversion: char, span: Span) -> Value {
        match conversion {
            'r' => self.builtin_call("repr", vec![value]),
            'a' => self.builtin_call("ascii", vec![value]),
            _ => {
                let given = vec![Given::positional(value)];
                self.construct(ClassRef::Native("str"), given, span)
            }
        }
    }

    /// The operands of `template % values`, such objects made texts; None where there are none.
    pub(super) fn percent_template(
        &mut self,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Result<(Value, Value), Value>> {
        if left.type_ != Type::STR || !self.shows_itself(right.type_) {
            return None;
        }
        let rewritten = match &*left.code.kind {
            ExprKind::Constant(Constant::Str(template)) => {
                let template = template.clone();
                self.rewrite_percent(&template, right, span)
            }
            _ => None,
        };
        Some(rewritten.ok_or_else(|| {
            let what = "formatting objects that show themselves with `%` where the values are not written out";
            self.unsupported(span, what, "use an f-string: `f\"{value}\"`")
        }))
    }

    fn rewrite_percent(
        &mut self,
        template: &str,
        right: &Value,
        span: Span,
    ) -> Option<(Value, Value)> {
        let data = self.engine.types.data(right.type_).clone();
        let mut values = match (&*right.code.kind, &data.tuple) {
            (ExprKind::Tuple(codes), Some(crate::types::Tuple::Fixed(types))) => codes
                .iter()
                .zip(types)
                .map(|(code, &type_)| Value {
                    type_,
                    code: code.clone(),
                })
                .collect(),
            (_, None) => vec![right.clone()],
            _ => return None,
        };
        let mut text = String::new();
        let mut letters = template.chars().peekable();
        let mut next = 0;
        while let Some(letter) = letters.next() {
            text.push(letter);
            if letter != '%' {
                continue;
            }
            loop {
                let letter = letters.next()?;
                match letter {
                    '(' => return None,
                    '*' => {
                        next += 1;
                        text.push(letter);
                    }
                    '#' | '0'..='9' | '-' | ' ' | '+' | '.' | 'h' | 'l' | 'L' => text.push(letter),
                    '%' => {
                        text.push(letter);
                        break;
                    }
                    _ => {
                        let value = values.get_mut(next)?;
                        next += 1;
                        let shows = self.shows_itself(value.type_);
                        if shows && matches!(letter, 's' | 'r' | 'a') {
                            *value = self.converted(value.clone(), letter, span);
                            text.push('s');
                        } else {
                            text.push(letter);
                        }
                        break;
                    }
                }
            }
        }
        let types: Vec<Type> = values.iter().map(|value| value.type_).collect();
        let codes = values.into_iter().map(|value| value.code).collect();
        let type_ = self.engine.types.tuple(types);
        let right = self.value(ExprKind::Tuple(codes), type_, span);
        Some((self.constant(Constant::Str(text), span), right))
    }
}

/// The argument of a field.
fn find(held: &[(Option<String>, Value)], name: &str, counted: &mut usize) -> Option<Value> {
    let index = if name.is_empty() {
        *counted += 1;
        *counted - 1
    } else if let Ok(index) = name.parse::<usize>() {
        index
    } else {
        let found = held
            .iter()
            .find(|(known, _)| known.as_deref() == Some(name));
        return found.map(|(_, value)| value.clone());
    };
    let positional = held.iter().filter(|(known, _)| known.is_none());
    positional.map(|(_, value)| value.clone()).nth(index)
}

/// The fields of a template, and what comes after the last; None where it is not well formed.
fn fields(template: &str) -> Option<(Vec<Field<'_>>, &str)> {
    let (mut found, mut rest, mut from) = (Vec::new(), template, 0);
    loop {
        let Some(at) = rest[from..].find(['{', '}']).map(|at| at + from) else {
            return Some((found, rest));
        };
        let (brace, after) = (&rest[at..=at], rest.get(at + 1..)?);
        if after.starts_with(brace) {
            from = at + 2;
            continue;
        }
        if brace == "}" {
            return None;
        }
        let mut depth = 1;
        let end = after.find(|letter: char| {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            depth == 0
        })?;
        found.push(field(&rest[..at], &after[..end]));
        rest = after.get(end + 1..)?;
        from = 0;
    }
}

/// The fields inside a specification.
fn fields_of_spec(spec: &str) -> Option<(Vec<Field<'_>>, &str)> {
    let (inner, rest) = fields(spec)?;
    let simple = |field: &Field<'_>| {
        field.access.is_empty() && field.spec.is_empty() && field.conversion.is_none()
    };
    inner.iter().all(simple).then_some((inner, rest))
}

fn field<'t>(before: &'t str, inside: &'t str) -> Field<'t> {
    let (head, spec) = inside.split_once(':').unwrap_or((inside, ""));
    let (head, conversion) = match head.split_once('!') {
        Some((head, letter)) => (head, letter.chars().next()),
        None => (head, None),
    };
    let end = head.find(['.', '[']).unwrap_or(head.len());
    Field {
        before,
        name: &head[..end],
        access: &head[end..],
        conversion,
        spec,
    }
}
