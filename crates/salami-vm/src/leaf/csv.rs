//! `csv`: readers and writers.

use salami_ir::BuiltinException;

use super::argument::{checked, take, wrong_type};
use super::{ANY, CSV_READER, CSV_WRITER, INT, LIST, Leaf, leaf};
use crate::context::Context;
use crate::format::{self, float_parse};
use crate::heap::object::VALUE_SIZE;
use crate::native::csv::{
    Cell, Dialect, Field, Header, Quoting, Reader, Record, Writer, write_record,
};
use crate::native::{self, Native};
use crate::ops;
use crate::raise::Raise;
use crate::value::{NativeRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("csv.DictReader", 13, CSV_READER, dict_reader),
    leaf("csv.DictReader.fieldnames", 1, ANY, reader_names),
    leaf("csv.DictReader.line_num", 1, INT, line_number),
    leaf("csv.DictWriter", 13, CSV_WRITER, dict_writer),
    leaf("csv.DictWriter.fieldnames", 1, LIST, writer_names),
    leaf("csv.DictWriter.writeheader", 1, ANY, write_header),
    leaf("csv.DictWriter.writerow", 2, ANY, write_dict),
    leaf("csv.DictWriter.writerows", 2, super::NONE, write_dicts),
    leaf("csv.Reader.line_num", 1, INT, line_number),
    leaf("csv.Writer.writerow", 2, ANY, write_row),
    leaf("csv.Writer.writerows", 2, super::NONE, write_rows),
    leaf("csv.list_dialects", 0, LIST, list_dialects),
    leaf("csv.reader", 10, CSV_READER, reader),
    leaf("csv.writer", 10, CSV_WRITER, writer),
];

fn error(context: &mut Context, message: impl Into<String>) -> Raise {
    context.raise(BuiltinException::CsvError, message)
}

/// A dialect from its name and the options that differ from it.
fn dialect(context: &mut Context, name: Value, options: [Value; 8]) -> Result<Dialect, Raise> {
    let [
        delimiter,
        double_quote,
        escape,
        terminator,
        quote,
        quoting,
        skip,
        strict,
    ] = options;
    let base = match name {
        Value::Unset | Value::None => Dialect::named("excel"),
        Value::Str(text) => Dialect::named(context.heap.str(text)),
        _ => return Err(context.type_error("a dialect is a name here")),
    };
    let Some(mut dialect) = base else {
        return Err(error(context, "unknown dialect"));
    };
    if delimiter != Value::Unset {
        let Value::Str(text) = delimiter else {
            return Err(wrong_type(
                context,
                "\"delimiter\" must be string, not {}",
                delimiter,
            ));
        };
        dialect.delimiter = one(context, text, "delimiter")?;
    }
    if escape != Value::Unset {
        dialect.escape = optional(context, escape, "escapechar")?;
    }
    if quote != Value::Unset {
        dialect.quote = optional(context, quote, "quotechar")?;
    }
    let mut given = None;
    match quoting {
        Value::Unset => {}
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => {
            let known = match quoting {
                Value::Int(0) | Value::Bool(false) => Quoting::Minimal,
                Value::Int(1) | Value::Bool(true) => Quoting::All,
                Value::Int(2) => Quoting::NonNumeric,
                Value::Int(3) => Quoting::None,
                _ => return Err(context.type_error("bad \"quoting\" value")),
            };
            dialect.quoting = known;
            given = Some(known);
        }
        _ => return Err(context.type_error("\"quoting\" must be an integer")),
    }
    match terminator {
        Value::Unset => {}
        Value::Str(text) => dialect.line_terminator = context.heap.str(text).to_owned(),
        Value::None => return Err(context.type_error("lineterminator must be set")),
        _ => return Err(context.type_error("\"lineterminator\" must be a string")),
    }
    let truth = |context: &Context, value, or| {
        if value == Value::Unset {
            or
        } else {
            ops::truth(&context.heap, value)
        }
    };
    dialect.double_quote = truth(context, double_quote, dialect.double_quote);
    dialect.skip_space = truth(context, skip, dialect.skip_space);
    dialect.strict = truth(context, strict, dialect.strict);
    if dialect.quote.is_none() && quote == Value::None && given.is_none() {
        dialect.quoting = Quoting::None;
    }
    if dialect.quoting != Quoting::None && dialect.quote.is_none() {
        return Err(context.type_error("quotechar must be set if quoting enabled"));
    }
    Ok(dialect)
}

