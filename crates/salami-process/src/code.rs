//! The bytes of code that processes run: a line that says what it is, a line of JSON, the module.
//!
//! ```text
//! SALAMI CODE 1
//! {"name":"landlord.py","sources":[{"name":"landlord.py","text":"..."}],"tools":[{"name":"email.send","effect":"irreversible","kind":"call"}]}
//! (bytes of the module)
//! ```

use serde_json::{Map, Value, json};

use crate::store::{Code, CodeHash};
use crate::tool::{Effect, FunctionKind};

const FIRST_LINE: &[u8] = b"SALAMI CODE 1\n";

/// What a program declares of a function of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// `email.send`.
    pub name: String,
    /// What its stub says that it does to the world.
    pub effect: Effect,
    /// How it is answered.
    pub kind: FunctionKind,
}

/// Code in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeParts {
    /// What people call it.
    pub name: String,
    /// Names and texts of its files, the program first, then the stubs; none for a module whose source is not known.
    pub sources: Vec<(String, String)>,
    /// The functions of tools that it may call.
    pub tools: Vec<Declared>,
    /// The module.
    pub module: Vec<u8>,
}

impl CodeParts {
    /// Its bytes under their name.
    #[must_use]
    pub fn to_code(&self) -> Code {
        let sources = self.sources.iter();
        let sources: Vec<Value> = sources
            .map(|(name, text)| json!({"name": name, "text": text}))
            .collect();
        let tools: Vec<Value> = self.tools.iter().map(declared).collect();
        let header = json!({"name": self.name, "sources": sources, "tools": tools});
        let mut body = FIRST_LINE.to_vec();
        body.extend_from_slice(header.to_string().as_bytes());
        body.push(b'\n');
        body.extend_from_slice(&self.module);
        Code {
            hash: hash(&body),
            body,
        }
    }

    /// The parts of bytes. O(their length).
    ///
    /// # Errors
    /// A sentence about bytes that are none.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        let wrong = || "the code is not what this version understands".to_owned();
        let rest = body.strip_prefix(FIRST_LINE).ok_or_else(wrong)?;
        let end = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or_else(wrong)?;
        let (header, module) = rest.split_at(end);
        let header: Value = serde_json::from_slice(header).map_err(|_| wrong())?;
        let text = |value: &Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
        let list = |name: &str| header.get(name).and_then(Value::as_array).ok_or_else(wrong);
        let sources = list("sources")?.iter();
        let sources = sources.map(|source| Some((text(source, "name")?, text(source, "text")?)));
        let tools = list("tools")?.iter().map(read_declared);
        Ok(Self {
            name: text(&header, "name").ok_or_else(wrong)?,
            sources: sources.collect::<Option<_>>().ok_or_else(wrong)?,
            tools: tools.collect::<Option<_>>().ok_or_else(wrong)?,
            module: module.get(1..).unwrap_or_default().to_vec(),
        })
    }

    /// The same of bytes that were kept under a name.
    ///
    /// # Errors
    /// As [`CodeParts::parse`], and if they are not what the name says.
    pub fn parse_as(name: &CodeHash, body: &[u8]) -> Result<Self, String> {
        if hash(body) != *name {
            return Err("its code was changed in the store: it is not what was started".to_owned());
        }
        Self::parse(body)
    }

    /// What it declares of a function.
    #[must_use]
    pub fn declared(&self, name: &str) -> Option<&Declared> {
        self.tools.iter().find(|declared| declared.name == name)
    }
}

/// The name of bytes of code.
#[must_use]
pub fn hash(body: &[u8]) -> CodeHash {
    *blake3::hash(body).as_bytes()
}

fn declared(declared: &Declared) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), declared.name.as_str().into());
    object.insert("effect".into(), declared.effect.name().into());
    let kind = match &declared.kind {
        FunctionKind::Call => "call",
        FunctionKind::Immediate => "immediate",
        FunctionKind::Event { .. } => "event",
    };
    object.insert("kind".into(), kind.into());
    if let FunctionKind::Event { matching } = &declared.kind {
        object.insert("match".into(), matching.clone().into());
    }
    Value::Object(object)
}

fn read_declared(value: &Value) -> Option<Declared> {
    let text = |name: &str| value.get(name)?.as_str();
    let effects = [Effect::Read, Effect::Undoable, Effect::Irreversible];
    let kind = match text("kind")? {
        "call" => FunctionKind::Call,
        "immediate" => FunctionKind::Immediate,
        "event" => {
            let matching = value.get("match")?.as_array()?.iter();
            let matching = matching.map(|name| name.as_str().map(str::to_owned));
            FunctionKind::Event {
                matching: matching.collect::<Option<_>>()?,
            }
        }
        _ => return None,
    };
    Some(Declared {
        name: text("name")?.to_owned(),
        effect: effects
            .into_iter()
            .find(|effect| Some(effect.name()) == text("effect"))?,
        kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_what_it_was_and_nothing_else_is_code() {
        let parts = CodeParts {
            name: "a.py".into(),
            sources: vec![("a.py".into(), "print(1)\n\"\u{0}".into())],
            tools: vec![Declared {
                name: "email.received".into(),
                effect: Effect::Read,
                kind: FunctionKind::Event {
                    matching: vec!["sender".into()],
                },
            }],
            module: vec![0, 10, 255],
        };
        let code = parts.to_code();
        assert_eq!(CodeParts::parse(&code.body), Ok(parts));
        for length in 0..code.body.len() - 3 {
            assert!(CodeParts::parse(&code.body[..length]).is_err(), "{length}");
        }
    }
}
