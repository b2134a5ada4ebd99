//! Patterns of `match`.

use ruff_python_ast::{self as ast, Pattern};

use salami_source::Span;

use super::Converter;
use crate::codes;
use crate::parse_error::span;
use crate::tree::{ExprKind, Identifier, PatternId, PatternKind};

impl Converter<'_> {
    fn patterns(&mut self, patterns: &[Pattern]) -> Vec<PatternId> {
        patterns
            .iter()
            .map(|pattern| self.pattern(pattern))
            .collect()
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) -> PatternId {
        let place = span(pattern);
        let kind = if self.enter(place) {
            self.pattern_kind(pattern)
        } else {
            PatternKind::Wildcard
        };
        self.leave();
        self.push_pattern(kind, place)
    }

    fn pattern_kind(&mut self, pattern: &Pattern) -> PatternKind {
        match pattern {
            Pattern::MatchValue(value) => PatternKind::Value(self.expr(&value.value)),
            Pattern::MatchSingleton(singleton) => {
                let kind = match singleton.value {
                    ast::Singleton::None => ExprKind::None,
                    ast::Singleton::True => ExprKind::Bool(true),
                    ast::Singleton::False => ExprKind::Bool(false),
                };
                PatternKind::Value(self.push_expr(kind, span(singleton)))
            }
            Pattern::MatchSequence(sequence) => {
                self.require_commas(&sequence.patterns);
                PatternKind::Sequence(self.patterns(&sequence.patterns))
            }
            Pattern::MatchMapping(mapping) => {
                let items = mapping.keys.iter().zip(&mapping.patterns);
                let items = items
                    .map(|(key, pattern)| (self.expr(key), self.pattern(pattern)))
                    .collect();
                PatternKind::Mapping {
                    items,
                    rest: self.optional_identifier(mapping.rest.as_ref()),
                }
            }
            Pattern::MatchClass(class) => self.class_pattern(class),
            Pattern::MatchStar(star) => {
                if self.is_parenthesized(span(star)) {
                    let message =
                        "invalid syntax: a starred pattern cannot stand in parentheses alone";
                    self.refuse(
                        codes::INVALID,
                        span(star),
                        message,
                        "leave the parentheses out",
                    );
                }
                PatternKind::Star(self.optional_identifier(star.name.as_ref()))
            }
            Pattern::MatchAs(binding) => match (&binding.pattern, &binding.name) {
                (Some(pattern), Some(name)) => PatternKind::As {
                    pattern: self.pattern(pattern),
                    name: self.identifier(name),
                },
                (None, Some(name)) => PatternKind::Capture(self.identifier(name)),
                (_, None) => PatternKind::Wildcard,
            },
            Pattern::MatchOr(alternatives) => {
                PatternKind::Or(self.patterns(&alternatives.patterns))
            }
        }
    }

    /// The parser does not miss the comma after the first pattern in brackets.
    fn require_commas(&mut self, patterns: &[Pattern]) {
        for pair in patterns.windows(2) {
            let [first, second] = pair else { continue };
            let between = Span::new(span(first).end, span(second).start);
            let mut lines = self.source.slice(between).lines();
            // Nothing but brackets, blanks, comments and the comma stands there.
            if !lines.any(|line| {
                line.split('#')
                    .next()
                    .is_some_and(|code| code.contains(','))
            }) {
                let message = "invalid syntax. Perhaps you forgot a comma?";
                self.refuse(
                    codes::INVALID,
                    span(second),
                    message,
                    "put a comma between the two",
                );
            }
        }
    }

    fn class_pattern(&mut self, pattern: &ast::PatternMatchClass) -> PatternKind {
        let class = self.expr(&pattern.cls);
        let positional = self.patterns(&pattern.arguments.patterns);
        let mut keyword = Vec::with_capacity(pattern.arguments.keywords.len());
        for argument in &pattern.arguments.keywords {
            // CPython does not make these names private.
            let name = Identifier {
                name: self.name(&argument.attr.id),
                span: span(&argument.attr),
            };
            keyword.push((name, self.pattern(&argument.pattern)));
        }
        PatternKind::Class {
            class,
            positional,
            keyword,
        }
    }

    pub(super) fn optional_identifier(
        &mut self,
        identifier: Option<&ast::Identifier>,
    ) -> Option<Identifier> {
        identifier.map(|identifier| self.identifier(identifier))
    }
}