fn one(context: &mut Context, text: crate::value::Str, name: &str) -> Result<char, Raise> {
    let mut characters = context.heap.str(text).chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(character),
        _ => Err(context.type_error(format!("\"{name}\" must be a 1-character string"))),
    }
}

fn optional(context: &mut Context, value: Value, name: &str) -> Result<Option<char>, Raise> {
    match value {
        Value::None => Ok(None),
        Value::Str(text) => one(context, text, name).map(Some),
        _ => Err(wrong_type(
            context,
            &format!("\"{name}\" must be string or None, not {{}}"),
            value,
        )),
    }
}

// ---- reading

fn new_reader(
    context: &mut Context,
    lines: Value,
    dialect: Dialect,
    header: Option<Header>,
) -> Result<Value, Raise> {
    let lines = ops::iterate(context, lines)?;
    let reader = Reader {
        dialect,
        lines,
        count: 0,
        pending: Vec::new(),
        header,
    };
    context
        .heap
        .alloc_native(Native::CsvReader(Box::new(reader)))
}

fn reader(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [lines, name, options @ ..]: [Value; 10] = take(arguments)?;
    let dialect = dialect(context, name, options)?;
    new_reader(context, lines, dialect, None)
}

fn dict_reader(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [lines, names, rest_key, rest_value, name, options @ ..]: [Value; 13] = take(arguments)?;
    let dialect = dialect(context, name, options)?;
    let names = match names {
        Value::None | Value::Unset => None,
        names => Some(ops::collect(context, names)?),
    };
    let none = |value| {
        if value == Value::Unset {
            Value::None
        } else {
            value
        }
    };
    let header = Header {
        names,
        rest_key: none(rest_key),
        rest_value: none(rest_value),
    };
    new_reader(context, lines, dialect, Some(header))
}

fn get_reader(context: &Context, handle: NativeRef) -> Result<&Reader, Raise> {
    match context.heap.native(handle) {
        Native::CsvReader(reader) => Ok(reader),
        _ => Err(Raise::Internal("a reader became something else")),
    }
}

fn change(context: &mut Context, handle: NativeRef, change: impl FnOnce(&mut Reader)) {
    context.heap.modify_native(handle, |native| {
        if let Native::CsvReader(reader) = native {
            change(reader);
        }
    });
}

/// The fields of the next record, or `None` at the end. Lines that were taken stay pending until
/// [`finish`] so that the leaf can be run again.
fn record(
    context: &mut Context,
    handle: NativeRef,
    skip: usize,
) -> Result<Option<(Vec<Field>, usize)>, Raise> {
    let dialect = get_reader(context, handle)?.dialect.clone();
    let Value::Iterator(lines) = get_reader(context, handle)?.lines else {
        return Err(Raise::Internal("a reader without an iterator"));
    };
    let mut record = Record::default();
    let mut used = skip;
    loop {
        let pending = get_reader(context, handle)?.pending.get(used).copied();
        let line = match pending {
            Some(line) => line,
            None => match ops::next(context, lines)? {
                None => {
                    if !record.is_open() {
                        return Ok(None);
                    }
                    if dialect.strict {
                        finish(context, handle);
                        return Err(error(context, "unexpected end of data"));
                    }
                    record.finish();
                    return Ok(Some((record.fields, used)));
                }
                Some(Value::Str(line)) => {
                    change(context, handle, |reader| {
                        reader.pending.push(line);
                        reader.count += 1;
                    });
                    line
                }
                Some(other) => {
                    let name = ops::type_name(&context.heap, other);
                    let message = format!(
                        "iterator should return strings, not {name} (the file should be opened in text mode)"
                    );
                    return Err(error(context, message));
                }
            },
        };
        used += 1;
        context.charge(line.byte_length() as u64 / 2 + 1)?;
        context.reserve(line.byte_length().saturating_mul(2))?;
        let fed = record.line(&dialect, context.heap.str(line));
        if let Err(message) = fed {
            finish(context, handle);
            return Err(error(context, message));
        }
        if record.is_complete() {
            return Ok(Some((record.fields, used)));
        }
    }
}

