//! What hand-written bytecode takes out of data, and how it asks for pages of the web: `EXTRACT_*`,
//! `HTTP_*` and `FOR_EACH` are calls of these.

use salami_ir::{BuiltinException, Tag};

use super::argument::take;
use super::json_load::data_of;
use super::re::{compiled, search};
use super::{ANY, ITERATOR, Leaf, RESPONSE, STR, leaf, strict_leaf, strict_pair, tags};
use crate::context::Context;
use crate::format;
use crate::heap::DictObject;
use crate::heap::object::Range;
use crate::native::Native;
use crate::native::response::{self, Response};
use crate::native::xml;
use crate::ops;
use crate::raise::Raise;
use crate::regex::Mode;
use crate::value::{Str, Value};
use crate::xpath::{self, Path};

pub(super) const LEAVES: &[Leaf] = &[
    strict_leaf(
        leaf("svm.array", 1, ITERATOR, array),
        tags(&[Tag::List, Tag::Tuple, Tag::Response]),
        "array",
        "Type mismatch in FOR_EACH_ARRAY",
    ),
    strict_leaf(
        leaf("svm.extract_json", 2, ANY, extract_json),
        tags(&[Tag::Dict, Tag::List, Tag::Tuple, Tag::Response]),
        "object",
        "Cannot extract JSON from non-object",
    ),
    strict_leaf(
        leaf("svm.extract_regex", 2, STR, extract_regex),
        tags(&[Tag::Str, Tag::Response]),
        "string",
        "Cannot extract text from non-string",
    ),
    strict_leaf(
        leaf("svm.extract_xml", 2, STR, extract_xml),
        tags(&[Tag::Str, Tag::Response]),
        "string",
        "Cannot extract XML from non-string",
    ),
    leaf("svm.http_response", 1, RESPONSE, http_response),
    leaf("svm.http_url", 3, STR, http_url),
    strict_pair(
        leaf("svm.range", 2, ITERATOR, range),
        tags(&[Tag::Int]),
        "integer",
        "Type mismatch in FOR_EACH",
    ),
];

/// The error of a value that has the wrong type.
fn mismatch(context: &mut Context, instruction: &str) -> Raise {
    context.type_error(format!("Type mismatch in {instruction}"))
}

/// The error of what is not there.
fn missing(context: &mut Context, message: String) -> Raise {
    context.raise(BuiltinException::LookupError, message)
}

fn array(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match response::body(&context.heap, value) {
        array @ (Value::List(_) | Value::Tuple(_)) => ops::iterate(context, array),
        _ => Err(mismatch(context, "FOR_EACH_ARRAY")),
    }
}

fn range(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [Value::Int(start), Value::Int(stop)] = take(arguments)? else {
        return Err(mismatch(context, "FOR_EACH"));
    };
    let step = 1;
    let range = context.heap.alloc_range(Range { start, stop, step })?;
    ops::iterate(context, range)
}

// ---- EXTRACT_JSON

/// A step of a path into data.
pub(super) enum Step<'p> {
    Key(&'p str),
    Index(i64),
}

/// The steps of `main.temp`, `items[0].name`, `["a b"]`; `None` if it is no path.
pub(super) fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    let mut rest = path.trim();
    // Other languages begin a path so; here it would ask for a field of the name `$`.
    if rest == "$" || rest.starts_with("$.") || rest.starts_with("$[") {
        return None;
    }
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let quote = inside
                .chars()
                .next()
                .filter(|first| matches!(first, '"' | '\''));
            let (step, after) = match quote {
                Some(quote) => {
                    let (key, after) = inside.get(1..)?.split_once(quote)?;
                    (Step::Key(key), after.strip_prefix(']')?)
                }
                None => {
                    let (index, after) = inside.split_once(']')?;
                    (Step::Index(index.trim().parse().ok()?), after)
                }
            };
            steps.push(step);
            rest = after;
        } else {
            let rest_of_key = if steps.is_empty() {
                rest
            } else {
                rest.strip_prefix('.')?
            };
            let end = rest_of_key.find(['.', '[']).unwrap_or(rest_of_key.len());
            let (key, after) = rest_of_key.split_at(end);
            if key.is_empty() {
                return None;
            }
            steps.push(Step::Key(key));
            rest = after;
        }
    }
    Some(steps)
}

