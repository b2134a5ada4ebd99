//! Data that crosses the border: what JSON can say, with integers of any size.

use num_bigint::BigInt;

/// A value outside of any machine.
#[derive(Clone, Debug, Default, PartialEq)]
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
            Self::NotData { type_name } => write!(formatter, "a value of type '{type_name}' cannot leave the program"),
            Self::BadKey { type_name } => write!(formatter, "a key of type '{type_name}' cannot leave the program"),
            Self::Cycle => write!(formatter, "the value contains itself"),
            Self::TooLarge => write!(formatter, "the value is too large to leave the program"),
        }
    }
}