/// The lines taken so far are used up.
fn finish(context: &mut Context, handle: NativeRef) {
    change(context, handle, |reader| reader.pending.clear());
}

fn row_values(context: &mut Context, fields: Vec<Field>) -> Result<Vec<Value>, Raise> {
    let mut values = Vec::with_capacity(fields.len());
    for (text, numeric) in fields {
        values.push(if numeric {
            let number = float_parse::parse(&text);
            Value::float(checked(context, number)?)
        } else {
            context.heap.alloc_string(text)?
        });
    }
    Ok(values)
}

/// The next row of a reader, for its iterator.
pub(crate) fn next_row(context: &mut Context, handle: NativeRef) -> Result<Option<Value>, Raise> {
    let mut skip = 0;
    let mut names = None;
    if let Some(header) = &get_reader(context, handle)?.header {
        match &header.names {
            Some(known) => names = Some(known.clone()),
            None => {
                let Some((fields, used)) = record(context, handle, skip)? else {
                    return Ok(None);
                };
                skip = used;
                names = Some(row_values(context, fields)?);
            }
        }
    }
    let Some(names) = names else {
        let Some((fields, _)) = record(context, handle, skip)? else {
            return Ok(None);
        };
        let row = row(context, handle, fields)?;
        let row = context.list(row)?;
        finish(context, handle);
        return Ok(Some(row));
    };
    loop {
        let Some((fields, used)) = record(context, handle, skip)? else {
            // The names are kept even if no row follows.
            change(context, handle, |reader| {
                if let Some(header) = &mut reader.header {
                    header.names = Some(names);
                }
                reader.pending.clear();
            });
            return Ok(None);
        };
        skip = used;
        if fields.is_empty() {
            continue;
        }
        let mut values = row(context, handle, fields)?;
        let (rest_key, rest_value) = match &get_reader(context, handle)?.header {
            Some(header) => (header.rest_key, header.rest_value),
            None => (Value::None, Value::None),
        };
        let mut pairs = Vec::with_capacity(names.len() + 1);
        let extra = values.split_off(names.len().min(values.len()));
        for (index, &name) in names.iter().enumerate() {
            pairs.push((name, values.get(index).copied().unwrap_or(rest_value)));
        }
        if !extra.is_empty() {
            let extra = context.list(extra)?;
            pairs.push((rest_key, extra));
        }
        context.charge(pairs.len() as u64 * 4)?;
        let dict = ops::dict_from_pairs(context, &pairs)?;
        context.reserve(names.len() * VALUE_SIZE)?;
        change(context, handle, |reader| {
            if let Some(header) = &mut reader.header {
                header.names = Some(names);
            }
            reader.pending.clear();
        });
        return Ok(Some(dict));
    }
}

/// The values of a row; a field that is no number ends the record.
fn row(context: &mut Context, handle: NativeRef, fields: Vec<Field>) -> Result<Vec<Value>, Raise> {
    let row = row_values(context, fields);
    if let Err(Raise::Exception(_)) = row {
        finish(context, handle);
    }
    row
}

fn reader_of(context: &mut Context, value: Value) -> Result<NativeRef, Raise> {
    match value {
        Value::Native(handle) if matches!(context.heap.native(handle), Native::CsvReader(_)) => {
            Ok(handle)
        }
        _ => Err(wrong_type(
            context,
            "descriptor for 'reader' objects doesn't apply to a '{}' object",
            value,
        )),
    }
}

fn line_number(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [reader] = take(arguments)?;
    let handle = reader_of(context, reader)?;
    Ok(Value::Int(get_reader(context, handle)?.count))
}

