//! Names that other languages and older Pythons have, and what to write here instead.
//!
//! In a replacement `$0` is the value before the dot, `$1` and `$2` the arguments; without arguments
//! it is a name. `$=` is the variable before the dot where the call is a statement of its own.

/// What to write for an attribute or method that the class does not have.
#[must_use]
pub fn mistaken_attribute(class: &str, name: &str) -> Option<&'static str> {
    let tables: &[&[(&[&str], &str)]] = match class {
        "list" | "deque" => &[LIST, SEQUENCE, SIZED],
        "tuple" => &[TUPLE, SEQUENCE, SIZED],
        "range" => &[SEQUENCE, SIZED],
        "set" | "frozenset" => &[SET, SIZED],
        "dict" | "defaultdict" | "Counter" | "OrderedDict" => &[DICT, SIZED],
        "str" => &[STR, SIZED],
        "bytes" => &[SIZED],
        "int" | "float" | "bool" | "Decimal" => &[NUMBER],
        "generator" | "iterator" | "Iterator" | "Generator" | "dict_keys" | "dict_values"
        | "dict_items" => &[LAZY],
        "datetime" | "date" => &[DATE],
        "StringIO" => &[STREAM],
        _ => &[],
    };
    let found = tables
        .iter()
        .flat_map(|table| table.iter())
        .find(|(names, _)| names.contains(&name));
    found.map(|(_, replacement)| *replacement)
}

/// There are only files of text.
const STREAM: &[(&[&str], &str)] = &[(&["buffer"], "$0")];

const SIZED: &[(&[&str], &str)] = &[
    (
        &["length", "size", "len", "Length", "Count", "__len__"],
        "len($0)",
    ),
    (&["isEmpty", "is_empty", "empty"], "not $0"),
    (
        &[
            "contains", "includes", "has", "Contains", "contain", "include",
        ],
        "$1 in $0",
    ),
    (&["toString", "to_string", "str"], "str($0)"),
];

const SEQUENCE: &[(&[&str], &str)] = &[
    (
        &["indexOf", "find", "index_of", "findIndex"],
        "$0.index($1)",
    ),
    (&["join"], "$1.join($0)"),
    (&["sorted"], "sorted($0)"),
    (&["reversed"], "reversed($0)"),
    (&["sum"], "sum($0)"),
    (&["max"], "max($0)"),
    (&["min"], "min($0)"),
    (&["slice", "subList", "sublist"], "$0[$1:$2]"),
    (&["first", "head", "front"], "$0[0]"),
    (&["last", "tail", "back", "peek"], "$0[-1]"),
    (&["get", "at", "item", "nth"], "$0[$1]"),
    (&["unique", "distinct"], "set($0)"),
    (
        &["forEach", "for_each", "each", "foreach"],
        "for item in $0: $1(item)",
    ),
    (&["map", "collect"], "[$1(item) for item in $0]"),
    (
        &["filter", "where", "select"],
        "[item for item in $0 if $1(item)]",
    ),
    (&["some", "any"], "any($1(item) for item in $0)"),
    (&["every", "all"], "all($1(item) for item in $0)"),
    (&["items", "entries", "enumerate"], "enumerate($0)"),
    (&["concat"], "$0 + $1"),
    (&["keys"], "range(len($0))"),
    (&["tolist", "toList", "to_list", "toArray"], "list($0)"),
    (&["split"], "' '.join($0).split($1)"),
];

const LIST: &[(&[&str], &str)] = &[
    (
        &[
            "add",
            "push",
            "push_back",
            "pushBack",
            "enqueue",
            "append_item",
            "Add",
        ],
        "append",
    ),
    (
        &[
            "addAll",
            "add_all",
            "append_all",
            "appendAll",
            "update",
            "extends",
            "AddRange",
        ],
        "extend",
    ),
    (&["shift", "popleft", "pop_front", "dequeue"], "$0.pop(0)"),
    (
        &["unshift", "appendleft", "push_front", "prepend"],
        "$0.insert(0, $1)",
    ),
    (&["delete", "discard", "erase"], "remove"),
    (&["remove_at", "removeAt", "delete_at"], "$0.pop($1)"),
];

