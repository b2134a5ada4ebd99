//! Data that crosses the border: what JSON can say, with integers of any size.

use num_bigint::BigInt;

/// A value outside of any machine.
#[derive(Default)]
pub enum Data {
    /// `None`.
    #[default]
    None,
    /// A truth value.
    Bool(bool),
    /// An integer of any size.
    Int(BigInt),
    /// A float.
    Float(f64),
    /// Text.
    Str(String),
    /// A list.
    List(Vec<Data>),
    /// Keys and values in order.
    Dict(Vec<(String, Data)>),
}

impl Drop for Data {
    /// Frees deep data without recursion.
    fn drop(&mut self) {
        let mut work = Vec::new();
        take_children(self, &mut work);
        while let Some(mut data) = work.pop() {
            take_children(&mut data, &mut work);
        }
    }
}

impl core::fmt::Debug for Data {
    /// One level only: data may be deep.
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::None => write!(formatter, "None"),
            Self::Bool(truth) => write!(formatter, "Bool({truth})"),
            Self::Int(number) => write!(formatter, "Int({number})"),
            Self::Float(number) => write!(formatter, "Float({number:?})"),
            Self::Str(text) => write!(formatter, "Str({text:?})"),
            Self::List(values) => write!(formatter, "List of {}", values.len()),
            Self::Dict(items) => write!(formatter, "Dict of {}", items.len()),
        }
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        let mut work = vec![(self, other)];
        while let Some(pair) = work.pop() {
            let same = match pair {
                (Self::None, Self::None) => true,
                (Self::Bool(one), Self::Bool(other)) => one == other,
                (Self::Int(one), Self::Int(other)) => one == other,
                (Self::Float(one), Self::Float(other)) => one == other,
                (Self::Str(one), Self::Str(other)) => one == other,
                (Self::List(one), Self::List(other)) => {
                    work.extend(one.iter().zip(other));
                    one.len() == other.len()
                }
                (Self::Dict(one), Self::Dict(other)) => {
                    work.extend(
                        one.iter()
                            .zip(other)
                            .map(|((_, one), (_, other))| (one, other)),
                    );
                    one.len() == other.len()
                        && one
                            .iter()
                            .zip(other)
                            .all(|((one, _), (other, _))| one == other)
                }
                _ => false,
            };
            if !same {
                return false;
            }
        }
        true
    }
}

impl Clone for Data {
    /// Copies deep data without recursion.
    fn clone(&self) -> Self {
        /// A container of which the first children are copied.
        struct Open<'a> {
            source: &'a Data,
            values: Vec<Data>,
        }
        fn child<'a>(open: &Open<'a>) -> Option<&'a Data> {
            match open.source {
                Data::List(values) => values.get(open.values.len()),
                Data::Dict(items) => items.get(open.values.len()).map(|(_, value)| value),
                _ => None,
            }
        }
        let mut stack: Vec<Open<'_>> = Vec::new();
        let mut current = self;
        loop {
            let mut finished = match current {
                Self::None => Self::None,
                Self::Bool(truth) => Self::Bool(*truth),
                Self::Int(number) => Self::Int(number.clone()),
                Self::Float(number) => Self::Float(*number),
                Self::Str(text) => Self::Str(text.clone()),
                Self::List(_) | Self::Dict(_) => {
                    let open = Open {
                        source: current,
                        values: Vec::new(),
                    };
                    match child(&open) {
                        Some(first) => {
                            stack.push(open);
                            current = first;
                            continue;
                        }
                        None => rebuilt(current, Vec::new()),
                    }
                }
            };
            loop {
                let Some(top) = stack.last_mut() else {
                    return finished;
                };
                top.values.push(finished);
                if let Some(next) = child(top) {
                    current = next;
                    break;
                }
                let values = core::mem::take(&mut top.values);
                finished = rebuilt(top.source, values);
                stack.pop();
            }
        }
    }
}

/// A container like `source` with these values.
fn rebuilt(source: &Data, values: Vec<Data>) -> Data {
    match source {
        Data::Dict(items) => {
            let names = items.iter().map(|(name, _)| name.clone());
            Data::Dict(names.zip(values).collect())
        }
        _ => Data::List(values),
    }
}

fn take_children(data: &mut Data, work: &mut Vec<Data>) {
    match data {
        Data::List(values) => work.append(values),
        Data::Dict(items) => work.extend(items.drain(..).map(|(_, value)| value)),
        _ => {}
    }
}

/// Why a value is no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportError {
    /// A value of this type, which has no form outside.
    NotData {
        /// The type's name.
        type_name: String,
    },
    /// A key of this type, where outside keys are text.
    BadKey {
        /// The type's name.
        type_name: String,
    },
    /// A container that holds itself.
    Cycle,
    /// Shared containers that would grow without measure when written out.
    TooLarge,
}

impl core::fmt::Display for ExportError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NotData { type_name } => write!(
                formatter,
                "a value of type '{type_name}' cannot leave the program"
            ),
            Self::BadKey { type_name } => write!(
                formatter,
                "a key of type '{type_name}' cannot leave the program"
            ),
            Self::Cycle => write!(formatter, "the value contains itself"),
            Self::TooLarge => write!(formatter, "the value is too large to leave the program"),
        }
    }
}
