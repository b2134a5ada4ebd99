//! Strings, bytes and f-strings.

use ruff_python_ast::str_prefix::{ByteStringPrefix, FStringPrefix, StringLiteralPrefix};
use ruff_python_ast::{self as ast, InterpolatedStringElement};
use salami_source::Span;

use super::Converter;
use crate::codes;
use crate::literal::{Content, decode_bytes, decode_str};
use crate::parse_error::span;
use crate::tree::{ExprKind, FStringPart};

impl Converter<'_> {
    pub(super) fn string(&mut self, literal: &ast::ExprStringLiteral) -> ExprKind {
        let mut value = String::new();
        for part in &literal.value {
            self.string_part(part, &mut value);
        }
        ExprKind::Str(value)
    }

    fn string_part(&mut self, part: &ast::StringLiteral, value: &mut String) {
        let is_raw = matches!(part.flags.prefix(), StringLiteralPrefix::Raw { .. });
        let range = part.content_range();
        self.decode(
            Span::new(range.start().to_u32(), range.end().to_u32()),
            is_raw,
            false,
            value,
        );
    }

    fn decode(&mut self, place: Span, is_raw: bool, has_braces: bool, value: &mut String) {
        let content = Content {
            text: self.source.slice(place),
            offset: place.start,
            is_raw,
            has_braces,
        };
        if let Err(diagnostic) = decode_str(content, value) {
            self.report(*diagnostic);
        }
    }

    pub(super) fn bytes(&mut self, literal: &ast::ExprBytesLiteral) -> ExprKind {
        let mut value = Vec::new();
        for part in &literal.value {
            let range = part.content_range();
            let place = Span::new(range.start().to_u32(), range.end().to_u32());
            let is_raw = matches!(part.flags.prefix(), ByteStringPrefix::Raw { .. });
            let content = Content {
                text: self.source.slice(place),
                offset: place.start,
                is_raw,
                has_braces: false,
            };
            if let Err(diagnostic) = decode_bytes(content, &mut value) {
                self.report(*diagnostic);
            }
        }
        ExprKind::Bytes(value)
    }

    pub(super) fn fstring(&mut self, literal: &ast::ExprFString) -> ExprKind {
        let mut parts = Parts::default();
        for part in &literal.value {
            match part {
                ast::FStringPart::Literal(part) => self.string_part(part, &mut parts.text),
                ast::FStringPart::FString(part) => {
                    let is_raw = matches!(part.flags.prefix(), FStringPrefix::Raw { .. });
                    self.elements(&part.elements, is_raw, 0, &mut parts);
                }
            }
        }
        ExprKind::FString(parts.finish())
    }

    /// `level` counts the format specs around; CPython 3.11 admits fields in a spec, but no specs in those
    /// that have fields of their own.
    fn elements(
        &mut self,
        elements: &[InterpolatedStringElement],
        is_raw: bool,
        level: usize,
        parts: &mut Parts,
    ) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => {
                    self.decode(span(text), is_raw, true, &mut parts.text)
                }
                InterpolatedStringElement::Interpolation(field) => {
                    self.field(field, is_raw, level, parts)
                }
            }
        }
    }

    fn field(
        &mut self,
        field: &ast::InterpolatedElement,
        is_raw: bool,
        level: usize,
        parts: &mut Parts,
    ) {
        if level >= 2 {
            let help = "compute the inner width or precision in a statement before";
            self.refuse(
                codes::FSTRING,
                span(field),
                "f-string: expressions nested too deeply",
                help,
            );
            return;
        }
        if let Some(text) = &field.debug_text {
            parts.text.push_str(&normalized_newlines(text.as_str()));
        }
        if field.expression.is_starred_expr() {
            let help = "write `{[*values]}`";
            self.refuse(
                codes::FSTRING,
                span(field),
                "f-string: cannot use starred expression here",
                help,
            );
        }
        let value = self.expr(&field.expression);
        let mut spec = Parts::default();
        if let Some(elements) = &field.format_spec {
            self.elements(&elements.elements, is_raw, level + 1, &mut spec);
        }
        let conversion = match field.conversion {
            // `{x=}` alone shows the repr.
            ast::ConversionFlag::None
                if field.debug_text.is_some() && field.format_spec.is_none() =>
            {
                Some('r')
            }
            flag => flag.to_char(),
        };
        parts.push(FStringPart::Value {
            value,
            conversion,
            spec: spec.finish(),
        });
    }
}

/// CPython reads every line end as `\n`.
fn normalized_newlines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Parts with the text that is being gathered for the next one.
#[derive(Default)]
struct Parts {
    done: Vec<FStringPart>,
    text: String,
}

impl Parts {
    fn push(&mut self, part: FStringPart) {
        self.end_text();
        self.done.push(part);
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.done
                .push(FStringPart::Text(std::mem::take(&mut self.text)));
        }
    }

    fn finish(mut self) -> Vec<FStringPart> {
        self.end_text();
        self.done
    }
}
