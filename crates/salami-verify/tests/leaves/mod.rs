//! A small table of leaves, for tests that run nothing.

use salami_ir::{LeafSignature, RegisterType, Tag, TagSet};

pub static LEAVES: &[LeafSignature] = &[
    LeafSignature {
        name: "int",
        arguments: 2,
        result: RegisterType::tag(Tag::Int),
    },
    LeafSignature {
        name: "json.loads",
        arguments: 1,
        result: RegisterType::ANY,
    },
    LeafSignature {
        name: "str",
        arguments: 1,
        result: RegisterType::tag(Tag::Str),
    },
    LeafSignature {
        name: "str.find",
        arguments: 4,
        result: RegisterType::tags(TagSet::of(&[Tag::Int])),
    },
    LeafSignature {
        name: "str.upper",
        arguments: 1,
        result: RegisterType::tag(Tag::Str),
    },
];