fn extract_json(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, Value::Str(path)] = take(arguments)? else {
        return Err(mismatch(context, "EXTRACT_JSON"));
    };
    context.charge(path.byte_length() as u64 / 8 + 4)?;
    let path = context.heap.str(path).to_owned();
    let Some(all) = steps(&path) else {
        let message = format!(
            "EXTRACT_JSON: \"{path}\" is no path such as \"main.temp\" or \"items[0].name\""
        );
        return Err(context.value_error(message));
    };
    let mut steps = all.iter();
    let mut current = value;
    if let Value::Native(native) = value
        && let Native::Response(answer) = context.heap.native(native)
    {
        current = match all.first() {
            Some(Step::Key("$status")) => answer.status,
            Some(Step::Key("$headers")) => answer.headers,
            Some(Step::Key("$body")) => answer.body(),
            _ => answer.body(),
        };
        if let Some(Step::Key("$status" | "$headers" | "$body")) = all.first() {
            steps.next();
        } else if !matches!(current, Value::Dict(_) | Value::List(_)) {
            return Err(context.type_error("Cannot extract JSON from non-object"));
        }
    } else if !matches!(value, Value::Dict(_) | Value::List(_) | Value::Tuple(_)) {
        return Err(mismatch(context, "EXTRACT_JSON"));
    }
    for step in steps {
        current = match (step, current) {
            (Step::Key(key), Value::Dict(dict)) => {
                let key_value = context.string(*key)?;
                match ops::dict_get(context, dict, key_value)? {
                    Some(found) => found,
                    None => {
                        let message =
                            format!("EXTRACT_JSON \"{path}\": there is no field \"{key}\"");
                        return Err(missing(context, message));
                    }
                }
            }
            (Step::Index(index), Value::List(_) | Value::Tuple(_)) => {
                let values = match current {
                    Value::List(list) => context.heap.list(list),
                    Value::Tuple(tuple) => context.heap.tuple(tuple),
                    _ => &[],
                };
                let count = values.len();
                match ops::position(*index, count)
                    .and_then(|at| values.get(at))
                    .copied()
                {
                    Some(found) => found,
                    None => {
                        let message = format!(
                            "EXTRACT_JSON \"{path}\": there is no item [{index}], the array has {count}"
                        );
                        return Err(context.index_error(message));
                    }
                }
            }
            _ => return Err(mismatch(context, "EXTRACT_JSON")),
        };
    }
    Ok(current)
}

// ---- EXTRACT_REGEX and EXTRACT_XML

/// The text of a string, or of the body of a response.
fn text_of(context: &mut Context, value: Value, instruction: &str) -> Result<Str, Raise> {
    let text = match value {
        Value::Native(native) => match context.heap.native(native) {
            Native::Response(answer) => answer.text,
            _ => value,
        },
        _ => value,
    };
    match text {
        Value::Str(text) => Ok(text),
        _ => Err(mismatch(context, instruction)),
    }
}

fn extract_regex(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, Value::Str(pattern)] = take(arguments)? else {
        return Err(mismatch(context, "EXTRACT_REGEX"));
    };
    let source = text_of(context, value, "EXTRACT_REGEX")?;
    let regex = compiled(context, pattern, 0)?;
    context.charge(source.byte_length() as u64 / 64)?;
    context.reserve(source.byte_length())?;
    let text = context.heap.str(source).to_owned();
    let found = search(context, &text, |text, budget| {
        regex.find(text, 0, Mode::Search, false, budget)
    })?;
    let group = u32::from(regex.groups() > 0);
    match found.as_ref().and_then(|found| found.text(&text, group)) {
        Some(found) => context.string(found),
        None => {
            let pattern = context.heap.str(pattern).to_owned();
            let message = format!("EXTRACT_REGEX \"{pattern}\" matches nowhere");
            Err(missing(context, message))
        }
    }
}