fn reader_names(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [reader] = take(arguments)?;
    let handle = reader_of(context, reader)?;
    let known = get_reader(context, handle)?
        .header
        .as_ref()
        .and_then(|header| header.names.clone());
    let names = match known {
        Some(names) => names,
        None => {
            let Some((fields, _)) = record(context, handle, 0)? else {
                return Ok(Value::None);
            };
            let names = row_values(context, fields)?;
            let kept = names.clone();
            change(context, handle, |reader| {
                if let Some(header) = &mut reader.header {
                    header.names = Some(kept);
                }
                reader.pending.clear();
            });
            names
        }
    };
    context.list(names)
}

// ---- writing

fn new_writer(
    context: &mut Context,
    file: Value,
    dialect: Dialect,
    header: Option<(Vec<Value>, Value, bool)>,
) -> Result<Value, Raise> {
    if !matches!(file, Value::Native(handle) if matches!(context.heap.native(handle), Native::StringIo(_)))
    {
        return Err(context.type_error("argument 1 must have a \"write\" method"));
    }
    context
        .heap
        .alloc_native(Native::CsvWriter(Box::new(Writer {
            dialect,
            file,
            header,
        })))
}

fn writer(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, name, options @ ..]: [Value; 10] = take(arguments)?;
    let dialect = dialect(context, name, options)?;
    new_writer(context, file, dialect, None)
}

fn dict_writer(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, names, rest_value, extras, name, options @ ..]: [Value; 13] = take(arguments)?;
    let dialect = dialect(context, name, options)?;
    let names = ops::collect(context, names)?;
    let ignore = match extras {
        Value::Unset => false,
        Value::Str(text) => match context.heap.str(text).to_lowercase().as_str() {
            "raise" => false,
            "ignore" => true,
            _ => {
                let given = context.heap.str(text).to_owned();
                let message = format!("extrasaction ({given}) must be 'raise' or 'ignore'");
                return Err(context.value_error(message));
            }
        },
        _ => {
            return Err(wrong_type(
                context,
                "'{}' object has no attribute 'lower'",
                extras,
            ));
        }
    };
    let rest_value = if rest_value == Value::Unset {
        context.string("")?
    } else {
        rest_value
    };
    new_writer(context, file, dialect, Some((names, rest_value, ignore)))
}

fn writer_of(context: &mut Context, value: Value) -> Result<Writer, Raise> {
    if let Value::Native(handle) = value
        && let Native::CsvWriter(writer) = context.heap.native(handle)
    {
        return Ok(writer.as_ref().clone());
    }
    Err(wrong_type(
        context,
        "descriptor for 'writer' objects doesn't apply to a '{}' object",
        value,
    ))
}

fn writer_names(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [writer] = take(arguments)?;
    let writer = writer_of(context, writer)?;
    context.list(writer.header.map(|(names, ..)| names).unwrap_or_default())
}

/// Appends a record of the values.
fn put(
    context: &mut Context,
    writer: &Writer,
    values: &[Value],
    out: &mut String,
) -> Result<(), Raise> {
    let mut cells = Vec::with_capacity(values.len());
    let mut size = 0usize;
    for &value in values {
        let text = match value {
            Value::None => String::new(),
            Value::Str(text) => context.heap.str(text).to_owned(),
            _ => format::display(context, value)?,
        };
        size = size.saturating_add(text.len()).saturating_add(8);
        let number = match value {
            Value::Int(_) | Value::Big(_) | Value::Float(_) | Value::Bool(_) => true,
            Value::Native(handle) => matches!(context.heap.native(handle), Native::Decimal(_)),
            _ => false,
        };
        cells.push(Cell { text, number });
    }
    context.charge(size as u64 / 8)?;
    context.reserve(out.len().saturating_add(size.saturating_mul(2)))?;
    write_record(&writer.dialect, &cells, out).map_err(|message| error(context, message))
}

