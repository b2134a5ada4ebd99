//! What would make the reader of PDF files take all memory, or go round in circles without end, is found before.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::ZlibDecoder;
use pdf_extract::content::Content;
use pdf_extract::{Dictionary, Document, Object, ObjectId};

/// The most bytes that all streams of a file together may unpack to.
const MOST_UNPACKED: u64 = 500_000_000;
/// How many parents a page may have.
const MOST_PARENTS: usize = 64;
/// How deep forms and functions may stand in each other.
const DEEPEST: usize = 64;

fn circular() -> String {
    "the PDF refers to itself without end: print it to a new PDF, or export the data as CSV"
        .to_owned()
}

/// Holds that what is packed in a file is not much more than the file.
///
/// # Errors
/// A sentence.
pub(super) fn unpacked(bytes: &[u8]) -> Result<(), String> {
    const WORD: &[u8] = b"stream";
    let mut left = MOST_UNPACKED;
    let mut sink = vec![0; 1 << 16];
    let mut rest = bytes;
    while let Some(at) = rest.windows(WORD.len()).position(|window| window == WORD) {
        rest = rest.get(at + WORD.len()..).unwrap_or_default();
        let data = rest.strip_prefix(b"\r").unwrap_or(rest);
        let data = data.strip_prefix(b"\n").unwrap_or(data);
        // How packed data begins, at any level.
        if data.first() != Some(&0x78) {
            continue;
        }
        let mut decoder = ZlibDecoder::new(data);
        loop {
            match decoder.read(&mut sink) {
                Ok(0) | Err(_) => break,
                Ok(length) => left = left.saturating_sub(length as u64),
            }
            if left == 0 {
                return Err(
                    "the PDF unpacks to more than can be read: give the pages that matter"
                        .to_owned(),
                );
            }
        }
    }
    Ok(())
}

/// Holds that pages have an end of parents, and that forms and functions do not stand in themselves.
///
/// # Errors
/// A sentence.
pub(super) fn ends(document: &Document) -> Result<(), String> {
    for page in document.get_pages().values() {
        let mut at = Some(*page);
        let mut count = 0;
        while let Some(id) = at {
            count += 1;
            if count > MOST_PARENTS {
                return Err(circular());
            }
            let dictionary = document.get_dictionary(id).ok();
            let parent = dictionary.and_then(|dictionary| dictionary.get(b"Parent").ok());
            at = parent.and_then(|parent| parent.as_reference().ok());
        }
    }
    let mut edges: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
    let mut everywhere = None;
    for (id, object) in &document.objects {
        let (dictionary, stream) = match object {
            Object::Stream(stream) => (&stream.dict, Some(stream)),
            Object::Dictionary(dictionary) => (dictionary, None),
            _ => continue,
        };
        let mut to = references(document, dictionary.get(b"Functions").ok());
        let is_form = dictionary.get(b"Subtype").and_then(Object::as_name);
        if let Some(stream) = stream
            && is_form.is_ok_and(|name| name == b"Form")
        {
            match dictionary.get(b"Resources") {
                Ok(resources) => to.extend(forms_of(document, resources)),
                // It takes those of whoever shows it.
                Err(_) if shows_forms(stream) => {
                    let all = everywhere.get_or_insert_with(|| all_forms(document));
                    to.extend_from_slice(all);
                }
                Err(_) => {}
            }
        }
        if !to.is_empty() {
            edges.insert(*id, to);
        }
    }
    acyclic(&edges)
}

fn resolved<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Object> {
    document.dereference(object).ok().map(|(_, object)| object)
}

fn references(document: &Document, object: Option<&Object>) -> Vec<ObjectId> {
    let array = object.and_then(|object| resolved(document, object)?.as_array().ok());
    let array = array.into_iter().flatten();
    array.filter_map(|item| item.as_reference().ok()).collect()
}

fn forms_in(dictionary: &Dictionary) -> Vec<ObjectId> {
    let all = dictionary.iter();
    all.filter_map(|(_, object)| object.as_reference().ok())
        .collect()
}

fn forms_of(document: &Document, resources: &Object) -> Vec<ObjectId> {
    let resources = resolved(document, resources).and_then(|object| object.as_dict().ok());
    let forms = resources.and_then(|resources| resources.get(b"XObject").ok());
    let forms = forms.and_then(|forms| resolved(document, forms)?.as_dict().ok());
    forms.map(forms_in).unwrap_or_default()
}

fn all_forms(document: &Document) -> Vec<ObjectId> {
    let forms = document.objects.iter().filter(|(_, object)| {
        let Object::Stream(stream) = object else {
            return false;
        };
        let kind = stream.dict.get(b"Subtype").and_then(Object::as_name);
        kind.is_ok_and(|name| name == b"Form")
    });
    forms.map(|(id, _)| *id).collect()
}

fn shows_forms(stream: &pdf_extract::Stream) -> bool {
    let content = stream.decompressed_content();
    let content = content.unwrap_or_else(|_| stream.content.clone());
    Content::decode(&content).is_ok_and(|content| {
        content
            .operations
            .iter()
            .any(|operation| operation.operator == "Do")
    })
}

/// Walks with a stack of its own: nothing leads back, and nothing is deeper than it may be.
fn acyclic(edges: &BTreeMap<ObjectId, Vec<ObjectId>>) -> Result<(), String> {
    // None: on the way; a number: how deep it is below.
    let mut known: BTreeMap<ObjectId, Option<usize>> = BTreeMap::new();
    for begin in edges.keys() {
        if known.contains_key(begin) {
            continue;
        }
        known.insert(*begin, None);
        let mut stack = vec![(*begin, 0_usize, 0_usize)];
        while let Some((id, next, deepest)) = stack.pop() {
            let to = edges.get(&id).map_or(&[][..], Vec::as_slice);
            match to.get(next) {
                None => {
                    if deepest > DEEPEST {
                        return Err(circular());
                    }
                    known.insert(id, Some(deepest));
                    if let Some((_, _, above)) = stack.last_mut() {
                        *above = (*above).max(deepest + 1);
                    }
                }
                Some(child) => match known.get(child) {
                    Some(None) => return Err(circular()),
                    Some(Some(depth)) => stack.push((id, next + 1, deepest.max(depth + 1))),
                    None => {
                        known.insert(*child, None);
                        stack.push((id, next + 1, deepest));
                        stack.push((*child, 0, 0));
                    }
                },
            }
        }
    }
    Ok(())
}
