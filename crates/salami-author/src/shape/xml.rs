//! The shape of XML documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::input::{
    Cell, Class, Column, Evidence, HeaderClass, MarkupReader, MarkupToken, attributes, header_class,
};

use super::table::merge;
use super::{Line, write_evidence};

/// Elements deeper than this are not looked at.
const DEEPEST: usize = 6;
/// Elements of one parent with more names are not looked at.
const MOST_NAMES: usize = 200;

/// What messages of ISO 20022 about accounts may have or not.
const OPTIONAL: &[&str] = &[
    "AcctSvcrRef",
    "AddtlInf",
    "AddtlInfInd",
    "AddtlNtryInf",
    "AddtlStmtInf",
    "AmtDtls",
    "Avlbty",
    "Ccy",
    "CdtLine",
    "Chrgs",
    "ComssnWvrInd",
    "CpyDplctInd",
    "ElctrncSeqNb",
    "FrToDt",
    "Intrst",
    "LglSeqNb",
    "MsgPgntn",
    "MsgRcpt",
    "Nm",
    "NtryDtls",
    "NtryRef",
    "OrgnlBizQry",
    "Ownr",
    "RltdAcct",
    "RptgSeq",
    "RptgSrc",
    "RvslInd",
    "SplmtryData",
    "StmtPgntn",
    "SubTp",
    "Svcr",
    "TechInptChanl",
    "TxsSummry",
    "ValDt",
];

#[derive(Clone, Debug, Default)]
struct Element {
    count: u32,
    /// How many parents have it.
    parents: u32,
    attributes: BTreeMap<String, u32>,
    children: BTreeMap<String, Element>,
    column: Column,
    evidence: Evidence,
}

/// The shape of a document.
pub(super) fn shape(text: &str) -> String {
    shape_at(text, Line::Usual)
}

/// The same with the line between usual and optional elements there.
pub(super) fn shape_at(text: &str, line: Line) -> String {
    let (root, namespace) = read(text);
    let namespace = namespace.as_deref();
    let mut writer = Writer {
        // The messages of ISO 20022 have many branches that a bank may fill or not, from one day to the next.
        is_message: namespace.is_some_and(|namespace| namespace.contains("iso:20022")),
        line,
        evidence: Evidence::default(),
        text: String::from("xml document\n"),
    };
    if let Some(namespace) = namespace {
        let _ = writeln!(writer.text, "namespace {namespace}");
    }
    if namespace.is_some_and(|namespace| namespace.ends_with("/svg")) {
        // What a drawing's elements have differs from one to the next.
        writer.names(&root, "");
    } else {
        writer.children(&root, "");
        write_evidence(&writer.evidence, false, false, &mut writer.text);
    }
    writer.text
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, name)| name)
}

fn read(text: &str) -> (Element, Option<String>) {
    let mut root = Element {
        count: 1,
        ..Element::default()
    };
    let mut namespace = None;
    let mut reader = MarkupReader::new(text, false);
    // The names on the way, and which children each has had.
    let mut way: Vec<(String, BTreeSet<String>, bool)> = Vec::new();
    let mut top = BTreeSet::new();
    while let Some(token) = reader.next() {
        match token {
            MarkupToken::Open {
                name,
                attributes: written,
                is_closed,
            } => {
                if way.is_empty() && namespace.is_none() {
                    namespace = namespace_of(name, written);
                }
                if let Some((_, _, has_children)) = way.last_mut() {
                    *has_children = true;
                }
                let is_deep = way.len() > DEEPEST;
                let is_first = match way.last_mut() {
                    _ if is_deep => false,
                    Some((_, seen, _)) => seen.len() < MOST_NAMES && seen.insert(name.to_owned()),
                    None => top.insert(name.to_owned()),
                };
                way.push((name.to_owned(), BTreeSet::new(), false));
                if let Some(element) = element(&mut root, &way) {
                    element.count += 1;
                    element.parents += u32::from(is_first);
                    for (key, value) in attributes(written) {
                        if !key.starts_with("xmlns") && !key.starts_with("xsi:") {
                            *element.attributes.entry(key.to_owned()).or_default() += 1;
                            element.evidence.add(Cell::of(value));
                        }
                    }
                }
                if is_closed {
                    way.pop();
                }
            }
            MarkupToken::Close(_) => {
                way.pop();
            }
            MarkupToken::Text(content) if !content.trim().is_empty() => {
                if way.last().is_some_and(|(_, _, has_children)| !has_children)
                    && let Some(element) = element(&mut root, &way)
                {
                    let cell = Cell::of(content);
                    element.column.add(content.trim(), cell);
                    element.evidence.add(cell);
                }
            }
            _ => {}
        }
    }
    (root, namespace)
}

fn element<'a>(
    root: &'a mut Element,
    way: &[(String, BTreeSet<String>, bool)],
) -> Option<&'a mut Element> {
    if way.len() > DEEPEST {
        return None;
    }
    let mut element = root;
    for (name, ..) in way {
        if element.children.len() >= MOST_NAMES && !element.children.contains_key(name) {
            return None;
        }
        element = element.children.entry(name.clone()).or_default();
    }
    Some(element)
}

fn namespace_of(name: &str, written: &str) -> Option<String> {
    let wanted = match name.split_once(':') {
        Some((prefix, _)) => format!("xmlns:{prefix}"),
        None => "xmlns".to_owned(),
    };
    attributes(written)
        .into_iter()
        .find(|(key, _)| *key == wanted)
        .map(|(_, value)| {
            value
                .chars()
                .take(200)
                .filter(|mark| !mark.is_control())
                .collect()
        })
}

/// Writes a document.
struct Writer {
    is_message: bool,
    line: Line,
    evidence: Evidence,
    text: String,
}

impl Writer {
    /// The names of elements only; the depth is bounded when they are read.
    fn names(&mut self, parent: &Element, path: &str) {
        for (name, child) in &parent.children {
            if self.line.is_above(child.parents, parent.count) {
                let path = format!("{path}/{name}");
                let _ = writeln!(self.text, "{path}");
                self.names(child, &path);
            }
        }
    }

    fn children(&mut self, parent: &Element, path: &str) {
        for (name, child) in &parent.children {
            let is_optional = self.is_message && OPTIONAL.contains(&local(name));
            if is_optional || !self.line.is_above(child.parents, parent.count) {
                continue;
            }
            let path = format!("{path}/{name}");
            self.text.push_str(&path);
            if child.children.is_empty() {
                let _ = write!(self.text, ": {}", class(name, &child.column));
            }
            self.text.push('\n');
            for (key, count) in &child.attributes {
                if self.line.is_above(*count, child.count) {
                    let _ = writeln!(self.text, "{path}/@{key}");
                }
            }
            let name = Some(local(name));
            merge(&child.evidence, &child.column, name, &mut self.evidence);
            self.children(child, &path);
        }
    }
}

fn class(name: &str, column: &Column) -> &'static str {
    match (column.class(), header_class(local(name))) {
        (_, Some(HeaderClass::Text)) => "text",
        (Class::Empty, Some(HeaderClass::Number)) => "number",
        (Class::Empty, Some(HeaderClass::Date)) => "date",
        (Class::Empty, None) => "text",
        (class, _) => class.name(),
    }
}