const TUPLE: &[(&[&str], &str)] = &[(&["append", "add", "push"], "$= = $0 + ($1,)")];

const SET: &[(&[&str], &str)] = &[
    (&["append", "push", "insert", "put", "Add"], "add"),
    (&["extend", "addAll", "add_all"], "update"),
    (&["delete"], "discard"),
    (&["sort", "sorted"], "sorted($0)"),
    (&["join"], "$1.join($0)"),
    (&["get", "index"], "list($0)[$1]"),
    (
        &["forEach", "for_each", "each", "foreach"],
        "for item in $0: $1(item)",
    ),
];

const DICT: &[(&[&str], &str)] = &[
    (
        &[
            "has_key",
            "hasKey",
            "containsKey",
            "contains_key",
            "hasOwnProperty",
            "has",
        ],
        "$1 in $0",
    ),
    (&["iteritems", "entries", "entrySet", "viewitems"], "items"),
    (&["iterkeys", "keySet", "viewkeys"], "keys"),
    (&["itervalues", "viewvalues"], "values"),
    (&["put", "set", "add", "insert"], "$0[$1] = $2"),
    (&["getOrDefault", "get_or_default", "fetch"], "get"),
    (&["remove", "delete", "discard"], "del $0[$1]"),
    (&["merge", "extend", "addAll", "putAll"], "update"),
    (&["sort", "sorted"], "$= = dict(sorted($0.items()))"),
];

const STR: &[(&[&str], &str)] = &[
    (
        &[
            "toUpperCase",
            "to_upper",
            "toUpper",
            "uppercase",
            "upcase",
            "ToUpper",
        ],
        "upper",
    ),
    (
        &[
            "toLowerCase",
            "to_lower",
            "toLower",
            "lowercase",
            "downcase",
            "ToLower",
        ],
        "lower",
    ),
    (&["trim", "Trim", "strip_whitespace"], "strip"),
    (&["trimStart", "trimLeft", "ltrim", "left_strip"], "lstrip"),
    (
        &["trimEnd", "trimRight", "rtrim", "chomp", "right_strip"],
        "rstrip",
    ),
    (&["substring", "substr", "slice", "Substring"], "$0[$1:$2]"),
    (&["charAt", "char_at", "at", "get"], "$0[$1]"),
    (&["indexOf", "index_of", "search"], "find"),
    (&["lastIndexOf", "last_index_of"], "rfind"),
    (&["startsWith", "starts_with", "StartsWith"], "startswith"),
    (&["endsWith", "ends_with", "EndsWith"], "endswith"),
    (&["replaceAll", "replace_all", "gsub", "Replace"], "replace"),
    (&["concat"], "$0 + $1"),
    (&["reverse", "reversed"], "$0[::-1]"),
    (&["equals", "isEqual"], "$0 == $1"),
    (&["append", "add", "push"], "$= += $1"),
    (
        &[
            "isNumeric",
            "is_numeric",
            "isNumber",
            "is_number",
            "isDigit",
            "is_digit",
        ],
        "isdigit",
    ),
    (&["isLetter", "is_alpha", "isAlpha"], "isalpha"),
    (&["toInt", "to_int", "parseInt", "to_i", "int"], "int($0)"),
    (
        &["toFloat", "to_float", "parseFloat", "to_f", "float"],
        "float($0)",
    ),
    (&["padStart", "padLeft", "pad_left", "lpad"], "rjust"),
    (&["padEnd", "padRight", "pad_right", "rpad"], "ljust"),
    (
        &["chars", "toCharArray", "characters", "to_list"],
        "list($0)",
    ),
    (&["lines"], "splitlines"),
    (&["words"], "split"),
    (&["repeat"], "$0 * $1"),
    (&["decode"], "$0"),
    (&["sort", "sorted"], "sorted($0)"),
    (&["capitalise", "capitalized", "ucfirst"], "capitalize"),
    (&["titlecase", "to_title"], "title"),
];

