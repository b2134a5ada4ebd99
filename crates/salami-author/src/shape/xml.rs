//! The shape of XML documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::input::{
    Cell, Class, Column, Evidence, HeaderClass, MarkupReader, MarkupToken, attributes, header_class,
};

use super::table::merge;
use super::write_evidence;

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
    let (root, namespace) = read(text);
    let mut shape = String::from("xml document\n");
    let mut evidence = Evidence::default();
    // The messages of ISO 20022 have many branches that a bank may fill or not, from one day to the next.
    let is_message = namespace
        .as_ref()
        .is_some_and(|namespace| namespace.contains("iso:20022"));
    if let Some(namespace) = &namespace {
        let _ = writeln!(shape, "namespace {namespace}");
    }
    if namespace
        .as_ref()
        .is_some_and(|namespace| namespace.ends_with("/svg"))
    {
        // What a drawing's elements have differs from one to the next.
        write_names(&root, "", &mut shape);
    } else {
        write_children(&root, "", is_message, &mut evidence, &mut shape);
        write_evidence(&evidence, false, false, &mut shape);
    }
    shape
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

/// The names of elements only; the depth is bounded when they are read.
fn write_names(parent: &Element, path: &str, text: &mut String) {
    for (name, child) in &parent.children {
        if child.parents * 5 >= parent.count * 4 {
            let path = format!("{path}/{name}");
            let _ = writeln!(text, "{path}");
            write_names(child, &path, text);
        }
    }
}

fn write_children(
    parent: &Element,
    path: &str,
    is_message: bool,
    evidence: &mut Evidence,
    text: &mut String,
) {
    for (name, child) in &parent.children {
        let is_optional = is_message && OPTIONAL.contains(&local(name));
        if child.parents * 5 < parent.count * 4 || is_optional {
            continue;
        }
        let path = format!("{path}/{name}");
        text.push_str(&path);
        for (key, count) in &child.attributes {
            if count * 5 >= child.count * 4 {
                let _ = write!(text, " @{key}");
            }
        }
        if child.children.is_empty() {
            let _ = write!(text, ": {}", class(name, &child.column));
        }
        merge(&child.evidence, &child.column, Some(local(name)), evidence);
        text.push('\n');
        write_children(child, &path, is_message, evidence, text);
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
