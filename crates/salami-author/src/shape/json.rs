//! The shape of JSON documents and lines.

use std::borrow::Cow;
use std::fmt::Write;

use crate::input::{Evidence, Format, Input, JsonReader, TokenKind, excerpt};

use super::node::Node;
use super::{Line, chosen, write_evidence};

/// Values deeper than this are not looked at.
const DEEPEST: usize = 10;
/// Documents up to this many bytes are read as a whole.
const WHOLE: usize = 256 * 1024;
/// At most so many lines, or elements of the main array, are read.
const ITEMS: usize = 240;

/// The shape of a document, or of lines.
pub(super) fn shape(input: &Input) -> String {
    shape_at(input, Line::Usual)
}

/// The same with the line between usual and optional keys there.
pub(super) fn shape_at(input: &Input, line: Line) -> String {
    let tree = Tree::of(input);
    let mut writer = Writer {
        line,
        evidence: Evidence::default(),
        text: format!("{}\n", tree.title),
    };
    writer.node(&tree.root, tree.path, "", false);
    write_evidence(&writer.evidence, false, false, &mut writer.text);
    writer.text
}

/// What is in a document, or in lines.
struct Tree {
    title: &'static str,
    root: Node,
    path: &'static str,
}

impl Tree {
    fn of(input: &Input) -> Tree {
        let mut root = Node::default();
        if input.format() == Format::JsonLines {
            lines(&excerpt(input), &mut root);
            return Tree {
                title: "json lines",
                root,
                path: "$[]",
            };
        }
        match input.text() {
            Some(text) => read(&shortened(input, text), &mut root),
            None => read(&excerpt(input), &mut root),
        }
        Tree {
            title: "json document",
            root,
            path: "$",
        }
    }
}

fn lines(text: &str, root: &mut Node) {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    for line in chosen(lines.len(), ITEMS) {
        read(lines.get(line).copied().unwrap_or_default(), root);
    }
}

/// A document with fewer elements in its main array.
fn shortened<'a>(input: &Input, text: &'a str) -> Cow<'a, str> {
    let rows = input
        .rows()
        .filter(|rows| rows.len() > ITEMS || text.len() > WHOLE);
    let Some(rows) = rows else {
        return Cow::Borrowed(text);
    };
    let count = rows.len();
    let (start, end) = rows.range();
    let mut short = text.get(..start).unwrap_or_default().to_owned();
    let mut last = None;
    let mut size = 0;
    for row in chosen(count, ITEMS)
        .into_iter()
        .filter_map(|index| rows.get(index))
    {
        if last.is_some() {
            short.push(',');
        }
        last = Some(row.record);
        short.push_str(row.text);
        size += row.text.len();
        if size > 8 * WHOLE {
            break;
        }
    }
    short.push_str(text.get(end..).unwrap_or_default());
    Cow::Owned(short)
}

/// A value that is being read.
enum Open {
    Object,
    Array { is_filled: bool },
}

/// Reads a document into a tree. What is broken ends it.
fn read(text: &str, root: &mut Node) {
    let at = text.len() - text.trim_start().len();
    let mut reader = JsonReader::new(text, at);
    // The way to the node that is being read: a key, or none for the elements of an array.
    let mut way: Vec<(Open, Option<String>)> = Vec::new();
    while let Ok(Some(token)) = reader.next() {
        let text = text.get(token.start..token.end).unwrap_or_default();
        match token.kind {
            TokenKind::Key => {
                if let Some((_, key)) = way.last_mut() {
                    *key = Some(unquoted(text));
                }
                continue;
            }
            TokenKind::ObjectEnd => {
                way.pop();
                continue;
            }
            TokenKind::ArrayEnd => {
                if let Some((Open::Array { is_filled: true }, _)) = way.pop()
                    && let Some(node) = node(root, &way)
                {
                    node.filled_arrays += 1;
                }
                continue;
            }
            _ => {}
        }
        if let Some((Open::Array { is_filled }, _)) = way.last_mut() {
            *is_filled = true;
        }
        let node = node(root, &way);
        match token.kind {
            TokenKind::ObjectStart => {
                if let Some(node) = node {
                    node.count += 1;
                    node.objects += 1;
                }
                way.push((Open::Object, None));
            }
            TokenKind::ArrayStart => {
                if let Some(node) = node {
                    node.count += 1;
                    node.arrays += 1;
                }
                way.push((Open::Array { is_filled: false }, None));
            }
            kind => {
                let Some(node) = node else {
                    continue;
                };
                match kind {
                    TokenKind::Number => node.add_text(text, false),
                    TokenKind::String => {
                        let inner = text
                            .get(1..text.len().saturating_sub(1))
                            .unwrap_or_default();
                        node.add_text(inner, true);
                    }
                    TokenKind::Bool => {
                        node.count += 1;
                        node.bools += 1;
                    }
                    _ => {
                        node.count += 1;
                        node.nulls += 1;
                    }
                }
            }
        }
    }
}