const NUMBER: &[(&[&str], &str)] = &[
    (&["toString", "to_string", "to_s", "str"], "str($0)"),
    (&["toFixed", "round", "to_fixed"], "round($0, $1)"),
    (&["abs"], "abs($0)"),
    (&["toInt", "to_int", "int", "intValue"], "int($0)"),
    (&["toFloat", "to_float", "float"], "float($0)"),
    (&["length", "len", "size"], "len(str($0))"),
    (
        &[
            "isdigit",
            "split",
            "strip",
            "lower",
            "upper",
            "zfill",
            "replace",
            "rjust",
            "ljust",
            "startswith",
            "endswith",
            "join",
        ],
        "str($0)",
    ),
    (&["pow"], "$0 ** $1"),
];

const LAZY: &[(&[&str], &str)] = &[
    (
        &["length", "size", "len", "count", "__len__"],
        "len(list($0))",
    ),
    (&["sort", "sorted"], "sorted($0)"),
    (&["tolist", "toList", "to_list", "toArray"], "list($0)"),
    (&["next"], "next($0)"),
    (&["hasNext", "has_next"], "next($0, None) is not None"),
    (
        &[
            "append", "extend", "index", "pop", "reverse", "copy", "insert", "remove",
        ],
        "list($0)",
    ),
    (&["get", "at"], "list($0)[$1]"),
];

const DATE: &[(&[&str], &str)] = &[
    (
        &[
            "toISOString",
            "to_iso",
            "toString",
            "to_string",
            "iso_format",
        ],
        "isoformat",
    ),
    (&["format", "toFormat", "strf"], "strftime"),
    (&["getFullYear", "getYear"], "$0.year"),
    (&["getMonth"], "$0.month"),
    (&["getDate", "getDay"], "$0.day"),
    (&["getTime", "to_timestamp", "unix"], "timestamp"),
    (&["dayofweek", "day_of_week", "dayOfWeek"], "weekday"),
    (
        &["add_days", "addDays", "plusDays", "add"],
        "$0 + timedelta(days=$1)",
    ),
];

/// What to write for a name that nothing defines.
#[must_use]
pub fn mistaken_name(name: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .find(|(names, _)| names.contains(&name))
        .map(|(_, replacement)| *replacement)
}

const NAMES: &[(&[&str], &str)] = &[
    (
        &[
            "null",
            "nil",
            "undefined",
            "none",
            "NULL",
            "Null",
            "NONE",
            "nullptr",
        ],
        "None",
    ),
    (&["true", "TRUE", "yes"], "True"),
    (&["false", "FALSE"], "False"),
    (&["this", "slef", "sefl", "Self", "me"], "self"),
    (&["xrange"], "range"),
    (&["unicode", "string", "String", "basestring", "Str"], "str"),
    (
        &["integer", "Integer", "long", "Int", "Number", "parseInt"],
        "int",
    ),
    (&["double", "Double", "Float", "parseFloat"], "float"),
    (&["boolean", "Boolean"], "bool"),
    (&["array", "Array", "ArrayList", "vector"], "list"),
    (
        &[
            "HashMap",
            "Map",
            "object_",
            "dictionary",
            "Dictionary",
            "hash_map",
        ],
        "dict",
    ),
    (&["HashSet"], "set"),
    (
        &["length", "lenght", "strlen", "sizeof", "size", "count"],
        "len",
    ),
    (
        &[
            "println",
            "echo",
            "printf",
            "puts",
            "printLine",
            "Print",
            "pirnt",
        ],
        "print",
    ),
    (&["unichr"], "chr"),
    (&["Error", "Err"], "Exception"),
    (&["NullPointerException"], "AttributeError"),
    (&["IllegalArgumentException", "ArgumentError"], "ValueError"),
    (
        &["IndexOutOfBoundsException", "IndexException"],
        "IndexError",
    ),
    (&["KeyException", "NoSuchKeyError"], "KeyError"),
];