fn extract_xml(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, Value::Str(path)] = take(arguments)? else {
        return Err(mismatch(context, "EXTRACT_XML"));
    };
    let source = text_of(context, value, "EXTRACT_XML")?;
    let length = source.byte_length();
    context.charge(length as u64 + path.byte_length() as u64)?;
    let grown = length.saturating_mul(xml::GROWTH).max(xml::LEAST_GROWTH);
    context.reserve(grown.saturating_mul(2))?;
    let path = context.heap.str(path).to_owned();
    let text = context.heap.str(source).to_owned();
    let wanted = match Path::parse(&path) {
        Ok(wanted) => wanted,
        Err(problem) => {
            return Err(context.value_error(format!("EXTRACT_XML \"{path}\": {problem}")));
        }
    };
    let events = match xml::read(&text) {
        Ok(events) => events,
        Err(error) => {
            let before = text.get(..error.at).unwrap_or(&text);
            let line = before.matches('\n').count() + 1;
            let message = format!("EXTRACT_XML: {} in line {line}", error.message);
            return Err(context.value_error(message));
        }
    };
    let work = (events.len() as u64).saturating_mul(wanted.length() as u64);
    context.charge(work)?;
    match xpath::find(&events, &wanted) {
        Some(found) => context.string(found),
        None => {
            let message = format!("EXTRACT_XML \"{path}\" finds nothing");
            Err(missing(context, message))
        }
    }
}

// ---- HTTP_*

/// A text in which what a URL has no letters for is written as `%20`.
fn percent_encoded(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from(*DIGITS.get(usize::from(value)).unwrap_or(&b'0'));
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

/// A value as it stands in a URL.
fn url_part(context: &mut Context, value: Value) -> Result<String, Raise> {
    let text = match value {
        Value::Str(text) => context.heap.str(text).to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(_) | Value::Big(_) | Value::Float(_) => format::display(context, value)?,
        _ => return Err(context.type_error("a part of a URL must be string or number")),
    };
    context.charge(text.len() as u64 / 16)?;
    Ok(percent_encoded(&text))
}

/// `http_url(template, values, query)`: `{}` in the template stands for the next value.
fn http_url(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [Value::Str(template), Value::List(values), query] = take(arguments)? else {
        return Err(context.type_error("a URL is a string"));
    };
    context.charge(template.byte_length() as u64 / 16)?;
    let template = context.heap.str(template).to_owned();
    let values = context.heap.list(values).to_vec();
    let mut url = String::new();
    let mut pieces = template.split("{}");
    url.push_str(pieces.next().unwrap_or_default());
    let mut values = values.into_iter();
    for piece in pieces {
        match values.next() {
            Some(value) => url.push_str(&url_part(context, value)?),
            None => url.push_str("{}"),
        }
        url.push_str(piece);
        context.reserve(url.len())?;
    }
    match query {
        Value::None => {}
        Value::Dict(dict) => {
            let items: Vec<(Value, Value)> = context.heap.dict(dict).items().collect();
            for (key, value) in items {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(&url_part(context, key)?);
                url.push('=');
                url.push_str(&url_part(context, value)?);
                context.reserve(url.len())?;
            }
        }
        _ => return Err(context.type_error("the parameters of a URL must be an object")),
    }
    context.string(url)
}

/// The response that an answer of a host is: an object with `status`, `headers` and `body`; other
/// data is the body of a response with status 200.
fn http_response(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [answer] = take(arguments)?;
    let mut fields = [None; 3];
    if let Value::Dict(dict) = answer {
        for (field, name) in fields.iter_mut().zip(["status", "headers", "body"]) {
            let key = context.string(name)?;
            *field = ops::dict_get(context, dict, key)?;
        }
    }
    let [status, headers, body] = fields;
    let is_response =
        matches!(status, Some(Value::Int(_))) && (body.is_some() || headers.is_some());
    let (status, headers, body) = if is_response {
        (status, headers, body.unwrap_or(Value::None))
    } else {
        (None, None, answer)
    };
    let headers = match headers {
        Some(headers) => headers,
        None => context.heap.alloc_dict(DictObject::default())?,
    };
    let (text, data) = match body {
        Value::Str(text) => {
            let first = context.heap.str(text).trim_start().chars().next();
            let may_be_data = first.is_some_and(|first| "{[".contains(first));
            let data = if may_be_data {
                match data_of(context, body) {
                    Ok(data) => data,
                    // Not every page that begins so is JSON.
                    Err(Raise::Exception(_)) => Value::Unset,
                    Err(raise) => return Err(raise),
                }
            } else {
                Value::Unset
            };
            (body, data)
        }
        data => (Value::Unset, data),
    };
    let response = Response {
        status: status.unwrap_or(Value::Int(200)),
        headers,
        text,
        data,
    };
    context
        .heap
        .alloc_native(Native::Response(Box::new(response)))
}