/// The node at the end of a way. None: it is too deep.
fn node<'a>(root: &'a mut Node, way: &[(Open, Option<String>)]) -> Option<&'a mut Node> {
    if way.len() > DEEPEST {
        return None;
    }
    let mut node = root;
    for (open, key) in way {
        node = match (open, key) {
            (Open::Object, Some(key)) => node.child(key),
            _ => node.items.get_or_insert_default(),
        };
    }
    Some(node)
}

fn unquoted(text: &str) -> String {
    serde_json::from_str(text).unwrap_or_else(|_| text.trim_matches('"').to_owned())
}

/// Writes a tree.
struct Writer {
    line: Line,
    evidence: Evidence,
    text: String,
}

impl Writer {
    /// Writes a node and what is below it; the depth is bounded when it is read.
    fn node(&mut self, node: &Node, path: &str, name: &str, is_item: bool) {
        let mut kind = node.kind(name);
        // An object that is often missing is nothing that a program can rely on.
        if is_item && matches!(kind, "object" | "array") && node.nulls > 0 {
            kind = "text";
        }
        // What is text here may be nothing elsewhere: only other kinds are told.
        let _ = match kind {
            "text" => writeln!(self.text, "{path}"),
            kind => writeln!(self.text, "{path}: {kind}"),
        };
        match kind {
            "object" => {
                if let Some(all) = node.as_map() {
                    self.node(&all, &format!("{path}{{*}}"), "", is_item);
                    return;
                }
                for (key, child) in &node.keys {
                    if !self.line.is_above(child.count, node.objects) {
                        continue;
                    }
                    let path = format!("{path}.{}", written(key));
                    if is_item && child.objects > 0 && has_sort(node, key) {
                        let _ = writeln!(self.text, "{path}: object of each sort");
                        continue;
                    }
                    self.node(child, &path, key, is_item);
                }
            }
            "array" => {
                // Arrays that are often empty say nothing of their elements.
                if let Some(items) = &node.items
                    && self.line.is_above(node.filled_arrays, node.arrays)
                {
                    self.node(items, &format!("{path}[]"), name, true);
                }
            }
            _ => node.tell(name, &mut self.evidence),
        }
    }
}

/// Keys that say of what sort an object is.
const SORTS: &[&str] = &[
    "type",
    "event",
    "event_type",
    "eventtype",
    "kind",
    "action",
    "topic",
    "message_type",
    "messagetype",
    "@type",
    "_type",
    "resourcetype",
    "event_name",
    "eventname",
    "category",
];

/// Keys below which objects of each sort have something else.
const PAYLOADS: &[&str] = &[
    "payload", "data", "details", "detail", "body", "params", "content", "context", "message",
    "args",
];

/// Whether a key says of what sort objects are. What is called payload is another one for each sort, even where one
/// input has objects of one sort only.
fn has_sort(node: &Node, key: &str) -> bool {
    let key = key.to_lowercase();
    PAYLOADS.contains(&key.as_str())
        && node.keys.iter().any(|(name, child)| {
            SORTS.contains(&name.to_lowercase().as_str())
                && child.strings > 0
                && (child.varies || key == "payload")
        })
}

/// A key in a path.
fn written(key: &str) -> String {
    let is_plain = !key.is_empty()
        && key.chars().all(|character| {
            character.is_alphanumeric() || matches!(character, '_' | '-' | '@' | '$')
        });
    if is_plain {
        key.to_owned()
    } else {
        format!("{:?}", key.chars().take(80).collect::<String>())
    }
}
