//! A small table of leaves, for tests that run nothing.

use salami_ir::{LeafSignature, RegisterType, Tag, TagSet};

pub static LEAVES: &[LeafSignature] = &[
    LeafSignature {
        name: "int",
        arguments: 2,
        result: RegisterType::tag(Tag::Int),
        requires: None,
    },
    LeafSignature {
        name: "json.loads",
        arguments: 1,
        result: RegisterType::ANY,
        requires: None,
    },
    LeafSignature {
        name: "str",
        arguments: 1,
        result: RegisterType::tag(Tag::Str),
        requires: None,
    },
    LeafSignature {
        name: "str.find",
        arguments: 4,
        result: RegisterType::tags(TagSet::of(&[Tag::Int])),
        requires: None,
    },
    LeafSignature {
        name: "str.upper",
        arguments: 1,
        result: RegisterType::tag(Tag::Str),
        requires: None,
    },
];