fn emit(context: &mut Context, writer: &Writer, text: &str) -> Result<Value, Raise> {
    let Value::Native(file) = writer.file else {
        return Err(Raise::Internal("a writer without a file"));
    };
    if !native::write(context, file, text)? {
        return Err(Raise::Internal("a writer's file takes no text"));
    }
    Ok(Value::Int(text.chars().count() as i64))
}

fn row_of(context: &mut Context, row: Value) -> Result<Vec<Value>, Raise> {
    if !super::str_split::is_iterable(context, row) {
        let name = ops::type_name(&context.heap, row);
        return Err(error(context, format!("iterable expected, not {name}")));
    }
    ops::collect(context, row)
}

fn write_row(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [writer, row] = take(arguments)?;
    let writer = writer_of(context, writer)?;
    let values = row_of(context, row)?;
    let mut out = String::new();
    put(context, &writer, &values, &mut out)?;
    emit(context, &writer, &out)
}

fn write_rows(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [writer, rows] = take(arguments)?;
    let writer = writer_of(context, writer)?;
    let rows = ops::collect(context, rows)?;
    all(context, &writer, &rows, row_of)
}

/// Writes rows; those before one that fails are written.
fn all(
    context: &mut Context,
    writer: &Writer,
    rows: &[Value],
    values_of: impl Fn(&mut Context, Value) -> Result<Vec<Value>, Raise>,
) -> Result<Value, Raise> {
    let mut out = String::new();
    for &row in rows {
        let before = out.len();
        let done = match values_of(context, row) {
            Ok(values) => put(context, writer, &values, &mut out),
            Err(raise) => Err(raise),
        };
        if let Err(raise) = done {
            if let Raise::Exception(_) = raise {
                out.truncate(before);
                emit(context, writer, &out)?;
            }
            return Err(raise);
        }
    }
    emit(context, writer, &out)?;
    Ok(Value::None)
}

fn dict_values(context: &mut Context, writer: &Writer, row: Value) -> Result<Vec<Value>, Raise> {
    let Some((names, rest_value, ignore)) = &writer.header else {
        return Err(Raise::Internal("a DictWriter without names"));
    };
    let Value::Dict(dict) = row else {
        return Err(wrong_type(
            context,
            "'{}' object has no attribute 'keys'",
            row,
        ));
    };
    if !ignore {
        let mut wrong = Vec::new();
        for key in ops::dict_keys(&context.heap, dict) {
            let mut known = false;
            for &name in names {
                context.charge(1)?;
                known = known || ops::equal(context, name, key)?;
            }
            if !known {
                wrong.push(format::repr(context, key)?);
            }
        }
        if !wrong.is_empty() {
            let message = format!(
                "dict contains fields not in fieldnames: {}",
                wrong.join(", ")
            );
            return Err(context.value_error(message));
        }
    }
    let mut values = Vec::with_capacity(names.len());
    for &name in names {
        values.push(ops::dict_get(context, dict, name)?.unwrap_or(*rest_value));
    }
    Ok(values)
}

fn write_dict(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [writer, row] = take(arguments)?;
    let writer = writer_of(context, writer)?;
    let values = dict_values(context, &writer, row)?;
    let mut out = String::new();
    put(context, &writer, &values, &mut out)?;
    emit(context, &writer, &out)
}

fn write_dicts(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [writer, rows] = take(arguments)?;
    let writer = writer_of(context, writer)?;
    let rows = ops::collect(context, rows)?;
    all(context, &writer, &rows, |context, row| {
        dict_values(context, &writer, row)
    })
}

fn write_header(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [writer] = take(arguments)?;
    let writer = writer_of(context, writer)?;
    let names = writer
        .header
        .as_ref()
        .map(|(names, ..)| names.clone())
        .unwrap_or_default();
    let mut out = String::new();
    put(context, &writer, &names, &mut out)?;
    emit(context, &writer, &out)
}

fn list_dialects(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [] = take(arguments)?;
    let mut names = Vec::new();
    for name in ["excel", "excel-tab", "unix"] {
        names.push(context.string(name)?);
    }
    context.list(names)
}
